//! What a PowerShell writes to another one's streams: objects as XML. A learner sees only the text in it.

/// How it begins, on a line of its own.
const BEGINS: &str = "#< CLIXML";
const ENDS: &str = "</Objs>";

/// Text in which each run of CLIXML is replaced by the messages it holds. Progress holds none.
pub fn without(text: String) -> String {
    if !text.contains(BEGINS) {
        return text;
    }
    let mut out = String::new();
    let mut rest = text.as_str();
    while let Some((before, after)) = rest.split_once(BEGINS) {
        out.push_str(before);
        // Cut off in the middle, all of it is taken out.
        let (objects, left) = after.split_once(ENDS).unwrap_or((after, ""));
        messages(objects, &mut out);
        rest = left.strip_prefix('\r').unwrap_or(left);
        rest = rest.strip_prefix('\n').unwrap_or(rest);
    }
    out + rest
}

/// `<S S="Error">text</S>`, whatever the stream.
fn messages(objects: &str, out: &mut String) {
    for part in objects.split("<S S=\"").skip(1) {
        let said = part.split_once("\">").and_then(|(_, said)| said.split_once("</S>"));
        if let Some((said, _)) = said {
            out.push_str(&plain(said));
        }
    }
}

/// Without its two kinds of escapes.
fn plain(said: &str) -> String {
    let mut out = String::new();
    let mut rest = said;
    while let Some((before, after)) = rest.split_once("_x") {
        out.push_str(before);
        let code = after.get(..4).filter(|_| after[4..].starts_with('_'));
        match code.and_then(|code| u32::from_str_radix(code, 16).ok()).and_then(char::from_u32) {
            Some(c) => {
                out.push(c);
                rest = &after[5..];
            }
            None => {
                out.push_str("_x");
                rest = after;
            }
        }
    }
    out.push_str(rest);
    out.replace("&lt;", "<").replace("&gt;", ">").replace("&quot;", "\"").replace("&apos;", "'").replace("&amp;", "&")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn is(text: &str, want: &str) {
        assert_eq!(without(text.into()), want, "{text}");
    }

    #[test]
    fn only_messages_are_left() {
        is("plain _x000A_ &lt;", "plain _x000A_ &lt;");
        let progress = "<Obj S=\"progress\" RefId=\"0\"><MS><S N=\"Activity\">Preparing modules</S></MS></Obj>";
        is(
            &format!("before\n#< CLIXML\r\n<Objs Version=\"1.1.0.1\" xmlns=\"x\">{progress}</Objs>\r\nafter\n"),
            "before\nafter\n",
        );
        let two = "<S S=\"Error\">a &lt;b&gt;_x000D__x000A_</S><S S=\"warning\">c_x</S>";
        is(&format!("#< CLIXML\n<Objs>{two}</Objs>"), "a <b>\r\nc_x");
        is("#< CLIXML\n<Objs><S S=\"Error\">cut o", "");
        is("#< CLIXML\n<Objs><S S=\"Error\">_xé_x00é</S></Objs>#< CLIXML\n<Objs></Objs>", "_xé_x00é");
    }
}

//! Raw HTML is refused; comments are taken out. And where links and images may lead.

/// Why a piece of HTML is not allowed, at an offset in it.
pub(super) struct Fault {
    pub(super) at: usize,
    pub(super) what: &'static str,
    pub(super) help: &'static str,
}

/// What is wrong with a piece of raw HTML: nothing if it is only comments.
pub(super) fn fault(html: &str) -> Option<Fault> {
    let mut at = 0;
    loop {
        at += html[at..].len() - html[at..].trim_start().len();
        let rest = &html[at..];
        if rest.is_empty() {
            return None;
        }
        if !rest.starts_with("<!--") {
            let what = "raw HTML is not allowed";
            return Some(Fault { at, what, help: "write Markdown; for a literal `<` write `&lt;` or use `code`" });
        }
        match rest.find("-->") {
            Some(end) => at += end + 3,
            None => return Some(Fault { at, what: "this comment is never closed", help: "end it with `-->`" }),
        }
    }
}

/// Why a link may not lead there.
pub(super) fn bad_link(url: &str) -> Option<&'static str> {
    if url.is_empty() {
        return Some("this link leads nowhere");
    }
    if url.contains(char::is_control) {
        return Some("this link holds a control character");
    }
    match scheme(url) {
        Some("http" | "https" | "mailto") => None,
        Some(_) => Some("a link may lead to http, https and mailto addresses only, or into the course"),
        None => leaves(url).then_some("this link leaves the course's folder"),
    }
}

/// Why an image may not come from there.
pub(super) fn bad_image(path: &str) -> Option<&'static str> {
    if path.is_empty() {
        return Some("this image has no path");
    }
    if path.contains(char::is_control) {
        return Some("this path holds a control character");
    }
    (scheme(path).is_some() || leaves(path)).then_some("an image must be a file in the course's folder")
}

fn scheme(url: &str) -> Option<&'static str> {
    let (scheme, _) = url.split_once(':')?;
    if scheme.contains(['/', '?', '#']) {
        return None;
    }
    let lower = scheme.trim().to_ascii_lowercase();
    Some(["http", "https", "mailto"].into_iter().find(|s| *s == lower).unwrap_or("other"))
}

/// Whether a relative path begins at a root or climbs out. Percent signs and backslashes are what they may become.
fn leaves(path: &str) -> bool {
    let path = path.split(['?', '#']).next().unwrap_or_default();
    let path = path.to_ascii_lowercase().replace("%2e", ".").replace("%2f", "/").replace("%5c", "/").replace('\\', "/");
    let mut depth = 0_usize;
    for part in path.split('/') {
        match part {
            "" | "." => {}
            ".." if depth == 0 => return true,
            ".." => depth -= 1,
            _ => depth += 1,
        }
    }
    path.starts_with(['/', '~'])
}

//! Colours for code: the one door to two-face and syntect. Slow to wake and slow to work, so it is asked from a worker thread.

use std::sync::OnceLock;

use two_face::re_exports::syntect::parsing::ParseState;
use two_face::re_exports::syntect::parsing::Scope;
use two_face::re_exports::syntect::parsing::ScopeStack;
use two_face::re_exports::syntect::parsing::SyntaxSet;

use crate::app::Token;

/// Texts larger than this are left plain.
const LARGEST: usize = 200_000;

static SYNTAXES: OnceLock<SyntaxSet> = OnceLock::new();
static SCOPES: OnceLock<Vec<(Scope, Token)>> = OnceLock::new();

/// For each line, pieces by their length in bytes and what they are. No pieces for a language that is not known.
pub fn highlight(language: &str, text: &str) -> Vec<Vec<(usize, Token)>> {
    let Some(token) = syntax(language).filter(|_| text.len() <= LARGEST) else {
        return text.lines().map(|_| Vec::new()).collect();
    };
    let set = SYNTAXES.get_or_init(two_face::syntax::extra_newlines);
    let Some(syntax) = set.find_syntax_by_token(token) else {
        return text.lines().map(|_| Vec::new()).collect();
    };
    let mut state = ParseState::new(syntax);
    let mut stack = ScopeStack::new();
    let mut out = Vec::new();
    for line in text.lines() {
        let with_end = format!("{line}\n");
        let Ok(changes) = state.parse_line(&with_end, set) else {
            out.push(Vec::new());
            continue;
        };
        let mut pieces = Vec::new();
        let mut at = 0;
        for (index, change) in changes {
            add(&mut pieces, index.min(line.len()).saturating_sub(at), &stack);
            at = at.max(index.min(line.len()));
            // A grammar that pops what it never pushed is no reason to stop.
            drop(stack.apply(&change));
        }
        add(&mut pieces, line.len() - at, &stack);
        out.push(pieces);
    }
    out
}

/// How the syntax set calls the languages that courses use.
fn syntax(language: &str) -> Option<&'static str> {
    match language {
        "sh" | "bash" | "zsh" | "shell" => Some("bash"),
        "powershell" | "pwsh" | "ps1" => Some("ps1"),
        "cmd" | "bat" | "batch" => Some("bat"),
        "toml" => Some("toml"),
        "json" => Some("json"),
        "xml" => Some("xml"),
        "yaml" | "yml" => Some("yaml"),
        _ => None,
    }
}

fn add(pieces: &mut Vec<(usize, Token)>, length: usize, stack: &ScopeStack) {
    if length == 0 {
        return;
    }
    let token = meaning(stack);
    match pieces.last_mut() {
        Some((before, same)) if *same == token => *before += length,
        _ => pieces.push((length, token)),
    }
}

/// The innermost scope that means something to us.
fn meaning(stack: &ScopeStack) -> Token {
    let known = SCOPES.get_or_init(scopes);
    for scope in stack.as_slice().iter().rev() {
        if let Some((_, token)) = known.iter().find(|(prefix, _)| prefix.is_prefix_of(*scope)) {
            return *token;
        }
    }
    Token::Plain
}

/// The first that is a prefix wins, so the longer ones stand first.
fn scopes() -> Vec<(Scope, Token)> {
    [
        ("punctuation.definition.comment", Token::Comment),
        ("punctuation.definition.variable", Token::Variable),
        ("punctuation.definition.string", Token::Text),
        ("comment", Token::Comment),
        ("string", Token::Text),
        ("constant.numeric", Token::Number),
        ("constant.character", Token::Text),
        ("constant", Token::Number),
        ("keyword.operator", Token::Operator),
        ("keyword", Token::Keyword),
        ("storage", Token::Keyword),
        ("entity.name.function", Token::Function),
        ("support.function", Token::Function),
        ("variable.function", Token::Function),
        ("entity.name.tag", Token::Keyword),
        ("entity.name.section", Token::Keyword),
        ("entity.other.attribute-name", Token::Variable),
        ("variable.parameter.option", Token::Number),
        ("variable", Token::Variable),
    ]
    .into_iter()
    .filter_map(|(name, token)| Some((Scope::new(name).ok()?, token)))
    .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pieces(language: &str, text: &str) -> Vec<(String, Token)> {
        let mut out = Vec::new();
        for (line, spans) in text.lines().zip(highlight(language, text)) {
            let mut at = 0;
            for (bytes, token) in spans {
                out.push((line[at..at + bytes].to_owned(), token));
                at += bytes;
            }
        }
        out
    }

    #[test]
    fn shells_are_known() {
        let sh = pieces("sh", "echo 'a b' # why\n");
        assert!(sh.contains(&("'a b'".into(), Token::Text)), "{sh:?}");
        assert!(sh.iter().any(|(t, k)| t.starts_with("# why") && *k == Token::Comment), "{sh:?}");
        let ps = pieces("powershell", "$x = Get-Service docker\nif ($x) { \"up\" }");
        assert!(ps.iter().any(|(t, k)| t.contains("x") && *k == Token::Variable), "{ps:?}");
        assert!(ps.iter().any(|(t, k)| t == "if" && *k == Token::Keyword), "{ps:?}");
        assert!(ps.iter().any(|(t, k)| t.contains("Get-Service") && *k == Token::Function), "{ps:?}");
        for language in ["zsh", "pwsh", "cmd", "toml", "json", "xml", "yaml"] {
            assert!(
                syntax(language)
                    .is_some_and(|t| SYNTAXES.get_or_init(two_face::syntax::extra_newlines).find_syntax_by_token(t).is_some()),
                "{language}"
            );
        }
    }

    #[test]
    fn pieces_cover_each_line_and_unknown_languages_have_none() {
        let text = "first 'a\nsecond'\n\nüber \"§\"";
        for (line, spans) in text.lines().zip(highlight("bash", text)) {
            assert_eq!(spans.iter().map(|(n, _)| n).sum::<usize>(), line.len());
        }
        assert_eq!(highlight("klingon", "a\nb"), vec![vec![], vec![]]);
    }
}

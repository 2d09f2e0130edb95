//! The fence of a value.

use crate::course::{Value, ValueKind};
use crate::markdown::check::pattern;
use crate::markdown::prose::Fence;
use crate::markdown::source::Notes;
use crate::markdown::table::Table;
use crate::markdown::words;
use crate::values;

/// Reads a value. The name comes back even if the rest cannot be used, so that its uses are not called unknown.
pub(super) fn value(notes: &mut Notes, fence: &Fence) -> (Option<(String, usize)>, Option<Value>) {
    let known = ["name", "asks", "kind", "matches", "default", "example"];
    let Some(table) = Table::read(notes, fence, &known) else { return (None, None) };
    let Some(name) = table.required(notes, "name", "what `{{name}}` is to say") else { return (None, None) };
    let named = Some((name.text.clone(), name.at));
    if !values::is_name(&name.text) {
        let what = format!("`{}` cannot be the name of a value", words::short(&name.text));
        notes.advise(
            name.at,
            what,
            "use lower-case letters, digits and `_`, a letter first; not `end`, `else`, `break` or `continue`",
        );
        return (named, None);
    }
    let asks = table.required(notes, "asks", "the question to the learner");
    let kind = if table.key_at("kind").is_some() { kind(notes, &table) } else { Some(ValueKind::Text) };
    let matches = pattern(notes, &table, "matches", false);
    let default = table.text(notes, "default");
    let example = table.text(notes, "example");
    let (Some(asks), Some(kind)) = (asks, kind) else { return (named, None) };
    let value = Value {
        name: name.text,
        asks: asks.text,
        kind,
        matches,
        default: default.as_ref().map(|t| t.text.clone()),
        example: example.as_ref().map(|t| t.text.clone()),
    };
    for (key, given) in [("default", default), ("example", example)] {
        if let Some(given) = given
            && let Err(why) = values::check(&Value { example: None, default: None, ..value.clone() }, &given.text)
        {
            let why = why.split(" An example: ").next().unwrap_or_default().trim_end_matches('.');
            notes.report(given.at, format!("the {key} would be refused: {why}"));
        }
    }
    (named, Some(value))
}

fn kind(notes: &mut Notes, table: &Table) -> Option<ValueKind> {
    const KINDS: [(&str, ValueKind); 8] = [
        ("text", ValueKind::Text),
        ("word", ValueKind::Word),
        ("host", ValueKind::Host),
        ("user", ValueKind::User),
        ("path", ValueKind::Path),
        ("number", ValueKind::Number),
        ("port", ValueKind::Port),
        ("url", ValueKind::Url),
    ];
    let text = table.text(notes, "kind")?;
    let kind = KINDS.iter().find(|(name, _)| *name == text.text).map(|(_, kind)| *kind);
    if kind.is_none() {
        let what = format!("unknown kind `{}`", words::short(&text.text));
        notes.advise(text.at, what, words::instead(&text.text, &KINDS.map(|(name, _)| name)));
    }
    kind
}

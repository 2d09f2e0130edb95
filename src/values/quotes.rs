//! Finds values that stand where a shell's quoting cannot hold them: inside quotes, in a here-document, between backticks.
//!
//! This is not a shell parser. It follows quotes, escapes, comments, substitutions and here-documents, which is what decides the question.

use std::ops::Range;

use crate::course::Shell;
use crate::values::names;

/// A value that cannot be quoted where it stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Enclosed<'t> {
    pub range: Range<usize>,
    pub name: &'t str,
    /// What it stands in, to follow the word "inside".
    pub within: &'static str,
}

/// Every value of a command that stands inside quotes or the like.
pub fn enclosed(text: &str, shell: Shell) -> Vec<Enclosed<'_>> {
    let found = names(text);
    if found.is_empty() {
        return Vec::new();
    }
    let mut scan = Scan { text, found, next: 0, at: 0, stack: Vec::new(), pending: Vec::new(), bad: Vec::new() };
    match shell {
        Shell::Sh | Shell::Bash | Shell::Zsh => scan.posix(),
        Shell::PowerShell | Shell::Pwsh => scan.powershell(),
        Shell::Cmd => scan.cmd(),
    }
    scan.bad
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum In {
    Single,
    /// `$'…'`, where a backslash escapes.
    Ansi,
    Double,
    Backtick,
    Paren,
    Arithmetic,
    /// `${…}`
    Brace,
}

impl In {
    fn name(self) -> &'static str {
        match self {
            In::Single | In::Ansi => "single quotes",
            In::Double => "double quotes",
            In::Backtick => "backticks",
            In::Paren => "parentheses",
            In::Arithmetic => "`(( ))`",
            In::Brace => "`${ }`",
        }
    }
}

struct Scan<'t> {
    text: &'t str,
    found: Vec<(Range<usize>, &'t str)>,
    next: usize,
    at: usize,
    stack: Vec<In>,
    /// Here-documents whose bodies begin at the next line: the end word, and whether tabs before it count.
    pending: Vec<(&'t str, bool)>,
    bad: Vec<Enclosed<'t>>,
}

impl<'t> Scan<'t> {
    fn rest(&self) -> &'t str {
        &self.text[self.at..]
    }

    /// Steps over a value if one starts here, noting it where it cannot be quoted.
    fn value(&mut self, within: Option<&'static str>) -> bool {
        let Some((range, name)) = self.found.get(self.next).cloned() else { return false };
        if range.start != self.at {
            return false;
        }
        self.at = range.end;
        self.next += 1;
        if let Some(within) = within {
            self.bad.push(Enclosed { range, name, within });
        }
        true
    }

    /// Steps to an offset, taking the values on the way.
    fn skip(&mut self, to: usize, within: Option<&'static str>) {
        while let Some((range, name)) = self.found.get(self.next).cloned()
            && range.start < to
        {
            self.next += 1;
            if let Some(within) = within {
                self.bad.push(Enclosed { range, name, within });
            }
        }
        self.at = to.max(self.at);
    }

    fn step(&mut self, bytes: usize) {
        let mut to = (self.at + bytes).min(self.text.len());
        while !self.text.is_char_boundary(to) {
            to += 1;
        }
        self.at = to;
    }

    /// Over a backslash (or caret, or backtick) and what it escapes, unless that is a value.
    fn escape(&mut self, escape: char) {
        self.at += escape.len_utf8();
        if self.found.get(self.next).is_none_or(|(range, _)| range.start != self.at)
            && let Some(c) = self.rest().chars().next()
        {
            self.at += c.len_utf8();
        }
    }

    fn starts_word(&self) -> bool {
        self.text[..self.at].chars().next_back().is_none_or(|c| c.is_whitespace() || matches!(c, ';' | '(' | '{' | '|' | '&'))
    }

    fn line_end(&self) -> usize {
        self.rest().find('\n').map_or(self.text.len(), |n| self.at + n)
    }

    fn push(&mut self, what: In, bytes: usize) {
        self.stack.push(what);
        self.step(bytes);
    }

    fn pop(&mut self, bytes: usize) {
        self.stack.pop();
        self.step(bytes);
    }

    fn posix_within(&self) -> Option<&'static str> {
        if self.stack.contains(&In::Backtick) {
            return Some(In::Backtick.name());
        }
        match self.stack.last()? {
            top @ (In::Single | In::Ansi | In::Double | In::Arithmetic | In::Backtick) => Some(top.name()),
            // An index or a length in braces is arithmetic, which runs what it finds in quotes.
            In::Brace => Some(In::Brace.name()),
            In::Paren => None,
        }
    }

    fn posix(&mut self) {
        while let Some(c) = self.rest().chars().next() {
            if self.value(self.posix_within()) {
                continue;
            }
            match self.stack.last() {
                Some(In::Single) if c == '\'' => self.pop(1),
                Some(In::Single) => self.step(1),
                Some(In::Ansi) if c == '\'' => self.pop(1),
                Some(In::Double) if c == '"' => self.pop(1),
                Some(In::Brace) if c == '}' => self.pop(1),
                Some(In::Arithmetic) if self.rest().starts_with("))") => self.pop(2),
                Some(In::Paren) if c == ')' => self.pop(1),
                Some(In::Backtick) if c == '`' => self.pop(1),
                _ if c == '\\' => self.escape(c),
                Some(In::Ansi) => self.step(1),
                Some(In::Double | In::Arithmetic) => self.substitution(c),
                Some(In::Brace | In::Paren | In::Backtick) | None => self.posix_plain(c),
            }
        }
    }

    fn substitution(&mut self, c: char) {
        let rest = self.rest();
        if rest.starts_with("$((") {
            self.push(In::Arithmetic, 3);
        } else if rest.starts_with("$(") {
            self.push(In::Paren, 2);
        } else if rest.starts_with("${") && !rest.starts_with("${{") {
            self.push(In::Brace, 2);
        } else if c == '`' {
            self.push(In::Backtick, 1);
        } else {
            self.step(c.len_utf8());
        }
    }

    fn posix_plain(&mut self, c: char) {
        let rest = self.rest();
        match c {
            '\'' if !self.stack.contains(&In::Double) || self.stack.last() != Some(&In::Brace) => self.push(In::Single, 1),
            '"' => self.push(In::Double, 1),
            '$' if rest.starts_with("$'") => self.push(In::Ansi, 2),
            '(' if rest.starts_with("((") && self.starts_word() => self.push(In::Arithmetic, 2),
            '(' if !self.stack.is_empty() => self.push(In::Paren, 1),
            '#' if self.stack.last() != Some(&In::Brace) && self.starts_word() => self.skip(self.line_end(), None),
            '<' if rest.starts_with("<<<") => self.step(3),
            '<' if rest.starts_with("<<") => self.here_document(),
            '\n' => self.here_bodies(),
            other => self.substitution(other),
        }
    }

    fn here_document(&mut self) {
        self.step(2);
        let tabs = self.rest().starts_with('-');
        if tabs {
            self.step(1);
        }
        let spaces = self.rest().len() - self.rest().trim_start_matches([' ', '\t']).len();
        self.step(spaces);
        let rest = self.rest();
        let word = rest.split([' ', '\t', '\n', ';', '|', '&', ')', '<', '>']).next().unwrap_or_default();
        let bare = word.trim_start_matches('\\').trim_matches(['\'', '"']);
        if !bare.is_empty() {
            self.pending.push((bare, tabs));
        }
        self.skip(self.at + word.len(), Some("a here-document"));
    }

    fn here_bodies(&mut self) {
        self.step(1);
        for (word, tabs) in std::mem::take(&mut self.pending) {
            while self.at < self.text.len() {
                let line = &self.text[self.at..self.line_end()];
                let ends = if tabs { line.trim_start_matches('\t') == word } else { line == word };
                self.skip((self.line_end() + 1).min(self.text.len()), Some("a here-document"));
                if ends {
                    break;
                }
            }
        }
    }

    fn powershell(&mut self) {
        while let Some(c) = self.rest().chars().next() {
            let top = self.stack.last().copied();
            let within = top.filter(|t| *t != In::Paren).map(In::name);
            if self.value(within) {
                continue;
            }
            let doubled = |of: fn(char) -> bool| self.rest().chars().nth(1).is_some_and(of);
            match top {
                Some(In::Single) if is_single(c) && doubled(is_single) => self.step(2 * c.len_utf8()),
                Some(In::Single) if is_single(c) => self.pop(c.len_utf8()),
                Some(In::Single) => self.step(c.len_utf8()),
                _ if c == '`' => self.escape(c),
                Some(In::Double) if is_double(c) && doubled(is_double) => self.step(2 * c.len_utf8()),
                Some(In::Double) if is_double(c) => self.pop(c.len_utf8()),
                Some(In::Double) if self.rest().starts_with("$(") => self.push(In::Paren, 2),
                Some(In::Double) => self.step(c.len_utf8()),
                Some(In::Paren) if c == ')' => self.pop(1),
                Some(In::Paren | In::Ansi | In::Backtick | In::Arithmetic | In::Brace) | None => self.powershell_plain(c),
            }
        }
    }

    fn powershell_plain(&mut self, c: char) {
        let rest = self.rest();
        let mut after = rest.chars();
        after.next();
        match c {
            '@' if after.next().is_some_and(|q| is_single(q) || is_double(q))
                && after.as_str().trim_start_matches([' ', '\t']).starts_with('\n') =>
            {
                let end = ["\n'@", "\n\"@"].iter().filter_map(|e| rest.find(e)).min().map_or(rest.len(), |n| n + 3);
                self.skip(self.at + end, Some("a here-string"));
            }
            '<' if rest.starts_with("<#") => {
                let end = rest.find("#>").map_or(rest.len(), |n| n + 2);
                self.skip(self.at + end, None);
            }
            '#' if self.starts_word() => self.skip(self.line_end(), None),
            '(' => self.push(In::Paren, 1),
            c if is_single(c) => self.push(In::Single, c.len_utf8()),
            c if is_double(c) => self.push(In::Double, c.len_utf8()),
            other => self.step(other.len_utf8()),
        }
    }

    fn cmd(&mut self) {
        let mut quoted = false;
        while let Some(c) = self.rest().chars().next() {
            if self.value(quoted.then_some("double quotes")) {
                continue;
            }
            match c {
                '^' if !quoted => self.escape(c),
                '"' => {
                    quoted = !quoted;
                    self.step(1);
                }
                '\n' => {
                    quoted = false;
                    self.step(1);
                }
                other => self.step(other.len_utf8()),
            }
        }
    }
}

fn is_single(c: char) -> bool {
    matches!(c, '\'' | '\u{2018}'..='\u{201b}')
}

fn is_double(c: char) -> bool {
    matches!(c, '"' | '\u{201c}'..='\u{201e}')
}

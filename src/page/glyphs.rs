//! Every sign on the screen that is not an author's: three sets with the same meanings, in one table.
//!
//! Rich needs a font of today. Console keeps to Windows Glyph List 4, which the fonts of a plain Windows console can draw. Ascii
//! needs nothing. Each sign is one column wide.

use crate::app::Glyphs;

/// One set of signs.
#[derive(Debug, PartialEq, Eq)]
pub struct Set {
    pub done: &'static str,
    pub here: &'static str,
    pub todo: &'static str,
    pub optional: &'static str,
    pub restart: &'static str,
    pub unmet: &'static str,
    pub unknown: &'static str,
    pub not_here: &'static str,
    pub skipped: &'static str,
    pub busy: &'static str,
    pub warned: &'static str,
    /// A shell is there, or is not.
    pub up: &'static str,
    pub down: &'static str,
    /// Of a progress bar.
    pub full: &'static str,
    pub empty: &'static str,
    pub bullets: [&'static str; 3],
    pub code_bar: &'static str,
    pub note_bar: &'static str,
    pub sample_bar: &'static str,
    pub line: Lines,
    /// Of the pane that has the keys.
    pub heavy: Lines,
    /// Stands where a long line of code goes on.
    pub wrapped: &'static str,
    pub ellipsis: &'static str,
    pub dot: &'static str,
    pub crumb: &'static str,
    pub fold: &'static str,
    pub arrow: &'static str,
    pub above: &'static str,
    pub below: &'static str,
    /// Around the name of a value that is not known yet.
    pub name: [&'static str; 2],
    pub quotes: [&'static str; 2],
}

/// Box drawing.
#[derive(Debug, PartialEq, Eq)]
pub struct Lines {
    pub h: &'static str,
    pub v: &'static str,
    pub tl: &'static str,
    pub tr: &'static str,
    pub bl: &'static str,
    pub br: &'static str,
    pub cross: &'static str,
}

pub fn set(glyphs: Glyphs) -> &'static Set {
    match glyphs {
        Glyphs::Rich => &RICH,
        Glyphs::Console => &CONSOLE,
        Glyphs::Ascii => &ASCII,
    }
}

const THIN: Lines = Lines { h: "─", v: "│", tl: "┌", tr: "┐", bl: "└", br: "┘", cross: "┼" };

static RICH: Set = Set {
    done: "✓",
    here: "▶",
    todo: "○",
    optional: "□",
    restart: "↻",
    unmet: "✗",
    unknown: "?",
    not_here: "·",
    skipped: "–",
    busy: "…",
    warned: "!",
    up: "●",
    down: "○",
    full: "▰",
    empty: "▱",
    bullets: ["•", "◦", "▪"],
    code_bar: "│",
    note_bar: "▌",
    sample_bar: "┊",
    line: THIN,
    heavy: Lines { h: "━", v: "┃", tl: "┏", tr: "┓", bl: "┗", br: "┛", cross: "╋" },
    wrapped: "↪",
    ellipsis: "…",
    dot: "·",
    crumb: "›",
    fold: "▸",
    arrow: "→",
    above: "↑",
    below: "↓",
    name: ["‹", "›"],
    quotes: ["“", "”"],
};

static CONSOLE: Set = Set {
    done: "√",
    here: "►",
    todo: "○",
    optional: "□",
    restart: "↑",
    unmet: "×",
    unknown: "?",
    not_here: "·",
    skipped: "–",
    busy: "…",
    warned: "!",
    up: "●",
    down: "○",
    full: "█",
    empty: "░",
    bullets: ["•", "◦", "▪"],
    code_bar: "│",
    note_bar: "▌",
    sample_bar: "│",
    line: THIN,
    heavy: Lines { h: "═", v: "║", tl: "╔", tr: "╗", bl: "╚", br: "╝", cross: "╬" },
    wrapped: "→",
    ellipsis: "…",
    dot: "·",
    crumb: "›",
    fold: "►",
    arrow: "→",
    above: "↑",
    below: "↓",
    name: ["‹", "›"],
    quotes: ["“", "”"],
};

static ASCII: Set = Set {
    done: "+",
    here: ">",
    todo: "o",
    optional: "~",
    restart: "R",
    unmet: "x",
    unknown: "?",
    not_here: ".",
    skipped: "-",
    busy: "*",
    warned: "!",
    up: "*",
    down: "o",
    full: "#",
    empty: ".",
    bullets: ["*", "-", "+"],
    code_bar: "|",
    note_bar: "|",
    sample_bar: ":",
    line: Lines { h: "-", v: "|", tl: "+", tr: "+", bl: "+", br: "+", cross: "+" },
    heavy: Lines { h: "=", v: "#", tl: "#", tr: "#", bl: "#", br: "#", cross: "#" },
    wrapped: "\\",
    ellipsis: "~",
    dot: "-",
    crumb: ">",
    fold: ">",
    arrow: ">",
    above: "^",
    below: "v",
    name: ["<", ">"],
    quotes: ["\"", "\""],
};

#[cfg(test)]
mod tests {
    use super::*;
    use unicode_width::UnicodeWidthStr;

    fn all(set: &Set) -> String {
        // Debug prints every field: what stands in quotes is a sign.
        let text = format!("{set:?}");
        text.split('"').skip(1).step_by(2).collect::<Vec<_>>().join(" ")
    }

    fn signs(set: &Set) -> Vec<&'static str> {
        let lines = |l: &Lines| [l.h, l.v, l.tl, l.tr, l.bl, l.br, l.cross];
        let mut all = vec![set.done, set.here, set.todo, set.optional, set.restart, set.unmet, set.unknown, set.not_here];
        all.extend([set.skipped, set.busy, set.warned, set.up, set.down, set.full, set.empty, set.code_bar, set.note_bar]);
        all.extend([set.sample_bar, set.wrapped, set.ellipsis, set.dot, set.crumb, set.fold, set.arrow, set.above, set.below]);
        all.extend(set.bullets.iter().chain(&set.name).chain(&set.quotes));
        all.extend(lines(&set.line));
        all.extend(lines(&set.heavy));
        all
    }

    #[test]
    fn each_sign_is_one_column_wide() {
        for glyphs in [Glyphs::Rich, Glyphs::Console, Glyphs::Ascii] {
            for sign in signs(set(glyphs)) {
                assert_eq!(sign.width(), 1, "{sign}");
            }
        }
    }

    #[test]
    fn a_plain_console_can_draw_its_set() {
        // The part of Windows Glyph List 4 that is not letters.
        let known = "‹›“”–…•·●○◦□▪▫▲►▼◄◊√×←↑→↓↔↕█▄▀▌▐░▒▓─│┌┐└┘├┤┬┴┼═║╔╗╚╝╠╣╦╩╬";
        for c in all(&CONSOLE).chars() {
            assert!(c.is_ascii() || known.contains(c), "{c}");
        }
    }

    #[test]
    fn ascii_is_ascii_and_its_step_marks_differ() {
        assert!(signs(&ASCII).iter().all(|s| s.is_ascii()));
        for s in [&RICH, &CONSOLE, &ASCII] {
            let mut marks =
                vec![s.done, s.here, s.todo, s.optional, s.restart, s.unmet, s.unknown, s.not_here, s.skipped, s.busy, s.warned];
            let count = marks.len();
            marks.sort_unstable();
            marks.dedup();
            assert_eq!(marks.len(), count);
        }
    }
}

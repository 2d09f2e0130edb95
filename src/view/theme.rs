//! How each role and each part of the screen looks, in five themes; and only here.
//!
//! A palette names the few colours a theme has. Text never gets a background of its own, except where the whole row has one.

mod palette;

use ratatui::style::Color;
use ratatui::style::Modifier;
use ratatui::style::Style;

use crate::app::ThemeName;
use crate::app::Token;
use crate::page::Role;
use crate::view::theme::palette::Palette;
use crate::view::theme::palette::palette;

/// A part of the screen that is not text of a page.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Part {
    Title,
    Rail,
    RailHere,
    Border,
    /// Of the pane that has the keys.
    FocusedBorder,
    Label,
    FocusedLabel,
    Status,
    StatusKey,
    GuideMode,
    TerminalMode,
    Info,
    Good,
    Bad,
    /// There is more above or below.
    More,
    /// A row that is chosen.
    Chosen,
    /// What a search found.
    Found,
}

#[cfg(test)]
impl Part {
    pub const ALL: [Part; 17] = [
        Part::Title,
        Part::Rail,
        Part::RailHere,
        Part::Border,
        Part::FocusedBorder,
        Part::Label,
        Part::FocusedLabel,
        Part::Status,
        Part::StatusKey,
        Part::GuideMode,
        Part::TerminalMode,
        Part::Info,
        Part::Good,
        Part::Bad,
        Part::More,
        Part::Chosen,
        Part::Found,
    ];
}

pub struct Theme {
    name: ThemeName,
    palette: &'static Palette,
}

impl Theme {
    pub fn of(name: ThemeName) -> Self {
        Self { name, palette: palette(name) }
    }

    /// What everything is drawn on.
    pub fn base(&self) -> Style {
        ink(self.palette.text, self.palette.ground)
    }

    pub fn role(&self, role: Role) -> Style {
        let p = self.palette;
        let plain = |c: Option<Color>| ink(c, None);
        let bold = |c: Option<Color>| ink(c, None).add_modifier(Modifier::BOLD);
        match role {
            Role::Text | Role::Input => Style::new(),
            Role::Strong => Style::new().add_modifier(Modifier::BOLD),
            Role::Emphasis => self.emphasis(Modifier::ITALIC),
            Role::StrongEmphasis => self.emphasis(Modifier::ITALIC | Modifier::BOLD),
            Role::Strike => plain(p.dim).add_modifier(Modifier::CROSSED_OUT),
            Role::InlineCode if self.is_plain() => bold(None),
            Role::InlineCode => plain(p.code),
            Role::Link => plain(p.accent).add_modifier(Modifier::UNDERLINED),
            Role::LinkNumber | Role::Dim | Role::Line | Role::Faint | Role::Empty => plain(p.dim),
            Role::Bullet | Role::Full | Role::CardLine => plain(p.accent),
            Role::Title => bold(p.title),
            Role::Heading | Role::TableHead | Role::Key | Role::Here => bold(p.accent),
            Role::Note => bold(p.accent),
            Role::Tip | Role::Done => bold(p.good),
            Role::Important => bold(p.special),
            Role::Warning | Role::Warned | Role::Unknown | Role::Alarm => bold(p.warn),
            Role::Caution | Role::Unmet => bold(p.bad),
            Role::Code(token) => self.token(token),
            Role::Sample => plain(p.dim),
            Role::Badge => plain(p.accent),
            Role::Advice => plain(p.warn),
            Role::Todo => plain(p.dim),
            Role::Busy => bold(p.special),
        }
    }

    fn token(&self, token: Token) -> Style {
        let p = self.palette;
        match token {
            Token::Plain => Style::new(),
            Token::Comment => ink(p.dim, None),
            Token::Text => ink(p.text_token, None),
            Token::Number => ink(p.number, None),
            Token::Keyword => ink(p.special, None),
            Token::Function => ink(p.function, None),
            Token::Variable => ink(p.variable, None),
            Token::Operator => ink(p.operator, None),
        }
    }

    pub fn part(&self, part: Part) -> Style {
        let p = self.palette;
        let bold = |c: Option<Color>| ink(c, None).add_modifier(Modifier::BOLD);
        match part {
            Part::Title => self.band(p.band, Modifier::empty()),
            Part::Rail | Part::Border | Part::Label | Part::Status => ink(p.dim, None),
            Part::RailHere => bold(p.accent),
            Part::FocusedBorder | Part::FocusedLabel | Part::StatusKey => bold(p.accent),
            Part::GuideMode => self.band(p.band, Modifier::empty()),
            Part::TerminalMode => self.band(p.chosen, Modifier::BOLD),
            Part::Info => Style::new().add_modifier(Modifier::BOLD),
            Part::Good => bold(p.good),
            Part::Bad => bold(p.bad),
            Part::More => bold(p.accent),
            Part::Chosen => self.band(p.chosen, Modifier::BOLD),
            Part::Found => self.band(p.found, Modifier::empty()),
        }
    }

    /// A colour of the terminal's program, as far as the theme has colours.
    pub fn outside(&self, colour: Color) -> Option<Color> {
        match self.name {
            ThemeName::Dark | ThemeName::Light | ThemeName::Contrast => Some(colour),
            ThemeName::Sixteen => Some(palette::nearest(colour)),
            ThemeName::Plain => None,
        }
    }

    fn is_plain(&self) -> bool {
        self.name == ThemeName::Plain
    }

    /// Slanted letters are not to be had on a plain console: there they are as they are.
    fn emphasis(&self, modifier: Modifier) -> Style {
        match self.name {
            ThemeName::Sixteen => Style::new().add_modifier(modifier - Modifier::ITALIC).fg(Color::White),
            ThemeName::Plain => Style::new().add_modifier((modifier - Modifier::ITALIC) | Modifier::UNDERLINED),
            ThemeName::Dark | ThemeName::Light | ThemeName::Contrast => Style::new().add_modifier(modifier),
        }
    }

    /// A coloured band; reversed where there is no colour for it.
    fn band(&self, colours: Option<(Color, Color)>, modifier: Modifier) -> Style {
        match colours {
            Some((fg, bg)) => ink(Some(fg), Some(bg)).add_modifier(modifier),
            None => Style::new().add_modifier(modifier | Modifier::REVERSED),
        }
    }
}

fn ink(fg: Option<Color>, bg: Option<Color>) -> Style {
    let mut style = Style::new();
    style.fg = fg;
    style.bg = bg;
    style
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::view::theme::palette::cube;

    const THEMES: [ThemeName; 5] = [ThemeName::Dark, ThemeName::Light, ThemeName::Contrast, ThemeName::Sixteen, ThemeName::Plain];

    /// As the Windows console shows them: the least favourable that many learners have.
    fn rgb(colour: Color) -> Option<(u8, u8, u8)> {
        Some(match colour {
            Color::Black => (12, 12, 12),
            Color::Gray => (204, 204, 204),
            Color::White => (242, 242, 242),
            Color::LightRed => (231, 72, 86),
            Color::LightGreen => (22, 198, 12),
            Color::LightYellow => (249, 241, 165),
            Color::LightCyan => (97, 214, 214),
            Color::Indexed(n) if n >= 16 => cube(n),
            _ => return None,
        })
    }

    fn light((r, g, b): (u8, u8, u8)) -> f64 {
        let part = |v: u8| {
            let v = f64::from(v) / 255.0;
            if v <= 0.040_45 { v / 12.92 } else { ((v + 0.055) / 1.055).powf(2.4) }
        };
        0.2126 * part(r) + 0.7152 * part(g) + 0.0722 * part(b)
    }

    /// The contrast ratio of WCAG 2.
    fn contrast(a: (u8, u8, u8), b: (u8, u8, u8)) -> f64 {
        let (a, b) = (light(a), light(b));
        (a.max(b) + 0.05) / (a.min(b) + 0.05)
    }

    fn roles() -> Vec<Role> {
        let mut all =
            vec![Role::Text, Role::Strong, Role::Emphasis, Role::Strike, Role::InlineCode, Role::Link, Role::LinkNumber];
        all.extend([Role::Title, Role::Heading, Role::Dim, Role::Line, Role::Bullet, Role::TableHead, Role::Note, Role::Tip]);
        all.extend([Role::Important, Role::Warning, Role::Caution, Role::Sample, Role::CardLine, Role::Badge, Role::Alarm]);
        all.extend([Role::Key, Role::Advice, Role::Todo, Role::Here, Role::Done, Role::Warned, Role::Unmet, Role::Unknown]);
        all.extend([Role::Busy, Role::Faint, Role::Full, Role::Empty, Role::Input, Role::StrongEmphasis]);
        all.extend([Token::Plain, Token::Comment, Token::Text, Token::Number, Token::Keyword, Token::Function].map(Role::Code));
        all.extend([Token::Variable, Token::Operator].map(Role::Code));
        all
    }

    #[test]
    fn letters_stand_out_from_their_ground() {
        // What the theme is made for: the terminal's own ground, where the theme sets none.
        let grounds = [
            (ThemeName::Dark, (22, 24, 29)),
            (ThemeName::Light, (250, 250, 250)),
            (ThemeName::Contrast, (0, 0, 0)),
            (ThemeName::Sixteen, (1, 36, 86)),
        ];
        for (name, ground) in grounds {
            let theme = Theme::of(name);
            for style in roles().into_iter().map(|r| theme.role(r)).chain(Part::ALL.map(|p| theme.part(p))) {
                let (fg, bg) = (style.fg.and_then(rgb), style.bg.and_then(rgb).unwrap_or(ground));
                if let Some(fg) = fg {
                    // The bright red of the console on its blue is what there is; it is bold, and never without a sign.
                    let least = if name == ThemeName::Sixteen { 3.8 } else { 4.5 };
                    assert!(contrast(fg, bg) >= least, "{name:?} {style:?}: {:.1}", contrast(fg, bg));
                }
                assert!(style.bg.is_none() || style.fg.is_some(), "{name:?} {style:?}: a ground without letters");
            }
        }
    }

    #[test]
    fn plain_is_made_of_modifiers_alone() {
        let theme = Theme::of(ThemeName::Plain);
        let all = roles().into_iter().map(|r| theme.role(r)).chain(Part::ALL.map(|p| theme.part(p)));
        for style in all.chain([theme.base()]) {
            assert_eq!((style.fg, style.bg), (None, None));
        }
        assert_eq!(theme.outside(Color::Rgb(1, 2, 3)), None);
    }

    #[test]
    fn only_rows_that_have_a_ground_of_their_own_set_one() {
        for name in THEMES {
            let theme = Theme::of(name);
            assert!(roles().into_iter().all(|r| theme.role(r).bg.is_none()), "{name:?}");
        }
    }

    #[test]
    fn colours_of_programs_come_down_to_sixteen() {
        let theme = Theme::of(ThemeName::Sixteen);
        assert_eq!(theme.outside(Color::Rgb(250, 10, 10)), Some(Color::LightRed));
        assert_eq!(theme.outside(Color::Rgb(0, 100, 0)), Some(Color::Green));
        assert_eq!(theme.outside(Color::Indexed(3)), Some(Color::Yellow));
        assert_eq!(theme.outside(Color::Indexed(255)), Some(Color::White));
        assert_eq!(theme.outside(Color::Indexed(232)), Some(Color::Black));
    }
}

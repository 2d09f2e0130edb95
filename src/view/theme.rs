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

impl Part {
    #[cfg(test)]
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

//! The colours of each theme. Those of 256 are used by number, because every terminal that has more also has these.

use ratatui::style::Color;
use ratatui::style::Color::Indexed;

use crate::app::ThemeName;

/// `None` leaves the terminal's own colour. Pairs are letters and their ground.
#[derive(Debug)]
pub struct Palette {
    pub ground: Option<Color>,
    pub text: Option<Color>,
    pub title: Option<Color>,
    pub dim: Option<Color>,
    pub accent: Option<Color>,
    pub good: Option<Color>,
    pub bad: Option<Color>,
    pub warn: Option<Color>,
    pub special: Option<Color>,
    pub code: Option<Color>,
    pub text_token: Option<Color>,
    pub number: Option<Color>,
    pub function: Option<Color>,
    pub variable: Option<Color>,
    pub operator: Option<Color>,
    pub band: Option<(Color, Color)>,
    pub chosen: Option<(Color, Color)>,
    pub found: Option<(Color, Color)>,
}

pub fn palette(name: ThemeName) -> &'static Palette {
    match name {
        ThemeName::Dark => &DARK,
        ThemeName::Light => &LIGHT,
        ThemeName::Contrast => &CONTRAST,
        ThemeName::Sixteen => &SIXTEEN,
        ThemeName::Plain => &PLAIN,
    }
}

static DARK: Palette = Palette {
    ground: None,
    text: None,
    title: Some(Indexed(117)),
    dim: Some(Indexed(246)),
    accent: Some(Indexed(75)),
    good: Some(Indexed(114)),
    bad: Some(Indexed(210)),
    warn: Some(Indexed(221)),
    special: Some(Indexed(176)),
    code: Some(Indexed(222)),
    text_token: Some(Indexed(150)),
    number: Some(Indexed(179)),
    function: Some(Indexed(117)),
    variable: Some(Indexed(216)),
    operator: Some(Indexed(250)),
    band: Some((Indexed(253), Indexed(237))),
    chosen: Some((Indexed(231), Indexed(24))),
    found: Some((Indexed(16), Indexed(221))),
};

static LIGHT: Palette = Palette {
    ground: None,
    text: None,
    title: Some(Indexed(25)),
    dim: Some(Indexed(241)),
    accent: Some(Indexed(25)),
    good: Some(Indexed(22)),
    bad: Some(Indexed(124)),
    warn: Some(Indexed(94)),
    special: Some(Indexed(90)),
    code: Some(Indexed(88)),
    text_token: Some(Indexed(22)),
    number: Some(Indexed(94)),
    function: Some(Indexed(25)),
    variable: Some(Indexed(130)),
    operator: Some(Indexed(238)),
    band: Some((Indexed(235), Indexed(253))),
    chosen: Some((Indexed(231), Indexed(25))),
    found: Some((Indexed(16), Indexed(222))),
};

static CONTRAST: Palette = Palette {
    ground: Some(Indexed(16)),
    text: Some(Indexed(231)),
    title: Some(Indexed(226)),
    dim: Some(Indexed(252)),
    accent: Some(Indexed(123)),
    good: Some(Indexed(120)),
    bad: Some(Indexed(217)),
    warn: Some(Indexed(226)),
    special: Some(Indexed(219)),
    code: Some(Indexed(229)),
    text_token: Some(Indexed(157)),
    number: Some(Indexed(229)),
    function: Some(Indexed(123)),
    variable: Some(Indexed(223)),
    operator: Some(Indexed(231)),
    band: Some((Indexed(16), Indexed(231))),
    chosen: Some((Indexed(16), Indexed(226))),
    found: Some((Indexed(16), Indexed(226))),
};

/// The bright eight are read on black and on the blue of the PowerShell window; blue, dark cyan and dark grey are not.
static SIXTEEN: Palette = Palette {
    ground: None,
    text: None,
    title: Some(Color::White),
    dim: None,
    accent: Some(Color::LightCyan),
    good: Some(Color::LightGreen),
    bad: Some(Color::LightRed),
    warn: Some(Color::LightYellow),
    special: Some(Color::White),
    code: Some(Color::LightYellow),
    text_token: Some(Color::LightGreen),
    number: Some(Color::LightYellow),
    function: Some(Color::LightCyan),
    variable: Some(Color::White),
    operator: None,
    band: Some((Color::Black, Color::Gray)),
    chosen: Some((Color::Black, Color::LightCyan)),
    found: Some((Color::Black, Color::LightYellow)),
};

static PLAIN: Palette = Palette {
    ground: None,
    text: None,
    title: None,
    dim: None,
    accent: None,
    good: None,
    bad: None,
    warn: None,
    special: None,
    code: None,
    text_token: None,
    number: None,
    function: None,
    variable: None,
    operator: None,
    band: None,
    chosen: None,
    found: None,
};

const NAMED: [Color; 16] = [
    Color::Black,
    Color::Red,
    Color::Green,
    Color::Yellow,
    Color::Blue,
    Color::Magenta,
    Color::Cyan,
    Color::Gray,
    Color::DarkGray,
    Color::LightRed,
    Color::LightGreen,
    Color::LightYellow,
    Color::LightBlue,
    Color::LightMagenta,
    Color::LightCyan,
    Color::White,
];

/// One of the sixteen for any colour.
pub fn nearest(colour: Color) -> Color {
    let (r, g, b) = match colour {
        Color::Indexed(n @ 0..16) => return NAMED[usize::from(n)],
        Color::Indexed(n) => cube(n),
        Color::Rgb(r, g, b) => (r, g, b),
        named => return named,
    };
    let most = r.max(g).max(b);
    let least = r.min(g).min(b);
    // Greys have four steps; the others are told by which of their parts are strong.
    if most - least < 40 {
        let step = match most {
            0..48 => 0,
            48..140 => 8,
            140..215 => 7,
            _ => 15,
        };
        return NAMED[step];
    }
    let middle = least + (most - least) / 2;
    let bits = usize::from(r > middle) | usize::from(g > middle) << 1 | usize::from(b > middle) << 2;
    NAMED[bits + if most > 170 { 8 } else { 0 }]
}

/// The colours 16 to 255 as red, green and blue.
pub fn cube(n: u8) -> (u8, u8, u8) {
    if n >= 232 {
        let grey = 8 + 10 * (n - 232);
        return (grey, grey, grey);
    }
    let n = n.saturating_sub(16);
    let part = |v: u8| if v == 0 { 0 } else { 55 + 40 * v };
    (part(n / 36), part(n / 6 % 6), part(n % 6))
}

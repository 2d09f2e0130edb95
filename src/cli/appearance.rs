//! Which colours and characters the outer terminal can show, by what it says of itself, unless the learner chose.

use std::env;

use clap::ValueEnum;

use crate::app::Appearance;
use crate::app::Glyphs;
use crate::app::ThemeName;

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum ThemeArg {
    Dark,
    Light,
    /// High contrast
    Contrast,
    /// The terminal's own 16 colours
    #[value(name = "16")]
    Sixteen,
    /// No colour
    None,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum GlyphsArg {
    Rich,
    /// What a plain Windows console can draw
    Console,
    Ascii,
}

pub fn choose(theme: Option<ThemeArg>, glyphs: Option<GlyphsArg>) -> Appearance {
    let get = |name: &str| env::var(name).ok().filter(|v| !v.is_empty());
    Appearance { theme: theme.map_or_else(|| guess_theme(&get), named), glyphs: glyphs.map_or_else(|| guess_glyphs(&get), drawn) }
}

fn named(theme: ThemeArg) -> ThemeName {
    match theme {
        ThemeArg::Dark => ThemeName::Dark,
        ThemeArg::Light => ThemeName::Light,
        ThemeArg::Contrast => ThemeName::Contrast,
        ThemeArg::Sixteen => ThemeName::Sixteen,
        ThemeArg::None => ThemeName::Plain,
    }
}

fn drawn(glyphs: GlyphsArg) -> Glyphs {
    match glyphs {
        GlyphsArg::Rich => Glyphs::Rich,
        GlyphsArg::Console => Glyphs::Console,
        GlyphsArg::Ascii => Glyphs::Ascii,
    }
}

/// `NO_COLOR` first; rich colours only where the terminal says so, and light only where `COLORFGBG` says the background is.
fn guess_theme(get: &impl Fn(&str) -> Option<String>) -> ThemeName {
    let term = get("TERM").unwrap_or_default();
    if get("NO_COLOR").is_some() || term == "dumb" {
        return ThemeName::Plain;
    }
    let rich = get("COLORTERM").is_some_and(|c| c == "truecolor" || c == "24bit")
        || term.contains("256color")
        || get("WT_SESSION").is_some();
    if !rich {
        return ThemeName::Sixteen;
    }
    let background = get("COLORFGBG").and_then(|v| v.rsplit(';').next().and_then(|b| b.parse::<u8>().ok()));
    if matches!(background, Some(7 | 9..=15)) { ThemeName::Light } else { ThemeName::Dark }
}

/// Without UTF-8 only ASCII is safe; the Linux console and the plain Windows console lack the rich marks, and a bitmap font of Windows
/// has only one code page.
fn guess_glyphs(get: &impl Fn(&str) -> Option<String>) -> Glyphs {
    #[cfg(windows)]
    return match crate::windows::console::font() {
        _ if get("WT_SESSION").is_some() => Glyphs::Rich,
        Some(font) if font.bitmap => Glyphs::Ascii,
        _ => Glyphs::Console,
    };
    #[cfg(not(windows))]
    guess_unix_glyphs(get)
}

#[cfg(not(windows))]
fn guess_unix_glyphs(get: &impl Fn(&str) -> Option<String>) -> Glyphs {
    let locale = get("LC_ALL").or_else(|| get("LC_CTYPE")).or_else(|| get("LANG")).unwrap_or_default().to_lowercase();
    let utf8 = locale.contains("utf-8") || locale.contains("utf8") || cfg!(target_os = "macos");
    match get("TERM").as_deref() {
        _ if !utf8 => Glyphs::Ascii,
        Some("linux") => Glyphs::Console,
        _ => Glyphs::Rich,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn theme(variables: &[(&str, &str)]) -> ThemeName {
        guess_theme(&|name: &str| variables.iter().find(|(n, _)| *n == name).map(|(_, v)| (*v).to_owned()))
    }

    #[cfg(target_os = "linux")]
    fn glyphs(variables: &[(&str, &str)]) -> Glyphs {
        guess_glyphs(&|name: &str| variables.iter().find(|(n, _)| *n == name).map(|(_, v)| (*v).to_owned()))
    }

    #[test]
    fn no_color_wins_over_everything() {
        assert_eq!(theme(&[("NO_COLOR", "1"), ("COLORTERM", "truecolor")]), ThemeName::Plain);
    }

    #[test]
    fn colours_are_as_rich_as_the_terminal_says() {
        assert_eq!(theme(&[("TERM", "xterm")]), ThemeName::Sixteen);
        assert_eq!(theme(&[("TERM", "xterm-256color")]), ThemeName::Dark);
        assert_eq!(theme(&[("TERM", "xterm-256color"), ("COLORFGBG", "0;15")]), ThemeName::Light);
        assert_eq!(theme(&[("TERM", "dumb")]), ThemeName::Plain);
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn characters_follow_the_locale_and_the_console() {
        assert_eq!(glyphs(&[("LANG", "de_DE.UTF-8"), ("TERM", "xterm")]), Glyphs::Rich);
        assert_eq!(glyphs(&[("LANG", "C"), ("TERM", "xterm")]), Glyphs::Ascii);
        assert_eq!(glyphs(&[("LANG", "C.UTF-8"), ("TERM", "linux")]), Glyphs::Console);
        assert_eq!(glyphs(&[("LANG", "C.UTF-8"), ("LC_ALL", "C")]), Glyphs::Ascii);
    }
}

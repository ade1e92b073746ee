//! What a reader chose about the look: text size, contrast, language; kept in one cookie for all visits.

/// The language of the page; the source is Chinese, English covers learner pages.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Lang {
    /// Simplified Chinese, as written in the source.
    #[default]
    Zh,
    /// English, from the catalogue.
    En,
}

impl Lang {
    /// The value of the `lang` attribute.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Zh => "zh-CN",
            Self::En => "en",
        }
    }
}

/// How large the text is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum TextSize {
    /// 18 px.
    #[default]
    Normal,
    /// 长辈版, 24 px.
    Large,
    /// The largest choice of 长辈版, 30 px.
    Largest,
}

/// Which palette is used.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Contrast {
    /// Light or dark, as the device asks.
    #[default]
    Auto,
    /// Always dark.
    Dark,
    /// White and yellow on black.
    High,
}

/// Text size and palette of a page.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct View {
    /// How large the text is.
    pub text: TextSize,
    /// Which palette is used.
    pub contrast: Contrast,
}

impl View {
    /// Whether 长辈版 is on.
    pub const fn elder(self) -> bool {
        !matches!(self.text, TextSize::Normal)
    }

    /// The word for the text size in the cookie, in addresses and in the stylesheet.
    pub const fn text_code(self) -> &'static str {
        match self.text {
            TextSize::Normal => "normal",
            TextSize::Large => "large",
            TextSize::Largest => "largest",
        }
    }

    /// The word for the palette in the cookie, in addresses and in the stylesheet.
    pub const fn contrast_code(self) -> &'static str {
        match self.contrast {
            Contrast::Auto => "auto",
            Contrast::Dark => "dark",
            Contrast::High => "high",
        }
    }
}

/// All that a reader chose about the look, as the cookie holds it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Preference {
    /// Text size and palette.
    pub view: View,
    /// Language.
    pub lang: Lang,
}

impl Preference {
    /// Name of the cookie that holds the preference.
    pub const COOKIE: &'static str = platform::web::VIEW_COOKIE;

    /// Reads the cookie's value; what it does not know stays at the default.
    pub fn parse(value: &str) -> Self {
        value.split('.').fold(Self::default(), Self::with_word)
    }

    /// The value to store in the cookie, for example `large.auto.zh`.
    pub fn cookie_value(self) -> String {
        let lang = match self.lang {
            Lang::Zh => "zh",
            Lang::En => "en",
        };
        format!("{}.{}.{lang}", self.view.text_code(), self.view.contrast_code())
    }

    /// Changes one choice by its word: `large`, `high`, `en` and so on; an unknown word changes nothing.
    #[must_use]
    pub fn with_word(mut self, word: &str) -> Self {
        match word {
            "normal" => self.view.text = TextSize::Normal,
            "large" => self.view.text = TextSize::Large,
            "largest" => self.view.text = TextSize::Largest,
            "auto" => self.view.contrast = Contrast::Auto,
            "dark" => self.view.contrast = Contrast::Dark,
            "high" => self.view.contrast = Contrast::High,
            "zh" => self.lang = Lang::Zh,
            "en" => self.lang = Lang::En,
            _ => {}
        }
        self
    }
}

/// The path to go back to, if it is one of this site; otherwise the start page.
///
/// A browser reads `//host` and `/\host` as another site, so these are refused too.
pub fn local_path(path: &str) -> &str {
    let local = path.starts_with('/')
        && !path.starts_with("//")
        && !path.contains('\\')
        && !path.chars().any(char::is_control);
    if local { path } else { "/" }
}

/// Encodes text for the value of a query parameter.
pub fn query_value(text: &str) -> String {
    use std::fmt::Write as _;
    let mut out = String::with_capacity(text.len());
    for byte in text.bytes() {
        match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'_' | b'.' | b'~' => out.push(char::from(byte)),
            _ => {
                let _ = write!(out, "%{byte:02X}");
            }
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_cookie_round_trips_every_choice() {
        for text in ["normal", "large", "largest"] {
            for contrast in ["auto", "dark", "high"] {
                for lang in ["zh", "en"] {
                    let value = format!("{text}.{contrast}.{lang}");
                    assert_eq!(Preference::parse(&value).cookie_value(), value);
                }
            }
        }
    }

    #[test]
    fn a_broken_cookie_means_the_default() {
        for value in ["", "....", "huge.pink.fr", "<script>", "large\u{0}"] {
            assert_eq!(Preference::parse(value), Preference::default(), "{value}");
        }
        assert!(Preference::parse("large").view.elder());
    }

    #[test]
    fn going_back_never_leaves_the_site() {
        for (path, back) in [
            ("/classes?q=书法", "/classes?q=书法"),
            ("https://example.org", "/"),
            ("//example.org", "/"),
            ("/\\example.org", "/"),
            ("/a\r\nSet-Cookie: x", "/"),
            ("", "/"),
        ] {
            assert_eq!(local_path(path), back);
        }
    }

    #[test]
    fn query_values_are_encoded() {
        assert_eq!(query_value("/a?b=书&c"), "%2Fa%3Fb%3D%E4%B9%A6%26c");
    }
}

//! The status of a thing: a word with an icon, so that colour is never the only sign.

use std::fmt::{self, Display};

use askama::filters::HtmlSafe;

use crate::html::Html;
use crate::icons::Icon;

/// How a status feels.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Tone {
    /// Open, done, in order.
    Good,
    /// In progress, waiting.
    Info,
    /// Soon over, needs a look.
    Warn,
    /// Refused, revoked, wrong.
    Bad,
    /// Full, closed, past.
    Quiet,
}

/// A status.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tag {
    tone: Tone,
    icon: Icon,
    text: String,
}

impl Tag {
    /// A status with its own icon.
    pub fn new(tone: Tone, icon: Icon, text: impl Into<String>) -> Self {
        Self {
            tone,
            icon,
            text: text.into(),
        }
    }

    /// Open, done, in order: 有名额, 已报上, 已签到.
    pub fn good(text: impl Into<String>) -> Self {
        Self::new(Tone::Good, Icon::CircleCheck, text)
    }

    /// In progress or waiting: 候补中（第 7 位）.
    pub fn waiting(text: impl Into<String>) -> Self {
        Self::new(Tone::Info, Icon::Hourglass, text)
    }

    /// Needs a look: 快满了（剩 3）.
    pub fn warn(text: impl Into<String>) -> Self {
        Self::new(Tone::Warn, Icon::CircleAlert, text)
    }

    /// Refused, revoked, stopped: 已停课.
    pub fn bad(text: impl Into<String>) -> Self {
        Self::new(Tone::Bad, Icon::Ban, text)
    }

    /// Full, closed, past: 已满.
    pub fn quiet(text: impl Into<String>) -> Self {
        Self::new(Tone::Quiet, Icon::Lock, text)
    }
}

impl Display for Tag {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let class = match self.tone {
            Tone::Good => "tag good",
            Tone::Info => "tag info",
            Tone::Warn => "tag warn",
            Tone::Bad => "tag bad",
            Tone::Quiet => "tag quiet",
        };
        let mut html = Html::literal("<span class=\"");
        html.raw(class)
            .raw("\">")
            .add(&self.icon)
            .text(&self.text)
            .raw("</span>");
        out.write_str(html.as_str())
    }
}

impl HtmlSafe for Tag {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_status_has_a_word_and_an_icon() {
        for tag in [
            Tag::good("<有>"),
            Tag::waiting("<有>"),
            Tag::warn("<有>"),
            Tag::bad("<有>"),
            Tag::quiet("<有>"),
        ] {
            let html = tag.to_string();
            assert!(html.contains("<svg") && html.contains("&#60;有&#62;"), "{html}");
        }
    }
}

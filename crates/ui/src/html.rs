//! HTML that is already safe, and the one place that escapes text.

use std::fmt::{self, Display, Write as _};

use askama::filters::{Escaper as _, HtmlSafe};

/// Markup that was built by this crate from escaped parts and prints without being escaped again.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Html(String);

impl Html {
    /// An empty piece of markup.
    pub fn new() -> Self {
        Self::default()
    }

    /// Markup written in the source itself.
    ///
    /// It takes only text that lives as long as the program, so that no typed text can come in this way.
    pub fn literal(markup: &'static str) -> Self {
        Self(markup.to_owned())
    }

    /// Adds markup from the source.
    pub fn raw(&mut self, markup: &'static str) -> &mut Self {
        self.0.push_str(markup);
        self
    }

    /// Adds text, escaped for an element or a quoted attribute.
    pub fn text(&mut self, text: impl Display) -> &mut Self {
        let mut plain = String::new();
        // Writing into a String cannot fail.
        let _ = write!(plain, "{text}");
        let _ = askama::filters::Html.write_escaped_str(&mut self.0, &plain);
        self
    }

    /// Adds another safe component.
    pub fn add(&mut self, component: &impl HtmlSafe) -> &mut Self {
        let _ = write!(self.0, "{component}");
        self
    }

    /// The markup as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl Display for Html {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(&self.0)
    }
}

impl HtmlSafe for Html {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn typed_text_never_becomes_markup() {
        let mut html = Html::literal("<b title=\"");
        html.text("\"><script>alert('1')</script>&")
            .raw("\">")
            .text(7)
            .raw("</b>");
        assert_eq!(
            html.as_str(),
            "<b title=\"&#34;&#62;&#60;script&#62;alert(&#39;1&#39;)&#60;/script&#62;&#38;\">7</b>"
        );
    }
}

//! The state of a list that lives in its address: filters, sort, and the next page by cursor.

use askama::Template;
use askama::filters::HtmlSafe;

use crate::catalogue::translate;
use crate::form::Pairs;
use crate::html::Html;
use crate::icons::Icon;
use crate::view::{Lang, query_value};

/// A list's address in parts. `sort=name` sorts upwards, `sort=-name` downwards.
#[derive(Debug, Clone, Default)]
pub struct Listing {
    path: String,
    query: Pairs,
    lang: Lang,
}

impl Listing {
    /// Reads the state from the path and the query's pairs.
    pub fn new(path: impl Into<String>, query: Pairs, lang: Lang) -> Self {
        Self {
            path: path.into(),
            query,
            lang,
        }
    }

    /// The value of a parameter; empty when it is absent.
    pub fn get(&self, name: &str) -> &str {
        self.query
            .iter()
            .find(|(key, _)| key == name)
            .map_or("", |(_, value)| value)
    }

    /// The column to sort by and whether downwards; only a column among `allowed`, otherwise the first of them.
    pub fn sort<'a>(&self, allowed: &[&'a str]) -> (&'a str, bool) {
        let wanted = self.get("sort");
        let column = wanted.trim_start_matches('-');
        match allowed.iter().find(|&&name| name == column) {
            Some(name) => (name, wanted.starts_with('-')),
            None => (allowed.first().copied().unwrap_or_default(), false),
        }
    }

    /// The address with one parameter changed (an empty value takes it away) and the cursor forgotten.
    pub fn with(&self, name: &str, value: &str) -> String {
        let kept = self
            .query
            .iter()
            .filter(|(key, old)| key != name && key != "cursor" && !old.is_empty());
        let changed = Some((name, value)).filter(|(_, value)| !value.is_empty());
        let pairs: Vec<String> = kept
            .map(|(key, old)| (key.as_str(), old.as_str()))
            .chain(changed)
            .map(|(key, value)| format!("{}={}", query_value(key), query_value(value)))
            .collect();
        if pairs.is_empty() {
            self.path.clone()
        } else {
            format!("{}?{}", self.path, pairs.join("&"))
        }
    }

    /// The heading of a sortable column.
    pub fn head(&self, column: &str, label: &str) -> Html {
        let (state, next, icon) = match self.get("sort") {
            sort if sort == column => ("ascending", format!("-{column}"), Some(Icon::ChevronUp)),
            sort if sort.strip_prefix('-') == Some(column) => {
                ("descending", column.to_owned(), Some(Icon::ChevronDown))
            }
            _ => ("none", column.to_owned(), None),
        };
        let mut html = Html::literal("<th scope=\"col\" aria-sort=\"");
        html.raw(state)
            .raw("\"><a href=\"")
            .text(self.with("sort", &next))
            .raw("\">")
            .text(label);
        if let Some(icon) = icon {
            html.add(&icon);
        }
        html.raw("</a></th>");
        html
    }

    /// Hidden fields that keep every parameter except those named, for a filter form.
    pub fn keep_except(&self, names: &[&str]) -> Html {
        let mut html = Html::new();
        let kept = self
            .query
            .iter()
            .filter(|(key, _)| !names.contains(&key.as_str()) && key != "cursor");
        for (key, value) in kept {
            html.raw("<input type=\"hidden\" name=\"")
                .text(key)
                .raw("\" value=\"")
                .text(value)
                .raw("\">");
        }
        html
    }

    /// The pager under the list: back to the start, and on to `next` if there is more.
    pub fn pager(&self, next: Option<&str>) -> Pager {
        let at_start = self.get("cursor").is_empty();
        Pager {
            first: if at_start {
                String::new()
            } else {
                self.with("cursor", "")
            },
            next: next.map(|cursor| self.with("cursor", cursor)).unwrap_or_default(),
            lang: self.lang,
        }
    }
}

/// Ways on from a page of a list; prints nothing when there is only one page.
#[derive(Debug, Template)]
#[template(path = "ui/pager.html")]
pub struct Pager {
    first: String,
    next: String,
    lang: Lang,
}

impl Pager {
    fn t<'t>(&self, chinese: &'t str) -> &'t str {
        translate(self.lang, chinese)
    }
}

impl HtmlSafe for Pager {}

#[cfg(test)]
mod tests {
    use super::*;

    fn listing(query: &[(&str, &str)]) -> Listing {
        let pairs = query
            .iter()
            .map(|&(key, value)| (key.to_owned(), value.to_owned()))
            .collect();
        Listing::new("/classes", pairs, Lang::Zh)
    }

    #[test]
    fn addresses_keep_the_other_filters() {
        let list = listing(&[("q", "书 法"), ("day", ""), ("cursor", "x"), ("sort", "name")]);
        assert_eq!(
            list.with("sort", "-name"),
            "/classes?q=%E4%B9%A6%20%E6%B3%95&sort=-name"
        );
        assert_eq!(listing(&[("q", "a")]).with("q", ""), "/classes");
    }

    #[test]
    fn headings_turn_the_order() {
        for (sort, state, next) in [
            ("name", "ascending", "sort=-name"),
            ("-name", "descending", "sort=name"),
            ("", "none", "sort=name"),
        ] {
            let html = listing(&[("sort", sort)]).head("name", "<名称>").to_string();
            assert!(
                html.contains(&format!("aria-sort=\"{state}\"")) && html.contains(next),
                "{html}"
            );
            assert!(html.contains("&#60;名称&#62;"), "{html}");
        }
    }

    #[test]
    fn only_known_columns_sort() {
        assert_eq!(
            listing(&[("sort", "-seats")]).sort(&["name", "seats"]),
            ("seats", true)
        );
        assert_eq!(
            listing(&[("sort", "1;drop")]).sort(&["name", "seats"]),
            ("name", false)
        );
    }

    #[test]
    fn the_pager_goes_on_and_back_to_the_start() {
        assert_eq!(listing(&[]).pager(None).to_string(), "");
        let html = listing(&[("q", "a"), ("cursor", "c1")])
            .pager(Some("c2"))
            .to_string();
        assert!(
            html.contains("/classes?q=a\"") && html.contains("/classes?q=a&#38;cursor=c2"),
            "{html}"
        );
    }
}

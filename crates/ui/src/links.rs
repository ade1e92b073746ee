//! Rows of links: breadcrumbs, tabs, the steps of a task, and the task list.

use askama::Template;
use askama::filters::HtmlSafe;

use crate::page::Page;
use crate::tag::Tag;

/// An address with its words.
#[derive(Debug, Clone, Default)]
pub struct Link {
    /// Address; empty for the page one is on.
    pub href: String,
    /// Words on screen.
    pub text: String,
}

impl Link {
    /// An address with its words.
    pub fn new(href: impl Into<String>, text: impl Into<String>) -> Self {
        Self {
            href: href.into(),
            text: text.into(),
        }
    }
}

/// The way from the start to this page; the last link is this page.
#[derive(Debug, Clone, Default, Template)]
#[template(path = "ui/crumbs.html")]
pub struct Crumbs {
    /// What the links are, for screen readers.
    pub label: String,
    /// Links from the top down.
    pub links: Vec<Link>,
}

impl Crumbs {
    /// The way from the start down to this page.
    pub fn new(page: &Page, links: Vec<Link>) -> Self {
        Self {
            label: page.t("您在这里").to_owned(),
            links,
        }
    }
}

/// Views of the same thing, as links.
#[derive(Debug, Clone, Template)]
#[template(path = "ui/tabs.html")]
pub struct Tabs {
    /// What the views are of, for screen readers.
    pub label: String,
    /// The views; the one whose address is empty is this one.
    pub links: Vec<Link>,
}

impl Tabs {
    /// Views of the same thing; the one whose address is empty is this one.
    pub fn new(label: impl Into<String>, links: Vec<Link>) -> Self {
        Self {
            label: label.into(),
            links,
        }
    }
}

/// Where a person stands in a task of a few pages: 第 2 步，共 3 步.
#[derive(Debug, Clone, Template)]
#[template(path = "ui/steps.html")]
pub struct Steps {
    /// Number of this step, from 1.
    pub now: usize,
    /// The name of each step.
    pub names: Vec<String>,
}

impl Steps {
    /// The names of all steps and the number of this one, from 1.
    pub fn new(now: usize, names: &[&str]) -> Self {
        Self {
            now,
            names: names.iter().map(|&name| name.to_owned()).collect(),
        }
    }
}

/// One thing to do.
#[derive(Debug, Clone)]
pub struct Task {
    /// Where it is done; empty when it cannot be done yet.
    pub href: String,
    /// What it is.
    pub text: String,
    /// A line under it: the deadline, what it depends on.
    pub hint: String,
    /// How far it is.
    pub status: Tag,
}

/// Things to do in order, each with its status.
#[derive(Debug, Clone, Template)]
#[template(path = "ui/tasks.html")]
pub struct TaskList {
    /// The things to do.
    pub tasks: Vec<Task>,
}

impl HtmlSafe for Crumbs {}
impl HtmlSafe for Tabs {}
impl HtmlSafe for Steps {}
impl HtmlSafe for TaskList {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn links_escape_words_and_mark_this_page() {
        let links = vec![Link::new("/a\"b", "<甲>"), Link::new("", "乙")];
        for html in [
            Crumbs::new(&Page::default(), links.clone()).to_string(),
            Tabs::new("视图", links).to_string(),
        ] {
            assert!(
                html.contains("href=\"/a&#34;b\"") && html.contains("&#60;甲&#62;"),
                "{html}"
            );
            assert_eq!(html.matches("aria-current=\"page\"").count(), 1, "{html}");
        }
    }

    #[test]
    fn steps_tell_the_present_one() {
        let html = Steps::new(2, &["选班", "核对", "完成"]).to_string();
        assert!(
            html.contains("<li class=\"now\" aria-current=\"step\">核对"),
            "{html}"
        );
        assert_eq!(html.matches("class=\"done\"").count(), 1, "{html}");
    }
}

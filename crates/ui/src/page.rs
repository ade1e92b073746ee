//! What every page carries: title, language, look, who is signed in, and the notice on top.

use std::fmt::{self, Display};

use askama::filters::HtmlSafe;
use kernel::chinese_date::{date_text, moment_text, time_text};
use kernel::{Date, Instant};

use crate::catalogue;
use crate::html::Html;
use crate::icons::Icon;
use crate::view::{Lang, Preference, View, query_value};

/// The frame of one page; every page template has a field `page` of this type.
#[derive(Debug, Clone, Default)]
pub struct Page {
    /// Title of the page, in the page's language, without the name of the site.
    pub title: String,
    /// Language of the page.
    pub lang: Lang,
    /// Text size and palette.
    pub view: View,
    /// Path and query of this page, for the navigation and for coming back from the view switch.
    pub path: String,
    /// Token that every posted form carries.
    pub csrf: String,
    /// Who is signed in.
    pub signed_in: Option<SignedIn>,
    /// Whether the browser brought a sign-in, on a page that anybody may keep: it names nobody, but offers 我的.
    pub known: bool,
    /// What to tell on top of the page.
    pub notice: Option<Notice>,
    /// Whether this is the demonstration, so that nobody takes its figures for real ones.
    pub demo: bool,
    /// Name of the place that runs this installation, for example 闵行区.
    pub place_name: String,
    /// Telephone a person may call for help; empty when none is set.
    pub help_phone: String,
    /// Navigation of staff pages; only `layout/desk.html` uses it.
    pub desk: Option<DeskNav>,
}

/// Who is signed in, as far as the frame shows it.
#[derive(Debug, Clone, Default)]
pub struct SignedIn {
    /// Name to show.
    pub name: String,
    /// Whether the person holds a post, and so sees the way to the desk.
    pub staff: bool,
    /// Whether the account belongs to at least one learner.
    pub learner: bool,
}

/// Navigation of staff pages.
#[derive(Debug, Clone, Default)]
pub struct DeskNav {
    /// Name of the organisation the person works in now.
    pub org_name: String,
    /// Page to change the organisation; empty when the person has only one.
    pub switch_href: String,
    /// Number of things that wait for this person.
    pub waiting: u32,
    /// Links in order of use, those of one group together.
    pub links: Vec<NavLink>,
}

/// From so many links on, their groups are named.
const GROUPED: usize = 8;

impl DeskNav {
    /// Name of the group that begins with a link, where the links are many.
    #[must_use]
    pub fn group_at(&self, index: &usize) -> Option<&'static str> {
        let own = self.links.get(*index)?.group;
        let before = index.checked_sub(1).and_then(|before| self.links.get(before));
        let begins = before.is_none_or(|before| before.group != own);
        (begins && self.links.len() >= GROUPED && !own.is_empty()).then_some(own)
    }
}

/// One link of the staff navigation.
#[derive(Debug, Clone)]
pub struct NavLink {
    /// Address.
    pub href: String,
    /// Word on screen.
    pub text: String,
    /// Icon beside the word.
    pub icon: Icon,
    /// Name of its group; may be empty.
    pub group: &'static str,
}

impl NavLink {
    /// A link with its icon and word.
    pub fn new(href: impl Into<String>, icon: Icon, text: impl Into<String>) -> Self {
        Self {
            href: href.into(),
            text: text.into(),
            icon,
            group: "",
        }
    }

    /// The same link in a group.
    #[must_use]
    pub const fn under(mut self, group: &'static str) -> Self {
        self.group = group;
        self
    }
}

/// What kind of news a notice brings.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NoticeKind {
    /// Something was done.
    Done,
    /// Something to know.
    Info,
    /// Something to be careful about.
    Warning,
}

/// A notification banner.
#[derive(Debug, Clone)]
pub struct Notice {
    /// What kind of news.
    pub kind: NoticeKind,
    /// One or two sentences.
    pub text: String,
}

impl Notice {
    /// Something was done.
    pub fn done(text: impl Into<String>) -> Self {
        Self {
            kind: NoticeKind::Done,
            text: text.into(),
        }
    }

    /// Something to know.
    pub fn info(text: impl Into<String>) -> Self {
        Self {
            kind: NoticeKind::Info,
            text: text.into(),
        }
    }

    /// Something to be careful about.
    pub fn warning(text: impl Into<String>) -> Self {
        Self {
            kind: NoticeKind::Warning,
            text: text.into(),
        }
    }
}

impl Display for Notice {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (class, icon, role) = match self.kind {
            NoticeKind::Done => ("notice good", Icon::CircleCheck, "status"),
            NoticeKind::Info => ("notice info", Icon::Info, "status"),
            NoticeKind::Warning => ("notice warn", Icon::Warning, "alert"),
        };
        let mut html = Html::literal("<div class=\"");
        html.raw(class)
            .raw("\" role=\"")
            .raw(role)
            .raw("\">")
            .add(&icon)
            .raw("<p>");
        html.text(&self.text).raw("</p></div>");
        out.write_str(html.as_str())
    }
}

impl HtmlSafe for Notice {}

impl Page {
    /// The text in the page's language; a text without a translation stays Chinese.
    pub fn t<'a>(&self, chinese: &'a str) -> &'a str {
        catalogue::translate(self.lang, chinese)
    }

    /// The text in the page's language with each `{}` replaced by the next argument.
    pub fn tn(&self, chinese: &str, arguments: &[&dyn Display]) -> String {
        catalogue::fill(self.t(chinese), arguments)
    }

    /// A sentence that was put together in Chinese, such as an error's, in the page's language.
    pub fn retell(&self, sentence: impl AsRef<str>) -> String {
        catalogue::retell(self.lang, sentence.as_ref())
    }

    /// A day as the page's reader writes it: `2026年11月22日`, in English `2026-11-22`; a text that is no day stays.
    pub fn date(&self, day: impl Display) -> String {
        let text = day.to_string();
        match (self.lang, text.parse::<Date>()) {
            (Lang::Zh, Ok(date)) => date_text(date),
            _ => text,
        }
    }

    /// A moment as the page's reader writes it, in China's time: `2026年11月22日 09:00`, in English `2026-11-22 09:00`.
    pub fn moment(&self, at: Instant) -> String {
        match self.lang {
            Lang::Zh => moment_text(at),
            Lang::En => {
                let (date, time) = at.china();
                format!("{date} {}", time_text(time))
            }
        }
    }

    /// Sets the title, translated.
    #[must_use]
    pub fn titled(mut self, chinese: &str) -> Self {
        self.title = catalogue::translate(self.lang, chinese).to_owned();
        self
    }

    /// Sets the notice on top.
    #[must_use]
    pub fn noticed(mut self, notice: Notice) -> Self {
        self.notice = Some(notice);
        self
    }

    /// Name of the site: the product and the place.
    pub fn site_name(&self) -> String {
        match (self.t("学圈"), self.place_name.as_str()) {
            (name, "") => name.to_owned(),
            (name, place) => format!("{name} · {place}"),
        }
    }

    /// Whether this page lies under `prefix`, for marking the navigation.
    pub fn under(&self, prefix: &str) -> bool {
        let path = self.path.split(['?', '#']).next().unwrap_or_default();
        path.strip_prefix(prefix)
            .is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
    }

    /// ` aria-current="page"` when this page lies under `prefix`.
    pub fn current(&self, prefix: &str) -> Html {
        if self.under(prefix) {
            Html::literal(" aria-current=\"page\"")
        } else {
            Html::new()
        }
    }

    /// Address that changes one choice of the look (`large`, `high`, `en` …) and comes back to this page.
    pub fn view_href(&self, word: &str) -> String {
        format!("/view?set={}&back={}", query_value(word), query_value(&self.path))
    }

    /// What the cookie would hold for this page's look.
    pub fn preference(&self) -> Preference {
        Preference {
            view: self.view,
            lang: self.lang,
        }
    }

    /// The hidden field with the token; every posted form holds it.
    pub fn csrf_field(&self) -> Html {
        let mut html = Html::literal("<input type=\"hidden\" name=\"csrf\" value=\"");
        html.text(&self.csrf).raw("\">");
        html
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn navigation_marks_whole_path_parts_only() {
        let page = Page {
            path: "/classes/abc?q=1".into(),
            ..Page::default()
        };
        assert!(page.under("/classes"));
        assert!(!page.under("/class"));
        assert!(!page.under("/timetable"));
        assert_eq!(page.current("/classes").as_str(), " aria-current=\"page\"");
    }

    #[test]
    fn english_falls_back_to_chinese() {
        let page = Page {
            lang: Lang::En,
            ..Page::default()
        };
        assert_eq!(page.t("找课"), "Find a class");
        assert_eq!(page.t("没有这句话的英文"), "没有这句话的英文");
        assert_eq!(Page::default().t("找课"), "找课");
        assert_eq!(
            page.tn("剩 {} 个，共 {} 个", &[&3, &"<20>"]),
            "剩 3 个，共 <20> 个"
        );
    }

    #[test]
    fn days_are_told_as_the_reader_writes_them() {
        let chinese = Page::default();
        let english = Page {
            lang: Lang::En,
            ..Page::default()
        };
        assert_eq!(chinese.date("2026-11-02"), "2026年11月2日");
        assert_eq!(english.date("2026-11-02"), "2026-11-02");
        assert_eq!(chinese.date("soon"), "soon");
    }

    #[test]
    fn the_view_switch_comes_back() {
        let page = Page {
            path: "/classes?q=书".into(),
            ..Page::default()
        };
        assert_eq!(
            page.view_href("large"),
            "/view?set=large&back=%2Fclasses%3Fq%3D%E4%B9%A6"
        );
    }

    #[test]
    fn a_notice_escapes_its_text() {
        let html = Notice::warning("<script>alert(1)</script>").to_string();
        assert!(html.contains("&#60;script&#62;"), "{html}");
        assert!(html.contains("role=\"alert\""));
    }
}

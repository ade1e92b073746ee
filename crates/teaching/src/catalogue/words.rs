//! How a class reads on a page, in the page's language.

use super::model::{ClassCard, Standing};
use super::round::Applications;
use super::snapshot::Listed;
use crate::classes::Mode;
use kernel::chinese_date::{day_text, range_text, span_text, time_text};
use kernel::geo::walking_minutes;
use kernel::time::Weekday;
use kernel::{Date, Instant};
use ui::{Lang, Page, Tag};

/// A class on a list.
pub(super) struct CardView {
    pub href: String,
    pub name: String,
    pub when: String,
    pub begins: String,
    pub place: String,
    pub walk: Option<String>,
    pub teacher: Option<String>,
    pub seats: String,
    pub fee: String,
    pub tag: Tag,
}

impl CardView {
    /// The class as this page tells it.
    pub fn new(page: &Page, listed: &Listed<'_>, now: Instant) -> Self {
        let card = listed.card;
        Self {
            href: format!("/classes/{}", card.id),
            name: card.name.clone(),
            when: weekly(page, card),
            begins: page.tn("{} 开课", &[&page.date(card.starts_on)]),
            place: place(page, card),
            walk: listed
                .metres
                .map(|metres| page.tn("步行约 {} 分钟", &[&walking_minutes(metres)])),
            teacher: card.teacher.clone(),
            seats: seats(page, listed),
            fee: fee(page, card),
            tag: tag(page, listed.standing(now)),
        }
    }
}

/// Where it meets: the school and the room, or that it meets online.
pub(super) fn place(page: &Page, card: &ClassCard) -> String {
    let room = card.room.as_deref().unwrap_or_default();
    match card.mode {
        Mode::Online => format!("{}（{}）", page.t("线上"), card.place.name),
        Mode::OnSite | Mode::Hybrid => format!("{} {room}", card.place.name).trim().to_owned(),
    }
}

/// The status in a word with an icon.
pub(super) fn tag(page: &Page, standing: Standing) -> Tag {
    match standing {
        Standing::Free { left, few: true } => Tag::warn(page.tn("快满了（剩 {}）", &[&left])),
        Standing::Free { .. } => Tag::good(page.t("有名额")),
        Standing::Full { .. } => Tag::waiting(page.t("已满 可候补")),
        Standing::Selected { method, applications } => selected(page, method, applications),
        Standing::NotYet => Tag::new(ui::Tone::Quiet, ui::Icon::Clock, page.t("未开始报名")),
        Standing::Over => Tag::quiet(page.t("报名已结束")),
        Standing::Ended => Tag::quiet(page.t("已结课")),
        Standing::Stopped => Tag::bad(page.t("已停课")),
    }
}

/// `摇号，正在申请`
fn selected(page: &Page, method: &'static str, applications: Applications) -> Tag {
    let method = page.t(method);
    match applications {
        Applications::NotYet => Tag::new(
            ui::Tone::Quiet,
            ui::Icon::Clock,
            page.tn("{}，还没开始申请", &[&method]),
        ),
        Applications::Open => Tag::good(page.tn("{}，正在申请", &[&method])),
        Applications::Over => Tag::waiting(page.tn("{}，等结果", &[&method])),
    }
}

/// `剩 12 个名额，共 30 个`
pub(super) fn seats(page: &Page, listed: &Listed<'_>) -> String {
    let (left, all) = (listed.card.seats_left(listed.seats), listed.card.capacity);
    page.tn("剩 {} 个名额，共 {} 个", &[&left, &all])
}

/// `120 元一学期`, or `免费`.
pub(super) fn fee(page: &Page, card: &ClassCard) -> String {
    if card.fee.0 == 0 {
        return page.t("免费").to_owned();
    }
    page.tn("{} 元一学期", &[&card.fee.number_text()])
}

/// `每周一 09:00–10:30`
pub(super) fn weekly(page: &Page, card: &ClassCard) -> String {
    let span = span_text(card.starts, card.minutes);
    page.tn("每{} {}", &[&weekday(page, card.weekday), &span])
}

/// `3月1日（星期一）`, in English `2027-03-01`.
pub(super) fn day(page: &Page, date: Date) -> String {
    match page.lang {
        Lang::Zh => day_text(date),
        Lang::En => date.to_string(),
    }
}

/// `2027年3月1日至6月21日`
pub(super) fn dates(page: &Page, from: Date, to: Date) -> String {
    match page.lang {
        Lang::Zh => range_text(from, to),
        Lang::En => format!("{from} – {to}"),
    }
}

/// `11月20日（星期五） 09:00`
pub(super) fn moment(page: &Page, at: Instant) -> String {
    let (date, time) = at.china();
    format!("{} {}", day(page, date), time_text(time))
}

/// `周一`
pub(super) fn weekday<'a>(page: &Page, weekday: Weekday) -> &'a str {
    ui::catalogue::translate(page.lang, kernel::chinese_date::short_weekday_text(weekday))
}

/// Who may enrol, in plain sentences.
pub(super) fn who_may(page: &Page, card: &ClassCard) -> Vec<String> {
    let mut lines = vec![match (card.age_min, card.age_max) {
        (None, None) => page.t("年龄不限。").to_owned(),
        (Some(min), None) => page.tn("满 {} 周岁就可以报。", &[&min]),
        (None, Some(max)) => page.tn("{} 周岁以下（含）可以报。", &[&max]),
        (Some(min), Some(max)) => page.tn("{} 到 {} 周岁可以报。", &[&min, &max]),
    }];
    if !card.residence_note.is_empty() {
        lines.push(card.residence_note.clone());
    }
    if card.strenuous {
        lines.push(
            page.t("这门课活动量大。心脏、血压不好或刚做过手术的，请先问过医生再报。")
                .to_owned(),
        );
    }
    lines
}

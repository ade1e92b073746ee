//! What pages show of an enrolment, in words.

use super::store::EnrollmentRow;
use crate::EnrollmentStatus;
use crate::companions::AskedTogether;
use crate::ending::Shortfall;
use kernel::chinese_date::{date_text, day_text, span_text};
use kernel::{Date, Instant, PersonId, Time};
use people::persons::PersonBrief;
use platform::Channel;
use platform::event::EventRow;
use std::collections::HashMap;
use teaching::classes::{ClassRow, ClassStatus};
use teaching::sessions::{SessionRow, SessionStatus};
use ui::{Lang, Page, Tag};

/// An enrolment with all that its page shows.
#[derive(Debug, Clone)]
pub struct Detail {
    /// The enrolment.
    pub row: EnrollmentRow,
    /// Its class.
    pub class: ClassRow,
    /// Where the class meets.
    pub place: String,
    /// Whose it is.
    pub person: PersonBrief,
    /// Place on the waitlist, from 1.
    pub position: Option<i64>,
    /// What happened, oldest first.
    pub history: Vec<HistoryLine>,
    /// Names of those who acted.
    pub names: HashMap<PersonId, String>,
    /// Why the class ended without completion, for an enrolment that did.
    pub shortfall: Option<Shortfall>,
    /// Who asked for the class together with them.
    pub with: Vec<AskedTogether>,
}

/// One thing that happened.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HistoryLine {
    /// When.
    pub at: Instant,
    /// What, in Chinese; a key of the English catalogue.
    pub what: &'static str,
    /// By which way, in Chinese; a key of the English catalogue.
    pub way: &'static str,
    /// Who acted, if a person did.
    pub by: Option<PersonId>,
}

impl Detail {
    /// Who made the enrolment, if it was somebody else: their name.
    #[must_use]
    pub fn acted(&self) -> Option<&str> {
        let actor = self
            .row
            .actor_person
            .filter(|actor| *actor != self.row.person_id)?;
        self.names.get(&actor).map(String::as_str)
    }

    /// Who recorded the enrolment, for the slip.
    #[must_use]
    pub fn recorded_by(&self) -> String {
        match (self.acted(), self.row.channel.as_str()) {
            (Some(name), "family") => format!("家人 {name}"),
            (Some(name), "companion") => format!("同行人 {name}"),
            (Some(name), _) => format!("柜台 {name}"),
            _ if self.row.actor_person.is_none() => "系统".into(),
            _ => "本人".into(),
        }
    }

    /// How a line was done, with the name of whoever else did it.
    #[must_use]
    pub fn way(&self, page: &Page, line: &HistoryLine) -> String {
        let way = page.t(line.way);
        let other = line.by.filter(|by| *by != self.row.person_id);
        match other.and_then(|by| self.names.get(&by)) {
            Some(name) => format!("{way} {name}"),
            None => way.to_owned(),
        }
    }
}

/// An enrolment on one's own list.
#[derive(Debug, Clone)]
pub struct Mine {
    /// The enrolment.
    pub row: EnrollmentRow,
    /// Its class.
    pub class: ClassRow,
    /// Where the class meets.
    pub place: String,
    /// Place on the waitlist, from 1.
    pub position: Option<i64>,
    /// The next meeting, for those with a seat.
    pub next: Option<SessionRow>,
    /// Who asked for the class together with them.
    pub with: Vec<AskedTogether>,
}

/// A line of the school's list.
#[derive(Debug, Clone)]
pub struct Learner {
    /// The enrolment.
    pub row: EnrollmentRow,
    /// Whose it is.
    pub person: PersonBrief,
    /// Place on the waitlist, from 1.
    pub position: Option<i64>,
}

/// The word on the screen; a key of the English catalogue.
#[must_use]
pub const fn label(status: EnrollmentStatus) -> &'static str {
    match status {
        EnrollmentStatus::Applied => "已申请",
        EnrollmentStatus::Waitlisted => "候补中",
        EnrollmentStatus::Offered => "有名额等您确认",
        EnrollmentStatus::Reserved => "名额已留，等交费",
        EnrollmentStatus::Confirmed => "已报上",
        EnrollmentStatus::Attending => "上课中",
        EnrollmentStatus::Suspended => "休学中",
        EnrollmentStatus::Completed => "已完成",
        EnrollmentStatus::Withdrawn => "已取消",
        EnrollmentStatus::Transferred => "已转班",
        EnrollmentStatus::Dismissed => "已退学",
        EnrollmentStatus::Ended => "未结业",
        EnrollmentStatus::Expired => "已过期",
        EnrollmentStatus::Cancelled => "班级停办",
        EnrollmentStatus::Rejected => "未录取",
    }
}

/// The word on the screen for an enrolment: a seat without a fee is kept for its papers.
#[must_use]
pub const fn label_of(status: EnrollmentStatus, due_fen: i64) -> &'static str {
    match status {
        EnrollmentStatus::Reserved if due_fen == 0 => "名额已留，等交材料",
        status => label(status),
    }
}

/// The status as a tag. A seat in a class that is closed waits for the school's word on who completed.
#[must_use]
pub fn tag(
    page: &Page,
    (status, due_fen): (EnrollmentStatus, i64),
    position: Option<i64>,
    class: ClassStatus,
) -> Tag {
    let word = page.t(label_of(status, due_fen)).to_owned();
    match (status, position) {
        (EnrollmentStatus::Suspended, _) => Tag::waiting(word),
        (status, _) if status.holds_seat() && class == ClassStatus::Closed => {
            Tag::waiting(page.t("班已结束，等学校核对结业").to_owned())
        }
        (EnrollmentStatus::Waitlisted, Some(position)) => {
            Tag::waiting(page.tn("候补中（第 {} 位）", &[&position]))
        }
        (EnrollmentStatus::Reserved | EnrollmentStatus::Offered, _) => Tag::waiting(word),
        (status, _) if status.holds_seat() || status == EnrollmentStatus::Completed => Tag::good(word),
        (status, _) if status.is_live() => Tag::waiting(word),
        (EnrollmentStatus::Cancelled | EnrollmentStatus::Dismissed, _) => Tag::bad(word),
        _ => Tag::quiet(word),
    }
}

/// An event of an enrolment in words; `None` for one that says nothing to people.
#[must_use]
pub fn history_line(event: &EventRow) -> Option<HistoryLine> {
    let what = match event.kind.as_str() {
        "enrollment.confirmed" => "报上了",
        "enrollment.waitlisted" => "排进候补",
        "enrollment.reserved" if for_papers(event) => "名额留着，等交材料",
        "enrollment.reserved" => "名额留着，等交费",
        "enrollment.paid" => "学费交了或免了，报上了",
        "enrollment.promoted" => "轮到了，从候补转为报上",
        "enrollment.offered" => "轮到了，名额留着等本人接受",
        "enrollment.accepted" => "接受了名额，报上了",
        "enrollment.passed_over" => "轮到了，但和别的班冲突或报满了，位置保留",
        "enrollment.withdrawn" if event.data.contains("\"from\":\"suspended\"") => "没有复学，学籍不再保留",
        "enrollment.withdrawn" => "取消了报名",
        "enrollment.transferred" if event.data.contains("\"from\":\"waitlisted\"") => {
            "在另一个班有了名额，候补结束"
        }
        "enrollment.transferred" if event.data.contains("\"why\":\"changed\"") => "转到了别的班",
        "enrollment.transfer_asked" => "申请转班",
        "enrollment.transfer_taken_back" => "撤回了转班申请",
        "enrollment.transfer_decided" if event.data.contains("\"approved\":true") => "学校同意了转班",
        "enrollment.transfer_decided" => "学校没有同意转班",
        "enrollment.suspension_asked" => "申请休学",
        "enrollment.suspension_taken_back" => "撤回了休学申请",
        "enrollment.suspension_refused" => "学校没有同意休学",
        "enrollment.suspended" => "休学了",
        "enrollment.returned" => "复学了",
        "enrollment.transferred" if event.data.contains("\"from\":\"suspended\"") => "复学到另一个报名",
        "enrollment.transferred" => "原来的班人数不够，并到了别的班",
        "enrollment.merge_answered" if event.data.contains("\"answer\":\"keep\"") => "答复：去新的班",
        "enrollment.merge_answered" => "答复：不去新的班，全部退费",
        "enrollment.undone" => "本人撤销了代办",
        "enrollment.cancelled" => "班级停办，报名取消",
        "enrollment.attending" => "开课了",
        "enrollment.completed" => "结业了",
        "enrollment.ended" => "班级结束，没有达到结业要求",
        "enrollment.expired" if for_papers(event) => "材料没有按时签齐，名额让给后面的人",
        "enrollment.expired" if event.data.contains("\"from\":\"reserved\"") => {
            "没有按时交费，名额让给后面的人"
        }
        "enrollment.expired" if event.data.contains("\"from\":\"offered\"") => {
            "没有按时接受，名额让给后面的人"
        }
        "enrollment.expired" => "班级结束，候补没有轮到",
        "enrollment.handed_over" => return begun_line(event),
        _ => return None,
    };
    let channel: Channel = event.channel.parse().unwrap_or(Channel::System);
    Some(HistoryLine {
        at: event.at,
        what,
        way: channel.label(),
        by: event.actor_person,
    })
}

/// Whether a seat waited for papers.
fn for_papers(event: &EventRow) -> bool {
    event.data.contains("\"papers\"")
}

/// Who began on a telephone what a clerk finished.
fn begun_line(event: &EventRow) -> Option<HistoryLine> {
    let data: serde_json::Value = serde_json::from_str(&event.data).ok()?;
    Some(HistoryLine {
        at: event.at,
        what: "先在手机上填的，到柜台接着办",
        way: Channel::Web.label(),
        by: data.get("begun_by")?.as_str()?.parse().ok(),
    })
}

/// Why the class ended without completion: the figures kept with the last such event.
#[must_use]
pub fn shortfall(row: &EnrollmentRow, events: &[EventRow]) -> Option<Shortfall> {
    if row.status != EnrollmentStatus::Ended {
        return None;
    }
    let last = events
        .iter()
        .rev()
        .find(|event| event.kind == "enrollment.ended")?;
    let data: serde_json::Value = serde_json::from_str(&last.data).ok()?;
    serde_json::from_value(data.get("shortfall")?.clone()).ok()
}

/// The next meeting of an enrolment that holds a seat.
#[must_use]
pub fn next_session(all: &[SessionRow], row: &EnrollmentRow, now: Instant) -> Option<SessionRow> {
    if !row.status.is_seated() || row.status == EnrollmentStatus::Suspended {
        return None;
    }
    let (today, time) = now.china();
    let to_come = all.iter().filter(|session| {
        session.class_id == row.class_id
            && session.status != SessionStatus::Cancelled
            && (session.day > today || (session.day == today && session.starts >= time))
    });
    to_come
        .min_by_key(|session| (session.day, session.starts))
        .cloned()
}

/// 周一 to 周日; keys of the English catalogue.
#[must_use]
pub fn weekday_name(weekday: i64) -> &'static str {
    match weekday {
        1 => "周一",
        2 => "周二",
        3 => "周三",
        4 => "周四",
        5 => "周五",
        6 => "周六",
        _ => "周日",
    }
}

/// `09:00–10:30`.
#[must_use]
pub fn hours(starts: Time, minutes: i64) -> String {
    span_text(starts, u16::try_from(minutes).unwrap_or(u16::MAX))
}

/// When a class meets, in the page's language: `每周一 09:00–10:30，2027年3月1日 开课，共 4 次课`.
#[must_use]
pub fn when(page: &Page, class: &ClassRow) -> String {
    page.tn(
        "每{} {}，{} 开课，共 {} 次课",
        &[
            &page.t(weekday_name(class.weekday)),
            &hours(class.starts, class.minutes),
            &day(page, class.starts_on),
            &class.session_count,
        ],
    )
}

/// A date as this page's reader writes it.
fn day(page: &Page, date: Date) -> String {
    match page.lang {
        Lang::Zh => date_text(date),
        Lang::En => date.to_string(),
    }
}

/// When one session is: `11月27日（星期五）13:00–14:30`.
#[must_use]
pub fn session_when(page: &Page, session: &SessionRow) -> String {
    let hours = hours(session.starts, session.minutes);
    match page.lang {
        Lang::Zh => format!("{}{hours}", day_text(session.day)),
        Lang::En => {
            let weekday = i64::from(session.day.weekday().to_monday_one_offset());
            format!("{} ({}) {hours}", session.day, page.t(weekday_name(weekday)))
        }
    }
}

/// The fee in words, in the page's language.
#[must_use]
pub fn fee(page: &Page, fen: i64) -> String {
    if fen == 0 {
        page.t("免费").to_owned()
    } else {
        page.tn("{} 元", &[&kernel::money::Fen(fen).number_text()])
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_status_and_channel_has_english() {
        let labels: Vec<&str> = EnrollmentStatus::ALL
            .iter()
            .map(|status| label(*status))
            .collect();
        let ways: Vec<&str> = Channel::ALL.iter().map(|channel| channel.label()).collect();
        let days: Vec<&str> = (1..=7).map(weekday_name).collect();
        let pending = vec!["班已结束，等学校核对结业", "名额已留，等交材料"];
        for texts in [labels, ways, days, pending] {
            assert_eq!(ui::catalogue::missing_english(&texts), Vec::<String>::new());
        }
    }

    #[test]
    fn hours_go_over_the_full_hour() {
        for (starts, minutes, text) in [("09:00", 90, "09:00–10:30"), ("14:45", 45, "14:45–15:30")] {
            assert_eq!(hours(starts.parse().unwrap(), minutes), text);
        }
    }
}

//! A class's own page: all that a person decides by.

use super::model::Standing;
use super::query::{Query, Where};
use super::refresh::Catalogue;
use super::round::{Applications, Sentences};
use super::serve::{Asked, Made, answer, made};
use super::snapshot::Listed;
use super::store::{self, Meeting, Syllabus};
use super::words;
use crate::classes::Mode;
use askama::Template;
use axum::extract::Request;
use axum::response::Response;
use kernel::Instant;
use kernel::chinese_date::span_text;
use platform::{AppError, AppResult};
use std::sync::Arc;
use ui::{Crumbs, Link, Page, Tag};

/// A line of the list of meetings.
struct MeetingView {
    number: i64,
    day: String,
    time: String,
    topic: String,
    /// Set when it is not held as planned.
    change: Option<(Tag, String)>,
}

#[derive(Template)]
#[template(path = "catalogue/class.html")]
struct ClassPage {
    page: Page,
    crumbs: Crumbs,
    name: String,
    tag: Tag,
    note: String,
    facts: Vec<(&'static str, String)>,
    enroll: Option<(String, String)>,
    enroll_hint: String,
    nearby: String,
    who_may: Vec<String>,
    /// Rules of the school, and rounds by first come.
    more: Sentences,
    syllabus: Option<Syllabus>,
    meetings: Vec<MeetingView>,
    completion: String,
    online: bool,
    place_name: String,
    place_href: String,
    address: String,
    transport: String,
    helps: Vec<String>,
    hours: String,
    phone: String,
}

/// `GET /classes/{id}`
pub async fn show(catalogue: Arc<Catalogue>, request: Request) -> Response {
    answer(
        catalogue,
        request,
        |_| Query::default(),
        async |asked: Asked| show_class(asked).await,
    )
    .await
}

async fn show_class(asked: Asked) -> AppResult<Made> {
    let id = asked.path.rsplit('/').next().unwrap_or_default();
    let id = id.parse().map_err(|_| AppError::NotFound)?;
    let listed = asked.snapshot.find(id).ok_or(AppError::NotFound)?;
    let db = &asked.catalogue.platform().db;
    let meetings = store::meetings(db, id).await?;
    let syllabus = store::syllabus(db, id).await?;
    let mut page = asked.page("");
    let more = asked.catalogue.sentences(&page, id).await?;
    page.title.clone_from(&listed.card.name);
    let mut shown = class_page(page, &asked, &listed, &meetings, syllabus);
    shown.more = more;
    made(&shown)
}

fn class_page(
    page: Page,
    asked: &Asked,
    listed: &Listed<'_>,
    meetings: &[Meeting],
    syllabus: Option<Syllabus>,
) -> ClassPage {
    let card = listed.card;
    let place = &card.place;
    let standing = listed.standing(asked.now);
    let crumbs = vec![
        Link::new("/", page.t("首页")),
        Link::new("/classes", page.t("找课")),
        Link::new("", card.name.as_str()),
    ];
    ClassPage {
        crumbs: Crumbs::new(&page, crumbs),
        name: card.name.clone(),
        tag: words::tag(&page, standing),
        note: card.status_note.clone(),
        facts: facts(&page, listed, asked.now),
        enroll: enroll(&page, listed, standing),
        enroll_hint: enroll_hint(&page, listed, standing),
        nearby: nearby(listed).address("/classes"),
        who_may: words::who_may(&page, card),
        more: Sentences::default(),
        syllabus,
        meetings: meetings
            .iter()
            .map(|meeting| meeting_view(&page, meeting))
            .collect(),
        completion: page.tn("出勤达到 {}%，就记入学习档案，发给证书。", &[&card.pass_percent]),
        online: card.mode == Mode::Online,
        place_name: place.name.clone(),
        place_href: format!("/sites/{}", place.id),
        address: place.address.clone(),
        transport: place.transport.clone(),
        helps: place
            .helps()
            .into_iter()
            .map(|words| ui::catalogue::translate(page.lang, words).to_owned())
            .collect(),
        hours: place.hours.clone(),
        phone: place.phone.clone(),
        page,
    }
}

/// What a person decides by, in the order in which people ask.
fn facts(page: &Page, listed: &Listed<'_>, now: Instant) -> Vec<(&'static str, String)> {
    let card = listed.card;
    let (opens, closes) = card.window(now);
    let label = |word: &'static str| ui::catalogue::translate(page.lang, word);
    let count = page.tn("共 {} 次", &[&card.session_count]);
    let comma = page.t("，");
    let dates = words::dates(page, card.starts_on, card.ends_on);
    let mut facts = vec![
        (
            label("时间"),
            format!("{}{comma}{count}", words::weekly(page, card)),
        ),
        (label("日期"), dates),
        (label("地点"), words::place(page, card)),
        (label("怎么上课"), label(card.mode.label()).to_owned()),
        (label("学费"), words::fee(page, card)),
        (label("名额"), words::seats(page, listed)),
        (
            label("程度"),
            format!("{} · {}", label(card.level.label()), card.category),
        ),
        (label("学期"), page.retell(&card.term)),
        (
            label("报名时间"),
            format!("{} – {}", words::moment(page, opens), words::moment(page, closes)),
        ),
    ];
    if let Some(teacher) = &card.teacher {
        facts.insert(4, (label("老师"), teacher.clone()));
    }
    facts
}

/// The main action: its address and its words. What a round gives is applied for there.
fn enroll(page: &Page, listed: &Listed<'_>, standing: Standing) -> Option<(String, String)> {
    if let (Standing::Selected { applications, .. }, Some(round)) = (standing, &listed.card.selection) {
        let words = match applications {
            Applications::Open => page.t("去申请"),
            Applications::NotYet | Applications::Over => page.t("看这一批报名"),
        };
        return Some((round.href.clone(), words.to_owned()));
    }
    let words = match standing {
        Standing::Free { .. } => page.t("报名这个班").to_owned(),
        Standing::Full { waiting } => page.tn("排候补（前面 {} 人）", &[&waiting]),
        Standing::Selected { .. }
        | Standing::NotYet
        | Standing::Over
        | Standing::Ended
        | Standing::Stopped => return None,
    };
    Some((format!("/classes/{}/enroll", listed.card.id), words))
}

fn enroll_hint(page: &Page, listed: &Listed<'_>, standing: Standing) -> String {
    let card = listed.card;
    match standing {
        Standing::Free { .. } => page.t("名额按报名的先后给，报满为止。").to_owned(),
        Standing::Full { waiting } => page.tn(
            "这个班已满。您可以排候补（前面 {} 人），有人退出时按先后递补。",
            &[&waiting],
        ),
        Standing::Selected { method, applications } => {
            let method = page.t(method);
            match (applications, card.selection.as_deref()) {
                (Applications::NotYet, Some(round)) => page.tn(
                    "名额由{}决定，不按报名的先后。{} 开始收申请，早报晚报一样。",
                    &[&method, &words::moment(page, round.opens)],
                ),
                (Applications::Open, Some(round)) => page.tn(
                    "名额由{}决定，不按报名的先后。{} 以前都可以申请，早报晚报一样。",
                    &[&method, &words::moment(page, round.closes)],
                ),
                _ => page.tn("名额由{}决定。申请已经截止，等公布结果。", &[&method]),
            }
        }
        Standing::NotYet => page.tn("还没有开始报名。{} 开始。", &[&words::moment(page, card.opens)]),
        Standing::Over => page.t("报名已经结束。可以看看附近还有名额的班。").to_owned(),
        Standing::Ended => page.t("这个班已经结课。可以看看现在还有名额的班。").to_owned(),
        Standing::Stopped => page
            .t("这个班停课了，不再上课。可以看看附近还有名额的班。")
            .to_owned(),
    }
}

/// Classes that a person could go to instead: by distance from here, else in the same street or district.
fn nearby(listed: &Listed<'_>) -> Query {
    let place = &listed.card.place;
    let area = place.street.as_ref().or(place.district.as_ref());
    Query {
        near: place.point,
        area: match place.point {
            Some(_) => None,
            None => area.map(|area| Where::Org(area.id)),
        },
        open: true,
        seats: true,
        ..Query::default()
    }
}

fn meeting_view(page: &Page, meeting: &Meeting) -> MeetingView {
    let note = |words: &str| {
        let room = meeting.room.as_deref().unwrap_or_default();
        [words, &meeting.status_note, room]
            .into_iter()
            .filter(|part| !part.is_empty())
            .collect::<Vec<_>>()
            .join(page.t("，"))
    };
    let change = match meeting.status.as_str() {
        "cancelled" => Some((Tag::bad(page.t("停课一次")), note(""))),
        "moved" => Some((Tag::warn(page.t("有变动")), note(""))),
        "held" => Some((Tag::quiet(page.t("已上")), note(""))),
        _ if meeting.room.is_some() => Some((Tag::warn(page.t("换教室")), note(""))),
        _ => None,
    };
    MeetingView {
        number: meeting.number,
        day: words::day(page, meeting.day),
        time: span_text(meeting.starts, u16::try_from(meeting.minutes).unwrap_or_default()),
        topic: meeting.topic.clone(),
        change,
    }
}

//! 大课表: all classes of a street or district by weekday and time, on the screen and on paper.

use super::model::DayPart;
use super::query::Query;
use super::refresh::Catalogue;
use super::serve::{Asked, Made, Reader, answer, made};
use super::snapshot::{Listed, TermSpan, present_term};
use super::words;
use askama::Template;
use axum::extract::{FromRequestParts, Request};
use axum::response::{IntoResponse, Response};
use documents::{Lesson, Paper, Timetable, Typesetter};
use kernel::time::Weekday;
use kernel::{Instant, Time};
use platform::web::Shared;
use platform::{AppError, AppResult};
use std::collections::BTreeMap;
use std::sync::Arc;
use ui::{Page, Tag};

/// More classes than this are no timetable that one can read; a smaller area must be chosen.
const MOST_LESSONS: usize = 400;

struct LessonView {
    href: String,
    name: String,
    time: String,
    place: String,
    tag: Tag,
}

struct DayView {
    name: String,
    lessons: Vec<LessonView>,
}

struct PartView {
    name: String,
    days: Vec<DayView>,
}

struct AreaView {
    href: String,
    name: String,
    count: String,
}

#[derive(Template)]
#[template(path = "catalogue/timetable.html")]
struct TimetablePage {
    page: Page,
    areas: Vec<AreaView>,
    terms: Vec<ui::Link>,
    other_terms: bool,
    days: Vec<String>,
    parts: Vec<PartView>,
    caption: String,
    too_many: Option<String>,
    chosen: bool,
    pdf: String,
    list: String,
}

/// `GET /timetable`
pub async fn show(catalogue: Arc<Catalogue>, request: Request) -> Response {
    answer(catalogue, request, known, async |asked: Asked| {
        timetable_page(&asked)
    })
    .await
}

/// A timetable is of an area or a place, in one term.
fn known(query: Query) -> Query {
    Query {
        area: query.area,
        place: query.place,
        term: query.term,
        ..Query::default()
    }
}

/// What the address asks for, always in one term, for two on one table cannot be told apart: the one that it names, or the
/// one that runs here, or else the next. With it all terms that have classes here.
fn in_one_term(asked: &Asked) -> (Query, Vec<TermSpan<'_>>) {
    let mut query = asked.query.clone();
    let terms = asked.snapshot.terms_of(&query);
    if query.term.is_empty()
        && let Some(term) = present_term(&terms, asked.now.date())
    {
        term.name.clone_into(&mut query.term);
    }
    (query, terms)
}

/// Every class that a query asks for, by weekday and time.
fn lessons<'a>(asked: &'a Asked, query: &Query, most: usize) -> (Vec<Listed<'a>>, usize) {
    let query = Query {
        limit: Some(most),
        ..query.clone()
    };
    let found = asked.snapshot.select(&query, asked.now);
    let mut items = found.items;
    items.sort_by_key(|listed| {
        let card = listed.card;
        (card.weekday.to_monday_one_offset(), card.starts, card.id.raw())
    });
    (items, found.total)
}

fn area_name(asked: &Asked) -> Option<String> {
    let by_area = asked
        .query
        .area
        .as_ref()
        .and_then(|area| asked.snapshot.area(area));
    by_area.map(|area| area.name.clone())
}

fn timetable_page(asked: &Asked) -> AppResult<Made> {
    let mut page = asked.page("大课表");
    let chosen = asked.query.area.is_some() || asked.query.place.is_some();
    let (query, terms, (items, total)) = if chosen {
        let (query, terms) = in_one_term(asked);
        let found = lessons(asked, &query, MOST_LESSONS);
        (query, terms, found)
    } else {
        (asked.query.clone(), Vec::new(), (Vec::new(), 0))
    };
    if !query.term.is_empty() {
        page.title = page.tn("大课表：{}", &[&page.retell(&query.term)]);
    }
    let too_many =
        (total > MOST_LESSONS).then(|| page.tn("这里有 {} 个班，一张课表放不下。请选一个街镇。", &[&total]));
    let shown = if too_many.is_some() {
        &[][..]
    } else {
        items.as_slice()
    };
    let weekdays = weekdays(shown);
    let name = area_name(asked).or_else(|| Some(shown.first()?.card.place.name.clone()));
    made(&TimetablePage {
        caption: caption(&page, &name.unwrap_or_default(), &query.term, total),
        areas: areas(asked, &page),
        other_terms: terms.iter().any(|term| term.name != query.term),
        terms: term_links(&page, &query, &terms),
        days: weekdays
            .iter()
            .map(|day| words::weekday(&page, *day).to_owned())
            .collect(),
        parts: parts(&page, shown, &weekdays, asked.now),
        too_many,
        chosen,
        pdf: query.address("/timetable.pdf"),
        list: query.address("/classes"),
        page,
    })
}

/// `莘庄镇，2027 春季：共 2 个班`
fn caption(page: &Page, name: &str, term: &str, total: usize) -> String {
    if term.is_empty() {
        return page.tn("{}：共 {} 个班", &[&name, &total]);
    }
    page.tn("{}，{}：共 {} 个班", &[&name, &page.retell(term), &total])
}

/// Monday to Friday always; Saturday and Sunday when a class falls on them.
fn weekdays(items: &[Listed<'_>]) -> Vec<Weekday> {
    (1_i8..=7)
        .filter_map(|day| Weekday::from_monday_one_offset(day).ok())
        .filter(|day| {
            day.to_monday_one_offset() <= 5 || items.iter().any(|listed| listed.card.weekday == *day)
        })
        .collect()
}

fn parts(page: &Page, items: &[Listed<'_>], days: &[Weekday], now: Instant) -> Vec<PartView> {
    let mut cells: BTreeMap<(DayPart, i8), Vec<LessonView>> = BTreeMap::new();
    for listed in items {
        let card = listed.card;
        let view = LessonView {
            href: format!("/classes/{}", card.id),
            name: card.name.clone(),
            time: kernel::chinese_date::span_text(card.starts, card.minutes),
            place: words::place(page, card),
            tag: words::tag(page, listed.standing(now)),
        };
        let cell = (DayPart::of(card.starts), card.weekday.to_monday_one_offset());
        cells.entry(cell).or_default().push(view);
    }
    DayPart::ALL
        .iter()
        .map(|part| PartView {
            name: ui::catalogue::translate(page.lang, part.label()).to_owned(),
            days: days
                .iter()
                .map(|day| DayView {
                    name: words::weekday(page, *day).to_owned(),
                    lessons: cells
                        .remove(&(*part, day.to_monday_one_offset()))
                        .unwrap_or_default(),
                })
                .collect(),
        })
        .filter(|part| part.days.iter().any(|day| !day.lessons.is_empty()))
        .collect()
}

fn areas(asked: &Asked, page: &Page) -> Vec<AreaView> {
    asked
        .snapshot
        .areas()
        .map(|(area, count)| AreaView {
            href: format!("/timetable?street={}", super::pages::area_value(area)),
            name: if area.kind == "district" {
                page.tn("{}（全区）", &[&area.name])
            } else {
                area.name.clone()
            },
            count: page.tn("{} 个班", &[&count]),
        })
        .collect()
}

/// The terms that have classes here; the one that is shown leads nowhere.
fn term_links(page: &Page, shown: &Query, terms: &[TermSpan<'_>]) -> Vec<ui::Link> {
    let link = |term: &TermSpan<'_>| {
        let query = Query {
            term: term.name.to_owned(),
            ..shown.clone()
        };
        let href = if term.name == shown.term {
            String::new()
        } else {
            query.address("/timetable")
        };
        ui::Link::new(href, page.retell(term.name))
    };
    terms.iter().map(link).collect()
}

/// `GET /timetable.pdf`
pub async fn pdf(catalogue: Arc<Catalogue>, request: Request) -> Response {
    match timetable_pdf(catalogue, request).await {
        Ok(bytes) => ui::pdf(bytes, "大课表.pdf"),
        Err(error) => error.into_response(),
    }
}

async fn timetable_pdf(catalogue: Arc<Catalogue>, request: Request) -> AppResult<Vec<u8>> {
    let pairs = axum::extract::Query::<Vec<(String, String)>>::try_from_uri(request.uri());
    let (query, errors) = Query::read(&pairs.map(|pairs| pairs.0).unwrap_or_default());
    if !errors.is_empty() {
        return Err(AppError::Invalid(errors));
    }
    let query = known(query);
    if query.area.is_none() && query.place.is_none() {
        return Err(AppError::invalid(
            "street",
            "请先选一个街镇或学习点，再打印课表。",
        ));
    }
    let (mut parts, _) = request.into_parts();
    let Shared(typesetter) = Shared::<Arc<Typesetter>>::from_request_parts(&mut parts, &()).await?;
    let snapshot = catalogue.snapshot();
    let now = catalogue.platform().clock.now();
    let asked = Asked {
        now,
        snapshot,
        reader: Reader::default(),
        path: "/timetable.pdf".into(),
        query,
        errors,
        catalogue: Arc::clone(&catalogue),
    };
    let timetable = on_paper(&asked)?;
    let _one_at_a_time = catalogue
        .typesetting
        .acquire()
        .await
        .map_err(|error| AppError::Internal(error.to_string()))?;
    let made = tokio::task::spawn_blocking(move || timetable.pdf(&typesetter, now)).await;
    made.map_err(|error| AppError::Internal(error.to_string()))?
        .map_err(|error| AppError::Internal(error.to_string()))
}

/// The timetable that the address asks for, for paper.
pub(super) fn on_paper(asked: &Asked) -> AppResult<Timetable> {
    let (query, _) = in_one_term(asked);
    let (items, total) = lessons(asked, &query, MOST_LESSONS);
    let Some(first) = items.first() else {
        return Err(AppError::NotFound);
    };
    if total > MOST_LESSONS {
        let sentence = format!("这里有 {total} 个班，一张课表放不下。请选一个街镇或学习点再打印。");
        return Err(AppError::TooLarge(sentence));
    }
    let place = &first.card.place;
    let name = area_name(asked).unwrap_or_else(|| place.name.clone());
    let phone = (!place.phone.is_empty()).then(|| format!("咨询电话 {}", place.phone));
    Ok(Timetable {
        title: format!("{name}大课表 {}", query.term).trim().to_owned(),
        provider: place
            .district
            .as_ref()
            .map_or_else(|| name.clone(), |area| area.name.clone()),
        subtitle: phone,
        paper: if items.len() > 40 { Paper::A3 } else { Paper::A4 },
        lessons: items.iter().map(lesson).collect(),
    })
}

fn lesson(listed: &Listed<'_>) -> Lesson {
    let card = listed.card;
    Lesson {
        weekday: card.weekday.to_monday_one_offset().unsigned_abs(),
        starts: card.starts,
        ends: end_of(card.starts, card.minutes),
        class: card.name.clone(),
        place: words::place(&Page::default(), card),
        teacher: card.teacher.clone(),
        note: Some(card.fee.fee_text()),
    }
}

/// The end of a meeting, at latest 23:59 of the same day.
fn end_of(starts: Time, minutes: u16) -> Time {
    let end = (kernel::chinese_date::minute_of_day(starts) + u32::from(minutes)).min(24 * 60 - 1);
    let part = |number: u32| i8::try_from(number).unwrap_or_default();
    Time::new(part(end / 60), part(end % 60), 0, 0).unwrap_or(starts)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn meetings_end_on_their_day() {
        for (starts, minutes, ends) in [
            ("09:00", 90, "10:30"),
            ("23:00", 120, "23:59"),
            ("00:00", 0, "00:00"),
        ] {
            let starts: Time = starts.parse().unwrap();
            assert_eq!(end_of(starts, minutes), ends.parse::<Time>().unwrap());
        }
    }
}

//! The start page and the list of classes.

use super::model::{Area, DayPart};
use super::query::{FeeFilter, Query, Sort, Where};
use super::refresh::Catalogue;
use super::serve::{Asked, Made, answer, made};
use super::varied::varied;
use super::words::{self, CardView};
use crate::classes::{Level, Mode};
use askama::Template;
use axum::extract::Request;
use axum::response::Response;
use platform::AppResult;
use std::sync::Arc;
use ui::{Choice, Field, Form, Listing, Page, Pager, Tabs};

/// Classes in each part of the start page.
const START_ITEMS: usize = 6;

#[derive(Template)]
#[template(path = "catalogue/start.html")]
struct Start {
    page: Page,
    opening: Vec<(CardView, String)>,
    free: Vec<CardView>,
    total: String,
}

/// `GET /`
pub async fn start(catalogue: Arc<Catalogue>, request: Request) -> Response {
    answer(
        catalogue,
        request,
        |_| Query::default(),
        async |asked: Asked| {
            let page = asked.page("学在身边");
            let opening = asked.snapshot.opening_next(asked.now, START_ITEMS);
            let free = Query {
                open: true,
                seats: true,
                limit: Some(usize::MAX),
                ..Query::default()
            };
            let found = asked.snapshot.select(&free, asked.now);
            let view = |listed: &_| CardView::new(&page, listed, asked.now);
            made(&Start {
                opening: opening
                    .iter()
                    .map(|listed| {
                        let at = words::moment(&page, listed.card.window(asked.now).0);
                        (view(listed), page.tn("{} 开始报名", &[&at]))
                    })
                    .collect(),
                free: varied(&found.items, START_ITEMS).iter().map(view).collect(),
                total: page.tn("现在有 {} 个班正在报名，还有名额。", &[&found.total]),
                page,
            })
        },
    )
    .await
}

#[derive(Template)]
#[template(path = "catalogue/list.html")]
struct List {
    page: Page,
    form: Form,
    more_open: bool,
    result: String,
    /// How many of them can be enrolled in; empty when none can.
    free: String,
    chips: Vec<(String, String)>,
    sorts: Tabs,
    classes: Vec<CardView>,
    pager: Pager,
    timetable: String,
}

/// `GET /classes`
pub async fn list(catalogue: Arc<Catalogue>, request: Request) -> Response {
    answer(catalogue, request, for_pages, async |asked: Asked| {
        show_list(&asked)
    })
    .await
}

/// A page always shows the same number of classes.
fn for_pages(query: Query) -> Query {
    Query { limit: None, ..query }
}

fn show_list(asked: &Asked) -> AppResult<Made> {
    let page = asked.page("找课");
    let query = &asked.query;
    let found = asked.snapshot.select(query, asked.now);
    let listing = Listing::new("/classes", query.pairs(), page.lang);
    let next = found.next.map(super::query::Rank::text);
    let more = [
        query.part.is_some(),
        query.fee.is_some(),
        query.level.is_some(),
        query.mode.is_some(),
        query.age.is_some(),
        !query.category.is_empty(),
        query.accessible,
    ];
    made(&List {
        form: Form::from_pairs(fields(asked, &page), page.lang, &query.pairs()),
        more_open: more.contains(&true),
        result: page.tn("找到 {} 个班", &[&found.total]),
        free: match found.free {
            0 => String::new(),
            free => page.tn("其中 {} 个正在报名，还有名额。", &[&free]),
        },
        chips: chips(asked, &page, &listing),
        sorts: sorts(&page, query, &listing),
        classes: found
            .items
            .iter()
            .map(|listed| CardView::new(&page, listed, asked.now))
            .collect(),
        pager: listing.pager(next.as_deref()),
        timetable: Query {
            area: query.area.clone(),
            ..Query::default()
        }
        .address("/timetable"),
        page,
    })
}

/// The value of an area in addresses: its code without the zeros at the end, or its id.
pub(super) fn area_value(area: &Area) -> String {
    area.code.as_ref().map_or_else(
        || area.id.to_string(),
        |code| code.trim_end_matches('0').to_owned(),
    )
}

fn fields(asked: &Asked, page: &Page) -> Vec<Field> {
    let areas = asked.snapshot.areas().map(|(area, _)| {
        let name = if area.kind == "district" {
            page.tn("{}（全区）", &[&area.name])
        } else {
            area.name.clone()
        };
        Choice::new(area_value(area), name)
    });
    let days = (1_i8..=7).filter_map(|day| {
        let weekday = kernel::Weekday::from_monday_one_offset(day).ok()?;
        Some(Choice::new(day.to_string(), words::weekday(page, weekday)))
    });
    let categories = asked.snapshot.categories().map(|name| Choice::new(name, name));
    let parts = DayPart::ALL
        .iter()
        .map(|part| Choice::new(part.as_str(), part.label()));
    let levels = Level::ALL
        .iter()
        .map(|level| Choice::new(level.as_str(), level.label()));
    let modes = Mode::ALL
        .iter()
        .map(|mode| Choice::new(mode.as_str(), mode.label()));
    let fees = vec![
        Choice::new("free", "免费"),
        Choice::new("100", "100 元以内"),
        Choice::new("300", "300 元以内"),
        Choice::new("paid", "收费"),
    ];
    vec![
        Field::text("q", "课名、老师或拼音", 0, 60).optional(),
        Field::select("area", "在哪里上课", areas.collect()).optional(),
        Field::select("day", "星期几", days.collect()).optional(),
        Field::select("part", "什么时候", parts.collect()).optional(),
        Field::select("category", "学什么", categories.collect()).optional(),
        Field::select("level", "学到什么程度", levels.collect()).optional(),
        Field::select("fee", "费用", fees).optional(),
        Field::select("mode", "怎么上课", modes.collect()).optional(),
        Field::number("age", "您的年龄", 1, 120).optional(),
        Field::tick("open", "正在报名").optional(),
        Field::tick("seats", "还有名额").optional(),
        Field::tick("accessible", "门口没有台阶").optional(),
        Field::hidden("near"),
        Field::hidden("place"),
        Field::hidden("term"),
        Field::hidden("sort"),
    ]
}

/// What is filtered by, each with the address without it.
fn chips(asked: &Asked, page: &Page, listing: &Listing) -> Vec<(String, String)> {
    let query = &asked.query;
    let named = |place: &Option<Where>| {
        let place = place.as_ref()?;
        let area = asked.snapshot.area(place).map(|area| area.name.clone());
        Some(area.unwrap_or_else(|| page.t("选定的地方").to_owned()))
    };
    let weekday = query
        .day
        .and_then(|day| kernel::Weekday::from_monday_one_offset(day).ok())
        .map(|day| words::weekday(page, day).to_owned());
    let word = |label: &'static str| ui::catalogue::translate(page.lang, label).to_owned();
    let fee = query.fee.map(|fee| match fee {
        FeeFilter::Free => page.t("免费").to_owned(),
        FeeFilter::Paid => page.t("收费").to_owned(),
        FeeFilter::Most(yuan) => page.tn("{} 元以内", &[&yuan]),
    });
    let own = |text: &String| (!text.is_empty()).then(|| text.clone());
    let all = [
        ("q", own(&query.q)),
        ("area", named(&query.area)),
        ("place", named(&query.place)),
        ("day", weekday),
        ("part", query.part.map(|part| word(part.label()))),
        ("category", own(&query.category)),
        ("level", query.level.map(|level| word(level.label()))),
        ("fee", fee),
        ("mode", query.mode.map(|mode| word(mode.label()))),
        ("age", query.age.map(|age| page.tn("{} 岁可以报", &[&age]))),
        ("open", query.open.then(|| page.t("正在报名").to_owned())),
        ("seats", query.seats.then(|| page.t("还有名额").to_owned())),
        (
            "accessible",
            query.accessible.then(|| page.t("门口没有台阶").to_owned()),
        ),
        ("term", own(&query.term)),
        ("near", query.near.map(|_| page.t("离选定的地方近").to_owned())),
    ];
    all.into_iter()
        .filter_map(|(name, text)| Some((text?, listing.with(name, ""))))
        .collect()
}

fn sorts(page: &Page, query: &Query, listing: &Listing) -> Tabs {
    let links = Sort::ALL
        .into_iter()
        .filter(|sort| *sort != Sort::Distance || query.near.is_some())
        .map(|sort| {
            let text = match sort {
                Sort::Relevance => page.t("最合适的在前"),
                Sort::Distance => page.t("离得近的在前"),
                Sort::Date => page.t("先开课的在前"),
                Sort::Seats => page.t("名额多的在前"),
            };
            let here = sort == query.order();
            let href = if here {
                String::new()
            } else {
                listing.with("sort", sort.code())
            };
            ui::Link::new(href, text)
        });
    Tabs::new(page.t("怎么排"), links.collect())
}

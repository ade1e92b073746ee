//! HTML of who files what: the list by dataset and period, with who is late.

use super::actions;
use super::levels::Expected;
use super::pages::asked;
use crate::Measures;
use crate::datasets::VersionRow;
use crate::datasets::model::DatasetStatus;
use askama::Template;
use axum::Extension;
use axum::extract::Query;
use axum::response::Response;
use metrics::Period;
use orgs::tree::OrgBrief;
use platform::{AppError, AppResult, Ctx};
use std::collections::BTreeMap;
use ui::field::Choice;
use ui::{Field, Form, Lang, Page, Pairs, Tag};

/// Rows of the list at most; the counts above it speak of all.
const MOST_SHOWN: usize = 300;

#[derive(Template)]
#[template(path = "returns/list.html")]
struct ListPage {
    page: Page,
    filters: Form,
    version: Option<VersionRow>,
    period: String,
    period_label: String,
    counts: Vec<(String, usize)>,
    rows: Vec<Expected>,
    more: usize,
    may_edit: bool,
    /// Whether returns may still be opened by the version.
    opens: bool,
}

impl Expected {
    fn tag(&self) -> Tag {
        self.there
            .map_or_else(|| Tag::quiet("未开始"), |(_, status)| status.tag())
    }

    fn state(&self) -> &'static str {
        self.there.map_or("none", |(_, status)| status.as_str())
    }

    fn gone_tag(&self) -> Option<Tag> {
        self.gone.then(|| Tag::quiet("已撤并"))
    }

    fn late_tag(&self) -> Option<Tag> {
        self.late.map(|days| Tag::bad(format!("迟 {days} 天")))
    }
}

fn in_use(version: &VersionRow) -> bool {
    version.status == DatasetStatus::Published
}

/// Who files what.
pub(super) async fn list(
    ctx: Ctx,
    Extension(metrics): Extension<Measures>,
    Query(query): Query<Pairs>,
) -> AppResult<Response> {
    let all = actions::versions(&ctx).await?;
    let (area, wrong_area) = match asked(&query, "org") {
        "" => (None, Vec::new()),
        text => match actions::area(&ctx, text).await {
            Ok(area) => (Some(area), Vec::new()),
            Err(AppError::Invalid(wrong)) => (None, wrong),
            Err(other) => return Err(other),
        },
    };
    let mut filters = filter_form(&all, area.as_ref(), &query);
    for one in wrong_area {
        filters.error(&one.field, one.sentence);
    }
    let version = asked(&query, "version").parse().ok();
    let period = asked_period(&query, &mut filters);
    let found = match actions::overview_below(&ctx, &metrics, version, period, area.as_ref()).await {
        Ok(found) => found,
        Err(AppError::Invalid(wrong)) => {
            for one in wrong {
                filters.error(&one.field, one.sentence);
            }
            actions::overview_below(&ctx, &metrics, version, None, area.as_ref()).await?
        }
        Err(other) => return Err(other),
    };
    let status = if filters.is_valid() { 200 } else { 422 };
    let state = asked(&query, "state");
    let counts = counts(&found.expected);
    let wanted =
        |one: &Expected| state.is_empty() || state == one.state() || (state == "late" && one.late.is_some());
    let mut rows: Vec<Expected> = found.expected.into_iter().filter(wanted).collect();
    let more = rows.len().saturating_sub(MOST_SHOWN);
    rows.truncate(MOST_SHOWN);
    if filters.get("version").is_empty()
        && let Some(version) = &found.version
    {
        filters = filters.fill("version", version.id);
    }
    let period = found.period.map(|period| period.to_string()).unwrap_or_default();
    let template = ListPage {
        page: ui::desk_page(&ctx, "统计填报"),
        filters: if filters.get("period").is_empty() {
            filters.fill("period", &period)
        } else {
            filters
        },
        opens: found.version.as_ref().is_some_and(in_use),
        version: found.version,
        period_label: found.period.map(Period::label).unwrap_or_default(),
        period,
        counts,
        rows,
        more,
        may_edit: ctx.can(platform::Permission::DatasetEdit),
    };
    Ok(ui::respond::html_with(status, &template))
}

/// The period that is asked for; what is none is told beside the field.
fn asked_period(query: &Pairs, filters: &mut Form) -> Option<Period> {
    match asked(query, "period") {
        "" => None,
        text => match text.parse::<Period>() {
            Ok(period) => Some(period),
            Err(sentence) => {
                filters.error("period", sentence);
                None
            }
        },
    }
}

/// How many are in which state, in the order of the way up; who is late once more.
fn counts(expected: &[Expected]) -> Vec<(String, usize)> {
    let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
    for one in expected {
        *counts.entry(one.state()).or_default() += 1;
        if one.late.is_some() {
            *counts.entry("late").or_default() += 1;
        }
    }
    let known = STATES
        .iter()
        .filter_map(|(word, label)| Some(((*label).to_owned(), *counts.get(word)?)));
    known.collect()
}

const STATES: &[(&str, &str)] = &[
    ("none", "未开始"),
    ("draft", "填报中"),
    ("sent_back", "退回修改"),
    ("filed", "待核对"),
    ("checked", "待审核"),
    ("approved", "已审核"),
    ("locked", "已锁定"),
    ("late", "迟报"),
];

fn filter_form(all: &[(VersionRow, String)], area: Option<&OrgBrief>, query: &Pairs) -> Form {
    let versions = all.iter().map(|(version, name)| {
        let out = if in_use(version) { "" } else { "，已停用" };
        Choice::new(
            version.id.to_string(),
            format!("{name}（{}{out}）", version.edition),
        )
    });
    let states = STATES
        .iter()
        .map(|(word, label)| Choice::new(*word, *label))
        .collect();
    // Who comes from the page of an area sees its returns, until they choose all again.
    let area = area.map(|area| {
        let choice = Choice::new(area.id.to_string(), format!("{}和下级", area.name));
        Field::select("org", "范围", vec![choice]).optional()
    });
    let mut fields = vec![
        Field::select("version", "报表", versions.collect()).optional(),
        Field::text("period", "时期", 0, 24).hint("例如 2026、2026-09、2026-Q3"),
        Field::select("state", "状态", states).optional(),
    ];
    fields.extend(area);
    Form::from_pairs(fields, Lang::Zh, query)
}

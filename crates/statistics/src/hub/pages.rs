//! Staff pages of the hub. Chinese only.

use super::actions::{self, ROWS};
use super::model::counted;
use crate::Measures;
use askama::Template;
use axum::Extension;
use axum::extract::{Path, Query};
use axum::response::Response;
use kernel::OrgId;
use metrics::freshness::{MOST_WAITING, SourceKnown};
use metrics::{QualityRule, Severity, Suspect};
use platform::{AppError, AppResult, Ctx};
use ui::{Choice, Crumbs, Field, Form, Lang, Link, Page, Pairs, Tag};

#[derive(Template)]
#[template(path = "hub/sources.html")]
struct SourcesPage {
    page: Page,
    sources: Vec<Source>,
    waiting: String,
}

struct Source {
    name: String,
    row: &'static str,
    kept: &'static str,
    kind: &'static str,
    months: String,
    fresh: String,
    rows: String,
    metrics: Vec<(String, &'static str)>,
}

#[derive(Template)]
#[template(path = "hub/quality.html")]
struct QualityPage {
    page: Page,
    crumbs: Crumbs,
    form: Form,
    name: String,
    rules: Vec<Rule>,
}

struct Rule {
    rule: QualityRule,
    tag: Tag,
    count: String,
    href: String,
}

#[derive(Template)]
#[template(path = "hub/rule.html")]
struct RulePage {
    page: Page,
    crumbs: Crumbs,
    name: String,
    rule: QualityRule,
    tag: Tag,
    count: String,
    may_see: bool,
    rows: Vec<Suspect>,
    caption: String,
}

/// What the installation knows.
pub(super) async fn sources(ctx: Ctx, Extension(metrics): Extension<Measures>) -> AppResult<Response> {
    let known = actions::sources(&ctx, &metrics).await?;
    let waiting = match known.waiting {
        0 => "业务变动都已计入。".to_owned(),
        many if many > MOST_WAITING => format!("还有 {MOST_WAITING} 件以上业务变动等着计入，请稍后再看。"),
        some => format!("还有 {some} 件业务变动等着计入，一般几秒钟内完成。"),
    };
    let page = ui::desk_page(&ctx, "数据资源");
    Ok(ui::html(&SourcesPage {
        sources: known.sources.iter().map(|source| shown(&page, source)).collect(),
        page,
        waiting,
    }))
}

fn shown(page: &Page, source: &SourceKnown) -> Source {
    let fresh = match source.counted_at {
        _ if source.is_moment => "查看时现读".to_owned(),
        Some(at) => page.moment(at),
        None => "还没有计过".to_owned(),
    };
    let months = match &source.months {
        _ if source.is_moment => "当天的情况".to_owned(),
        Some((first, last)) => format!("{first} 至 {last}"),
        None => "还没有数据".to_owned(),
    };
    let unit = if source.is_moment { "行" } else { "格" };
    Source {
        name: source
            .words
            .map_or_else(|| source.id.to_owned(), |words| words.name.to_owned()),
        row: source.words.map_or("", |words| words.row),
        kept: source.words.map_or("", |words| words.kept),
        kind: source.kind.label(),
        months,
        fresh,
        rows: format!("{} {unit}", source.rows),
        metrics: source
            .metrics
            .iter()
            .map(|metric| (format!("/desk/metrics/{}", metric.id), metric.name))
            .collect(),
    }
}

/// The org in an address.
fn org(query: &Pairs) -> AppResult<Option<OrgId>> {
    match query.iter().find(|(name, _)| name == "org") {
        None => Ok(None),
        Some((_, text)) if text.is_empty() => Ok(None),
        Some((_, text)) => text.parse().map(Some).map_err(|_| AppError::NotFound),
    }
}

/// The tag of a rule's severity.
fn tag(severity: Severity) -> Tag {
    match severity {
        Severity::Wrong => Tag::bad(severity.label()),
        Severity::Doubtful => Tag::warn(severity.label()),
        Severity::Incomplete => Tag::waiting(severity.label()),
    }
}

/// What every rule finds.
pub(super) async fn quality(
    ctx: Ctx,
    Extension(metrics): Extension<Measures>,
    Query(query): Query<Pairs>,
) -> AppResult<Response> {
    let found = actions::overview(&ctx, &metrics, org(&query)?).await?;
    let here = found.place.org;
    let choices = found
        .near
        .iter()
        .map(|(id, name)| Choice::new(id.to_string(), name.clone()))
        .collect();
    let field = Field::select("org", "看哪个机构", choices).value(here);
    let rules = found.rules.into_iter().map(|(rule, count)| Rule {
        tag: tag(rule.severity),
        count: counted(count),
        href: format!("/desk/data/quality/{}?org={here}", rule.id),
        rule,
    });
    let page = ui::desk_page(&ctx, "数据质量");
    let crumbs = vec![Link::new("/desk/data", "数据资源"), Link::new("", "数据质量")];
    Ok(ui::html(&QualityPage {
        crumbs: Crumbs::new(&page, crumbs),
        page,
        form: Form::blank(vec![field], Lang::Zh),
        name: found.place.name,
        rules: rules.collect(),
    }))
}

/// What one rule finds.
pub(super) async fn rule(
    ctx: Ctx,
    Extension(metrics): Extension<Measures>,
    Path(rule): Path<String>,
    Query(query): Query<Pairs>,
) -> AppResult<Response> {
    let found = actions::findings(&ctx, &metrics, &rule, org(&query)?).await?;
    let page = ui::desk_page(&ctx, found.rule.name);
    let crumbs = vec![
        Link::new("/desk/data", "数据资源"),
        Link::new(format!("/desk/data/quality?org={}", found.place.org), "数据质量"),
        Link::new("", found.rule.name),
    ];
    let all = found.count.is_some_and(|count| count <= ROWS);
    Ok(ui::html(&RulePage {
        crumbs: Crumbs::new(&page, crumbs),
        page,
        name: found.place.name,
        tag: tag(found.rule.severity),
        count: counted(found.count),
        may_see: found.count.is_some(),
        caption: if all {
            format!("全部 {} 条", found.rows.len())
        } else {
            format!("前 {ROWS} 条")
        },
        rows: found.rows,
        rule: found.rule,
    }))
}

//! HTML of standards of funding: those that hold, the form for a new one, one to withdraw.

use super::super::model::FundingLevel;
use super::super::pages::{basis_choices, crumbs, level_choices, population_choices};
use super::actions::{self, View};
use super::model::{Demand, MOST_RATIO, Matching, Standard};
use crate::FundingStandardId;
use crate::tree::id_in_path;
use askama::Template;
use axum::extract::{Path, Query};
use axum::response::Response;
use kernel::OrgId;
use platform::web::{Posted, see_other};
use platform::{AppResult, Ctx, Permission};
use ui::{Choice, Crumbs, Field, Form, Lang, Notice, Page, Pairs};

#[derive(Template)]
#[template(path = "funding/standards.html")]
struct ListPage {
    page: Page,
    crumbs: Crumbs,
    view: View,
    form: Form,
    may_set: bool,
}

#[derive(Template)]
#[template(path = "funding/standard.html")]
struct ShowPage {
    page: Page,
    crumbs: Crumbs,
    standard: Standard,
    reason: Form,
    may_withdraw: bool,
}

/// The standards that hold.
pub(super) async fn list(
    ctx: Ctx,
    Path(org): Path<String>,
    Query(query): Query<Pairs>,
) -> AppResult<Response> {
    let view = actions::list(&ctx, id_in_path(&org)?).await?;
    let form = Form::blank(fields(), Lang::Zh);
    Ok(list_page(&ctx, view, form, &query, 200))
}

/// Sets one.
pub(super) async fn set(ctx: Ctx, Path(org): Path<String>, posted: Posted) -> AppResult<Response> {
    let id: OrgId = id_in_path(&org)?;
    let view = actions::list(&ctx, id).await?;
    let mut form = Form::from_pairs(fields(), Lang::Zh, &posted.0);
    let matching = matching(&mut form);
    let Some(demand) = demand(&form, matching).filter(|_| form.is_valid()) else {
        return Ok(list_page(&ctx, view, form, &Pairs::new(), 422));
    };
    match actions::set(&ctx, id, demand).await {
        Ok(_) => Ok(see_other(&format!("/desk/orgs/{id}/funding/standards?done=set"))),
        Err(error) => {
            let status = form.take_up(error.beside("amount_fen", "amount"))?;
            Ok(list_page(&ctx, view, form, &Pairs::new(), status))
        }
    }
}

/// One standard.
pub(super) async fn show(ctx: Ctx, Path(standard): Path<String>) -> AppResult<Response> {
    let reason = Form::blank(reason_fields(), Lang::Zh);
    show_page(&ctx, id_in_path(&standard)?, reason, 200).await
}

/// Takes it back.
pub(super) async fn withdraw(ctx: Ctx, Path(standard): Path<String>, posted: Posted) -> AppResult<Response> {
    let id: FundingStandardId = id_in_path(&standard)?;
    let mut reason = Form::from_pairs(reason_fields(), Lang::Zh, &posted.0);
    let version = reason.number("version").unwrap_or_default();
    match actions::withdraw(&ctx, id, reason.get("reason"), version).await {
        Ok(org) => Ok(see_other(&format!(
            "/desk/orgs/{org}/funding/standards?done=withdrawn"
        ))),
        Err(error) => {
            let status = reason.take_up(error)?;
            show_page(&ctx, id, reason, status).await
        }
    }
}

fn noticed(page: Page, query: &Pairs) -> Page {
    let done = query.iter().find(|(name, _)| name == "done");
    let text = match done.map(|(_, what)| what.as_str()) {
        Some("set") => "这条标准已登记，从起始日期所在的年度起核对。",
        Some("withdrawn") => "这条标准已作废，不再核对。",
        _ => return page,
    };
    page.noticed(Notice::done(text))
}

fn fields() -> Vec<Field> {
    let mut payers = vec![Choice::new("all", "各级财政合计")];
    payers.extend(level_choices());
    vec![
        Field::text("document", "文号或文件名", 2, 80).hint("例如 西政办〔2024〕4号"),
        Field::text("words", "文件原话", 2, 300).hint("照抄有要求的那一句"),
        Field::radios("basis", "数据性质", basis_choices()),
        Field::date("from_date", "从哪一天起").hint("例如 2024-02-26"),
        Field::money("amount", "人均标准（元/年）")
            .hint("文件没写数额的，请留空")
            .optional(),
        Field::radios("population", "人均按哪种人口算", population_choices()),
        Field::select("payer", "人均标准由谁负担", payers).value("all"),
        Field::tick("not_below", "要求每年不低于上年").optional(),
        Field::select("match_level", "配套方", level_choices()).optional(),
        Field::number("match_num", "配套方的份数", 1, MOST_RATIO)
            .hint("1 : 1 就填 1")
            .optional(),
        Field::select("match_against", "对哪一级配套", level_choices()).optional(),
        Field::number("match_den", "对方的份数", 1, MOST_RATIO)
            .hint("1 : 1 就填 1")
            .optional(),
    ]
}

fn reason_fields() -> Vec<Field> {
    vec![
        Field::text("reason", "作废的原因", 2, 200).hint("例如 文件已废止"),
        Field::hidden("version"),
    ]
}

/// The match, if all four of its fields are there; some without the others are told.
fn matching(form: &mut Form) -> Option<Matching> {
    let names = ["match_level", "match_num", "match_against", "match_den"];
    let empty: Vec<&str> = names
        .into_iter()
        .filter(|name| form.some(name).is_none())
        .collect();
    if empty.len() < names.len() {
        for name in empty {
            form.error(name, "配套比例的四项要一起填，或者都不填。");
        }
    }
    let level = |name: &str| form.get(name).parse::<FundingLevel>().ok();
    Some(Matching {
        level: level("match_level")?,
        against: level("match_against")?,
        num: form.number("match_num")?,
        den: form.number("match_den")?,
    })
}

fn demand(form: &Form, matching: Option<Matching>) -> Option<Demand> {
    Some(Demand {
        from_date: form.date("from_date")?,
        amount_fen: form.fen("amount"),
        population: form.get("population").parse().ok()?,
        payer: form.get("payer").parse().ok(),
        not_below_last_year: form.ticked("not_below"),
        matching,
        document: form.get("document").to_owned(),
        basis: form.get("basis").parse().ok()?,
        words: form.get("words").to_owned(),
    })
}

fn list_page(ctx: &Ctx, view: View, form: Form, query: &Pairs, status: u16) -> Response {
    let title = format!("{}的经费标准", view.org.name);
    let page = noticed(ui::desk_page(ctx, &title), query);
    let template = ListPage {
        crumbs: crumbs(&page, &view.org, Some("经费标准")),
        page,
        form,
        may_set: view.org.kind.is_area() && ctx.reach(Permission::OrgEdit).contains(&view.org.path),
        view,
    };
    ui::respond::html_with(status, &template)
}

async fn show_page(ctx: &Ctx, id: FundingStandardId, reason: Form, status: u16) -> AppResult<Response> {
    let (org, standard) = actions::get(ctx, id).await?;
    let title = format!("{}的一条经费标准", org.name);
    let page = ui::desk_page(ctx, &title);
    let in_reach = ctx.reach(Permission::OrgEdit).contains(&org.path);
    let template = ShowPage {
        crumbs: crumbs(&page, &org, Some("经费标准")),
        page,
        reason: reason.fill("version", standard.version),
        may_withdraw: in_reach && standard.reason.is_empty(),
        standard,
    };
    Ok(ui::respond::html_with(status, &template))
}

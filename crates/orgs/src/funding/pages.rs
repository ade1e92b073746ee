//! HTML of funding: the figures by year, the lines, one line with its versions.

use super::actions::{self, View};
use super::model::{FIRST_YEAR, FundingLevel, LineDraft, LineState, PopulationKind, Purpose};
use super::store::LineRow;
use super::years::{percent_text, wan_text};
use crate::BudgetLineId;
use crate::facts::Basis;
use crate::tree::{OrgBrief, crumbs_of_list, id_in_path};
use askama::Template;
use axum::extract::{Path, Query};
use axum::response::Response;
use kernel::{Fen, OrgId};
use platform::web::{Posted, see_other};
use platform::{AppResult, Ctx, Permission};
use ui::{Choice, Crumbs, Field, Form, Lang, Link, Notice, Page, Pairs, Tag};

/// Metrics that speak of what this page shows.
const FIGURES: &[&str] = &[
    "funding.budget",
    "funding.growth",
    "funding.per_resident",
    "funding.match_ratio",
];

#[derive(Template)]
#[template(path = "funding/list.html")]
struct ListPage {
    page: Page,
    crumbs: Crumbs,
    view: View,
    may_edit: bool,
    figures: Vec<Link>,
}

#[derive(Template)]
#[template(path = "funding/form.html")]
struct FormPage {
    page: Page,
    crumbs: Crumbs,
    org: OrgBrief,
    form: Form,
}

#[derive(Template)]
#[template(path = "funding/show.html")]
struct ShowPage {
    page: Page,
    crumbs: Crumbs,
    line: LineRow,
    versions: Vec<LineRow>,
    form: Form,
    reason: Form,
    may_edit: bool,
}

impl LineRow {
    fn tag(&self) -> Tag {
        match self.state {
            LineState::InForce if self.paid_fen >= self.budgeted_fen => Tag::good("已到位"),
            LineState::InForce => Tag::waiting("未全部到位"),
            LineState::Replaced => Tag::quiet("已被更正"),
            LineState::Withdrawn => Tag::quiet("已作废，不计入"),
        }
    }

    fn budgeted(&self) -> String {
        Fen(self.budgeted_fen).yuan_text()
    }

    fn paid(&self) -> String {
        Fen(self.paid_fen).yuan_text()
    }

    fn basis_label(&self) -> &'static str {
        self.basis.parse().map_or("来源不明", Basis::label)
    }
}

impl super::years::YearFigures {
    fn budgeted(&self) -> String {
        wan_text(self.budgeted_fen)
    }

    fn paid(&self) -> String {
        wan_text(self.paid_fen)
    }

    fn growth_text(&self) -> String {
        self.growth.map_or_else(|| "没有上年数".to_owned(), percent_text)
    }

    fn heads(&self) -> Vec<String> {
        let heads = self.per_head.iter().map(|one| {
            format!(
                "{}：{}（{} 年末 {} 人）",
                one.population.label(),
                Fen(one.fen).yuan_text(),
                one.counted_in,
                one.people
            )
        });
        heads.collect()
    }

    fn match_text(&self) -> String {
        let matching = self
            .matching
            .as_ref()
            .map(|one| format!("{}对{} {}", one.level.label(), one.against.label(), one.text()));
        let nothing = self
            .nothing_to_match
            .map(|level| format!("{}没有安排，不能比", level.label()));
        matching.or(nothing).unwrap_or_else(|| "没有这项要求".to_owned())
    }
}

/// The figures and the lines.
pub(super) async fn list(
    ctx: Ctx,
    Path(org): Path<String>,
    Query(query): Query<Pairs>,
) -> AppResult<Response> {
    let view = actions::get(&ctx, id_in_path(&org)?).await?;
    let page = noticed(ui::desk_page(&ctx, &format!("{}的经费", view.org.name)), &query);
    Ok(ui::html(&ListPage {
        crumbs: crumbs(&page, &view.org, None),
        page,
        may_edit: ctx.reach(Permission::OrgEdit).contains(&view.org.path),
        figures: crate::metrics::links(&ctx, &view.org, FIGURES),
        view,
    }))
}

/// The empty form.
pub(super) async fn blank(ctx: Ctx, Path(org): Path<String>) -> AppResult<Response> {
    let org = actions::home_of_new(&ctx, id_in_path(&org)?).await?;
    let form = Form::blank(fields(&ctx), Lang::Zh).fill("paid", 0);
    Ok(form_page(&ctx, org, form, 200))
}

/// Writes the line.
pub(super) async fn create(ctx: Ctx, Path(org): Path<String>, posted: Posted) -> AppResult<Response> {
    let id: OrgId = id_in_path(&org)?;
    let org = actions::home_of_new(&ctx, id).await?;
    let mut form = Form::from_pairs(fields(&ctx), Lang::Zh, &posted.0);
    let Some(draft) = draft(&form).filter(|_| form.is_valid()) else {
        return Ok(form_page(&ctx, org, form, 422));
    };
    match actions::create(&ctx, id, draft).await {
        Ok(_) => Ok(see_other(&format!("/desk/orgs/{id}/funding?done=written"))),
        Err(error) => {
            let status = form.take_up(on_form(error))?;
            Ok(form_page(&ctx, org, form, status))
        }
    }
}

/// One line with its versions and its form.
pub(super) async fn show(
    ctx: Ctx,
    Path(line): Path<String>,
    Query(query): Query<Pairs>,
) -> AppResult<Response> {
    let (org, versions) = actions::line(&ctx, id_in_path(&line)?).await?;
    let form = filled(&ctx, versions.first());
    Ok(show_page(
        &ctx,
        &org,
        versions,
        [form, reason_form()],
        &query,
        200,
    ))
}

/// Corrects the line.
pub(super) async fn correct(ctx: Ctx, Path(line): Path<String>, posted: Posted) -> AppResult<Response> {
    let id: BudgetLineId = id_in_path(&line)?;
    let (org, versions) = actions::line(&ctx, id).await?;
    let mut form = Form::from_pairs(correct_fields(&ctx), Lang::Zh, &posted.0);
    let status = match draft(&form).filter(|_| form.is_valid()) {
        None => 422,
        Some(draft) => {
            let version = form.number("version").unwrap_or_default();
            match actions::correct(&ctx, id, draft, form.get("reason"), version).await {
                Ok(()) => return Ok(see_other(&format!("/desk/funding/{id}?done=corrected"))),
                Err(error) => form.take_up(on_form(error))?,
            }
        }
    };
    if status == 409 {
        // The page now shows the newest version above the form: the next save is meant against that one.
        form = form.fill("version", versions.first().map_or(0, |row| row.version));
    }
    let forms = [form, reason_form()];
    Ok(show_page(&ctx, &org, versions, forms, &Pairs::new(), status))
}

/// Withdraws the line.
pub(super) async fn withdraw(ctx: Ctx, Path(line): Path<String>, posted: Posted) -> AppResult<Response> {
    let id: BudgetLineId = id_in_path(&line)?;
    let (org, versions) = actions::line(&ctx, id).await?;
    let mut reason = Form::from_pairs(reason_fields(), Lang::Zh, &posted.0);
    let version = reason.number("version").unwrap_or_default();
    match actions::withdraw(&ctx, id, reason.get("why"), version).await {
        Ok(()) => Ok(see_other(&format!("/desk/funding/{id}?done=withdrawn"))),
        Err(error) => {
            let status = reason.take_up(error.beside("reason", "why"))?;
            let forms = [filled(&ctx, versions.first()), reason];
            Ok(show_page(&ctx, &org, versions, forms, &Pairs::new(), status))
        }
    }
}

/// The form asks for yuan where the rules speak of fen.
fn on_form(error: platform::AppError) -> platform::AppError {
    error
        .beside("budgeted_fen", "budgeted")
        .beside("paid_fen", "paid")
}

fn noticed(page: Page, query: &Pairs) -> Page {
    let done = query.iter().find(|(name, _)| name == "done");
    let text = match done.map(|(_, what)| what.as_str()) {
        Some("written") => "这笔经费已登记。",
        Some("corrected") => "已更正。更正以前的版本在下面，不再计入。",
        Some("withdrawn") => "这一条已作废，不再计入。",
        _ => return page,
    };
    page.noticed(Notice::done(text))
}

pub(super) fn level_choices() -> Vec<Choice> {
    let all = FundingLevel::ALL.iter();
    all.map(|level| Choice::new(level.as_str(), level.label()))
        .collect()
}

pub(super) fn population_choices() -> Vec<Choice> {
    let all = PopulationKind::ALL.iter();
    all.map(|kind| Choice::new(kind.as_str(), kind.label())).collect()
}

pub(super) fn basis_choices() -> Vec<Choice> {
    let all = Basis::ALL.iter();
    all.map(|basis| Choice::new(basis.as_str(), basis.label()))
        .collect()
}

fn fields(ctx: &Ctx) -> Vec<Field> {
    let this_year = i64::from(ctx.today().year());
    let purposes = Purpose::ALL.iter();
    let purposes = purposes.map(|purpose| Choice::new(purpose.as_str(), purpose.label()));
    vec![
        Field::number("year", "预算年度", FIRST_YEAR, this_year + 1).value(this_year),
        Field::select("level", "哪一级出资", level_choices()),
        Field::text("payer", "出资单位", 2, 60).hint("例如 莘庄镇财政所"),
        Field::select("purpose", "用途", purposes.collect()),
        Field::money("budgeted", "预算金额（元）"),
        Field::money("paid", "已拨付金额（元）").hint("还没有拨付的填 0，拨付以后再来更正"),
        Field::radios("population", "人均按哪种人口算", population_choices())
            .hint("专给老年教育的一般按老年人口，其他按常住人口"),
        Field::text("document", "文号", 0, 80).hint("例如 闵教〔2026〕12号"),
        Field::radios("basis", "数据性质", basis_choices()),
        Field::text("proof", "依据", 2, 300).hint("例如 2026 年部门预算表第 5 页，财政票据 3 张"),
        Field::hidden("version"),
    ]
}

fn correct_fields(ctx: &Ctx) -> Vec<Field> {
    let mut fields = fields(ctx);
    fields.push(Field::text("reason", "更正的原因", 2, 200).hint("例如 7 月又拨付一笔"));
    fields
}

fn reason_fields() -> Vec<Field> {
    vec![
        // Another name than the reason of a correction, which stands on the same page.
        Field::text("why", "作废的原因", 2, 200).hint("例如 和区里登记的重复了"),
        Field::hidden("version"),
    ]
}

fn reason_form() -> Form {
    Form::blank(reason_fields(), Lang::Zh)
}

fn draft(form: &Form) -> Option<LineDraft> {
    Some(LineDraft {
        year: form.number("year")?,
        level: form.get("level").parse().ok()?,
        purpose: form.get("purpose").parse().ok()?,
        budgeted_fen: form.fen("budgeted")?,
        paid_fen: form.fen("paid")?,
        population: form.get("population").parse().ok()?,
        payer: form.get("payer").to_owned(),
        document: form.get("document").to_owned(),
        basis: form.get("basis").parse().ok()?,
        proof: form.get("proof").to_owned(),
    })
}

fn filled(ctx: &Ctx, line: Option<&LineRow>) -> Form {
    let form = Form::blank(correct_fields(ctx), Lang::Zh);
    let Some(line) = line else { return form };
    form.fill("year", line.year)
        .fill("level", line.level.as_str())
        .fill("payer", &line.payer)
        .fill("purpose", line.purpose.as_str())
        .fill("budgeted", Fen(line.budgeted_fen).number_text())
        .fill("paid", Fen(line.paid_fen).number_text())
        .fill("population", line.population.as_str())
        .fill("document", &line.document)
        .fill("basis", &line.basis)
        .fill("proof", &line.proof)
        .fill("version", line.version)
}

fn form_page(ctx: &Ctx, org: OrgBrief, form: Form, status: u16) -> Response {
    let page = ui::desk_page(ctx, "登记一笔经费");
    let template = FormPage {
        crumbs: crumbs(&page, &org, Some("登记一笔经费")),
        page,
        org,
        form,
    };
    ui::respond::html_with(status, &template)
}

fn show_page(
    ctx: &Ctx,
    org: &OrgBrief,
    versions: Vec<LineRow>,
    [form, reason]: [Form; 2],
    query: &Pairs,
    status: u16,
) -> Response {
    let Some(line) = versions.first().cloned() else {
        return axum::response::IntoResponse::into_response(platform::AppError::NotFound);
    };
    let title = format!(
        "{} 年{}的{}经费",
        line.year,
        line.level.label(),
        line.purpose.label()
    );
    let page = noticed(ui::desk_page(ctx, &title), query);
    let in_reach = ctx.reach(Permission::OrgEdit).contains(&org.path);
    let template = ShowPage {
        crumbs: crumbs(&page, org, Some(&title)),
        page,
        form,
        reason: reason.fill("version", line.version),
        may_edit: in_reach && line.state == LineState::InForce,
        line,
        versions,
    };
    ui::respond::html_with(status, &template)
}

pub(super) fn crumbs(page: &Page, org: &OrgBrief, here: Option<&str>) -> Crumbs {
    crumbs_of_list(page, org, ("funding", "经费"), here)
}

//! HTML of staffing: what an area has, the declarations, the form for the next and for a correction.

use super::actions::{self, View};
use super::model::{Counts, Draft, MOST_STAFF, StaffKind, per_10000_text};
use super::store::CountRow;
use crate::facts::Basis;
use crate::tree::{crumbs_of_list, id_in_path};
use askama::Template;
use axum::extract::{Path, Query};
use axum::response::Response;
use kernel::chinese_date::date_text;
use kernel::{Date, OrgId};
use platform::web::{Posted, see_other};
use platform::{AppError, AppResult, Ctx, Permission};
use ui::{Choice, Crumbs, Field, Form, Lang, Link, Notice, Page, Pairs};

/// Metrics that speak of what this page shows.
const FIGURES: &[&str] = &["staff.full_time", "staff.part_time", "staff.full_time_per_10000"];

#[derive(Template)]
#[template(path = "staffing/show.html")]
struct ShowPage {
    page: Page,
    crumbs: Crumbs,
    view: View,
    declared: Vec<Declared>,
    corrected: Vec<Declared>,
    form: Form,
    may_edit: bool,
    today: Date,
    figures: Vec<Link>,
}

#[derive(Template)]
#[template(path = "staffing/correct.html")]
struct CorrectPage {
    page: Page,
    crumbs: Crumbs,
    org: OrgId,
    serial: i64,
    from: Date,
    form: Form,
}

/// One declaration as a table row.
struct Declared {
    serial: i64,
    from: Date,
    until: String,
    counts: Vec<(i64, i64)>,
    basis: &'static str,
    source: String,
    reason: String,
}

impl Declared {
    fn full_time(&self) -> i64 {
        self.counts.iter().map(|(full, _)| full).sum()
    }

    fn part_time(&self) -> i64 {
        self.counts.iter().map(|(_, part)| part).sum()
    }
}

impl ShowPage {
    fn full_time(&self) -> i64 {
        self.view.below.iter().map(|total| total.full_time).sum()
    }

    fn part_time(&self) -> i64 {
        self.view.below.iter().map(|total| total.part_time).sum()
    }

    /// What the area has for each ten thousand residents, as a sentence.
    fn ratio(&self) -> Option<String> {
        let known = self.view.residents.as_ref()?;
        let people = self.full_time();
        let ratio = per_10000_text(people, known.residents);
        Some(format!(
            "专职 {people} 人，按 {} 年末常住人口 {} 人算，每万人 {ratio} 人（万分之 {ratio}）。",
            known.year, known.residents
        ))
    }
}

/// The declarations and the form.
pub(super) async fn show(
    ctx: Ctx,
    Path(org): Path<String>,
    Query(query): Query<Pairs>,
) -> AppResult<Response> {
    let view = actions::get(&ctx, id_in_path(&org)?).await?;
    let form = next_form(&ctx, &view);
    Ok(page(&ctx, view, form, &query, 200))
}

/// Declares.
pub(super) async fn declare(ctx: Ctx, Path(org): Path<String>, posted: Posted) -> AppResult<Response> {
    let id: OrgId = id_in_path(&org)?;
    let view = actions::get(&ctx, id).await?;
    let mut form = Form::from_pairs(next_fields(), Lang::Zh, &posted.0);
    let from = form.date("valid_from").filter(|_| form.is_valid());
    let Some(draft) = from.and_then(|from| draft(&form, from)) else {
        return Ok(page(&ctx, view, form, &Pairs::new(), 422));
    };
    let version = form.number("version").unwrap_or_default();
    match actions::declare(&ctx, id, draft, version).await {
        Ok(()) => Ok(see_other(&format!("/desk/orgs/{id}/staffing?done=declared"))),
        Err(error) => {
            let status = form.take_up(error)?;
            if status == 409 {
                // The page now shows the newest numbers above the form: the next save is meant against those.
                form = form.fill("version", view.version());
            }
            Ok(page(&ctx, view, form, &Pairs::new(), status))
        }
    }
}

/// The form that corrects a declaration.
pub(super) async fn wrong(ctx: Ctx, Path((org, serial)): Path<(String, String)>) -> AppResult<Response> {
    let (id, serial) = ids(&org, &serial)?;
    let (view, rows, from) = actions::find(&ctx, id, serial).await?;
    let form = filled(Form::blank(correct_fields(), Lang::Zh), &rows).fill("version", view.version());
    Ok(correct_page(&ctx, &view, serial, from, form, 200))
}

/// Corrects a declaration.
pub(super) async fn correct(
    ctx: Ctx,
    Path((org, serial)): Path<(String, String)>,
    posted: Posted,
) -> AppResult<Response> {
    let (id, serial) = ids(&org, &serial)?;
    let (view, newest, from) = actions::being_corrected(&ctx, id, serial).await?;
    let mut form = Form::from_pairs(correct_fields(), Lang::Zh, &posted.0);
    let Some(draft) = draft(&form, from).filter(|_| form.is_valid()) else {
        return Ok(correct_page(&ctx, &view, serial, from, form, 422));
    };
    let version = form.number("version").unwrap_or_default();
    match actions::correct(&ctx, id, serial, draft, form.get("reason"), version).await {
        Ok(()) => Ok(see_other(&format!("/desk/orgs/{id}/staffing?done=corrected"))),
        Err(error) => {
            let status = form.take_up(error)?;
            if status == 409 {
                form = form.fill("version", view.version());
            }
            // The next try corrects what is in force now.
            Ok(correct_page(&ctx, &view, newest, from, form, status))
        }
    }
}

fn ids(org: &str, serial: &str) -> AppResult<(OrgId, i64)> {
    let serial = serial.parse().map_err(|_| AppError::NotFound)?;
    Ok((id_in_path(org)?, serial))
}

fn noticed(page: Page, query: &Pairs) -> Page {
    let done = query.iter().find(|(name, _)| name == "done");
    let text = match done.map(|(_, what)| what.as_str()) {
        Some("declared") => "人员数已登记。上一次的数到那一天为止，还留着。",
        Some("corrected") => "已更正。更正以前的数还能在下面看到，不再计入统计。",
        _ => return page,
    };
    page.noticed(Notice::done(text))
}

fn next_fields() -> Vec<Field> {
    let mut fields = vec![Field::date("valid_from", "从哪一天算起").hint("例如 2026-09-01")];
    fields.extend(count_fields());
    fields
}

fn correct_fields() -> Vec<Field> {
    let mut fields = count_fields();
    fields.push(Field::text("reason", "更正的原因", 2, 200).hint("例如 把兼职教师填到了专职里"));
    fields
}

fn count_fields() -> Vec<Field> {
    let mut fields = Vec::new();
    for kind in StaffKind::ALL {
        for (time, label) in [("full", "专职"), ("part", "兼职")] {
            let name = format!("{time}_{}", kind.as_str());
            let label = format!("{label}{}", kind.label());
            fields.push(Field::number(&name, &label, 0, MOST_STAFF));
        }
    }
    let bases = Basis::ALL.iter();
    let bases = bases.map(|basis| Choice::new(basis.as_str(), basis.label()));
    fields.push(Field::radios("basis", "数据性质", bases.collect()));
    fields.push(Field::text("source", "依据", 2, 200).hint("例如 2026 年 9 月在编在岗名册"));
    fields.push(Field::hidden("version"));
    fields
}

fn draft(form: &Form, valid_from: Date) -> Option<Draft> {
    let count = |time: &str, kind: &StaffKind| form.number(&format!("{time}_{}", kind.as_str()));
    let counts = StaffKind::ALL.iter().map(|kind| {
        Some(Counts {
            kind: *kind,
            full_time: count("full", kind)?,
            part_time: count("part", kind)?,
        })
    });
    Some(Draft {
        valid_from,
        counts: counts.collect::<Option<_>>()?,
        basis: form.get("basis").parse().ok()?,
        source: form.get("source").to_owned(),
    })
}

/// The form for the next declaration begins with the numbers of the last.
fn next_form(ctx: &Ctx, view: &View) -> Form {
    let in_force = || view.rows.iter().filter(|row| row.in_force);
    let newest = in_force().next().map(|row| row.valid_from);
    let rows: Vec<CountRow> = in_force()
        .filter(|row| Some(row.valid_from) == newest)
        .cloned()
        .collect();
    let form = filled(Form::blank(next_fields(), Lang::Zh), &rows).fill("valid_from", ctx.today());
    form.fill("version", view.version())
}

fn filled(form: Form, rows: &[CountRow]) -> Form {
    let source = rows.first().map_or("", |row| &row.source);
    let basis = rows.first().map_or("", |row| &row.basis);
    let form = form.fill("source", source).fill("basis", basis);
    rows.iter().fold(form, |form, row| {
        let kind = row.kind.as_str();
        form.fill(&format!("full_{kind}"), row.full_time)
            .fill(&format!("part_{kind}"), row.part_time)
    })
}

fn declared(rows: &[CountRow], in_force: bool) -> Vec<Declared> {
    let mut all: Vec<Declared> = Vec::new();
    let rows = rows.iter().filter(|row| row.in_force == in_force);
    for row in rows {
        if all.last().is_none_or(|last| last.serial != row.serial) {
            all.push(Declared {
                serial: row.serial,
                from: row.valid_from,
                until: row.valid_to.map_or_else(|| "现在".to_owned(), last_day),
                counts: vec![(0, 0); StaffKind::ALL.len()],
                basis: row.basis.parse().map_or("来源不明", Basis::label),
                source: row.source.clone(),
                reason: row.reason.clone(),
            });
        }
        let at = StaffKind::ALL.iter().position(|kind| *kind == row.kind);
        let cell = at.and_then(|at| all.last_mut()?.counts.get_mut(at));
        if let Some(cell) = cell {
            *cell = (row.full_time, row.part_time);
        }
    }
    all
}

/// The last day of a time whose first day after is stored.
fn last_day(after: Date) -> String {
    date_text(after.yesterday().unwrap_or(after))
}

fn page(ctx: &Ctx, view: View, form: Form, query: &Pairs, status: u16) -> Response {
    let page = noticed(ui::desk_page(ctx, &format!("{}的工作人员", view.org.name)), query);
    let template = ShowPage {
        crumbs: crumbs(&page, &view, None),
        page,
        declared: declared(&view.rows, true),
        corrected: declared(&view.rows, false),
        form,
        may_edit: ctx.reach(Permission::OrgEdit).contains(&view.org.path),
        today: ctx.today(),
        figures: crate::metrics::links(ctx, &view.org, FIGURES),
        view,
    };
    ui::respond::html_with(status, &template)
}

fn correct_page(ctx: &Ctx, view: &View, serial: i64, from: Date, form: Form, status: u16) -> Response {
    let title = format!("更正从 {} 算起的人员数", date_text(from));
    let page = ui::desk_page(ctx, &title);
    let template = CorrectPage {
        crumbs: crumbs(&page, view, Some("更正")),
        page,
        org: view.org.id,
        serial,
        from,
        form,
    };
    ui::respond::html_with(status, &template)
}

fn crumbs(page: &Page, view: &View, here: Option<&str>) -> Crumbs {
    crumbs_of_list(page, &view.org, ("staffing", "工作人员"), here)
}

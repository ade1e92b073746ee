//! HTML of population: the table of years and the form for one.

use super::BandRow;
use super::actions;
use super::model::{FIRST_YEAR, MOST_PEOPLE, YearDraft};
use crate::facts::Basis;
use crate::tree::{OrgBrief, id_in_path};
use askama::Template;
use axum::extract::Path;
use axum::response::Response;
use kernel::{AgeBand, OrgId};
use platform::web::{Posted, see_other};
use platform::{AppResult, Ctx, Permission};
use ui::{Choice, Crumbs, Field, Form, Lang, Link, Page};

#[derive(Template)]
#[template(path = "population/show.html")]
struct ShowPage {
    page: Page,
    crumbs: Crumbs,
    org: OrgBrief,
    years: Vec<Year>,
    form: Form,
    may_edit: bool,
}

/// One year as a table row.
struct Year {
    year: i64,
    bands: Vec<String>,
    total: i64,
    basis: &'static str,
    source: String,
}

/// The years and the form.
pub(super) async fn show(ctx: Ctx, Path(org): Path<String>) -> AppResult<Response> {
    let (org, rows) = actions::get(&ctx, id_in_path(&org)?).await?;
    let form = Form::blank(fields(&ctx), Lang::Zh);
    Ok(page(&ctx, org, &rows, form, 200))
}

/// Writes a year.
pub(super) async fn set(ctx: Ctx, Path(org): Path<String>, posted: Posted) -> AppResult<Response> {
    let id: OrgId = id_in_path(&org)?;
    let (org, rows) = actions::get(&ctx, id).await?;
    let mut form = Form::from_pairs(fields(&ctx), Lang::Zh, &posted.0);
    let (Ok(basis), true) = (form.get("basis").parse::<Basis>(), form.is_valid()) else {
        return Ok(page(&ctx, org, &rows, form, 422));
    };
    let bands = AgeBand::ALL.into_iter().enumerate().map(|(at, band)| {
        let count = |sex: &str| form.number(&format!("{sex}_{at}")).unwrap_or_default();
        (band, count("male"), count("female"))
    });
    let draft = YearDraft {
        year: form.number("year").unwrap_or_default(),
        bands: bands.collect(),
        basis,
        source: form.get("source").to_owned(),
    };
    match actions::set(&ctx, id, draft).await {
        Ok(()) => Ok(see_other(&format!("/desk/orgs/{id}?done=population"))),
        Err(error) => {
            let status = form.take_up(error)?;
            Ok(page(&ctx, org, &rows, form, status))
        }
    }
}

fn fields(ctx: &Ctx) -> Vec<Field> {
    let this_year = i64::from(ctx.today().year());
    let mut fields = vec![Field::number("year", "年份（年末）", FIRST_YEAR, this_year).value(this_year - 1)];
    for (at, band) in AgeBand::ALL.into_iter().enumerate() {
        for (sex, label) in [("male", "男"), ("female", "女")] {
            fields.push(Field::number(
                &format!("{sex}_{at}"),
                &format!("{}，{label}", band.text()),
                0,
                MOST_PEOPLE,
            ));
        }
    }
    let bases = Basis::ALL
        .iter()
        .map(|basis| Choice::new(basis.as_str(), basis.label()))
        .collect();
    fields.push(Field::radios("basis", "数据性质", bases));
    fields.push(Field::text("source", "来源", 2, 200).hint("例如 闵行区统计年鉴 2026，表 2-3"));
    fields
}

fn years(rows: &[BandRow]) -> Vec<Year> {
    let mut years: Vec<Year> = Vec::new();
    for row in rows {
        if years.last().is_none_or(|year| year.year != row.year) {
            let of_year = || rows.iter().filter(|other| other.year == row.year);
            let bands = AgeBand::ALL.iter().map(|band| {
                let found = of_year().find(|other| other.band == band.code());
                found.map_or_else(String::new, |row| (row.male + row.female).to_string())
            });
            years.push(Year {
                year: row.year,
                bands: bands.collect(),
                total: of_year().map(|row| row.male + row.female).sum(),
                basis: row.basis.parse().map_or("来源不明", Basis::label),
                source: row.source.clone(),
            });
        }
    }
    years
}

fn page(ctx: &Ctx, org: OrgBrief, rows: &[BandRow], form: Form, status: u16) -> Response {
    let page = ui::desk_page(ctx, &format!("{}的人口", org.name));
    let links = vec![
        Link::new("/desk/orgs", "机构"),
        Link::new(format!("/desk/orgs/{}", org.id), &org.name),
        Link::new("", "人口"),
    ];
    let template = ShowPage {
        crumbs: Crumbs::new(&page, links),
        page,
        years: years(rows),
        may_edit: ctx.reach(Permission::OrgEdit).contains(&org.path),
        org,
        form,
    };
    ui::respond::html_with(status, &template)
}

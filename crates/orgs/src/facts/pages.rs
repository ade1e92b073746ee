//! HTML of facts.

use super::actions;
use super::{Facts, FactsDraft};
use crate::tree::{OrgBrief, id_in_path};
use askama::Template;
use axum::extract::Path;
use axum::response::Response;
use kernel::OrgId;
use platform::web::{Posted, see_other};
use platform::{AppResult, Ctx};
use ui::{Crumbs, Field, Form, Lang, Link, Page};

#[derive(Template)]
#[template(path = "facts/form.html")]
struct FormPage {
    page: Page,
    crumbs: Crumbs,
    org: OrgBrief,
    form: Form,
}

/// The form with what is known.
pub(super) async fn form(ctx: Ctx, Path(org): Path<String>) -> AppResult<Response> {
    let (org, facts, version) = actions::get_for_change(&ctx, id_in_path(&org)?).await?;
    let form = filled(facts.as_ref()).fill("version", version);
    Ok(page(&ctx, org, form, 200))
}

/// Saves the facts.
pub(super) async fn save(ctx: Ctx, Path(org): Path<String>, posted: Posted) -> AppResult<Response> {
    let id: OrgId = id_in_path(&org)?;
    let (org, _, newest) = actions::get_for_change(&ctx, id).await?;
    let mut form = Form::from_pairs(fields(), Lang::Zh, &posted.0);
    if !form.is_valid() {
        return Ok(page(&ctx, org, form, 422));
    }
    let version = form.number("version").unwrap_or_default();
    match actions::save(&ctx, id, draft(&form), version).await {
        Ok(()) => Ok(see_other(&format!("/desk/orgs/{id}?done=facts"))),
        Err(error) => {
            let status = form.take_up(error)?;
            if status == 409 {
                form = form.fill("version", newest);
            }
            Ok(page(&ctx, org, form, status))
        }
    }
}

fn fields() -> Vec<Field> {
    vec![
        Field::text("address", "地址", 0, 100),
        Field::text("phone", "电话", 0, 30).hint("例如 021-60000000"),
        Field::text("hours", "开放时间", 0, 100).hint("例如 周一至周五 8:30–16:30"),
        Field::textarea("transport", "怎么去", 300)
            .optional()
            .hint("写清楚坐几路车、在哪一站下、从哪个门进"),
        Field::textarea("intro", "介绍", 600).optional(),
        Field::number("floor_area_m2", "建筑面积（平方米）", 1, 1_000_000).optional(),
        Field::text("place", "位置（经度,纬度，WGS-84）", 0, 40).hint("例如 121.381700,31.112800"),
        Field::tick("step_free", "进门没有台阶").optional(),
        Field::tick("lift", "有电梯").optional(),
        Field::tick("accessible_toilet", "有无障碍厕所").optional(),
        Field::tick("hearing_loop", "有助听环").optional(),
        Field::hidden("version"),
    ]
}

fn draft(form: &Form) -> FactsDraft {
    let text = |name: &str| form.get(name).to_owned();
    FactsDraft {
        address: text("address"),
        phone: text("phone"),
        hours: text("hours"),
        intro: text("intro"),
        transport: text("transport"),
        place: text("place"),
        floor_area_m2: form.number("floor_area_m2"),
        step_free: form.ticked("step_free"),
        accessible_toilet: form.ticked("accessible_toilet"),
        lift: form.ticked("lift"),
        hearing_loop: form.ticked("hearing_loop"),
    }
}

fn filled(facts: Option<&Facts>) -> Form {
    let form = Form::blank(fields(), Lang::Zh);
    let Some(facts) = facts else { return form };
    let tick = |is: bool| if is { "yes" } else { "" };
    let number = |value: Option<i64>| value.map(|value| value.to_string()).unwrap_or_default();
    form.fill("address", &facts.address)
        .fill("phone", &facts.phone)
        .fill("hours", &facts.hours)
        .fill("intro", &facts.intro)
        .fill("transport", &facts.transport)
        .fill("floor_area_m2", number(facts.floor_area_m2))
        .fill(
            "place",
            facts.point().map(kernel::Point::text).unwrap_or_default(),
        )
        .fill("step_free", tick(facts.step_free))
        .fill("lift", tick(facts.lift))
        .fill("accessible_toilet", tick(facts.accessible_toilet))
        .fill("hearing_loop", tick(facts.hearing_loop))
}

fn page(ctx: &Ctx, org: OrgBrief, form: Form, status: u16) -> Response {
    let page = ui::desk_page(ctx, &format!("{}的场所信息", org.name));
    let links = vec![
        Link::new("/desk/orgs", "机构"),
        Link::new(format!("/desk/orgs/{}", org.id), &org.name),
        Link::new("", "场所信息"),
    ];
    let template = FormPage {
        crumbs: Crumbs::new(&page, links),
        page,
        org,
        form,
    };
    ui::respond::html_with(status, &template)
}

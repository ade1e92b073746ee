//! HTML of rooms. Names no store: what it shows comes from the actions.

use super::RoomRow;
use super::actions;
use super::model::{Facility, LARGEST_M2, MOST_SEATS, RoomDraft};
use crate::RoomId;
use crate::tree::{OrgBrief, crumbs_of_list, id_in_path};
use askama::Template;
use axum::extract::{Path, Query};
use axum::response::Response;
use kernel::OrgId;
use platform::web::{Posted, see_other};
use platform::{AppResult, Ctx, Permission};
use ui::field::Choice;
use ui::{Crumbs, Field, Form, Lang, Notice, Page, Pairs, Tag};

#[derive(Template)]
#[template(path = "rooms/list.html")]
struct ListPage {
    page: Page,
    crumbs: Crumbs,
    owner: OrgBrief,
    rooms: Vec<RoomRow>,
    may_edit: bool,
}

#[derive(Template)]
#[template(path = "rooms/form.html")]
struct FormPage {
    page: Page,
    crumbs: Crumbs,
    form: Form,
    action: String,
    back: String,
    button: &'static str,
}

#[derive(Template)]
#[template(path = "rooms/show.html")]
struct ShowPage {
    page: Page,
    crumbs: Crumbs,
    room: RoomRow,
    form: Form,
    reason: Form,
    may_edit: bool,
}

impl RoomRow {
    /// Whether it can be used, as a word with an icon.
    fn tag(&self) -> Tag {
        match (self.active, self.open_to_others) {
            (false, _) => Tag::quiet("停用"),
            (true, true) => Tag::good("可借"),
            (true, false) => Tag::good("自用"),
        }
    }

    /// Facilities in words.
    fn facility_text(&self) -> String {
        Facility::words(&self.facilities).join("、")
    }
}

/// The rooms of an institution.
pub(super) async fn list(
    ctx: Ctx,
    Path(org): Path<String>,
    Query(query): Query<Pairs>,
) -> AppResult<Response> {
    let (owner, rooms) = actions::list(&ctx, id_in_path(&org)?).await?;
    let page = ui::desk_page(&ctx, &format!("{}的教室", owner.name));
    Ok(ui::html(&ListPage {
        crumbs: crumbs(&page, &owner, None),
        page: noticed(page, &query),
        may_edit: ctx.reach(Permission::OrgEdit).contains(&owner.path),
        owner,
        rooms,
    }))
}

/// The empty form.
pub(super) async fn blank(ctx: Ctx, Path(org): Path<String>) -> AppResult<Response> {
    let owner = actions::home_of_new(&ctx, id_in_path(&org)?).await?;
    let form = Form::blank(fields(), Lang::Zh);
    Ok(form_page(&ctx, &owner, form, 200))
}

/// Adds the room.
pub(super) async fn create(ctx: Ctx, Path(org): Path<String>, posted: Posted) -> AppResult<Response> {
    let org: OrgId = id_in_path(&org)?;
    let owner = actions::home_of_new(&ctx, org).await?;
    let mut form = Form::from_pairs(fields(), Lang::Zh, &posted.0);
    if !form.is_valid() {
        return Ok(form_page(&ctx, &owner, form, 422));
    }
    match actions::create(&ctx, org, draft(&form)).await {
        Ok(_) => Ok(see_other(&format!("/desk/orgs/{org}/rooms?done=created"))),
        Err(error) => {
            let status = form.take_up(error)?;
            Ok(form_page(&ctx, &owner, form, status))
        }
    }
}

/// One room with its form.
pub(super) async fn show(
    ctx: Ctx,
    Path(room): Path<String>,
    Query(query): Query<Pairs>,
) -> AppResult<Response> {
    let (owner, room) = actions::get(&ctx, id_in_path(&room)?).await?;
    let form = filled(&room);
    Ok(show_page(&ctx, &owner, room, form, reason_form(), &query, 200))
}

/// Saves what was changed.
pub(super) async fn change(ctx: Ctx, Path(room): Path<String>, posted: Posted) -> AppResult<Response> {
    let id: RoomId = id_in_path(&room)?;
    let (owner, room) = actions::get(&ctx, id).await?;
    let mut form = Form::from_pairs(fields(), Lang::Zh, &posted.0);
    if !form.is_valid() {
        return Ok(show_page(
            &ctx,
            &owner,
            room,
            form,
            reason_form(),
            &Pairs::new(),
            422,
        ));
    }
    let version = form.number("version").unwrap_or_default();
    match actions::change(&ctx, id, draft(&form), version).await {
        Ok(()) => Ok(see_other(&format!("/desk/rooms/{id}?done=changed"))),
        Err(error) => {
            let status = form.take_up(error)?;
            if status == 409 {
                // The page now shows the newest room above the form: the next save is meant against that one.
                form = form.fill("version", room.version);
            }
            Ok(show_page(
                &ctx,
                &owner,
                room,
                form,
                reason_form(),
                &Pairs::new(),
                status,
            ))
        }
    }
}

/// Takes the room out of use.
pub(super) async fn retire(ctx: Ctx, Path(room): Path<String>, posted: Posted) -> AppResult<Response> {
    let id: RoomId = id_in_path(&room)?;
    let (owner, room) = actions::get(&ctx, id).await?;
    let mut reason = Form::from_pairs(reason_fields(), Lang::Zh, &posted.0);
    let version = reason.number("version").unwrap_or_default();
    match actions::retire(&ctx, id, reason.get("reason"), version).await {
        Ok(()) => Ok(see_other(&format!("/desk/rooms/{id}?done=retired"))),
        Err(error) => {
            let status = reason.take_up(error)?;
            let form = filled(&room);
            Ok(show_page(&ctx, &owner, room, form, reason, &Pairs::new(), status))
        }
    }
}

/// Takes the room back into use.
pub(super) async fn restore(ctx: Ctx, Path(room): Path<String>, posted: Posted) -> AppResult<Response> {
    let id: RoomId = id_in_path(&room)?;
    let version = posted.get("version").parse().unwrap_or_default();
    actions::restore(&ctx, id, version).await?;
    Ok(see_other(&format!("/desk/rooms/{id}?done=restored")))
}

/// Says on top of the page what was done on the page before.
fn noticed(page: Page, query: &Pairs) -> Page {
    let done = query.iter().find(|(name, _)| name == "done");
    let text = match done.map(|(_, what)| what.as_str()) {
        Some("created") => "教室已登记。",
        Some("changed") => "已保存。",
        Some("retired") => "这间教室已停用，新的课不能再排进来。",
        Some("restored") => "这间教室重新启用了。",
        _ => return page,
    };
    page.noticed(Notice::done(text))
}

fn fields() -> Vec<Field> {
    let facilities = Facility::ALL
        .iter()
        .map(|facility| Choice::new(facility.as_str(), facility.label()))
        .collect();
    vec![
        Field::text("name", "教室名称", 1, 30).hint("例如 203 书画室"),
        Field::text("floor", "楼层", 0, 20).hint("例如 2 楼"),
        Field::number("seats", "座位数", 1, MOST_SEATS),
        Field::number("area_m2", "面积（平方米）", 1, LARGEST_M2),
        Field::checkboxes("facilities", "设施", facilities).optional(),
        Field::tick("step_free", "轮椅能到（没有台阶，或者有电梯、坡道）").optional(),
        Field::tick("open_to_others", "可以借给别的单位和团队用").optional(),
        Field::hidden("version"),
    ]
}

fn reason_fields() -> Vec<Field> {
    vec![
        Field::text("reason", "停用的原因", 2, 200).hint("例如 装修，预计明年三月完工"),
        Field::hidden("version"),
    ]
}

fn reason_form() -> Form {
    Form::blank(reason_fields(), Lang::Zh)
}

fn draft(form: &Form) -> RoomDraft {
    RoomDraft {
        name: form.get("name").to_owned(),
        floor: form.get("floor").to_owned(),
        seats: form.number("seats").unwrap_or_default(),
        area_m2: form.number("area_m2").unwrap_or_default(),
        facilities: form
            .all("facilities")
            .into_iter()
            .filter_map(|word| word.parse().ok())
            .collect(),
        step_free: form.ticked("step_free"),
        open_to_others: form.ticked("open_to_others"),
    }
}

fn filled(room: &RoomRow) -> Form {
    let tick = |on: bool| if on { "yes" } else { "" };
    Form::blank(fields(), Lang::Zh)
        .fill("name", &room.name)
        .fill("floor", &room.floor)
        .fill("seats", room.seats)
        .fill("area_m2", room.area_m2)
        .fill_all(
            "facilities",
            room.facilities.split(';').map(str::to_owned).collect(),
        )
        .fill("step_free", tick(room.step_free))
        .fill("open_to_others", tick(room.open_to_others))
        .fill("version", room.version)
}

fn form_page(ctx: &Ctx, owner: &OrgBrief, form: Form, status: u16) -> Response {
    let page = ui::desk_page(ctx, "登记教室");
    let back = format!("/desk/orgs/{}/rooms", owner.id);
    let template = FormPage {
        crumbs: crumbs(&page, owner, Some("登记教室")),
        page,
        form,
        action: back.clone(),
        back,
        button: "登记这间教室",
    };
    ui::respond::html_with(status, &template)
}

fn show_page(
    ctx: &Ctx,
    owner: &OrgBrief,
    room: RoomRow,
    form: Form,
    reason: Form,
    query: &Pairs,
    status: u16,
) -> Response {
    let page = noticed(ui::desk_page(ctx, &room.name), query);
    let template = ShowPage {
        crumbs: crumbs(&page, owner, Some(&room.name)),
        page,
        form,
        reason: reason.fill("version", room.version),
        may_edit: ctx.reach(Permission::OrgEdit).contains(&owner.path),
        room,
    };
    ui::respond::html_with(status, &template)
}

fn crumbs(page: &Page, owner: &OrgBrief, here: Option<&str>) -> Crumbs {
    crumbs_of_list(page, owner, ("rooms", "教室"), here)
}

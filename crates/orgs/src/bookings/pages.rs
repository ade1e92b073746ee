//! HTML of bookings.

use super::actions;
use super::{BookingDraft, BookingRow, BusyHours, OpenRoom};
use crate::rooms::Facility;
use crate::tree::id_in_path;
use crate::{RoomBookingId, RoomId};
use askama::Template;
use axum::Extension;
use axum::extract::{Path, Query};
use axum::response::Response;
use kernel::chinese_date::{day_text, span_text};
use platform::api::Part;
use platform::web::{Posted, see_other};
use platform::{AppResult, Ctx, Permission};
use ui::{Crumbs, Field, Form, Lang, Link, Notice, Page, Pairs};

type Lessons = Option<Extension<BusyHours>>;

/// What a page shows of a list; nobody has more bookings to come.
const PAGE: Part = Part {
    limit: 200,
    offset: 0,
};

#[derive(Template)]
#[template(path = "bookings/list.html")]
struct ListPage {
    page: Page,
    of_rooms: Vec<BookingRow>,
    own: Vec<BookingRow>,
    keeps: bool,
    books: bool,
}

#[derive(Template)]
#[template(path = "bookings/rooms.html")]
struct RoomsPage {
    page: Page,
    crumbs: Crumbs,
    q: String,
    rooms: Vec<OpenRoom>,
}

#[derive(Template)]
#[template(path = "bookings/form.html")]
struct FormPage {
    page: Page,
    crumbs: Crumbs,
    room: OpenRoom,
    form: Form,
}

#[derive(Template)]
#[template(path = "bookings/show.html")]
struct ShowPage {
    page: Page,
    crumbs: Crumbs,
    booking: BookingRow,
    form: Form,
    decides: bool,
    over: bool,
}

impl BookingRow {
    /// Day and hours in words.
    fn when(&self) -> String {
        let minutes = u16::try_from(self.minutes).unwrap_or(u16::MAX);
        format!("{} {}", day_text(self.day), span_text(self.starts, minutes))
    }

    /// For whom.
    fn for_whom(&self) -> &str {
        self.for_org_name.as_deref().unwrap_or("个人")
    }
}

impl OpenRoom {
    /// Facilities in words.
    fn facility_text(&self) -> String {
        Facility::words(&self.facilities).join("、")
    }
}

/// Bookings to decide and one's own.
pub(super) async fn list(ctx: Ctx) -> AppResult<Response> {
    Ok(ui::html(&ListPage {
        page: ui::desk_page(&ctx, "教室借用"),
        of_rooms: actions::of_rooms(&ctx, PAGE).await?.items,
        own: actions::own(&ctx, PAGE).await?.items,
        keeps: ctx.can(Permission::RoomApprove),
        books: ctx.can(Permission::RoomBook),
    }))
}

/// Rooms that can be booked.
pub(super) async fn rooms(ctx: Ctx, Query(query): Query<Pairs>) -> AppResult<Response> {
    let typed = query.iter().find(|(name, _)| name == "q");
    let q: String = typed
        .map(|(_, value)| value.trim().chars().take(60).collect())
        .unwrap_or_default();
    let rooms = actions::rooms(&ctx, &q, PAGE).await?.items;
    let page = ui::desk_page(&ctx, "可以借的教室");
    Ok(ui::html(&RoomsPage {
        crumbs: crumbs(&page, "可以借的教室"),
        page,
        q,
        rooms,
    }))
}

/// The empty form.
pub(super) async fn blank(ctx: Ctx, Path(room): Path<String>) -> AppResult<Response> {
    let room = actions::room(&ctx, id_in_path(&room)?).await?;
    let form = Form::blank(fields(room.seats), Lang::Zh);
    Ok(form_page(&ctx, room, form, 200))
}

/// Asks for the room.
pub(super) async fn request(
    ctx: Ctx,
    Path(room): Path<String>,
    lessons: Lessons,
    posted: Posted,
) -> AppResult<Response> {
    let id: RoomId = id_in_path(&room)?;
    let room = actions::room(&ctx, id).await?;
    let mut form = Form::from_pairs(fields(room.seats), Lang::Zh, &posted.0);
    let (Some(day), Some(starts), true) = (form.date("day"), form.time("starts"), form.is_valid()) else {
        return Ok(form_page(&ctx, room, form, 422));
    };
    let draft = BookingDraft {
        day,
        starts,
        minutes: form.number("minutes").unwrap_or_default(),
        people: form.number("people").unwrap_or_default(),
        purpose: form.get("purpose").to_owned(),
    };
    match actions::request(&ctx, id, draft, lessons.map(|Extension(hours)| hours)).await {
        Ok(booking) => Ok(see_other(&format!("/desk/bookings/{booking}?done=requested"))),
        Err(error) => {
            let status = form.take_up(error)?;
            Ok(form_page(&ctx, room, form, status))
        }
    }
}

/// One booking.
pub(super) async fn show(
    ctx: Ctx,
    Path(booking): Path<String>,
    Query(query): Query<Pairs>,
) -> AppResult<Response> {
    let (booking, decides) = actions::get(&ctx, id_in_path(&booking)?).await?;
    let form = Form::blank(reason_fields(), Lang::Zh).fill("version", booking.version);
    Ok(show_page(&ctx, booking, decides, form, &query, 200))
}

/// Lends the room.
pub(super) async fn approve(
    ctx: Ctx,
    Path(booking): Path<String>,
    lessons: Lessons,
    posted: Posted,
) -> AppResult<Response> {
    let id: RoomBookingId = id_in_path(&booking)?;
    let version = posted.get("version").parse().unwrap_or_default();
    let done = actions::approve(&ctx, id, version, lessons.map(|Extension(hours)| hours)).await;
    after(&ctx, id, &posted, "approved", done).await
}

/// Does not lend it.
pub(super) async fn refuse(ctx: Ctx, Path(booking): Path<String>, posted: Posted) -> AppResult<Response> {
    let id: RoomBookingId = id_in_path(&booking)?;
    let version = posted.get("version").parse().unwrap_or_default();
    let done = actions::refuse(&ctx, id, version, posted.get("reason")).await;
    after(&ctx, id, &posted, "refused", done).await
}

/// Takes it back.
pub(super) async fn cancel(ctx: Ctx, Path(booking): Path<String>, posted: Posted) -> AppResult<Response> {
    let id: RoomBookingId = id_in_path(&booking)?;
    let version = posted.get("version").parse().unwrap_or_default();
    let done = actions::cancel(&ctx, id, version, posted.get("reason")).await;
    after(&ctx, id, &posted, "cancelled", done).await
}

async fn after(
    ctx: &Ctx,
    id: RoomBookingId,
    posted: &Posted,
    word: &str,
    done: AppResult<()>,
) -> AppResult<Response> {
    let Err(error) = done else {
        return Ok(see_other(&format!("/desk/bookings/{id}?done={word}")));
    };
    let mut form = Form::blank(reason_fields(), Lang::Zh).fill("reason", posted.get("reason"));
    let status = form.take_up(error)?;
    let (booking, decides) = actions::get(ctx, id).await?;
    let form = form.fill("version", booking.version);
    Ok(show_page(ctx, booking, decides, form, &Pairs::new(), status))
}

fn fields(seats: i64) -> Vec<Field> {
    vec![
        Field::date("day", "日期"),
        Field::time("starts", "开始时间").hint("早上 6 点以后"),
        Field::number("minutes", "时长（分钟）", 30, 600).hint("晚上 10 点以前结束"),
        Field::number("people", "人数", 1, seats),
        Field::text("purpose", "用途", 2, 100).hint("例如 合唱团排练"),
    ]
}

fn reason_fields() -> Vec<Field> {
    vec![Field::text("reason", "原因", 2, 200), Field::hidden("version")]
}

fn form_page(ctx: &Ctx, room: OpenRoom, form: Form, status: u16) -> Response {
    let page = ui::desk_page(ctx, &format!("借用 {} {}", room.org_name, room.name));
    let template = FormPage {
        crumbs: crumbs(&page, &room.name),
        page,
        room,
        form,
    };
    ui::respond::html_with(status, &template)
}

fn show_page(
    ctx: &Ctx,
    booking: BookingRow,
    decides: bool,
    form: Form,
    query: &Pairs,
    status: u16,
) -> Response {
    let page = ui::desk_page(ctx, &format!("借用 {} {}", booking.org_name, booking.room_name));
    let done = query.iter().find(|(name, _)| name == "done");
    let text = match done.map(|(_, what)| what.as_str()) {
        Some("requested") => "已经提交，请等对方答复。答复会显示在这一页。",
        Some("approved") => "已同意，这间教室这段时间归他们用。",
        Some("refused") => "已答复：没有同意。",
        Some("cancelled") => "这个借用已取消。",
        _ => "",
    };
    let page = if text.is_empty() {
        page
    } else {
        page.noticed(Notice::done(text))
    };
    let template = ShowPage {
        crumbs: crumbs(&page, &booking.room_name),
        page,
        over: booking.day < ctx.today(),
        booking,
        form,
        decides,
    };
    ui::respond::html_with(status, &template)
}

fn crumbs(page: &Page, here: &str) -> Crumbs {
    Crumbs::new(
        page,
        vec![Link::new("/desk/bookings", "教室借用"), Link::new("", here)],
    )
}

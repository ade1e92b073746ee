//! Staff pages of sessions: the list of a class, one session, a make-up, the week of a school.

use super::actions::{self, Choices, Sessions, Week};
use super::model::{SessionChange, SessionRow, SessionStatus};
use crate::classes::{ClassRow, FirstLessonCheck};
use crate::web::{self, Query, value};
use askama::Template;
use axum::Extension;
use axum::extract::Path;
use axum::response::Response;
use kernel::chinese_date::{day_text, span_text, time_text};
use kernel::{Date, Time};
use orgs::RoomId;
use platform::web::{Posted, see_other};
use platform::{AppError, AppResult, Ctx, Permission as P};
use ui::{Crumbs, Field, Form, Lang, Link, Page, Tag};

#[derive(Template)]
#[template(path = "sessions/list.html")]
struct ListPage {
    page: Page,
    crumbs: Crumbs,
    sessions: Sessions,
    may_edit: bool,
    today: Date,
}

impl ListPage {
    /// A roll is taken from the day of the session on, and never of one that was cancelled.
    fn has_roll(&self, session: &SessionRow) -> bool {
        self.sessions.doors.attendance
            && session.day <= self.today
            && session.status != SessionStatus::Cancelled
    }
}

#[derive(Template)]
#[template(path = "sessions/edit.html")]
struct EditPage {
    page: Page,
    crumbs: Crumbs,
    form: Form,
    action: String,
    button: &'static str,
    cancel: String,
}

#[derive(Template)]
#[template(path = "sessions/cancel.html")]
struct CancelPage {
    page: Page,
    crumbs: Crumbs,
    form: Form,
    session: SessionRow,
    class: ClassRow,
}

#[derive(Template)]
#[template(path = "sessions/calendar.html")]
struct CalendarPage {
    page: Page,
    filter: Form,
    days: Vec<String>,
    lines: Vec<(String, Vec<Cell>)>,
    before: String,
    after: String,
}

/// A room on a day.
struct Cell {
    day: String,
    today: bool,
    /// Address and words of each session.
    items: Vec<(String, String)>,
}

/// The rooms of the week, and a last line for what has no room of the school.
fn lines(week: &Week, days: &[Date], today: Date) -> Vec<(String, Vec<Cell>)> {
    let known = |id: Option<RoomId>| week.rooms.iter().any(|room| Some(room.id) == id);
    let of_room = week.rooms.iter().map(|room| (Some(room.id), room.name.clone()));
    of_room
        .chain(std::iter::once((None, "线上，或教室未定".to_owned())))
        .map(|(room, name)| {
            let here = |row: &SessionRow| match room {
                Some(_) => row.room_id == room,
                None => !known(row.room_id),
            };
            let cell = |day: &Date| Cell {
                day: day_text(*day),
                today: *day == today,
                items: week
                    .rows
                    .iter()
                    .filter(|(row, _)| row.day == *day && here(row) && row.status != SessionStatus::Cancelled)
                    .map(|(row, class)| {
                        let words = format!("{} {class}", span_text(row.starts, row.length()));
                        (format!("/desk/classes/{}/sessions", row.class_id), words)
                    })
                    .collect(),
            };
            (name, days.iter().map(cell).collect())
        })
        .collect()
}

fn tag(status: SessionStatus) -> Tag {
    match status {
        SessionStatus::Planned => Tag::good(status.label()),
        SessionStatus::Held => Tag::quiet(status.label()),
        SessionStatus::Moved => Tag::warn(status.label()),
        SessionStatus::Cancelled => Tag::bad(status.label()),
    }
}

fn crumbs(page: &Page, class: &ClassRow, last: &str) -> Crumbs {
    let links = vec![
        Link::new("/desk/classes", "班级"),
        Link::new(format!("/desk/classes/{}", class.id), class.name.clone()),
        Link::new(format!("/desk/classes/{}/sessions", class.id), "课次"),
        Link::new("", last),
    ];
    Crumbs::new(page, links)
}

fn fields(choices: &Choices) -> Vec<Field> {
    let rooms = choices.rooms.iter().map(|room| (room.id, room.name.clone()));
    vec![
        Field::date("day", "日期"),
        Field::time("starts", "几点上课"),
        Field::number("minutes", "分钟", 1, 480),
        Field::select("room", "教室", web::choices(rooms)).optional(),
        Field::select("teacher", "教师", web::choices(choices.teachers.clone())).optional(),
        Field::text("topic", "主题", 0, 60),
        Field::text("reason", "原因", 2, 100).hint("学员会收到这句话，例如：教室维修"),
        Field::hidden("version"),
    ]
}

fn change_of(form: &Form) -> SessionChange {
    SessionChange {
        day: form.date("day").unwrap_or(Date::ZERO),
        starts: form.time("starts").unwrap_or(Time::midnight()),
        minutes: form.number("minutes").unwrap_or(0),
        room_id: form.get("room").parse().ok(),
        teacher_id: form.get("teacher").parse().ok(),
        topic: form.get("topic").to_owned(),
        reason: form.get("reason").to_owned(),
    }
}

fn option<T: std::fmt::Display>(value: Option<T>) -> String {
    value.map(|value| value.to_string()).unwrap_or_default()
}

/// `GET /desk/classes/{id}/sessions`
pub async fn list(ctx: Ctx, Path(id): Path<String>, query: Query) -> AppResult<Response> {
    let sessions = actions::of_class(&ctx, web::id(&id)?).await?;
    let page = web::desk_page(&ctx, &format!("{}的课次", sessions.class.name), &query);
    let links = vec![
        Link::new("/desk/classes", "班级"),
        Link::new(format!("/desk/classes/{id}"), sessions.class.name.clone()),
        Link::new("", "课次"),
    ];
    Ok(ui::html(&ListPage {
        crumbs: Crumbs::new(&page, links),
        page,
        sessions,
        may_edit: ctx.can(P::ClassEdit),
        today: ctx.today(),
    }))
}

fn show_edit(ctx: &Ctx, session: &SessionRow, class: &ClassRow, form: Form, status: u16) -> Response {
    let title = format!("调整第 {} 次课", session.number);
    let page = web::desk_page(ctx, &title, &[]);
    ui::respond::html_with(
        status,
        &EditPage {
            crumbs: crumbs(&page, class, &title),
            page,
            form,
            action: format!("/desk/sessions/{}", session.id),
            button: "保存并通知学员",
            cancel: format!("/desk/sessions/{}/cancel", session.id),
        },
    )
}

/// `GET /desk/sessions/{id}`
pub async fn edit(ctx: Ctx, Path(id): Path<String>) -> AppResult<Response> {
    let (session, class, choices) = actions::find_mine(&ctx, web::id(&id)?).await?;
    let form = Form::blank(fields(&choices), Lang::Zh)
        .fill("day", session.day)
        .fill("starts", time_text(session.starts))
        .fill("minutes", session.minutes)
        .fill("room", option(session.room_id))
        .fill("teacher", option(session.teacher_id))
        .fill("topic", &session.topic)
        .fill("version", session.version);
    Ok(show_edit(&ctx, &session, &class, form, 200))
}

/// `POST /desk/sessions/{id}`
pub async fn change(
    ctx: Ctx,
    check: Option<Extension<FirstLessonCheck>>,
    Path(id): Path<String>,
    posted: Posted,
) -> AppResult<Response> {
    let (session, class, choices) = actions::find_mine(&ctx, web::id(&id)?).await?;
    let mut form = Form::from_pairs(fields(&choices), Lang::Zh, &posted.0);
    if !form.is_valid() {
        return Ok(show_edit(&ctx, &session, &class, form, 422));
    }
    let version = form.number("version").unwrap_or(0);
    let check = check.map(|Extension(check)| check);
    match actions::change(&ctx, session.id, change_of(&form), version, check).await {
        Ok(class) => Ok(see_other(&format!(
            "/desk/classes/{class}/sessions?done=session-changed"
        ))),
        Err(error) => {
            let status = form.take_up(error)?;
            let form = form.fill("version", session.version);
            Ok(show_edit(&ctx, &session, &class, form, status))
        }
    }
}

fn cancel_fields() -> Vec<Field> {
    vec![
        Field::text("reason", "停课的原因", 2, 100).hint("学员会收到这句话"),
        Field::hidden("version"),
    ]
}

async fn show_cancel(ctx: &Ctx, id: &str, form: Form, status: u16) -> AppResult<Response> {
    let (session, class, _) = actions::find_mine(ctx, web::id(id)?).await?;
    let page = web::desk_page(ctx, "停课一次", &[]);
    Ok(ui::respond::html_with(
        status,
        &CancelPage {
            crumbs: crumbs(&page, &class, "停课一次"),
            page,
            form: form.fill("version", session.version),
            session,
            class,
        },
    ))
}

/// `GET /desk/sessions/{id}/cancel`
pub async fn ask_cancel(ctx: Ctx, Path(id): Path<String>) -> AppResult<Response> {
    show_cancel(&ctx, &id, Form::blank(cancel_fields(), Lang::Zh), 200).await
}

/// `POST /desk/sessions/{id}/cancel`
pub async fn cancel(ctx: Ctx, Path(id): Path<String>, posted: Posted) -> AppResult<Response> {
    let mut form = Form::from_pairs(cancel_fields(), Lang::Zh, &posted.0);
    if !form.is_valid() {
        return show_cancel(&ctx, &id, form, 422).await;
    }
    let version = form.number("version").unwrap_or(0);
    match actions::cancel(&ctx, web::id(&id)?, form.get("reason"), version).await {
        Ok(class) => Ok(see_other(&format!(
            "/desk/classes/{class}/sessions?done=session-cancelled"
        ))),
        Err(error) => {
            let status = form.take_up(error)?;
            show_cancel(&ctx, &id, form, status).await
        }
    }
}

fn show_new(ctx: &Ctx, class: &ClassRow, form: Form, status: u16) -> Response {
    let page = web::desk_page(ctx, "排一次补课", &[]);
    ui::respond::html_with(
        status,
        &EditPage {
            crumbs: crumbs(&page, class, "补课"),
            page,
            form,
            action: format!("/desk/classes/{}/sessions/new", class.id),
            button: "排上并通知学员",
            cancel: String::new(),
        },
    )
}

/// `GET /desk/classes/{id}/sessions/new`
pub async fn new(ctx: Ctx, Path(id): Path<String>) -> AppResult<Response> {
    let (class, choices) = actions::class_to_change(&ctx, web::id(&id)?).await?;
    let form = Form::blank(fields(&choices), Lang::Zh)
        .fill("starts", time_text(class.starts))
        .fill("minutes", class.minutes)
        .fill("room", option(class.room_id))
        .fill("teacher", option(class.teacher_id))
        .fill("reason", "补课");
    Ok(show_new(&ctx, &class, form, 200))
}

/// `POST /desk/classes/{id}/sessions/new`
pub async fn add(
    ctx: Ctx,
    check: Option<Extension<FirstLessonCheck>>,
    Path(id): Path<String>,
    posted: Posted,
) -> AppResult<Response> {
    let (class, choices) = actions::class_to_change(&ctx, web::id(&id)?).await?;
    let mut form = Form::from_pairs(fields(&choices), Lang::Zh, &posted.0);
    if !form.is_valid() {
        return Ok(show_new(&ctx, &class, form, 422));
    }
    let check = check.map(|Extension(check)| check);
    match actions::add(&ctx, class.id, change_of(&form), check).await {
        Ok(_) => Ok(see_other(&format!(
            "/desk/classes/{id}/sessions?done=session-added"
        ))),
        Err(error) => {
            let status = form.take_up(error)?;
            Ok(show_new(&ctx, &class, form, status))
        }
    }
}

/// `GET /desk/calendar?org=…&week=YYYY-MM-DD`
pub async fn calendar(ctx: Ctx, query: Query) -> AppResult<Response> {
    let day = match value(&query, "week") {
        "" => ctx.today(),
        text => text.parse().map_err(|_| AppError::NotFound)?,
    };
    let org = match value(&query, "org") {
        "" => None,
        text => Some(web::id(text)?),
    };
    let week = actions::week(&ctx, org, day).await?;
    let days: Vec<Date> = std::iter::successors(Some(week.monday), |day| day.tomorrow().ok())
        .take(7)
        .collect();
    let step = |monday: Option<Date>| {
        monday
            .map(|monday| format!("/desk/calendar?org={}&week={monday}", week.org))
            .unwrap_or_default()
    };
    let seven = actions::days_long(7);
    let fields = vec![
        Field::select("org", "机构", web::choices(week.orgs.clone())).value(week.org),
        Field::date("week", "这一天所在的周").value(week.monday),
    ];
    Ok(ui::html(&CalendarPage {
        page: web::desk_page(&ctx, "教室周历", &query),
        filter: Form::blank(fields, Lang::Zh),
        before: step(week.monday.checked_sub(seven).ok()),
        after: step(week.monday.checked_add(seven).ok()),
        lines: lines(&week, &days, ctx.today()),
        days: days.into_iter().map(day_text).collect(),
    }))
}

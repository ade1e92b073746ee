//! Pages of the roll.

use super::actions::{self, Line, Sheet};
use crate::leave::actions as leave;
use crate::marks::actions::{self as marks, History, Outcome, RollMark};
use crate::marks::store::Trace;
use crate::marks::{Method, Status};
use crate::words;
use askama::Template;
use axum::extract::{Path, Query};
use axum::http::header;
use axum::response::{IntoResponse, Response};
use enrollment::trials::actions as trials;
use kernel::PersonId;
use kernel::chinese_date::short_moment_text;
use platform::web::{Posted, see_other};
use platform::{AppError, AppResult, Ctx, Permission};
use teaching::SessionId;
use ui::{Choice, Field, Form, Lang, Notice, Page, Tag};

/// Assets of the roll, kept by the browser.
const WORKER: &str = include_str!("../../assets/roll-worker.js");

/// The statuses with a button on the roll, in the order of use.
const BUTTONS: [Status; 4] = [Status::Present, Status::Late, Status::Excused, Status::Absent];

#[derive(Template)]
#[template(path = "roll/show.html")]
struct RollPage {
    page: Page,
    sheet: Sheet,
    when: String,
    past: bool,
    /// How those without a mark are written down after the day, for who may.
    finish: Option<Form>,
}

impl RollPage {
    fn checked(&self, line: &Line, status: &Status) -> bool {
        line.now.is_some_and(|mark| mark.status == *status)
    }

    fn trace(&self, line: &Line) -> String {
        match line.now {
            Some(mark) if mark.method != Method::Roll || mark.status == Status::LeftEarly => {
                format!("{}（{}）", mark.status.label(), mark.method.label())
            }
            _ => String::new(),
        }
    }

    fn buttons(&self) -> [Status; 4] {
        BUTTONS
    }
}

/// The service worker; it may not be kept longer than its page.
pub async fn worker() -> Response {
    let headers = [
        (header::CONTENT_TYPE, "text/javascript; charset=utf-8"),
        (header::CACHE_CONTROL, "no-cache"),
    ];
    (headers, WORKER).into_response()
}

/// `GET /desk/sessions/{id}/roll`
pub async fn show(
    ctx: Ctx,
    Path(id): Path<String>,
    Query(query): Query<Vec<(String, String)>>,
) -> AppResult<Response> {
    let sheet = actions::sheet(&ctx, crate::id(&id)?).await?;
    let form = Form::blank(finish_fields(), Lang::Zh);
    Ok(render(&ctx, noticed(&ctx, &query), sheet, form, 200))
}

fn noticed(ctx: &Ctx, query: &[(String, String)]) -> Page {
    let mut page = ui::desk_page(ctx, "点名");
    if let Some((_, saved)) = query.iter().find(|(name, _)| name == "saved") {
        let count: u32 = saved.parse().unwrap_or(0);
        page = page.noticed(Notice::done(format!("点名存好了，新记了 {count} 条。")));
    }
    if query.iter().any(|(name, _)| name == "leave") {
        page = page.noticed(Notice::done("请假的事办好了。"));
    }
    page
}

fn render(ctx: &Ctx, page: Page, sheet: Sheet, finish: Form, status: u16) -> Response {
    let past = ctx.today() > sheet.opened.session.day;
    let may_finish = past && sheet.unmarked() > 0 && ctx.can(Permission::AttendanceCorrect);
    ui::respond::html_with(
        status,
        &RollPage {
            when: words::when(&sheet.opened.session),
            past,
            finish: may_finish.then_some(finish),
            page,
            sheet,
        },
    )
}

fn finish_fields() -> Vec<Field> {
    vec![
        Field::textarea("reason", "为什么现在才记", 200)
            .hint("例如：当天只点了到的人，没点的都没有来。每位学员的考勤经过里都会写上。"),
    ]
}

/// `POST /desk/sessions/{id}/guests`: whether somebody who tries this lesson came.
pub async fn guests(ctx: Ctx, Path(id): Path<String>, posted: Posted) -> AppResult<Response> {
    let sheet = actions::sheet(&ctx, crate::id(&id)?).await?;
    let came = match posted.get("came") {
        "yes" => true,
        "no" => false,
        _ => return Err(AppError::invalid("came", "请点来了或没来。")),
    };
    let trial = crate::id(posted.get("trial"))?;
    trials::mark(&ctx, sheet.opened.session.id, trial, came).await?;
    Ok(see_other(&format!("/desk/sessions/{id}/roll")))
}

/// `POST /desk/sessions/{id}/finish`: who has no mark was absent, with the reason.
pub async fn finish(ctx: Ctx, Path(id): Path<String>, posted: Posted) -> AppResult<Response> {
    let id: SessionId = crate::id(&id)?;
    match marks::finish(&ctx, id, posted.get("reason")).await {
        Ok(count) => Ok(see_other(&format!("/desk/sessions/{id}/roll?saved={count}"))),
        Err(AppError::Invalid(fields)) => {
            let mut form = Form::from_pairs(finish_fields(), Lang::Zh, &posted.0);
            for field in fields {
                form.error(&field.field, field.sentence);
            }
            let sheet = actions::sheet(&ctx, id).await?;
            Ok(render(&ctx, ui::desk_page(&ctx, "点名"), sheet, form, 422))
        }
        Err(other) => Err(other),
    }
}

/// `POST /desk/sessions/{id}/roll`: the plain form.
pub async fn save(ctx: Ctx, Path(id): Path<String>, posted: Posted) -> AppResult<Response> {
    let id: SessionId = crate::id(&id)?;
    // What is said of everybody who was not marked one by one.
    let rest = match posted.get("rest") {
        "present" => Some(Status::Present),
        "absent" => Some(Status::Absent),
        _ => None,
    };
    let mut taken = Vec::new();
    for (name, value) in &posted.0 {
        let Some(person) = name.strip_prefix("m-") else {
            continue;
        };
        taken.push(roll_mark(person, value)?);
    }
    if let Some(status) = rest {
        let sheet = actions::sheet(&ctx, id).await?;
        let chosen: Vec<PersonId> = taken.iter().map(|mark| mark.person).collect();
        let open = sheet.open().filter(|line| !chosen.contains(&line.learner.person));
        taken.extend(open.map(|line| plain(line.learner.person, status)));
    }
    let outcomes = marks::take(&ctx, id, &taken).await?;
    if let Some(why) = outcomes.iter().find_map(|outcome| match outcome {
        Outcome::Refused(why) => Some(*why),
        Outcome::Recorded | Outcome::Repeated => None,
    }) {
        return Err(AppError::refused_with_door(
            "roll_closed",
            why,
            "回到点名",
            format!("/desk/sessions/{id}/roll"),
        ));
    }
    let saved = outcomes
        .iter()
        .filter(|outcome| **outcome == Outcome::Recorded)
        .count();
    Ok(see_other(&format!("/desk/sessions/{id}/roll?saved={saved}")))
}

fn roll_mark(person: &str, status: &str) -> AppResult<RollMark> {
    let wrong = || AppError::invalid("status", "点名的内容不对。请刷新这一页再点一次。");
    let person = person.parse().map_err(|_| wrong())?;
    let status = status.parse().map_err(|()| wrong())?;
    Ok(plain(person, status))
}

fn plain(person: PersonId, status: Status) -> RollMark {
    RollMark {
        person,
        status,
        marked_at: None,
        device_key: None,
    }
}

#[derive(Template)]
#[template(path = "roll/history.html")]
struct HistoryPage {
    page: Page,
    history: History,
    when: String,
    leave: Option<leave::LeaveBrief>,
    form: Form,
    leave_form: Form,
}

impl HistoryPage {
    fn at(&self, trace: &Trace) -> String {
        short_moment_text(trace.marked_at)
    }

    fn tag(&self, trace: &Trace) -> Tag {
        words::tag(trace.status)
    }

    fn now(&self) -> Option<Tag> {
        self.history.now.map(|mark| words::tag(mark.status))
    }
}

fn correction_fields() -> Vec<Field> {
    let choices = Status::ALL
        .iter()
        .map(|status| Choice::new(status.as_str(), status.label()));
    vec![
        Field::radios("status", "改成", choices.collect()),
        Field::textarea("reason", "为什么更正", 200).hint("例如：学员后来补了请假条。原来的记录会一直留着。"),
        Field::hidden("was"),
    ]
}

fn leave_fields() -> Vec<Field> {
    vec![
        Field::textarea("leave_reason", "请假原因", 200)
            .hint("学员打电话或让班长带话来请假，由您代记，马上生效。"),
    ]
}

/// `GET /desk/sessions/{id}/marks/{person}`
pub async fn history(ctx: Ctx, Path((id, person)): Path<(String, String)>) -> AppResult<Response> {
    let (id, person) = (crate::id(&id)?, crate::id(&person)?);
    let history = marks::history(&ctx, id, person).await?;
    let form = Form::blank(correction_fields(), Lang::Zh).fill("was", history.stamp());
    history_page(&ctx, history, form, 200).await
}

async fn history_page(ctx: &Ctx, history: History, form: Form, status: u16) -> AppResult<Response> {
    let mut leaves = leave::of_session(ctx.db(), history.opened.session.id).await?;
    Ok(ui::respond::html_with(
        status,
        &HistoryPage {
            page: ui::desk_page(ctx, "考勤经过"),
            when: words::when(&history.opened.session),
            leave: leaves.remove(&history.learner.person),
            form,
            leave_form: Form::blank(leave_fields(), Lang::Zh),
            history,
        },
    ))
}

/// `POST /desk/sessions/{id}/marks/{person}`: a correction.
pub async fn correct(
    ctx: Ctx,
    Path((id, person)): Path<(String, String)>,
    posted: Posted,
) -> AppResult<Response> {
    let (id, person): (SessionId, PersonId) = (crate::id(&id)?, crate::id(&person)?);
    let mut form = Form::from_pairs(correction_fields(), Lang::Zh, &posted.0);
    // The stamp is empty when there is no mark yet; a hidden field must not ask for it.
    let status = form.get("status").parse::<Status>();
    if let (Ok(status), Some(reason)) = (status, form.some("reason")) {
        match marks::correct(&ctx, id, person, status, reason, posted.get("was")).await {
            Ok(()) => return Ok(see_other(&format!("/desk/sessions/{id}/marks/{person}"))),
            Err(AppError::Invalid(fields)) => {
                for field in fields {
                    form.error(&field.field, field.sentence);
                }
            }
            Err(other) => return Err(other),
        }
    }
    let history = marks::history(&ctx, id, person).await?;
    history_page(&ctx, history, form, 422).await
}

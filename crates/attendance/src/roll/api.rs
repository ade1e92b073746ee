//! The roll for programs, and for the page's own script.

use super::actions;
use crate::marks::Status;
use crate::marks::actions::{self as marks, Outcome, RollMark};
use axum::extract::Path;
use kernel::Instant;
use platform::web::Json;
use platform::{AppError, AppResult, Ctx};
use serde::{Deserialize, Serialize};
use teaching::SessionId;

/// One mark as sent.
#[derive(Debug, Deserialize, utoipa::ToSchema)]
pub struct MarkIn {
    /// The learner's id.
    person: String,
    /// present, late, left_early, excused or absent.
    status: String,
    /// When it was made, RFC 3339; now if it is left out.
    marked_at: Option<String>,
    /// Your own key of this mark (at most 64 characters): the same key is counted once.
    device_key: Option<String>,
}

/// What became of a mark, in the order sent.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct MarkOut {
    /// The learner's id.
    person: String,
    /// The key as sent.
    device_key: Option<String>,
    /// recorded, repeated or refused.
    result: &'static str,
    /// Why it was refused, in Chinese; empty otherwise.
    detail: &'static str,
}

/// Answers to marks.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct MarksOut {
    /// One for each mark sent.
    items: Vec<MarkOut>,
}

/// One learner's attendance.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct AttendanceOut {
    /// The learner's id.
    person: String,
    /// Full name.
    name: String,
    /// present, late, left_early, excused, absent; null without a mark.
    status: Option<&'static str>,
    /// roll, learner_code, class_code, leave, import, correction.
    method: Option<&'static str>,
    /// When it was marked.
    marked_at: Option<String>,
}

/// A session's roll.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct RollOut {
    /// The learners on the roll, by name.
    items: Vec<AttendanceOut>,
    /// Always null: a roll is one page.
    next: Option<String>,
}

/// The roll of a session.
#[utoipa::path(get, path = "/api/v1/sessions/{id}/attendance", tag = "attendance",
    params(("id" = String, Path, description = "Session")),
    responses((status = 200, body = RollOut), (status = 404, description = "Not there, or not yours")))]
pub async fn list(ctx: Ctx, Path(id): Path<String>) -> AppResult<axum::Json<RollOut>> {
    let sheet = actions::sheet(&ctx, crate::id(&id)?).await?;
    let items = sheet.lines.into_iter().map(|line| AttendanceOut {
        person: line.learner.person.to_string(),
        name: line.learner.name,
        status: line.now.map(|mark| mark.status.as_str()),
        method: line.now.map(|mark| mark.method.as_str()),
        marked_at: line.now.map(|mark| mark.marked_at.to_china_text()),
    });
    Ok(axum::Json(RollOut {
        items: items.collect(),
        next: None,
    }))
}

/// Takes roll marks; each is answered for itself, and may be sent again with the same `device_key`.
#[utoipa::path(post, path = "/api/v1/sessions/{id}/attendance", tag = "attendance",
    params(("id" = String, Path, description = "Session")), request_body = Vec<MarkIn>,
    responses((status = 200, body = MarksOut), (status = 404, description = "Not there, or not yours"),
        (status = 409, description = "Before the day, or the session is cancelled"), (status = 422, description = "A field is wrong")))]
pub async fn take(
    ctx: Ctx,
    Path(id): Path<String>,
    Json(sent): Json<Vec<MarkIn>>,
) -> AppResult<axum::Json<MarksOut>> {
    let id: SessionId = crate::id(&id)?;
    let mut read = Vec::with_capacity(sent.len());
    for (at, mark) in sent.iter().enumerate() {
        read.push(parse(at, mark)?);
    }
    let outcomes = marks::take(&ctx, id, &read).await?;
    let items = sent.into_iter().zip(outcomes).map(|(mark, outcome)| {
        let (result, detail) = match outcome {
            Outcome::Recorded => ("recorded", ""),
            Outcome::Repeated => ("repeated", ""),
            Outcome::Refused(why) => ("refused", why),
        };
        MarkOut {
            person: mark.person,
            device_key: mark.device_key,
            result,
            detail,
        }
    });
    Ok(axum::Json(MarksOut {
        items: items.collect(),
    }))
}

/// `POST /desk/sessions/{id}/marks`: what the page's script kept while there was no network.
pub async fn sync(ctx: Ctx, path: Path<String>, sent: Json<Vec<MarkIn>>) -> AppResult<axum::Json<MarksOut>> {
    take(ctx, path, sent).await
}

fn parse(at: usize, mark: &MarkIn) -> AppResult<RollMark> {
    let wrong = |field: &str, sentence: &str| AppError::invalid(&format!("{at}.{field}"), sentence);
    let marked_at = match &mark.marked_at {
        None => None,
        Some(text) => Some(
            text.parse::<Instant>()
                .map_err(|_| wrong("marked_at", "时间要写成 2026-11-22T09:00:00+08:00 这样。"))?,
        ),
    };
    Ok(RollMark {
        person: mark
            .person
            .parse()
            .map_err(|_| wrong("person", "没有这样的学员编号。"))?,
        status: mark.status.parse::<Status>().map_err(|()| {
            wrong(
                "status",
                "状态只能是 present、late、left_early、excused、absent 之一。",
            )
        })?,
        marked_at,
        device_key: mark.device_key.clone(),
    })
}

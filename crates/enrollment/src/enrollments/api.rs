//! Enrolments for programs.

use super::actions::{self, Terms};
use super::model::{Detail, Learner};
use crate::companions::{AskedTogether, Companion, CompanionBody};
use crate::seat_desk::{Answer, SeatDesk};
use crate::{EnrollmentId, EnrollmentStatus};
use axum::extract::FromRequestParts;
use axum::http::StatusCode;
use axum::http::request::Parts;
use kernel::PersonId;
use platform::api::{Asked, At, Listed, Moment, Named, Paging, Part, WRONG_CURSOR};
use platform::web::{Json, Shared};
use platform::{AppError, AppResult, Channel, Ctx};
use serde::{Deserialize, Serialize};
use std::sync::Arc;
use teaching::ClassId;
use utoipa::ToSchema;

/// Longest `Idempotency-Key`.
const KEY_LENGTH: usize = 100;

/// What is asked for.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(default)]
pub struct EnrollBody {
    /// For whom, when a clerk acts; the caller themselves when it is missing.
    #[schema(value_type = Option<String>)]
    pub person: Option<PersonId>,
    /// For whom, when a member of the family acts: somebody who let the caller do so.
    #[serde(rename = "for")]
    #[schema(value_type = Option<String>)]
    pub helped: Option<PersonId>,
    /// How the person asked the clerk; kept with the enrolment. A program of its own when missing.
    pub channel: Option<ClerkChannel>,
    /// Who comes along, at most three: all get seats or none does.
    pub companions: Vec<CompanionBody>,
}

db::text_enum! {
    /// How a person asks a clerk.
    pub enum ClerkChannel {
        /// At the counter.
        Desk => "desk",
        /// By telephone.
        Phone => "phone",
    }
}

platform::api_words!(ClerkChannel, EnrollmentStatus);

impl From<ClerkChannel> for Channel {
    fn from(channel: ClerkChannel) -> Self {
        match channel {
            ClerkChannel::Desk => Self::Desk,
            ClerkChannel::Phone => Self::Phone,
        }
    }
}

/// Where an enrolment stands.
#[derive(Debug, Serialize, ToSchema)]
pub struct EnrollmentAnswer {
    /// Its id.
    #[schema(value_type = String)]
    pub id: EnrollmentId,
    /// Where it stands.
    pub status: EnrollmentStatus,
    /// Place on the waitlist, from 1; null with a seat.
    pub position: Option<i64>,
}

impl From<Answer> for EnrollmentAnswer {
    fn from(answer: Answer) -> Self {
        Self {
            id: answer.enrollment,
            status: answer.status,
            position: answer.position,
        }
    }
}

/// An enrolment with its class.
#[derive(Debug, Serialize, ToSchema)]
pub struct EnrollmentItem {
    /// Its id.
    #[schema(value_type = String)]
    pub id: EnrollmentId,
    /// Where it stands.
    pub status: EnrollmentStatus,
    /// Place on the waitlist, from 1; null with a seat.
    pub position: Option<i64>,
    /// The class.
    pub class: ClassBrief,
    /// The learner.
    #[schema(value_type = String)]
    pub person: PersonId,
    /// How it came in.
    pub channel: String,
    /// When it was made.
    pub created_at: String,
    /// When its status changed last.
    pub changed_at: String,
    /// Who asked for the class together with them.
    pub companions: Vec<AskedTogether>,
}

/// A class in brief.
#[derive(Debug, Serialize, ToSchema)]
pub struct ClassBrief {
    /// Its id.
    pub id: String,
    /// Its name.
    pub name: String,
    /// Day of the first session.
    pub starts_on: String,
    /// Where it meets.
    pub place: String,
}

/// Somebody on the list of a class.
#[derive(Debug, Serialize, ToSchema)]
pub struct ClassEnrollmentItem {
    /// Its id.
    #[schema(value_type = String)]
    pub id: EnrollmentId,
    /// Where it stands.
    pub status: EnrollmentStatus,
    /// Place on the waitlist, from 1; null with a seat.
    pub position: Option<i64>,
    /// The learner.
    pub person: Named,
    /// The learner's number.
    pub number: String,
    /// The learner's telephone number with its middle hidden.
    pub phone_masked: Option<String>,
    /// How it came in.
    pub channel: String,
    /// When it was made.
    pub created_at: Moment,
    /// When its status changed last.
    pub changed_at: Moment,
}

impl From<Learner> for ClassEnrollmentItem {
    fn from(learner: Learner) -> Self {
        Self {
            id: learner.row.id,
            status: learner.row.status,
            position: learner.position,
            person: Named::new(learner.person.id, learner.person.name),
            number: learner.person.number,
            phone_masked: learner.person.phone_masked,
            channel: learner.row.channel,
            created_at: learner.row.created_at.into(),
            changed_at: learner.row.changed_at.into(),
        }
    }
}

/// `Idempotency-Key` of a request, where it has one.
#[derive(Debug)]
pub struct IdempotencyKey(pub Option<String>);

impl<S: Sync> FromRequestParts<S> for IdempotencyKey {
    type Rejection = AppError;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> AppResult<Self> {
        let Some(value) = parts.headers.get("idempotency-key") else {
            return Ok(Self(None));
        };
        match value.to_str() {
            Ok(text) if !text.is_empty() && text.len() <= KEY_LENGTH => Ok(Self(Some(text.to_owned()))),
            _ => Err(AppError::invalid(
                "Idempotency-Key",
                format!("Idempotency-Key 要有 1 到 {KEY_LENGTH} 个英文字母、数字或符号。"),
            )),
        }
    }
}

/// Who has a seat in a class of your subtree and who waits, in the order of asking.
#[utoipa::path(get, path = "/api/v1/classes/{id}/enrollments", tag = "enrollments",
    params(("id" = String, Path, description = "The class"), Paging),
    responses((status = 200, body = Listed<ClassEnrollmentItem>)))]
pub async fn of_class(
    ctx: Ctx,
    At(class): At<ClassId>,
    asked: Asked,
) -> AppResult<axum::Json<Listed<ClassEnrollmentItem>>> {
    let part = asked.part()?;
    let (_, learners) = actions::learners(&ctx, class, part).await?;
    Ok(axum::Json(learners.map(ClassEnrollmentItem::from)))
}

/// Enrols the caller, somebody who let the caller act for them, or a person on whose behalf a clerk acts; who finds the class full waits.
#[utoipa::path(post, path = "/api/v1/classes/{id}/enrollments", tag = "enrollments", request_body = EnrollBody, params(
    ("id" = String, Path, description = "The class"),
    ("Idempotency-Key" = Option<String>, Header, description = "The same key gives the same answer")),
    responses((status = 201, body = EnrollmentAnswer), (status = 401, description = "No token"),
    (status = 404, description = "No such class"), (status = 409, description = "Refused by a rule: problem+json"),
    (status = 503, description = "Busy: send it again")))]
pub async fn enroll(
    ctx: Ctx,
    Shared(desk): Shared<Arc<SeatDesk>>,
    At(class): At<ClassId>,
    IdempotencyKey(key): IdempotencyKey,
    Json(body): Json<EnrollBody>,
) -> AppResult<(StatusCode, axum::Json<EnrollmentAnswer>)> {
    let terms = Terms {
        companions: body.companions.into_iter().map(Companion::from).collect(),
        wait: true,
        key,
    };
    if let Some(helped) = body.helped {
        if body.person.is_some() {
            return Err(AppError::invalid(
                "for",
                "for 和 person 只能填一个：家人代办用 for，柜台用 person。",
            ));
        }
        let answer = actions::enroll_acting(&ctx, &desk, helped, class, terms).await?;
        return Ok((StatusCode::CREATED, axum::Json(answer.into())));
    }
    let answer = match body.person {
        Some(person) if ctx.actor.person != Some(person) => {
            let channel = body.channel.map_or(Channel::Api, Channel::from);
            actions::enroll_for(&ctx, &desk, person, class, channel, terms).await?
        }
        _ => actions::enroll_self(&ctx, &desk, class, terms).await?,
    };
    Ok((StatusCode::CREATED, axum::Json(answer.into())))
}

/// One enrolment: one's own, or one in the caller's scope.
#[utoipa::path(get, path = "/api/v1/enrollments/{id}", tag = "enrollments", params(("id" = String, Path, description = "The enrolment")),
    responses((status = 200, body = EnrollmentItem), (status = 404, description = "None, or not the caller's")))]
pub async fn find(ctx: Ctx, At(id): At<EnrollmentId>) -> AppResult<axum::Json<EnrollmentItem>> {
    let found = actions::show(&ctx, id).await?;
    Ok(axum::Json(item(&found)))
}

fn item(found: &Detail) -> EnrollmentItem {
    EnrollmentItem {
        id: found.row.id,
        status: found.row.status,
        position: found.position,
        class: ClassBrief {
            id: found.class.id.to_string(),
            name: found.class.name.clone(),
            starts_on: found.class.starts_on.to_string(),
            place: found.place.clone(),
        },
        person: found.row.person_id,
        channel: found.row.channel.clone(),
        created_at: found.row.created_at.to_china_text(),
        changed_at: found.row.changed_at.to_china_text(),
        companions: found.with.clone(),
    }
}

/// Why a clerk takes somebody off.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(default)]
pub struct WithdrawBody {
    /// The reason, when it is not one's own enrolment.
    pub reason: String,
}

/// Gives a place up: one's own, or with a reason a person's on whose behalf a clerk acts.
#[utoipa::path(delete, path = "/api/v1/enrollments/{id}", tag = "enrollments", request_body = WithdrawBody,
    params(("id" = String, Path, description = "The enrolment")),
    responses((status = 200, body = EnrollmentAnswer), (status = 404, description = "None, or not the caller's")))]
pub async fn withdraw(
    ctx: Ctx,
    Shared(desk): Shared<Arc<SeatDesk>>,
    At(id): At<EnrollmentId>,
    Json(body): Json<WithdrawBody>,
) -> AppResult<axum::Json<EnrollmentAnswer>> {
    let answer = match actions::withdraw_own(&ctx, &desk, id).await {
        Err(AppError::NotFound) if ctx.can(platform::Permission::EnrollmentAct) => {
            actions::withdraw_for(&ctx, &desk, id, &body.reason).await?
        }
        other => other?,
    };
    Ok(axum::Json(answer.into()))
}

/// The caller's enrolments, or those of somebody who let the caller act for them, newest first.
#[utoipa::path(get, path = "/api/v1/me/enrollments", tag = "enrollments", params(Paging,
    ("for" = Option<String>, Query, description = "Id of the person for whom the caller may act")),
    responses((status = 200, body = Listed<EnrollmentItem>)))]
pub async fn mine(ctx: Ctx, asked: Asked) -> AppResult<axum::Json<Listed<EnrollmentItem>>> {
    let before = asked.get("cursor", WRONG_CURSOR)?;
    let part = Part {
        limit: asked.limit()?,
        offset: 0,
    };
    let mut found = match asked.get("for", "没有这个人，或者您不能替他办事。")? {
        Some(person) => actions::of_helped(&ctx, person, before, part.rows()).await?,
        None => actions::mine(&ctx, before, part.rows()).await?,
    };
    let more = part.cut(&mut found).is_some();
    let next = found.last().filter(|_| more).map(|last| last.row.id.to_string());
    let items = found.into_iter().map(|mine| EnrollmentItem {
        id: mine.row.id,
        status: mine.row.status,
        position: mine.position,
        class: ClassBrief {
            id: mine.class.id.to_string(),
            name: mine.class.name,
            starts_on: mine.class.starts_on.to_string(),
            place: mine.place,
        },
        person: mine.row.person_id,
        channel: mine.row.channel,
        created_at: mine.row.created_at.to_china_text(),
        changed_at: mine.row.changed_at.to_china_text(),
        companions: mine.with,
    });
    Ok(axum::Json(Listed {
        items: items.collect(),
        next,
    }))
}

/// The API of enrolments.
#[derive(utoipa::OpenApi)]
#[openapi(paths(of_class, enroll, find, withdraw, mine))]
pub(crate) struct Api;

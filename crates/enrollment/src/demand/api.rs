//! Demand for programs.

use super::actions::{self, Group, Offer};
use super::opening::{self, Choice};
use axum::extract::Path;
use axum::http::StatusCode;
use kernel::{OrgId, PersonId};
use orgs::RoomId;
use platform::api::{Asked, Listed, Named, Ref, TimeOfDay};
use platform::web::Json;
use platform::{AppError, AppResult, Ctx};
use serde::{Deserialize, Serialize};
use teaching::{ClassId, CourseId, TermId};
use utoipa::ToSchema;

/// People who wait for a course at the schools of a street.
#[derive(Debug, Serialize, ToSchema)]
pub struct DemandItem {
    /// The term.
    #[schema(value_type = String)]
    term: Option<TermId>,
    /// The street.
    street: Named,
    /// The course.
    course: Named,
    /// How many wait; null when fewer than 5 and the caller does not work at the counter.
    waiting: Option<i64>,
    /// For how many classes.
    classes: i64,
    /// Least learners of such a class.
    minimum: i64,
    /// Whether enough wait for a further class.
    enough: bool,
}

/// Who waits in your subtree, by street of the school and by course.
#[utoipa::path(get, path = "/api/v1/demand", tag = "demand", operation_id = "list_demand",
    params(("term" = Option<String>, Query, description = "The term; the one in which most wait when it is missing")),
    responses((status = 200, body = Listed<DemandItem>)))]
pub(super) async fn list(ctx: Ctx, asked: Asked) -> AppResult<axum::Json<Listed<DemandItem>>> {
    let demand = actions::list(&ctx, asked.id("term")?).await?;
    let term = demand.term;
    let item = |group: Group| DemandItem {
        term,
        street: Named::new(group.street, group.street_name),
        course: Named::new(group.course, group.course_name),
        waiting: group.people,
        classes: group.classes,
        minimum: group.minimum,
        enough: group.enough,
    };
    Ok(axum::Json(Listed::whole(demand.groups.into_iter().map(item))))
}

/// A class that would serve those who wait.
#[derive(Debug, Serialize, ToSchema)]
pub struct ProposalItem {
    /// The org that would give it.
    org: Named,
    /// The room.
    room: Named,
    /// The teacher.
    teacher: Named,
    /// 1 = Monday … 7 = Sunday.
    weekday: i64,
    /// When it starts.
    starts: TimeOfDay,
    /// Minutes of a session.
    minutes: i64,
    /// How many sessions.
    sessions: i64,
    /// Seats.
    seats: i64,
    /// How many of those who wait would have a seat.
    serves: i64,
    /// How many wait.
    waiting: i64,
    /// How many have another class then.
    clash: i64,
    /// How many hold as many classes as they may.
    full: i64,
    /// How many are not of age.
    age: i64,
    /// Minutes on foot of the one in the middle; null when no home is known.
    walk_minutes: Option<u32>,
    /// Why this one, in Chinese.
    reasons: Vec<String>,
}

type Group3 = (String, String, String);

fn ids((term, street, course): &Group3) -> AppResult<(TermId, OrgId, CourseId)> {
    let wrong = |_| AppError::NotFound;
    Ok((
        term.parse().map_err(wrong)?,
        street.parse().map_err(wrong)?,
        course.parse().map_err(wrong)?,
    ))
}

/// Up to three classes that would serve those who wait for a course at the schools of a street, the best first.
#[utoipa::path(get, path = "/api/v1/demand/{term}/{street}/{course}", tag = "demand", operation_id = "list_proposals",
    params(("term" = String, Path, description = "The term"), ("street" = String, Path, description = "The street"),
        ("course" = String, Path, description = "The course")),
    responses((status = 200, body = Listed<ProposalItem>), (status = 404, description = "Nobody of your subtree waits for it")))]
pub(super) async fn proposals(
    ctx: Ctx,
    Path(group): Path<Group3>,
) -> AppResult<axum::Json<Listed<ProposalItem>>> {
    let (term, street, course) = ids(&group)?;
    let found = actions::proposals(&ctx, term, street, course).await?;
    let waiting = found.waiting;
    let item = |offer: Offer| ProposalItem {
        org: Named::new(offer.org, offer.org_name),
        room: Named::new(offer.room, offer.room_name),
        teacher: Named::new(offer.teacher, offer.teacher_name),
        weekday: offer.weekday,
        starts: offer.starts.into(),
        minutes: offer.minutes,
        sessions: offer.sessions,
        seats: offer.found.seats,
        serves: offer.found.served(),
        waiting,
        clash: offer.found.clash,
        full: offer.found.full,
        age: offer.found.age,
        walk_minutes: offer.found.walk,
        reasons: offer.reasons,
    };
    Ok(axum::Json(Listed::whole(found.offers.into_iter().map(item))))
}

/// Which proposal is opened: as it was listed.
#[derive(Debug, Deserialize, ToSchema)]
pub struct OpenBody {
    /// The room.
    #[schema(value_type = String)]
    room: Ref<RoomId>,
    /// The teacher.
    #[schema(value_type = String)]
    teacher: Ref<PersonId>,
    /// 1 = Monday … 7 = Sunday.
    weekday: i64,
    /// When it starts.
    starts: TimeOfDay,
}

/// What an opening came to.
#[derive(Debug, Serialize, ToSchema)]
pub struct OpenedAnswer {
    /// The class.
    #[schema(value_type = String)]
    class: ClassId,
    /// How many waited.
    waiting: i64,
    /// How many were offered a seat or enrolled; the others keep their places.
    invited: i64,
}

/// Opens a proposed class and asks those who wait, in order.
#[utoipa::path(post, path = "/api/v1/demand/{term}/{street}/{course}", tag = "demand", operation_id = "open_proposal",
    request_body = OpenBody,
    params(("term" = String, Path, description = "The term"), ("street" = String, Path, description = "The street"),
        ("course" = String, Path, description = "The course")),
    responses((status = 201, body = OpenedAnswer), (status = 404, description = "Nobody of your subtree waits for it"),
        (status = 409, description = "not_proposed: list the proposals again; clash")))]
pub(super) async fn open(
    ctx: Ctx,
    Path(group): Path<Group3>,
    Json(body): Json<OpenBody>,
) -> AppResult<(StatusCode, axum::Json<OpenedAnswer>)> {
    let choice = Choice {
        room: body.room.0,
        teacher: body.teacher.0,
        weekday: body.weekday,
        starts: body.starts.0,
    };
    let opened = opening::open(&ctx, ids(&group)?, choice).await?;
    let answer = OpenedAnswer {
        class: opened.class,
        waiting: opened.waiting,
        invited: opened.invited,
    };
    Ok((StatusCode::CREATED, axum::Json(answer)))
}

/// Description of this feature's addresses.
#[derive(utoipa::OpenApi)]
#[openapi(paths(list, proposals, open))]
pub(crate) struct DemandApi;

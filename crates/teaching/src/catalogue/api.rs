//! The catalogue for programs: the same search as the page.

use super::query::{MOST_ITEMS, PAGE_ITEMS, Query, Rank};
use super::refresh::Catalogue;
use super::serve::{Asked, Made, answer};
use super::snapshot::Listed;
use axum::extract::Request;
use axum::response::Response;
use kernel::chinese_date::time_text;
use platform::api::Named;
use platform::{AppError, AppResult};
use serde::Serialize;
use std::sync::Arc;
use utoipa::{OpenApi, ToSchema};

/// Where a class is held.
#[derive(Debug, Serialize, ToSchema)]
pub struct PlaceItem {
    /// Street address.
    pub address: String,
    /// The room, with its floor.
    pub room: Option<String>,
    /// District.
    pub district: Option<Named>,
    /// Street.
    pub street: Option<Named>,
    /// Longitude in WGS-84 degrees.
    pub lng: Option<f64>,
    /// Latitude in WGS-84 degrees.
    pub lat: Option<f64>,
    /// Telephone.
    pub phone: String,
    /// No step from the street to the rooms.
    pub step_free: bool,
    /// A lift.
    pub lift: bool,
    /// A toilet for wheelchairs.
    pub accessible_toilet: bool,
    /// A loop for hearing aids.
    pub hearing_loop: bool,
    /// Straight way from `near`, in metres.
    pub metres: Option<u32>,
}

/// When a class meets.
#[derive(Debug, Serialize, ToSchema)]
pub struct Schedule {
    /// 1 for Monday to 7 for Sunday.
    pub weekday: i8,
    /// Time of day in China, `09:00`.
    pub starts: String,
    /// Minutes.
    pub minutes: u16,
    /// Day of the first meeting.
    pub starts_on: String,
    /// Day of the last meeting.
    pub ends_on: String,
    /// Number of meetings.
    pub session_count: u16,
}

/// A round that gives seats by selection.
#[derive(Debug, Serialize, ToSchema)]
pub struct ClassRound {
    /// Its id.
    pub id: String,
    /// draw, interview or manual.
    pub method: &'static str,
    /// When applications open, RFC 3339.
    pub opens: String,
    /// When they close, RFC 3339.
    pub closes: String,
}

/// A class.
#[derive(Debug, Serialize, ToSchema)]
pub struct ClassItem {
    /// Its id.
    pub id: String,
    /// Its name.
    pub name: String,
    /// The course's name.
    pub course: String,
    /// The course's category.
    pub category: String,
    /// beginner, basic, advanced or study.
    pub level: &'static str,
    /// The institution that gives it.
    pub org: Named,
    /// Where it is held.
    pub place: PlaceItem,
    /// The teacher's name.
    pub teacher: Option<String>,
    /// The term's name.
    pub term: String,
    /// When it meets.
    pub schedule: Schedule,
    /// on_site, online or hybrid.
    pub mode: &'static str,
    /// Fee for the term, in fen.
    pub fee_fen: i64,
    /// Seats in all.
    pub capacity: u32,
    /// Seats taken.
    pub enrolled: u32,
    /// People who wait.
    pub waitlisted: u32,
    /// Seats left.
    pub seats_left: u32,
    /// Youngest age allowed.
    pub age_min: Option<u16>,
    /// Oldest age allowed.
    pub age_max: Option<u16>,
    /// Who lives or works where may come.
    pub residence_note: String,
    /// Whether it is hard on the body.
    pub strenuous: bool,
    /// When enrolment opens, or applications in the round that gives the seats; RFC 3339.
    pub enrollment_opens: String,
    /// When enrolment closes, or applications in the round that gives the seats; RFC 3339.
    pub enrollment_closes: String,
    /// Whether one can enrol now, or apply in the round that gives the seats.
    pub enrollment_open: bool,
    /// The round that gives the seats by draw, interview or choice of the school; null where who asks first gets one.
    #[schema(required)]
    pub round: Option<ClassRound>,
    /// published, running, closed or cancelled.
    pub status: &'static str,
}

/// A page of classes.
#[derive(Debug, Serialize, ToSchema)]
pub struct ClassList {
    /// The classes.
    pub items: Vec<ClassItem>,
    /// Where the next page starts; null on the last page.
    pub next: Option<String>,
    /// Number of classes found in all.
    pub total: usize,
}

/// The documentation of this part of the API.
#[derive(OpenApi)]
#[openapi(paths(list, one), components(schemas(ClassItem, ClassList)))]
struct Documentation;

/// The documentation of this part of the API.
#[must_use]
pub fn openapi() -> utoipa::openapi::OpenApi {
    Documentation::openapi()
}

/// Public classes, by search and filters.
#[utoipa::path(
    get,
    path = "/api/v1/classes",
    tag = "classes",
    params(
        ("q" = Option<String>, Query, description = "Words, pinyin or initials"),
        ("area" = Option<String>, Query, description = "Id or code of a district or street"),
        ("place" = Option<String>, Query, description = "Id of an institution"),
        ("near" = Option<String>, Query, description = "Longitude and latitude in WGS-84, `121.38,31.11`; sorts by distance"),
        ("day" = Option<i8>, Query, description = "1 for Monday to 7 for Sunday"),
        ("part" = Option<String>, Query, description = "morning, afternoon or evening"),
        ("mode" = Option<String>, Query, description = "on_site, online or hybrid"),
        ("level" = Option<String>, Query, description = "beginner, basic, advanced or study"),
        ("category" = Option<String>, Query, description = "Category of the course"),
        ("age" = Option<u16>, Query, description = "Age of the learner"),
        ("open" = Option<bool>, Query, description = "Only with enrolment open now"),
        ("seats" = Option<bool>, Query, description = "Only with seats left"),
        ("accessible" = Option<bool>, Query, description = "Only at places without steps"),
        ("fee" = Option<String>, Query, description = "free, paid, or the most in yuan"),
        ("sort" = Option<String>, Query, description = "relevance, distance, date or seats"),
        ("limit" = Option<usize>, Query, description = "1 to 200, usually 30"),
        ("cursor" = Option<String>, Query, description = "`next` of the answer before"),
    ),
    responses((status = 200, body = ClassList), (status = 422, description = "A parameter is wrong"))
)]
pub async fn list(catalogue: Arc<Catalogue>, request: Request) -> Response {
    answer(
        catalogue,
        request,
        |query| query,
        async |asked: Asked| {
            if !asked.errors.is_empty() {
                return Err(AppError::Invalid(asked.errors));
            }
            let query = Query {
                limit: Some(asked.query.limit.unwrap_or(PAGE_ITEMS).min(MOST_ITEMS)),
                ..asked.query.clone()
            };
            let found = asked.snapshot.select(&query, asked.now);
            json(&ClassList {
                items: found.items.iter().map(|listed| item(&asked, listed)).collect(),
                next: found.next.map(Rank::text),
                total: found.total,
            })
        },
    )
    .await
}

/// One class.
#[utoipa::path(
    get,
    path = "/api/v1/classes/{id}",
    tag = "classes",
    params(("id" = String, Path, description = "Id of the class")),
    responses((status = 200, body = ClassItem), (status = 404, description = "There is no such public class"))
)]
pub async fn one(catalogue: Arc<Catalogue>, request: Request) -> Response {
    answer(
        catalogue,
        request,
        |_| Query::default(),
        async |asked: Asked| {
            let id = asked.path.rsplit('/').next().unwrap_or_default();
            let id = id.parse().map_err(|_| AppError::NotFound)?;
            let listed = asked.snapshot.find(id).ok_or(AppError::NotFound)?;
            json(&item(&asked, &listed))
        },
    )
    .await
}

fn json(value: &impl Serialize) -> AppResult<Made> {
    let body = serde_json::to_string(value).map_err(|error| AppError::Internal(error.to_string()))?;
    Ok(Made {
        body,
        content_type: "application/json",
    })
}

fn item(asked: &Asked, listed: &Listed<'_>) -> ClassItem {
    let (card, seats) = (listed.card, listed.seats);
    let (opens, closes) = card.window(asked.now);
    ClassItem {
        id: card.id.to_string(),
        name: card.name.clone(),
        course: card.course.clone(),
        category: card.category.clone(),
        level: card.level.as_str(),
        org: Named::new(card.place.id, card.place.name.clone()),
        place: place(listed),
        teacher: card.teacher.clone(),
        term: card.term.clone(),
        schedule: Schedule {
            weekday: card.weekday.to_monday_one_offset(),
            starts: time_text(card.starts),
            minutes: card.minutes,
            starts_on: card.starts_on.to_string(),
            ends_on: card.ends_on.to_string(),
            session_count: card.session_count,
        },
        mode: card.mode.as_str(),
        fee_fen: card.fee.0,
        capacity: card.capacity,
        enrolled: seats.enrolled,
        waitlisted: seats.waitlisted,
        seats_left: card.seats_left(seats),
        age_min: card.age_min,
        age_max: card.age_max,
        residence_note: card.residence_note.clone(),
        strenuous: card.strenuous,
        enrollment_opens: opens.to_china_text(),
        enrollment_closes: closes.to_china_text(),
        enrollment_open: card.is_open(asked.now),
        round: card.selected(asked.now).map(|round| ClassRound {
            id: round.id.clone(),
            method: round.code,
            opens: round.opens.to_china_text(),
            closes: round.closes.to_china_text(),
        }),
        status: card.status.as_str(),
    }
}

fn place(listed: &Listed<'_>) -> PlaceItem {
    let place = &listed.card.place;
    let named = |area: &Option<Arc<super::model::Area>>| {
        area.as_ref().map(|area| Named::new(area.id, area.name.clone()))
    };
    PlaceItem {
        address: place.address.clone(),
        room: listed.card.room.clone(),
        district: named(&place.district),
        street: named(&place.street),
        lng: place.point.map(kernel::Point::lng),
        lat: place.point.map(kernel::Point::lat),
        phone: place.phone.clone(),
        step_free: place.step_free,
        lift: place.lift,
        accessible_toilet: place.accessible_toilet,
        hearing_loop: place.hearing_loop,
        metres: listed.metres,
    }
}

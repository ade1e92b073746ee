//! Classes for programs of the staff; what everybody sees of them is in [`crate::catalogue`].

use super::actions::{self, Detail, Filter, Plan, Preview, SORTS};
use super::lifecycle;
use super::model::{ClassDraft, ClassRow, ClassStatus, Level, Mode, Pattern, Risk, StartCheck};
use crate::names::Names;
use crate::sessions::clash::Clash;
use crate::web::like;
use crate::{ClassId, CourseId, TermId};
use axum::http::StatusCode;
use axum::{Extension, Json};
use kernel::{OrgId, PersonId};
use orgs::RoomId;
use platform::api::{
    Asked, At, Created, Day, Listed, Made, Moment, Named, Paging, Reasoned, Ref, Seen, TimeOfDay, created,
    done, given, version,
};
use platform::{AppError, AppResult, Ctx, web};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

platform::api_words!(ClassStatus, Mode, Level, Risk);

/// The weekly pattern from which sessions are made.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct PatternJson {
    /// 1 for Monday to 7 for Sunday.
    weekday: i64,
    /// When a session starts.
    starts: TimeOfDay,
    /// Minutes of a session, 1 to 480.
    minutes: i64,
    /// The first day on which a session may be.
    from: Day,
    /// Sessions that are held, 1 to 400.
    count: i64,
}

impl From<PatternJson> for Pattern {
    fn from(json: PatternJson) -> Self {
        Self {
            weekday: json.weekday,
            starts: json.starts.0,
            minutes: json.minutes,
            from: json.from.0,
            count: json.count,
        }
    }
}

/// A class as its staff see it.
#[derive(Debug, Serialize, ToSchema)]
pub struct DeskClassJson {
    /// Its id.
    id: String,
    /// Name on the public list.
    name: String,
    /// The org that gives it.
    org: Named,
    /// The course.
    course: Named,
    /// The term.
    term: Named,
    /// Usual room.
    room: Option<Named>,
    /// Usual teacher.
    teacher: Option<Named>,
    /// How people take part.
    mode: Mode,
    /// How much one should know before.
    level: Level,
    /// What the body is asked for.
    risk: Risk,
    /// Fee in fen.
    fee_fen: i64,
    /// Seats.
    capacity: i64,
    /// Learners below which it is not held.
    minimum: i64,
    /// Seats taken.
    enrolled: i64,
    /// People who wait.
    waitlisted: i64,
    /// Seats left.
    seats_left: i64,
    /// Lowest age in years.
    age_min: Option<i64>,
    /// Highest age in years.
    age_max: Option<i64>,
    /// Who is meant by residence, in words.
    residence_note: String,
    /// From when people may enrol.
    enrollment_opens: Moment,
    /// Until when people may enrol.
    enrollment_closes: Moment,
    /// When it meets: the usual time, the first day and the number of sessions that are not cancelled.
    pattern: PatternJson,
    /// Day of the last session.
    ends_on: Day,
    /// Least attendance for completion, in percent.
    pass_percent: i64,
    /// Where it stands.
    status: ClassStatus,
    /// Why it was cancelled.
    status_note: String,
    /// Counts changes.
    version: i64,
}

impl DeskClassJson {
    fn new(class: ClassRow, names: &Names, course: &str, term: &str) -> Self {
        Self {
            id: class.id.to_string(),
            org: Named::new(class.org_id, names.org(class.org_id)),
            course: Named::new(class.course_id, course),
            term: Named::new(class.term_id, term),
            room: class.room_id.map(|room| Named::new(room, names.room_name(room))),
            teacher: class
                .teacher_id
                .map(|teacher| Named::new(teacher, names.person(Some(teacher)))),
            name: class.name,
            mode: class.mode,
            level: class.level,
            risk: class.risk,
            fee_fen: class.fee_fen,
            capacity: class.capacity,
            minimum: class.minimum,
            enrolled: class.enrolled,
            waitlisted: class.waitlisted,
            seats_left: (class.capacity - class.enrolled).max(0),
            age_min: class.age_min,
            age_max: class.age_max,
            residence_note: class.residence_note,
            enrollment_opens: class.enrollment_opens.into(),
            enrollment_closes: class.enrollment_closes.into(),
            pattern: PatternJson {
                weekday: class.weekday,
                starts: class.starts.into(),
                minutes: class.minutes,
                from: class.starts_on.into(),
                count: class.session_count,
            },
            ends_on: class.ends_on.into(),
            pass_percent: class.pass_percent,
            status: class.status,
            status_note: class.status_note,
            version: class.version,
        }
    }
}

/// Somebody who helps with a class.
#[derive(Debug, Serialize, ToSchema)]
pub struct ClassDutyJson {
    /// The person.
    person: Named,
    /// What they do.
    duty: crate::duty::Duty,
}

/// A class with what stands around it; its sessions have their own address.
#[derive(Debug, Serialize, ToSchema)]
pub struct DeskClassDetail {
    #[serde(flatten)]
    class: DeskClassJson,
    /// Number of the course version it is given from.
    course_version: i64,
    /// Assistants and monitors.
    duties: Vec<ClassDutyJson>,
}

impl From<Detail> for DeskClassDetail {
    fn from(detail: Detail) -> Self {
        let names = &detail.names;
        let duties = detail.duties.iter().map(|row| ClassDutyJson {
            person: Named::new(row.person_id, names.person(Some(row.person_id))),
            duty: row.duty,
        });
        Self {
            duties: duties.collect(),
            course_version: detail.course_version,
            class: DeskClassJson::new(detail.class, names, &detail.course_name, &detail.term.name),
        }
    }
}

/// A class to plan or to change.
#[derive(Debug, Deserialize, ToSchema)]
pub struct ClassBody {
    /// Id of the org that gives it; needed to plan, passed over in a change.
    #[serde(default)]
    #[schema(value_type = Option<String>)]
    org: Option<Ref<OrgId>>,
    /// Id of the course; needed to plan, passed over in a change.
    #[serde(default)]
    #[schema(value_type = Option<String>)]
    course: Option<Ref<CourseId>>,
    /// Id of the term: one of the org or of an org above; needed to plan, passed over in a change.
    #[serde(default)]
    #[schema(value_type = Option<String>)]
    term: Option<Ref<TermId>>,
    /// Name on the public list, 2 to 40 characters.
    name: String,
    /// Id of the usual room, one of the org's in use; may be decided later.
    #[serde(default)]
    #[schema(value_type = Option<String>)]
    room: Option<Ref<RoomId>>,
    /// Id of the usual teacher, who holds a teacher's post; may be decided later.
    #[serde(default)]
    #[schema(value_type = Option<String>)]
    teacher: Option<Ref<PersonId>>,
    /// How people take part.
    mode: Mode,
    /// How much one should know before.
    level: Level,
    /// What the body is asked for.
    risk: Risk,
    /// Fee in fen.
    fee_fen: i64,
    /// Seats, 1 to 2000 and not fewer than are taken.
    capacity: i64,
    /// Learners below which it is not held.
    minimum: i64,
    /// Lowest age in years.
    #[serde(default)]
    age_min: Option<i64>,
    /// Highest age in years.
    #[serde(default)]
    age_max: Option<i64>,
    /// Who is meant by residence, in words.
    #[serde(default)]
    residence_note: String,
    /// From when people may enrol.
    enrollment_opens: Moment,
    /// Until when people may enrol.
    enrollment_closes: Moment,
    /// Least attendance for completion, in percent.
    pass_percent: i64,
    /// When it meets; needed to plan. In a change of a class that is only planned its sessions are made anew; later it is
    /// passed over, and sessions are changed one by one.
    #[serde(default)]
    pattern: Option<PatternJson>,
    /// Version that you read, to change a class.
    #[serde(default)]
    version: Option<i64>,
}

impl ClassBody {
    fn plan(self) -> AppResult<Plan> {
        Ok(Plan {
            org: given(self.org, "org")?.0,
            course: given(self.course, "course")?.0,
            term: given(self.term, "term")?.0,
            draft: self.draft(),
            pattern: given(self.pattern, "pattern")?.into(),
        })
    }

    fn draft(&self) -> ClassDraft {
        ClassDraft {
            name: self.name.clone(),
            room_id: self.room.map(|room| room.0),
            teacher_id: self.teacher.map(|teacher| teacher.0),
            mode: self.mode,
            level: self.level,
            risk: self.risk,
            fee_fen: self.fee_fen,
            capacity: self.capacity,
            minimum: self.minimum,
            age_min: self.age_min,
            age_max: self.age_max,
            residence_note: self.residence_note.clone(),
            enrollment_opens: self.enrollment_opens.0,
            enrollment_closes: self.enrollment_closes.0,
            pass_percent: self.pass_percent,
        }
    }
}

/// A session that a plan would make.
#[derive(Debug, Serialize, ToSchema)]
pub struct PlannedSessionJson {
    /// The day.
    day: Day,
    /// When it starts.
    starts: TimeOfDay,
    /// Minutes.
    minutes: u16,
}

/// A day of the pattern without a session.
#[derive(Debug, Serialize, ToSchema)]
pub struct SkippedDayJson {
    /// The day.
    day: Day,
    /// Why, in Chinese.
    reason: String,
}

/// Two uses of a room or a teacher that cannot both be.
#[derive(Debug, Serialize, ToSchema)]
pub struct ClashJson {
    /// The day.
    day: Day,
    /// Whether the room clashes.
    room: bool,
    /// Whether the teacher clashes.
    teacher: bool,
    /// What stands already: the other class, or a booking.
    with: String,
    /// When that starts.
    starts: TimeOfDay,
    /// Its minutes.
    minutes: u16,
    /// All this in a Chinese sentence.
    sentence: String,
}

impl From<&Clash> for ClashJson {
    fn from(clash: &Clash) -> Self {
        Self {
            day: clash.planned.day.into(),
            room: clash.room,
            teacher: clash.teacher,
            with: clash.taken.what.clone(),
            starts: clash.taken.starts.into(),
            minutes: clash.taken.minutes,
            sentence: clash.sentence(),
        }
    }
}

/// The sessions a plan would make, with everything the planner has to look at.
#[derive(Debug, Serialize, ToSchema)]
pub struct PreviewJson {
    /// The sessions, earliest first.
    sessions: Vec<PlannedSessionJson>,
    /// Days that are left out, earliest first.
    skipped: Vec<SkippedDayJson>,
    /// Chinese sentences to look at; the plan can be saved all the same.
    warnings: Vec<String>,
    /// Clashes; the plan cannot be saved.
    clashes: Vec<ClashJson>,
}

impl From<Preview> for PreviewJson {
    fn from(preview: Preview) -> Self {
        let planned = &preview.planned;
        let sessions = planned.sessions.iter().map(|session| PlannedSessionJson {
            day: session.date.into(),
            starts: session.start.into(),
            minutes: session.minutes,
        });
        let skipped = planned.skipped.iter().map(|(day, why)| SkippedDayJson {
            day: (*day).into(),
            reason: why.text(),
        });
        Self {
            sessions: sessions.collect(),
            skipped: skipped.collect(),
            clashes: preview.clashes.iter().map(ClashJson::from).collect(),
            warnings: preview.warnings,
        }
    }
}

/// Classes of your subtree with what is only planned.
#[utoipa::path(get, path = "/api/v1/desk/classes", tag = "classes",
    params(("q" = Option<String>, Query, description = "part of the name"),
        ("org" = Option<String>, Query, description = "given by this org"),
        ("term" = Option<String>, Query, description = "in this term"),
        ("status" = Option<ClassStatus>, Query, description = "standing there"),
        ("incomplete" = Option<bool>, Query, description = "only those without a teacher, or without a room though they need one"),
        ("sort" = Option<String>, Query, description = "starts, name, seats or status; with a minus before it downwards"), Paging),
    responses((status = 200, body = Listed<DeskClassJson>), (status = 422, description = "a filter cannot be read")))]
pub(super) async fn list(ctx: Ctx, asked: Asked) -> AppResult<Json<Listed<DeskClassJson>>> {
    let filter = Filter {
        name: like(&asked.text("q")),
        org: asked.id("org")?,
        term: asked.id("term")?,
        status: asked.word("status", ClassStatus::ALL, ClassStatus::as_str)?,
        incomplete: asked.flag("incomplete")?,
    };
    let sort = asked.text("sort");
    let down = sort.starts_with('-');
    let column = SORTS.iter().find(|name| **name == sort.trim_start_matches('-'));
    let part = asked.part()?;
    let found = actions::list(&ctx, &filter, (column.copied().unwrap_or_default(), down), part).await?;
    let name = |names: Option<&String>| names.cloned().unwrap_or_default();
    let items = part.listed(found.rows).map(|class| {
        let course = name(found.courses.get(&class.course_id));
        let term = name(found.terms.get(&class.term_id));
        DeskClassJson::new(class, &found.names, &course, &term)
    });
    Ok(Json(items))
}

/// One class of your subtree.
#[utoipa::path(get, path = "/api/v1/desk/classes/{id}", tag = "classes",
    params(("id" = String, Path, description = "id of the class")),
    responses((status = 200, body = DeskClassDetail)))]
pub(super) async fn show(ctx: Ctx, At(id): At<ClassId>) -> AppResult<Json<DeskClassDetail>> {
    Ok(Json(actions::find(&ctx, id).await?.into()))
}

/// What is wrong with the pattern, beside its field in the body.
fn in_body(error: AppError) -> AppError {
    ["weekday", "minutes", "count"]
        .iter()
        .fold(error, |error, field| {
            error.beside(field, &format!("pattern.{field}"))
        })
}

/// Shows the sessions that a plan would make, with warnings and clashes; nothing is written.
#[utoipa::path(post, path = "/api/v1/classes/preview", tag = "classes", request_body = ClassBody,
    responses((status = 200, body = PreviewJson)))]
pub(super) async fn preview(ctx: Ctx, web::Json(body): web::Json<ClassBody>) -> AppResult<Json<PreviewJson>> {
    let preview = actions::preview(&ctx, &body.plan()?, None)
        .await
        .map_err(in_body)?;
    Ok(Json(preview.into()))
}

/// Plans a class with its sessions around public holidays; look at the preview first.
#[utoipa::path(post, path = "/api/v1/classes", tag = "classes", request_body = ClassBody,
    responses((status = 201, body = Made),
        (status = 409, description = "room or teacher are taken: `errors` names each clash; or the course has no approved version")))]
pub(super) async fn create(ctx: Ctx, web::Json(body): web::Json<ClassBody>) -> AppResult<Created> {
    let made = actions::create(&ctx, body.plan()?).await.map_err(in_body)?;
    Ok(created(made))
}

/// Changes a class; the sessions to come follow to its new room and teacher, and whom a published one concerns is told.
#[utoipa::path(put, path = "/api/v1/classes/{id}", tag = "classes", request_body = ClassBody,
    params(("id" = String, Path, description = "id of the class")),
    responses((status = 204, description = "changed"),
        (status = 409, description = "room or teacher are taken: `errors` names each clash; or the class is over, or somebody changed it meanwhile")))]
pub(super) async fn change(
    ctx: Ctx,
    At(id): At<ClassId>,
    web::Json(body): web::Json<ClassBody>,
) -> AppResult<StatusCode> {
    let version = version(body.version)?;
    let draft = body.draft();
    let pattern = body.pattern.map(Pattern::from);
    let changed = actions::change(&ctx, id, draft, pattern, version).await;
    changed.map(done).map_err(in_body)
}

/// Shows a class to everybody.
#[utoipa::path(post, path = "/api/v1/classes/{id}/publish", tag = "classes", request_body = Seen,
    params(("id" = String, Path, description = "id of the class")),
    responses((status = 204, description = "published"),
        (status = 409, description = "teacher, room or sessions are missing, or it stands elsewhere, or somebody changed it meanwhile")))]
pub(super) async fn publish(
    ctx: Ctx,
    At(id): At<ClassId>,
    web::Json(body): web::Json<Seen>,
) -> AppResult<StatusCode> {
    lifecycle::publish(&ctx, id, body.version).await.map(done)
}

/// Marks a published class as running; this happens by itself on its first day.
#[utoipa::path(post, path = "/api/v1/classes/{id}/start", tag = "classes", request_body = Seen,
    params(("id" = String, Path, description = "id of the class")),
    responses((status = 204, description = "running"),
    (status = 409, description = "it stands elsewhere, its first session is far off, a round of it is open, or somebody changed it meanwhile")))]
pub(super) async fn start(
    ctx: Ctx,
    check: Option<Extension<StartCheck>>,
    At(id): At<ClassId>,
    web::Json(body): web::Json<Seen>,
) -> AppResult<StatusCode> {
    let check = check.map(|Extension(check)| check);
    lifecycle::start(&ctx, id, body.version, check).await.map(done)
}

/// Ends a class after its last session.
#[utoipa::path(post, path = "/api/v1/classes/{id}/close", tag = "classes", request_body = Seen,
    params(("id" = String, Path, description = "id of the class")),
    responses((status = 204, description = "closed"), (status = 409, description = "sessions are to come, or somebody changed it meanwhile")))]
pub(super) async fn close(
    ctx: Ctx,
    At(id): At<ClassId>,
    web::Json(body): web::Json<Seen>,
) -> AppResult<StatusCode> {
    lifecycle::close(&ctx, id, body.version).await.map(done)
}

/// Cancels a class and its sessions to come; its learners are told the reason.
#[utoipa::path(post, path = "/api/v1/classes/{id}/cancel", tag = "classes", request_body = Reasoned,
    params(("id" = String, Path, description = "id of the class")),
    responses((status = 204, description = "cancelled"), (status = 409, description = "it is over, or somebody changed it meanwhile")))]
pub(super) async fn cancel(
    ctx: Ctx,
    At(id): At<ClassId>,
    web::Json(body): web::Json<Reasoned>,
) -> AppResult<StatusCode> {
    lifecycle::cancel(&ctx, id, &body.reason, body.version)
        .await
        .map(done)
}

/// Description of this feature's addresses.
#[derive(utoipa::OpenApi)]
#[openapi(paths(list, show, preview, create, change, publish, start, close, cancel))]
pub(crate) struct ClassesApi;

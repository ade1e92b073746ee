//! The course library for programs.

use super::actions::{self, Filter};
use super::model::{CourseDraft, CourseRow, CourseStatus, VersionRow, VersionStatus};
use crate::CourseId;
use crate::classes::{Level, Risk};
use crate::web::like;
use axum::Json;
use axum::http::StatusCode;
use kernel::OrgId;
use platform::api::{Asked, At, Created, Listed, Made, Paging, Ref, Seen, created, done, given, version};
use platform::{AppResult, Ctx, web};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

platform::api_words!(CourseStatus, VersionStatus);

/// A course in a list.
#[derive(Debug, Serialize, ToSchema)]
pub struct CourseItem {
    /// Its id.
    pub id: String,
    /// Name.
    pub name: String,
    /// Kind.
    pub category: String,
    /// How much one should know before.
    pub level: Level,
    /// Where it stands.
    pub status: CourseStatus,
    /// Whether other schools may use it.
    pub shared: bool,
    /// Id of the org that keeps it.
    pub org: String,
    /// Counts changes.
    pub version: i64,
}

impl From<CourseRow> for CourseItem {
    fn from(row: CourseRow) -> Self {
        Self {
            id: row.id.to_string(),
            name: row.name,
            category: row.category,
            level: row.level,
            status: row.status,
            shared: row.shared,
            org: row.org_id.to_string(),
            version: row.version,
        }
    }
}

/// A version of a course.
#[derive(Debug, Serialize, ToSchema)]
pub struct CourseVersionItem {
    /// Its id.
    pub id: String,
    /// Its number in the course.
    pub number: i64,
    /// Where it stands.
    pub status: VersionStatus,
    /// What it is.
    pub summary: String,
    /// What one can do afterwards.
    pub goals: String,
    /// Whom it suits.
    pub audience: String,
    /// Units.
    pub outline: Vec<String>,
    /// How one sees what was learned.
    pub assessment: String,
    /// What to bring.
    pub materials: String,
    /// Sessions.
    pub sessions: i64,
    /// Minutes of a session.
    pub minutes: i64,
    /// What the body is asked for.
    pub risk: Risk,
    /// What the reviewer said.
    pub review_note: String,
}

impl From<VersionRow> for CourseVersionItem {
    fn from(row: VersionRow) -> Self {
        Self {
            id: row.id.to_string(),
            number: row.number,
            status: row.status,
            outline: row.units().map(str::to_owned).collect(),
            summary: row.summary,
            goals: row.goals,
            audience: row.audience,
            assessment: row.assessment,
            materials: row.materials,
            sessions: row.sessions,
            minutes: row.minutes,
            risk: row.risk,
            review_note: row.review_note,
        }
    }
}

/// A course with its versions.
#[derive(Debug, Serialize, ToSchema)]
pub struct CourseDetail {
    #[serde(flatten)]
    pub course: CourseItem,
    /// Its versions, newest first.
    pub versions: Vec<CourseVersionItem>,
}

/// A course to write.
#[derive(Debug, Deserialize, ToSchema)]
pub struct CourseBody {
    /// Id of the org that keeps it; needed for a new one, passed over in a change.
    #[serde(default)]
    #[schema(value_type = Option<String>)]
    org: Option<Ref<OrgId>>,
    /// Name, 2 to 40 characters; once in an org.
    name: String,
    /// Kind, one of the library's categories.
    category: String,
    /// How much one should know before.
    level: Level,
    /// Whether other schools may use it.
    #[serde(default)]
    shared: bool,
    /// What it is, 10 to 600 characters.
    summary: String,
    /// What one can do afterwards.
    goals: String,
    /// Whom it suits.
    audience: String,
    /// Units.
    outline: Vec<String>,
    /// How one sees what was learned.
    #[serde(default)]
    assessment: String,
    /// What to bring.
    #[serde(default)]
    materials: String,
    /// Sessions, 1 to 100.
    sessions: i64,
    /// Minutes of a session, 1 to 480.
    minutes: i64,
    /// What the body is asked for.
    risk: Risk,
    /// Version that you read, to change a course.
    #[serde(default)]
    version: Option<i64>,
}

impl From<CourseBody> for CourseDraft {
    fn from(body: CourseBody) -> Self {
        Self {
            name: body.name,
            category: body.category,
            level: body.level,
            shared: body.shared,
            summary: body.summary,
            goals: body.goals,
            audience: body.audience,
            outline: body.outline.join("\n"),
            assessment: body.assessment,
            materials: body.materials,
            sessions: body.sessions,
            minutes: body.minutes,
            risk: body.risk,
        }
    }
}

/// What a reviewer says.
#[derive(Debug, Deserialize, ToSchema)]
pub struct ReviewBody {
    /// A note to the author; needed to send a course back.
    #[serde(default)]
    note: String,
    /// Version that you read.
    version: i64,
}

/// For whom a course is copied.
#[derive(Debug, Deserialize, ToSchema)]
pub struct CopyBody {
    /// Id of the org that gets the draft.
    #[schema(value_type = String)]
    org: OrgId,
}

/// Courses of your subtree and shared ones, by name.
#[utoipa::path(get, path = "/api/v1/courses", tag = "courses",
    params(("q" = Option<String>, Query, description = "part of the name"),
        ("category" = Option<String>, Query, description = "kind"),
        ("status" = Option<VersionStatus>, Query, description = "has a version that stands there"),
        ("org" = Option<String>, Query, description = "kept by this org"), Paging),
    responses((status = 200, body = Listed<CourseItem>), (status = 422, description = "a filter cannot be read")))]
pub(super) async fn list(ctx: Ctx, asked: Asked) -> AppResult<Json<Listed<CourseItem>>> {
    let status = asked.word("status", VersionStatus::ALL, VersionStatus::as_str)?;
    let org: Option<OrgId> = asked.id("org")?;
    let filter = Filter {
        name: like(&asked.text("q")),
        category: Some(asked.text("category")).filter(|text| !text.is_empty()),
        version_status: status.map(|status| status.as_str().to_owned()),
        org: org.map(OrgId::raw),
    };
    let part = asked.part()?;
    let rows = actions::list(&ctx, &filter, part).await?;
    Ok(Json(part.listed(rows).map(|(row, _)| row.into())))
}

/// A course with its versions.
#[utoipa::path(get, path = "/api/v1/courses/{id}", tag = "courses",
    params(("id" = String, Path, description = "id of the course")),
    responses((status = 200, body = CourseDetail)))]
pub(super) async fn show(ctx: Ctx, At(id): At<CourseId>) -> AppResult<Json<CourseDetail>> {
    let detail = actions::find(&ctx, id).await?;
    Ok(Json(CourseDetail {
        course: detail.course.into(),
        versions: detail.versions.into_iter().map(CourseVersionItem::from).collect(),
    }))
}

/// Begins a course with its first draft.
#[utoipa::path(post, path = "/api/v1/courses", tag = "courses", request_body = CourseBody,
    responses((status = 201, body = Made), (status = 422, description = "a field is wrong, or the org has a course of this name")))]
pub(super) async fn create(ctx: Ctx, web::Json(body): web::Json<CourseBody>) -> AppResult<Created> {
    let org = given(body.org, "org")?.0;
    actions::create(&ctx, org, body.into()).await.map(created)
}

/// Changes the open draft; of an approved course it opens the next version.
#[utoipa::path(put, path = "/api/v1/courses/{id}", tag = "courses", request_body = CourseBody,
    params(("id" = String, Path, description = "id of the course")),
    responses((status = 204, description = "written"), (status = 409, description = "it waits for review, or somebody changed it meanwhile")))]
pub(super) async fn change(
    ctx: Ctx,
    At(id): At<CourseId>,
    web::Json(body): web::Json<CourseBody>,
) -> AppResult<StatusCode> {
    let version = version(body.version)?;
    actions::change(&ctx, id, body.into(), version).await.map(done)
}

/// Sends the draft to review.
#[utoipa::path(post, path = "/api/v1/courses/{id}/submit", tag = "courses", request_body = Seen,
    params(("id" = String, Path, description = "id of the course")),
    responses((status = 204, description = "waits for review"), (status = 409, description = "no draft, or somebody changed it meanwhile")))]
pub(super) async fn submit(
    ctx: Ctx,
    At(id): At<CourseId>,
    web::Json(body): web::Json<Seen>,
) -> AppResult<StatusCode> {
    actions::submit(&ctx, id, body.version).await.map(done)
}

/// Approves the version that waits for review; nobody approves their own.
#[utoipa::path(post, path = "/api/v1/courses/{id}/approve", tag = "courses", request_body = ReviewBody,
    params(("id" = String, Path, description = "id of the course")),
    responses((status = 204, description = "approved"), (status = 409, description = "nothing waits, it is your own, or somebody changed it meanwhile")))]
pub(super) async fn approve(
    ctx: Ctx,
    At(id): At<CourseId>,
    web::Json(body): web::Json<ReviewBody>,
) -> AppResult<StatusCode> {
    actions::review(&ctx, id, true, &body.note, body.version)
        .await
        .map(done)
}

/// Sends the version that waits for review back with a note.
#[utoipa::path(post, path = "/api/v1/courses/{id}/send-back", tag = "courses", request_body = ReviewBody,
    params(("id" = String, Path, description = "id of the course")),
    responses((status = 204, description = "sent back"), (status = 409, description = "nothing waits, it is your own, or somebody changed it meanwhile")))]
pub(super) async fn send_back(
    ctx: Ctx,
    At(id): At<CourseId>,
    web::Json(body): web::Json<ReviewBody>,
) -> AppResult<StatusCode> {
    actions::review(&ctx, id, false, &body.note, body.version)
        .await
        .map(done)
}

/// Copies the approved version into a draft of another org.
#[utoipa::path(post, path = "/api/v1/courses/{id}/copy", tag = "courses", request_body = CopyBody,
    params(("id" = String, Path, description = "id of the course")),
    responses((status = 201, body = Made), (status = 409, description = "nothing of it is approved, or the org has a course of this name")))]
pub(super) async fn copy(
    ctx: Ctx,
    At(id): At<CourseId>,
    web::Json(body): web::Json<CopyBody>,
) -> AppResult<Created> {
    actions::copy(&ctx, id, body.org).await.map(created)
}

/// Description of this feature's addresses.
#[derive(utoipa::OpenApi)]
#[openapi(paths(list, show, create, change, submit, approve, send_back, copy))]
pub(crate) struct CoursesApi;

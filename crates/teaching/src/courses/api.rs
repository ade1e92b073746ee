//! The course library for programs.

use super::actions::{self, Filter};
use super::model::{CourseRow, VersionRow, VersionStatus};
use crate::web::{self, Query, value};
use axum::Json;
use axum::extract::Path;
use platform::{AppResult, Ctx};
use serde::Serialize;
use utoipa::ToSchema;

/// A course in a list.
#[derive(Debug, Serialize, ToSchema)]
pub struct CourseItem {
    /// Its id.
    pub id: String,
    /// Name.
    pub name: String,
    /// Kind.
    pub category: String,
    /// beginner, basic, advanced or study.
    pub level: &'static str,
    /// draft or approved.
    pub status: &'static str,
    /// Whether other schools may use it.
    pub shared: bool,
    /// The org that keeps it.
    pub org_id: String,
    /// Counts changes.
    pub version: i64,
}

/// A page of courses.
#[derive(Debug, Serialize, ToSchema)]
pub struct CoursePage {
    /// The courses.
    pub items: Vec<CourseItem>,
    /// Where the next page begins, if there is one.
    pub cursor: Option<String>,
}

/// A version of a course.
#[derive(Debug, Serialize, ToSchema)]
pub struct CourseVersionItem {
    /// Its id.
    pub id: String,
    /// Its number in the course.
    pub number: i64,
    /// draft, submitted, approved or sent_back.
    pub status: &'static str,
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
    /// none or strenuous.
    pub risk: &'static str,
    /// What the reviewer said.
    pub review_note: String,
}

/// A course with its versions.
#[derive(Debug, Serialize, ToSchema)]
pub struct CourseDetail {
    /// The course.
    #[serde(flatten)]
    pub course: CourseItem,
    /// Its versions, newest first.
    pub versions: Vec<CourseVersionItem>,
}

fn item(row: &CourseRow) -> CourseItem {
    CourseItem {
        id: row.id.to_string(),
        name: row.name.clone(),
        category: row.category.clone(),
        level: row.level.as_str(),
        status: row.status.as_str(),
        shared: row.shared,
        org_id: row.org_id.to_string(),
        version: row.version,
    }
}

fn version_item(row: &VersionRow) -> CourseVersionItem {
    CourseVersionItem {
        id: row.id.to_string(),
        number: row.number,
        status: row.status.as_str(),
        summary: row.summary.clone(),
        goals: row.goals.clone(),
        audience: row.audience.clone(),
        outline: row.units().map(str::to_owned).collect(),
        assessment: row.assessment.clone(),
        materials: row.materials.clone(),
        sessions: row.sessions,
        minutes: row.minutes,
        risk: row.risk.as_str(),
        review_note: row.review_note.clone(),
    }
}

/// Courses of the own subtree and shared ones.
#[utoipa::path(get, path = "/api/v1/courses", tag = "courses",
    params(("q" = Option<String>, Query, description = "part of the name"),
           ("category" = Option<String>, Query, description = "kind"),
           ("status" = Option<String>, Query, description = "has a version that is draft, submitted, approved or sent_back"),
           ("cursor" = Option<String>, Query, description = "from the page before")),
    responses((status = 200, body = CoursePage), (status = 403, description = "no post allows it")))]
pub async fn list(ctx: Ctx, query: Query) -> AppResult<Json<CoursePage>> {
    let some = |name: &str| Some(value(&query, name).to_owned()).filter(|text| !text.is_empty());
    let filter = Filter {
        name: web::like(value(&query, "q")),
        category: some("category"),
        version_status: some("status").filter(|text| text.parse::<VersionStatus>().is_ok()),
        org: None,
    };
    let offset = web::offset(&query);
    let mut rows = actions::list(&ctx, &filter, offset).await?;
    let cursor = web::cut(&mut rows, offset);
    let items = rows.iter().map(|(row, _)| item(row)).collect();
    Ok(Json(CoursePage { items, cursor }))
}

/// A course with its versions.
#[utoipa::path(get, path = "/api/v1/courses/{id}", tag = "courses",
    params(("id" = String, Path, description = "id of the course")),
    responses((status = 200, body = CourseDetail), (status = 404, description = "not there, or not to be seen")))]
pub async fn show(ctx: Ctx, Path(id): Path<String>) -> AppResult<Json<CourseDetail>> {
    let detail = actions::find(&ctx, web::id(&id)?).await?;
    Ok(Json(CourseDetail {
        course: item(&detail.course),
        versions: detail.versions.iter().map(version_item).collect(),
    }))
}

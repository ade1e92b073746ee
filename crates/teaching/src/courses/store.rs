//! SQL of courses.

use super::model::{CourseDraft, CourseRow, CourseStatus, VersionRow, VersionStatus};
use crate::{CourseId, CourseVersionId};
use db::{Db, DbResult, Scope, Tx, args};
use kernel::{Instant, OrgId, PersonId};
use platform::api::Part;
use std::collections::HashMap;

/// What a list of courses is filtered by; `None` leaves a filter out.
#[derive(Debug, Clone, Default)]
pub struct Filter {
    /// Pattern for the name.
    pub name: Option<String>,
    /// Kind.
    pub category: Option<String>,
    /// Where a version of it stands.
    pub version_status: Option<String>,
    /// Kept by this org.
    pub org: Option<i64>,
}

macro_rules! course_columns {
    () => {
        "c.id, c.org_id, c.name, c.category, c.level, c.current_version_id, c.shared, c.status, c.version"
    };
}

macro_rules! version_columns {
    () => {
        "v.id, v.course_id, v.number, v.summary, v.goals, v.audience, v.outline, v.assessment, v.materials, v.sessions,
         v.minutes, v.risk, v.status, v.written_by, v.reviewed_by, v.review_note, v.created_at, v.reviewed_at"
    };
}

/// Courses of the scope, and what is shared and approved.
pub async fn list(db: &Db, scope: &Scope, filter: &Filter, part: Part) -> DbResult<Vec<CourseRow>> {
    let sql = concat!(
        "SELECT ",
        course_columns!(),
        " FROM course c
          WHERE ({scope c.org_id} OR (c.shared = TRUE AND c.current_version_id IS NOT NULL))
            AND c.status <> 'retired'
            AND (CAST($1 AS TEXT) IS NULL OR c.name LIKE $1)
            AND (CAST($2 AS TEXT) IS NULL OR c.category = $2)
            AND (CAST($3 AS TEXT) IS NULL OR EXISTS
                 (SELECT 1 FROM course_version v WHERE v.course_id = c.id AND v.status = $3))
            AND (CAST($4 AS BIGINT) IS NULL OR c.org_id = $4)
          ORDER BY c.sort_key, c.id LIMIT $5 OFFSET $6"
    );
    let args = args![
        filter.name.clone(),
        filter.category.clone(),
        filter.version_status.clone(),
        filter.org,
        part.rows(),
        part.offset
    ];
    db.within(scope).query(sql, args).await
}

/// Courses that a class can be planned from.
pub async fn usable(db: &Db, scope: &Scope) -> DbResult<Vec<(CourseId, String)>> {
    let sql = "SELECT c.id, c.name FROM course c
               WHERE ({scope c.org_id} OR c.shared = TRUE) AND c.current_version_id IS NOT NULL AND c.status = 'approved'
               ORDER BY c.sort_key, c.id LIMIT 1000";
    db.within(scope).query(sql, args![]).await
}

/// A course that the scope may see: its own, or shared and approved.
pub async fn find_visible(db: &Db, scope: &Scope, id: CourseId) -> DbResult<CourseRow> {
    let sql = concat!(
        "SELECT ",
        course_columns!(),
        " FROM course c WHERE c.id = $1
            AND ({scope c.org_id} OR (c.shared = TRUE AND c.current_version_id IS NOT NULL))"
    );
    db.within(scope).query_one(sql, args![id]).await
}

/// A course of the scope.
pub async fn find_within(db: &Db, scope: &Scope, id: CourseId) -> DbResult<CourseRow> {
    let sql = concat!(
        "SELECT ",
        course_columns!(),
        " FROM course c WHERE c.id = $1 AND {scope c.org_id}"
    );
    db.within(scope).query_one(sql, args![id]).await
}

/// Names of courses.
pub async fn names(db: &Db, ids: &[CourseId]) -> DbResult<HashMap<CourseId, String>> {
    if ids.is_empty() {
        return Ok(HashMap::new());
    }
    let sql = "SELECT c.id, c.name FROM course c WHERE c.id {any $1} {unscoped: names of courses of rows already found}
               ORDER BY c.id LIMIT 5000";
    let rows: Vec<(CourseId, String)> = db.query(sql, args![ids]).await?;
    Ok(rows.into_iter().collect())
}

/// The versions of a course, newest first.
pub async fn versions(db: &Db, course: CourseId) -> DbResult<Vec<VersionRow>> {
    let sql = concat!(
        "SELECT ",
        version_columns!(),
        " FROM course_version v WHERE v.course_id = $1 ORDER BY v.number DESC LIMIT 200"
    );
    db.query(sql, args![course]).await
}

/// A version by its id.
pub async fn version(db: &Db, id: CourseVersionId) -> DbResult<VersionRow> {
    let sql = concat!(
        "SELECT ",
        version_columns!(),
        " FROM course_version v WHERE v.id = $1"
    );
    db.query_one(sql, args![id]).await
}

/// Courses of the scope with a version that waits for review and that this person did not write.
pub async fn to_review(
    db: &Db,
    scope: &Scope,
    reviewer: Option<PersonId>,
) -> DbResult<Vec<(CourseId, String)>> {
    let sql = "SELECT c.id, c.name FROM course c JOIN course_version v ON v.course_id = c.id
               WHERE v.status = 'submitted' AND (v.written_by IS NULL OR CAST($1 AS BIGINT) IS NULL OR v.written_by <> $1)
                 AND {scope c.org_id} ORDER BY v.created_at, v.id LIMIT 100";
    db.within(scope).query(sql, args![reviewer]).await
}

/// Whether the org keeps another course of this name.
pub async fn name_taken(db: &Db, org: OrgId, name: &str, but: Option<CourseId>) -> DbResult<bool> {
    let found: Option<i64> = db
        .query_opt(
            "SELECT c.id FROM course c WHERE c.org_id = $1 AND c.name = $2 AND c.status <> 'retired'
               AND (CAST($3 AS BIGINT) IS NULL OR c.id <> $3) {unscoped: the caller checked the org}
             ORDER BY c.id LIMIT 1",
            args![org, name, but],
        )
        .await?;
    Ok(found.is_some())
}

/// Adds a course without versions.
pub async fn insert(tx: &Tx, id: CourseId, org: OrgId, draft: &CourseDraft, at: Instant) -> DbResult<()> {
    tx.exec(
        "INSERT INTO course (id, org_id, name, sort_key, category, level, shared, status, created_at, version)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, 1)",
        args![
            id,
            org,
            &draft.name,
            kernel::pinyin::sort_key(&draft.name),
            &draft.category,
            draft.level,
            draft.shared,
            CourseStatus::Draft,
            at
        ],
    )
    .await?;
    Ok(())
}

/// Changes a course's own facts and counts the change.
pub async fn update(tx: &Tx, id: CourseId, draft: &CourseDraft) -> DbResult<()> {
    tx.exec(
        "UPDATE course SET name = $2, sort_key = $3, category = $4, level = $5, shared = $6, version = version + 1
         WHERE id = $1 {unscoped: found in scope before}",
        args![
            id,
            &draft.name,
            kernel::pinyin::sort_key(&draft.name),
            &draft.category,
            draft.level,
            draft.shared
        ],
    )
    .await?;
    Ok(())
}

/// Counts a change of a course.
pub async fn touch(tx: &Tx, id: CourseId) -> DbResult<()> {
    tx.exec(
        "UPDATE course SET version = version + 1 WHERE id = $1 {unscoped: found in scope before}",
        args![id],
    )
    .await?;
    Ok(())
}

/// Makes a version the one that new classes take.
pub async fn set_current(tx: &Tx, id: CourseId, version: CourseVersionId) -> DbResult<()> {
    tx.exec(
        "UPDATE course SET current_version_id = $2, status = $3 WHERE id = $1 {unscoped: found in scope before}",
        args![id, version, CourseStatus::Approved],
    )
    .await?;
    Ok(())
}

/// Who writes which version of what.
#[derive(Debug, Clone, Copy)]
pub struct NewVersion {
    /// Id of the version.
    pub id: CourseVersionId,
    /// The course.
    pub course: CourseId,
    /// Its number.
    pub number: i64,
    /// The author.
    pub by: Option<PersonId>,
    /// When.
    pub at: Instant,
}

/// Adds a draft version.
pub async fn insert_version(tx: &Tx, new: NewVersion, draft: &CourseDraft) -> DbResult<()> {
    tx.exec(
        "INSERT INTO course_version (id, course_id, number, summary, goals, audience, outline, assessment, materials,
           sessions, minutes, risk, status, written_by, review_note, created_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, 'draft', $13, '', $14)",
        args![
            new.id,
            new.course,
            new.number,
            &draft.summary,
            &draft.goals,
            &draft.audience,
            &draft.outline,
            &draft.assessment,
            &draft.materials,
            draft.sessions,
            draft.minutes,
            draft.risk,
            new.by,
            new.at
        ],
    )
    .await?;
    Ok(())
}

/// Writes an open version anew, as a draft of this author.
pub async fn update_version(
    tx: &Tx,
    id: CourseVersionId,
    draft: &CourseDraft,
    by: Option<PersonId>,
) -> DbResult<()> {
    tx.exec(
        "UPDATE course_version SET summary = $2, goals = $3, audience = $4, outline = $5, assessment = $6,
           materials = $7, sessions = $8, minutes = $9, risk = $10, status = 'draft', written_by = $11 WHERE id = $1",
        args![
            id,
            &draft.summary,
            &draft.goals,
            &draft.audience,
            &draft.outline,
            &draft.assessment,
            &draft.materials,
            draft.sessions,
            draft.minutes,
            draft.risk,
            by
        ],
    )
    .await?;
    Ok(())
}

/// Sends a version to review.
pub async fn set_submitted(tx: &Tx, id: CourseVersionId) -> DbResult<()> {
    tx.exec(
        "UPDATE course_version SET status = 'submitted' WHERE id = $1",
        args![id],
    )
    .await?;
    Ok(())
}

/// Writes a review.
pub async fn set_reviewed(
    tx: &Tx,
    id: CourseVersionId,
    status: VersionStatus,
    by: Option<PersonId>,
    note: &str,
    at: Instant,
) -> DbResult<()> {
    tx.exec(
        "UPDATE course_version SET status = $2, reviewed_by = $3, review_note = $4, reviewed_at = $5 WHERE id = $1",
        args![id, status, by, note, at],
    )
    .await?;
    Ok(())
}

/// A version with its course, wherever it is kept: a class keeps the version it was planned with.
pub async fn of_version(db: &Db, id: CourseVersionId) -> platform::AppResult<(CourseRow, VersionRow)> {
    let found = version(db, id).await?;
    let sql = concat!(
        "SELECT ",
        course_columns!(),
        " FROM course c WHERE c.id = $1 {unscoped: the course of a class that was found}"
    );
    Ok((db.query_one(sql, args![found.course_id]).await?, found))
}

/// A course that may be seen with its approved version.
pub async fn to_teach(db: &Db, scope: &Scope, id: CourseId) -> platform::AppResult<(CourseRow, VersionRow)> {
    let course = find_visible(db, scope, id).await?;
    let current = course
        .current_version_id
        .filter(|_| course.status == CourseStatus::Approved);
    let current = current.ok_or_else(|| {
        platform::AppError::refused_with_door(
            "not_approved",
            "这门课还没有通过的大纲，先不能开班。请等它通过审核，或换一门课。",
            "看课程库",
            "/desk/courses",
        )
    })?;
    Ok((course, version(db, current).await?))
}

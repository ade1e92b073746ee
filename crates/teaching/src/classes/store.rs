//! SQL of classes.

use super::model::{ClassDraft, ClassRow, ClassStatus, Pattern};
use crate::{ClassId, CourseId, CourseVersionId, TermId};
use db::{Db, DbResult, Scope, Tx, Value, args};
use kernel::{Date, Instant, OrgId};
use platform::AppResult;
use platform::api::Part;
use std::collections::HashMap;

/// Every column of a class with the alias `c`, for `SELECT`.
macro_rules! class_columns {
    () => {
        "c.id, c.org_id, c.course_id, c.course_version_id, c.term_id, c.name, c.sort_key, c.room_id, c.teacher_id,
         c.mode, c.level, c.risk, c.fee_fen, c.capacity, c.minimum, c.enrolled, c.waitlisted, c.age_min, c.age_max,
         c.residence_note, c.enrollment_opens, c.enrollment_closes, c.weekday, c.starts, c.minutes, c.starts_on,
         c.ends_on, c.session_count, c.pass_percent, c.status, c.status_note, c.created_at, c.version"
    };
}

/// A class by its id, wherever it is: for callers that have their own rule of who may see it.
///
/// # Errors
/// [`platform::AppError::NotFound`] when there is none.
pub async fn find(db: &Db, id: ClassId) -> AppResult<ClassRow> {
    let sql = concat!(
        "SELECT ",
        class_columns!(),
        " FROM class c WHERE c.id = $1 {unscoped: by id, the caller decides who may see it}"
    );
    Ok(db.query_one(sql, args![id]).await?)
}

/// A class by its id inside a scope.
///
/// # Errors
/// [`platform::AppError::NotFound`] when there is none in the scope.
pub async fn find_within(db: &Db, scope: &Scope, id: ClassId) -> AppResult<ClassRow> {
    let sql = concat!(
        "SELECT ",
        class_columns!(),
        " FROM class c WHERE c.id = $1 AND {scope c.org_id}"
    );
    Ok(db.within(scope).query_one(sql, args![id]).await?)
}

/// Writes of each class how many seats are taken and how many people wait; only the seat desk calls it, with the classes
/// locked.
///
/// # Errors
/// When the database refuses, for one when more seats would be taken than there are.
pub async fn set_seat_counts(tx: &Tx, counts: &[(ClassId, i64, i64)]) -> AppResult<()> {
    let rows: Vec<Vec<Value>> = counts
        .iter()
        .map(|(id, enrolled, waitlisted)| vec![(*id).into(), (*enrolled).into(), (*waitlisted).into()])
        .collect();
    tx.exec_many(
        "UPDATE class SET enrolled = $2, waitlisted = $3 WHERE id = $1 {unscoped: the seat desk decided on this class}",
        &rows,
    )
    .await?;
    Ok(())
}

/// Names of classes by the inside number of their id.
pub async fn names(db: &Db, ids: &[ClassId]) -> DbResult<HashMap<i64, String>> {
    if ids.is_empty() {
        return Ok(HashMap::new());
    }
    let sql =
        "SELECT c.id, c.name FROM class c WHERE c.id {any $1} {unscoped: names of classes already found}
               ORDER BY c.id LIMIT 5000";
    let rows: Vec<(i64, String)> = db.query(sql, args![ids]).await?;
    Ok(rows.into_iter().collect())
}

/// What a list of classes is filtered by; `None` leaves a filter out.
#[derive(Debug, Clone, Default)]
pub struct Filter {
    /// Pattern for the name.
    pub name: Option<String>,
    /// Given by this org.
    pub org: Option<OrgId>,
    /// In this term.
    pub term: Option<TermId>,
    /// Where it stands.
    pub status: Option<ClassStatus>,
    /// Only those without a teacher, or without a room though they need one.
    pub incomplete: bool,
}

/// Columns a list can be sorted by, and their SQL upwards and downwards. `live` comes first: what is over comes last.
pub const SORTS: [&str; 5] = ["live", "starts", "name", "seats", "status"];

fn order(column: &str, down: bool) -> &'static str {
    match (column, down) {
        ("name", false) => "c.sort_key, c.id",
        ("name", true) => "c.sort_key DESC, c.id",
        ("seats", false) => "c.capacity - c.enrolled, c.id",
        ("seats", true) => "c.capacity - c.enrolled DESC, c.id",
        ("status", false) => "c.status, c.starts_on, c.id",
        ("status", true) => "c.status DESC, c.starts_on, c.id",
        ("starts", false) => "c.starts_on, c.starts, c.id",
        ("starts", true) => "c.starts_on DESC, c.starts DESC, c.id",
        _ => "CASE WHEN c.status IN ('closed', 'cancelled') THEN 1 ELSE 0 END, c.starts_on, c.starts, c.id",
    }
}

/// Classes of a scope.
pub async fn list(
    db: &Db,
    scope: &Scope,
    filter: &Filter,
    sort: (&str, bool),
    part: Part,
) -> DbResult<Vec<ClassRow>> {
    let sql = format!(
        concat!(
            "SELECT ",
            class_columns!(),
            " FROM class c
              WHERE {{scope c.org_id}} AND (CAST($1 AS TEXT) IS NULL OR c.name LIKE $1)
                AND (CAST($2 AS BIGINT) IS NULL OR c.org_id = $2)
                AND (CAST($3 AS BIGINT) IS NULL OR c.term_id = $3)
                AND (CAST($4 AS TEXT) IS NULL OR c.status = $4)
                AND ($5 = FALSE OR c.teacher_id IS NULL OR (c.room_id IS NULL AND c.mode <> 'online'))
              ORDER BY {} LIMIT $6 OFFSET $7"
        ),
        order(sort.0, sort.1)
    );
    let args = args![
        filter.name.clone(),
        filter.org,
        filter.term,
        filter.status,
        filter.incomplete,
        part.rows(),
        part.offset
    ];
    db.within(scope).query(&sql, args).await
}

/// Classes of a scope that are to be looked at: planned or published, without teacher or room, or short of learners
/// though they begin by this day.
pub async fn to_look_at(db: &Db, scope: &Scope, by: Date) -> DbResult<Vec<ClassRow>> {
    let sql = concat!(
        "SELECT ",
        class_columns!(),
        " FROM class c
          WHERE {scope c.org_id} AND c.status IN ('planned', 'published')
            AND (c.teacher_id IS NULL OR (c.room_id IS NULL AND c.mode <> 'online')
                 OR (c.status = 'published' AND c.enrolled < c.minimum AND c.starts_on <= $1))
          ORDER BY c.starts_on, c.id LIMIT 100"
    );
    db.within(scope).query(sql, args![by]).await
}

/// Published classes whose first day has come.
pub async fn due(db: &Db, today: Date) -> DbResult<Vec<ClassRow>> {
    let sql = concat!(
        "SELECT ",
        class_columns!(),
        " FROM class c WHERE c.status = 'published' AND c.starts_on <= $1 {unscoped: the system's own daily work}
          ORDER BY c.id LIMIT 1000"
    );
    db.query(sql, args![today]).await
}

/// Published classes of a scope whose first day has come and that have not been started.
///
/// # Errors
/// When the database cannot be read.
pub async fn due_within(db: &Db, scope: &Scope, today: Date) -> AppResult<Vec<ClassRow>> {
    let sql = concat!(
        "SELECT ",
        class_columns!(),
        " FROM class c WHERE {scope c.org_id} AND c.status = 'published' AND c.starts_on <= $1
          ORDER BY c.starts_on, c.id LIMIT 100"
    );
    Ok(db.within(scope).query(sql, args![today]).await?)
}

/// Where a new class belongs.
#[derive(Debug, Clone, Copy)]
pub struct NewClass {
    /// Its id.
    pub id: ClassId,
    /// The org that gives it.
    pub org: OrgId,
    /// The course.
    pub course: CourseId,
    /// The course version.
    pub course_version: CourseVersionId,
    /// The term.
    pub term: TermId,
    /// When it was planned.
    pub at: Instant,
}

/// Where a class stands: seats taken, first and last day, sessions.
#[derive(Debug, Clone)]
pub struct Standing {
    /// Seats taken.
    pub enrolled: i64,
    /// People waiting.
    pub waitlisted: i64,
    /// Day of the first session.
    pub starts_on: Date,
    /// Day of the last session.
    pub ends_on: Date,
    /// Sessions that take place.
    pub session_count: i64,
    /// planned, published and so on.
    pub status: ClassStatus,
    /// Why, for a cancelled one.
    pub status_note: String,
}

/// The whole row of a class, column by column: the one place that names them all.
#[must_use]
pub fn row(
    new: NewClass,
    draft: &ClassDraft,
    pattern: &Pattern,
    standing: &Standing,
) -> Vec<(&'static str, Value)> {
    let mut row: Vec<(&str, Value)> = vec![
        ("id", new.id.into()),
        ("org_id", new.org.into()),
        ("course_id", new.course.into()),
        ("course_version_id", new.course_version.into()),
        ("term_id", new.term.into()),
        ("enrolled", standing.enrolled.into()),
        ("waitlisted", standing.waitlisted.into()),
        ("starts_on", standing.starts_on.into()),
        ("ends_on", standing.ends_on.into()),
        ("session_count", standing.session_count.into()),
        ("status", standing.status.into()),
        ("status_note", standing.status_note.as_str().into()),
        ("created_at", new.at.into()),
        ("version", 1_i64.into()),
    ];
    row.extend(facts(draft));
    row.extend(weekly(pattern));
    row
}

/// Adds a class in status planned; its first and last day follow with its sessions.
pub async fn insert(tx: &Tx, new: NewClass, draft: &ClassDraft, pattern: &Pattern) -> DbResult<()> {
    let standing = Standing {
        enrolled: 0,
        waitlisted: 0,
        starts_on: pattern.from,
        ends_on: pattern.from,
        session_count: 0,
        status: ClassStatus::Planned,
        status_note: String::new(),
    };
    let (columns, cells): (Vec<&str>, Vec<Value>) = row(new, draft, pattern, &standing).into_iter().unzip();
    tx.insert_many("class", &columns, &[cells]).await
}

fn facts(draft: &ClassDraft) -> Vec<(&'static str, Value)> {
    vec![
        ("name", draft.name.as_str().into()),
        ("sort_key", kernel::pinyin::sort_key(&draft.name).into()),
        ("room_id", draft.room_id.into()),
        ("teacher_id", draft.teacher_id.into()),
        ("mode", draft.mode.into()),
        ("level", draft.level.into()),
        ("risk", draft.risk.into()),
        ("fee_fen", draft.fee_fen.into()),
        ("capacity", draft.capacity.into()),
        ("minimum", draft.minimum.into()),
        ("age_min", draft.age_min.into()),
        ("age_max", draft.age_max.into()),
        ("residence_note", draft.residence_note.as_str().into()),
        ("enrollment_opens", draft.enrollment_opens.into()),
        ("enrollment_closes", draft.enrollment_closes.into()),
        ("pass_percent", draft.pass_percent.into()),
    ]
}

fn weekly(pattern: &Pattern) -> [(&'static str, Value); 3] {
    [
        ("weekday", pattern.weekday.into()),
        ("starts", pattern.starts.into()),
        ("minutes", pattern.minutes.into()),
    ]
}

/// Changes the facts of a class and counts the change.
pub async fn update(tx: &Tx, id: ClassId, draft: &ClassDraft) -> DbResult<()> {
    let mut args: Vec<Value> = vec![id.into()];
    args.extend(facts(draft).into_iter().map(|(_, value)| value));
    tx.exec(
        "UPDATE class SET name = $2, sort_key = $3, room_id = $4, teacher_id = $5, mode = $6, level = $7, risk = $8,
           fee_fen = $9, capacity = $10, minimum = $11, age_min = $12, age_max = $13, residence_note = $14,
           enrollment_opens = $15, enrollment_closes = $16, pass_percent = $17, version = version + 1
         WHERE id = $1 {unscoped: found in scope before}",
        &args,
    )
    .await?;
    Ok(())
}

/// Changes the weekly pattern of a class.
pub async fn set_pattern(tx: &Tx, id: ClassId, pattern: &Pattern) -> DbResult<()> {
    tx.exec(
        "UPDATE class SET weekday = $2, starts = $3, minutes = $4 WHERE id = $1 {unscoped: found in scope before}",
        args![id, pattern.weekday, pattern.starts, pattern.minutes],
    )
    .await?;
    Ok(())
}

/// Writes where a class stands, and why.
pub async fn set_status(tx: &Tx, id: ClassId, status: ClassStatus, note: &str) -> DbResult<()> {
    tx.exec(
        "UPDATE class SET status = $2, status_note = $3, version = version + 1
         WHERE id = $1 {unscoped: found in scope before}",
        args![id, status, note],
    )
    .await?;
    Ok(())
}

/// Brings first day, last day and number of sessions in line with the sessions that are not cancelled.
///
/// # Errors
/// When the database refuses.
pub async fn follow_sessions(tx: &Tx, id: ClassId) -> AppResult<()> {
    tx.exec(
        "UPDATE class SET
           starts_on = COALESCE((SELECT min(s.day) FROM session s WHERE s.class_id = $1 AND s.status <> 'cancelled'), starts_on),
           ends_on = COALESCE((SELECT max(s.day) FROM session s WHERE s.class_id = $1 AND s.status <> 'cancelled'), ends_on),
           session_count = (SELECT count(*) FROM session s WHERE s.class_id = $1 AND s.status <> 'cancelled'),
           version = version + 1
         WHERE id = $1 {unscoped: found in scope before}",
        args![id],
    )
    .await?;
    Ok(())
}

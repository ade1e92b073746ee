//! SQL of sessions.

use super::clash::Busy;
use super::model::{SessionChange, SessionRow, SessionStatus};
use crate::{ClassId, SessionId};
use db::{Db, DbResult, Scope, Tx, Value, args, record};
use kernel::{Date, OrgId, PersonId, Time};
use orgs::RoomId;
use platform::AppResult;

/// Most sessions read at once: a year of a large school.
const MOST: i64 = 50_000;

/// Every column of a session with the alias `s`, for `SELECT`.
macro_rules! session_columns {
    () => {
        "s.id, s.class_id, s.org_id, s.number, s.day, s.starts, s.minutes, s.room_id, s.teacher_id, s.topic, s.status,
         s.status_note, s.version"
    };
}

/// A session by its id, wherever it is: for callers that have their own rule of who may see it.
///
/// # Errors
/// [`platform::AppError::NotFound`] when there is none.
pub async fn find(db: &Db, id: SessionId) -> AppResult<SessionRow> {
    let sql = concat!(
        "SELECT ",
        session_columns!(),
        " FROM session s WHERE s.id = $1 {unscoped: by id, the caller decides who may see it}"
    );
    Ok(db.query_one(sql, args![id]).await?)
}

/// The sessions of a class, cancelled ones too, in the order of time.
///
/// # Errors
/// When the database cannot be read.
pub async fn of_class(db: &Db, class: ClassId) -> AppResult<Vec<SessionRow>> {
    of_classes(db, &[class]).await
}

/// The sessions of several classes, cancelled ones too, class by class in the order of time.
///
/// # Errors
/// When the database cannot be read.
pub async fn of_classes(db: &Db, classes: &[ClassId]) -> AppResult<Vec<SessionRow>> {
    if classes.is_empty() {
        return Ok(Vec::new());
    }
    let sql = concat!(
        "SELECT ",
        session_columns!(),
        " FROM session s WHERE s.class_id {any $1} {unscoped: the caller decided on these classes}
          ORDER BY s.class_id, s.day, s.starts, s.id LIMIT $2"
    );
    Ok(db.query(sql, args![classes, MOST]).await?)
}

/// A session of the scope.
pub async fn find_within(db: &Db, scope: &Scope, id: SessionId) -> DbResult<SessionRow> {
    let sql = concat!(
        "SELECT ",
        session_columns!(),
        " FROM session s WHERE s.id = $1 AND {scope s.org_id}"
    );
    db.within(scope).query_one(sql, args![id]).await
}

/// The sessions of an org between two days, in the order of time.
pub async fn of_org(db: &Db, scope: &Scope, org: OrgId, from: Date, to: Date) -> DbResult<Vec<SessionRow>> {
    let sql = concat!(
        "SELECT ",
        session_columns!(),
        " FROM session s WHERE s.org_id = $1 AND s.day >= $2 AND s.day <= $3 AND {scope s.org_id}
          ORDER BY s.day, s.starts, s.id LIMIT 2000"
    );
    db.within(scope).query(sql, args![org, from, to]).await
}

record! {
    struct TakenRow {
        day: Date,
        starts: Time,
        minutes: i64,
        room_id: Option<RoomId>,
        teacher_id: Option<PersonId>,
        org_id: OrgId,
        name: String,
    }
}

/// Which rooms and teachers are asked for, and what is left out.
#[derive(Debug, Clone)]
pub struct Asked {
    /// Rooms.
    pub rooms: Vec<RoomId>,
    /// Teachers.
    pub teachers: Vec<PersonId>,
    /// First day.
    pub from: Date,
    /// Last day.
    pub to: Date,
    /// The class that is being planned anew.
    pub but_class: Option<ClassId>,
    /// The session that is being changed.
    pub but_session: Option<SessionId>,
}

/// When these rooms and teachers are in use: sessions of every org, and approved bookings of the rooms.
pub async fn taken(db: &Db, asked: &Asked) -> AppResult<Vec<Busy>> {
    let sql = "SELECT s.day, s.starts, s.minutes, s.room_id, s.teacher_id, s.org_id, c.name
               FROM session s JOIN class c ON c.id = s.class_id
               WHERE s.day >= $1 AND s.day <= $2 AND s.status <> 'cancelled' AND c.status <> 'cancelled'
                 AND (s.room_id {any $3} OR s.teacher_id {any $4})
                 AND (CAST($5 AS BIGINT) IS NULL OR s.class_id <> $5)
                 AND (CAST($6 AS BIGINT) IS NULL OR s.id <> $6)
                 {unscoped: a teacher or a room is taken by whichever org uses it}
               ORDER BY s.day, s.starts, s.id LIMIT 20000";
    let args = args![
        asked.from,
        asked.to,
        asked.rooms.as_slice(),
        asked.teachers.as_slice(),
        asked.but_class,
        asked.but_session
    ];
    let rows: Vec<TakenRow> = db.query(sql, args).await?;
    let mut all: Vec<Busy> = rows
        .into_iter()
        .map(|row| Busy {
            day: row.day,
            starts: row.starts,
            minutes: u16::try_from(row.minutes).unwrap_or(u16::MAX),
            room: row.room_id,
            teacher: row.teacher_id,
            org: row.org_id,
            what: row.name,
        })
        .collect();
    let lent = orgs::bookings::approved(db, &asked.rooms, asked.from, asked.to).await?;
    all.extend(lent.into_iter().map(|(room, busy)| Busy {
        day: busy.day,
        starts: busy.starts,
        minutes: u16::try_from(busy.minutes).unwrap_or(u16::MAX),
        room: Some(room),
        teacher: None,
        org: OrgId::from_raw(0),
        what: format!("场地预约：{}", busy.what),
    }));
    Ok(all)
}

/// Hours of a day in which lessons take a room, for those who want to book it.
///
/// # Errors
/// When the database cannot be read.
pub async fn busy_hours(db: &Db, room: RoomId, day: Date) -> AppResult<Vec<orgs::bookings::Busy>> {
    let rows: Vec<(Time, u16, String)> = db
        .query(
            "SELECT s.starts, s.minutes, c.name FROM session s JOIN class c ON c.id = s.class_id
             WHERE s.day = $1 AND s.room_id = $2 AND s.status <> 'cancelled' AND c.status <> 'cancelled'
             {unscoped: a room is taken by whichever org uses it} ORDER BY s.starts, s.id LIMIT 100",
            args![day, room],
        )
        .await?;
    let busy = rows
        .into_iter()
        .map(|(starts, minutes, name)| orgs::bookings::Busy {
            day,
            starts,
            minutes: i64::from(minutes),
            what: name,
        });
    Ok(busy.collect())
}

/// The columns of a session, in the order of [`cells`].
pub const COLUMNS: &[&str] = &[
    "id",
    "class_id",
    "org_id",
    "number",
    "day",
    "starts",
    "minutes",
    "room_id",
    "teacher_id",
    "topic",
    "status",
    "status_note",
    "version",
];

/// The cells of a session.
#[must_use]
pub fn cells(row: &SessionRow) -> Vec<Value> {
    vec![
        row.id.into(),
        row.class_id.into(),
        row.org_id.into(),
        row.number.into(),
        row.day.into(),
        row.starts.into(),
        row.minutes.into(),
        row.room_id.into(),
        row.teacher_id.into(),
        row.topic.as_str().into(),
        row.status.into(),
        row.status_note.as_str().into(),
        row.version.into(),
    ]
}

/// Adds sessions.
pub async fn insert(tx: &Tx, rows: &[SessionRow]) -> DbResult<()> {
    let all: Vec<Vec<Value>> = rows.iter().map(cells).collect();
    tx.insert_many("session", COLUMNS, &all).await
}

/// Takes away all sessions of a class that nobody has seen yet.
pub async fn delete_of_class(tx: &Tx, class: ClassId) -> DbResult<()> {
    tx.exec(
        "DELETE FROM session WHERE class_id = $1 {unscoped: the class was found in scope and is only planned}",
        args![class],
    )
    .await?;
    Ok(())
}

/// Changes a session and counts the change.
pub async fn update(tx: &Tx, id: SessionId, change: &SessionChange, status: SessionStatus) -> DbResult<()> {
    tx.exec(
        "UPDATE session SET day = $2, starts = $3, minutes = $4, room_id = $5, teacher_id = $6, topic = $7, status = $8,
           status_note = $9, version = version + 1 WHERE id = $1 {unscoped: found in scope before}",
        args![
            id,
            change.day,
            change.starts,
            change.minutes,
            change.room_id,
            change.teacher_id,
            &change.topic,
            status,
            &change.reason
        ],
    )
    .await?;
    Ok(())
}

/// Cancels a session.
pub async fn cancel(tx: &Tx, id: SessionId, reason: &str) -> DbResult<()> {
    tx.exec(
        "UPDATE session SET status = 'cancelled', status_note = $2, version = version + 1
         WHERE id = $1 {unscoped: found in scope before}",
        args![id, reason],
    )
    .await?;
    Ok(())
}

/// Cancels what is still to come of a class.
pub async fn cancel_of_class(tx: &Tx, class: ClassId, from: Date, reason: &str) -> DbResult<()> {
    tx.exec(
        "UPDATE session SET status = 'cancelled', status_note = $3, version = version + 1
         WHERE class_id = $1 AND day >= $2 AND status IN ('planned', 'moved') {unscoped: the class was found in scope}",
        args![class, from, reason],
    )
    .await?;
    Ok(())
}

/// Gives the sessions to come of a class, as far as they were as usual, the class's new room and teacher.
pub async fn follow_class(
    tx: &Tx,
    class: ClassId,
    from: Date,
    rooms: (Option<RoomId>, Option<RoomId>),
    teachers: (Option<PersonId>, Option<PersonId>),
) -> DbResult<()> {
    tx.exec(
        "UPDATE session SET room_id = $4 WHERE class_id = $1 AND day >= $2 AND status IN ('planned', 'moved')
           AND (room_id = $3 OR (room_id IS NULL AND CAST($3 AS BIGINT) IS NULL)) {unscoped: the class was found in scope}",
        args![class, from, rooms.0, rooms.1],
    )
    .await?;
    tx.exec(
        "UPDATE session SET teacher_id = $4 WHERE class_id = $1 AND day >= $2 AND status IN ('planned', 'moved')
           AND (teacher_id = $3 OR (teacher_id IS NULL AND CAST($3 AS BIGINT) IS NULL))
           {unscoped: the class was found in scope}",
        args![class, from, teachers.0, teachers.1],
    )
    .await?;
    Ok(())
}

//! What the snapshot is built from, and what a class's own page shows beside it.

use super::model::{Area, ClassCard, Place, Seats};
use crate::classes::{ClassStatus, Level, Mode, Risk};
use crate::{ClassId, CourseVersionId};
use db::{Db, DbResult, args, record};
use kernel::time::Weekday;
use kernel::{Date, Fen, Instant, OrgId, Point, Time};
use std::collections::HashMap;
use std::sync::Arc;

/// More classes than this are not shown; four times the largest city's number.
const MOST_CLASSES: i64 = 200_000;

record! {
    struct ClassLine {
        id: ClassId,
        org_id: OrgId,
        name: String,
        sort_key: String,
        course: String,
        category: String,
        level: String,
        room: Option<String>,
        floor: Option<String>,
        teacher: Option<String>,
        term: String,
        term_starts_on: Date,
        term_ends_on: Date,
        weekday: i64,
        starts: Time,
        minutes: i64,
        starts_on: Date,
        ends_on: Date,
        session_count: i64,
        mode: String,
        fee_fen: i64,
        capacity: i64,
        enrolled: i64,
        waitlisted: i64,
        age_min: Option<i64>,
        age_max: Option<i64>,
        residence_note: String,
        risk: String,
        pass_percent: i64,
        enrollment_opens: Instant,
        enrollment_closes: Instant,
        status: String,
        status_note: String,
    }
}

record! {
    struct OrgLine {
        id: OrgId,
        kind: String,
        name: String,
        short_name: String,
        region_code: Option<String>,
        path: String,
        address: Option<String>,
        phone: Option<String>,
        hours: Option<String>,
        transport: Option<String>,
        lng_e6: Option<i64>,
        lat_e6: Option<i64>,
        step_free: Option<bool>,
        accessible_toilet: Option<bool>,
        lift: Option<bool>,
        hearing_loop: Option<bool>,
    }
}

record! {
    /// Seats of a class as they are in the database.
    pub struct SeatLine {
        /// The class.
        pub id: i64,
        /// People with a seat.
        pub enrolled: i64,
        /// People who wait.
        pub waitlisted: i64,
    }
}

record! {
    /// What tells that something was changed by another process.
    #[derive(PartialEq, Eq)]
    pub struct Marks {
        /// Number of classes.
        pub classes: i64,
        /// Sum of their versions.
        pub class_versions: Option<i64>,
        /// Sum of the versions of terms.
        pub term_versions: Option<i64>,
        /// Sum of the versions of courses.
        pub course_versions: Option<i64>,
        /// Sum of the versions of rooms.
        pub room_versions: Option<i64>,
        /// Sum of the versions of orgs.
        pub org_versions: Option<i64>,
    }
}

record! {
    /// One meeting of a class, as its page shows it.
    pub struct Meeting {
        /// Its number, from 1.
        pub number: i64,
        /// The day.
        pub day: Date,
        /// When it starts.
        pub starts: Time,
        /// Minutes.
        pub minutes: i64,
        /// What it is about.
        pub topic: String,
        /// planned, held, cancelled, moved.
        pub status: String,
        /// The school's words on a change.
        pub status_note: String,
        /// The room, where it is another one than the class's.
        pub room: Option<String>,
    }
}

record! {
    /// What the course is about.
    pub struct Syllabus {
        /// The version it is taken from.
        pub id: CourseVersionId,
        /// In one or two sentences.
        pub summary: String,
        /// What one can do afterwards.
        pub goals: String,
        /// Whom it is for.
        pub audience: String,
        /// What to bring.
        pub materials: String,
    }
}

/// Every public class with its seats: published and running ones, and those that ended or were cancelled and
/// whose last day is not before `since`.
///
/// # Errors
/// See [`db::DbError`].
pub async fn classes(db: &Db, since: Date) -> DbResult<Vec<(ClassCard, Seats)>> {
    let places = places(db).await?;
    let lines: Vec<ClassLine> = db
        .query(
            "SELECT c.id, c.org_id, c.name, c.sort_key, co.name AS course, co.category, c.level, \
                r.name AS room, r.floor, p.name AS teacher, t.name AS term, \
                t.starts_on AS term_starts_on, t.ends_on AS term_ends_on, c.weekday, c.starts, c.minutes, \
                c.starts_on, c.ends_on, c.session_count, c.mode, c.fee_fen, c.capacity, c.enrolled, \
                c.waitlisted, c.age_min, c.age_max, c.residence_note, c.risk, c.pass_percent, \
                c.enrollment_opens, c.enrollment_closes, c.status, c.status_note \
             FROM class c \
             JOIN course co ON co.id = c.course_id \
             JOIN term t ON t.id = c.term_id \
             LEFT JOIN room r ON r.id = c.room_id \
             LEFT JOIN person p ON p.id = c.teacher_id \
             WHERE (c.status IN ('published', 'running') \
                OR (c.status IN ('closed', 'cancelled') AND c.ends_on >= $1)) \
                {unscoped: public catalogue} \
             ORDER BY c.id LIMIT $2",
            args![since, MOST_CLASSES],
        )
        .await?;
    Ok(lines
        .into_iter()
        .filter_map(|line| {
            let place = Arc::clone(places.get(&line.org_id.raw())?);
            card(line, place)
        })
        .collect())
}

/// `None` for a row that holds a word this program does not know: better a class less than no catalogue.
fn card(line: ClassLine, place: Arc<Place>) -> Option<(ClassCard, Seats)> {
    let seats = Seats {
        enrolled: count(line.enrolled),
        waitlisted: count(line.waitlisted),
    };
    let small = |number: i64| u16::try_from(number).unwrap_or_default();
    let room = line.room.map(|room| match line.floor {
        // Many rooms say their floor themselves: 「2楼书画教室」 on 「2 楼」.
        Some(floor) if !floor.is_empty() && !room.starts_with(&floor.replace(' ', "")) => {
            format!("{floor} {room}")
        }
        _ => room,
    });
    let card = ClassCard {
        id: line.id,
        name: line.name,
        sort_key: line.sort_key,
        course: line.course,
        category: line.category,
        level: line.level.parse::<Level>().ok()?,
        place,
        room,
        teacher: line.teacher,
        term: line.term,
        term_starts_on: line.term_starts_on,
        term_ends_on: line.term_ends_on,
        weekday: Weekday::from_monday_one_offset(i8::try_from(line.weekday).ok()?).ok()?,
        starts: line.starts,
        minutes: small(line.minutes),
        starts_on: line.starts_on,
        ends_on: line.ends_on,
        session_count: small(line.session_count),
        mode: line.mode.parse::<Mode>().ok()?,
        fee: Fen(line.fee_fen),
        capacity: count(line.capacity),
        age_min: line.age_min.map(small),
        age_max: line.age_max.map(small),
        residence_note: line.residence_note,
        strenuous: line.risk.parse::<Risk>().ok()? == Risk::Strenuous,
        pass_percent: u8::try_from(line.pass_percent).unwrap_or_default(),
        opens: line.enrollment_opens,
        closes: line.enrollment_closes,
        status: line.status.parse::<ClassStatus>().ok()?,
        status_note: line.status_note,
        selection: None,
    };
    Some((card, seats))
}

fn count(number: i64) -> u32 {
    u32::try_from(number).unwrap_or_default()
}

/// Open public institutions that give classes, by number, with the names of the areas above them.
async fn places(db: &Db) -> DbResult<HashMap<i64, Arc<Place>>> {
    let lines: Vec<OrgLine> = db
        .query(
            "SELECT o.id, o.kind, o.name, o.short_name, o.region_code, op.path, f.address, f.phone, f.hours, \
                f.transport, f.lng_e6, f.lat_e6, f.step_free, f.accessible_toilet, f.lift, f.hearing_loop \
             FROM org o JOIN org_path op ON op.org_id = o.id LEFT JOIN org_facts f ON f.org_id = o.id \
             WHERE o.status = 'open' AND (o.kind IN ('district', 'street') \
                OR (o.is_public = TRUE AND EXISTS (SELECT 1 FROM class c WHERE c.org_id = o.id))) \
                {unscoped: public catalogue} \
             ORDER BY o.id LIMIT $1",
            args![MOST_CLASSES],
        )
        .await?;
    let areas: HashMap<i64, Arc<Area>> = lines
        .iter()
        .filter(|line| matches!(line.kind.as_str(), "district" | "street"))
        .map(|line| (line.id.raw(), Arc::new(area(line))))
        .collect();
    Ok(lines
        .into_iter()
        .map(|line| (line.id.raw(), Arc::new(place(line, &areas))))
        .collect())
}

fn area(line: &OrgLine) -> Area {
    Area {
        id: line.id,
        name: line.short_name.clone(),
        kind: line.kind.clone(),
        code: line.region_code.clone(),
    }
}

fn place(line: OrgLine, areas: &HashMap<i64, Arc<Area>>) -> Place {
    let above: Vec<OrgId> = line
        .path
        .split('/')
        .filter_map(|part| part.parse().ok())
        .collect();
    let of_kind = |kind: &str| {
        above
            .iter()
            .filter_map(|org| areas.get(&org.raw()))
            .find(|area| area.kind == kind)
            .cloned()
    };
    let point = line.lng_e6.zip(line.lat_e6).and_then(|(lng, lat)| {
        Some(Point {
            lng_e6: i32::try_from(lng).ok()?,
            lat_e6: i32::try_from(lat).ok()?,
        })
    });
    Place {
        id: line.id,
        street: of_kind("street"),
        district: of_kind("district"),
        above,
        name: line.name,
        address: line.address.unwrap_or_default(),
        phone: line.phone.unwrap_or_default(),
        hours: line.hours.unwrap_or_default(),
        transport: line.transport.unwrap_or_default(),
        point,
        step_free: line.step_free.unwrap_or_default(),
        accessible_toilet: line.accessible_toilet.unwrap_or_default(),
        lift: line.lift.unwrap_or_default(),
        hearing_loop: line.hearing_loop.unwrap_or_default(),
    }
}

/// Seats of the classes of these orgs, or of all classes that people may enrol in.
///
/// # Errors
/// See [`db::DbError`].
pub async fn seats(db: &Db, orgs: Option<Vec<i64>>) -> DbResult<Vec<SeatLine>> {
    match orgs {
        Some(orgs) => {
            db.query(
                "SELECT id, enrolled, waitlisted FROM class \
                 WHERE org_id {any $1} AND status IN ('published', 'running') {unscoped: public catalogue} \
                 ORDER BY id LIMIT $2",
                args![orgs, MOST_CLASSES],
            )
            .await
        }
        None => {
            db.query(
                "SELECT id, enrolled, waitlisted FROM class \
                 WHERE status IN ('published', 'running') {unscoped: public catalogue} ORDER BY id LIMIT $1",
                args![MOST_CLASSES],
            )
            .await
        }
    }
}

/// The marks as they are now.
///
/// # Errors
/// See [`db::DbError`].
pub async fn marks(db: &Db) -> DbResult<Marks> {
    db.query_one(
        "SELECT (SELECT count(*) FROM class) AS classes, \
            (SELECT CAST(sum(version) AS BIGINT) FROM class) AS class_versions, \
            (SELECT CAST(sum(version) AS BIGINT) FROM term) AS term_versions, \
            (SELECT CAST(sum(version) AS BIGINT) FROM course) AS course_versions, \
            (SELECT CAST(sum(version) AS BIGINT) FROM room) AS room_versions, \
            (SELECT CAST(sum(version) AS BIGINT) FROM org) AS org_versions {unscoped: public catalogue}",
        args![],
    )
    .await
}

/// The meetings of a class, in order.
///
/// # Errors
/// See [`db::DbError`].
pub async fn meetings(db: &Db, class: ClassId) -> DbResult<Vec<Meeting>> {
    db.query(
        "SELECT s.number, s.day, s.starts, s.minutes, s.topic, s.status, s.status_note, r.name AS room \
         FROM session s JOIN class c ON c.id = s.class_id \
         LEFT JOIN room r ON r.id = s.room_id AND s.room_id <> c.room_id \
         WHERE s.class_id = $1 {unscoped: public catalogue} ORDER BY s.number LIMIT 400",
        args![class],
    )
    .await
}

/// What the course of a class is about.
///
/// # Errors
/// See [`db::DbError`].
pub async fn syllabus(db: &Db, class: ClassId) -> DbResult<Option<Syllabus>> {
    db.query_opt(
        "SELECT v.id, v.summary, v.goals, v.audience, v.materials FROM class c \
         JOIN course_version v ON v.id = c.course_version_id \
         WHERE c.id = $1 {unscoped: public catalogue}",
        args![class],
    )
    .await
}

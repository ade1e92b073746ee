//! A small world for tests: two streets of one district, each with a school, a room, staff and learners.
//! Rows are written as plain SQL, so that a test does not rest on the code that it tests.

use db::{Tx, Value, args};
use kernel::{Id, OrgId, PersonId};
use platform::{Event, Platform, Role};
use std::sync::Arc;

/// One school of the small world.
#[derive(Debug, Clone)]
pub struct School {
    /// The street.
    pub street: OrgId,
    /// The school.
    pub org: OrgId,
    /// The school's path.
    pub path: String,
    /// A room of 30 seats.
    pub room: i64,
    /// Its teacher.
    pub teacher: PersonId,
    /// Its registrar.
    pub registrar: PersonId,
}

/// The small world.
#[derive(Debug, Clone)]
pub struct World {
    /// City.
    pub city: OrgId,
    /// Path of the city.
    pub city_path: String,
    /// District.
    pub district: OrgId,
    /// Path of the district.
    pub district_path: String,
    /// A school in the first street.
    pub here: School,
    /// A school in the sibling street.
    pub there: School,
}

struct Builder<'a> {
    platform: &'a Platform,
    tx: platform::Tx,
}

impl World {
    /// Builds the organisations and staff (tables of `orgs` and `people`).
    pub async fn build(platform: &Arc<Platform>) -> Self {
        let ctx = platform::Ctx::system(platform, "world");
        let tx = ctx.begin().await.expect("a transaction");
        let b = Builder { platform, tx };
        let (city, city_path) = b.org("city", "上海市", None, "/").await;
        let (district, district_path) = b.org("district", "闵行区", Some(city), &city_path).await;
        let here = b.school("莘庄镇", district, &district_path).await;
        let there = b.school("七宝镇", district, &district_path).await;
        b.tx.commit(vec![Event::new("test.world", "org", city)])
            .await
            .expect("a commit");
        Self {
            city,
            city_path,
            district,
            district_path,
            here,
            there,
        }
    }
}

impl Builder<'_> {
    async fn org(&self, kind: &str, name: &str, parent: Option<OrgId>, above: &str) -> (OrgId, String) {
        let id: OrgId = self.platform.ids.next();
        let path = format!("{above}{id}/");
        insert(
            &self.tx,
            "org",
            &[
                ("id", id.into()),
                ("kind", kind.into()),
                ("parent_id", parent.into()),
                ("name", name.into()),
                ("short_name", name.into()),
                ("sort_key", name.into()),
                ("status", "open".into()),
                ("opened_on", "2020-01-01".into()),
                ("is_public", true.into()),
                ("version", 1_i64.into()),
            ],
        )
        .await;
        insert(
            &self.tx,
            "org_path",
            &[("org_id", id.into()), ("path", path.as_str().into())],
        )
        .await;
        let name_row: [(&str, Value); 4] = [
            ("org_id", id.into()),
            ("name", name.into()),
            ("short_name", name.into()),
            ("valid_from", "2020-01-01".into()),
        ];
        insert(&self.tx, "org_name", &name_row).await;
        if let Some(parent) = parent {
            let edge: [(&str, Value); 4] = [
                ("org_id", id.into()),
                ("parent_id", parent.into()),
                ("path", path.as_str().into()),
                ("valid_from", "2020-01-01".into()),
            ];
            insert(&self.tx, "org_edge", &edge).await;
        }
        (id, path)
    }

    async fn school(&self, street_name: &str, district: OrgId, above: &str) -> School {
        let (street, street_path) = self.org("street", street_name, Some(district), above).await;
        let (org, path) = self
            .org(
                "street_school",
                &format!("{street_name}社区学校"),
                Some(street),
                &street_path,
            )
            .await;
        self.facts(org, street_name).await;
        let room = self.room(org).await;
        let teacher = person(
            &self.tx,
            self.platform,
            &format!("{street_name}教师"),
            "1970-05-01",
        )
        .await;
        let registrar = person(
            &self.tx,
            self.platform,
            &format!("{street_name}教务"),
            "1985-05-01",
        )
        .await;
        post(&self.tx, self.platform, teacher, Role::Teacher, org).await;
        post(&self.tx, self.platform, registrar, Role::Registrar, org).await;
        School {
            street,
            org,
            path,
            room: room.raw(),
            teacher,
            registrar,
        }
    }

    async fn facts(&self, org: OrgId, street_name: &str) {
        let facts: [(&str, Value); 12] = [
            ("org_id", org.into()),
            ("address", format!("{street_name}学堂路 1 号").into()),
            ("phone", "021-60000000".into()),
            ("hours", "周一至周五 08:30–16:30".into()),
            ("intro", "".into()),
            ("lng_e6", 121_380_000_i64.into()),
            ("lat_e6", 31_110_000_i64.into()),
            ("place_basis", "demo".into()),
            ("step_free", true.into()),
            ("accessible_toilet", true.into()),
            ("lift", false.into()),
            ("hearing_loop", false.into()),
        ];
        let mut facts = facts.to_vec();
        facts.push(("transport", "".into()));
        insert(&self.tx, "org_facts", &facts).await;
    }

    async fn room(&self, org: OrgId) -> Id<()> {
        let room: Id<()> = self.platform.ids.next();
        let row: [(&str, Value); 11] = [
            ("id", room.into()),
            ("org_id", org.into()),
            ("name", "101 教室".into()),
            ("floor", "1 楼".into()),
            ("seats", 30_i64.into()),
            ("area_m2", 60_i64.into()),
            ("facilities", "投影".into()),
            ("step_free", true.into()),
            ("open_to_others", true.into()),
            ("active", true.into()),
            ("version", 1_i64.into()),
        ];
        insert(&self.tx, "room", &row).await;
        room
    }
}

/// Adds a person born on this day.
pub async fn person(tx: &Tx, platform: &Platform, name: &str, birth: &str) -> PersonId {
    let id: PersonId = platform.ids.next();
    let row: [(&str, Value); 11] = [
        ("id", id.into()),
        ("number", id.to_string().into()),
        ("name", name.into()),
        ("sort_key", name.into()),
        ("sex", "female".into()),
        ("birth", birth.into()),
        ("needs", "".into()),
        ("status", "active".into()),
        ("code_serial", 1_i64.into()),
        ("created_at", "2026-01-01T00:00:00.000Z".into()),
        ("version", 1_i64.into()),
    ];
    insert(tx, "person", &row).await;
    id
}

/// Gives a person a post.
pub async fn post(tx: &Tx, platform: &Platform, person: PersonId, role: Role, org: OrgId) {
    let id: Id<()> = platform.ids.next();
    let row: [(&str, Value); 6] = [
        ("id", id.into()),
        ("person_id", person.into()),
        ("org_id", org.into()),
        ("role", role.into()),
        ("valid_from", "2026-01-01".into()),
        ("created_at", "2026-01-01T00:00:00.000Z".into()),
    ];
    insert(tx, "post", &row).await;
}

/// Adds several learners, born 1950, in one transaction of its own.
pub async fn learners(platform: &Arc<Platform>, count: usize) -> Vec<PersonId> {
    let ctx = platform::Ctx::system(platform, "world");
    let tx = ctx.begin().await.expect("a transaction");
    let mut all = Vec::with_capacity(count);
    for number in 0..count {
        all.push(person(&tx, platform, &format!("学员{number}"), "1950-03-15").await);
    }
    let subject = all.first().copied().unwrap_or(Id::from_raw(0));
    tx.commit(vec![Event::new("test.learners", "person", subject)])
        .await
        .expect("a commit");
    all
}

/// A class of the small world, by what differs from the usual one.
#[derive(Debug, Clone)]
pub struct ClassPlan {
    /// Name.
    pub name: String,
    /// Seats.
    pub capacity: i64,
    /// 1 = Monday … 7 = Sunday.
    pub weekday: i64,
    /// Time of day, `09:00`.
    pub starts: String,
    /// Days of the sessions, `YYYY-MM-DD`; 90 minutes each.
    pub days: Vec<String>,
    /// Lowest age.
    pub age_min: Option<i64>,
    /// Highest age.
    pub age_max: Option<i64>,
    /// planned, published, running, closed, cancelled.
    pub status: String,
    /// Fee in fen.
    pub fee_fen: i64,
}

impl Default for ClassPlan {
    /// Four Mondays of March 2027, 9:00, two seats, free, published; enrolment is open on the tests' day.
    fn default() -> Self {
        Self {
            name: "书法入门".into(),
            capacity: 2,
            weekday: 1,
            starts: "09:00".into(),
            days: ["2027-03-01", "2027-03-08", "2027-03-15", "2027-03-22"]
                .map(str::to_owned)
                .to_vec(),
            age_min: None,
            age_max: None,
            status: "published".into(),
            fee_fen: 0,
        }
    }
}

/// Adds a course, a term (once a school), a class and its sessions; gives the class's number.
pub async fn class(platform: &Arc<Platform>, school: &School, plan: &ClassPlan) -> i64 {
    let ctx = platform::Ctx::system(platform, "world");
    let tx = ctx.begin().await.expect("a transaction");
    let term = term(&tx, platform, school).await;
    let (course, version) = course(&tx, platform, school, &plan.name).await;
    let class: Id<()> = platform.ids.next();
    let first = plan.days.first().cloned().unwrap_or_default();
    let last = plan.days.last().cloned().unwrap_or_default();
    let mut row: Vec<(&str, Value)> = vec![
        ("id", class.into()),
        ("org_id", school.org.into()),
        ("course_id", course.into()),
        ("course_version_id", version.into()),
        ("term_id", term.into()),
        ("name", plan.name.as_str().into()),
        ("sort_key", plan.name.as_str().into()),
        ("room_id", school.room.into()),
        ("teacher_id", school.teacher.into()),
    ];
    row.extend([
        ("mode", Value::from("on_site")),
        ("level", "beginner".into()),
        ("risk", "none".into()),
        ("fee_fen", plan.fee_fen.into()),
        ("capacity", plan.capacity.into()),
        ("minimum", 1_i64.into()),
        ("enrolled", 0_i64.into()),
        ("waitlisted", 0_i64.into()),
        ("age_min", plan.age_min.into()),
        ("age_max", plan.age_max.into()),
        ("residence_note", "".into()),
        ("enrollment_opens", "2026-11-01T00:00:00.000Z".into()),
        ("enrollment_closes", "2027-02-20T00:00:00.000Z".into()),
        ("weekday", plan.weekday.into()),
        ("starts", plan.starts.as_str().into()),
        ("minutes", 90_i64.into()),
        ("starts_on", first.into()),
        ("ends_on", last.into()),
        (
            "session_count",
            i64::try_from(plan.days.len()).unwrap_or(0).into(),
        ),
        ("pass_percent", 70_i64.into()),
        ("status", plan.status.as_str().into()),
        ("status_note", "".into()),
        ("created_at", "2026-10-01T00:00:00.000Z".into()),
        ("version", 1_i64.into()),
    ]);
    insert(&tx, "class", &row).await;
    for (at, day) in plan.days.iter().enumerate() {
        session(&tx, platform, school, class, at, day, &plan.starts).await;
    }
    tx.commit(vec![Event::new("test.class", "class", class)])
        .await
        .expect("a commit");
    class.raw()
}

async fn session(
    tx: &Tx,
    platform: &Platform,
    school: &School,
    class: Id<()>,
    at: usize,
    day: &str,
    starts: &str,
) {
    let id: Id<()> = platform.ids.next();
    let row: [(&str, Value); 13] = [
        ("id", id.into()),
        ("class_id", class.into()),
        ("org_id", school.org.into()),
        ("number", i64::try_from(at + 1).unwrap_or(0).into()),
        ("day", day.into()),
        ("starts", starts.into()),
        ("minutes", 90_i64.into()),
        ("room_id", school.room.into()),
        ("teacher_id", school.teacher.into()),
        ("topic", "".into()),
        ("status", "planned".into()),
        ("status_note", "".into()),
        ("version", 1_i64.into()),
    ];
    insert(tx, "session", &row).await;
}

async fn term(tx: &Tx, platform: &Platform, school: &School) -> i64 {
    let known: Option<i64> = tx
        .query_opt(
            "SELECT id FROM term WHERE org_id = $1 {unscoped: test world} LIMIT 1",
            args![school.org],
        )
        .await
        .expect("the term");
    if let Some(term) = known {
        return term;
    }
    let id: Id<()> = platform.ids.next();
    let row: [(&str, Value); 9] = [
        ("id", id.into()),
        ("org_id", school.org.into()),
        ("name", "2027 春季".into()),
        ("starts_on", "2027-03-01".into()),
        ("ends_on", "2027-06-30".into()),
        ("enrollment_opens", "2026-11-01T00:00:00.000Z".into()),
        ("enrollment_closes", "2027-02-20T00:00:00.000Z".into()),
        ("class_limit", 3_i64.into()),
        ("version", 1_i64.into()),
    ];
    insert(tx, "term", &row).await;
    id.raw()
}

async fn course(tx: &Tx, platform: &Platform, school: &School, name: &str) -> (i64, i64) {
    let (course, version): (Id<()>, Id<()>) = (platform.ids.next(), platform.ids.next());
    let row: [(&str, Value); 11] = [
        ("id", course.into()),
        ("org_id", school.org.into()),
        ("name", name.into()),
        ("sort_key", name.into()),
        ("category", "书画篆刻".into()),
        ("level", "beginner".into()),
        ("current_version_id", version.into()),
        ("shared", true.into()),
        ("status", "approved".into()),
        ("created_at", "2026-01-01T00:00:00.000Z".into()),
        ("version", 1_i64.into()),
    ];
    insert(tx, "course", &row).await;
    let row: [(&str, Value); 15] = [
        ("id", version.into()),
        ("course_id", course.into()),
        ("number", 1_i64.into()),
        ("summary", "从握笔开始。".into()),
        ("goals", "会写常用字".into()),
        ("audience", "零基础".into()),
        ("outline", "笔法\n结构".into()),
        ("assessment", "作业".into()),
        ("materials", "毛笔".into()),
        ("sessions", 4_i64.into()),
        ("minutes", 90_i64.into()),
        ("risk", "none".into()),
        ("status", "approved".into()),
        ("review_note", "".into()),
        ("created_at", "2026-01-01T00:00:00.000Z".into()),
    ];
    insert(tx, "course_version", &row).await;
    (course.raw(), version.raw())
}

/// Inserts one row.
pub async fn insert(tx: &Tx, table: &str, row: &[(&str, Value)]) {
    let columns: Vec<&str> = row.iter().map(|(column, _)| *column).collect();
    let cells: Vec<Value> = row.iter().map(|(_, cell)| cell.clone()).collect();
    tx.insert_many(table, &columns, &[cells])
        .await
        .expect("a row of the test world");
}

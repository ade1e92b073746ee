//! The made-up city: rows by bulk load, in the order of their keys, the same each time.
#![expect(
    clippy::too_many_lines,
    reason = "columns and rows of many tables stand side by side"
)]

use db::Value;
use kernel::{Date, Id, OrgId};
use orgs::OrgKind;
use orgs::tree::NewOrg;
use platform::{AppResult, Ctx, Event};
use std::fmt;

const DISTRICTS: i64 = 16;
const STREETS: i64 = 234;
const ORGS: i64 = 7_000;
const RESIDENTS: i64 = 25_000_000;
const LEARNERS: i64 = 1_000_000;
const CLASSES: i64 = 200_000;
/// Places taken in each class: 4 million in all.
const SEATED: i64 = 20;
/// Meetings of each class that were held: 40 million attendances in all.
const MEETINGS: i64 = 10;
/// Terms over which the classes are spread: their first days, newest last.
const TERMS: [(i16, i8); 6] = [(2024, 3), (2024, 9), (2025, 3), (2025, 9), (2026, 3), (2026, 9)];
const CATEGORIES: [&str; 8] = [
    "书画篆刻",
    "舞蹈",
    "声乐",
    "器乐",
    "健身",
    "智能生活",
    "语言文学",
    "手工",
];
const BANDS: [&str; 6] = ["0-17", "18-44", "45-59", "60-69", "70-79", "80+"];
const STAMP: &str = "2024-01-01T00:00:00.000Z";
/// Rows sent to the database at a time.
const PIECE: i64 = 20_000;
/// Rows of one transaction.
const TRANSACTION: i64 = 2_000_000;

/// The same totals as one plain statement each, for 2026-10 and the whole city.
pub const SCANS: &[(&str, &str)] = &[
    (
        "attendance.visits",
        "SELECT count(*) FROM attendance a JOIN session s ON s.id = a.session_id WHERE a.status IN ('present', 'late', \
         'left_early') AND s.day >= '2026-10-01' AND s.day < '2026-11-01' {unscoped: a bench}",
    ),
    (
        "attendance.learners",
        "SELECT count(DISTINCT a.person_id) FROM attendance a JOIN session s ON s.id = a.session_id WHERE a.status IN \
         ('present', 'late', 'left_early') AND s.day >= '2026-10-01' AND s.day < '2026-11-01' {unscoped: a bench}",
    ),
];

/// What was made.
pub struct City {
    pub root: OrgId,
    pub districts: Vec<OrgId>,
    pub streets: Vec<OrgId>,
    pub schools: Vec<OrgId>,
    learners: i64,
    classes: i64,
}

impl fmt::Display for City {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            out,
            "{ORGS} orgs, {} learners, {} enrolments, {} attendances",
            self.learners,
            self.classes * SEATED,
            self.classes * SEATED * MEETINGS
        )
    }
}

fn text(value: impl Into<String>) -> Value {
    Value::Text(value.into())
}

fn whole(number: i64) -> Value {
    Value::Int(number)
}

/// First day of the class's term.
fn first_day(class: i64) -> Date {
    let term = usize::try_from(class).unwrap_or(0) % TERMS.len();
    let (year, month) = TERMS[term];
    Date::new(year, month, i8::try_from(class / 6 % 7).unwrap_or(0) + 1).unwrap_or(Date::MIN)
}

/// Day of a meeting, a week after the one before.
fn meeting_day(class: i64, meeting: i64) -> Date {
    let mut day = first_day(class);
    for _ in 0..meeting * 7 {
        day = day.tomorrow().unwrap_or(day);
    }
    day
}

impl City {
    /// Makes the city.
    pub async fn build(ctx: &Ctx, percent: i64) -> AppResult<Self> {
        let mut city = Self {
            root: Id::from_raw(1),
            districts: (2..2 + DISTRICTS).map(Id::from_raw).collect(),
            streets: (100..100 + STREETS).map(Id::from_raw).collect(),
            schools: (1_000..1_000 + ORGS - 1 - DISTRICTS - STREETS)
                .map(Id::from_raw)
                .collect(),
            learners: LEARNERS * percent / 100,
            classes: CLASSES * percent / 100,
        };
        city.classes -= city.classes % 6;
        city.orgs(ctx).await?;
        city.people(ctx).await?;
        city.teaching(ctx).await?;
        city.meetings(ctx).await?;
        ctx.db().gather_statistics().await?;
        Ok(city)
    }

    async fn orgs(&self, ctx: &Ctx) -> AppResult<()> {
        let mut paths: Vec<(OrgId, String)> = Vec::new();
        let mut rows = Vec::new();
        let mut put = |id: OrgId, kind: OrgKind, above: Option<(OrgId, String)>| {
            let path = format!("{}{id}/", above.as_ref().map_or("/", |(_, path)| path.as_str()));
            paths.push((id, path.clone()));
            rows.push(NewOrg {
                id,
                kind,
                parent: above.map(|(id, _)| id),
                path,
                name: format!("机构{}", id.raw()),
                short_name: format!("机构{}", id.raw()),
                region_code: None,
                opened_on: Date::constant(2020, 1, 1),
                is_public: true,
                special: false,
            });
        };
        let path = |ids: &[OrgId]| ids.iter().fold("/".to_owned(), |path, id| format!("{path}{id}/"));
        put(self.root, OrgKind::City, None);
        for id in &self.districts {
            put(*id, OrgKind::District, Some((self.root, path(&[self.root]))));
        }
        for (at, id) in self.streets.iter().enumerate() {
            let district = self.districts[at % self.districts.len()];
            put(
                *id,
                OrgKind::Street,
                Some((district, path(&[self.root, district]))),
            );
        }
        for (at, id) in self.schools.iter().enumerate() {
            let street = at % self.streets.len();
            let district = self.districts[street % self.districts.len()];
            let above = (
                self.streets[street],
                path(&[self.root, district, self.streets[street]]),
            );
            let kind = if at < self.streets.len() {
                OrgKind::StreetSchool
            } else {
                OrgKind::NeighborhoodSite
            };
            put(*id, kind, Some(above));
        }
        let tx = ctx.begin().await?;
        orgs::tree::insert_many(&tx, &rows).await?;
        let each = RESIDENTS / STREETS / 6 / 2;
        let population = self.streets.iter().flat_map(|street| {
            BANDS.iter().map(move |band| {
                vec![
                    whole(street.raw()),
                    whole(2025),
                    text(*band),
                    whole(each),
                    whole(each),
                    text("demo"),
                    text("bench"),
                ]
            })
        });
        let columns = ["org_id", "year", "band", "male", "female", "basis", "source"];
        let rows: Vec<Vec<Value>> = population.collect();
        tx.insert_many("population", &columns, &rows).await?;
        done(tx).await
    }

    async fn people(&self, ctx: &Ctx) -> AppResult<()> {
        let columns = [
            "id",
            "number",
            "name",
            "sort_key",
            "sex",
            "birth",
            "needs",
            "status",
            "code_serial",
            "created_at",
            "version",
        ];
        bulk(ctx, "person", &columns, self.learners, |at| {
            let sex = if at % 10 < 7 { "female" } else { "male" };
            vec![
                whole(at + 1),
                text(format!("B{at}")),
                text("学员"),
                text("xueyuan"),
                text(sex),
                text(format!("{}-06-15", 1936 + at % 40)),
                text(""),
                text("active"),
                whole(1),
                text(STAMP),
                whole(1),
            ]
        })
        .await
    }

    async fn teaching(&self, ctx: &Ctx) -> AppResult<()> {
        let root = self.root.raw();
        let columns = [
            "id",
            "org_id",
            "name",
            "sort_key",
            "category",
            "level",
            "shared",
            "status",
            "created_at",
            "version",
        ];
        bulk(ctx, "course", &columns, 8, |at| {
            let category = CATEGORIES[usize::try_from(at).unwrap_or(0)];
            vec![
                whole(at + 1),
                whole(root),
                text(category),
                text("k"),
                text(category),
                text("beginner"),
                Value::Bool(true),
                text("approved"),
                text(STAMP),
                whole(1),
            ]
        })
        .await?;
        let columns = [
            "id",
            "course_id",
            "number",
            "summary",
            "goals",
            "audience",
            "outline",
            "assessment",
            "materials",
            "sessions",
            "minutes",
            "risk",
            "status",
            "review_note",
            "created_at",
        ];
        bulk(ctx, "course_version", &columns, 8, |at| {
            vec![
                whole(at + 1),
                whole(at + 1),
                whole(1),
                text(""),
                text(""),
                text(""),
                text(""),
                text(""),
                text(""),
                whole(MEETINGS),
                whole(90),
                text("none"),
                text("approved"),
                text(""),
                text(STAMP),
            ]
        })
        .await?;
        let columns = [
            "id",
            "org_id",
            "name",
            "starts_on",
            "ends_on",
            "enrollment_opens",
            "enrollment_closes",
            "class_limit",
            "version",
        ];
        bulk(ctx, "term", &columns, 6, |at| {
            let day = first_day(at);
            vec![
                whole(at + 1),
                whole(root),
                text(format!("学期{at}")),
                text(day.to_string()),
                text(day.to_string()),
                text(STAMP),
                text(STAMP),
                whole(3),
                whole(1),
            ]
        })
        .await?;
        self.classes(ctx).await
    }

    /// The school of a class: classes of a school have ids side by side.
    fn school_of(&self, class: i64) -> i64 {
        let schools = i64::try_from(self.schools.len()).unwrap_or(1);
        self.schools[usize::try_from(class * schools / self.classes.max(1)).unwrap_or(0)].raw()
    }

    /// The learner in a seat: nobody is twice in one class.
    fn learner(&self, class: i64, seat: i64) -> i64 {
        (class * SEATED + seat) % self.learners + 1
    }

    async fn classes(&self, ctx: &Ctx) -> AppResult<()> {
        let columns = [
            "id",
            "org_id",
            "course_id",
            "course_version_id",
            "term_id",
            "name",
            "sort_key",
            "mode",
            "level",
            "risk",
            "fee_fen",
            "capacity",
            "minimum",
            "enrolled",
            "waitlisted",
            "residence_note",
            "enrollment_opens",
            "enrollment_closes",
            "weekday",
            "starts",
            "minutes",
            "starts_on",
            "ends_on",
            "session_count",
            "pass_percent",
            "status",
            "status_note",
            "created_at",
            "version",
        ];
        bulk(ctx, "class", &columns, self.classes, |class| {
            vec![
                whole(class + 1),
                whole(self.school_of(class)),
                whole(class % 8 + 1),
                whole(class % 8 + 1),
                whole(class % 6 + 1),
                text("班级"),
                text("k"),
                text("on_site"),
                text("beginner"),
                text("none"),
                whole(0),
                whole(24),
                whole(1),
                whole(SEATED),
                whole(0),
                text(""),
                text(STAMP),
                text(STAMP),
                whole(1),
                text("09:00"),
                whole(90),
                text(first_day(class).to_string()),
                text(meeting_day(class, MEETINGS - 1).to_string()),
                whole(MEETINGS),
                whole(70),
                text("running"),
                text(""),
                text(STAMP),
                whole(1),
            ]
        })
        .await?;
        let columns = [
            "id",
            "class_id",
            "term_id",
            "org_id",
            "person_id",
            "status",
            "live",
            "queue",
            "money",
            "channel",
            "rule_version",
            "created_at",
            "changed_at",
        ];
        bulk(ctx, "enrollment", &columns, self.classes * SEATED, |at| {
            let (class, seat) = (at / SEATED, at % SEATED);
            vec![
                whole(at + 1),
                whole(class + 1),
                whole(class % 6 + 1),
                whole(self.school_of(class)),
                whole(self.learner(class, seat)),
                text("attending"),
                Value::Bool(true),
                whole(seat),
                text("none"),
                text("web"),
                text("1"),
                text(STAMP),
                text(STAMP),
            ]
        })
        .await
    }

    async fn meetings(&self, ctx: &Ctx) -> AppResult<()> {
        let columns = [
            "id",
            "class_id",
            "org_id",
            "number",
            "day",
            "starts",
            "minutes",
            "topic",
            "status",
            "status_note",
            "version",
        ];
        bulk(ctx, "session", &columns, self.classes * MEETINGS, |at| {
            let (class, meeting) = (at / MEETINGS, at % MEETINGS);
            vec![
                whole(at + 1),
                whole(class + 1),
                whole(self.school_of(class)),
                whole(meeting + 1),
                text(meeting_day(class, meeting).to_string()),
                text("09:00"),
                whole(90),
                text(""),
                text("held"),
                text(""),
                whole(1),
            ]
        })
        .await?;
        let columns = ["session_id", "person_id", "status", "method", "marked_at"];
        bulk(
            ctx,
            "attendance",
            &columns,
            self.classes * MEETINGS * SEATED,
            |at| {
                let (session, seat) = (at / SEATED, at % SEATED);
                let status = if (session + seat * 3) % 9 == 0 {
                    "absent"
                } else {
                    "present"
                };
                vec![
                    whole(session + 1),
                    whole(self.learner(session / MEETINGS, seat)),
                    text(status),
                    text("roll"),
                    text(STAMP),
                ]
            },
        )
        .await
    }
}

async fn bulk(
    ctx: &Ctx,
    table: &str,
    columns: &[&str],
    count: i64,
    row: impl Fn(i64) -> Vec<Value>,
) -> AppResult<()> {
    let mut at = 0;
    while at < count {
        let tx = ctx.begin().await?;
        let end = (at + TRANSACTION).min(count);
        while at < end {
            let piece_end = (at + PIECE).min(end);
            let rows: Vec<Vec<Value>> = (at..piece_end).map(&row).collect();
            tx.insert_many(table, columns, &rows).await?;
            at = piece_end;
        }
        done(tx).await?;
    }
    Ok(())
}

async fn done(tx: platform::Tx) -> AppResult<()> {
    tx.commit(vec![Event::new("bench.filled", "bench", Id::<()>::from_raw(1))])
        .await
}

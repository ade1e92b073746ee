//! Rounds through the router, on a stage with two classes.

use crate::RoundId;
use crate::draws::file::DrawFile;
use crate::testing::{Stage, stage};
use db::{Value as Cell, args};
use kernel::{Id, PersonId};
use platform::{Event, Role};
use serde_json::{Value, json};
use teaching::ClassId;
use testkit::world::{ClassPlan, class, insert, person};
use testkit::{Client, NOW, staff};

mod applying;
mod cancelled;
mod catalogue;
mod changed;
mod drawing;
mod family;
mod lessons;
mod programs;

/// 2026-12-02 10:00 in China, in seconds after the tests' now: the window is over.
pub(super) const AFTER: i64 = 11 * 86_400;

/// A stage with two classes: `calligraphy` in the morning with three seats, `choir` in the afternoon with two.
pub(super) struct Season {
    pub(super) stage: Stage,
    pub(super) choir: ClassId,
    old_term: Id<()>,
    head: PersonId,
}

pub(super) async fn season(people: usize) -> Season {
    let stage = stage(3, people).await;
    let plan = ClassPlan {
        name: "合唱".into(),
        capacity: 2,
        starts: "14:00".into(),
        ..ClassPlan::default()
    };
    let choir = Id::from_raw(class(&stage.app.platform, &stage.world.here, &plan).await);
    let tx = stage.app.system().begin().await.unwrap();
    let old_term: Id<()> = stage.app.platform.ids.next();
    let row: [(&str, Cell); 9] = [
        ("id", old_term.into()),
        ("org_id", stage.world.here.org.into()),
        ("name", "2026 秋季".into()),
        ("starts_on", "2026-09-07".into()),
        ("ends_on", "2027-01-15".into()),
        ("enrollment_opens", "2026-07-01T00:00:00.000Z".into()),
        ("enrollment_closes", "2026-09-01T00:00:00.000Z".into()),
        ("class_limit", 3_i64.into()),
        ("version", 1_i64.into()),
    ];
    insert(&tx, "term", &row).await;
    let head = person(&tx, &stage.app.platform, "莘庄镇校长", "1975-01-01").await;
    tx.commit(vec![Event::new("test.term", "term", old_term)])
        .await
        .unwrap();
    Season {
        stage,
        choir,
        old_term,
        head,
    }
}

impl Season {
    pub(super) fn as_head(&self) -> Client {
        let here = &self.stage.world.here;
        self.stage
            .app
            .signed_in(staff(self.head, Role::SchoolHead, here.org, &here.path))
    }

    /// An enrolment of the term before that ended so.
    pub(super) async fn before(&self, at: usize, status: &str) {
        let tx = self.stage.app.system().begin().await.unwrap();
        let id: Id<()> = self.stage.app.platform.ids.next();
        let row: [(&str, Cell); 13] = [
            ("id", id.into()),
            ("class_id", self.stage.class.into()),
            ("term_id", self.old_term.into()),
            ("org_id", self.stage.world.here.org.into()),
            ("person_id", self.stage.people[at].into()),
            ("status", status.into()),
            ("live", false.into()),
            ("queue", 0_i64.into()),
            ("money", "none".into()),
            ("channel", "web".into()),
            ("rule_version", "test".into()),
            ("created_at", NOW.into()),
            ("changed_at", NOW.into()),
        ];
        insert(&tx, "enrollment", &row).await;
        tx.commit(vec![Event::new("test.before", "enrollment", id)])
            .await
            .unwrap();
    }

    pub(super) async fn plan(&self, changes: &[(&str, &str)]) -> testkit::Answer {
        let (one, two) = (self.stage.class.to_string(), self.choir.to_string());
        let mut fields = vec![
            ("name", "春季热门班摇号"),
            ("method", "draw"),
            ("audience", "everyone"),
            ("opens_on", "2026-11-20"),
            ("opens_at", "09:00"),
            ("closes_on", "2026-12-01"),
            ("closes_at", "17:00"),
            ("wish_limit", "2"),
            ("companion_limit", "2"),
            ("ticket_cap", "3"),
            ("newcomer_percent", "34"),
            ("classes", one.as_str()),
            ("classes", two.as_str()),
        ];
        fields.retain(|(name, _)| changes.iter().all(|(changed, _)| changed != name));
        fields.extend(changes.iter().filter(|(_, value)| !value.is_empty()));
        self.stage.as_registrar().post("/desk/rounds/new", &fields).await
    }

    pub(super) async fn planned(&self) -> RoundId {
        let answer = self.plan(&[]).await;
        assert_eq!(answer.status, 303, "{}", answer.body);
        let path = answer.location().split('?').next().unwrap().to_owned();
        path.rsplit('/').next().unwrap().parse().unwrap()
    }

    pub(super) async fn apply(&self, at: usize, round: RoundId, wishes: &[ClassId]) -> Value {
        let path = format!("/api/v1/rounds/{round}/signups");
        let answer = self
            .stage
            .as_learner(at)
            .api("POST", &path, &json!({ "wishes": wishes }))
            .await;
        assert_eq!(answer.status, 201, "{}", answer.body);
        answer.json()
    }

    async fn file(&self, round: RoundId) -> DrawFile {
        let answer = self
            .stage
            .app
            .visitor()
            .get(&format!("/rounds/{round}/draw.json"))
            .await;
        assert_eq!(answer.status, 200, "{}", answer.body);
        serde_json::from_str(&answer.body).unwrap()
    }

    pub(super) async fn act(&self, client: &Client, round: RoundId, verb: &str) -> testkit::Answer {
        let version: i64 = self
            .one("SELECT version FROM round WHERE id = $1 {unscoped: test}", round)
            .await;
        let version = version.to_string();
        client
            .post(&format!("/desk/rounds/{round}/{verb}"), &[("version", &version)])
            .await
    }

    async fn enter(&self, client: &Client, round: RoundId, text: &str) -> testkit::Answer {
        let fields = [("text", text), ("source", "福利彩票 3D 第 2026138 期")];
        client
            .post(&format!("/desk/rounds/{round}/randomness"), &fields)
            .await
    }

    pub(super) async fn one<T: db::FromValue + db::FromRow>(&self, sql: &str, round: RoundId) -> T {
        self.stage
            .app
            .platform
            .db
            .query_one(sql, args![round])
            .await
            .unwrap()
    }

    /// Every enrolment that came from the round: person, class, status, queue.
    pub(super) async fn placed(&self, round: RoundId) -> Vec<(PersonId, ClassId, String, i64)> {
        let sql = "SELECT e.person_id, e.class_id, e.status, e.queue FROM enrollment e JOIN signup s ON s.id = e.signup_id
                   WHERE s.round_id = $1 {unscoped: test} ORDER BY e.class_id, e.queue";
        self.stage.app.platform.db.query(sql, args![round]).await.unwrap()
    }

    pub(super) async fn sealed_and_drawn(&self, round: RoundId) {
        self.stage.app.platform.clock.advance(AFTER);
        let (registrar, head) = (self.stage.as_registrar(), self.as_head());
        assert_eq!(self.act(&registrar, round, "seal").await.status, 303);
        assert_eq!(self.enter(&registrar, round, "2026138 3 8 1").await.status, 303);
        assert_eq!(self.enter(&head, round, "2026138 3 8 1").await.status, 303);
    }

    pub(super) async fn published(&self, round: RoundId) {
        assert_eq!(self.act(&self.as_head(), round, "publish").await.status, 303);
        self.stage.app.run_jobs(crate::JOBS).await;
        let status: String = self
            .one("SELECT status FROM round WHERE id = $1 {unscoped: test}", round)
            .await;
        assert_eq!(status, "published");
    }
}

//! What the tests of this crate share.

use crate::SeatDesk;
use kernel::{Id, PersonId};
use platform::Role;
use serde_json::{Value, json};
use std::sync::Arc;
use teaching::classes::model::ClassDraft;
use testkit::world::{ClassPlan, World, class, learners};
use testkit::{TestApp, learner, staff};

/// A class of the small world, and people who may ask for a seat in it.
pub(crate) struct Stage {
    pub(crate) app: TestApp,
    pub(crate) world: World,
    pub(crate) class: Id<teaching::kinds::Class>,
    pub(crate) people: Vec<PersonId>,
}

/// The tables that enrolments need.
pub(crate) const SCHEMAS: &[db::Schema] = &[
    platform::SCHEMA,
    orgs::SCHEMA,
    people::SCHEMA,
    teaching::SCHEMA,
    crate::SCHEMA,
];

/// Those who keep something of a person in this crate's tests.
const KEEPERS: &[platform::personal::Keeper] = &[crate::KEEPER];

/// A stage with a seat desk that works.
pub(crate) async fn stage(capacity: i64, people: usize) -> Stage {
    stage_with(capacity, people, SeatDesk::start).await
}

/// A stage with this desk.
pub(crate) async fn stage_with(
    capacity: i64,
    people: usize,
    desk: impl FnOnce(&Arc<platform::Platform>) -> Arc<SeatDesk>,
) -> Stage {
    let plan = ClassPlan {
        capacity,
        ..ClassPlan::default()
    };
    stage_of(SCHEMAS, &plan, people, desk).await
}

/// A stage on the tables as they were before this step of the crate.
pub(crate) async fn stage_before(step: i64, capacity: i64, people: usize) -> Stage {
    let plan = ClassPlan {
        capacity,
        ..ClassPlan::default()
    };
    let (mut schemas, all) = (SCHEMAS.to_vec(), crate::SCHEMA.migrations);
    if let Some(own) = schemas.last_mut() {
        own.migrations = &all[..all.iter().take_while(|one| one.number < step).count()];
    }
    stage_of(&schemas, &plan, people, SeatDesk::start).await
}

/// A stage whose class costs 120 yuan.
pub(crate) async fn stage_with_fee(capacity: i64, people: usize) -> Stage {
    let plan = ClassPlan {
        capacity,
        fee_fen: 12_000,
        ..ClassPlan::default()
    };
    stage_of(SCHEMAS, &plan, people, SeatDesk::start).await
}

async fn stage_of(
    schemas: &[db::Schema],
    plan: &ClassPlan,
    people: usize,
    desk: impl FnOnce(&Arc<platform::Platform>) -> Arc<SeatDesk>,
) -> Stage {
    let app = TestApp::start(schemas, |platform| {
        let fonts = documents::Fonts::find(None).unwrap();
        let typesetter = Arc::new(documents::Typesetter::new(fonts));
        crate::routes(&desk(platform))
            .merge(crate::fees::demo_routes())
            .merge(people::routes(KEEPERS))
            .share(typesetter)
    })
    .await;
    let world = World::build(&app.platform).await;
    let class = Id::from_raw(class(&app.platform, &world.here, plan).await);
    let people = learners(&app.platform, people).await;
    Stage {
        app,
        world,
        class,
        people,
    }
}

impl Stage {
    pub(crate) fn as_learner(&self, at: usize) -> testkit::Client {
        self.app.signed_in(learner(self.people[at]))
    }

    pub(crate) fn as_registrar(&self) -> testkit::Client {
        let here = &self.world.here;
        self.app
            .signed_in(staff(here.registrar, Role::Registrar, here.org, &here.path))
    }

    pub(crate) fn as_sibling(&self) -> testkit::Client {
        let there = &self.world.there;
        self.app
            .signed_in(staff(there.registrar, Role::Registrar, there.org, &there.path))
    }

    pub(crate) async fn enroll(&self, at: usize) -> Value {
        let path = format!("/api/v1/classes/{}/enrollments", self.class);
        let answer = self.as_learner(at).api("POST", &path, &json!({})).await;
        assert_eq!(answer.status, 201, "{}", answer.body);
        answer.json()
    }

    /// Changes the facts of a class as its registrar does, and lets what follows run.
    pub(crate) async fn change_class(&self, id: teaching::ClassId, change: impl FnOnce(&mut ClassDraft)) {
        let class = teaching::classes::find(&self.app.platform.db, id).await.unwrap();
        let version = class.version;
        let mut draft = ClassDraft {
            name: class.name,
            room_id: class.room_id,
            teacher_id: class.teacher_id,
            mode: class.mode,
            level: class.level,
            risk: class.risk,
            fee_fen: class.fee_fen,
            capacity: class.capacity,
            minimum: class.minimum,
            age_min: class.age_min,
            age_max: class.age_max,
            residence_note: class.residence_note,
            enrollment_opens: class.enrollment_opens,
            enrollment_closes: class.enrollment_closes,
            pass_percent: class.pass_percent,
        };
        change(&mut draft);
        let here = &self.world.here;
        let registrar = staff(here.registrar, Role::Registrar, here.org, &here.path);
        let ctx = self.app.ctx(registrar);
        let changed = teaching::classes::actions::change(&ctx, id, draft, None, version).await;
        changed.unwrap();
        self.app.run_jobs(crate::JOBS).await;
    }

    /// Queues a job and does it.
    pub(crate) async fn job(&self, kind: &'static str, payload: Value) {
        let ctx = self.app.system();
        let tx = ctx.begin().await.unwrap();
        platform::job::enqueue(&tx, kind, &payload, ctx.now(), None)
            .await
            .unwrap();
        tx.commit(vec![platform::Event::new("test.job", "class", self.class)])
            .await
            .unwrap();
        self.app.run_jobs(crate::JOBS).await;
    }

    /// How somebody's enrolment stands.
    pub(crate) async fn status(&self, at: usize) -> String {
        let sql =
            "SELECT status FROM enrollment WHERE person_id = $1 {unscoped: test} ORDER BY id DESC LIMIT 1";
        let db = &self.app.platform.db;
        db.query_one(sql, db::args![self.people[at]]).await.unwrap()
    }

    /// Somebody's latest enrolment.
    pub(crate) async fn latest(&self, at: usize) -> crate::EnrollmentId {
        let sql = "SELECT id FROM enrollment WHERE person_id = $1 {unscoped: test} ORDER BY id DESC LIMIT 1";
        let db = &self.app.platform.db;
        db.query_one(sql, db::args![self.people[at]]).await.unwrap()
    }

    /// Lets the school of the stage confirm turns at once.
    pub(crate) async fn confirm_at_once(&self) {
        let org = self.world.here.org.to_string();
        let rule = [
            ("org", org.as_str()),
            ("turn", "confirm"),
            ("online_hours", "24"),
            ("counter_hours", "48"),
            ("lead_days", "14"),
            ("room_percent", "50"),
            ("trial_seats", "3"),
            ("trial_weeks", "2"),
            ("trial_limit", "2"),
            ("version", "0"),
        ];
        let answer = self.as_registrar().post("/desk/rules", &rule).await;
        assert_eq!(answer.status, 303, "{}", answer.body);
    }

    /// Gives somebody a telephone.
    pub(crate) async fn give_phone(&self, at: usize) {
        let person = self.people[at];
        let place = people::persons::sealed::phone_place(person);
        let sealed = self.app.platform.keys.seal("13800138000", &place);
        let tx = self.app.system().begin().await.unwrap();
        let sql = "UPDATE person SET phone_sealed = $2 WHERE id = $1";
        tx.exec(sql, db::args![person, sealed]).await.unwrap();
        tx.commit(vec![platform::Event::new("test.phone", "person", person)])
            .await
            .unwrap();
    }

    /// Texts of the messages to somebody, oldest first.
    pub(crate) async fn told(&self, at: usize) -> Vec<String> {
        let ctx = self.app.system();
        let sent = platform::message::of_person(ctx.db(), self.people[at], 10).await;
        let text = |sent| platform::message::open_text(&ctx, sent).unwrap();
        sent.unwrap().iter().map(text).collect()
    }

    /// Lets the first of the stage's people act for the second, who has a telephone: her daughter. Gives the link's id.
    pub(crate) async fn linked(&self) -> String {
        self.give_phone(1).await;
        let body = json!({ "number": self.people[0].to_string(), "relation": "child", "check": "id_card", "reason": "本人来" });
        let tx = self.app.system().begin().await.unwrap();
        let org = self.world.here.org;
        people::persons::belongs(&tx, self.people[1], org).await.unwrap();
        let event = platform::Event::new("test.belongs", "person", self.people[1]);
        tx.commit(vec![event]).await.unwrap();
        let path = format!("/api/v1/people/{}/family", self.people[1]);
        let made = self.as_registrar().call(201, "POST", &path, &body).await;
        made["id"].as_str().unwrap().to_owned()
    }
    /// Where the last place of one of the stage's people in a class stands; empty without any.
    pub(crate) async fn standing(&self, at: usize, class: teaching::ClassId) -> String {
        let sql = "SELECT status FROM enrollment WHERE person_id = $1 AND class_id = $2 {unscoped: test} ORDER BY id DESC LIMIT 1";
        let db = &self.app.platform.db;
        let found: Option<String> = db
            .query_opt(sql, db::args![self.people[at], class])
            .await
            .unwrap();
        found.unwrap_or_default()
    }

    /// Enrols one of the stage's people, who pays at the counter. Gives the enrolment's id.
    pub(crate) async fn paid(&self, at: usize) -> String {
        let id = self.enroll(at).await["id"].as_str().unwrap().to_owned();
        self.pay_cash(&id).await;
        id
    }

    /// Pays the fee of an enrolment in cash.
    pub(crate) async fn pay_cash(&self, id: &str) {
        let path = format!("/api/v1/enrollments/{id}/payments");
        let body = json!({ "method": "cash", "reason": "" });
        self.as_registrar().call(201, "POST", &path, &body).await;
    }

    /// Ledger and counters are right, and the cashier's list of what is owed back sums up to this, in fen.
    pub(crate) async fn books_are_right(&self, owed: i64) {
        let db = &self.app.platform.db;
        assert_eq!(
            crate::fees::actions::prove(db).await.unwrap(),
            Vec::<String>::new()
        );
        assert_eq!(crate::recount(db).await.unwrap(), Vec::<String>::new());
        let open = "SELECT CAST(COALESCE(sum(amount_fen), 0) AS BIGINT) FROM fee_refund WHERE status = 'open' {unscoped: test}";
        let found: i64 = db.query_one(open, &[]).await.unwrap();
        assert_eq!(found, owed, "the cashier's list is what the books say");
    }

    /// Sets the school's own rules by program, as its registrar.
    pub(crate) async fn decide(&self, rules: Value) {
        let at = format!("/api/v1/orgs/{}/school-rules", self.world.here.org);
        let registrar = self.as_registrar();
        let version = registrar.call(200, "GET", &at, &Value::Null).await["version"].clone();
        let body = json!({ "rules": rules, "reason": "校务会决定", "version": version });
        registrar.call(204, "PUT", &at, &body).await;
    }

    /// Erases what this crate keeps of one of the stage's people.
    pub(crate) async fn erase(&self, at: usize) {
        let tx = self.app.system().begin().await.unwrap();
        let events = (crate::KEEPER.erase)(&tx, self.people[at]).await.unwrap();
        let done = platform::Event::new("test.erased", "person", self.people[at]);
        tx.commit(events.into_iter().chain([done]).collect())
            .await
            .unwrap();
    }
}

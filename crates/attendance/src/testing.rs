//! A class with sessions a week ago, today at nine (the tests' now) and in a week, and three learners.

use db::args;
use kernel::{Id, PersonId};
use platform::Role;
use testkit::world::{self, ClassPlan};
use testkit::{Client, TestApp, World, learner, staff};

pub struct Fixture {
    pub app: TestApp,
    pub world: World,
    pub class: String,
    pub sessions: Vec<String>,
    pub people: Vec<PersonId>,
}

impl Fixture {
    pub async fn start() -> Self {
        let schemas = [
            platform::SCHEMA,
            orgs::SCHEMA,
            people::SCHEMA,
            teaching::SCHEMA,
            enrollment::SCHEMA,
            crate::SCHEMA,
        ];
        let app = TestApp::start(&schemas, |_| crate::routes()).await;
        let world = World::build(&app.platform).await;
        let plan = ClassPlan {
            days: ["2026-11-15", "2026-11-22", "2026-11-29"]
                .map(str::to_owned)
                .to_vec(),
            status: "running".into(),
            ..ClassPlan::default()
        };
        let class = world::class(&app.platform, &world.here, &plan).await;
        let people = world::learners(&app.platform, 3).await;
        testkit::roll::enroll(&app.platform, &world.here, class, &people).await;
        Self {
            sessions: testkit::roll::sessions(&app.platform, class).await,
            class: Id::<()>::from_raw(class).to_string(),
            app,
            world,
            people,
        }
    }

    pub fn registrar(&self) -> Client {
        let here = &self.world.here;
        self.app
            .signed_in(staff(here.registrar, Role::Registrar, here.org, &here.path))
    }

    pub fn teacher(&self) -> Client {
        let here = &self.world.here;
        self.app
            .signed_in(staff(here.teacher, Role::Teacher, here.org, &here.path))
    }

    /// Those who must not see it: the sibling street's clerk and teacher.
    pub fn siblings(&self) -> [Client; 2] {
        let there = &self.world.there;
        [
            self.app
                .signed_in(staff(there.registrar, Role::Registrar, there.org, &there.path)),
            self.app
                .signed_in(staff(there.teacher, Role::Teacher, there.org, &there.path)),
        ]
    }

    pub fn learner(&self, at: usize) -> Client {
        self.app.signed_in(learner(self.people[at]))
    }

    /// Status and method on record.
    pub async fn truth(&self, session: usize, person: usize) -> Option<(String, String)> {
        let session: Id<()> = self.sessions[session].parse().unwrap();
        let sql = "SELECT status, method FROM attendance WHERE session_id = $1 AND person_id = $2";
        self.app
            .platform
            .db
            .query_opt(sql, args![session, self.people[person]])
            .await
            .unwrap()
    }

    /// Traces kept.
    pub async fn traces(&self, session: usize, person: usize) -> i64 {
        let session: Id<()> = self.sessions[session].parse().unwrap();
        let sql = "SELECT count(*) FROM attendance_mark WHERE session_id = $1 AND person_id = $2";
        self.app
            .platform
            .db
            .query_one(sql, args![session, self.people[person]])
            .await
            .unwrap()
    }
}

pub fn is(status: &str, method: &str) -> Option<(String, String)> {
    Some((status.to_owned(), method.to_owned()))
}

//! A running class of the small world with its sessions, three learners on its roll, and everybody who may or may not
//! touch it.

use crate::world::{self, ClassPlan};
use crate::{Client, TestApp, World, learner, roll, staff};
use db::{FromRow, Schema, args};
use kernel::{Id, PersonId};
use platform::{Role, Routes};

/// Learners on the roll.
const LEARNERS: usize = 3;

/// A class with its people.
pub struct ClassFixture {
    /// The installation.
    pub app: TestApp,
    /// The world around the class.
    pub world: World,
    /// Outside text of the class's id.
    pub class: String,
    /// The class's id.
    pub raw: i64,
    /// Outside texts of the ids of its sessions, in order.
    pub sessions: Vec<String>,
    /// Its learners.
    pub people: Vec<PersonId>,
}

impl ClassFixture {
    /// A running class that meets on these days, on an installation with these tables and routes.
    pub async fn start(schemas: &[Schema], routes: Routes, days: &[&str]) -> Self {
        Self::on(TestApp::start(schemas, |_| routes).await, days).await
    }

    /// As [`ClassFixture::start`], on an installation that is there.
    pub async fn on(app: TestApp, days: &[&str]) -> Self {
        let world = World::build(&app.platform).await;
        let plan = ClassPlan {
            days: days.iter().map(|day| (*day).to_owned()).collect(),
            status: "running".into(),
            ..ClassPlan::default()
        };
        let raw = world::class(&app.platform, &world.here, &plan).await;
        let people = world::learners(&app.platform, LEARNERS).await;
        roll::enroll(&app.platform, &world.here, raw, &people).await;
        Self {
            sessions: roll::sessions(&app.platform, raw).await,
            class: Id::<()>::from_raw(raw).to_string(),
            raw,
            app,
            world,
            people,
        }
    }

    /// Somebody of the class's school with this role.
    #[must_use]
    pub fn staff(&self, role: Role) -> Client {
        let here = &self.world.here;
        self.app
            .signed_in(staff(here.registrar, role, here.org, &here.path))
    }

    /// The school's registrar.
    #[must_use]
    pub fn registrar(&self) -> Client {
        self.staff(Role::Registrar)
    }

    /// The class's teacher.
    #[must_use]
    pub fn teacher(&self) -> Client {
        let here = &self.world.here;
        self.app
            .signed_in(staff(here.teacher, Role::Teacher, here.org, &here.path))
    }

    /// Somebody of the sibling street's school with this role, who must not see the class.
    #[must_use]
    pub fn sibling(&self, role: Role) -> Client {
        let there = &self.world.there;
        self.app
            .signed_in(staff(there.registrar, role, there.org, &there.path))
    }

    /// The sibling street's registrar and teacher.
    #[must_use]
    pub fn siblings(&self) -> [Client; 2] {
        let there = &self.world.there;
        let teacher = staff(there.teacher, Role::Teacher, there.org, &there.path);
        [self.sibling(Role::Registrar), self.app.signed_in(teacher)]
    }

    /// One of the learners.
    #[must_use]
    pub fn learner(&self, at: usize) -> Client {
        self.app.signed_in(learner(self.people[at]))
    }

    /// The one row of a statement without arguments.
    pub async fn one<T: FromRow>(&self, sql: &str) -> T {
        self.app
            .platform
            .db
            .query_one(sql, args![])
            .await
            .expect("one row")
    }

    /// Status and method on record of a learner at a session.
    pub async fn truth(&self, session: usize, person: usize) -> Option<(String, String)> {
        let sql = "SELECT status, method FROM attendance WHERE session_id = $1 AND person_id = $2";
        self.app
            .platform
            .db
            .query_opt(sql, args![self.session(session), self.people[person]])
            .await
            .expect("a truth")
    }

    /// Marks kept of a learner at a session.
    pub async fn traces(&self, session: usize, person: usize) -> i64 {
        let sql = "SELECT count(*) FROM attendance_mark WHERE session_id = $1 AND person_id = $2";
        self.app
            .platform
            .db
            .query_one(sql, args![self.session(session), self.people[person]])
            .await
            .expect("a count")
    }

    fn session(&self, at: usize) -> Id<()> {
        self.sessions[at].parse().expect("an id")
    }
}

//! What the tests of this crate share: an installation with the small world and its staff.

use crate::{ClassId, SCHEMA};
use platform::{Actor, Role};
use testkit::world::School;
use testkit::{Client, TestApp, World, staff};

/// An installation with the small world.
pub(crate) struct Town {
    pub(crate) app: TestApp,
    pub(crate) world: World,
}

impl Town {
    pub(crate) async fn start() -> Self {
        let schemas = [platform::SCHEMA, orgs::SCHEMA, people::SCHEMA, SCHEMA];
        let app = TestApp::start(&schemas, |_| crate::routes()).await;
        let world = World::build(&app.platform).await;
        Self { app, world }
    }

    pub(crate) fn registrar(&self, school: &School) -> Actor {
        staff(school.registrar, Role::Registrar, school.org, &school.path)
    }

    /// The head of the school: may review what the registrar or the teacher wrote.
    pub(crate) fn head(&self, school: &School) -> Actor {
        staff(
            kernel::Id::from_raw(77),
            Role::SchoolHead,
            school.org,
            &school.path,
        )
    }

    pub(crate) fn teacher(&self, school: &School) -> Actor {
        staff(school.teacher, Role::Teacher, school.org, &school.path)
    }

    /// Browsers of the registrar here and of the one in the sibling street.
    pub(crate) fn clerks(&self) -> (Client, Client) {
        (
            self.app.signed_in(self.registrar(&self.world.here)),
            self.app.signed_in(self.registrar(&self.world.there)),
        )
    }

    /// Sets the clock to the first day on which the usual class may be started by hand.
    pub(crate) fn two_weeks_before(&self) {
        let clock = &self.app.platform.clock;
        let day = "2027-02-15".parse().unwrap();
        let at = kernel::Instant::of_china(day, "09:00".parse().unwrap());
        clock.advance((at.millis() - clock.now().millis()) / 1000);
    }

    /// The usual class of the small world.
    pub(crate) async fn class(&self, plan: &testkit::world::ClassPlan) -> ClassId {
        ClassId::from_raw(testkit::world::class(&self.app.platform, &self.world.here, plan).await)
    }

    /// A number that a statement without arguments gives.
    pub(crate) async fn number(&self, sql: &str) -> i64 {
        self.app.platform.db.query_one(sql, &[]).await.unwrap()
    }

    /// A text that a statement without arguments gives.
    pub(crate) async fn text(&self, sql: &str) -> String {
        self.app.platform.db.query_one(sql, &[]).await.unwrap()
    }
}

/// Fields with some changed.
pub(crate) fn with<'a>(
    usual: &[(&'a str, &'a str)],
    changed: &[(&'a str, &'a str)],
) -> Vec<(&'a str, &'a str)> {
    let kept = usual
        .iter()
        .filter(|(name, _)| changed.iter().all(|(other, _)| other != name));
    kept.chain(changed).copied().collect()
}

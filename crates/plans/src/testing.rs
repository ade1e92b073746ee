//! The small world of the test kit with the people of this crate's tests.

use db::args;
use platform::Role;
use testkit::{Client, TestApp, World, staff};

/// Two sibling streets of one district with a school each.
pub struct Town {
    pub app: TestApp,
    pub world: World,
}

/// Tables of people that the test kit fills and this crate does not know.
const PEOPLE: db::Schema = db::Schema {
    domain: "people_for_tests",
    migrations: &[db::Migration {
        number: 1,
        name: "people",
        sql: include_str!("../../people/migrations/0001_people.sql"),
    }],
    org_owned: &[],
};

pub async fn town() -> Town {
    let schemas = [
        platform::SCHEMA,
        metrics::SCHEMA,
        orgs::SCHEMA,
        PEOPLE,
        crate::SCHEMA,
    ];
    let app = TestApp::start(&schemas, |platform| {
        let registry = metrics::Registry::new(&[orgs::metrics::DECLARED], orgs::metrics::tree).unwrap();
        crate::routes(&std::sync::Arc::new(metrics::Metrics::new(registry, platform)))
    })
    .await;
    let world = World::build(&app.platform).await;
    Town { app, world }
}

impl Town {
    /// Somebody with a post at the first school.
    pub fn school(&self, role: Role) -> Client {
        let school = &self.world.here;
        self.app
            .signed_in(staff(school.registrar, role, school.org, &school.path))
    }

    /// Somebody with a post at the school of the sibling street.
    pub fn sibling(&self, role: Role) -> Client {
        let school = &self.world.there;
        self.app
            .signed_in(staff(school.registrar, role, school.org, &school.path))
    }

    /// Somebody with a post over both streets.
    pub fn district(&self, role: Role) -> Client {
        let world = &self.world;
        self.app.signed_in(staff(
            world.here.registrar,
            role,
            world.district,
            &world.district_path,
        ))
    }

    /// Somebody with a post over the whole city.
    pub fn city(&self, role: Role) -> Client {
        let world = &self.world;
        self.app
            .signed_in(staff(world.there.registrar, role, world.city, &world.city_path))
    }

    /// Kinds of the events that begin so, in order.
    pub async fn events(&self, start: &str) -> Vec<String> {
        self.app
            .platform
            .db
            .query(
                "SELECT kind FROM event WHERE kind LIKE $1 ORDER BY id LIMIT 100",
                args![format!("{start}%")],
            )
            .await
            .unwrap()
    }
}

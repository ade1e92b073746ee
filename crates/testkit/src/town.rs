//! The small world with its people as they come to the router.

use crate::{Client, TestApp, World, staff};
use db::args;
use kernel::{OrgId, PersonId};
use platform::Role;

/// Tables of people, for crates that do not know them but whose small world has some.
pub const PEOPLE: db::Schema = db::Schema {
    domain: "people_for_tests",
    migrations: &[db::Migration {
        number: 1,
        name: "people",
        sql: include_str!("../../people/migrations/0001_people.sql"),
    }],
    org_owned: &[],
};

/// Two sibling streets of one district with a school each, and the installation they are in.
pub struct Town {
    /// The installation.
    pub app: TestApp,
    /// The small world.
    pub world: World,
}

impl Town {
    /// Builds the small world in an installation.
    pub async fn new(app: TestApp) -> Self {
        let world = World::build(&app.platform).await;
        Self { app, world }
    }

    fn at(&self, person: PersonId, role: Role, org: OrgId, path: &str) -> Client {
        self.app.signed_in(staff(person, role, org, path))
    }

    /// Somebody with a post at the first school.
    #[must_use]
    pub fn here(&self, role: Role) -> Client {
        let school = &self.world.here;
        self.at(school.registrar, role, school.org, &school.path)
    }

    /// Somebody with a post at the school of the sibling street.
    #[must_use]
    pub fn there(&self, role: Role) -> Client {
        let school = &self.world.there;
        self.at(school.registrar, role, school.org, &school.path)
    }

    /// Somebody with a post over the first street.
    #[must_use]
    pub fn street(&self, role: Role) -> Client {
        let (world, school) = (&self.world, &self.world.here);
        let path = format!("{}{}/", world.district_path, school.street);
        self.at(school.teacher, role, school.street, &path)
    }

    /// Somebody with a post over both streets.
    #[must_use]
    pub fn district(&self, role: Role) -> Client {
        let world = &self.world;
        self.at(world.here.teacher, role, world.district, &world.district_path)
    }

    /// Somebody with a post over the whole city.
    #[must_use]
    pub fn city(&self, role: Role) -> Client {
        let world = &self.world;
        self.at(world.there.teacher, role, world.city, &world.city_path)
    }

    /// Kinds of the events that begin so, in order.
    pub async fn events(&self, start: &str) -> Vec<String> {
        let sql = "SELECT kind FROM event WHERE kind LIKE $1 ORDER BY id LIMIT 200";
        let found = self.app.platform.db.query(sql, args![format!("{start}%")]).await;
        found.expect("the events")
    }
}

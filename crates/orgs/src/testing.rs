//! The small world of the test kit with the tables and addresses of this crate.

use crate::kinds;
use kernel::{Id, OrgId};
use testkit::{PEOPLE, TestApp};

pub use testkit::Town;

pub async fn town() -> Town {
    Town::new(TestApp::start(&[platform::SCHEMA, crate::SCHEMA, PEOPLE], |_| crate::routes()).await).await
}

/// The path of an organisation today.
pub async fn path(town: &Town, id: OrgId) -> String {
    let found = crate::tree::find(&town.app.platform.db, id).await;
    found.unwrap().path
}

/// The room of the first school.
pub fn room(town: &Town) -> Id<kinds::Room> {
    Id::from_raw(town.world.here.room)
}

/// A browser that is not signed in and asks for a page is sent to the sign-in page.
pub fn on_get(status: u16) -> u16 {
    if status == 401 { 303 } else { status }
}

//! The whole program on the small world, through its router.

mod cockpit;
mod erasure;
mod hub;
mod metrics;
mod paper;
mod retention;
mod statistics;

use crate::installation::Shared;
use crate::wiring;
use kernel::Id;
use platform::{Actor, Role, Routes};
use testkit::{ClassFixture, TestApp, staff};

/// A class that met twice and is over, in the whole program.
async fn class() -> ClassFixture {
    let empty = TestApp::start(wiring::SCHEMAS, |_| Routes::new()).await;
    let mut f = ClassFixture::on(empty, &["2026-11-14", "2026-11-21"]).await;
    let shared = Shared::start(&f.app.platform).await.unwrap();
    f.app = f.app.with_routes(wiring::routes(&shared));
    f
}

/// The head of the class's school.
fn head(f: &ClassFixture) -> Actor {
    let here = &f.world.here;
    staff(Id::from_raw(77), Role::SchoolHead, here.org, &here.path)
}

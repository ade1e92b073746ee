//! The whole program on the small world, through its router.

mod cockpit;
mod erasure;
mod hub;
mod lessons;
mod metrics;
mod paper;
mod retention;
mod statistics;

use crate::installation::Shared;
use crate::wiring;
use kernel::{Id, OrgId};
use platform::{Actor, Role, Routes};
use testkit::{ClassFixture, Client, TestApp, staff};

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

const PLAN: &str = "2026年闵行区终身教育工作要点\n\n一、办学\n1.办好学习点。新增学习点60个。\n\n闵行区教育局\n2026年1月12日\n";

/// Issues a plan of one task, on which nobody reported, for an organisation; gives its page.
pub(crate) async fn issue_plan(bureau: &Client, org: OrgId) -> String {
    let org = org.to_string();
    let fields = [("org", org.as_str()), ("text", PLAN)];
    let answer = bureau.upload("/desk/plans/new", &fields, "", b"").await;
    assert_eq!(answer.status, 303, "{}", answer.body);
    let plan = answer.location().split('?').next().unwrap().to_owned();
    let issue = format!("{plan}/issue");
    assert_eq!(bureau.submit(&issue, &issue, &[]).await.status, 303);
    plan
}

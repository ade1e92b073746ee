//! Who is behind, on the cockpit: returns past their deadline and tasks whose light is red, each for who may read them.

use super::issue_plan;
use crate::installation::Shared;
use crate::wiring;
use ::statistics::datasets::model::Over;
use ::statistics::datasets::{Definition, actions as datasets};
use ::statistics::returns::actions as returns;
use platform::Role;
use testkit::{TestApp, World, staff};

/// A monthly dataset: schools fill by the 10th of the next month, the district sums up.
const MONTHLY: &str = r#"
code = "monthly"
name = "月报"
edition = "2026"
valid_from = "2026-01-01"
basis = "derived"
source = "test"
period = "month"
[[levels]]
files = ["street_school"]
how = "fill"
checked_by = "district"
approved_by = "district"
due = { months = 1, day = 10 }
[[levels]]
files = ["district"]
how = "sum"
due = { months = 1, day = 20 }
[[tables]]
code = "A"
title = "月报"
source = "test"
rows = [{ code = "a", label = "活动", unit = "次", typed = true }]
columns = [{ code = "n", label = "数" }]
"#;

#[tokio::test(flavor = "multi_thread")]
async fn late_returns_and_red_tasks_are_on_the_cockpit() {
    let app = TestApp::start_with(wiring::SCHEMAS, async |platform| {
        wiring::routes(&Shared::start(platform).await.unwrap())
    })
    .await;
    let world = World::build(&app.platform).await;
    let actor = staff(
        world.here.registrar,
        Role::DistrictBureau,
        world.district,
        &world.district_path,
    );
    let bureau = app.signed_in(actor);
    let head = |school: &testkit::world::School| {
        app.signed_in(staff(
            school.registrar,
            Role::SchoolHead,
            school.org,
            &school.path,
        ))
    };
    let page = bureau.get("/desk/cockpit").await;
    assert!(
        page.status == 200 && !page.shows("逾期未报") && !page.shows("亮红灯"),
        "{}",
        page.body
    );
    issue_plan(&bureau, world.district).await;
    let ctx = app.system();
    let metrics = std::sync::Arc::new(wiring::metrics(&app.platform).unwrap());
    let definition = Definition::from_toml(MONTHLY).unwrap();
    let put = datasets::put(&ctx, &metrics, world.district, definition, (Over::Nothing, false))
        .await
        .unwrap();
    datasets::publish(&ctx, &metrics, put.version, 1).await.unwrap();
    let page = bureau.get("/desk/cockpit").await;
    assert!(
        !page.shows("逾期未报"),
        "October was over before the form was published"
    );
    let october = "2026-10".parse().unwrap();
    returns::open(&ctx, &metrics, put.version, world.here.org, october)
        .await
        .unwrap();
    let page = bureau.get("/desk/cockpit").await;
    assert!(
        page.shows("逾期未报的统计表") && page.shows("莘庄镇社区学校") && page.shows("七宝镇社区学校"),
        "{}",
        page.body
    );
    assert!(
        page.shows("亮红灯的任务") && page.shows("办好学习点"),
        "{}",
        page.body
    );
    // A school sees its own return, and no task of the district that it does not lead.
    let page = head(&world.here).get("/desk/cockpit").await;
    assert!(
        page.shows("逾期未报的统计表") && !page.shows("七宝镇社区学校") && !page.shows("亮红灯"),
        "{}",
        page.body
    );
}

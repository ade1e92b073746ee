//! What waits for whom, and who is late, through a small world.

use super::testing::{Season, act, season};
use crate::testing::small;
use orgs::tree::model::Change;
use platform::{Ctx, Role};
use serde_json::{Value, json};

/// The season with a monthly dataset that schools file by the 30th: eight days from the day of the tests.
async fn monthly() -> Season {
    let mut season = season().await;
    let toml = small()
        .replace("\"small\"", "\"monthly\"")
        .replace("period = \"year\"", "period = \"month\"")
        .replace("due = { months = 1, day = 20 }", "due = { months = 0, day = 30 }");
    season.publish(&toml).await;
    season
}

/// Titles with deadlines and addresses of what waits for a registrar of the first school.
async fn told(season: &Season) -> Vec<(String, String, String)> {
    let town = &season.town;
    let here = &town.world.here;
    let ctx = Ctx {
        actor: testkit::staff(here.registrar, Role::Registrar, here.org, &here.path).into(),
        ..town.app.system()
    };
    let found = super::waiting(&ctx).await.unwrap().into_iter();
    found
        .map(|one| (one.title, one.due.unwrap().to_string(), one.href))
        .collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn ones_own_return_waits_from_two_weeks_before_its_deadline() {
    let season = monthly().await;
    let town = &season.town;
    let list = format!(
        "/desk/returns?version={}&period=2026-11&state=none",
        season.version
    );
    let day = || "2026-11-30".to_owned();
    assert_eq!(
        told(&season).await,
        [("报表开始填报".to_owned(), day(), list.clone())],
        "the yearly one is due in a year, October was over when it was published"
    );
    let clerk = town.here(Role::Registrar);
    assert!(clerk.get(&list).await.shows("莘庄镇社区学校"));
    let body = json!({ "version": season.version, "org": town.world.here.org, "period": "2026-11" });
    let made = clerk.call(201, "POST", "/api/v1/returns", &body).await;
    let id = made["id"].as_str().unwrap().to_owned();
    let page = format!("/desk/returns/{id}");
    assert_eq!(told(&season).await, [("报表填好上报".to_owned(), day(), page)]);
    let typed = [
        ("T1_all_teams", "3"),
        ("T1_female_teams", "2"),
        ("T2_other_value", "1"),
    ];
    super::testing::save(&clerk, &id, &typed).await;
    act(&clerk, 204, &id, "file").await;
    assert_eq!(told(&season).await, []);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_request_waits_for_who_answers_it() {
    let season = season().await;
    let (town, bureau) = (&season.town, season.town.district(Role::DistrictBureau));
    let sum = super::testing::sum_of_two(&season).await;
    let ask = json!({ "elements": ["T1_female_teams"], "reason": "漏了一个队" });
    bureau
        .call(201, "POST", &format!("/api/v1/returns/{sum}/amendments"), &ask)
        .await;
    let world = &town.world;
    for (role, org, path, waits) in [
        (Role::DistrictBureau, world.district, &world.district_path, false),
        (Role::City, world.city, &world.city_path, true),
    ] {
        let ctx = Ctx {
            actor: testkit::staff(world.here.teacher, role, org, path).into(),
            ..town.app.system()
        };
        let found = super::waiting(&ctx).await.unwrap();
        let told = found.iter().any(|one| one.title == "报表更正申请待答复");
        assert_eq!(told, waits, "{role:?} {found:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn who_was_merged_is_not_late() {
    let season = monthly().await;
    let town = &season.town;
    let (here, there) = (&town.world.here, &town.world.there);
    let clerk = town.here(Role::Registrar);
    let body = json!({ "version": season.version, "org": here.org, "period": "2026-11" });
    clerk.call(201, "POST", "/api/v1/returns", &body).await;
    let ctx = town.app.system();
    let merged = Change {
        on: ctx.today(),
        reason: "两校合并".into(),
        version: 1,
    };
    orgs::tree::actions::merge(&ctx, here.org, there.org, &merged)
        .await
        .unwrap();
    town.app.platform.clock.set_offset(13 * 86_400);
    let bureau = town.district(Role::DistrictBureau);
    let list = format!("/api/v1/returns?version={}&period=2026-11", season.version);
    let read = bureau.call(200, "GET", &list, &Value::Null).await;
    let late = |name: &str| {
        let items = read["items"].as_array().unwrap();
        let one = items.iter().find(|one| one["org"]["name"] == name).unwrap();
        one["days_late"].clone()
    };
    assert_eq!(
        (late("莘庄镇社区学校"), late("七宝镇社区学校")),
        (Value::Null, json!(5)),
        "{read}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn the_cockpit_leads_to_the_lists_of_what_is_late() {
    let mut season = season().await;
    let mut lists = Vec::new();
    // Both schools and the district are late in two datasets: more than the cockpit shows.
    for code in ["one", "two"] {
        let toml = small()
            .replace("\"small\"", &format!("\"{code}\""))
            .replace("period = \"year\"", "period = \"month\"")
            .replace("due = { months = 1, day = 20 }", "due = { months = 0, day = 10 }")
            .replace("due = { months = 3, day = 31 }", "due = { months = 0, day = 15 }");
        season.publish(&toml).await;
        lists.push(format!(
            "/desk/returns?version={}&period=2026-11&state=late&org={}",
            season.version, season.town.world.district
        ));
    }
    let bureau = season.town.district(Role::DistrictBureau);
    let cockpit = bureau.get("/desk/cockpit").await;
    assert!(cockpit.shows("看全部逾期的"), "{}", cockpit.body);
    for list in lists {
        let body = cockpit.body.replace("&amp;", "&").replace("&#38;", "&");
        assert!(body.contains(&list), "{list} {body}");
        let shown = bureau.get(&list).await;
        assert!(
            shown.shows("迟 12 天") && shown.shows("迟 7 天"),
            "{}",
            shown.body
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_list_is_of_the_org_whose_cockpit_leads_to_it() {
    let season = season().await;
    let (town, bureau) = (&season.town, season.town.district(Role::DistrictBureau));
    let list = |org: &str| format!("/desk/returns?version={}&period=2026&org={org}", season.version);
    let street = bureau.get(&list(&town.world.here.street.to_string())).await;
    assert!(
        street.status == 200 && street.shows("莘庄镇社区学校"),
        "{}",
        street.body
    );
    assert!(street.shows("莘庄镇和下级"), "the page says so: {}", street.body);
    assert!(!street.shows("七宝镇"), "{}", street.body);
    // What is none, and what lies outside one's reach, is said, and everything is shown.
    for org in ["none".to_owned(), town.world.city.to_string()] {
        let told = bureau.get(&list(&org)).await;
        assert!(
            told.status == 422 && told.shows("没有找到要看的机构") && told.shows("七宝镇"),
            "{org}: {}",
            told.body
        );
    }
}

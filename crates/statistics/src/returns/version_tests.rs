//! Returns and the versions that they are filled by: which one is looked at, drafts, versions out of use; what is asked for
//! before a return is filed.

use super::store;
use super::testing::{act, cell, read, save, season};
use crate::testing::small;
use platform::{Event, Role};
use serde_json::{Value, json};
use testkit::Client;

/// The next version of the small dataset as a draft, with something said otherwise.
async fn draft(client: &Client, org: kernel::OrgId, from: &str, to: &str) -> String {
    let body = json!({ "org": org, "toml": small().replace(from, to) });
    let made = client.call(200, "POST", "/api/v1/datasets", &body).await;
    made["id"].as_str().unwrap().to_owned()
}

async fn publish(client: &Client, status: u16, version: &str) -> Value {
    let address = format!("/api/v1/datasets/{version}");
    let read = client.call(200, "GET", &address, &Value::Null).await;
    let seen = json!({ "version": read["version"] });
    client
        .call(status, "POST", &format!("{address}/publish"), &seen)
        .await
}

const YEAR: &str = "valid_from = \"2020-01-01\"";
const NEXT: &str = "valid_from = \"2027-01-01\"";

#[tokio::test(flavor = "multi_thread")]
async fn a_version_for_next_year_leaves_this_years_list_and_ends_the_earlier_one() {
    let season = season().await;
    let (clerk, city) = (season.town.here(Role::Registrar), season.town.city(Role::City));
    let next = draft(&city, season.town.world.city, YEAR, NEXT).await;
    publish(&city, 204, &next).await;
    let list = clerk.get("/desk/returns").await;
    assert!(
        list.status == 200 && list.shows("2026年") && list.shows("开始填报"),
        "{}",
        list.body
    );
    clerk.call(200, "GET", "/api/v1/returns", &Value::Null).await;
    let ahead = clerk.get(&format!("/desk/returns?version={next}")).await;
    assert!(ahead.status == 200 && ahead.shows("2027年"), "{}", ahead.body);
    let earlier = city.get(&format!("/desk/datasets/{}", season.version)).await;
    assert!(earlier.shows("到2027年1月1日前"), "{}", earlier.body);
    let told = clerk
        .get(&format!("/desk/returns?version={}&period=2027", season.version))
        .await;
    assert_eq!(told.status, 422, "each period has one version");
    // One more from the same day: nobody could say which is meant.
    let again = draft(&city, season.town.world.city, YEAR, NEXT).await;
    let told = publish(&city, 409, &again).await;
    assert_eq!(told["type"], "/problems/versions_overlap");
}

#[tokio::test(flavor = "multi_thread")]
async fn returns_of_a_version_out_of_use_keep_their_door() {
    let season = season().await;
    let (clerk, city) = (season.town.here(Role::Registrar), season.town.city(Role::City));
    let bureau = season.town.district(Role::DistrictBureau);
    let id = season.open(&clerk, season.town.world.here.org).await;
    let page = format!("/desk/datasets/{}", season.version);
    let retired = city
        .submit(&page, &format!("{page}/retire"), &[("reason", "换成新的表")])
        .await;
    assert_eq!(retired.status, 303, "{}", retired.body);
    let list = bureau.get("/desk/returns").await;
    assert!(
        list.body.contains(&format!("/desk/returns/{id}")) && list.shows("这一版已停用"),
        "{}",
        list.body
    );
    assert!(!list.shows("开始填报"), "{}", list.body);
    let body = json!({ "version": season.version, "org": season.town.world.there.org, "period": "2026" });
    let told = bureau.call(409, "POST", "/api/v1/returns", &body).await;
    assert_eq!(told["type"], "/problems/not_published");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_draft_is_not_filled_and_its_form_is_not_kept() {
    let season = season().await;
    let (clerk, city) = (season.town.here(Role::Registrar), season.town.city(Role::City));
    let school = season.town.world.here.org;
    let next = draft(&city, season.town.world.city, "\"small\"", "\"other\"").await;
    let body = json!({ "version": next, "org": school, "period": "2026" });
    let told = clerk.call(409, "POST", "/api/v1/returns", &body).await;
    assert_eq!(told["type"], "/problems/not_published");
    crate::returns::filled::form(&season.town.app.platform.db, next.parse().unwrap())
        .await
        .unwrap();
    let changed = small()
        .replace("\"small\"", "\"other\"")
        .replace("cells = [{ at = \"female.classes\", blank = true }]", "");
    let put = json!({ "org": season.town.world.city, "toml": changed, "version": 1 });
    city.call(200, "POST", "/api/v1/datasets", &put).await;
    publish(&city, 204, &next).await;
    let made = clerk.call(201, "POST", "/api/v1/returns", &body).await;
    let now = read(&clerk, made["id"].as_str().unwrap()).await;
    assert_eq!(
        now["cells"].as_array().unwrap().len(),
        8,
        "the cells that were published"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn sums_are_no_rest_and_what_stands_against_them_has_a_reason() {
    let season = season().await;
    let town = &season.town;
    let (clerk, bureau) = (town.here(Role::Registrar), town.district(Role::DistrictBureau));
    let sum = season.open(&bureau, town.world.district).await;
    let page = format!("/desk/returns/{sum}");
    let typed = [("v.T1_all_teams", ""), ("v.T1_female_teams", ""), ("rest", "0")];
    let answer = bureau
        .submit(&format!("{page}?table=T1"), &format!("{page}/cells"), &typed)
        .await;
    assert_eq!(answer.status, 303, "{}", answer.body);
    assert_eq!(
        cell(&read(&bureau, &sum).await, "T1_all_teams")["value"],
        Value::Null
    );
    // Typed while nothing was below; then something is.
    save(&bureau, &sum, &[("T1_all_teams", "5")]).await;
    let id = season.ready(&clerk, town.world.here.org).await;
    act(&clerk, 204, &id, "file").await;
    act(&bureau, 204, &id, "check").await;
    act(&bureau, 204, &id, "approve").await;
    bureau.post(&format!("{page}/refresh"), &[]).await;
    let now = read(&bureau, &sum).await;
    assert_eq!(cell(&now, "T1_all_teams")["origin"], "override");
    assert!(
        now["issues"].to_string().contains("和系统的数不同，请写明原因"),
        "{now}"
    );
    let told = act(&bureau, 409, &sum, "file").await;
    assert_eq!(told["type"], "/problems/not_ready");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_filed_is_not_computed_anew() {
    let season = season().await;
    let town = &season.town;
    let clerk = town.here(Role::Registrar);
    let id = season.ready(&clerk, town.world.here.org).await;
    act(&clerk, 204, &id, "file").await;
    let (of, tx) = (id.parse().unwrap(), town.app.system().begin().await.unwrap());
    let mut cells = store::cells(&tx, of).await.unwrap();
    cells.retain(|cell| cell.element == "T1_all_people");
    cells[0].value = Some(600_000);
    store::update_cells(&tx, of, &cells).await.unwrap();
    tx.commit(vec![Event::new("test.changed", "stat_return", of)])
        .await
        .unwrap();
    assert_eq!(cell(&read(&clerk, &id).await, "T2_size_value")["value"], "30");
    // The review lists the same cells again when a remark is wrong.
    let bureau = town.district(Role::DistrictBureau);
    let review = format!("/desk/returns/{id}/review?show=all");
    let back = [("k.T1_all_teams", "x")];
    let wrong = bureau
        .submit(&review, &format!("/desk/returns/{id}/send-back"), &back)
        .await;
    assert!(
        wrong.status == 422 && wrong.body.contains("name=\"show\" value=\"all\""),
        "{}",
        wrong.body
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_formula_that_waits_for_another_return_asks_for_a_note() {
    let season = season().await;
    let (clerk, city) = (season.town.here(Role::Registrar), season.town.city(Role::City));
    let toml = small().replace("\"small\"", "\"waits\"").replace(
        "\"T1_all_people / T1_all_classes\"",
        "'of[\"elsewhere\"].T1_a_n / T1_all_classes'",
    );
    let body = json!({ "org": season.town.world.city, "toml": toml });
    let made = city.call(200, "POST", "/api/v1/datasets", &body).await;
    let version = made["id"].as_str().unwrap().to_owned();
    publish(&city, 204, &version).await;
    let body = json!({ "version": version, "org": season.town.world.here.org, "period": "2026" });
    let made = clerk.call(201, "POST", "/api/v1/returns", &body).await;
    let id = made["id"].as_str().unwrap().to_owned();
    let typed = [
        ("T1_all_teams", "3"),
        ("T1_female_teams", "2"),
        ("T2_other_value", "1"),
    ];
    save(&clerk, &id, &typed).await;
    let now = read(&clerk, &id).await;
    assert!(
        now["issues"].to_string().contains("这一格算不出来，是空的"),
        "{now}"
    );
    let told = act(&clerk, 422, &id, "file").await;
    assert_eq!(testkit::wrong_fields(&told), ["note"]);
}

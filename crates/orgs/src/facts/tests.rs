//! Facts through the router.

use crate::testing::{on_get, town};
use platform::Role;
use serde_json::{Value, json};

fn fields<'a>(place: &'a str, version: &'a str) -> Vec<(&'a str, &'a str)> {
    vec![
        ("address", "学堂路 2 号"),
        ("phone", "021-60000001"),
        ("hours", "每天 9:00–17:00"),
        ("floor_area_m2", "2100"),
        ("place", place),
        ("step_free", "yes"),
        ("version", version),
    ]
}

#[tokio::test(flavor = "multi_thread")]
async fn facts_are_changed_by_their_own_staff_only_and_by_one_at_a_time() {
    let town = town().await;
    let path = format!("/desk/orgs/{}/facts", town.world.here.org);
    let clerk = town.here(Role::Registrar);
    assert!(clerk.get(&path).await.body.contains("学堂路 1 号"));
    let answer = clerk.post(&path, &fields("121.39,31.12", "1")).await;
    assert_eq!(answer.status, 303, "{}", answer.body);
    let page = clerk.get(answer.location()).await;
    assert!(
        page.shows("学堂路 2 号") && page.shows("2100 平方米") && page.shows("正式数据"),
        "{}",
        page.body
    );
    let answer = clerk.post(&path, &fields("121.39,31.12", "1")).await;
    assert!(
        answer.status == 409 && answer.shows("别人改过这个机构"),
        "{}",
        answer.body
    );
    let answer = clerk.post(&path, &fields("31.12,121.39", "2")).await;
    assert!(
        answer.status == 422 && answer.body.contains("31.12,121.39"),
        "{}",
        answer.body
    );
    for (client, status) in [
        (town.app.visitor(), 401),
        (town.here(Role::Teacher), 403),
        (town.there(Role::Registrar), 404),
    ] {
        assert_eq!(client.get(&path).await.status, on_get(status));
        assert_eq!(client.post(&path, &fields("", "2")).await.status, status);
    }
    let area = format!("/desk/orgs/{}/facts", town.world.here.street);
    assert_eq!(town.district(Role::City).get(&area).await.status, 409);
    assert_eq!(town.events("org.facts").await.len(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn programs_read_facts_and_write_them_back() {
    let town = town().await;
    let path = format!("/api/v1/orgs/{}/facts", town.world.here.org);
    let clerk = town.here(Role::Registrar);
    let mut facts = clerk.call(200, "GET", &path, &Value::Null).await;
    assert_eq!(
        (
            facts["lng"].as_f64(),
            facts["place_basis"].as_str(),
            facts["version"].as_i64()
        ),
        (Some(121.38), Some("demo"), Some(1))
    );
    facts["hours"] = json!("每天 9:00–17:00");
    clerk.call(204, "PUT", &path, &facts).await;
    let kept = clerk.call(200, "GET", &path, &Value::Null).await;
    assert_eq!(
        (
            kept["hours"].as_str(),
            kept["lng"].as_f64(),
            kept["place_basis"].as_str()
        ),
        (Some("每天 9:00–17:00"), Some(121.38), Some("demo")),
        "the place was not touched"
    );
    let late = clerk.call(409, "PUT", &path, &facts).await;
    assert_eq!(late["type"], "/problems/changed_meanwhile");
    for (body, fields) in [
        (json!({}), vec!["version"]),
        (json!({ "version": 2, "lng": 121.38 }), vec!["lng"]),
        (
            json!({ "version": 2, "phone": "问门卫", "floor_area_m2": 0 }),
            vec!["phone", "floor_area_m2"],
        ),
    ] {
        let told = clerk.call(422, "PUT", &path, &body).await;
        assert_eq!(testkit::wrong_fields(&told), fields, "{body}");
    }
    for (client, status) in [
        (town.app.visitor(), 401),
        (town.here(Role::Teacher), 403),
        (town.there(Role::Registrar), 404),
    ] {
        client.call(status, "GET", &path, &Value::Null).await;
        client.call(status, "PUT", &path, &kept).await;
    }
    let area = format!("/api/v1/orgs/{}/facts", town.world.here.street);
    town.district(Role::City).call(409, "PUT", &area, &kept).await;
}

//! Two people at once: nothing is said twice, nothing is overwritten unseen.

use super::{api, issued};
use crate::testing::town;
use platform::Role;
use serde_json::{Value, json};

#[tokio::test(flavor = "multi_thread")]
async fn what_is_so_already_is_answered_without_a_second_event() {
    let town = town().await;
    let (_, task) = issued(&town).await;
    let task = api(&task);
    let (one, two) = (
        town.district(Role::DistrictBureau),
        town.district(Role::DistrictBureau),
    );
    let milestone = json!({ "title": "完成选点", "due": "2026-12-01" });
    let made = one
        .call(201, "POST", &format!("{task}/milestones"), &milestone)
        .await;
    let reached = format!("{task}/milestones/{}/reached", made["id"].as_str().unwrap());
    let duty = format!("{task}/duties/{}", town.world.there.org);
    let state = format!("{task}/state");
    for (method, path, body, event) in [
        ("POST", &reached, Value::Null, "plan.milestone_reached"),
        ("PUT", &duty, json!({ "part": "helper" }), "plan.duty_set"),
        ("PUT", &state, json!({ "state": "done" }), "plan.task_done"),
        ("PUT", &state, json!({ "state": "open" }), "plan.task_reopened"),
        ("DELETE", &duty, Value::Null, "plan.duty_set"),
    ] {
        let before = town.events(event).await.len();
        tokio::join!(
            one.call(204, method, path, &body),
            two.call(204, method, path, &body)
        );
        assert_eq!(
            town.events(event).await.len(),
            before + 1,
            "{method} {path} {body}"
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn lights_are_chosen_in_place_of_those_that_were_seen() {
    let town = town().await;
    let (plan, _) = issued(&town).await;
    let path = format!("{}/lights", api(&plan));
    let bureau = town.district(Role::DistrictBureau);
    let shown = bureau.call(200, "GET", &path, &Value::Null).await;
    assert_eq!(
        (&shown["lights"], shown["choices"].as_array().map(Vec::len)),
        (&json!("jiangxi"), Some(3))
    );
    for (lights, seen, status) in [
        ("suqian", "jiangxi", 204),
        ("suqian", "jiangxi", 204),
        ("yichang", "jiangxi", 409),
        ("yichang", "suqian", 204),
        ("disco", "yichang", 422),
    ] {
        let body = json!({ "lights": lights, "seen": seen });
        let answer = bureau.call(status, "PUT", &path, &body).await;
        match status {
            409 => assert!(
                answer.to_string().contains("changed_meanwhile") && answer.to_string().contains("蓝黄红"),
                "{answer}"
            ),
            422 => assert_eq!(answer["errors"][0]["field"], "lights", "{answer}"),
            _ => {}
        }
    }
    assert_eq!(town.events("plan.lights_chosen").await.len(), 2);
    // The page keeps what it showed.
    let (page, form) = (format!("{plan}/progress"), format!("{plan}/lights"));
    let late = bureau
        .post(&form, &[("lights", "jiangxi"), ("seen", "suqian")])
        .await;
    assert!(
        late.status == 409 && late.shows("刚刚被别人改过"),
        "{}",
        late.body
    );
    let again = bureau.submit(&page, &form, &[("lights", "jiangxi")]).await;
    assert_eq!(again.status, 303, "{}", again.body);
}

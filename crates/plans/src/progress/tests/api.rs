//! The JSON of progress: each verb, who may not, a sibling's, wrong fields.

use super::{api, issued};
use crate::plans::tests::{TEXT, uploaded_for};
use crate::testing::{Town, town};
use platform::Role;
use serde_json::{Value, json};
use testkit::Client;

async fn get(client: &Client, path: &str) -> Value {
    client.call(200, "GET", path, &Value::Null).await
}

/// Names of the fields that are told wrong.
async fn wrong(client: &Client, method: &str, path: &str, body: Value) -> Vec<String> {
    let answer = client.call(422, method, path, &body).await;
    let errors = answer["errors"].as_array().cloned().unwrap_or_default();
    errors
        .iter()
        .filter_map(|error| error["field"].as_str().map(str::to_owned))
        .collect()
}

/// The first target of the first task of a plan.
async fn target(client: &Client, plan: &str) -> String {
    let all = get(client, &format!("{}/targets", api(plan))).await;
    all["items"][0]["id"].as_str().unwrap().to_owned()
}

/// An issued plan of the sibling street with its first task.
async fn siblings(town: &Town) -> (String, String) {
    let bureau = town.district(Role::DistrictBureau);
    let plan = uploaded_for(&bureau, &town.world.there.street.to_string(), TEXT).await;
    let issue = format!("{plan}/issue");
    assert_eq!(bureau.submit(&issue, &issue, &[]).await.status, 303);
    let tasks = get(&bureau, &format!("{}/tasks", api(&plan))).await;
    (api(&plan), tasks["items"][0]["id"].as_str().unwrap().to_owned())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_slip_goes_its_way_as_json() {
    let town = town().await;
    let (plan, task) = issued(&town).await;
    let (slips, plan) = (format!("{}/slips", api(&task)), api(&plan));
    let (bureau, head) = (town.district(Role::DistrictBureau), town.here(Role::SchoolHead));
    let sibling = town.there(Role::SchoolHead);
    let lead = town.world.here.org.to_string();
    let body = json!({ "org": lead, "words": "请说明滞后的原因", "due": "2026-11-30" });
    head.call(403, "POST", &slips, &body).await;
    for (field, value) in [
        ("words", json!("说")),
        ("due", json!("2026-11-01")),
        ("due", json!("明天")),
        ("org", json!(town.world.there.org.to_string())),
    ] {
        let mut bad = body.clone();
        bad[field] = value;
        assert_eq!(wrong(&bureau, "POST", &slips, bad).await, [field]);
    }
    let made = bureau.call(201, "POST", &slips, &body).await;
    let slip = format!("{plan}/slips/{}", made["id"].as_str().unwrap());
    let (receive, reply, close) = (
        format!("{slip}/receive"),
        format!("{slip}/reply"),
        format!("{slip}/close"),
    );
    let words = json!({ "reply": "场地刚装修好" });
    // Another school neither reads the slip nor answers it; the bureau does not answer its own.
    assert_eq!(get(&sibling, &slips).await["items"], json!([]));
    for client in [&sibling, &bureau] {
        client.call(404, "POST", &receive, &Value::Null).await;
        client.call(404, "POST", &reply, &words).await;
    }
    head.call(403, "POST", &close, &Value::Null).await;
    head.call(204, "POST", &receive, &Value::Null).await;
    assert_eq!(
        wrong(&head, "POST", &reply, json!({ "reply": "" })).await,
        ["reply"]
    );
    head.call(204, "POST", &reply, &words).await;
    let shown = get(&head, &slips).await["items"][0].clone();
    assert_eq!(
        (
            &shown["reply"],
            &shown["yours"],
            &shown["org"]["id"],
            &shown["closed_at"]
        ),
        (&json!("场地刚装修好"), &json!(true), &json!(lead), &Value::Null)
    );
    assert!(shown["received_at"].is_string() && shown["replied_at"].is_string());
    bureau.call(204, "POST", &close, &Value::Null).await;
    bureau.call(409, "POST", &close, &Value::Null).await;
    head.call(409, "POST", &reply, &words).await;
    assert_eq!(town.events("plan.slip").await.len(), 4);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_change_is_asked_for_and_decided_as_json() {
    let town = town().await;
    let (plan, task) = issued(&town).await;
    let (bureau, head) = (town.district(Role::DistrictBureau), town.here(Role::SchoolHead));
    let sibling = town.there(Role::SchoolHead);
    let target = target(&bureau, &plan).await;
    let (changes, plan) = (format!("{}/changes", api(&task)), api(&plan));
    let body = json!({ "target": target, "value": "50", "reason": "两处场地被征用" });
    sibling.call(403, "POST", &changes, &body).await;
    for (bad, field) in [
        (
            json!({ "target": target, "value": "许多", "reason": "两处场地被征用" }),
            "value",
        ),
        (json!({ "value": "50", "reason": "两处场地被征用" }), "target"),
        (json!({ "reason": "两处场地被征用" }), "value"),
        (json!({ "due": "2026-12-20", "reason": "短" }), "reason"),
        (json!({ "due": "2026-12-20" }), "reason"),
    ] {
        assert_eq!(wrong(&head, "POST", &changes, bad).await, [field]);
    }
    let made = head.call(201, "POST", &changes, &body).await;
    let change = format!("{plan}/changes/{}", made["id"].as_str().unwrap());
    assert_eq!(get(&sibling, &changes).await["items"], json!([]));
    let shown = get(&bureau, &changes).await["items"][0].clone();
    assert_eq!(
        (
            &shown["old_value"],
            &shown["value"],
            &shown["verdict"],
            &shown["target"]
        ),
        (&json!(60), &json!(50), &json!("waiting"), &json!(target))
    );
    let approved = json!({ "verdict": "approved" });
    head.call(403, "PUT", &change, &approved).await;
    for (bad, field) in [
        (json!({ "verdict": "refused" }), "note"),
        (json!({ "verdict": "waiting" }), "verdict"),
        (json!({ "verdict": "perhaps" }), "verdict"),
    ] {
        assert_eq!(wrong(&bureau, "PUT", &change, bad).await, [field]);
    }
    bureau.call(204, "PUT", &change, &approved).await;
    bureau.call(409, "PUT", &change, &approved).await;
    let now = get(&bureau, &format!("{plan}/targets")).await;
    assert_eq!(now["items"][0]["value"], json!(50));
}

#[tokio::test(flavor = "multi_thread")]
async fn milestones_as_json() {
    let town = town().await;
    let (_, task) = issued(&town).await;
    let task = api(&task);
    let head = town.here(Role::SchoolHead);
    let sibling = town.there(Role::SchoolHead);
    let milestones = format!("{task}/milestones");
    let body = json!({ "title": "完成选点", "due": "2026-12-01" });
    sibling.call(403, "POST", &milestones, &body).await;
    assert_eq!(
        wrong(
            &head,
            "POST",
            &milestones,
            json!({ "title": "点", "due": "2026-12-01" })
        )
        .await,
        ["title"]
    );
    assert_eq!(
        wrong(
            &head,
            "POST",
            &milestones,
            json!({ "title": "完成选点", "due": "12月" })
        )
        .await,
        ["due"]
    );
    let made = head.call(201, "POST", &milestones, &body).await;
    let reached = format!("{milestones}/{}/reached", made["id"].as_str().unwrap());
    sibling.call(403, "POST", &reached, &Value::Null).await;
    let none = format!("{milestones}/{}/reached", town.world.city);
    head.call(404, "POST", &none, &Value::Null).await;
    head.call(204, "POST", &reached, &Value::Null).await;
    let shown = get(&sibling, &milestones).await;
    assert_eq!(
        (&shown["items"][0]["title"], &shown["items"][0]["reached_on"]),
        (&json!("完成选点"), &json!("2026-11-22"))
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn duties_and_states_as_json() {
    let town = town().await;
    let (plan, task) = issued(&town).await;
    let (task, tasks) = (api(&task), format!("{}/tasks", api(&plan)));
    let (bureau, head) = (town.district(Role::DistrictBureau), town.here(Role::SchoolHead));
    let helper = json!({ "part": "helper" });
    let duty = format!("{task}/duties/{}", town.world.there.org);
    head.call(403, "PUT", &duty, &helper).await;
    head.call(403, "DELETE", &duty, &Value::Null).await;
    assert_eq!(
        wrong(&bureau, "PUT", &duty, json!({ "part": "boss" })).await,
        ["part"]
    );
    let above = format!("{task}/duties/{}", town.world.city);
    bureau.call(404, "PUT", &above, &helper).await;
    bureau.call(204, "PUT", &duty, &helper).await;
    let named = get(&bureau, &tasks).await["items"][0]["helpers"].clone();
    assert_eq!(named[0]["id"], json!(town.world.there.org.to_string()));
    bureau.call(204, "DELETE", &duty, &Value::Null).await;
    assert_eq!(get(&bureau, &tasks).await["items"][0]["helpers"], json!([]));

    let state = format!("{task}/state");
    let done = json!({ "state": "done" });
    head.call(403, "PUT", &state, &done).await;
    for bad in ["carried", "half"] {
        assert_eq!(
            wrong(&bureau, "PUT", &state, json!({ "state": bad })).await,
            ["state"]
        );
    }
    bureau.call(204, "PUT", &state, &done).await;
    let shown = get(&head, &tasks).await["items"][0].clone();
    assert_eq!(
        (&shown["state"], &shown["percent"]),
        (&json!("done"), &json!(100))
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_target_stands_by_its_metric_or_by_what_was_typed() {
    let town = town().await;
    let (plan, task) = issued(&town).await;
    let (bureau, head) = (town.district(Role::DistrictBureau), town.here(Role::SchoolHead));
    let target = target(&bureau, &plan).await;
    let standing = format!("{}/targets/{target}", api(&plan));
    let shown = get(&bureau, &standing).await;
    assert_eq!(
        (&shown["source"], &shown["value"], &shown["percent"]),
        (&json!("metric"), &json!(0), &json!(0)),
        "{shown}"
    );
    // Who may not read the figure is told the percent.
    let blind = get(&head, &standing).await;
    assert_eq!((&blind["value"], &blind["percent"]), (&Value::Null, &json!(0)));
    // The form of a report says that what is typed will not count.
    assert!(head.get(&task).await.shows("（按指标自动算）"));

    let binding = format!("{standing}/binding");
    let typed = json!({ "metric": null, "growth": true });
    head.call(403, "PUT", &binding, &typed).await;
    for (bad, field) in [
        (json!({ "metric": "nonsense", "growth": true }), "metric"),
        (json!({ "metric": null }), "growth"),
        (
            json!({ "metric": null, "growth": true, "kind": "类".repeat(41) }),
            "kind",
        ),
        // A kind that the metric does not have would count nothing for ever.
        (
            json!({ "metric": "sites.by_kind", "growth": true, "kind": "nonsense" }),
            "kind",
        ),
    ] {
        assert_eq!(wrong(&bureau, "PUT", &binding, bad).await, [field]);
    }
    bureau.call(204, "PUT", &binding, &typed).await;
    assert!(!head.get(&task).await.shows("（按指标自动算）"));
    let report = json!({ "words": "已新增 57 个", "target": target, "value": "57" });
    head.call(201, "POST", &format!("{}/reports", api(&task)), &report)
        .await;
    let shown = get(&head, &standing).await;
    assert_eq!(
        (
            &shown["source"],
            &shown["value"],
            &shown["percent"],
            &shown["binding"]
        ),
        (
            &json!("typed"),
            &json!(57),
            &json!(95),
            &json!({ "metric": null, "kind": "", "growth": true })
        ),
        "{shown}"
    );
    assert!(shown["remark"].as_str().unwrap().starts_with("自填"));
    assert_eq!(shown["forecast"], json!("按目前进度，到12月可以完成。"));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_of_a_siblings_plan_is_not_there() {
    let town = town().await;
    let (plan, task) = issued(&town).await;
    let own = api(&plan);
    let (other, foreign) = siblings(&town).await;
    let head = town.here(Role::SchoolHead);
    let bureau = town.district(Role::DistrictBureau);
    let target = target(&bureau, &plan).await;
    for noun in ["milestones", "slips", "changes"] {
        // A plan of the sibling street; a task of that plan below one's own, also for who reads both.
        let path = format!("{other}/tasks/{foreign}/{noun}");
        head.call(404, "GET", &path, &Value::Null).await;
        assert_eq!(get(&bureau, &path).await["items"], json!([]));
        let path = format!("{own}/tasks/{foreign}/{noun}");
        bureau.call(404, "GET", &path, &Value::Null).await;
    }
    head.call(404, "GET", &format!("{other}/lights"), &Value::Null)
        .await;
    bureau
        .call(404, "GET", &format!("{other}/targets/{target}"), &Value::Null)
        .await;
    let binding = json!({ "metric": null, "growth": true });
    bureau
        .call(404, "PUT", &format!("{other}/targets/{target}/binding"), &binding)
        .await;
    let mine = task.rsplit('/').next().unwrap();
    let done = json!({ "state": "done" });
    bureau
        .call(404, "PUT", &format!("{other}/tasks/{mine}/state"), &done)
        .await;
    // A bureau of the sibling street manages only its own plan.
    let school = &town.world.there;
    let street = town.app.signed_in(testkit::staff(
        school.registrar,
        Role::DistrictBureau,
        school.street,
        &school.path,
    ));
    street
        .call(404, "PUT", &format!("{own}/tasks/{mine}/state"), &done)
        .await;
    let lights = json!({ "lights": "suqian", "seen": "jiangxi" });
    street.call(404, "PUT", &format!("{own}/lights"), &lights).await;
    assert!(town.events("plan.task_done").await.is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn reports_of_an_earlier_year_do_not_count_for_what_returns() {
    let town = town().await;
    let (plan, task) = issued(&town).await;
    let bureau = town.district(Role::DistrictBureau);
    let head = town.here(Role::SchoolHead);
    let target = target(&bureau, &plan).await;
    let binding = json!({ "metric": null, "growth": true });
    bureau
        .call(
            204,
            "PUT",
            &format!("{}/targets/{target}/binding", api(&plan)),
            &binding,
        )
        .await;
    let report = json!({ "words": "已新增 57 个", "target": target, "value": "57", "percent": 90 });
    head.call(201, "POST", &format!("{}/reports", api(&task)), &report)
        .await;
    let standing = format!("{}/targets/{target}", api(&plan));
    assert_eq!(get(&head, &standing).await["percent"], json!(95));
    // The plan is one of three years, and the report was written in the year before.
    let id: crate::PlanTaskId = task.rsplit('/').next().unwrap().parse().unwrap();
    let tx = town.app.platform.db.begin().await.unwrap();
    for sql in [
        "UPDATE plan_task SET window_from = '04-01', window_to = '12-20', every_year = TRUE WHERE id = $1",
        "UPDATE plan SET starts_on = '2025-01-01', ends_on = '2027-12-31' WHERE id = (SELECT plan_id FROM plan_task WHERE id = $1) {unscoped: test}",
        "UPDATE plan_report SET reported_at = '2025-11-22T01:00:00.000Z' WHERE task_id = $1",
    ] {
        tx.exec(sql, db::args![id]).await.unwrap();
    }
    tx.finish().await.unwrap();
    let shown = get(&head, &standing).await;
    assert_eq!(
        (&shown["source"], &shown["percent"]),
        (&json!("nothing"), &Value::Null),
        "{shown}"
    );
    let tasks = get(&head, &format!("{}/tasks", api(&plan))).await;
    assert_eq!(tasks["items"][0]["percent"], Value::Null);
    // It is still there to be read.
    assert!(head.get(&task).await.shows("已新增 57 个"));
}

//! Tasks that return every year: each year is a time of its own.

use super::{NEXT, after, api, issued};
use crate::plans::tests::uploaded_for;
use crate::testing::{Town, town};
use platform::Role;
use serde_json::{Value, json};

/// Makes the plan one of these days, its first task one that returns every year, and what was said of it so old.
async fn returns(town: &Town, task: &str, days: (&str, &str), said: &str) {
    let id: crate::PlanTaskId = task.rsplit('/').next().unwrap().parse().unwrap();
    let tx = town.app.platform.db.begin().await.unwrap();
    let task = "UPDATE plan_task SET window_from = '', window_to = '', every_year = TRUE WHERE id = $1";
    tx.exec(task, db::args![id]).await.unwrap();
    let plan = "UPDATE plan SET starts_on = $2, ends_on = $3 WHERE id = (SELECT plan_id FROM plan_task WHERE id = $1) {unscoped: test}";
    tx.exec(plan, db::args![id, days.0, days.1]).await.unwrap();
    for sql in [
        "UPDATE plan_state SET at = $2 WHERE task_id = $1",
        "UPDATE plan_report SET reported_at = $2 WHERE task_id = $1",
    ] {
        tx.exec(sql, db::args![id, said]).await.unwrap();
    }
    tx.finish().await.unwrap();
}

async fn first(town: &Town, plan: &str) -> Value {
    let bureau = town.district(Role::DistrictBureau);
    let tasks = bureau
        .call(200, "GET", &format!("{}/tasks", api(plan)), &Value::Null)
        .await;
    tasks["items"][0].clone()
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_done_last_year_is_to_be_done_again() {
    let town = town().await;
    let (plan, task) = issued(&town).await;
    let bureau = town.district(Role::DistrictBureau);
    let done = [("state", "done")];
    assert_eq!(bureau.post(&format!("{task}/done"), &done).await.status, 303);
    let waits = async || {
        let here = &town.world.here;
        let head = testkit::staff(here.registrar, Role::SchoolHead, here.org, &here.path);
        let all = super::super::waiting(&town.app.ctx(head)).await.unwrap();
        all.iter().any(|one| one.title.starts_with("填报本月进度"))
    };
    let three = ("2025-01-01", "2027-12-31");
    // Done in this year.
    returns(&town, &task, three, "2026-03-01T01:00:00.000Z").await;
    assert_eq!(
        (first(&town, &plan).await["state"].clone(), waits().await),
        (json!("done"), false)
    );
    // Done in the year before: open again, waiting for a report, and carried over if nobody does it.
    returns(&town, &task, three, "2025-11-22T01:00:00.000Z").await;
    assert_eq!(
        (first(&town, &plan).await["state"].clone(), waits().await),
        (json!("open"), true)
    );
    assert!(bureau.get(&task).await.shows("这项任务已完成"));
    assert_eq!(bureau.post(&format!("{task}/done"), &done).await.status, 303);
    assert_eq!(first(&town, &plan).await["state"], json!("done"));
    assert_eq!(town.events("plan.task_done").await.len(), 2);
    returns(&town, &task, three, "2025-11-22T01:00:00.000Z").await;
    let next = uploaded_for(&bureau, &town.world.district.to_string(), NEXT).await;
    let (into, id) = (next.rsplit('/').next().unwrap(), task.rsplit('/').next().unwrap());
    let form = [("into", into), ("task", id)];
    assert_eq!(bureau.post(&format!("{plan}/carry"), &form).await.status, 303);
    assert_eq!(first(&town, &plan).await["state"], json!("carried"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_plan_of_one_school_year_keeps_its_reports_across_the_new_year() {
    let town = town().await;
    let (plan, task) = issued(&town).await;
    let head = town.here(Role::SchoolHead);
    let target = after(&head.get(&task).await.body, "/targets/", '"');
    let bureau = town.district(Role::DistrictBureau);
    let typed = [("metric", ""), ("counts", "growth"), ("kind", "")];
    let path = format!("{plan}/targets/{target}");
    assert_eq!(bureau.post(&path, &typed).await.status, 303);
    let report = json!({ "words": "已新增 57 个", "target": target, "value": "57" });
    head.call(201, "POST", &format!("{}/reports", api(&task)), &report)
        .await;
    let standing = format!("{}/targets/{target}", api(&plan));
    for (days, percent) in [
        // Today is in November 2026, the report was written a year before.
        (("2025-12-01", "2026-11-30"), json!(95)),
        (("2025-12-01", "2028-11-30"), json!(95)),
        (("2025-11-01", "2028-10-31"), Value::Null),
    ] {
        returns(&town, &task, days, "2025-12-10T01:00:00.000Z").await;
        let shown = head.call(200, "GET", &standing, &Value::Null).await;
        assert_eq!(shown["percent"], percent, "{days:?} {shown}");
    }
}

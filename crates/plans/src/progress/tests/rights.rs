//! For whom somebody speaks on a task: who looks over a lead is not the lead.

use super::{after, api, issued, slip};
use crate::testing::town;
use platform::Role;
use serde_json::json;

#[tokio::test(flavor = "multi_thread")]
async fn who_looks_over_a_lead_neither_reports_as_it_nor_answers_its_slip() {
    let town = town().await;
    let (plan, task) = issued(&town).await;
    let bureau = town.district(Role::DistrictBureau);
    slip(&town, &task).await;
    let page = bureau.get(&task).await;
    assert!(
        page.shows("还没有签收") && !page.shows("签收这张督办单") && !page.shows("回复这张督办单"),
        "{}",
        page.body
    );
    let head = town.here(Role::SchoolHead);
    let slip = after(&head.get(&task).await.body, "/slips/", '/');
    let path = format!("{plan}/slips/{slip}");
    assert_eq!(bureau.post(&format!("{path}/receive"), &[]).await.status, 404);
    let reply = [("reply", "我替他们回复")];
    assert_eq!(bureau.post(&format!("{path}/reply"), &reply).await.status, 404);
    let world = &town.world;
    let actor = testkit::staff(
        world.here.registrar,
        Role::DistrictBureau,
        world.district,
        &world.district_path,
    );
    let waits = super::super::waiting(&town.app.ctx(actor)).await.unwrap();
    assert!(!waits.iter().any(|one| one.title.starts_with("回复督办单")));
    // The bureau may report on its own plan: as itself.
    let body = json!({ "words": "局里了解到的进展", "percent": 40 });
    bureau
        .call(201, "POST", &format!("{}/reports", api(&task)), &body)
        .await;
    let page = bureau.get(&task).await;
    assert!(page.body.contains("闵行区</b>，完成 40%"), "{}", page.body);
    let body = json!({ "words": "学校自己的进展", "percent": 50 });
    head.call(201, "POST", &format!("{}/reports", api(&task)), &body)
        .await;
    let page = head.get(&task).await;
    assert!(
        page.body.contains("莘庄镇社区学校</b>，完成 50%"),
        "{}",
        page.body
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_bureau_that_leads_itself_answers_its_own_slip() {
    let town = town().await;
    let (plan, task) = issued(&town).await;
    let bureau = town.district(Role::DistrictBureau);
    let own = town.world.district.to_string();
    let duty = [("org", own.as_str()), ("part", "lead")];
    assert_eq!(bureau.post(&format!("{task}/duty"), &duty).await.status, 303);
    let form = [
        ("org", own.as_str()),
        ("slip_words", "请自己说明原因"),
        ("slip_due", "2026-11-30"),
    ];
    assert_eq!(bureau.post(&format!("{task}/slip"), &form).await.status, 303);
    let page = bureau.get(&task).await;
    let slip = after(&page.body, "/slips/", '/');
    let answer = bureau
        .post(&format!("{plan}/slips/{slip}/reply"), &[("reply", "已经补上")])
        .await;
    assert_eq!(answer.status, 303, "{}", answer.body);
}

#[tokio::test(flavor = "multi_thread")]
async fn who_works_below_a_lead_neither_reports_as_it_nor_answers_its_slip() {
    let town = town().await;
    let (plan, task) = issued(&town).await;
    let bureau = town.district(Role::DistrictBureau);
    let (own, school) = (town.world.district.to_string(), town.world.here.org.to_string());
    for (org, part) in [(&own, "lead"), (&school, "")] {
        let duty = [("org", org.as_str()), ("part", part)];
        assert_eq!(bureau.post(&format!("{task}/duty"), &duty).await.status, 303);
    }
    let form = [
        ("org", own.as_str()),
        ("slip_words", "请局里说明原因"),
        ("slip_due", "2026-11-30"),
    ];
    assert_eq!(bureau.post(&format!("{task}/slip"), &form).await.status, 303);
    let slip = after(&bureau.get(&task).await.body, "/slips/", '/');
    let head = town.here(Role::SchoolHead);
    let page = head.get(&task).await;
    assert!(
        page.status == 200 && !page.shows("填报这次进展") && !page.shows("回复这张督办单"),
        "{}",
        page.body
    );
    let body = json!({ "words": "我替区里填报", "percent": 90 });
    head.call(403, "POST", &format!("{}/reports", api(&task)), &body)
        .await;
    let fields = [("words", "我替区里填报"), ("percent", "90")];
    let answer = head.upload(&format!("{task}/report"), &fields, "", b"").await;
    assert_eq!(answer.status, 403);
    let milestone = [("title", "节点"), ("milestone_due", "2026-12-01")];
    let change = [("change_due", "2026-12-20"), ("reason", "我替区里申请")];
    for (path, form) in [("milestone", milestone), ("change", change)] {
        assert_eq!(
            head.post(&format!("{task}/{path}"), &form).await.status,
            403,
            "{path}"
        );
    }
    let reply = [("reply", "我替区里回复")];
    let answer = head.post(&format!("{plan}/slips/{slip}/reply"), &reply).await;
    assert_eq!(answer.status, 404);
    for event in [
        "plan.task_reported",
        "plan.milestone",
        "plan.change",
        "plan.slip_replied",
    ] {
        assert!(town.events(event).await.is_empty(), "{event}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn names_that_swap_their_organisations_lose_neither() {
    let town = town().await;
    let text = crate::plans::tests::TEXT.replace("2.开展展演。", "2.开展展演。（责任单位：甲校、乙校）");
    let bureau = town.district(Role::DistrictBureau);
    let plan = crate::plans::tests::uploaded_for(&bureau, &town.world.district.to_string(), &text).await;
    let issue = format!("{plan}/issue");
    assert_eq!(bureau.submit(&issue, &issue, &[]).await.status, 303);
    let (here, there) = (town.world.here.org.to_string(), town.world.there.org.to_string());
    for (first, second, seen) in [(&here, &there, ("", "")), (&there, &here, (&*here, &*there))] {
        let form = [
            ("name", "甲校"),
            ("seen", seen.0),
            ("org", first.as_str()),
            ("name", "乙校"),
            ("seen", seen.1),
            ("org", second.as_str()),
        ];
        let saved = bureau.post(&format!("{plan}/parties"), &form).await;
        assert_eq!(saved.status, 303, "{}", saved.body);
    }
    let tasks = bureau
        .call(
            200,
            "GET",
            &format!("{}/tasks", api(&plan)),
            &serde_json::Value::Null,
        )
        .await;
    let named = |task: &serde_json::Value| {
        let of = |part: &str| task[part].as_array().map_or(0, Vec::len);
        of("leads") + of("helpers")
    };
    let most = tasks["items"].as_array().unwrap().iter().map(named).max();
    assert_eq!(most, Some(2), "{tasks}");
}

#[tokio::test(flavor = "multi_thread")]
async fn percent_and_light_are_the_same_for_whoever_looks() {
    let town = town().await;
    let text = crate::plans::tests::TEXT.replace("，老年人参与率达到70%以上", "");
    let bureau = town.district(Role::DistrictBureau);
    let plan = crate::plans::tests::uploaded_for(&bureau, &town.world.district.to_string(), &text).await;
    let issue = format!("{plan}/issue");
    assert_eq!(bureau.submit(&issue, &issue, &[]).await.status, 303);
    let path = format!("{}/tasks", api(&plan));
    let mut seen = Vec::new();
    for client in [bureau, town.here(Role::SchoolHead)] {
        let tasks = client.call(200, "GET", &path, &serde_json::Value::Null).await;
        let first = tasks["items"][0].clone();
        // The metric of learning points says that none is there, to whoever may not read it too.
        assert_eq!((&first["percent"], &first["typed"]), (&json!(0), &json!(false)));
        seen.push((first["percent"].clone(), first["light"].clone()));
        let id = first["id"].as_str().unwrap().to_owned();
        let page = client.get(&format!("{plan}/tasks/{id}")).await;
        let figure = page.shows("现在 0 个（还没有录入）");
        assert_eq!(figure, seen.len() == 1, "{}", page.body);
    }
    assert_eq!(seen[0], seen[1]);
}

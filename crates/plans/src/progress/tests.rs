//! Progress through the router: leads named, reported, lit, slips, changes, carried over; forbidden; a sibling's.

mod api;
mod meanwhile;
mod rights;
mod twice;
mod typed;
mod years;

use crate::plans::tests::{TEXT, uploaded_for};
use crate::testing::{Town, town};
use platform::Role;
use serde_json::{Value, json};

const NEXT: &str =
    "2027年某区终身教育工作要点\n\n一、办学\n1.开好班。新增班级10个。\n\n某区教育局\n2027年1月12日\n";

/// An issued plan of the district, its first task led by the first street, and the address of that task.
async fn issued(town: &Town) -> (String, String) {
    let bureau = town.district(Role::DistrictBureau);
    let plan = uploaded_for(&bureau, &town.world.district.to_string(), TEXT).await;
    let issue = format!("{plan}/issue");
    assert_eq!(bureau.submit(&issue, &issue, &[]).await.status, 303);
    let tasks = bureau
        .call(200, "GET", &format!("{}/tasks", api(&plan)), &Value::Null)
        .await;
    let task = tasks["items"][0]["id"].as_str().unwrap();
    let task = format!("{plan}/tasks/{task}");
    let lead = town.world.here.org.to_string();
    let given = bureau
        .post(&format!("{task}/duty"), &[("org", &lead), ("part", "lead")])
        .await;
    assert_eq!(given.status, 303, "{}", given.body);
    (plan, task)
}

/// Sends a slip on a task to the first school, which leads it.
async fn slip(town: &Town, task: &str) {
    let bureau = town.district(Role::DistrictBureau);
    let lead = town.world.here.org.to_string();
    let form = [
        ("org", lead.as_str()),
        ("slip_words", "请说明滞后的原因"),
        ("slip_due", "2026-11-30"),
    ];
    assert_eq!(bureau.post(&format!("{task}/slip"), &form).await.status, 303);
}

/// What stands in a page behind some words, up to a letter.
fn after(page: &str, words: &str, end: char) -> String {
    let rest = page.split(words).nth(1).unwrap();
    rest.split(end).next().unwrap().to_owned()
}

fn api(path: &str) -> String {
    path.replace("/desk/", "/api/v1/")
}

#[tokio::test(flavor = "multi_thread")]
async fn a_lead_reports_with_evidence_and_the_light_changes() {
    let town = town().await;
    let (plan, task) = issued(&town).await;
    let head = town.here(Role::SchoolHead);
    let overview = format!("{plan}/progress?mine=yes");
    let bureaus = town.district(Role::DistrictBureau).get(&overview).await;
    assert!(bureaus.shows("我们牵头的 0 项"), "{}", bureaus.body);
    let page = head.get(&overview).await;
    // 22 November: most of the time is gone and nothing was reported.
    assert!(
        page.shows("红牌：严重滞后") && page.shows("还没有填报"),
        "{}",
        page.body
    );
    let shown = head.get(&task).await;
    assert!(
        shown.shows("莘庄镇社区学校") && shown.shows("填报这次进展"),
        "{}",
        shown.body
    );
    let target = after(&shown.body, "/targets/", '"');
    // A metric speaks before what is typed; here the bureau lets the lead type it.
    let typed = [("metric", ""), ("counts", "growth"), ("kind", "")];
    let bureau = town.district(Role::DistrictBureau);
    let path = format!("{plan}/targets/{target}");
    assert_eq!(bureau.post(&path, &typed).await.status, 303);
    let fields = [
        ("words", "已新增 57 个学习点"),
        ("target", target.as_str()),
        ("value", "57"),
    ];
    let answer = head
        .upload(&format!("{task}/report"), &fields, "证明.txt", "名单".as_bytes())
        .await;
    assert_eq!(answer.status, 303, "{}", answer.body);
    let shown = head.get(&task).await;
    assert!(
        shown.shows("已新增 57 个学习点") && shown.shows("现在 57（自填）"),
        "{}",
        shown.body
    );
    assert!(
        shown.shows("完成 95%") && shown.shows("按目前进度，到12月可以完成。"),
        "{}",
        shown.body
    );
    let evidence = after(&shown.body, "/evidence/", '"');
    let kept = head.get(&format!("{plan}/evidence/{evidence}")).await;
    assert_eq!(kept.bytes, "名单".as_bytes());
    // The sibling reads the plan and the percent, not the words and the evidence of another school.
    let sibling = town.there(Role::SchoolHead);
    let shown = sibling.get(&task).await;
    assert!(shown.status == 200 && !shown.shows("已新增 57") && !shown.body.contains("/evidence/"));
    let path = format!("{plan}/evidence/{evidence}");
    assert_eq!(sibling.get(&path).await.status, 404);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_wrong_report_comes_back_and_programs_report_too() {
    let town = town().await;
    let (_, task) = issued(&town).await;
    let head = town.here(Role::SchoolHead);
    // Wrong fields come back with what was typed.
    let fields = [("words", "又填一次"), ("target", ""), ("value", "58")];
    let answer = head.upload(&format!("{task}/report"), &fields, "", b"").await;
    assert!(
        answer.status == 422 && answer.shows("请选这个数是哪个指标值的") && answer.body.contains("又填一次")
    );
    let body = json!({ "words": "进展顺利", "percent": 101 });
    head.call(422, "POST", &format!("{}/reports", api(&task)), &body)
        .await;
    let body = json!({ "words": "进展顺利", "percent": 80 });
    head.call(201, "POST", &format!("{}/reports", api(&task)), &body)
        .await;
    assert_eq!(town.events("plan.task_reported").await.len(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn who_does_not_lead_reports_nothing() {
    let town = town().await;
    let (plan, task) = issued(&town).await;
    let body = json!({ "words": "偷偷填报", "percent": 80 });
    for (who, client, status) in [
        ("visitor", town.app.visitor(), 401),
        ("teacher", town.here(Role::Teacher), 403),
        ("sibling's head", town.there(Role::SchoolHead), 403),
    ] {
        client
            .call(status, "POST", &format!("{}/reports", api(&task)), &body)
            .await;
        let milestone = [("title", "节点"), ("milestone_due", "2026-12-01")];
        let answer = client.post(&format!("{task}/milestone"), &milestone).await;
        assert_eq!(answer.status, status, "{who}");
    }
    let sibling = town.there(Role::SchoolHead);
    assert!(!sibling.get(&task).await.shows("填报这次进展"));
    for (path, status) in [(format!("{plan}/parties"), 403), (format!("{plan}/carry"), 403)] {
        assert_eq!(sibling.get(&path).await.status, status, "{path}");
    }
    assert_eq!(
        sibling
            .post(&format!("{task}/done"), &[("state", "done")])
            .await
            .status,
        403
    );
    // An organisation outside the plan's own subtree leads nothing.
    let city = town.world.city.to_string();
    let bureau = town.district(Role::DistrictBureau);
    let given = bureau
        .post(&format!("{task}/duty"), &[("org", &city), ("part", "lead")])
        .await;
    assert_eq!(given.status, 404);
    assert!(town.events("plan.task_reported").await.is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_draft_has_no_progress() {
    let town = town().await;
    let bureau = town.district(Role::DistrictBureau);
    let plan = uploaded_for(&bureau, &town.world.district.to_string(), TEXT).await;
    let page = bureau.get(&format!("{plan}/progress")).await;
    assert!(page.status == 409 && page.shows("还没有印发"), "{}", page.body);
}

#[tokio::test(flavor = "multi_thread")]
async fn printed_names_are_given_organisations_and_lights_are_chosen() {
    let town = town().await;
    let text = TEXT.replace("老年人参与率", "由闵行区牵头推进，老年人参与率");
    let text = text.replace("2.开展展演。", "2.开展展演。（责任单位：莘庄镇、区民政局）");
    let bureau = town.district(Role::DistrictBureau);
    let plan = uploaded_for(&bureau, &town.world.district.to_string(), &text).await;
    let issue = format!("{plan}/issue");
    assert_eq!(bureau.submit(&issue, &issue, &[]).await.status, 303);
    let page = bureau.get(&format!("{plan}/parties")).await;
    assert!(page.shows("莘庄镇") && page.shows("区民政局"), "{}", page.body);
    let (street, district) = (
        town.world.here.street.to_string(),
        town.world.district.to_string(),
    );
    let form = [
        ("name", "莘庄镇"),
        ("seen", ""),
        ("org", street.as_str()),
        ("name", "区民政局"),
        ("seen", ""),
        ("org", district.as_str()),
    ];
    let saved = bureau.post(&format!("{plan}/parties"), &form).await;
    assert_eq!(saved.status, 303, "{}", saved.body);
    let tasks = bureau
        .call(200, "GET", &format!("{}/tasks", api(&plan)), &Value::Null)
        .await;
    let led: Vec<&Value> = tasks["items"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|task| {
            task["leads"]
                .as_array()
                .is_some_and(|leads| leads.iter().any(|lead| lead["name"] == "莘庄镇"))
        })
        .collect();
    assert!(!led.is_empty(), "{tasks}");
    let (page, lights) = (format!("{plan}/progress"), format!("{plan}/lights"));
    for (chosen, status) in [("suqian", 303), ("disco", 422)] {
        let answer = bureau.submit(&page, &lights, &[("lights", chosen)]).await;
        assert_eq!(answer.status, status, "{chosen}");
    }
    assert!(bureau.get(&page).await.shows("蓝黄红"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_slip_is_sent_received_replied_to_and_closed() {
    let town = town().await;
    let (plan, task) = issued(&town).await;
    let bureau = town.district(Role::DistrictBureau);
    let lead = town.world.here.org.to_string();
    let form = |due: &'static str| [("slip_words", "请说明滞后的原因"), ("slip_due", due)];
    let mut typed = form("2026-11-01").to_vec();
    typed.push(("org", &lead));
    let answer = bureau.post(&format!("{task}/slip"), &typed).await;
    assert!(answer.status == 422 && answer.shows("不能早于今天"));
    let mut typed = form("2026-11-30").to_vec();
    typed.push(("org", &lead));
    assert_eq!(bureau.post(&format!("{task}/slip"), &typed).await.status, 303);
    let head = town.here(Role::SchoolHead);
    let page = head.get(&task).await;
    assert!(
        page.shows("还没有签收") && page.shows("签收这张督办单"),
        "{}",
        page.body
    );
    let slip = after(&page.body, "/slips/", '/');
    let path = format!("{plan}/slips/{slip}");
    let sibling = town.there(Role::SchoolHead);
    assert_eq!(sibling.post(&format!("{path}/receive"), &[]).await.status, 404);
    assert_eq!(
        sibling
            .post(&format!("{path}/reply"), &[("reply", "替别人回")])
            .await
            .status,
        404
    );
    assert_eq!(head.post(&format!("{path}/receive"), &[]).await.status, 303);
    assert_eq!(
        head.post(&format!("{path}/reply"), &[("reply", "")]).await.status,
        422
    );
    assert_eq!(
        head.post(&format!("{path}/reply"), &[("reply", "场地刚装修好")])
            .await
            .status,
        303
    );
    assert_eq!(head.post(&format!("{path}/close"), &[]).await.status, 403);
    assert_eq!(bureau.post(&format!("{path}/close"), &[]).await.status, 303);
    let late = [("reply", "再说一句")];
    assert_eq!(head.post(&format!("{path}/reply"), &late).await.status, 409);
    assert_eq!(
        town.events("plan.slip").await,
        [
            "plan.slip_sent",
            "plan.slip_received",
            "plan.slip_replied",
            "plan.slip_closed"
        ]
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_change_holds_once_it_is_granted() {
    let town = town().await;
    let (plan, task) = issued(&town).await;
    let head = town.here(Role::SchoolHead);
    let target = after(&head.get(&task).await.body, "/targets/", '"');
    let form = [
        ("change_target", target.as_str()),
        ("change_value", "50"),
        ("reason", "两处场地被征用"),
    ];
    assert_eq!(head.post(&format!("{task}/change"), &form).await.status, 303);
    let none = head
        .post(&format!("{task}/change"), &[("reason", "说不清楚的原因")])
        .await;
    assert!(
        none.status == 422 && none.body.contains("说不清楚的原因"),
        "{}",
        none.body
    );
    let bureau = town.district(Role::DistrictBureau);
    let page = bureau.get(&task).await;
    assert!(
        page.shows("数值从 60 改为 50") && page.shows("等待审批"),
        "{}",
        page.body
    );
    let change = after(&page.body, "/changes/", '"');
    let path = format!("{plan}/changes/{change}");
    assert_eq!(head.post(&path, &[("verdict", "approved")]).await.status, 403);
    assert_eq!(
        bureau
            .post(&path, &[("verdict", "refused"), ("note", "")])
            .await
            .status,
        422
    );
    assert_eq!(bureau.post(&path, &[("verdict", "approved")]).await.status, 303);
    assert!(bureau.get(&plan).await.shows("50 个"));
    assert_eq!(bureau.post(&path, &[("verdict", "approved")]).await.status, 409);
}

#[tokio::test(flavor = "multi_thread")]
async fn milestones_and_done_and_carrying_over() {
    let town = town().await;
    let (plan, task) = issued(&town).await;
    let bureau = town.district(Role::DistrictBureau);
    let form = [("title", "完成选点"), ("milestone_due", "2026-12-01")];
    assert_eq!(bureau.post(&format!("{task}/milestone"), &form).await.status, 303);
    let page = bureau.get(&task).await;
    let milestone = after(&page.body, "name=\"milestone\" value=\"", '"');
    assert_eq!(
        bureau
            .post(&format!("{task}/reached"), &[("milestone", &milestone)])
            .await
            .status,
        303
    );
    assert!(bureau.get(&task).await.shows("2026-11-22 完成"));
    assert_eq!(
        bureau
            .post(&format!("{task}/reached"), &[("milestone", &milestone)])
            .await
            .status,
        303,
        "said already"
    );
    assert_eq!(town.events("plan.milestone_reached").await.len(), 1);

    let id = task.rsplit('/').next().unwrap().to_owned();
    assert!(
        bureau
            .get(&format!("{plan}/carry"))
            .await
            .shows("还没有下一年的草稿")
    );
    let next = uploaded_for(&bureau, &town.world.district.to_string(), NEXT).await;
    let into = next.rsplit('/').next().unwrap().to_owned();
    let none = bureau.post(&format!("{plan}/carry"), &[("into", &into)]).await;
    assert!(none.status == 422 && none.shows("请勾选要结转的任务"));
    let carried = bureau
        .post(&format!("{plan}/carry"), &[("into", &into), ("task", &id)])
        .await;
    assert_eq!(carried.status, 303, "{}", carried.body);
    assert!(bureau.get(&task).await.shows("已结转"));
    assert!(bureau.get(&next).await.shows("2026年结转"));
    let again = bureau
        .post(&format!("{plan}/carry"), &[("into", &into), ("task", &id)])
        .await;
    assert_eq!(again.status, 422, "only once");
    // It lives on in the next draft: here it is neither done nor opened.
    for state in ["done", "open"] {
        let answer = bureau.post(&format!("{task}/done"), &[("state", state)]).await;
        assert!(
            answer.status == 409 && answer.shows("已经结转") && answer.body.contains(&next),
            "{}",
            answer.body
        );
    }
    let page = bureau.get(&task).await;
    assert!(
        page.shows("已结转") && !page.shows("这项任务已完成"),
        "{}",
        page.body
    );
    assert!(town.events("plan.task_").await.is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn slips_reports_and_changes_wait_for_whom_they_concern() {
    let town = town().await;
    let (_, task) = issued(&town).await;
    let bureau = town.district(Role::DistrictBureau);
    slip(&town, &task).await;
    let form = [("change_due", "2027-01-31"), ("reason", "场地被征用了")];
    assert_eq!(bureau.post(&format!("{task}/change"), &form).await.status, 303);
    let world = &town.world;
    let waits = async |role: Role, org, path: &str| {
        let actor = testkit::staff(world.here.registrar, role, org, path);
        let all = super::waiting(&town.app.ctx(actor)).await.unwrap();
        all.into_iter().map(|one| one.title).collect::<Vec<_>>()
    };
    let head = waits(Role::SchoolHead, world.here.org, &world.here.path).await;
    assert!(
        head.len() == 2 && head[0].starts_with("回复督办单") && head[1].starts_with("填报本月进度"),
        "{head:?}"
    );
    let sibling = waits(Role::SchoolHead, world.there.org, &world.there.path).await;
    assert!(sibling.is_empty(), "{sibling:?}");
    let bureau = waits(Role::DistrictBureau, world.district, &world.district_path).await;
    // Whoever issued the plan looks over the lead, and owes no report of its tasks.
    assert!(
        bureau.len() == 1 && bureau[0].starts_with("审批变更申请"),
        "{bureau:?}"
    );
}

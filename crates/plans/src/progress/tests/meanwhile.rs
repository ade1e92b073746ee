//! What somebody else did meanwhile: carrying over into a draft that is gone or issued, changes of what has changed.

use super::{NEXT, after, issued};
use crate::plans::tests::uploaded_for;
use crate::testing::{Town, town};
use platform::Role;
use testkit::Client;

fn id_of(path: &str) -> String {
    path.rsplit('/').next().unwrap().to_owned()
}

async fn next(town: &Town, bureau: &Client) -> String {
    uploaded_for(bureau, &town.world.district.to_string(), NEXT).await
}

async fn carried(bureau: &Client, plan: &str, task: &str, next: &str) -> u16 {
    let (into, task) = (id_of(next), id_of(task));
    let form = [("into", into.as_str()), ("task", task.as_str())];
    bureau.post(&format!("{plan}/carry"), &form).await.status
}

#[tokio::test(flavor = "multi_thread")]
async fn two_who_carry_over_at_once_do_it_once() {
    let town = town().await;
    let (plan, task) = issued(&town).await;
    let bureau = town.district(Role::DistrictBureau);
    let next = next(&town, &bureau).await;
    let other = town.district(Role::DistrictBureau);
    let (one, two) = tokio::join!(
        carried(&bureau, &plan, &task, &next),
        carried(&other, &plan, &task, &next)
    );
    let mut both = [one, two];
    both.sort_unstable();
    assert_eq!(both, [303, 422]);
    assert_eq!(town.events("plan.carried_over").await.len(), 1);
    let draft = bureau.get(&next).await;
    assert_eq!(draft.body.matches("2026年结转").count(), 1, "{}", draft.body);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_draft_that_is_thrown_away_gives_its_tasks_back() {
    let town = town().await;
    let (plan, task) = issued(&town).await;
    let bureau = town.district(Role::DistrictBureau);
    let gone = next(&town, &bureau).await;
    assert_eq!(carried(&bureau, &plan, &task, &gone).await, 303);
    assert!(bureau.get(&task).await.shows("已结转"));
    // The version that was seen before the items came in does not throw them away.
    let discard = format!("{gone}/discard");
    let stale = [("version", "1"), ("reason", "传错了")];
    assert_eq!(bureau.post(&discard, &stale).await.status, 409);
    let answer = bureau.submit(&discard, &discard, &[("reason", "传错了")]).await;
    assert_eq!(answer.location(), "/desk/plans?done=discarded", "{}", answer.body);
    assert!(!bureau.get(&task).await.shows("已结转"));
    // Nothing goes into a draft that is gone, nor into one that is issued by now.
    assert_eq!(carried(&bureau, &plan, &task, &gone).await, 422);
    let frozen = next(&town, &bureau).await;
    let issue = format!("{frozen}/issue");
    assert_eq!(bureau.submit(&issue, &issue, &[]).await.status, 303);
    assert_eq!(carried(&bureau, &plan, &task, &frozen).await, 422);
    let again = next(&town, &bureau).await;
    assert_eq!(carried(&bureau, &plan, &task, &again).await, 303);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_change_of_what_has_changed_is_not_granted() {
    let town = town().await;
    let (plan, task) = issued(&town).await;
    let head = town.here(Role::SchoolHead);
    let target = after(&head.get(&task).await.body, "/targets/", '"');
    for value in ["50", "40"] {
        let form = [
            ("change_target", target.as_str()),
            ("change_value", value),
            ("reason", "两处场地被征用"),
        ];
        let asked = head.post(&format!("{task}/change"), &form).await;
        assert_eq!(asked.status, 303, "{}", asked.body);
    }
    let bureau = town.district(Role::DistrictBureau);
    let page = bureau.get(&task).await;
    // The newest first.
    let newest = format!("{plan}/changes/{}", after(&page.body, "/changes/", '"'));
    let rest = page.body.split_once("/changes/").unwrap().1;
    let oldest = format!("{plan}/changes/{}", after(rest, "/changes/", '"'));
    assert_ne!(newest, oldest);
    assert_eq!(bureau.post(&newest, &[("verdict", "approved")]).await.status, 303);
    let note = [("verdict", "approved"), ("note", "我看可以")];
    let late = bureau.post(&oldest, &note).await;
    assert!(
        late.status == 409 && late.shows("指标值已经改过") && late.body.contains("我看可以"),
        "{}",
        late.body
    );
    assert!(bureau.get(&plan).await.shows("40 个"));
    let refused = [("verdict", "refused"), ("note", "请重新申请")];
    assert_eq!(bureau.post(&oldest, &refused).await.status, 303);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_new_last_day_ends_a_window_of_every_year() {
    let town = town().await;
    let (plan, task) = issued(&town).await;
    let db = &town.app.platform.db;
    let id: crate::PlanTaskId = id_of(&task).parse().unwrap();
    let tx = db.begin().await.unwrap();
    tx.exec(
        "UPDATE plan_task SET window_from = '04-01', window_to = '05-31', every_year = TRUE WHERE id = $1",
        db::args![id],
    )
    .await
    .unwrap();
    tx.finish().await.unwrap();
    let bureau = town.district(Role::DistrictBureau);
    assert!(bureau.get(&task).await.shows("2026年4月1日至2026年5月31日"));
    let head = town.here(Role::SchoolHead);
    let form = [("change_due", "2026-12-20"), ("reason", "场地被征用了")];
    assert_eq!(head.post(&format!("{task}/change"), &form).await.status, 303);
    let page = bureau.get(&task).await;
    let change = format!("{plan}/changes/{}", after(&page.body, "/changes/", '"'));
    assert_eq!(bureau.post(&change, &[("verdict", "approved")]).await.status, 303);
    assert!(bureau.get(&task).await.shows("2026年1月1日至2026年12月20日"));
    let from: Vec<String> = db
        .query("SELECT window_from FROM plan_task WHERE id = $1", db::args![id])
        .await
        .unwrap();
    assert_eq!(from, [""]);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_name_means_is_chosen_in_place_of_what_was_seen() {
    let town = town().await;
    let text = crate::plans::tests::TEXT.replace("2.开展展演。", "2.开展展演。（责任单位：甲校、乙校）");
    let bureau = town.district(Role::DistrictBureau);
    let plan = uploaded_for(&bureau, &town.world.district.to_string(), &text).await;
    let issue = format!("{plan}/issue");
    assert_eq!(bureau.submit(&issue, &issue, &[]).await.status, 303);
    let path = format!("{plan}/parties");
    let (here, there) = (town.world.here.org.to_string(), town.world.there.org.to_string());
    let save = async |first: (&str, &str), second: (&str, &str)| {
        let form = [
            ("name", "甲校"),
            ("seen", first.0),
            ("org", first.1),
            ("name", "乙校"),
            ("seen", second.0),
            ("org", second.1),
        ];
        bureau.post(&path, &form).await
    };
    let chosen = |page: &str, org: &str| page.matches(&format!("value=\"{org}\" selected")).count();
    assert_eq!(save(("", &here), ("", "")).await.status, 303);
    // Another officer still had the empty page: nothing is saved, and what they chose is kept beside what holds now.
    let late = save(("", &there), ("", &there)).await;
    assert!(
        late.status == 409
            && late.shows("别人改过：甲校。")
            && late.shows("现在对应的是：莘庄镇社区学校")
            && late.body.contains(&format!("name=\"seen\" value=\"{here}\"")),
        "{}",
        late.body
    );
    assert_eq!(chosen(&late.body, &there), 2, "{}", late.body);
    let page = bureau.get(&path).await;
    assert_eq!((chosen(&page.body, &here), chosen(&page.body, &there)), (1, 0));
    // A name that they did not touch stays as the other chose it.
    assert_eq!(save(("", ""), ("", &there)).await.status, 303);
    let page = bureau.get(&path).await;
    assert_eq!((chosen(&page.body, &here), chosen(&page.body, &there)), (1, 1));
    assert_eq!(town.events("plan.parties_named").await.len(), 2);
}

//! What a draft's version stands for: who issues or throws away has seen its items; what was looked at.

use super::{TEXT, boxes, items, uploaded};
use crate::testing::town;
use platform::Role;

#[tokio::test(flavor = "multi_thread")]
async fn who_issues_or_throws_away_has_seen_the_items() {
    let town = town().await;
    let plan = uploaded(&town, TEXT).await;
    let bureau = town.district(Role::DistrictBureau);
    let seen = bureau.get(&format!("{plan}/issue")).await;
    assert!(
        seen.body.contains("name=\"version\" value=\"1\""),
        "{}",
        seen.body
    );
    let (item, version) = items(&town, &plan).await[0].clone();
    let version = version.to_string();
    let mut typed = boxes(&version, "6000");
    typed.push(("do", "save"));
    let saved = bureau.post(&format!("{plan}/items/{item}"), &typed).await;
    assert_eq!(saved.status, 303, "{}", saved.body);
    // Somebody else still has the page from before.
    let stale = bureau.post(&format!("{plan}/issue"), &[("version", "1")]).await;
    assert!(
        stale.status == 409 && stale.shows("别人改过这份计划"),
        "{}",
        stale.body
    );
    let stale = [("version", "1"), ("reason", "传错了")];
    let stale = bureau.post(&format!("{plan}/discard"), &stale).await;
    assert!(
        stale.status == 409 && stale.body.contains("传错了"),
        "{}",
        stale.body
    );
    let issue = format!("{plan}/issue");
    assert_eq!(bureau.submit(&issue, &issue, &[]).await.status, 303);
    assert_eq!(
        town.events("plan.").await,
        ["plan.read", "plan.item_changed", "plan.issued"]
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn an_item_that_is_split_or_joined_was_not_looked_at() {
    let town = town().await;
    let plan = uploaded(&town, TEXT).await;
    let bureau = town.district(Role::DistrictBureau);
    let all = items(&town, &plan).await;
    let split = [("version", "1"), ("at", "1")];
    let path = format!("{plan}/items/{}/split", all[1].0);
    assert_eq!(bureau.post(&path, &split).await.status, 303);
    let page = bureau.get(&plan).await;
    assert!(page.shows("已核对 0 条"), "{}", page.body);
    let parts = items(&town, &plan).await;
    let (last, version) = parts[2].clone();
    let accept = [("version", version.to_string())];
    let accept: Vec<(&str, &str)> = accept
        .iter()
        .map(|(name, value)| (*name, value.as_str()))
        .collect();
    let path = format!("{plan}/items/{last}/accept");
    assert_eq!(bureau.post(&path, &accept).await.status, 303);
    assert!(bureau.get(&plan).await.shows("已核对 1 条"));
    // Joined to one that nobody looked at, it is not looked at.
    let version = (version + 1).to_string();
    let path = format!("{plan}/items/{last}/join");
    assert_eq!(bureau.post(&path, &[("version", &version)]).await.status, 303);
    assert!(bureau.get(&plan).await.shows("已核对 0 条"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_document_is_saved_and_never_shown_in_the_browser() {
    let town = town().await;
    let plan = uploaded(&town, TEXT).await;
    let bureau = town.district(Role::DistrictBureau);
    let kept = bureau.get(&format!("{plan}/document")).await;
    let header = |name: &str| kept.headers[name].to_str().unwrap().to_owned();
    assert_eq!(header("x-content-type-options"), "nosniff");
    assert!(header("content-security-policy").contains("sandbox"));
    assert!(header("content-disposition").starts_with("attachment"));
}

//! Alignment through the router: suggested, confirmed, rejected, cleared; forbidden; a sibling's.

use crate::plans::tests::{TEXT, uploaded_for};
use crate::testing::{Town, town};
use platform::Role;
use serde_json::{Value, json};

const UPPER: &str = "2026年某市终身教育工作要点\n\n一、办学网络\n1.优化学习点建设。全市新增90个老年教育社会学习点。\n2.推进数字化转型。建设智慧学习场景10个。\n\n某市学习型社会建设办公室\n2026年1月12日\n";

/// The district's draft and the city's issued plan: addresses of the two, and of the page with both.
async fn two_plans(town: &Town) -> (String, String) {
    let city = town.city(Role::City);
    let upper = uploaded_for(&city, &town.world.city.to_string(), UPPER).await;
    let issue = format!("{upper}/issue");
    assert_eq!(city.submit(&issue, &issue, &[]).await.status, 303);
    let bureau = town.district(Role::DistrictBureau);
    let lower = uploaded_for(&bureau, &town.world.district.to_string(), TEXT).await;
    let upper_id = upper.rsplit('/').next().unwrap().to_owned();
    (format!("{lower}/alignment/{upper_id}"), upper)
}

fn api(page: &str) -> String {
    page.replace("/desk/", "/api/v1/")
}

#[tokio::test(flavor = "multi_thread")]
async fn pairs_are_suggested_confirmed_and_compared() {
    let town = town().await;
    let (page, _) = two_plans(&town).await;
    let bureau = town.district(Role::DistrictBureau);
    let choose = bureau.get(page.rsplit_once('/').unwrap().0).await;
    assert!(choose.shows("2026年某市终身教育工作要点"), "{}", choose.body);
    let shown = bureau.get(&page).await;
    assert!(
        shown.shows("确认很像的 1 对") && shown.shows("优化学习点建设"),
        "{}",
        shown.body
    );
    let view = bureau.call(200, "GET", &api(&page), &Value::Null).await;
    assert_eq!(view["suggested"].as_array().unwrap().len(), 1);
    assert_eq!(bureau.post(&format!("{page}/all"), &[]).await.status, 303);
    let shown = bureau.get(&page).await;
    assert!(
        shown.shows("上级合计 90 个")
            && shown.shows("低于上级 0，是上级合计的一部分 1")
            && shown.shows("已对标（1）")
            && shown.shows("还没有承接的（1）")
    );

    let pair = &view["suggested"][0];
    let form = [
        ("item", pair["item"].as_str().unwrap()),
        ("upper", pair["upper_item"].as_str().unwrap()),
        ("verdict", "cleared"),
    ];
    assert_eq!(bureau.post(&page, &form).await.status, 303);
    assert!(bureau.get(&page).await.shows("建议的对标（1）"));
    let body = json!({ "item": pair["item"], "upper_item": pair["upper_item"], "verdict": "rejected" });
    bureau.call(204, "PUT", &api(&page), &body).await;
    let view = bureau.call(200, "GET", &api(&page), &Value::Null).await;
    assert!(
        view["suggested"].as_array().unwrap().is_empty(),
        "not suggested again"
    );
    assert_eq!(
        town.events("plan.align").await,
        ["plan.aligned", "plan.align_cleared", "plan.align_rejected"]
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn who_may_not_says_nothing_of_pairs() {
    let town = town().await;
    let (page, upper) = two_plans(&town).await;
    let bureau = town.district(Role::DistrictBureau);
    let view = bureau.call(200, "GET", &api(&page), &Value::Null).await;
    let pair = view["suggested"][0].clone();
    let body = json!({ "item": pair["item"], "upper_item": pair["upper_item"], "verdict": "confirmed" });
    for (who, client, status) in [
        ("visitor", town.app.visitor(), 401),
        ("teacher", town.here(Role::Teacher), 403),
        ("head", town.here(Role::SchoolHead), 403),
        (
            "college of a street, for which the draft is not there",
            town.here(Role::CommunityCollege),
            404,
        ),
    ] {
        client.call(status, "PUT", &api(&page), &body).await;
        let form = [("item", "x"), ("upper", "x"), ("verdict", "confirmed")];
        assert_eq!(client.post(&page, &form).await.status, status, "{who}");
    }
    // A plan and itself; a draft above; an item of another plan; a word that is none.
    let lower = page.split("/alignment").next().unwrap().to_owned();
    let (lower_id, upper_id) = (
        lower.rsplit('/').next().unwrap(),
        upper.rsplit('/').next().unwrap(),
    );
    let itself = bureau.get(&format!("{lower}/alignment/{lower_id}")).await;
    assert!(itself.status == 409 && itself.shows("不能和自己对标"));
    let city = town.city(Role::City);
    assert_eq!(
        city.get(&format!("/desk/plans/{upper_id}/alignment/{lower_id}"))
            .await
            .status,
        404
    );
    let wrong = json!({ "item": pair["upper_item"], "upper_item": pair["item"], "verdict": "confirmed" });
    bureau.call(404, "PUT", &api(&page), &wrong).await;
    let form = [
        ("item", pair["item"].as_str().unwrap()),
        ("upper", pair["upper_item"].as_str().unwrap()),
    ];
    assert_eq!(bureau.post(&page, &form).await.status, 422);
    assert!(town.events("plan.align").await.is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_removed_item_takes_its_pairs_along() {
    let town = town().await;
    let (page, _) = two_plans(&town).await;
    let bureau = town.district(Role::DistrictBureau);
    assert_eq!(bureau.post(&format!("{page}/all"), &[]).await.status, 303);
    let lower = page.split("/alignment").next().unwrap().to_owned();
    let view = bureau.call(200, "GET", &api(&page), &Value::Null).await;
    let item = view["confirmed"][0]["item"].as_str().unwrap();
    let gone = bureau
        .post(&format!("{lower}/items/{item}/remove"), &[("version", "1")])
        .await;
    assert_eq!(gone.status, 303, "{}", gone.body);
    assert!(bureau.get(&page).await.shows("已对标（0）"));
}

//! The cashier's day.

use super::id;
use crate::testing::{Stage, stage_with_fee};
use serde_json::{Value, json};

impl Stage {
    fn closings(&self) -> String {
        format!("/desk/closings/{}", self.world.here.org)
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_day_is_counted_to_the_fen_and_locked() {
    let stage = stage_with_fee(3, 3).await;
    let mut kept = Vec::new();
    for at in 0..3 {
        kept.push(id(&stage.enroll(at).await));
    }
    stage.pay(&kept[0], "cash").await;
    stage.pay(&kept[1], "card").await;
    let clerk = stage.as_registrar();
    let list = clerk.get("/desk/closings").await;
    assert!(list.shows("莘庄镇社区学校"), "{}", list.body);
    let sheet = clerk.get(&stage.closings()).await;
    assert!(
        sheet.shows("2026-000001 到 2026-000002，共 2 张"),
        "{}",
        sheet.body
    );
    assert_eq!(stage.as_sibling().get(&stage.closings()).await.status, 404);

    let short = clerk.post(&stage.closings(), &[("counted", "119.50")]).await;
    assert!(
        short.status == 422 && short.shows("少 0.50 元") && short.body.contains("value=\"119.50\""),
        "{}",
        short.body
    );
    let done = clerk
        .post(
            &stage.closings(),
            &[("counted", "119.50"), ("reason", "找零找错")],
        )
        .await;
    assert_eq!(done.status, 303, "{}", done.body);
    let printed = clerk.get(done.location()).await;
    assert!(
        printed.shows("-0.50 元") && printed.shows("找零找错"),
        "{}",
        printed.body
    );
    assert_eq!(stage.as_sibling().get(done.location()).await.status, 404);
    stage
        .books(&[
            ("card", 12_000),
            ("cash", 11_950),
            ("difference", 50),
            ("income", -24_000),
        ])
        .await;

    let again = clerk.post(&stage.closings(), &[("counted", "0")]).await;
    assert_eq!(again.status, 409, "{}", again.body);
    let posting = stage.fee(0).await["postings"][0]["id"]
        .as_str()
        .unwrap()
        .to_owned();
    let undo = format!("/api/v1/fee-postings/{posting}/reversal");
    assert_eq!(
        clerk.api("POST", &undo, &Value::Null).await.status,
        409,
        "the day is closed"
    );
    what_comes_later_counts_for_the_next_day(&stage, &kept[2]).await;
}

async fn what_comes_later_counts_for_the_next_day(stage: &Stage, kept: &str) {
    stage.pay(kept, "cash").await;
    let clerk = stage.as_registrar();
    let still = clerk.get(&format!("{}/2026-11-22", stage.closings())).await;
    assert!(still.shows("共 2 张"), "{}", still.body);
    stage.later(24 * 3600);
    let path = format!("/api/v1/orgs/{}/fee-closings", stage.world.here.org);
    let body = json!({ "counted_fen": 12_000 });
    assert_eq!(stage.as_sibling().api("POST", &path, &body).await.status, 404);
    let closed = clerk.call(201, "POST", &path, &body).await;
    assert_eq!(
        (closed["day"].as_str(), closed["cash_fen"].as_i64()),
        (Some("2026-11-23"), Some(12_000))
    );
    let all = clerk.call(200, "GET", &path, &Value::Null).await;
    let days: Vec<&str> = all["items"]
        .as_array()
        .unwrap()
        .iter()
        .map(|one| one["day"].as_str().unwrap())
        .collect();
    assert_eq!(days, ["2026-11-23", "2026-11-22"]);
}

/// The first day's cash is put away; the next day only gives back.
#[tokio::test(flavor = "multi_thread")]
async fn a_day_on_which_more_went_back_than_came_in_is_counted_too() {
    let stage = stage_with_fee(1, 1).await;
    let kept = id(&stage.enroll(0).await);
    stage.pay(&kept, "cash").await;
    let clerk = stage.as_registrar();
    let closed = clerk.post(&stage.closings(), &[("counted", "120")]).await;
    assert_eq!(closed.status, 303, "{}", closed.body);
    stage.later(24 * 3600);
    let me = stage.as_learner(0);
    me.post(&format!("/me/enrollments/{kept}/withdraw"), &[]).await;
    let refund = stage.fee(0).await["refunds"][0]["id"]
        .as_str()
        .unwrap()
        .to_owned();
    let path = format!("/api/v1/fee-refunds/{refund}/payment");
    clerk.call(201, "POST", &path, &json!({ "method": "cash" })).await;
    let sheet = clerk.get(&stage.closings()).await;
    assert!(sheet.shows("备用的零钱里垫出去多少"), "{}", sheet.body);
    let blank = clerk.post(&stage.closings(), &[("counted", "0")]).await;
    assert_eq!(blank.status, 422, "what was asked otherwise does not count");
    let differs = clerk.post(&stage.closings(), &[("lent", "119")]).await;
    assert!(differs.shows("多 1 元"), "{}", differs.body);
    let done = clerk.post(&stage.closings(), &[("lent", "120")]).await;
    assert_eq!(done.status, 303, "{}", done.body);
    stage.books(&[]).await;
}

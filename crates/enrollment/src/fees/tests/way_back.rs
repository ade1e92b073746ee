//! Money goes back the way it was paid, or with a reason.

use super::id;
use crate::testing::{Stage, stage_with_fee};
use db::args;
use serde_json::{Value, json};

/// Somebody who paid so has left; gives the address of their refund without its end.
async fn left(stage: &Stage, method: &str) -> (String, String) {
    let kept = id(&stage.enroll(0).await);
    stage.pay(&kept, method).await;
    let me = stage.as_learner(0);
    me.post(&format!("/me/enrollments/{kept}/withdraw"), &[]).await;
    let fee = stage.fee(0).await;
    (kept, fee["refunds"][0]["id"].as_str().unwrap().to_owned())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_refund_goes_back_the_way_it_was_paid() {
    let stage = stage_with_fee(1, 1).await;
    stage.give_phone(0).await;
    let (_, refund) = left(&stage, "card").await;
    let clerk = stage.as_registrar();
    let list = clerk.get("/desk/fees").await;
    assert!(list.shows("退到卡上") && !list.shows("退现金"), "{}", list.body);
    let path = format!("/api/v1/fee-refunds/{refund}/payment");
    // Nothing said is the way it was paid.
    let paid = clerk.call(201, "POST", &path, &json!({})).await;
    assert_eq!(paid["way_reason"], Value::Null);
    assert!(stage.told(0).await.last().unwrap().contains("退到卡上"));
    stage.books(&[]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn another_way_needs_a_reason_that_is_kept() {
    let stage = stage_with_fee(1, 1).await;
    let (kept, refund) = left(&stage, "card").await;
    let clerk = stage.as_registrar();
    let path = format!("/api/v1/fee-refunds/{refund}/payment");
    for (body, field) in [
        (json!({ "method": "cash" }), "reason"),
        (json!({ "method": "cash", "reason": "很".repeat(201) }), "reason"),
        (json!({ "method": "online", "reason": "网上快" }), "method"),
        (json!({ "method": "waiver", "reason": "免了" }), "method"),
    ] {
        let wrong = clerk.call(422, "POST", &path, &body).await;
        assert_eq!(wrong["errors"][0]["field"], field, "{body}");
    }
    let show = format!("/desk/fee-refunds/{refund}");
    assert_eq!(stage.as_sibling().get(&show).await.status, 404);
    let page = clerk.get(&show).await;
    assert!(
        page.shows("换一种方式退费") && page.shows("刷卡"),
        "{}",
        page.body
    );
    let pay = format!("{show}/pay");
    let asked = clerk.post(&pay, &[("reason", "卡已经注销")]).await;
    assert_eq!(asked.status, 422, "nothing chosen is not the usual way");
    let asked = clerk.post(&pay, &[("method", "cash")]).await;
    assert!(asked.status == 422 && asked.shows("请写下原因"), "{}", asked.body);
    let done = clerk
        .post(&pay, &[("method", "cash"), ("reason", "卡已经注销")])
        .await;
    assert_eq!(done.status, 303, "{}", done.body);
    let fee = clerk.get(&format!("/desk/fees/{kept}")).await;
    assert!(fee.shows("退费（现金，不是原路：卡已经注销）"), "{}", fee.body);
    assert!(fee.shows("没有原路退：卡已经注销"), "{}", fee.body);
    let sql =
        "SELECT n.note FROM event e JOIN event_note n ON n.event_id = e.id WHERE e.kind = 'fee.refunded'";
    let note: String = stage.app.platform.db.query_one(sql, args![]).await.unwrap();
    assert!(note.contains("没有按原来的“刷卡”退：卡已经注销"), "{note}");
    let receipt = stage.fee(0).await["postings"][0]["id"]
        .as_str()
        .unwrap()
        .to_owned();
    let receipt = stage.as_learner(0).get(&format!("/me/receipts/{receipt}")).await;
    assert!(receipt.shows("卡已经注销"), "{}", receipt.body);
    stage.books(&[("card", 12_000), ("cash", -12_000)]).await;
    // Undone, the reason is gone with the payment.
    let postings = stage.fee(0).await["postings"].clone();
    let last = postings.as_array().unwrap().last().unwrap()["id"].clone();
    let undo = format!("/desk/fee-postings/{}/undo", last.as_str().unwrap());
    assert_eq!(clerk.post(&undo, &[]).await.status, 303);
    assert_eq!(stage.fee(0).await["refunds"][0]["way_reason"], Value::Null);
}

//! A provider of payments that misbehaves: late, twice, never, with a wrong sum.

use super::{OVER, id};
use crate::fees::online::{Told, carry_out};
use crate::seat_desk::SeatDesk;
use crate::testing::{Stage, stage_with_fee};
use db::args;
use serde_json::{Value, json};
use testkit::{Answer, Client};

const CALLBACK: &str = "/pay/callback";

impl Stage {
    /// Begins to pay; gives our number of the payment.
    async fn begin(&self, at: usize, enrollment: &str) -> String {
        let path = format!("/api/v1/enrollments/{enrollment}/online-payments");
        let begun = self.as_learner(at).call(201, "POST", &path, &Value::Null).await;
        let url = begun["pay_url"].as_str().unwrap();
        url.strip_prefix("https://pay.example/").unwrap().to_owned()
    }

    async fn provider_calls(&self, order: &str, number: &str, fen: i64) -> Answer {
        let body = json!({ "order": order, "number": number, "amount_fen": fen }).to_string();
        let now = self.app.platform.clock.now();
        testkit::pay::call(self.app.visitor(), CALLBACK, now, &body).await
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_payment_confirms_once_however_often_it_is_told() {
    let stage = stage_with_fee(1, 1).await;
    let kept = id(&stage.enroll(0).await);
    let page = stage.as_learner(0).get(&format!("/me/fees/{kept}")).await;
    assert!(page.shows("在网上交 120 元"), "{}", page.body);
    let order = stage.begin(0, &kept).await;
    assert_eq!(
        stage.begin(0, &kept).await,
        order,
        "who begins again goes on with the same"
    );
    for _ in 0..3 {
        let told = stage.provider_calls(&order, "p-1", 12_000).await;
        assert_eq!(told.status, 200, "{}", told.body);
    }
    assert_eq!(stage.status(0).await, "confirmed");
    let fee = stage.fee(0).await;
    assert_eq!(
        (fee["money"].as_str(), fee["postings"].as_array().unwrap().len()),
        (Some("paid"), 1)
    );
    assert_eq!(fee["postings"][0]["receipt"], "2026-000001");
    stage.books(&[("income", -12_000), ("online", 12_000)]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_number_that_was_counted_is_not_counted_for_another_order() {
    let stage = stage_with_fee(2, 2).await;
    let (one, two) = (id(&stage.enroll(0).await), id(&stage.enroll(1).await));
    let (first, second) = (stage.begin(0, &one).await, stage.begin(1, &two).await);
    assert_eq!(stage.provider_calls(&first, "p-1", 12_000).await.status, 200);
    let told = stage.provider_calls(&second, "p-1", 12_000).await;
    assert_eq!(told.status, 200, "{}", told.body);
    assert_eq!(stage.status(1).await, "reserved");
    assert_eq!(stage.provider_calls(&second, "p-2", 12_000).await.status, 200);
    assert_eq!(stage.status(1).await, "confirmed");
    stage.books(&[("income", -24_000), ("online", 24_000)]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_same_word_from_two_sides_at_once_is_one_posting() {
    let stage = stage_with_fee(1, 1).await;
    let kept = id(&stage.enroll(0).await);
    let order = stage.begin(0, &kept).await;
    let desk = SeatDesk::start(&stage.app.platform);
    let told = Told {
        order: order.parse().unwrap(),
        number: "p-1".into(),
        amount_fen: 12_000,
    };
    let ctx = stage.app.system();
    let calls = (0..8).map(|_| carry_out(&ctx, &desk, &told));
    for outcome in futures_util::future::join_all(calls).await {
        outcome.unwrap();
    }
    stage.app.run_jobs(crate::JOBS).await;
    stage.books(&[("income", -12_000), ("online", 12_000)]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_late_payment_goes_back_and_gives_no_second_seat() {
    let stage = stage_with_fee(1, 2).await;
    let kept = id(&stage.enroll(0).await);
    stage.enroll(1).await;
    let order = stage.begin(0, &kept).await;
    stage.later(OVER);
    stage.app.run_jobs(crate::JOBS).await;
    assert_eq!(stage.status(1).await, "reserved", "the seat went to the next");
    assert_eq!(stage.provider_calls(&order, "p-1", 12_000).await.status, 200);
    assert_eq!(
        [stage.status(0).await, stage.status(1).await],
        ["expired", "reserved"]
    );
    let fee = stage.fee(0).await;
    assert_eq!(
        (fee["money"].as_str(), fee["refunds"][0]["cause"].as_str()),
        (Some("none"), Some("late"))
    );
    stage.books(&[("online", 12_000), ("refund", -12_000)]).await;
    stage.app.run_jobs(crate::JOBS).await;
    assert_eq!(
        stage.fee(0).await["refunds"][0]["status"],
        "paid",
        "sent back by itself"
    );
    assert_eq!(
        stage.provider_calls(&order, "p-1", 12_000).await.status,
        200,
        "told again"
    );
    stage.app.run_jobs(crate::JOBS).await;
    stage.books(&[]).await;
    assert_eq!(
        crate::recount(&stage.app.platform.db).await.unwrap(),
        Vec::<String>::new()
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_wrong_sum_confirms_nothing_and_waits_for_the_cashier() {
    let stage = stage_with_fee(1, 1).await;
    let kept = id(&stage.enroll(0).await);
    let order = stage.begin(0, &kept).await;
    assert_eq!(stage.provider_calls(&order, "p-1", 11_900).await.status, 200);
    assert_eq!(stage.status(0).await, "reserved");
    stage.app.run_jobs(crate::JOBS).await;
    stage.books(&[("online", 11_900), ("refund", -11_900)]).await;
    let list = stage.as_registrar().get("/desk/fees").await;
    assert!(
        list.shows("付款金额不对") && list.shows("119 元"),
        "{}",
        list.body
    );
    // They pay again, and the right sum.
    let second = stage.begin(0, &kept).await;
    assert_ne!(second, order);
    assert_eq!(stage.provider_calls(&second, "p-2", 12_000).await.status, 200);
    assert_eq!(stage.status(0).await, "confirmed");
}

#[tokio::test(flavor = "multi_thread")]
async fn who_paid_at_the_counter_meanwhile_gets_the_second_payment_back() {
    let stage = stage_with_fee(1, 1).await;
    let kept = id(&stage.enroll(0).await);
    let order = stage.begin(0, &kept).await;
    stage.pay(&kept, "cash").await;
    for number in ["p-1", "p-2"] {
        assert_eq!(stage.provider_calls(&order, number, 12_000).await.status, 200);
    }
    stage.app.run_jobs(crate::JOBS).await;
    assert_eq!(stage.fee(0).await["refunds"].as_array().unwrap().len(), 2);
    stage.books(&[("cash", 12_000), ("income", -12_000)]).await;
    assert_eq!(stage.fee(0).await["money"], "paid");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_provider_that_never_calls_leaves_the_hold_as_it_is() {
    let stage = stage_with_fee(1, 1).await;
    let kept = id(&stage.enroll(0).await);
    stage.begin(0, &kept).await;
    stage.later(OVER);
    stage.app.run_jobs(crate::JOBS).await;
    assert_eq!(stage.status(0).await, "expired");
    let path = format!("/api/v1/enrollments/{kept}/online-payments");
    assert_eq!(
        stage.as_learner(0).api("POST", &path, &Value::Null).await.status,
        409
    );
    stage.books(&[]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_payment_on_line_is_undone_by_the_person_and_sent_back() {
    let stage = stage_with_fee(1, 1).await;
    let kept = id(&stage.enroll(0).await);
    let order = stage.begin(0, &kept).await;
    stage.provider_calls(&order, "p-1", 12_000).await;
    let me = stage.as_learner(0);
    let page = me.get(&format!("/me/fees/{kept}")).await;
    assert!(page.shows("撤销这次付款"), "{}", page.body);
    assert!(page.shows("交费（网上支付，本人付的）"), "{}", page.body);
    let posting = stage.fee(0).await["postings"][0]["id"]
        .as_str()
        .unwrap()
        .to_owned();
    assert_eq!(
        me.post(&format!("/me/fee-postings/{posting}/undo"), &[])
            .await
            .status,
        303
    );
    assert_eq!(stage.status(0).await, "reserved");
    stage.app.run_jobs(crate::JOBS).await;
    let fee = stage.fee(0).await;
    assert_eq!(
        (fee["money"].as_str(), fee["refunds"][0]["status"].as_str()),
        (Some("due"), Some("paid"))
    );
    let page = me.get(&format!("/me/fees/{kept}?done=undone")).await;
    assert!(
        page.shows("这次付款撤销了") && !page.shows("撤销这次付款"),
        "what went back is not theirs to undo: {}",
        page.body
    );
    stage.books(&[]).await;
}

/// The posting with this receipt.
fn receipt(fee: &Value, number: &str) -> String {
    let mut postings = fee["postings"].as_array().unwrap().iter();
    id(postings.rfind(|one| one["receipt"] == number).unwrap())
}

/// The page says so.
async fn reads(reader: &Client, path: &str, words: &str) {
    let page = reader.get(path).await;
    assert!(page.shows(words), "{words}: {}", page.body);
}

/// Without the link she neither sees the fee nor pays it.
async fn the_link_ends(stage: &Stage, link: &str, kept: &str) {
    let (daughter, mother) = (stage.as_learner(0), stage.as_learner(1));
    let end = format!("/api/v1/me/family/{link}");
    mother.call(204, "DELETE", &end, &Value::Null).await;
    assert_eq!(
        daughter.get(&format!("/me/fees/{kept}")).await.status,
        404,
        "the link is over"
    );
    let begin = format!("/api/v1/enrollments/{kept}/online-payments");
    assert_eq!(daughter.api("POST", &begin, &Value::Null).await.status, 404);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_daughter_pays_for_her_mother_and_either_undoes_it() {
    let stage = stage_with_fee(1, 3).await;
    let link = stage.linked().await;
    stage.give_phone(0).await;
    let kept = id(&stage.enroll(1).await);
    let (daughter, mother) = (stage.as_learner(0), stage.as_learner(1));
    reads(&daughter, &format!("/me/enrollments/{kept}"), "去交学费").await;
    let list = daughter.get("/me/fees").await;
    assert!(list.shows("学员1") && list.shows("120 元"), "{}", list.body);
    let path = format!("/me/fees/{kept}");
    assert!(daughter.get(&path).await.shows("在网上交 120 元"));
    assert_eq!(stage.as_learner(2).get(&path).await.status, 404, "a stranger");
    let (own, order) = (stage.begin(1, &kept).await, stage.begin(0, &kept).await);
    assert_ne!(own, order, "each has a payment of their own");
    assert_eq!(stage.provider_calls(&order, "p-1", 12_000).await.status, 200);
    assert_eq!(stage.status(1).await, "confirmed");
    let of = "SELECT count(*) FROM event WHERE actor_person = $1 AND on_behalf_of = $2 AND channel = 'family'
        AND kind IN ('fee.order_begun', 'enrollment.paid', 'fee.paid')";
    let people = args![stage.people[0], stage.people[1]];
    let db = &stage.app.platform.db;
    let kept_by_name: i64 = db.query_one(of, people).await.unwrap();
    assert_eq!(kept_by_name, 3, "who acted, for whom, and how");
    stage.app.run_jobs(crate::JOBS).await;
    let told = stage.told(1).await;
    assert!(told.last().unwrap().contains("女儿学员0替您交的"), "{told:?}");
    for reader in [&mother, &daughter] {
        reads(reader, &path, "撤销这次付款").await;
        reads(reader, &path, "交费（网上支付，女儿学员0付的）").await;
    }

    let undo = format!(
        "/me/fee-postings/{}/undo",
        stage.fee(1).await["postings"][0]["id"].as_str().unwrap()
    );
    assert_eq!(
        stage.as_learner(2).post(&undo, &[]).await.status,
        404,
        "a stranger"
    );
    assert_eq!(mother.post(&undo, &[]).await.status, 303);
    assert_eq!(stage.status(1).await, "reserved");
    let told = stage.told(0).await;
    assert!(told.last().unwrap().contains("学员1撤销了您替付的"), "{told:?}");
    reads(&daughter, &path, "女儿学员0付的），本人撤销（网上）").await;

    let order = stage.begin(0, &kept).await;
    assert_eq!(stage.provider_calls(&order, "p-2", 12_000).await.status, 200);
    let second = receipt(&stage.fee(1).await, "2026-000002");
    let again = format!("/api/v1/fee-postings/{second}/reversal");
    daughter.call(200, "POST", &again, &Value::Null).await;
    let told = stage.told(1).await;
    assert!(told.last().unwrap().contains("女儿学员0撤销了"), "{told:?}");
    let desk = format!("/desk/fees/{kept}");
    for (reader, path) in [(&mother, &path), (&stage.as_registrar(), &desk)] {
        reads(reader, path, "女儿学员0付的），女儿学员0撤销（家人代办）").await;
    }
    stage.app.run_jobs(crate::JOBS).await;
    stage.books(&[]).await;
    the_link_ends(&stage, &link, &kept).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn only_the_provider_is_believed() {
    let stage = stage_with_fee(1, 1).await;
    let kept = id(&stage.enroll(0).await);
    let order = stage.begin(0, &kept).await;
    let body = json!({ "order": order, "number": "p-1", "amount_fen": 12_000 });
    assert_eq!(
        stage.app.visitor().api("POST", CALLBACK, &body).await.status,
        403,
        "no signature"
    );
    let old = stage.app.platform.clock.now().plus_secs(-3_600);
    let stale = testkit::pay::call(stage.app.visitor(), CALLBACK, old, &body.to_string()).await;
    assert_eq!(stale.status, 403, "an old call sent again");
    assert_eq!(
        stage.provider_calls("0000000000000", "p-1", 12_000).await.status,
        404
    );
    assert_eq!(stage.provider_calls(&order, "", 12_000).await.status, 422);
    assert_eq!(stage.provider_calls(&order, "p-1", -1).await.status, 422);
    assert_eq!(stage.status(0).await, "reserved");
    stage.books(&[]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_person_plays_the_provider_of_the_demonstration() {
    let stage = stage_with_fee(1, 2).await;
    let kept = id(&stage.enroll(0).await);
    let order = stage.begin(0, &kept).await;
    let path = format!("/pay/demo/{order}");
    let me = stage.as_learner(0);
    assert!(me.get(&path).await.shows("付 120 元"));
    assert_eq!(
        stage.as_learner(1).get(&path).await.status,
        404,
        "somebody else's"
    );
    let wrong = me.post(&path, &[("play", "wrong")]).await;
    assert!(wrong.shows("金额不对"), "{}", wrong.body);
    let order = stage.begin(0, &kept).await;
    let twice = me.post(&format!("/pay/demo/{order}"), &[("play", "twice")]).await;
    assert_eq!(twice.status, 303, "{}", twice.body);
    assert_eq!(stage.status(0).await, "confirmed");
    stage
        .books(&[("income", -12_000), ("online", 24_001), ("refund", -12_001)])
        .await;
}

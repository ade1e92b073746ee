//! What schools decide of fees: of who joins late, of kept seats, of refunds.

use super::id;
use crate::testing::{Stage, stage_with_fee};
use db::args;
use serde_json::json;

/// The class takes people until April, and it is nine o'clock of this day.
async fn on(stage: &Stage, day: &str) {
    let tx = stage.app.system().begin().await.unwrap();
    tx.exec(
        "UPDATE class SET enrollment_closes = '2027-04-01T00:00:00.000Z', version = version + 1 WHERE id = $1 {unscoped: test}",
        args![stage.class],
    )
    .await
    .unwrap();
    tx.commit(vec![platform::Event::new("test.class", "class", stage.class)])
        .await
        .unwrap();
    let at: kernel::Instant = format!("{day}T01:00:00.000Z").parse().unwrap();
    let clock = &stage.app.platform.clock;
    clock.advance(at.secs_since(clock.now()));
}

#[tokio::test(flavor = "multi_thread")]
async fn who_joins_late_pays_what_the_school_has_decided_and_reads_it_before() {
    let stage = stage_with_fee(3, 3).await;
    on(&stage, "2027-03-02").await;
    let check = format!("/classes/{}/enroll", stage.class);
    let page = stage.as_learner(0).get(&check).await;
    assert!(page.shows("已经上了 1 次课，学费按全部交"), "{}", page.body);
    stage.enroll(0).await;
    assert_eq!(stage.fee(0).await["due_fen"], 12_000);
    // From now on, and also for who waits: the desk does not go on with what it knew.
    stage.decide(json!({ "late_fee": "lessons" })).await;
    let page = stage.as_learner(1).get(&check).await;
    assert!(
        page.shows("90 元（已经上了 1 次课，按剩下的 3 次课交；全部是 120 元）"),
        "{}",
        page.body
    );
    let counter = format!("/desk/counter/{}/{}", stage.people[1], stage.class);
    assert!(
        stage
            .as_registrar()
            .get(&counter)
            .await
            .shows("按剩下的 3 次课交")
    );
    let late = id(&stage.enroll(1).await);
    assert_eq!(stage.fee(1).await["due_fen"], 9_000);
    assert_eq!(stage.pay(&late, "cash").await.status, 201);
    stage.books(&[("cash", 9_000), ("income", -9_000)]).await;
    // After the first of their three lessons they get back two thirds.
    on(&stage, "2027-03-09").await;
    let leave = format!("/me/enrollments/{late}/withdraw");
    let page = stage.as_learner(1).get(&leave).await;
    assert!(page.shows("退给您 60 元"), "{}", page.body);
    assert_eq!(stage.as_learner(1).post(&leave, &[]).await.status, 303);
    stage
        .books(&[("cash", 9_000), ("income", -3_000), ("refund", -6_000)])
        .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_seat_from_the_waitlist_costs_what_it_costs_then() {
    let stage = stage_with_fee(1, 2).await;
    stage.decide(json!({ "late_fee": "lessons" })).await;
    let first = id(&stage.enroll(0).await);
    assert_eq!(stage.pay(&first, "cash").await.status, 201);
    stage.enroll(1).await;
    on(&stage, "2027-03-16").await;
    stage
        .as_learner(0)
        .post(&format!("/me/enrollments/{first}/withdraw"), &[])
        .await;
    let fee = stage.fee(1).await;
    assert_eq!(
        (fee["money"].as_str(), fee["due_fen"].as_i64()),
        (Some("due"), Some(3_000))
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_school_sets_how_long_a_seat_is_kept() {
    let stage = stage_with_fee(2, 2).await;
    stage.enroll(0).await;
    assert_eq!(stage.fee(0).await["pay_by"], "2026-11-24T09:00:00+08:00");
    stage.decide(json!({ "fee_hours": 24 })).await;
    let page = stage
        .as_learner(1)
        .get(&format!("/classes/{}/enroll", stage.class))
        .await;
    assert!(
        page.shows("网上报名留 24 小时，柜台和电话报名留 2 个工作日"),
        "{}",
        page.body
    );
    stage.enroll(1).await;
    assert_eq!(stage.fee(1).await["pay_by"], "2026-11-23T09:00:00+08:00");
    assert_eq!(
        stage.fee(0).await["pay_by"],
        "2026-11-24T09:00:00+08:00",
        "what is kept stays as it was"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_refund_follows_the_rules_of_when_they_enrolled_and_keeps_their_version() {
    let stage = stage_with_fee(3, 2).await;
    let first = id(&stage.enroll(0).await);
    assert_eq!(stage.pay(&first, "cash").await.status, 201);
    stage.app.platform.clock.advance(60);
    stage
        .decide(json!({ "refund_whole": 1, "refund_part": 1, "refund_late": "nothing" }))
        .await;
    stage.app.platform.clock.advance(60);
    let page = stage
        .as_learner(1)
        .get(&format!("/classes/{}/enroll", stage.class))
        .await;
    assert!(
        page.shows("退费：上过 1 次课以内取消，学费全退；再晚不退；因病、去世或搬家有证明的，按没上的课退；学校停办的，全退。"),
        "{}",
        page.body
    );
    let second = id(&stage.enroll(1).await);
    assert_eq!(stage.pay(&second, "cash").await.status, 201);
    on(&stage, "2027-03-09").await;
    for (at, enrollment) in [(0, &first), (1, &second)] {
        let leave = format!("/me/enrollments/{enrollment}/withdraw");
        assert_eq!(stage.as_learner(at).post(&leave, &[]).await.status, 303);
    }
    let db = &stage.app.platform.db;
    let sql = "SELECT amount_fen, ladder_version FROM fee_refund {unscoped: test} ORDER BY id";
    let kept: Vec<(i64, String)> = db.query(sql, &[]).await.unwrap();
    let own = format!("school-rules/{}/1", stage.world.here.org);
    assert_eq!(kept, [(6_000, "refund/1".to_owned()), (0, own)]);
}

#[tokio::test(flavor = "multi_thread")]
async fn rules_of_fees_have_bounds() {
    let stage = stage_with_fee(1, 1).await;
    let at = format!("/api/v1/orgs/{}/school-rules", stage.world.here.org);
    for (rules, field) in [
        (json!({ "fee_hours": 0 }), "fee_hours"),
        (json!({ "fee_days": 31 }), "fee_days"),
        (json!({ "refund_whole": 4 }), "refund_part"),
        (json!({ "refund_late": "whole" }), "refund_proof"),
        (
            json!({ "suspend_seat": "keep", "suspend_fee": "refund" }),
            "suspend_fee",
        ),
        (json!({ "suspend_terms": 5 }), "suspend_terms"),
        (json!({ "suspend_weeks": 21 }), "suspend_weeks"),
    ] {
        let body = json!({ "rules": rules, "reason": "试一试", "version": 0 });
        let refused = stage.as_registrar().api("PUT", &at, &body).await;
        assert_eq!(refused.status, 422, "{field}");
        let problem = refused.json();
        assert_eq!(testkit::wrong_fields(&problem), [field]);
    }
}

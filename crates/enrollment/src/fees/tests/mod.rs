//! Money through the router.

mod closing;
mod online;
mod rules;
mod way_back;

use crate::testing::{Stage, stage, stage_with_fee};
use db::args;
use platform::Role;
use serde_json::{Value, json};
use testkit::{limited, staff};

/// Two days and a bit.
const OVER: i64 = 48 * 3600 + 60;

impl Stage {
    fn later(&self, secs: i64) {
        self.app.platform.clock.advance(secs);
    }

    async fn one(&self, sql: &str) -> i64 {
        self.app.platform.db.query_one(sql, args![]).await.unwrap()
    }

    async fn money_of(&self, id: &str) -> String {
        let id: crate::EnrollmentId = id.parse().unwrap();
        let sql = "SELECT money FROM enrollment WHERE id = $1 {unscoped: test}";
        self.app.platform.db.query_one(sql, args![id]).await.unwrap()
    }

    async fn set_money_of(&self, id: &str, money: &str) {
        let id: crate::EnrollmentId = id.parse().unwrap();
        let tx = self.app.system().begin().await.unwrap();
        let sql = "UPDATE enrollment SET money = $2 WHERE id = $1 {unscoped: test}";
        tx.exec(sql, args![id, money]).await.unwrap();
        tx.commit(vec![platform::Event::new("test.broken", "enrollment", id)])
            .await
            .unwrap();
    }

    async fn fee(&self, at: usize) -> Value {
        let mine = self
            .as_learner(at)
            .api("GET", "/api/v1/me/fees", &Value::Null)
            .await;
        assert_eq!(mine.status, 200, "{}", mine.body);
        mine.json()["items"][0].clone()
    }

    async fn pay(&self, id: &str, method: &str) -> testkit::Answer {
        let path = format!("/api/v1/enrollments/{id}/payments");
        let body = json!({ "method": method, "reason": "低保，看过证明" });
        self.as_registrar().api("POST", &path, &body).await
    }

    /// Every posting sums to nothing, and the balances of the accounts are these.
    async fn books(&self, expected: &[(&str, i64)]) {
        let db = &self.app.platform.db;
        assert_eq!(
            crate::fees::actions::prove(db).await.unwrap(),
            Vec::<String>::new()
        );
        let sql = "SELECT account, CAST(sum(amount_fen) AS BIGINT) FROM fee_entry GROUP BY account ORDER BY account";
        let mut found: Vec<(String, i64)> = db.query(sql, args![]).await.unwrap();
        found.retain(|(_, fen)| *fen != 0);
        let found: Vec<(&str, i64)> = found.iter().map(|(name, fen)| (name.as_str(), *fen)).collect();
        assert_eq!(found, expected);
    }
}

fn id(answer: &Value) -> String {
    answer["id"].as_str().unwrap().to_owned()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_free_class_asks_for_nothing() {
    let stage = stage(1, 1).await;
    assert_eq!(stage.enroll(0).await["status"], "confirmed");
    let mine = stage
        .as_learner(0)
        .api("GET", "/api/v1/me/fees", &Value::Null)
        .await;
    assert_eq!(mine.json()["items"], json!([]));
    let page = stage.as_learner(0).get("/me/fees").await;
    assert!(page.shows("没有要交的学费"), "{}", page.body);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_seat_is_kept_until_it_is_paid() {
    let stage = stage_with_fee(1, 2).await;
    stage.give_phone(0).await;
    let kept = stage.enroll(0).await;
    assert_eq!(kept["status"], "reserved");
    assert_eq!(stage.enroll(1).await["status"], "waitlisted");
    let fee = stage.fee(0).await;
    assert_eq!(
        (fee["money"].as_str(), fee["due_fen"].as_i64()),
        (Some("due"), Some(12_000))
    );
    assert_eq!(fee["pay_by"], "2026-11-24T09:00:00+08:00", "48 hours on line");
    let page = stage
        .as_learner(0)
        .get(&format!("/me/enrollments/{}", id(&kept)))
        .await;
    assert!(page.shows("请在 2026年11月24日 09:00 前交"), "{}", page.body);

    let paid = stage.pay(&id(&kept), "cash").await;
    assert_eq!(
        (paid.status, paid.json()["status"].as_str()),
        (201, Some("confirmed")),
        "{}",
        paid.body
    );
    let fee = stage.fee(0).await;
    assert_eq!(
        (fee["money"].as_str(), &fee["pay_by"]),
        (Some("paid"), &Value::Null)
    );
    assert_eq!(fee["postings"][0]["receipt"], "2026-000001");
    assert_eq!(stage.pay(&id(&kept), "cash").await.status, 409, "paid before");
    stage.later(OVER);
    stage.app.run_jobs(crate::JOBS).await;
    assert_eq!(
        stage.status(0).await,
        "confirmed",
        "nothing is taken from who paid"
    );
    stage.books(&[("cash", 12_000), ("income", -12_000)]).await;
    the_receipt_is_theirs(&stage, fee["postings"][0]["id"].as_str().unwrap()).await;
}

async fn the_receipt_is_theirs(stage: &Stage, receipt: &str) {
    let told = stage.told(0).await;
    assert!(
        told[0].contains("名额已给您留着") && told[1].contains("学费 120 元 已收到"),
        "{told:?}"
    );
    let page = stage.as_learner(0).get(&format!("/me/receipts/{receipt}")).await;
    assert!(page.shows("2026-000001") && page.shows("120 元"), "{}", page.body);
    assert_eq!(
        stage
            .as_learner(1)
            .get(&format!("/me/receipts/{receipt}"))
            .await
            .status,
        404,
        "somebody else's"
    );
    assert_eq!(
        stage
            .as_registrar()
            .get(&format!("/desk/receipts/{receipt}"))
            .await
            .status,
        200
    );
    assert_eq!(
        stage
            .as_sibling()
            .get(&format!("/desk/receipts/{receipt}"))
            .await
            .status,
        404
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_hold_that_is_over_gives_the_seat_to_the_next_once() {
    let stage = stage_with_fee(1, 3).await;
    stage.give_phone(0).await;
    stage.give_phone(1).await;
    let first = stage.enroll(0).await;
    for at in [1, 2] {
        stage.enroll(at).await;
    }
    stage.app.run_jobs(crate::JOBS).await;
    stage.later(OVER);
    stage.app.run_jobs(crate::JOBS).await;
    stage.job(crate::HOLDS, json!({})).await;
    let standing = [
        stage.status(0).await,
        stage.status(1).await,
        stage.status(2).await,
    ];
    assert_eq!(standing, ["expired", "reserved", "waitlisted"]);
    assert_eq!(stage.fee(0).await["money"], "none");
    // From a Tuesday: 48 hours, or the end of the second working day, whichever is later.
    assert_eq!(stage.fee(1).await["pay_by"], "2026-11-26T23:59:00+08:00");
    assert!(stage.told(0).await.last().unwrap().contains("没有在"));
    assert!(stage.told(1).await.last().unwrap().contains("轮到您了"));
    assert_eq!(stage.pay(&id(&first), "cash").await.status, 409, "too late");
    stage.books(&[]).await;
    stage.later(3 * 24 * 3600);
    stage.app.run_jobs(crate::JOBS).await;
    assert_eq!(stage.status(2).await, "reserved", "and the next after them");
    let wrong = crate::recount(&stage.app.platform.db).await.unwrap();
    assert_eq!(wrong, Vec::<String>::new());
}

#[tokio::test(flavor = "multi_thread")]
async fn who_pays_after_the_end_of_the_hold_is_too_late_before_any_job_has_run() {
    let stage = stage_with_fee(1, 1).await;
    let kept = stage.enroll(0).await;
    stage.later(OVER);
    let late = stage.pay(&id(&kept), "cash").await;
    assert_eq!(
        (late.status, late.json()["type"].as_str().is_some()),
        (409, true),
        "{}",
        late.body
    );
    stage.books(&[]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_counter_keeps_a_seat_for_two_working_days_and_takes_the_fee() {
    let stage = stage_with_fee(1, 1).await;
    let clerk = stage.as_registrar();
    let path = format!("/desk/counter/{}/{}", stage.people[0], stage.class);
    let done = clerk.post(&path, &[("channel", "desk")]).await;
    assert_eq!(done.status, 303, "{}", done.body);
    let id = done.location().rsplit('/').next().unwrap().to_owned();
    assert_eq!(
        stage.fee(0).await["pay_by"],
        "2026-11-24T23:59:00+08:00",
        "from a Sunday: Monday, Tuesday"
    );
    let page = clerk.get(done.location()).await;
    assert!(page.shows("收学费"), "{}", page.body);
    let list = clerk.get("/desk/fees").await;
    assert!(list.shows("学员0") && list.shows("120 元"), "{}", list.body);
    assert!(!stage.as_sibling().get("/desk/fees").await.shows("学员0"));

    let at = format!("/desk/fees/{id}");
    assert!(clerk.get(&at).await.shows("收现金 120 元"));
    assert_eq!(stage.as_sibling().get(&at).await.status, 404);
    assert_eq!(
        clerk.post(&format!("{at}/waive"), &[("reason", "")]).await.status,
        422,
        "without a reason"
    );
    assert_eq!(
        clerk
            .post(&format!("{at}/take"), &[("method", "card")])
            .await
            .status,
        303
    );
    assert_eq!(
        clerk
            .post(&format!("{at}/take"), &[("method", "card")])
            .await
            .status,
        409,
        "a second click"
    );
    let page = clerk.get(&at).await;
    assert!(
        page.shows("收据 2026-000001") && page.shows("撤销（十分钟内）"),
        "{}",
        page.body
    );
    stage.books(&[("card", 12_000), ("income", -12_000)]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_fee_can_be_waived_with_a_reason() {
    let stage = stage_with_fee(1, 1).await;
    let kept = id(&stage.enroll(0).await);
    let path = format!("/api/v1/enrollments/{kept}/payments");
    let clerk = stage.as_registrar();
    let body = json!({ "method": "waiver" });
    assert_eq!(clerk.api("POST", &path, &body).await.status, 422, "no reason");
    assert_eq!(
        clerk
            .api("POST", &path, &json!({ "method": "online" }))
            .await
            .status,
        422
    );
    assert_eq!(stage.as_sibling().api("POST", &path, &body).await.status, 404);
    assert_eq!(stage.as_learner(0).api("POST", &path, &body).await.status, 403);
    assert_eq!(stage.pay(&kept, "waiver").await.status, 201);
    let fee = stage.fee(0).await;
    assert_eq!(
        (fee["money"].as_str(), &fee["postings"][0]["receipt"]),
        (Some("waived"), &Value::Null)
    );
    stage.books(&[("income", -12_000), ("waiver", 12_000)]).await;
    // Who leaves leaves nothing behind: neither what was waived nor what was earned by it.
    let leave = format!("/me/enrollments/{kept}/withdraw");
    for _ in 0..2 {
        assert_eq!(stage.as_learner(0).post(&leave, &[]).await.status, 303);
        stage.books(&[]).await;
    }
    assert_eq!(stage.fee(0).await["money"], "none");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_step_can_be_undone_for_ten_minutes() {
    let stage = stage_with_fee(2, 2).await;
    let kept = id(&stage.enroll(0).await);
    let held = async || -> String {
        let sql = "SELECT held_until FROM enrollment WHERE person_id = $1 {unscoped: test}";
        let db = &stage.app.platform.db;
        db.query_one(sql, db::args![stage.people[0]]).await.unwrap()
    };
    let until = held().await;
    stage.pay(&kept, "cash").await;
    let posting = stage.fee(0).await["postings"][0]["id"]
        .as_str()
        .unwrap()
        .to_owned();
    let undo = format!("/api/v1/fee-postings/{posting}/reversal");
    assert_eq!(
        stage.as_learner(0).api("POST", &undo, &Value::Null).await.status,
        404,
        "cash is undone at the desk"
    );
    assert_eq!(
        stage.as_sibling().api("POST", &undo, &Value::Null).await.status,
        404
    );
    stage.later(599);
    let undone = stage.as_registrar().api("POST", &undo, &Value::Null).await;
    assert_eq!(
        (undone.status, undone.json()["money"].as_str()),
        (200, Some("due")),
        "{}",
        undone.body
    );
    assert_eq!(stage.status(0).await, "reserved");
    assert_eq!(held().await, until, "paying and undoing wins no time");
    let again = stage.as_registrar().api("POST", &undo, &Value::Null).await;
    assert_eq!(
        (again.status, again.json()["type"].as_str()),
        (409, Some("/problems/undone_before")),
        "{}",
        again.body
    );
    stage.books(&[]).await;
    stage.pay(&kept, "card").await;
    let fee = stage.fee(0).await;
    assert_eq!(
        fee["postings"][2]["receipt"], "2026-000002",
        "no gap, and no number twice"
    );
    let second = fee["postings"][2]["id"].as_str().unwrap();
    stage.later(600);
    let undo = format!("/desk/fee-postings/{second}/undo");
    let late = stage.as_registrar().post(&undo, &[]).await;
    assert_eq!(late.status, 409, "{}", late.body);
    stage.books(&[("card", 12_000), ("income", -12_000)]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn who_leaves_sees_what_comes_back_and_gets_it() {
    let stage = stage_with_fee(1, 2).await;
    stage.give_phone(0).await;
    let kept = id(&stage.enroll(0).await);
    stage.enroll(1).await;
    stage.pay(&kept, "cash").await;
    let me = stage.as_learner(0);
    let ask = me.get(&format!("/me/enrollments/{kept}/withdraw")).await;
    assert!(ask.shows("退给您 120 元"), "{}", ask.body);
    assert_eq!(
        me.post(&format!("/me/enrollments/{kept}/withdraw"), &[])
            .await
            .status,
        303
    );
    assert_eq!(
        stage.status(1).await,
        "reserved",
        "the next has a seat to pay for"
    );
    let fee = stage.fee(0).await;
    assert_eq!(fee["refunds"][0]["amount_fen"], 12_000);
    assert_eq!(fee["refunds"][0]["ladder_version"], "refund/1");
    stage.books(&[("cash", 12_000), ("refund", -12_000)]).await;
    stage.app.run_jobs(crate::enrollments::JOBS).await;
    let told = stage.told(0).await;
    assert!(told.last().unwrap().contains("学费退 120 元"), "{told:?}");
    assert!(me.get("/me/fees").await.shows("已交，要退 120 元"));

    let list = stage.as_registrar().get("/desk/fees").await;
    assert!(
        list.shows("退现金") && !list.shows("退到卡上") && list.shows("本人取消报名"),
        "{}",
        list.body
    );
    let path = format!(
        "/api/v1/fee-refunds/{}/payment",
        fee["refunds"][0]["id"].as_str().unwrap()
    );
    let cash = json!({ "method": "cash" });
    assert_eq!(stage.as_sibling().api("POST", &path, &cash).await.status, 404);
    assert_eq!(stage.as_registrar().api("POST", &path, &cash).await.status, 201);
    assert_eq!(
        stage.as_registrar().api("POST", &path, &cash).await.status,
        409,
        "paid before"
    );
    assert_eq!(stage.fee(0).await["money"], "refunded");
    let told = stage.told(0).await;
    assert!(
        told.last().unwrap().contains("退给您 120 元，退的是现金"),
        "{told:?}"
    );
    stage.books(&[]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_ladder_counts_lessons_and_proof_helps() {
    let stage = stage_with_fee(1, 1).await;
    let kept = id(&stage.enroll(0).await);
    stage.pay(&kept, "cash").await;
    // Four lessons have begun by the evening of 22 March 2027: nothing comes back, and nothing is left to prove.
    let to = "2027-03-08T12:00:00.000Z".parse::<kernel::Instant>().unwrap();
    stage.later(to.secs_since(stage.app.platform.clock.now()));
    let clerk = stage.as_registrar();
    let page = clerk.get(&format!("/desk/enrollments/{kept}")).await;
    assert!(page.shows("退给您 60 元"), "two of four lessons: {}", page.body);
    let reason = [("reason", "本人来电")];
    assert_eq!(
        clerk
            .post(&format!("/desk/enrollments/{kept}/withdraw"), &reason)
            .await
            .status,
        303
    );
    assert_eq!(stage.fee(0).await["refunds"][0]["amount_fen"], 6_000);
    let proof = clerk
        .post(&format!("/desk/fees/{kept}/proof"), &[("reason", "住院证明")])
        .await;
    assert_eq!(proof.status, 409, "the same part was given already");
    stage
        .books(&[("cash", 12_000), ("income", -6_000), ("refund", -6_000)])
        .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_cancelled_class_gives_everybody_all_of_it() {
    let stage = stage_with_fee(2, 2).await;
    stage.give_phone(0).await;
    stage.give_phone(1).await;
    let first = id(&stage.enroll(0).await);
    stage.enroll(1).await;
    stage.pay(&first, "cash").await;
    stage
        .job(
            "class.cancelled",
            json!({ "class": stage.class, "sentence": "停办。" }),
        )
        .await;
    let fee = stage.fee(0).await;
    assert_eq!(
        (
            fee["refunds"][0]["cause"].as_str(),
            fee["refunds"][0]["amount_fen"].as_i64()
        ),
        (Some("cancelled"), Some(12_000))
    );
    assert_eq!(
        stage.fee(1).await["money"],
        "none",
        "who had not paid owes nothing"
    );
    let (paid, due) = (stage.told(0).await, stage.told(1).await);
    assert!(
        paid.last().unwrap().contains("学费退 120 元，请到学校柜台领取"),
        "{paid:?}"
    );
    assert!(due.last().unwrap().contains("学费不用交了"), "{due:?}");
    stage.books(&[("cash", 12_000), ("refund", -12_000)]).await;
    assert_eq!(
        stage
            .one("SELECT count(*) FROM fee_refund {unscoped: test}")
            .await,
        1
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_token_without_the_permission_takes_nothing() {
    let stage = stage_with_fee(1, 1).await;
    let kept = id(&stage.enroll(0).await);
    let here = &stage.world.here;
    let actor = staff(here.registrar, Role::Registrar, here.org, &here.path);
    let client = stage
        .app
        .signed_in(limited(actor, &[platform::Permission::EnrollmentAct]));
    let path = format!("/api/v1/enrollments/{kept}/payments");
    let answer = client.api("POST", &path, &json!({ "method": "cash" })).await;
    assert_eq!(answer.status, 403, "{}", answer.body);
}

#[test]
fn every_text_of_the_learner_pages_has_english() {
    let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("src/fees");
    let read = |file: &str| std::fs::read_to_string(root.join(file)).unwrap();
    let source = format!("{}{}", read("pages.rs"), read("demo_pay.rs"));
    let mut texts = Vec::new();
    for start in ["page.t(\"", "page.tn(\"", "learner_page(&ctx, \""] {
        let found = source.split(start).skip(1);
        texts.extend(found.filter_map(|rest| rest.split('"').next()).map(str::to_owned));
    }
    let texts: Vec<&str> = texts.iter().map(String::as_str).collect();
    assert!(texts.len() > 10);
    assert_eq!(ui::catalogue::missing_english(&texts), Vec::<String>::new());
}

#[tokio::test(flavor = "multi_thread")]
async fn an_enrolment_that_says_otherwise_than_the_books_is_found() {
    let stage = stage_with_fee(2, 2).await;
    let paid = id(&stage.enroll(0).await);
    stage.pay(&paid, "cash").await;
    let due = id(&stage.enroll(1).await);
    stage.books(&[("cash", 12_000), ("income", -12_000)]).await;
    let db = &stage.app.platform.db;
    for (broken, money, words) in [
        (&paid, "due", "记着“要交”，账上收了 12000 分"),
        (&due, "paid", "记着“已交”，账上收了 0 分"),
    ] {
        let before: String = stage.money_of(broken).await;
        stage.set_money_of(broken, money).await;
        let faults = crate::fees::actions::prove(db).await.unwrap();
        assert!(
            faults.len() == 1 && faults[0].contains(broken) && faults[0].contains(words),
            "{faults:?}"
        );
        stage.set_money_of(broken, &before).await;
    }
    stage.books(&[("cash", 12_000), ("income", -12_000)]).await;
}

//! Merging a class in which people have paid: what they answer, and every fen.

use super::{Stage, other, set_minimum};
use crate::enrollments::JOBS;
use crate::testing::stage_with_fee;
use db::args;
use kernel::Fen;
use serde_json::json;
use teaching::ClassId;

async fn id_in(stage: &Stage, at: usize, class: ClassId) -> String {
    let sql = "SELECT id FROM enrollment WHERE person_id = $1 AND class_id = $2 {unscoped: test} ORDER BY id DESC LIMIT 1";
    let db = &stage.app.platform.db;
    let id: crate::EnrollmentId = db.query_one(sql, args![stage.people[at], class]).await.unwrap();
    id.to_string()
}

async fn pay(stage: &Stage, at: usize, method: &str) {
    let id = stage.enroll(at).await["id"].as_str().unwrap().to_owned();
    let body = json!({ "method": method, "reason": if method == "waiver" { "低保，看过证明" } else { "" } });
    let path = format!("/api/v1/enrollments/{id}/payments");
    let paid = stage.as_registrar().api("POST", &path, &body).await;
    assert_eq!(paid.status, 201, "{}", paid.body);
}

/// What an account of the books stands at, in fen.
async fn account(stage: &Stage, account: &'static str) -> i64 {
    let sql = "SELECT CAST(COALESCE(sum(amount_fen), 0) AS BIGINT) FROM fee_entry WHERE account = $1";
    stage
        .app
        .platform
        .db
        .query_one(sql, args![account])
        .await
        .unwrap()
}

/// Three paid 120 yuan, one paid nothing; all go into a class of 90 yuan on another day.
async fn merged(stage: &Stage) -> ClassId {
    set_minimum(stage, 5).await;
    let into = other(stage, "书法周二班", 6, 9_000).await;
    for at in 0..3 {
        pay(stage, at, "cash").await;
        stage.give_phone(at).await;
    }
    pay(stage, 3, "waiver").await;
    let clerk = stage.as_registrar();
    let at = format!("/desk/classes/{}/merge", stage.class);
    let offer = clerk.get(&at).await;
    for text in [
        "4 人能一起过去",
        &format!("学费转过去 {}", Fen(27_000)),
        &format!("差价退还 {}", Fen(9_000)),
    ] {
        assert!(offer.shows(text), "{text}: {}", offer.body);
    }
    let into_text = into.to_string();
    for _ in 0..2 {
        assert_eq!(clerk.post(&at, &[("into", &into_text)]).await.status, 303);
        stage.app.run_jobs(JOBS).await;
    }
    for at in 0..4 {
        assert_eq!(stage.standing(at, stage.class).await, "transferred");
        assert_eq!(stage.standing(at, into).await, "confirmed");
    }
    into
}

async fn books_are_right(stage: &Stage, owed: i64, income: i64) {
    stage.books_are_right(owed).await;
    let found = (
        account(stage, "carried").await,
        account(stage, "refund").await,
        account(stage, "income").await,
    );
    assert_eq!(found, (0, -owed, -income));
}

#[tokio::test(flavor = "multi_thread")]
async fn who_has_paid_goes_along_or_gets_everything_back() {
    let stage = stage_with_fee(6, 5).await;
    let into = merged(&stage).await;
    // 3 x 30 yuan are owed back; 3 x 90 yuan and the waiver of 90 are income.
    books_are_right(&stage, 9_000, 36_000).await;
    let told = stage.told(0).await;
    let told = told.last().unwrap();
    assert!(
        told.contains("差价") && told.contains("没有答复的，算不去，全部退费"),
        "{told}"
    );
    let ids = [0, 1, 2, 3];
    let mut enrollments = Vec::new();
    for at in ids {
        enrollments.push(id_in(&stage, at, into).await);
    }
    answers_on_line(&stage, &enrollments[0]).await;
    answers_at_the_counter(&stage, &enrollments[1], into).await;
    books_are_right(&stage, 18_000, 27_000).await;
    let home = stage
        .as_registrar()
        .get(&format!("/desk/classes/{}/merge", stage.class))
        .await;
    assert!(
        home.shows("还没有答复") && home.shows("不去，全部退费"),
        "{}",
        home.body
    );
    stage.app.platform.clock.advance(3 * 86_400);
    stage.job(crate::MERGES, json!({})).await;
    assert_eq!(stage.standing(0, into).await, "confirmed");
    for at in 1..4 {
        assert_eq!(stage.standing(at, into).await, "withdrawn", "{at}");
    }
    // Whose fee was waived leaves no income behind.
    books_are_right(&stage, 27_000, 9_000).await;
    let told = stage.told(2).await;
    let last = told.last().unwrap();
    assert!(
        last.contains("没有等到您答复") && last.contains("交过的 120 元 全部退还"),
        "{told:?}"
    );
    let late = stage
        .as_learner(0)
        .post(
            &format!("/me/enrollments/{}/merge", enrollments[0]),
            &[("answer", "refund")],
        )
        .await;
    assert!(
        late.status == 409 && late.shows("答复的时间已过"),
        "{}",
        late.body
    );
    // Run again, nothing happens twice.
    stage.job(crate::MERGES, json!({})).await;
    books_are_right(&stage, 27_000, 9_000).await;
    cashier_pays_all(&stage).await;
}

async fn answers_on_line(stage: &Stage, id: &str) {
    let learner = stage.as_learner(0);
    assert!(learner.get("/me").await.shows("去不去，请您答复"));
    let at = format!("/me/enrollments/{id}/merge");
    assert!(
        learner
            .get(&format!("/me/enrollments/{id}"))
            .await
            .body
            .contains(&at)
    );
    let page = learner.get(&at).await;
    for text in [
        "不用再交钱",
        "全部退给您",
        "书法周二班",
        "到时候没有答复，就算不去",
    ] {
        assert!(page.shows(text), "{text}: {}", page.body);
    }
    assert_eq!(stage.as_learner(4).get(&at).await.status, 404);
    assert_eq!(
        stage
            .as_learner(4)
            .post(&at, &[("answer", "refund")])
            .await
            .status,
        404
    );
    assert_eq!(learner.post(&at, &[("answer", "")]).await.status, 422);
    for _ in 0..2 {
        assert_eq!(learner.post(&at, &[("answer", "keep")]).await.status, 303);
    }
    assert!(learner.get(&at).await.shows("去新的班"));
    assert!(!learner.get("/me").await.shows("去不去，请您答复"));
}

async fn answers_at_the_counter(stage: &Stage, id: &str, into: ClassId) {
    let clerk = stage.as_registrar();
    let at = format!("/desk/enrollments/{id}/merge");
    assert_eq!(stage.as_sibling().get(&at).await.status, 404);
    assert_eq!(stage.as_learner(1).get(&at).await.status, 403);
    assert!(
        clerk
            .get(&format!("/desk/enrollments/{id}"))
            .await
            .shows("记下本人的答复")
    );
    assert!(clerk.get(&at).await.shows("本人说不去，全部退费"));
    let api = format!("/api/v1/enrollments/{id}/merge");
    let choice = clerk.call(200, "GET", &api, &json!(null)).await;
    assert_eq!(
        (choice["paid_fen"].as_i64(), choice["carried_fen"].as_i64()),
        (Some(12_000), Some(9_000))
    );
    clerk
        .call(204, "POST", &api, &json!({ "answer": "refund" }))
        .await;
    let again = clerk.post(&at, &[("answer", "refund")]).await;
    assert_eq!(again.status, 303, "{}", again.body);
    assert_eq!(stage.standing(1, into).await, "withdrawn");
    stage.app.run_jobs(JOBS).await;
    let told = stage.told(1).await;
    let told = told.last().unwrap();
    assert!(
        told.contains("学校工作人员替您答复") && told.contains("交过的 120 元 全部退还"),
        "{told}"
    );
}

/// What is on the cashier's list goes out of the drawer, to the fen.
async fn cashier_pays_all(stage: &Stage) {
    let open = "SELECT id FROM fee_refund WHERE status = 'open' {unscoped: test} ORDER BY id LIMIT 100";
    let refunds: Vec<crate::RefundId> = stage.app.platform.db.query(open, &[]).await.unwrap();
    assert_eq!(refunds.len(), 5);
    for refund in refunds {
        let path = format!("/api/v1/fee-refunds/{refund}/payment");
        stage
            .as_registrar()
            .call(201, "POST", &path, &json!({ "method": "cash" }))
            .await;
    }
    books_are_right(stage, 0, 9_000).await;
    assert_eq!(
        account(stage, "cash").await,
        9_000,
        "what one learner paid for the class they are in"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_gets_a_seat_in_a_class_that_is_being_merged() {
    let stage = stage_with_fee(2, 4).await;
    for at in 0..3 {
        stage.enroll(at).await;
    }
    assert_eq!(stage.status(2).await, "waitlisted");
    let into = other(&stage, "书法周二班", 6, 9_000).await;
    let tx = stage.app.system().begin().await.unwrap();
    let sql = "INSERT INTO merge_run (class_id, into_class, org_id, answer_by, silence, status, begun_at)
         VALUES ($1, $2, $3, $4, 'refund', 'open', $4) {unscoped: test}";
    let now = tx.ctx().now();
    tx.exec(sql, args![stage.class, into, stage.world.here.org, now])
        .await
        .unwrap();
    tx.commit(vec![platform::Event::new("test.merging", "class", stage.class)])
        .await
        .unwrap();
    let id = id_in(&stage, 0, stage.class).await;
    let left = stage
        .as_learner(0)
        .api("DELETE", &format!("/api/v1/enrollments/{id}"), &json!({}))
        .await;
    assert!(left.status < 300, "{}", left.body);
    assert_eq!(
        stage.status(2).await,
        "waitlisted",
        "who waits is not given a seat that will not be"
    );
    let path = format!("/api/v1/classes/{}/enrollments", stage.class);
    assert_eq!(
        stage.as_learner(3).api("POST", &path, &json!({})).await.status,
        409
    );
}

//! Early asks through the router and the seat desk.

use crate::testing::{Stage, stage};
use serde_json::{Value, json};

/// Enrolment opens in so many minutes.
async fn opening_in(stage: &Stage, minutes: i64) {
    let opens = stage.app.platform.clock.now().plus_secs(minutes * 60);
    let tx = stage.app.system().begin().await.unwrap();
    let sql = "UPDATE class SET enrollment_opens = $2, version = version + 1 WHERE id = $1 {unscoped: test}";
    tx.exec(sql, db::args![stage.class, opens]).await.unwrap();
    tx.commit(vec![platform::Event::new("test.opening", "class", stage.class)])
        .await
        .unwrap();
}

async fn keep(stage: &Stage, at: usize) -> (u16, Value) {
    let path = format!("/api/v1/classes/{}/early-asks", stage.class);
    let answer = stage.as_learner(at).api("POST", &path, &json!({})).await;
    (answer.status, answer.json())
}

async fn shown(stage: &Stage, at: usize, ask: &Value) -> Value {
    let path = format!("/api/v1/early-asks/{}", ask["id"].as_str().unwrap());
    stage.as_learner(at).api("GET", &path, &Value::Null).await.json()
}

#[tokio::test(flavor = "multi_thread")]
async fn those_who_waited_come_before_whoever_asks_at_the_opening_in_the_order_of_their_tickets() {
    let stage = stage(2, 5).await;
    opening_in(&stage, 10).await;
    let mut asks = Vec::new();
    for at in 0..4 {
        let (status, ask) = keep(&stage, at).await;
        assert_eq!((status, &ask["ahead"]), (201, &Value::Null), "{ask}");
        asks.push(ask);
    }
    assert_eq!(keep(&stage, 0).await.1["id"], asks[0]["id"], "twice is once");
    assert_eq!(shown(&stage, 0, &asks[0]).await["present"], 4);
    let page = stage
        .as_learner(0)
        .get(&format!("/me/early/{}", asks[0]["id"].as_str().unwrap()))
        .await;
    assert!(page.shows("一起等的还有 3 人"), "{}", page.body);
    assert!(stage.as_learner(0).get("/me").await.shows("已提前登记"));

    stage.app.platform.clock.advance(601);
    // Who asks first after the opening comes behind all who waited.
    assert_eq!(stage.enroll(4).await["position"], 3);
    let sql = "SELECT m.person_id FROM early_ask a JOIN early_ask_member m ON m.ask_id = a.id {unscoped: test} ORDER BY a.ticket";
    let by_ticket: Vec<kernel::PersonId> = stage.app.platform.db.query(sql, db::args![]).await.unwrap();
    for (place, person) in by_ticket.iter().enumerate() {
        let at = stage.people.iter().position(|one| one == person).unwrap();
        let expected = if place < 2 { "confirmed" } else { "waitlisted" };
        assert_eq!(stage.status(at).await, expected, "{place}");
        let ask = shown(&stage, at, &asks[at]).await;
        assert_eq!(
            (&ask["outcome"], &ask["waiting"]),
            (&json!("placed"), &json!(false))
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_has_to_ask_for_the_doors_to_open_and_a_refusal_is_told() {
    let stage = stage(5, 2).await;
    opening_in(&stage, 10).await;
    let (_, ask) = keep(&stage, 0).await;
    let tx = stage.app.system().begin().await.unwrap();
    let sql = "UPDATE class SET status = 'cancelled', version = version + 1 WHERE id = $1 {unscoped: test}";
    tx.exec(sql, db::args![stage.class]).await.unwrap();
    tx.commit(vec![platform::Event::new("test.cancel", "class", stage.class)])
        .await
        .unwrap();
    stage.app.platform.clock.advance(601);
    for _ in 0..100 {
        if shown(&stage, 0, &ask).await["waiting"] == json!(false) {
            break;
        }
        tokio::time::sleep(std::time::Duration::from_millis(50)).await;
    }
    let told = shown(&stage, 0, &ask).await;
    assert_eq!(told["outcome"], "class_cancelled", "{told}");
    assert!(told["sentence"].as_str().unwrap().contains("已停课"));
    assert!(stage.as_learner(0).get("/me").await.shows("没有报上，看原因"));
}

#[tokio::test(flavor = "multi_thread")]
async fn too_early_too_late_taken_back_and_somebody_elses() {
    let stage = stage(5, 3).await;
    assert_eq!(keep(&stage, 0).await.0, 409, "open already");
    opening_in(&stage, 45).await;
    let (status, early) = keep(&stage, 0).await;
    assert!(
        status == 409 && early["detail"].as_str().unwrap().contains("起可以提前登记"),
        "{early}"
    );
    let check = stage
        .as_learner(0)
        .get(&format!("/classes/{}/enroll", stage.class))
        .await;
    assert!(check.shows("起可以提前登记"), "{}", check.body);
    stage.app.platform.clock.advance(20 * 60);
    let check = stage
        .as_learner(0)
        .get(&format!("/classes/{}/enroll", stage.class))
        .await;
    assert!(check.shows("不用抢"), "{}", check.body);
    a_couple_leaves_an_ask_takes_it_back_and_leaves_it_again(&stage).await;
    stage.app.platform.clock.advance(30 * 60);
    stage.enroll(2).await;
    assert_eq!(
        (stage.status(0).await, stage.status(1).await),
        ("confirmed".into(), "confirmed".into())
    );
    let late = stage.as_learner(0).get("/me").await;
    assert!(late.shows("书法入门"));
}

async fn a_couple_leaves_an_ask_takes_it_back_and_leaves_it_again(stage: &Stage) {
    let wife = stage.people[1].to_string();
    let fields = [
        ("companion_number_1", wife.as_str()),
        ("companion_birth_1", "1950-03-16"),
    ];
    let address = format!("/classes/{}/early", stage.class);
    let wrong = stage.as_learner(0).post(&address, &fields).await;
    assert!(
        wrong.status == 422 && wrong.body.contains(&wife),
        "{}",
        wrong.body
    );
    let fields = [
        ("companion_number_1", wife.as_str()),
        ("companion_birth_1", "1950-03-15"),
    ];
    let kept = stage.as_learner(0).post(&address, &fields).await;
    assert_eq!(kept.status, 303, "{}", kept.body);
    let page = kept.location().to_owned();
    assert!(
        stage.as_learner(1).get(&page).await.shows("学员1"),
        "who comes along sees it"
    );
    assert_eq!(
        stage.as_learner(2).get(&page).await.status,
        404,
        "somebody else's"
    );
    assert_eq!(
        stage
            .as_learner(2)
            .post(&format!("{page}/drop"), &[])
            .await
            .status,
        404
    );
    assert_eq!(
        stage
            .as_learner(1)
            .post(&format!("{page}/drop"), &[])
            .await
            .status,
        303
    );
    assert_eq!(
        stage.as_learner(0).post(&address, &fields).await.status,
        303,
        "and left again"
    );
}

/// What became of an ask, by its page.
async fn outcome(stage: &Stage, page: &str) -> String {
    let id: crate::EarlyAskId = page.rsplit('/').next().unwrap().parse().unwrap();
    super::store::find(&stage.app.platform.db, id)
        .await
        .unwrap()
        .outcome
}

#[tokio::test(flavor = "multi_thread")]
async fn a_clerk_leaves_an_ask_for_who_has_no_telephone() {
    let stage = stage(1, 3).await;
    opening_in(&stage, 10).await;
    let clerk = stage.as_registrar();
    let check = format!("/desk/counter/{}/{}", stage.people[0], stage.class);
    let shown = clerk.get(&check).await;
    assert!(
        shown.shows("不用抢：提前登记") && shown.shows("工作人员也看不到"),
        "{}",
        shown.body
    );
    let early = format!("{check}/early");
    assert_eq!(
        clerk.post(&early, &[]).await.status,
        422,
        "how they came is asked"
    );
    let desk = [("channel", "desk")];
    assert_eq!(stage.as_sibling().post(&early, &desk).await.status, 404);
    assert_eq!(stage.as_learner(1).post(&early, &desk).await.status, 403);
    let kept = clerk.post(&early, &desk).await;
    assert_eq!(kept.status, 303, "{}", kept.body);
    let page = kept.location().to_owned();
    assert_eq!(clerk.post(&early, &desk).await.location(), page, "twice is once");
    let shown = clerk.get(&page).await;
    assert!(
        shown.shows("已提前登记") && shown.shows("学员0"),
        "{}",
        shown.body
    );
    let slip = clerk.get(&format!("{page}/slip.pdf")).await;
    assert_eq!(slip.status, 200);
    assert_eq!(stage.as_sibling().get(&page).await.status, 404);
    assert!(
        clerk
            .get(&format!("/desk/counter/{}", stage.people[0]))
            .await
            .shows("已提前登记"),
        "the clerk finds it again by the person"
    );
    let own = page.replace("/desk/", "/me/");
    assert_eq!(clerk.get(&own).await.status, 404, "it is not the clerk's own");
    assert!(stage.as_learner(0).get("/me").await.shows("已提前登记"));
    assert_eq!(clerk.post(&format!("{page}/drop"), &[]).await.status, 303);
    assert_eq!(outcome(&stage, &page).await, "dropped");
    a_program_leaves_it_again_and_it_is_drawn_among_the_others(&stage).await;
}

async fn a_program_leaves_it_again_and_it_is_drawn_among_the_others(stage: &Stage) {
    let clerk = stage.as_registrar();
    let path = format!("/api/v1/classes/{}/early-asks", stage.class);
    let body = json!({ "person": stage.people[0], "channel": "phone" });
    assert_eq!(stage.as_learner(1).api("POST", &path, &body).await.status, 403);
    let ask = clerk.call(201, "POST", &path, &body).await;
    assert_eq!(ask["channel"], "phone");
    assert_eq!(keep(stage, 1).await.0, 201);
    stage.app.platform.clock.advance(601);
    stage.enroll(2).await;
    let sql = "SELECT m.person_id FROM early_ask a JOIN early_ask_member m ON m.ask_id = a.id
        WHERE a.outcome = 'placed' {unscoped: test} ORDER BY a.ticket";
    let by_ticket: Vec<kernel::PersonId> = stage.app.platform.db.query(sql, db::args![]).await.unwrap();
    assert_eq!(by_ticket.len(), 2);
    for (person, expected) in by_ticket.iter().zip(["confirmed", "waitlisted"]) {
        let at = stage.people.iter().position(|one| one == person).unwrap();
        assert_eq!(stage.status(at).await, expected, "by ticket alone");
    }
    let late = clerk
        .post(&format!("/desk/early/{}/drop", ask["id"].as_str().unwrap()), &[])
        .await;
    assert_eq!(late.status, 409, "it is decided");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_ask_that_cannot_be_written_keeps_nobody_else_out() {
    let stage = stage(5, 3).await;
    opening_in(&stage, 10).await;
    let mut asks = Vec::new();
    for at in 0..2 {
        asks.push(keep(&stage, at).await.1);
    }
    // A guard of the database that the second of the two breaks.
    let tx = stage.app.system().begin().await.unwrap();
    tx.batch("CREATE UNIQUE INDEX test_guard ON enrollment (actor_person)")
        .await
        .unwrap();
    let sql = "UPDATE early_ask SET actor_person = $1 {unscoped: test}";
    tx.exec(sql, db::args![stage.people[0]]).await.unwrap();
    tx.commit(vec![platform::Event::new("test.guard", "class", stage.class)])
        .await
        .unwrap();
    stage.app.platform.clock.advance(601);
    assert_eq!(stage.enroll(2).await["status"], "confirmed");
    let mut outcomes = Vec::new();
    for (at, ask) in asks.iter().enumerate() {
        outcomes.push(shown(&stage, at, ask).await["outcome"].clone());
    }
    assert!(
        outcomes.contains(&json!("placed")) && outcomes.contains(&json!("failed")),
        "{outcomes:?}"
    );
}

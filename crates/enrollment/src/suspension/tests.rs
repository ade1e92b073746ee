//! The rules by cases, and pauses through the router.

use super::model::{Wanting, Why, may_ask};
use crate::enrollments::JOBS;
use crate::testing::{Stage, stage_with_fee};
use crate::{EnrollmentStatus, roll};
use db::args;
use kernel::{Date, Id, PersonId};
use serde_json::json;
use teaching::ClassId;
use teaching::classes::ClassStatus;
use testkit::world::{ClassPlan, class};

const DAY: i64 = 86_400;

/// A class of the same course, in the term after.
async fn next_term(stage: &Stage, fee_fen: i64) -> ClassId {
    let plan = ClassPlan {
        name: "书法入门（秋）".into(),
        capacity: 1,
        weekday: 3,
        days: ["2027-09-01", "2027-09-08"].map(str::to_owned).to_vec(),
        fee_fen,
        ..ClassPlan::default()
    };
    let to: ClassId = Id::from_raw(class(&stage.app.platform, &stage.world.here, &plan).await);
    let tx = stage.app.system().begin().await.unwrap();
    let term: Id<()> = stage.app.platform.ids.next();
    tx.exec(
        "INSERT INTO term (id, org_id, name, starts_on, ends_on, enrollment_opens, enrollment_closes, class_limit, version)
         SELECT $1, org_id, '2027 秋季', '2027-09-01', '2028-01-15', enrollment_opens, enrollment_closes, class_limit, 1
         FROM term o WHERE org_id = $2 AND NOT EXISTS (SELECT 1 FROM term n WHERE n.name = '2027 秋季') {unscoped: test}",
        args![term, stage.world.here.org],
    )
    .await
    .unwrap();
    let term: i64 = tx
        .query_one(
            "SELECT id FROM term WHERE name = '2027 秋季' {unscoped: test}",
            &[],
        )
        .await
        .unwrap();
    tx.exec(
        "UPDATE class SET term_id = $1, version = version + 1, course_id = (SELECT o.course_id FROM class o WHERE o.id = $2)
         WHERE id = $3 {unscoped: test}",
        args![term, stage.class, to],
    )
    .await
    .unwrap();
    tx.commit(vec![platform::Event::new("test.class", "class", to)])
        .await
        .unwrap();
    to
}

/// Suspends at the counter.
async fn suspend(stage: &Stage, id: &str) {
    let at = format!("/desk/enrollments/{id}/suspension");
    let done = stage
        .as_registrar()
        .post(&at, &[("reason", "本人来说要住院")])
        .await;
    assert_eq!(done.status, 303, "{}", done.body);
    stage.app.run_jobs(JOBS).await;
}

/// Goes to nine o'clock of a day.
fn go_to(stage: &Stage, day: &str) {
    let at: kernel::Instant = format!("{day}T01:00:00.000Z").parse().unwrap();
    let clock = &stage.app.platform.clock;
    clock.advance(at.secs_since(clock.now()));
}

#[tokio::test(flavor = "multi_thread")]
async fn who_may_ask_for_a_pause() {
    use EnrollmentStatus::{Attending, Completed, Confirmed, Reserved, Suspended, Waitlisted};
    let stage = stage_with_fee(1, 1).await;
    let db = &stage.app.platform.db;
    let class = teaching::classes::find(db, stage.class).await.unwrap();
    let last: Date = "2027-03-15".parse().unwrap();
    for (status, before, day, expected) in [
        (Confirmed, false, last, Ok(())),
        (Attending, false, last, Ok(())),
        (Attending, true, last, Err(Why::Before)),
        (
            Attending,
            false,
            last.tomorrow().unwrap(),
            Err(Why::TooLate { last }),
        ),
        (Reserved, false, last, Err(Why::NoSeat)),
        (Waitlisted, false, last, Err(Why::NoSeat)),
        (Suspended, true, last, Err(Why::NoSeat)),
        (Completed, false, last, Err(Why::NoSeat)),
    ] {
        let who = Wanting {
            class: &class,
            status,
            before,
        };
        assert_eq!(may_ask(who, 2, day), expected, "{status:?} {before} {day}");
    }
    let mut over = class.clone();
    over.status = ClassStatus::Closed;
    let who = Wanting {
        class: &over,
        status: Confirmed,
        before: false,
    };
    assert_eq!(may_ask(who, 2, last), Err(Why::NoSeat));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_learner_asks_the_school_decides_and_they_come_back_next_term() {
    let stage = stage_with_fee(1, 3).await;
    let id = stage.paid(0).await;
    stage.give_phone(0).await;
    stage.enroll(1).await;
    let to = next_term(&stage, 9_000).await;
    let dear = next_term(&stage, 12_001).await;
    let at = format!("/me/enrollments/{id}/suspension");
    let learner = stage.as_learner(0);
    assert!(
        learner
            .get(&format!("/me/enrollments/{id}"))
            .await
            .body
            .contains(&at)
    );
    assert!(learner.get(&at).await.shows("名额让给候补的人"));
    assert_eq!(stage.as_learner(2).get(&at).await.status, 404);
    assert_eq!(learner.post(&at, &[("reason", "")]).await.status, 422);
    let form = [("reason", "要住院两个月")];
    assert_eq!(learner.post(&at, &form).await.status, 303);
    assert_eq!(learner.post(&format!("{at}/cancel"), &[]).await.status, 303);
    assert!(learner.get(&at).await.shows("已撤回"));
    assert_eq!(learner.post(&at, &form).await.status, 303);
    let body = json!({ "reason": "再问一次" });
    let again = format!("/api/v1/enrollments/{id}/suspensions");
    assert_eq!(
        learner.api("POST", &again, &body).await.status,
        409,
        "one wish at a time"
    );
    approved(&stage).await;
    stage.app.run_jobs(JOBS).await;
    assert_eq!(stage.standing(0, stage.class).await, "suspended");
    assert_eq!(
        stage.standing(1, stage.class).await,
        "reserved",
        "the next has the seat"
    );
    stage.books_are_right(0).await;
    comes_back(&stage, &id, (to, dear)).await;
}

/// They see where they can come back to, and do, once.
async fn comes_back(stage: &Stage, id: &str, (to, dear): (ClassId, ClassId)) {
    let learner = stage.as_learner(0);
    let at = format!("/me/enrollments/{id}/suspension");
    let page = learner.get(&at).await;
    assert!(
        page.shows("2028年1月15日")
            && page.body.contains(&to.to_string())
            && !page.body.contains(&dear.to_string()),
        "{}",
        page.body
    );
    let back = format!("/me/enrollments/{id}/return");
    assert_eq!(
        stage
            .as_learner(2)
            .post(&back, &[("class", &to.to_string())])
            .await
            .status,
        404
    );
    let own = learner
        .api(
            "POST",
            &format!("/api/v1/enrollments/{id}/return"),
            &json!({ "class": stage.class }),
        )
        .await;
    assert_eq!(own.status, 409, "the seat was given: {}", own.body);
    // Out of the window of enrolment of that class.
    go_to(stage, "2027-08-20");
    for _ in 0..2 {
        let done = learner.post(&back, &[("class", &to.to_string())]).await;
        assert_eq!(done.status, 303, "{}", done.body);
    }
    stage.app.run_jobs(JOBS).await;
    assert_eq!(stage.standing(0, stage.class).await, "transferred");
    assert_eq!(stage.standing(0, to).await, "confirmed");
    stage.books_are_right(3_000).await;
    let told = stage.told(0).await;
    let said = |text: &str| told.iter().any(|one| one.contains(text));
    assert!(
        said("同意您从“书法入门”休学") && said("留着的学费已抵上"),
        "{told:?}"
    );
}

/// The clerk sees the one wish and approves it, twice.
async fn approved(stage: &Stage) {
    let (clerk, sibling) = (stage.as_registrar(), stage.as_sibling());
    assert!(clerk.get("/desk/suspensions").await.shows("要住院两个月"));
    assert!(!sibling.get("/desk/suspensions").await.shows("要住院两个月"));
    assert_eq!(stage.as_learner(0).get("/desk/suspensions").await.status, 403);
    let open = clerk.call(200, "GET", "/api/v1/suspensions", &json!(null)).await;
    assert_eq!(open["items"][0]["seat"], "give");
    let wish = open["items"][0]["id"].as_str().unwrap().to_owned();
    let decide = format!("/desk/suspensions/{wish}");
    assert_eq!(
        sibling.post(&decide, &[("decision", "approve")]).await.status,
        404
    );
    for _ in 0..2 {
        let done = clerk.post(&decide, &[("decision", "approve")]).await;
        assert_eq!(done.status, 303, "{}", done.body);
    }
    let late = clerk
        .post(&decide, &[("decision", "refuse"), ("note", "太晚了")])
        .await;
    assert_eq!(late.status, 409);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_refusal_has_a_reason_and_changes_nothing() {
    let stage = stage_with_fee(1, 1).await;
    let id = stage.paid(0).await;
    stage.give_phone(0).await;
    let path = format!("/api/v1/enrollments/{id}/suspensions");
    let body = json!({ "reason": "想出去旅行" });
    let made = stage.as_learner(0).call(201, "POST", &path, &body).await;
    let decide = format!("/api/v1/suspensions/{}/decision", made["id"].as_str().unwrap());
    let clerk = stage.as_registrar();
    let without = clerk.api("POST", &decide, &json!({ "approved": false })).await;
    assert_eq!(without.status, 422);
    let no = json!({ "approved": false, "note": "课程不能中断" });
    clerk.call(204, "POST", &decide, &no).await;
    assert_eq!(clerk.api("POST", &decide, &no).await.status, 409);
    assert_eq!(stage.standing(0, stage.class).await, "confirmed");
    let told = stage.told(0).await;
    assert!(told.iter().any(|one| one.contains("课程不能中断")), "{told:?}");
    stage.books_are_right(0).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_kept_seat_waits_for_its_learner_and_lessons_meanwhile_are_not_missed() {
    let stage = stage_with_fee(1, 2).await;
    stage.decide(json!({ "suspend_seat": "keep" })).await;
    let id = stage.paid(0).await;
    stage.enroll(1).await;
    go_to(&stage, "2027-03-03");
    suspend(&stage, &id).await;
    assert_eq!(stage.standing(0, stage.class).await, "suspended");
    assert_eq!(stage.standing(1, stage.class).await, "waitlisted");
    go_to(&stage, "2027-03-16");
    let body = json!({ "class": stage.class });
    let path = format!("/api/v1/enrollments/{id}/return");
    let back = stage.as_registrar().call(200, "POST", &path, &body).await;
    assert_eq!(
        (back["id"].as_str(), back["status"].as_str()),
        (Some(id.as_str()), Some("confirmed"))
    );
    let db = &stage.app.platform.db;
    let row = roll::confirmed(db, stage.class).await.unwrap().remove(0);
    for (day, expected) in [
        ("2027-03-01", true),
        ("2027-03-03", false),
        ("2027-03-15", false),
        ("2027-03-16", true),
    ] {
        assert_eq!(row.expected_on(day.parse().unwrap()), expected, "{day}");
    }
    let again = stage
        .as_registrar()
        .get(&format!("/desk/enrollments/{id}/suspension"))
        .await;
    assert!(again.shows("只能休学一次"), "{}", again.body);
    stage.books_are_right(0).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn who_got_the_fee_back_pays_for_the_lessons_that_are_left() {
    let stage = stage_with_fee(1, 1).await;
    stage.decide(json!({ "suspend_fee": "refund" })).await;
    let id = stage.paid(0).await;
    go_to(&stage, "2027-03-02");
    suspend(&stage, &id).await;
    // One of four lessons has begun.
    stage.books_are_right(9_000).await;
    go_to(&stage, "2027-03-16");
    let at = format!("/desk/enrollments/{id}/return");
    let done = stage
        .as_registrar()
        .post(&at, &[("class", &stage.class.to_string())])
        .await;
    assert_eq!(done.status, 303, "{}", done.body);
    let seat = stage.latest(0).await;
    let sql = "SELECT status, due_fen, fee_lessons FROM enrollment WHERE id = $1 {unscoped: test}";
    let db = &stage.app.platform.db;
    let (status, due, lessons): (String, i64, Option<i64>) = db.query_one(sql, args![seat]).await.unwrap();
    assert_eq!((status.as_str(), due, lessons), ("reserved", 3_000, Some(1)));
    stage.pay_cash(&seat.to_string()).await;
    // Before their own first lesson all of it goes back.
    stage
        .as_learner(0)
        .post(&format!("/me/enrollments/{seat}/withdraw"), &[])
        .await;
    stage.books_are_right(9_000 + 3_000).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn who_does_not_come_back_gets_what_was_owed_when_the_pause_began() {
    let stage = stage_with_fee(2, 2).await;
    next_term(&stage, 9_000).await;
    let ids = [stage.paid(0).await, stage.paid(1).await];
    stage.give_phone(0).await;
    go_to(&stage, "2027-03-02");
    for id in &ids {
        suspend(&stage, id).await;
    }
    // The second says so.
    let out = format!("/me/enrollments/{}/withdraw", ids[1]);
    go_to(&stage, "2027-05-02");
    assert!(stage.as_learner(1).get(&out).await.shows("退给您 90"));
    assert_eq!(stage.as_learner(1).post(&out, &[]).await.status, 303);
    stage.books_are_right(9_000).await;
    go_to(&stage, "2028-01-15");
    stage.job(super::jobs::OVER, json!({})).await;
    assert_eq!(stage.standing(0, stage.class).await, "suspended", "the last day");
    stage.app.platform.clock.advance(DAY);
    for _ in 0..2 {
        stage.job(super::jobs::OVER, json!({})).await;
        assert_eq!(stage.standing(0, stage.class).await, "withdrawn");
        stage.books_are_right(18_000).await;
    }
    let told = stage.told(0).await;
    assert!(told.iter().any(|one| one.contains("学籍不再保留")), "{told:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_daughter_asks_for_her_mother_and_brings_her_back() {
    let stage = stage_with_fee(1, 3).await;
    stage.linked().await;
    let id = stage.paid(1).await;
    let at = format!("/me/enrollments/{id}/suspension");
    let (daughter, other) = (stage.as_learner(0), stage.as_learner(2));
    let form = [("reason", "妈妈要住院")];
    assert_eq!(other.post(&at, &form).await.status, 404, "nobody to her");
    assert_eq!(daughter.post(&at, &form).await.status, 303);
    let asked: (String, Option<PersonId>, Option<PersonId>) = stage
        .app
        .platform
        .db
        .query_one(
            "SELECT channel, actor_person, on_behalf_of FROM event WHERE kind = 'enrollment.suspension_asked'",
            &[],
        )
        .await
        .unwrap();
    let [daughter_id, mother_id] = [stage.people[0], stage.people[1]];
    assert_eq!(asked, ("family".into(), Some(daughter_id), Some(mother_id)));
    let clerk = stage.as_registrar();
    let open = clerk.call(200, "GET", "/api/v1/suspensions", &json!(null)).await;
    let wish = open["items"][0]["id"].as_str().unwrap();
    let decide = format!("/api/v1/suspensions/{wish}/decision");
    clerk
        .call(204, "POST", &decide, &json!({ "approved": true }))
        .await;
    assert_eq!(stage.standing(1, stage.class).await, "suspended");
    let back = format!("/me/enrollments/{id}/return");
    let form = [("class", stage.class.to_string())];
    let form: Vec<(&str, &str)> = form.iter().map(|(key, value)| (*key, value.as_str())).collect();
    assert_eq!(other.post(&back, &form).await.status, 404);
    assert_eq!(daughter.post(&back, &form).await.status, 303);
    stage.app.run_jobs(JOBS).await;
    assert_eq!(stage.standing(1, stage.class).await, "confirmed");
    stage.books_are_right(0).await;
    let told = stage.told(1).await;
    assert!(told.iter().any(|one| one.contains("您已复学")), "{told:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn who_is_erased_in_a_pause_gets_back_what_had_stayed_and_leaves_no_words() {
    let stage = stage_with_fee(1, 2).await;
    let id = stage.paid(0).await;
    stage.enroll(1).await;
    suspend(&stage, &id).await;
    stage.books_are_right(0).await;
    stage.erase(0).await;
    assert_eq!(stage.standing(0, stage.class).await, "withdrawn");
    assert_eq!(
        stage.standing(1, stage.class).await,
        "reserved",
        "the seat is not given twice"
    );
    stage.books_are_right(12_000).await;
    let words: Vec<String> = stage
        .app
        .platform
        .db
        .query(
            "SELECT reason || note FROM suspension {unscoped: test} ORDER BY id",
            &[],
        )
        .await
        .unwrap();
    assert_eq!(words, [""]);
}

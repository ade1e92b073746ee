//! Trials through the router.

use crate::enrollments::JOBS;
use crate::testing::{Stage, stage};
use kernel::Id;
use serde_json::{Value, json};
use testkit::world::{ClassPlan, class};

async fn lessons(stage: &Stage) -> Vec<String> {
    lessons_of(stage, stage.class).await
}

async fn lessons_of(stage: &Stage, class: teaching::ClassId) -> Vec<String> {
    let path = format!("/api/v1/classes/{class}/trials");
    let listed = stage.as_learner(0).call(200, "GET", &path, &Value::Null).await;
    let items = listed["items"].as_array().unwrap().clone();
    items
        .iter()
        .map(|item| item["session"].as_str().unwrap().to_owned())
        .collect()
}

async fn book(stage: &Stage, at: usize, session: &str) -> (u16, Value) {
    let path = format!("/api/v1/sessions/{session}/trials");
    let answer = stage.as_learner(at).api("POST", &path, &json!({})).await;
    (answer.status, answer.json())
}

#[tokio::test(flavor = "multi_thread")]
async fn guests_book_within_the_limits_and_are_no_learners() {
    let stage = stage(5, 6).await;
    let lessons = lessons(&stage).await;
    assert_eq!(lessons.len(), 2, "the first two weeks");
    stage.give_phone(0).await;
    let (status, made) = book(&stage, 0, &lessons[0]).await;
    assert_eq!(status, 201, "{made}");
    assert_eq!(book(&stage, 0, &lessons[0]).await.1, made, "twice is once");
    assert!(stage.told(0).await.last().unwrap().contains("试听约好了"));
    for at in 1..3 {
        assert_eq!(book(&stage, at, &lessons[0]).await.0, 201);
    }
    let (status, full) = book(&stage, 3, &lessons[0]).await;
    assert_eq!(
        (status, full["type"].as_str()),
        (409, Some("/problems/trial_full")),
        "three guests a lesson"
    );
    assert_eq!(book(&stage, 3, &lessons[1]).await.0, 201);
    stage.enroll(4).await;
    let (_, held) = book(&stage, 4, &lessons[1]).await;
    assert_eq!(held["type"], "/problems/enrolled");
    let seats = teaching::seats::now(&stage.app.platform.db, &[stage.class])
        .await
        .unwrap();
    assert_eq!(seats[0].enrolled, 1, "guests are not counted as learners");
    let page = stage
        .as_registrar()
        .get(&format!("/desk/classes/{}/learners", stage.class))
        .await;
    assert!(page.shows("试听 4 人"), "{}", page.body);
    // Given up, the place is free again.
    let path = format!("/api/v1/trials/{}", made["id"].as_str().unwrap());
    assert_eq!(
        stage
            .as_learner(5)
            .api("DELETE", &path, &Value::Null)
            .await
            .status,
        404
    );
    assert_eq!(
        stage
            .as_learner(0)
            .api("DELETE", &path, &Value::Null)
            .await
            .status,
        204
    );
    assert_eq!(book(&stage, 5, &lessons[0]).await.0, 201);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_pages_book_and_one_act_enrols() {
    let stage = stage(2, 3).await;
    let lessons = lessons(&stage).await;
    let learner = stage.as_learner(0);
    let at = format!("/classes/{}/trial", stage.class);
    assert!(learner.get(&at).await.shows("试听名额还有 3 个"));
    assert_eq!(learner.post(&at, &[]).await.status, 422);
    assert_eq!(learner.post(&at, &[("session", &lessons[0])]).await.status, 303);
    let me = learner.get("/me").await;
    assert!(me.shows("约好试听") && me.shows("报名这个班"), "{}", me.body);
    let mine = learner.call(200, "GET", "/api/v1/me/trials", &Value::Null).await;
    let id = mine["items"][0]["id"].as_str().unwrap().to_owned();
    let join = format!("/me/trials/{id}/enroll");
    assert_eq!(stage.as_learner(1).post(&join, &[]).await.status, 404);
    assert_eq!(learner.post(&join, &[]).await.status, 303);
    assert_eq!(stage.status(0).await, "confirmed");
    let joined = "SELECT count(*) FROM event WHERE kind = 'trial.joined'";
    assert_eq!(
        stage.app.platform.db.query_one::<i64>(joined, &[]).await.unwrap(),
        1
    );
    // The counter does it for who comes in person; a sibling's clerk does not.
    let counter = format!("/desk/counter/{}/{}/trial", stage.people[1], stage.class);
    let clerk = stage.as_registrar();
    assert!(clerk.get(&counter).await.shows("约一次试听"));
    assert_eq!(stage.as_sibling().get(&counter).await.status, 404);
    assert_eq!(stage.as_learner(1).get(&counter).await.status, 403);
    assert_eq!(
        clerk.post(&counter, &[("session", &lessons[1])]).await.status,
        303
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn guests_are_marked_and_told_when_the_class_is_cancelled() {
    let stage = stage(2, 2).await;
    let lessons = lessons(&stage).await;
    stage.give_phone(1).await;
    let (_, first) = book(&stage, 0, &lessons[0]).await;
    book(&stage, 1, &lessons[1]).await;
    let session = lessons[0].parse().unwrap();
    let ctx = stage.app.ctx(testkit::learner(stage.world.here.teacher));
    let trial = first["id"].as_str().unwrap().parse().unwrap();
    super::actions::mark(&ctx, session, trial, true).await.unwrap();
    let wrong = super::actions::mark(&ctx, Id::from_raw(1), trial, true).await;
    assert!(wrong.is_err(), "another session's");
    let guests = super::actions::guests(ctx.db(), session).await.unwrap();
    assert_eq!((guests.len(), guests[0].state.as_str()), (1, "came"));
    let payload = json!({ "class": stage.class, "sentence": "「书法入门」停办了。" });
    stage.job("class.cancelled", payload).await;
    stage.app.run_jobs(JOBS).await;
    assert!(stage.told(1).await.last().unwrap().contains("停办了"));
    let mine = stage
        .as_learner(1)
        .call(200, "GET", "/api/v1/me/trials", &Value::Null)
        .await;
    assert_eq!(mine["items"][0]["state"], "cancelled");
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_tries_two_lessons_at_once_or_one_beside_their_own_class() {
    let stage = stage(5, 2).await;
    let another = async |name: &str, starts: &str| -> teaching::ClassId {
        let plan = ClassPlan {
            name: name.into(),
            starts: starts.into(),
            ..ClassPlan::default()
        };
        Id::from_raw(class(&stage.app.platform, &stage.world.here, &plan).await)
    };
    let (at_once, later) = (another("太极", "09:30").await, another("合唱", "14:00").await);
    let (first, other) = (lessons(&stage).await, lessons_of(&stage, at_once).await);
    assert_eq!(book(&stage, 0, &first[0]).await.0, 201);
    let refused = |(status, problem): (u16, Value), words: &str| {
        assert_eq!(
            (status, problem["type"].as_str()),
            (409, Some("/problems/time_clash"))
        );
        assert!(problem["detail"].as_str().unwrap().contains(words), "{problem}");
    };
    refused(book(&stage, 0, &other[0]).await, "约好的另一次试听时间冲突");
    // In the afternoon nothing stands in the way.
    assert_eq!(book(&stage, 0, &lessons_of(&stage, later).await[0]).await.0, 201);
    stage.enroll(1).await;
    refused(book(&stage, 1, &other[0]).await, "已报的班时间冲突");
    // Given up, it stands in nobody's way.
    let mine = stage.as_learner(0);
    let listed = mine.call(200, "GET", "/api/v1/me/trials", &Value::Null).await;
    for trial in listed["items"].as_array().unwrap() {
        let path = format!("/api/v1/trials/{}", trial["id"].as_str().unwrap());
        assert_eq!(mine.api("DELETE", &path, &Value::Null).await.status, 204);
    }
    assert_eq!(book(&stage, 0, &other[0]).await.0, 201);
}

#[tokio::test(flavor = "multi_thread")]
async fn who_is_put_on_the_waitlist_stays_a_guest_until_the_seat_is_there() {
    let stage = stage(1, 2).await;
    stage.confirm_at_once().await;
    let first = stage.enroll(0).await;
    let (status, made) = book(&stage, 1, &lessons(&stage).await[0]).await;
    assert_eq!(status, 201, "{made}");
    let guest = stage.as_learner(1);
    let join = format!("/me/trials/{}/enroll", made["id"].as_str().unwrap());
    let state = async || {
        let mine = guest.call(200, "GET", "/api/v1/me/trials", &Value::Null).await;
        mine["items"][0]["state"].as_str().unwrap().to_owned()
    };
    assert_eq!(guest.post(&join, &[]).await.status, 409, "the class is full");
    assert_eq!(state().await, "booked");
    assert_eq!(guest.post(&join, &[("accept_waitlist", "yes")]).await.status, 303);
    assert_eq!(
        (stage.status(1).await, state().await),
        ("waitlisted".into(), "booked".into())
    );
    let path = format!("/api/v1/enrollments/{}", first["id"].as_str().unwrap());
    assert_eq!(
        stage.as_learner(0).api("DELETE", &path, &json!({})).await.status,
        200
    );
    assert_eq!(stage.status(1).await, "confirmed");
    let counted = async |words: &str| {
        let list = format!("/desk/classes/{}/learners", stage.class);
        let page = stage.as_registrar().get(&list).await;
        assert!(page.shows(words), "{}", page.body);
    };
    counted("试听 1 人（不算在报名人数里），其中 1 人报上了").await;
    assert_eq!(guest.post(&join, &[]).await.status, 303);
    assert_eq!(state().await, "joined");
    let own = guest
        .call(200, "GET", "/api/v1/me/enrollments", &Value::Null)
        .await;
    let own = own["items"][0]["id"].as_str().unwrap();
    let leave = format!("/api/v1/enrollments/{own}");
    assert_eq!(guest.api("DELETE", &leave, &json!({})).await.status, 200);
    counted("其中 0 人报上了").await;
}

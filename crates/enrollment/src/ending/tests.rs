//! From the start of a class to its end, as its learners see it.

use super::Shortfall;
use crate::testing::stage;
use crate::{ATTEND, EnrollmentId};
use db::args;
use serde_json::json;
use teaching::classes::{self, ClassStatus};

#[tokio::test(flavor = "multi_thread")]
async fn who_is_confirmed_attends_when_the_class_starts() {
    let stage = stage(2, 3).await;
    for at in 0..3 {
        stage.enroll(at).await;
    }
    stage.job(ATTEND, json!({ "class": stage.class })).await;
    assert_eq!(
        stage.status(0).await,
        "confirmed",
        "a published class has not begun"
    );
    set(&stage, ClassStatus::Running).await;
    stage.job(ATTEND, json!({ "class": stage.class })).await;
    for (at, status) in [(0, "attending"), (1, "attending"), (2, "waitlisted")] {
        assert_eq!(stage.status(at).await, status, "{at}");
    }
    // Who gets a seat in a running class follows by the daily job; run again, it changes nothing.
    let db = &stage.app.platform.db;
    let path = format!("/me/enrollments/{}/withdraw", first_id(&stage).await);
    assert_eq!(stage.as_learner(0).post(&path, &[]).await.status, 303);
    assert_eq!(stage.status(2).await, "offered", "asked");
    stage.job(ATTEND, json!({})).await;
    assert_eq!(
        stage.status(2).await,
        "offered",
        "who has not accepted does not take part"
    );
    let path = format!("/me/enrollments/{}/accept", stage.latest(2).await);
    assert_eq!(stage.as_learner(2).post(&path, &[]).await.status, 303);
    assert_eq!(stage.status(2).await, "confirmed", "promoted");
    for _ in 0..2 {
        stage.job(ATTEND, json!({})).await;
        assert_eq!(stage.status(2).await, "attending");
    }
    let events = "SELECT count(*) FROM event WHERE kind = 'enrollment.attending'";
    assert_eq!(db.query_one::<i64>(events, &[]).await.unwrap(), 3);
    let page = stage.as_learner(2).get("/me").await;
    assert!(page.shows("上课中"), "{}", page.body);
    assert_eq!(crate::recount(db).await.unwrap(), Vec::<String>::new());
}

async fn set(stage: &crate::testing::Stage, status: ClassStatus) {
    let tx = stage.app.system().begin().await.unwrap();
    classes::set_status(&tx, stage.class, status, "").await.unwrap();
    tx.commit(vec![platform::Event::new("test.status", "class", stage.class)])
        .await
        .unwrap();
}

async fn first_id(stage: &crate::testing::Stage) -> String {
    let sql = "SELECT id FROM enrollment WHERE person_id = $1 {unscoped: test}";
    let db = &stage.app.platform.db;
    let id: EnrollmentId = db.query_one(sql, args![stage.people[0]]).await.unwrap();
    id.to_string()
}

#[tokio::test(flavor = "multi_thread")]
async fn who_fell_short_reads_why_and_what_to_do() {
    let stage = stage(2, 2).await;
    let id = stage.enroll(0).await["id"].as_str().unwrap().to_owned();
    let page = format!("/me/enrollments/{id}");
    set(&stage, ClassStatus::Closed).await;
    let learner = stage.as_learner(0);
    assert!(learner.get(&page).await.shows("班已结束，等学校核对结业"));
    stage.give_phone(0).await;
    let short = Shortfall {
        attended: 3,
        held: 8,
        needed: 6,
    };
    for ended in [1, 0] {
        let tx = stage.app.system().begin().await.unwrap();
        let class = classes::find(&tx, stage.class).await.unwrap();
        let of = [(id.parse().unwrap(), short)];
        let done = super::end(&tx, &class, &of, "completion/1").await.unwrap();
        assert_eq!((done.events.len(), done.untold), (ended, 0), "once");
        if ended > 0 {
            tx.commit(done.events).await.unwrap();
        }
    }
    let shown = learner.get(&page).await;
    for text in [
        "未结业",
        "一共上了 8 次课，您到了 3 次",
        "结业要到 6 次",
        "请老师更正",
        "再报一个班",
        "班级结束，没有达到结业要求",
    ] {
        assert!(shown.shows(text), "{text}: {}", shown.body);
    }
    assert!(stage.told(0).await[0].contains("您到了 3 次"));
    // It cannot be given up any more, stays on the school's list, and leaves the way open for another class.
    let refused = learner.post(&format!("{page}/withdraw"), &[]).await;
    assert!(
        refused.status == 409 && refused.shows("未结业"),
        "{}",
        refused.body
    );
    let list = stage
        .as_registrar()
        .get(&format!("/desk/classes/{}/learners", stage.class))
        .await;
    assert!(list.shows("未结业"), "{}", list.body);
    let api = learner
        .api("GET", &format!("/api/v1/enrollments/{id}"), &json!(null))
        .await;
    assert_eq!(api.json()["status"], "ended");
    assert_eq!(
        crate::recount(&stage.app.platform.db).await.unwrap(),
        Vec::<String>::new()
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_waits_for_a_class_that_is_over_is_told() {
    let stage = stage(1, 2).await;
    stage.enroll(0).await;
    let id = stage.enroll(1).await["id"].as_str().unwrap().to_owned();
    stage.give_phone(1).await;
    for ended in [1, 0] {
        let tx = stage.app.system().begin().await.unwrap();
        let class = classes::find(&tx, stage.class).await.unwrap();
        let done = super::end_waits(&tx, &class).await.unwrap();
        assert_eq!(done.events.len(), ended);
        if ended > 0 {
            tx.commit(done.events).await.unwrap();
        }
    }
    assert_eq!(stage.status(1).await, "expired");
    let seats = teaching::seats::now(&stage.app.platform.db, &[stage.class])
        .await
        .unwrap();
    assert_eq!((seats[0].enrolled, seats[0].waitlisted), (1, 0));
    assert!(stage.told(1).await[0].contains("候补没有轮到"));
    let page = stage.as_learner(1).get(&format!("/me/enrollments/{id}")).await;
    assert!(
        page.shows("已过期") && page.shows("班级结束，候补没有轮到"),
        "{}",
        page.body
    );
}

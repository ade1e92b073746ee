//! Duties of a class, through the router.

use crate::duty::{actions, holds_duty};
use crate::testing::Town;
use serde_json::{Value, json};
use testkit::world::{ClassPlan, learners};

#[tokio::test(flavor = "multi_thread")]
async fn duties_are_given_and_ended() {
    let town = Town::start().await;
    let class = town.class(&ClassPlan::default()).await;
    let person = learners(&town.app.platform, 1).await.remove(0);
    let db = &town.app.platform.db;
    let (clerk, sibling) = town.clerks();
    let page = format!("/desk/classes/{class}/duties");
    let number = person.to_string();
    let fields = [("number", number.as_str()), ("duty", "monitor")];
    assert_eq!(sibling.post(&page, &fields).await.status, 404);
    let teacher = town.app.signed_in(town.teacher(&town.world.here));
    assert_eq!(teacher.post(&page, &fields).await.status, 403);
    assert!(!holds_duty(db, class, person).await.unwrap());
    assert!(holds_duty(db, class, town.world.here.teacher).await.unwrap());
    assert_eq!(clerk.post(&page, &fields).await.status, 303);
    assert!(holds_duty(db, class, person).await.unwrap());
    assert!(
        clerk
            .get(&format!("/desk/classes/{class}"))
            .await
            .shows("学员0（班长）")
    );
    let unknown = clerk
        .post(&page, &[("number", "nobody"), ("duty", "monitor")])
        .await;
    assert!(unknown.status == 422 && unknown.shows("没有这个编号的人"));
    let kept = unknown.body.contains("value=\"nobody\"") && unknown.shows("加上这一位");
    assert!(kept, "{}", unknown.body);
    let ctx = town.app.ctx(town.registrar(&town.world.here));
    actions::end(&ctx, class, person).await.unwrap();
    assert!(!holds_duty(db, class, person).await.unwrap());
    assert_eq!(actions::end(&ctx, class, person).await.unwrap_err().status(), 404);
}

#[tokio::test(flavor = "multi_thread")]
async fn programs_give_and_end_duties() {
    let town = Town::start().await;
    let class = town.class(&ClassPlan::default()).await;
    let person = learners(&town.app.platform, 1).await.remove(0);
    let (clerk, sibling) = town.clerks();
    let all = format!("/api/v1/classes/{class}/duties");
    let one = format!("{all}/{person}");
    let body = json!({ "number": person, "duty": "monitor" });
    for (client, status) in [
        (town.app.visitor(), 401),
        (town.app.signed_in(town.teacher(&town.world.here)), 403),
        (sibling, 404),
    ] {
        client.call(status, "POST", &all, &body).await;
        client.call(status, "DELETE", &one, &Value::Null).await;
    }
    clerk.call(204, "POST", &all, &body).await;
    let detail = format!("/api/v1/desk/classes/{class}");
    let read = clerk.call(200, "GET", &detail, &Value::Null).await;
    assert_eq!(
        (&read["duties"][0]["duty"], &read["duties"][0]["person"]["id"]),
        (&json!("monitor"), &json!(person))
    );
    for (body, field) in [
        (json!({ "number": "nobody", "duty": "monitor" }), "number"),
        (json!({ "number": person, "duty": "king" }), "duty"),
    ] {
        let told = clerk.call(422, "POST", &all, &body).await;
        assert_eq!(testkit::wrong_fields(&told), [field]);
    }
    clerk.call(204, "DELETE", &one, &Value::Null).await;
    clerk.call(404, "DELETE", &one, &Value::Null).await;
}

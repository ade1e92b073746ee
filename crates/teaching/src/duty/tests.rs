//! Duties of a class, through the router.

use crate::duty::{actions, holds_duty};
use crate::testing::Town;
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
    let ctx = town.app.ctx(town.registrar(&town.world.here));
    actions::end(&ctx, class, person).await.unwrap();
    assert!(!holds_duty(db, class, person).await.unwrap());
    assert_eq!(actions::end(&ctx, class, person).await.unwrap_err().status(), 404);
}

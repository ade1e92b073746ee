//! Check-in through the router.

use super::model;
use crate::testing::{class, is};

fn code(f: &testkit::ClassFixture) -> String {
    let session = f.sessions[1].parse().unwrap();
    model::code(
        &f.app.platform.keys,
        session,
        model::step(f.app.platform.clock.now()),
    )
}

#[tokio::test(flavor = "multi_thread")]
async fn a_learner_scans_the_screen() {
    let f = class().await;
    let screen = f
        .teacher()
        .get(&format!("/desk/sessions/{}/code", f.sessions[1]))
        .await;
    assert!(
        screen.shows(&code(&f)) && screen.headers.contains_key("refresh"),
        "{}",
        screen.body
    );
    let whole = format!("{}-{}", f.sessions[1], code(&f));
    let page = f.learner(0).get(&format!("/check-in/{whole}")).await;
    assert!(page.shows("我到了，签到"));
    assert_eq!(f.truth(1, 0).await, None, "looking changes nothing");
    let done = f.learner(0).post("/check-in", &[("code", &whole)]).await;
    assert_eq!(done.location(), format!("/check-in?done={}", f.sessions[1]));
    assert!(f.learner(0).get(done.location()).await.shows("签到好了"));
    assert_eq!(f.truth(1, 0).await, is("present", "class_code"));
    // Typed by hand, the step before, twice.
    let before = code(&f);
    f.app.platform.clock.advance(30);
    for _ in 0..2 {
        assert_eq!(
            f.learner(1).post("/check-in", &[("code", &before)]).await.status,
            303
        );
    }
    assert_eq!(f.traces(1, 1).await, 1);
    f.app.platform.clock.advance(60);
    assert_eq!(
        f.learner(2).post("/check-in", &[("code", &before)]).await.status,
        409
    );
    // Late after twenty minutes, over after the end.
    f.app.platform.clock.advance(21 * 60);
    assert_eq!(
        f.learner(2)
            .post("/check-in", &[("code", &code(&f))])
            .await
            .status,
        303
    );
    assert_eq!(f.truth(1, 2).await, is("late", "class_code"));
    let stranger = f.app.signed_in(testkit::learner(f.world.there.teacher));
    assert_eq!(stranger.post("/check-in", &[("code", &whole)]).await.status, 409);
    assert_eq!(
        stranger
            .get(&format!("/check-in?done={}", f.sessions[1]))
            .await
            .status,
        404
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn guessing_is_stopped_and_the_window_is_kept() {
    let f = class().await;
    for _ in 0..10 {
        assert_eq!(
            f.learner(0).post("/check-in", &[("code", "12345")]).await.status,
            409
        );
    }
    assert_eq!(
        f.learner(0)
            .post("/check-in", &[("code", &code(&f))])
            .await
            .status,
        429
    );
    f.app.platform.clock.advance(-3600);
    let early = f.learner(1).post("/check-in", &[("code", &code(&f))]).await;
    assert!(early.status == 409 && early.shows("08:30"), "{}", early.body);
    f.app.platform.clock.advance(3600 * 3);
    assert_eq!(
        f.learner(1)
            .post("/check-in", &[("code", &code(&f))])
            .await
            .status,
        409
    );
    assert_eq!(f.truth(1, 1).await, None);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_teacher_scans_learners() {
    let f = class().await;
    let path = format!("/desk/sessions/{}/scan", f.sessions[1]);
    let ctx = f.app.system();
    let own = people::persons::learner_code(&ctx, f.people[0]).await.unwrap();
    let done = f.teacher().post(&path, &[("code", &own)]).await;
    assert_eq!(done.status, 303, "{}", done.body);
    assert!(f.teacher().get(done.location()).await.shows("学员0：到"));
    assert_eq!(f.truth(1, 0).await, is("present", "learner_code"));
    for wrong in ["", "XQ1-x", "123456"] {
        let answer = f.teacher().post(&path, &[("code", wrong)]).await;
        assert!(answer.status == 409 && answer.shows("扫学习码"), "{wrong}");
    }
    let stranger = people::persons::learner_code(&ctx, f.world.there.teacher)
        .await
        .unwrap();
    assert_eq!(f.teacher().post(&path, &[("code", &stranger)]).await.status, 409);
    for sibling in f.siblings() {
        assert_eq!(sibling.post(&path, &[("code", &own)]).await.status, 404);
    }
    // The roll is the authority, and both traces stay.
    let roll = format!("/desk/sessions/{}/roll", f.sessions[1]);
    f.teacher()
        .post(&roll, &[(&format!("m-{}", f.people[0]), "absent")])
        .await;
    assert_eq!(f.truth(1, 0).await, is("absent", "roll"));
    f.learner(0).post("/check-in", &[("code", &code(&f))]).await;
    assert_eq!(f.truth(1, 0).await, is("absent", "roll"));
    assert_eq!(f.traces(1, 0).await, 3);
}

//! Leave through the router.

use crate::testing::{class, is};

#[tokio::test(flavor = "multi_thread")]
async fn a_learner_asks_and_the_teacher_decides() {
    let f = class().await;
    f.app.platform.clock.advance(-3600);
    let path = format!("/me/sessions/{}/leave", f.sessions[1]);
    assert_eq!(f.learner(0).post(&path, &[("reason", "")]).await.status, 422);
    assert_eq!(
        f.learner(0).post(&path, &[("reason", "身体不舒服")]).await.status,
        303
    );
    assert!(f.learner(0).get(&path).await.shows("等老师同意"));
    let stranger = f.app.signed_in(testkit::learner(f.world.there.teacher));
    assert_eq!(stranger.get(&path).await.status, 404);
    assert_eq!(
        stranger.post(&path, &[("reason", "身体不舒服")]).await.status,
        404
    );
    let roll = f
        .teacher()
        .get(&format!("/desk/sessions/{}/roll", f.sessions[1]))
        .await;
    assert!(roll.shows("身体不舒服") && roll.shows("同意"), "{}", roll.body);
    let decide = format!("/desk/sessions/{}/leave/{}", f.sessions[1], f.people[0]);
    for sibling in f.siblings() {
        assert_eq!(
            sibling
                .post(&format!("{decide}?decision=granted"), &[])
                .await
                .status,
            404
        );
    }
    for (client, decision, status) in [
        (f.learner(0), "granted", 403),
        (f.teacher(), "maybe", 422),
        (f.teacher(), "granted", 303),
        (f.teacher(), "refused", 409),
    ] {
        let answer = client.post(&format!("{decide}?decision={decision}"), &[]).await;
        assert_eq!(answer.status, status, "{decision}");
    }
    assert_eq!(f.truth(1, 0).await, is("excused", "leave"));
}

#[tokio::test(flavor = "multi_thread")]
async fn leave_is_taken_back_comes_too_late_or_by_telephone() {
    let f = class().await;
    let path = format!("/me/sessions/{}/leave", f.sessions[2]);
    f.learner(0).post(&path, &[("reason", "去医院")]).await;
    assert_eq!(
        f.learner(0).post(&format!("{path}/withdraw"), &[]).await.status,
        303
    );
    assert_eq!(
        f.learner(0).post(&format!("{path}/withdraw"), &[]).await.status,
        404
    );
    let today = format!("/me/sessions/{}/leave", f.sessions[1]);
    assert_eq!(
        f.learner(0).post(&today, &[("reason", "去医院")]).await.status,
        409
    );
    let noted = format!("/desk/sessions/{}/leave/{}", f.sessions[1], f.people[1]);
    let by_phone = [("decision", "for_learner"), ("leave_reason", "电话请假")];
    assert_eq!(f.teacher().post(&noted, &by_phone).await.status, 303);
    assert_eq!(f.truth(1, 1).await, is("excused", "leave"));
    // After the day it is a correction.
    let past = format!("/desk/sessions/{}/leave/{}", f.sessions[0], f.people[1]);
    assert_eq!(f.teacher().post(&past, &by_phone).await.status, 403);
    assert_eq!(f.registrar().post(&past, &by_phone).await.status, 303);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_roll_and_a_leave_agree() {
    let f = class().await;
    let noted = format!("/desk/sessions/{}/leave/{}", f.sessions[1], f.people[0]);
    let by_phone = [("decision", "for_learner"), ("leave_reason", "电话请假")];
    assert_eq!(f.teacher().post(&noted, &by_phone).await.status, 303);
    // Absent on the roll with a leave is excused; who comes all the same is there.
    let roll = format!("/desk/sessions/{}/roll", f.sessions[1]);
    let field = format!("m-{}", f.people[0]);
    f.teacher().post(&roll, &[(&field, "absent")]).await;
    assert_eq!(f.truth(1, 0).await, is("excused", "leave"));
    f.app.platform.clock.advance(60);
    f.teacher().post(&roll, &[(&field, "late")]).await;
    assert_eq!(f.truth(1, 0).await, is("late", "roll"));
}

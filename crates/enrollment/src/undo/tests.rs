//! Acting for others, and undoing it, through the router.

use crate::EnrollmentId;
use crate::enrollments::JOBS;
use crate::testing::{Stage, stage};
use db::{args, record};
use kernel::PersonId;
use serde_json::{Value, json};

const DAY: i64 = 86_400;

record! {
    struct Kept { kind: String, channel: String, actor_person: Option<PersonId>, on_behalf_of: Option<PersonId> }
}

async fn events(stage: &Stage, id: &str) -> Vec<Kept> {
    let id: EnrollmentId = id.parse().unwrap();
    let sql = "SELECT kind, channel, actor_person, on_behalf_of FROM event
        WHERE subject_id = $1 AND subject_kind = 'enrollment' ORDER BY id LIMIT 20";
    stage.app.platform.db.query(sql, args![id]).await.unwrap()
}

fn path(stage: &Stage) -> String {
    format!("/api/v1/classes/{}/enrollments", stage.class)
}

/// Who recorded an enrolment, as its slip says.
async fn on_the_slip(stage: &Stage, actor: platform::Actor, id: &str) -> String {
    let ctx = stage.app.ctx(actor);
    let detail = crate::enrollments::actions::show(&ctx, id.parse().unwrap()).await;
    detail.unwrap().recorded_by()
}

async fn enrolled_by_daughter(stage: &Stage) -> String {
    let body = json!({ "for": stage.people[1] });
    let made = stage.as_learner(0).call(201, "POST", &path(stage), &body).await;
    stage.app.run_jobs(JOBS).await;
    made["id"].as_str().unwrap().to_owned()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_daughter_enrols_her_mother_who_undoes_it() {
    let stage = stage(1, 3).await;
    stage.linked().await;
    let id = enrolled_by_daughter(&stage).await;
    let kept = events(&stage, &id).await;
    let first = &kept[0];
    assert_eq!(
        (first.kind.as_str(), first.channel.as_str()),
        ("enrollment.confirmed", "family")
    );
    assert_eq!(
        (first.actor_person, first.on_behalf_of),
        (Some(stage.people[0]), Some(stage.people[1]))
    );
    let told = stage.told(1).await;
    let told = told.last().unwrap();
    assert!(
        told.contains("您的女儿学员0替您报了“书法入门”") && told.contains("以前可以撤销"),
        "{told}"
    );
    let mother = stage.as_learner(1);
    let me = mother.get("/me").await;
    assert!(
        me.shows("您的女儿学员0替您报了") && me.shows("撤销，不上这个班"),
        "{}",
        me.body
    );
    let page = mother.get(&format!("/me/enrollments/{id}")).await;
    assert!(
        page.shows("撤销，不上这个班") && page.shows("家人代办 学员0"),
        "{}",
        page.body
    );
    let slip = on_the_slip(&stage, testkit::learner(stage.people[1]), &id).await;
    assert_eq!(slip, "家人 学员0");
    let daughters = stage.as_learner(0).get(&format!("/me/enrollments/{id}")).await;
    assert!(daughters.status == 200 && !daughters.shows("撤销，不上这个班"));
    let undo = format!("/me/enrollments/{id}/undo");
    for other in [0, 2] {
        assert_eq!(
            stage.as_learner(other).post(&undo, &[]).await.status,
            404,
            "{other}"
        );
    }
    let done = mother.post(&undo, &[]).await;
    assert_eq!(
        done.location(),
        format!("/me/enrollments/{id}?done=undone"),
        "{}",
        done.body
    );
    assert_eq!(stage.status(1).await, "withdrawn");
    assert_eq!(mother.post(&undo, &[]).await.status, 409, "once");
    let kept = events(&stage, &id).await;
    let last = kept.last().unwrap();
    assert_eq!(
        (last.kind.as_str(), last.actor_person),
        ("enrollment.undone", Some(stage.people[1]))
    );
    assert!(mother.get(done.location()).await.shows("本人撤销了代办"));
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_is_done_or_shown_without_a_link() {
    let stage = stage(3, 3).await;
    let link = stage.linked().await;
    let id = enrolled_by_daughter(&stage).await;
    let stranger = stage.as_learner(2);
    let unknown = json!({ "for": PersonId::from_raw(1) });
    let known = json!({ "for": stage.people[1] });
    let [one, other] = [
        stranger.api("POST", &path(&stage), &unknown).await,
        stranger.api("POST", &path(&stage), &known).await,
    ];
    assert_eq!((one.status, other.status), (404, 404));
    let without_number = |body: &Value| (body["title"].clone(), body["detail"].clone());
    assert_eq!(without_number(&one.json()), without_number(&other.json()));
    let both = json!({ "for": stage.people[1], "person": stage.people[1] });
    stranger.call(422, "POST", &path(&stage), &both).await;
    let list = format!("/api/v1/me/enrollments?for={}", stage.people[1]);
    stranger.call(404, "GET", &list, &Value::Null).await;
    let shown = stage.as_learner(0).call(200, "GET", &list, &Value::Null).await;
    assert_eq!(shown["items"][0]["id"], json!(id));
    let form = format!("/classes/{}/enroll", stage.class);
    let helped = stage.people[1].to_string();
    assert_eq!(stranger.post(&form, &[("for", &helped)]).await.status, 404);
    let end = format!("/me/family/{link}/end");
    assert_eq!(stage.as_learner(1).post(&end, &[]).await.status, 303);
    stage.as_learner(0).call(404, "GET", &list, &Value::Null).await;
    stage.as_learner(0).call(404, "POST", &path(&stage), &known).await;
    let one = format!("/api/v1/enrollments/{id}");
    stage.as_learner(0).call(404, "GET", &one, &Value::Null).await;
    stage.as_learner(0).call(404, "DELETE", &one, &Value::Null).await;
}

/// Another class at the same time: the refusal says of whom it speaks.
async fn refused_for_her_mother(stage: &Stage, daughter: &testkit::Client) {
    let plan = testkit::world::ClassPlan {
        name: "合唱".into(),
        ..testkit::world::ClassPlan::default()
    };
    let other = testkit::world::class(&stage.app.platform, &stage.world.here, &plan).await;
    let other: kernel::Id<()> = kernel::Id::from_raw(other);
    let helped = stage.people[1].to_string();
    let refused = daughter
        .post(&format!("/classes/{other}/enroll"), &[("for", &helped)])
        .await;
    assert!(
        refused.status == 409 && refused.shows("这是替学员1报名的结果"),
        "{}",
        refused.body
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_daughter_chooses_for_whom_and_cancels_on_the_page() {
    let stage = stage(5, 2).await;
    stage.linked().await;
    let daughter = stage.as_learner(0);
    let form = format!("/classes/{}/enroll", stage.class);
    let page = daughter.get(&form).await;
    assert!(
        page.shows("我自己（学员0）") && page.shows("妈妈（学员1）"),
        "{}",
        page.body
    );
    assert!(
        !stage.as_learner(1).get(&form).await.shows("替谁报名"),
        "no choice, no question"
    );
    let helped = stage.people[1].to_string();
    let done = daughter.post(&form, &[("for", &helped)]).await;
    assert_eq!(done.status, 303, "{}", done.body);
    assert!(daughter.get(done.location()).await.shows("学员1"));
    let page = daughter.get(&form).await;
    assert!(
        page.shows("学员1已经报过这个班") && !page.shows("妈妈（学员1）"),
        "{}",
        page.body
    );
    assert!(page.shows("报名这个班"));
    let me = daughter.get("/me").await;
    assert!(
        me.shows("妈妈（学员1）报的班") && me.shows("书法入门"),
        "{}",
        me.body
    );
    let own = daughter.post(&form, &[]).await;
    assert_eq!(own.status, 303, "and herself");
    refused_for_her_mother(&stage, &daughter).await;
    let all = daughter.get(&form).await;
    assert!(
        all.shows("您已经报过这个班") && !all.body.contains("<button class=\"button\">报名"),
        "{}",
        all.body
    );
    let one = done.location().split('?').next().unwrap().to_owned();
    assert_eq!(daughter.post(&format!("{one}/withdraw"), &[]).await.status, 303);
    stage.app.run_jobs(JOBS).await;
    let told = stage.told(1).await;
    let cancelled = told.iter().find(|text| text.contains("取消了"));
    assert!(
        cancelled.is_some_and(|text| text.contains("您的女儿学员0替您取消了“书法入门”")),
        "{told:?}"
    );
    let kept = events(&stage, one.rsplit('/').next().unwrap()).await;
    let last = kept.last().unwrap();
    assert_eq!(
        (last.channel.as_str(), last.on_behalf_of),
        ("family", Some(stage.people[1]))
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_clerk_did_is_undone_for_three_days() {
    let stage = stage(5, 2).await;
    stage.give_phone(0).await;
    let clerk = stage.as_registrar();
    let mut made = Vec::new();
    for at in 0..2 {
        let form = format!("/desk/counter/{}/{}", stage.people[at], stage.class);
        let done = clerk.post(&form, &[("channel", "desk")]).await;
        made.push(done.location().rsplit('/').next().unwrap().to_owned());
    }
    stage.app.run_jobs(JOBS).await;
    let told = stage.told(0).await.remove(0);
    assert!(told.contains("学校工作人员替您报了“书法入门”"), "{told}");
    let page = clerk.get(&format!("/desk/enrollments/{}", made[0])).await;
    assert!(
        page.shows("莘庄镇教务") && page.shows("按本人的意思撤销"),
        "{}",
        page.body
    );
    assert!(stage.as_learner(0).get("/me").await.shows("学校工作人员替您报了"));
    let slip = on_the_slip(&stage, testkit::learner(stage.people[0]), &made[0]).await;
    assert_eq!(slip, "柜台 莘庄镇教务");
    let undo = format!("/desk/enrollments/{}/undo", made[1]);
    assert_eq!(stage.as_sibling().post(&undo, &[]).await.status, 404);
    assert_eq!(stage.as_learner(0).post(&undo, &[]).await.status, 403);
    assert_eq!(clerk.post(&undo, &[]).await.status, 303);
    let kept = events(&stage, &made[1]).await;
    let last = kept.last().unwrap();
    assert_eq!(
        (last.kind.as_str(), last.channel.as_str()),
        ("enrollment.undone", "desk")
    );
    assert_eq!(
        (last.actor_person, last.on_behalf_of),
        (Some(stage.world.here.registrar), Some(stage.people[1]))
    );
    stage.app.platform.clock.advance(4 * DAY);
    let api = format!("/api/v1/enrollments/{}/undo", made[0]);
    let late = stage.as_learner(0).call(409, "POST", &api, &Value::Null).await;
    assert!(late["detail"].as_str().unwrap().contains("过了三天"), "{late}");
    assert!(!stage.as_learner(0).get("/me").await.shows("撤销，不上这个班"));
    let own = format!("/api/v1/enrollments/{}", made[0]);
    stage.as_learner(0).call(200, "DELETE", &own, &json!({})).await;
}

//! How a class ends for those who complete it, those who do not, and those who still wait.

use super::actions::CLOSED;
use crate::testing::{class, correct, with_roll};
use db::args;
use kernel::{Id, PersonId};
use people::persons::sealed;
use platform::{Event, Role, message};
use testkit::{ClassFixture, staff, world};

const JOBS: &[platform::JobKind] = &[CLOSED, message::SEND];

/// Gives a person a telephone.
async fn give_phone(f: &ClassFixture, person: PersonId) {
    let tx = f.app.system().begin().await.unwrap();
    let sealed = f
        .app
        .platform
        .keys
        .seal("13800138000", &sealed::phone_place(person));
    let sql = "UPDATE person SET phone_sealed = $2 WHERE id = $1";
    tx.exec(sql, args![person, sealed]).await.unwrap();
    tx.commit(vec![Event::new("test.phone", "person", person)])
        .await
        .unwrap();
}

/// Puts somebody with a telephone on the waitlist.
async fn let_wait(f: &ClassFixture) -> PersonId {
    let person = world::learners(&f.app.platform, 1).await[0];
    testkit::roll::enroll(&f.app.platform, &f.world.here, f.raw, &[person]).await;
    let tx = f.app.system().begin().await.unwrap();
    let waits = "UPDATE enrollment SET status = 'waitlisted' WHERE person_id = $1 {unscoped: test}";
    tx.exec(waits, args![person]).await.unwrap();
    let counts = "UPDATE class SET enrolled = enrolled - 1, waitlisted = 1 WHERE id = $1 {unscoped: test}";
    tx.exec(counts, args![f.raw]).await.unwrap();
    tx.commit(vec![Event::new("test.waits", "person", person)])
        .await
        .unwrap();
    give_phone(f, person).await;
    person
}

/// How each of the three learners stands, and then those of `more`.
async fn statuses(f: &ClassFixture, more: &[PersonId]) -> Vec<String> {
    let mut all = Vec::new();
    for person in f.people.iter().chain(more) {
        let sql = "SELECT status FROM enrollment WHERE person_id = $1 {unscoped: test}";
        all.push(f.app.platform.db.query_one(sql, args![*person]).await.unwrap());
    }
    all
}

async fn messages_to(f: &ClassFixture, person: PersonId) -> Vec<String> {
    let ctx = f.app.system();
    let sent = message::of_person(ctx.db(), person, 10).await.unwrap();
    sent.iter()
        .map(|sent| message::open_text(&ctx, sent).unwrap())
        .collect()
}

async fn waiting(f: &ClassFixture) -> usize {
    let here = &f.world.here;
    let registrar = staff(here.registrar, Role::Registrar, here.org, &here.path);
    crate::waiting(&f.app.ctx(registrar)).await.unwrap().len()
}

/// Closes the class at the desk, as the registrar does; the class's last day is over.
async fn close(f: &ClassFixture) {
    let here = &f.world.here;
    let ctx = f
        .app
        .ctx(staff(here.registrar, Role::Registrar, here.org, &here.path));
    let class = teaching::classes::find(ctx.db(), Id::from_raw(f.raw))
        .await
        .unwrap();
    teaching::classes::lifecycle::close(&ctx, class.id, class.version)
        .await
        .unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn who_does_not_complete_gets_an_end_with_its_figures_and_is_told() {
    let f = with_roll().await;
    give_phone(&f, f.people[2]).await;
    let waits = let_wait(&f).await;
    let path = format!("/desk/classes/{}/completion", f.class);
    let page = f.registrar().get(&path).await;
    assert!(page.shows("确认 2 人结业、1 人未结业"), "{}", page.body);
    let done = f.registrar().post(&path, &[]).await;
    assert_eq!(done.location(), format!("{path}?confirmed=2&ended=1&untold=2"));
    assert_eq!(
        statuses(&f, &[waits]).await,
        ["completed", "completed", "ended", "expired"]
    );
    let told = messages_to(&f, f.people[2]).await;
    assert!(
        told.len() == 1 && told[0].contains("上了 2 次课，您到了 0 次，结业要到 2 次"),
        "{told:?}"
    );
    let told = messages_to(&f, waits).await;
    assert!(told.len() == 1 && told[0].contains("候补没有轮到"), "{told:?}");
    let page = f.registrar().get(done.location()).await;
    assert!(
        page.shows("未结业，差 2 次") && page.shows("有 2 人没有登记手机"),
        "{}",
        page.body
    );
    // Each change is an event of its own, with the figures, and the counters fit.
    let data: String = f
        .one("SELECT data FROM event WHERE kind = 'enrollment.ended'")
        .await;
    assert!(
        data.contains(r#""shortfall":{"attended":0,"held":2,"needed":2}"#),
        "{data}"
    );
    let counts: (i64, i64) = f
        .one("SELECT enrolled, waitlisted FROM class {unscoped: test}")
        .await;
    assert_eq!(counts, (3, 0));
    let before: i64 = f.one("SELECT count(*) FROM event").await;
    assert!(
        f.registrar()
            .post(&path, &[])
            .await
            .location()
            .contains("confirmed=0&ended=0")
    );
    assert_eq!(f.one::<i64>("SELECT count(*) FROM event").await, before, "once");
    assert_eq!(waiting(&f).await, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_corrected_roll_completes_who_had_ended() {
    let f = with_roll().await;
    let path = format!("/desk/classes/{}/completion", f.class);
    f.registrar().post(&path, &[]).await;
    for session in [0, 1] {
        let shown = format!("/desk/sessions/{}/marks/{}", f.sessions[session], f.people[2]);
        let page = f.registrar().get(&shown).await;
        let was = testkit::html::hidden(&page.body, "was");
        correct(&f, session, 2, "present", &was).await;
    }
    assert!(f.registrar().get(&path).await.shows("确认 1 人结业"));
    f.registrar().post(&path, &[]).await;
    assert_eq!(statuses(&f, &[]).await, ["completed", "completed", "completed"]);
    let proof = crate::verify_ledger(&f.app.platform.db).await.unwrap();
    assert_eq!((proof.entries, proof.wrong), (3, Vec::new()));
}

#[tokio::test(flavor = "multi_thread")]
async fn closing_at_the_desk_ends_the_wait_and_those_who_fall_short() {
    let f = with_roll().await;
    let waits = let_wait(&f).await;
    close(&f).await;
    f.app.run_jobs(JOBS).await;
    assert_eq!(
        statuses(&f, &[waits]).await,
        ["confirmed", "confirmed", "ended", "expired"]
    );
    assert_eq!(waiting(&f).await, 1, "who completes waits for the clerk");
    // The job may run twice.
    let tx = f.app.system().begin().await.unwrap();
    let payload = serde_json::json!({ "class": f.class });
    platform::job::enqueue(&tx, CLOSED.name, &payload, f.app.platform.clock.now(), None)
        .await
        .unwrap();
    tx.commit(vec![Event::new("test.again", "class", Id::<()>::from_raw(f.raw))])
        .await
        .unwrap();
    let before: i64 = f.one("SELECT count(*) FROM event").await;
    assert_eq!(f.app.run_jobs(JOBS).await, 1);
    assert_eq!(f.one::<i64>("SELECT count(*) FROM event").await, before);
    let path = format!("/desk/classes/{}/completion", f.class);
    f.registrar().post(&path, &[]).await;
    assert_eq!(
        statuses(&f, &[]).await,
        ["completed", "completed", "ended"],
        "confirmed after it was closed"
    );
    assert_eq!(waiting(&f).await, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_is_judged_by_half_a_record() {
    let f = class().await;
    let waits = let_wait(&f).await;
    for session in [0, 1] {
        correct(&f, session, 0, "present", "").await;
    }
    let path = format!("/desk/classes/{}/completion", f.class);
    let refused = f.registrar().post(&path, &[]).await;
    assert!(
        refused.status == 409 && refused.shows("还有 2 次课没有点名，或者没有点完"),
        "{}",
        refused.body
    );
    close(&f).await;
    f.app.run_jobs(JOBS).await;
    assert_eq!(
        statuses(&f, &[waits]).await,
        ["confirmed", "confirmed", "confirmed", "expired"],
        "only the wait is over"
    );
    assert_eq!(waiting(&f).await, 1);
    for session in &f.sessions {
        let finish = format!("/desk/sessions/{session}/finish");
        let answer = f.registrar().post(&finish, &[("reason", "没点的都没来")]).await;
        assert_eq!(
            answer.location(),
            format!("/desk/sessions/{session}/roll?saved=2")
        );
    }
    f.registrar().post(&path, &[]).await;
    assert_eq!(statuses(&f, &[]).await, ["completed", "ended", "ended"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_class_that_was_never_held_ends_its_learners_when_it_is_closed() {
    let f = class().await;
    give_phone(&f, f.people[0]).await;
    let tx = f.app.system().begin().await.unwrap();
    let sql = "UPDATE session SET status = 'cancelled' WHERE class_id = $1 {unscoped: test}";
    tx.exec(sql, args![f.raw]).await.unwrap();
    tx.commit(vec![Event::new(
        "test.cancelled",
        "class",
        Id::<()>::from_raw(f.raw),
    )])
    .await
    .unwrap();
    close(&f).await;
    f.app.run_jobs(JOBS).await;
    assert_eq!(statuses(&f, &[]).await, ["ended", "ended", "ended"]);
    assert!(messages_to(&f, f.people[0]).await[0].contains("没有上课就结束了"));
}

//! A person with a whole life in the program is told everything, and then erased from every corner of it.

use super::{class, head};
use crate::wiring;
use db::args;
use kernel::PersonId;
use people::erasure::model::WAIT_DAYS;
use people::persons::{PersonDraft, sealed};
use platform::{Event, audit, message};
use serde_json::json;
use testkit::{ClassFixture, learner, staff, world};

const DAY: i64 = 86_400;
const NAME: &str = "欧阳秀英";
const PHONE: &str = "13800138000";
/// Words that people wrote about her, in every place where words are kept.
const WORDS: [&str; 6] = [
    "膝盖做了手术",
    "补签漏了的人",
    "核对医保用",
    "冒名顶替的误会",
    "搬去女儿家住",
    "女儿小王 13900139000",
];

/// Gives the learner a name, numbers and words that can be looked for afterwards.
async fn name(f: &ClassFixture, person: PersonId) {
    let ctx = f.app.system();
    let draft = PersonDraft {
        name: NAME.into(),
        id_number: "11010519491231002X".into(),
        phone: PHONE.into(),
        needs: vec!["hearing".into()],
        contact: WORDS[5].into(),
        ..PersonDraft::default()
    };
    let tx = ctx.begin().await.unwrap();
    let sql = "UPDATE person SET registered_at_org_id = $2 WHERE id = $1";
    tx.exec(sql, args![person, f.world.here.org]).await.unwrap();
    tx.commit(vec![Event::new("test.registered", "person", person)])
        .await
        .unwrap();
    people::persons::change(&ctx, person, draft, false, 1)
        .await
        .unwrap();
}

/// Leave, correction, completion, certificate, revocation, a seat in a class to come, a look at her numbers.
async fn live(f: &ClassFixture, person: PersonId) -> String {
    let clerk = f.registrar();
    for (session, marks) in f.sessions.iter().zip(["present", "late"]) {
        let leave = [("decision", "for_learner"), ("leave_reason", WORDS[0])];
        let path = format!("/desk/sessions/{session}/leave/{person}");
        assert_eq!(clerk.post(&path, &leave).await.status, 303);
        let path = format!("/desk/sessions/{session}/marks/{person}");
        let was = testkit::html::hidden(&clerk.get(&path).await.body, "was");
        let fields = [("status", marks), ("reason", WORDS[1]), ("was", was.as_str())];
        assert_eq!(clerk.post(&path, &fields).await.status, 303);
        let finish = format!("/desk/sessions/{session}/finish");
        assert_eq!(
            clerk.post(&finish, &[("reason", "没点的都没来")]).await.status,
            303
        );
    }
    let done = clerk
        .post(&format!("/desk/classes/{}/completion", f.class), &[])
        .await;
    assert_eq!(done.status, 303, "{}", done.body);
    clerk
        .post(&format!("/desk/classes/{}/certificates", f.class), &[])
        .await;
    let reveal = [("reason", WORDS[2])];
    let path = format!("/desk/people/{person}/reveal");
    assert_eq!(clerk.post(&path, &reveal).await.status, 200);
    let code: String = f.one("SELECT code FROM certificate {unscoped: test}").await;
    code
}

/// A seat in a class to come, with somebody behind her, and an enrolment given up with a reason.
async fn enrol(f: &ClassFixture, person: PersonId) -> PersonId {
    let plan = world::ClassPlan {
        name: "合唱".into(),
        capacity: 1,
        ..world::ClassPlan::default()
    };
    let class = world::class(&f.app.platform, &f.world.here, &plan).await;
    let class: teaching::ClassId = kernel::Id::from_raw(class);
    let behind = world::learners(&f.app.platform, 1).await[0];
    let path = format!("/api/v1/classes/{class}/enrollments");
    let ask = |who: PersonId, wait: bool| {
        let client = f.app.signed_in(learner(who)).header("idempotency-key", "her-key");
        let path = path.clone();
        async move {
            client
                .api("POST", &path, &json!({ "accept_waitlist": wait }))
                .await
        }
    };
    let first = ask(person, false).await;
    assert_eq!(first.status, 201, "{}", first.body);
    let id = first.json()["id"].as_str().unwrap().to_owned();
    let reason = [("reason", WORDS[4])];
    let gone = f
        .registrar()
        .post(&format!("/desk/enrollments/{id}/withdraw"), &reason)
        .await;
    assert_eq!(gone.status, 303, "{}", gone.body);
    let client = f.app.signed_in(learner(person));
    let again = client.api("POST", &path, &json!({})).await;
    assert_eq!(again.json()["status"], "confirmed", "{}", again.body);
    assert_eq!(ask(behind, true).await.json()["status"], "waitlisted");
    behind
}

/// All texts of the database that hold one of her traces.
async fn traces(f: &ClassFixture) -> Vec<String> {
    let wanted = [NAME, "ouyang", "138****8000", "1***X", "1949-12-31"];
    let everything = testkit::whole_database(&f.app.platform.db).await;
    let found = |text: &String| wanted.iter().chain(&WORDS).any(|trace| text.contains(trace));
    everything.into_iter().filter(found).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_whole_life_is_told_and_then_erased_everywhere() {
    let f = class().await;
    let person = f.people[0];
    name(&f, person).await;
    let code = live(&f, person).await;
    let behind = enrol(&f, person).await;
    revoke(&f).await;
    f.app.run_jobs(&wiring::jobs()).await;
    let client = f.app.signed_in(learner(person));
    let told = client.get("/me/settings/export").await;
    for text in [NAME, PHONE, "11010519491231002X", "书法入门", "合唱", &code] {
        assert!(told.shows(text), "{text}: {}", told.body);
    }
    for words in WORDS {
        assert!(told.shows(words), "{words} is kept and told");
    }

    client.post("/me/settings/erasure", &[("wanted", "yes")]).await;
    let deciding = f.app.signed_in(head(&f));
    let list = deciding.get("/desk/erasures").await;
    let path = testkit::html::links(&list.body)
        .into_iter()
        .find(|link| link.starts_with("/desk/erasures/"))
        .unwrap();
    let page = deciding.get(&path).await;
    assert!(page.shows("学时：1 条"), "{}", page.body);
    let yes = [("decision", "accepted"), ("reason", "到校核对过身份证")];
    assert_eq!(deciding.post(&path, &yes).await.status, 303);
    let ledger = records::verify_ledger(&f.app.platform.db).await.unwrap();
    assert!(!traces(&f).await.is_empty());

    f.app.platform.clock.advance(WAIT_DAYS * DAY);
    wiring::begin_day(&f.app.system()).await.unwrap();
    f.app.run_jobs(&wiring::jobs()).await;
    assert_eq!(traces(&f).await, Vec::<String>::new());
    // The ledger and the chain still prove themselves, and the counts of seats are those of the rows.
    let after = records::verify_ledger(&f.app.platform.db).await.unwrap();
    assert_eq!(after, ledger);
    let verdict = audit::verify(&f.app.platform.db).await.unwrap();
    assert!(verdict.faults.is_empty() && verdict.events > 30, "{verdict:?}");
    assert_eq!(
        enrollment::recount(&f.app.platform.db).await.unwrap(),
        Vec::<String>::new()
    );
    seat_goes_on(&f, behind).await;
    nothing_is_given_to(&f, person).await;
    let checked = f.app.visitor().get(&format!("/verify/{code}")).await;
    assert!(
        checked.shows("已注销") && checked.shows("已撤销"),
        "{}",
        checked.body
    );
    let roll = f
        .registrar()
        .get(&format!("/desk/classes/{}/attendance", f.class))
        .await;
    assert!(roll.shows("已注销") && roll.shows("100%"), "{}", roll.body);
}

/// No card, no code and no seat.
async fn nothing_is_given_to(f: &ClassFixture, person: PersonId) {
    for path in [
        format!("/desk/people/{person}/card"),
        format!("/desk/people/{person}/code"),
    ] {
        assert_eq!(f.registrar().post(&path, &[]).await.status, 409, "{path}");
    }
    let counter = f.registrar().get(&format!("/desk/counter/{person}")).await;
    assert!(
        counter.status == 409 && counter.shows("已经注销"),
        "{}",
        counter.body
    );
}

/// Her certificate is revoked with words about her; the hours stay.
async fn revoke(f: &ClassFixture) {
    let id: i64 = f.one("SELECT id FROM certificate {unscoped: test}").await;
    let id: kernel::Id<()> = kernel::Id::from_raw(id);
    let path = format!("/desk/certificates/{id}/revoke");
    let answer = f
        .app
        .signed_in(head(f))
        .post(&path, &[("reason", WORDS[3])])
        .await;
    assert_eq!(answer.status, 303, "{}", answer.body);
}

/// The seat she had goes to the one behind her, by the desk's own look at free seats.
async fn seat_goes_on(f: &ClassFixture, behind: PersonId) {
    let here = &f.world.here;
    let ctx = f.app.ctx(staff(
        here.registrar,
        platform::Role::Registrar,
        here.org,
        &here.path,
    ));
    // A word about any class makes the desk look.
    let tx = ctx.begin().await.unwrap();
    tx.commit(vec![Event::new(
        "class.changed",
        "class",
        kernel::Id::<()>::from_raw(f.raw),
    )])
    .await
    .unwrap();
    let sql = "SELECT status FROM enrollment WHERE person_id = $1 {unscoped: test}";
    for _ in 0..100 {
        let status: String = ctx.db().query_one(sql, args![behind]).await.unwrap();
        if status == "offered" {
            return;
        }
        tokio::time::sleep(std::time::Duration::from_millis(30)).await;
    }
    panic!("the seat stayed empty");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_message_that_waits_is_not_sent_to_who_is_erased() {
    let f = class().await;
    let person = f.people[1];
    let ctx = f.app.system();
    let tx = ctx.begin().await.unwrap();
    let sealed = ctx.platform.keys.seal(PHONE, &sealed::phone_place(person));
    let sql = "UPDATE person SET phone_sealed = $2, registered_at_org_id = $3 WHERE id = $1";
    tx.exec(sql, args![person, sealed, f.world.here.org])
        .await
        .unwrap();
    let text = "【学圈】明天停课。".to_owned();
    assert!(
        people::contact::tell(&tx, person, None, "test.news", text)
            .await
            .unwrap()
    );
    for keeper in crate::keepers::ALL {
        (keeper.erase)(&tx, person).await.unwrap();
    }
    tx.commit(vec![Event::new("test.erased", "person", person)])
        .await
        .unwrap();
    f.app.run_jobs(&wiring::jobs()).await;
    assert!(
        message::newest(ctx.db(), platform::api::Part { limit: 10, offset: 0 })
            .await
            .unwrap()
            .is_empty()
    );
    let failed: i64 = f.one("SELECT count(*) FROM job WHERE state <> 'done'").await;
    assert_eq!(failed, 0);
}

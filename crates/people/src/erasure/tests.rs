//! Export and erasure through the router.

use super::model::WAIT_DAYS;
use crate::testing::*;
use db::args;
use kernel::PersonId;
use platform::{Actor, Role, audit};
use testkit::{TestApp, World, learner, limited, staff};

const DAY: i64 = 86_400;

fn head(world: &World) -> Actor {
    let here = &world.here;
    staff(here.registrar, Role::SchoolHead, here.org, &here.path)
}

fn head_there(world: &World) -> Actor {
    let there = &world.there;
    staff(there.registrar, Role::SchoolHead, there.org, &there.path)
}

fn registrar(world: &World) -> Actor {
    let here = &world.here;
    staff(here.registrar, Role::Registrar, here.org, &here.path)
}

async fn waiting(app: &TestApp, actor: Actor) -> usize {
    crate::waiting(&app.ctx(actor)).await.unwrap().len()
}

async fn carry_out(app: &TestApp) -> String {
    super::carry_out(&app.system(), KEEPERS).await.unwrap()
}

/// Queues and runs the daily sweeps.
async fn sweep(app: &TestApp) {
    let sweeps = [platform::retention::SWEEP, crate::SWEEP];
    let tx = app.system().begin().await.unwrap();
    let mut events = Vec::new();
    let (nothing, now) = (serde_json::json!({}), app.platform.clock.now());
    for kind in sweeps {
        let job = platform::job::enqueue(&tx, kind.name, &nothing, now, None)
            .await
            .unwrap();
        events.push(platform::Event::new("test.swept", "job", job));
    }
    tx.commit(events).await.unwrap();
    app.run_jobs(&[&sweeps[..], &[platform::message::SEND]].concat())
        .await;
}

/// The address of the person's latest wish.
async fn wish(app: &TestApp, person: PersonId) -> String {
    let row = super::store::latest(&app.platform.db, person).await.unwrap();
    format!("/desk/erasures/{}", row.unwrap().id)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_wish_is_asked_for_and_taken_back() {
    let (app, world) = app().await;
    let person = register(&app, "王秀英", "13800138000", world.here.org).await;
    let client = app.signed_in(learner(person));
    for (wanted, rows) in [("yes", 1), ("yes", 1), ("no", 0)] {
        let answer = client.post("/me/settings/erasure", &[("wanted", wanted)]).await;
        assert_eq!(answer.status, 303);
        assert_eq!(waiting(&app, head(&world)).await, rows, "{wanted}");
        assert_eq!(waiting(&app, head_there(&world)).await, 0);
        assert_eq!(
            waiting(&app, registrar(&world)).await,
            0,
            "a registrar does not decide"
        );
        let page = client.get("/me/settings").await;
        assert_eq!(page.shows("不删了，撤回申请"), rows == 1, "{}", page.body);
    }
    let token = app.signed_in(limited(learner(person), &[]));
    let answer = token.post("/me/settings/erasure", &[("wanted", "yes")]).await;
    assert_eq!(answer.status, 403, "a token does not ask");
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_answers_for_the_data_decides_with_a_reason() {
    let (app, world) = app().await;
    let person = register(&app, "王秀英", "13800138000", world.here.org).await;
    let client = app.signed_in(learner(person));
    client.post("/me/settings/erasure", &[("wanted", "yes")]).await;
    let path = wish(&app, person).await;
    let yes = [("decision", "accepted"), ("reason", "到校核对过身份证")];
    let deciding = app.signed_in(head(&world));
    assert_eq!(app.signed_in(head_there(&world)).get(&path).await.status, 404);
    assert_eq!(
        app.signed_in(head_there(&world)).post(&path, &yes).await.status,
        404
    );
    assert_eq!(
        app.signed_in(registrar(&world)).post(&path, &yes).await.status,
        403
    );
    assert_eq!(client.get(&path).await.status, 403);
    let page = deciding.get(&path).await;
    assert!(
        page.shows("我的资料：1 条") && page.shows("审计日志") && page.shows("15 天"),
        "{}",
        page.body
    );
    let without = deciding
        .post(&path, &[("decision", "accepted"), ("reason", "")])
        .await;
    assert_eq!(without.status, 422);
    let no = [("decision", "refused"), ("reason", "还有退费没有办完")];
    assert_eq!(deciding.post(&path, &no).await.status, 303);
    assert_eq!(deciding.post(&path, &yes).await.status, 409, "decided once");
    assert!(newest_text(&app).await.contains("还有退费没有办完"));
    assert!(client.get("/me/settings").await.shows("还有退费没有办完"));
}

#[tokio::test(flavor = "multi_thread")]
async fn an_accepted_wish_can_be_taken_back_until_its_day() {
    let (app, world) = app().await;
    let person = register(&app, "王秀英", "13800138000", world.here.org).await;
    let client = app.signed_in(learner(person));
    let deciding = app.signed_in(head(&world));
    let yes = [("decision", "accepted"), ("reason", "到校核对过身份证")];
    client.post("/me/settings/erasure", &[("wanted", "yes")]).await;
    let path = wish(&app, person).await;
    assert_eq!(deciding.post(&path, &yes).await.status, 303);
    assert!(
        client
            .get("/me/settings")
            .await
            .shows("2026年12月7日 会删除您的资料")
    );
    assert_eq!(
        client
            .post("/me/settings/erasure", &[("wanted", "no")])
            .await
            .status,
        303
    );
    app.platform.clock.advance((WAIT_DAYS + 1) * DAY);
    assert!(carry_out(&app).await.contains("删除了 0 人"));
    let name: String = app
        .platform
        .db
        .query_one("SELECT name FROM person WHERE id = $1", args![person])
        .await
        .unwrap();
    assert_eq!(name, "王秀英");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_accepted_wish_is_carried_out_on_its_day_and_nothing_is_left() {
    let (app, world) = app().await;
    let person = register(&app, "王秀英", "13800138000", world.here.org).await;
    let other = register(&app, "李建国", "13800138000", world.here.org).await;
    let session = by_phone(&app, &app.visitor(), "13800138000").await;
    let chosen = app
        .visitor()
        .post(
            "/sign-in/choose",
            &[("step", &step(&session)), ("person", &person.to_string())],
        )
        .await;
    let session = token(&chosen).unwrap();
    assert!(who(&app, &session).await.person.is_some());
    let clerk = app.signed_in(registrar(&world));
    let shown = format!("/desk/people/{person}");
    assert_eq!(
        clerk
            .post(&format!("{shown}/reveal"), &[("reason", "王秀英来核对号码")])
            .await
            .status,
        200
    );
    assert_eq!(clerk.post(&format!("{shown}/erasure"), &[]).await.status, 303);
    assert_eq!(
        clerk.post(&format!("{shown}/erasure"), &[]).await.status,
        409,
        "one at a time"
    );
    let path = wish(&app, person).await;
    let yes = [("decision", "accepted"), ("reason", "到校核对过身份证")];
    assert_eq!(app.signed_in(head(&world)).post(&path, &yes).await.status, 303);
    app.platform.clock.advance((WAIT_DAYS - 1) * DAY);
    assert!(
        carry_out(&app).await.contains("删除了 0 人"),
        "not before its day"
    );
    app.platform.clock.advance(DAY);
    assert!(carry_out(&app).await.contains("删除了 1 人"));
    assert!(carry_out(&app).await.contains("删除了 0 人"), "once");

    // A code belongs to a telephone and not to a person: it goes by its age, long before the day.
    sweep(&app).await;
    let everything = testkit::whole_database(&app.platform.db).await;
    for trace in ["王秀英", "wangxiuying", "138****8000"] {
        let left: Vec<&String> = everything.iter().filter(|text| text.contains(trace)).collect();
        // The other person of the family keeps the telephone.
        let allowed = usize::from(trace == "138****8000");
        assert_eq!(left.len(), allowed, "{trace}: {left:?}");
    }
    assert!(who(&app, &session).await.person.is_none());
    what_is_left_is_shown_as_erased(&app, &world, (person, other), &path).await;
}

/// The chain proves itself, the other person of the family is untouched, and nothing can be changed.
async fn what_is_left_is_shown_as_erased(
    app: &TestApp,
    world: &World,
    (person, other): (PersonId, PersonId),
    path: &str,
) {
    let shown = format!("/desk/people/{person}");
    let clerk = app.signed_in(registrar(world));
    assert_eq!(
        crate::persons::find(&app.platform.db, other).await.unwrap().name,
        "李建国"
    );
    let verdict = audit::verify(&app.platform.db).await.unwrap();
    assert!(verdict.faults.is_empty() && verdict.events > 5, "{verdict:?}");
    // What is left is shown as erased and cannot be changed.
    let page = clerk.get(&shown).await;
    assert!(
        page.shows("已经按本人申请删除") && !page.shows("修改资料"),
        "{}",
        page.body
    );
    assert_eq!(clerk.get(&format!("{shown}/edit")).await.status, 409);
    assert!(!clerk.get("/desk/people").await.shows("已注销"));
    assert!(app.signed_in(head(world)).get(path).await.shows("已注销"));
    assert_eq!(waiting(app, head(world)).await, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn who_holds_a_post_is_not_erased() {
    let (app, world) = app().await;
    let teacher = world.here.teacher;
    let tx = app.system().begin().await.unwrap();
    let sql = "UPDATE person SET registered_at_org_id = $2 WHERE id = $1";
    tx.exec(sql, args![teacher, world.here.org]).await.unwrap();
    tx.commit(vec![platform::Event::new("test.registered", "person", teacher)])
        .await
        .unwrap();
    app.signed_in(learner(teacher))
        .post("/me/settings/erasure", &[("wanted", "yes")])
        .await;
    let path = wish(&app, teacher).await;
    let yes = [("decision", "accepted"), ("reason", "本人离职")];
    let refused = app.signed_in(head(&world)).post(&path, &yes).await;
    assert!(
        refused.status == 409 && refused.shows("还有岗位"),
        "{}",
        refused.body
    );
    // Given a post after it was accepted: it waits at the desk, overdue.
    let person = register(&app, "王秀英", "13800138000", world.here.org).await;
    app.signed_in(learner(person))
        .post("/me/settings/erasure", &[("wanted", "yes")])
        .await;
    let path = wish(&app, person).await;
    app.signed_in(head(&world)).post(&path, &yes).await;
    let tx = app.system().begin().await.unwrap();
    testkit::world::post(&tx, &app.platform, person, Role::Teacher, world.here.org).await;
    tx.commit(vec![platform::Event::new("test.post", "person", person)])
        .await
        .unwrap();
    app.platform.clock.advance((WAIT_DAYS + 1) * DAY);
    assert!(carry_out(&app).await.contains("1 人还有岗位"));
    let all = crate::waiting(&app.ctx(head(&world))).await.unwrap();
    assert!(
        all.iter().any(|item| item.title.contains("到期没有删掉")),
        "{all:?}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn who_belongs_to_no_org_is_seen_from_the_top() {
    let (app, world) = app().await;
    let draft = crate::persons::PersonDraft {
        name: "王秀英".into(),
        sex: "female".into(),
        birth: Some("1955-03-15".parse().unwrap()),
        ..crate::persons::PersonDraft::default()
    };
    let person = crate::persons::register(&app.system(), draft).await.unwrap();
    app.signed_in(learner(person))
        .post("/me/settings/erasure", &[("wanted", "yes")])
        .await;
    let city = staff(world.here.registrar, Role::City, world.city, &world.city_path);
    let district = staff(
        world.here.registrar,
        Role::DistrictBureau,
        world.district,
        &world.district_path,
    );
    assert_eq!(waiting(&app, city.clone()).await, 1);
    assert_eq!(waiting(&app, district).await, 0);
    let path = wish(&app, person).await;
    let yes = [("decision", "accepted"), ("reason", "来信核对过本人")];
    assert_eq!(app.signed_in(city).post(&path, &yes).await.status, 303);
}

#[tokio::test(flavor = "multi_thread")]
async fn everything_held_is_told_to_the_person_and_at_the_counter() {
    let (app, world) = app().await;
    let person = register(&app, "王秀英", "13800138000", world.here.org).await;
    let client = app.signed_in(learner(person));
    client
        .post(
            "/me/settings/consents",
            &[("purposes", "teaching"), ("purposes", "photos")],
        )
        .await;
    by_phone(&app, &app.visitor(), "13800138000").await;
    let page = client.get("/me/settings/export").await;
    assert_eq!(page.headers["cache-control"], "private, no-store");
    for text in [
        "13800138000",
        "王秀英",
        "在宣传照片里出现",
        "莘庄镇社区学校",
        "person.registered",
    ] {
        assert!(page.shows(text), "{text}: {}", page.body);
    }
    let file = client.get("/me/settings/export.json").await.json();
    assert_eq!(file["person"][0]["phone"], "13800138000");
    assert_eq!(file["consents"].as_array().unwrap().len(), 2);
    assert_eq!(file["sign_ins"].as_array().unwrap().len(), 1);

    let path = format!("/desk/people/{person}/export");
    let clerk = app.signed_in(registrar(&world));
    assert_eq!(clerk.get(&path).await.status, 200);
    assert_eq!(
        clerk
            .post(&path, &[("format", "page"), ("reason", "")])
            .await
            .status,
        422
    );
    let fields = [("reason", "本人到柜台要一份"), ("format", "page")];
    let told = clerk.post(&path, &fields).await;
    assert!(told.status == 200 && told.shows("13800138000"), "{}", told.body);
    let fields = [("reason", "本人到柜台要一份"), ("format", "file")];
    assert_eq!(
        clerk.post(&path, &fields).await.json()["person"][0]["name"],
        "王秀英"
    );
    let sibling = staff(
        world.there.registrar,
        Role::Registrar,
        world.there.org,
        &world.there.path,
    );
    assert_eq!(app.signed_in(sibling).post(&path, &fields).await.status, 404);
    let mut weak = registrar(&world);
    weak.strong = false;
    assert_eq!(app.signed_in(weak).post(&path, &fields).await.status, 403);
    let exports: i64 = one(&app, "SELECT count(*) FROM event WHERE kind = 'person.exported'").await;
    assert_eq!(exports, 4);
}

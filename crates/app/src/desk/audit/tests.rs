//! The audit log, through the router.

use crate::installation::Shared;
use crate::wiring;
use platform::{Actor, Channel, Ctx, Event, Role};
use testkit::{TestApp, World};

async fn app() -> TestApp {
    TestApp::start_with(wiring::SCHEMAS, async |platform| {
        wiring::routes(&Shared::start(platform).await.unwrap())
    })
    .await
}

fn auditor(world: &World, path: &str) -> Actor {
    testkit::staff(world.here.registrar, Role::Auditor, world.here.org, path)
}

/// One event at each school and one without an org, each with its own kind.
async fn fill(app: &TestApp, world: &World) {
    let actor = testkit::staff(
        world.here.teacher,
        Role::Teacher,
        world.here.org,
        &world.here.path,
    );
    let ctx = Ctx {
        channel: Channel::Phone,
        request: "4711".into(),
        ..app.ctx(actor)
    };
    let room: kernel::Id<()> = kernel::Id::from_raw(7);
    let tx = ctx.begin().await.unwrap();
    tx.commit(vec![
        Event::new("near.changed", "room", room)
            .at(world.here.org)
            .note("=电话里说的"),
        Event::new("far.changed", "room", room).at(world.there.org),
        Event::new("whole.changed", "setting", room),
    ])
    .await
    .unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn an_auditor_sees_the_own_subtree_only() {
    let app = app().await;
    let world = World::build(&app.platform).await;
    fill(&app, &world).await;
    for (path, here, there, whole) in [
        (&world.here.path, true, false, false),
        (&world.there.path, false, true, false),
        (&world.district_path, true, true, false),
        (&world.city_path, true, true, true),
    ] {
        let answer = app.signed_in(auditor(&world, path)).get("/desk/audit").await;
        assert_eq!(answer.status, 200);
        let seen = |kind: &str| answer.shows(kind);
        assert_eq!(
            (seen("near.changed"), seen("far.changed"), seen("whole.changed")),
            (here, there, whole),
            "{path}"
        );
    }
    let registrar = testkit::staff(
        world.here.registrar,
        Role::Registrar,
        world.here.org,
        &world.here.path,
    );
    assert_eq!(app.signed_in(registrar).get("/desk/audit").await.status, 403);
    assert_eq!(app.visitor().get("/desk/audit").await.status, 303);
}

#[tokio::test(flavor = "multi_thread")]
async fn each_filter_narrows() {
    let app = app().await;
    let world = World::build(&app.platform).await;
    fill(&app, &world).await;
    let browser = app.signed_in(auditor(&world, &world.city_path));
    for (query, here, there) in [
        (format!("org={}", world.here.street), true, false),
        (format!("org={}", world.district), true, true),
        ("kind=far.".into(), false, true),
        (format!("person={}", world.here.teacher), true, true),
        (format!("person={}", world.there.teacher), false, false),
        ("request=4711".into(), true, true),
        ("request=4712".into(), false, false),
        ("from=2026-11-22&to=2026-11-22".into(), true, true),
        ("from=2026-11-23".into(), false, false),
        ("to=2026-11-21".into(), false, false),
    ] {
        let answer = browser.get(&format!("/desk/audit?{query}")).await;
        assert_eq!(
            (answer.shows("near.changed"), answer.shows("far.changed")),
            (here, there),
            "{query}"
        );
    }
    let shown = browser.get("/desk/audit?kind=near.").await;
    assert!(
        shown.shows("电话") && shown.shows("莘庄镇教师") && shown.shows("说明：=电话里说的"),
        "{}",
        shown.body
    );
    let wrong = browser.get("/desk/audit?org=100%25&from=明天").await;
    assert_eq!(wrong.status, 422);
    assert!(wrong.shows("写机构的名称") && wrong.shows("2026-11-22 这样"));
}

#[tokio::test(flavor = "multi_thread")]
async fn kinds_are_read_and_searched_in_words_and_orgs_by_name() {
    let app = app().await;
    let world = World::build(&app.platform).await;
    let ctx = app.system();
    let subject: kernel::Id<()> = kernel::Id::from_raw(7);
    let tx = ctx.begin().await.unwrap();
    tx.commit(vec![
        Event::new("room.changed", "room", subject).at(world.here.org),
        Event::new("certificate.issued", "certificate", subject).at(world.there.org),
    ])
    .await
    .unwrap();
    let browser = app.signed_in(auditor(&world, &world.city_path));
    let name = |org| {
        let db = &app.platform.db;
        async move { orgs::tree::find(db, org).await.unwrap().name }
    };
    let (street, city) = (name(world.here.street).await, name(world.city).await);
    for (query, room, certificate) in [
        ("kind=修改教室".to_owned(), true, false),
        ("kind=证书".to_owned(), false, true),
        ("kind=room.".to_owned(), true, false),
        (format!("org={street}"), true, false),
        (format!("org={city}"), true, true),
        (format!("org={city}&kind=证书"), false, true),
        ("org=没有这个地方".to_owned(), false, false),
    ] {
        let page = browser.get(&format!("/desk/audit?{query}")).await;
        assert_eq!(page.status, 200, "{query}");
        let seen = (page.shows("修改教室"), page.shows("发证书"));
        assert_eq!(seen, (room, certificate), "{query}: {}", page.body);
    }
    let beside = app.signed_in(auditor(&world, &world.there.path));
    let page = beside.get(&format!("/desk/audit?org={street}")).await;
    assert!(
        page.shows("没有找到记录") && !page.shows("修改教室"),
        "{}",
        page.body
    );
    let wrong = browser.get("/desk/audit?kind=没有这种事").await;
    assert_eq!(wrong.status, 422);
    assert!(wrong.shows("没有叫“没有这种事”的事"), "{}", wrong.body);
    let file = browser.post("/desk/audit/export", &[("kind", "修改教室")]).await;
    let right = file.body.contains("修改教室,room.changed,教室,");
    assert!(right && !file.body.contains("证书"), "{}", file.body);
}

#[tokio::test(flavor = "multi_thread")]
async fn pages_follow_each_other_without_gap() {
    let app = app().await;
    let world = World::build(&app.platform).await;
    let ctx = app.system();
    for number in 0..120_i64 {
        let tx = ctx.begin().await.unwrap();
        let subject: kernel::Id<()> = kernel::Id::from_raw(number);
        let event = Event::new("test.counted", "test", subject).data(serde_json::json!({ "n": number }));
        tx.commit(vec![event.at(world.here.org)]).await.unwrap();
    }
    let browser = app.signed_in(auditor(&world, &world.city_path));
    let (mut path, mut seen) = ("/desk/audit?kind=test.counted".to_owned(), Vec::new());
    for _ in 0..3 {
        let body = browser.get(&path).await.body;
        let numbers = body
            .split("{&#34;n&#34;:")
            .skip(1)
            .filter_map(|rest| rest.split('}').next());
        seen.extend(numbers.map(|number| number.parse::<i64>().unwrap()));
        let next = body.split("href=\"").find(|rest| rest.contains("cursor="));
        path = next
            .and_then(|rest| rest.split('"').next())
            .unwrap_or("/")
            .replace("&#38;", "&");
    }
    assert_eq!(seen, (0..120).rev().collect::<Vec<_>>());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_holds_what_was_found_and_is_itself_recorded() {
    let app = app().await;
    let world = World::build(&app.platform).await;
    fill(&app, &world).await;
    let browser = app.signed_in(auditor(&world, &world.city_path));
    let file = browser.post("/desk/audit/export", &[("kind", "near.")]).await;
    assert_eq!(file.status, 200);
    assert!(file.bytes.starts_with(b"\xef\xbb\xbf"));
    assert!(file.body.contains("near.changed") && !file.body.contains("far.changed"));
    assert!(file.body.contains("'=电话里说的"), "{}", file.body);
    assert!(browser.get("/desk/audit").await.shows("audit.exported"));
    assert_eq!(
        browser.post_without_token("/desk/audit/export", &[]).await.status,
        409
    );
}

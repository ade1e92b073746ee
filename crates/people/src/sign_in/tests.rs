//! Signing in through the router.

use crate::testing::*;
use platform::Role;
use platform::totp::TotpSecret;
use platform::web::{CSRF_FIELD, Credentials, SEED_COOKIE};
use std::sync::Arc;
use testkit::{TestApp, World};

const PHONE: &str = "13800138000";

#[tokio::test(flavor = "multi_thread")]
async fn a_new_telephone_registers_and_comes_back() {
    let (app, _) = app().await;
    let client = app.visitor();
    let first = by_phone(&app, &client, PHONE).await;
    assert_eq!(first.status, 200);
    assert!(first.shows("登记成为学员"), "{}", first.body);
    let step = step(&first);
    let wrong = client
        .post(
            "/sign-in/register",
            &[
                ("step", &step),
                ("name", "王2"),
                ("sex", "female"),
                ("birth", "1955-03-15"),
                ("agree", "yes"),
            ],
        )
        .await;
    assert_eq!(wrong.status, 422);
    assert!(wrong.body.contains("王2"), "what was typed stays");
    let done = client
        .post(
            "/sign-in/register",
            &[
                ("step", &step),
                ("name", "王秀英"),
                ("sex", "female"),
                ("birth", "1955-03-15"),
                ("agree", "yes"),
            ],
        )
        .await;
    assert_eq!((done.status, done.location()), (303, "/me"), "{}", done.body);
    let actor = who(&app, &token(&done).unwrap()).await;
    assert_eq!(actor.name, "王秀英");
    assert!(!actor.strong);
    app.platform.clock.advance(61);
    let again = by_phone(&app, &client, PHONE).await;
    assert_eq!(
        (again.status, again.location()),
        (303, "/me"),
        "known: straight in"
    );
    let line = again
        .headers
        .get_all("set-cookie")
        .iter()
        .next_back()
        .unwrap()
        .to_str()
        .unwrap();
    assert!(
        line.contains("HttpOnly") && line.contains("SameSite=Lax") && !line.contains("Max-Age"),
        "{line}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn the_first_page_brings_the_seed_of_its_own_form_and_no_other() {
    let (app, _) = app().await;
    let stranger = app.visitor().seeded(None);
    let (one, other) = (stranger.get("/sign-in").await, stranger.get("/sign-in").await);
    let seeds = [&one, &other].map(|page| page.cookie(SEED_COOKIE).unwrap());
    assert_ne!(seeds[0], seeds[1], "each visit has its own");
    let token = testkit::html::hidden(&one.body, CSRF_FIELD);
    let form = [("phone", PHONE), (CSRF_FIELD, &token)];
    for (seed, taken, why) in [
        (Some(&*seeds[0]), true, "the seed that came with the page"),
        (Some(&*seeds[1]), false, "another visit's"),
        (None, false, "none"),
    ] {
        let sent = app
            .visitor()
            .seeded(seed)
            .post_without_token("/sign-in/phone", &form)
            .await;
        assert_eq!(sent.status == 200, taken, "{why}: {}", sent.status);
        assert_eq!(sent.shows("刷新后再点一次"), !taken, "{why}");
    }
    let known = app.visitor().get("/sign-in").await;
    assert_eq!(known.cookie(SEED_COOKIE), None, "who has a seed keeps it");
}

#[tokio::test(flavor = "multi_thread")]
async fn known_and_unknown_telephones_get_the_same_answer() {
    let (app, world) = app().await;
    register(&app, "王秀英", PHONE, world.here.org).await;
    let known = app.visitor().post("/sign-in/phone", &[("phone", PHONE)]).await;
    let unknown = app
        .visitor()
        .post("/sign-in/phone", &[("phone", "13900139000")])
        .await;
    let plain = |answer: &testkit::Answer| answer.body.replace(&step(answer), "");
    assert_eq!(known.status, unknown.status);
    assert_eq!(plain(&known), plain(&unknown));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_family_with_one_telephone_chooses() {
    let (app, world) = app().await;
    let wife = register(&app, "王秀英", PHONE, world.here.org).await;
    register(&app, "李建国", PHONE, world.here.org).await;
    let other = register(&app, "张三", "13900139000", world.here.org).await;
    let client = app.visitor();
    let choose = by_phone(&app, &client, PHONE).await;
    assert!(
        choose.shows("王秀英") && choose.shows("李建国"),
        "{}",
        choose.body
    );
    let step = step(&choose);
    let stranger = client
        .post(
            "/sign-in/choose",
            &[("step", &step), ("person", &other.to_string())],
        )
        .await;
    assert_eq!(stranger.status, 404);
    let done = client
        .post(
            "/sign-in/choose",
            &[("step", &step), ("person", &wife.to_string())],
        )
        .await;
    assert_eq!(who(&app, &token(&done).unwrap()).await.person, Some(wife));
    let more = client
        .post("/sign-in/choose", &[("step", &step), ("person", "new")])
        .await;
    assert!(more.shows("登记成为学员"));
}

#[tokio::test(flavor = "multi_thread")]
async fn wrong_codes_run_out_and_a_new_one_helps() {
    let (app, world) = app().await;
    register(&app, "王秀英", PHONE, world.here.org).await;
    let client = app.visitor();
    let sent = client.post("/sign-in/phone", &[("phone", PHONE)]).await;
    let code = newest_code(&app).await;
    let step = step(&sent);
    for left in [4, 3, 2, 1] {
        let answer = client
            .post("/sign-in/code", &[("step", &step), ("code", other(&code))])
            .await;
        assert_eq!(answer.status, 422);
        assert!(
            answer.shows(&format!("还可以再试 {left} 次")),
            "{left}: {}",
            answer.body
        );
    }
    let last = client
        .post("/sign-in/code", &[("step", &step), ("code", other(&code))])
        .await;
    assert!(last.shows("已经错了 5 次"));
    let late = client
        .post("/sign-in/code", &[("step", &step), ("code", &code)])
        .await;
    assert_eq!(late.status, 422, "the right code is worth nothing now");
    let soon = client.post("/sign-in/resend", &[("step", &step)]).await;
    assert_eq!(soon.status, 429);
    assert!(soon.shows("请等 60 秒"), "{}", soon.body);
    app.platform.clock.advance(60);
    assert_eq!(
        client.post("/sign-in/resend", &[("step", &step)]).await.status,
        200
    );
    let code = newest_code(&app).await;
    let (head, tail) = code.split_at(3);
    let pasted = format!(" {head} {tail} ");
    let done = client
        .post("/sign-in/code", &[("step", &step), ("code", &pasted)])
        .await;
    assert_eq!(done.status, 303, "{}", done.body);
    let twice = client
        .post("/sign-in/code", &[("step", &step), ("code", &code)])
        .await;
    assert_eq!(twice.status, 422, "a code is good once");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_newest_code_counts_and_an_older_one_hears_so() {
    let (app, world) = app().await;
    register(&app, "王秀英", PHONE, world.here.org).await;
    let client = app.visitor();
    let sent = client.post("/sign-in/phone", &[("phone", PHONE)]).await;
    let step = step(&sent);
    let mut older = vec![newest_code(&app).await];
    for _ in 0..2 {
        app.platform.clock.advance(60);
        let again = client.post("/sign-in/resend", &[("step", &step)]).await;
        assert_eq!(again.status, 200, "{}", again.body);
        older.push(newest_code(&app).await);
    }
    let newest = older.pop().unwrap();
    // However often: it is no wrong try.
    for code in older.iter().cycle().take(6) {
        let answer = client
            .post("/sign-in/code", &[("step", &step), ("code", code)])
            .await;
        assert_eq!(answer.status, 422);
        assert!(answer.shows("后来又发了一个新的"), "{}", answer.body);
        assert!(answer.body.contains(code.as_str()), "what was typed stays");
    }
    let done = client
        .post("/sign-in/code", &[("step", &step), ("code", &newest)])
        .await;
    assert_eq!(done.status, 303, "{}", done.body);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_code_expires_and_can_be_extended() {
    let (app, world) = app().await;
    register(&app, "王秀英", PHONE, world.here.org).await;
    let client = app.visitor();
    let sent = client.post("/sign-in/phone", &[("phone", PHONE)]).await;
    let (code, step) = (newest_code(&app).await, step(&sent));
    app.platform.clock.advance(299);
    assert_eq!(
        client.post("/sign-in/extend", &[("step", &step)]).await.status,
        200
    );
    app.platform.clock.advance(299);
    let done = client
        .post("/sign-in/code", &[("step", &step), ("code", &code)])
        .await;
    assert_eq!(done.status, 303, "{}", done.body);
    let sent = client.post("/sign-in/phone", &[("phone", PHONE)]).await;
    let (code, step) = (newest_code(&app).await, crate::testing::step(&sent));
    app.platform.clock.advance(300);
    let late = client
        .post("/sign-in/code", &[("step", &step), ("code", &code)])
        .await;
    assert!(late.shows("已经过了时间"), "{}", late.body);
    app.platform.clock.advance(1800);
    let gone = client
        .post("/sign-in/code", &[("step", &step), ("code", &code)])
        .await;
    assert_eq!(gone.status, 409);
    assert!(gone.shows("重新登录"));
}

#[tokio::test(flavor = "multi_thread")]
async fn ten_codes_a_day_and_wrong_numbers() {
    let (app, _) = app().await;
    let client = app.visitor();
    // What was typed stays; only the strokes between digits are taken out.
    for (typed, stays) in [
        ("", ""),
        ("1380013800", "1380013800"),
        ("23800138000", "23800138000"),
        ("021-64123456", "02164123456"),
    ] {
        let answer = client.post("/sign-in/phone", &[("phone", typed)]).await;
        assert_eq!(answer.status, 422, "{typed}");
        let field = format!("value=\"{stays}\"");
        assert!(
            typed.is_empty() || answer.body.contains(&field),
            "{typed}: {}",
            answer.body
        );
    }
    for _ in 0..10 {
        assert_eq!(
            client.post("/sign-in/phone", &[("phone", PHONE)]).await.status,
            200
        );
        app.platform.clock.advance(61);
    }
    let eleventh = client.post("/sign-in/phone", &[("phone", PHONE)]).await;
    assert_eq!(eleventh.status, 429);
    assert!(eleventh.shows("今天已经发了 10 次"));
    app.platform.clock.advance(86_400);
    assert_eq!(
        client.post("/sign-in/phone", &[("phone", PHONE)]).await.status,
        200
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn an_address_cannot_send_without_end() {
    let (app, _) = app().await;
    let client = app.visitor();
    for number in 0..120 {
        let phone = format!("138{number:08}");
        assert_eq!(
            client.post("/sign-in/phone", &[("phone", &phone)]).await.status,
            200
        );
    }
    let refused = client.post("/sign-in/phone", &[("phone", PHONE)]).await;
    assert_eq!(refused.status, 429);
    assert!(refused.shows("这个网络上"));
}

/// Gives the registrar of the first school an account.
async fn account(app: &TestApp, world: &World, must_change: bool) {
    let hash = platform::password::hash("yun-dan-feng-qing-7", &app.platform.random).unwrap();
    let ctx = app.system();
    let tx = ctx.begin().await.unwrap();
    testkit::world::insert(
        &tx,
        "account",
        &[
            ("id", app.platform.ids.next::<()>().into()),
            ("person_id", world.here.registrar.into()),
            ("login", "registrar.one".into()),
            ("password_hash", hash.into()),
            ("must_change", must_change.into()),
            ("failures", 0_i64.into()),
            ("status", "active".into()),
            ("created_at", ctx.now().into()),
        ],
    )
    .await;
    let event = platform::Event::new("test.account", "person", world.here.registrar);
    tx.commit(vec![event]).await.unwrap();
}

fn secret(body: &str) -> TotpSecret {
    let tail = body
        .split("<b>")
        .find_map(|tail| TotpSecret::from_base32(tail.split('<').next()?));
    tail.expect("the secret on the page")
}

/// Too short, typed differently twice, or the old one again.
async fn weak_passwords_are_refused(client: &testkit::Client, held: &str, new: &str) {
    for (typed, again, sentence) in [
        ("short", "short", "12"),
        (new, "other", "不一样"),
        ("yun-dan-feng-qing-7", "yun-dan-feng-qing-7", "一样"),
    ] {
        let answer = client
            .post(
                "/sign-in/password",
                &[("step", held), ("new_password", typed), ("again", again)],
            )
            .await;
        assert_eq!(answer.status, 422, "{typed}");
        assert!(answer.shows(sentence), "{typed}: {}", answer.body);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn staff_set_up_the_second_factor_and_change_the_first_password() {
    let (app, world) = app().await;
    account(&app, &world, true).await;
    let client = app.visitor();
    let login = [("login", " Registrar.One "), ("password", "yun-dan-feng-qing-7")];
    let page = client.post("/sign-in/staff", &login).await;
    assert!(page.body.contains("data:image/svg+xml;base64,"), "{}", page.body);
    let (secret, held) = (secret(&page.body), step(&page));
    let wrong = client
        .post("/sign-in/second", &[("step", &held), ("code", "000000")])
        .await;
    assert_eq!(wrong.status, 422);
    assert!(
        wrong.body.contains(&secret.to_base32()),
        "the set-up is still there"
    );
    let code = secret.code_at(app.platform.clock.now());
    let change = client
        .post("/sign-in/second", &[("step", &held), ("code", &code)])
        .await;
    assert!(change.shows("换一个新密码"), "{}", change.body);
    assert_eq!(token(&change), None, "not in before the password is changed");
    let held = step(&change);
    let new = "qing-shan-lv-shui-88";
    weak_passwords_are_refused(&client, &held, new).await;
    let done = client
        .post(
            "/sign-in/password",
            &[("step", &held), ("new_password", new), ("again", new)],
        )
        .await;
    assert_eq!((done.status, done.location()), (303, "/desk"), "{}", done.body);
    let actor = who(&app, &token(&done).unwrap()).await;
    assert!(actor.strong);
    assert_eq!(actor.posts[0].role, Role::Registrar);
    let page = client
        .post("/sign-in/staff", &[("login", "registrar.one"), ("password", new)])
        .await;
    assert!(!page.body.contains("data:image"), "set up once");
    let reused = client
        .post("/sign-in/second", &[("step", &step(&page)), ("code", &code)])
        .await;
    assert_eq!(reused.status, 422, "a code is good once");
    app.platform.clock.advance(30);
    let code = secret.code_at(app.platform.clock.now());
    let done = client
        .post("/sign-in/second", &[("step", &step(&page)), ("code", &code)])
        .await;
    assert_eq!(done.status, 303);
}

#[tokio::test(flavor = "multi_thread")]
async fn five_failures_close_the_way_for_known_and_unknown_alike() {
    let (app, world) = app().await;
    account(&app, &world, false).await;
    for login in ["registrar.one", "nobody.here"] {
        let client = app.visitor();
        for attempt in 1..=5 {
            let answer = client
                .post("/sign-in/staff", &[("login", login), ("password", "wrong")])
                .await;
            let expected = if attempt < 5 { 422 } else { 429 };
            assert_eq!(answer.status, expected, "{login} {attempt}");
        }
        let right = client
            .post(
                "/sign-in/staff",
                &[("login", login), ("password", "yun-dan-feng-qing-7")],
            )
            .await;
        assert_eq!(right.status, 429, "{login}");
        assert!(right.shows("15 分钟"), "{}", right.body);
    }
    app.platform.clock.advance(901);
    let answer = app
        .visitor()
        .post(
            "/sign-in/staff",
            &[("login", "registrar.one"), ("password", "yun-dan-feng-qing-7")],
        )
        .await;
    assert_eq!(answer.status, 200);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_card_opens_and_locks() {
    let (app, world) = app().await;
    let person = register(&app, "王秀英", "", world.here.org).await;
    let clerk = testkit::staff(
        world.here.registrar,
        Role::Registrar,
        world.here.org,
        &world.here.path,
    );
    let ctx = app.ctx(clerk.clone());
    let old = super::actions::issue_card(&ctx, person).await.unwrap();
    let card = super::actions::issue_card(&ctx, person).await.unwrap();
    let parts = |cards: &documents::CodeCards| {
        let (number, code) = cards.cards[0].text.split_once(' ').unwrap();
        (number.to_owned(), code.to_owned())
    };
    let ((number, old), (_, code)) = (parts(&old), parts(&card));
    let client = app.visitor();
    let typed = number.to_lowercase();
    let answer = client
        .post("/sign-in/card", &[("number", &typed), ("code", &old)])
        .await;
    assert_eq!(answer.status, 422, "an old card");
    let done = client
        .post(
            "/sign-in/card",
            &[("number", &typed), ("code", &code.to_lowercase())],
        )
        .await;
    assert_eq!((done.status, done.location()), (303, "/me"), "{}", done.body);
    for attempt in 1..=5 {
        let answer = client
            .post("/sign-in/card", &[("number", &number), ("code", "22222222")])
            .await;
        assert_eq!(answer.status, if attempt < 5 { 422 } else { 429 });
    }
    let locked = client
        .post("/sign-in/card", &[("number", &number), ("code", &code)])
        .await;
    assert_eq!(locked.status, 429);
    let sibling = testkit::staff(
        world.there.registrar,
        Role::Registrar,
        world.there.org,
        &world.there.path,
    );
    let stranger = super::actions::issue_card(&app.ctx(sibling), person).await;
    assert_eq!(stranger.unwrap_err(), platform::AppError::NotFound);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_sign_in_ends_by_rest_by_age_and_by_its_owner() {
    let (app, world) = app().await;
    register(&app, "王秀英", PHONE, world.here.org).await;
    let client = app.visitor();
    let short = token(&by_phone(&app, &client, PHONE).await).unwrap();
    assert!(who(&app, &short).await.person.is_some());
    app.platform.clock.advance(20 * 60);
    assert!(who(&app, &short).await.person.is_some());
    let watch = super::watch::Watch::of(&app.platform);
    super::session::write_seen(&app.platform, &watch).await.unwrap();
    app.platform.clock.advance(20 * 60);
    assert!(who(&app, &short).await.person.is_some(), "used 20 minutes ago");
    app.platform.clock.advance(31 * 60);
    assert!(who(&app, &short).await.person.is_none(), "rested too long");
    let sent = client.post("/sign-in/phone", &[("phone", PHONE)]).await;
    let code = newest_code(&app).await;
    let done = client
        .post(
            "/sign-in/code",
            &[("step", &step(&sent)), ("code", &code), ("remember", "yes")],
        )
        .await;
    let long = token(&done).unwrap();
    app.platform.clock.advance(29 * 86_400);
    let actor = who(&app, &long).await;
    assert!(actor.person.is_some());
    let out = app.signed_in(platform::Actor::clone(&actor));
    drop(out);
    super::actions::sign_out(&app.ctx(actor)).await.unwrap();
    assert!(
        who(&app, &long).await.person.is_none(),
        "signed out at once, though remembered"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn identify_is_quick_and_refuses_wrong_tokens() {
    let (app, world) = app().await;
    register(&app, "王秀英", PHONE, world.here.org).await;
    let session = token(&by_phone(&app, &app.visitor(), PHONE).await).unwrap();
    assert!(who(&app, &session).await.person.is_some());
    let before = app.platform.db.statements_run();
    for _ in 0..1000 {
        who(&app, &session).await;
    }
    assert_eq!(
        app.platform.db.statements_run(),
        before,
        "no statement while it is remembered"
    );
    let given = Credentials {
        session: None,
        bearer: Some("no such token".into()),
    };
    let answer = crate::identify(Arc::clone(&app.platform), given).await;
    assert_eq!(answer.unwrap_err(), platform::AppError::SignInNeeded);
    assert_eq!(who(&app, "stale").await.person, None);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_demonstration_has_a_button_for_each_role() {
    let (app, world) = app().await;
    let page = app.visitor().get("/sign-in").await;
    for (key, label) in crate::demo_roles() {
        assert!(
            page.body.contains(&format!("value=\"{key}\"")) && page.shows(label),
            "{key}"
        );
    }
    let ctx = app.system();
    let tx = ctx.begin().await.unwrap();
    testkit::world::insert(
        &tx,
        "account",
        &[
            ("id", app.platform.ids.next::<()>().into()),
            ("person_id", world.here.registrar.into()),
            ("login", "demo-registrar".into()),
            ("must_change", false.into()),
            ("failures", 0_i64.into()),
            ("status", "active".into()),
            ("created_at", ctx.now().into()),
        ],
    )
    .await;
    tx.commit(vec![platform::Event::new(
        "test.account",
        "person",
        world.here.registrar,
    )])
    .await
    .unwrap();
    let done = app
        .visitor()
        .post("/sign-in/demo", &[("role", "registrar")])
        .await;
    assert_eq!((done.status, done.location()), (303, "/desk"), "{}", done.body);
    assert!(who(&app, &token(&done).unwrap()).await.strong);
    for role in ["root", "city"] {
        let answer = app.visitor().post("/sign-in/demo", &[("role", role)]).await;
        assert_eq!(answer.status, 404, "{role}");
    }
    let back = app
        .visitor()
        .post(
            "/sign-in/demo",
            &[("role", "registrar"), ("back", "//evil.example")],
        )
        .await;
    assert_eq!(back.location(), "/desk");
    let answer = app
        .visitor()
        .post_without_token("/sign-in/demo", &[("role", "registrar")])
        .await;
    assert_eq!(answer.status, 409);
    app.visitor().post("/sign-in/phone", &[("phone", PHONE)]).await;
    let code = newest_code(&app).await;
    assert!(app.visitor().get("/outbox").await.shows(&code));
}

//! Posts through actions and the router.

use super::*;
use crate::testing::*;
use kernel::OrgId;
use platform::{Actor, AppError, Role};
use serde_json::{Value, json};
use testkit::{TestApp, World, staff};

const ALL: platform::api::Part = platform::api::Part { limit: 50, offset: 0 };

fn head(world: &World) -> Actor {
    staff(
        world.here.teacher,
        Role::SchoolHead,
        world.here.org,
        &world.here.path,
    )
}

async fn give(app: &TestApp, actor: Actor, role: Role, org: OrgId, login: &str) -> Result<Granted, AppError> {
    let draft = crate::persons::PersonDraft {
        name: "陈新".into(),
        sex: "male".into(),
        birth: Some("1990-01-01".parse().unwrap()),
        ..crate::persons::PersonDraft::default()
    };
    grant(&app.ctx(actor), NewStaff::New(Box::new(draft)), role, org, login).await
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_gives_more_than_they_have_or_elsewhere() {
    let (app, world) = app().await;
    for (role, allowed) in [
        (Role::Registrar, true),
        (Role::Teacher, true),
        (Role::ClassMonitor, true),
        (Role::SiteKeeper, true),
        (Role::SchoolHead, false),
        (Role::CommunityCollege, false),
        (Role::StreetOffice, false),
        (Role::DistrictBureau, false),
        (Role::City, false),
        (Role::Auditor, false),
    ] {
        let answer = give(&app, head(&world), role, world.here.org, "").await;
        match (allowed, answer) {
            (true, Ok(_)) | (false, Err(AppError::Forbidden(_))) => {}
            (_, other) => panic!("{role:?}: {other:?}"),
        }
    }
    for role in [Role::Registrar, Role::Teacher, Role::SchoolHead] {
        let elsewhere = give(&app, head(&world), role, world.there.org, "").await;
        assert_eq!(elsewhere.unwrap_err(), AppError::NotFound, "{role:?}");
    }
    let registrar = staff(
        world.here.registrar,
        Role::Registrar,
        world.here.org,
        &world.here.path,
    );
    let forbidden = give(&app, registrar, Role::Registrar, world.here.org, "").await;
    assert!(matches!(forbidden.unwrap_err(), AppError::Forbidden(_)));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_new_account_signs_in_and_is_closed_and_reset() {
    let (app, world) = app().await;
    let given = give(&app, head(&world), Role::Registrar, world.here.org, "Chen.Xin")
        .await
        .unwrap();
    let password = given.password.unwrap();
    let login = [("login", "chen.xin"), ("password", password.as_str())];
    let page = app.visitor().post("/sign-in/staff", &login).await;
    assert!(page.body.contains("data:image"), "{}", page.body);
    let taken = give(&app, head(&world), Role::SiteKeeper, world.here.org, "chen.xin").await;
    assert!(matches!(taken.unwrap_err(), AppError::Invalid(_)));
    let line = list(&app.ctx(head(&world)), "陈新", ALL)
        .await
        .unwrap()
        .items
        .remove(0);
    let account = line.account_id.unwrap();
    let sibling = staff(
        world.there.teacher,
        Role::SchoolHead,
        world.there.org,
        &world.there.path,
    );
    for what in AccountChange::ALL {
        let refused = change_account(&app.ctx(sibling.clone()), account, *what).await;
        assert_eq!(refused.unwrap_err(), AppError::NotFound, "{what:?}");
    }
    let ctx = app.ctx(head(&world));
    let new = change_account(&ctx, account, AccountChange::Password)
        .await
        .unwrap()
        .unwrap();
    assert_ne!(new, password);
    assert_eq!(
        app.visitor().post("/sign-in/staff", &login).await.status,
        422,
        "the old password"
    );
    let login = [("login", "chen.xin"), ("password", new.as_str())];
    change_account(&ctx, account, AccountChange::Close).await.unwrap();
    assert_eq!(
        app.visitor().post("/sign-in/staff", &login).await.status,
        422,
        "closed"
    );
    change_account(&ctx, account, AccountChange::Open).await.unwrap();
    assert_eq!(app.visitor().post("/sign-in/staff", &login).await.status, 200);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_ended_post_allows_nothing_at_once() {
    let (app, world) = app().await;
    let person = register(&app, "陈新", "13800138000", world.here.org).await;
    let number: String = one(&app, "SELECT number FROM person WHERE name = '陈新'").await;
    let ctx = app.ctx(head(&world));
    let given = grant(
        &ctx,
        NewStaff::Known(number.clone()),
        Role::Registrar,
        world.here.org,
        "",
    )
    .await
    .unwrap();
    let again = grant(&ctx, NewStaff::Known(number), Role::Registrar, world.here.org, "").await;
    assert_eq!(again.unwrap_err().code(), "post_held");
    let session = token(&by_phone(&app, &app.visitor(), "13800138000").await).unwrap();
    let actor = who(&app, &session).await;
    assert_eq!(
        (actor.person, actor.posts.len(), actor.strong),
        (Some(person), 1, false)
    );
    let sibling = staff(
        world.there.teacher,
        Role::SchoolHead,
        world.there.org,
        &world.there.path,
    );
    assert_eq!(
        end(&app.ctx(sibling), given.post).await.unwrap_err(),
        AppError::NotFound
    );
    let mut own = head(&world);
    own.person = Some(person);
    assert_eq!(
        end(&app.ctx(own), given.post).await.unwrap_err().code(),
        "own_post"
    );
    end(&ctx, given.post).await.unwrap();
    assert!(who(&app, &session).await.posts.is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn the_pages_give_and_list() {
    let (app, world) = app().await;
    let client = app.signed_in(head(&world));
    assert_eq!(client.get("/desk/posts/new").await.status, 200);
    let org = world.here.org.to_string();
    let fields = [
        ("org", org.as_str()),
        ("role", "registrar"),
        ("name", "陈新"),
        ("sex", "male"),
        ("birth", "1990-01-01"),
        ("login", "chen.xin"),
    ];
    let done = client.post("/desk/posts", &fields).await;
    assert!(done.shows("首次登录的密码只显示这一次"), "{}", done.body);
    let page = client.get("/desk/posts?q=%E9%99%88").await;
    assert!(page.shows("chen.xin") && !page.shows("七宝镇"), "{}", page.body);
    let wrong = client
        .post("/desk/posts", &[("org", &org), ("role", "registrar")])
        .await;
    assert_eq!(wrong.status, 422);
    let city = client
        .post("/desk/posts", &[("org", &org), ("role", "city")])
        .await;
    assert_eq!(city.status, 422, "not offered");
    let registrar = staff(
        world.here.registrar,
        Role::Registrar,
        world.here.org,
        &world.here.path,
    );
    assert_eq!(app.signed_in(registrar).get("/desk/posts").await.status, 403);
}

#[tokio::test(flavor = "multi_thread")]
async fn programs_with_a_sign_in_give_and_end_posts() {
    let (app, world) = app().await;
    let client = app.signed_in(head(&world));
    let new = json!({ "org": world.here.org, "role": "registrar", "login": "chen.xin",
        "new": { "name": "陈新", "sex": "male", "birth": "1990-01-01" } });
    let given = client.call(201, "POST", "/api/v1/posts", &new).await;
    assert!(given["password"].as_str().is_some_and(|text| text.len() > 8));
    let post = format!("/api/v1/posts/{}", given["id"].as_str().unwrap());
    let found = client
        .call(200, "GET", "/api/v1/posts?q=陈新&limit=1", &Value::Null)
        .await;
    let account = found["items"][0]["account"]["id"].as_str().unwrap().to_owned();
    assert_eq!(
        (
            found["items"][0]["role"].as_str(),
            found["items"][0]["account"]["login"].as_str()
        ),
        (Some("registrar"), Some("chen.xin"))
    );
    let known = json!({ "org": world.here.org, "role": "registrar", "number": found["items"][0]["number"] });
    let again = client.call(409, "POST", "/api/v1/posts", &known).await;
    assert_eq!(again["type"], "/problems/post_held");
    let account = format!("/api/v1/accounts/{account}");
    let reset = client
        .call(200, "POST", &account, &json!({ "what": "password" }))
        .await;
    assert_ne!(reset["password"], given["password"]);
    let closed = client
        .call(200, "POST", &account, &json!({ "what": "close" }))
        .await;
    assert_eq!(closed["password"], Value::Null);
    client.call(204, "DELETE", &post, &Value::Null).await;
    let left = client
        .call(200, "GET", "/api/v1/posts?q=陈新", &Value::Null)
        .await;
    assert_eq!(left["items"], json!([]));
}

#[tokio::test(flavor = "multi_thread")]
async fn programs_are_refused_posts_as_people_are() {
    let (app, world) = app().await;
    let client = app.signed_in(head(&world));
    let new = json!({ "org": world.here.org, "role": "registrar", "login": "chen.xin",
        "new": { "name": "陈新", "sex": "male", "birth": "1990-01-01" } });
    let wrong = [
        ("role", json!("king")),
        ("org", json!("x")),
        ("login", json!("a b")),
        ("number", json!("X00000000")),
        (
            "new",
            json!({ "name": "陈2", "sex": "male", "birth": "1990-01-01" }),
        ),
        ("new", json!({ "name": "陈新", "sex": "male", "birth": "1990" })),
    ];
    client.told_of_each("POST", "/api/v1/posts", &new, &wrong).await;
    let mut higher = new.clone();
    higher["role"] = json!("school_head");
    client.call(403, "POST", "/api/v1/posts", &higher).await;
    let given = client.call(201, "POST", "/api/v1/posts", &new).await;
    let post = format!("/api/v1/posts/{}", given["id"].as_str().unwrap());
    let account = one::<kernel::AccountId>(&app, "SELECT id FROM account").await;
    let account = format!("/api/v1/accounts/{account}");
    let registrar = staff(
        world.here.registrar,
        Role::Registrar,
        world.here.org,
        &world.here.path,
    );
    let sibling = staff(
        world.there.teacher,
        Role::SchoolHead,
        world.there.org,
        &world.there.path,
    );
    let callers = [
        (app.visitor(), 401),
        (app.signed_in(registrar), 403),
        (app.signed_in(sibling), 404),
    ];
    let open = json!({ "what": "open" });
    let calls = [
        ("POST", "/api/v1/posts", &new),
        ("DELETE", &post, &Value::Null),
        ("POST", &account, &open),
    ];
    testkit::all_refused(&callers, &calls).await;
}

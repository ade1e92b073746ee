//! What the tests of this crate share.

use db::{FromRow, args};
use kernel::PersonId;
use platform::message;
use testkit::{Answer, Client, TestApp, World};

/// Those who keep something of a person in this crate's tests.
pub(crate) const KEEPERS: &[platform::personal::Keeper] =
    &[crate::erasure::KEEPER, platform::personal::KEEPER];

pub(crate) async fn app() -> (TestApp, World) {
    let app = TestApp::start(&[platform::SCHEMA, orgs::SCHEMA, crate::SCHEMA], |_| {
        crate::routes(KEEPERS)
    })
    .await;
    let world = World::build(&app.platform).await;
    (app, world)
}

/// The value of the hidden field `step`.
pub(crate) fn step(answer: &Answer) -> String {
    let tail = answer
        .body
        .split("name=\"step\" value=\"")
        .nth(1)
        .unwrap_or_default();
    tail.split('"').next().unwrap_or_default().to_owned()
}

/// The token in the answer's cookie.
pub(crate) fn token(answer: &Answer) -> Option<String> {
    answer.cookie(platform::web::SESSION_COOKIE)
}

/// The newest message's text.
pub(crate) async fn newest_text(app: &TestApp) -> String {
    let ctx = app.system();
    let sent = message::newest(ctx.db(), platform::api::Part { limit: 1, offset: 0 })
        .await
        .unwrap();
    message::open_text(&ctx, &sent[0]).unwrap()
}

pub(crate) async fn newest_code(app: &TestApp) -> String {
    let text = newest_text(app).await;
    let (_, tail) = text.split_once("验证码是 ").unwrap();
    tail.chars().take(6).collect()
}

/// Somebody else than this code.
pub(crate) fn other(code: &str) -> &'static str {
    if code == "000000" { "111111" } else { "000000" }
}

pub(crate) async fn who(app: &TestApp, token: &str) -> std::sync::Arc<platform::Actor> {
    let given = platform::web::Credentials {
        session: Some(token.to_owned()),
        bearer: None,
    };
    crate::identify(std::sync::Arc::clone(&app.platform), given)
        .await
        .unwrap()
}

pub(crate) async fn one<T: FromRow>(app: &TestApp, sql: &str) -> T {
    app.platform.db.query_one(sql, args![]).await.unwrap()
}

/// Asks for a code and gives it in.
pub(crate) async fn by_phone(app: &TestApp, client: &Client, phone: &str) -> Answer {
    let sent = client.post("/sign-in/phone", &[("phone", phone)]).await;
    assert_eq!(sent.status, 200, "{}", sent.body);
    let code = newest_code(app).await;
    client
        .post("/sign-in/code", &[("step", &step(&sent)), ("code", &code)])
        .await
}

/// Registers a person with this telephone at an org, by the system.
pub(crate) async fn register(app: &TestApp, name: &str, phone: &str, org: kernel::OrgId) -> PersonId {
    let draft = crate::persons::PersonDraft {
        name: name.into(),
        sex: "female".into(),
        birth: Some("1955-03-15".parse().unwrap()),
        phone: phone.into(),
        org: Some(org),
        ..crate::persons::PersonDraft::default()
    };
    crate::persons::register(&app.system(), draft).await.unwrap()
}

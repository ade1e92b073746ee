//! One's own things through the router.

use super::actions;
use crate::testing::*;
use platform::web::Credentials;
use platform::{Actor, AppError, Permission, Role};
use std::sync::Arc;
use testkit::{TestApp, learner, limited, staff};

async fn bearer(app: &TestApp, text: &str) -> Result<Arc<Actor>, AppError> {
    let given = Credentials {
        session: None,
        bearer: Some(text.to_owned()),
    };
    crate::identify(Arc::clone(&app.platform), given).await
}

#[tokio::test(flavor = "multi_thread")]
async fn own_data_is_masked_on_the_page_and_whole_in_the_export() {
    let (app, world) = app().await;
    let person = register(&app, "王秀英", "13800138000", world.here.org).await;
    let client = app.signed_in(learner(person));
    let page = client.get("/me/settings").await;
    assert_eq!(page.status, 200, "{}", page.body);
    assert!(page.shows("138****8000") && !page.body.contains("13800138000"));
    let file = client.get("/me/settings/export.json").await;
    assert_eq!(file.json()["person"][0]["phone"], "13800138000");
    assert_eq!(app.visitor().get("/me/settings").await.status, 303);
    assert_eq!(app.visitor().get("/me/settings/export").await.status, 303);
}

#[tokio::test(flavor = "multi_thread")]
async fn somebody_elses_sign_in_cannot_be_ended() {
    let (app, world) = app().await;
    let person = register(&app, "王秀英", "13800138000", world.here.org).await;
    let other = register(&app, "李建国", "13900139000", world.here.org).await;
    let session = token(&by_phone(&app, &app.visitor(), "13800138000").await).unwrap();
    assert!(who(&app, &session).await.person.is_some());
    let ctx = app.ctx(learner(person));
    let line = actions::settings(&ctx).await.unwrap().sign_ins.remove(0);
    let path = format!("/me/settings/sign-ins/{}/end", line.id);
    assert_eq!(app.signed_in(learner(other)).post(&path, &[]).await.status, 404);
    assert!(who(&app, &session).await.person.is_some());
    assert_eq!(app.signed_in(learner(person)).post(&path, &[]).await.status, 303);
    assert!(who(&app, &session).await.person.is_none(), "ended at once");
}

#[tokio::test(flavor = "multi_thread")]
async fn consents_are_given_and_withdrawn() {
    let (app, world) = app().await;
    let person = register(&app, "王秀英", "13800138000", world.here.org).await;
    let client = app.signed_in(learner(person));
    let path = "/me/settings/consents";
    let both = [("purposes", "teaching"), ("purposes", "photos")];
    assert_eq!(client.post(path, &both).await.status, 303);
    assert_eq!(
        client.post(path, &both).await.status,
        303,
        "a double click changes nothing"
    );
    assert_eq!(client.post(path, &[("purposes", "teaching")]).await.status, 303);
    let rows: i64 = one(
        &app,
        "SELECT count(*) FROM consent WHERE purpose = 'photos' AND withdrawn_at IS NOT NULL",
    )
    .await;
    assert_eq!(rows, 1);
    let refused = client.post(path, &[]).await;
    assert_eq!(refused.status, 409);
    assert!(refused.shows("不能单独撤回"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_token_allows_what_was_chosen_until_it_is_ended() {
    let (app, world) = app().await;
    let registrar = staff(
        world.here.registrar,
        Role::Registrar,
        world.here.org,
        &world.here.path,
    );
    let ctx = app.ctx(registrar.clone());
    let made = actions::make_token(&ctx, "报表", &[Permission::ClassRead], 30)
        .await
        .unwrap();
    let actor = bearer(&app, &made.text).await.unwrap();
    let by_token = app.ctx(actor.clone());
    assert!(by_token.can(Permission::ClassRead));
    assert!(!by_token.can(Permission::PersonRead));
    let more = actions::make_token(&by_token, "再来", &[], 30).await;
    assert!(
        matches!(more.unwrap_err(), AppError::Forbidden(_)),
        "a token makes no tokens"
    );
    for unheld in [
        Permission::AuditRead,
        Permission::PersonReveal,
        Permission::PersonErase,
        Permission::PostGrant,
    ] {
        let refused = actions::make_token(&ctx, "x", &[unheld], 30).await;
        assert!(
            matches!(refused.unwrap_err(), AppError::Forbidden(_)),
            "{unheld:?}"
        );
    }
    let mut weak = registrar.clone();
    weak.strong = false;
    let refused = actions::make_token(&app.ctx(weak), "x", &[Permission::ClassRead], 30).await;
    assert!(matches!(refused.unwrap_err(), AppError::Forbidden(_)));
    let other = app.ctx(learner(world.there.teacher));
    assert_eq!(
        actions::end_token(&other, made.line.id).await.unwrap_err(),
        AppError::NotFound
    );
    actions::end_token(&ctx, made.line.id).await.unwrap();
    assert_eq!(
        bearer(&app, &made.text).await.unwrap_err(),
        AppError::SignInNeeded
    );
    let short = actions::make_token(&ctx, "短", &[], 1).await.unwrap();
    let plain = app.ctx(bearer(&app, &short.text).await.unwrap());
    assert!(
        plain.person().is_ok() && !plain.can(Permission::ClassRead),
        "acts as the learner"
    );
    app.platform.clock.advance(86_400);
    assert_eq!(
        bearer(&app, &short.text).await.unwrap_err(),
        AppError::SignInNeeded
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn tokens_by_page_and_api() {
    let (app, world) = app().await;
    let person = register(&app, "王秀英", "13800138000", world.here.org).await;
    let client = app.signed_in(learner(person));
    let page = client
        .post("/me/settings/tokens", &[("token_name", "日历"), ("days", "30")])
        .await;
    assert!(page.shows("只显示这一次"), "{}", page.body);
    let wrong = client
        .post("/me/settings/tokens", &[("token_name", ""), ("days", "0")])
        .await;
    assert_eq!(wrong.status, 422);
    let null = serde_json::Value::Null;
    let me = client.api("GET", "/api/v1/me", &null).await;
    assert_eq!(me.json()["name"], "王秀英");
    let made = client
        .api(
            "POST",
            "/api/v1/me/tokens",
            &serde_json::json!({ "name": "程序" }),
        )
        .await;
    assert_eq!(made.status, 201, "{}", made.body);
    let text = made.json()["token"].as_str().unwrap().to_owned();
    assert_eq!(bearer(&app, &text).await.unwrap().person, Some(person));
    let list = client.api("GET", "/api/v1/me/tokens", &null).await;
    assert!(!list.body.contains(&text), "shown once");
    let id = made.json()["id"].as_str().unwrap().to_owned();
    assert_eq!(
        client
            .api("DELETE", &format!("/api/v1/me/tokens/{id}"), &null)
            .await
            .status,
        204
    );
    let token = app.signed_in(limited(learner(person), &[]));
    let refused = token
        .api("POST", "/api/v1/me/tokens", &serde_json::json!({ "name": "x" }))
        .await;
    assert_eq!(refused.status, 403);
    assert_eq!(app.visitor().api("GET", "/api/v1/me", &null).await.status, 401);
    let description = serde_json::to_value(crate::openapi()).unwrap();
    assert!(description["paths"]["/api/v1/me/tokens"]["post"].is_object());
}

#[tokio::test(flavor = "multi_thread")]
async fn the_code_page_shows_a_code_that_works_until_a_new_one() {
    let (app, world) = app().await;
    let person = register(&app, "王秀英", "13800138000", world.here.org).await;
    let client = app.signed_in(learner(person));
    let old = crate::persons::learner_code(&app.system(), person).await.unwrap();
    assert!(client.get("/me/code").await.shows(&old));
    let found = crate::persons::person_of_code(&app.system(), &old.to_lowercase()).await;
    assert_eq!(found.unwrap(), person);
    assert_eq!(client.post("/me/code", &[]).await.status, 303);
    let refused = crate::persons::person_of_code(&app.system(), &old).await;
    assert_eq!(refused.unwrap_err().code(), "code_old");
    let refused = crate::persons::person_of_code(&app.system(), "XQ1-A-B-C").await;
    assert_eq!(refused.unwrap_err().code(), "code_wrong");
}

#[test]
fn learner_texts_have_english() {
    let mut texts = Vec::new();
    for folder in ["templates/sign_in", "templates/me", "src/me"] {
        let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join(folder);
        texts.extend(ui::catalogue::scan_template_texts(&folder).unwrap());
    }
    let pages = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("src/sign_in");
    let staff_only = [
        "动态码",
        "新密码",
        "新密码再输一遍",
        "手机验证器应用里现在显示的 6 位数字",
        "至少 12 个字符，或一句 8 个字以上的中文。",
    ];
    texts.extend(
        ui::catalogue::scan_template_texts(&pages)
            .unwrap()
            .into_iter()
            .filter(|text| !staff_only.contains(&text.as_str())),
    );
    let export = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("templates/erasure/export.html");
    let export = std::fs::read_to_string(export).unwrap();
    let parts = export
        .split("page.t")
        .skip(1)
        .filter_map(|call| call.split('"').nth(1));
    texts.extend(parts.map(str::to_owned));
    let outbox = [
        "学校存着的我的资料",
        "演示里发出的短信",
        "演示不接短信网关，短信都停在这里，任何人都能看到。",
        "还没有短信",
        "去登录，要一个验证码",
    ];
    texts.extend(outbox.map(str::to_owned));
    let texts: Vec<&str> = texts.iter().map(String::as_str).collect();
    assert_eq!(ui::catalogue::missing_english(&texts), Vec::<String>::new());
}

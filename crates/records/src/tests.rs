//! From the roll to a certificate, through the router.

use crate::testing::{class, first_certificate, name_learners, with_roll};
use crate::verify_ledger;
use db::args;
use platform::Role;
use serde_json::{Value, json};
use testkit::{ClassFixture, learner, staff};

#[tokio::test(flavor = "multi_thread")]
async fn completion_waits_for_the_roll_and_happens_once() {
    let bare = class().await;
    let path = format!("/desk/classes/{}/completion", bare.class);
    let refused = bare.staff(Role::Registrar).post(&path, &[]).await;
    assert!(
        refused.status == 409 && refused.shows("没有点名"),
        "{}",
        refused.body
    );

    let f = with_roll().await;
    let path = format!("/desk/classes/{}/completion", f.class);
    let page = f.staff(Role::Registrar).get(&path).await;
    assert!(
        page.shows("确认 2 人结业") && page.shows("还差 2 次"),
        "{}",
        page.body
    );
    for role in [Role::Registrar, Role::SchoolHead] {
        assert_eq!(f.sibling(role).get(&path).await.status, 404);
        assert_eq!(f.sibling(role).post(&path, &[]).await.status, 404);
    }
    assert_eq!(f.staff(Role::Teacher).post(&path, &[]).await.status, 403);
    let ctx = f.app.ctx(staff(
        f.world.here.registrar,
        Role::Registrar,
        f.world.here.org,
        &f.world.here.path,
    ));
    assert_eq!(crate::waiting(&ctx).await.unwrap().len(), 1);
    // Twice, even at the same moment: one outcome and one entry each.
    let (one, two) = (f.staff(Role::Registrar), f.staff(Role::Registrar));
    let answers = tokio::join!(one.post(&path, &[]), two.post(&path, &[]));
    assert_eq!((answers.0.status, answers.1.status), (303, 303));
    let sums: (i64, i64) = f
        .one("SELECT count(*), CAST(sum(minutes) AS BIGINT) FROM hours_entry {unscoped: test}")
        .await;
    assert_eq!(sums, (2, 360));
    assert_eq!(
        f.one::<i64>("SELECT count(*) FROM outcome {unscoped: test}")
            .await,
        2
    );
    let completed = "SELECT count(*) FROM enrollment WHERE status = 'completed' {unscoped: test}";
    assert_eq!(f.one::<i64>(completed).await, 2);
    let sql = "SELECT status FROM class WHERE id = $1 {unscoped: test}";
    let status: String = f.app.platform.db.query_one(sql, args![f.raw]).await.unwrap();
    assert_eq!(status, "closed");
    assert_eq!(crate::waiting(&ctx).await.unwrap().len(), 0);
    assert_eq!(
        verify_ledger(&f.app.platform.db).await.unwrap().wrong,
        Vec::<String>::new()
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_certificate_is_checked_by_anybody_and_revoked() {
    let f = with_roll().await;
    name_learners(&f, "王秀英").await;
    let clerk = f.staff(Role::Registrar);
    clerk
        .post(&format!("/desk/classes/{}/completion", f.class), &[])
        .await;
    let issue = format!("/desk/classes/{}/certificates", f.class);
    assert_eq!(f.sibling(Role::Registrar).post(&issue, &[]).await.status, 404);
    assert!(clerk.post(&issue, &[]).await.location().ends_with("issued=2"));
    assert!(clerk.post(&issue, &[]).await.location().ends_with("issued=0"));
    let (id, code) = first_certificate(&f).await;

    let visitor = f.app.visitor();
    let found = visitor.get(&format!("/verify/{}", code.to_lowercase())).await;
    assert!(
        found.status == 200 && found.shows("王**") && found.shows("4 学时"),
        "{}",
        found.body
    );
    assert!(!found.body.contains("秀英") && found.shows("莘庄镇社区学校"));
    assert_eq!(
        visitor.get(&format!("/verify?code={code}")).await.location(),
        format!("/verify/{code}")
    );
    let wrong = visitor.get("/verify/AAAAAAAAAAAAAAAA").await;
    assert!(wrong.status == 404 && wrong.shows("没有查到"), "{}", wrong.body);

    let shown = format!("/desk/certificates/{id}");
    assert_eq!(f.sibling(Role::SchoolHead).get(&shown).await.status, 404);
    let revoke = format!("{shown}/revoke");
    let fields = [("reason", "冒名顶替"), ("with_hours", "yes")];
    assert_eq!(clerk.post(&revoke, &fields).await.status, 403);
    assert_eq!(
        f.sibling(Role::SchoolHead).post(&revoke, &fields).await.status,
        404
    );
    let head = f.staff(Role::SchoolHead);
    assert_eq!(head.post(&revoke, &[("reason", "")]).await.status, 422);
    assert_eq!(head.post(&revoke, &fields).await.status, 303);
    assert_eq!(head.post(&revoke, &fields).await.status, 409);
    let after = visitor.get(&format!("/verify/{code}")).await;
    assert!(
        after.shows("已撤销") && after.shows("2026年11月22日") && !after.shows("冒名"),
        "{}",
        after.body
    );

    let proof = verify_ledger(&f.app.platform.db).await.unwrap();
    assert_eq!((proof.entries, proof.minutes, proof.wrong), (3, 180, Vec::new()));
    its_owner_sees_that_it_was_revoked(&f, &id).await;
    assert_eq!(visitor.get("/me/records").await.status, 303);
}

async fn its_owner_sees_that_it_was_revoked(f: &ClassFixture, id: &str) {
    let owner = f.app.signed_in(learner(f.people[0]));
    let archive = owner.get("/me/records").await;
    assert!(
        archive.shows("已撤销") && archive.shows("书法入门"),
        "{}",
        archive.body
    );
    let json = owner
        .api("GET", "/api/v1/me/records", &serde_json::Value::Null)
        .await
        .json();
    assert_eq!(
        (json["minutes"].as_i64(), json["items"][0]["status"].as_str()),
        (Some(0), Some("revoked"))
    );
    assert_eq!(owner.get(&format!("/me/certificates/{id}.pdf")).await.status, 409);
    let other = f.app.signed_in(learner(f.people[1]));
    assert_eq!(other.get(&format!("/me/certificates/{id}.pdf")).await.status, 404);
}

#[tokio::test(flavor = "multi_thread")]
async fn guessing_codes_is_stopped_for_the_one_who_guesses() {
    let f = with_roll().await;
    let clerk = f.registrar();
    clerk
        .post(&format!("/desk/classes/{}/completion", f.class), &[])
        .await;
    clerk
        .post(&format!("/desk/classes/{}/certificates", f.class), &[])
        .await;
    let (_, code) = first_certificate(&f).await;
    let right = format!("/verify/{code}");
    let guesser = f.app.visitor().from_peer("203.0.113.7");
    for _ in 0..29 {
        assert_eq!(guesser.get("/verify/AAAAAAAAAAAAAAAA").await.status, 404);
    }
    // A right code in between costs nothing and forgives nothing.
    assert_eq!(guesser.get(&right).await.status, 200);
    assert_eq!(guesser.get("/verify/AAAAAAAAAAAAAAAB").await.status, 404);
    for path in ["/verify/AAAAAAAAAAAAAAAA", &right] {
        let stopped = guesser.get(path).await;
        assert!(
            stopped.status == 429 && stopped.shows("10 分钟"),
            "{}",
            stopped.body
        );
    }
    // Nobody else is stopped; behind a proxy on this machine the last hop it saw is the sender, and no other header.
    let neighbour = f.app.visitor().from_peer("203.0.113.8");
    assert_eq!(neighbour.get(&right).await.status, 200);
    let disguised = guesser.clone().header("x-forwarded-for", "203.0.113.9");
    assert_eq!(disguised.get(&right).await.status, 429);
    let proxy = f.app.visitor().from_peer("127.0.0.1");
    let behind = proxy
        .clone()
        .header("x-forwarded-for", "203.0.113.9, 203.0.113.7");
    assert_eq!(behind.get(&right).await.status, 429);
    let other = proxy.header("x-forwarded-for", "203.0.113.7, 203.0.113.9");
    assert_eq!(other.get(&right).await.status, 200);
    f.app.platform.clock.advance(600);
    assert_eq!(guesser.get(&right).await.status, 200, "after ten minutes");
}

#[tokio::test(flavor = "multi_thread")]
async fn all_certificates_of_a_class_are_printed_in_one_go() {
    let fonts = documents::Fonts::find(None).unwrap();
    let typesetter = std::sync::Arc::new(documents::Typesetter::new(fonts));
    let f = crate::testing::printing(Some(typesetter)).await;
    let path = format!("/desk/classes/{}/certificates.pdf", f.class);
    let clerk = f.registrar();
    let none = clerk.get(&path).await;
    assert!(
        none.status == 409 && none.shows("还没有可以打印的证书"),
        "{}",
        none.body
    );
    let completion = format!("/desk/classes/{}/completion", f.class);
    clerk.post(&completion, &[]).await;
    clerk
        .post(&format!("/desk/classes/{}/certificates", f.class), &[])
        .await;
    let page = clerk.get(&completion).await;
    assert!(
        page.shows("打印全班 2 张证书") && page.body.contains(&path),
        "{}",
        page.body
    );
    let pages = |pdf: &[u8]| pdf.windows(9).filter(|window| window == b"/MediaBox").count();
    let all = clerk.get(&path).await;
    assert_eq!((all.status, pages(&all.bytes)), (200, 2));
    assert_eq!(all.headers["content-type"], "application/pdf");
    assert_eq!(f.sibling(Role::Registrar).get(&path).await.status, 404);
    assert_eq!(f.teacher().get(&path).await.status, 403);
    // A revoked one is not printed any more.
    let (id, _) = first_certificate(&f).await;
    let fields = [("reason", "冒名顶替")];
    let revoke = format!("/desk/certificates/{id}/revoke");
    assert_eq!(f.staff(Role::SchoolHead).post(&revoke, &fields).await.status, 303);
    assert_eq!(pages(&clerk.get(&path).await.bytes), 1);
    let one = clerk.get(&format!("/desk/certificates/{id}/print")).await;
    assert!(one.status == 409 && one.shows("已经撤销"), "{}", one.body);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_crooked_ledger_is_found() {
    let f = with_roll().await;
    f.staff(Role::Registrar)
        .post(&format!("/desk/classes/{}/completion", f.class), &[])
        .await;
    let tx = f.app.platform.db.begin().await.unwrap();
    let sql = "UPDATE hours_entry SET minutes = minutes + 1 WHERE person_id = $1 {unscoped: test}";
    tx.exec(sql, args![f.people[0]]).await.unwrap();
    tx.finish().await.unwrap();
    let wrong = verify_ledger(&f.app.platform.db).await.unwrap().wrong;
    assert_eq!(wrong.len(), 1, "{wrong:?}");
}

#[test]
fn learner_texts_are_translated() {
    let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut texts = ui::catalogue::scan_template_texts(&root.join("templates/archive")).unwrap();
    let verify = std::fs::read_to_string(root.join("templates/certificates/verify.html")).unwrap();
    texts.extend(
        verify
            .split("page.t")
            .skip(1)
            .filter_map(|call| call.split('"').nth(1))
            .map(str::to_owned),
    );
    texts.extend(["查验证书", "查验码", "我的学习档案", "上课", "其他"].map(str::to_owned));
    let texts: Vec<&str> = texts.iter().map(String::as_str).collect();
    assert!(texts.len() > 20, "only {}", texts.len());
    assert_eq!(ui::catalogue::missing_english(&texts), Vec::<String>::new());
}

/// Reading and writing of this address is for the staff of the school.
async fn refuses_others(f: &ClassFixture, path: &str) {
    let callers = [
        (f.app.visitor(), 401),
        (f.staff(Role::Teacher), 403),
        (f.sibling(Role::Registrar), 404),
    ];
    let calls = [("GET", path, &Value::Null), ("POST", path, &Value::Null)];
    testkit::all_refused(&callers, &calls).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn programs_complete_a_class() {
    let bare = class().await;
    let completion = format!("/api/v1/classes/{}/completion", bare.class);
    let waits = bare
        .staff(Role::Registrar)
        .call(409, "POST", &completion, &Value::Null)
        .await;
    assert_eq!(waits["type"], "/problems/roll_missing");

    let f = with_roll().await;
    let completion = format!("/api/v1/classes/{}/completion", f.class);
    let clerk = f.staff(Role::Registrar);
    refuses_others(&f, &completion).await;
    let shown = clerk.call(200, "GET", &completion, &Value::Null).await;
    let short: Vec<&Value> = shown["learners"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|learner| learner["completes"] == false)
        .collect();
    assert_eq!((shown["ready"].as_i64(), short.len()), (Some(2), 1), "{shown}");
    assert_eq!(
        (short[0]["missing"].as_i64(), &short[0]["person"]["id"]),
        (Some(2), &json!(f.people[2]))
    );
    let done = clerk.call(200, "POST", &completion, &Value::Null).await;
    assert_eq!(
        (done["completed"].as_i64(), done["ended"].as_i64()),
        (Some(2), Some(1))
    );
    let again = clerk.call(200, "POST", &completion, &Value::Null).await;
    assert_eq!(again, json!({ "completed": 0, "ended": 0, "untold": 0 }));
}

#[tokio::test(flavor = "multi_thread")]
async fn programs_issue_check_and_revoke_certificates() {
    let f = with_roll().await;
    name_learners(&f, "王秀英").await;
    let class = format!("/api/v1/classes/{}", f.class);
    let (completion, certificates) = (format!("{class}/completion"), format!("{class}/certificates"));
    let clerk = f.staff(Role::Registrar);
    refuses_others(&f, &certificates).await;
    clerk.call(200, "POST", &completion, &Value::Null).await;
    let issued = clerk.call(200, "POST", &certificates, &Value::Null).await;
    assert_eq!(issued, json!({ "issued": 2 }));
    let listed = clerk
        .call(200, "GET", &format!("{certificates}?limit=1"), &Value::Null)
        .await;
    assert_eq!(
        (listed["items"][0]["name"].as_str(), listed["next"].as_str()),
        (Some("王秀英"), Some("1"))
    );
    let code = listed["items"][0]["code"].as_str().unwrap();
    let one = format!(
        "/api/v1/desk/certificates/{}",
        listed["items"][0]["id"].as_str().unwrap()
    );
    let check = format!("/api/v1/certificates/{}", code.to_lowercase());
    let visitor = f.app.visitor();
    let valid = visitor.call(200, "GET", &check, &Value::Null).await;
    assert_eq!(
        (
            valid["valid"].as_bool(),
            valid["name_masked"].as_str(),
            valid["facts"]["minutes"].as_i64()
        ),
        (Some(true), Some("王**"), Some(180))
    );
    assert!(!valid.to_string().contains("秀英"));

    revoke_by_program(&f, &one, &check).await;
    let proof = verify_ledger(&f.app.platform.db).await.unwrap();
    assert_eq!((proof.entries, proof.wrong), (3, Vec::new()));
}

/// The head revokes the certificate at `one`; whoever asks at `check` sees so.
async fn revoke_by_program(f: &ClassFixture, one: &str, check: &str) {
    let revoke = format!("{one}/revoke");
    let reason = json!({ "reason": "冒名顶替", "with_hours": true });
    for (client, see, status) in [
        (f.app.visitor(), 401, 401),
        (f.staff(Role::Registrar), 200, 403),
        (f.sibling(Role::SchoolHead), 404, 404),
    ] {
        client.call(see, "GET", one, &Value::Null).await;
        client.call(status, "POST", &revoke, &reason).await;
    }
    let head = f.staff(Role::SchoolHead);
    let told = head.call(422, "POST", &revoke, &json!({ "reason": "" })).await;
    assert_eq!(testkit::wrong_fields(&told), ["reason"]);
    head.call(204, "POST", &revoke, &reason).await;
    head.call(409, "POST", &revoke, &reason).await;
    let kept = head.call(200, "GET", one, &Value::Null).await;
    assert_eq!(kept["revoke_reason"], "冒名顶替");
    let revoked = f.app.visitor().call(200, "GET", check, &Value::Null).await;
    assert_eq!(
        (revoked["valid"].as_bool(), revoked["revoked_on"].as_str()),
        (Some(false), Some("2026-11-22"))
    );
    assert!(!revoked.to_string().contains("冒名"));
}

#[tokio::test(flavor = "multi_thread")]
async fn programs_that_guess_codes_are_stopped_with_the_page() {
    let f = class().await;
    let visitor = f.app.visitor();
    let (api, page) = (
        "/api/v1/certificates/AAAAAAAAAAAAAAAA",
        "/verify/AAAAAAAAAAAAAAAA",
    );
    for _ in 0..15 {
        visitor.call(404, "GET", api, &Value::Null).await;
        assert_eq!(visitor.get(page).await.status, 404);
    }
    visitor.call(429, "GET", api, &Value::Null).await;
    assert_eq!(visitor.get(page).await.status, 429);
}

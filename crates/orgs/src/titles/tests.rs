//! Titles through the router.

use super::model::Status;
use crate::testing::{Town, on_get, town};
use axum::http::header;
use platform::Role;
use serde_json::{Value, json};

const PDF: &[u8] = b"%PDF-1.7\n1 0 obj\n<<>>\nendobj\n%%EOF\n";
const JPEG: &[u8] = &[0xff, 0xd8, 0xff, 0xe0, 0, 0x10, b'J', b'F', b'I', b'F'];

fn fields<'a>(name: &'a str, granted_on: &'a str, version: &'a str) -> Vec<(&'a str, &'a str)> {
    vec![
        ("name", name),
        ("level", "city"),
        ("kind", "school"),
        ("holder", "org"),
        ("holder_name", ""),
        ("granted_by", "上海市教育委员会"),
        ("document", "沪教委终〔2024〕9号"),
        ("granted_on", granted_on),
        ("valid_to", ""),
        ("basis", "official"),
        ("version", version),
    ]
}

fn list_of(town: &Town) -> String {
    format!("/desk/orgs/{}/titles", town.world.here.org)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_title_is_registered_with_its_proof() {
    let town = town().await;
    let clerk = town.here(Role::Registrar);
    let list = list_of(&town);
    let empty = clerk.get(&list).await;
    assert!(empty.shows("还没有登记称号") && empty.body.contains("/desk/metrics/titles.share?org="));
    let answer = clerk
        .upload(&list, &fields("优质校", "2024-12-01", ""), "../证书 一.PDF", PDF)
        .await;
    let page = answer.location().replace("?done=registered", "");
    assert!(page.starts_with("/desk/titles/"), "{}", answer.body);
    assert!(clerk.get(&list).await.shows("有证明材料"));
    let shown = clerk.get(&page).await;
    assert!(
        shown.shows("有效") && shown.shows("证书 一.pdf"),
        "{}",
        shown.body
    );

    let file = clerk.get(&format!("{page}/proof")).await;
    let header = |name| {
        file.headers
            .get(name)
            .and_then(|value| value.to_str().ok())
            .unwrap_or_default()
    };
    assert_eq!((file.status, file.bytes.as_slice()), (200, PDF));
    assert_eq!(header(header::CONTENT_TYPE), "application/pdf");
    assert!(header(header::CONTENT_DISPOSITION).starts_with("attachment; filename*=UTF-8''%"));
    assert_eq!(header(header::X_CONTENT_TYPE_OPTIONS), "nosniff");
    assert_eq!(header(header::CACHE_CONTROL), "private, no-store");
    assert!(header(header::CONTENT_SECURITY_POLICY).contains("sandbox"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_title_is_changed_and_proven_anew() {
    let town = town().await;
    let clerk = town.here(Role::Registrar);
    let list = list_of(&town);
    let answer = clerk
        .upload(&list, &fields("优质校", "2024-12-01", ""), "a.pdf", PDF)
        .await;
    let page = answer.location().replace("?done=registered", "");
    let mut typed = fields("街镇社区学校优质校", "2024-12-01", "2");
    typed.retain(|(name, _)| *name != "valid_to");
    typed.push(("valid_to", "2026-11-21"));
    let answer = clerk.post(&page, &typed).await;
    assert_eq!(
        answer.location(),
        format!("{page}?done=changed"),
        "{}",
        answer.body
    );
    assert!(clerk.get(&page).await.shows("已过期"));
    let late = clerk.post(&page, &typed).await;
    assert!(late.status == 409 && late.shows("别人改过这个称号"));
    assert!(late.body.contains("name=\"version\" value=\"3\""));
    let answer = clerk
        .upload(&format!("{page}/proof"), &[("version", "3")], "新.jpg", JPEG)
        .await;
    assert_eq!(
        answer.location(),
        format!("{page}?done=proven"),
        "{}",
        answer.body
    );
    assert_eq!(clerk.get(&format!("{page}/proof")).await.bytes, JPEG);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_revoked_title_stays_to_be_seen() {
    let town = town().await;
    let clerk = town.here(Role::Registrar);
    let list = list_of(&town);
    let answer = clerk
        .upload(&list, &fields("优质校", "2024-12-01", ""), "a.pdf", PDF)
        .await;
    let page = answer.location().replace("?done=registered", "");
    let revoke = format!("{page}/revoke");
    for (on, why, sentence) in [
        ("2024-11-30", "复查没有通过", "撤销日期要在授予日期（2024-12-01）"),
        ("2026-01-01", "", "撤销的原因"),
    ] {
        let form = [("revoked_on", on), ("reason", why), ("version", "2")];
        let answer = clerk.post(&revoke, &form).await;
        assert!(answer.status == 422 && answer.shows(sentence), "{}", answer.body);
    }
    let form = [
        ("revoked_on", "2026-01-01"),
        ("reason", "复查没有通过"),
        ("version", "2"),
    ];
    assert_eq!(
        clerk.post(&revoke, &form).await.location(),
        format!("{page}?done=revoked")
    );
    let shown = clerk.get(&page).await;
    assert!(shown.shows("已撤销") && shown.shows("复查没有通过") && !shown.shows("保存这个称号"));
    let again = clerk.post(&page, &fields("优质校", "2024-12-01", "3")).await;
    assert!(again.status == 409 && again.shows("已经撤销"));
    assert_eq!(town.events("title.").await, ["title.registered", "title.revoked"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn wrong_fields_and_wrong_files_are_told_and_nothing_is_written() {
    let town = town().await;
    let clerk = town.here(Role::Registrar);
    let list = list_of(&town);
    let good = fields("优质校", "2024-12-01", "");
    for (typed, bytes, sentence) in [
        (fields("", "2024-12-01", ""), PDF, "请填写称号。"),
        (fields("优质校", "2026-11-23", ""), PDF, "授予日期要在"),
        (fields("优质校", "昨天", ""), PDF, "授予日期要填日期"),
        (
            good.clone(),
            b"<script>alert(1)</script>".as_slice(),
            "这种文件不能上传",
        ),
        (good.clone(), b"MZ\x90\x00".as_slice(), "这种文件不能上传"),
    ] {
        let answer = clerk.upload(&list, &typed, "证书.pdf", bytes).await;
        assert!(
            answer.status == 422 && answer.shows(sentence),
            "{sentence}: {}",
            answer.body
        );
        assert!(
            answer.body.contains("沪教委终〔2024〕9号"),
            "what was typed is kept"
        );
    }
    let mut team = good.clone();
    team.retain(|(name, _)| *name != "holder");
    team.push(("holder", "team"));
    let answer = clerk.upload(&list, &team, "", b"").await;
    assert!(
        answer.status == 422 && answer.shows("团队或课程名称"),
        "{}",
        answer.body
    );
    assert!(town.events("title.").await.is_empty());

    let answer = clerk.upload(&list, &good, "", b"").await;
    let page = answer.location().replace("?done=registered", "");
    assert!(clerk.get(&page).await.shows("还没有证明材料"));
    assert_eq!(clerk.get(&format!("{page}/proof")).await.status, 404);
    let twice = clerk.upload(&list, &good, "", b"").await;
    assert!(twice.status == 422 && twice.shows("已经登记过"), "{}", twice.body);
    // Larger than the parser of forms takes by itself, smaller than what is promised.
    let mut large = PDF.to_vec();
    large.resize(3 << 20, b' ');
    let answer = clerk
        .upload(&list, &fields("大证书校", "2024-12-01", ""), "大证书.pdf", &large)
        .await;
    assert_eq!(answer.status, 303, "{}", answer.body);
    let none = clerk
        .upload(&format!("{page}/proof"), &[("version", "1")], "", b"")
        .await;
    assert!(none.status == 422 && none.shows("还没有选文件"));
    let stale = clerk
        .upload(&format!("{page}/proof"), &[("version", "7")], "a.pdf", PDF)
        .await;
    assert!(stale.status == 409 && stale.shows("别人改过这个称号"));
}

#[tokio::test(flavor = "multi_thread")]
async fn who_may_not_neither_sees_nor_fetches() {
    let town = town().await;
    let list = list_of(&town);
    let clerk = town.here(Role::Registrar);
    let answer = clerk
        .upload(&list, &fields("隔壁的优质校", "2024-12-01", ""), "a.pdf", PDF)
        .await;
    let page = answer.location().replace("?done=registered", "");
    for (who, client, status) in [
        ("visitor", town.app.visitor(), 401),
        ("teacher", town.here(Role::Teacher), 403),
        ("sibling", town.there(Role::Registrar), 404),
    ] {
        for path in [
            list.clone(),
            format!("{list}/new"),
            page.clone(),
            format!("{page}/proof"),
        ] {
            let answer = client.get(&path).await;
            assert_eq!(answer.status, on_get(status), "{who} {path}");
            assert!(
                !answer.body.contains("隔壁") && !answer.body.contains("%PDF"),
                "{who} {path}"
            );
        }
        let form = fields("偷改", "2024-12-01", "2");
        assert_eq!(client.post(&page, &form).await.status, status, "{who}");
        let revoke = [("revoked_on", "2026-01-01"), ("reason", "因为"), ("version", "2")];
        assert_eq!(
            client.post(&format!("{page}/revoke"), &revoke).await.status,
            status,
            "{who}"
        );
        let answer = client.upload(&list, &form, "a.pdf", PDF).await;
        assert_eq!(answer.status, status, "{who}");
        let answer = client
            .upload(&format!("{page}/proof"), &[("version", "2")], "a.pdf", PDF)
            .await;
        assert_eq!(answer.status, status, "{who}");
    }
    assert_eq!(town.events("title.").await, ["title.registered"]);
    let above = town.district(Role::City).get(&format!("{page}/proof")).await;
    assert_eq!(above.bytes, PDF);
}

/// Five stars for a choir.
fn team_title() -> Value {
    json!({
        "holder": "team", "holder_name": "莘庄合唱团", "name": "五星级学习团队", "level": "district", "kind": "team",
        "granted_by": "闵行区学促办", "granted_on": "2025-05-20", "valid_to": "2028-05-19", "basis": "official",
    })
}

#[tokio::test(flavor = "multi_thread")]
async fn programs_register_and_prove() {
    let town = town().await;
    let clerk = town.here(Role::Registrar);
    let all = format!("/api/v1/orgs/{}/titles", town.world.here.org);
    let body = team_title();
    let wrong = [
        ("name", json!("")),
        ("holder_name", json!("")),
        ("level", json!("moon")),
        ("granted_on", json!("2027-01-01")),
        ("valid_to", json!("2025-05-19")),
    ];
    clerk.told_of_each("POST", &all, &body, &wrong).await;
    let made = clerk.call(201, "POST", &all, &body).await;
    let one = format!("/api/v1/titles/{}", made["id"].as_str().unwrap());
    let mut read = clerk.call(200, "GET", &one, &Value::Null).await;
    assert_eq!(
        (&read["status"], &read["proof"]),
        (&json!("active"), &Value::Null)
    );
    read["level"] = json!("city");
    clerk.call(204, "PUT", &one, &read).await;
    clerk.call(409, "PUT", &one, &read).await;
    let proof = format!("{one}/proof");
    clerk.call(404, "GET", &proof, &Value::Null).await;
    assert_eq!(clerk.upload(&proof, &[], "a.pdf", PDF).await.status, 422);
    assert_eq!(
        clerk
            .upload(&proof, &[("version", "2")], "a.pdf", PDF)
            .await
            .status,
        204
    );
    assert_eq!(clerk.get(&proof).await.bytes, PDF);
    let listed = clerk.call(200, "GET", &all, &Value::Null).await;
    assert_eq!(
        (&listed["items"][0]["proof"]["size"], &listed["items"][0]["level"]),
        (&json!(PDF.len()), &json!("city"))
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn programs_that_may_not_are_refused_and_others_revoke() {
    let town = town().await;
    let clerk = town.here(Role::Registrar);
    let all = format!("/api/v1/orgs/{}/titles", town.world.here.org);
    let body = team_title();
    let made = clerk.call(201, "POST", &all, &body).await;
    let one = format!("/api/v1/titles/{}", made["id"].as_str().unwrap());
    let proof = format!("{one}/proof");
    let revoke = format!("{one}/revoke");
    let ended = json!({ "revoked_on": "2026-11-22", "reason": "团队解散", "version": 1 });
    let callers = [
        (town.app.visitor(), 401),
        (town.here(Role::Teacher), 403),
        (town.there(Role::Registrar), 404),
    ];
    let mut changed = body.clone();
    changed["version"] = json!(1);
    let calls = [
        ("GET", all.as_str(), &Value::Null),
        ("GET", one.as_str(), &Value::Null),
        ("GET", proof.as_str(), &Value::Null),
        ("POST", all.as_str(), &body),
        ("PUT", one.as_str(), &changed),
        ("POST", revoke.as_str(), &ended),
    ];
    testkit::all_refused(&callers, &calls).await;
    clerk.call(204, "POST", &revoke, &ended).await;
    clerk.call(409, "POST", &revoke, &ended).await;
    let read = clerk.call(200, "GET", &one, &Value::Null).await;
    assert_eq!(read["status"], Status::Revoked.as_str());
}

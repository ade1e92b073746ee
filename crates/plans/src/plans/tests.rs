//! Plans through the router: upload, correct, issue; allowed, forbidden, a sibling's, wrong input, changed meanwhile.

mod versions;

use crate::testing::{Town, town};
use platform::Role;
use serde_json::{Value, json};
use testkit::Client;

/// A short document with two numbered points, one of them with targets.
pub const TEXT: &str = "2026年某区终身教育工作要点\n\n一、完善办学网络\n1.建设学习点。新增60个老年教育社会学习点，老年人参与率达到70%以上。\n2.开展展演。办好全民终身学习活动周；推进团队建设。\n\n某区终身教育促进委员会办公室\n2026年3月12日\n";

/// Uploads the text as a plan of the district; gives the address of the plan.
pub async fn uploaded(town: &Town, text: &str) -> String {
    let bureau = town.district(Role::DistrictBureau);
    uploaded_for(&bureau, &town.world.district.to_string(), text).await
}

/// Uploads the text as a plan of this organisation; gives the address of the plan.
pub async fn uploaded_for(client: &Client, org: &str, text: &str) -> String {
    let answer = client
        .upload("/desk/plans/new", &[("org", org)], "要点.txt", text.as_bytes())
        .await;
    assert_eq!(answer.status, 303, "{}", answer.body);
    answer.location().split('?').next().unwrap().to_owned()
}

/// Ids of the items of a plan, in order, with their versions.
pub async fn items(town: &Town, plan: &str) -> Vec<(String, i64)> {
    let path = format!("{}/items", plan.replace("/desk/", "/api/v1/"));
    let json = town
        .district(Role::DistrictBureau)
        .call(200, "GET", &path, &Value::Null)
        .await;
    let items = json["items"].as_array().unwrap().clone();
    items
        .iter()
        .map(|item| {
            (
                item["id"].as_str().unwrap().to_owned(),
                item["version"].as_i64().unwrap(),
            )
        })
        .collect()
}

/// The boxes of an item with one task and one target.
fn boxes<'a>(version: &'a str, value: &'a str) -> Vec<(&'a str, &'a str)> {
    vec![
        ("version", version),
        ("number", "1"),
        ("heading", "建设学习点"),
        ("text", "建设学习点。新增60个老年教育社会学习点。"),
        ("tasks", "1"),
        ("t0_targets", "1"),
        ("t0_text", "新增60个老年教育社会学习点"),
        ("t0_kind", "quantity"),
        ("t0_lead", "区教育局、民政局"),
        ("t0_to", "2026-10-31"),
        ("t0_g0_object", "社会学习点"),
        ("t0_g0_verb", "新增"),
        ("t0_g0_comparison", "ge"),
        ("t0_g0_value", value),
        ("t0_g0_unit", "个"),
        ("t0_g0_due", "2026-12-31"),
        ("t0_g0_metric", "sites.by_kind"),
    ]
}

#[tokio::test(flavor = "multi_thread")]
async fn a_document_is_uploaded_corrected_and_issued() {
    let town = town().await;
    let bureau = town.district(Role::DistrictBureau);
    assert!(bureau.get("/desk/plans/new").await.shows("读这份文件"));
    let plan = uploaded(&town, TEXT).await;
    let page = bureau.get(&plan).await;
    for words in [
        "2026年某区终身教育工作要点",
        "一、完善办学网络",
        "新增60个老年教育社会学习点",
        "原文第 4 行",
        "60 个",
    ] {
        assert!(page.shows(words), "{words}: {}", page.body);
    }
    let (item, version) = items(&town, &plan).await[0].clone();
    let form = bureau.get(&format!("{plan}?item={item}")).await;
    assert!(
        form.body.contains("name=\"t0_g0_value\" value=\"60\""),
        "{}",
        form.body
    );

    let version = version.to_string();
    let mut typed = boxes(&version, "65");
    typed.push(("do", "save"));
    let answer = bureau.post(&format!("{plan}/items/{item}"), &typed).await;
    assert_eq!(answer.status, 303, "{}", answer.body);
    let page = bureau.get(&plan).await;
    assert!(page.shows("不少于 65 个") && page.shows("牵头：区教育局、民政局") && page.shows("已核对"));
    // What the reader said of it came from the document, not from the form.
    assert!(!page.shows("t0_"));

    assert!(bureau.get(&format!("{plan}/issue")).await.shows("印发这份计划"));
    let answer = bureau
        .submit(&format!("{plan}/issue"), &format!("{plan}/issue"), &[])
        .await;
    assert_eq!(answer.status, 303, "{}", answer.body);
    let page = bureau.get(&plan).await;
    assert!(page.shows("已印发") && !page.shows("更正这一条"));
    typed[0].1 = "2";
    let answer = bureau.post(&format!("{plan}/items/{item}"), &typed).await;
    assert!(
        answer.status == 409 && answer.shows("已经印发"),
        "{}",
        answer.body
    );
    let kept = bureau.get(&format!("{plan}/document")).await;
    assert_eq!(kept.bytes, TEXT.as_bytes(), "the document as it was brought");
    assert_eq!(
        town.events("plan.").await,
        ["plan.read", "plan.item_changed", "plan.issued"]
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn who_reads_sees_issued_plans_of_those_above_and_no_draft() {
    let town = town().await;
    let plan = uploaded(&town, TEXT).await;
    let head = town.here(Role::SchoolHead);
    assert_eq!(head.get(&plan).await.status, 404);
    assert!(!head.get("/desk/plans").await.shows("2026年某区"));
    let bureau = town.district(Role::DistrictBureau);
    bureau
        .submit(&format!("{plan}/issue"), &format!("{plan}/issue"), &[])
        .await;
    for reader in [
        town.here(Role::SchoolHead),
        town.there(Role::Registrar),
        town.city(Role::City),
    ] {
        assert!(
            reader
                .get("/desk/plans")
                .await
                .shows("2026年某区终身教育工作要点")
        );
        assert_eq!(reader.get(&plan).await.status, 200);
    }
    assert_eq!(town.here(Role::Teacher).get("/desk/plans").await.status, 403);
}

#[tokio::test(flavor = "multi_thread")]
async fn who_may_not_write_is_told_so_and_another_orgs_draft_is_not_there() {
    let town = town().await;
    let plan = uploaded(&town, TEXT).await;
    let (item, _) = items(&town, &plan).await[0].clone();
    let city_plan_org = town.world.city.to_string();
    for (who, client, status) in [
        ("teacher", town.here(Role::Teacher), 403),
        ("head of a school", town.here(Role::SchoolHead), 403),
        ("college of a street", town.here(Role::CommunityCollege), 404),
    ] {
        let mut typed = boxes("1", "65");
        typed.push(("do", "save"));
        for (path, form) in [
            (format!("{plan}/items/{item}"), typed),
            (format!("{plan}/items/{item}/accept"), vec![("version", "1")]),
            (format!("{plan}/items/{item}/remove"), vec![("version", "1")]),
            (
                format!("{plan}/discard"),
                vec![("version", "1"), ("reason", "因为")],
            ),
        ] {
            let answer = client.post(&path, &form).await;
            assert_eq!(answer.status, status, "{who} {path}");
            assert!(!answer.body.contains("社会学习点"), "{who} {path}");
        }
    }
    // A college may write, but not issue; a district may not write for the city.
    assert_eq!(
        town.here(Role::CommunityCollege)
            .post(&format!("{plan}/issue"), &[("version", "1")])
            .await
            .status,
        403
    );
    let bureau = town.district(Role::DistrictBureau);
    let answer = bureau
        .upload(
            "/desk/plans/new",
            &[("org", &city_plan_org)],
            "a.txt",
            TEXT.as_bytes(),
        )
        .await;
    assert_eq!(answer.status, 422, "not among the choices");
    assert_eq!(town.events("plan.").await, ["plan.read"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn bad_documents_come_back_with_a_sentence_and_what_was_pasted() {
    let town = town().await;
    let bureau = town.district(Role::DistrictBureau);
    let org = town.world.district.to_string();
    for (name, bytes, pasted, sentence) in [
        ("", &b""[..], "", "还没有选文件"),
        ("a.pdf", b"%PDF-1.7 x", "", "这是 PDF 文件"),
        ("", b"", "今天天气很好，大家都来了。", "空白草稿"),
        ("a.docx", b"PK\x03\x04xx", "", "DOCX"),
    ] {
        let fields = [("org", org.as_str()), ("text", pasted)];
        let answer = bureau.upload("/desk/plans/new", &fields, name, bytes).await;
        assert_eq!(answer.status, 422, "{name} {pasted}");
        assert!(answer.shows(sentence), "{name} {pasted}: {}", answer.body);
        assert!(answer.body.contains(pasted), "{pasted}");
    }
    let fields = [
        ("org", org.as_str()),
        ("text", "今天天气很好，大家都来了。"),
        ("anyway", "yes"),
    ];
    let answer = bureau.upload("/desk/plans/new", &fields, "", b"").await;
    assert_eq!(answer.status, 303, "{}", answer.body);
    let plan = answer.location().split('?').next().unwrap().to_owned();
    assert!(bureau.get(&plan).await.shows("添加一条"));
    let answer = bureau.get(&format!("{plan}/issue")).await;
    assert!(answer.shows("还不能印发") && answer.shows("还没有条目"));
    let answer = bureau.post(&format!("{plan}/issue"), &[("version", "1")]).await;
    assert_eq!(answer.status, 409);
    // UTF-16 is no encoding that files are kept in: it is kept as UTF-8.
    let wide: Vec<u8> = TEXT.encode_utf16().flat_map(u16::to_le_bytes).collect();
    let answer = bureau
        .upload("/desk/plans/new", &[("org", &org)], "宽.txt", &wide)
        .await;
    assert_eq!(answer.status, 303, "{}", answer.body);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_form_changes_its_shape_and_the_second_of_two_is_told() {
    let town = town().await;
    let plan = uploaded(&town, TEXT).await;
    let bureau = town.district(Role::DistrictBureau);
    let (item, _) = items(&town, &plan).await[0].clone();
    let path = format!("{plan}/items/{item}");
    let mut typed = boxes("1", "六十");
    typed.push(("do", "target-0"));
    let answer = bureau.post(&path, &typed).await;
    assert_eq!(answer.status, 200);
    assert!(answer.body.contains("name=\"t0_g1_object\"") && answer.body.contains("value=\"六十\""));
    typed.pop();
    typed.push(("do", "save"));
    let answer = bureau.post(&path, &typed).await;
    assert!(answer.status == 422 && answer.shows("数值要填数字") && answer.body.contains("value=\"六十\""));
    typed.pop();
    typed.push(("do", "nonsense"));
    assert_eq!(bureau.post(&path, &typed).await.status, 422);

    let save = |version: &'static str, value: &'static str| {
        let mut typed = boxes(version, value);
        typed.push(("do", "save"));
        typed
    };
    assert_eq!(bureau.post(&path, &save("1", "65")).await.status, 303);
    let other = town.city(Role::City);
    let answer = other.post(&path, &save("1", "80")).await;
    assert_eq!(answer.status, 409);
    assert!(
        answer.shows("别人改过它") && answer.shows("不少于 65 个"),
        "{}",
        answer.body
    );
    assert!(answer.body.contains("value=\"80\"") && answer.body.contains("name=\"version\" value=\"2\""));
    assert_eq!(other.post(&path, &save("2", "80")).await.status, 303);
    assert!(bureau.get(&plan).await.shows("不少于 80 个"));
}

#[tokio::test(flavor = "multi_thread")]
async fn items_are_accepted_split_joined_added_and_removed() {
    let town = town().await;
    let plan = uploaded(&town, TEXT).await;
    let bureau = town.district(Role::DistrictBureau);
    let all = items(&town, &plan).await;
    assert_eq!(all.len(), 2);
    let (first, second) = (all[0].0.clone(), all[1].0.clone());
    let post = async |path: String, form: &[(&str, &str)]| {
        let answer = bureau.post(&path, form).await;
        assert_eq!(answer.status, 303, "{path}: {}", answer.body);
    };
    post(format!("{plan}/items/{first}/accept"), &[("version", "1")]).await;
    post(
        format!("{plan}/items/{second}/split"),
        &[("version", "1"), ("at", "1")],
    )
    .await;
    let split = items(&town, &plan).await;
    assert_eq!(split.len(), 3);
    assert!(bureau.get(&plan).await.shows("推进团队建设"));
    let new = split[2].clone();
    post(
        format!("{plan}/items/{}/join", new.0),
        &[("version", &new.1.to_string())],
    )
    .await;
    assert_eq!(items(&town, &plan).await.len(), 2);
    let mut typed = boxes("0", "3");
    typed.push(("after", &first));
    typed.push(("do", "save"));
    post(format!("{plan}/items/new"), &typed).await;
    let added = items(&town, &plan).await;
    assert_eq!((added.len(), &added[2].0), (3, &second), "after the first");
    let last = format!("{}/items/{}/remove", plan, added[1].0);
    assert_eq!(bureau.post(&last, &[("version", "9")]).await.status, 409);
    post(last, &[("version", "1")]).await;
    let first_join = bureau
        .post(&format!("{plan}/items/{first}/join"), &[("version", "2")])
        .await;
    assert!(first_join.status == 409 && first_join.shows("这是第一条"));
    assert_eq!(
        town.events("plan.item_").await,
        [
            "plan.item_accepted",
            "plan.item_split",
            "plan.item_joined",
            "plan.item_added",
            "plan.item_removed"
        ]
    );
    let answer = bureau
        .submit(
            &format!("{plan}/discard"),
            &format!("{plan}/discard"),
            &[("reason", "传错了")],
        )
        .await;
    assert_eq!(answer.location(), "/desk/plans?done=discarded");
    assert_eq!(bureau.get(&plan).await.status, 404);
}

#[tokio::test(flavor = "multi_thread")]
async fn title_and_days_are_changed_in_the_version_that_was_seen() {
    let town = town().await;
    let plan = uploaded(&town, TEXT).await;
    let bureau = town.district(Role::DistrictBureau);
    let path = format!("{plan}/head");
    let typed = |title: &'static str, version: &'static str| {
        [
            ("title", title),
            ("document_number", "某教〔2026〕1号"),
            ("issuer", "某区教育局"),
            ("dated", "2026-03-12"),
            ("year", "2026"),
            ("starts_on", "2026-01-01"),
            ("ends_on", "2026-12-31"),
            ("version", version),
        ]
    };
    assert_eq!(bureau.post(&path, &typed("新的标题", "1")).await.status, 303);
    let answer = bureau.post(&path, &typed("又一个标题", "1")).await;
    assert!(answer.status == 409 && answer.shows("别人改过") && answer.body.contains("又一个标题"));
    let answer = bureau.post(&path, &typed("", "2")).await;
    assert!(answer.status == 422 && answer.shows("请填写标题"));
    assert!(bureau.get(&plan).await.shows("某教〔2026〕1号"));
}

#[tokio::test(flavor = "multi_thread")]
async fn programs_upload_read_and_issue() {
    let town = town().await;
    let bureau = town.district(Role::DistrictBureau);
    let body = json!({ "org": town.world.district.to_string(), "text": TEXT });
    let made = bureau.call(201, "POST", "/api/v1/plans", &body).await;
    let plan = format!("/api/v1/plans/{}", made["id"].as_str().unwrap());
    let read = bureau.call(200, "GET", &plan, &Value::Null).await;
    assert_eq!(
        (&read["status"], &read["items"], &read["year"]),
        (&json!("draft"), &json!(2), &json!(2026))
    );
    let targets = bureau
        .call(200, "GET", &format!("{plan}/targets?limit=1"), &Value::Null)
        .await;
    assert_eq!(
        (&targets["items"][0]["value"], &targets["items"][0]["unit"]),
        (&json!(60), &json!("个"))
    );
    let drafts = bureau
        .call(200, "GET", "/api/v1/plans?status=draft", &Value::Null)
        .await;
    assert_eq!(drafts["items"].as_array().unwrap().len(), 1);
    let head = town.here(Role::SchoolHead);
    head.call(404, "GET", &plan, &Value::Null).await;
    head.call(403, "POST", "/api/v1/plans", &body).await;
    let told = bureau
        .call(
            422,
            "POST",
            "/api/v1/plans",
            &json!({ "org": body["org"], "text": "。" }),
        )
        .await;
    assert_eq!(testkit::wrong_fields(&told), ["text"]);
    bureau
        .call(409, "POST", &format!("{plan}/issue"), &json!({ "version": 7 }))
        .await;
    bureau
        .call(204, "POST", &format!("{plan}/issue"), &json!({ "version": 1 }))
        .await;
    let again = bureau
        .call(409, "POST", &format!("{plan}/issue"), &json!({ "version": 2 }))
        .await;
    assert_eq!(again["type"], "/problems/plan_frozen");
    let issued = head.call(200, "GET", "/api/v1/plans", &Value::Null).await;
    assert_eq!(issued["items"][0]["status"], "issued");
    head.call(200, "GET", &format!("{plan}/items"), &Value::Null)
        .await;
    bureau
        .call(422, "GET", "/api/v1/plans?status=late", &Value::Null)
        .await;
}

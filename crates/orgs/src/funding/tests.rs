//! Funding through the router.

use crate::testing::{Town, on_get, town};
use kernel::OrgId;
use platform::Role;
use serde_json::{Value, json};

/// A line's form: year, level, yuan budgeted and paid, document, version.
fn fields(line: [&str; 6]) -> Vec<(&str, &str)> {
    let [year, level, budgeted, paid, document, version] = line;
    vec![
        ("year", year),
        ("level", level),
        ("payer", "财政所"),
        ("purpose", "community_education"),
        ("budgeted", budgeted),
        ("paid", paid),
        ("population", "residents"),
        ("document", document),
        ("basis", "official"),
        ("proof", "部门预算表"),
        ("version", version),
    ]
}

/// 120,000 residents, 20,000 of them 80 and over, at the end of a year.
async fn counted(town: &Town, area: OrgId, year: &str) {
    let mut all: Vec<(String, &str)> = (0..6)
        .flat_map(|at| [(format!("male_{at}"), "10000"), (format!("female_{at}"), "10000")])
        .collect();
    all.extend(
        [("year", year), ("basis", "demo"), ("source", "演示")].map(|(name, value)| (name.into(), value)),
    );
    let all: Vec<(&str, &str)> = all.iter().map(|(name, value)| (name.as_str(), *value)).collect();
    let path = format!("/desk/orgs/{area}/population");
    assert_eq!(town.district(Role::City).post(&path, &all).await.status, 303);
}

/// The outside text of the only line with this document.
async fn line_of(town: &Town, document: &str) -> String {
    let sql = "SELECT id FROM budget_line WHERE document = $1 AND version = 1 {unscoped: a test}";
    let id: i64 = town
        .app
        .platform
        .db
        .query_one(sql, db::args![document])
        .await
        .unwrap();
    kernel::Id::<()>::from_raw(id).to_string()
}

#[tokio::test(flavor = "multi_thread")]
async fn an_area_sums_its_subtree_and_warns() {
    let town = town().await;
    let city = town.district(Role::City);
    let street = format!("/desk/orgs/{}/funding", town.world.here.street);
    assert!(city.get(&street).await.shows("还没有登记经费"));
    let school = format!("/desk/orgs/{}/funding", town.world.here.org);
    for (path, line) in [
        (&street, ["2025", "street", "360000", "300000", "甲1", ""]),
        (&street, ["2026", "street", "120000.50", "0", "甲2", ""]),
        (&school, ["2026", "district", "119999.50", "119999.50", "甲3", ""]),
    ] {
        let answer = city.post(path, &fields(line)).await;
        assert_eq!(
            answer.location(),
            format!("{path}?done=written"),
            "{}",
            answer.body
        );
    }
    assert!(city.get(&street).await.shows("去填人口"));
    counted(&town, town.world.here.street, "2025").await;
    let page = city.get(&street).await;
    for text in [
        "2026 24.00 万元 12.00 万元 -33.3 %",
        "常住人口：2 元（2025 年末 120000 人）",
        "2026 年预算 24.00 万元，比 2025 年的 36.00 万元少。",
        "2025 年预算 36.00 万元，只拨付了 30.00 万元，到位率 83.3 %。",
        "120000.50 元",
    ] {
        assert!(page.shows(text), "{text}: {}", testkit::html::text(&page.body));
    }
    assert!(!page.shows("甲3"), "a line stands at the organisation it is for");
    let other = city
        .get(&format!("/desk/orgs/{}/funding", town.world.there.street))
        .await;
    assert!(other.shows("还没有登记经费"));
}

#[tokio::test(flavor = "multi_thread")]
async fn corrections_are_versions_and_what_is_withdrawn_counts_no_more() {
    let town = town().await;
    let clerk = town.here(Role::Registrar);
    let list = format!("/desk/orgs/{}/funding", town.world.here.org);
    let first = fields(["2026", "street", "1000", "0", "乙1", ""]);
    assert_eq!(clerk.post(&list, &first).await.status, 303);
    let twice = clerk.post(&list, &first).await;
    assert!(
        twice.status == 422 && twice.shows("已经登记过一条"),
        "{}",
        twice.body
    );
    let page = format!("/desk/funding/{}", line_of(&town, "乙1").await);
    assert!(clerk.get(&page).await.shows("未全部到位"));
    let mut typed = fields(["2026", "street", "1000", "1000", "乙1", "1"]);
    let no_reason = clerk.post(&page, &typed).await;
    assert!(no_reason.status == 422 && no_reason.shows("更正的原因"));
    typed.push(("reason", "七月拨付"));
    let answer = clerk.post(&page, &typed).await;
    assert_eq!(
        answer.location(),
        format!("{page}?done=corrected"),
        "{}",
        answer.body
    );
    let shown = clerk.get(&page).await;
    assert!(
        shown.shows("第 2 版") && shown.shows("七月拨付") && shown.shows("已被更正") && shown.shows("已到位")
    );
    let late = clerk.post(&page, &typed).await;
    assert!(late.status == 409 && late.shows("别人更正过这一条"));
    assert!(
        late.body.contains("name=\"version\" value=\"2\""),
        "{}",
        late.body
    );
    let reason = [("why", "和区里重复"), ("version", "2")];
    let answer = clerk.post(&format!("{page}/withdraw"), &reason).await;
    assert_eq!(
        answer.location(),
        format!("{page}?done=withdrawn"),
        "{}",
        answer.body
    );
    assert!(clerk.get(&page).await.shows("已作废，不计入"));
    let again = clerk.post(&format!("{page}/withdraw"), &reason).await;
    assert!(again.status == 409 && again.shows("已经作废"));
    assert!(!clerk.get(&list).await.shows("各年合计"));
    assert_eq!(
        town.events("funding.").await,
        [
            "funding.line_written",
            "funding.line_corrected",
            "funding.line_withdrawn"
        ]
    );
    assert_eq!(
        clerk.post(&list, &first).await.status,
        303,
        "the slip is out of the way"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn wrong_input_comes_back_and_who_may_not_sees_nothing() {
    let town = town().await;
    let clerk = town.here(Role::Registrar);
    let list = format!("/desk/orgs/{}/funding", town.world.here.org);
    for (line, sentence) in [
        (
            ["2028", "street", "1000", "0", "丙", ""],
            "预算年度要在 1990 到 2027 之间",
        ),
        (
            ["2026", "moon", "1000", "0", "丙", ""],
            "请从列出的哪一级出资里选",
        ),
        (
            ["2026", "street", "一千", "0", "丙", ""],
            "预算金额（元）要填金额",
        ),
        (["2026", "street", "0", "0", "丙", ""], "预算和拨付不能都是 0"),
        (
            ["2026", "street", "99999999999999", "0", "丙", ""],
            "是不是多打了几个 0",
        ),
    ] {
        let answer = clerk.post(&list, &fields(line)).await;
        assert!(
            answer.status == 422 && answer.shows(sentence),
            "{sentence}: {}",
            answer.body
        );
        assert!(answer.body.contains("value=\"丙\""), "{sentence}");
    }
    assert_eq!(
        clerk
            .post(&list, &fields(["2026", "street", "1000", "0", "丁", ""]))
            .await
            .status,
        303
    );
    let page = format!("/desk/funding/{}", line_of(&town, "丁").await);
    for (who, client, status) in [
        ("visitor", town.app.visitor(), 401),
        ("teacher", town.here(Role::Teacher), 403),
        ("sibling", town.there(Role::Registrar), 404),
    ] {
        for path in [&list, &page, &format!("{list}/new")] {
            let answer = client.get(path).await;
            assert_eq!(answer.status, on_get(status), "{who} {path}");
            assert!(!answer.body.contains('丁'), "{who} {path}");
        }
        let form = fields(["2026", "street", "1", "0", "戊", "1"]);
        for path in [&list, &page, &format!("{page}/withdraw")] {
            assert_eq!(client.post(path, &form).await.status, status, "{who} {path}");
        }
    }
    assert_eq!(town.events("funding.").await, ["funding.line_written"]);
}

/// A line of the district for elders.
fn elder_line() -> Value {
    json!({
        "year": 2026, "level": "district", "purpose": "elder_education", "budgeted_fen": 500_000, "paid_fen": 0,
        "population": "elders", "payer": "区教育局", "document": "闵教〔2026〕12号", "basis": "official", "proof": "预算表",
    })
}

#[tokio::test(flavor = "multi_thread")]
async fn programs_write_correct_and_read_lines_and_years() {
    let town = town().await;
    let clerk = town.here(Role::Registrar);
    let all = format!("/api/v1/orgs/{}/funding", town.world.here.org);
    let body = elder_line();
    let wrong = [
        ("year", json!(1900)),
        ("level", json!("moon")),
        ("budgeted_fen", json!(-1)),
        ("payer", json!("")),
        ("basis", json!("guess")),
    ];
    clerk.told_of_each("POST", &all, &body, &wrong).await;
    let made = clerk.call(201, "POST", &all, &body).await;
    let line = format!("/api/v1/funding/{}", made["id"].as_str().unwrap());
    let mut read = clerk.call(200, "GET", &line, &Value::Null).await;
    let told = clerk.call(422, "PUT", &line, &read).await;
    assert_eq!(testkit::wrong_fields(&told), ["reason"]);
    read["reason"] = json!("拨付了");
    read["paid_fen"] = json!(500_000);
    clerk.call(204, "PUT", &line, &read).await;
    clerk.call(409, "PUT", &line, &read).await;
    let after = clerk.call(200, "GET", &line, &Value::Null).await;
    assert_eq!(
        (
            &after["version"],
            &after["before"][0]["state"],
            &after["paid_fen"]
        ),
        (&json!(2), &json!("replaced"), &json!(500_000))
    );
    let listed = clerk.call(200, "GET", &all, &Value::Null).await;
    assert_eq!(listed["items"].as_array().unwrap().len(), 1);
    let years = clerk
        .call(200, "GET", &format!("{all}/years"), &Value::Null)
        .await;
    assert_eq!(
        (&years["items"][0]["budgeted_fen"], &years["items"][0]["per_head"]),
        (&json!(500_000), &json!([]))
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn programs_that_may_not_are_refused_and_others_withdraw() {
    let town = town().await;
    let clerk = town.here(Role::Registrar);
    let all = format!("/api/v1/orgs/{}/funding", town.world.here.org);
    let mut body = elder_line();
    let made = clerk.call(201, "POST", &all, &body).await;
    let line = format!("/api/v1/funding/{}", made["id"].as_str().unwrap());
    body["reason"] = json!("偷改");
    body["version"] = json!(1);
    let withdraw = format!("{line}/withdraw");
    let reason = json!({ "reason": "重复", "version": 1 });
    let callers = [
        (town.app.visitor(), 401),
        (town.here(Role::Teacher), 403),
        (town.there(Role::Registrar), 404),
    ];
    let years = format!("{all}/years");
    let calls = [
        ("GET", all.as_str(), &Value::Null),
        ("GET", years.as_str(), &Value::Null),
        ("GET", line.as_str(), &Value::Null),
        ("POST", all.as_str(), &body),
        ("PUT", line.as_str(), &body),
        ("POST", withdraw.as_str(), &reason),
    ];
    testkit::all_refused(&callers, &calls).await;
    clerk.call(204, "POST", &withdraw, &reason).await;
    clerk.call(409, "POST", &withdraw, &reason).await;
}

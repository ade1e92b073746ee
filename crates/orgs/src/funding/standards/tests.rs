//! Standards of funding through the router.

use crate::testing::{Town, on_get, town};
use platform::Role;
use serde_json::{Value, json};

fn fields<'a>(amount: &'a str, ratio: &'a str) -> Vec<(&'a str, &'a str)> {
    vec![
        ("document", "西政办〔2024〕4号"),
        ("words", "各镇街同时按 1:1 投入"),
        ("basis", "official"),
        ("from_date", "2024-02-26"),
        ("amount", amount),
        ("population", "residents"),
        ("payer", "all"),
        ("match_level", "street"),
        ("match_num", ratio),
        ("match_against", "district"),
        ("match_den", "1"),
    ]
}

async fn standard(town: &Town) -> String {
    let sql = "SELECT id FROM funding_standard WHERE reason = '' {unscoped: a test}";
    let id: i64 = town.app.platform.db.query_one(sql, &[]).await.unwrap();
    kernel::Id::<()>::from_raw(id).to_string()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_districts_standard_holds_below_until_it_is_withdrawn() {
    let town = town().await;
    let city = town.district(Role::City);
    let clerk = town.here(Role::Registrar);
    let path = format!("/desk/orgs/{}/funding/standards", town.world.district);
    assert!(city.get(&path).await.shows("没有要核对的经费标准"));
    let answer = city.post(&path, &fields("2.00", "1")).await;
    assert_eq!(answer.location(), format!("{path}?done=set"), "{}", answer.body);
    let below = format!("/desk/orgs/{}/funding/standards", town.world.here.org);
    let page = clerk.get(&below).await;
    assert!(page.shows("各级财政合计每年按常住人口人均不少于 2 元；街镇按区级的 1 : 1 配套"));
    assert!(!page.shows("登记这条标准"));

    let school = format!("/api/v1/orgs/{}/funding", town.world.here.org);
    for (level, fen) in [("district", 10_000), ("street", 8_765)] {
        let line = json!({
            "year": 2026, "level": level, "purpose": "community_education", "budgeted_fen": fen, "paid_fen": 0,
            "population": "residents", "payer": "财政", "basis": "official", "proof": "预算表",
        });
        clerk.call(201, "POST", &school, &line).await;
    }
    let years = clerk
        .call(200, "GET", &format!("{school}/years"), &Value::Null)
        .await;
    let year = &years["items"][0];
    assert_eq!(
        year["matching"],
        json!({ "level": "street", "against": "district", "hundredths": 87, "met": false })
    );
    assert_eq!(
        year["warnings"][0],
        "2026 年街镇安排 0.01 万元，区级安排 0.01 万元，配套是 0.87 : 1。闵行区（西政办〔2024〕4号）要求 1 : 1。"
    );

    let one = format!("/desk/funding-standards/{}", standard(&town).await);
    assert_eq!(
        clerk.get(&one).await.status,
        404,
        "only its jurisdiction opens it"
    );
    assert!(city.get(&one).await.shows("作废这条标准"));
    let none = city.post(&format!("{one}/withdraw"), &[("version", "1")]).await;
    assert!(none.status == 422 && none.shows("作废的原因"));
    let reason = [("reason", "文件已废止"), ("version", "1")];
    let answer = city.post(&format!("{one}/withdraw"), &reason).await;
    assert_eq!(answer.location(), format!("{path}?done=withdrawn"));
    assert!(city.get(&path).await.shows("文件已废止"));
    assert_eq!(city.post(&format!("{one}/withdraw"), &reason).await.status, 409);
    let years = clerk
        .call(200, "GET", &format!("{school}/years"), &Value::Null)
        .await;
    assert_eq!(years["items"][0]["matching"], Value::Null);
    assert_eq!(
        town.events("funding.standard").await,
        ["funding.standard_set", "funding.standard_withdrawn"]
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn wrong_standards_come_back_and_who_may_not_sets_none() {
    let town = town().await;
    let city = town.district(Role::City);
    let path = format!("/desk/orgs/{}/funding/standards", town.world.here.street);
    let half = city.post(&path, &fields("", "")).await;
    assert!(
        half.status == 422 && half.shows("配套比例的四项要一起填"),
        "{}",
        half.body
    );
    assert!(half.body.contains("西政办〔2024〕4号"), "what was typed is kept");
    let mut nothing = fields("", "");
    nothing.retain(|(name, _)| !name.starts_with("match_"));
    let answer = city.post(&path, &nothing).await;
    assert!(
        answer.status == 422 && answer.shows("至少要有一条要求"),
        "{}",
        answer.body
    );
    let school = format!("/desk/orgs/{}/funding/standards", town.world.here.org);
    let answer = city.post(&school, &fields("2", "1")).await;
    assert!(answer.status == 409 && answer.shows("不能定经费标准"));
    for (who, client, status) in [
        ("visitor", town.app.visitor(), 401),
        ("teacher", town.here(Role::Teacher), 403),
        ("registrar below", town.here(Role::Registrar), 404),
    ] {
        assert_eq!(client.get(&path).await.status, on_get(status), "{who}");
        assert_eq!(
            client.post(&path, &fields("2", "1")).await.status,
            status,
            "{who}"
        );
    }
    assert!(town.events("funding.").await.is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn programs_set_and_withdraw_standards() {
    let town = town().await;
    let city = town.district(Role::City);
    let path = format!("/api/v1/orgs/{}/funding/standards", town.world.district);
    let body = json!({
        "from_date": "2024-02-26", "population": "residents", "document": "西政办〔2024〕4号", "basis": "official",
        "words": "各镇街同时按 1:1 投入", "not_below_last_year": true,
        "matching": { "level": "street", "against": "district", "num": 1, "den": 1 },
    });
    let wrong = [
        ("from_date", json!("2024")),
        ("amount_fen", json!(0)),
        (
            "matching",
            json!({ "level": "street", "against": "district", "num": 0, "den": 1 }),
        ),
        ("document", json!("")),
    ];
    city.told_of_each("POST", &path, &body, &wrong).await;
    let made = city.call(201, "POST", &path, &body).await;
    let read = city.call(200, "GET", &path, &Value::Null).await;
    assert_eq!(
        (
            &read["items"][0]["id"],
            &read["items"][0]["matching"],
            &read["items"][0]["amount_fen"]
        ),
        (&made["id"], &body["matching"], &Value::Null)
    );
    let withdraw = format!(
        "/api/v1/funding-standards/{}/withdraw",
        made["id"].as_str().unwrap()
    );
    let reason = json!({ "reason": "文件已废止", "version": 1 });
    let callers = [
        (town.app.visitor(), 401),
        (town.here(Role::Teacher), 403),
        (town.there(Role::Registrar), 404),
    ];
    let calls = [
        ("GET", path.as_str(), &Value::Null),
        ("POST", path.as_str(), &body),
        ("POST", withdraw.as_str(), &reason),
    ];
    testkit::all_refused(&callers, &calls).await;
    city.call(204, "POST", &withdraw, &reason).await;
    city.call(409, "POST", &withdraw, &reason).await;
}

//! Public pages through the router.

use crate::testing::town;
use platform::Role;
use serde_json::{Value, json};

#[tokio::test(flavor = "multi_thread")]
async fn everybody_finds_a_place_and_its_facts() {
    let town = town().await;
    let visitor = town.app.visitor();
    let all = visitor.get("/sites").await;
    assert!(
        all.shows("莘庄镇社区学校") && all.shows("七宝镇社区学校") && all.shows("2 个学习点"),
        "{}",
        all.body
    );
    let here = format!("/sites?street={}", town.world.here.street);
    let some = visitor.get(&here).await;
    assert!(some.shows("莘庄镇社区学校") && !some.shows("七宝镇社区学校"));
    assert!(visitor.get("/sites?q=qbz").await.shows("1 个学习点"));
    assert!(visitor.get("/sites?kind=college").await.shows("没有找到学习点"));
    let page = visitor.get(&format!("/sites/{}", town.world.here.org)).await;
    assert!(
        page.shows("莘庄镇学堂路 1 号") && page.shows("进门没有台阶") && page.shows("101 教室"),
        "{}",
        page.body
    );
    assert!(page.body.contains("tel:02160000000"));
    assert!(
        page.body
            .contains(&format!("/classes?place={}", town.world.here.org))
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn areas_closed_places_and_nonsense_are_not_there() {
    let town = town().await;
    let school = town.world.here.org;
    let form = [("on", "2026-11-22"), ("reason", "停办"), ("version", "1")];
    let done = town
        .district(Role::DistrictBureau)
        .post(&format!("/desk/orgs/{school}/close"), &form)
        .await;
    assert_eq!(done.status, 303, "{}", done.body);
    let visitor = town.app.visitor();
    for id in [town.world.here.street.to_string(), school.to_string(), "x".into()] {
        assert_eq!(visitor.get(&format!("/sites/{id}")).await.status, 404, "{id}");
    }
    assert!(!visitor.get("/sites").await.shows("莘庄镇社区学校"));
}

#[test]
fn labels_have_their_english() {
    for text in [
        "查学习点",
        "{} 个学习点",
        "看这里的班",
        "地址",
        "电话",
        "开放时间",
        "怎么去",
        "行动不便的人",
        "轮椅能到",
        "街镇社区学校",
        "钢琴或电子琴",
    ] {
        let translated = ui::catalogue::translate(ui::Lang::En, text);
        assert_ne!(translated, text, "{text}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn programs_find_places() {
    let town = town().await;
    let visitor = town.app.visitor();
    let here = format!("/api/v1/sites?street={}&limit=1", town.world.here.street);
    let found = visitor.call(200, "GET", &here, &Value::Null).await;
    assert_eq!(
        (found["items"][0]["name"].as_str(), &found["next"]),
        (Some("莘庄镇社区学校"), &Value::Null)
    );
    let all = visitor
        .call(200, "GET", "/api/v1/sites?limit=1", &Value::Null)
        .await;
    assert_eq!(all["next"], json!("1"));
    let place = format!("/api/v1/sites/{}", town.world.here.org);
    let place = visitor.call(200, "GET", &place, &Value::Null).await;
    assert_eq!(
        (
            place["facts"]["address"].as_str(),
            place["rooms"][0]["name"].as_str(),
            place["above"][2]["name"].as_str()
        ),
        (Some("莘庄镇学堂路 1 号"), Some("101 教室"), Some("莘庄镇"))
    );
    let street = format!("/api/v1/sites/{}", town.world.here.street);
    visitor.call(404, "GET", &street, &Value::Null).await;
    for wrong in ["street=x", "kind=castle", "step_free=maybe", "cursor=x"] {
        visitor
            .call(422, "GET", &format!("/api/v1/sites?{wrong}"), &Value::Null)
            .await;
    }
}

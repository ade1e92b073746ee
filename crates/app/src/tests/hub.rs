//! The rules of quality of all domains on broken rows, and the open data of the whole program.

use super::{class, head};
use crate::wiring;
use db::args;
use kernel::{Id, OrgId};
use platform::{Event, Role};
use serde_json::Value;
use statistics::hub::model::PUBLISHED;
use std::collections::BTreeMap;
use testkit::{ClassFixture, Client};

/// How many rows each rule finds for a reader, without those that find none.
async fn found(client: &Client) -> BTreeMap<String, i64> {
    let json = client
        .call(200, "GET", "/api/v1/data/quality", &Value::Null)
        .await;
    let items = json["items"].as_array().unwrap();
    let count = |item: &Value| {
        (
            item["id"].as_str().unwrap().to_owned(),
            item["count"].as_i64().unwrap(),
        )
    };
    items.iter().map(count).filter(|(_, count)| *count > 0).collect()
}

async fn change(f: &ClassFixture, statements: &[&str]) {
    let tx = f.app.system().begin().await.unwrap();
    for sql in statements {
        tx.exec(
            &format!("{sql} {{unscoped: a test}}"),
            args![f.raw, f.world.here.org],
        )
        .await
        .unwrap();
    }
    let subject: OrgId = f.world.here.org;
    tx.commit(vec![Event::new("test.broken", "org", subject)])
        .await
        .unwrap();
}

fn counts(wanted: &[(&str, i64)]) -> BTreeMap<String, i64> {
    wanted
        .iter()
        .map(|(id, count)| ((*id).to_owned(), *count))
        .collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn every_rule_of_quality_finds_what_is_wrong_and_nothing_elsewhere() {
    let f = class().await;
    let reader = f.app.signed_in(head(&f));
    // The world has no floor areas, and its two lessons no roll yet.
    let before = [("orgs.floor_area", 1), ("sessions.without_roll", 2)];
    assert_eq!(found(&reader).await, counts(&before));
    let elsewhere = found(&f.sibling(Role::SchoolHead)).await;
    assert_eq!(elsewhere, counts(&[("orgs.floor_area", 1)]));
    let [first, second, third] = [f.people[0].raw(), f.people[1].raw(), f.people[2].raw()];
    change(
        &f,
        &[
            "UPDATE org_facts SET lng_e6 = NULL WHERE org_id = $2 AND CAST($1 AS BIGINT) > 0",
            "UPDATE class SET teacher_id = NULL, room_id = NULL, enrolled = enrolled - 1 WHERE id = $1 AND CAST($2 AS BIGINT) > 0",
            &format!("UPDATE person SET registered_at_org_id = $2 WHERE id IN ({first}, {second}, {third}) AND CAST($1 AS BIGINT) > 0"),
            &format!(
                "UPDATE person SET name = '王秀英', sex = 'female' WHERE id IN ({first}, {second}) AND CAST($1 AS BIGINT) > 0 AND CAST($2 AS BIGINT) > 0"
            ),
            &format!("UPDATE person SET birth = '1915-11-22' WHERE id = {third} AND CAST($1 AS BIGINT) > 0 AND CAST($2 AS BIGINT) > 0"),
            &format!(
                "INSERT INTO attendance (session_id, person_id, status, method, marked_at) SELECT s.id, {}, 'present', \
                 'teacher', '2026-11-14T01:00:00.000Z' FROM session s WHERE s.class_id = $1 AND CAST($2 AS BIGINT) > 0 AND s.number = 1",
                f.world.here.teacher.raw()
            ),
        ],
    )
    .await;
    let wrong = [
        ("attendance.without_place", 1),
        ("classes.over", 1),
        ("classes.room", 1),
        ("classes.teacher", 1),
        ("orgs.floor_area", 1),
        ("orgs.place", 1),
        ("persons.age", 1),
        ("persons.twice", 2),
        ("sessions.without_roll", 1),
    ];
    assert_eq!(found(&reader).await, counts(&wrong));
    assert_eq!(found(&f.sibling(Role::SchoolHead)).await, elsewhere);
    for (rule, _) in wrong {
        let page = reader.get(&format!("/desk/data/quality/{rule}")).await;
        assert_eq!(page.status, 200, "{rule}");
        let row = page.body.split("<tbody>").nth(1).unwrap();
        let href = row.split("href=\"").nth(1).unwrap().split('"').next().unwrap();
        assert_eq!(reader.get(href).await.status, 200, "{rule} leads to {href}");
    }
    // A day over 110 years is an age that people reach.
    change(
        &f,
        &[&format!(
            "UPDATE person SET birth = '1915-11-23' WHERE id = {third} AND CAST($1 AS BIGINT) > 0 AND CAST($2 AS BIGINT) > 0"
        )],
    )
    .await;
    assert_eq!(found(&reader).await.get("persons.age"), None);
}

#[tokio::test(flavor = "multi_thread")]
async fn published_metrics_are_counted_described_and_told_in_english() {
    let f = class().await;
    let metrics = wiring::metrics(&f.app.platform).unwrap();
    let known = metrics.sources_known(&f.app.system()).await.unwrap();
    for source in &known.sources {
        assert!(source.words.is_some(), "{} is not described", source.id);
    }
    let mut texts = Vec::new();
    for one in PUBLISHED {
        let metric = metrics
            .find(one.metric)
            .unwrap_or_else(|| panic!("{}", one.metric));
        texts.extend([metric.name, metric.words]);
        let file = f
            .app
            .visitor()
            .get(&format!("/open-data/{}.csv", one.metric))
            .await;
        assert_eq!(file.status, 200, "{}", one.metric);
    }
    assert_eq!(ui::catalogue::missing_english(&texts), Vec::<String>::new());
    let page = f.app.signed_in(head(&f)).get("/desk/data").await;
    assert!(page.shows("一个人在一个班级的报名"), "{}", page.body);
    let school = Id::<()>::from_raw(f.world.here.org.raw());
    assert!(!page.body.contains(&school.to_string()));
}

//! The hub through the router: allowed, forbidden, a sibling's, wrong input, and what anybody may have.

use super::open_data::HEADER;
use crate::testing::Town;
use db::args;
use metrics::definition::{Declared, Measure};
use metrics::{
    Described, Dimension, How, Metric, Metrics, MomentSource, QualityRule, Registry, Rollup, Severity,
    SourceKind, SourceWords,
};
use platform::{Event, Permission, Role};
use serde_json::Value;
use std::path::Path;
use std::sync::Arc;
use testkit::TestApp;

fn plain(code: &str) -> String {
    code.to_owned()
}

const fn metric(id: &'static str, measure: Measure) -> Metric {
    Metric {
        id,
        name: "学员人数",
        unit: "人",
        words: "测试用，\"引号\"和逗号",
        source_kind: SourceKind::Register,
        document: "测试",
        how: How::Moment {
            source: "rooms",
            measure,
            tags: &[],
            kinds: &[],
            bands: &[],
        },
        breakdowns: &[Dimension::Kind],
        small_cell: 5,
        decimals: 0,
        scale: 1,
        version: 1,
        valid_from: "2020-01-01",
    }
}

/// Seats stand for learners, rooms for learners too: one of each school is few.
const DECLARED: Declared = Declared {
    metrics: &[
        metric("learners.count", Measure::M),
        metric("enrollments.count", Measure::N),
        metric("learners.elder_share", Measure::N),
    ],
    spans: &[],
    moments: &[MomentSource {
        id: "rooms",
        facts: "SELECT org_id, '' AS tag, '' AS kind, '' AS sex, '' AS band, CAST(1 AS BIGINT) AS n, seats AS m FROM room \
                WHERE CAST($1 AS TEXT) <> '' AND active {unscoped: a test} ORDER BY org_id, id LIMIT 1000",
        subjects: &["room"],
        rows: "SELECT name AS label, '' AS detail, '' AS subject, id AS subject_id, seats AS n FROM room",
        rollup: Rollup::Sum,
        absent_is_zero: true,
        kind_label: plain,
    }],
};

const fn rule(id: &'static str, permission: Permission) -> QualityRule {
    QualityRule {
        id,
        name: "座位太少的教室",
        words: "座位不到 40 的教室。",
        domain: "机构",
        severity: Severity::Doubtful,
        permission,
        rows: "SELECT o.name AS label, r.name AS detail, 'org' AS subject, r.org_id AS subject_id FROM room r \
               JOIN org o ON o.id = r.org_id WHERE r.seats < 40 AND CAST($2 AS TEXT) <= CAST($1 AS TEXT) \
               AND {scope r.org_id} ORDER BY r.name, r.id LIMIT $3",
    }
}

const DESCRIBED: Described = Described {
    sources: &[SourceWords {
        source: "rooms",
        name: "教室",
        row: "一间在用的教室",
        kept: "机构的教室",
    }],
    rules: &[
        rule("rooms.seats", Permission::OrgRead),
        rule("rooms.secret", Permission::PersonReveal),
    ],
};

async fn hub() -> Town {
    let schemas = [
        platform::SCHEMA,
        orgs::SCHEMA,
        people::SCHEMA,
        metrics::SCHEMA,
        crate::SCHEMA,
    ];
    let app = TestApp::start(&schemas, |platform| {
        let registry = Registry::new(&[DECLARED], orgs::metrics::tree).unwrap();
        let registry = registry.describe(&[DESCRIBED]).unwrap();
        crate::routes(&Arc::new(Metrics::new(registry, platform)), None)
    })
    .await;
    Town::new(app).await
}

async fn set_seats(town: &Town, room: i64, seats: i64) {
    let tx = town.app.system().begin().await.unwrap();
    let sql = "UPDATE room SET seats = $2 WHERE id = $1 {unscoped: a test}";
    tx.exec(sql, args![room, seats]).await.unwrap();
    let event = Event::new("test.room", "room", kernel::Id::<()>::from_raw(room));
    tx.commit(vec![event]).await.unwrap();
}

async fn csv(town: &Town, metric: &str) -> Vec<Vec<String>> {
    let answer = town.app.visitor().get(&format!("/open-data/{metric}.csv")).await;
    assert_eq!(answer.status, 200, "{}", answer.body);
    let mut reader = csv::ReaderBuilder::new()
        .has_headers(false)
        .from_reader(answer.body.as_bytes());
    let rows = reader
        .records()
        .map(|row| row.unwrap().iter().map(str::to_owned).collect());
    rows.collect()
}

/// Name of the area, code of the period, value.
fn values(rows: &[Vec<String>], period: &str) -> Vec<(String, String)> {
    let of = rows.iter().filter(|row| row[7] == period);
    of.map(|row| (row[2].clone(), row[8].clone())).collect()
}

fn pairs(wanted: [(&str, &str); 4]) -> Vec<(String, String)> {
    wanted.map(|(a, b)| (a.to_owned(), b.to_owned())).to_vec()
}

#[tokio::test(flavor = "multi_thread")]
async fn the_catalogue_tells_what_is_known() {
    let town = hub().await;
    let page = town.here(Role::Registrar).get("/desk/data").await;
    assert_eq!(page.status, 200, "{}", page.body);
    for text in [
        "一间在用的教室",
        "机构的教室",
        "2 行",
        "查看时现读",
        "业务变动都已计入",
    ] {
        assert!(page.shows(text), "{text}: {}", page.body);
    }
    assert!(page.body.contains("/desk/metrics/learners.count"));
    let json = town
        .city(Role::City)
        .call(200, "GET", "/api/v1/data/sources", &Value::Null)
        .await;
    assert_eq!(json["items"][0]["id"], "rooms");
    assert_eq!(json["items"][0]["nature"], "day");
    assert_eq!(json["items"][0]["rows"], 2);
    assert_eq!(json["items"][0]["metrics"].as_array().unwrap().len(), 3);
}

#[tokio::test(flavor = "multi_thread")]
async fn rules_find_what_lies_in_the_readers_scope() {
    let town = hub().await;
    let (here, district) = (town.here(Role::Registrar), town.district(Role::DistrictBureau));
    let counts = |json: &Value| {
        let items = json["items"].as_array().unwrap().clone();
        items.iter().map(|item| item["count"].clone()).collect::<Vec<_>>()
    };
    let path = "/api/v1/data/quality";
    assert_eq!(counts(&here.call(200, "GET", path, &Value::Null).await), [1, 1]);
    // Who may not see such rows does not get their number.
    let seen = counts(&district.call(200, "GET", path, &Value::Null).await);
    assert_eq!(seen, [Value::from(2), Value::Null]);
    let page = here.get("/desk/data/quality").await;
    assert!(
        page.shows("座位太少的教室") && page.shows("莘庄镇"),
        "{}",
        page.body
    );
    assert!(!page.shows("七宝镇"), "{}", page.body);
    let rule = here.get("/desk/data/quality/rooms.seats").await;
    assert!(rule.shows("全部 1 条") && rule.shows("101 教室"), "{}", rule.body);
    let school = format!("/desk/orgs/{}", town.world.here.org);
    assert!(rule.body.contains(&school), "{}", rule.body);
    assert!(!rule.shows("七宝镇"));
    let hidden = district.get("/desk/data/quality/rooms.secret").await;
    assert!(
        hidden.shows("要有相应岗位才能看") && !hidden.shows("101 教室"),
        "{}",
        hidden.body
    );
    let below = format!("/desk/data/quality?org={}", town.world.there.street);
    assert!(district.get(&below).await.shows("七宝镇"));
    assert_eq!(here.get(&below).await.status, 404);
    set_seats(&town, town.world.here.room, 40).await;
    assert!(here.get("/desk/data/quality/rooms.seats").await.shows("没有查到"));
}

#[tokio::test(flavor = "multi_thread")]
async fn others_are_turned_away_and_wrong_addresses_are_not_there() {
    let town = hub().await;
    let staff = [
        "/desk/data",
        "/desk/data/quality",
        "/desk/data/quality/rooms.seats",
    ];
    for path in staff {
        assert_eq!(town.here(Role::Teacher).get(path).await.status, 403, "{path}");
        assert_eq!(town.app.visitor().get(path).await.status, 303, "{path}");
    }
    let here = town.here(Role::Registrar);
    for path in [
        "/desk/data/quality/none",
        "/desk/data/quality?org=none",
        "/open-data/none.csv",
        "/open-data/learners.count",
        // Published by nobody, or not counted here.
        "/open-data/learners.elder_share.csv",
        "/open-data/schools.count.csv",
    ] {
        assert_eq!(here.get(path).await.status, 404, "{path}");
    }
    let there = format!("/api/v1/data/quality?org={}", town.world.there.org);
    here.call(404, "GET", &there, &Value::Null).await;
    here.call(422, "GET", "/api/v1/data/quality?org=none", &Value::Null)
        .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn anybody_may_have_the_published_numbers() {
    let town = hub().await;
    let visitor = town.app.visitor();
    let page = visitor.get("/open-data").await;
    assert_eq!(page.status, 200);
    assert!(page.shows("学员人数") && page.body.contains("/open-data/learners.count.csv"));
    assert!(!page.body.contains("learners.elder_share") && !page.body.contains("schools.count"));
    let rows = csv(&town, "learners.count").await;
    assert_eq!(rows[0], HEADER);
    assert!(rows.iter().all(|row| row.len() == HEADER.len()));
    let numbers = [
        ("上海市", "60"),
        ("闵行区", "60"),
        ("莘庄镇", "30"),
        ("七宝镇", "30"),
    ];
    assert_eq!(values(&rows, "2025"), pairs(numbers));
    assert_eq!(values(&rows, "2026-Q3"), pairs(numbers));
    // What runs is not published.
    assert!(values(&rows, "2026-Q4").is_empty() && values(&rows, "2026").is_empty());
    let last = rows.last().unwrap();
    assert_eq!(&last[4..6], ["街镇", "闵行区"]);
    assert_eq!(last[11], "测试用，\"引号\"和逗号");
    assert_eq!(last[14], "2026-11-22");
    assert!(last[13].contains("CC BY 4.0"));
}

#[tokio::test(flavor = "multi_thread")]
async fn few_people_are_hidden_and_cannot_be_computed() {
    let town = hub().await;
    set_seats(&town, town.world.here.room, 3).await;
    let rows = csv(&town, "learners.count").await;
    let wanted = [
        ("上海市", "33"),
        ("闵行区", "33"),
        ("莘庄镇", "<5"),
        ("七宝镇", ""),
    ];
    assert_eq!(values(&rows, "2025"), pairs(wanted));
    assert_eq!(values(&rows, "2025-Q2"), pairs(wanted));
    let guard = rows.iter().find(|row| row[2] == "七宝镇").unwrap();
    assert!(guard[10].contains("不公布"), "{guard:?}");
    // One room in each school: the totals are few people too.
    let rows = csv(&town, "enrollments.count").await;
    let wanted = [
        ("上海市", "<5"),
        ("闵行区", "<5"),
        ("莘庄镇", "<5"),
        ("七宝镇", "<5"),
    ];
    assert_eq!(values(&rows, "2025"), pairs(wanted));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_is_made_once_a_day() {
    let town = hub().await;
    let first = csv(&town, "learners.count").await;
    set_seats(&town, town.world.here.room, 25).await;
    assert_eq!(csv(&town, "learners.count").await, first);
    let statements = town.app.platform.db.statements_run();
    assert_eq!(csv(&town, "learners.count").await, first);
    assert!(town.app.platform.db.statements_run() - statements < 5);
}

#[test]
fn public_texts_have_their_english() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let text = std::fs::read_to_string(root.join("templates/hub/open.html")).unwrap();
    let marks = ["page.t(\"", "page.tn(\""];
    let said = marks
        .iter()
        .flat_map(|mark| text.split(mark).skip(1).filter_map(|rest| rest.split('"').next()));
    let mut texts: Vec<&str> = said.collect();
    assert!(texts.len() > 8, "only {} texts found", texts.len());
    texts.extend(["开放数据", super::model::LICENCE]);
    assert_eq!(ui::catalogue::missing_english(&texts), Vec::<String>::new());
}

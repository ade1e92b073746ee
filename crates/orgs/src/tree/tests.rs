//! The tree through the router and its history on both databases.

use super::actions;
use super::model::{Change, OrgDraft};
use super::{OrgKind, OrgStatus, find, path_on, tree_on};
use crate::testing::{Town, on_get, path, town};
use kernel::{Date, OrgId};
use platform::{AppError, Role};
use serde_json::{Value, json};

fn day(text: &str) -> Date {
    text.parse().unwrap()
}

fn change(on: &str, version: i64) -> Change {
    Change {
        on: day(on),
        reason: "区划调整".into(),
        version,
    }
}

async fn add(town: &Town, kind: OrgKind, parent: OrgId, name: &str) -> OrgId {
    let draft = OrgDraft {
        kind,
        parent,
        name: name.into(),
        short_name: String::new(),
        opened_on: day("2021-03-01"),
        is_public: true,
    };
    actions::create(&town.app.system(), &draft, "新建").await.unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_move_takes_the_whole_subtree_and_the_past_stays() {
    let town = town().await;
    let db = &town.app.platform.db;
    let (here, there) = (&town.world.here, &town.world.there);
    let area = add(&town, OrgKind::Neighborhood, here.street, "康城居委会").await;
    let site = add(&town, OrgKind::NeighborhoodSite, area, "康城学习点").await;
    let before = path(&town, site).await;
    let ctx = town.app.system();
    actions::move_to(&ctx, area, there.street, &change("2026-09-01", 1))
        .await
        .unwrap();

    let street = path(&town, there.street).await;
    assert_eq!(path(&town, area).await, format!("{street}{area}/"));
    assert_eq!(path(&town, site).await, format!("{street}{area}/{site}/"));
    for (on, path) in [
        ("2021-02-28", None),
        ("2021-03-01", Some(before.clone())),
        ("2026-08-31", Some(before)),
        ("2026-09-01", Some(format!("{street}{area}/{site}/"))),
    ] {
        assert_eq!(path_on(db, site, day(on)).await.unwrap(), path, "{on}");
    }
    for (on, home, others) in [
        ("2026-08-31", here.street, there.street),
        ("2026-09-01", there.street, here.street),
    ] {
        let has = async |street| {
            let tree = tree_on(db, street, day(on)).await.unwrap();
            tree.iter().any(|node| node.id == site)
        };
        assert!(has(home).await && !has(others).await, "{on}");
    }
    // Twice on one day leaves one line of history, and the parent of an edge is that of its time.
    actions::move_to(&ctx, area, here.street, &change("2026-11-22", 2))
        .await
        .unwrap();
    actions::move_to(&ctx, area, there.street, &change("2026-11-22", 3))
        .await
        .unwrap();
    let (_, _, parents) = actions::history(&ctx, area).await.unwrap();
    let names: Vec<&str> = parents.iter().map(|period| period.text.as_str()).collect();
    assert_eq!(names, ["七宝镇", "七宝镇", "莘庄镇"]);
    let early = actions::move_to(&ctx, area, here.street, &change("2026-09-30", 4)).await;
    assert!(matches!(early, Err(AppError::Invalid(fields)) if fields[0].field == "on"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_merged_school_leaves_everything_in_reach_of_its_successor() {
    let town = town().await;
    let db = &town.app.platform.db;
    let (here, there) = (&town.world.here, &town.world.there);
    let site = add(&town, OrgKind::SocialSite, here.org, "书香学习点").await;
    let ctx = town.app.system();
    actions::merge(&ctx, here.org, there.org, &change("2026-11-01", 1))
        .await
        .unwrap();
    let merged = find(db, here.org).await.unwrap();
    assert_eq!(merged.status, OrgStatus::Merged);
    assert_eq!(merged.path, format!("{}{}/", there.path, here.org));
    assert_eq!(path(&town, site).await, format!("{}{site}/", there.path));
    // Two rooms of one name: the one that came gets its school's name in front.
    let rooms = crate::rooms::of_org(db, there.org).await.unwrap();
    let names: Vec<&str> = rooms.iter().map(|room| room.name.as_str()).collect();
    assert_eq!(names, ["101 教室", "莘庄镇社区学校 101 教室"]);
    let then = tree_on(db, here.street, day("2026-10-31")).await.unwrap();
    assert!(then.iter().any(|node| node.id == here.org) && then.iter().any(|node| node.id == site));
    let now = tree_on(db, there.org, day("2026-11-01")).await.unwrap();
    let ids: Vec<OrgId> = now.iter().map(|node| node.id).collect();
    assert!(ids.contains(&site) && !ids.contains(&here.org));
    let page = town
        .there(Role::SchoolHead)
        .get(&format!("/desk/orgs/{}", here.org))
        .await;
    assert!(page.shows("已并入 七宝镇社区学校"), "{}", page.body);
    assert!(
        town.app
            .visitor()
            .get(&format!("/api/v1/orgs/{}", here.org))
            .await
            .body
            .contains("merged")
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn names_keep_their_days() {
    let town = town().await;
    let school = town.world.here.org;
    let ctx = town.app.system();
    actions::rename(&ctx, school, "莘庄社区学校", "莘庄社校", &change("2026-03-01", 1))
        .await
        .unwrap();
    let names = |on| {
        let db = town.app.platform.db.clone();
        async move { tree_on(&db, school, day(on)).await.unwrap()[0].name.clone() }
    };
    assert_eq!(names("2026-02-28").await, "莘庄镇社区学校");
    assert_eq!(names("2026-03-01").await, "莘庄社区学校");
    let stale = actions::rename(&ctx, school, "别的名称", "", &change("2026-03-01", 1)).await;
    assert!(matches!(
        stale,
        Err(AppError::Refused {
            code: "changed_meanwhile",
            ..
        })
    ));
    let found = town.district(Role::City).get("/desk/orgs?q=xzsq").await;
    assert!(found.shows("莘庄社区学校"), "{}", found.body);
    let unseen = town.district(Role::City).get("/desk/orgs?q=xz%00sq").await;
    assert!(
        unseen.status == 422 && unseen.shows("看不见的控制字符"),
        "{}",
        unseen.body
    );
    let found = town.district(Role::City).get("/desk/orgs?q=xinzhuang").await;
    assert!(found.shows("莘庄社区学校"), "{}", found.body);
}

#[tokio::test(flavor = "multi_thread")]
async fn only_the_structures_keepers_change_it() {
    let town = town().await;
    let school = town.world.here.org;
    for (who, client, status) in [
        ("visitor", town.app.visitor(), 401),
        ("head of the school", town.here(Role::SchoolHead), 403),
        ("bureau of elsewhere", town.there(Role::DistrictBureau), 404),
    ] {
        for verb in ["new", "rename", "move", "merge", "close"] {
            let path = format!("/desk/orgs/{school}/{verb}");
            assert_eq!(
                client.get(&path).await.status,
                on_get(status),
                "{who} sees {verb}"
            );
            let answer = client
                .post(&path, &[("reason", "因为"), ("on", "2026-11-01")])
                .await;
            assert_eq!(answer.status, status, "{who} {verb}");
        }
    }
    assert!(town.events("org.").await.is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn pages_show_what_is_touched_and_do_it() {
    let town = town().await;
    let bureau = town.district(Role::DistrictBureau);
    let world = &town.world;
    let street = format!("/desk/orgs/{}", world.here.street);
    let answer = bureau.get(&format!("{street}/close")).await;
    assert!(answer.shows("正常的下级机构 1 个"), "{}", answer.body);
    let form = [("on", "2026-11-22"), ("reason", "撤镇"), ("version", "1")];
    let answer = bureau.post(&format!("{street}/close"), &form).await;
    assert_eq!(answer.status, 409);
    assert!(answer.shows("下面还有 1 个正常的机构"), "{}", answer.body);

    let new = [
        ("kind", "neighborhood"),
        ("name", "康城居委会"),
        ("opened_on", "2026-11-01"),
        ("is_public", "yes"),
        ("reason", "新设"),
    ];
    let answer = bureau.post(&format!("{street}/new"), &new).await;
    assert_eq!(answer.status, 303, "{}", answer.body);
    assert!(
        bureau
            .get(&format!("/desk/orgs?under={}", world.here.street))
            .await
            .shows("康城居委会")
    );
    let mut wrong = new;
    wrong[2] = ("opened_on", "2026-11-30");
    let answer = bureau.post(&format!("{street}/new"), &wrong).await;
    assert!(
        answer.status == 422 && answer.shows("不能晚于今天"),
        "{}",
        answer.body
    );

    let merge = format!("{street}/merge");
    assert!(bureau.get(&merge).await.shows("七宝镇"));
    let into = world.there.street.to_string();
    let form = [
        ("into", into.as_str()),
        ("on", "2026-11-22"),
        ("reason", "合并"),
        ("version", "1"),
    ];
    assert_eq!(bureau.post(&merge, &form).await.status, 303);
    assert_eq!(town.events("org.").await, ["org.created", "org.merged"]);
    let answer = bureau.post(&merge, &form).await;
    assert!(
        answer.status == 409 && answer.shows("已经撤销或并入别处"),
        "{}",
        answer.body
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn programs_page_through_public_organisations() {
    let town = town().await;
    let visitor = town.app.visitor();
    let first = visitor.get("/api/v1/orgs?limit=4").await.json();
    let next = first["next"].as_str().unwrap().to_owned();
    let second = visitor
        .get(&format!("/api/v1/orgs?limit=4&cursor={next}"))
        .await
        .json();
    let count = |page: &serde_json::Value| page["items"].as_array().unwrap().len();
    assert_eq!((count(&first), count(&second)), (4, 2));
    assert!(second["next"].is_null());
    let under = format!("/api/v1/orgs?under={}&kind=street_school", town.world.here.street);
    let schools = visitor.get(&under).await.json();
    assert_eq!(schools["items"][0]["id"], town.world.here.org.to_string());
    assert_eq!(count(&schools), 1);
    for wrong in ["kind=castle", "limit=0", "limit=201", "cursor=x", "parent=x"] {
        assert_eq!(
            visitor.get(&format!("/api/v1/orgs?{wrong}")).await.status,
            422,
            "{wrong}"
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn programs_change_the_structure() {
    let town = town().await;
    let bureau = town.district(Role::DistrictBureau);
    let (here, there) = (&town.world.here, &town.world.there);
    let new = json!({ "kind": "neighborhood", "parent": here.street, "name": "康城居委会",
        "opened_on": "2026-11-01", "is_public": true, "reason": "新设" });
    let made = bureau.call(201, "POST", "/api/v1/orgs", &new).await;
    let id = made["id"].as_str().unwrap();
    let (org, desk) = (format!("/api/v1/orgs/{id}"), format!("/api/v1/desk/orgs/{id}"));
    let read = bureau.call(200, "GET", &desk, &Value::Null).await;
    assert_eq!(
        (
            read["version"].as_i64(),
            read["touched"]["children"].as_i64(),
            read["above"][0]["name"].as_str()
        ),
        (Some(1), Some(0), Some("闵行区")),
        "{read}"
    );
    let rename = json!({ "name": "康城第一居委会", "on": "2026-11-10", "reason": "分设", "version": 1 });
    bureau.call(204, "POST", &format!("{org}/rename"), &rename).await;
    let late = bureau.call(409, "POST", &format!("{org}/rename"), &rename).await;
    assert_eq!(late["type"], "/problems/changed_meanwhile");
    let moved = json!({ "parent": there.street, "on": "2026-11-20", "reason": "区划调整", "version": 2 });
    bureau.call(204, "POST", &format!("{org}/move"), &moved).await;
    let past = bureau
        .call(200, "GET", &format!("{org}/history"), &Value::Null)
        .await;
    assert_eq!(
        (
            past["names"][1]["name"].as_str(),
            past["names"][1]["valid_to"].as_str(),
            past["parents"][0]["name"].as_str()
        ),
        (Some("康城居委会"), Some("2026-11-10"), Some("七宝镇")),
        "{past}"
    );
    let close = json!({ "on": "2026-11-22", "reason": "撤销", "version": 3 });
    bureau.call(204, "POST", &format!("{org}/close"), &close).await;
    let ended = bureau
        .call(200, "GET", "/api/v1/desk/orgs?status=closed", &Value::Null)
        .await;
    assert_eq!(ended["items"][0]["id"], id);
    let merge = json!({ "into": there.org, "on": "2026-11-22", "reason": "合并办学", "version": 1 });
    let merged = format!("/api/v1/orgs/{}/merge", here.org);
    bureau.call(204, "POST", &merged, &merge).await;
    let told = bureau.call(409, "POST", &merged, &merge).await;
    assert_eq!(told["type"], "/problems/org_not_open");
    assert_eq!(
        town.events("org.").await,
        [
            "org.created",
            "org.renamed",
            "org.moved",
            "org.closed",
            "org.merged"
        ]
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn programs_without_the_structure_are_refused() {
    let town = town().await;
    let school = town.world.here.org;
    let body = json!({ "kind": "social_site", "parent": school, "name": "书香点", "short_name": "", "opened_on": "2026-11-01",
        "into": school, "on": "2026-11-22", "reason": "因为", "version": 1 });
    for (client, status) in [
        (town.app.visitor(), 401),
        (town.here(Role::SchoolHead), 403),
        (town.there(Role::DistrictBureau), 404),
    ] {
        client.call(status, "POST", "/api/v1/orgs", &body).await;
        for verb in ["rename", "move", "merge", "close"] {
            client
                .call(status, "POST", &format!("/api/v1/orgs/{school}/{verb}"), &body)
                .await;
        }
    }
    for path in ["/api/v1/desk/orgs", "/api/v1/orgs"] {
        let sibling = town.there(Role::SchoolHead);
        let found = sibling
            .call(200, "GET", &format!("{path}?q=莘庄"), &Value::Null)
            .await;
        let count = found["items"].as_array().unwrap().len();
        assert_eq!(count, if path.contains("desk") { 0 } else { 2 }, "{path}");
    }
    for path in [
        format!("/api/v1/desk/orgs/{school}"),
        format!("/api/v1/orgs/{school}/history"),
    ] {
        town.there(Role::SchoolHead)
            .call(404, "GET", &path, &Value::Null)
            .await;
    }
    let bureau = town.district(Role::DistrictBureau);
    for (changed, fields) in [
        (json!({ "kind": "castle" }), vec!["kind"]),
        (json!({ "parent": "x" }), vec!["parent"]),
        (json!({ "opened_on": "昨天" }), vec!["opened_on"]),
        (json!({ "opened_on": "2026-11-23" }), vec!["opened_on"]),
        (json!({ "kind": "street" }), vec!["parent"]),
        (json!({ "name": "点" }), vec!["name"]),
        (json!({ "reason": "" }), vec!["reason"]),
    ] {
        let mut wrong = body.clone();
        for (name, value) in changed.as_object().unwrap() {
            wrong[name] = value.clone();
        }
        let told = bureau.call(422, "POST", "/api/v1/orgs", &wrong).await;
        assert_eq!(testkit::wrong_fields(&told), fields, "{changed}");
    }
    let early = json!({ "name": "莘庄社校", "on": "2026-11-23", "reason": "改名", "version": 1 });
    let told = bureau
        .call(422, "POST", &format!("/api/v1/orgs/{school}/rename"), &early)
        .await;
    assert_eq!(testkit::wrong_fields(&told), ["on"]);
    assert!(town.events("org.").await.is_empty());
}

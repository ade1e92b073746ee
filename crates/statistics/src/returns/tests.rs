//! Returns through the router: filled, saved, asked again, as workbooks; forbidden, a
//! sibling's, wrong input, two people on one cell.

use super::testing::{cell, read, save, season};
use db::args;
use platform::{Event, Role};
use serde_json::{Value, json};

#[tokio::test(flavor = "multi_thread")]
async fn a_return_opens_filled_and_is_filled_up() {
    let season = season().await;
    let clerk = season.town.here(Role::Registrar);
    let list = clerk.get("/desk/returns").await;
    assert!(list.shows("小报表") && list.shows("未开始 1 个"), "{}", list.body);
    let school = season.town.world.here.org.to_string();
    let form = [
        ("version", season.version.as_str()),
        ("org", &school),
        ("period", "2026"),
    ];
    let opened = clerk.post("/desk/returns", &form).await;
    assert_eq!(opened.status, 303, "{}", opened.body);
    let page = opened.location().to_owned();
    let id = page.rsplit('/').next().unwrap().to_owned();
    let now = read(&clerk, &id).await;
    let seats = cell(&now, "T1_all_people");
    assert_eq!(
        (seats["value"].as_str(), seats["origin"].as_str()),
        (Some("30"), Some("machine"))
    );
    assert_eq!(
        cell(&now, "T2_size_value")["value"],
        "30",
        "the formula is computed"
    );
    let shown = clerk.get(&page).await;
    assert!(
        shown.shows("这一格还没有填") && shown.body.contains("aria-label=\"合计 · 团队（个）\""),
        "{}",
        shown.body
    );
    // A plain form, without scripts: one cell good, one wrong.
    let table = format!("{page}?table=T1");
    let typed = [("v.T1_all_teams", "五"), ("v.T1_female_teams", "２")];
    let answer = clerk.submit(&table, &format!("{page}/cells"), &typed).await;
    assert_eq!(answer.status, 422);
    assert!(
        answer.shows("“五”不是数字") && answer.body.contains("value=\"五\"") && answer.shows("存好了 1 格")
    );
    let answer = clerk
        .submit(&table, &format!("{page}/cells"), &[("v.T1_all_teams", "5")])
        .await;
    assert_eq!(answer.status, 303, "{}", answer.body);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_rest_of_a_table_is_none_when_somebody_says_so() {
    let season = season().await;
    let clerk = season.town.here(Role::Registrar);
    let id = season.open(&clerk, season.town.world.here.org).await;
    let page = format!("/desk/returns/{id}");
    let typed = [("v.T1_all_teams", " "), ("v.T1_female_teams", "2"), ("rest", "0")];
    let answer = clerk
        .submit(&format!("{page}?table=T1"), &format!("{page}/cells"), &typed)
        .await;
    assert_eq!(answer.status, 303, "{}", answer.body);
    let now = read(&clerk, &id).await;
    for (code, value, origin) in [
        ("T1_all_teams", "0", "typed"),
        ("T1_female_teams", "2", "typed"),
        ("T1_all_people", "30", "machine"),
    ] {
        let cell = cell(&now, code);
        assert_eq!(
            (cell["value"].as_str(), cell["origin"].as_str()),
            (Some(value), Some(origin)),
            "{code}"
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn against_the_machine_one_types_with_a_reason() {
    let season = season().await;
    let clerk = season.town.here(Role::Registrar);
    let id = season.open(&clerk, season.town.world.here.org).await;
    let page = format!("/desk/returns/{id}");
    // Against the machine only with a reason; the cell then says so.
    let one = format!("{page}/cells/T1_all_people");
    let answer = clerk.submit(&one, &one, &[("value", "31"), ("reason", "")]).await;
    assert!(
        answer.status == 422 && answer.shows("系统的数是 30，您填了 31"),
        "{}",
        answer.body
    );
    let answer = clerk
        .submit(&one, &one, &[("value", "31"), ("reason", "加了一把椅子")])
        .await;
    assert_eq!(answer.status, 303, "{}", answer.body);
    let shown = clerk.get(&one).await;
    assert!(
        shown.shows("31 人（改过）")
            && shown.shows("莘庄镇教务")
            && shown.body.contains("/desk/metrics/seats.count?org=")
    );
    let now = read(&clerk, &id).await;
    assert_eq!(cell(&now, "T2_size_value")["value"], "31");
    assert_eq!(cell(&now, "T1_all_people")["machine"], "30");
}

#[tokio::test(flavor = "multi_thread")]
async fn two_people_on_one_cell_are_both_told() {
    let season = season().await;
    let (one, two) = (
        season.town.here(Role::Registrar),
        season.town.here(Role::SchoolHead),
    );
    let id = season.open(&one, season.town.world.here.org).await;
    let page = format!("/desk/returns/{id}");
    let typed = |value: &'static str, other: &'static str| {
        vec![
            ("table", "T1"),
            ("v.T1_all_teams", value),
            ("n.T1_all_teams", "1"),
            ("v.T1_female_teams", other),
            ("n.T1_female_teams", "1"),
        ]
    };
    assert_eq!(
        one.post(&format!("{page}/cells"), &typed("4", "")).await.status,
        303
    );
    let answer = two.post(&format!("{page}/cells"), &typed("6", "2")).await;
    assert_eq!(answer.status, 409);
    assert!(
        answer.shows("别人刚把这一格改成了 4，您填的是 6"),
        "{}",
        answer.body
    );
    assert!(
        answer
            .body
            .contains("name=\"v.T1_all_teams\" id=\"f-T1_all_teams\" value=\"6\"")
    );
    assert!(
        answer.body.contains("name=\"n.T1_all_teams\" value=\"2\""),
        "the next save is meant against the newest"
    );
    let now = read(&one, &id).await;
    assert_eq!(cell(&now, "T1_all_teams")["value"], "4");
    assert_eq!(
        cell(&now, "T1_female_teams")["value"],
        "2",
        "what does not clash is kept"
    );
    // Both typed the same: no conflict.
    let again = two
        .post(
            &format!("{page}/cells"),
            &[("v.T1_all_teams", "4"), ("n.T1_all_teams", "1")],
        )
        .await;
    assert_eq!(again.status, 303);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_program_saves_all_or_nothing() {
    let season = season().await;
    let one = season.town.here(Role::Registrar);
    let id = season.ready(&one, season.town.world.here.org).await;
    let all = json!({ "all_or_nothing": true, "cells": [
        { "element": "T1_all_teams", "value": "7", "version": 2 },
        { "element": "T2_other_value", "value": "x", "version": 1 },
    ] });
    let told = one
        .call(200, "POST", &format!("/api/v1/returns/{id}/cells"), &all)
        .await;
    assert_eq!(
        (told["changed"].as_i64(), told["unsaved"][0]["field"].as_str()),
        (Some(0), Some("T2_other_value"))
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn the_machine_is_asked_again_and_what_was_typed_stays() {
    let season = season().await;
    let town = &season.town;
    let clerk = town.here(Role::Registrar);
    let id = season.open(&clerk, town.world.here.org).await;
    let one = format!("/desk/returns/{id}/cells/T1_female_people");
    clerk
        .submit(&one, &one, &[("value", "29"), ("reason", "一把坏了")])
        .await;
    let tx = town.app.system().begin().await.unwrap();
    tx.exec("UPDATE room SET seats = 40 {unscoped: a test}", args![])
        .await
        .unwrap();
    let room: kernel::Id<()> = kernel::Id::from_raw(town.world.here.room);
    tx.commit(vec![Event::new("room.changed", "room", room)])
        .await
        .unwrap();
    let shown = clerk.get(&format!("/desk/returns/{id}/refresh")).await;
    assert!(
        shown.shows("改成现在的数") && shown.shows("保留填的数"),
        "{}",
        shown.body
    );
    assert_eq!(
        cell(&read(&clerk, &id).await, "T1_all_people")["value"],
        "30",
        "looking changes nothing"
    );
    clerk.post(&format!("/desk/returns/{id}/refresh"), &[]).await;
    let now = read(&clerk, &id).await;
    assert_eq!(cell(&now, "T1_all_people")["value"], "40");
    assert_eq!(
        (
            cell(&now, "T1_female_people")["value"].as_str(),
            cell(&now, "T1_female_people")["machine"].as_str()
        ),
        (Some("29"), Some("40"))
    );
    assert!(
        clerk
            .get(&format!("/desk/returns/{id}/refresh"))
            .await
            .shows("系统的数没有变")
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_workbook_goes_out_and_comes_in() {
    let season = season().await;
    let town = &season.town;
    let clerk = town.here(Role::Registrar);
    let id = season.ready(&clerk, town.world.here.org).await;
    let file = clerk.get(&format!("/desk/returns/{id}/xlsx")).await;
    assert_eq!(file.status, 200);
    let upload = format!("/desk/returns/{id}/upload");
    let same = clerk
        .upload(&upload, &[("keep", "all")], "f.xlsx", &file.bytes)
        .await;
    assert_eq!(same.status, 303, "{}", same.body);
    let other = season
        .ready(&town.there(Role::Registrar), town.world.there.org)
        .await;
    let theirs = town
        .there(Role::Registrar)
        .get(&format!("/desk/returns/{other}/xlsx"))
        .await;
    let wrong = clerk.upload(&upload, &[], "f.xlsx", &theirs.bytes).await;
    assert!(wrong.status == 422 && wrong.shows("另一份报表"), "{}", wrong.body);
    // Columns moved, a row missing, words where a number should be.
    let mut writer = crate::sheet::Writer::new("改", town.app.platform.clock.now());
    let mut page = writer.sheet("T1 学员和班级").unwrap();
    let rows: [(u32, [&str; 3]); 4] = [
        (0, ["填报编号", &id, ""]),
        (2, ["编码", "teams", "people"]),
        (3, ["all", "八", "30"]),
        (5, ["备注", "这一行不是", ""]),
    ];
    for (row, texts) in rows {
        for (column, text) in (0..).zip(texts) {
            page.text(row, column, text, crate::sheet::Look::Text).unwrap();
        }
    }
    let bytes = writer.finish().unwrap();
    let told = clerk.upload(&upload, &[("keep", "good")], "f.xlsx", &bytes).await;
    assert_eq!(told.status, 422);
    for sentence in [
        "“八”不是数字",
        "没有“女”这一行",
        "没有“班级”这一列",
        "没有“T2 算出来的”这张工作表",
    ] {
        assert!(told.shows(sentence), "{sentence}: {}", told.body);
    }
    assert!(
        clerk
            .upload(&upload, &[], "f.xlsx", b"name,age")
            .await
            .shows("打不开")
    );
}

/// A workbook with one cell of table T1 changed.
fn changed_in(bytes: &[u8], row: &str, column: &str, text: &str) -> Vec<u8> {
    let mut writer = crate::sheet::Writer::new("改", kernel::Instant::from_millis(1_700_000_000_000));
    for sheet in crate::sheet::read(bytes).unwrap() {
        let mut page = writer.sheet(&sheet.name).unwrap();
        let head = sheet.heading(&["编码", column]);
        for (number, cells) in sheet.rows() {
            for (at, old) in cells {
                page.text(number, u16::try_from(*at).unwrap(), old, crate::sheet::Look::Text)
                    .unwrap();
            }
            let here = head
                .as_ref()
                .filter(|(_, places)| sheet.text(number, places[0]) == row);
            if let (true, Some((_, places))) = (sheet.name.starts_with("T1"), here) {
                page.text(
                    number,
                    u16::try_from(places[1]).unwrap(),
                    text,
                    crate::sheet::Look::Text,
                )
                .unwrap();
            }
        }
    }
    writer.finish().unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_workbook_never_undoes_what_others_typed_since_it_went_out() {
    let season = season().await;
    let (clerk, head) = (
        season.town.here(Role::Registrar),
        season.town.here(Role::SchoolHead),
    );
    let id = season.open(&clerk, season.town.world.here.org).await;
    let file = clerk.get(&format!("/desk/returns/{id}/xlsx")).await;
    save(&head, &id, &[("T1_all_teams", "4")]).await;
    let upload = format!("/desk/returns/{id}/upload");
    let mine = changed_in(&file.bytes, "female", "teams", "2");
    let answer = clerk.upload(&upload, &[("keep", "all")], "f.xlsx", &mine).await;
    assert_eq!(answer.status, 303, "{}", answer.body);
    let now = read(&clerk, &id).await;
    assert_eq!(
        (
            cell(&now, "T1_all_teams")["value"].as_str(),
            cell(&now, "T1_female_teams")["value"].as_str()
        ),
        (Some("4"), Some("2")),
        "the empty cell of the file says nothing of what was typed since"
    );
    let both = changed_in(&file.bytes, "all", "teams", "6");
    let told = clerk.upload(&upload, &[("keep", "good")], "f.xlsx", &both).await;
    assert!(
        told.status == 422 && told.shows("下载以后这一格又改过，文件里的“6”没有存"),
        "{}",
        told.body
    );
    assert_eq!(cell(&read(&clerk, &id).await, "T1_all_teams")["value"], "4");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_older_workbook_does_not_undo_what_its_own_sender_typed_since() {
    let season = season().await;
    let clerk = season.town.here(Role::Registrar);
    let id = season.open(&clerk, season.town.world.here.org).await;
    let file = clerk.get(&format!("/desk/returns/{id}/xlsx")).await;
    let upload = format!("/desk/returns/{id}/upload");
    let first = changed_in(&file.bytes, "all", "teams", "6");
    let sent = clerk.upload(&upload, &[("keep", "all")], "f.xlsx", &first).await;
    assert_eq!(sent.status, 303, "{}", sent.body);
    save(&clerk, &id, &[("T1_all_teams", "7")]).await;
    // The same file once more, with another cell filled in: only that one is taken.
    let more = changed_in(&first, "female", "teams", "2");
    let told = clerk.upload(&upload, &[("keep", "good")], "f.xlsx", &more).await;
    assert!(
        told.status == 422 && told.shows("下载以后这一格又改过，文件里的“6”没有存"),
        "{}",
        told.body
    );
    let now = read(&clerk, &id).await;
    assert_eq!(
        (
            cell(&now, "T1_all_teams")["value"].as_str(),
            cell(&now, "T1_female_teams")["value"].as_str()
        ),
        (Some("7"), Some("2"))
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn who_may_not_is_told_so_and_a_siblings_return_is_not_there() {
    let season = season().await;
    let town = &season.town;
    let clerk = town.here(Role::Registrar);
    let id = season.ready(&clerk, town.world.here.org).await;
    let save = json!({ "cells": [{ "element": "T1_all_teams", "value": "9", "version": 2 }] });
    let seen = json!({ "version": 1 });
    let ask = json!({ "elements": ["T1_all_teams"], "reason": "为了改数" });
    for (who, client, status) in [
        ("visitor", town.app.visitor(), 401),
        ("teacher", town.here(Role::Teacher), 403),
        ("sibling", town.there(Role::SchoolHead), 404),
    ] {
        for (verb, body) in [("cells", &save), ("file", &seen), ("amendments", &ask)] {
            let told = client
                .call(status, "POST", &format!("/api/v1/returns/{id}/{verb}"), body)
                .await;
            assert!(!told.to_string().contains("莘庄"), "{who} {verb}");
        }
        client
            .call(status, "GET", &format!("/api/v1/returns/{id}"), &Value::Null)
            .await;
        let on_get = if status == 401 { 303 } else { status };
        for part in [
            "",
            "/cells/T1_all_teams",
            "/review",
            "/refresh",
            "/xlsx",
            "/upload",
            "/pdf",
        ] {
            let answer = client.get(&format!("/desk/returns/{id}{part}")).await;
            assert_eq!(answer.status, on_get, "{who} {part}");
        }
    }
    town.there(Role::SchoolHead)
        .call(404, "POST", &format!("/api/v1/returns/{id}/check"), &seen)
        .await;
    let list = town
        .there(Role::Registrar)
        .call(200, "GET", "/api/v1/returns", &Value::Null)
        .await;
    assert!(
        list["items"]
            .as_array()
            .unwrap()
            .iter()
            .all(|one| one["org"]["name"] != "莘庄镇社区学校"),
        "{list}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn who_does_not_file_and_what_has_not_begun_is_told() {
    let season = season().await;
    let town = &season.town;
    let clerk = town.here(Role::Registrar);
    for (org, period, field) in [
        (town.world.here.street, "2026", "org"),
        (town.world.here.org, "2026-05", "period"),
        (town.world.here.org, "2019", "period"),
        (town.world.here.org, "2027", "period"),
        (town.world.here.org, "soon", "period"),
    ] {
        let body = json!({ "version": season.version, "org": org, "period": period });
        let told = town
            .district(Role::DistrictBureau)
            .call(422, "POST", "/api/v1/returns", &body)
            .await;
        assert_eq!(testkit::wrong_fields(&told), [field], "{period}");
    }
    assert_eq!(clerk.get("/desk/returns?period=nonsense").await.status, 422);
}

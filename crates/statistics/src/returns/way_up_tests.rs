//! The way up through the router: three levels, cells sent back, sums, amendments, two acts at once.

use super::testing::{Season, act, cell, read, save, season};
use crate::testing::small;
use orgs::tree::model::Change;
use platform::Role;
use serde_json::{Value, json};
use testkit::Client;

#[tokio::test(flavor = "multi_thread")]
async fn a_return_goes_up_three_levels_and_comes_back_by_cells() {
    let season = season().await;
    let town = &season.town;
    let (clerk, bureau) = (town.here(Role::Registrar), town.district(Role::DistrictBureau));
    let id = season.open(&clerk, town.world.here.org).await;
    let told = act(&clerk, 409, &id, "file").await;
    assert_eq!(told["type"], "/problems/not_ready");
    let typed = [
        ("T1_all_teams", "3"),
        ("T1_female_teams", "2"),
        ("T2_other_value", "1200.50"),
    ];
    save(&clerk, &id, &typed).await;
    act(&clerk, 204, &id, "file").await;
    // Filed is shut.
    let late = json!({ "cells": [{ "element": "T1_all_teams", "value": "9", "version": 2 }] });
    clerk
        .call(409, "POST", &format!("/api/v1/returns/{id}/cells"), &late)
        .await;
    act(&clerk, 403, &id, "check").await;
    let review = bureau.get(&format!("/desk/returns/{id}/review")).await;
    assert!(
        review.shows("核对通过") && review.shows("列出 7 格"),
        "{}",
        review.body
    );
    // One cell goes back with a remark; only that one opens.
    let empty = bureau
        .submit(
            &format!("/desk/returns/{id}/review"),
            &format!("/desk/returns/{id}/send-back"),
            &[],
        )
        .await;
    assert!(empty.status == 422 && empty.shows("请至少在一格旁边写上意见"));
    let back = [("k.T1_all_teams", "和台账不符")];
    let sent = bureau
        .submit(
            &format!("/desk/returns/{id}/review"),
            &format!("/desk/returns/{id}/send-back"),
            &back,
        )
        .await;
    assert_eq!(sent.status, 303, "{}", sent.body);
    assert!(
        clerk
            .get(&format!("/desk/returns/{id}?table=T1"))
            .await
            .shows("退回：和台账不符")
    );
    let shut = save(&clerk, &id, &[("T1_female_teams", "1")]).await;
    assert!(
        shut["unsaved"][0]["sentence"]
            .as_str()
            .unwrap()
            .contains("没有退回")
    );
    assert_eq!(save(&clerk, &id, &[("T1_all_teams", "4")]).await["changed"], 1);
    act(&clerk, 204, &id, "file").await;
    act(&bureau, 204, &id, "check").await;
    act(&bureau, 204, &id, "approve").await;
    let none = bureau.get(&format!("/desk/returns/{id}/review")).await;
    assert!(none.shows("上次审核以后没有变"));
}

#[tokio::test(flavor = "multi_thread")]
async fn an_amendment_opens_its_cells_until_the_level_above_has_summed_up() {
    let season = season().await;
    let town = &season.town;
    let (clerk, bureau, city) = (
        town.here(Role::Registrar),
        town.district(Role::DistrictBureau),
        town.city(Role::City),
    );
    let id = season.ready(&clerk, town.world.here.org).await;
    act(&clerk, 204, &id, "file").await;
    act(&bureau, 204, &id, "check").await;
    act(&bureau, 204, &id, "approve").await;
    // Amended on request: the approver sees the one cell that changed.
    let ask = json!({ "elements": ["T1_female_teams"], "reason": "漏了一个队" });
    let asked = clerk
        .call(201, "POST", &format!("/api/v1/returns/{id}/amendments"), &ask)
        .await;
    clerk
        .call(409, "POST", &format!("/api/v1/returns/{id}/amendments"), &ask)
        .await;
    let answer = format!("/api/v1/amendments/{}/answer", asked["id"].as_str().unwrap());
    clerk.call(403, "POST", &answer, &json!({ "grant": true })).await;
    bureau.call(204, "POST", &answer, &json!({ "grant": true })).await;
    save(&clerk, &id, &[("T1_female_teams", "3")]).await;
    act(&clerk, 204, &id, "file").await;
    act(&bureau, 204, &id, "check").await;
    let changed = bureau.get(&format!("/desk/returns/{id}/review")).await;
    assert!(
        changed.shows("列出 1 格，另有 6 格没有变") && changed.shows("女 · 团队"),
        "{}",
        changed.body
    );
    act(&bureau, 204, &id, "approve").await;
    sum_up(&season, &bureau, &city).await;
    assert_eq!(read(&clerk, &id).await["status"], "locked");
    let told = clerk
        .call(409, "POST", &format!("/api/v1/returns/{id}/amendments"), &ask)
        .await;
    assert_eq!(told["type"], "/problems/summed_up");
    let events = town.events("return.").await;
    let approved = events.iter().filter(|kind| *kind == "return.approved").count();
    assert_eq!(approved, 3, "{events:?}");
}

/// The district's sum with one of two schools, filed with a note and approved by the city.
async fn sum_up(season: &Season, bureau: &Client, city: &Client) {
    // The district sums; approved by the city, what it sums is locked, and it is too late for requests.
    let sum = season.open(bureau, season.town.world.district).await;
    let now = read(bureau, &sum).await;
    assert_eq!(
        (
            cell(&now, "T1_female_teams")["value"].as_str(),
            cell(&now, "T1_female_teams")["origin"].as_str()
        ),
        (Some("3"), Some("sum"))
    );
    act(bureau, 422, &sum, "file").await;
    let version = read(bureau, &sum).await["version"].clone();
    let note = json!({ "version": version, "note": "另一所学校停办" });
    bureau
        .call(204, "POST", &format!("/api/v1/returns/{sum}/file"), &note)
        .await;
    act(city, 204, &sum, "check").await;
    act(city, 204, &sum, "approve").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_sum_of_nothing_is_not_filed() {
    let season = season().await;
    let bureau = season.town.district(Role::DistrictBureau);
    let sum = season.open(&bureau, season.town.world.district).await;
    let told = act(&bureau, 409, &sum, "file").await;
    assert_eq!(told["type"], "/problems/nothing_below", "{told}");
    // The page says until when, keeps the note and leads to who has not filed.
    let page = format!("/desk/returns/{sum}");
    let answer = bureau
        .submit(&page, &format!("{page}/file"), &[("note", "等下级")])
        .await;
    let list = format!("/desk/returns?version={}&#38;period=2026", season.version);
    assert!(
        answer.status == 409
            && answer.shows("2 个下级都还没有审核通过，他们最晚 2027-01-20 上报")
            && answer.shows("看下级填到哪一步")
            && answer.body.replace("&amp;", "&#38;").contains(&list)
            && answer.shows("等下级"),
        "{}",
        answer.body
    );
    // Whoever says that the rest is none says nothing of what others will fill.
    let page = format!("{page}?table=T1");
    let rest = [("v.T1_all_teams", " "), ("rest", "0")];
    let cells = format!("/desk/returns/{sum}/cells");
    bureau.submit(&page, &cells, &rest).await;
    let now = read(&bureau, &sum).await;
    assert_eq!(cell(&now, "T1_all_teams")["value"], Value::Null, "{now}");
    // A street under which nobody files has nothing to wait for.
    let mut season = season;
    let by_street = small()
        .replace("\"small\"", "\"streets\"")
        .replace("files = [\"district\"]", "files = [\"street\"]")
        .replace("files = [\"street_school\"]", "files = [\"college\"]")
        .replace("\"city\"", "\"district\"");
    season.publish(&by_street).await;
    let alone = season.open(&bureau, season.town.world.here.street).await;
    let page = format!("/desk/returns/{alone}?table=T1");
    let cells = format!("/desk/returns/{alone}/cells");
    bureau.submit(&page, &cells, &rest).await;
    let now = read(&bureau, &alone).await;
    assert_eq!(cell(&now, "T1_all_teams")["value"], "0", "{now}");
}

#[tokio::test(flavor = "multi_thread")]
async fn sums_that_changed_are_told_before_they_go_on() {
    let season = season().await;
    let town = &season.town;
    let bureau = town.district(Role::DistrictBureau);
    for (clerk, org) in [
        (town.here(Role::Registrar), town.world.here.org),
        (town.there(Role::Registrar), town.world.there.org),
    ] {
        let sum = season.open(&bureau, town.world.district).await;
        let id = season.ready(&clerk, org).await;
        act(&clerk, 204, &id, "file").await;
        act(&bureau, 204, &id, "check").await;
        act(&bureau, 204, &id, "approve").await;
        let version = read(&bureau, &sum).await["version"].clone();
        let told = bureau
            .call(
                409,
                "POST",
                &format!("/api/v1/returns/{sum}/file"),
                &json!({ "version": version, "note": "一所" }),
            )
            .await;
        assert_eq!(told["type"], "/problems/sums_changed");
        let shown = bureau.get(&format!("/desk/returns/{sum}/refresh")).await;
        assert!(shown.shows("改成现在的数"), "{}", shown.body);
        bureau.post(&format!("/desk/returns/{sum}/refresh"), &[]).await;
    }
    let sum = season.open(&bureau, town.world.district).await;
    let now = read(&bureau, &sum).await;
    assert_eq!(cell(&now, "T1_all_people")["value"], "60");
    assert_eq!(cell(&now, "T2_other_value")["value"], "2401");
    assert_eq!(
        cell(&now, "T2_size_value")["value"],
        "30",
        "a ratio is computed from sums, never added"
    );
    act(&bureau, 204, &sum, "file").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_sum_that_came_back_takes_up_the_sums_of_now() {
    let season = season().await;
    let town = &season.town;
    let (bureau, city) = (town.district(Role::DistrictBureau), town.city(Role::City));
    let approved = async |clerk: &Client, org| {
        let id = season.ready(clerk, org).await;
        act(clerk, 204, &id, "file").await;
        act(&bureau, 204, &id, "check").await;
        act(&bureau, 204, &id, "approve").await;
    };
    approved(&town.here(Role::Registrar), town.world.here.org).await;
    let sum = season.open(&bureau, town.world.district).await;
    let api = format!("/api/v1/returns/{sum}");
    let with_note = async |version: &Value| {
        let body = json!({ "version": version, "note": "另一所还没有报" });
        bureau.call(204, "POST", &format!("{api}/file"), &body).await;
    };
    with_note(&read(&bureau, &sum).await["version"]).await;
    act(&city, 204, &sum, "check").await;
    // The other school is approved while the sum waits for the city.
    approved(&town.there(Role::Registrar), town.world.there.org).await;
    let told = act(&city, 409, &sum, "approve").await;
    assert_eq!(told["type"], "/problems/sums_changed");
    assert!(told.to_string().contains("/review?show=all"), "{told}");
    let back = |element: &str, version: &Value| json!({ "version": version, "cells": [{ "element": element, "remark": "请重新取数" }] });
    let version = read(&city, &sum).await["version"].clone();
    city.call(
        204,
        "POST",
        &format!("{api}/send-back"),
        &back("T1_all_people", &version),
    )
    .await;
    // Sent back already: one cell more goes back.
    let version = read(&city, &sum).await["version"].clone();
    city.call(
        204,
        "POST",
        &format!("{api}/send-back"),
        &back("T2_other_value", &version),
    )
    .await;
    let refresh = bureau.post(&format!("/desk/returns/{sum}/refresh"), &[]).await;
    assert_eq!(refresh.status, 303, "{}", refresh.body);
    let now = read(&bureau, &sum).await;
    for (code, value) in [
        ("T1_all_teams", "6"),
        ("T1_female_teams", "4"),
        ("T2_other_value", "2401"),
    ] {
        assert_eq!(cell(&now, code)["value"], value, "{code}");
        assert_eq!(cell(&now, code)["open"], true, "{code}");
    }
    act(&bureau, 204, &sum, "file").await;
    act(&city, 204, &sum, "check").await;
    act(&city, 204, &sum, "approve").await;
}

/// A return of a school, filed and checked, to be approved by the district.
async fn checked(season: &Season, clerk: &Client, org: kernel::OrgId) -> String {
    let bureau = season.town.district(Role::DistrictBureau);
    let id = season.ready(clerk, org).await;
    act(clerk, 204, &id, "file").await;
    act(&bureau, 204, &id, "check").await;
    id
}

#[tokio::test(flavor = "multi_thread")]
async fn a_return_and_its_sum_approved_at_once_never_miss_each_other() {
    let season = season().await;
    let town = &season.town;
    let (bureau, city) = (town.district(Role::DistrictBureau), town.city(Role::City));
    let first = checked(&season, &town.here(Role::Registrar), town.world.here.org).await;
    act(&bureau, 204, &first, "approve").await;
    let late = checked(&season, &town.there(Role::Registrar), town.world.there.org).await;
    let sum = season.open(&bureau, town.world.district).await;
    let version = read(&bureau, &sum).await["version"].clone();
    let note = json!({ "version": version, "note": "另一所还在审核" });
    let file = format!("/api/v1/returns/{sum}/file");
    bureau.call(204, "POST", &file, &note).await;
    act(&city, 204, &sum, "check").await;
    let seen = async |client: &Client, id: &str| read(client, id).await["version"].to_string();
    let (of_sum, of_late) = (seen(&city, &sum).await, seen(&bureau, &late).await);
    let (sum_page, late_page) = (
        format!("/desk/returns/{sum}/approve"),
        format!("/desk/returns/{late}/approve"),
    );
    let (of_sum, of_late) = ([("version", of_sum.as_str())], [("version", of_late.as_str())]);
    let (above, below) = tokio::join!(city.post(&sum_page, &of_sum), bureau.post(&late_page, &of_late));
    let mut told = [above.status, below.status];
    told.sort_unstable();
    assert_eq!(told, [303, 409], "{} {}", above.body, below.body);
    if below.status == 409 {
        assert!(
            below.shows("现在审核通过也不会计入") && below.body.contains(&format!("/desk/returns/{sum}")),
            "{}",
            below.body
        );
    } else {
        assert!(
            above.shows("有") && above.shows("格的汇总不是最新的"),
            "{}",
            above.body
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_school_merged_in_mid_period_counts_where_it_went_and_is_not_taken_for_another() {
    let mut season = season().await;
    let bureau = season.town.district(Role::DistrictBureau);
    let by_street = small()
        .replace("\"small\"", "\"streets\"")
        .replace("files = [\"district\"]", "files = [\"street\"]")
        .replace("\"city\"", "\"district\"");
    season.publish(&by_street).await;
    let (here, there) = (&season.town.world.here, &season.town.world.there);
    let id = checked(&season, &season.town.here(Role::Registrar), here.org).await;
    act(&bureau, 204, &id, "approve").await;
    // The school is merged into the one of the sibling street.
    let ctx = season.town.app.system();
    let merged = Change {
        on: ctx.today(),
        reason: "两校合并".into(),
        version: 1,
    };
    orgs::tree::actions::merge(&ctx, here.org, there.org, &merged)
        .await
        .unwrap();
    let sum = season.open(&bureau, there.street).await;
    let now = read(&bureau, &sum).await;
    assert_eq!(cell(&now, "T1_all_teams")["value"], "3", "{now}");
    let moved = season.town.events("return.moved").await;
    assert_eq!(moved.len(), 1, "once: {moved:?}");
    let typed = [("T1_all_people", "60"), ("T2_other_value", "1200.50")];
    save(&bureau, &sum, &typed).await;
    // One return counts and one school is expected, but they are not the same.
    let told = act(&bureau, 422, &sum, "file").await;
    assert!(told.to_string().contains("还有 1 个下级没有审核通过"), "{told}");
    let list = bureau
        .get(&format!("/desk/returns?version={}&period=2026", season.version))
        .await;
    assert!(list.shows("已撤并"), "{}", list.body);
}

/// The season of a dataset that streets sum up, check and approve.
async fn by_streets() -> Season {
    let mut season = season().await;
    let by_street = small()
        .replace("\"small\"", "\"streets\"")
        .replace("files = [\"district\"]", "files = [\"street\"]")
        .replace("approved_by = \"district\"", "approved_by = \"street\"")
        .replace("\"city\"", "\"district\"");
    season.publish(&by_street).await;
    season
}

/// The first school goes into that of the sibling street; nobody has opened a sum since, so its return stands where it was.
async fn merged_away(season: &Season) {
    let (here, there) = (&season.town.world.here, &season.town.world.there);
    let ctx = season.town.app.system();
    let merged = Change {
        on: ctx.today(),
        reason: "两校合并".into(),
        version: 1,
    };
    orgs::tree::actions::merge(&ctx, here.org, there.org, &merged)
        .await
        .unwrap();
    assert_eq!(season.town.events("return.moved").await.len(), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_return_is_put_where_its_org_belongs_before_it_is_checked_or_sent_back() {
    for verb in ["check", "send-back"] {
        let season = by_streets().await;
        let town = &season.town;
        let (here, there) = (&town.world.here, &town.world.there);
        let clerk = town.here(Role::Registrar);
        let id = season.ready(&clerk, here.org).await;
        act(&clerk, 204, &id, "file").await;
        merged_away(&season).await;
        let street = orgs::tree::find(&town.app.platform.db, there.street)
            .await
            .unwrap();
        let office = testkit::staff(there.registrar, Role::DistrictBureau, street.id, &street.path);
        let office = town.app.signed_in(office);
        let path = format!("/api/v1/returns/{id}/{verb}");
        let body = json!({
            "version": read(&office, &id).await["version"],
            "cells": [{ "element": "T1_all_teams", "remark": "和台账不符" }],
        });
        // The street where the school is now decides, though the return still stood where it was.
        office.call(204, "POST", &path, &body).await;
        assert_eq!(town.events("return.moved").await.len(), 1, "{verb}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_return_is_put_where_its_org_belongs_before_it_is_approved() {
    let season = by_streets().await;
    let bureau = season.town.district(Role::DistrictBureau);
    let (here, there) = (&season.town.world.here, &season.town.world.there);
    let id = checked(&season, &season.town.here(Role::Registrar), here.org).await;
    merged_away(&season).await;
    act(&bureau, 204, &id, "approve").await;
    assert_eq!(season.town.events("return.moved").await.len(), 1);
    let db = &season.town.app.platform.db;
    let version = crate::datasets::store::find(db, season.version.parse().unwrap())
        .await
        .unwrap();
    let row = super::store::of_org(db, version.dataset_id, "2026", here.org)
        .await
        .unwrap();
    assert_eq!(row.and_then(|row| row.upper_org), Some(there.street));
}

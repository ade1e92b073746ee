//! Editions through the router: frozen, read by everybody, errata; forbidden, a sibling's, wrong input.

use crate::returns::testing::{act, season, sum_of_two};
use platform::Role;

#[tokio::test(flavor = "multi_thread")]
async fn an_approved_return_is_frozen_and_its_errors_are_told() {
    let season = season().await;
    let town = &season.town;
    let (bureau, city) = (town.district(Role::DistrictBureau), town.city());
    let sum = sum_of_two(&season).await;
    let freeze = format!("/desk/returns/{sum}/edition");
    let name = [("name", "2026 年统计年度版")];
    assert_eq!(city.post(&freeze, &name).await.status, 409, "not approved yet");
    act(&city, 204, &sum, "check").await;
    act(&city, 204, &sum, "approve").await;
    assert_eq!(
        bureau.post(&freeze, &name).await.status,
        403,
        "the level that approves freezes"
    );
    assert_eq!(town.here(Role::Registrar).post(&freeze, &name).await.status, 403);
    assert_eq!(city.post(&freeze, &[("name", "")]).await.status, 422);
    let frozen = city.post(&freeze, &name).await;
    assert_eq!(frozen.status, 303, "{}", frozen.body);
    let page = frozen.location().split('?').next().unwrap().to_owned();
    assert_eq!(city.post(&freeze, &name).await.status, 409);
    let desk = city.get(&page).await;
    assert!(desk.shows("由 3 份审核通过的报表汇成"), "{}", desk.body);
    assert!(
        desk.body.contains("/desk/metrics/seats.count?org=") && desk.body.contains("/cells/T1_all_people")
    );
    let public = page.replace("/desk/editions", "/statistics");
    let open = town.app.visitor().get(&public).await;
    assert!(
        open.shows("60 人") && open.shows("没有勘误") && open.shows("推导，不是官方表"),
        "{}",
        open.body
    );
    assert!(!open.body.contains("/desk/returns"));
    assert_eq!(
        town.here(Role::Registrar).get(&page).await.status,
        404,
        "outside one's subtree"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_wrong_in_an_edition_is_told_to_everybody() {
    let season = season().await;
    let town = &season.town;
    let city = town.city();
    let sum = sum_of_two(&season).await;
    act(&city, 204, &sum, "check").await;
    act(&city, 204, &sum, "approve").await;
    let freeze = format!("/desk/returns/{sum}/edition");
    let frozen = city.post(&freeze, &[("name", "2026 年统计年度版")]).await;
    let page = frozen.location().split('?').next().unwrap().to_owned();
    let public = page.replace("/desk/editions", "/statistics");
    let errata = format!("{page}/errata");
    for (element, value, reason, sentence) in [
        ("T9_a_b", "1", "数错了一间", "没有这一格"),
        ("T1_all_people", "六十", "数错了一间", "不是数字"),
        ("T1_all_people", "60", "数错了一间", "没有要更正的"),
        ("T1_all_people", "58", "", "请填写"),
    ] {
        let typed = [("element", element), ("value", value), ("reason", reason)];
        let answer = city.post(&errata, &typed).await;
        assert!(
            answer.status == 422 && answer.shows(sentence),
            "{sentence}: {}",
            answer.body
        );
    }
    let typed = [
        ("element", "T1_all_people"),
        ("value", "58"),
        ("reason", "有两把椅子坏了"),
    ];
    assert_eq!(
        town.there(Role::SchoolHead).post(&errata, &typed).await.status,
        403
    );
    assert_eq!(city.post(&errata, &typed).await.status, 303);
    let open = town.app.visitor().get(&public).await;
    assert!(
        open.shows("60 改为 58") && open.shows("60 人"),
        "the edition itself stays"
    );
    assert_eq!(
        town.events("edition.").await,
        ["edition.frozen", "edition.erratum"]
    );
}

//! Editions through the router: frozen, read by everybody, errata; forbidden, a sibling's, wrong input.

use crate::returns::testing::{self, Season, act, save, sum_of_two};
use crate::testing::{routes, small};
use db::args;
use platform::{Event, Role};
use serde_json::json;
use testkit::{Answer, Client};

/// The season of a year that is over.
async fn season() -> Season {
    Season {
        period: "2025",
        ..testing::season().await
    }
}

/// The season of another dataset.
async fn season_of(toml: &str) -> Season {
    let mut season = season().await;
    season.publish(toml).await;
    season
}

#[tokio::test(flavor = "multi_thread")]
async fn an_approved_return_is_frozen_and_its_errors_are_told() {
    let season = season().await;
    let town = &season.town;
    let (bureau, city) = (town.district(Role::DistrictBureau), town.city(Role::City));
    let sum = sum_of_two(&season).await;
    let freeze = format!("/desk/returns/{sum}/edition");
    let name = [("name", "2025 年统计年度版")];
    assert_eq!(city.post(&freeze, &name).await.status, 409, "not approved yet");
    act(&city, 204, &sum, "check").await;
    act(&city, 204, &sum, "approve").await;
    assert_eq!(
        bureau.post(&freeze, &name).await.status,
        403,
        "the level that approves freezes"
    );
    assert_eq!(town.here(Role::Registrar).post(&freeze, &name).await.status, 403);
    named(&season, &sum, "已有的年度版").await;
    let long = "年".repeat(61);
    for (typed, sentence) in [
        ("", "还没有填"),
        ("年", "最少"),
        (&long, "最多"),
        ("已有的年度版", "换一个名称"),
    ] {
        let again = city.post(&freeze, &[("name", typed)]).await;
        assert!(
            again.status == 422 && again.shows(sentence) && again.shows("定为年度版"),
            "{typed}: {}",
            again.body
        );
        assert!(
            again.body.contains(&format!("value=\"{typed}\"")),
            "{typed}: {}",
            again.body
        );
        assert!(again.body.contains("e-name"), "beside the field: {}", again.body);
    }
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

/// The org of a return has an edition of an earlier year with this name.
async fn named(season: &Season, id: &str, name: &str) {
    let tx = season.town.app.system().begin().await.unwrap();
    let sql = "INSERT INTO stat_edition (id, dataset_id, dataset_version_id, return_id, org_id, period, name, returns, \
               hash, created_by, created_at) SELECT 7, dataset_id, dataset_version_id, \
               (SELECT MIN(id) FROM stat_return WHERE id <> $1), org_id, '2024', $2, 1, '', NULL, created_at \
               FROM stat_return WHERE id = $1 {unscoped: a test}";
    let id: crate::ReturnId = id.parse().unwrap();
    tx.exec(sql, args![id, name]).await.unwrap();
    let event = Event::new("test.edition", "stat_edition", kernel::Id::<()>::from_raw(7));
    tx.commit(vec![event]).await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_wrong_in_an_edition_is_told_to_everybody() {
    let season = season().await;
    let town = &season.town;
    let city = town.city(Role::City);
    let sum = sum_of_two(&season).await;
    act(&city, 204, &sum, "check").await;
    act(&city, 204, &sum, "approve").await;
    let freeze = format!("/desk/returns/{sum}/edition");
    let frozen = city.post(&freeze, &[("name", "2025 年统计年度版")]).await;
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

#[tokio::test(flavor = "multi_thread")]
async fn everybody_reads_no_figure_of_few_persons_and_only_who_froze_tells() {
    // Members of teams are persons, and no metric counts them: two schools with two women each.
    let members = small().replace("\"small\"", "\"members\"").replace(
        "label = \"团队\", unit = \"个\"",
        "label = \"团员\", unit = \"人\"",
    );
    let season = season_of(&members).await;
    let city = season.town.city(Role::City);
    let sum = sum_of_two(&season).await;
    act(&city, 204, &sum, "check").await;
    act(&city, 204, &sum, "approve").await;
    let name = [("name", "2025 年统计年度版")];
    let frozen = city.post(&format!("/desk/returns/{sum}/edition"), &name).await;
    assert_eq!(frozen.status, 303, "{}", frozen.body);
    let page = frozen.location().split('?').next().unwrap().to_owned();
    let desk = city.get(&page).await;
    assert!(
        desk.shows("公布这条勘误") && !desk.body.contains("&lt;5"),
        "{}",
        desk.body
    );
    let public = page.replace("/desk/editions", "/statistics");
    let open = season.town.app.visitor().get(&public).await;
    assert!(open.shows("<5 人") && open.shows("6 人"), "{}", open.body);
    // The district reads its edition; what is wrong in it the level above tells, which approved it.
    let bureau = season.town.district(Role::DistrictBureau);
    let read = bureau.get(&page).await;
    assert!(read.status == 200 && !read.shows("公布这条勘误"), "{}", read.body);
    let typed = [
        ("element", "T1_female_teams"),
        ("value", "3"),
        ("reason", "有一位是男的"),
    ];
    let errata = format!("{page}/errata");
    assert_eq!(bureau.post(&errata, &typed).await.status, 403);
    assert_eq!(city.post(&errata, &typed).await.status, 303);
    let open = season.town.app.visitor().get(&public).await;
    assert!(
        open.shows("<5 改为 <5") && !open.shows("4 改为 3"),
        "an erratum does not tell what is hidden: {}",
        open.body
    );
}

/// A return of an org that is filed by its office, checked and approved by the level above.
async fn approved(
    season: &Season,
    (office, above): (&Client, &Client),
    org: kernel::OrgId,
    typed: &[(&str, &str)],
) -> String {
    let id = season.open(office, org).await;
    save(office, &id, typed).await;
    act(office, 204, &id, "file").await;
    act(above, 204, &id, "check").await;
    act(above, 204, &id, "approve").await;
    id
}

async fn frozen(city: &Client, id: &str) -> String {
    let name = [("name", "2025 年统计年度版")];
    let made = city.post(&format!("/desk/returns/{id}/edition"), &name).await;
    assert_eq!(made.status, 303, "{}", made.body);
    let page = made.location().split('?').next().unwrap().to_owned();
    page.replace("/desk/editions", "/statistics")
}

/// Editions of two streets and their district, with so many women in the first street and twenty in the other.
async fn two_levels(women_here: &str) -> (Season, Vec<String>) {
    let street = "[[levels]]\nfiles = [\"street\"]\nhow = \"sum\"\nchecked_by = \"district\"\n\
                  approved_by = \"district\"\ndue = { months = 2, day = 20 }\n\n[[levels]]\nfiles = [\"district\"]";
    let members = small()
        .replace("\"small\"", "\"members\"")
        .replace(
            "label = \"团队\", unit = \"个\"",
            "label = \"团员\", unit = \"人\"",
        )
        .replace("[[levels]]\nfiles = [\"district\"]", street);
    let season = season_of(&members).await;
    let (town, mut pages) = (&season.town, Vec::new());
    let (city, bureau) = (town.city(Role::City), town.district(Role::DistrictBureau));
    for (clerk, school, women) in [
        (town.here(Role::Registrar), &town.world.here, women_here),
        (town.there(Role::Registrar), &town.world.there, "20"),
    ] {
        let typed = [
            ("T1_all_teams", "40"),
            ("T1_female_teams", women),
            ("T2_other_value", "1"),
        ];
        approved(&season, (&clerk, &bureau), school.org, &typed).await;
        let sum = approved(&season, (&bureau, &city), school.street, &[]).await;
        pages.push(frozen(&city, &sum).await);
    }
    let whole = approved(&season, (&bureau, &city), town.world.district, &[]).await;
    pages.push(frozen(&city, &whole).await);
    (season, pages)
}

/// Whether a page says this number as a figure or in an erratum; its number and its fingerprint may hold any digits.
fn says(page: &Answer, number: &str) -> bool {
    let ways = [
        format!("{number} 人"),
        format!("改为 {number}"),
        format!("{number} 改为"),
        format!("{number} 有误"),
    ];
    ways.iter().any(|way| page.shows(way))
}

#[tokio::test(flavor = "multi_thread")]
async fn an_erratum_is_judged_beside_those_of_other_levels_and_never_taken_back() {
    let (season, pages) = two_levels("12").await;
    let town = &season.town;
    let city = town.city(Role::City);
    let tell = async |page: &str, element: &str, value: &str| {
        let errata = format!("{}/errata", page.replace("/statistics", "/desk/editions"));
        let typed = [("element", element), ("value", value), ("reason", "有几位是男的")];
        let told = city.post(&errata, &typed).await;
        assert_eq!(told.status, 303, "{}", told.body);
        town.app.visitor().get(page).await
    };
    let street = tell(&pages[0], "T1_female_teams", "3").await;
    assert!(street.shows("12 改为 <5"), "{}", street.body);
    // 23 less the 20 of the other street would be the three of this one.
    let district = tell(&pages[2], "T1_female_teams", "23").await;
    assert!(
        district.shows("32 改为 不公布") && !says(&district, "23"),
        "{}",
        district.body
    );
    // What was told stays as it was told, whatever comes after it; and what was hidden is not said as what was.
    let other = tell(&pages[1], "T1_all_teams", "60").await;
    assert!(other.shows("40 改为 60"), "{}", other.body);
    let other = tell(&pages[1], "T1_all_teams", "63").await;
    assert!(
        other.shows("40 改为 60") && other.shows("60 有误，和应有的数相差不到 5"),
        "{}",
        other.body
    );
    let other = tell(&pages[1], "T1_all_teams", "90").await;
    assert!(
        other.shows("不公布 改为 90") && !says(&other, "63"),
        "{}",
        other.body
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn editions_of_two_levels_do_not_tell_what_one_of_them_hides() {
    let (season, pages) = two_levels("3").await;
    let town = &season.town;
    let visitor = town.app.visitor();
    let mut shown = Vec::new();
    for page in &pages {
        shown.push(visitor.get(page).await);
    }
    assert!(
        shown[0].shows("<5 人") && shown[0].shows("40 人"),
        "{}",
        shown[0].body
    );
    assert!(
        shown[1].shows("20 人") && !shown[1].shows("不公布"),
        "{}",
        shown[1].body
    );
    // 23 less 20 would be the three of the first street.
    assert!(
        shown[2].shows("80 人") && !shown[2].shows("23 人"),
        "{}",
        shown[2].body
    );
    assert!(shown[2].shows("不公布"), "{}", shown[2].body);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_edition_hides_no_figure_that_open_data_shows_and_stays_as_it_was_decided() {
    // Learners, which open data counts too, and few members of teams, with the sum of both.
    let toml = small()
        .replace("\"small\"", "\"beside\"")
        .replace("seats.count", "learners.count")
        .replace(
            "label = \"团队\", unit = \"个\"",
            "label = \"团员\", unit = \"人\"",
        )
        .replace(
            "decimals = 1, formula = \"T1_all_people / T1_all_classes\"",
            "formula = \"T1_all_people + T1_all_teams\"",
        );
    let season = season_of(&toml).await;
    let town = &season.town;
    let (city, bureau) = (town.city(Role::City), town.district(Role::DistrictBureau));
    for (clerk, school) in [
        (town.here(Role::Registrar), &town.world.here),
        (town.there(Role::Registrar), &town.world.there),
    ] {
        let typed = [
            ("T1_all_teams", "2"),
            ("T1_female_teams", "1"),
            ("T2_other_value", "1"),
        ];
        approved(&season, (&clerk, &bureau), school.org, &typed).await;
    }
    let whole = approved(&season, (&bureau, &city), town.world.district, &[]).await;
    let page = frozen(&city, &whole).await;
    let file = town.app.visitor().get("/open-data/learners.count.csv").await;
    assert!(file.body.contains(",2025,60,"), "{}", file.body);
    let open = town.app.visitor().get(&page).await;
    // 64 less the 60 of the open data would be the four members.
    assert!(
        open.shows("<5 人") && open.shows("60 人") && !says(&open, "64"),
        "{}",
        open.body
    );
    // A process that starts later reads what was decided, whatever is published then.
    let app = season.town.app;
    let later = routes(&app.platform);
    let again = app.with_routes(later).visitor().get(&page).await;
    assert!(again.shows("60 人") && !says(&again, "64"), "{}", again.body);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_running_year_has_no_edition() {
    let season = testing::season().await;
    let city = season.town.city(Role::City);
    let sum = sum_of_two(&season).await;
    act(&city, 204, &sum, "check").await;
    act(&city, 204, &sum, "approve").await;
    let name = [("name", "2026 年统计年度版")];
    let told = city.post(&format!("/desk/returns/{sum}/edition"), &name).await;
    assert!(told.status == 409 && told.shows("还没有过完"), "{}", told.body);
    let page = city.get(&format!("/desk/returns/{sum}")).await;
    assert!(!page.shows("定为年度版"), "{}", page.body);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_one_office_filed_is_not_made_public() {
    let season = season().await;
    let town = &season.town;
    let (clerk, bureau) = (town.here(Role::Registrar), town.district(Role::DistrictBureau));
    let id = season.ready(&clerk, town.world.here.org).await;
    act(&clerk, 204, &id, "file").await;
    act(&bureau, 204, &id, "check").await;
    act(&bureau, 204, &id, "approve").await;
    let name = [("name", "一所学校的数")];
    let told = bureau.post(&format!("/desk/returns/{id}/edition"), &name).await;
    assert!(
        told.status == 409 && told.shows("年度版由汇总表来定") && town.events("edition.").await.is_empty(),
        "{}",
        told.body
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn programs_freeze_read_and_tell_too() {
    let season = season().await;
    let town = &season.town;
    let (bureau, city) = (town.district(Role::DistrictBureau), town.city(Role::City));
    let sum = sum_of_two(&season).await;
    act(&city, 204, &sum, "check").await;
    act(&city, 204, &sum, "approve").await;
    let freeze = format!("/api/v1/returns/{sum}/edition");
    let name = json!({ "name": "2025 年统计年度版" });
    bureau.call(403, "POST", &freeze, &name).await;
    let made = city.call(201, "POST", &freeze, &name).await;
    city.call(409, "POST", &freeze, &name).await;
    let path = format!("/api/v1/editions/{}", made["id"].as_str().unwrap());
    let errata = format!("{path}/errata");
    let wrong = json!({ "element": "T9_a_b", "value": "1", "reason": "数错了一间" });
    let told = city.call(422, "POST", &errata, &wrong).await;
    assert_eq!(testkit::wrong_fields(&told), ["element"]);
    let right = json!({ "element": "T1_all_people", "value": "58", "reason": "有两把椅子坏了" });
    city.call(204, "POST", &errata, &right).await;
    let read = city.call(200, "GET", &path, &json!(null)).await;
    assert_eq!(
        (read["returns"].as_i64(), read["period"].as_str()),
        (Some(3), Some("2025"))
    );
    assert_eq!(read["errata"][0]["value_is"], "58");
    // Money of two schools: no commas, as in returns.
    let text = read["cells"].to_string();
    assert!(text.contains("\"2401\"") && !text.contains("2,401"), "{text}");
    let cell = read["cells"]
        .as_array()
        .unwrap()
        .iter()
        .find(|cell| cell["element"] == "T1_all_people");
    assert_eq!(cell.unwrap()["value"], "60", "the edition itself stays");
    town.here(Role::Registrar)
        .call(404, "GET", &path, &json!(null))
        .await;
}

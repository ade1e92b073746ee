//! Staffing through the router.

use crate::testing::{on_get, town};
use platform::Role;
use serde_json::{Value, json};

fn fields<'a>(from: &'a str, teachers: &'a str, version: &'a str) -> Vec<(&'a str, &'a str)> {
    vec![
        ("valid_from", from),
        ("full_manager", "2"),
        ("part_manager", "0"),
        ("full_teacher", teachers),
        ("part_teacher", "7"),
        ("full_social_worker", "1"),
        ("part_social_worker", "0"),
        ("full_other", "0"),
        ("part_other", "1"),
        ("basis", "official"),
        ("source", "在岗名册"),
        ("version", version),
    ]
}

#[tokio::test(flavor = "multi_thread")]
async fn a_change_ends_the_numbers_before_and_a_correction_keeps_the_wrong_ones() {
    let town = town().await;
    let clerk = town.here(Role::Registrar);
    let path = format!("/desk/orgs/{}/staffing", town.world.here.org);
    assert!(clerk.get(&path).await.shows("还没有登记人员数"));
    let answer = clerk.post(&path, &fields("2025-09-01", "3", "0")).await;
    assert_eq!(answer.location(), format!("{path}?done=declared"));
    let answer = clerk.post(&path, &fields("2026-09-01", "5", "1")).await;
    assert_eq!(answer.status, 303, "{}", answer.body);
    let page = clerk.get(&path).await;
    assert!(page.shows("2025年9月1日 2026年8月31日") && page.shows("2026年9月1日 现在"));
    assert!(page.shows("5 / 7") && page.shows("8 / 8"), "{}", page.body);

    let wrong = format!("{path}/1");
    assert!(clerk.get(&wrong).await.body.contains("value=\"3\""));
    let mut typed = fields("", "4", "2");
    typed.push(("reason", "漏了一人"));
    assert_eq!(clerk.post(&wrong, &typed).await.status, 303);
    let page = clerk.get(&path).await;
    assert!(page.shows("已更正：漏了一人") && page.shows("更正以前的数") && page.shows("4 / 7"));
    assert_eq!(clerk.get(&wrong).await.status, 404, "corrected already");
    // Another clerk had the form open: told so, with what they typed, and the next try corrects what is in force.
    let mut late = fields("", "6", "2");
    late.extend([("reason", "又漏了"), ("version", "2")]);
    let told = clerk.post(&wrong, &late).await;
    assert_eq!(told.status, 409, "{}", told.body);
    assert!(told.body.contains("value=\"6\"") && told.body.contains(&format!("action=\"{path}/3\"")));
    assert_eq!(
        town.events("staffing.").await,
        ["staffing.declared", "staffing.declared", "staffing.corrected"]
    );

    let day = |text: &str| text.parse::<kernel::Date>().unwrap();
    let all = db::Scope::everything();
    for (on, full_time) in [("2025-08-31", 0), ("2025-09-01", 7), ("2026-09-01", 8)] {
        let totals = super::store::totals(&town.app.platform.db, &all, day(on)).await;
        let sum: i64 = totals.unwrap().iter().map(|total| total.full_time).sum();
        assert_eq!(sum, full_time, "{on}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_area_shows_its_subtree_and_its_ratio() {
    let town = town().await;
    let city = town.district(Role::City);
    let street = format!("/desk/orgs/{}", town.world.here.street);
    for org in [town.world.here.org, town.world.here.street, town.world.there.org] {
        let path = format!("/desk/orgs/{org}/staffing");
        let answer = city.post(&path, &fields("2026-01-01", "3", "0")).await;
        assert_eq!(answer.status, 303, "{}", answer.body);
    }
    let page = city.get(&format!("{street}/staffing")).await;
    assert!(
        page.shows("合计 12 16") && page.shows("去填人口"),
        "{}",
        page.body
    );
    let mut people: Vec<(String, &str)> = (0..6)
        .flat_map(|at| [(format!("male_{at}"), "10000"), (format!("female_{at}"), "10000")])
        .collect();
    people.extend([("year", "2025"), ("basis", "demo"), ("source", "演示")].map(|(n, v)| (n.to_owned(), v)));
    let people: Vec<(&str, &str)> = people
        .iter()
        .map(|(name, value)| (name.as_str(), *value))
        .collect();
    assert_eq!(
        city.post(&format!("{street}/population"), &people).await.status,
        303
    );
    let page = city.get(&format!("{street}/staffing")).await;
    assert!(
        page.shows("专职 12 人，按 2025 年末常住人口 120000 人算，每万人 1.00 人"),
        "{}",
        page.body
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn wrong_input_and_two_clerks_lose_nothing() {
    let town = town().await;
    let clerk = town.here(Role::Registrar);
    let path = format!("/desk/orgs/{}/staffing", town.world.here.org);
    assert_eq!(
        clerk.post(&path, &fields("2026-01-01", "3", "0")).await.status,
        303
    );
    for (from, teachers, version, status, sentence) in [
        ("2026-11-23", "44", "1", 422, "起始日期不能晚于今天（2026-11-22）"),
        ("2026-01-01", "44", "1", 422, "上一次登记从 2026-01-01 算起"),
        ("2026-02-01", "-1", "1", 422, "专职教师"),
        ("2026-02-01", "很多", "1", 422, "专职教师要填整数"),
        ("", "44", "1", 422, "从哪一天算起"),
        ("2026-02-01", "44", "0", 409, "别人登记过这里的人员数"),
    ] {
        let answer = clerk.post(&path, &fields(from, teachers, version)).await;
        assert_eq!(answer.status, status, "{from} {teachers}");
        assert!(answer.shows(sentence), "{from} {teachers}: {}", answer.body);
        assert!(
            answer.body.contains(&format!("value=\"{teachers}\"")),
            "{from} {teachers}"
        );
    }
    let late = clerk.post(&path, &fields("2026-02-01", "44", "0")).await;
    assert!(late.body.contains("name=\"version\" value=\"1\""));
    let no_reason = clerk.post(&format!("{path}/1"), &fields("", "4", "1")).await;
    assert!(no_reason.status == 422 && no_reason.shows("更正的原因"));
    for (who, client, status) in [
        ("visitor", town.app.visitor(), 401),
        ("teacher", town.here(Role::Teacher), 403),
        ("sibling", town.there(Role::Registrar), 404),
    ] {
        for path in [path.clone(), format!("{path}/1")] {
            assert_eq!(client.get(&path).await.status, on_get(status), "{who}");
            let form = fields("2026-02-01", "4", "1");
            assert_eq!(client.post(&path, &form).await.status, status, "{who}");
        }
    }
    for path in [format!("{path}/9"), format!("{path}/one")] {
        assert_eq!(clerk.get(&path).await.status, 404, "{path}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn programs_declare_and_correct() {
    let town = town().await;
    let clerk = town.here(Role::Registrar);
    let path = format!("/api/v1/orgs/{}/staffing", town.world.here.org);
    let kinds = ["manager", "teacher", "social_worker", "other"];
    let counts: Vec<Value> = kinds
        .iter()
        .map(|kind| json!({ "kind": kind, "full_time": 2, "part_time": 1 }))
        .collect();
    let mut body = json!({ "valid_from": "2026-01-01", "counts": counts, "basis": "official", "source": "名册", "version": 0 });
    let wrong = [
        ("counts", json!([])),
        (
            "counts",
            json!([{ "kind": "cook", "full_time": 1, "part_time": 1 }]),
        ),
        ("basis", json!("guess")),
        ("source", json!("")),
        ("valid_from", json!("2027-01-01")),
        ("version", Value::Null),
    ];
    clerk.told_of_each("POST", &path, &body, &wrong).await;
    clerk.call(204, "POST", &path, &body).await;
    clerk.call(409, "POST", &path, &body).await;
    body["counts"][1]["full_time"] = json!(-1);
    body["reason"] = json!("数错了");
    body["version"] = json!(1);
    let correct = format!("{path}/1/correct");
    let told = clerk.call(422, "POST", &correct, &body).await;
    assert_eq!(testkit::wrong_fields(&told), ["counts[1].full_time"]);
    body["counts"][1]["full_time"] = json!(9);
    clerk.call(204, "POST", &correct, &body).await;
    let read = clerk.call(200, "GET", &path, &Value::Null).await;
    assert_eq!(
        (
            &read["items"][0]["counts"][1]["full_time"],
            &read["items"][0]["valid_from"]
        ),
        (&json!(9), &json!("2026-01-01"))
    );
    assert_eq!(
        (&read["items"][0]["version"], &read["items"][1]["in_force"]),
        (&json!(2), &json!(false))
    );
    let callers = [
        (town.app.visitor(), 401),
        (town.here(Role::Teacher), 403),
        (town.there(Role::Registrar), 404),
    ];
    let calls = [
        ("GET", path.as_str(), &Value::Null),
        ("POST", path.as_str(), &body),
        ("POST", correct.as_str(), &body),
    ];
    testkit::all_refused(&callers, &calls).await;
}

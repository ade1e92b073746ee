//! Population through the router.

use crate::testing::town;
use platform::Role;
use serde_json::{Value, json};

fn fields<'a>(year: &'a str, last: &'a str) -> Vec<(String, &'a str)> {
    let mut all = vec![("year".to_owned(), year)];
    for at in 0..6 {
        all.push((format!("male_{at}"), if at == 5 { last } else { "100" }));
        all.push((format!("female_{at}"), "110"));
    }
    all.push(("basis".to_owned(), "demo"));
    all.push(("source".to_owned(), "演示"));
    all
}

#[tokio::test(flavor = "multi_thread")]
async fn a_year_is_written_as_a_whole_and_shown_with_its_basis() {
    let town = town().await;
    let path = format!("/desk/orgs/{}/population", town.world.here.street);
    let city = town.district(Role::City);
    let post = async |client: &testkit::Client, year: &str, last: &str| {
        let all = fields(year, last);
        let pairs: Vec<(&str, &str)> = all.iter().map(|(name, value)| (name.as_str(), *value)).collect();
        client.post(&path, &pairs).await
    };
    assert!(city.get(&path).await.shows("还没有人口数"));
    assert_eq!(post(&city, "2025", "100").await.status, 303);
    assert_eq!(post(&city, "2025", "140").await.status, 303);
    let page = city.get(&path).await;
    assert!(
        page.shows("250") && page.shows("1300") && page.shows("演示数据，是编的"),
        "{}",
        page.body
    );
    let rows = super::of_year(&town.app.platform.db, town.world.here.street, 2025)
        .await
        .unwrap();
    assert_eq!(rows.iter().map(|row| row.male + row.female).sum::<i64>(), 1300);
    for (year, last, sentence) in [
        ("2027", "1", "年份（年末）要在 1953 到 2026 之间"),
        ("2025", "-1", "80 岁及以上，男"),
        ("2025", "", "请填写80 岁及以上，男。"),
    ] {
        let answer = post(&city, year, last).await;
        assert!(
            answer.status == 422 && answer.shows(sentence),
            "{year} {last}: {}",
            answer.body
        );
    }
    for (client, status) in [
        (town.app.visitor(), 401),
        (town.here(Role::Teacher), 403),
        (town.here(Role::Registrar), 404),
    ] {
        assert_eq!(post(&client, "2025", "1").await.status, status);
    }
    let school = format!("/desk/orgs/{}/population", town.world.here.org);
    assert_eq!(city.get(&school).await.status, 409);
}

#[tokio::test(flavor = "multi_thread")]
async fn programs_write_a_year_and_read_all() {
    let town = town().await;
    let all = format!("/api/v1/orgs/{}/population", town.world.here.street);
    let city = town.district(Role::City);
    let bands: Vec<Value> = kernel::AgeBand::ALL
        .iter()
        .map(|band| json!({ "band": band.code(), "male": 100, "female": 110 }))
        .collect();
    let year = json!({ "basis": "official", "source": "统计年鉴 2026，表 2-3", "bands": bands });
    city.call(204, "PUT", &format!("{all}/2025"), &year).await;
    city.call(204, "PUT", &format!("{all}/2024"), &year).await;
    let read = city.call(200, "GET", &all, &Value::Null).await;
    assert_eq!(
        (&read["items"][1]["year"], &read["items"][0]["bands"][5]),
        (
            &json!(2024),
            &json!({ "band": "80+", "male": 100, "female": 110 })
        )
    );
    for (place, wrong, field) in [
        ("bands", json!([]), "bands"),
        ("basis", json!("guess"), "basis"),
        ("source", json!(""), "source"),
        (
            "bands",
            json!([{ "band": "old", "male": 1, "female": 1 }]),
            "bands[0].band",
        ),
        (
            "bands",
            json!([{ "band": "0-17", "male": -1, "female": 1 }]),
            "bands[0].male",
        ),
    ] {
        let mut body = year.clone();
        body[place] = wrong;
        let told = city.call(422, "PUT", &format!("{all}/2025"), &body).await;
        assert!(testkit::wrong_fields(&told).contains(&field), "{told}");
    }
    let told = city.call(422, "PUT", &format!("{all}/2027"), &year).await;
    assert_eq!(testkit::wrong_fields(&told), ["year"]);
    for (client, status) in [
        (town.app.visitor(), 401),
        (town.here(Role::Teacher), 403),
        (town.here(Role::Registrar), 404),
    ] {
        client.call(status, "GET", &all, &Value::Null).await;
        client.call(status, "PUT", &format!("{all}/2025"), &year).await;
    }
    let school = format!("/api/v1/orgs/{}/population/2025", town.world.here.org);
    city.call(409, "PUT", &school, &year).await;
    city.call(404, "PUT", &format!("{all}/last"), &year).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_area_has_the_sums_of_years_that_each_area_below_it_knows() {
    let town = town().await;
    let city = town.district(Role::City);
    let post = async |street: kernel::OrgId, year: &str| {
        let all = fields(year, "100");
        let pairs: Vec<(&str, &str)> = all.iter().map(|(name, value)| (name.as_str(), *value)).collect();
        let written = city
            .post(&format!("/desk/orgs/{street}/population"), &pairs)
            .await;
        assert_eq!(written.status, 303, "{}", written.body);
    };
    let (here, there) = (town.world.here.street, town.world.there.street);
    for (street, year) in [(here, "2024"), (there, "2024"), (here, "2025")] {
        post(street, year).await;
    }
    let known = async || {
        let found = super::residents(&town.app.platform.db, town.world.district).await;
        let found = found.unwrap().into_iter();
        found
            .map(|one| (one.year, one.residents))
            .collect::<Vec<(i64, i64)>>()
    };
    assert_eq!(known().await, [(2024, 2520)], "half of 2025 is no 2025");
    post(there, "2025").await;
    assert_eq!(known().await, [(2025, 2520), (2024, 2520)]);
}

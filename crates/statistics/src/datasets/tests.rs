//! Datasets through the router: allowed, forbidden, a sibling's, wrong input, changed meanwhile.

use crate::testing::{Town, small, town};
use platform::Role;
use serde_json::{Value, json};
use testkit::Client;

async fn put(town: &Town, client: &Client, toml: &str) -> String {
    let body = json!({ "org": town.world.district, "toml": toml });
    let made = client.call(200, "POST", "/api/v1/datasets", &body).await;
    assert_eq!(made["faults"], json!([]), "{made}");
    made["id"].as_str().unwrap().to_owned()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_form_is_put_in_looked_at_published_and_followed_by_a_version() {
    let town = town().await;
    let bureau = town.district(Role::DistrictBureau);
    let draft = put(&town, &bureau, &small()).await;
    let page = format!("/desk/datasets/{draft}");
    let shown = bureau.get(&page).await;
    assert!(shown.shows("小报表") && shown.shows("推导，不是官方表") && shown.shows("seats.count"));
    assert!(shown.shows("女学员不能多于学员合计"), "{}", shown.body);
    let answer = bureau.submit(&page, &format!("{page}/publish"), &[]).await;
    assert_eq!(answer.location(), format!("{page}?done=published"));
    assert!(
        bureau
            .get(&format!("{page}?done=published"))
            .await
            .shows("已发布")
    );
    // A published version is never changed; a new draft begins with what it says.
    for part in ["head", "table", "check"] {
        assert_eq!(bureau.get(&format!("{page}/{part}")).await.status, 409, "{part}");
    }
    let copied = bureau.post(&format!("{page}/copy"), &[]).await;
    assert_eq!(copied.status, 303, "{}", copied.body);
    assert_eq!(bureau.post(&format!("{page}/copy"), &[]).await.status, 409);
    let read = bureau
        .call(200, "GET", &format!("/api/v1/datasets/{draft}"), &Value::Null)
        .await;
    assert_eq!(
        (read["number"].as_i64(), read["status"].as_str()),
        (Some(1), Some("published"))
    );
    assert_eq!(read["elements"].as_array().unwrap().len(), 7);
    let list = bureau.call(200, "GET", "/api/v1/datasets", &Value::Null).await;
    assert_eq!(list["items"][0]["number"], 2);
    let retired = bureau
        .submit(&page, &format!("{page}/retire"), &[("reason", "换成新的表")])
        .await;
    assert_eq!(retired.status, 303, "{}", retired.body);
    assert_eq!(
        town.events("dataset.").await,
        [
            "dataset.drafted",
            "dataset.published",
            "dataset.drafted",
            "dataset.retired"
        ]
    );
}

/// What is typed for a new monthly dataset.
fn month(district: &str) -> [(&str, &str); 9] {
    [
        ("org", district),
        ("code", "minhang-month"),
        ("name", "月报"),
        ("edition", "2026"),
        ("valid_from", "2026-01-01"),
        ("basis", "derived"),
        ("source", "本区自定"),
        ("period", "month"),
        ("levels", "street_school | fill | district | district | 1 | 5"),
    ]
}

#[tokio::test(flavor = "multi_thread")]
async fn a_form_is_built_on_the_screen() {
    let town = town().await;
    let bureau = town.district(Role::DistrictBureau);
    let district = town.world.district.to_string();
    let head = month(&district);
    assert!(bureau.get("/desk/datasets/new").await.shows("由谁发布"));
    let made = bureau.post("/desk/datasets/new", &head).await;
    assert_eq!(made.status, 303, "{}", made.body);
    let page = made.location().split('?').next().unwrap().to_owned();
    assert!(bureau.get(&page).await.shows("还没有表"));
    // The same code again: the draft is not wiped, and what was typed comes back.
    let again = bureau.post("/desk/datasets/new", &head).await;
    assert!(
        again.status == 409
            && again.shows("已经有编号是“minhang-month”的报表")
            && again.body.contains("月报"),
        "{}",
        again.body
    );
    let rows = "r1 | 座位\nr2 | 其中能坐轮椅的 | typed=true";
    let columns = "n | 数 | unit=个; metric=seats.count; nature=moment";
    let table = [
        ("code", "T1"),
        ("title", "座位"),
        ("rows", rows),
        ("columns", columns),
    ];
    let saved = bureau
        .submit(&format!("{page}/table"), &format!("{page}/table"), &table)
        .await;
    assert_eq!(saved.status, 303, "{}", saved.body);
    let cell = format!("{page}/cell?at=T1_r2_n");
    assert!(bureau.get(&cell).await.shows("其中能坐轮椅的 · 数"));
    let saved = bureau
        .submit(
            &cell,
            &format!("{page}/cell"),
            &[("way", "formula"), ("formula", "T1_r1_n / 2"), ("decimals", "1")],
        )
        .await;
    assert_eq!(saved.status, 303, "{}", saved.body);
    let check = [
        ("code", "C1"),
        ("words", "不能多于全部。"),
        ("rule", "T1_r2_n <= T1_r1_n"),
        ("force", "must"),
    ];
    let saved = bureau
        .submit(&format!("{page}/check"), &format!("{page}/check"), &check)
        .await;
    assert_eq!(saved.status, 303, "{}", saved.body);
    let published = bureau.submit(&page, &format!("{page}/publish"), &[]).await;
    assert_eq!(published.status, 303, "{}", published.body);
}

#[tokio::test(flavor = "multi_thread")]
async fn wrong_input_is_told_and_kept() {
    let town = town().await;
    let bureau = town.district(Role::DistrictBureau);
    let draft = put(&town, &bureau, &small()).await;
    let page = format!("/desk/datasets/{draft}");
    let typed = [
        ("code", "T9"),
        ("title", "新表"),
        ("rows", "r1 | 甲 | rocket=1"),
        ("columns", "n | 数"),
    ];
    let answer = bureau
        .submit(&format!("{page}/table"), &format!("{page}/table"), &typed)
        .await;
    assert_eq!(answer.status, 422);
    assert!(answer.shows("第 1 行：没有“rocket”") && answer.body.contains("rocket=1"));
    let answer = bureau
        .submit(
            &format!("{page}/check"),
            &format!("{page}/check"),
            &[
                ("code", "C9"),
                ("words", "说明说明"),
                ("rule", "T1 +"),
                ("force", "must"),
            ],
        )
        .await;
    assert!(
        answer.status == 422 && answer.shows("算式读不懂"),
        "{}",
        answer.body
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn what_cannot_be_published_says_where() {
    let town = town().await;
    let bureau = town.district(Role::DistrictBureau);
    let draft = put(&town, &bureau, &small()).await;
    for (toml, field) in [
        ("nonsense".to_owned(), "toml"),
        (
            small().replace("code = \"small\"", "code = \"Small One\""),
            "code",
        ),
    ] {
        let body = json!({ "org": town.world.district, "toml": toml });
        let told = bureau.call(422, "POST", "/api/v1/datasets", &body).await;
        assert_eq!(testkit::wrong_fields(&told), [field]);
    }
    let unready = small().replace("seats.count", "nothing.count");
    let body = json!({ "org": town.world.district, "toml": unready });
    let told = bureau.call(409, "POST", "/api/v1/datasets", &body).await;
    assert_eq!(told["type"], "/problems/has_a_draft");
    let body = json!({ "org": town.world.district, "toml": unready, "version": 1 });
    let made = bureau.call(200, "POST", "/api/v1/datasets", &body).await;
    assert!(made["replaced"].as_bool().unwrap() && !made["faults"].as_array().unwrap().is_empty());
    let read = bureau
        .call(200, "GET", &format!("/api/v1/datasets/{draft}"), &Value::Null)
        .await;
    let seen = json!({ "version": read["version"] });
    let told = bureau
        .call(422, "POST", &format!("/api/v1/datasets/{draft}/publish"), &seen)
        .await;
    assert!(testkit::wrong_fields(&told).contains(&"T1_all_people"), "{told}");
    let late = json!({ "version": 1 });
    let told = bureau
        .call(409, "POST", &format!("/api/v1/datasets/{draft}/publish"), &late)
        .await;
    assert_eq!(told["type"], "/problems/changed_meanwhile");
    let answer = bureau
        .upload("/desk/datasets/import", &[], "x.xlsx", b"PK nothing")
        .await;
    assert!(answer.status == 422 && answer.shows("打不开"), "{}", answer.body);
}

#[tokio::test(flavor = "multi_thread")]
async fn files_go_out_and_come_in_again() {
    let town = town().await;
    let bureau = town.district(Role::DistrictBureau);
    let draft = put(&town, &bureau, &small()).await;
    for kind in ["toml", "xlsx"] {
        let file = bureau.get(&format!("/desk/datasets/{draft}/{kind}")).await;
        assert_eq!(file.status, 200, "{kind}");
        let answer = bureau
            .upload("/desk/datasets/import", &[], "f", &file.bytes)
            .await;
        assert!(
            answer.status == 409 && answer.shows("已经有一份草稿"),
            "{kind}: {}",
            answer.body
        );
        let answer = bureau
            .upload("/desk/datasets/import", &[("replace", "1")], "f", &file.bytes)
            .await;
        assert_eq!(
            answer.location(),
            format!("/desk/datasets/{draft}?done=imported"),
            "{kind}: {}",
            answer.body
        );
    }
    let body = json!({ "org": town.world.district, "toml": small().replace("\"small\"", "\"other\""), "dry_run": true });
    let dry = bureau.call(200, "POST", "/api/v1/datasets", &body).await;
    assert_eq!(
        (dry["new_dataset"].as_bool(), dry["cells"].as_i64()),
        (Some(true), Some(7))
    );
    let list = bureau.call(200, "GET", "/api/v1/datasets", &Value::Null).await;
    assert_eq!(
        list["items"].as_array().unwrap().len(),
        1,
        "nothing is kept of a dry run"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn who_may_not_is_told_so() {
    let town = town().await;
    let draft = put(&town, &town.city(Role::City), &small()).await;
    let page = format!("/desk/datasets/{draft}");
    for (who, client, status) in [
        ("visitor", town.app.visitor(), 401),
        ("teacher", town.here(Role::Teacher), 403),
        ("registrar", town.here(Role::Registrar), 403),
    ] {
        for part in ["copy", "publish", "retire", "head", "table", "cell", "check"] {
            let answer = client
                .post(&format!("{page}/{part}"), &[("reason", "因为"), ("version", "1")])
                .await;
            assert_eq!(answer.status, status, "{who} {part}");
        }
        let body = json!({ "org": town.world.district, "toml": small() });
        client.call(status, "POST", "/api/v1/datasets", &body).await;
    }
    assert_eq!(
        town.here(Role::Registrar).get(&page).await.status,
        200,
        "what a form asks is seen by all who fill"
    );
    // The code is the dataset's of that district; a bureau of another place cannot write over it.
    let elsewhere = town.app.signed_in(testkit::staff(
        town.world.there.registrar,
        Role::DistrictBureau,
        town.world.there.street,
        &town
            .world
            .there
            .path
            .replace(&format!("{}/", town.world.there.org), ""),
    ));
    let body = json!({ "org": town.world.there.street, "toml": small() });
    let told = elsewhere.call(409, "POST", "/api/v1/datasets", &body).await;
    assert_eq!(told["type"], "/problems/code_taken");
    assert_eq!(
        elsewhere
            .post(&format!("{page}/publish"), &[("version", "1")])
            .await
            .status,
        404
    );
    assert_eq!(town.events("dataset.").await, ["dataset.drafted"]);
}

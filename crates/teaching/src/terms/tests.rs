//! Terms, through the router.

use crate::terms::{TermDraft, actions};
use crate::testing::{Town, with};
use platform::Role;
use serde_json::{Value, json};
use testkit::staff;

const FORM: &[(&str, &str)] = &[
    ("name", "2027年春季学期"),
    ("starts_on", "2027-03-01"),
    ("ends_on", "2027-06-30"),
    ("opens_on", "2027-01-10"),
    ("opens_at", "08:30"),
    ("closes_on", "2027-02-20"),
    ("class_limit", "3"),
];

fn draft() -> TermDraft {
    TermDraft {
        name: "2027 春季".into(),
        starts_on: "2027-03-01".parse().unwrap(),
        ends_on: "2027-06-30".parse().unwrap(),
        enrollment_opens: "2027-01-10T08:30:00+08:00".parse().unwrap(),
        enrollment_closes: "2027-02-21T00:00:00+08:00".parse().unwrap(),
        class_limit: 3,
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_term_is_set_and_changed() {
    let town = Town::start().await;
    let (clerk, sibling) = town.clerks();
    let org = town.world.here.org.to_string();
    let made = clerk.post("/desk/terms/new", &with(FORM, &[("org", &org)])).await;
    assert_eq!(made.status, 303, "{}", made.body);
    assert!(
        clerk.get("/desk/terms").await.shows("2027 春季"),
        "the usual writing"
    );
    let closes = town
        .text("SELECT t.enrollment_closes FROM term t {unscoped: test}")
        .await;
    assert_eq!(closes, "2027-02-20T16:00:00.000Z", "the end of the day in China");
    let id = kernel::Id::<()>::from_raw(town.number("SELECT t.id FROM term t {unscoped: test}").await);
    let page = format!("/desk/terms/{id}");
    assert!(clerk.get(&page).await.body.contains("2027-02-20"));
    assert_eq!(sibling.get(&page).await.status, 404);
    let changed = with(FORM, &[("class_limit", "2"), ("version", "1")]);
    assert_eq!(sibling.post(&page, &changed).await.status, 404);
    assert_eq!(clerk.post(&page, &changed).await.status, 303);
    let outdated = clerk.post(&page, &changed).await;
    assert!(outdated.status == 409 && outdated.shows("有人改过"));
    let again = clerk.post("/desk/terms/new", &with(FORM, &[("org", &org)])).await;
    assert!(again.status == 422 && again.shows("本机构已有这个学期"));
    let teacher = town.app.signed_in(town.teacher(&town.world.here));
    assert_eq!(teacher.get("/desk/terms").await.status, 403);
}

#[tokio::test(flavor = "multi_thread")]
async fn wrong_dates_are_told() {
    let town = Town::start().await;
    let (clerk, _) = town.clerks();
    let org = town.world.here.org.to_string();
    for (changed, sentence) in [
        (("name", "明年"), "学期名称看不懂"),
        (("ends_on", "2027-03-01"), "最后一天要在第一天之后"),
        (("closes_on", "2027-01-09"), "报名截止要在报名开始之后"),
        (("closes_on", "2027-07-01"), "报名截止不能晚于学期的最后一天"),
        (("class_limit", "0"), "每人最多报几个班"),
        (("starts_on", "2027-02-30"), "要填日期"),
    ] {
        let answer = clerk
            .post("/desk/terms/new", &with(FORM, &[("org", &org), changed]))
            .await;
        assert!(
            answer.status == 422 && answer.shows(sentence),
            "{changed:?} {}",
            answer.body
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_term_of_the_district_serves_its_schools() {
    let town = Town::start().await;
    let bureau = staff(
        town.world.here.registrar,
        Role::DistrictBureau,
        town.world.district,
        &town.world.district_path,
    );
    let clerk = town.app.ctx(town.registrar(&town.world.here));
    assert!(
        crate::waiting(&clerk, None)
            .await
            .unwrap()
            .iter()
            .any(|w| w.title.contains("定下一学期的日期")),
        "no term yet"
    );
    let term = actions::create(&town.app.ctx(bureau), town.world.district, draft())
        .await
        .unwrap();
    let choices = crate::classes::actions::choices(&clerk, town.world.here.org)
        .await
        .unwrap();
    assert_eq!(
        choices.terms.iter().map(|known| known.id).collect::<Vec<_>>(),
        [term]
    );
    assert!(crate::waiting(&clerk, None).await.unwrap().is_empty());
    let above = actions::create(&clerk, town.world.district, draft()).await;
    assert_eq!(
        above.unwrap_err().status(),
        404,
        "a school sets no term for the district"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn programs_set_and_change_terms() {
    let town = Town::start().await;
    let (clerk, sibling) = town.clerks();
    let mut term = json!({ "org": town.world.here.org, "name": "2027年春季学期", "starts_on": "2027-03-01",
        "ends_on": "2027-06-30", "enrollment_opens": "2027-01-10T08:30:00+08:00",
        "enrollment_closes": "2027-02-21T00:00:00+08:00", "class_limit": 3 });
    sibling.call(404, "POST", "/api/v1/terms", &term).await;
    let made = clerk.call(201, "POST", "/api/v1/terms", &term).await;
    let path = format!("/api/v1/terms/{}", made["id"].as_str().unwrap());
    let mut read = clerk.call(200, "GET", &path, &Value::Null).await;
    assert_eq!(
        (
            read["name"].as_str(),
            read["enrollment_closes"].as_str(),
            read["org"]["name"].as_str()
        ),
        (
            Some("2027 春季"),
            Some("2027-02-21T00:00:00+08:00"),
            Some("莘庄镇社区学校")
        )
    );
    read["class_limit"] = json!(2);
    // What was read may be sent back with one thing changed.
    clerk.call(204, "PUT", &path, &read).await;
    let late = clerk.call(409, "PUT", &path, &read).await;
    assert_eq!(late["type"], "/problems/changed_meanwhile");
    let again = clerk.call(422, "POST", "/api/v1/terms", &term).await;
    assert_eq!(testkit::wrong_fields(&again), ["name"]);
    term["name"] = json!("2027 秋季");
    let wrong = [
        ("org", Value::Null),
        ("name", json!("明年")),
        ("ends_on", json!("2027-02-30")),
        ("enrollment_opens", json!("2027-01-10")),
        ("enrollment_closes", json!("2027-01-01T00:00:00+08:00")),
        ("enrollment_closes", json!("2027-07-02T00:00:00+08:00")),
        ("class_limit", json!(51)),
    ];
    clerk.told_of_each("POST", "/api/v1/terms", &term, &wrong).await;
    let teacher = town.app.signed_in(town.teacher(&town.world.here));
    for (client, status) in [(town.app.visitor(), 401), (teacher, 403), (sibling, 404)] {
        client.call(status, "GET", &path, &Value::Null).await;
        client.call(status, "PUT", &path, &read).await;
    }
    let all = clerk
        .call(200, "GET", "/api/v1/terms?limit=1", &Value::Null)
        .await;
    assert_eq!(all["items"][0]["class_limit"], 2);
}

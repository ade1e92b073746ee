//! Courses, through the router.

use crate::testing::{Town, with};
use crate::{CourseId, courses};
use serde_json::{Value, json};

const FORM: &[(&str, &str)] = &[
    ("name", "太极拳入门"),
    ("category", "健身养生"),
    ("level", "beginner"),
    ("summary", "从站桩开始，学会二十四式太极拳。"),
    ("goals", "能独立打完一套"),
    ("audience", "没有练过的人"),
    ("outline", "站桩\n起势\n野马分鬃"),
    ("assessment", "结业汇报"),
    ("materials", "布鞋"),
    ("sessions", "12"),
    ("minutes", "90"),
    ("risk", "strenuous"),
    ("shared", "yes"),
];

async fn version(town: &Town, id: CourseId) -> String {
    let sql = format!(
        "SELECT c.version FROM course c WHERE c.id = {} {{unscoped: test}}",
        id.raw()
    );
    town.number(&sql).await.to_string()
}

async fn submitted(town: &Town) -> CourseId {
    let (clerk, _) = town.clerks();
    let org = town.world.here.org.to_string();
    let made = clerk
        .post("/desk/courses/new", &with(FORM, &[("org", &org)]))
        .await;
    assert_eq!(made.status, 303, "{}", made.body);
    let id = made.location().split(['/', '?']).nth(3).unwrap().to_owned();
    let sent = clerk
        .post(&format!("/desk/courses/{id}/submit"), &[("version", "1")])
        .await;
    assert_eq!(sent.status, 303, "{}", sent.body);
    id.parse().unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_course_is_written_reviewed_and_used_elsewhere() {
    let town = Town::start().await;
    let (clerk, sibling) = town.clerks();
    let id = submitted(&town).await;
    let page = format!("/desk/courses/{id}");
    assert_eq!(sibling.get(&page).await.status, 404, "not approved yet");
    let now = version(&town, id).await;
    let busy = with(FORM, &[("version", &now)]);
    let blocked = clerk.post(&format!("{page}/edit"), &busy).await;
    assert!(blocked.status == 409 && blocked.shows("正在审核") && blocked.body.contains("野马分鬃"));
    let head = town.app.signed_in(town.head(&town.world.here));
    let fields = [("verdict", "send-back"), ("note", ""), ("version", now.as_str())];
    assert_eq!(
        head.post(&format!("{page}/review"), &fields).await.status,
        422,
        "a note is needed"
    );
    let fields = [("verdict", "approve"), ("version", now.as_str())];
    assert_eq!(head.post(&format!("{page}/review"), &fields).await.status, 303);
    let shared = sibling.get(&page).await;
    assert!(shared.status == 200 && shared.shows("野马分鬃") && shared.shows("复制成草稿"));
    let there = town.world.there.org.to_string();
    let copy = sibling.post(&format!("{page}/copy"), &[("org", &there)]).await;
    assert_eq!(copy.status, 303);
    assert_eq!(sibling.get(copy.location()).await.status, 200);
    assert_eq!(
        sibling
            .post(&format!("{page}/copy"), &[("org", &there)])
            .await
            .status,
        409,
        "once is enough"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn changing_an_approved_course_opens_the_next_version() {
    let town = Town::start().await;
    let (clerk, _) = town.clerks();
    let id = submitted(&town).await;
    let head = town.app.ctx(town.head(&town.world.here));
    courses::actions::review(&head, id, true, "", 2).await.unwrap();
    let page = format!("/desk/courses/{id}");
    assert!(clerk.get(&format!("{page}/edit")).await.shows("会开第 2 版草稿"));
    let changed = with(FORM, &[("sessions", "16"), ("version", "3")]);
    assert_eq!(clerk.post(&format!("{page}/edit"), &changed).await.status, 303);
    let shown = clerk.get(&page).await;
    assert!(shown.shows("第 2 版") && shown.shows("课次数") && shown.shows("最新一版改了什么"));
    let sql =
        "SELECT v.number FROM course c JOIN course_version v ON v.id = c.current_version_id {unscoped: test}";
    assert_eq!(town.number(sql).await, 1, "classes still take the approved one");
    let outdated = clerk.post(&format!("{page}/edit"), &changed).await;
    assert!(
        outdated.status == 409 && outdated.shows("有人改过这门课"),
        "{}",
        outdated.body
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_reviews_their_own_course() {
    let town = Town::start().await;
    let id = submitted(&town).await;
    let mut author = town.head(&town.world.here);
    author.person = Some(town.world.here.registrar);
    let refused = courses::actions::review(&town.app.ctx(author.clone()), id, true, "", 2).await;
    assert_eq!(refused.unwrap_err().code(), "own_course");
    assert_eq!(
        crate::waiting(&town.app.ctx(author), None)
            .await
            .unwrap()
            .iter()
            .filter(|w| w.title.contains("审核"))
            .count(),
        0
    );
    let head = town.app.ctx(town.head(&town.world.here));
    assert!(
        crate::waiting(&head, None)
            .await
            .unwrap()
            .iter()
            .any(|w| w.title == "审核课程大纲：太极拳入门")
    );
    let clerk = town.app.ctx(town.registrar(&town.world.here));
    assert_eq!(
        courses::actions::review(&clerk, id, true, "", 2)
            .await
            .unwrap_err()
            .status(),
        403
    );
    let sibling = town.app.ctx(town.head(&town.world.there));
    assert_eq!(
        courses::actions::review(&sibling, id, true, "", 2)
            .await
            .unwrap_err()
            .status(),
        404
    );
    courses::actions::review(&head, id, false, "大纲再细一些", 2)
        .await
        .unwrap();
    let note = town.text("SELECT v.review_note FROM course_version v").await;
    assert_eq!(note, "大纲再细一些");
    assert_eq!(
        courses::actions::review(&head, id, true, "", 3)
            .await
            .unwrap_err()
            .code(),
        "not_submitted"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_wrong_form_keeps_what_was_typed() {
    let town = Town::start().await;
    let (clerk, sibling) = town.clerks();
    let org = town.world.here.org.to_string();
    for (changed, sentence) in [
        (("name", "拳"), "课程名称至少要 2 个字"),
        (("sessions", "0"), "课次数要在 1 到 100 之间"),
        (("category", "飞行"), "请从列出的类别里选"),
        (("summary", "短"), "课程简介"),
    ] {
        let answer = clerk
            .post("/desk/courses/new", &with(FORM, &[("org", &org), changed]))
            .await;
        assert!(answer.status == 422 && answer.shows(sentence), "{changed:?}");
        assert!(answer.body.contains("野马分鬃"));
    }
    let foreign = sibling
        .post("/desk/courses/new", &with(FORM, &[("org", &org)]))
        .await;
    assert_eq!(foreign.status, 422, "an org that is not in the list");
    assert_eq!(town.app.visitor().get("/desk/courses").await.status, 303);
    assert_eq!(clerk.get("/desk/courses/nonsense").await.status, 404);
    assert_eq!(
        town.number("SELECT count(*) FROM course {unscoped: test}").await,
        0
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn the_list_and_the_api_filter() {
    let town = Town::start().await;
    let (clerk, sibling) = town.clerks();
    let id = submitted(&town).await;
    assert!(
        clerk
            .get("/desk/courses?q=太极&status=submitted")
            .await
            .shows("太极拳入门")
    );
    assert!(clerk.get("/desk/courses?q=书法").await.shows("没有这样的课程"));
    let list = clerk
        .api(
            "GET",
            "/api/v1/courses?category=健身养生",
            &serde_json::Value::Null,
        )
        .await;
    assert_eq!(list.json()["items"][0]["name"], "太极拳入门");
    let detail = clerk
        .api("GET", &format!("/api/v1/courses/{id}"), &serde_json::Value::Null)
        .await;
    assert_eq!(detail.json()["versions"][0]["outline"][2], "野马分鬃");
    let hidden = sibling
        .api("GET", &format!("/api/v1/courses/{id}"), &serde_json::Value::Null)
        .await;
    assert_eq!(hidden.status, 404);
    assert!(
        serde_json::to_string(&crate::openapi())
            .unwrap()
            .contains("/api/v1/courses/{id}")
    );
}

fn body(town: &Town) -> Value {
    json!({ "org": town.world.here.org, "name": "太极拳入门", "category": "健身养生", "level": "beginner", "shared": true,
        "summary": "从站桩开始，学会二十四式太极拳。", "goals": "能独立打完一套", "audience": "没有练过的人",
        "outline": ["站桩", "起势", "野马分鬃"], "sessions": 12, "minutes": 90, "risk": "strenuous" })
}

#[tokio::test(flavor = "multi_thread")]
async fn programs_write_submit_review_and_copy() {
    let town = Town::start().await;
    let (clerk, sibling) = town.clerks();
    let head = town.app.signed_in(town.head(&town.world.here));
    let mut course = body(&town);
    let made = clerk.call(201, "POST", "/api/v1/courses", &course).await;
    let path = format!("/api/v1/courses/{}", made["id"].as_str().unwrap());
    course["sessions"] = json!(16);
    course["version"] = json!(1);
    clerk.call(204, "PUT", &path, &course).await;
    let late = clerk.call(409, "PUT", &path, &course).await;
    assert_eq!(late["type"], "/problems/changed_meanwhile");
    clerk
        .call(204, "POST", &format!("{path}/submit"), &json!({ "version": 2 }))
        .await;
    clerk
        .call(409, "POST", &format!("{path}/submit"), &json!({ "version": 3 }))
        .await;
    sibling.call(404, "GET", &path, &Value::Null).await;
    let nothing = json!({ "version": 3 });
    let told = head
        .call(422, "POST", &format!("{path}/send-back"), &nothing)
        .await;
    assert_eq!(testkit::wrong_fields(&told), ["note"]);
    let note = json!({ "version": 3, "note": "大纲再细一些" });
    head.call(204, "POST", &format!("{path}/send-back"), &note).await;
    let read = clerk.call(200, "GET", &path, &Value::Null).await;
    assert_eq!(
        (
            read["versions"][0]["status"].as_str(),
            read["versions"][0]["review_note"].as_str(),
            read["versions"][0]["sessions"].as_i64()
        ),
        (Some("sent_back"), Some("大纲再细一些"), Some(16))
    );
    course["version"] = read["version"].clone();
    clerk.call(204, "PUT", &path, &course).await;
    clerk
        .call(204, "POST", &format!("{path}/submit"), &json!({ "version": 5 }))
        .await;
    head.call(204, "POST", &format!("{path}/approve"), &json!({ "version": 6 }))
        .await;
    let there = json!({ "org": town.world.there.org });
    sibling.call(201, "POST", &format!("{path}/copy"), &there).await;
    let told = sibling.call(409, "POST", &format!("{path}/copy"), &there).await;
    assert_eq!(told["type"], "/problems/name_taken");
    let found = sibling
        .call(200, "GET", "/api/v1/courses?status=draft&limit=1", &Value::Null)
        .await;
    assert_eq!(found["items"][0]["org"], json!(town.world.there.org));
}

#[tokio::test(flavor = "multi_thread")]
async fn programs_are_refused_as_people_are() {
    let town = Town::start().await;
    let (clerk, sibling) = town.clerks();
    let course = body(&town);
    sibling.call(404, "POST", "/api/v1/courses", &course).await;
    let wrong = [
        ("org", Value::Null),
        ("name", json!("拳")),
        ("category", json!("飞行")),
        ("level", json!("master")),
        ("outline", json!([])),
        ("sessions", json!(0)),
        ("minutes", json!(481)),
        ("risk", json!("deadly")),
    ];
    clerk
        .told_of_each("POST", "/api/v1/courses", &course, &wrong)
        .await;
    let id = submitted(&town).await;
    let path = format!("/api/v1/courses/{id}");
    let told = clerk.call(422, "PUT", &path, &course).await;
    assert_eq!(testkit::wrong_fields(&told), ["version"]);
    let mut seen = course;
    seen["version"] = json!(2);
    seen["note"] = json!("好");
    let told = clerk.call(409, "PUT", &path, &seen).await;
    assert_eq!(told["type"], "/problems/in_review");
    let monitor = town.app.signed_in(testkit::staff(
        town.world.here.teacher,
        platform::Role::ClassMonitor,
        town.world.here.org,
        &town.world.here.path,
    ));
    let other_head = town.app.signed_in(town.head(&town.world.there));
    for (client, status) in [(town.app.visitor(), 401), (monitor, 403), (other_head, 404)] {
        client.call(status, "PUT", &path, &seen).await;
        for verb in ["submit", "approve", "send-back"] {
            client
                .call(status, "POST", &format!("{path}/{verb}"), &seen)
                .await;
        }
    }
    assert_eq!(
        town.number("SELECT count(*) FROM course {unscoped: test}").await,
        1
    );
}

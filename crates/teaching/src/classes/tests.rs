//! Classes, through the router.

use crate::ClassId;
use crate::classes::{self, StartCheck, lifecycle};
use crate::testing::{Town, with};
use serde_json::{Value, json};
use testkit::world::ClassPlan;

/// The ids of the small world's course and term, after a class was added to it.
async fn made_from(town: &Town) -> (String, String) {
    let course = town
        .number("SELECT c.id FROM course c {unscoped: test} ORDER BY c.id LIMIT 1")
        .await;
    let term = town
        .number("SELECT t.id FROM term t {unscoped: test} ORDER BY t.id LIMIT 1")
        .await;
    let text = |raw| kernel::Id::<()>::from_raw(raw).to_string();
    (text(course), text(term))
}

fn form(ids: &[String; 5]) -> Vec<(&str, &str)> {
    let [org, course, term, teacher, room] = ids;
    vec![
        ("org", org),
        ("course", course),
        ("term", term),
        ("teacher", teacher),
        ("room", room),
        ("name", "书法提高"),
        ("mode", "on_site"),
        ("level", "advanced"),
        ("risk", "none"),
        ("fee", "120"),
        ("capacity", "28"),
        ("minimum", "12"),
        ("opens_on", "2026-12-01"),
        ("opens_at", "09:00"),
        ("closes_on", "2027-02-20"),
        ("pass_percent", "70"),
        ("weekday", "4"),
        ("starts", "09:00"),
        ("minutes", "90"),
        ("from", "2026-09-17"),
        ("count", "4"),
    ]
}

async fn ids(town: &Town) -> [String; 5] {
    let (course, term) = made_from(town).await;
    let here = &town.world.here;
    let room = kernel::Id::<()>::from_raw(here.room).to_string();
    [here.org.to_string(), course, term, here.teacher.to_string(), room]
}

/// The hidden mark of what was shown.
fn seen(body: &str) -> String {
    let after = body.split("name=\"seen\" value=\"").nth(1).unwrap();
    after.split('"').next().unwrap().replace("&#38;", "&")
}

#[tokio::test(flavor = "multi_thread")]
async fn a_plan_is_shown_around_holidays_and_then_saved() {
    let town = Town::start().await;
    town.class(&ClassPlan::default()).await;
    let (clerk, sibling) = town.clerks();
    let ids = ids(&town).await;
    let typed = form(&ids);
    let shown = clerk
        .post("/desk/classes/new", &with(&typed, &[("step", "save")]))
        .await;
    assert_eq!(shown.status, 200, "not saved before it was seen: {}", shown.body);
    assert!(
        shown.shows("10月1日（星期四）国庆节放假") && shown.shows("10月15日（星期四）09:00–10:30"),
        "{}",
        shown.body
    );
    assert_eq!(
        town.number("SELECT count(*) FROM class {unscoped: test}").await,
        1
    );
    let mark = seen(&shown.body);
    let typed = with(&typed, &[("step", "save"), ("seen", &mark)]);
    let saved = clerk.post("/desk/classes/new", &typed).await;
    assert_eq!(saved.status, 303, "{}", saved.body);
    let page = saved.location().split('?').next().unwrap().to_owned();
    assert!(clerk.get(&page).await.shows("每周四 09:00–10:30"));
    assert_eq!(sibling.get(&page).await.status, 404);
    assert_eq!(sibling.get(&format!("{page}/edit")).await.status, 404);
    let last = town
        .text("SELECT c.ends_on FROM class c WHERE c.name = '书法提高' {unscoped: test}")
        .await;
    assert_eq!(last, "2026-10-15", "17 and 24 September, 8 and 15 October");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_unpublished_year_and_a_small_room_are_warnings() {
    let town = Town::start().await;
    town.class(&ClassPlan::default()).await;
    let (clerk, _) = town.clerks();
    let ids = ids(&town).await;
    let typed = with(
        &form(&ids),
        &[("from", "2027-03-04"), ("capacity", "31"), ("step", "preview")],
    );
    let shown = clerk.post("/desk/classes/new", &typed).await;
    assert_eq!(shown.status, 200, "{}", shown.body);
    assert!(shown.shows("2027 年的放假安排还没有公布"));
    assert!(shown.shows("名额 31 人，101 教室只有 30 个座位"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_clash_names_the_other_class() {
    let town = Town::start().await;
    town.class(&ClassPlan::default()).await;
    let (clerk, _) = town.clerks();
    let ids = ids(&town).await;
    for (starts, status, clashes) in [("10:29", 409, true), ("10:30", 200, false)] {
        let changed = [
            ("weekday", "1"),
            ("from", "2027-03-01"),
            ("starts", starts),
            ("step", "preview"),
        ];
        let shown = clerk
            .post("/desk/classes/new", &with(&form(&ids), &changed))
            .await;
        assert_eq!(shown.status, status, "{}", shown.body);
        assert_eq!(
            shown.shows("教室和教师都已被「书法入门」（09:00–10:30）占用"),
            clashes,
            "{starts}"
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_wrong_plan_keeps_what_was_typed() {
    let town = Town::start().await;
    town.class(&ClassPlan::default()).await;
    let (clerk, sibling) = town.clerks();
    let ids = ids(&town).await;
    let there = kernel::Id::<()>::from_raw(town.world.there.room).to_string();
    for (changed, sentence) in [
        (("capacity", "0"), "名额要在 1 到 2000 之间"),
        (("count", "0"), "一共几次课要在 1 到 400 之间"),
        (("room", there.as_str()), "请从列出的教室里选"),
        (("minutes", ""), "请填写每次分钟"),
    ] {
        let answer = clerk
            .post("/desk/classes/new", &with(&form(&ids), &[changed]))
            .await;
        assert!(
            answer.status == 422 && answer.shows(sentence),
            "{changed:?} {}",
            answer.body
        );
        assert!(answer.body.contains("书法提高"));
    }
    assert_eq!(sibling.post("/desk/classes/new", &form(&ids)).await.status, 404);
    let teacher = town.app.signed_in(town.teacher(&town.world.here));
    assert_eq!(teacher.post("/desk/classes/new", &form(&ids)).await.status, 403);
}

fn published(name: &str, status: &str) -> ClassPlan {
    ClassPlan {
        name: name.into(),
        status: status.into(),
        ..ClassPlan::default()
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn two_clerks_at_once_are_told_what_changed() {
    let town = Town::start().await;
    let id = town.class(&published("书法入门", "published")).await;
    let (clerk, _) = town.clerks();
    let ids = ids(&town).await;
    let page = format!("/desk/classes/{id}/edit");
    let first = with(&form(&ids), &[("version", "1"), ("capacity", "25")]);
    assert_eq!(clerk.post(&page, &first).await.status, 303);
    let second = with(&form(&ids), &[("version", "1"), ("capacity", "20")]);
    let refused = clerk.post(&page, &second).await;
    assert!(
        refused.status == 409 && refused.shows("名额现在是 25"),
        "{}",
        refused.body
    );
    assert!(refused.body.contains("value=\"20\"") && refused.body.contains("name=\"version\" value=\"2\""));
}

#[tokio::test(flavor = "multi_thread")]
async fn the_steps_of_a_class() {
    let town = Town::start().await;
    let id = town.class(&published("书法入门", "planned")).await;
    let clerk = town.app.ctx(town.registrar(&town.world.here));
    let sibling = town.app.ctx(town.registrar(&town.world.there));
    let teacher = town.app.ctx(town.teacher(&town.world.here));
    assert_eq!(
        lifecycle::publish(&teacher, id, 1).await.unwrap_err().status(),
        403
    );
    assert_eq!(
        lifecycle::publish(&sibling, id, 1).await.unwrap_err().status(),
        404
    );
    let started = async |version| lifecycle::start(&clerk, id, version, None).await;
    assert_eq!(started(1).await.unwrap_err().code(), "wrong_status");
    lifecycle::publish(&clerk, id, 1).await.unwrap();
    assert_eq!(started(1).await.unwrap_err().code(), "changed_meanwhile");
    assert_eq!(started(2).await.unwrap_err().code(), "too_early");
    town.two_weeks_before();
    let enrolling = StartCheck(|_, _| {
        Box::pin(async { Err(platform::AppError::refused("round_open", "名单还没有公布。")) })
    });
    let refused = lifecycle::start(&clerk, id, 2, Some(enrolling))
        .await
        .unwrap_err();
    assert_eq!(refused.code(), "round_open", "asked of the domain above");
    started(2).await.unwrap();
    assert_eq!(
        lifecycle::close(&clerk, id, 3).await.unwrap_err().code(),
        "not_over"
    );
    assert_eq!(
        lifecycle::cancel(&clerk, id, " ", 3).await.unwrap_err().status(),
        422
    );
    lifecycle::cancel(&clerk, id, "教师生病", 3).await.unwrap();
    let open = "SELECT count(*) FROM session s WHERE s.status <> 'cancelled' {unscoped: test}";
    assert_eq!(town.number(open).await, 0);
    let payload = town
        .text("SELECT j.payload FROM job j WHERE j.kind = 'class.cancelled'")
        .await;
    assert!(payload.contains(&id.to_string()) && payload.contains("教师生病"));
    assert_eq!(
        lifecycle::publish(&clerk, id, 4).await.unwrap_err().code(),
        "wrong_status"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn on_its_first_day_a_class_starts_by_itself_once_its_seats_are_given() {
    let town = Town::start().await;
    let id = town.class(&published("书法入门", "published")).await;
    let days = |day: &str| {
        let clock = &town.app.platform.clock;
        let at = kernel::Instant::of_china(day.parse().unwrap(), "00:30".parse().unwrap());
        clock.advance((at.millis() - clock.now().millis()) / 1000);
    };
    let given = StartCheck(|_, _| Box::pin(async { Ok(()) }));
    let open = StartCheck(|_, _| {
        Box::pin(async { Err(platform::AppError::refused("round_open", "名单还没有公布。")) })
    });
    let status = "SELECT c.status FROM class c {unscoped: test}";
    let system = town.app.system();
    days("2027-02-28");
    assert_eq!(
        lifecycle::start_due(&system, given).await.unwrap(),
        "0 个班已开课。"
    );
    days("2027-03-01");
    let left = lifecycle::start_due(&system, open).await.unwrap();
    assert_eq!(left, "0 个班已开课；1 个班还在报名批次里，先不开课。");
    assert_eq!(town.text(status).await, "published");
    days("2027-03-02");
    assert_eq!(
        lifecycle::start_due(&system, given).await.unwrap(),
        "1 个班已开课。"
    );
    assert_eq!(town.text(status).await, "running");
    let queued = town
        .text("SELECT j.payload FROM job j WHERE j.kind = 'class.running'")
        .await;
    assert!(queued.contains(&id.to_string()), "{queued}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_class_is_cancelled_from_its_page_and_a_refusal_keeps_the_reason() {
    let town = Town::start().await;
    let id = town.class(&published("书法入门", "published")).await;
    let (clerk, _) = town.clerks();
    let page = format!("/desk/classes/{id}/cancel");
    let late = clerk
        .post(&page, &[("reason", "教师生病"), ("version", "9")])
        .await;
    assert!(
        late.status == 409 && late.shows("有人改过") && late.body.contains("value=\"教师生病\""),
        "{}",
        late.body
    );
    let done = clerk.submit(&page, &page, &[("reason", "教师生病")]).await;
    assert_eq!(done.status, 303, "{}", done.body);
    assert!(clerk.get(done.location()).await.shows("已停办"));
}

#[tokio::test(flavor = "multi_thread")]
async fn lists_are_scoped_filtered_and_exported() {
    let town = Town::start().await;
    town.class(&published("=书法", "published")).await;
    let (clerk, sibling) = town.clerks();
    for sort in [
        "name", "-name", "starts", "-starts", "seats", "-seats", "status", "-status",
    ] {
        let list = clerk
            .get(&format!("/desk/classes?q=书&status=published&sort={sort}"))
            .await;
        assert!(list.status == 200 && list.shows("=书法"), "{sort}");
    }
    assert!(
        clerk
            .get("/desk/classes?status=planned")
            .await
            .shows("没有这样的班")
    );
    assert!(
        clerk
            .get("/desk/classes?incomplete=yes")
            .await
            .shows("没有这样的班")
    );
    assert!(!sibling.get("/desk/classes").await.shows("=书法"));
    let csv = clerk.get("/desk/classes.csv?q=书").await;
    assert!(
        csv.body.contains("'=书法") && csv.body.contains("每周一 09:00–10:30"),
        "{}",
        csv.body
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn seat_counts_are_bounded_by_the_database() {
    let town = Town::start().await;
    let id = town.class(&ClassPlan::default()).await;
    let ctx = town.app.system();
    let tx = ctx.begin().await.unwrap();
    classes::set_seat_counts(&tx, &[(id, 2, 5)]).await.unwrap();
    let class = classes::find(&tx, id).await.unwrap();
    assert_eq!((class.enrolled, class.waitlisted), (2, 5));
    assert!(classes::set_seat_counts(&tx, &[(id, 3, 0)]).await.is_err());
    drop(tx);
    assert_eq!(
        classes::find(ctx.db(), ClassId::from_raw(1))
            .await
            .unwrap_err()
            .status(),
        404
    );
}

/// The class of [`form`] as programs ask for it.
fn body(ids: &[String; 5]) -> Value {
    let [org, course, term, teacher, room] = ids;
    json!({ "org": org, "course": course, "term": term, "teacher": teacher, "room": room, "name": "书法提高",
        "mode": "on_site", "level": "advanced", "risk": "none", "fee_fen": 12000, "capacity": 28, "minimum": 12,
        "enrollment_opens": "2026-12-01T09:00:00+08:00", "enrollment_closes": "2027-02-21T00:00:00+08:00",
        "pass_percent": 70,
        "pattern": { "weekday": 4, "starts": "09:00", "minutes": 90, "from": "2026-09-17", "count": 4 } })
}

#[tokio::test(flavor = "multi_thread")]
async fn programs_preview_and_plan_a_class() {
    let town = Town::start().await;
    town.class(&ClassPlan::default()).await;
    let (clerk, _) = town.clerks();
    let mut plan = body(&ids(&town).await);
    let shown = clerk.call(200, "POST", "/api/v1/classes/preview", &plan).await;
    assert_eq!(
        (shown["sessions"][3]["day"].as_str(), &shown["skipped"][0]),
        (
            Some("2026-10-15"),
            &json!({ "day": "2026-10-01", "reason": "国庆节放假" })
        )
    );
    assert_eq!(
        town.number("SELECT count(*) FROM class {unscoped: test}").await,
        1
    );
    plan["pattern"] =
        json!({ "weekday": 1, "starts": "10:00", "minutes": 90, "from": "2027-03-01", "count": 4 });
    let shown = clerk.call(200, "POST", "/api/v1/classes/preview", &plan).await;
    assert_eq!(
        (
            shown["clashes"][0]["with"].as_str(),
            shown["clashes"][0]["room"].as_bool(),
            shown["warnings"].as_array().unwrap().len()
        ),
        (Some("书法入门"), Some(true), 1),
        "{shown}"
    );
    let told = clerk.call(409, "POST", "/api/v1/classes", &plan).await;
    assert_eq!(
        (told["type"].as_str(), testkit::wrong_fields(&told).len()),
        (Some("/problems/clash"), 4)
    );
    plan["pattern"]["weekday"] = json!(2);
    let made = clerk.call(201, "POST", "/api/v1/classes", &plan).await;
    let id = made["id"].as_str().unwrap();
    let read = clerk
        .call(200, "GET", &format!("/api/v1/desk/classes/{id}"), &Value::Null)
        .await;
    assert_eq!(
        (
            read["pattern"]["from"].as_str(),
            read["course"]["name"].as_str(),
            read["term"]["name"].as_str(),
            read["seats_left"].as_i64()
        ),
        (Some("2027-03-02"), Some("书法入门"), Some("2027 春季"), Some(28))
    );
}

/// Long before its first lesson a class is not started; gives a clerk two weeks before it.
async fn not_started_early(town: &Town, id: ClassId, seen: &Value) -> testkit::Client {
    let (clerk, _) = town.clerks();
    let early = clerk
        .call(409, "POST", &format!("/api/v1/classes/{id}/start"), seen)
        .await;
    assert_eq!(early["type"], "/problems/too_early");
    let desk = format!("/desk/classes/{id}");
    let page = clerk.get(&desk).await;
    assert!(page.shows("2027年2月15日起可以办开课"), "{}", page.body);
    town.two_weeks_before();
    let (clerk, _) = town.clerks();
    assert!(!clerk.get(&desk).await.shows("起可以办开课"));
    clerk
}

#[tokio::test(flavor = "multi_thread")]
async fn programs_change_publish_start_and_cancel_a_class() {
    let town = Town::start().await;
    let id = town.class(&published("书法入门", "planned")).await;
    let (clerk, _) = town.clerks();
    let (path, desk) = (
        format!("/api/v1/classes/{id}"),
        format!("/api/v1/desk/classes/{id}"),
    );
    let read = clerk.call(200, "GET", &desk, &Value::Null).await;
    // What was read may be sent back with some things changed.
    let mut changed = read;
    changed["capacity"] = json!(20);
    changed["pattern"]["count"] = json!(6);
    clerk.call(204, "PUT", &path, &changed).await;
    let late = clerk.call(409, "PUT", &path, &changed).await;
    assert_eq!(late["type"], "/problems/changed_meanwhile");
    let read = clerk.call(200, "GET", &desk, &Value::Null).await;
    assert_eq!(read["pattern"]["count"], 6);
    let now = json!({ "version": read["version"] });
    clerk.call(204, "POST", &format!("{path}/publish"), &now).await;
    let told = clerk.call(409, "POST", &format!("{path}/publish"), &now).await;
    assert_eq!(told["type"], "/problems/changed_meanwhile");
    let version = read["version"].as_i64().unwrap();
    let seen = |version: i64| json!({ "version": version });
    let mut emptied = read.clone();
    (emptied["version"], emptied["teacher"]) = (json!(version + 1), Value::Null);
    let told = clerk.call(422, "PUT", &path, &emptied).await;
    assert!(told.to_string().contains("教师可以换，不能空着"), "{told}");
    let clerk = not_started_early(&town, id, &seen(version + 1)).await;
    clerk
        .call(204, "POST", &format!("{path}/start"), &seen(version + 1))
        .await;
    let told = clerk
        .call(409, "POST", &format!("{path}/close"), &seen(version + 2))
        .await;
    assert_eq!(told["type"], "/problems/not_over");
    let cancel = json!({ "reason": "教师生病", "version": version + 2 });
    clerk.call(204, "POST", &format!("{path}/cancel"), &cancel).await;
    let found = clerk
        .call(
            200,
            "GET",
            "/api/v1/desk/classes?status=cancelled&sort=-starts",
            &Value::Null,
        )
        .await;
    assert_eq!(
        (
            found["items"][0]["status_note"].as_str(),
            found["items"][0]["term"]["name"].as_str()
        ),
        (Some("教师生病"), Some("2027 春季"))
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn programs_are_refused_as_planners_are() {
    let town = Town::start().await;
    let class = town.class(&ClassPlan::default()).await;
    let (clerk, sibling) = town.clerks();
    let plan = body(&ids(&town).await);
    let path = format!("/api/v1/classes/{class}");
    let mut seen = plan.clone();
    seen["version"] = json!(1);
    seen["reason"] = json!("教师生病");
    let callers = [
        (town.app.visitor(), 401),
        (town.app.signed_in(town.teacher(&town.world.here)), 403),
        (sibling, 404),
    ];
    let calls = [
        ("POST", "/api/v1/classes", &plan),
        ("POST", "/api/v1/classes/preview", &plan),
        ("PUT", &path, &seen),
        ("POST", &format!("{path}/publish"), &seen),
        ("POST", &format!("{path}/start"), &seen),
        ("POST", &format!("{path}/close"), &seen),
        ("POST", &format!("{path}/cancel"), &seen),
    ];
    testkit::all_refused(&callers, &calls).await;
    let told = clerk.call(422, "PUT", &path, &plan).await;
    assert_eq!(testkit::wrong_fields(&told), ["version"]);
    let reason = [("reason", json!(""))];
    clerk
        .told_of_each("POST", &format!("{path}/cancel"), &seen, &reason)
        .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn programs_hear_what_is_wrong_with_a_plan() {
    let town = Town::start().await;
    town.class(&ClassPlan::default()).await;
    let (clerk, _) = town.clerks();
    let plan = body(&ids(&town).await);
    let there = kernel::Id::<()>::from_raw(town.world.there.room);
    let wrong = [
        ("org", Value::Null),
        ("course", json!("x")),
        ("term", json!(town.world.here.org)),
        ("name", json!("")),
        ("room", json!(there)),
        ("teacher", json!(town.world.here.registrar)),
        ("mode", json!("tv")),
        ("fee_fen", json!(10_000_001)),
        ("capacity", json!(2001)),
        ("minimum", json!(29)),
        ("age_min", json!(0)),
        ("enrollment_closes", json!("2026-12-01T09:00:00+08:00")),
        ("pass_percent", json!(101)),
        ("pattern", Value::Null),
    ];
    clerk.told_of_each("POST", "/api/v1/classes", &plan, &wrong).await;
    for (field, wrong) in [("weekday", 8), ("minutes", 481), ("count", 401), ("count", 0)] {
        let mut body = plan.clone();
        body["pattern"][field] = json!(wrong);
        for address in ["/api/v1/classes", "/api/v1/classes/preview"] {
            let told = clerk.call(422, "POST", address, &body).await;
            assert_eq!(testkit::wrong_fields(&told), [format!("pattern.{field}")]);
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn whom_a_class_concerns_is_told_of_what_they_decide_by_once_it_is_published() {
    let town = Town::start().await;
    let id = town.class(&published("书法入门", "planned")).await;
    let (clerk, _) = town.clerks();
    let plan = body(&ids(&town).await);
    let words = "SELECT j.payload FROM job j WHERE j.kind = 'class.changed'";
    let queued = "SELECT count(*) FROM job j WHERE j.kind = 'class.changed'";
    let changed = async |fee: i64, version: i64| {
        let mut plan = plan.clone();
        plan["fee_fen"] = json!(fee);
        plan["version"] = json!(version);
        plan.as_object_mut().unwrap().remove("pattern");
        let path = format!("/api/v1/classes/{id}");
        clerk.call(204, "PUT", &path, &plan).await;
        town.number("SELECT version FROM class {unscoped: test}").await
    };
    let version = changed(12_000, 1).await;
    assert_eq!(town.number(queued).await, 0, "nobody has seen it");
    let ctx = town.app.ctx(town.registrar(&town.world.here));
    lifecycle::publish(&ctx, id, version).await.unwrap();
    let version = changed(12_000, version + 1).await;
    assert_eq!(town.number(queued).await, 0, "nothing is another");
    changed(15_000, version).await;
    let told = town.text(words).await;
    assert!(
        told.contains("学费由“120 元”改为“150 元”") && told.contains("\"fee\":true"),
        "{told}"
    );
}

//! Expressions by cases, and rules through desk, page and API.

use super::facts::{AboutClass, AboutPerson};
use super::model::{Ready, Words, check};
use crate::testing::{Stage, stage};
use kernel::Id;
use platform::AppError;
use serde_json::{Value, json};

fn person(change: impl FnOnce(&mut AboutPerson)) -> AboutPerson {
    let mut person = AboutPerson {
        age: 66,
        ..AboutPerson::default()
    };
    change(&mut person);
    person
}

#[test]
fn expressions_by_cases() {
    let class = AboutClass {
        category: "舞蹈".into(),
        course_level: "beginner".into(),
        class_mode: "on_site".into(),
        risk: "strenuous".into(),
    };
    let usual = || person(|_| ());
    for (expression, person, holds) in [
        ("age >= 60", usual(), true),
        ("age >= 70 || former", usual(), false),
        ("age >= 70 || former", person(|one| one.former = true), true),
        ("sex == \"female\"", usual(), false),
        ("sex != 'male'", person(|one| one.sex = "male".into()), false),
        ("'7' in residence", usual(), false),
        (
            "'7' in residence",
            person(|one| one.residence = vec!["7".into()]),
            true,
        ),
        (
            "classes_in_category < 2",
            person(|one| one.classes_in_category = 2),
            false,
        ),
        ("classes_this_term < 2 && !returning", usual(), true),
        (
            "'9' in completed",
            person(|one| one.completed = vec!["9".into()]),
            true,
        ),
        ("category != '舞蹈' || age < 75", usual(), true),
        ("risk != 'strenuous' || age < 60", usual(), false),
        (
            "class_mode == 'on_site' && course_level == 'beginner'",
            usual(),
            true,
        ),
        ("risk == 'strenuous' ? age < 70 : true", usual(), true),
    ] {
        let (_, compiled) = check(expression).unwrap();
        assert_eq!(compiled.holds(&class, &person), Some(holds), "{expression}");
    }
}

#[test]
fn bad_expressions_are_refused_with_a_sentence() {
    let long = format!("age > {}", "1".repeat(500));
    for (expression, says) in [
        ("", "条件"),
        (long.as_str(), "最多 500"),
        ("age >=", "读不懂"),
        ("(age > 3", "读不懂"),
        ("income > 3", "income"),
        ("age", "true / false"),
        ("age > 'x'", "true / false"),
        ("residence.exists(x, x == '1')", "逐个"),
        ("[1, 2].all(x, x > 0) && age > 1", "逐个"),
        ("size(completed.map(x, x)) > 1", "逐个"),
        ("age / 0 > 1", "true / false"),
        ("unknown_call(age)", "true / false"),
    ] {
        let Err(AppError::Invalid(wrong)) = check(expression) else {
            panic!("{expression} was taken");
        };
        assert!(
            wrong[0].sentence.contains(says),
            "{expression}: {}",
            wrong[0].sentence
        );
    }
}

#[test]
fn forms_write_expressions_that_are_good() {
    for (ready, expression) in [
        (Ready::MostInCategory(2), "classes_in_category < 2".to_owned()),
        (
            Ready::Finished(Id::from_raw(7)),
            format!("\"{}\" in completed", Id::<teaching::kinds::Course>::from_raw(7)),
        ),
        (
            Ready::Residents(Id::from_raw(8)),
            format!("\"{}\" in residence", kernel::OrgId::from_raw(8)),
        ),
    ] {
        assert_eq!(ready.expression(), expression);
        assert!(check(&expression).is_ok(), "{expression}");
    }
}

#[test]
fn doors_stay_inside_the_site() {
    for (href, good) in [
        ("/classes?open=yes", true),
        ("//evil.example", false),
        ("https://evil.example", false),
        ("/\\evil.example", false),
        ("classes", false),
        ("/a b", false),
    ] {
        let words = Words {
            words: "只收本街道居民".into(),
            door_label: "看别的班".into(),
            door_href: href.into(),
        };
        assert_eq!(words.check().is_ok(), good, "{href}");
    }
}

fn rule(expression: &str) -> Value {
    json!({
        "expression": expression, "words": "书画类最多上两个班",
        "door_label": "看别的班", "door_href": "/classes",
    })
}

fn rules_at(stage: &Stage) -> String {
    format!("/api/v1/orgs/{}/eligibility-rules", stage.world.here.org)
}

async fn ask(stage: &Stage, at: usize) -> (u16, Value) {
    let path = format!("/api/v1/classes/{}/enrollments", stage.class);
    let answer = stage.as_learner(at).api("POST", &path, &json!({})).await;
    (answer.status, answer.json())
}

async fn placed_event(stage: &Stage, at: usize) -> Value {
    let db = &stage.app.platform.db;
    let id = stage.latest(at).await;
    let events = platform::audit::of_subject(db, "enrollment", id).await.unwrap();
    let placed = events
        .iter()
        .find(|event| event.kind.starts_with("enrollment.confirmed"));
    serde_json::from_str(&placed.unwrap().data).unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn the_desk_refuses_by_rule_and_version() {
    let stage = stage(5, 3).await;
    let clerk = stage.as_registrar();
    let at = rules_at(&stage);
    let before = stage.enroll(2).await;
    let first = clerk.call(200, "POST", &at, &rule("age >= 18")).await;
    assert_eq!(first["version"], 1);
    stage.enroll(0).await;
    let event = placed_event(&stage, 0).await;
    assert_eq!(event["rules"], json!([{ "id": first["id"], "version": 1 }]));
    let mut next = rule("former");
    next["rule"] = first["id"].clone();
    next["version"] = json!(1);
    let second = clerk.call(200, "POST", &at, &next).await;
    assert_eq!(
        (&second["id"], second["version"].as_i64()),
        (&first["id"], Some(2))
    );
    assert_eq!(
        clerk.api("POST", &at, &next).await.status,
        409,
        "version 1 is over"
    );
    let (status, refused) = ask(&stage, 1).await;
    assert_eq!(
        (status, refused["type"].as_str()),
        (409, Some("/problems/rule")),
        "{refused}"
    );
    let text = refused.to_string();
    assert!(text.contains("规则：书画类最多上两个班（第 2 版）"), "{text}");
    assert!(text.contains("/classes"), "{text}");
    // Who has a place keeps it, and the old decision still names its version.
    let event = placed_event(&stage, 0).await;
    assert_eq!(event["rules"][0]["version"], 1);
    assert_eq!(ask(&stage, 2).await.1["id"], before["id"]);
    assert!(placed_event(&stage, 2).await.get("rules").is_none());
    let end = format!("/api/v1/eligibility-rules/{}/end", first["id"].as_str().unwrap());
    clerk.call(204, "POST", &end, &json!({ "version": 2 })).await;
    stage.enroll(1).await;
    assert!(placed_event(&stage, 1).await.get("rules").is_none());
}

#[tokio::test(flavor = "multi_thread")]
async fn scopes_days_and_facts_that_are_read() {
    let stage = stage(9, 4).await;
    let clerk = stage.as_registrar();
    let at = rules_at(&stage);
    let mut later = rule("age > 200");
    later["valid_from"] = json!("2026-12-31");
    clerk.call(200, "POST", &at, &later).await;
    later["valid_from"] = json!("2020-01-01");
    assert_eq!(clerk.api("POST", &at, &later).await.status, 422);
    stage.enroll(0).await;
    let db = &stage.app.platform.db;
    let course: Id<teaching::kinds::Course> = db
        .query_one(
            "SELECT course_id FROM class WHERE id = $1 {unscoped: test}",
            db::args![stage.class],
        )
        .await
        .unwrap();
    let street = stage.world.here.street;
    let mut residents = rule(&format!(
        "\"{street}\" in residence && sex != 'x' && completed == []"
    ));
    residents["course"] = json!(course);
    let made = clerk.call(200, "POST", &at, &residents).await;
    assert_eq!(ask(&stage, 1).await.0, 409, "lives nowhere that is known");
    let tx = stage.app.system().begin().await.unwrap();
    tx.exec(
        "UPDATE person SET home_org_id = $2 WHERE id = $1",
        db::args![stage.people[1], street],
    )
    .await
    .unwrap();
    tx.commit(vec![platform::Event::new("test.home", "person", stage.people[1])])
        .await
        .unwrap();
    stage.enroll(1).await;
    let event = placed_event(&stage, 1).await;
    assert_eq!(event["rules"], json!([{ "id": made["id"], "version": 1 }]));
    let mut class = rule("classes_in_category < 0");
    class["class"] = json!(stage.class);
    clerk.call(200, "POST", &at, &class).await;
    assert_eq!(ask(&stage, 1).await.0, 201, "has a place already");
    assert_eq!(ask(&stage, 2).await.0, 409);
    let tried = clerk
        .call(200, "POST", &format!("{at}/dry-run"), &rule("former"))
        .await;
    assert_eq!(tried["cut"], false);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_dry_run_counts_those_of_the_last_term() {
    let stage = stage(9, 3).await;
    for at in 0..3 {
        stage.enroll(at).await;
    }
    let tx = stage.app.system().begin().await.unwrap();
    tx.exec(
        "UPDATE class SET starts_on = '2026-01-05' WHERE id = $1 {unscoped: test}",
        db::args![stage.class],
    )
    .await
    .unwrap();
    tx.commit(vec![platform::Event::new("test.class", "class", stage.class)])
        .await
        .unwrap();
    let clerk = stage.as_registrar();
    let at = format!("{}/dry-run", rules_at(&stage));
    for (expression, refused) in [("former", 3), ("classes_this_term < 1", 0), ("age > 1", 0)] {
        let tried = clerk.call(200, "POST", &at, &rule(expression)).await;
        assert_eq!(
            (tried["learners"].as_i64(), tried["refused"].as_i64()),
            (Some(3), Some(refused)),
            "{expression}"
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_clerk_tries_and_then_publishes_and_nobody_else_may() {
    let stage = stage(5, 1).await;
    let clerk = stage.as_registrar();
    let org = stage.world.here.org.to_string();
    let form = |kind: &'static str, tried: &'static str| {
        [
            ("org", org.clone()),
            ("kind", kind.into()),
            ("most", "2".into()),
            ("expression", "age >".into()),
            ("tried", tried.into()),
            ("words", "同一类别最多两个班".into()),
            ("door_label", "看别的班".into()),
            ("door_href", "/classes".into()),
        ]
    };
    let post = async |client: &testkit::Client, kind, tried| {
        let pairs = form(kind, tried);
        let pairs: Vec<(&str, &str)> = pairs
            .iter()
            .map(|(name, value)| (*name, value.as_str()))
            .collect();
        client.post("/desk/eligibility/edit", &pairs).await
    };
    let empty = clerk.get("/desk/eligibility").await;
    assert!(empty.shows("还没有另外的报名规则"), "{}", empty.body);
    let form_page = clerk
        .get(&format!("/desk/eligibility/edit?class={}", stage.class))
        .await;
    assert!(form_page.shows("这个班"), "{}", form_page.body);
    let wrong = post(&clerk, "own", "").await;
    assert!(wrong.status == 422 && wrong.shows("读不懂"), "{}", wrong.body);
    let tried = post(&clerk, "most", "").await;
    assert!(tried.status == 200 && tried.shows("还没有发布"), "{}", tried.body);
    assert_eq!(post(&clerk, "most", "|classes_in_category < 2").await.status, 303);
    let list = clerk.get("/desk/eligibility").await;
    assert!(list.shows("同一类别最多两个班（第 1 版）"), "{}", list.body);
    assert_eq!(post(&stage.as_sibling(), "most", "").await.status, 404);
    assert_eq!(stage.as_learner(0).get("/desk/eligibility").await.status, 403);
    let at = rules_at(&stage);
    assert_eq!(
        stage
            .as_learner(0)
            .api("POST", &at, &rule("age > 1"))
            .await
            .status,
        403
    );
    assert_eq!(
        stage.as_sibling().api("POST", &at, &rule("age > 1")).await.status,
        404
    );
    let listed = clerk.call(200, "GET", &at, &json!(null)).await;
    let id = listed["items"][0]["id"].as_str().unwrap().to_owned();
    let end = format!("/desk/eligibility/{id}/end");
    assert_eq!(
        stage.as_sibling().post(&end, &[("version", "1")]).await.status,
        404
    );
    assert_eq!(clerk.post(&end, &[("version", "1")]).await.status, 303);
    assert!(clerk.get("/desk/eligibility").await.shows("为止"));
}

#[tokio::test(flavor = "multi_thread")]
async fn rules_are_shown_before_one_asks() {
    let stage = stage(5, 2).await;
    let clerk = stage.as_registrar();
    let at = rules_at(&stage);
    clerk.call(200, "POST", &at, &rule("age >= 18")).await;
    let mut stricter = rule("former");
    stricter["words"] = json!("要先在本校上过课");
    stricter["door_label"] = json!("看入门班");
    let stricter = clerk.call(200, "POST", &at, &stricter).await;
    let now = stage.app.platform.clock.now();
    let words = super::standing::words(&stage.app.platform.db, stage.class, now).await;
    assert_eq!(words.unwrap(), ["书画类最多上两个班", "要先在本校上过课"]);
    let check = stage
        .as_learner(0)
        .get(&format!("/classes/{}/enroll", stage.class))
        .await;
    for text in [
        "学校的报名规则",
        "符合",
        "不符合",
        "按学校的报名规则，现在还不能报：要先在本校上过课",
        "看入门班",
    ] {
        assert!(check.shows(text), "{text}\n{}", check.body);
    }
    assert!(!check.shows("报名这个班"), "{}", check.body);
    let counter = clerk
        .get(&format!("/desk/counter/{}/{}", stage.people[0], stage.class))
        .await;
    assert!(
        counter.shows("不符合") && counter.shows("要先在本校上过课"),
        "{}",
        counter.body
    );
    // The daughter sees how they stand for each of the two.
    stage.linked().await;
    let both = stage
        .as_learner(0)
        .get(&format!("/classes/{}/enroll", stage.class))
        .await;
    assert_eq!(both.body.matches("不符合").count(), 2, "{}", both.body);
    assert!(!both.shows("报名这个班"), "neither may: {}", both.body);
    programs_read_the_same(&stage).await;
    let end = format!(
        "/api/v1/eligibility-rules/{}/end",
        stricter["id"].as_str().unwrap()
    );
    clerk.call(204, "POST", &end, &json!({ "version": 1 })).await;
    let check = stage
        .as_learner(1)
        .get(&format!("/classes/{}/enroll", stage.class))
        .await;
    assert!(
        check.shows("报名这个班") && !check.shows("不符合"),
        "{}",
        check.body
    );
}

async fn programs_read_the_same(stage: &Stage) {
    let clerk = stage.as_registrar();
    let path = format!("/api/v1/classes/{}/eligibility", stage.class);
    let mother = stage.people[1];
    let own = stage.as_learner(0).call(200, "GET", &path, &Value::Null).await;
    assert_eq!(
        (&own["items"][0]["met"], &own["items"][1]["met"]),
        (&json!(true), &json!(false))
    );
    assert_eq!(own["items"][1]["door"]["label"], "看入门班");
    let (helped, person) = (format!("{path}?for={mother}"), format!("{path}?person={mother}"));
    assert_eq!(
        stage.as_learner(0).call(200, "GET", &helped, &Value::Null).await,
        own
    );
    assert_eq!(clerk.call(200, "GET", &person, &Value::Null).await, own);
    let stranger = format!("{path}?for={}", stage.people[0]);
    assert_eq!(
        stage
            .as_learner(1)
            .api("GET", &stranger, &Value::Null)
            .await
            .status,
        404
    );
    assert_eq!(
        stage.as_learner(1).api("GET", &person, &Value::Null).await.status,
        403
    );
    assert_eq!(
        stage.as_sibling().api("GET", &person, &Value::Null).await.status,
        404
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_limit_is_asked_again_when_a_turn_comes_and_the_wait_stays() {
    let stage = stage(1, 3).await;
    stage.confirm_at_once().await;
    stage.give_phone(2).await;
    let plan = testkit::world::ClassPlan {
        name: "书法提高".into(),
        capacity: 1,
        starts: "14:00".into(),
        ..testkit::world::ClassPlan::default()
    };
    let other: teaching::ClassId =
        Id::from_raw(testkit::world::class(&stage.app.platform, &stage.world.here, &plan).await);
    let clerk = stage.as_registrar();
    clerk
        .call(200, "POST", &rules_at(&stage), &rule("classes_in_category < 1"))
        .await;
    let place = async |at: usize, class: teaching::ClassId| {
        let path = format!("/api/v1/classes/{class}/enrollments");
        let made = stage.as_learner(at).call(201, "POST", &path, &json!({})).await;
        (
            made["id"].as_str().unwrap().to_owned(),
            made["status"].as_str().unwrap().to_owned(),
        )
    };
    let leave = async |at: usize, id: &str| {
        let path = format!("/api/v1/enrollments/{id}");
        stage.as_learner(at).call(200, "DELETE", &path, &json!({})).await;
    };
    let standing = async |id: &str| {
        let path = format!("/api/v1/enrollments/{id}");
        let found = stage.as_learner(2).call(200, "GET", &path, &Value::Null).await;
        found["status"].as_str().unwrap().to_owned()
    };
    let (first, _) = place(0, stage.class).await;
    let (second, _) = place(1, other).await;
    let (here, waits) = place(2, stage.class).await;
    let (there, waits_too) = place(2, other).await;
    assert_eq!((waits.as_str(), waits_too.as_str()), ("waitlisted", "waitlisted"));
    leave(0, &first).await;
    assert_eq!(standing(&here).await, "confirmed");
    leave(1, &second).await;
    assert_eq!(
        standing(&there).await,
        "waitlisted",
        "the limit is reached, the wait goes on"
    );
    stage.app.run_jobs(crate::JOBS).await;
    let told = stage.told(2).await;
    assert!(
        told.iter()
            .any(|text| text.contains("书法提高") && text.contains("够数")),
        "{told:?}"
    );
    leave(2, &here).await;
    for _ in 0..100 {
        if standing(&there).await == "confirmed" {
            return;
        }
        tokio::time::sleep(std::time::Duration::from_millis(50)).await;
    }
    panic!("who gave one up has the other: {}", standing(&there).await);
}

//! Rounds by first come through the router, on a class of ten seats.

use crate::testing::{Stage, stage};
use db::args;
use kernel::Id;
use platform::Event;
use serde_json::json;
use testkit::world::{ClassPlan, class};
use testkit::{Answer, NOW};

/// A day in seconds. The tests' now is 2026-11-22 in the morning.
const DAY: i64 = 86_400;

async fn plan(
    stage: &Stage,
    name: &str,
    audience: &str,
    days: (&str, &str),
    changes: &[(&str, &str)],
) -> Answer {
    let class = stage.class.to_string();
    let mut fields = vec![
        ("name", name),
        ("audience", audience),
        ("opens_on", days.0),
        ("opens_at", "09:00"),
        ("closes_on", days.1),
        ("closes_at", "09:00"),
        ("desk_percent", "0"),
        ("newcomer_percent", "0"),
        ("classes", class.as_str()),
    ];
    fields.retain(|(name, _)| changes.iter().all(|(changed, _)| changed != name));
    fields.extend(changes.iter().filter(|(_, value)| !value.is_empty()));
    stage
        .as_registrar()
        .post("/desk/rounds/first-come/new", &fields)
        .await
}

async fn planned(
    stage: &Stage,
    name: &str,
    audience: &str,
    days: (&str, &str),
    changes: &[(&str, &str)],
) -> String {
    let answer = plan(stage, name, audience, days, changes).await;
    assert_eq!(answer.status, 303, "{}", answer.body);
    answer.location().split('?').next().unwrap().to_owned()
}

/// What the API answers to an ask: 201 with its status, or 409 with the problem.
async fn ask(stage: &Stage, at: usize) -> String {
    let path = format!("/api/v1/classes/{}/enrollments", stage.class);
    let answer = stage.as_learner(at).api("POST", &path, &json!({})).await;
    let body = answer.json();
    let word = if answer.status == 201 {
        &body["status"]
    } else {
        &body["type"]
    };
    word.as_str()
        .unwrap_or(&answer.body)
        .trim_start_matches("/problems/")
        .to_owned()
}

async fn ask_at_counter(stage: &Stage, at: usize) -> u16 {
    let path = format!("/desk/counter/{}/{}", stage.people[at], stage.class);
    let shown = stage.as_registrar().get(&path).await;
    assert!(
        !shown.shows("排候补"),
        "the counter is offered its seat: {}",
        shown.body
    );
    let choice = format!("/desk/counter/{}", stage.people[at]);
    let choice = stage.as_registrar().get(&choice).await;
    assert!(
        choice.shows("书法入门") && !choice.body.contains("/signups/new"),
        "a class is chosen, no application: {}",
        choice.body
    );
    stage
        .as_registrar()
        .post(&path, &[("channel", "desk")])
        .await
        .status
}

/// Free seats of the class, and those kept for the counter, as programs read them.
async fn class_now(stage: &Stage, page: &str) -> (i64, i64) {
    let path = format!("/api/v1{}", page.trim_start_matches("/desk"));
    let class = stage.app.visitor().get(&path).await.json()["classes"][0].clone();
    let number = |name: &str| class[name].as_i64().unwrap();
    (number("free"), number("kept_desk"))
}

/// What the public page of the class says of rounds.
async fn told_in_public(stage: &Stage) -> Vec<String> {
    let page = ui::learner_page(&stage.app.system(), "");
    let told = (super::CATALOGUE.sentences)(&stage.app.platform, &page, stage.class).await;
    told.unwrap().rounds
}

/// What the desk does each minute for classes with free seats and people waiting.
async fn look_again(stage: &Stage) {
    let promote = crate::seat_desk::Asked {
        ask: crate::seat_desk::Ask::Promote { class: stage.class },
        by: None,
        channel: platform::Channel::System,
        reason: String::new(),
        key: None,
    };
    crate::seat_desk::place_drawn(&stage.app.platform, &[promote]).await;
}

/// Gives somebody a seat of the term before, in a class of the same course.
async fn learned_before(stage: &Stage, at: usize) {
    let old = Id::<teaching::kinds::Class>::from_raw(
        class(
            &stage.app.platform,
            &stage.world.here,
            &ClassPlan {
                name: "书法入门（秋）".into(),
                ..ClassPlan::default()
            },
        )
        .await,
    );
    let tx = stage.app.system().begin().await.unwrap();
    tx.exec(
        "UPDATE class SET course_id = (SELECT course_id FROM class WHERE id = $2), starts_on = '2026-09-07'
         WHERE id = $1 {unscoped: test}",
        args![old, stage.class],
    )
    .await
    .unwrap();
    tx.exec(
        "INSERT INTO enrollment (id, class_id, term_id, org_id, person_id, status, live, queue, money, channel, rule_version, created_at, changed_at)
         SELECT $1, id, term_id, org_id, $2, 'completed', FALSE, 1, 'none', 'web', 'test', $3, $3 FROM class WHERE id = $4 {unscoped: test}",
        args![stage.app.platform.ids.next::<()>(), stage.people[at], NOW, old],
    )
    .await
    .unwrap();
    tx.commit(vec![Event::new("test.before", "class", old)])
        .await
        .unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn each_round_takes_its_people_in_its_window() {
    let stage = stage(10, 2).await;
    learned_before(&stage, 0).await;
    planned(&stage, "原班续报", "returning", ("2026-11-20", "2026-11-25"), &[]).await;
    let page = planned(
        &stage,
        "新学员报名",
        "newcomers",
        ("2026-11-26", "2026-12-01"),
        &[],
    )
    .await;
    assert_eq!(ask(&stage, 1).await, "own_round_later", "a newcomer hears when");
    let check = stage
        .as_learner(1)
        .get(&format!("/classes/{}/enroll", stage.class))
        .await;
    assert!(
        check.shows("新学员") && check.shows("2026年11月26日 09:00") && check.shows("谁什么时候报"),
        "{}",
        check.body
    );
    assert_eq!(ask(&stage, 0).await, "confirmed", "who learns it here goes on");
    stage.app.platform.clock.advance(5 * DAY);
    assert_eq!(ask(&stage, 1).await, "confirmed");
    let public = stage.app.visitor().get(page.trim_start_matches("/desk")).await;
    assert!(
        public.status == 200 && public.shows("只限没有在本校上过课的新学员"),
        "{}",
        public.body
    );
    stage.app.platform.clock.advance(10 * DAY);
    assert_eq!(
        ask(&stage, 0).await,
        "confirmed",
        "who has the seat hears it again"
    );
}

async fn the_table_is_the_schools(stage: &Stage, page: &str) {
    let table = format!("{page}/enrollments.csv");
    let csv = stage.as_registrar().get(&table).await;
    assert!(
        csv.body.starts_with('\u{feff}') && csv.body.contains("报上的"),
        "{}",
        csv.body
    );
    assert!(
        csv.body.lines().count() > 2 && csv.body.contains(",1,0"),
        "{}",
        csv.body
    );
    assert_eq!(stage.as_sibling().get(&table).await.status, 404);
    assert_eq!(stage.as_learner(0).get(&table).await.status, 403);
}

#[tokio::test(flavor = "multi_thread")]
async fn when_kept_seats_are_released_nobody_comes_before_those_who_wait() {
    let stage = stage(5, 7).await;
    stage.give_phone(4).await;
    let changes = [
        ("desk_percent", "20"),
        ("release_on", "2026-11-24"),
        ("release_at", "12:00"),
    ];
    let days = ("2026-11-20", "2026-12-01");
    planned(&stage, "大家报名", "everyone", days, &changes).await;
    for (at, gets) in [
        (0, "confirmed"),
        (1, "confirmed"),
        (2, "confirmed"),
        (3, "confirmed"),
        (4, "waitlisted"),
    ] {
        assert_eq!(ask(&stage, at).await, gets, "{at}");
    }
    let until = "留的名额到 2026年11月24日 12:00 还没人用，就先给排候补的人，再给所有人。";
    who_waits_hears_why(
        &stage,
        &format!("还有 1 个名额留给到柜台、打电话来报的人。{until}"),
    )
    .await;
    let told = told_in_public(&stage).await;
    assert_eq!(told.len(), 3, "{told:?}");
    assert!(told[0].starts_with("所有人：2026年11月20日 09:00"), "{told:?}");
    assert_eq!(told[1], "还有 1 个名额留给到柜台、打电话来报的人。");
    assert_eq!(told[2], until);
    stage.app.platform.clock.advance(3 * DAY);
    assert_eq!(told_in_public(&stage).await.len(), 1, "nothing is kept any more");
    assert_eq!(ask(&stage, 5).await, "waitlisted", "somebody waits already");
    assert_eq!(stage.status(4).await, "offered");
    let me = stage.as_learner(5);
    let page = me
        .get(&format!("/me/enrollments/{}", stage.latest(5).await))
        .await;
    assert!(
        page.shows("还有 1 个名额正等轮到的人接受，最晚等到 2026年11月26日"),
        "{}",
        page.body
    );
    stage.app.platform.clock.advance(30 * DAY);
    assert!(told_in_public(&stage).await.is_empty(), "the round is over");
}

/// The fourth waits although a seat is free: the message and the page say for whom it is kept, and until when.
async fn who_waits_hears_why(stage: &Stage, sentences: &str) {
    stage.app.run_jobs(crate::enrollments::JOBS).await;
    let told = stage.told(4).await;
    assert!(told.last().unwrap().contains(sentences), "{told:?}");
    let page = format!("/me/enrollments/{}", stage.latest(4).await);
    let page = stage.as_learner(4).get(&page).await;
    assert!(page.shows("为什么还看得到名额，却要等"), "{}", page.body);
    assert!(page.shows("还有 1 个名额留给到柜台"), "{}", page.body);
    let seated = format!("/me/enrollments/{}", stage.latest(0).await);
    assert!(!stage.as_learner(0).get(&seated).await.shows("却要等"));
}

#[tokio::test(flavor = "multi_thread")]
async fn the_counters_seats_flow_back_at_their_minute() {
    let stage = stage(5, 7).await;
    let changes = [
        ("desk_percent", "40"),
        ("release_on", "2026-11-24"),
        ("release_at", "12:00"),
    ];
    let page = planned(
        &stage,
        "大家报名",
        "everyone",
        ("2026-11-20", "2026-12-01"),
        &changes,
    )
    .await;
    for at in 0..3 {
        assert_eq!(ask(&stage, at).await, "confirmed");
    }
    assert_eq!(
        ask(&stage, 3).await,
        "waitlisted",
        "two seats are kept for the counter"
    );
    let path = format!("/api/v1/classes/{}/enrollments", stage.class);
    let waits = stage
        .as_learner(3)
        .api("POST", &path, &json!({ "accept_waitlist": true }))
        .await;
    assert_eq!(
        (waits.status, waits.json()["status"].as_str()),
        (201, Some("waitlisted")),
        "{}",
        waits.body
    );
    assert_eq!(ask_at_counter(&stage, 4).await, 303);
    assert_eq!(
        stage.status(4).await,
        "confirmed",
        "the counter has a seat for who comes in person"
    );
    let board = stage.as_registrar().get(&page).await;
    assert!(board.shows("留的名额") && board.shows("服务台"), "{}", board.body);
    the_table_is_the_schools(&stage, &page).await;
    assert_eq!(
        class_now(&stage, &page).await,
        (0, 1),
        "free, and kept for the counter"
    );
    assert_eq!(stage.status(3).await, "waitlisted");
    stage.app.platform.clock.advance(3 * DAY);
    look_again(&stage).await;
    assert_eq!(
        stage.status(3).await,
        "offered",
        "after the minute of release it goes to who waits"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_round_pauses_with_a_public_notice_and_goes_on() {
    let stage = stage(5, 2).await;
    let page = planned(&stage, "大家报名", "everyone", ("2026-11-20", "2026-12-01"), &[]).await;
    let registrar = stage.as_registrar();
    let empty = registrar
        .post(&format!("{page}/pause"), &[("notice", ""), ("version", "1")])
        .await;
    assert_eq!(empty.status, 422);
    let notice = [("notice", "正在核对名单，下午两点恢复"), ("version", "1")];
    assert_eq!(
        registrar.post(&format!("{page}/pause"), &notice).await.status,
        303
    );
    assert_eq!(
        registrar.post(&format!("{page}/pause"), &notice).await.status,
        409,
        "an old page changes nothing"
    );
    assert_eq!(ask(&stage, 0).await, "paused");
    let public = stage.app.visitor().get(page.trim_start_matches("/desk")).await;
    assert!(public.shows("正在核对名单，下午两点恢复"), "{}", public.body);
    assert_eq!(
        registrar
            .post(&format!("{page}/resume"), &[("version", "2")])
            .await
            .status,
        303
    );
    assert_eq!(ask(&stage, 0).await, "confirmed");
    let reason = [("reason", "计划改了"), ("version", "3")];
    assert_eq!(
        registrar.post(&format!("{page}/cancel"), &reason).await.status,
        303
    );
    assert_eq!(
        ask(&stage, 1).await,
        "confirmed",
        "the class's own window counts again"
    );
    assert_eq!(stage.as_sibling().get(&page).await.status, 404);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_plan_says_beside_each_field_what_is_wrong() {
    let stage = stage(5, 1).await;
    for (changes, words) in [
        (vec![("name", "原")], "名称"),
        (vec![("closes_on", "2026-11-19")], "截止时间要在开始时间之后"),
        (vec![("desk_percent", "20")], "留了名额，就要写哪一天放给所有人"),
        (
            vec![("desk_percent", "20"), ("release_on", "2027-01-01")],
            "放开的时间要在报名开始和截止之间",
        ),
        (
            vec![("desk_percent", "60"), ("newcomer_percent", "60")],
            "最多 100%",
        ),
        (vec![("classes", "")], "请"),
        (vec![("opens_on", "2020-01-01")], "自己的报名时间是"),
    ] {
        let wrong = plan(
            &stage,
            "大家报名",
            "everyone",
            ("2026-11-20", "2026-12-01"),
            &changes,
        )
        .await;
        assert!(
            wrong.status == 422 && wrong.shows(words),
            "{changes:?}: {} {}",
            wrong.status,
            wrong.body
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn programs_plan_pause_and_resume_as_officers_do() {
    let stage = stage(5, 1).await;
    let registrar = stage.as_registrar();
    let body = json!({
        "org": stage.world.here.org, "name": "大家报名", "audience": "everyone",
        "opens": "2026-11-20T09:00:00+08:00", "closes": "2026-12-01T09:00:00+08:00",
        "desk_percent": 20, "classes": [stage.class],
    });
    let wrong = registrar.api("POST", "/api/v1/rounds/first-come", &body).await;
    assert_eq!(
        (wrong.status, &wrong.json()["errors"][0]["field"]),
        (422, &json!("release_at")),
        "{}",
        wrong.body
    );
    let mut fine = body.clone();
    fine["release_at"] = json!("2026-11-30T09:00:00+08:00");
    let made = registrar.api("POST", "/api/v1/rounds/first-come", &fine).await;
    assert_eq!(made.status, 201, "{}", made.body);
    let path = format!(
        "/api/v1/rounds/first-come/{}",
        made.json()["id"].as_str().unwrap()
    );
    let act = async |verb: &str, body: serde_json::Value| {
        registrar
            .api("POST", &format!("{path}/{verb}"), &body)
            .await
            .status
    };
    assert_eq!(
        act("pause", json!({ "reason": "核对名单", "version": 1 })).await,
        204
    );
    assert_eq!(ask(&stage, 0).await, "paused");
    assert_eq!(act("resume", json!({ "version": 1 })).await, 409);
    assert_eq!(act("resume", json!({ "version": 2 })).await, 204);
    assert_eq!(ask(&stage, 0).await, "confirmed");
    assert_eq!(
        act("cancel", json!({ "reason": "计划改了", "version": 3 })).await,
        204
    );
    let refused = stage
        .as_learner(0)
        .api("POST", "/api/v1/rounds/first-come", &fine)
        .await;
    assert_eq!(refused.status, 403);
    let there = stage
        .as_sibling()
        .api("POST", "/api/v1/rounds/first-come", &fine)
        .await;
    assert_eq!(there.status, 404);
}

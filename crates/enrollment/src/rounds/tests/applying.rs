//! Planning a round, and applying in it.

use super::{AFTER, Season, season};
use kernel::Id;
use serde_json::json;

#[tokio::test(flavor = "multi_thread")]
async fn a_plan_is_checked_field_by_field() {
    let season = season(2).await;
    let stage = &season.stage;
    let blank = stage.as_registrar().get("/desk/rounds/new").await;
    assert!(blank.shows("书法入门") && blank.shows("合唱"), "{}", blank.body);
    for (field, value, words) in [
        ("name", "摇", "名称"),
        ("closes_on", "2026-11-19", "截止时间要在开始时间之后"),
        (
            "closes_on",
            "2027-03-02",
            "“书法入门”第一次课在 2027年3月1日 09:00，报名要在那以前截止",
        ),
        ("wish_limit", "4", "志愿数要在 1 到 3 之间"),
        ("classes", "", "请"),
        ("newcomer_percent", "101", "0 到 100"),
    ] {
        let wrong = season.plan(&[(field, value)]).await;
        assert!(
            wrong.status == 422 && wrong.shows(words),
            "{field}: {} {}",
            wrong.status,
            wrong.body
        );
        assert!(
            wrong.body.contains("2026-12-01") || field == "closes_on",
            "typed text is kept"
        );
    }
    let round = season.planned().await;
    let again = season.plan(&[]).await;
    assert_eq!(again.status, 422, "a class is in one round at most");
    let open = crate::rounds::lessons::seats_are_given(&stage.app.platform.db, season.choir).await;
    let open = open.unwrap_err();
    assert_eq!(
        open.code(),
        "round_open",
        "a class is not started while its draw is open"
    );
    let cancel = [("version", "1"), ("reason", "人不够，不摇号了")];
    let path = format!("/desk/rounds/{round}/cancel");
    let cancelled = stage.as_registrar().post(&path, &cancel).await;
    assert_eq!(cancelled.status, 303, "{}", cancelled.body);
    let given = crate::rounds::lessons::seats_are_given(&stage.app.platform.db, season.choir).await;
    given.unwrap();
    assert!(
        stage
            .as_registrar()
            .get(&format!("/desk/rounds/{round}"))
            .await
            .shows("照上学期看")
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_class_in_a_draw_takes_nobody_who_simply_asks() {
    let season = season(1).await;
    let stage = &season.stage;
    let round = season.planned().await;
    let path = format!("/api/v1/classes/{}/enrollments", stage.class);
    let refused = stage.as_learner(0).api("POST", &path, &json!({})).await;
    assert_eq!(
        (refused.status, refused.json()["type"].as_str()),
        (409, Some("/problems/in_draw")),
        "{}",
        refused.body
    );
    assert!(
        refused.body.contains(&format!("/rounds/{round}")),
        "{}",
        refused.body
    );
    let door = stage
        .as_learner(0)
        .get(&format!("/classes/{}/enroll", stage.class))
        .await;
    assert_eq!(
        door.location(),
        format!("/rounds/{round}/apply?class={}", stage.class)
    );
    let form = stage.as_learner(0).get(door.location()).await;
    assert!(
        form.body.contains(&format!("value=\"{}\" selected", stage.class)),
        "{}",
        form.body
    );
    let tx = stage.app.system().begin().await.unwrap();
    let sql = "UPDATE round SET status = 'published' WHERE id = $1 {unscoped: test}";
    tx.exec(sql, db::args![round]).await.unwrap();
    tx.commit(vec![platform::Event::new("test.round", "round", round)])
        .await
        .unwrap();
    let taken = stage.as_learner(0).api("POST", &path, &json!({})).await;
    assert_eq!(taken.status, 201, "when it is over, first come: {}", taken.body);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_round_is_its_schools_and_can_be_cancelled() {
    let season = season(1).await;
    let stage = &season.stage;
    let round = season.planned().await;
    let path = format!("/api/v1/classes/{}/enrollments", stage.class);
    let board = stage.as_registrar().get(&format!("/desk/rounds/{round}")).await;
    assert!(
        board.shows("照上学期看") && !board.shows("封存名单，公开指纹"),
        "{}",
        board.body
    );
    let early = season.act(&stage.as_registrar(), round, "seal").await;
    assert_eq!(early.status, 409, "still open");
    for path in [
        format!("/desk/rounds/{round}"),
        format!("/desk/rounds/{round}/signups/new?person={}", stage.people[0]),
    ] {
        assert_eq!(stage.as_sibling().get(&path).await.status, 404, "{path}");
    }
    assert_eq!(season.act(&stage.as_sibling(), round, "seal").await.status, 404);

    let version: i64 = season
        .one("SELECT version FROM round WHERE id = $1 {unscoped: test}", round)
        .await;
    let fields = [
        ("version", version.to_string()),
        ("reason", "名额够了，不用摇".to_owned()),
    ];
    let fields: Vec<(&str, &str)> = fields
        .iter()
        .map(|(name, value)| (*name, value.as_str()))
        .collect();
    let stale = [("version", "0"), ("reason", "名额够了，不用摇")];
    let cancel = format!("/desk/rounds/{round}/cancel");
    assert_eq!(
        stage.as_registrar().post(&cancel, &stale).await.status,
        409,
        "somebody was faster"
    );
    assert_eq!(
        stage.as_registrar().post(&cancel, &fields[..1]).await.status,
        422,
        "a reason is asked for"
    );
    assert_eq!(stage.as_registrar().post(&cancel, &fields).await.status, 303);
    assert_eq!(
        stage.as_learner(0).api("POST", &path, &json!({})).await.status,
        201,
        "first come again"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_couple_applies_as_one_and_each_can_take_it_back() {
    let season = season(3).await;
    let stage = &season.stage;
    let round = season.planned().await;
    let (class, choir) = (stage.class.to_string(), season.choir.to_string());
    let apply = format!("/rounds/{round}/apply");
    let companion = stage.people[1].to_string();
    let post = async |at: usize, birth: &str, second: &str| {
        let fields = [
            ("wish_1", class.as_str()),
            ("wish_2", second),
            ("companion_number_1", &companion),
            ("companion_birth_1", birth),
        ];
        stage.as_learner(at).post(&apply, &fields).await
    };
    let wrong = post(0, "1950-03-16", "").await;
    assert!(
        wrong.status == 422 && wrong.shows("学号和出生日期对不上"),
        "{}",
        wrong.body
    );
    let twice = post(0, "1950-03-15", &class).await;
    assert!(
        twice.status == 422 && twice.shows("同一个班只要填一次"),
        "{}",
        twice.body
    );
    let couple = post(0, "1950-03-15", &choir).await;
    assert_eq!(couple.status, 303, "{}", couple.body);
    let signup = couple.location().split('?').next().unwrap().to_owned();
    let page = stage.as_learner(1).get(&signup).await;
    assert!(
        page.shows("学员0") && page.shows("学员1") && page.shows("书法入门"),
        "{}",
        page.body
    );
    assert_eq!(
        stage.as_learner(2).get(&signup).await.status,
        404,
        "somebody else's"
    );
    assert!(stage.as_learner(1).get("/me").await.body.contains(&signup));
    let again = post(0, "1950-03-15", "").await;
    assert_eq!(
        (again.status, again.location()),
        (303, signup.as_str()),
        "the back button"
    );
    let taken = post(2, "1950-03-15", "").await;
    assert!(
        taken.status == 422 && taken.shows("已经在这个批次报过名"),
        "{}",
        taken.body
    );
    the_companion_takes_it_back(&season, &signup).await;
    season.apply(0, round, &[season.choir]).await;
}

/// A companion who does not want to takes the signup back; both are free again.
async fn the_companion_takes_it_back(season: &Season, signup: &str) {
    let stage = &season.stage;
    let slip = stage.as_learner(0).get(&format!("{signup}/slip.pdf")).await;
    assert!(slip.bytes.starts_with(b"%PDF"), "{}", slip.status);
    let path = format!("{signup}/withdraw");
    assert_eq!(stage.as_learner(1).post(&path, &[]).await.status, 303);
    assert!(stage.as_learner(0).get(signup).await.shows("已撤回"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_clerk_applies_for_a_person() {
    let season = season(4).await;
    let stage = &season.stage;
    let round = season.planned().await;
    let class = stage.class.to_string();
    let clerk = stage.as_registrar();
    let choose = clerk.get(&format!("/desk/counter/{}", stage.people[3])).await;
    let form = format!("/desk/rounds/{round}/signups/new");
    assert!(choose.body.contains(&form), "{}", choose.body);
    let who = stage.people[3].to_string();
    let fields = [("person", who.as_str()), ("channel", "phone"), ("wish_1", &class)];
    let done = clerk.post(&form, &fields).await;
    assert_eq!(done.status, 303, "{}", done.body);
    let at_desk = done.location().split('?').next().unwrap().to_owned();
    let shown = clerk.get(&at_desk).await;
    assert!(shown.shows("学员3") && shown.shows("电话"), "{}", shown.body);
    assert_eq!(stage.as_sibling().get(&at_desk).await.status, 404);
    let own = at_desk.replace("/desk/", "/me/");
    assert_eq!(
        stage.as_learner(3).get(&own).await.status,
        200,
        "the person sees what the clerk did"
    );
    stage.app.platform.clock.advance(AFTER);
    let id = at_desk.rsplit('/').next().unwrap().to_owned();
    let late = stage
        .as_learner(3)
        .api("DELETE", &format!("/api/v1/signups/{id}"), &json!({}))
        .await;
    assert_eq!(late.status, 409, "the list stands: {}", late.body);
}

#[tokio::test(flavor = "multi_thread")]
async fn wrong_and_late_requests_get_sentences() {
    let season = season(5).await;
    let stage = &season.stage;
    let round = season.planned().await;
    let (class, choir) = (stage.class.to_string(), season.choir.to_string());
    let path = format!("/api/v1/rounds/{round}/signups");
    for (body, field) in [
        (json!({ "wishes": [] }), "wish_1"),
        (json!({ "wishes": [Id::<()>::from_raw(7)] }), "wish_1"),
        (json!({ "wishes": [class, choir, class] }), "wish_3"),
        (
            json!({ "wishes": [class], "companions": [{ "number": "X1", "birth": "1950-03-15" }] }),
            "companion_number_1",
        ),
    ] {
        let answer = stage.as_learner(4).api("POST", &path, &body).await;
        assert_eq!(answer.status, 422, "{}", answer.body);
        assert!(
            testkit::wrong_fields(&answer.json()).contains(&field),
            "{field}: {}",
            answer.body
        );
    }
    assert_eq!(
        stage
            .app
            .visitor()
            .api("POST", &path, &json!({ "wishes": [class] }))
            .await
            .status,
        401
    );
    let listed = stage.app.visitor().get("/rounds").await;
    assert!(
        listed.shows("春季热门班摇号") && listed.shows("正在报名"),
        "{}",
        listed.body
    );
    stage.app.platform.clock.advance(AFTER);
    let late = stage
        .as_learner(4)
        .api("POST", &path, &json!({ "wishes": [class] }))
        .await;
    assert_eq!(
        (late.status, late.json()["type"].as_str()),
        (409, Some("/problems/closed"))
    );
}

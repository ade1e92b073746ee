//! The staff's steps for programs, and the tables of the boards.

use super::{AFTER, Season, season};
use crate::RoundId;
use serde_json::{Value, json};
use testkit::Client;

impl Season {
    fn body(&self, method: &str) -> Value {
        json!({
            "org": self.stage.world.here.org, "name": "合唱团招新", "method": method, "audience": "everyone",
            "opens": "2026-11-20T09:00:00+08:00", "closes": "2026-12-01T17:00:00+08:00", "wish_limit": 1,
            "companion_limit": 1, "classes": [self.choir],
        })
    }

    async fn planned_for_programs(&self, method: &str) -> RoundId {
        let registrar = self.stage.as_registrar();
        let answer = registrar.api("POST", "/api/v1/rounds", &self.body(method)).await;
        assert_eq!(answer.status, 201, "{}", answer.body);
        answer.json()["id"].as_str().unwrap().parse().unwrap()
    }

    /// Does a step with the version that the board shows.
    async fn step(&self, client: &Client, round: RoundId, verb: &str) -> u16 {
        let board = client
            .api("GET", &format!("/api/v1/rounds/{round}/board"), &Value::Null)
            .await;
        let version = match board.status {
            200 => board.json()["version"].clone(),
            _ => json!(1),
        };
        let body = json!({ "version": version, "reason": "再核一遍" });
        let path = format!("/api/v1/rounds/{round}/{verb}");
        client.api("POST", &path, &body).await.status
    }
}

async fn wrong_plans_are_refused(season: &Season, registrar: &Client) {
    for (change, field) in [
        ("method", json!("first_come")),
        ("closes", json!("2026-11-20T09:00:00+08:00")),
    ] {
        let mut body = season.body("interview");
        body[change] = field;
        let answer = registrar.api("POST", "/api/v1/rounds", &body).await;
        assert!(
            answer.status == 422 && answer.body.contains(change),
            "{}",
            answer.body
        );
    }
}

/// The board and its table are the school's.
async fn the_board_is_the_schools(season: &Season, registrar: &Client, round: RoundId, signups: &[Value]) {
    let stage = &season.stage;
    let board = registrar
        .api("GET", &format!("/api/v1/rounds/{round}/board"), &Value::Null)
        .await;
    assert!(
        board.body.contains("声部已满") && board.body.contains("published"),
        "{}",
        board.body
    );

    let table = format!("/desk/rounds/{round}/signups.csv");
    let csv = registrar.get(&table).await;
    assert!(
        csv.body.starts_with('\u{feff}') && csv.body.lines().count() == 4,
        "{}",
        csv.body
    );
    assert!(
        csv.body.contains("学员0") && csv.body.contains("未录取，声部已满"),
        "{}",
        csv.body
    );
    assert!(!csv.body.contains(signups[0].as_str().unwrap()), "{}", csv.body);
    assert_eq!(stage.as_sibling().get(&table).await.status, 404);
    assert_eq!(stage.as_learner(0).get(&table).await.status, 403);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_program_takes_the_steps_of_a_selection() {
    let season = season(3).await;
    let stage = &season.stage;
    let (registrar, head) = (stage.as_registrar(), season.as_head());
    wrong_plans_are_refused(&season, &registrar).await;
    let round = season.planned_for_programs("interview").await;
    let mut signups = Vec::new();
    for at in 0..3 {
        signups.push(season.apply(at, round, &[season.choir]).await["id"].clone());
    }
    stage.app.platform.clock.advance(AFTER);
    let plan = json!({ "first": "2026-12-05T09:00:00+08:00", "minutes": 10, "place": "201 室" });
    let interviews = format!("/api/v1/rounds/{round}/interviews");
    assert_eq!(registrar.api("POST", &interviews, &plan).await.status, 204);
    let notes = json!({ "notes": [
        { "signup": signups[0], "outcome": "chosen" },
        { "signup": signups[1], "outcome": "reserve", "place": 1 },
        { "signup": signups[2], "outcome": "declined", "reason": "声部已满" },
    ] });
    let sheet = format!("/api/v1/rounds/{round}/classes/{}", season.choir);
    for (client, status) in [
        (stage.as_learner(0), 403),
        (stage.as_sibling(), 404),
        (stage.as_registrar(), 204),
    ] {
        assert_eq!(client.api("POST", &sheet, &notes).await.status, status);
    }
    let again = json!({ "notes": [{ "signup": signups[2], "outcome": "reserve", "place": 1 }] });
    assert_eq!(
        registrar.api("POST", &sheet, &again).await.status,
        422,
        "the place is taken by a note that stays"
    );
    for (client, verb, status) in [
        (&registrar, "confirm", 409),
        (&registrar, "propose", 204),
        (&registrar, "confirm", 409),
        (&head, "send-back", 204),
        (&registrar, "propose", 204),
        (&head, "confirm", 204),
        (&head, "publish", 204),
        (&head, "cancel", 409),
    ] {
        assert_eq!(season.step(client, round, verb).await, status, "{verb}");
    }
    stage.app.run_jobs(crate::JOBS).await;
    // A seat was still free, so the reserve has it.
    let placed = season.placed(round).await;
    assert_eq!(
        placed.iter().filter(|one| one.2 == "confirmed").count(),
        2,
        "{placed:?}"
    );
    the_board_is_the_schools(&season, &registrar, round, &signups).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_program_takes_the_steps_of_a_draw() {
    let season = season(3).await;
    let stage = &season.stage;
    let (registrar, head) = (stage.as_registrar(), season.as_head());
    let round = season.planned_for_programs("draw").await;
    for at in 0..3 {
        season.apply(at, round, &[season.choir]).await;
    }
    assert_eq!(season.step(&registrar, round, "seal").await, 409, "open");
    stage.app.platform.clock.advance(AFTER);
    assert_eq!(season.step(&stage.as_sibling(), round, "seal").await, 404);
    assert_eq!(season.step(&stage.as_learner(0), round, "seal").await, 403);
    assert_eq!(
        season.step(&registrar, round, "propose").await,
        404,
        "not a selection"
    );
    assert_eq!(season.step(&registrar, round, "seal").await, 204);
    let path = format!("/api/v1/rounds/{round}/randomness");
    let entry = json!({ "text": "2026138 3 8 1", "source": "福利彩票 3D 第 2026138 期" });
    assert_eq!(registrar.api("POST", &path, &entry).await.json()["drawn"], false);
    assert_eq!(
        head.api("DELETE", &path, &Value::Null).await.status,
        409,
        "not theirs"
    );
    assert_eq!(registrar.api("DELETE", &path, &Value::Null).await.status, 204);
    assert_eq!(registrar.api("POST", &path, &entry).await.json()["drawn"], false);
    assert_eq!(head.api("POST", &path, &entry).await.json()["drawn"], true);
    assert_eq!(season.step(&head, round, "publish").await, 204);
    stage.app.run_jobs(crate::JOBS).await;
    assert_eq!(season.placed(round).await.len(), 3);
    let csv = registrar.get(&format!("/desk/rounds/{round}/signups.csv")).await;
    assert!(
        csv.body.contains("摇中“合唱”") && csv.body.contains("没有摇中"),
        "{}",
        csv.body
    );
    assert!(!csv.body.contains("学员0"), "the board of a draw shows no names");
}

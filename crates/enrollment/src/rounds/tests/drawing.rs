//! Seal, randomness, draw and publishing.

use super::{AFTER, Season, season};
use crate::RoundId;
use crate::draws::algorithm::verify;
use crate::draws::file::DrawFile;
use db::args;
use kernel::{Id, PersonId};
use platform::{Event, Role};
use serde_json::{Value, json};
use teaching::ClassId;
use testkit::world::{ClassPlan, class};
use testkit::{Client, staff};

/// The first officer's entry is hidden from the second; one that differs fixes nothing; only its author takes it back.
async fn entries_must_agree(season: &Season, registrar: &Client, head: &Client, round: RoundId) {
    assert_eq!(season.enter(registrar, round, "").await.status, 422);
    assert_eq!(season.enter(registrar, round, "2026138 3 8 1").await.status, 303);
    assert_eq!(
        season.enter(registrar, round, "2026138 3 8 1").await.status,
        409,
        "the same officer"
    );
    let other = season.enter(head, round, "2026138 3 8 2").await;
    assert!(
        other.status == 409 && other.body.contains("2026138 3 8 2"),
        "typed text is kept"
    );
    assert!(
        !other.shows("2026138 3 8 1"),
        "the second does not see what the first entered"
    );
    let board = registrar.get(&format!("/desk/rounds/{round}")).await;
    assert!(
        board.shows("两位录的不一样") && !board.body.contains("f-source"),
        "{}",
        board.body
    );
    let take_back = format!("/desk/rounds/{round}/randomness/withdraw");
    assert_eq!(head.post(&take_back, &[]).await.status, 409, "not the author");
    assert_eq!(registrar.post(&take_back, &[]).await.status, 303);
}

#[tokio::test(flavor = "multi_thread")]
async fn two_officers_fix_the_randomness_after_the_seal() {
    let season = season(4).await;
    let stage = &season.stage;
    let round = season.planned().await;
    for at in 0..4 {
        season.apply(at, round, &[stage.class]).await;
    }
    let (registrar, head) = (stage.as_registrar(), season.as_head());
    assert_eq!(
        season.enter(&registrar, round, "2026138 3 8 1").await.status,
        409,
        "before the seal"
    );
    stage.app.platform.clock.advance(AFTER);
    let here = &stage.world.here;
    let ctx = stage
        .app
        .ctx(staff(season.head, Role::SchoolHead, here.org, &here.path));
    let waiting = crate::waiting(&ctx).await.unwrap();
    assert!(waiting[0].title.starts_with("封存名单"), "{waiting:?}");
    assert_eq!(
        season.act(&registrar, round, "publish").await.status,
        409,
        "not drawn"
    );
    assert_eq!(season.act(&registrar, round, "seal").await.status, 303);
    assert_eq!(season.act(&registrar, round, "seal").await.status, 409, "once");
    let sealed = season.file(round).await;
    let page = stage.app.visitor().get(&format!("/rounds/{round}")).await;
    assert!(
        page.shows(&sealed.seal.hash) && page.body.contains("data-draw-run"),
        "{}",
        page.body
    );

    entries_must_agree(&season, &registrar, &head, round).await;
    assert!(season.file(round).await.result.is_none());
    assert_eq!(season.enter(&head, round, "2026138 3 8 2").await.status, 303);
    assert_eq!(season.enter(&registrar, round, "2026138 3 8 2").await.status, 303);

    let file = season.file(round).await;
    assert!(verify(&file).is_ok());
    assert_eq!(file.seal, sealed.seal);
    let page = stage.app.visitor().get(&format!("/rounds/{round}")).await;
    assert!(
        page.shows("2026138 3 8 2") && page.shows("**") && !page.shows("学员0"),
        "{}",
        page.body
    );
    let first = super::super::model::spaced(&file.result.unwrap().order[0].receipt);
    assert!(page.shows(&first), "{first}");
    assert_eq!(
        season.enter(&head, round, "2026138 3 8 2").await.status,
        409,
        "once"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_season_ends_with_every_seat_given_and_everybody_told() {
    let season = season(9).await;
    let stage = &season.stage;
    season.before(2, "completed").await;
    season.before(3, "expired").await;
    let round = season.planned().await;
    let receipts = everybody_applies(&season, round).await;
    season.sealed_and_drawn(round).await;
    let file = season.file(round).await;
    the_list_is_as_the_rules_say(&season, &file, &receipts);
    let result = file.result.unwrap();
    let won = |at: &usize| result.seated.iter().find(|seat| seat.receipt == receipts[*at]);
    // Somebody who won alone takes another class at that hour meanwhile.
    let busy = (1..8).find(|at| won(at).is_some()).unwrap();
    takes_another_class(&season, busy + 1, &won(&busy).unwrap().class).await;

    season.published(round).await;
    let placed = season.placed(round).await;
    let seats = |class: ClassId| {
        let seated = placed.iter().filter(|row| row.1 == class && row.2 == "confirmed");
        seated.count()
    };
    assert_eq!((seats(stage.class), seats(season.choir)), (3, 2), "{placed:?}");
    the_refused_winner_waits_for_the_other_wish(&season, &placed, busy + 1, &won(&busy).unwrap().class).await;
    let seated = |person| placed.iter().any(|row| row.0 == person && row.2 == "confirmed");
    let waits_too = placed.iter().find(|row| row.2 == "waitlisted" && seated(row.0));
    assert_eq!(waits_too, None, "who has a seat waits for nothing else");
    waits_keep_the_drawn_order(&season, &placed, &receipts, &result);
    let couple = placed.iter().filter(|row| stage.people[..2].contains(&row.0));
    let couple: Vec<&String> = couple.map(|row| &row.2).collect();
    let alike = couple.windows(2).all(|pair| pair[0] == pair[1]);
    assert!(couple.len().is_multiple_of(2) && alike, "{couple:?}");

    let loser = (1..8).find(|at| won(at).is_none()).unwrap();
    a_loser_sees_why(&season, loser + 1).await;
    let heard = stage.told(loser + 1).await;
    stage.job("round.publish", json!({ "round": round })).await;
    assert_eq!(
        season.placed(round).await,
        placed,
        "run again, it changes nothing"
    );
    assert_eq!(stage.told(loser + 1).await, heard, "and tells nobody twice");
    let results = heard.iter().filter(|text| text.contains("摇号结果"));
    assert_eq!(results.count(), 1, "{heard:?}");
    let miscounted = crate::recount(&stage.app.platform.db).await.unwrap();
    assert_eq!(miscounted, Vec::<String>::new());
}

/// The first two as a couple, the others alone; gives receipt numbers, the couple's first, then one a person from 2.
async fn everybody_applies(season: &Season, round: RoundId) -> Vec<String> {
    let stage = &season.stage;
    let number = stage.people[1].to_string();
    let wishes = [stage.class, season.choir];
    let body = json!({ "wishes": wishes, "companions": [{ "number": number, "birth": "1950-03-15" }] });
    let path = format!("/api/v1/rounds/{round}/signups");
    let couple = stage.as_learner(0).api("POST", &path, &body).await;
    assert_eq!(couple.status, 201, "{}", couple.body);
    let mut receipts = vec![couple.json()["receipt"].as_str().unwrap().to_owned()];
    for at in 2..9 {
        let signup = season.apply(at, round, &wishes).await;
        receipts.push(signup["receipt"].as_str().unwrap().to_owned());
        stage.give_phone(at).await;
    }
    receipts
}

fn the_list_is_as_the_rules_say(season: &Season, file: &DrawFile, receipts: &[String]) {
    let entrant = |at: usize| {
        let mut all = file.entrants.iter();
        all.find(|one| one.receipt == receipts[at]).unwrap()
    };
    assert_eq!((entrant(0).size, entrant(0).tickets), (2, 1));
    assert_eq!(entrant(1).pools, ["open"], "had a seat before");
    assert_eq!(entrant(2).pools, ["new", "open"], "only waited");
    assert_eq!(entrant(2).tickets, 2, "one more for the term waited");
    let seats = |class: ClassId| {
        let mut all = file.classes.iter();
        let class = all.find(|one| one.id == class.to_string()).unwrap();
        (class.seats.get("new").copied(), class.seats["open"])
    };
    assert_eq!(
        (seats(season.stage.class), seats(season.choir)),
        ((Some(1), 2), (None, 2))
    );
}

async fn takes_another_class(season: &Season, at: usize, won: &str) {
    let stage = &season.stage;
    let morning = won == stage.class.to_string();
    let plan = ClassPlan {
        name: "太极".into(),
        starts: if morning { "09:30".into() } else { "14:30".into() },
        ..ClassPlan::default()
    };
    let other: ClassId = Id::from_raw(class(&stage.app.platform, &stage.world.here, &plan).await);
    let path = format!("/api/v1/classes/{other}/enrollments");
    let taken = stage.as_learner(at).api("POST", &path, &json!({})).await;
    assert_eq!(taken.status, 201, "{}", taken.body);
}

/// Who cannot take the seat that they won hears why, and waits for the other class that they wished for.
async fn the_refused_winner_waits_for_the_other_wish(
    season: &Season,
    placed: &[(PersonId, ClassId, String, i64)],
    at: usize,
    won: &str,
) {
    let stage = &season.stage;
    let (other, name) = if won == stage.class.to_string() {
        (season.choir, "合唱")
    } else {
        (stage.class, "书法入门")
    };
    let own: Vec<_> = placed.iter().filter(|row| row.0 == stage.people[at]).collect();
    let waits = own.iter().all(|row| row.1 == other && row.2 == "waitlisted");
    assert!(own.len() == 1 && waits, "{own:?}");
    let told = stage.told(at).await.join(" ");
    for words in ["您摇中了，但报不上", "时间冲突", "排进候补", name] {
        assert!(told.contains(words), "{words}: {told}");
    }
}

/// Rank, cut-off and what was missed, on the page and by the API.
async fn a_loser_sees_why(season: &Season, at: usize) {
    let client = season.stage.as_learner(at);
    let mine = client.api("GET", "/api/v1/me/signups", &Value::Null).await.json();
    let item = &mine["items"][0];
    assert!(item["rank"].as_u64().is_some() && item["won"].is_null(), "{mine}");
    let page = client
        .get(&format!("/me/signups/{}", item["id"].as_str().unwrap()))
        .await;
    let waits = season.stage.status(at).await != "waitlisted" || page.shows("候补中（第 ");
    assert!(waits, "{}", page.body);
    let why = page.shows("8 份申请里，您排在第") && page.shows("位时名额就没有了");
    assert!(why, "{}", page.body);
}

fn waits_keep_the_drawn_order(
    season: &Season,
    placed: &[(PersonId, ClassId, String, i64)],
    receipts: &[String],
    result: &crate::draws::file::DrawResult,
) {
    let rank = |who: PersonId| {
        let at = season
            .stage
            .people
            .iter()
            .position(|person| *person == who)
            .unwrap();
        let receipt = &receipts[at.saturating_sub(1)];
        result
            .order
            .iter()
            .find(|one| one.receipt == *receipt)
            .unwrap()
            .rank
    };
    let mut waiting = 0;
    for class in [season.stage.class, season.choir] {
        let waits = placed
            .iter()
            .filter(|row| row.1 == class && row.2 == "waitlisted");
        let ranks: Vec<u32> = waits.map(|row| rank(row.0)).collect();
        assert!(ranks.is_sorted(), "{ranks:?}");
        waiting += ranks.len();
    }
    assert!(waiting > 0, "nobody waits: {placed:?}");
}

/// Lets the job run once more, as after a stop before its end.
async fn published_again(season: &Season, round: RoundId) {
    let tx = season.stage.app.system().begin().await.unwrap();
    let sql = "UPDATE round SET status = 'publishing' WHERE id = $1 {unscoped: test}";
    tx.exec(sql, args![round]).await.unwrap();
    tx.commit(vec![Event::new("test.round", "round", round)])
        .await
        .unwrap();
    season.stage.job("round.publish", json!({ "round": round })).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn whom_the_job_has_refused_it_leaves_when_it_runs_again() {
    let season = season(3).await;
    let stage = &season.stage;
    let round = season.planned().await;
    let mut receipts = Vec::new();
    for at in 0..3 {
        let signup = season.apply(at, round, &[stage.class, season.choir]).await;
        receipts.push(signup["receipt"].as_str().unwrap().to_owned());
    }
    season.sealed_and_drawn(round).await;
    let seated = season.file(round).await.result.unwrap().seated;
    let morning = stage.class.to_string();
    let winner = seated.iter().find(|seat| seat.class == morning).unwrap();
    let at = receipts.iter().position(|one| *one == winner.receipt).unwrap();
    takes_another_class(&season, at, &morning).await;
    season.published(round).await;
    let placed = season.placed(round).await;
    let own = |row: &&(PersonId, ClassId, String, i64)| row.0 == stage.people[at];
    let there: Vec<_> = placed
        .iter()
        .filter(own)
        .map(|row| (row.1, row.2.as_str()))
        .collect();
    assert_eq!(
        there,
        [(season.choir, "confirmed")],
        "a seat is free at the other wish"
    );
    // The hour is free again, and the seat that was won too; but they have one.
    let sql = "SELECT e.id FROM enrollment e JOIN class c ON c.id = e.class_id WHERE c.name = '太极' {unscoped: test} ORDER BY e.id";
    let taken: crate::EnrollmentId = stage.app.platform.db.query_one(sql, &[]).await.unwrap();
    let path = format!("/api/v1/enrollments/{taken}");
    let left = stage.as_learner(at).api("DELETE", &path, &json!({})).await;
    assert_eq!(left.status, 200, "{}", left.body);
    published_again(&season, round).await;
    assert_eq!(season.placed(round).await, placed);
}

#[tokio::test(flavor = "multi_thread")]
async fn publishing_goes_on_where_it_was_stopped() {
    let season = season(8).await;
    let stage = &season.stage;
    let round = season.planned().await;
    for at in 0..8 {
        season.apply(at, round, &[stage.class, season.choir]).await;
    }
    season.sealed_and_drawn(round).await;
    season.published(round).await;
    let whole = season.placed(round).await;
    assert!(whole.len() > 8, "{whole:?}");
    // Who gives the seat up afterwards is not put back by a job that runs again.
    let seated = whole.iter().find(|row| row.2 == "confirmed").unwrap().0;
    let at = stage.people.iter().position(|person| *person == seated).unwrap();
    let mine = stage
        .as_learner(at)
        .api("GET", "/api/v1/me/enrollments", &Value::Null)
        .await
        .json();
    let path = format!("/api/v1/enrollments/{}", mine["items"][0]["id"].as_str().unwrap());
    assert_eq!(
        stage.as_learner(at).api("DELETE", &path, &json!({})).await.status,
        200
    );
    let after = season.placed(round).await;
    published_again(&season, round).await;
    assert_eq!(season.placed(round).await, after);
    let status: String = season
        .one("SELECT status FROM round WHERE id = $1 {unscoped: test}", round)
        .await;
    assert_eq!(status, "published");
    assert_eq!(
        crate::recount(&stage.app.platform.db).await.unwrap(),
        Vec::<String>::new()
    );
}

/// Withdraws the first enrolment of a learner.
async fn give_up(season: &Season, at: usize) {
    let mine = season
        .stage
        .as_learner(at)
        .api("GET", "/api/v1/me/enrollments", &Value::Null)
        .await
        .json();
    let path = format!("/api/v1/enrollments/{}", mine["items"][0]["id"].as_str().unwrap());
    assert_eq!(
        season
            .stage
            .as_learner(at)
            .api("DELETE", &path, &json!({}))
            .await
            .status,
        200
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn companions_take_seats_from_the_waitlist_together_and_stop_nobody() {
    let season = season(5).await;
    let stage = &season.stage;
    let ask = |people: &[usize], wait: bool| crate::seat_desk::Asked {
        ask: crate::seat_desk::Ask::Drawn {
            signup: stage.app.platform.ids.next(),
            class: season.choir,
            people: people
                .iter()
                .map(|at| (stage.people[*at], stage.app.platform.ids.next()))
                .collect(),
            wait,
        },
        by: None,
        channel: platform::Channel::System,
        reason: String::new(),
        key: None,
    };
    // Two seats: one taken, then a couple and somebody alone wait.
    let asks = [
        ask(&[0], false),
        ask(&[1], false),
        ask(&[2, 3], true),
        ask(&[4], true),
    ];
    let answers = crate::seat_desk::place_drawn(&stage.app.platform, &asks).await;
    let refused = crate::seat_desk::place_drawn(&stage.app.platform, &[ask(&[2, 4], false)]).await;
    assert!(answers.iter().all(Result::is_ok), "{answers:?}");
    assert!(
        matches!(&refused[0], Ok(Some(answer)) if !answer.fresh),
        "they wait already: {refused:?}"
    );
    give_up(&season, 0).await;
    assert_eq!(
        stage.status(4).await,
        "offered",
        "one seat does not fit the couple and goes to the next"
    );
    assert_eq!(
        (stage.status(2).await, stage.status(3).await),
        ("waitlisted".into(), "waitlisted".into())
    );
    give_up(&season, 1).await;
    assert_eq!(stage.status(2).await, "waitlisted");
    give_up(&season, 4).await;
    assert_eq!(
        (stage.status(2).await, stage.status(3).await),
        ("offered".into(), "offered".into())
    );
    assert_eq!(
        crate::recount(&stage.app.platform.db).await.unwrap(),
        Vec::<String>::new()
    );
}

//! Selections through the router, on the stage of rounds.

use super::super::tests::{AFTER, Season, season};
use crate::{RoundId, SignupId};
use kernel::PersonId;
use serde_json::json;
use teaching::ClassId;
use testkit::{Answer, Client};

impl Season {
    async fn planned_by(&self, method: &str) -> RoundId {
        let answer = self
            .plan(&[("method", method), ("name", "合唱团招新"), ("ticket_cap", "1")])
            .await;
        assert_eq!(answer.status, 303, "{}", answer.body);
        let path = answer.location().split('?').next().unwrap().to_owned();
        path.rsplit('/').next().unwrap().parse().unwrap()
    }

    async fn signups(&self, round: RoundId) -> Vec<SignupId> {
        let sql = "SELECT id FROM signup WHERE round_id = $1 {unscoped: test} ORDER BY id";
        self.stage
            .app
            .platform
            .db
            .query(sql, db::args![round])
            .await
            .unwrap()
    }

    async fn note(
        &self,
        client: &Client,
        round: RoundId,
        class: ClassId,
        notes: &[(SignupId, &str, &str, &str)],
    ) -> Answer {
        self.note_as_seen(client, (round, class), notes, "").await
    }

    /// As written on a sheet that showed this.
    async fn note_as_seen(
        &self,
        client: &Client,
        (round, class): (RoundId, ClassId),
        notes: &[(SignupId, &str, &str, &str)],
        seen: &str,
    ) -> Answer {
        let mut fields = vec![("seen".to_owned(), seen.to_owned())];
        for (signup, outcome, place, reason) in notes {
            fields.push((format!("outcome_{signup}"), (*outcome).to_owned()));
            fields.push((format!("place_{signup}"), (*place).to_owned()));
            fields.push((format!("reason_{signup}"), (*reason).to_owned()));
        }
        let fields: Vec<(&str, &str)> = fields
            .iter()
            .map(|(name, value)| (name.as_str(), value.as_str()))
            .collect();
        client
            .post(&format!("/desk/rounds/{round}/classes/{class}"), &fields)
            .await
    }

    async fn round_is(&self, round: RoundId) -> String {
        self.one("SELECT status FROM round WHERE id = $1 {unscoped: test}", round)
            .await
    }
}

const PLAN: [(&str, &str); 4] = [
    ("day", "2026-12-05"),
    ("time", "09:00"),
    ("minutes", "10"),
    ("place", "莘庄校区 201 室"),
];

/// Nobody is invited while people apply; then all are, and one gets another time.
async fn people_are_invited(season: &Season, registrar: &Client, round: RoundId, all: &[SignupId]) {
    let stage = &season.stage;
    let plan = format!("/desk/rounds/{round}/interviews");
    assert_eq!(
        registrar.post(&plan, &PLAN).await.status,
        409,
        "the window is open"
    );
    stage.app.platform.clock.advance(AFTER);
    assert_eq!(
        registrar
            .post(
                &plan,
                &[
                    ("day", "2026-11-01"),
                    ("time", "09:00"),
                    ("minutes", "10"),
                    ("place", "201 室")
                ]
            )
            .await
            .status,
        422,
        "gone by"
    );
    assert_eq!(registrar.post(&plan, &PLAN).await.status, 303);
    assert_eq!(registrar.post(&plan, &PLAN).await.status, 409, "all have theirs");
    assert!(
        stage.told(0).await.iter().any(|text| text.contains("请您来面试")),
        "{:?}",
        stage.told(0).await
    );
    let one = format!("/desk/signups/{}/interview", all[1]);
    assert_eq!(
        registrar
            .post(
                &one,
                &[("day", "2026-12-06"), ("time", "14:30"), ("place", "202 室")]
            )
            .await
            .status,
        303
    );
    let own = stage.as_learner(1).get(&format!("/me/signups/{}", all[1])).await;
    assert!(
        own.shows("202 室") && own.shows("14:30") && !own.shows("摇号") && !own.shows("签数"),
        "{}",
        own.body
    );
}

/// A sheet that was opened before a colleague noted something takes nothing away; saved once more, it counts.
async fn old_sheets_wipe_nothing(season: &Season, registrar: &Client, round: RoundId, all: &[SignupId]) {
    let choir = season.choir;
    let sheet = format!("/desk/rounds/{round}/classes/{choir}");
    let seen = async || -> String {
        let body = registrar.get(&sheet).await.body;
        let field = body.split("name=\"seen\" value=\"").nth(1).unwrap();
        field.split('"').next().unwrap().to_owned()
    };
    let before = seen().await;
    let note = [(all[3], "declined", "", "声部已满")];
    let noted = season
        .note_as_seen(registrar, (round, choir), &note, &before)
        .await;
    assert_eq!(noted.status, 303, "{}", noted.body);
    let other = [(all[4], "declined", "", "没有来")];
    let late = season
        .note_as_seen(registrar, (round, choir), &other, &before)
        .await;
    assert!(late.status == 409 && late.shows("有人记过"), "{}", late.body);
    assert!(
        late.body.contains("没有来") && late.body.contains("声部已满"),
        "what was typed stays, with what the colleague noted beside it: {}",
        late.body
    );
    let again = season
        .note_as_seen(registrar, (round, choir), &other, &seen().await)
        .await;
    assert_eq!(again.status, 303, "{}", again.body);
}

/// Never more than there are seats, nothing handed in before it is complete, and nobody reads it before.
async fn outcomes_are_noted(season: &Season, registrar: &Client, round: RoundId, all: &[SignupId]) {
    let (stage, choir) = (&season.stage, season.choir);
    // Two seats, and 34 % of two is none for newcomers.
    let three: Vec<_> = all
        .iter()
        .take(3)
        .map(|signup| (*signup, "chosen", "", ""))
        .collect();
    let refused = season.note(registrar, round, choir, &three).await;
    assert!(
        refused.status == 422 && refused.shows("只有 2 个名额"),
        "{}",
        refused.body
    );
    let notes = [
        (all[0], "chosen", "", ""),
        (all[1], "chosen", "", ""),
        (all[2], "reserve", "2", ""),
        (all[3], "declined", "", "声部已满"),
        (all[4], "reserve", "1", ""),
    ];
    assert_eq!(season.note(registrar, round, choir, &notes).await.status, 303);
    let own = stage.as_learner(3).get(&format!("/me/signups/{}", all[3])).await;
    assert!(
        !own.shows("声部已满"),
        "nobody reads notes before they are published"
    );
    assert_eq!(
        season.act(registrar, round, "propose").await.status,
        409,
        "one wish has no note"
    );
    assert_eq!(
        season
            .note(
                registrar,
                round,
                stage.class,
                &[(all[4], "declined", "", "先上初级班")]
            )
            .await
            .status,
        303
    );
}

/// The chosen sit, the reserves wait in their order, and the others read why.
async fn everybody_has_what_was_noted(season: &Season, round: RoundId, all: &[SignupId]) {
    let (stage, choir) = (&season.stage, season.choir);
    let placed = season.placed(round).await;
    let people = &stage.people;
    let of = |class: ClassId, status: &str| -> Vec<PersonId> {
        placed
            .iter()
            .filter(|one| one.1 == class && one.2 == status)
            .map(|one| one.0)
            .collect()
    };
    let mut seated = of(choir, "confirmed");
    seated.sort_unstable();
    assert_eq!(seated, [people[0], people[1]]);
    assert_eq!(
        of(choir, "waitlisted"),
        [people[4], people[2]],
        "in the order of the reserves"
    );
    let own = stage.as_learner(3).get(&format!("/me/signups/{}", all[3])).await;
    assert!(
        own.shows("声部已满") && own.shows("看还有名额的班") && !own.shows("摇"),
        "{}",
        own.body
    );
    let told = stage.told(3).await;
    assert!(
        told.iter().any(|text| text.contains("这次没有录取：声部已满")),
        "{told:?}"
    );
    assert!(
        stage
            .told(0)
            .await
            .iter()
            .any(|text| text.contains("面试结果：您报上了"))
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn an_interview_goes_from_the_window_to_seats() {
    let season = season(5).await;
    let stage = &season.stage;
    for at in 0..5 {
        stage.give_phone(at).await;
    }
    let round = season.planned_by("interview").await;
    let choir = season.choir;
    for at in 0..5 {
        let first = if at == 4 {
            vec![choir, stage.class]
        } else {
            vec![choir]
        };
        season.apply(at, round, &first).await;
    }
    let all = season.signups(round).await;
    let page = stage.app.visitor().get(&format!("/rounds/{round}")).await;
    assert!(
        page.shows("安排面试") && !page.shows("摇号") && !page.shows("支签"),
        "{}",
        page.body
    );
    let (registrar, head) = (stage.as_registrar(), season.as_head());
    people_are_invited(&season, &registrar, round, &all).await;
    old_sheets_wipe_nothing(&season, &registrar, round, &all).await;
    outcomes_are_noted(&season, &registrar, round, &all).await;
    confirmed_by_another(&season, &registrar, &head, round).await;
    season.published(round).await;
    everybody_has_what_was_noted(&season, round, &all).await;
}

/// Who handed it in does not confirm it; sent back, it can be changed and handed in again.
async fn confirmed_by_another(season: &Season, registrar: &Client, head: &Client, round: RoundId) {
    assert_eq!(
        season.act(registrar, round, "publish").await.status,
        409,
        "not confirmed"
    );
    assert_eq!(season.act(registrar, round, "propose").await.status, 303);
    assert_eq!(season.round_is(round).await, "proposed");
    let all = season.signups(round).await;
    let late = season
        .note(
            registrar,
            round,
            season.choir,
            &[(all[0], "declined", "", "改主意")],
        )
        .await;
    assert_eq!(late.status, 409, "handed in");
    assert_eq!(
        season.act(registrar, round, "confirm").await.status,
        409,
        "the same officer"
    );
    let version: i64 = season
        .one("SELECT version FROM round WHERE id = $1 {unscoped: test}", round)
        .await;
    let version = version.to_string();
    let back = format!("/desk/rounds/{round}/send-back");
    assert_eq!(
        head.post(&back, &[("version", &version), ("reason", "")])
            .await
            .status,
        422
    );
    assert_eq!(
        head.post(&back, &[("version", &version), ("reason", "再核一遍")])
            .await
            .status,
        303
    );
    let board = registrar.get(&format!("/desk/rounds/{round}")).await;
    assert!(
        board.shows("再核一遍") && board.shows("提交复核"),
        "{}",
        board.body
    );
    assert_eq!(season.act(registrar, round, "propose").await.status, 303);
    assert_eq!(season.act(head, round, "confirm").await.status, 303);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_selection_by_hand_keeps_the_newcomers_share() {
    let season = season(4).await;
    let stage = &season.stage;
    for at in 0..3 {
        season.before(at, "completed").await;
    }
    let round = season.planned_by("manual").await;
    for at in 0..4 {
        season.apply(at, round, &[stage.class]).await;
    }
    stage.app.platform.clock.advance(AFTER);
    let registrar = stage.as_registrar();
    let all = season.signups(round).await;
    assert_eq!(
        registrar
            .post(&format!("/desk/rounds/{round}/interviews"), &PLAN)
            .await
            .status,
        404,
        "no interviews"
    );
    assert_eq!(season.act(&registrar, round, "seal").await.status, 404, "no draw");
    // Of three seats 34 % are one for newcomers.
    let former: Vec<_> = all
        .iter()
        .take(3)
        .map(|signup| (*signup, "chosen", "", ""))
        .collect();
    let refused = season.note(&registrar, round, stage.class, &former).await;
    assert!(
        refused.status == 422 && refused.shows("老学员最多录取 2 人"),
        "{}",
        refused.body
    );
    let board = registrar.get(&format!("/desk/rounds/{round}")).await;
    assert!(board.shows("人工选定") && !board.shows("面试"), "{}", board.body);
    let list = stage.app.visitor().get("/rounds").await;
    assert!(list.shows("人工选定"), "{}", list.body);
}

#[tokio::test(flavor = "multi_thread")]
async fn selections_are_the_officers_of_the_org() {
    let season = season(1).await;
    let stage = &season.stage;
    let round = season.planned_by("interview").await;
    season.apply(0, round, &[season.choir]).await;
    let signup = season.signups(round).await[0];
    stage.app.platform.clock.advance(AFTER);
    let sheet = format!("/desk/rounds/{round}/classes/{}", season.choir);
    for (client, status) in [(stage.as_learner(0), 403), (stage.as_sibling(), 404)] {
        assert_eq!(client.get(&sheet).await.status, status);
        assert_eq!(
            client
                .get(&format!("/desk/signups/{signup}/interview"))
                .await
                .status,
            status
        );
        assert_eq!(
            client
                .post(&format!("/desk/rounds/{round}/interviews"), &PLAN)
                .await
                .status,
            status
        );
        assert_eq!(
            season
                .note(&client, round, season.choir, &[(signup, "chosen", "", "")])
                .await
                .status,
            status
        );
        for verb in ["propose", "confirm"] {
            assert_eq!(season.act(&client, round, verb).await.status, status, "{verb}");
        }
    }
    let other = format!("/desk/rounds/{round}/classes/{}", stage.class.raw() + 1);
    assert_eq!(stage.as_registrar().get(&other).await.status, 404);
    let refused = stage
        .as_learner(0)
        .api(
            "POST",
            &format!("/api/v1/classes/{}/enrollments", season.choir),
            &json!({}),
        )
        .await;
    assert_eq!(refused.status, 409, "{}", refused.body);
}

//! A daughter applies for her mother, reads the result, and the mother takes it back.

use super::{Season, season};
use crate::{RoundId, SignupId};
use db::{args, record};
use kernel::PersonId;
use serde_json::{Value, json};

record! {
    struct Kept { kind: String, channel: String, actor_person: Option<PersonId>, on_behalf_of: Option<PersonId> }
}

async fn events(season: &Season, id: &str) -> Vec<Kept> {
    let id: SignupId = id.parse().unwrap();
    let sql = "SELECT kind, channel, actor_person, on_behalf_of FROM event
        WHERE subject_id = $1 AND subject_kind = 'signup' ORDER BY id LIMIT 20";
    season.stage.app.platform.db.query(sql, args![id]).await.unwrap()
}

/// The daughter applies by the page; gives the id of the signup.
async fn applied_by_daughter(season: &Season, round: RoundId) -> String {
    let stage = &season.stage;
    let (mother, choir) = (stage.people[1].to_string(), season.choir.to_string());
    let fields = [("for", mother.as_str()), ("wish_1", choir.as_str())];
    let made = stage
        .as_learner(0)
        .post(&format!("/rounds/{round}/apply"), &fields)
        .await;
    assert_eq!(made.status, 303, "{}", made.body);
    let path = made.location().split('?').next().unwrap().to_owned();
    path.rsplit('/').next().unwrap().to_owned()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_daughter_applies_and_the_mother_takes_it_back() {
    let season = season(3).await;
    let stage = &season.stage;
    let round = season.planned().await;
    stage.linked().await;
    let daughter = stage.as_learner(0);
    let form = daughter.get(&format!("/rounds/{round}/apply")).await;
    assert!(form.shows("替谁报名") && form.shows("学员1"), "{}", form.body);
    let stranger = stage.people[2].to_string();
    let wish = stage.class.to_string();
    let fields = [("for", stranger.as_str()), ("wish_1", wish.as_str())];
    let refused = daughter.post(&format!("/rounds/{round}/apply"), &fields).await;
    assert_ne!(refused.status, 303, "nobody who did not let her");

    let id = applied_by_daughter(&season, round).await;
    let kept = events(&season, &id).await;
    let first = &kept[0];
    assert_eq!(
        (first.kind.as_str(), first.channel.as_str()),
        ("signup.applied", "family")
    );
    assert_eq!(
        (first.actor_person, first.on_behalf_of),
        (Some(stage.people[0]), Some(stage.people[1]))
    );
    let told = stage.told(1).await;
    let told = told.last().unwrap();
    assert!(
        told.contains("您的女儿学员0替您在“春季热门班摇号”提交了报名申请") && told.contains("可以撤回"),
        "{told}"
    );
    let page = daughter.get(&format!("/me/signups/{id}?done=applied")).await;
    assert!(
        page.shows("替家人报的申请") || page.shows("申请收到了"),
        "{}",
        page.body
    );
    assert!(page.shows("已告诉学员1是您替办的"), "{}", page.body);
    assert!(daughter.get("/me").await.shows("春季热门班摇号"));
    let again = daughter.get(&format!("/rounds/{round}")).await;
    assert!(again.shows("学员1已经在这个批次报过名"), "{}", again.body);
    assert_eq!(
        stage.as_learner(2).get(&format!("/me/signups/{id}")).await.status,
        404
    );
    let board = stage.as_registrar().get(&format!("/desk/rounds/{round}")).await;
    assert!(board.shows("家人代办"), "{}", board.body);
    let seen = stage.as_registrar().get(&format!("/desk/signups/{id}")).await;
    assert!(seen.shows("家人代办") && seen.shows("学员0"), "{}", seen.body);
    the_mother_takes_it_back(&season, round, &id).await;
}

async fn the_mother_takes_it_back(season: &Season, round: RoundId, id: &str) {
    let (daughter, mother) = (season.stage.as_learner(0), season.stage.as_learner(1));
    let me = mother.get("/me").await;
    assert!(
        me.shows("您的女儿学员0替您在“春季热门班摇号”提交了报名申请"),
        "{}",
        me.body
    );
    let own = mother.get(&format!("/me/signups/{id}")).await;
    assert!(own.shows("您的女儿学员0替您提交的"), "{}", own.body);
    let taken = mother.post(&format!("/me/signups/{id}/withdraw"), &[]).await;
    assert_eq!(taken.status, 303, "{}", taken.body);
    let kept = events(season, id).await;
    assert_eq!(
        (kept[1].kind.as_str(), kept[1].channel.as_str()),
        ("signup.withdrawn", "web")
    );
    let changed = daughter.get(&format!("/rounds/{round}/apply?again={id}")).await;
    assert!(
        changed
            .body
            .contains(&format!("value=\"{}\" selected", season.choir)),
        "the wishes of before: {}",
        changed.body
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn programs_do_the_same_and_the_result_is_read_by_both() {
    let season = season(3).await;
    let stage = &season.stage;
    let round = season.planned().await;
    stage.linked().await;
    let (daughter, mother) = (stage.as_learner(0), stage.people[1]);
    let path = format!("/api/v1/rounds/{round}/signups");
    let both = json!({ "wishes": [season.choir], "for": mother, "person": mother });
    assert_eq!(daughter.api("POST", &path, &both).await.status, 422);
    let stranger = json!({ "wishes": [season.choir], "for": stage.people[2] });
    assert_eq!(daughter.api("POST", &path, &stranger).await.status, 404);
    let body = json!({ "wishes": [season.choir], "for": mother });
    let made = daughter.call(201, "POST", &path, &body).await;
    assert_eq!(
        (made["channel"].as_str(), &made["person"]),
        (Some("family"), &json!(mother))
    );
    let signup = format!("/api/v1/signups/{}", made["id"].as_str().unwrap());
    assert_eq!(
        stage
            .as_learner(2)
            .api("DELETE", &signup, &json!({}))
            .await
            .status,
        404
    );
    daughter.call(204, "DELETE", &signup, &json!({})).await;
    let told = stage.told(1).await;
    assert!(
        told.last().unwrap().contains("您的女儿学员0替您撤回了"),
        "{told:?}"
    );
    let made = daughter.call(201, "POST", &path, &body).await;
    let listed = format!("/api/v1/me/signups?for={mother}");
    let all = daughter.call(200, "GET", &listed, &Value::Null).await;
    assert_eq!(all["items"].as_array().unwrap().len(), 2);
    assert_eq!(
        stage.as_learner(2).api("GET", &listed, &Value::Null).await.status,
        404
    );

    season.sealed_and_drawn(round).await;
    season.published(round).await;
    let id = made["id"].as_str().unwrap();
    for reader in [&daughter, &stage.as_learner(1)] {
        let page = reader.get(&format!("/me/signups/{id}")).await;
        assert!(
            page.shows("合唱") && page.shows("摇中了第 1 志愿"),
            "{}",
            page.body
        );
    }
    // The place that came of it is the family's act too: the mother undoes it.
    let me = stage.as_learner(1).get("/me").await;
    assert!(me.shows("您的女儿学员0替您报了“合唱”"), "{}", me.body);
}

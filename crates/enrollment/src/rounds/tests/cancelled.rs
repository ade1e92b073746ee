//! A class that is cancelled while it is in a draw.

use super::{Season, season};
use crate::draws::algorithm::verify;
use db::args;
use platform::Event;
use serde_json::json;

/// Cancels the choir as teaching does, and lets the job of it run twice.
async fn the_choir_is_cancelled(season: &Season) {
    let stage = &season.stage;
    let tx = stage.app.system().begin().await.unwrap();
    let sql = "UPDATE class SET status = 'cancelled' WHERE id = $1 {unscoped: test}";
    tx.exec(sql, args![season.choir]).await.unwrap();
    tx.commit(vec![Event::new("test.cancelled", "class", season.choir)])
        .await
        .unwrap();
    for _ in 0..2 {
        let payload = json!({ "class": season.choir, "sentence": "「合唱」停办了。" });
        stage.job("class.cancelled", payload).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn before_the_seal_it_is_left_out_and_who_wished_for_it_hears() {
    let season = season(4).await;
    let stage = &season.stage;
    let round = season.planned().await;
    for at in 0..3 {
        stage.give_phone(at).await;
    }
    let wishes = [
        vec![season.choir, stage.class],
        vec![season.choir],
        vec![stage.class],
    ];
    let mut receipts = Vec::new();
    for (at, wishes) in wishes.iter().enumerate() {
        let signup = season.apply(at, round, wishes).await;
        receipts.push(signup["receipt"].as_str().unwrap().to_owned());
    }
    the_choir_is_cancelled(&season).await;
    let heard = |all: Vec<String>| -> Vec<String> {
        all.into_iter().filter(|text| text.contains("停办")).collect()
    };
    let (one, two) = (heard(stage.told(0).await), heard(stage.told(1).await));
    assert!(
        one.len() == 1 && one[0].contains("其余的照旧：书法入门。想改志愿"),
        "{one:?}"
    );
    assert!(
        two.len() == 1 && two[0].contains("填的班都停办了") && two[0].contains("前可以撤回，改报别的班"),
        "{two:?}"
    );
    assert!(heard(stage.told(2).await).is_empty(), "who did not wish for it");
    for client in [stage.as_registrar(), stage.as_learner(0)] {
        for path in [format!("/desk/rounds/{round}"), format!("/rounds/{round}")] {
            let page = client.get(&path).await;
            let told = page.shows("不再算在这个批次里的班：合唱");
            assert!(page.status == 403 || told, "{path} {}", page.body);
        }
    }
    let path = format!("/api/v1/rounds/{round}/signups");
    let body = json!({ "wishes": [season.choir] });
    let late = stage.as_learner(3).api("POST", &path, &body).await;
    assert_eq!(late.status, 422, "nobody wishes for it any more: {}", late.body);

    season.sealed_and_drawn(round).await;
    let file = season.file(round).await;
    assert!(verify(&file).is_ok());
    let classes: Vec<&str> = file.classes.iter().map(|class| class.id.as_str()).collect();
    assert_eq!(classes, [stage.class.to_string()]);
    let mut listed: Vec<&str> = file.entrants.iter().map(|one| one.receipt.as_str()).collect();
    listed.sort_unstable();
    let mut expected = vec![receipts[0].as_str(), receipts[2].as_str()];
    expected.sort_unstable();
    assert_eq!(listed, expected, "who wished for nothing else is not in the draw");
    season.published(round).await;
    let placed = season.placed(round).await;
    let seats = placed
        .iter()
        .filter(|row| row.1 == stage.class && row.2 == "confirmed");
    assert_eq!((seats.count(), placed.len()), (2, 2), "{placed:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn after_the_seal_the_file_stays_and_who_won_there_goes_on_by_rank() {
    let season = season(4).await;
    let stage = &season.stage;
    let round = season.planned().await;
    for at in 0..4 {
        stage.give_phone(at).await;
        let wishes = [season.choir, stage.class];
        season
            .apply(at, round, if at == 3 { &wishes[1..] } else { &wishes })
            .await;
    }
    season.sealed_and_drawn(round).await;
    let drawn = season.file(round).await;
    the_choir_is_cancelled(&season).await;
    let told = stage.told(0).await;
    assert!(
        told.last().unwrap().contains("这个志愿不再有名额，其余的照旧"),
        "{told:?}"
    );
    let page = stage.app.visitor().get(&format!("/rounds/{round}")).await;
    assert!(
        page.shows("合唱（已停办）") && page.shows("在名单封存以后停办了"),
        "{}",
        page.body
    );
    season.published(round).await;

    let file = season.file(round).await;
    assert!(
        verify(&file).is_ok() && file == drawn,
        "anybody computes it as before"
    );
    let placed = season.placed(round).await;
    let of = |status: &str| {
        let rows = placed
            .iter()
            .filter(|row| row.1 == stage.class && row.2 == status);
        rows.collect::<Vec<_>>()
    };
    assert_eq!(
        (of("confirmed").len(), of("waitlisted").len(), placed.len()),
        (3, 1, 4),
        "{placed:?}"
    );
    let waits = of("waitlisted")[0].0;
    let at = stage.people.iter().position(|person| *person == waits).unwrap();
    let told = stage.told(at).await;
    let last = told.last().unwrap();
    assert!(
        last.contains("您摇中了，但报不上：“合唱”停办了")
            && !last.contains("名额给了后面的人")
            && last.contains("排进候补：书法入门"),
        "{last}"
    );
}

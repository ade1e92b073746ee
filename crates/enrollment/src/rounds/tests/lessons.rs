//! What a round means for the lessons of its classes.

use super::{Season, season};
use crate::rounds::lessons::closes_before;
use kernel::Instant;

fn china(day: &str, time: &str) -> Instant {
    Instant::of_china(day.parse().unwrap(), time.parse().unwrap())
}

async fn cancelled(season: &Season, round: crate::RoundId) {
    let cancel = [("version", "1"), ("reason", "人不够，不摇号了")];
    let path = format!("/desk/rounds/{round}/cancel");
    let answer = season.stage.as_registrar().post(&path, &cancel).await;
    assert_eq!(answer.status, 303, "{}", answer.body);
}

#[tokio::test(flavor = "multi_thread")]
async fn no_first_lesson_is_moved_into_the_window_of_a_draw() {
    let season = season(0).await;
    let db = &season.stage.app.platform.db;
    let free = closes_before(db, season.choir, china("2026-11-23", "09:00")).await;
    free.unwrap();
    // Its window closes on 1 December at 17:00.
    let round = season.planned().await;
    for (day, time, refused) in [
        ("2026-11-30", "09:00", true),
        ("2026-12-01", "16:59", true),
        ("2026-12-01", "17:00", false),
        ("2027-02-01", "09:00", false),
    ] {
        let answer = closes_before(db, season.choir, china(day, time)).await;
        assert_eq!(answer.is_err(), refused, "{day} {time}");
        let Err(error) = answer else { continue };
        assert_eq!(error.code(), "round_closes_later");
        let sentence = error.sentence();
        for words in ["“春季热门班摇号”到 2026年12月1日 17:00 才截止", "先取消它"] {
            assert!(sentence.contains(words), "{words}: {sentence}");
        }
    }
    cancelled(&season, round).await;
    let free = closes_before(db, season.choir, china("2026-11-23", "09:00")).await;
    free.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_class_that_does_not_begin_for_its_round_waits_on_the_desk() {
    let season = season(0).await;
    let stage = &season.stage;
    let round = season.planned().await;
    let here = &stage.world.here;
    let registrar = testkit::staff(here.registrar, platform::Role::Registrar, here.org, &here.path);
    let there = &stage.world.there;
    let sibling = testkit::staff(there.registrar, platform::Role::Registrar, there.org, &there.path);
    let held_up = async |actor: &platform::Actor| -> Vec<platform::Waiting> {
        let all = crate::waiting(&stage.app.ctx(actor.clone())).await.unwrap();
        let of_class = all.into_iter().filter(|item| item.title.contains("还没开课"));
        of_class.collect()
    };
    let clock = &stage.app.platform.clock;
    let to = |at: Instant| clock.advance((at.millis() - clock.now().millis()) / 1000);
    to(china("2027-02-28", "09:00"));
    assert_eq!(held_up(&registrar).await.len(), 0, "nothing is late yet");
    to(china("2027-03-01", "09:00"));
    let items = held_up(&registrar).await;
    assert_eq!(items.len(), 2, "both classes: {items:?}");
    let choir = items.iter().find(|item| item.title.contains("合唱")).unwrap();
    assert_eq!(choir.href, format!("/desk/rounds/{round}"));
    assert!(choir.detail.contains("报名批次“春季热门班摇号”"), "{choir:?}");
    assert_eq!(held_up(&sibling).await.len(), 0);
    cancelled(&season, round).await;
    assert_eq!(held_up(&registrar).await.len(), 0, "the daily job starts them");
}

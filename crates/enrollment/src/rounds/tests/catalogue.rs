//! What the public is told of a draw: that it gives the seats, from its planning until its result is out.

use super::season;
use crate::first_come::CATALOGUE;
use kernel::Instant;
use teaching::ClassId;
use teaching::catalogue::Selections;

#[tokio::test(flavor = "multi_thread")]
async fn the_catalogue_hears_of_a_draw_until_its_result_is_out() {
    let season = season(3).await;
    let selections =
        async || -> Selections { (CATALOGUE.selections)(&season.stage.app.platform).await.unwrap() };
    assert!(selections().await.is_empty());
    let round = season.planned().await;
    let classes: [ClassId; 2] = [season.stage.class, season.choir];
    let found = selections().await;
    assert_eq!(found.len(), 2);
    for class in classes {
        let selection = &found[&class];
        assert_eq!((selection.code, selection.method), ("draw", "摇号"));
        assert_eq!(selection.href, format!("/rounds/{round}"));
        assert_eq!(
            selection.from,
            Instant::from_millis(i64::MIN),
            "no round by first come gives seats before it"
        );
        assert_eq!(selection.closes.to_string(), "2026-12-01T09:00:00.000Z");
    }
    season.apply(0, round, &classes).await;
    season.sealed_and_drawn(round).await;
    assert_eq!(selections().await.len(), 2, "drawn, but not yet public");
    season.published(round).await;
    assert!(selections().await.is_empty());
}

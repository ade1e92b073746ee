//! A class that is changed while it is in a draw.

use super::season;

#[tokio::test(flavor = "multi_thread")]
async fn who_wishes_for_it_hears_what_is_another_and_what_to_do() {
    let season = season(2).await;
    let stage = &season.stage;
    let round = season.planned().await;
    for at in 0..2 {
        stage.give_phone(at).await;
    }
    season.apply(0, round, &[season.choir, stage.class]).await;
    season.apply(1, round, &[stage.class]).await;
    let heard = async |at: usize| -> Vec<String> {
        let all = stage.told(at).await.into_iter();
        all.filter(|text| text.contains("有变动")).collect()
    };
    stage
        .change_class(season.choir, |draft| draft.fee_fen = 5_000)
        .await;
    let told = heard(0).await;
    let right = [
        "「合唱」有变动：学费由“免费”改为“50 元”",
        "“春季热门班摇号”的报名申请（回执号",
        "按新的学费交",
        "2026年12月1日 17:00 前可以撤回重报",
    ];
    assert!(
        told.len() == 1 && right.iter().all(|text| told[0].contains(text)),
        "{told:?}"
    );
    season.sealed_and_drawn(round).await;
    stage
        .change_class(season.choir, |draft| draft.fee_fen = 6_000)
        .await;
    let told = heard(0).await;
    assert!(
        told.len() == 2 && told[1].contains("请等结果；报上以后不想上，可以取消"),
        "{told:?}"
    );
    assert!(heard(1).await.is_empty(), "who did not wish for it");
}

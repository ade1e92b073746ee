//! The shipped dataset on the metrics of the whole program, and the demo's returns.

use crate::demo::{Scale, build_scaled, returns};
use crate::installation::Shared;
use crate::wiring;
use ::metrics::counting::{self, Reach};
use ::statistics::datasets::{Definition, actions as datasets};
use ::statistics::returns::actions as filling;
use ::statistics::returns::model::{Origin, ReturnStatus};
use kernel::Date;
use platform::Routes;
use std::sync::Arc;
use testkit::TestApp;

const TODAY: Date = Date::constant(2026, 11, 22);

#[tokio::test(flavor = "multi_thread")]
async fn the_shipped_dataset_fills_itself_with_the_metrics_of_the_program() {
    let empty = TestApp::start(wiring::SCHEMAS, |_| Routes::new()).await;
    build_scaled(&empty.platform, TODAY, Scale::Small).await.unwrap();
    let shared = Shared::start(&empty.platform).await.unwrap();
    let metrics = Arc::clone(&shared.metrics);
    let definition = Definition::from_toml(returns::SHIPPED).unwrap();
    for number in 1..=13 {
        let code = format!("T{number}");
        let table = definition.tables.iter().find(|table| table.code == code).unwrap();
        assert!(table.source.starts_with("推导自"), "{code}: {}", table.source);
    }
    assert_eq!(definition.basis.as_str(), "derived");
    assert_eq!(datasets::faults(&metrics, &definition), []);
    let ctx = empty.system();
    let version = returns::draft(&ctx, &metrics).await.unwrap().unwrap();
    datasets::publish(&ctx, &metrics, version, 1).await.unwrap();
    assert!(
        returns::open_some(&ctx, &metrics, version).await.is_err(),
        "nothing is opened before the figures are counted"
    );
    counting::recount(&ctx, &metrics, Reach::default(), None)
        .await
        .unwrap();
    let opened = returns::open_some(&ctx, &metrics, version).await.unwrap();
    assert!(opened > 0);
    // Stopped half-way, the job is done again: what it moved up stays where it is.
    assert_eq!(returns::open_some(&ctx, &metrics, version).await.unwrap(), opened);
    let found = filling::overview(&ctx, &metrics, Some(version), None)
        .await
        .unwrap();
    let there: Vec<_> = found
        .expected
        .iter()
        .filter_map(|one| Some((one.org, one.there?)))
        .collect();
    assert_eq!(there.len(), opened);
    let (org, (id, status)) = there[0];
    assert!(matches!(status, ReturnStatus::Draft | ReturnStatus::Filed));
    let shown = filling::get(&ctx, id).await.unwrap();
    let (_, cell) = shown.filled.find("T5_all_people").unwrap();
    let figure = metrics
        .figure(&ctx, "learners.count", org, found.period.unwrap())
        .await
        .unwrap();
    assert_eq!(cell.origin, Origin::Machine);
    assert_eq!(cell.value, Some(figure.part.unwrap() * 10_000));
    let filled = shown
        .filled
        .cells
        .iter()
        .filter(|cell| cell.machine.is_some())
        .count();
    assert!(filled > 150, "{filled} of {}", shown.filled.cells.len());
}

//! The demo, built whole: what it must hold.

use super::*;
use testkit::TestApp;

const SCHEMAS: &[db::Schema] = &[
    platform::SCHEMA,
    ::orgs::SCHEMA,
    ::people::SCHEMA,
    teaching::SCHEMA,
    enrollment::SCHEMA,
    attendance::SCHEMA,
    ::records::SCHEMA,
];

#[tokio::test(flavor = "multi_thread")]
async fn full_size_timing() {
    let app = TestApp::start(SCHEMAS, |_| platform::Routes::new()).await;
    let t = std::time::Instant::now();
    let days = Days::of(Date::constant(2026, 11, 22));
    let world = World::plan(Scale::Full, &days);
    println!("plan {:?}", t.elapsed());
    drop(world);
    let t = std::time::Instant::now();
    let report = build(&app.platform, Date::constant(2026, 11, 22)).await.unwrap();
    println!("all {:?} {report:#?}", t.elapsed());
}

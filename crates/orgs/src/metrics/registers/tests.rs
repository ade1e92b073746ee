//! Figures of the registers against rows counted by hand.

use crate::testing::{Town, town};
use kernel::OrgId;
use metrics::{Dimension, Metrics, Period, Registry, State};
use platform::Role;
use serde_json::{Value, json};

async fn staff(town: &Town, org: OrgId, from: &str, full: i64, version: i64) {
    let kinds = ["manager", "teacher", "social_worker", "other"];
    let counts: Vec<Value> = kinds
        .iter()
        .map(|kind| {
            let full = if *kind == "teacher" { full } else { 1 };
            json!({ "kind": kind, "full_time": full, "part_time": 2 })
        })
        .collect();
    let body = json!({ "valid_from": from, "counts": counts, "basis": "official", "source": "名册", "version": version });
    let path = format!("/api/v1/orgs/{org}/staffing");
    town.district(Role::City).call(204, "POST", &path, &body).await;
}

async fn people(town: &Town, org: OrgId, year: i64, each: i64) {
    let bands: Vec<Value> = kernel::AgeBand::ALL
        .iter()
        .map(|band| json!({ "band": band.code(), "male": each, "female": each }))
        .collect();
    let body = json!({ "basis": "official", "source": "年鉴", "bands": bands });
    let path = format!("/api/v1/orgs/{org}/population/{year}");
    town.district(Role::City).call(204, "PUT", &path, &body).await;
}

/// A line: year, level, population, fen budgeted and paid.
async fn line(town: &Town, org: OrgId, line: (i64, &str, &str, i64, i64)) {
    let (year, level, population, budgeted, paid) = line;
    let body = json!({
        "year": year, "level": level, "purpose": "community_education", "budgeted_fen": budgeted, "paid_fen": paid,
        "population": population, "payer": "财政", "basis": "official", "proof": "预算表",
    });
    let path = format!("/api/v1/orgs/{org}/funding");
    town.district(Role::City).call(201, "POST", &path, &body).await;
}

async fn title(town: &Town, org: OrgId, title: (&str, &str, &str, Option<&str>)) {
    let (holder, level, on, until) = title;
    let name = if holder == "org" { "" } else { "合唱团" };
    let body = json!({
        "holder": holder, "holder_name": name, "name": format!("称号 {on}"), "level": level, "kind": "school",
        "granted_by": "教育局", "granted_on": on, "valid_to": until, "basis": "official",
    });
    let path = format!("/api/v1/orgs/{org}/titles");
    town.district(Role::City).call(201, "POST", &path, &body).await;
}

struct Figures {
    town: Town,
    metrics: Metrics,
}

impl Figures {
    async fn start() -> Self {
        let town = town().await;
        let declared = [super::super::DECLARED, super::DECLARED];
        let registry = Registry::new(&declared, crate::metrics::tree).unwrap();
        let metrics = Metrics::new(registry, &town.app.platform);
        Self { town, metrics }
    }

    async fn text(&self, metric: &str, org: OrgId, period: &str) -> String {
        let period: Period = period.parse().unwrap();
        let ctx = self.town.app.system();
        let figure = self.metrics.figure(&ctx, metric, org, period).await.unwrap();
        figure.with_unit()
    }

    async fn agree(&self, cases: &[(&str, OrgId, &str, &str)]) {
        for (metric, org, period, text) in cases {
            assert_eq!(self.text(metric, *org, period).await, *text, "{metric} {period}");
        }
    }

    async fn kinds(&self, metric: &str, org: OrgId, period: &str) -> Vec<(String, i64)> {
        let period: Period = period.parse().unwrap();
        let ctx = self.town.app.system();
        let parts = self
            .metrics
            .breakdown(&ctx, metric, org, period, Dimension::Kind)
            .await;
        let parts = parts.unwrap().into_iter();
        parts.map(|(key, figure)| (key, figure.part.unwrap())).collect()
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn staff_count_from_their_day_and_by_residents() {
    let f = Figures::start().await;
    let (here, there) = (f.town.world.here.clone(), f.town.world.there.clone());
    let district = f.town.world.district;
    staff(&f.town, here.org, "2025-03-01", 3, 0).await;
    staff(&f.town, here.org, "2026-03-01", 5, 1).await;
    staff(&f.town, there.org, "2026-06-15", 4, 0).await;
    people(&f.town, here.street, 2025, 10_000).await;
    people(&f.town, there.street, 2025, 20_000).await;
    f.agree(&[
        ("staff.full_time", district, "2025", "6 人"),
        ("staff.full_time", district, "2026-02", "6 人"),
        ("staff.full_time", district, "2026-06", "15 人"),
        ("staff.full_time", here.street, "2026", "8 人"),
        ("staff.part_time", district, "2026", "16 人"),
        ("staff.count", here.org, "2026-03-01", "16 人"),
        ("staff.full_time", there.org, "2026-06-14", "—"),
        // 8 for 120,000; 15 for 360,000.
        ("staff.full_time_per_10000", here.street, "2026", "0.67 ‱"),
        ("staff.full_time_per_10000", district, "2026", "0.42 ‱"),
    ])
    .await;
    let kinds = f.kinds("staff.full_time", district, "2026").await;
    let kinds: Vec<(&str, i64)> = kinds.iter().map(|(key, n)| (key.as_str(), *n)).collect();
    assert_eq!(
        kinds,
        [("manager", 2), ("other", 2), ("social_worker", 2), ("teacher", 9)]
    );
    let ctx = f.town.app.system();
    let before = f
        .metrics
        .figure(&ctx, "staff.full_time", district, Period::Year(2024));
    assert_eq!(before.await.unwrap().state, State::NoData { from: None });
}

#[tokio::test(flavor = "multi_thread")]
async fn money_counts_in_its_year_by_head_and_against_the_district() {
    let f = Figures::start().await;
    let (here, there) = (f.town.world.here.clone(), f.town.world.there.clone());
    let district = f.town.world.district;
    people(&f.town, here.street, 2025, 10_000).await;
    people(&f.town, there.street, 2025, 20_000).await;
    for (org, one) in [
        (here.street, (2025, "street", "residents", 10_000_000, 10_000_000)),
        (here.street, (2026, "street", "residents", 12_000_000, 6_000_000)),
        (here.org, (2026, "district", "residents", 16_000_000, 16_000_000)),
        (here.org, (2026, "society", "residents", 2_000_000, 0)),
        (there.org, (2026, "district", "elders", 18_000_000, 0)),
    ] {
        line(&f.town, org, one).await;
    }
    f.agree(&[
        ("funding.budget", district, "2026", "480,000.00 元"),
        ("funding.budget", district, "2025", "100,000.00 元"),
        ("funding.paid", district, "2026", "220,000.00 元"),
        ("funding.paid_share", district, "2026", "45.8 %"),
        ("funding.growth", here.street, "2026", "200.0 %"),
        ("funding.growth", here.street, "2025", "—"),
        // 280,000 yuan for 120,000 residents, for 360,000 of both streets.
        ("funding.per_resident", here.street, "2026", "2.33 元/人"),
        ("funding.per_resident", district, "2026", "0.78 元/人"),
        // 180,000 yuan for 120,000 elders of there, for 180,000 of both.
        ("funding.per_elder", there.street, "2026", "1.50 元/人"),
        ("funding.per_elder", district, "2026", "1.00 元/人"),
        ("funding.match_ratio", here.street, "2026", "0.75 : 1"),
        ("funding.match_ratio", there.street, "2026", "0.00 : 1"),
    ])
    .await;
    let page = f.town.district(Role::City);
    let page = page.get(&format!("/desk/orgs/{}/funding", here.street)).await;
    assert!(
        page.shows("常住人口：2.33 元"),
        "the page says the same: {}",
        page.body
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn titles_count_while_they_hold_and_a_school_once() {
    let f = Figures::start().await;
    let (here, there) = (f.town.world.here.clone(), f.town.world.there.clone());
    let district = f.town.world.district;
    for (org, one) in [
        (here.org, ("org", "city", "2024-05-01", None)),
        (here.org, ("org", "district", "2025-05-01", Some("2026-06-30"))),
        (there.org, ("team", "district", "2026-01-01", None)),
        (there.org, ("org", "street", "2023-01-01", Some("2024-12-31"))),
    ] {
        title(&f.town, org, one).await;
    }
    f.agree(&[
        ("titles.by_kind", district, "2024-12-31", "2 个"),
        ("titles.by_kind", district, "2025", "2 个"),
        ("titles.by_kind", district, "2026-06", "3 个"),
        ("titles.by_level", district, "2026-07", "2 个"),
        ("titles.schools", district, "2024-12-31", "2 所"),
        ("titles.schools", district, "2026-06", "1 所"),
        ("titles.share", district, "2026-06", "50.0 %"),
        ("titles.share", here.street, "2026-06", "100.0 %"),
        ("titles.share", there.street, "2026-06", "0.0 %"),
    ])
    .await;
    let levels = f.kinds("titles.by_level", district, "2026-06").await;
    assert_eq!(levels, [("city".to_owned(), 1), ("district".to_owned(), 2)]);
}

//! Figures on a made-up city: how long a count, a figure, a cockpit and a recount take, beside one plain scan.
//!
//! The whole city has 25 million residents, 7,000 orgs, a million learners, 4 million enrolments and 40 million
//! attendances; `--city-percent` makes all but the orgs smaller.
#![expect(
    clippy::indexing_slicing,
    reason = "a place that is not there must stop the bench"
)]

mod city;
mod returns;

use crate::BenchOptions;
use crate::server::Folder;
use app::config::Config;
use app::file_place::FilePlace;
use app::installation::{Installation, Opening};
use app::wiring;
use city::City;
use metrics::counting::{self, Reach};
use metrics::{Metrics, Period};
use platform::{Clock, Ctx, Platform};
use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, Instant};

/// 2026-11-22 09:00 in China.
const NOW: &str = "2026-11-22T01:00:00Z";
/// Metrics that are counted by month.
const COUNTED: &[&str] = &[
    "enrollments.count",
    "learners.count",
    "learners.elders",
    "attendance.visits",
    "attendance.rate",
    "attendance.learners",
    "classes.count",
    "seats.fill",
];
/// Figures read for the average.
const READS: usize = 400;

/// Runs the part on SQLite, and on PostgreSQL when there is one.
pub async fn run(options: &BenchOptions, folder: &Folder) -> Result<(), String> {
    let data = folder.path("figures");
    let sqlite = format!("sqlite:{data}/xuequan.sqlite");
    on("SQLite", &sqlite, &data, options.city_percent).await?;
    if let Some(database) = &options.database {
        on(
            "PostgreSQL",
            database,
            &folder.path("figures-pg"),
            options.city_percent,
        )
        .await?;
    }
    Ok(())
}

async fn on(name: &str, database: &str, data: &str, percent: i64) -> Result<(), String> {
    let platform = open(database, data).await?;
    let ctx = Ctx::system(&platform, "bench");
    let started = Instant::now();
    let city = City::build(&ctx, percent).await.map_err(said)?;
    println!(
        "figures on {name}: city of {percent} % made in {:.0} s: {city}",
        started.elapsed().as_secs_f64()
    );
    let metrics = Arc::new(wiring::metrics(&platform).map_err(said)?);
    let started = Instant::now();
    let found = counting::recount(&ctx, &metrics, Reach::default(), None)
        .await
        .map_err(said)?;
    println!(
        "  first count of the city: {:.1} s, {} cells",
        started.elapsed().as_secs_f64(),
        found.counted
    );
    recounts(&ctx, &metrics, &city).await?;
    reads(&ctx, &metrics, &city).await?;
    scans(&ctx, &metrics, &city).await?;
    cockpit(&ctx, &metrics, &city).await?;
    returns::run(&ctx, &metrics, &city).await
}

async fn recounts(ctx: &Ctx, metrics: &Metrics, city: &City) -> Result<(), String> {
    let month: Period = "2026-10".parse()?;
    for (what, months) in [("one month", Some(month)), ("all months", None)] {
        let reach = Reach {
            below: Some(city.districts[0]),
            months,
        };
        let started = Instant::now();
        let found = counting::recount(ctx, metrics, reach, None).await.map_err(said)?;
        let took = started.elapsed().as_secs_f64();
        if found.new + found.wrong > 0 {
            return Err(format!("the recount of a district does not agree: {found:?}"));
        }
        println!(
            "  recount of a district, {what}: {took:.2} s, {} cells agree",
            found.counted
        );
    }
    Ok(())
}

/// Figures of city, districts, streets and schools for single months, and for a year of the city.
async fn reads(ctx: &Ctx, metrics: &Metrics, city: &City) -> Result<(), String> {
    let levels = [
        ("city", vec![city.root]),
        ("district", city.districts.clone()),
        ("street", city.streets.clone()),
        ("school", city.schools.iter().copied().take(200).collect()),
    ];
    for (level, orgs) in levels {
        let (mut all, mut worst) = (Duration::ZERO, Duration::ZERO);
        for at in 0..READS {
            let month = Period::Month {
                year: 2026,
                month: i8::try_from(at % 10).unwrap_or(0) + 1,
            };
            let (metric, org) = (COUNTED[at % COUNTED.len()], orgs[at % orgs.len()]);
            let started = Instant::now();
            metrics.figure(ctx, metric, org, month).await.map_err(said)?;
            let took = started.elapsed();
            all += took;
            worst = worst.max(took);
        }
        println!(
            "  a figure of a {level} for a month: {:.2} ms on average, {:.2} ms at worst",
            millis(all) / READS as f64,
            millis(worst)
        );
    }
    let started = Instant::now();
    metrics
        .figure(ctx, "learners.count", city.root, Period::Year(2026))
        .await
        .map_err(said)?;
    println!(
        "  distinct learners of the city in a year: {:.1} ms",
        millis(started.elapsed())
    );
    Ok(())
}

/// The same totals by one plain statement.
async fn scans(ctx: &Ctx, metrics: &Metrics, city: &City) -> Result<(), String> {
    for (metric, sql) in city::SCANS {
        let started = Instant::now();
        let rows: i64 = ctx
            .db()
            .query_one(sql, &[])
            .await
            .map_err(|error| error.to_string())?;
        let scan = started.elapsed();
        let started = Instant::now();
        let figure = metrics
            .figure(ctx, metric, city.root, "2026-10".parse()?)
            .await
            .map_err(said)?;
        let read = started.elapsed();
        if figure.part != Some(rows) {
            return Err(format!(
                "{metric}: the figure is {:?}, the rows say {rows}",
                figure.part
            ));
        }
        println!(
            "  {metric} of the city in 2026-10: {:.2} ms as a figure, {:.0} ms by one plain scan, both {rows}",
            millis(read),
            millis(scan)
        );
    }
    Ok(())
}

async fn cockpit(ctx: &Ctx, metrics: &Arc<Metrics>, city: &City) -> Result<(), String> {
    for (level, org) in [
        ("city", city.root),
        ("district", city.districts[0]),
        ("street", city.streets[0]),
    ] {
        let mut best = Duration::MAX;
        for _ in 0..3 {
            let started = Instant::now();
            let year = Period::Year(2026);
            statistics::cockpit::actions::view(ctx, metrics, Some(org), year, "")
                .await
                .map_err(said)?;
            best = best.min(started.elapsed());
        }
        println!("  the cockpit of a {level}: {:.0} ms", millis(best));
    }
    Ok(())
}

async fn open(database: &str, data: &str) -> Result<Arc<Platform>, String> {
    let data = PathBuf::from(data);
    let config = Config {
        database: database.to_owned(),
        files: FilePlace::Folder(data.join("files")),
        key_file: data.join("key.json"),
        data,
        sms: None,
        pay: None,
        log: String::new(),
    };
    let opening = Opening {
        clock: Clock::fixed(NOW.parse().map_err(|_| "no instant".to_owned())?),
        ..Opening::command("bench")
    };
    let opened = Installation::open(&config, opening).await;
    opened.map_err(|error| error.to_string())
}

fn millis(time: Duration) -> f64 {
    time.as_secs_f64() * 1000.0
}

fn said(error: platform::AppError) -> String {
    error.to_string()
}

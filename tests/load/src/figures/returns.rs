//! Returns on the made-up city: one of 500 cells that opens filled, and the city's sum of all streets.

use super::{City, millis, said};
use kernel::OrgId;
use metrics::{Metrics, Period};
use platform::Ctx;
use statistics::VersionId;
use statistics::datasets::actions as datasets;
use statistics::datasets::definition::Definition;
use statistics::datasets::model::Over;
use statistics::returns::actions as returns;
use std::sync::Arc;
use std::time::{Duration, Instant};

const PERIOD: &str = "2026";
/// Columns by kind of course; with the whole and two sexes they make eleven.
const KINDS: [&str; 8] = [
    "书画篆刻",
    "舞蹈",
    "声乐",
    "器乐",
    "健身",
    "智能生活",
    "语言文学",
    "手工",
];
/// How the city comes to its value: persons and ratios do not add up.
#[derive(Clone, Copy)]
enum Up {
    Sum,
    Metric,
}

/// Rows that the machine fills: 15 of them, so 165 of the cells; about as many in a hundred as in the shipped dataset.
const METRICS: [(&str, Up); 15] = [
    ("enrollments.count", Up::Sum),
    ("learners.count", Up::Metric),
    ("learners.elders", Up::Metric),
    ("learners.first_time", Up::Metric),
    ("attendance.visits", Up::Sum),
    ("attendance.due", Up::Sum),
    ("attendance.learners", Up::Metric),
    ("attendance.hours", Up::Sum),
    ("learners.elder_share", Up::Metric),
    ("attendance.rate", Up::Metric),
    ("completions.count", Up::Sum),
    ("completions.hours", Up::Sum),
    ("certificates.count", Up::Sum),
    ("trials.count", Up::Sum),
    ("waitlist.demand", Up::Sum),
];
/// Rows that people type: with those above 46 rows of eleven columns, 506 cells.
const TYPED: usize = 31;

/// Head of the dataset: streets fill, the city sums up.
const HEAD: &str = r#"code = "bench"
name = "统计表"
edition = "2026"
valid_from = "2024-01-01"
basis = "derived"
source = "bench"
period = "year"
[[levels]]
files = ["street"]
how = "fill"
checked_by = "city"
approved_by = "city"
due = { months = 2, day = 28 }
[[levels]]
files = ["city"]
how = "sum"
due = { months = 5, day = 31 }
[[tables]]
code = "A"
title = "统计表"
source = "bench"
"#;

/// The dataset.
fn definition() -> Result<Definition, String> {
    let filled = METRICS.iter().enumerate().map(|(at, (metric, up))| {
        let up = match up {
            Up::Sum => "",
            Up::Metric => ", up = \"metric\"",
        };
        format!("{{ code = \"m{at}\", label = \"指标{at}\", metric = \"{metric}\"{up} }}")
    });
    let typed = (0..TYPED)
        .map(|at| format!("{{ code = \"t{at}\", label = \"自填{at}\", unit = \"个\", typed = true }}"));
    let column = |code: String, label: &str, by: &str| {
        format!(
            "{{ code = \"{code}\", label = \"{label}\", slice = {{ by = \"{by}\", key = \"{label}\" }} }}"
        )
    };
    let whole = "{ code = \"all\", label = \"合计\" }".to_owned();
    let kinds = KINDS.iter().enumerate();
    let kinds = kinds.map(|(at, kind)| column(format!("k{at}"), kind, "kind"));
    let sexes = ["female", "male"].map(|sex| column(sex.to_owned(), sex, "sex"));
    let rows: Vec<String> = filled.chain(typed).collect();
    let columns: Vec<String> = std::iter::once(whole).chain(kinds).chain(sexes).collect();
    let list = |lines: Vec<String>| lines.join(",\n");
    let text = format!(
        "{HEAD}rows = [\n{}\n]\ncolumns = [\n{}\n]\n",
        list(rows),
        list(columns)
    );
    Definition::from_toml(&text)
}

/// Opens the returns of all streets, approves them in bulk, and sums them up for the city.
pub async fn run(ctx: &Ctx, metrics: &Arc<Metrics>, city: &City) -> Result<(), String> {
    let definition = definition()?;
    if let Some(fault) = datasets::faults(metrics, &definition).first() {
        return Err(format!("the dataset of the bench: {fault:?}"));
    }
    let put = datasets::put(ctx, metrics, city.root, definition, (Over::Nothing, false))
        .await
        .map_err(said)?;
    datasets::publish(ctx, metrics, put.version, 1)
        .await
        .map_err(said)?;
    let (mut all, mut worst) = (Duration::ZERO, Duration::ZERO);
    let mut cells = 0;
    for street in &city.streets {
        let (took, count) = open(ctx, metrics, put.version, *street).await?;
        all += took;
        worst = worst.max(took);
        cells = count;
    }
    println!(
        "  a return of {cells} cells opens filled: {:.0} ms on average of {}, {:.0} ms at worst",
        millis(all) / city.streets.len() as f64,
        city.streets.len(),
        millis(worst)
    );
    approve(ctx).await?;
    let (took, _) = open(ctx, metrics, put.version, city.root).await?;
    println!(
        "  the city's return of {} streets is summed up: {:.0} ms",
        city.streets.len(),
        millis(took)
    );
    Ok(())
}

/// Opens a return and reads it, as its page does.
async fn open(
    ctx: &Ctx,
    metrics: &Arc<Metrics>,
    version: VersionId,
    org: OrgId,
) -> Result<(Duration, usize), String> {
    let period: Period = PERIOD.parse()?;
    let started = Instant::now();
    let id = returns::open(ctx, metrics, version, org, period)
        .await
        .map_err(said)?;
    let shown = returns::get(ctx, id).await.map_err(said)?;
    Ok((started.elapsed(), shown.filled.cells.len()))
}

/// Types a number into every cell that is empty, and approves every return: by SQL, what is measured lies around it.
async fn approve(ctx: &Ctx) -> Result<(), String> {
    let tx = ctx.begin().await.map_err(said)?;
    for sql in [
        "UPDATE stat_cell SET value = 10000, origin = 'typed' WHERE value IS NULL {unscoped: a bench}",
        "UPDATE stat_return SET status = 'approved', approvals = 1 {unscoped: a bench}",
    ] {
        tx.exec(sql, &[]).await.map_err(|error| error.to_string())?;
    }
    let event = platform::Event::new("bench.approved", "dataset", kernel::Id::<()>::from_raw(1));
    tx.commit(vec![event]).await.map_err(said)
}

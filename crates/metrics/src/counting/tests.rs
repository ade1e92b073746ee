//! Counting on a few orgs and a table of facts: who counts while others write comes to an end, what a recount of a part looks at.

use super::{Reach, Recounted, follow, recount, turn};
use crate::definition::{Declared, Dimension, How, Measure, SourceKind, SpanSource, Touch, TreeFuture};
use crate::{Metric, Metrics, Placed, Registry};
use db::args;
use kernel::{Date, Id, OrgId};
use platform::{Ctx, Event, Routes};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use testkit::TestApp;

const TABLES: db::Schema = db::Schema {
    domain: "counted_test",
    migrations: &[db::Migration {
        number: 1,
        name: "counted_test",
        sql: "CREATE TABLE happened (id BIGINT PRIMARY KEY, org_id BIGINT NOT NULL, month TEXT NOT NULL, \
              person_id BIGINT NOT NULL)",
    }],
    org_owned: &[],
};

fn plain(kind: &str) -> String {
    kind.to_owned()
}

const DECLARED: Declared = Declared {
    metrics: &[Metric {
        id: "test.happened",
        name: "发生次数",
        unit: "次",
        words: "测试。",
        source_kind: SourceKind::Operations,
        document: "测试",
        how: How::Sum {
            source: "happened",
            measure: Measure::N,
            tags: &[],
        },
        breakdowns: &[Dimension::Kind],
        small_cell: 0,
        decimals: 0,
        scale: 1,
        version: 1,
        valid_from: "2000-01-01",
    }],
    spans: &[SpanSource {
        id: "happened",
        facts: "SELECT org_id, month, person_id, NULL AS sex, NULL AS birth, '' AS tag, '' AS kind, count(*) AS n, \
                CAST(0 AS BIGINT) AS m FROM happened WHERE org_id {any $1} AND month || '-01' >= $2 AND month || '-01' < $3 \
                GROUP BY org_id, month, person_id",
        touched: &[
            Touch {
                subject: "happened",
                sql: "SELECT DISTINCT org_id, month FROM happened WHERE id {any $1}",
            },
            Touch {
                subject: "moved",
                sql: "SELECT DISTINCT org_id, '' AS month FROM happened WHERE id {any $1}",
            },
        ],
        rows: "",
        kind_label: plain,
    }],
    moments: &[],
};

/// City 1 with districts 2 and 3, a school 4 and a school 5 that was opened in June 2026.
fn town_with(day: Date, above_four: i64, above_five: i64) -> TreeFuture {
    let placed = |id: i64, above: Option<i64>, opened_on: Date| Placed {
        id: OrgId::from_raw(id),
        above: above.map(OrgId::from_raw),
        opened_on,
        standing: opened_on <= day,
        merged: false,
        name: String::new(),
        kind: String::new(),
    };
    let (old, new) = (Date::constant(2020, 1, 1), Date::constant(2026, 6, 1));
    let all = vec![
        placed(1, None, old),
        placed(2, Some(1), old),
        placed(3, Some(1), old),
        placed(4, Some(above_four), old),
        placed(5, Some(above_five), new),
    ];
    Box::pin(async move { Ok(all) })
}

fn before_september(day: Date) -> bool {
    day < Date::constant(2026, 9, 1)
}

/// School 4 stood below 2 until September and stands below 3 since.
fn four_moves(_: db::Db, day: Date) -> TreeFuture {
    town_with(day, if before_september(day) { 2 } else { 3 }, 3)
}

/// So does school 5.
fn five_moves(_: db::Db, day: Date) -> TreeFuture {
    town_with(day, 3, if before_september(day) { 2 } else { 3 })
}

struct Town {
    app: TestApp,
    metrics: Arc<Metrics>,
    ctx: Ctx,
}

impl Town {
    async fn start(tree: crate::TreeReader) -> Self {
        let app = TestApp::start(&[platform::SCHEMA, crate::SCHEMA, TABLES], |_| Routes::new()).await;
        let registry = Registry::new(&[DECLARED], tree).unwrap();
        let metrics = Arc::new(Metrics::new(registry, &app.platform));
        let ctx = app.system();
        // The first look takes the chain's present end.
        follow(&ctx, &metrics).await.unwrap();
        Self { app, metrics, ctx }
    }

    async fn write(&self, sql: &str) {
        let tx = self.ctx.begin().await.unwrap();
        assert!(tx.exec(sql, args![]).await.unwrap() > 0, "{sql}");
        let event = Event::new("test.written", "test", Id::<()>::from_raw(0));
        tx.commit(vec![event]).await.unwrap();
    }

    async fn happens(&self, id: i64, org: i64, month: &str) {
        self.write(&format!(
            "INSERT INTO happened (id, org_id, month, person_id) VALUES ({id}, {org}, '{month}', {id})"
        ))
        .await;
    }

    async fn tell(&self, subject: &'static str, id: i64) {
        let tx = self.ctx.begin().await.unwrap();
        let event = Event::new("test.happened", subject, Id::<()>::from_raw(id));
        tx.commit(vec![event]).await.unwrap();
    }

    async fn recount(&self, below: Option<i64>) -> Recounted {
        let reach = Reach {
            below: below.map(OrgId::from_raw),
            months: None,
        };
        recount(&self.ctx, &self.metrics, reach, None).await.unwrap()
    }

    async fn number(&self, org: i64, period: &str) -> Option<i64> {
        let period = period.parse().unwrap();
        let figure = self
            .metrics
            .figure(&self.ctx, "test.happened", OrgId::from_raw(org), period)
            .await
            .unwrap();
        figure.number().map(|_| figure.part.unwrap())
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn only_who_writes_cells_moves_the_turn() {
    let town = Town::start(four_moves).await;
    town.happens(7, 4, "2026-03").await;
    for (subject, id, written, moved) in [
        ("test", 1, 0, 0),
        ("org", 4, 0, 0),
        ("happened", 99, 0, 0),
        ("happened", 7, 1, 1),
    ] {
        town.tell(subject, id).await;
        let before = turn::now(town.ctx.db()).await.unwrap();
        let counted = follow(&town.ctx, &town.metrics).await.unwrap().cells;
        let after = turn::now(town.ctx.db()).await.unwrap();
        assert_eq!((counted, after - before), (written, moved), "{subject} {id}");
    }
    assert_eq!(town.number(1, "2026-03").await, Some(1));
}

#[tokio::test(flavor = "multi_thread")]
async fn of_what_may_have_stood_in_any_month_only_what_changed_is_written() {
    let town = Town::start(four_moves).await;
    for (id, month) in [(1, "2026-03"), (2, "2026-04"), (3, "2026-05")] {
        town.happens(id, 4, month).await;
    }
    town.recount(None).await;
    let look = async || {
        town.tell("moved", 2).await;
        let before = turn::now(town.ctx.db()).await.unwrap();
        let cells = follow(&town.ctx, &town.metrics).await.unwrap().cells;
        (cells, turn::now(town.ctx.db()).await.unwrap() - before)
    };
    assert_eq!(look().await, (0, 0), "all is as it was");
    town.write("UPDATE happened SET month = '2026-05' WHERE id = 2")
        .await;
    assert_eq!(look().await, (2, 1), "the old month and the new one");
    for (month, number) in [("2026-03", 1), ("2026-04", 0), ("2026-05", 2)] {
        assert_eq!(town.number(1, month).await.unwrap_or(0), number, "{month}");
    }
    let again = town.recount(None).await;
    assert_eq!((again.new, again.wrong), (0, 0), "{again:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_does_not_fit_into_one_step_is_counted_in_the_next() {
    let town = Town::start(four_moves).await;
    town.happens(7, 4, "2026-03").await;
    let happened = |subject| Event::new("test.happened", subject, Id::<()>::from_raw(7));
    let mut events: Vec<Event> = (0..5_100).map(|_| happened("test")).collect();
    events.push(happened("happened"));
    let tx = town.ctx.begin().await.unwrap();
    tx.commit(events).await.unwrap();
    let mut steps = Vec::new();
    for _ in 0..3 {
        let step = follow(&town.ctx, &town.metrics).await.unwrap();
        steps.push((step.cells, step.more));
    }
    assert_eq!(steps, [(0, true), (1, false), (0, false)]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_nought_of_nothing_is_told_from_one_that_was_entered() {
    let town = Town::start(four_moves).await;
    town.happens(1, 4, "2026-03").await;
    town.recount(None).await;
    let (march, april) = ("2026-03", "2026-04");
    for (org, period, number, empty) in [
        (1, march, 1, false),
        (2, march, 1, false),
        (3, march, 0, true),
        (1, april, 0, true),
    ] {
        let org = OrgId::from_raw(org);
        let figure = town
            .metrics
            .figure(&town.ctx, "test.happened", org, period.parse().unwrap())
            .await
            .unwrap();
        assert_eq!(
            (figure.part, figure.empty),
            (Some(number), empty),
            "{org} {period}"
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_recount_ends_while_others_write_all_the_time() {
    let town = Town::start(four_moves).await;
    for id in 0..50 {
        town.happens(id, 4, "2026-03").await;
    }
    let done = Arc::new(AtomicBool::new(false));
    let (ctx, stop) = (town.app.system(), Arc::clone(&done));
    let others = tokio::spawn(async move {
        while !stop.load(Ordering::Relaxed) {
            let seen = turn::now(ctx.db()).await.unwrap();
            if let Some(tx) = turn::take(&ctx, seen).await.unwrap() {
                turn::move_on(&tx).await.unwrap();
                let event = Event::new("test.counted", "metrics", Id::<()>::from_raw(0));
                tx.commit(vec![event]).await.unwrap();
            }
        }
    });
    let ended = tokio::time::timeout(std::time::Duration::from_secs(60), town.recount(None)).await;
    done.store(true, Ordering::Relaxed);
    others.await.unwrap();
    assert_eq!(ended.expect("an end").new, 1);
    let again = town.recount(None).await;
    assert_eq!((again.new, again.wrong), (0, 0), "{again:?}");
    assert_eq!(town.number(1, "2026-03").await, Some(50));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_recount_below_an_org_looks_at_who_stands_there_today_and_at_the_tree_of_each_month() {
    let town = Town::start(four_moves).await;
    town.happens(1, 4, "2026-03").await;
    town.happens(2, 2, "2026-03").await;
    town.happens(3, 4, "2026-10").await;
    town.recount(None).await;
    let cell = |org: i64, rolled: bool, month: &str| {
        format!(
            "UPDATE metric_cell SET cells = ',,,,99,0', members = NULL WHERE org_id = {org} AND rolled = {rolled} \
             AND month = '{month}'"
        )
    };
    let (own, sum) = (false, true);
    // What is broken; below which org is counted anew; how many are found wrong; the city's March afterwards.
    for (org, rolled, month, below, wrong, city) in [
        // The school's own March: it stood below 2 then and stands below 3 today, so below 3 it is counted, and all is rolled up.
        (4, own, "2026-03", 3, 1, 2),
        // The sums of March: below 2 they are looked at, below 3 nothing stood then.
        (2, sum, "2026-03", 2, 1, 2),
        (4, sum, "2026-03", 2, 1, 2),
        (4, sum, "2026-03", 3, 0, 2),
        (4, sum, "2026-10", 3, 1, 2),
        // What stands above the org is not looked at.
        (1, sum, "2026-03", 2, 0, 99),
    ] {
        town.write(&cell(org, rolled, month)).await;
        let found = town.recount(Some(below)).await;
        assert_eq!(
            (found.new, found.wrong),
            (0, wrong),
            "{org} {rolled} {month} {below}"
        );
        assert_eq!(
            town.number(1, "2026-03").await,
            Some(city),
            "{org} {rolled} {month} {below}"
        );
        let rest = town.recount(None).await;
        assert_eq!(
            (rest.new, rest.wrong),
            (0, 1 - wrong),
            "{org} {rolled} {month} {below}"
        );
    }
    // A school's own cell that is not there today is not counted below the district where it stood: the whole recount finds it.
    town.write(&cell(4, own, "2026-03")).await;
    assert_eq!(town.recount(Some(2)).await.counted, 1);
    assert!(town.recount(None).await.wrong > 0);
    assert_eq!(town.number(1, "2026-03").await, Some(2));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_entered_of_an_org_opened_later_moves_with_it() {
    let town = Town::start(five_moves).await;
    town.happens(1, 2, "2026-03").await;
    town.happens(2, 5, "2026-03").await;
    town.recount(None).await;
    let read = async || {
        let mut all = Vec::new();
        for period in ["2026-03", "2026"] {
            for org in [1, 2, 3] {
                all.push(town.number(org, period).await.unwrap_or(0));
            }
        }
        all
    };
    // On the tree of March the school's place is its first, below 2; on today's it stands below 3.
    assert_eq!(read().await, [2, 2, 0, 2, 1, 1]);
    // Entered afterwards, and followed.
    town.happens(3, 5, "2026-03").await;
    town.tell("happened", 3).await;
    follow(&town.ctx, &town.metrics).await.unwrap();
    assert_eq!(read().await, [3, 3, 0, 3, 1, 2]);
    let again = town.recount(None).await;
    assert_eq!((again.new, again.wrong), (0, 0), "{again:?}");
}

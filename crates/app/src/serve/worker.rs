//! Work without a request: queued jobs, the long ones beside the queue; this node's heartbeat, the hourly anchor of the event
//! chains, the day's work.

use crate::wiring;
use metrics::Metrics;
use platform::{AppResult, Ctx, JobKind, Platform, audit, job};
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::watch;
use tokio::task::JoinHandle;

/// How long the worker rests when no job is due.
const IDLE: Duration = Duration::from_millis(200);
/// How long it rests after the database did not answer.
const AFTER_FAILURE: Duration = Duration::from_secs(2);
/// Between two signs of life; a node silent for 90 s loses its number.
const HEARTBEAT: Duration = Duration::from_secs(20);
/// Between two looks whether an anchor is due.
const ANCHOR_LOOK: Duration = Duration::from_secs(60);

/// How long the counts rest when nothing has happened.
const FIGURES_LOOK: Duration = Duration::from_secs(3);
/// More events of this process between two looks are a rush: people wait for seats, and counting would take a third of
/// the machine from them.
const RUSH: u64 = 300;
/// So many looks in a row are left out for a rush, half a minute; then what waits is counted to its end.
const LEFT_OUT: u32 = 10;

/// Works until `stopping` says so; a job that runs then is finished first.
pub async fn run(platform: Arc<Platform>, metrics: Arc<Metrics>, stopping: watch::Receiver<bool>) {
    let work = Work {
        kinds: wiring::jobs().into(),
        aside: wiring::ASIDE,
    };
    tokio::join!(
        queue(&platform, &work, stopping.clone()),
        heartbeat(&platform, stopping.clone()),
        anchors(&platform, stopping.clone()),
        days(&platform, stopping.clone()),
        figures(&platform, &metrics, stopping),
    );
}

/// What a queue does.
struct Work {
    kinds: Arc<[JobKind]>,
    /// Kinds that are done beside the queue, one at a time: nobody waits for them, and others would wait behind them.
    aside: &'static [&'static str],
}

async fn queue(platform: &Arc<Platform>, work: &Work, mut stopping: watch::Receiver<bool>) {
    let mut aside: Option<JoinHandle<()>> = None;
    while !*stopping.borrow() {
        let rest = match next(platform, work, &mut aside).await {
            Ok(true) => continue,
            Ok(false) => IDLE,
            Err(error) => {
                tracing::warn!(%error, "the queue of jobs");
                AFTER_FAILURE
            }
        };
        pause(rest, &mut stopping).await;
    }
    if let Some(job) = aside
        && let Err(error) = job.await
    {
        tracing::error!(%error, "a job beside the queue ended badly");
    }
}

/// Does one due job, or begins it beside the queue; says whether there was one.
async fn next(platform: &Arc<Platform>, work: &Work, aside: &mut Option<JoinHandle<()>>) -> AppResult<bool> {
    let is_free = aside.as_ref().is_none_or(JoinHandle::is_finished);
    let pass_over = if is_free { &[] } else { work.aside };
    let Some(job) = job::take(platform, pass_over).await? else {
        return Ok(false);
    };
    if !work.aside.contains(&job.kind.as_str()) {
        job::carry_out(platform, &work.kinds, job).await?;
        return Ok(true);
    }
    let (platform, kinds) = (Arc::clone(platform), Arc::clone(&work.kinds));
    *aside = Some(tokio::spawn(async move {
        tell(
            "a job beside the queue",
            job::carry_out(&platform, &kinds, job).await,
        );
    }));
    Ok(true)
}

async fn heartbeat(platform: &Platform, mut stopping: watch::Receiver<bool>) {
    while !*stopping.borrow() {
        pause(HEARTBEAT, &mut stopping).await;
        let now = platform.clock.now();
        tell("heartbeat", platform.chain.beat(&platform.db, now).await);
    }
}

async fn anchors(platform: &Arc<Platform>, mut stopping: watch::Receiver<bool>) {
    while !*stopping.borrow() {
        let ctx = Ctx::system(platform, "anchor");
        tell("anchor", audit::anchor_if_due(&ctx).await.map(|_| ()));
        pause(ANCHOR_LOOK, &mut stopping).await;
    }
}

/// Queues the work of each day once, on whichever node looks first.
async fn days(platform: &Arc<Platform>, mut stopping: watch::Receiver<bool>) {
    while !*stopping.borrow() {
        let ctx = Ctx::system(platform, "day");
        tell("the day's work", wiring::begin_day(&ctx).await);
        pause(ANCHOR_LOOK, &mut stopping).await;
    }
}

/// Lets the counts of metrics follow what happens.
async fn figures(platform: &Arc<Platform>, metrics: &Metrics, mut stopping: watch::Receiver<bool>) {
    let mut rush = Rush::default();
    while !*stopping.borrow() {
        if rush.goes_on(platform.chain.written()) {
            pause(FIGURES_LOOK, &mut stopping).await;
            continue;
        }
        let ctx = Ctx::system(platform, "figures");
        tell("counting", catch_up(&ctx, metrics, &stopping).await);
        pause(FIGURES_LOOK, &mut stopping).await;
    }
}

/// Counts until no more events wait than fit into one step, or the program stops.
async fn catch_up(ctx: &Ctx, metrics: &Metrics, stopping: &watch::Receiver<bool>) -> AppResult<()> {
    loop {
        let followed = metrics::counting::follow(ctx, metrics).await?;
        tracing::debug!(followed.cells, "counted anew");
        if !followed.more || *stopping.borrow() {
            return Ok(());
        }
    }
}

/// Whether so much happens that counting waits.
#[derive(Debug, Default)]
struct Rush {
    written: u64,
    left_out: u32,
}

impl Rush {
    /// Takes how many events were written so far, at each look.
    fn goes_on(&mut self, written: u64) -> bool {
        let more = written.saturating_sub(self.written);
        self.written = written;
        self.left_out = if more > RUSH && self.left_out < LEFT_OUT {
            self.left_out + 1
        } else {
            0
        };
        self.left_out > 0
    }
}

fn tell(what: &str, result: AppResult<()>) {
    if let Err(error) = result {
        tracing::warn!(%error, what, "will be tried again");
    }
}

async fn pause(rest: Duration, stopping: &mut watch::Receiver<bool>) {
    tokio::select! {
        () = tokio::time::sleep(rest) => {}
        _ = stopping.changed() => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::installation::Shared;
    use kernel::Id;
    use metrics::counting::{Followed, follow};
    use platform::{Event, JobFuture, Routes};
    use serde_json::json;
    use testkit::TestApp;
    use tokio::sync::Semaphore;

    static LONG_MAY_END: Semaphore = Semaphore::const_new(0);
    const LONG: JobKind = JobKind {
        name: "test.long",
        run: |_, _| -> JobFuture {
            Box::pin(async {
                LONG_MAY_END.acquire().await.unwrap().forget();
                Ok("long".into())
            })
        },
    };
    const SHORT: JobKind = JobKind {
        name: "test.short",
        run: |_, _| -> JobFuture { Box::pin(async { Ok("short".into()) }) },
    };

    #[tokio::test(flavor = "multi_thread")]
    async fn short_jobs_do_not_wait_behind_long_ones_and_these_are_done_one_by_one() {
        let app = TestApp::start(wiring::SCHEMAS, |_| Routes::new()).await;
        let tx = app.system().begin().await.unwrap();
        let mut jobs = Vec::new();
        for kind in [LONG, LONG, SHORT] {
            let now = tx.ctx().now();
            jobs.push(job::enqueue(&tx, kind.name, &json!({}), now, None).await.unwrap());
        }
        let queued = Event::new("test.happened", "test", Id::<()>::from_raw(7));
        tx.commit(vec![queued]).await.unwrap();
        let (stop, stopping) = watch::channel(false);
        let platform = Arc::clone(&app.platform);
        let queue = tokio::spawn(async move {
            let work = Work {
                kinds: [LONG, SHORT].into(),
                aside: &[LONG.name],
            };
            queue(&platform, &work, stopping).await;
        });
        for (expected, may_end) in [
            (["running", "waiting", "done"], 1),
            (["done", "running", "done"], 1),
            (["done", "done", "done"], 0),
        ] {
            let mut states = Vec::new();
            for _ in 0..500 {
                states.clear();
                for id in &jobs {
                    states.push(job::find(&app.platform.db, *id).await.unwrap().state);
                }
                if states == expected {
                    break;
                }
                tokio::time::sleep(Duration::from_millis(20)).await;
            }
            assert_eq!(states, expected);
            LONG_MAY_END.add_permits(may_end);
        }
        stop.send(true).unwrap();
        queue.await.unwrap();
    }

    #[test]
    fn counting_waits_in_a_rush_and_never_longer_than_half_a_minute() {
        let mut rush = Rush::default();
        let mut written = 0;
        let mut look = |more: u64| {
            written += more;
            rush.goes_on(written)
        };
        assert!(!look(RUSH), "busy is no rush");
        assert!(look(RUSH + 1));
        assert!(!look(0), "it is over");
        let looks: Vec<bool> = (0..12).map(|_| look(10_000)).collect();
        let counted = looks.iter().position(|waits| !waits);
        assert_eq!(counted, Some(10), "{looks:?}");
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn what_waits_after_a_rush_is_counted_to_its_end() {
        let app = TestApp::start(wiring::SCHEMAS, |_| Routes::new()).await;
        let metrics = Shared::start(&app.platform).await.unwrap().metrics;
        let ctx = app.system();
        follow(&ctx, &metrics).await.unwrap();
        let happened = || Event::new("test.happened", "test", Id::<()>::from_raw(7));
        let tx = ctx.begin().await.unwrap();
        // More than fit into two steps.
        tx.commit((0..10_100).map(|_| happened()).collect())
            .await
            .unwrap();
        let (_stop, stopping) = watch::channel(false);
        catch_up(&ctx, &metrics, &stopping).await.unwrap();
        assert_eq!(follow(&ctx, &metrics).await.unwrap(), Followed::default());
    }
}

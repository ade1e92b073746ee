//! Every domain, once in each list: tables, routes, jobs, what waits, and the API's description.
//!
//! A new domain is added here and nowhere else in the program.

use crate::installation::Shared;
use crate::{demo_control, desk, keepers, web};
use db::{Db, Schema};
use kernel::Date;
use metrics::counting::Reach;
use platform::{AppError, AppResult, Ctx, JobFuture, JobKind, Platform, Routes, Waiting};
use std::sync::Arc;
use teaching::classes::{FirstLessonCheck, StartCheck};
use utoipa::openapi::OpenApi;

/// The tables of every domain; one that points at another comes after it.
pub const SCHEMAS: &[Schema] = &[
    platform::SCHEMA,
    metrics::SCHEMA,
    orgs::SCHEMA,
    people::SCHEMA,
    teaching::SCHEMA,
    enrollment::SCHEMA,
    attendance::SCHEMA,
    records::SCHEMA,
    plans::SCHEMA,
    statistics::SCHEMA,
];

/// Finds who asks.
pub const IDENTIFY: platform::web::Identify = people::identify;

/// The route table of the program.
#[must_use]
pub fn routes(shared: &Shared) -> Routes {
    let routes = Routes::new()
        .merge(web::routes(shared))
        .merge(desk::routes())
        .merge(orgs::routes().with(orgs::bookings::BusyHours(lessons_in)))
        .merge(people::routes(keepers::ALL))
        .merge(teaching::catalogue::routes(&shared.catalogue))
        .merge(
            teaching::routes()
                .with(SEATS_ARE_GIVEN)
                .with(FIRST_LESSON)
                .with(enrollment::first_come::CATALOGUE),
        )
        .merge(enrollment::routes(&shared.seat_desk))
        .merge(attendance::routes())
        .merge(records::routes(Some(Arc::clone(&shared.typesetter))))
        .merge(metrics::routes(&shared.metrics))
        .merge(plans::routes(&shared.metrics))
        .merge(statistics::routes(
            &shared.metrics,
            Some(Arc::clone(&shared.typesetter)),
        ));
    let routes = if shared.platform.demo {
        routes
            .merge(demo_control::routes(shared))
            .merge(enrollment::fees::demo_routes())
    } else {
        routes
    };
    let description = web::openapi::Description::of(routes.table());
    routes.share(description).share(Arc::clone(&shared.typesetter))
}

/// What each domain counts.
const DECLARED: &[metrics::Declared] = &[
    orgs::metrics::DECLARED,
    orgs::metrics::REGISTERS,
    teaching::metrics::DECLARED,
    enrollment::metrics::DECLARED,
    attendance::metrics::DECLARED,
    records::metrics::DECLARED,
];

/// What each domain tells the hub of data: words of its sources, and what must not be among its data.
const DESCRIBED: &[metrics::Described] = &[
    people::quality::DESCRIBED,
    orgs::quality::DESCRIBED,
    teaching::quality::DESCRIBED,
    enrollment::quality::DESCRIBED,
    attendance::quality::DESCRIBED,
    records::quality::DESCRIBED,
];

/// All metrics of the program, for one process.
///
/// # Errors
/// When two domains declare the same name or one speaks of what is not there: a fault of the program.
pub fn metrics(platform: &Platform) -> AppResult<metrics::Metrics> {
    let registry = metrics::Registry::new(DECLARED, orgs::metrics::tree)
        .and_then(|registry| registry.describe(DESCRIBED))
        .map_err(AppError::Internal)?;
    Ok(metrics::Metrics::new(registry, platform))
}

/// Counts everything anew and compares; see `metrics::counting`.
const RECOUNT: JobKind = JobKind {
    name: metrics::counting::RECOUNT,
    run: |ctx, job| -> JobFuture {
        Box::pin(async move {
            let metrics = metrics(&ctx.platform)?;
            let found = metrics::counting::recount(&ctx, &metrics, Reach::default(), Some(&job)).await?;
            Ok(found.report())
        })
    },
};

/// Hours of a day in which lessons take a room.
fn lessons_in(db: Db, room: orgs::RoomId, day: Date) -> orgs::bookings::BusyFuture {
    Box::pin(async move { teaching::sessions::busy_hours(&db, room, day).await })
}

/// Whether no round that gives the seats of a class is open.
const SEATS_ARE_GIVEN: StartCheck =
    StartCheck(|db, class| Box::pin(enrollment::rounds::lessons::seats_are_given(db, class)));

/// Whether the round that gives the seats of a class closes before its first lesson.
const FIRST_LESSON: FirstLessonCheck = FirstLessonCheck(|db, class, first| {
    Box::pin(enrollment::rounds::lessons::closes_before(db, class, first))
});

/// Starts the classes whose first day has come and whose seats are given.
const START: JobKind = JobKind {
    name: teaching::classes::lifecycle::START,
    run: |ctx, _| -> JobFuture {
        Box::pin(async move { teaching::classes::lifecycle::start_due(&ctx, SEATS_ARE_GIVEN).await })
    },
};

/// Makes the data of a demonstration as of `today`.
///
/// # Errors
/// When the data cannot be made.
pub async fn fill_demo(platform: &Arc<Platform>, today: Date) -> AppResult<()> {
    crate::demo::build(platform, today).await?;
    crate::demo::meetings::call(platform).await?;
    crate::demo::returns::publish(platform).await
}

/// Carries out the erasures whose day has come.
const ERASE: JobKind = JobKind {
    name: people::erasure::JOB,
    run: |ctx, _| -> JobFuture {
        Box::pin(async move { people::erasure::carry_out(&ctx, keepers::ALL).await })
    },
};

/// The work that can be queued.
#[must_use]
pub fn jobs() -> Vec<JobKind> {
    [
        &[
            platform::message::SEND,
            platform::retention::SWEEP,
            ERASE,
            START,
            RECOUNT,
            crate::desk::reminders::REMIND,
            crate::demo::returns::OPEN,
        ],
        people::JOBS,
        enrollment::JOBS,
        attendance::JOBS,
        records::JOBS,
    ]
    .concat()
}

/// Jobs that take long and for which nobody waits: done beside the queue, so that messages do not wait behind them.
pub const ASIDE: &[&str] = &[
    RECOUNT.name,
    crate::demo::returns::OPEN.name,
    people::erasure::JOB,
    platform::retention::SWEEP.name,
    people::SWEEP.name,
    enrollment::SWEEP.name,
];

/// The kinds of jobs of each day, in the order in which they are queued.
const DAILY: &[&str] = &[
    START.name,
    enrollment::ATTEND,
    enrollment::HOLDS,
    enrollment::MERGES,
    enrollment::SUSPENSIONS,
    attendance::ABSENCES,
    people::erasure::JOB,
    platform::retention::SWEEP.name,
    people::SWEEP.name,
    enrollment::SWEEP.name,
    RECOUNT.name,
];

/// When people are reminded: not in the night.
const MORNING: kernel::Time = kernel::Time::constant(8, 30, 0, 0);

/// Queues what is to be done once a day, if nobody has today.
///
/// # Errors
/// When the database refuses.
pub async fn begin_day(ctx: &Ctx) -> AppResult<()> {
    const DAY: &str = "day.begun";
    let today = ctx.today().to_string();
    let begun: Option<String> = platform::setting::get(ctx.db(), DAY).await?;
    if begun.as_deref() == Some(today.as_str()) {
        return Ok(());
    }
    let tx = ctx.begin().await?;
    tx.lock(DAY, 0).await?;
    platform::setting::set(&tx, DAY, &today, ctx.now()).await?;
    let mut events = Vec::new();
    let morning = kernel::Instant::of_china(ctx.today(), MORNING).max(ctx.now());
    let daily = DAILY.iter().map(|kind| (*kind, ctx.now()));
    for (kind, at) in daily.chain([(crate::desk::reminders::REMIND.name, morning)]) {
        let key = format!("{kind}.{today}");
        let job = platform::job::enqueue(&tx, kind, &serde_json::json!({}), at, Some(key)).await?;
        events.push(platform::Event::new("day.begun", "job", job));
    }
    tx.commit(events).await
}

/// What waits for the actor, from every domain.
///
/// # Errors
/// When a domain cannot read its tables.
pub async fn waiting(ctx: &Ctx) -> AppResult<Vec<Waiting>> {
    // Nothing is read for somebody without a post.
    let mut all = Vec::new();
    if ctx.actor.posts.is_empty() {
        return Ok(all);
    }
    all.extend(attendance::waiting(ctx).await?);
    all.extend(enrollment::waiting(ctx).await?);
    all.extend(records::waiting(ctx).await?);
    all.extend(plans::waiting(ctx).await?);
    all.extend(teaching::waiting(ctx, Some(SEATS_ARE_GIVEN)).await?);
    all.extend(orgs::waiting(ctx).await?);
    all.extend(people::waiting(ctx).await?);
    all.extend(statistics::waiting(ctx).await?);
    all.sort_by_key(|item: &Waiting| (item.due.is_none(), item.due));
    Ok(all)
}

/// Office work with a deadline that waits for the actor: of plans and returns.
///
/// # Errors
/// When a domain cannot read its tables.
pub async fn office_work(ctx: &Ctx) -> AppResult<Vec<Waiting>> {
    let mut all = plans::waiting(ctx).await?;
    all.extend(statistics::waiting(ctx).await?);
    Ok(all)
}

/// What every domain finds when it counts again what it keeps counted: the name of the check and its faults.
///
/// # Errors
/// When a domain cannot read its tables.
pub async fn recount(db: &Db) -> AppResult<Vec<(&'static str, Vec<String>)>> {
    let seats = enrollment::recount(db).await?;
    let proof = records::verify_ledger(db).await?;
    let fees = enrollment::fees::actions::prove(db).await?;
    Ok(vec![
        ("班级名额与报名记录", seats),
        ("学时账本", proof.wrong),
        ("学费账本", fees),
    ])
}

/// The description of the whole API.
#[must_use]
pub fn openapi() -> OpenApi {
    let parts = [
        orgs::openapi(),
        people::openapi(),
        teaching::openapi(),
        teaching::catalogue::openapi(),
        enrollment::openapi(),
        attendance::openapi(),
        records::openapi(),
        metrics::openapi(),
        plans::openapi(),
        statistics::openapi(),
    ];
    parts.into_iter().fold(web::openapi::head(), |mut whole, part| {
        whole.merge(part);
        whole
    })
}

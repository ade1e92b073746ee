//! What lessons lead to: the months that are counted anew.

use super::DECLARED;
use db::args;
use kernel::{Date, Id, OrgId};
use metrics::{Metrics, Registry, counting};
use platform::{Ctx, Event};
use testkit::ClassFixture;

async fn class() -> ClassFixture {
    let schemas = [
        platform::SCHEMA,
        metrics::SCHEMA,
        orgs::SCHEMA,
        people::SCHEMA,
        teaching::SCHEMA,
        enrollment::SCHEMA,
        crate::SCHEMA,
    ];
    ClassFixture::start(&schemas, crate::routes(), &["2026-11-22", "2026-11-29"]).await
}

/// Writes and tells that something happened to a lesson.
async fn happens(ctx: &Ctx, session: Id<()>, sql: &str, args: &[db::Value]) {
    let tx = ctx.begin().await.unwrap();
    assert!(tx.exec(sql, args).await.unwrap() > 0, "{sql}");
    tx.commit(vec![Event::new("test.happened", "session", session)])
        .await
        .unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_lesson_that_is_moved_to_another_month_leaves_nothing_in_the_old_one() {
    // One that is cancelled before anybody counts was moved too.
    for (status, left) in [("moved", &["2026-12"] as &[&str]), ("cancelled", &[])] {
        moves(status, left).await;
    }
}

async fn moves(status: &str, left: &[&str]) {
    let f = class().await;
    let ctx = f.app.system();
    let declared = [orgs::metrics::DECLARED, DECLARED];
    let metrics = Metrics::new(
        Registry::new(&declared, orgs::metrics::tree).unwrap(),
        &f.app.platform,
    );
    counting::follow(&ctx, &metrics).await.unwrap();
    let session: Id<()> = f.sessions[0].parse().unwrap();
    let roll = "INSERT INTO attendance (session_id, person_id, status, method, marked_at) \
                VALUES ($1, $2, 'present', 'roll', $3)";
    for person in &f.people {
        happens(&ctx, session, roll, args![session, *person, ctx.now()]).await;
    }
    let held = async || {
        while counting::follow(&ctx, &metrics).await.unwrap().cells > 0 {}
        let mut all = Vec::new();
        for period in ["2026-11", "2026-12", "2026"] {
            let org: OrgId = f.world.here.org;
            let period = period.parse().unwrap();
            let figure = metrics
                .figure(&ctx, "attendance.visits", org, period)
                .await
                .unwrap();
            all.push(figure.part.unwrap());
        }
        all
    };
    // The clock of tests stands in November; what lies in December is counted with the year.
    assert_eq!(held().await, [3, 0, 3]);
    let moved = "UPDATE session SET day = $2, status = $3 WHERE id = $1 {unscoped: test}";
    let day = Date::constant(2026, 12, 5);
    happens(&ctx, session, moved, args![session, day, status]).await;
    assert_eq!(held().await[0], 0);
    let months: Vec<String> = ctx
        .db()
        .query(
            "SELECT DISTINCT month FROM metric_cell WHERE source = 'attendance' ORDER BY month",
            args![],
        )
        .await
        .unwrap();
    assert_eq!(months, left, "{status}, and none without a name");
    let marked: i64 = ctx
        .db()
        .query_one("SELECT count(*) FROM metric_month WHERE month = ''", args![])
        .await
        .unwrap();
    assert_eq!(marked, 0);
    let again = counting::recount(&ctx, &metrics, counting::Reach::default(), None)
        .await
        .unwrap();
    assert_eq!((again.new, again.wrong), (0, 0), "{again:?}");
}

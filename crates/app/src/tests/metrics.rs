//! Figures on the small demo: they agree with the rows, follow what happens, and stay the same for the past.

use crate::demo::{Scale, build_scaled};
use crate::installation::Shared;
use crate::wiring;
use ::metrics::counting::Reach;
use ::metrics::{Dimension, Metrics, Period, State, counting};
use db::args;
use kernel::{Date, Id, OrgId};
use orgs::OrgKind;
use orgs::tree::model::{Change, OrgDraft};
use platform::{Ctx, Event, Role, Routes};
use std::sync::Arc;
use testkit::{TestApp, staff};

const TODAY: Date = Date::constant(2026, 11, 22);

struct Figures {
    app: TestApp,
    metrics: Arc<Metrics>,
    ctx: Ctx,
}

impl Figures {
    /// The small demo, counted.
    async fn start() -> Self {
        let empty = TestApp::start(wiring::SCHEMAS, |_| Routes::new()).await;
        build_scaled(&empty.platform, TODAY, Scale::Small).await.unwrap();
        let shared = Shared::start(&empty.platform).await.unwrap();
        let app = empty.with_routes(wiring::routes(&shared));
        let ctx = app.system();
        let metrics = Arc::clone(&shared.metrics);
        // The first look takes the chain's present end; what was before is the recount's.
        assert_eq!(counting::follow(&ctx, &metrics).await.unwrap().cells, 0);
        let found = counting::recount(&ctx, &metrics, Reach::default(), None)
            .await
            .unwrap();
        assert!(found.new > 20 && found.wrong == 0, "{found:?}");
        Self { app, metrics, ctx }
    }

    async fn org(&self, kind: OrgKind) -> OrgId {
        let sql = "SELECT o.id FROM org o JOIN org_path p ON p.org_id = o.id WHERE o.kind = $1 AND EXISTS (SELECT 1 \
                   FROM class c JOIN org_path q ON q.org_id = c.org_id WHERE q.path >= p.path AND q.path < p.path || 'z' \
                   {unscoped: a test}) ORDER BY o.id LIMIT 1";
        let id: i64 = self.ctx.db().query_one(sql, args![kind.as_str()]).await.unwrap();
        Id::from_raw(id)
    }

    async fn number(&self, metric: &str, org: OrgId, period: &str) -> Option<i64> {
        let period: Period = period.parse().unwrap();
        let figure = self.metrics.figure(&self.ctx, metric, org, period).await.unwrap();
        figure.number().map(|_| figure.part.unwrap())
    }

    async fn rows(&self, sql: &str) -> i64 {
        self.ctx.db().query_one(sql, args![]).await.unwrap()
    }

    /// Everything that happened since is counted.
    async fn catch_up(&self) -> usize {
        let mut counted = 0;
        loop {
            match counting::follow(&self.ctx, &self.metrics).await.unwrap().cells {
                0 => return counted,
                more => counted += more,
            }
        }
    }

    async fn street_merges(&self, on: Date) -> (OrgId, OrgId, OrgId) {
        let (street, district) = (self.org(OrgKind::Street).await, self.org(OrgKind::District).await);
        let draft = OrgDraft {
            kind: OrgKind::Street,
            parent: district,
            name: "新设街道".into(),
            short_name: "新设".into(),
            opened_on: Date::constant(2026, 1, 1),
            is_public: true,
        };
        let into = orgs::tree::actions::create(&self.ctx, &draft, "测试新设")
            .await
            .unwrap();
        let version = self
            .rows(&format!(
                "SELECT version FROM org WHERE id = {} ORDER BY id",
                street.raw()
            ))
            .await;
        let change = Change {
            on,
            reason: "两个街道合并".into(),
            version,
        };
        orgs::tree::actions::merge(&self.ctx, street, into, &change)
            .await
            .unwrap();
        (street, into, district)
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn figures_agree_with_the_rows() {
    let f = Figures::start().await;
    let city = f.org(OrgKind::City).await;
    let seated = "('confirmed', 'attending', 'suspended', 'completed')";
    let of_year = "c.starts_on LIKE '2026%'";
    for (metric, sql) in [
        (
            "enrollments.count",
            format!(
                "SELECT count(*) FROM enrollment e JOIN class c ON c.id = e.class_id WHERE e.status IN {seated} AND {of_year} {{unscoped: a test}}"
            ),
        ),
        (
            "learners.count",
            format!(
                "SELECT count(DISTINCT e.person_id) FROM enrollment e JOIN class c ON c.id = e.class_id WHERE e.status IN {seated} AND {of_year} {{unscoped: a test}}"
            ),
        ),
        (
            "learners.elders",
            format!(
                "SELECT count(DISTINCT e.person_id) FROM enrollment e JOIN class c ON c.id = e.class_id JOIN person p ON p.id = e.person_id WHERE e.status IN {seated} AND {of_year} AND p.birth < '1967' {{unscoped: a test}}"
            ),
        ),
        (
            "attendance.visits",
            "SELECT count(*) FROM attendance a JOIN session s ON s.id = a.session_id WHERE a.status IN ('present', 'late', 'left_early') AND s.day LIKE '2026%' {unscoped: a test}".into(),
        ),
        (
            "classes.count",
            format!("SELECT count(*) FROM class c WHERE c.status IN ('published', 'running', 'closed') AND {of_year} {{unscoped: a test}}"),
        ),
        (
            "classes.hours",
            "SELECT CAST(sum(minutes) AS BIGINT) FROM session WHERE status <> 'cancelled' AND id IN (SELECT session_id FROM attendance WHERE method <> 'leave') AND day LIKE '2026%' {unscoped: a test}".into(),
        ),
        (
            "certificates.count",
            "SELECT count(*) FROM certificate WHERE status = 'valid' AND issued_on LIKE '2026%' {unscoped: a test}".into(),
        ),
        (
            "sites.by_kind",
            "SELECT count(*) FROM org WHERE kind IN ('neighborhood_site', 'social_site', 'care_site', 'smart_scene') AND status = 'open'".into(),
        ),
    ] {
        let rows = f.rows(&sql).await;
        assert!(rows > 0, "{metric}: the demo has none of it");
        assert_eq!(f.number(metric, city, "2026").await, Some(rows), "{metric}");
    }
    let all = f.metrics.all().len();
    assert!(all > 25, "only {all} metrics");
}

#[tokio::test(flavor = "multi_thread")]
async fn figures_of_the_registers_agree_with_the_rows() {
    let f = Figures::start().await;
    let city = f.org(OrgKind::City).await;
    for (metric, sql) in [
        (
            "staff.full_time",
            "SELECT CAST(sum(full_time) AS BIGINT) FROM staff_count WHERE valid_to IS NULL {unscoped: a test}",
        ),
        (
            "funding.budget",
            "SELECT CAST(sum(budgeted_fen) AS BIGINT) FROM budget_line WHERE year = 2026 {unscoped: a test}",
        ),
        (
            "titles.by_level",
            "SELECT count(*) FROM title WHERE valid_to IS NULL OR valid_to >= '2026-11-22' {unscoped: a test}",
        ),
    ] {
        let rows = f.rows(sql).await;
        assert!(rows > 0, "{metric}: the demo has none of it");
        assert_eq!(f.number(metric, city, "2026").await, Some(rows), "{metric}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn parts_make_the_whole_and_persons_are_never_added() {
    let f = Figures::start().await;
    let city = f.org(OrgKind::City).await;
    let year: Period = "2026".parse().unwrap();
    let sum =
        |parts: Vec<(String, ::metrics::Figure)>| parts.iter().filter_map(|(_, part)| part.part).sum::<i64>();
    for metric in ["enrollments.count", "attendance.visits"] {
        for by in [Dimension::Sex, Dimension::Age, Dimension::Kind] {
            let parts = f.metrics.breakdown(&f.ctx, metric, city, year, by).await.unwrap();
            assert_eq!(
                Some(sum(parts)),
                f.number(metric, city, "2026").await,
                "{metric} {by:?}"
            );
        }
    }
    let learners = f.number("learners.count", city, "2026").await.unwrap();
    for by in [Dimension::Sex, Dimension::Age] {
        let parts = f
            .metrics
            .breakdown(&f.ctx, "learners.count", city, year, by)
            .await
            .unwrap();
        assert_eq!(sum(parts), learners, "one year has each person in one {by:?}");
    }
    let kinds = f
        .metrics
        .breakdown(&f.ctx, "learners.count", city, year, Dimension::Kind)
        .await
        .unwrap();
    assert!(sum(kinds) > learners, "who learns two things stands in both");
    let mut months = 0;
    for month in 1..=12 {
        let of_month = f
            .number("learners.count", city, &format!("2026-{month:02}"))
            .await;
        months += of_month.unwrap_or(0);
    }
    assert!(
        months > learners,
        "the demo's learners come back: {months} {learners}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn figures_follow_what_happens_and_the_recount_agrees() {
    let f = Figures::start().await;
    let city = f.org(OrgKind::City).await;
    let before = f.number("attendance.visits", city, "2026").await.unwrap();
    let sql = "SELECT a.session_id, a.person_id FROM attendance a JOIN session s ON s.id = a.session_id \
               WHERE a.status = 'absent' AND s.day LIKE '2026%' {unscoped: a test} ORDER BY a.session_id, a.person_id LIMIT 1";
    let (session, person): (i64, i64) = f.ctx.db().query_one(sql, args![]).await.unwrap();
    let tx = f.ctx.begin().await.unwrap();
    let update = "UPDATE attendance SET status = 'late' WHERE session_id = $1 AND person_id = $2";
    tx.exec(update, args![session, person]).await.unwrap();
    let event = Event::new("test.came", "session", Id::<()>::from_raw(session));
    tx.commit(vec![event]).await.unwrap();
    assert!(f.catch_up().await > 0);
    assert_eq!(
        f.number("attendance.visits", city, "2026").await,
        Some(before + 1)
    );
    assert_eq!(
        f.catch_up().await,
        0,
        "what counting writes does not lead to counting"
    );
    let again = counting::recount(&f.ctx, &f.metrics, Reach::default(), None)
        .await
        .unwrap();
    assert_eq!((again.new, again.wrong), (0, 0), "{again:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_recount_finds_and_mends_what_is_wrong() {
    let f = Figures::start().await;
    let city = f.org(OrgKind::City).await;
    let before = f.number("enrollments.count", city, "2026").await;
    // What is counted of each org, what is rolled up above it alone, and both.
    for which in ["rolled = FALSE", "rolled = TRUE", "rolled IN (TRUE, FALSE)"] {
        let tx = f.ctx.begin().await.unwrap();
        let breaking = format!(
            "UPDATE metric_cell SET cells = 'confirmed,female,60-69,x,9999,0', members = NULL \
             WHERE source = 'enrollments' AND {which}"
        );
        assert!(tx.exec(&breaking, args![]).await.unwrap() > 0);
        let event = Event::new("test.broken", "test", Id::<()>::from_raw(0));
        tx.commit(vec![event]).await.unwrap();
        let found = counting::recount(&f.ctx, &f.metrics, Reach::default(), None)
            .await
            .unwrap();
        assert!(found.wrong > 0 && found.new == 0, "{which}: {found:?}");
        assert_eq!(
            f.number("enrollments.count", city, "2026").await,
            before,
            "{which}"
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_leave_granted_before_a_lesson_makes_it_neither_given_nor_due() {
    let f = Figures::start().await;
    let city = f.org(OrgKind::City).await;
    let read = async || {
        let mut all = Vec::new();
        for metric in ["sessions.held", "classes.hours", "attendance.due"] {
            all.push(f.number(metric, city, "2026").await);
        }
        all
    };
    let before = read().await;
    let sql = "SELECT s.id, e.person_id FROM session s JOIN enrollment e ON e.class_id = s.class_id \
               WHERE s.day > '2026-11-22' AND s.day LIKE '2026%' AND s.status = 'planned' AND e.status IN ('attending', \
               'confirmed') AND NOT EXISTS (SELECT 1 FROM attendance a WHERE a.session_id = s.id) {unscoped: a test} \
               ORDER BY s.id, e.person_id LIMIT 1";
    let (session, person): (i64, i64) = f.ctx.db().query_one(sql, args![]).await.unwrap();
    let mark = async |method: &str, status: &str| {
        let tx = f.ctx.begin().await.unwrap();
        tx.exec("DELETE FROM attendance WHERE session_id = $1", args![session])
            .await
            .unwrap();
        let insert = "INSERT INTO attendance (session_id, person_id, status, method, marked_at) VALUES ($1, $2, $3, $4, $5)";
        tx.exec(insert, args![session, person, status, method, f.ctx.now()])
            .await
            .unwrap();
        let event = Event::new("test.marked", "session", Id::<()>::from_raw(session));
        tx.commit(vec![event]).await.unwrap();
        f.catch_up().await;
    };
    mark("leave", "excused").await;
    assert_eq!(read().await, before, "a leave is no roll");
    mark("roll", "present").await;
    let after = read().await;
    assert_eq!(after[0], before[0].map(|held| held + 1));
    assert_eq!(after[2], before[2].map(|due| due + 1));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_merger_leaves_the_past_as_it_was() {
    let f = Figures::start().await;
    let (old, district) = (f.org(OrgKind::Street).await, f.org(OrgKind::District).await);
    let metrics = [
        "learners.count",
        "enrollments.count",
        "attendance.visits",
        "sites.by_kind",
    ];
    let past = ["2026-03", "2026-Q2", "2026-H1", "2026-09"];
    let mut before = Vec::new();
    for metric in metrics {
        for period in past {
            let (street, whole) = (
                f.number(metric, old, period).await,
                f.number(metric, district, period).await,
            );
            before.push((metric, period, street, whole));
        }
    }
    assert!(
        before
            .iter()
            .any(|(_, _, street, _)| street.is_some_and(|n| n > 0))
    );
    let year = f.number("learners.count", district, "2026").await;
    let own = f.number("learners.count", old, "2026").await;
    let (old, into, district) = f.street_merges(Date::constant(2026, 11, 20)).await;
    f.catch_up().await;
    for (metric, period, street, whole) in before {
        assert_eq!(
            f.number(metric, old, period).await,
            street,
            "{metric} {period} of the street"
        );
        assert_eq!(
            f.number(metric, district, period).await,
            whole,
            "{metric} {period} of the district"
        );
        let successor = f.number(metric, into, period).await.unwrap_or(0);
        assert_eq!(
            successor, 0,
            "{metric} {period}: the successor had nothing of its own then"
        );
    }
    // The running year stands on today's tree: the successor has taken over the whole year, and the district lost nothing.
    assert_eq!(f.number("learners.count", into, "2026").await, own);
    assert_eq!(f.number("learners.count", district, "2026").await, year);
    let again = counting::recount(&f.ctx, &f.metrics, Reach::default(), None)
        .await
        .unwrap();
    assert_eq!((again.new, again.wrong), (0, 0), "{again:?}");
    assert_eq!(f.number("learners.count", into, "2026").await, own);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_entered_before_an_org_was_opened_is_not_lost_above_it() {
    let f = Figures::start().await;
    let (school, city) = (f.org(OrgKind::StreetSchool).await, f.org(OrgKind::City).await);
    let (own, whole) = (
        f.number("attendance.visits", school, "2026-03").await,
        f.number("attendance.visits", city, "2026-03").await,
    );
    assert!(own.is_some_and(|own| own > 0));
    let tx = f.ctx.begin().await.unwrap();
    for sql in [
        "UPDATE org SET opened_on = '2026-06-01' WHERE id = $1",
        "UPDATE org_edge SET valid_from = '2026-06-01' WHERE org_id = $1",
        "UPDATE org_name SET valid_from = '2026-06-01' WHERE org_id = $1",
    ] {
        tx.exec(sql, args![school]).await.unwrap();
    }
    tx.commit(vec![Event::new("test.opened_later", "org", school)])
        .await
        .unwrap();
    f.catch_up().await;
    assert_eq!(f.number("attendance.visits", school, "2026-03").await, None);
    assert_eq!(f.number("attendance.visits", city, "2026-03").await, whole);
    let again = counting::recount(&f.ctx, &f.metrics, Reach::default(), None)
        .await
        .unwrap();
    assert_eq!((again.new, again.wrong), (0, 0), "{again:?}");
    assert_eq!(f.number("attendance.visits", city, "2026-03").await, whole);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_cannot_be_answered_says_why() {
    let f = Figures::start().await;
    let city = f.org(OrgKind::City).await;
    let figure = async |metric: &str, org: OrgId, period: &str| {
        let period: Period = period.parse().unwrap();
        let figure = f.metrics.figure(&f.ctx, metric, org, period).await.unwrap();
        assert!(
            figure.number().is_none() && !figure.remark().is_empty(),
            "{metric} {period}"
        );
        figure.state
    };
    assert!(matches!(
        figure("learners.count", city, "1999").await,
        State::NoOrg | State::NoData { .. }
    ));
    assert_eq!(figure("learners.count", city, "2027").await, State::NotBegun);
    assert_eq!(
        figure("learners.count", city, "2026-09-05").await,
        State::NotByDay
    );
    assert_eq!(
        figure("learners.count", Id::from_raw(5), "2026").await,
        State::NoOrg
    );
    let site = f.org(OrgKind::StreetSchool).await;
    assert_eq!(figure("sites.coverage", site, "2026").await, State::NoWhole);
    let unknown = f
        .metrics
        .figure(&f.ctx, "no.such", city, Period::Year(2026))
        .await;
    assert!(matches!(unknown, Err(platform::AppError::NotFound)));
}

/// Rows lead where the reader may go: a registrar to a lesson, a site keeper to a class.
async fn a_keeper_reads_the_names_of_lessons(f: &Figures, school: OrgId, path: &str) {
    let as_role = |number, role| f.app.signed_in(staff(Id::from_raw(number), role, school, path));
    let (head, keeper) = (as_role(77, Role::SchoolHead), as_role(79, Role::SiteKeeper));
    for (metric, who, leads) in [
        ("sessions.held", &head, Some("/desk/sessions/")),
        ("learners.count", &keeper, Some("/desk/classes/")),
        ("sessions.held", &keeper, None),
    ] {
        let page = who
            .get(&format!("/desk/metrics/{metric}?org={school}&period=2026"))
            .await;
        assert!(page.body.contains("背后的记录"), "{}", page.body);
        match leads {
            Some(to) => assert!(page.body.contains(to), "{metric}: {}", page.body),
            None => assert!(!page.body.contains("/desk/sessions/"), "{}", page.body),
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn one_sees_the_figures_of_ones_own_subtree_only() {
    let f = Figures::start().await;
    let (school, city) = (f.org(OrgKind::StreetSchool).await, f.org(OrgKind::City).await);
    let sql = format!(
        "SELECT path FROM org_path WHERE org_id = {} ORDER BY org_id",
        school.raw()
    );
    let path: String = f.ctx.db().query_one(&sql, args![]).await.unwrap();
    let head = f
        .app
        .signed_in(staff(Id::from_raw(77), Role::SchoolHead, school, &path));
    let teacher = f
        .app
        .signed_in(staff(Id::from_raw(78), Role::Teacher, school, &path));
    for address in [
        "/desk/metrics",
        "/desk/metrics/learners.count",
        "/api/v1/metrics/learners.count/figures",
    ] {
        assert_eq!(head.get(address).await.status, 200, "{address}");
        assert_eq!(teacher.get(address).await.status, 403, "{address}");
        let outside = format!("{address}?org={city}");
        assert_eq!(head.get(&outside).await.status, 404, "{outside}");
    }
    let page = head
        .get(&format!("/desk/metrics/learners.count?org={school}&period=2026"))
        .await;
    assert!(
        page.body.contains("背后的记录") && page.body.contains("/desk/classes/"),
        "rows lead to their classes"
    );
    a_keeper_reads_the_names_of_lessons(&f, school, &path).await;
    for (address, status) in [
        ("/desk/metrics/no.such", 404),
        ("/desk/metrics/learners.count?period=2026-13", 422),
        ("/api/v1/metrics/learners.count/figures?period=soon", 422),
        ("/api/v1/metrics/learners.count/figures?by=colour", 422),
        ("/desk/metrics?org=nonsense", 404),
    ] {
        assert_eq!(head.get(address).await.status, status, "{address}");
    }
    let json = head
        .get(&format!(
            "/api/v1/metrics/enrollments.count/figures?org={school}&period=2026&by=sex"
        ))
        .await
        .json();
    let parts = json["items"].as_array().unwrap();
    let sum: i64 = parts.iter().filter_map(|part| part["part"].as_i64()).sum();
    assert_eq!(f.number("enrollments.count", school, "2026").await, Some(sum));
}

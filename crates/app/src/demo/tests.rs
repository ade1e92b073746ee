//! The demo, built whole: what it must hold.

use super::*;
use ::records::certificates::actions as certificates;
use db::{Db, Row, args};
use std::collections::{BTreeMap, HashMap, HashSet};
use testkit::TestApp;

const TODAY: Date = Date::constant(2026, 11, 22);

async fn app() -> TestApp {
    TestApp::start(crate::wiring::SCHEMAS, |_| platform::Routes::new()).await
}

async fn small(app: &TestApp) -> DemoReport {
    build_scaled(&app.platform, TODAY, Scale::Small).await.unwrap()
}

async fn numbers(db: &Db, sql: &str) -> Vec<i64> {
    db.query(sql, args![]).await.unwrap()
}

db::record! {
    struct Meeting {
        class_id: i64, org_id: i64, day: Date, starts: kernel::Time, minutes: i64, room_id: Option<i64>,
        teacher_id: Option<i64>,
    }
}

impl Meeting {
    /// Minutes since the first hour of the calendar: from, to.
    fn span(&self) -> (i64, i64) {
        let at = Instant::of_china(self.day, self.starts).secs_since(moment(TODAY, 0, 0)) / 60;
        (at, at + self.minutes)
    }
}

fn overlaps(mut spans: Vec<(i64, i64)>) -> bool {
    spans.sort_unstable();
    spans.windows(2).any(|pair| pair[1].0 < pair[0].1)
}

async fn meetings(db: &Db) -> Vec<Meeting> {
    let sql =
        "SELECT class_id, org_id, day, starts, minutes, room_id, teacher_id FROM session WHERE status <> 'cancelled'
               {unscoped: a test} ORDER BY id";
    db.query(sql, args![]).await.unwrap()
}

async fn nothing_is_given_out_twice(db: &Db) {
    let (mut of_thing, mut of_class) = (HashMap::new(), HashMap::new());
    for meeting in meetings(db).await {
        let things = [("room", meeting.room_id), ("teacher", meeting.teacher_id)];
        for (kind, id) in things.into_iter().filter_map(|(kind, id)| Some((kind, id?))) {
            let spans: &mut Vec<_> = of_thing.entry((kind, id)).or_default();
            spans.push(meeting.span());
        }
        let spans: &mut Vec<_> = of_class.entry(meeting.class_id).or_default();
        spans.push(meeting.span());
    }
    for (thing, spans) in of_thing {
        assert!(!overlaps(spans), "{thing:?} is given out twice");
    }
    let sql = "SELECT person_id, class_id, term_id FROM enrollment
               WHERE status IN ('confirmed', 'attending', 'completed', 'waitlisted') {unscoped: a test} ORDER BY id";
    let places: Vec<(i64, i64, i64)> = db.query(sql, args![]).await.unwrap();
    let names = "SELECT t.id, t.name FROM term t {unscoped: a test} ORDER BY t.id";
    let names: Vec<(i64, String)> = db.query(names, args![]).await.unwrap();
    let names: HashMap<i64, String> = names.into_iter().collect();
    let mut of_person: BTreeMap<(i64, &str), Vec<i64>> = BTreeMap::new();
    for (person, class, term) in &places {
        of_person.entry((*person, &names[term])).or_default().push(*class);
    }
    assert!(of_person.len() > 500);
    for (person, classes) in of_person {
        assert!(classes.len() <= usize::from(CLASS_LIMIT), "{person:?}");
        let spans = classes.iter().flat_map(|class| of_class[class].iter().copied());
        assert!(!overlaps(spans.collect()), "{person:?} has two classes at a time");
    }
}

/// A clerk could not save such a class again: half an hour is kept for the way between two places.
async fn teachers_have_time_for_the_way(db: &Db) {
    let mut of_teacher = HashMap::<i64, Vec<_>>::new();
    for meeting in meetings(db).await {
        let teacher = meeting.teacher_id.unwrap();
        of_teacher
            .entry(teacher)
            .or_default()
            .push((meeting.span(), meeting.org_id));
    }
    for (teacher, mut spans) in of_teacher {
        spans.sort_unstable();
        for pair in spans.windows(2) {
            let ((before, here), (after, there)) = (pair[0], pair[1]);
            assert!(
                here == there || after.0 - before.1 >= 30,
                "teacher {teacher}: {pair:?}"
            );
        }
    }
}

async fn rules_of_classes_hold(db: &Db) {
    let too_many = "SELECT c.id FROM class c JOIN room r ON r.id = c.room_id
                    WHERE (c.capacity > r.seats OR c.enrolled > c.capacity) {unscoped: a test} ORDER BY c.id";
    assert_eq!(numbers(db, too_many).await, Vec::<i64>::new());
    let waits_beside_a_seat = "SELECT c.id FROM class c WHERE c.waitlisted > 0 AND c.enrolled < c.capacity
                               {unscoped: a test} ORDER BY c.id";
    assert_eq!(numbers(db, waits_beside_a_seat).await, Vec::<i64>::new());
    let sql = "SELECT p.birth, c.starts_on, c.age_min, c.age_max FROM enrollment e JOIN person p ON p.id = e.person_id
               JOIN class c ON c.id = e.class_id
               WHERE (c.age_min IS NOT NULL OR c.age_max IS NOT NULL) {unscoped: a test} ORDER BY e.id";
    let ages: Vec<(Date, Date, Option<i64>, Option<i64>)> = db.query(sql, args![]).await.unwrap();
    assert!(ages.len() > 50, "{}", ages.len());
    for (birth, day, min, max) in ages {
        let age = i64::from(kernel::age::full_years(birth, day).unwrap());
        assert!(
            min.is_none_or(|min| age >= min) && max.is_none_or(|max| age <= max),
            "{birth} {day}"
        );
    }
}

/// Who is in the class with a rule meets it, and somebody who does not can see a refusal: not everybody has finished that course.
async fn the_rule_of_a_class_holds(db: &Db) {
    let rules = "SELECT r.class_id, r.expression FROM eligibility_rule r {unscoped: a test} ORDER BY r.id";
    let rules: Vec<(i64, String)> = db.query(rules, args![]).await.unwrap();
    assert_eq!(rules.len(), 1);
    for (class, expression) in rules {
        let before = expression.split('"').nth(1).unwrap();
        let before: kernel::Id<teaching::kinds::Course> = before.parse().unwrap();
        let open = "SELECT c.enrolled FROM class c WHERE c.id = $1 AND c.status = 'published' AND c.enrolled < c.capacity
                    {unscoped: a test}";
        let enrolled: i64 = db.query_one(open, args![class]).await.unwrap();
        let finished =
            "SELECT count(*) FROM enrollment e WHERE e.class_id = $1 AND e.live = TRUE AND EXISTS (
                            SELECT 1 FROM enrollment f JOIN class c ON c.id = f.class_id
                            WHERE f.person_id = e.person_id AND f.status = 'completed' AND c.course_id = $2)
                        {unscoped: a test}";
        let finished: i64 = db.query_one(finished, args![class, before]).await.unwrap();
        assert_eq!(finished, enrolled);
    }
}

async fn counts_and_ledger_agree(app: &TestApp, report: &DemoReport) {
    let db = &app.platform.db;
    for (what, faults) in crate::wiring::recount(db).await.unwrap() {
        assert_eq!(faults, Vec::<String>::new(), "{what}");
    }
    assert_eq!(
        platform::audit::verify(db).await.unwrap().faults,
        Vec::<String>::new()
    );
    for (table, expected) in [
        ("person", report.people),
        ("class", report.classes),
        ("enrollment", report.enrollments),
        ("attendance", report.attendance),
        ("outcome", report.outcomes),
        ("certificate", report.outcomes),
        ("hours_entry", report.outcomes),
    ] {
        let sql = format!("SELECT count(*) FROM {table} {{unscoped: a test}}");
        assert_eq!(numbers(db, &sql).await, [expected as i64], "{table}");
        assert!(expected > 100, "{table}: {expected}");
    }
}

fn holder(report: &DemoReport, login: &str) -> PersonId {
    let found = report.sign_ins.iter().find(|one| one.login == login);
    found.unwrap_or_else(|| panic!("nobody is {login}")).person
}

async fn staff_have_work(app: &TestApp, report: &DemoReport) {
    let db = &app.platform.db;
    for (key, _) in ::people::demo_roles() {
        holder(report, &format!("demo-{key}"));
    }
    let sql = "SELECT c.enrolled, (SELECT count(*) FROM attendance a WHERE a.session_id = s.id) AS marks
               FROM session s JOIN class c ON c.id = s.class_id
               WHERE s.day = $1 AND c.teacher_id = $2 AND s.status = 'planned' {unscoped: a test} ORDER BY s.id";
    let today: Vec<(i64, i64)> = db
        .query(sql, args![TODAY, holder(report, "demo-teacher")])
        .await
        .unwrap();
    assert!(
        today
            .iter()
            .any(|(learners, marks)| *learners > 10 && *marks == 0),
        "{today:?}"
    );
    let sql = "SELECT c.id FROM class c JOIN post p ON p.org_id = c.org_id AND p.role = 'registrar'
               WHERE p.person_id = $1 AND c.ends_on < $2 AND c.status = 'running' AND c.enrolled > 5
               {unscoped: a test} ORDER BY c.id";
    let args = args![holder(report, "demo-registrar"), TODAY];
    let over: Vec<teaching::ClassId> = db.query(sql, args).await.unwrap();
    assert_eq!(over.len(), 2);
    for class in over {
        let facts = attendance::summary::facts_at(db, class, Some(app.platform.clock.now())).await;
        let facts = facts.unwrap();
        assert!(facts.held > 3);
        assert_eq!((facts.without_roll.len(), facts.to_come), (0, 0));
    }
}

/// The draw of the senior university is open, wanted by more people than it has seats, and played with couples.
/// Somebody over 80 has a seat kept that the family must sign for; whoever else has a seat has signed what it asks for.
async fn papers_are_signed_or_owed(db: &Db) {
    let owed = numbers(
        db,
        "SELECT e.id FROM enrollment e JOIN person p ON p.id = e.person_id JOIN class c ON c.id = e.class_id
         WHERE e.status = 'reserved' AND e.due_fen = 0 AND e.held_until IS NOT NULL AND c.risk = 'none' {unscoped: test} ORDER BY e.id",
    );
    assert_eq!(owed.await.len(), 1);
    let with_fee = numbers(
        db,
        "SELECT e.id FROM enrollment e JOIN class c ON c.id = e.class_id
         WHERE e.status = 'reserved' AND c.risk = 'strenuous' AND NOT EXISTS (SELECT 1 FROM paper_signature s WHERE s.person_id = e.person_id)
         {unscoped: test} ORDER BY e.id",
    );
    assert_eq!(with_fee.await.len(), 1);
    let unsigned = numbers(
        db,
        "SELECT e.id FROM enrollment e JOIN class c ON c.id = e.class_id
         WHERE e.status IN ('confirmed', 'attending') AND c.risk = 'strenuous'
           AND NOT EXISTS (SELECT 1 FROM paper_signature s WHERE s.person_id = e.person_id AND s.paper = 'risks')
         {unscoped: test} ORDER BY e.id",
    );
    assert!(
        unsigned.await.len() < 4,
        "but for those who owe theirs in another class"
    );
}

async fn a_draw_is_open(app: &TestApp) {
    let db = &app.platform.db;
    let sql = "SELECT s.receipt, count(*) FROM signup s JOIN signup_member m ON m.signup_id = s.id
               JOIN round r ON r.id = s.round_id AND r.status = 'planned' AND r.opens <= $1 AND r.closes > $1
               WHERE m.live {unscoped: a test} GROUP BY s.receipt ORDER BY s.receipt";
    let signups: Vec<(String, i64)> = db.query(sql, args![app.platform.clock.now()]).await.unwrap();
    let couples = signups.iter().filter(|(_, people)| *people == 2).count();
    assert_eq!((signups.len(), couples), (200, 24));
    let free = "SELECT c.capacity - c.enrolled FROM round_class o JOIN class c ON c.id = o.class_id
                JOIN round r ON r.id = o.round_id AND r.method <> 'interview' WHERE c.status = 'published' {unscoped: a test} ORDER BY c.id";
    let free: i64 = numbers(db, free).await.iter().sum();
    assert!((30..200).contains(&free), "{free}");
    let newcomers = "SELECT count(*) FROM signup s JOIN round r ON r.id = s.round_id AND r.method = 'draw'
                     WHERE s.newcomer {unscoped: a test}";
    let newcomers = numbers(db, newcomers).await[0];
    assert!((1..200).contains(&newcomers), "{newcomers}");
    let too_young = "SELECT m.person_id FROM signup_wish w JOIN signup_member m ON m.signup_id = w.signup_id
                     JOIN class c ON c.id = w.class_id JOIN person p ON p.id = m.person_id
                     WHERE c.age_min IS NOT NULL AND p.birth > '1976-11-22' {unscoped: a test} ORDER BY m.person_id";
    assert_eq!(numbers(db, too_young).await, Vec::<i64>::new());
}

async fn a_class_can_be_opened_for_those_who_wait(app: &TestApp, report: &DemoReport) {
    use enrollment::demand::actions::{list, proposals};
    let sql = "SELECT p.org_id, o.path FROM post p JOIN org_path o ON o.org_id = p.org_id
               WHERE p.person_id = $1 AND p.role = 'registrar' {unscoped: a test} ORDER BY p.id LIMIT 1";
    let registrar = holder(report, "demo-registrar");
    let (org, path): (kernel::OrgId, String) =
        app.platform.db.query_one(sql, args![registrar]).await.unwrap();
    let ctx = app.ctx(testkit::staff(registrar, platform::Role::Registrar, org, &path));
    let demand = list(&ctx, None).await.unwrap();
    let group = demand.groups.iter().find(|group| group.enough).unwrap();
    let term = demand.term.unwrap();
    let found = proposals(&ctx, term, group.street, group.course).await.unwrap();
    assert!(!found.offers.is_empty(), "{group:?} {:?}", found.looked);
    let guests = "SELECT id FROM trial WHERE state = 'booked' {unscoped: a test} ORDER BY id";
    assert_eq!(numbers(&app.platform.db, guests).await.len(), 2);
    let away = "SELECT id FROM absence_case WHERE state = 'proposed' {unscoped: a test} ORDER BY id";
    assert!(!numbers(&app.platform.db, away).await.is_empty());
}

/// An audition is half over: its people have their times, and some of them an outcome.
async fn an_audition_is_going_on(app: &TestApp) {
    let db = &app.platform.db;
    let sql = "SELECT count(*) FROM interview i JOIN signup s ON s.id = i.signup_id JOIN round r ON r.id = s.round_id
               WHERE r.method = 'interview' AND r.status = 'planned' AND r.closes < $1 {unscoped: a test}";
    let planned: i64 = db.query_one(sql, args![app.platform.clock.now()]).await.unwrap();
    assert_eq!(planned, 18);
    let sql = "SELECT outcome, count(*) FROM selection_note GROUP BY outcome ORDER BY outcome";
    let noted: Vec<(String, i64)> = db.query(sql, args![]).await.unwrap();
    let counts: Vec<i64> = noted.iter().map(|(_, count)| *count).collect();
    assert_eq!(counts, [6, 2, 2], "{noted:?}");
}

async fn wang_has_something_of_everything(app: &TestApp, report: &DemoReport) {
    let db = &app.platform.db;
    let wang = holder(report, "demo-learner");
    let name: String = db
        .query_one(
            "SELECT name FROM person WHERE id = $1 {unscoped: a test}",
            args![wang],
        )
        .await
        .unwrap();
    assert_eq!(name, "王秀英");
    let sql =
        "SELECT e.status, c.status, c.waitlisted, c.name FROM enrollment e JOIN class c ON c.id = e.class_id
               WHERE e.person_id = $1 {unscoped: a test} ORDER BY e.id";
    let places: Vec<(String, String, i64, String)> = db.query(sql, args![wang]).await.unwrap();
    let has = |status: &str, class: &str| places.iter().any(|row| row.0 == status && row.1 == class);
    assert!(has("completed", "closed"), "{places:?}");
    assert!(has("attending", "running"), "{places:?}");
    assert!(has("confirmed", "published"), "{places:?}");
    let wait = places.iter().find(|row| row.0 == "waitlisted").unwrap();
    assert!(wait.2 >= 2, "{wait:?}");

    let actor = platform::Actor {
        person: Some(wang),
        ..platform::Actor::default()
    };
    let own = certificates::own(&app.ctx(actor)).await.unwrap();
    assert!(!own.is_empty());
    let checked = certificates::try_code(&app.system(), &platform::Tries::new(1, 60), "test", &own[0].code)
        .await
        .unwrap()
        .unwrap();
    assert_eq!(checked.number, own[0].number);

    let open = "SELECT c.id FROM class c JOIN enrollment e ON e.person_id = $1 AND e.status = 'attending'
                JOIN class h ON h.id = e.class_id AND h.org_id = c.org_id
                WHERE c.name LIKE '%书法%' AND c.status = 'published' AND c.enrolled < c.capacity
                  AND c.enrollment_opens <= $2 AND c.enrollment_closes > $2 {unscoped: a test} ORDER BY c.id";
    let open: Vec<i64> = db
        .query(open, args![wang, app.platform.clock.now()])
        .await
        .unwrap();
    assert!(!open.is_empty());
}

/// The clerk finds a class to merge in which people have paid, and a wish to change classes.
async fn life_goes_on(db: &Db) {
    let short = "SELECT c.id FROM class c WHERE c.status = 'published' AND c.enrolled < c.minimum AND c.fee_fen > 0
                 AND EXISTS (SELECT 1 FROM enrollment e WHERE e.class_id = c.id AND e.money = 'paid' AND e.live = TRUE)
                 {unscoped: a test} ORDER BY c.id";
    assert!(!numbers(db, short).await.is_empty());
    let wish = "SELECT w.id FROM transfer w JOIN enrollment e ON e.id = w.enrollment_id JOIN class t ON t.id = w.to_class
                WHERE w.status = 'open' AND e.live = TRUE AND t.enrolled < t.capacity AND t.org_id = w.org_id
                {unscoped: a test} ORDER BY w.id";
    assert_eq!(numbers(db, wish).await.len(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_small_demo_keeps_its_rules() {
    let app = app().await;
    let report = small(&app).await;
    let db = &app.platform.db;
    life_goes_on(db).await;
    nothing_is_given_out_twice(db).await;
    teachers_have_time_for_the_way(db).await;
    rules_of_classes_hold(db).await;
    the_rule_of_a_class_holds(db).await;
    let unpaid = "SELECT e.id FROM enrollment e JOIN class c ON c.id = e.class_id
                  WHERE c.fee_fen > 0 AND e.money = 'none' AND e.status IN ('confirmed', 'attending', 'completed', 'ended')
                  {unscoped: a test} ORDER BY e.id";
    assert_eq!(
        numbers(db, unpaid).await,
        Vec::<i64>::new(),
        "a seat with a fee is paid"
    );
    counts_and_ledger_agree(&app, &report).await;
    staff_have_work(&app, &report).await;
    wang_has_something_of_everything(&app, &report).await;
    a_class_can_be_opened_for_those_who_wait(&app, &report).await;
    papers_are_signed_or_owed(&app.platform.db).await;
    a_draw_is_open(&app).await;
    an_audition_is_going_on(&app).await;
    let again = build_scaled(&app.platform, TODAY, Scale::Small).await;
    assert!(
        matches!(
            again,
            Err(AppError::Refused {
                code: "not_empty",
                ..
            })
        ),
        "{again:?}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn tokens_are_of_learners_who_can_take_a_class() {
    let app = app().await;
    small(&app).await;
    let made = tokens(&app.platform, 25).await.unwrap();
    let people: HashSet<PersonId> = made.iter().map(|(person, _)| *person).collect();
    assert_eq!(people.len(), 25);
    for (person, token) in made {
        let given = platform::web::Credentials {
            bearer: Some(token),
            session: None,
        };
        let actor = ::people::identify(std::sync::Arc::clone(&app.platform), given)
            .await
            .unwrap();
        assert_eq!(actor.person, Some(person));
        let live = "SELECT e.id FROM enrollment e WHERE e.person_id = $1 AND e.live {unscoped: a test} ORDER BY e.id";
        let live: Vec<i64> = app.platform.db.query(live, args![person]).await.unwrap();
        assert_eq!(live, Vec::<i64>::new());
    }
}

/// Rows of the tables that other rows hang on, as text; sealed columns differ from key to key.
async fn dump(db: &Db) -> Vec<String> {
    let mut lines = Vec::new();
    for (table, columns, order) in [
        ("org", "id, kind, parent_id, name, spelling, special", "id"),
        (
            "org_facts",
            "org_id, address, phone, lng_e6, lat_e6, step_free",
            "org_id",
        ),
        ("room", "id, org_id, name, seats", "id"),
        (
            "person",
            "id, number, name, sex, birth, phone_masked, home_org_id",
            "id",
        ),
        ("post", "id, person_id, org_id, role", "id"),
        (
            "class",
            "id, name, room_id, teacher_id, capacity, enrolled, waitlisted, fee_fen, status",
            "id",
        ),
        ("session", "id, class_id, day, starts, topic, status", "id"),
        (
            "enrollment",
            "id, class_id, person_id, status, queue, channel, created_at",
            "id",
        ),
        (
            "attendance",
            "session_id, person_id, status, marked_at",
            "session_id, person_id",
        ),
        (
            "signup",
            "id, receipt, person_id, newcomer, channel, created_at",
            "id",
        ),
        (
            "signup_wish",
            "signup_id, position, class_id",
            "signup_id, position",
        ),
        (
            "certificate",
            "id, outcome_id, number, code, facts, issued_on",
            "id",
        ),
    ] {
        let sql = format!("SELECT {columns} FROM {table} {{unscoped: a test}} ORDER BY {order}");
        let rows: Vec<Row> = db.query(&sql, args![]).await.unwrap();
        lines.extend(rows.iter().map(|row| format!("{table} {row:?}")));
    }
    lines
}

#[tokio::test(flavor = "multi_thread")]
async fn the_same_day_gives_the_same_demo() {
    let (one, two) = tokio::join!(app(), app());
    let (first, second) = tokio::join!(small(&one), small(&two));
    assert_eq!(first, second);
    let (first, second) = (dump(&one.platform.db).await, dump(&two.platform.db).await);
    assert!(first.len() > 10_000);
    assert_eq!(first.iter().zip(&second).find(|(a, b)| a != b), None);
    assert_eq!(first.len(), second.len());
}

#[test]
fn every_day_of_the_year_has_its_three_terms_and_a_class_that_meets() {
    for (today, current) in [
        (TODAY, "2026 秋季"),
        (Date::constant(2027, 1, 20), "2026 秋季"),
        (Date::constant(2027, 3, 9), "2027 春季"),
        (Date::constant(2027, 8, 15), "2027 春季"),
    ] {
        let days = Days::of(today);
        let world = World::plan(Scale::Small, &days);
        assert!(
            world
                .classes
                .iter()
                .any(|class| class.star == Some(0) && class.season == 1 && class.days.contains(&today)),
            "{today}"
        );
        let dates = days.seasons.each_ref().map(|plan| plan.starts_on);
        assert!(dates.is_sorted());
        assert_eq!(days.seasons[1].name, current);
    }
}

//! A timetable of an area in which classes of two terms meet.

use super::{Town, town};
use platform::Event;
use std::sync::Arc;

/// Puts a class into the term after its own.
async fn next_term(town: &Town, class: &str) {
    let tx = town.app.system().begin().await.unwrap();
    let class: crate::ClassId = class.parse().unwrap();
    let term: crate::TermId = town.app.platform.ids.next();
    let sql = "INSERT INTO term (id, org_id, name, starts_on, ends_on, enrollment_opens, enrollment_closes, class_limit, version)
               SELECT CAST($2 AS BIGINT), org_id, '2027 秋季', '2027-09-06', '2028-01-14', enrollment_opens, enrollment_closes, class_limit, 1
               FROM term WHERE id = (SELECT term_id FROM class WHERE id = $1) {unscoped: test}";
    tx.exec(sql, db::args![class, term]).await.unwrap();
    let sql = "UPDATE class SET term_id = $2, version = version + 1 WHERE id = $1 {unscoped: test}";
    tx.exec(sql, db::args![class, term]).await.unwrap();
    let event = Event::new("class.changed", "class", class).at(town.world.here.org);
    tx.commit(vec![event]).await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_timetable_is_of_one_term() {
    let (town, ids) = town().await;
    next_term(&town, &ids[1]).await;
    let street = format!("/timetable?street={}", town.world.here.street);
    assert!(town.shows_soon(&street, "莘庄镇，2027 春季：共 1 个班").await);
    let spring = town.get(&street).await;
    assert!(
        spring.shows("大课表：2027 春季") && spring.shows("书法入门"),
        "{}",
        spring.body
    );
    assert!(!spring.shows("太极拳"), "{}", spring.body);
    let leads = |path: &str, term: &str| {
        let mut doors = spring
            .body
            .split("href=\"")
            .filter_map(|tail| tail.split('"').next());
        let term = ui::view::query_value(term);
        doors.any(|door| door.starts_with(path) && door.ends_with(&term))
    };
    assert!(
        leads("/timetable?", "2027 秋季"),
        "to the other term: {}",
        spring.body
    );
    assert!(
        leads("/timetable.pdf?", "2027 春季"),
        "to paper of this one: {}",
        spring.body
    );
    let autumn = town.get(&format!("{street}&term=2027 秋季")).await;
    assert!(
        autumn.shows("大课表：2027 秋季") && autumn.shows("太极拳"),
        "{}",
        autumn.body
    );
    assert!(!autumn.shows("书法入门"), "{}", autumn.body);
    let on_paper = |pairs: &[(&str, String)]| {
        let pairs: Vec<_> = pairs
            .iter()
            .map(|(name, value)| ((*name).to_owned(), value.clone()))
            .collect();
        let asked = crate::catalogue::serve::Asked {
            now: town.app.platform.clock.now(),
            snapshot: town.catalogue.snapshot(),
            reader: crate::catalogue::serve::Reader::default(),
            path: "/timetable.pdf".into(),
            query: crate::catalogue::Query::read(&pairs).0,
            errors: Vec::new(),
            catalogue: Arc::clone(&town.catalogue),
        };
        let paper = crate::catalogue::timetable::on_paper(&asked).unwrap();
        (paper.title, paper.lessons.len())
    };
    let street = ("street", town.world.here.street.to_string());
    assert_eq!(
        on_paper(std::slice::from_ref(&street)),
        ("莘庄镇大课表 2027 春季".into(), 1)
    );
    let autumn = ("term", "2027 秋季".to_owned());
    assert_eq!(on_paper(&[street, autumn]), ("莘庄镇大课表 2027 秋季".into(), 1));
}

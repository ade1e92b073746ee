//! What the desk keeps of people and classes, and when it reads them again. That what it keeps is right, each group of every test looks.

use super::{app, asked};
use crate::seat_desk::memory::Memory;
use crate::seat_desk::opening::decide_all;
use db::Dialect;
use kernel::{Id, PersonId};
use platform::Event;
use teaching::ClassId;
use testkit::TestApp;
use testkit::world::{ClassPlan, World, class, learners};

/// A class with one seat, and two learners.
async fn world(app: &TestApp) -> (ClassId, Vec<PersonId>) {
    let world = World::build(&app.platform).await;
    let plan = ClassPlan {
        capacity: 1,
        ..ClassPlan::default()
    };
    let class = Id::from_raw(class(&app.platform, &world.here, &plan).await);
    (class, learners(&app.platform, 2).await)
}

/// Lets both ask for a class in one group.
async fn ask(app: &TestApp, memory: &mut Memory, people: &[PersonId], class: ClassId) {
    let asks: Vec<_> = people
        .iter()
        .map(|person| asked(&app.platform, *person, class, None))
        .collect();
    for answer in decide_all(&app.platform, memory, &asks).await.durable().await {
        assert!(answer.is_ok(), "{answer:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn people_are_known_until_somebody_else_writes() {
    let app = app().await;
    let (class, people) = world(&app).await;
    let mut memory = Memory::default();
    ask(&app, &mut memory, &people, class).await;
    let nobody = Vec::<PersonId>::new();
    if app.platform.db.dialect() == Dialect::Postgres {
        // Other nodes write without this one hearing of it.
        assert_eq!(memory.known.missing(&people), (people.clone(), people));
        return;
    }
    assert_eq!(memory.known.missing(&people), (nobody.clone(), nobody.clone()));
    // One has a seat and one waits: both are plain places, and stay known.
    let ctx = app.system();
    let tx = ctx.begin().await.unwrap();
    memory.look(&tx).unwrap();
    assert_eq!(memory.known.missing(&people), (nobody.clone(), nobody.clone()));
    // Another part of the program writes a place.
    tx.exec(
        "UPDATE enrollment SET queue = queue WHERE person_id = $1 {unscoped: a test}",
        db::args![people[0]],
    )
    .await
    .unwrap();
    tx.commit(vec![Event::new("test.row", "person", people[0])])
        .await
        .unwrap();
    let tx = ctx.begin().await.unwrap();
    memory.look(&tx).unwrap();
    assert_eq!(
        memory.known.missing(&people),
        (nobody, people.clone()),
        "places, not days of birth"
    );
    drop(tx);
}

#[tokio::test(flavor = "multi_thread")]
async fn how_a_class_stands_is_known_until_somebody_else_writes() {
    let app = app().await;
    let (class, people) = world(&app).await;
    let mut memory = Memory::default();
    let ctx = app.system();
    for sql in [
        "UPDATE class SET version = version + 1 WHERE id = $1 {unscoped: a test}",
        "UPDATE term SET class_limit = class_limit WHERE id = (SELECT term_id FROM class WHERE id = $1 {unscoped: a test})",
        "UPDATE enrollment SET queue = queue WHERE class_id = $1 {unscoped: a test}",
        "UPDATE merge_run SET status = status WHERE class_id = $1 {unscoped: a test}",
        "UPDATE paper_change SET changes = changes + 1 WHERE one < $1",
        "UPDATE eligibility_change SET changes = changes + 1 WHERE one < $1",
        "UPDATE school_rule_change SET changes = changes + 1 WHERE one < $1",
    ] {
        ask(&app, &mut memory, &people, class).await;
        let tx = ctx.begin().await.unwrap();
        memory.look(&tx).unwrap();
        let known = memory.standings.missing(&[class]).is_empty();
        assert_eq!(known, app.platform.db.dialect() == Dialect::Sqlite, "{sql}");
        tx.exec(sql, db::args![class]).await.unwrap();
        memory.look(&tx).unwrap();
        assert_eq!(memory.standings.missing(&[class]), [class], "{sql}");
        tx.commit(vec![Event::new("test.row", "class", class)])
            .await
            .unwrap();
    }
}

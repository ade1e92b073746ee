//! What the desk does when the machine does not: a full disk, a database that is gone, a clock set back, a client who left.

use super::{app, asked, check_class};
use crate::seat_desk::{Ask, Asked, SeatDesk};
use kernel::Id;
use platform::{AppError, Event, Platform};
use std::time::Duration;
use teaching::ClassId;
use testkit::TestApp;
use testkit::world::{ClassPlan, World, class, learners};

async fn class_of(app: &TestApp, capacity: i64) -> ClassId {
    let world = World::build(&app.platform).await;
    let plan = ClassPlan {
        capacity,
        ..ClassPlan::default()
    };
    Id::from_raw(class(&app.platform, &world.here, &plan).await)
}

async fn chain_is_whole(platform: &Platform) {
    let verdict = platform::audit::verify(&platform.db).await.unwrap();
    assert!(verdict.faults.is_empty(), "{:?}", verdict.faults);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_full_disk_is_told_and_nothing_is_half_written() {
    let app = app().await;
    let class = class_of(&app, 100).await;
    let people = learners(&app.platform, 60).await;
    let desk = SeatDesk::start(&app.platform);
    if !db::testing::limit_pages(&app.platform.db, 6).await.unwrap() {
        // The disk of another server is not this test's to fill.
        return;
    }
    let mut seats = 0;
    let mut told = 0;
    for who in &people {
        match desk.ask(asked(&app.platform, *who, class, None)).await {
            Ok(_) => seats += 1,
            Err(AppError::Unavailable(_)) => told += 1,
            Err(other) => panic!("{other:?}"),
        }
    }
    assert!(told > 0 && seats > 0, "{seats} seats, {told} told to come again");
    check_class(&app.platform, class, seats, 0).await;
    db::testing::limit_pages(&app.platform.db, 10_000).await.unwrap();
    for who in &people {
        desk.ask(asked(&app.platform, *who, class, None)).await.unwrap();
    }
    check_class(&app.platform, class, people.len(), 0).await;
    chain_is_whole(&app.platform).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_database_that_goes_away_and_comes_back_loses_nothing() {
    let app = app().await;
    let class = class_of(&app, 100).await;
    let people = learners(&app.platform, 40).await;
    let desk = SeatDesk::start(&app.platform);
    for (at, who) in people.iter().enumerate() {
        if at % 10 == 5 {
            // Whatever they were doing; a file has none to break.
            db::testing::break_connections(&app.platform.db).await.unwrap();
        }
        let mut tries = 0;
        while let Err(error) = desk.ask(asked(&app.platform, *who, class, None)).await {
            assert!(matches!(error, AppError::Unavailable(_)), "{error:?}");
            tries += 1;
            assert!(tries < 50, "it never comes back");
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    }
    check_class(&app.platform, class, people.len(), 0).await;
    chain_is_whole(&app.platform).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_clock_set_back_keeps_the_order_of_asking_and_the_chain() {
    let app = app().await;
    let class = class_of(&app, 1).await;
    let people = learners(&app.platform, 3).await;
    let desk = SeatDesk::start(&app.platform);
    let first = desk
        .ask(asked(&app.platform, people[0], class, None))
        .await
        .unwrap();
    desk.ask(asked(&app.platform, people[1], class, None))
        .await
        .unwrap();
    app.platform.clock.advance(-3_600);
    let last = desk
        .ask(asked(&app.platform, people[2], class, None))
        .await
        .unwrap();
    assert_eq!(last.position, Some(2), "behind who asked before");
    let give_up = Asked {
        ask: Ask::Withdraw {
            person: people[0],
            class,
            enrollment: first.enrollment,
            cause: crate::fees::ladder::Cause::Withdrawn,
        },
        ..asked(&app.platform, people[0], class, None)
    };
    desk.ask(give_up).await.unwrap();
    let second = desk
        .ask(asked(&app.platform, people[1], class, None))
        .await
        .unwrap();
    assert_eq!(second.status.as_str(), "offered");
    chain_is_whole(&app.platform).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn who_leaves_in_the_middle_finds_the_seat_when_they_ask_again() {
    let app = app().await;
    let class = class_of(&app, 5).await;
    let people = learners(&app.platform, 1).await;
    let desk = SeatDesk::start(&app.platform);
    let ctx = app.system();
    // The writer is busy, so the ask cannot be answered before its client has gone.
    let busy = ctx.begin().await.unwrap();
    let ask = desk.ask(asked(&app.platform, people[0], class, None));
    // On PostgreSQL another connection answers at once; then nobody reads the answer.
    let _ = tokio::time::timeout(Duration::from_millis(1), ask).await;
    busy.commit(vec![Event::new("test.busy", "class", class)])
        .await
        .unwrap();
    let again = desk
        .ask(asked(&app.platform, people[0], class, None))
        .await
        .unwrap();
    assert_eq!((again.status.as_str(), again.fresh), ("confirmed", false));
    check_class(&app.platform, class, 1, 0).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_database_lets_nobody_have_two_places_alive_in_a_class() {
    let app = app().await;
    let class = class_of(&app, 5).await;
    let people = learners(&app.platform, 1).await;
    let desk = SeatDesk::start(&app.platform);
    let seat = desk
        .ask(asked(&app.platform, people[0], class, None))
        .await
        .unwrap();
    let ctx = app.system();
    // Whoever writes it: places that are over may be many, a second one alive is refused.
    for (live, refused) in [(false, false), (false, false), (true, true)] {
        let tx = ctx.begin().await.unwrap();
        let copied = tx
            .exec(
                "INSERT INTO enrollment (id, class_id, term_id, org_id, person_id, status, live, queue, money, channel,
                     rule_version, created_at, changed_at)
                 SELECT $1, class_id, term_id, org_id, person_id, status, $2, queue, money, channel,
                     rule_version, created_at, changed_at
                 FROM enrollment WHERE id = $3 {unscoped: test}",
                db::args![app.platform.ids.next::<crate::kinds::Enrollment>(), live, seat.enrollment],
            )
            .await;
        match copied {
            Ok(_) => assert!(!refused),
            Err(error) => assert!(refused && error.is_unique("enrollment_alive"), "{error}"),
        }
        if !refused {
            let copy = Event::new("test.copied", "enrollment", seat.enrollment);
            tx.commit(vec![copy]).await.unwrap();
        }
    }
}

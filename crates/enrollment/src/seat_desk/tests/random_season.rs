//! Random seasons on the database: two desks, acts at the same moment, money, holds that end, asks left before the opening.

use super::{app, asked};
use crate::EnrollmentId;
use crate::fees::{Method, Payment};
use crate::seat_desk::{Ask, Asked, SeatDesk, expire_holds};
use db::{Db, args, record};
use kernel::{Id, PersonId};
use platform::{AppError, Channel, Ctx, Platform};
use proptest::prelude::*;
use proptest::test_runner::{Config, TestCaseError, TestRunner};
use std::sync::Arc;
use teaching::ClassId;
use testkit::TestApp;
use testkit::world::{ClassPlan, World, class, learners};

const FEE: i64 = 12_000;
const PEOPLE: usize = 6;

/// What one person does at one of the desks.
#[derive(Debug, Clone, Copy)]
struct Act {
    who: usize,
    class: usize,
    what: u8,
    second: bool,
}

fn act() -> impl Strategy<Value = Act> {
    (0..PEOPLE, 0..3_usize, 0..12_u8, any::<bool>()).prop_map(|(who, class, what, second)| Act {
        who,
        class,
        what,
        second,
    })
}

struct Season {
    app: TestApp,
    nodes: [(Arc<Platform>, Arc<SeatDesk>); 2],
    classes: Vec<ClassId>,
    people: Vec<PersonId>,
}

async fn season() -> Season {
    let app = app().await;
    let other = app.second_node().await;
    let world = World::build(&app.platform).await;
    let mut classes = Vec::new();
    for (name, starts, capacity, fee_fen) in [
        ("书法", "09:00", 3, 0),
        ("合唱", "11:00", 3, FEE),
        ("摄影", "14:00", 2, FEE),
    ] {
        let plan = ClassPlan {
            name: name.into(),
            starts: starts.into(),
            capacity,
            fee_fen,
            ..ClassPlan::default()
        };
        classes.push(Id::from_raw(class(&app.platform, &world.here, &plan).await));
    }
    Season {
        people: learners(&app.platform, PEOPLE).await,
        nodes: [
            (Arc::clone(&app.platform), SeatDesk::start(&app.platform)),
            (Arc::clone(&other), SeatDesk::start(&other)),
        ],
        classes,
        app,
    }
}

impl Season {
    fn db(&self) -> &Db {
        &self.app.platform.db
    }

    async fn held(&self, person: PersonId, class: ClassId) -> Option<EnrollmentId> {
        let sql = "SELECT id FROM enrollment WHERE person_id = $1 AND class_id = $2 AND live = TRUE {unscoped: test}";
        self.db().query_opt(sql, args![person, class]).await.unwrap()
    }

    /// Does one act; whatever the rules say, nothing else may come of it.
    async fn play(&self, act: Act) -> Result<(), TestCaseError> {
        let (platform, desk) = &self.nodes[usize::from(act.second)];
        let (person, class) = (self.people[act.who], self.classes[act.class]);
        let held = self.held(person, class).await;
        let usual = asked(platform, person, class, None);
        let ask = match (act.what, held) {
            (0..4, _) => usual.ask.clone(),
            (4, _) => Ask::Together {
                party: platform.ids.next(),
                class,
                people: [act.who, (act.who + 1) % PEOPLE]
                    .map(|who| (self.people[who], platform.ids.next()))
                    .to_vec(),
                wait: true,
                counter: false,
            },
            (5..7, Some(enrollment)) => Ask::Withdraw {
                person,
                class,
                enrollment,
                cause: crate::fees::ladder::Cause::Withdrawn,
            },
            (7..10, Some(enrollment)) => Ask::Pay {
                person,
                class,
                enrollment,
                payment: Payment {
                    id: platform.ids.next(),
                    method: Method::Cash,
                    settles: None,
                },
            },
            (11, Some(enrollment)) => Ask::Accept {
                person,
                class,
                enrollment,
            },
            (10, _) => {
                let ended = expire_holds(platform).await;
                prop_assert!(ended.is_ok(), "{:?}", ended);
                return Ok(());
            }
            _ => return Ok(()),
        };
        let answer = desk
            .ask(Asked {
                ask,
                channel: Channel::Desk,
                ..usual
            })
            .await;
        let by_rule = matches!(answer, Ok(_) | Err(AppError::Refused { .. }));
        prop_assert!(by_rule, "{:?}", answer);
        Ok(())
    }

    async fn check(&self) -> Result<(), TestCaseError> {
        let miscounted = crate::recount(self.db()).await.unwrap();
        prop_assert!(miscounted.is_empty(), "{:?}", miscounted);
        let unbalanced = crate::fees::actions::prove(self.db()).await.unwrap();
        prop_assert!(unbalanced.is_empty(), "{:?}", unbalanced);
        for count in teaching::seats::now(self.db(), &self.classes).await.unwrap() {
            prop_assert!(count.enrolled <= count.capacity, "no oversell");
        }
        let sums: Sums = self.db().query_one(SUMS, args![]).await.unwrap();
        prop_assert_eq!(sums.twice, 0, "nobody twice");
        prop_assert_eq!(
            sums.cash,
            sums.paid * FEE,
            "what is in the drawer is what was paid for"
        );
        prop_assert_eq!(sums.owed, sums.left * FEE, "who paid and left gets it back");
        Ok(())
    }
}

record! {
    struct Sums { twice: i64, cash: i64, paid: i64, owed: i64, left: i64 }
}

const SUMS: &str = "SELECT
    (SELECT count(*) FROM (SELECT 1 FROM enrollment WHERE live = TRUE GROUP BY person_id, class_id HAVING count(*) > 1) t) AS twice,
    (SELECT CAST(COALESCE(sum(amount_fen), 0) AS BIGINT) FROM fee_entry WHERE account = 'cash') AS cash,
    (SELECT count(*) FROM enrollment WHERE money IN ('paid', 'part_refunded', 'refunded')) AS paid,
    (SELECT CAST(COALESCE(sum(amount_fen), 0) AS BIGINT) FROM fee_refund) AS owed,
    (SELECT count(*) FROM enrollment WHERE live = FALSE AND money IN ('paid', 'part_refunded', 'refunded')) AS left
    {unscoped: test}";

async fn play(batches: Vec<(Vec<Act>, bool)>) -> Result<(), TestCaseError> {
    let season = season().await;
    for (acts, days_pass) in batches {
        let all = acts.into_iter().map(|act| season.play(act));
        for played in futures_util::future::join_all(all).await {
            played?;
        }
        season.check().await?;
        if days_pass {
            season.app.platform.clock.advance(49 * 3_600);
            let (one, two) = (&season.nodes[0].0, &season.nodes[1].0);
            let (one, two) = tokio::join!(expire_holds(one), expire_holds(two));
            prop_assert!(one.is_ok() && two.is_ok(), "{:?} {:?}", one, two);
            season.check().await?;
        }
    }
    let ctx = Ctx::system(&season.app.platform, "test");
    let verdict = platform::audit::verify(ctx.db()).await.unwrap();
    prop_assert!(verdict.faults.is_empty(), "{:?}", verdict.faults);
    Ok(())
}

#[test]
fn random_seasons_on_two_nodes_keep_seats_and_money() {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let mut runner = TestRunner::new(Config {
        cases: 24,
        failure_persistence: None,
        // Each case makes a database of its own.
        max_shrink_iters: 20,
        ..Config::default()
    });
    let batch = (prop::collection::vec(act(), 4..16), prop::bool::weighted(0.3));
    let played = runner.run(&prop::collection::vec(batch, 4..10), |batches| {
        runtime.block_on(play(batches))
    });
    played.unwrap();
}

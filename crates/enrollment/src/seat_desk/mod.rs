//! The seat desk: every decision about a seat goes through one queue of this process and is made in groups.
//!
//! Rules, in words (`model.rs` holds them):
//! 1. A class takes enrolments while it is published or running, from its opening to its closing moment.
//! 2. Who asks twice gets the same answer; so does a request sent again with its `Idempotency-Key`.
//! 3. Age counts in full years on the day of the first session.
//! 4. In a term a person holds at most the term's number of classes, and waits for at most as many.
//! 5. Two classes held may not meet at the same time. Waiting does not clash.
//! 6. A free seat goes to who asks first; then people wait, in the order of asking. Who asks never comes before those who
//!    wait: where seats are free beside a waitlist, as when kept seats are released, they are given to it first.
//! 7. A class in a draw that is not over takes nobody who simply asks, but in rounds by first come before the draw's
//!    window. What the draw has given is placed by [`place_drawn`], for all people of a signup or for none.
//! 8. A seat given up goes at once to the first who waits and can take it. Who cannot keeps the place and is told.
//!    Companions take seats together or not at all, in a draw, in a rush and from the waitlist (`together.rs`); those
//!    behind them are not stopped.
//! 9. A seat in a class with a fee is reserved until it is paid; how long, says `holds.rs`. A hold that is over expires and
//!    its seat goes to the next; who pays after that pays too late (`giving_up.rs`).
//! 10. Whose turn came in a class without a fee is asked first, unless the school confirms at once ([`crate::rules`]): the seat
//!     is offered for some hours. Who accepts in time has it; who declines, or lets the time pass, leaves the list and is told, and
//!     the seat goes to the next. They may go back to the end of the list; the tickets of earlier terms stay.
//! 11. Who waits for one class may be given a seat in another that was opened for them: the wait goes on until they take it.
//! 12. When a class is merged into another, or somebody changes classes, a seat moves whole or not at all (`moving.rs`).
//!     So it does when somebody pauses, or comes back before those who wait (`suspending.rs`, [`crate::suspension`]).
//! 13. Rounds by first come say who may ask when, and which seats are kept from whom ([`crate::first_come::model`]).
//! 14. At an opening the early asks of a class come first (`opening.rs`, [`crate::early_asks`]).
//! 15. Who owes a paper that the class asks for has the seat reserved until it is signed ([`crate::declarations`]).
//!
//! A group is one transaction: lock learners, then classes, each in order of id (PostgreSQL; on SQLite there is one
//! writer), load what the desk does not know already (`memory.rs`, `known.rs`, `standing.rs`), decide each in order, write,
//! commit, and only then answer all. `UNIQUE` and `CHECK` are the second guard: if they refuse a group, its asks are
//! decided one by one. A full queue answers 503.
//!
//! Events: enrollment.confirmed, enrollment.reserved, enrollment.paid, enrollment.expired, enrollment.waitlisted,
//! enrollment.promoted, enrollment.offered, enrollment.accepted, enrollment.withdrawn, enrollment.transferred,
//! enrollment.suspended, enrollment.returned, enrollment.passed_over. Tables: enrollment, idempotency_key, the counters of class.
//! Start reading at [`SeatDesk::ask`], then `group.rs`.

mod ask;
pub(crate) mod conditions;
pub(crate) mod foresight;
mod giving_up;
mod group;
pub mod holds;
mod keys;
mod known;
mod load;
mod marked;
mod memory;
pub mod model;
mod moving;
mod notes;
mod opening;
pub(crate) mod promotion;
pub(crate) mod refusal;
mod standing;
mod status;
mod store;
mod suspending;
#[cfg(test)]
mod tests;
mod together;
mod turns;

pub use model::{Answer, Ask, EnrollmentStatus, MoveWhy};
pub use refusal::Refusal;

use db::Dialect;
use group::Decided;
pub(crate) use group::{SETTLE, TELL};
use kernel::PersonId;
use memory::Memory;
use platform::{AppError, AppResult, Channel, Platform};
use std::collections::VecDeque;
use std::sync::Arc;
use std::time::Duration;
use teaching::ClassId;
use tokio::sync::{broadcast, mpsc, oneshot};
use tokio::task::JoinHandle;

/// Asks that may wait; more are answered 503.
const QUEUE: usize = 65_536;
/// Asks decided in one transaction in a rush, and always on PostgreSQL.
const GROUP: usize = 1_024;
/// Asks decided in one transaction on SQLite while fewer wait than a rush's group holds.
const SMALL_GROUP: usize = 256;
/// Groups on their way to the disk while the next is decided.
const ON_THEIR_WAY: usize = 2;
/// How often others may go first before the next group is decided.
const GATHERED: usize = 8;
/// How often free seats beside a waitlist are looked for, in case a change was made on another node.
const SWEEP: Duration = Duration::from_secs(60);
/// How often early asks whose moment has come are looked for, in case nobody asks after it.
const DOORS: Duration = Duration::from_secs(1);

/// An ask with who makes it.
#[derive(Debug, Clone)]
pub struct Asked {
    /// What is asked.
    pub ask: Ask,
    /// Who acts: the person or a clerk; `None` for the system.
    pub by: Option<PersonId>,
    /// How it came in.
    pub channel: Channel,
    /// Words a person wrote; may be empty.
    pub reason: String,
    /// `Idempotency-Key` of the request.
    pub key: Option<String>,
}

impl Asked {
    /// That those who wait for a class are given its free seats; asked by the system.
    const fn turns(class: ClassId) -> Self {
        Self {
            ask: Ask::Promote { class },
            by: None,
            channel: Channel::System,
            reason: String::new(),
            key: None,
        }
    }
}

struct Envelope {
    asked: Asked,
    reply: Option<Reply>,
}

type Reply = oneshot::Sender<AppResult<Option<Answer>>>;

/// The way to the desk of this process.
pub struct SeatDesk {
    queue: mpsc::Sender<Envelope>,
}

impl SeatDesk {
    /// Opens the desk; it closes when the last handle is dropped.
    #[must_use]
    pub fn start(platform: &Arc<Platform>) -> Arc<Self> {
        let (queue, waiting) = mpsc::channel(QUEUE);
        tokio::spawn(serve(Arc::clone(platform), waiting, queue.downgrade()));
        tokio::spawn(watch(Arc::clone(platform), queue.downgrade()));
        Arc::new(Self { queue })
    }

    /// A desk whose queue is full and whose clerk sleeps; the queue lives as long as what is beside it.
    #[cfg(test)]
    pub(crate) fn full() -> (Arc<Self>, impl Sized) {
        let (queue, waiting) = mpsc::channel(1);
        let asked = Asked::turns(ClassId::from_raw(1));
        let letter = Envelope { asked, reply: None };
        assert!(queue.try_send(letter).is_ok(), "the first fits");
        (Arc::new(Self { queue }), waiting)
    }

    /// Asks and waits for the decision, which is committed when this returns.
    ///
    /// # Errors
    /// A [`Refusal`] as [`AppError::Refused`]; [`AppError::Unavailable`] when the queue is full or the database is.
    pub async fn ask(&self, asked: Asked) -> AppResult<Answer> {
        let answer = self.ask_whether(asked).await?;
        answer.ok_or_else(|| AppError::Internal("a decision without an answer".into()))
    }

    /// As [`SeatDesk::ask`], where nothing may come of it: `None`.
    ///
    /// # Errors
    /// As [`SeatDesk::ask`].
    pub async fn ask_whether(&self, asked: Asked) -> AppResult<Option<Answer>> {
        let (reply, answer) = oneshot::channel();
        let envelope = Envelope {
            asked,
            reply: Some(reply),
        };
        self.queue
            .try_send(envelope)
            .map_err(|_| AppError::Unavailable("the queue of the seat desk is full".into()))?;
        answer
            .await
            .map_err(|_| AppError::Unavailable("the seat desk was closed".into()))?
    }
}

/// Places what a draw has given, or moves the seats of a class that is merged, in one group beside the queue: transactions keep both in order, as they do for two
/// nodes. Seats that become free elsewhere are found by the next look.
pub(crate) async fn place_drawn(platform: &Arc<Platform>, asked: &[Asked]) -> Vec<AppResult<Option<Answer>>> {
    let mut memory = Memory::default();
    opening::decide_all(platform, &mut memory, asked)
        .await
        .durable()
        .await
}

/// Ends the holds that are over, in groups beside the queue. Run again, it finds none left. Gives how many ended.
pub(crate) async fn expire_holds(platform: &Arc<Platform>) -> AppResult<usize> {
    let mut memory = Memory::default();
    let mut ended = 0;
    loop {
        let over = crate::enrollments::store::holds_over(&platform.db, platform.clock.now()).await?;
        if over.is_empty() {
            return Ok(ended);
        }
        let asked: Vec<Asked> = over
            .into_iter()
            .map(|(enrollment, person, class)| Asked {
                ask: Ask::Expire {
                    person,
                    class,
                    enrollment,
                },
                by: None,
                channel: Channel::System,
                reason: String::new(),
                key: None,
            })
            .collect();
        let decided = opening::decide_all(platform, &mut memory, &asked).await;
        for answer in decided.durable().await {
            answer?;
            ended += 1;
        }
    }
}

/// The draw that gives the seats of a class now.
///
/// # Errors
/// When the database cannot be read.
pub async fn round_of(
    db: &db::Db,
    class: ClassId,
    now: kernel::Instant,
) -> AppResult<Option<crate::RoundId>> {
    let plans = crate::first_come::plans(db, &[class], &[]).await?;
    Ok(plans.get(&class).and_then(|plan| plan.drawn(now)))
}

/// Decides group after group. While the disk takes some the next is decided, and no more than that, so that groups stay
/// large when the disk is slow.
async fn serve(
    platform: Arc<Platform>,
    mut waiting: mpsc::Receiver<Envelope>,
    queue: mpsc::WeakSender<Envelope>,
) {
    let mut memory = Memory::default();
    let mut batch: Vec<Envelope> = Vec::with_capacity(GROUP);
    let mut before: VecDeque<JoinHandle<()>> = VecDeque::with_capacity(ON_THEIR_WAY);
    while waiting
        .recv_many(&mut batch, at_most(&platform, waiting.len()))
        .await
        > 0
    {
        let (asked, replies): (Vec<Asked>, Vec<_>) =
            batch.drain(..).map(|letter| (letter.asked, letter.reply)).unzip();
        let mut decided = opening::decide_all(&platform, &mut memory, &asked).await;
        send_promotions(&queue, std::mem::take(&mut decided.look_again));
        if before.len() == ON_THEIR_WAY
            && let Some(first) = before.pop_front()
        {
            // It ends by itself; whether it could answer is between it and those who ask.
            let _ = first.await;
        }
        before.push_back(tokio::spawn(answer(decided, replies)));
        gather(&waiting).await;
    }
}

/// How many are decided together when so many wait. SQLite works on the program's own cores: with all asks in one group nothing
/// would be left to read and to answer meanwhile, and the other cores would stand still.
fn at_most(platform: &Platform, waiting: usize) -> usize {
    match platform.db.dialect() {
        Dialect::Sqlite if waiting < GROUP => SMALL_GROUP,
        _ => GROUP,
    }
}

/// Lets those ask first who are about to: while others have something to do, more asks come in, and a large group costs
/// little more than a small one. Whoever asks alone is not kept waiting, for then nobody else has anything to do.
async fn gather(waiting: &mpsc::Receiver<Envelope>) {
    for _ in 0..GATHERED {
        let before = waiting.len();
        tokio::task::yield_now().await;
        if waiting.len() == before || waiting.len() >= GROUP {
            return;
        }
    }
}

/// Answers when the decisions are on the disk.
async fn answer(decided: Decided, replies: Vec<Option<Reply>>) {
    for (reply, answer) in replies.into_iter().zip(decided.durable().await) {
        if let Some(reply) = reply {
            // Who does not wait any more finds the result in their list.
            let _ = reply.send(answer);
        }
    }
}

fn send_promotions(queue: &mpsc::WeakSender<Envelope>, classes: Vec<ClassId>) {
    let Some(queue) = queue.upgrade() else { return };
    for class in classes {
        let asked = Asked::turns(class);
        // A full queue is no loss: the next look finds the class again.
        let _ = queue.try_send(Envelope { asked, reply: None });
    }
}

/// Looks for free seats beside a waitlist: when a class was changed here, and every minute.
async fn watch(platform: Arc<Platform>, queue: mpsc::WeakSender<Envelope>) {
    let mut notices = platform.bus.subscribe();
    let mut clock = tokio::time::interval(SWEEP);
    let mut doors = tokio::time::interval(DOORS);
    loop {
        let look = tokio::select! {
            _ = doors.tick() => {
                match crate::early_asks::store::due_classes(&platform.db, platform.clock.now()).await {
                    Ok(classes) => send_promotions(&queue, classes),
                    Err(error) => tracing::warn!(%error, "looking for early asks"),
                }
                false
            }
            heard = notices.recv() => match heard {
                Ok(notices) => notices.iter().any(|notice| notice.kind.starts_with("class.")),
                Err(broadcast::error::RecvError::Lagged(_)) => false,
                Err(broadcast::error::RecvError::Closed) => return,
            },
            _ = clock.tick() => true,
        };
        if queue.upgrade().is_none() {
            return;
        }
        if look {
            match teaching::seats::free_while_waiting(&platform.db).await {
                Ok(classes) => send_promotions(&queue, classes),
                Err(error) => tracing::warn!(%error, "looking for free seats"),
            }
        }
    }
}

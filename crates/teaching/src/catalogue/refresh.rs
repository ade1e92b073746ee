//! Keeps the snapshot up with the database.

use super::model::Seats;
use super::round::{self, Enrolling, Selections, Sentences};
use super::search::Spellings;
use super::snapshot::{Base, Snapshot};
use super::store::{self, Marks};
use crate::ClassId;
use arc_swap::ArcSwap;
use db::Dialect;
use platform::{AppResult, Notice, Platform};
use std::collections::{BTreeSet, HashSet};
use std::sync::{Arc, Weak};
use std::time::Duration;
use tokio::sync::broadcast::{Receiver, error::RecvError};
use tokio::sync::{Mutex, Semaphore};
use tokio::time::timeout;
use ui::Page;

/// Shortest time between two rebuildings.
const PAUSE: Duration = Duration::from_millis(200);
/// How often the database is asked whether another process changed something.
const POLL: Duration = Duration::from_secs(1);
/// Polls of seats for each look at the marks.
const POLLS_A_LOOK: u32 = 5;
/// How long an ended or cancelled class is still found by its address: 200 days.
const SECS_KEPT: i64 = 200 * 24 * 60 * 60;

/// The public classes of this process.
pub struct Catalogue {
    platform: Arc<Platform>,
    enrolling: Option<Enrolling>,
    now: ArcSwap<Snapshot>,
    /// Held while a new snapshot is made, so that two never overtake each other.
    making: Mutex<Spellings>,
    /// One timetable is typeset at a time: it takes a tenth of a second and more of a processor.
    pub(super) typesetting: Semaphore,
}

/// What of the snapshot is old.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) enum Stale {
    /// Nothing.
    #[default]
    Nothing,
    /// Rendered pages only: a meeting was moved, a rule of who may enrol has changed.
    Pages,
    /// Seats in these orgs.
    SeatsOf(BTreeSet<i64>),
    /// Seats anywhere.
    Seats,
    /// Everything.
    All,
}

impl Stale {
    /// What an event makes old. `subject_kind` decides, so that a new kind of event needs no line here.
    pub(super) fn by(notice: &Notice) -> Self {
        match notice.subject_kind {
            "class" | "term" | "org" | "course" | "room" | "import" | "round" => Self::All,
            "enrollment" => notice
                .org
                .map_or(Self::Seats, |org| Self::SeatsOf([org.raw()].into())),
            "session" | "eligibility_rule" => Self::Pages,
            _ => Self::Nothing,
        }
    }

    /// What the events of one commit make old; a rush has hundreds of the same kind in one.
    fn by_all(notices: &[Notice]) -> Self {
        let mut known = HashSet::new();
        notices
            .iter()
            .filter(|notice| known.insert((notice.subject_kind, notice.org)))
            .map(Self::by)
            .fold(Self::Nothing, Self::and)
    }

    /// Both together.
    pub(super) fn and(self, other: Self) -> Self {
        match (self, other) {
            (Self::Nothing, one) | (one, Self::Nothing) => one,
            (Self::All, _) | (_, Self::All) => Self::All,
            (Self::SeatsOf(mut one), Self::SeatsOf(other)) => {
                one.extend(other);
                Self::SeatsOf(one)
            }
            (Self::Seats, _) | (_, Self::Seats) => Self::Seats,
            (Self::SeatsOf(one), Self::Pages) | (Self::Pages, Self::SeatsOf(one)) => Self::SeatsOf(one),
            (Self::Pages, Self::Pages) => Self::Pages,
        }
    }
}

impl Catalogue {
    /// Reads all public classes, and keeps up with changes for as long as the catalogue is used. `enrolling` tells of
    /// rounds and rules, which are kept elsewhere.
    ///
    /// # Errors
    /// What the database says.
    pub async fn start(platform: &Arc<Platform>, enrolling: Option<Enrolling>) -> AppResult<Arc<Self>> {
        let events = platform.bus.subscribe();
        let empty = Snapshot::new(Arc::default(), Arc::default(), platform.clock.now());
        let catalogue = Arc::new(Self {
            platform: Arc::clone(platform),
            enrolling,
            now: ArcSwap::from_pointee(empty),
            making: Mutex::default(),
            typesetting: Semaphore::new(1),
        });
        catalogue.refresh().await?;
        let marks = store::marks(&platform.db).await?;
        tokio::spawn(follow(Arc::downgrade(&catalogue), events, marks));
        Ok(catalogue)
    }

    /// The picture of this moment.
    #[must_use]
    pub fn snapshot(&self) -> Arc<Snapshot> {
        let snapshot = self.now.load();
        let now = self.platform.clock.now();
        if snapshot.valid.contains(&now) {
            return Arc::clone(&snapshot);
        }
        // Enrolment has opened or closed somewhere, or a new day has begun: same facts, other words.
        let seats = Arc::clone(&snapshot.seats);
        let newer = Arc::new(Snapshot::new(Arc::clone(&snapshot.base), seats, now));
        self.now.compare_and_swap(&snapshot, Arc::clone(&newer));
        newer
    }

    /// What else decides who gets a seat in a class, in sentences.
    pub(super) async fn sentences(&self, page: &Page, class: ClassId) -> AppResult<Sentences> {
        match self.enrolling {
            Some(ask) => (ask.sentences)(&self.platform, page, class).await,
            None => Ok(Sentences::default()),
        }
    }

    async fn selections(&self) -> AppResult<Selections> {
        match self.enrolling {
            Some(ask) => (ask.selections)(&self.platform).await,
            None => Ok(Selections::new()),
        }
    }

    /// Whether another process planned, moved or ended a round by selection.
    pub(super) async fn selections_changed(&self) -> AppResult<bool> {
        let selections = self.selections().await?;
        Ok(!round::agree(&self.now.load().base.cards, &selections))
    }

    /// The installation this belongs to.
    pub(super) fn platform(&self) -> &Arc<Platform> {
        &self.platform
    }

    /// Reads everything again, at once; for whoever filled the database without events.
    ///
    /// # Errors
    /// What the database says.
    pub async fn refresh(&self) -> AppResult<()> {
        let mut known = self.making.lock().await;
        let now = self.platform.clock.now();
        let since = now.plus_secs(-SECS_KEPT).date();
        let rows = store::classes(&self.platform.db, since).await?;
        let (mut cards, seats): (Vec<_>, Vec<_>) = rows.into_iter().unzip();
        round::put(&mut cards, &self.selections().await?);
        if known.len() > cards.len() * 4 + 10_000 {
            known.clear();
        }
        let base = Base::build(cards, &mut known);
        self.now
            .store(Arc::new(Snapshot::new(Arc::new(base), Arc::new(seats), now)));
        Ok(())
    }

    /// Reads seats again; the index stays as it is.
    async fn refresh_seats(&self, orgs: Option<Vec<i64>>) -> AppResult<()> {
        let _making = self.making.lock().await;
        let lines = store::seats(&self.platform.db, orgs).await?;
        let snapshot = self.now.load_full();
        let mut seats = Vec::clone(&snapshot.seats);
        for line in lines {
            let at = snapshot.base.places.get(&line.id);
            let slot = at
                .and_then(|at| usize::try_from(*at).ok())
                .and_then(|at| seats.get_mut(at));
            if let Some(slot) = slot {
                *slot = Seats {
                    enrolled: u32::try_from(line.enrolled).unwrap_or_default(),
                    waitlisted: u32::try_from(line.waitlisted).unwrap_or_default(),
                };
            }
        }
        if seats != *snapshot.seats {
            self.replace(&snapshot, Arc::new(seats));
        }
        Ok(())
    }

    async fn forget_pages(&self) {
        let _making = self.making.lock().await;
        let snapshot = self.now.load_full();
        self.replace(&snapshot, Arc::clone(&snapshot.seats));
    }

    fn replace(&self, old: &Snapshot, seats: Arc<Vec<Seats>>) {
        let now = self.platform.clock.now();
        let newer = Snapshot::new(Arc::clone(&old.base), seats, now);
        self.now.store(Arc::new(newer));
    }

    async fn catch_up(&self, stale: Stale) -> AppResult<()> {
        match stale {
            Stale::Nothing => Ok(()),
            Stale::Pages => {
                self.forget_pages().await;
                Ok(())
            }
            Stale::SeatsOf(orgs) => self.refresh_seats(Some(orgs.into_iter().collect())).await,
            Stale::Seats => self.refresh_seats(None).await,
            Stale::All => self.refresh().await,
        }
    }
}

/// Follows events and, for what other processes do, the database itself, until the catalogue is dropped.
async fn follow(catalogue: Weak<Catalogue>, mut events: Receiver<Arc<[Notice]>>, mut marks: Marks) {
    let mut polls = 0_u32;
    let mut left_over = Stale::Nothing;
    let mut unsure = false;
    loop {
        let quiet = left_over == Stale::Nothing && !unsure;
        let first = gather(&mut events, if quiet { POLL } else { Duration::ZERO }, true).await;
        let Some(catalogue) = catalogue.upgrade() else {
            return;
        };
        let mut heard = match first {
            Heard::Gone => return,
            heard => heard,
        };
        if matches!(heard, Heard::Silence) && quiet {
            polls = polls.wrapping_add(1);
            heard = look(&catalogue, polls);
        }
        let stale = match heard {
            Heard::Stale(stale) => stale,
            Heard::Unsure => changed_since(&catalogue, &mut marks).await,
            Heard::Silence | Heard::Gone => Stale::Nothing,
        };
        let stale = if std::mem::take(&mut unsure) {
            stale.and(changed_since(&catalogue, &mut marks).await)
        } else {
            stale
        };
        let stale = std::mem::take(&mut left_over).and(stale);
        if stale == Stale::Nothing {
            continue;
        }
        if let Err(error) = catalogue.catch_up(stale).await {
            tracing::warn!(%error, "the catalogue could not be read; trying again");
            left_over = Stale::All;
        }
        drop(catalogue);
        match gather(&mut events, PAUSE, false).await {
            Heard::Stale(stale) => left_over = left_over.and(stale),
            Heard::Unsure => unsure = true,
            Heard::Silence => {}
            Heard::Gone => return,
        }
    }
}

/// What was heard on the bus.
enum Heard {
    /// Nothing in this time.
    Silence,
    /// Something that makes this old.
    Stale(Stale),
    /// More than could be listened to, mostly seats: the database must tell what it was.
    Unsure,
    /// The installation is gone.
    Gone,
}

/// Listens for so long, or until the first event.
async fn gather(events: &mut Receiver<Arc<[Notice]>>, time: Duration, first_only: bool) -> Heard {
    let mut heard = Heard::Silence;
    let listening = async {
        loop {
            heard = match (events.recv().await, std::mem::replace(&mut heard, Heard::Silence)) {
                (Err(RecvError::Closed), _) => Heard::Gone,
                (Err(RecvError::Lagged(_)), _) | (Ok(_), Heard::Unsure) => Heard::Unsure,
                (Ok(notices), Heard::Stale(stale)) => Heard::Stale(stale.and(Stale::by_all(&notices))),
                (Ok(notices), _) => Heard::Stale(Stale::by_all(&notices)),
            };
            if first_only || matches!(heard, Heard::Gone) {
                return;
            }
        }
    };
    // When time is up, what was heard until then stands.
    let _ = timeout(time, listening).await;
    heard
}

/// What to look at when nothing was heard: seats each second where several nodes share a database, and the rest
/// every fifth second.
fn look(catalogue: &Catalogue, polls: u32) -> Heard {
    if polls.is_multiple_of(POLLS_A_LOOK) {
        return Heard::Unsure;
    }
    match catalogue.platform.db.dialect() {
        Dialect::Postgres => Heard::Stale(Stale::Seats),
        Dialect::Sqlite => Heard::Silence,
    }
}

/// Seats may have changed in any case; everything, if the marks or the rounds did.
async fn changed_since(catalogue: &Catalogue, marks: &mut Marks) -> Stale {
    let looked = async {
        let now = store::marks(&catalogue.platform.db).await?;
        if now != *marks {
            *marks = now;
            return Ok(true);
        }
        catalogue.selections_changed().await
    };
    match looked.await {
        Ok(true) => Stale::All,
        Ok(false) => Stale::Seats,
        Err(error) => {
            let error: platform::AppError = error;
            tracing::warn!(%error, "the catalogue could not look for changes");
            Stale::Seats
        }
    }
}

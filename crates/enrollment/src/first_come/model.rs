//! Rules of rounds by first come: pure, tested by tables of cases.

use crate::RoundId;
use crate::rounds::model::{Audience, MOST_CLASSES, RoundStatus};
use crate::seat_desk::Refusal;
use db::text_enum;
use kernel::chinese_date::moment_text;
use kernel::{Date, Instant, OrgId};
use platform::{AppError, AppResult, FieldError};
use teaching::ClassId;

/// A class of the same course here that began at most so many days earlier makes somebody a returning learner: it
/// reaches back over the term before and the holidays, not over a year.
pub const RETURNING_DAYS: i64 = 300;

text_enum! {
    /// Whose kept seats a place counts against.
    pub enum Pool {
        /// Nobody's.
        Open => "open",
        /// The counter's.
        Desk => "desk",
        /// The newcomers'.
        Newcomer => "newcomer",
    }
}

/// A window in which some people may ask for the seats of a class.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Window {
    /// The round.
    pub round: RoundId,
    /// Whom it takes.
    pub audience: Audience,
    /// First moment.
    pub opens: Instant,
    /// First moment after it.
    pub closes: Instant,
    /// Why it pauses; `None` while it goes on.
    pub paused: Option<String>,
    /// Share of a class's seats kept for the counter.
    pub desk_percent: i64,
    /// Share of a class's seats kept for newcomers.
    pub newcomer_percent: i64,
    /// When kept seats that nobody has taken go to everybody; `None` when none are kept.
    pub release_at: Option<Instant>,
}

/// What counts of somebody who asks for a class.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Standing {
    /// Never had a seat at the round's org.
    pub newcomer: bool,
    /// Learns the same course here.
    pub returning: bool,
}

/// Seats taken by those for whom some are kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Taken {
    /// At the counter.
    pub desk: i64,
    /// By newcomers elsewhere.
    pub newcomer: i64,
}

impl Taken {
    /// Counts a seat.
    pub fn add(&mut self, pool: Pool, seats: i64) {
        match pool {
            Pool::Open => {}
            Pool::Desk => self.desk += seats,
            Pool::Newcomer => self.newcomer += seats,
        }
    }
}

impl Pool {
    /// Whose seats somebody takes: the counter's before the newcomers', each place counts once.
    #[must_use]
    pub const fn of(standing: Standing, counter: bool) -> Self {
        match (counter, standing.newcomer) {
            (true, _) => Self::Desk,
            (false, true) => Self::Newcomer,
            (false, false) => Self::Open,
        }
    }
}

impl Window {
    const fn takes(&self, standing: Standing) -> bool {
        match self.audience {
            Audience::Everyone => true,
            Audience::Newcomers => standing.newcomer,
            Audience::Former => !standing.newcomer,
            Audience::Returning => standing.returning,
        }
    }

    fn is_open(&self, now: Instant) -> bool {
        self.opens <= now && now < self.closes
    }

    const fn keeps(&self, now: Instant) -> bool {
        match self.release_at {
            Some(at) => now.millis() < at.millis(),
            None => false,
        }
    }
}

/// Whether somebody may ask now: in an open window that takes them. A class without windows asks nobody.
///
/// # Errors
/// Why not, with the window that will take them, if one comes.
pub fn admit(windows: &[Window], standing: Standing, now: Instant) -> Result<(), Refusal> {
    if windows.is_empty() {
        return Ok(());
    }
    let own = || windows.iter().filter(|window| window.takes(standing));
    if let Some(open) = own().find(|window| window.is_open(now)) {
        return match &open.paused {
            None => Ok(()),
            Some(note) => Err(Refusal::Paused { note: note.clone() }),
        };
    }
    if let Some(next) = own()
        .filter(|window| window.opens > now)
        .min_by_key(|window| window.opens)
    {
        return Err(Refusal::OwnRoundLater {
            audience: next.audience,
            opens: next.opens,
        });
    }
    let last = windows.iter().map(|window| window.closes).max();
    match windows
        .iter()
        .find(|window| window.is_open(now) || window.opens > now)
    {
        Some(other) => Err(Refusal::NotMeant {
            audience: other.audience,
        }),
        None => Err(Refusal::Closed { at: last }),
    }
}

/// Seats of a class that are kept from somebody of this pool at this moment.
///
/// Of each kind the largest share of the windows counts, rounded down, less what its people have taken; a window keeps
/// nothing after its minute of release. The kinds together never keep more than there is.
#[must_use]
pub fn kept_from(pool: Pool, windows: &[Window], capacity: i64, taken: Taken, now: Instant) -> i64 {
    let Kept { desk, newcomer } = kept(windows, capacity, taken, now);
    let kept = match pool {
        Pool::Open => desk + newcomer,
        Pool::Desk => newcomer,
        Pool::Newcomer => desk,
    };
    kept.min(capacity)
}

/// Seats of a class that are kept at a moment and not taken yet.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Kept {
    /// For the counter.
    pub desk: i64,
    /// For newcomers.
    pub newcomer: i64,
}

/// For whom seats are kept, as [`kept_from`] reckons them.
#[must_use]
pub fn kept(windows: &[Window], capacity: i64, taken: Taken, now: Instant) -> Kept {
    let share = |percent: fn(&Window) -> i64| {
        let kept = windows
            .iter()
            .filter(|window| window.keeps(now))
            .map(percent)
            .max();
        capacity * kept.unwrap_or(0) / 100
    };
    Kept {
        desk: (share(|window| window.desk_percent) - taken.desk).max(0),
        newcomer: (share(|window| window.newcomer_percent) - taken.newcomer).max(0),
    }
}

/// The last moment at which kept seats that nobody took go to everybody, of windows that keep some.
#[must_use]
pub fn last_release(windows: &[Window], now: Instant) -> Option<Instant> {
    let keeping = windows.iter().filter(|window| window.keeps(now));
    keeping.filter_map(|window| window.release_at).max()
}

/// A round as it is planned.
#[derive(Debug, Clone)]
pub struct RoundPlan {
    /// Who holds it.
    pub org: OrgId,
    /// Name, such as `2027 春季原班续报`.
    pub name: String,
    /// Whom it takes.
    pub audience: Audience,
    /// First moment of the window.
    pub opens: Instant,
    /// First moment after it.
    pub closes: Instant,
    /// Share of each class's seats kept for the counter.
    pub desk_percent: i64,
    /// Share of each class's seats kept for newcomers.
    pub newcomer_percent: i64,
    /// When kept seats go to everybody.
    pub release_at: Option<Instant>,
    /// The classes.
    pub classes: Vec<ClassId>,
}

/// Checks the numbers of a plan.
///
/// # Errors
/// [`AppError::Invalid`] with a sentence for each wrong field.
pub fn check(mut plan: RoundPlan, now: Instant) -> AppResult<RoundPlan> {
    let mut wrong = Vec::new();
    let mut say = |field: &str, sentence: String| {
        wrong.push(FieldError {
            field: field.to_owned(),
            sentence,
        });
    };
    match kernel::bounded(&plan.name, 2, 40, "名称") {
        Ok(name) => plan.name = name,
        Err(sentence) => say("name", sentence),
    }
    if plan.closes <= plan.opens {
        say("closes_on", "截止时间要在开始时间之后。".into());
    } else if plan.closes <= now {
        say("closes_on", "截止时间已经过去了，请选以后的时间。".into());
    }
    let shares = [
        ("desk_percent", "留给服务台的比例", plan.desk_percent),
        ("newcomer_percent", "留给新学员的比例", plan.newcomer_percent),
    ];
    for (field, label, value) in shares {
        if !(0..=100).contains(&value) {
            say(field, format!("{label}要在 0 到 100 之间，您填了 {value}。"));
        }
    }
    let kept = plan.desk_percent + plan.newcomer_percent;
    if kept > 100 {
        say("newcomer_percent", format!("两样一共留了 {kept}%，最多 100%。"));
    }
    if kept == 0 {
        plan.release_at = None;
    } else {
        match plan.release_at {
            None => say("release_on", "留了名额，就要写哪一天放给所有人。".into()),
            Some(at) if at < plan.opens || at > plan.closes => {
                say("release_on", "放开的时间要在报名开始和截止之间。".into());
            }
            Some(_) => {}
        }
    }
    let before = plan.classes.len();
    plan.classes.sort_unstable();
    plan.classes.dedup();
    if plan.classes.is_empty() || before > MOST_CLASSES {
        say("classes", format!("请选 1 到 {MOST_CLASSES} 个班。"));
    }
    if wrong.is_empty() {
        Ok(plan)
    } else {
        Err(AppError::Invalid(wrong))
    }
}

/// Whether a class can be in a round: its own window holds the round's, and no draw has begun by the end.
///
/// # Errors
/// A sentence with the name of the class and the times.
pub fn fits(
    plan: &RoundPlan,
    (name, opens, closes): (&str, Instant, Instant),
    draw_from: Option<Instant>,
) -> Result<(), String> {
    if plan.opens < opens || plan.closes > closes {
        return Err(format!(
            "“{name}”自己的报名时间是 {} 到 {}，这个批次要在里面。请改时间，或先改这个班。",
            moment_text(opens),
            moment_text(closes)
        ));
    }
    match draw_from {
        Some(from) if plan.closes > from => Err(format!(
            "“{name}”从 {} 起由另一个批次收申请、给名额，先到先得的批次要在这之前截止。",
            moment_text(from.max(opens))
        )),
        _ => Ok(()),
    }
}

/// The step to the other status: a round pauses and goes on, and is cancelled from both.
///
/// # Errors
/// A refusal that says where it stands.
pub fn check_step(from: RoundStatus, to: RoundStatus) -> AppResult<()> {
    use RoundStatus::{Cancelled, Paused, Planned};
    match (from, to) {
        (Planned, Paused | Cancelled) | (Paused, Planned | Cancelled) => Ok(()),
        _ => Err(AppError::refused(
            "wrong_step",
            format!("这个批次现在是“{}”，不能做这一步。请刷新页面再看。", from.label()),
        )),
    }
}

/// Whether a class of this course makes its people returning learners of another that begins on `starts_on`.
#[must_use]
pub fn leads_to(began_on: Date, starts_on: Date) -> bool {
    let days = i64::from((starts_on - began_on).get_days());
    (1..=RETURNING_DAYS).contains(&days)
}

#[cfg(test)]
mod tests {
    use super::*;
    use kernel::Id;

    fn at(hour: i64) -> Instant {
        Instant::from_millis(1_800_000_000_000).plus_secs(hour * 3600)
    }

    fn window(audience: Audience, opens: i64, closes: i64) -> Window {
        Window {
            round: Id::from_raw(opens + 1),
            audience,
            opens: at(opens),
            closes: at(closes),
            paused: None,
            desk_percent: 0,
            newcomer_percent: 0,
            release_at: None,
        }
    }

    const RETURNING: Standing = Standing {
        newcomer: false,
        returning: true,
    };
    const FORMER: Standing = Standing {
        newcomer: false,
        returning: false,
    };
    const NEW: Standing = Standing {
        newcomer: true,
        returning: false,
    };

    #[test]
    fn each_asks_in_their_own_window() {
        // Returning 0–10, former 10–20, newcomers 20–30, everybody 40–50.
        let season = [
            window(Audience::Returning, 0, 10),
            window(Audience::Former, 10, 20),
            window(Audience::Newcomers, 20, 30),
            window(Audience::Everyone, 40, 50),
        ];
        for (standing, hour, expected) in [
            (RETURNING, -1, "own_round_later"),
            (RETURNING, 0, "ok"),
            (RETURNING, 9, "ok"),
            (RETURNING, 10, "ok"),
            (RETURNING, 20, "own_round_later"),
            (FORMER, 5, "own_round_later"),
            (FORMER, 10, "ok"),
            (FORMER, 25, "own_round_later"),
            (NEW, 5, "own_round_later"),
            (NEW, 19, "own_round_later"),
            (NEW, 20, "ok"),
            (NEW, 30, "own_round_later"),
            (NEW, 40, "ok"),
            (NEW, 50, "closed"),
        ] {
            let got = match admit(&season, standing, at(hour)) {
                Ok(()) => "ok",
                Err(refusal) => refusal.code(),
            };
            assert_eq!(got, expected, "{standing:?} at {hour}");
        }
        assert_eq!(admit(&[], NEW, at(0)), Ok(()));
        let only = [window(Audience::Returning, 0, 10)];
        assert_eq!(admit(&only, NEW, at(5)).unwrap_err().code(), "not_meant");
        assert_eq!(admit(&only, NEW, at(10)).unwrap_err().code(), "closed");
    }

    #[test]
    fn a_pause_stops_its_window_and_says_why() {
        let mut season = [window(Audience::Former, 0, 10), window(Audience::Everyone, 0, 10)];
        season[0].paused = Some("系统检查，十点继续".into());
        let refused = admit(&season, FORMER, at(5)).unwrap_err();
        assert_eq!(refused.code(), "paused");
        assert!(refused.sentence().contains("系统检查"));
        assert_eq!(admit(&season, NEW, at(5)), Ok(()), "the other window goes on");
    }

    #[test]
    fn what_is_kept_is_told_by_kind_with_its_last_minute() {
        let mut windows = [
            window(Audience::Everyone, 0, 48),
            window(Audience::Everyone, 48, 96),
        ];
        (windows[0].desk_percent, windows[0].release_at) = (20, Some(at(24)));
        (windows[1].newcomer_percent, windows[1].release_at) = (50, Some(at(72)));
        for (hour, desk, newcomer, until) in [
            (0, 3, 10, Some(at(72))),
            (23, 3, 10, Some(at(72))),
            (24, 0, 10, Some(at(72))),
            (72, 0, 0, None),
        ] {
            let taken = Taken { desk: 1, newcomer: 0 };
            assert_eq!(
                kept(&windows, 20, taken, at(hour)),
                Kept { desk, newcomer },
                "{hour}"
            );
            assert_eq!(last_release(&windows, at(hour)), until, "{hour}");
        }
    }

    #[test]
    fn kept_seats_shrink_as_their_people_come_and_end_at_their_minute() {
        let mut windows = [window(Audience::Everyone, 0, 48)];
        windows[0].desk_percent = 20;
        windows[0].newcomer_percent = 30;
        windows[0].release_at = Some(at(24));
        let taken = |desk, newcomer| Taken { desk, newcomer };
        for (pool, taken, hour, kept) in [
            (Pool::Open, taken(0, 0), 1, 10),
            (Pool::Open, taken(1, 2), 1, 7),
            (Pool::Open, taken(9, 0), 1, 6),
            (Pool::Desk, taken(0, 0), 1, 6),
            (Pool::Newcomer, taken(0, 0), 1, 4),
            (Pool::Newcomer, taken(4, 0), 1, 0),
            (Pool::Open, taken(0, 0), 23, 10),
            (Pool::Open, taken(0, 0), 24, 0),
        ] {
            assert_eq!(
                kept_from(pool, &windows, 20, taken, at(hour)),
                kept,
                "{pool:?} {taken:?} {hour}"
            );
        }
        windows[0].desk_percent = 80;
        assert_eq!(
            kept_from(Pool::Open, &windows, 20, taken(0, 0), at(1)),
            20,
            "never more than there is"
        );
        assert_eq!(kept_from(Pool::Open, &[], 20, taken(0, 0), at(1)), 0);
    }

    #[test]
    fn a_place_counts_once() {
        for (newcomer, counter, pool) in [
            (true, true, Pool::Desk),
            (false, true, Pool::Desk),
            (true, false, Pool::Newcomer),
            (false, false, Pool::Open),
        ] {
            let standing = Standing {
                newcomer,
                returning: false,
            };
            assert_eq!(Pool::of(standing, counter), pool);
        }
    }

    #[test]
    fn the_term_before_makes_returning_learners() {
        let day = |text: &str| text.parse::<Date>().unwrap();
        for (began, starts, leads) in [
            ("2026-09-07", "2027-03-01", true),
            ("2026-03-02", "2027-03-01", false),
            ("2027-03-01", "2027-03-01", false),
            ("2027-03-08", "2027-03-01", false),
        ] {
            assert_eq!(leads_to(day(began), day(starts)), leads, "{began} {starts}");
        }
    }
}

//! How often each learner of a class was there: read by records and by the lists of a class.

use crate::marks::model::Status;
use crate::marks::{access, store};
use crate::roll::model;
use db::Db;
use enrollment::roll::{self, Continued, RollRow};
use kernel::{Instant, PersonId};
use platform::AppResult;
use std::collections::{HashMap, HashSet};
use teaching::sessions::{self, SessionRow, SessionStatus};
use teaching::{ClassId, SessionId};

/// A learner's sessions in a class, by what happened. They add up to `held`.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Counts {
    /// There in time.
    pub present: i64,
    /// There, late.
    pub late: i64,
    /// Left before the end.
    pub left_early: i64,
    /// Away with a leave.
    pub excused: i64,
    /// Away; a session whose roll does not name the learner counts as this.
    pub absent: i64,
    /// Sessions held: not cancelled, and a roll was taken.
    pub held: i64,
}

impl Counts {
    /// Sessions that count as attended: in time and late. Leave, leaving early and absence do not count.
    #[must_use]
    pub const fn attended(&self) -> i64 {
        self.present + self.late
    }

    fn add(&mut self, status: Status) {
        let place = match status {
            Status::Present => &mut self.present,
            Status::Late => &mut self.late,
            Status::LeftEarly => &mut self.left_early,
            Status::Excused => &mut self.excused,
            Status::Absent => &mut self.absent,
        };
        *place += 1;
    }
}

/// Attendance in whole percent, rounded down; 0 when nothing was held.
#[must_use]
pub const fn rate_percent(counts: &Counts) -> i64 {
    match counts.held {
        0 => 0,
        held => counts.attended() * 100 / held,
    }
}

/// Counts of every learner on the roll of a class, and of everybody else who has a mark in it.
///
/// # Errors
/// When the database cannot be read.
pub async fn of_class(db: &Db, class: ClassId) -> AppResult<HashMap<PersonId, Counts>> {
    let facts = facts(db, class).await?;
    Ok(facts
        .learners
        .into_iter()
        .map(|(person, learner)| (person, learner.counts))
        .collect())
}

/// What a class's completion rests on.
#[derive(Debug, Clone, Default)]
pub struct ClassFacts {
    /// Each learner's counts and minutes.
    pub learners: HashMap<PersonId, LearnerFacts>,
    /// Sessions held.
    pub held: i64,
    /// Sessions that are over, not cancelled, and whose roll is missing or half taken; earliest first.
    pub without_roll: Vec<SessionRow>,
    /// Sessions that are still to come or under way, without a finished roll.
    pub to_come: i64,
}

/// One learner's part of [`ClassFacts`].
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct LearnerFacts {
    /// Sessions by what happened.
    pub counts: Counts,
    /// Minutes of the sessions attended.
    pub minutes: i64,
}

/// Reads what a class's completion rests on, as of the last session that has a roll.
///
/// # Errors
/// When the database cannot be read.
pub async fn facts(db: &Db, class: ClassId) -> AppResult<ClassFacts> {
    facts_at(db, class, None).await
}

/// Like [`facts`], and says which sessions were over at `now` without a finished roll, and how many are to come.
///
/// # Errors
/// When the database cannot be read.
pub async fn facts_at(db: &Db, class: ClassId, now: Option<Instant>) -> AppResult<ClassFacts> {
    let sessions = sessions::of_class(db, class).await?;
    let sessions: Vec<SessionRow> = sessions
        .into_iter()
        .filter(|session| session.status != SessionStatus::Cancelled)
        .collect();
    let truths = store::class_truths(db, class).await?;
    let with_roll: HashSet<SessionId> = truths
        .iter()
        .filter(|truth| truth.method.names_everybody())
        .map(|truth| truth.session_id)
        .collect();
    let minutes: HashMap<SessionId, i64> = sessions
        .iter()
        .filter(|session| with_roll.contains(&session.id))
        .map(|session| (session.id, session.minutes))
        .collect();
    let held = i64::try_from(minutes.len()).unwrap_or(i64::MAX);
    let roll = roll::confirmed(db, class).await?;
    let mut learners = counted(&roll, &truths, &minutes);
    let marked: HashSet<(SessionId, PersonId)> = truths
        .iter()
        .map(|truth| (truth.session_id, truth.person_id))
        .collect();
    let with = sessions.iter().filter(|session| with_roll.contains(&session.id));
    let before = before_seat(&roll, &with.collect::<Vec<_>>(), &marked);
    for (person, learner) in &mut learners {
        let counts = &mut learner.counts;
        let named = counts.attended() + counts.left_early + counts.excused + counts.absent;
        counts.held = held - before.get(person).copied().unwrap_or(0);
        counts.absent += counts.held - named;
    }
    for earlier in roll::continued(db, class).await? {
        let learner = learners.entry(earlier.person).or_default();
        add_earlier(db, earlier, learner).await?;
    }
    let finished = |session: &SessionRow| {
        let has = |row: &RollRow| marked.contains(&(session.id, row.person));
        with_roll.contains(&session.id) && model::is_finished(&roll, session.day, has)
    };
    let open = sessions.into_iter().filter(|session| !finished(session));
    let (without_roll, coming): (Vec<SessionRow>, Vec<SessionRow>) =
        open.partition(|session| now.is_some_and(|now| access::end(session) <= now));
    Ok(ClassFacts {
        learners,
        held,
        without_roll,
        to_come: i64::try_from(coming.len()).unwrap_or(i64::MAX),
    })
}

/// What the marks say of everybody on the roll, and of everybody else who has one.
fn counted(
    roll: &[RollRow],
    truths: &[store::ClassTruth],
    minutes: &HashMap<SessionId, i64>,
) -> HashMap<PersonId, LearnerFacts> {
    let mut learners: HashMap<PersonId, LearnerFacts> = HashMap::new();
    for row in roll {
        learners.insert(row.person, LearnerFacts::default());
    }
    for truth in truths {
        let Some(length) = minutes.get(&truth.session_id) else {
            continue;
        };
        let learner = learners.entry(truth.person_id).or_default();
        learner.counts.add(truth.status);
        if matches!(truth.status, Status::Present | Status::Late) {
            learner.minutes += length;
        }
    }
    learners
}

/// Sessions with a roll that were before somebody had their seat, and whose roll does not name them: not theirs to miss.
fn before_seat(
    roll: &[RollRow],
    sessions: &[&SessionRow],
    marked: &HashSet<(SessionId, PersonId)>,
) -> HashMap<PersonId, i64> {
    let missed = |row: &RollRow| {
        let not_theirs = |session: &&&SessionRow| {
            !row.expected_on(session.day) && !marked.contains(&(session.id, row.person))
        };
        i64::try_from(sessions.iter().filter(not_theirs).count()).unwrap_or(0)
    };
    roll.iter().map(|row| (row.person, missed(row))).collect()
}

/// Adds what somebody attended in the class of the same course from which they changed.
async fn add_earlier(db: &Db, earlier: Continued, learner: &mut LearnerFacts) -> AppResult<()> {
    let sessions = sessions::of_class(db, earlier.class).await?;
    let theirs = |session: &&SessionRow| {
        session.status != SessionStatus::Cancelled
            && session.day < earlier.until
            && earlier.since.is_none_or(|since| since <= session.day)
            && !earlier.pause.is_some_and(|pause| pause.covers(session.day))
    };
    let truths = store::class_truths(db, earlier.class).await?;
    for session in sessions.iter().filter(theirs) {
        let of_session = || truths.iter().filter(|truth| truth.session_id == session.id);
        if !of_session().any(|truth| truth.method.names_everybody()) {
            continue;
        }
        let own = of_session().find(|truth| truth.person_id == earlier.person);
        let status = own.map_or(Status::Absent, |truth| truth.status);
        learner.counts.held += 1;
        learner.counts.add(status);
        if matches!(status, Status::Present | Status::Late) {
            learner.minutes += session.minutes;
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rates_round_down() {
        for (present, late, held, want) in [
            (0, 0, 0, 0),
            (7, 0, 10, 70),
            (2, 0, 3, 66),
            (1, 1, 3, 66),
            (3, 0, 3, 100),
        ] {
            let counts = Counts {
                present,
                late,
                held,
                ..Counts::default()
            };
            assert_eq!(rate_percent(&counts), want);
        }
    }
}

//! What the roll page shows, and what waits.

use super::store::{self as missing, Missing};
use crate::leave::actions::LeaveBrief;
use crate::marks::access::{self, Opened};
use crate::marks::actions::truths;
use crate::marks::{Mark, Status, store};
use enrollment::roll::{self, RollRow};
use enrollment::trials::actions::Guest;
use kernel::PersonId;
use platform::{AppResult, Ctx, Permission, Waiting};
use std::collections::HashMap;
use teaching::SessionId;
use teaching::sessions::SessionStatus;

/// Days back for which a missing roll is asked for.
const WAITING_DAYS: i64 = 30;

/// One learner on the roll of a session.
#[derive(Debug, Clone)]
pub struct Line {
    /// The learner.
    pub learner: RollRow,
    /// What is true now.
    pub now: Option<Mark>,
    /// A leave asked for or granted.
    pub leave: Option<LeaveBrief>,
    /// Absent at the two sessions before this one: somebody should call.
    pub absent_twice: bool,
}

/// The roll of a session.
#[derive(Debug, Clone)]
pub struct Sheet {
    /// Session and class.
    pub opened: Opened,
    /// The learners, by name.
    pub lines: Vec<Line>,
    /// Those who try this lesson; they are no learners and stand apart.
    pub guests: Vec<Guest>,
}

impl Sheet {
    /// How many have this status now.
    #[must_use]
    pub fn count(&self, status: Status) -> usize {
        let of = |line: &&Line| line.now.is_some_and(|mark| mark.status == status);
        self.lines.iter().filter(of).count()
    }

    /// Those whom the roll asks for and who have no mark.
    pub fn open(&self) -> impl Iterator<Item = &Line> {
        let day = self.opened.session.day;
        self.lines
            .iter()
            .filter(move |line| line.now.is_none() && line.learner.expected_on(day))
    }

    /// How many these are.
    #[must_use]
    pub fn unmarked(&self) -> usize {
        self.open().count()
    }
}

/// The roll of a session, for who may take it.
///
/// # Errors
/// As [`access::session`].
pub async fn sheet(ctx: &Ctx, id: SessionId) -> AppResult<Sheet> {
    let opened = access::session(ctx, id).await?;
    let db = ctx.db();
    let now = truths(db, id).await?;
    let mut leaves = crate::leave::actions::of_session(db, id).await?;
    let twice = absent_twice(ctx, &opened).await?;
    let lines = roll::confirmed(db, opened.class.id)
        .await?
        .into_iter()
        .map(|learner| Line {
            now: now.get(&learner.person).map(store::PersonMark::mark),
            leave: leaves.remove(&learner.person),
            absent_twice: twice.get(&learner.person).is_some_and(|times| *times >= 2),
            learner,
        });
    Ok(Sheet {
        lines: lines.collect(),
        guests: enrollment::trials::actions::guests(ctx.db(), opened.session.id).await?,
        opened,
    })
}

/// Absences of each learner at the last two sessions before this one that were not cancelled.
async fn absent_twice(ctx: &Ctx, opened: &Opened) -> AppResult<HashMap<PersonId, usize>> {
    let sessions = teaching::sessions::of_class(ctx.db(), opened.class.id).await?;
    let mut before: Vec<_> = sessions
        .into_iter()
        .filter(|session| session.status != SessionStatus::Cancelled)
        .filter(|session| access::start(session) < opened.start())
        .collect();
    before.sort_by_key(|session| std::cmp::Reverse(access::start(session)));
    let last: Vec<SessionId> = before.iter().take(2).map(|session| session.id).collect();
    let mut times = HashMap::new();
    for truth in store::class_truths(ctx.db(), opened.class.id).await? {
        if truth.status == Status::Absent && last.contains(&truth.session_id) {
            *times.entry(truth.person_id).or_insert(0) += 1;
        }
    }
    Ok(times)
}

/// Sessions of today and of the last weeks without a finished roll: those one teaches, and with `AttendanceTake` all in scope.
///
/// # Errors
/// When the database cannot be read.
pub async fn waiting(ctx: &Ctx) -> AppResult<Vec<Waiting>> {
    let Some(person) = ctx.actor.person else {
        return Ok(Vec::new());
    };
    let today = ctx.today();
    let from = ctx.now().plus_secs(-WAITING_DAYS * 86_400).date();
    let scope = ctx.reach(Permission::AttendanceTake);
    let rows = if !scope.is_nothing() {
        missing::in_scope(ctx.db(), &scope, from, today).await?
    } else if ctx.can(Permission::AttendanceOwn) {
        missing::of_teacher(ctx.db(), person, from, today).await?
    } else {
        Vec::new()
    };
    let item = |row: Missing| Waiting {
        title: format!("点名：{} 第 {} 次课", row.name, row.number),
        detail: if row.day == today {
            format!("今天上课，{} 人没有点", row.unmarked)
        } else {
            format!("{} 人没有点；过了当天，要写原因更正或导入纸质名单", row.unmarked)
        },
        href: format!("/desk/sessions/{}/roll", row.id),
        due: Some(row.day),
        count: 1,
    };
    Ok(rows.into_iter().map(item).collect())
}

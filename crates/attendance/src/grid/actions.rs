//! Reading a class's attendance.

use crate::absences::store::{self as absences, CaseRow};
use crate::leave::actions as leave;
use crate::marks::{Status, access, store};
use crate::summary::{self, Counts};
use enrollment::roll::{self, RollRow};
use kernel::PersonId;
use platform::{AppError, AppResult, Ctx};
use std::collections::HashMap;
use teaching::classes::ClassRow;
use teaching::sessions::{SessionRow, SessionStatus};
use teaching::{ClassId, SessionId};

/// Learners by sessions.
#[derive(Debug)]
pub struct Grid {
    /// The class.
    pub class: ClassRow,
    /// Its sessions in order, cancelled ones too.
    pub sessions: Vec<SessionRow>,
    /// One line a learner, by name.
    pub lines: Vec<GridLine>,
    /// Who stays away.
    pub away: Vec<CaseRow>,
}

/// A learner's line.
#[derive(Debug)]
pub struct GridLine {
    /// The learner.
    pub learner: RollRow,
    /// One cell a session.
    pub cells: Vec<Option<Status>>,
    /// Sums.
    pub counts: Counts,
}

impl GridLine {
    /// Attendance in percent.
    #[must_use]
    pub const fn percent(&self) -> i64 {
        summary::rate_percent(&self.counts)
    }
}

/// The whole attendance of a class, for who may take its roll.
///
/// # Errors
/// As [`access::class`].
pub async fn of_class(ctx: &Ctx, id: ClassId) -> AppResult<Grid> {
    let class = access::class(ctx, id).await?;
    let db = ctx.db();
    let sessions = teaching::sessions::of_class(db, id).await?;
    let mut known: HashMap<(SessionId, PersonId), Status> = HashMap::new();
    for truth in store::class_truths(db, id).await? {
        known.insert((truth.session_id, truth.person_id), truth.status);
    }
    let counts = summary::of_class(db, id).await?;
    let lines = roll::confirmed(db, id)
        .await?
        .into_iter()
        .map(|learner| GridLine {
            cells: sessions
                .iter()
                .map(|session| known.get(&(session.id, learner.person)).copied())
                .collect(),
            counts: counts.get(&learner.person).copied().unwrap_or_default(),
            learner,
        });
    let lines = lines.collect();
    Ok(Grid {
        away: absences::open_of_class(db, id).await?,
        class,
        sessions,
        lines,
    })
}

/// The grid as CSV with a byte order mark, so that spreadsheets read the Chinese.
///
/// # Errors
/// When the text cannot be built.
pub fn csv(grid: &Grid) -> AppResult<Vec<u8>> {
    let failed = |error: csv::Error| AppError::Internal(error.to_string());
    let mut out = csv::Writer::from_writer("\u{feff}".as_bytes().to_vec());
    let mut head = vec!["学号".to_owned(), "姓名".to_owned()];
    head.extend(
        grid.sessions
            .iter()
            .map(|session| format!("第{}次 {}", session.number, session.day)),
    );
    head.extend(["到", "迟到", "早退", "请假", "缺席", "已上课次数", "出勤率"].map(str::to_owned));
    out.write_record(&head).map_err(failed)?;
    for line in &grid.lines {
        let counts = &line.counts;
        let mut row = vec![plain(&line.learner.number), plain(&line.learner.name)];
        row.extend(
            line.cells
                .iter()
                .map(|cell| cell.map_or_else(String::new, |status| status.label().to_owned())),
        );
        let sums = [
            counts.present,
            counts.late,
            counts.left_early,
            counts.excused,
            counts.absent,
            counts.held,
        ];
        row.extend(sums.map(|sum| sum.to_string()));
        row.push(format!("{}%", line.percent()));
        out.write_record(&row).map_err(failed)?;
    }
    out.into_inner()
        .map_err(|error| AppError::Internal(error.to_string()))
}

/// A cell that a spreadsheet does not take for a formula.
fn plain(text: &str) -> String {
    if text.starts_with(['=', '+', '-', '@', '\t', '\r']) {
        format!("'{text}")
    } else {
        text.to_owned()
    }
}

/// One session in a learner's own list.
#[derive(Debug)]
pub struct OwnSession {
    /// The session.
    pub session: SessionRow,
    /// What is recorded.
    pub status: Option<Status>,
    /// The sentence of a leave.
    pub leave: Option<&'static str>,
    /// Whether one may ask for leave.
    pub may_ask: bool,
}

/// A learner's own attendance in a class.
#[derive(Debug)]
pub struct Own {
    /// The class.
    pub class: ClassRow,
    /// Its sessions.
    pub sessions: Vec<OwnSession>,
    /// Sums.
    pub counts: Counts,
}

/// The signed-in learner's attendance in a class.
///
/// # Errors
/// [`AppError::NotFound`] for a class one is not in.
pub async fn own(ctx: &Ctx, id: ClassId) -> AppResult<Own> {
    let person = ctx.person()?;
    let db = ctx.db();
    if !roll::classes_of_person(db, person).await?.contains(&id) {
        return Err(AppError::NotFound);
    }
    let truths = store::class_truths(db, id).await?;
    let known: HashMap<SessionId, Status> = truths
        .iter()
        .filter(|truth| truth.person_id == person)
        .map(|truth| (truth.session_id, truth.status))
        .collect();
    let leaves = leave::of_person(db, id, person).await?;
    let now = ctx.now();
    let sessions = teaching::sessions::of_class(db, id)
        .await?
        .into_iter()
        .map(|session| {
            let leave = leaves.get(&session.id);
            OwnSession {
                status: known.get(&session.id).copied(),
                leave: leave.map(|status| status.label()),
                may_ask: leave.is_none()
                    && session.status != SessionStatus::Cancelled
                    && now < access::start(&session),
                session,
            }
        });
    Ok(Own {
        sessions: sessions.collect(),
        class: teaching::classes::find(db, id).await?,
        counts: summary::of_class(db, id)
            .await?
            .get(&person)
            .copied()
            .unwrap_or_default(),
    })
}

//! Who may see and take the roll of a class.

use db::Db;
use kernel::{Instant, PersonId};
use platform::{AppError, AppResult, Ctx, Permission};
use teaching::classes::{self, ClassRow};
use teaching::sessions::{self, SessionRow, SessionStatus};
use teaching::{ClassId, SessionId, duty};

/// A session with its class.
#[derive(Debug, Clone)]
pub struct Opened {
    /// The session.
    pub session: SessionRow,
    /// Its class.
    pub class: ClassRow,
}

impl Opened {
    /// When it starts.
    #[must_use]
    pub fn start(&self) -> Instant {
        start(&self.session)
    }
}

/// When a session starts.
#[must_use]
pub fn start(session: &SessionRow) -> Instant {
    Instant::of_china(session.day, session.starts)
}

/// When a session ends.
#[must_use]
pub fn end(session: &SessionRow) -> Instant {
    start(session).plus_secs(session.minutes * 60)
}

/// The class, for somebody who may take its roll: `AttendanceTake` in scope, or `AttendanceOwn` with a duty in it.
///
/// # Errors
/// [`AppError::SignInNeeded`], [`AppError::Forbidden`] without either permission, [`AppError::NotFound`] for a class
/// that is none of theirs.
pub async fn class(ctx: &Ctx, id: ClassId) -> AppResult<ClassRow> {
    let person = ctx.person()?;
    let scope = ctx.reach(Permission::AttendanceTake);
    if !scope.is_nothing() {
        match classes::find_within(ctx.db(), &scope, id).await {
            Err(AppError::NotFound) => {}
            answer => return answer,
        }
    }
    let own = ctx.can(Permission::AttendanceOwn);
    if own && duty::holds_duty(ctx.db(), id, person).await? {
        return classes::find(ctx.db(), id).await;
    }
    if own || !scope.is_nothing() {
        return Err(AppError::NotFound);
    }
    Err(AppError::Forbidden(
        "只有任课教师、班长和本机构的教务可以点名。需要的话，请找本机构的管理员给您加上岗位。".into(),
    ))
}

/// A session of such a class.
///
/// # Errors
/// As [`class`].
pub async fn session(ctx: &Ctx, id: SessionId) -> AppResult<Opened> {
    ctx.person()?;
    if !ctx.can(Permission::AttendanceTake) && !ctx.can(Permission::AttendanceOwn) {
        // Without a permission the answer is the same for every address.
        ctx.may(Permission::AttendanceTake)?;
    }
    let session = sessions::find(ctx.db(), id).await?;
    let class = class(ctx, session.class_id).await?;
    Ok(Opened { session, class })
}

/// Refuses marks for a session that is not held.
///
/// # Errors
/// [`AppError::Refused`] `session_cancelled`.
pub fn is_held(session: &SessionRow) -> AppResult<()> {
    if session.status == SessionStatus::Cancelled {
        return Err(AppError::refused(
            "session_cancelled",
            "这次课停课了，不用点名。如果课照常上了，请教务先在“课次”里恢复这次课。",
        ));
    }
    Ok(())
}

/// A session of a class in which this person is confirmed, for the person's own pages.
///
/// # Errors
/// [`AppError::NotFound`] when the person is not in the class.
pub async fn own_session(db: &Db, person: PersonId, id: SessionId) -> AppResult<Opened> {
    let session = sessions::find(db, id).await?;
    let mine = enrollment::roll::classes_of_person(db, person).await?;
    if !mine.contains(&session.class_id) {
        return Err(AppError::NotFound);
    }
    let class = classes::find(db, session.class_id).await?;
    Ok(Opened { session, class })
}

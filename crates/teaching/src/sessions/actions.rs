//! What people do with sessions.

use super::clash::{self, Busy, Clash};
use super::model::{self, SessionChange, SessionRow, SessionStatus};
use super::store::{self, Asked};
use crate::classes::{self, ClassRow, ClassStatus, FirstLessonCheck};
use crate::names::{self, Names};
use crate::{ClassId, SessionId, web};
use kernel::{Date, Instant, OrgId, PersonId, bounded};
use orgs::rooms::RoomBrief;
use orgs::tree;
use platform::{AppError, AppResult, Ctx, Event, FieldError, Permission as P, job};
use serde_json::json;

/// A class with its sessions and names.
#[derive(Debug)]
pub struct Sessions {
    /// The class.
    pub class: ClassRow,
    /// Its sessions in the order of time.
    pub rows: Vec<SessionRow>,
    /// What else of the class the actor may open.
    pub doors: classes::actions::Doors,
    pub(crate) names: Names,
}

/// The sessions of a class.
///
/// # Errors
/// [`AppError::NotFound`] outside the scope of `ClassRead`.
pub async fn of_class(ctx: &Ctx, id: ClassId) -> AppResult<Sessions> {
    let scope = ctx.may(P::ClassRead)?;
    let class = classes::find_within(ctx.db(), &scope, id).await?;
    let rows = store::of_class(ctx.db(), id).await?;
    let rooms = rows.iter().filter_map(|row| row.room_id).collect();
    let people = rows.iter().filter_map(|row| row.teacher_id).collect();
    let names = Names::load(ctx.db(), vec![class.org_id], rooms, people).await?;
    let doors = classes::actions::doors(ctx, &class).await?;
    Ok(Sessions {
        class,
        rows,
        doors,
        names,
    })
}

/// What a session can be changed to.
#[derive(Debug)]
pub struct Choices {
    pub(crate) rooms: Vec<RoomBrief>,
    pub(crate) teachers: Vec<(PersonId, String)>,
}

/// A session to change, with its class and what can be chosen.
///
/// # Errors
/// [`AppError::NotFound`] outside the scope of `ClassEdit`.
pub async fn find_mine(ctx: &Ctx, id: SessionId) -> AppResult<(SessionRow, ClassRow, Choices)> {
    let scope = ctx.may(P::ClassEdit)?;
    let session = store::find_within(ctx.db(), &scope, id).await?;
    let (class, choices) = class_to_change(ctx, session.class_id).await?;
    Ok((session, class, choices))
}

/// A class to whose sessions something is changed or added.
///
/// # Errors
/// [`AppError::NotFound`] outside the scope of `ClassEdit`.
pub async fn class_to_change(ctx: &Ctx, id: ClassId) -> AppResult<(ClassRow, Choices)> {
    let scope = ctx.may(P::ClassEdit)?;
    let class = classes::find_within(ctx.db(), &scope, id).await?;
    let org = tree::find(ctx.db(), class.org_id).await?;
    let rooms = names::rooms_of(ctx.db(), class.org_id).await?;
    let teachers = names::teachers(ctx.db(), &scope, &org, ctx.today()).await?;
    Ok((class, Choices { rooms, teachers }))
}

/// Most clashes that a refusal names one by one; a year's plan may clash every week.
const MOST_NAMED: usize = 50;

/// The refusal that names the clashes: the first ones in its sentence, each one for a program.
pub(crate) fn refused_by(found: &[Clash]) -> AppError {
    let first: Vec<String> = found.iter().take(5).map(Clash::sentence).collect();
    let more = if found.len() > 5 {
        format!("还有 {} 处冲突。", found.len() - 5)
    } else {
        String::new()
    };
    let reasons = found.iter().take(MOST_NAMED).map(|clash| FieldError {
        field: if clash.room { "room" } else { "teacher" }.to_owned(),
        sentence: clash.sentence(),
    });
    AppError::refused_because(
        "clash",
        format!("{}{more}请换一个时间、教室或教师。", first.concat()),
        reasons.collect(),
    )
}

/// Keeps a room and a teacher for this transaction, so that two clerks cannot take them at once.
pub(crate) async fn lock(tx: &platform::Tx, plan: &[Busy]) -> AppResult<()> {
    let rooms: Vec<i64> = plan.iter().filter_map(|use_| Some(use_.room?.raw())).collect();
    let teachers: Vec<i64> = plan.iter().filter_map(|use_| Some(use_.teacher?.raw())).collect();
    tx.lock_all("session_room", &rooms).await?;
    tx.lock_all("session_teacher", &teachers).await?;
    Ok(())
}

/// The clashes of a plan with what stands already, leaving out the class or session that is being changed.
pub(crate) async fn clashes_of(
    db: &db::Db,
    plan: &[Busy],
    but_class: Option<ClassId>,
    but_session: Option<SessionId>,
) -> AppResult<Vec<Clash>> {
    let days = || plan.iter().map(|use_| use_.day);
    let (Some(from), Some(to)) = (days().min(), days().max()) else {
        return Ok(Vec::new());
    };
    let mut rooms: Vec<_> = plan.iter().filter_map(|use_| use_.room).collect();
    let mut teachers: Vec<_> = plan.iter().filter_map(|use_| use_.teacher).collect();
    rooms.sort_unstable();
    rooms.dedup();
    teachers.sort_unstable();
    teachers.dedup();
    let asked = Asked {
        rooms,
        teachers,
        from,
        to,
        but_class,
        but_session,
    };
    let taken = store::taken(db, &asked).await?;
    Ok(clash::clashes(plan, &taken))
}

fn use_of(class: &ClassRow, change: &SessionChange) -> Busy {
    Busy {
        day: change.day,
        starts: change.starts,
        minutes: u16::try_from(change.minutes).unwrap_or(u16::MAX),
        room: change.room_id,
        teacher: change.teacher_id,
        org: class.org_id,
        what: class.name.clone(),
    }
}

fn check_class(class: &ClassRow) -> AppResult<()> {
    if matches!(class.status, ClassStatus::Closed | ClassStatus::Cancelled) {
        return Err(AppError::refused_with_door(
            "class_over",
            format!("这个班{}，课次不能再改。", class.status.label()),
            "看这个班",
            format!("/desk/classes/{}", class.id),
        ));
    }
    Ok(())
}

/// Rooms must be the class's own org's, teachers must have a post.
async fn check_choices(
    ctx: &Ctx,
    scope: &db::Scope,
    class: &ClassRow,
    change: &SessionChange,
) -> AppResult<()> {
    classes::check_room(ctx.db(), class.org_id, change.room_id).await?;
    if change.teacher_id != class.teacher_id {
        classes::check_teacher(ctx, scope, class.org_id, change.teacher_id).await?;
    }
    Ok(())
}

/// When a class meets first; `None` when every session is cancelled.
async fn first_lesson(db: &db::Db, class: ClassId) -> AppResult<Option<Instant>> {
    let rows = store::of_class(db, class).await?;
    let held = rows.iter().find(|row| row.status != SessionStatus::Cancelled);
    Ok(held.map(|row| Instant::of_china(row.day, row.starts)))
}

/// A first lesson that is moved forward must not be held while people still apply: the domain above is asked.
async fn check_first(
    tx: &platform::Tx,
    class: ClassId,
    before: Option<Instant>,
    check: Option<FirstLessonCheck>,
) -> AppResult<()> {
    let (Some(FirstLessonCheck(check)), Some(first)) = (check, first_lesson(tx, class).await?) else {
        return Ok(());
    };
    if before.is_some_and(|before| first >= before) {
        return Ok(());
    }
    check(tx, class, first).await
}

/// Changes one session, tells the learners of a published class.
///
/// # Errors
/// Not found outside the scope; refused for a clash, a past session, a first lesson that is too early for a round, or a
/// change meanwhile; invalid for a wrong form.
pub async fn change(
    ctx: &Ctx,
    id: SessionId,
    change: SessionChange,
    version: i64,
    check: Option<FirstLessonCheck>,
) -> AppResult<ClassId> {
    let scope = ctx.may(P::ClassEdit)?;
    let change = model::check(&change, ctx.today())?;
    let tx = ctx.begin().await?;
    let session = store::find_within(&tx, &scope, id).await?;
    tx.lock("class", session.class_id.raw()).await?;
    let session = store::find_within(&tx, &scope, session.id).await?;
    let class = classes::find(&tx, session.class_id).await?;
    check_open(ctx, &class, &session, version)?;
    check_choices(ctx, &scope, &class, &change).await?;
    let plan = [use_of(&class, &change)];
    lock(&tx, &plan).await?;
    let found = clashes_of(&tx, &plan, None, Some(id)).await?;
    if !found.is_empty() {
        return Err(refused_by(&found));
    }
    let place_or_time = (session.day, session.starts, session.minutes, session.room_id)
        != (change.day, change.starts, change.minutes, change.room_id);
    let status = if place_or_time {
        SessionStatus::Moved
    } else {
        session.status
    };
    let before = first_lesson(&tx, class.id).await?;
    store::update(&tx, id, &change, status).await?;
    check_first(&tx, class.id, before, check).await?;
    classes::follow_sessions(&tx, class.id).await?;
    let sentence = changed_sentence(&tx, &class, &session, &change).await?;
    tell(&tx, &class, id, sentence).await?;
    let event = Event::new("session.changed", "session", id)
        .at(class.org_id)
        .data(json!({ "class": class.id, "day": change.day.to_string() }))
        .note(change.reason);
    tx.commit(vec![event]).await?;
    Ok(class.id)
}

/// What learners are told of a session that was changed.
async fn changed_sentence(
    db: &db::Db,
    class: &ClassRow,
    session: &SessionRow,
    change: &SessionChange,
) -> AppResult<String> {
    let people: Vec<PersonId> = change.teacher_id.into_iter().collect();
    let rooms = change.room_id.into_iter().collect();
    let names = Names::load(db, vec![], rooms, people).await?;
    let minutes = u16::try_from(change.minutes).unwrap_or(u16::MAX);
    Ok(format!(
        "「{}」第 {} 次课有调整：{}改为{}，教室：{}，教师：{}。原因：{}。",
        class.name,
        session.number,
        session.when(),
        kernel::chinese_date::session_text(change.day, change.starts, minutes),
        names.room(change.room_id, class.mode),
        names.person(change.teacher_id),
        change.reason
    ))
}

fn check_open(ctx: &Ctx, class: &ClassRow, session: &SessionRow, version: i64) -> AppResult<()> {
    check_class(class)?;
    if session.version != version {
        return Err(web::changed_meanwhile(
            "次课",
            &format!("/desk/sessions/{}", session.id),
        ));
    }
    let open = matches!(session.status, SessionStatus::Planned | SessionStatus::Moved);
    if !open || session.day < ctx.today() {
        return Err(AppError::refused_with_door(
            "session_over",
            "这次课已经上过或已取消，不能再改。需要的话请另排一次补课。",
            "排一次补课",
            format!("/desk/classes/{}/sessions/new", class.id),
        ));
    }
    Ok(())
}

/// Queues the word to learners; of a class that is only planned nobody knows yet.
async fn tell(tx: &platform::Tx, class: &ClassRow, session: SessionId, sentence: String) -> AppResult<()> {
    if class.status == ClassStatus::Planned {
        return Ok(());
    }
    let payload = json!({ "session": session, "class": class.id, "sentence": sentence });
    job::enqueue(tx, "session.changed", &payload, tx.ctx().now(), None).await?;
    Ok(())
}

/// Cancels one session.
///
/// # Errors
/// Not found outside the scope; refused for a past session or a change meanwhile; invalid without a reason.
pub async fn cancel(ctx: &Ctx, id: SessionId, reason: &str, version: i64) -> AppResult<ClassId> {
    let scope = ctx.may(P::ClassEdit)?;
    let reason = bounded(reason, 2, 100, "原因").map_err(|sentence| AppError::invalid("reason", sentence))?;
    let tx = ctx.begin().await?;
    let session = store::find_within(&tx, &scope, id).await?;
    tx.lock("class", session.class_id.raw()).await?;
    let session = store::find_within(&tx, &scope, session.id).await?;
    let class = classes::find(&tx, session.class_id).await?;
    check_open(ctx, &class, &session, version)?;
    store::cancel(&tx, id, &reason).await?;
    classes::follow_sessions(&tx, class.id).await?;
    let sentence = format!(
        "「{}」第 {} 次课（{}）停课一次。原因：{reason}。",
        class.name,
        session.number,
        session.when()
    );
    tell(&tx, &class, id, sentence).await?;
    let event = Event::new("session.cancelled", "session", id)
        .at(class.org_id)
        .data(json!({ "class": class.id }))
        .note(reason);
    tx.commit(vec![event]).await?;
    Ok(class.id)
}

/// Adds a make-up session.
///
/// # Errors
/// Not found outside the scope; refused for a clash, a class that is over, or a first lesson that is too early for a round;
/// invalid for a wrong form.
pub async fn add(
    ctx: &Ctx,
    class: ClassId,
    change: SessionChange,
    check: Option<FirstLessonCheck>,
) -> AppResult<SessionId> {
    let scope = ctx.may(P::ClassEdit)?;
    let change = model::check(&change, ctx.today())?;
    let tx = ctx.begin().await?;
    tx.lock("class", class.raw()).await?;
    let class = classes::find_within(&tx, &scope, class).await?;
    check_class(&class)?;
    check_choices(ctx, &scope, &class, &change).await?;
    let plan = [use_of(&class, &change)];
    lock(&tx, &plan).await?;
    let found = clashes_of(&tx, &plan, None, None).await?;
    if !found.is_empty() {
        return Err(refused_by(&found));
    }
    let rows = store::of_class(&tx, class.id).await?;
    let session = SessionRow {
        id: ctx.new_id(),
        class_id: class.id,
        org_id: class.org_id,
        number: rows.iter().map(|row| row.number).max().unwrap_or(0) + 1,
        day: change.day,
        starts: change.starts,
        minutes: change.minutes,
        room_id: change.room_id,
        teacher_id: change.teacher_id,
        topic: change.topic.clone(),
        status: SessionStatus::Planned,
        status_note: change.reason.clone(),
        version: 1,
    };
    let before = first_lesson(&tx, class.id).await?;
    store::insert(&tx, std::slice::from_ref(&session)).await?;
    check_first(&tx, class.id, before, check).await?;
    classes::follow_sessions(&tx, class.id).await?;
    let sentence = format!(
        "「{}」加一次课：{}。原因：{}。",
        class.name,
        session.when(),
        change.reason
    );
    tell(&tx, &class, session.id, sentence).await?;
    let event = Event::new("session.added", "session", session.id)
        .at(class.org_id)
        .data(json!({ "class": class.id, "number": session.number }))
        .note(change.reason);
    tx.commit(vec![event]).await?;
    Ok(session.id)
}

/// A week of an org: its rooms and sessions.
#[derive(Debug)]
pub struct Week {
    pub(crate) org: OrgId,
    pub(crate) orgs: Vec<(OrgId, String)>,
    pub(crate) monday: Date,
    pub(crate) rooms: Vec<RoomBrief>,
    /// Sessions with the name of their class.
    pub(crate) rows: Vec<(SessionRow, String)>,
}

/// The week that holds this day, of an org (the actor's first, if none is named).
///
/// # Errors
/// [`AppError::NotFound`] for an org outside the scope, or when the scope has no institution.
pub async fn week(ctx: &Ctx, org: Option<OrgId>, day: Date) -> AppResult<Week> {
    let scope = ctx.may(P::ClassRead)?;
    let orgs = names::institutions(ctx.db(), &scope).await?;
    let org = match org {
        Some(org) => tree::find_within(ctx.db(), &scope, org).await?.id,
        None => orgs.first().ok_or(AppError::NotFound)?.id,
    };
    let monday = kernel::calendar::monday_of(day);
    let sunday = monday
        .checked_add(days_long(6))
        .map_err(|_| AppError::invalid("week", "日期太远了。"))?;
    let sessions = store::of_org(ctx.db(), &scope, org, monday, sunday).await?;
    let ids: Vec<ClassId> = sessions.iter().map(|row| row.class_id).collect();
    let classes = classes::names(ctx.db(), &ids).await?;
    let rooms = names::rooms_of(ctx.db(), org).await?;
    let rows = sessions
        .into_iter()
        .map(|row| {
            let name = classes.get(&row.class_id.raw()).cloned().unwrap_or_default();
            (row, name)
        })
        .collect();
    Ok(Week {
        org,
        orgs: names::to_choose(orgs),
        monday,
        rooms,
        rows,
    })
}

/// So many days, for adding to a date.
pub(crate) fn days_long(days: i64) -> std::time::Duration {
    std::time::Duration::from_secs(days.unsigned_abs() * 24 * 60 * 60)
}

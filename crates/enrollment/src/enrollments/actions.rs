//! One function a verb. Decisions about seats go to the seat desk.

use super::model::{self, Detail, Learner, Mine};
use super::store::{self, EnrollmentRow};
use crate::companions::{self, Companion};
use crate::fees::ladder::Cause;
use crate::seat_desk::{Answer, Ask, Asked, SeatDesk};
use crate::{EnrollmentId, EnrollmentStatus};
use kernel::{Date, PersonId};
use people::family;
use people::persons::{self, PersonBrief, PersonStatus};
use platform::api::{Listed, Part};
use platform::{AppError, AppResult, Channel, Ctx, Permission, Waiting};
use std::collections::HashMap;
use teaching::classes::{self, ClassRow, ClassStatus, Mode};
use teaching::sessions::{self, SessionStatus};
use teaching::{ClassId, seats};

/// How somebody enrols: with whom, whether they would wait, and the key of the request.
#[derive(Debug, Clone, Default)]
pub struct Terms {
    /// Who comes along; all get seats or none does.
    pub companions: Vec<Companion>,
    /// Whether a place on the waitlist is wanted when the seats are gone.
    pub wait: bool,
    /// `Idempotency-Key`.
    pub key: Option<String>,
}

/// Enrols the signed-in person.
///
/// # Errors
/// [`AppError::Refused`] by a rule of the desk; see [`crate::seat_desk::Refusal`].
pub async fn enroll_self(ctx: &Ctx, desk: &SeatDesk, class: ClassId, terms: Terms) -> AppResult<Answer> {
    let person = ctx.person()?;
    enroll(ctx, desk, person, class, ctx.channel, terms).await
}

/// Enrols somebody for whom the signed-in person may act; themselves as [`enroll_self`] does.
///
/// # Errors
/// As [`enroll_self`]; [`AppError::NotFound`] without a family link in force.
pub async fn enroll_acting(
    ctx: &Ctx,
    desk: &SeatDesk,
    person: PersonId,
    class: ClassId,
    terms: Terms,
) -> AppResult<Answer> {
    if ctx.person()? == person {
        return enroll_self(ctx, desk, class, terms).await;
    }
    family::link(ctx, person).await?;
    enroll(ctx, desk, person, class, Channel::Family, terms).await
}

/// Enrols a person at the counter or by telephone, for a class in the clerk's scope.
///
/// # Errors
/// As [`enroll_self`]; [`AppError::NotFound`] when class or person are not this clerk's to see.
pub async fn enroll_for(
    ctx: &Ctx,
    desk: &SeatDesk,
    person: PersonId,
    class: ClassId,
    channel: Channel,
    terms: Terms,
) -> AppResult<Answer> {
    let scope = ctx.may(Permission::EnrollmentAct)?;
    classes::find_within(ctx.db(), &scope, class).await?;
    takes_part(&persons::find(ctx.db(), person).await?)?;
    enroll(ctx, desk, person, class, channel, terms).await
}

/// Nobody is enrolled whose data were erased, or who was taken off the books.
pub(crate) fn takes_part(person: &PersonBrief) -> AppResult<()> {
    if person.status == PersonStatus::Active {
        return Ok(());
    }
    Err(AppError::refused_with_door(
        "person_closed",
        "这位已经注销，不能报名。本人想再来学，请先重新登记。",
        "去登记",
        "/desk/counter",
    ))
}

async fn enroll(
    ctx: &Ctx,
    desk: &SeatDesk,
    person: PersonId,
    class: ClassId,
    channel: Channel,
    terms: Terms,
) -> AppResult<Answer> {
    let counter = matches!(channel, Channel::Desk | Channel::Phone);
    let ask = if terms.companions.is_empty() {
        Ask::Enroll {
            person,
            class,
            new_id: ctx.new_id(),
            wait: terms.wait,
            counter,
        }
    } else {
        let people = companions::members(ctx, person, &terms.companions, companions::MOST).await?;
        Ask::Together {
            party: ctx.new_id(),
            class,
            people: people.into_iter().map(|person| (person, ctx.new_id())).collect(),
            wait: terms.wait,
            counter,
        }
    };
    desk.ask(Asked {
        ask,
        by: ctx.actor.person,
        channel,
        reason: String::new(),
        key: terms.key,
    })
    .await
}

/// Gives up one's own place, or that of somebody for whom one may act.
///
/// # Errors
/// [`AppError::NotFound`] when it is anybody else's; a refusal when the class is over.
pub async fn withdraw_own(ctx: &Ctx, desk: &SeatDesk, id: EnrollmentId) -> AppResult<Answer> {
    let row = own(ctx, id).await?;
    let channel = if ctx.actor.person == Some(row.person_id) {
        ctx.channel
    } else {
        Channel::Family
    };
    withdraw(ctx, desk, &row, channel, "").await
}

/// Gives up a person's place at the counter, with the reason.
///
/// # Errors
/// [`AppError::NotFound`] outside the clerk's scope, [`AppError::Invalid`] without a reason.
pub async fn withdraw_for(ctx: &Ctx, desk: &SeatDesk, id: EnrollmentId, reason: &str) -> AppResult<Answer> {
    leave_for(ctx, desk, id, reason, Cause::Withdrawn).await
}

/// Gives up the place of somebody who stayed away, as a clerk decided, with the reason.
///
/// # Errors
/// As [`withdraw_for`].
pub async fn withdraw_absent(
    ctx: &Ctx,
    desk: &SeatDesk,
    id: EnrollmentId,
    reason: &str,
) -> AppResult<Answer> {
    leave_for(ctx, desk, id, reason, Cause::Absent).await
}

async fn leave_for(
    ctx: &Ctx,
    desk: &SeatDesk,
    id: EnrollmentId,
    reason: &str,
    cause: Cause,
) -> AppResult<Answer> {
    let scope = ctx.may(Permission::EnrollmentAct)?;
    let row = store::find_within(ctx.db(), &scope, id).await?;
    let reason = reason.trim();
    if reason.is_empty() {
        return Err(AppError::invalid(
            "reason",
            "请写下取消的原因，例如“本人来电，身体不适”。",
        ));
    }
    if reason.chars().count() > 200 {
        return Err(AppError::invalid("reason", "原因最多 200 个字，请写短一些。"));
    }
    leave(ctx, desk, &row, (desk_channel(ctx), reason), cause).await
}

/// The channel of a clerk's act: a program stays one.
pub(crate) fn desk_channel(ctx: &Ctx) -> Channel {
    match ctx.channel {
        Channel::Api => Channel::Api,
        _ => Channel::Desk,
    }
}

/// Gives up a place that the caller may give up.
pub(crate) async fn withdraw(
    ctx: &Ctx,
    desk: &SeatDesk,
    row: &EnrollmentRow,
    channel: Channel,
    reason: &str,
) -> AppResult<Answer> {
    leave(ctx, desk, row, (channel, reason), Cause::Withdrawn).await
}

/// As [`withdraw`], for a cause that decides what goes back.
pub(crate) async fn leave(
    ctx: &Ctx,
    desk: &SeatDesk,
    row: &EnrollmentRow,
    (channel, reason): (Channel, &str),
    cause: Cause,
) -> AppResult<Answer> {
    // Who gives up twice hears the same answer again; anything else that is over stays as it is.
    if !row.status.is_live() && row.status != EnrollmentStatus::Withdrawn {
        return Err(AppError::refused_with_door(
            "not_withdrawable",
            format!(
                "这个报名现在是“{}”，不能再取消。",
                model::label_of(row.status, row.due_fen)
            ),
            "看我的学习",
            "/me",
        ));
    }
    let ask = match row.status {
        EnrollmentStatus::Suspended => Ask::Lapse {
            person: row.person_id,
            class: row.class_id,
            enrollment: row.id,
            over: false,
        },
        _ => Ask::Withdraw {
            person: row.person_id,
            class: row.class_id,
            enrollment: row.id,
            cause,
        },
    };
    let asked = Asked {
        ask,
        by: ctx.actor.person,
        channel,
        reason: reason.to_owned(),
        key: None,
    };
    let answer = desk.ask_whether(asked).await?;
    answer.ok_or_else(|| crate::suspension::model::Why::Over.refused())
}

/// Who made an enrolment, in words for its learner, if it was somebody else: `您的女儿李娟`, or the school's staff.
///
/// # Errors
/// When the database cannot be read.
pub async fn acted(ctx: &Ctx, row: &EnrollmentRow) -> AppResult<Option<String>> {
    let Some(actor) = row.actor_person.filter(|actor| *actor != row.person_id) else {
        return Ok(None);
    };
    who_acted(ctx.db(), actor, row.person_id, &row.channel)
        .await
        .map(Some)
}

/// Somebody who acted by this way, in words for the learner.
pub(crate) async fn who_acted(
    db: &db::Db,
    actor: PersonId,
    learner: PersonId,
    channel: &str,
) -> AppResult<String> {
    if channel == Channel::Family.as_str() {
        return Ok(format!("您的{}", family::called(db, actor, learner).await?));
    }
    if channel == Channel::Companion.as_str() {
        return Ok("和您一起报名的人".into());
    }
    Ok("学校工作人员".into())
}

/// What the classes of a class's org ask for.
///
/// # Errors
/// When the database cannot be read.
pub async fn papers_of(
    ctx: &Ctx,
    class: &ClassRow,
) -> AppResult<Option<std::sync::Arc<crate::declarations::Papers>>> {
    let mut all = crate::declarations::papers(ctx.db(), &[class.org_id]).await?;
    Ok(all.remove(&class.org_id))
}

/// What is still to be signed for an enrolment, in words; nothing when nothing is.
///
/// # Errors
/// When the database cannot be read.
pub async fn papers_due(ctx: &Ctx, row: &EnrollmentRow) -> AppResult<Option<String>> {
    if !row.status.is_live() {
        return Ok(None);
    }
    papers_ahead(ctx, row.person_id, row.class_id).await
}

/// What somebody would have to sign for a class, in words; nothing when nothing is.
///
/// # Errors
/// When the database cannot be read.
pub async fn papers_ahead(ctx: &Ctx, person: PersonId, class: ClassId) -> AppResult<Option<String>> {
    let pair = (person, class);
    let due = crate::declarations::due(ctx.db(), &[pair], ctx.today()).await?;
    Ok(due.get(&pair).map(crate::declarations::due_words))
}

/// An enrolment of one's own, or of somebody for whom one may act.
pub(crate) async fn own(ctx: &Ctx, id: EnrollmentId) -> AppResult<EnrollmentRow> {
    let person = ctx.person()?;
    let row = store::find(ctx.db(), id).await?;
    if row.person_id != person {
        family::link(ctx, row.person_id).await?;
    }
    Ok(row)
}

/// An enrolment with its class, for its owner or for staff who may see it.
///
/// # Errors
/// [`AppError::NotFound`] for everybody else.
pub async fn show(ctx: &Ctx, id: EnrollmentId) -> AppResult<Detail> {
    let row = match own(ctx, id).await {
        Err(AppError::NotFound) => {
            let scope = ctx.reach(Permission::EnrollmentRead);
            store::find_within(ctx.db(), &scope, id).await?
        }
        other => other?,
    };
    detail(ctx, row).await
}

/// One's own enrolment, or that of somebody for whom one may act.
///
/// # Errors
/// [`AppError::NotFound`] when it is somebody else's.
pub async fn show_own(ctx: &Ctx, id: EnrollmentId) -> AppResult<Detail> {
    let row = own(ctx, id).await?;
    detail(ctx, row).await
}

async fn detail(ctx: &Ctx, row: EnrollmentRow) -> AppResult<Detail> {
    let db = ctx.db();
    let class = classes::find(db, row.class_id).await?;
    let place = place(ctx, &class).await?;
    let person = persons::find(db, row.person_id).await?;
    let position = store::positions(db, &[row.id])
        .await?
        .first()
        .map(|(_, place)| *place);
    let events = platform::audit::of_subject(db, "enrollment", row.id).await?;
    let history: Vec<model::HistoryLine> = events.iter().filter_map(model::history_line).collect();
    let mut actors: Vec<PersonId> = history.iter().filter_map(|line| line.by).collect();
    actors.extend(row.actor_person);
    actors.sort_unstable();
    actors.dedup();
    let names = persons::find_many(db, &actors).await?;
    Ok(Detail {
        names: names.into_iter().map(|(id, who)| (id, who.name)).collect(),
        history,
        shortfall: model::shortfall(&row, &events),
        with: companions::beside(db, &[row.id])
            .await?
            .remove(&row.id)
            .unwrap_or_default(),
        row,
        class,
        place,
        person,
        position,
    })
}

/// The draw that gives the seats of a class, as long as it is not over.
///
/// # Errors
/// When the database cannot be read.
pub async fn round_of(ctx: &Ctx, class: ClassId) -> AppResult<Option<crate::RoundId>> {
    crate::seat_desk::round_of(ctx.db(), class, ctx.now()).await
}

/// Where a class meets: name of the org and of the room, or that it meets online.
///
/// # Errors
/// When the database cannot be read.
pub async fn place(ctx: &Ctx, class: &ClassRow) -> AppResult<String> {
    let org = orgs::tree::find(ctx.db(), class.org_id).await?.name;
    Ok(match class.room_id {
        Some(room) => format!("{org} {}", orgs::rooms::find(ctx.db(), room).await?.name),
        None if class.mode == Mode::Online => format!("{}（{org}）", class.mode.label()),
        None => org,
    })
}

/// A class before one enrols, and for whom one may.
#[derive(Debug, Clone)]
pub struct Before {
    /// The class.
    pub class: ClassRow,
    /// Where it meets.
    pub place: String,
    /// Who asks.
    pub who: PersonBrief,
    /// The live enrolment that they have there.
    pub held: Option<EnrollmentId>,
    /// People for whom they may act, each with the live enrolment that they have there.
    pub helped: Vec<(family::Beneficiary, Option<EnrollmentId>)>,
}

/// A class before one enrols: what the check page shows. Only classes that are public.
///
/// # Errors
/// [`AppError::NotFound`] for a class that is not published.
pub async fn before(ctx: &Ctx, class: ClassId) -> AppResult<Before> {
    let person = ctx.person()?;
    let class = classes::find(ctx.db(), class).await?;
    if class.status == ClassStatus::Planned {
        return Err(AppError::NotFound);
    }
    let place = place(ctx, &class).await?;
    let who = persons::find(ctx.db(), person).await?;
    let held = store::live(ctx.db(), person, class.id).await?.map(|row| row.id);
    let mut helped = Vec::new();
    for one in family::beneficiaries(ctx).await? {
        let held = store::live(ctx.db(), one.person, class.id)
            .await?
            .map(|row| row.id);
        helped.push((one, held));
    }
    Ok(Before {
        class,
        place,
        who,
        held,
        helped,
    })
}

/// What the signed-in person has enrolled in: the next session first, then the rest, newest first.
///
/// # Errors
/// When nobody is signed in.
pub async fn mine(ctx: &Ctx, before: Option<EnrollmentId>, limit: i64) -> AppResult<Vec<Mine>> {
    listed(ctx, ctx.person()?, before, limit).await
}

/// What somebody has enrolled in for whom the signed-in person may act.
///
/// # Errors
/// [`AppError::NotFound`] without a family link in force.
pub async fn of_helped(
    ctx: &Ctx,
    person: PersonId,
    before: Option<EnrollmentId>,
    limit: i64,
) -> AppResult<Vec<Mine>> {
    if ctx.person()? != person {
        family::link(ctx, person).await?;
    }
    listed(ctx, person, before, limit).await
}

async fn listed(
    ctx: &Ctx,
    person: PersonId,
    before: Option<EnrollmentId>,
    limit: i64,
) -> AppResult<Vec<Mine>> {
    let db = ctx.db();
    let rows = store::of_person(db, person, before, limit).await?;
    let ids: Vec<EnrollmentId> = rows.iter().map(|row| row.id).collect();
    let positions: HashMap<EnrollmentId, i64> = store::positions(db, &ids).await?.into_iter().collect();
    let held: Vec<ClassId> = rows.iter().map(|row| row.class_id).collect();
    let meetings = sessions::of_classes(db, &held).await?;
    let mut with = companions::beside(db, &ids).await?;
    let mut all = Vec::with_capacity(rows.len());
    for row in rows {
        let class = classes::find(db, row.class_id).await?;
        let next = model::next_session(&meetings, &row, ctx.now());
        all.push(Mine {
            place: place(ctx, &class).await?,
            position: positions.get(&row.id).copied(),
            with: with.remove(&row.id).unwrap_or_default(),
            next,
            class,
            row,
        });
    }
    Ok(all)
}

/// A whole class, for what is printed or exported; no class has more learners.
pub(super) const WHOLE: Part = Part {
    limit: 5_000,
    offset: 0,
};

/// Part of those who are enrolled in a class and who wait, for staff.
///
/// # Errors
/// [`AppError::NotFound`] outside the scope.
pub async fn learners(ctx: &Ctx, class: ClassId, part: Part) -> AppResult<(ClassRow, Listed<Learner>)> {
    let scope = ctx.may(Permission::EnrollmentRead)?;
    let db = ctx.db();
    let class = classes::find_within(db, &scope, class).await?;
    let listed = part.listed(store::of_class_within(db, &scope, class.id, part).await?);
    let people: Vec<PersonId> = listed.items.iter().map(|row| row.person_id).collect();
    let briefs = persons::find_many(db, &people).await?;
    let waiting = listed
        .items
        .iter()
        .filter(|row| row.status == EnrollmentStatus::Waitlisted);
    let waiting: Vec<EnrollmentId> = waiting.map(|row| row.id).collect();
    let positions: HashMap<EnrollmentId, i64> = store::positions(db, &waiting).await?.into_iter().collect();
    let list = listed.items.into_iter().filter_map(|row| {
        Some(Learner {
            person: briefs.get(&row.person_id)?.clone(),
            position: positions.get(&row.id).copied(),
            row,
        })
    });
    let list = Listed {
        items: list.collect(),
        next: listed.next,
    };
    Ok((class, list))
}

/// How many people tried a lesson of a class, and how many of them enrolled, for staff.
///
/// # Errors
/// When the database cannot be read.
pub async fn guests(ctx: &Ctx, class: ClassId) -> AppResult<(i64, i64)> {
    let scope = ctx.may(Permission::EnrollmentRead)?;
    Ok(crate::trials::store::counts_within(ctx.db(), &scope, class).await?)
}

/// An enrolment in the caller's scope, for staff.
///
/// # Errors
/// [`AppError::NotFound`] outside the scope.
pub async fn show_within(ctx: &Ctx, id: EnrollmentId) -> AppResult<Detail> {
    let scope = ctx.may(Permission::EnrollmentRead)?;
    let row = store::find_within(ctx.db(), &scope, id).await?;
    detail(ctx, row).await
}

/// The person at the counter and the classes to choose from: published ones in the clerk's scope, by name.
///
/// # Errors
/// [`AppError::NotFound`] when there is no such person.
pub async fn choices(
    ctx: &Ctx,
    person: PersonId,
    q: &str,
    limit: i64,
) -> AppResult<(PersonBrief, Vec<ClassRow>)> {
    let scope = ctx.may(Permission::EnrollmentAct)?;
    let person = persons::find(ctx.db(), person).await?;
    takes_part(&person)?;
    let found = seats::open_within(ctx.db(), &scope, q, limit).await?;
    let mut rows = Vec::with_capacity(found.len());
    for class in found {
        rows.push(classes::find(ctx.db(), class).await?);
    }
    Ok((person, rows))
}

/// Person and class as the clerk checks them.
///
/// # Errors
/// [`AppError::NotFound`] when the class is not in the clerk's scope.
pub async fn counter_check(
    ctx: &Ctx,
    person: PersonId,
    class: ClassId,
) -> AppResult<(PersonBrief, ClassRow, String)> {
    let scope = ctx.may(Permission::EnrollmentAct)?;
    let person = persons::find(ctx.db(), person).await?;
    let class = classes::find_within(ctx.db(), &scope, class).await?;
    let place = place(ctx, &class).await?;
    Ok((person, class, place))
}

/// What stands at the head of a roll.
#[derive(Debug, Clone)]
pub struct About {
    /// Name of the org.
    pub org: String,
    /// Name of the term.
    pub term: String,
    /// Name of the teacher; may be empty.
    pub teacher: String,
    /// Where the class meets.
    pub place: String,
    /// Days of the sessions that take place, in order.
    pub days: Vec<Date>,
}

/// Names and days of a class the caller was shown.
///
/// # Errors
/// When the database cannot be read.
pub async fn about(ctx: &Ctx, class: &ClassRow) -> AppResult<About> {
    let db = ctx.db();
    let teacher = match class.teacher_id {
        Some(teacher) => persons::find(db, teacher).await?.name,
        None => String::new(),
    };
    let all = sessions::of_class(db, class.id).await?;
    let held = all
        .iter()
        .filter(|session| session.status != SessionStatus::Cancelled);
    Ok(About {
        org: orgs::tree::find(db, class.org_id).await?.name,
        term: teaching::terms::find(db, class.term_id).await?.name,
        teacher,
        place: place(ctx, class).await?,
        days: held.map(|session| session.day).collect(),
    })
}

/// Classes of the scope in which a seat is free although somebody waits: those who wait cannot take it now, and a
/// word with them would help.
///
/// # Errors
/// When the database cannot be read.
pub async fn waiting(ctx: &Ctx) -> AppResult<Vec<Waiting>> {
    let scope = ctx.reach(Permission::EnrollmentAct);
    if scope.is_nothing() {
        return Ok(Vec::new());
    }
    let mut all = Vec::new();
    for (class, name, waiting) in seats::stuck_within(ctx.db(), &scope).await? {
        let row = classes::find(ctx.db(), class).await?;
        if crate::first_come::actions::keeps(ctx, &row).await? {
            // They wait beside seats that are kept for others: nothing to talk about.
            continue;
        }
        all.push(Waiting {
            title: format!("有空名额，候补却补不上：{name}"),
            detail: format!("候补 {waiting} 人和别的班冲突或已报满，打电话问问他们要不要换。"),
            href: format!("/desk/classes/{class}/learners"),
            due: None,
            count: 1,
        });
    }
    Ok(all)
}

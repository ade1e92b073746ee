//! Booking a trial, giving it up, marking who came, and enrolling afterwards.

use super::model::{Case, TrialState, Why, free, may_book};
use super::store::{self, TrialRow};
use crate::TrialId;
use crate::enrollments::actions::{Terms, desk_channel, enroll_acting, enroll_for, place};
use crate::enrollments::store as enrollments;
use crate::merging::store::held;
use crate::rules::Rule;
use crate::seat_desk::conditions::{clash, of_age};
use crate::seat_desk::{Answer, SeatDesk};
use db::Db;
use kernel::{Instant, PersonId};
use people::{contact, family, persons};
use platform::{AppError, AppResult, Channel, Ctx, Event, Permission};
use serde_json::json;
use std::collections::HashMap;
use teaching::classes::{self, ClassRow, ClassStatus};
use teaching::seats::{self, Slot};
use teaching::sessions::{self, SessionRow, SessionStatus};
use teaching::{ClassId, SessionId};

/// A lesson that may be tried.
#[derive(Debug, Clone)]
pub struct Open {
    /// The lesson.
    pub session: SessionRow,
    /// Places left for guests.
    pub free: i64,
}

/// A class with the lessons that may be tried.
#[derive(Debug, Clone)]
pub struct Choice {
    /// The class.
    pub class: ClassRow,
    /// Where it meets.
    pub place: String,
    /// The lessons of its first weeks that are still to come.
    pub open: Vec<Open>,
    /// Why there is none.
    pub why: Option<Why>,
}

/// The lessons of a public class that may be tried.
///
/// # Errors
/// [`AppError::NotFound`] for a class that is not published.
pub async fn choice(ctx: &Ctx, class: ClassId) -> AppResult<Choice> {
    let db = ctx.db();
    let class = classes::find(db, class).await?;
    if class.status == ClassStatus::Planned {
        return Err(AppError::NotFound);
    }
    let rule = rule(db, &class).await?;
    let booked: HashMap<SessionId, i64> = store::booked(db, class.id).await?.into_iter().collect();
    let seats = room_seats(db, &class).await?;
    let mut open = Vec::new();
    let mut why = Some(Why::TooLate(rule.trial_weeks));
    for session in sessions::of_class(db, class.id).await? {
        let guests = booked.get(&session.id).copied().unwrap_or(0);
        let case = Case {
            enrolled: false,
            of_age: true,
            clash: false,
            tries_another: false,
            tried: 0,
            free: free(&rule, seats, class.enrolled, guests),
            ..facts(&class, &session, ctx.now())
        };
        match may_book(&rule, &case) {
            Ok(()) => open.push(Open {
                free: case.free,
                session,
            }),
            Err(Why::Over | Why::TooLate(_)) => {}
            Err(other) => why = Some(other),
        }
    }
    Ok(Choice {
        place: place(ctx, &class).await?,
        why: why.filter(|_| open.is_empty()),
        class,
        open,
    })
}

async fn rule(db: &Db, class: &ClassRow) -> AppResult<Rule> {
    let found = crate::rules::of_org(db, class.org_id).await?;
    Ok(found.map(|(_, rule)| rule).unwrap_or_default())
}

/// Seats where a class meets: of its room, or its own where it has none.
async fn room_seats(db: &Db, class: &ClassRow) -> AppResult<i64> {
    Ok(match class.room_id {
        Some(room) => orgs::rooms::find(db, room).await?.seats,
        None => class.capacity,
    })
}

/// What the rule asks of class and session; what it asks of the person is filled in by the caller.
fn facts(class: &ClassRow, session: &SessionRow, now: Instant) -> Case {
    let begins = Instant::of_china(session.day, session.starts);
    Case {
        open: matches!(class.status, ClassStatus::Published | ClassStatus::Running),
        ahead: takes_place(session) && begins > now,
        week: i64::from((session.day - class.starts_on).get_days()) / 7 + 1,
        enrolled: false,
        of_age: true,
        clash: false,
        tries_another: false,
        tried: 0,
        free: 0,
    }
}

const fn takes_place(session: &SessionRow) -> bool {
    matches!(session.status, SessionStatus::Planned | SessionStatus::Moved)
}

fn slot(session: &SessionRow) -> Slot {
    let from = i32::from(session.starts.hour()) * 60 + i32::from(session.starts.minute());
    Slot {
        day: session.day,
        from,
        to: from + i32::from(session.length()),
    }
}

/// Books a lesson for oneself, or for somebody for whom one may act.
///
/// # Errors
/// [`AppError::NotFound`] without a family link; refused by the rules.
pub async fn book(ctx: &Ctx, session: SessionId, person: PersonId) -> AppResult<TrialId> {
    let channel = if ctx.person()? == person {
        ctx.channel
    } else {
        family::link(ctx, person).await?;
        Channel::Family
    };
    enter(ctx, session, person, channel).await
}

/// Books a lesson for a person at the counter.
///
/// # Errors
/// [`AppError::NotFound`] when the class is not in the clerk's scope; refused by the rules.
pub async fn book_for(ctx: &Ctx, session: SessionId, person: PersonId) -> AppResult<TrialId> {
    let scope = ctx.may(Permission::EnrollmentAct)?;
    let row = sessions::find(ctx.db(), session).await?;
    classes::find_within(ctx.db(), &scope, row.class_id).await?;
    persons::find(ctx.db(), person).await?;
    enter(ctx, session, person, desk_channel(ctx)).await
}

async fn enter(ctx: &Ctx, session: SessionId, person: PersonId, channel: Channel) -> AppResult<TrialId> {
    let tx = ctx.begin().await?;
    // In the order of the seat desk: people, then classes.
    tx.lock("person", person.raw()).await?;
    let session = sessions::find(&tx, session).await?;
    tx.lock("class", session.class_id.raw()).await?;
    let class = classes::find(&tx, session.class_id).await?;
    if class.status == ClassStatus::Planned {
        return Err(AppError::NotFound);
    }
    let guests = store::of_session(&tx, session.id).await?;
    if let Some(known) = guests.iter().find(|row| row.person_id == person) {
        return Ok(known.id);
    }
    let rule = rule(&tx, &class).await?;
    let seats = room_seats(&tx, &class).await?;
    let case = Case {
        tried: store::tried(&tx, person, class.term_id).await?,
        free: free(&rule, seats, class.enrolled, guests.len() as i64),
        ..of_person(&tx, person, &class, &session, ctx.now()).await?
    };
    may_book(&rule, &case).map_err(|why| refused(class.id, why))?;
    let row = TrialRow {
        id: ctx.new_id(),
        session_id: session.id,
        class_id: class.id,
        term_id: class.term_id,
        org_id: class.org_id,
        person_id: person,
        state: TrialState::Booked,
        channel: channel.as_str().to_owned(),
        actor_person: ctx.actor.person,
        created_at: ctx.now(),
    };
    store::insert(&tx, &row, channel).await?;
    persons::belongs(&tx, person, class.org_id).await?;
    let where_ = place(ctx, &class).await?;
    let text = format!(
        "【学圈】试听约好了：“{}”{}，{where_}。来不了请早些取消：网上“我的学习”、电话或柜台都可以。",
        class.name,
        session.when()
    );
    contact::tell(&tx, person, Some(class.org_id), "trial.booked", text).await?;
    tx.commit(vec![event(ctx, "trial.booked", &row, channel)]).await?;
    Ok(row.id)
}

/// What the rule asks of a person.
async fn of_person(
    db: &Db,
    person: PersonId,
    class: &ClassRow,
    session: &SessionRow,
    now: Instant,
) -> AppResult<Case> {
    let mine = seats::facts(db, &[class.id])
        .await?
        .pop()
        .ok_or(AppError::NotFound)?;
    let births = people::births::of(db, &[person]).await?;
    let birth = births.first().and_then(|(_, birth)| *birth);
    let held: Vec<ClassId> = held(db, &[person], class.id)
        .await?
        .into_iter()
        .map(|(_, class)| class)
        .collect();
    let slot = slot(session);
    let others = seats::facts(db, &held).await?;
    let live = enrollments::live(db, person, class.id).await?;
    Ok(Case {
        enrolled: live.is_some_and(|row| row.status.holds_seat()),
        of_age: of_age(&mine, birth).is_ok(),
        clash: others.iter().any(|facts| clash(&[slot], &facts.slots).is_some()),
        tries_another: tries_another(db, person, slot).await?,
        ..facts(class, session, now)
    })
}

/// Whether a person has booked another lesson at this time; one that was cancelled since does not count.
async fn tries_another(db: &Db, person: PersonId, wanted: Slot) -> AppResult<bool> {
    for booked in store::booked_by(db, person).await? {
        let other = sessions::find(db, booked).await?;
        if takes_place(&other) && clash(&[wanted], &[slot(&other)]).is_some() {
            return Ok(true);
        }
    }
    Ok(false)
}

fn refused(class: ClassId, why: Why) -> AppError {
    let (label, href) = match why {
        Why::Over | Why::Clash | Why::TriesAnother | Why::Full => {
            ("选别的一次课", format!("/classes/{class}/trial"))
        }
        Why::NotOffered | Why::TooLate(_) | Why::Limit(_) => ("直接报名", format!("/classes/{class}/enroll")),
        Why::Enrolled => ("看我的学习", "/me".to_owned()),
        Why::NotOpen | Why::Age => ("看还有名额的班", "/classes?open=yes&seats=yes".to_owned()),
    };
    AppError::refused_with_door(why.code(), why.sentence(), label, href)
}

fn event(ctx: &Ctx, kind: &'static str, row: &TrialRow, channel: Channel) -> Event {
    let event = Event::new(kind, "trial", row.id)
        .at(row.org_id)
        .via(channel)
        .data(json!({ "class": row.class_id, "session": row.session_id }));
    if ctx.actor.person == Some(row.person_id) {
        event
    } else {
        event.on_behalf_of(row.person_id)
    }
}

/// A trial of one's own, of somebody for whom one may act, or in the clerk's scope; with the channel of an act on it.
async fn found(ctx: &Ctx, id: TrialId) -> AppResult<(TrialRow, Channel)> {
    let person = ctx.person()?;
    let row = store::find(ctx.db(), id).await?;
    if row.person_id == person {
        return Ok((row, ctx.channel));
    }
    match family::link(ctx, row.person_id).await {
        Ok(_) => Ok((row, Channel::Family)),
        Err(AppError::NotFound) => {
            let path = orgs::tree::find(ctx.db(), row.org_id).await?.path;
            if ctx.reach(Permission::EnrollmentAct).contains(&path) {
                Ok((row, desk_channel(ctx)))
            } else {
                Err(AppError::NotFound)
            }
        }
        Err(other) => Err(other),
    }
}

/// Gives a trial up; a second time it changes nothing.
///
/// # Errors
/// [`AppError::NotFound`] when it is anybody else's; refused when it is over.
pub async fn cancel(ctx: &Ctx, id: TrialId) -> AppResult<()> {
    let (row, channel) = found(ctx, id).await?;
    let tx = ctx.begin().await?;
    tx.lock("class", row.class_id.raw()).await?;
    let row = store::find(&tx, row.id).await?;
    match row.state {
        TrialState::Cancelled => return Ok(()),
        TrialState::Booked => {}
        _ => return Err(refused(row.class_id, Why::Over)),
    }
    store::set(&tx, &[id], TrialState::Cancelled, ctx.now()).await?;
    tx.commit(vec![event(ctx, "trial.cancelled", &row, channel)])
        .await
}

/// Makes a guest a learner: asks the seat desk for a place, or for the end of the waitlist. Who waits is no learner yet: the
/// trial stays as it is, and is marked when the seat is there and this is asked again.
///
/// # Errors
/// As [`enroll_acting`].
pub async fn join(ctx: &Ctx, desk: &SeatDesk, id: TrialId, terms: Terms) -> AppResult<Answer> {
    let (row, channel) = found(ctx, id).await?;
    let own = ctx.actor.person == Some(row.person_id) || channel == Channel::Family;
    let answer = match own {
        true => enroll_acting(ctx, desk, row.person_id, row.class_id, terms).await?,
        false => enroll_for(ctx, desk, row.person_id, row.class_id, channel, terms).await?,
    };
    if answer.status.is_seated() && !matches!(row.state, TrialState::Joined | TrialState::Cancelled) {
        let tx = ctx.begin().await?;
        store::set(&tx, &[id], TrialState::Joined, ctx.now()).await?;
        tx.commit(vec![event(ctx, "trial.joined", &row, channel)]).await?;
    }
    Ok(answer)
}

/// A guest of a lesson.
#[derive(Debug, Clone)]
pub struct Guest {
    /// The trial.
    pub id: TrialId,
    /// Name.
    pub name: String,
    /// Whether they came.
    pub state: TrialState,
}

/// Guests of a lesson, for the roll. The caller checks that the session may be seen.
///
/// # Errors
/// When the database cannot be read.
pub async fn guests(db: &Db, session: SessionId) -> AppResult<Vec<Guest>> {
    let rows = store::of_session(db, session).await?;
    let people: Vec<PersonId> = rows.iter().map(|row| row.person_id).collect();
    let names = persons::find_many(db, &people).await?;
    let guest = |row: TrialRow| Guest {
        id: row.id,
        name: names
            .get(&row.person_id)
            .map(|who| who.name.clone())
            .unwrap_or_default(),
        state: row.state,
    };
    Ok(rows.into_iter().map(guest).collect())
}

/// Marks whether a guest of a lesson came. The caller checks that the actor may take this session's roll.
///
/// # Errors
/// [`AppError::NotFound`] when the guest is of another session.
pub async fn mark(ctx: &Ctx, session: SessionId, id: TrialId, came: bool) -> AppResult<()> {
    let tx = ctx.begin().await?;
    let row = store::find(&tx, id).await?;
    tx.lock("class", row.class_id.raw()).await?;
    let row = store::find(&tx, id).await?;
    if row.session_id != session || row.state == TrialState::Cancelled {
        return Err(AppError::NotFound);
    }
    let (state, kind) = match came {
        true => (TrialState::Came, "trial.came"),
        false => (TrialState::Missed, "trial.missed"),
    };
    if row.state == state || row.state == TrialState::Joined {
        return Ok(());
    }
    store::set(&tx, &[id], state, ctx.now()).await?;
    tx.commit(vec![event(ctx, kind, &row, desk_channel(ctx))]).await
}

/// A trial on one's own list.
#[derive(Debug, Clone)]
pub struct Mine {
    /// The trial.
    pub row: TrialRow,
    /// The class.
    pub class: ClassRow,
    /// The lesson.
    pub session: SessionRow,
}

/// Trials of the signed-in person, newest first.
///
/// # Errors
/// When nobody is signed in.
pub async fn mine(ctx: &Ctx) -> AppResult<Vec<Mine>> {
    let mut all = Vec::new();
    for row in store::of_person(ctx.db(), ctx.person()?).await? {
        all.push(Mine {
            class: classes::find(ctx.db(), row.class_id).await?,
            session: sessions::find(ctx.db(), row.session_id).await?,
            row,
        });
    }
    Ok(all)
}

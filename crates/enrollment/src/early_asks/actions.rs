//! What people do with early asks: leave one, look, take it back.

use super::model::{self, Early};
use super::store::{self, EarlyAskRow, NewEarlyAsk};
use crate::companions::{self, Companion};
use crate::enrollments::actions::{desk_channel, takes_part};
use crate::enrollments::store::EnrollmentRow;
use crate::seat_desk::{Refusal, conditions};
use crate::{EarlyAskId, first_come};
use kernel::{Instant, PersonId};
use people::{births, family, persons};
use platform::{AppError, AppResult, Channel, Ctx, Event, Permission};
use serde_json::json;
use teaching::classes::{self, ClassStatus};
use teaching::{ClassId, seats};

/// How an ask is left: with whom, and whether they would wait.
#[derive(Debug, Clone, Default)]
pub struct EarlyTerms {
    /// Who comes along; all get seats or none does.
    pub companions: Vec<Companion>,
    /// Whether a place on the waitlist is wanted when the seats are gone.
    pub wait: bool,
}

/// Whose word counts where an ask is left at the counter, and how they came.
#[derive(Debug, Clone, Copy)]
pub struct AtCounter {
    /// For whom.
    pub person: PersonId,
    /// Whether they came or rang.
    pub channel: Channel,
}

/// Leaves an ask for a person at the counter or on the telephone: with a ticket like everybody's.
///
/// # Errors
/// As [`keep`]; [`AppError::NotFound`] for a class outside the clerk's scope.
pub async fn keep_for(ctx: &Ctx, at: AtCounter, class: ClassId, terms: EarlyTerms) -> AppResult<EarlyAskId> {
    let scope = ctx.may(Permission::EnrollmentAct)?;
    classes::find_within(ctx.db(), &scope, class).await?;
    takes_part(&persons::find(ctx.db(), at.person).await?)?;
    leave(ctx, at.person, class, at.channel, terms).await
}

/// Leaves an ask for oneself or for somebody who let one act; left twice it is the same ask.
///
/// # Errors
/// [`AppError::Refused`] when enrolment is open, too far away, or will not take the person; [`AppError::NotFound`]
/// without a family link in force.
pub async fn keep(ctx: &Ctx, person: PersonId, class: ClassId, terms: EarlyTerms) -> AppResult<EarlyAskId> {
    let channel = if ctx.person()? == person {
        ctx.channel
    } else {
        family::link(ctx, person).await?;
        Channel::Family
    };
    leave(ctx, person, class, channel, terms).await
}

async fn leave(
    ctx: &Ctx,
    person: PersonId,
    class: ClassId,
    channel: Channel,
    terms: EarlyTerms,
) -> AppResult<EarlyAskId> {
    let actor = ctx.person()?;
    let row = classes::find(ctx.db(), class).await?;
    if row.status == ClassStatus::Planned {
        return Err(AppError::NotFound);
    }
    conditions::stands(row.status.as_str(), &row.name)?;
    let people = companions::members(ctx, person, &terms.companions, companions::MOST).await?;
    let mut opens = Instant::from_millis(i64::MIN);
    for (number, person) in people.iter().enumerate() {
        let at = may_leave(ctx, &row, *person).await;
        opens = opens.max(at.map_err(|wrong| about(wrong, number))?);
    }
    check_ages(ctx, class, &people).await?;
    let tx = ctx.begin().await?;
    tx.lock_all(
        "person",
        &people.iter().map(|person| person.raw()).collect::<Vec<_>>(),
    )
    .await?;
    if let Some(known) = store::of_person_and_class(&tx, person, class).await? {
        return Ok(known);
    }
    companions::nobody_twice(
        &people,
        &store::taken(&tx, class, &people).await?,
        "这位同行人已经提前登记了这个班。请他先撤回，或不写他。",
    )?;
    let id: EarlyAskId = ctx.new_id();
    let new = NewEarlyAsk {
        id,
        org: row.org_id,
        class,
        opens,
        // Sixty-three bits, as both databases count.
        ticket: (ctx.platform.random.u64() >> 1).cast_signed(),
        wait: terms.wait,
        channel,
        actor,
        people: &people,
        at: ctx.now(),
    };
    store::insert(&tx, &new).await?;
    let event = Event::new("early_ask.kept", "early_ask", id)
        .at(row.org_id)
        .via(channel)
        .data(json!({ "class": class, "opens": opens.to_string(), "people": people.len() }));
    let event = if actor == person {
        event
    } else {
        event.on_behalf_of(person)
    };
    tx.commit(vec![event]).await?;
    Ok(id)
}

/// The moment for which this person may leave an ask now.
async fn may_leave(ctx: &Ctx, class: &classes::ClassRow, person: PersonId) -> AppResult<Instant> {
    let plan = first_come::actions::plan_for(ctx, class.id, person).await?;
    match model::early(class, &plan, person, ctx.now())? {
        Early::Now(opens) => Ok(opens),
        Early::Open => Err(AppError::refused_with_door(
            "open_already",
            "报名已经开始，不用提前登记，直接报名就行。",
            "去报名",
            format!("/classes/{}/enroll", class.id),
        )),
        Early::From(from, opens) => Err(AppError::refused_with_door(
            "too_early",
            format!(
                "{} 开始报名。{} 起可以提前登记，到点随机排次序，不用抢。",
                kernel::chinese_date::moment_text(opens),
                kernel::chinese_date::moment_text(from)
            ),
            "回到这个班",
            format!("/classes/{}", class.id),
        )),
    }
}

/// A refusal as one about somebody who comes along.
fn about(error: AppError, number: usize) -> AppError {
    match (error, number) {
        (AppError::Refused { sentence, .. }, 1..) => AppError::invalid(
            &format!("companion_number_{number}"),
            format!("第 {number} 位同行人：{sentence}"),
        ),
        (other, _) => other,
    }
}

async fn check_ages(ctx: &Ctx, class: ClassId, people: &[PersonId]) -> AppResult<()> {
    let facts = seats::facts(ctx.db(), &[class]).await?;
    let known = births::of(ctx.db(), people).await?;
    for facts in &facts {
        for (number, person) in people.iter().enumerate() {
            let birth = known
                .iter()
                .find(|(id, _)| id == person)
                .and_then(|(_, birth)| *birth);
            conditions::of_age(facts, birth).map_err(|wrong: Refusal| wrong.about(number))?;
        }
    }
    Ok(())
}

/// An ask as its page shows it.
#[derive(Debug, Clone)]
pub struct EarlyView {
    /// The ask.
    pub row: EarlyAskRow,
    /// Names of those for whom it is, who asks first.
    pub names: Vec<String>,
    /// People who wait for the same moment.
    pub present: i64,
    /// Of them, those whose turn comes before.
    pub ahead: i64,
    /// Seconds after which to look again.
    pub poll_secs: i64,
    /// The enrolment that it became.
    pub enrollment: Option<EnrollmentRow>,
}

/// An ask of one's own or of somebody one helps.
///
/// # Errors
/// [`AppError::NotFound`] for everybody else.
pub async fn show(ctx: &Ctx, id: EarlyAskId) -> AppResult<EarlyView> {
    let (row, people) = own(ctx, id).await?;
    view(ctx, row, people).await
}

/// An ask for a class in the scope of staff.
///
/// # Errors
/// [`AppError::NotFound`] outside the scope.
pub async fn show_within(ctx: &Ctx, id: EarlyAskId) -> AppResult<EarlyView> {
    let scope = ctx.may(Permission::EnrollmentRead)?;
    let row = store::find_within(ctx.db(), &scope, id).await?;
    let people = people_of(ctx, id).await?;
    view(ctx, row, people).await
}

async fn view(ctx: &Ctx, row: EarlyAskRow, people: Vec<PersonId>) -> AppResult<EarlyView> {
    let (present, ahead) = store::crowd(ctx.db(), &row).await?;
    let names = persons::find_many(ctx.db(), &people).await?;
    let first = people.first().copied();
    let enrollment = match first {
        Some(person) if row.outcome == PLACED => {
            crate::enrollments::store::live(ctx.db(), person, row.class_id).await?
        }
        _ => None,
    };
    Ok(EarlyView {
        names: people
            .iter()
            .filter_map(|person| names.get(person).map(|one| one.name.clone()))
            .collect(),
        poll_secs: model::poll_secs(ctx.now(), row.opens, present),
        present,
        ahead,
        enrollment,
        row,
    })
}

/// What stands of an ask that led to a place.
pub(crate) const PLACED: &str = "placed";
/// What stands of an ask that was taken back.
pub(crate) const DROPPED: &str = "dropped";

async fn own(ctx: &Ctx, id: EarlyAskId) -> AppResult<(EarlyAskRow, Vec<PersonId>)> {
    let reader = ctx.person()?;
    let row = store::find(ctx.db(), id).await?;
    let people = people_of(ctx, id).await?;
    let of_counter = matches!(row.channel, Channel::Desk | Channel::Phone);
    if people.contains(&reader) || (row.actor_person == reader && !of_counter) {
        return Ok((row, people));
    }
    let first = people.first().copied().ok_or(AppError::NotFound)?;
    family::link(ctx, first).await?;
    Ok((row, people))
}

async fn people_of(ctx: &Ctx, id: EarlyAskId) -> AppResult<Vec<PersonId>> {
    let people = store::members(ctx.db(), &[id]).await?;
    Ok(people.into_iter().map(|(_, person)| person).collect())
}

/// Takes back a person's ask on their word at the counter.
///
/// # Errors
/// [`AppError::NotFound`] outside the clerk's scope; [`AppError::Refused`] when it is decided.
pub async fn drop_for(ctx: &Ctx, id: EarlyAskId) -> AppResult<()> {
    let scope = ctx.may(Permission::EnrollmentAct)?;
    store::find_within(ctx.db(), &scope, id).await?;
    let people = people_of(ctx, id).await?;
    take_back(ctx, id, people.first().copied(), desk_channel(ctx)).await
}

/// Takes an ask back; once it is decided, the enrolment is given up instead.
///
/// # Errors
/// [`AppError::NotFound`] when it is somebody else's; [`AppError::Refused`] when it is decided.
pub async fn drop_ask(ctx: &Ctx, id: EarlyAskId) -> AppResult<()> {
    let (_, people) = own(ctx, id).await?;
    let (first, reader) = (people.first().copied(), ctx.person()?);
    let channel = match people.contains(&reader) {
        true => ctx.channel,
        false => Channel::Family,
    };
    take_back(ctx, id, first, channel).await
}

async fn take_back(ctx: &Ctx, id: EarlyAskId, whose: Option<PersonId>, channel: Channel) -> AppResult<()> {
    let tx = ctx.begin().await?;
    tx.lock("early_ask", id.raw()).await?;
    let row = store::find(&tx, id).await?;
    if row.outcome == DROPPED {
        return Ok(());
    }
    if !row.waiting || row.opens <= ctx.now() {
        return Err(AppError::refused_with_door(
            "decided",
            "已经开始报名，提前登记撤不回了。不想上，可以在“我的学习”里取消报名。",
            "看我的学习",
            "/me",
        ));
    }
    store::close(&tx, &[id], DROPPED, "", ctx.now()).await?;
    let mut event = Event::new("early_ask.dropped", "early_ask", id)
        .at(row.org_id)
        .via(channel)
        .data(json!({ "class": row.class_id }));
    if let Some(whose) = whose.filter(|whose| ctx.actor.person != Some(*whose)) {
        event = event.on_behalf_of(whose);
    }
    tx.commit(vec![event]).await?;
    Ok(())
}

/// Asks of a person at the counter that wait, for classes of the clerk's scope.
///
/// # Errors
/// Forbidden without the permission.
pub async fn waiting_for(ctx: &Ctx, person: PersonId) -> AppResult<Vec<EarlyAskRow>> {
    let scope = ctx.may(Permission::EnrollmentAct)?;
    Ok(store::waiting_within(ctx.db(), &scope, person).await?)
}

/// Asks of the signed-in person that wait, and those refused lately.
///
/// # Errors
/// When nobody is signed in.
pub async fn mine(ctx: &Ctx) -> AppResult<Vec<EarlyAskRow>> {
    let mut rows = store::of_person(ctx.db(), ctx.person()?).await?;
    let lately = ctx.now().plus_secs(-3 * 86_400);
    rows.retain(|row| row.waiting || (row.opens > lately && row.outcome != PLACED && row.outcome != DROPPED));
    Ok(rows)
}

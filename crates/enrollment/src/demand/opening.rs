//! Opening a proposed class, and moving the waiting list over.

use super::actions::{Offer, Proposals, proposals};
use super::load::Means;
use super::store::{self, NextRow, OpeningRow, OpeningState};
use crate::EnrollmentId;
use crate::enrollments::actions::desk_channel;
use crate::enrollments::jobs::{id, payload};
use crate::seat_desk::{Ask, Asked, place_drawn};
use kernel::{Instant, OrgId, PersonId, Time};
use orgs::RoomId;
use platform::{AppError, AppResult, Channel, Ctx, Event, Job, JobFuture, JobKind, job};
use serde_json::json;
use teaching::classes::actions::Plan;
use teaching::classes::model::{ClassDraft, Pattern};
use teaching::classes::{self, ClassStatus};
use teaching::{ClassId, CourseId, TermId, planning};

/// People asked in one transaction.
const ASKED_AT_ONCE: usize = 100;
/// Seconds after which a move that was stopped goes on by itself.
const GO_ON_SECS: i64 = 60;
/// Letters of a class's name, and what is set after it.
const NAME_LETTERS: usize = 40;
const SUFFIX: &str = "（加开）";

/// The job that asks those who were not asked yet, while there are seats.
pub(crate) const MOVE: JobKind = JobKind {
    name: "demand.move",
    run: |ctx, job| -> JobFuture { Box::pin(go_on(ctx, job)) },
};

/// Which of the proposals is meant.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Choice {
    /// The room.
    pub room: RoomId,
    /// The teacher.
    pub teacher: PersonId,
    /// 1 = Monday … 7 = Sunday.
    pub weekday: i64,
    /// When it starts.
    pub starts: Time,
}

impl Choice {
    fn is(&self, offer: &Offer) -> bool {
        (self.room, self.teacher, self.weekday, self.starts)
            == (offer.room, offer.teacher, offer.weekday, offer.starts)
    }
}

/// What an opening came to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Opened {
    /// The class.
    pub class: ClassId,
    /// How many waited.
    pub waiting: i64,
    /// How many were asked or enrolled.
    pub invited: i64,
}

/// Opens a class that is proposed and asks those who wait, in order.
///
/// # Errors
/// [`AppError::NotFound`] outside the scope; refused when it is not proposed any more, or by a clash.
pub async fn open(
    ctx: &Ctx,
    (term, street, course): (TermId, OrgId, CourseId),
    choice: Choice,
) -> AppResult<Opened> {
    let found = proposals(ctx, term, street, course).await?;
    let offer = found.offers.iter().find(|offer| choice.is(offer));
    let Some(offer) = offer else {
        return Err(AppError::refused_with_door(
            "not_proposed",
            "情况变了：这个时间、教室或教师已经不空，或者候补的人变了。请看新的建议。",
            "看新的建议",
            format!("/desk/demand/{term}/{street}/{course}"),
        ));
    };
    let plan = plan(ctx, &found.means, offer, (course, term));
    let class: ClassId = ctx.new_id();
    begin(ctx, class, &found, offer, (course, term)).await?;
    if let Err(error) = planning::open(ctx, class, plan).await {
        let tx = ctx.begin().await?;
        store::set(&tx, class, OpeningState::Failed, 0).await?;
        let event = Event::new("demand.failed", "class", class).at(offer.org);
        tx.commit(vec![event]).await?;
        return Err(error);
    }
    let invited = invite(ctx, class).await?;
    Ok(Opened {
        class,
        waiting: found.waiting,
        invited,
    })
}

/// The class as it is proposed. Others may ask for what is left when the first offers are over.
fn plan(ctx: &Ctx, means: &Means, offer: &Offer, (course, term): (CourseId, TermId)) -> Plan {
    let like = &means.like;
    let hour = means.hours.get(offer.found.hour);
    let from = hour.map_or(like.starts_on, |hour| hour.from);
    let first = hour
        .and_then(|hour| hour.slots.first())
        .map_or(from, |slot| slot.day);
    let begins = Instant::of_china(first, offer.starts);
    let kept = means.rule.online_hours.max(means.rule.counter_hours);
    let opens = ctx.now().plus_secs(kept * 3600);
    let letters = NAME_LETTERS - SUFFIX.chars().count();
    let name: String = like.name.trim_end_matches(SUFFIX).chars().take(letters).collect();
    Plan {
        org: offer.org,
        course,
        term,
        draft: ClassDraft {
            name: format!("{name}{SUFFIX}"),
            room_id: Some(offer.room),
            teacher_id: Some(offer.teacher),
            mode: classes::Mode::OnSite,
            level: like.level,
            risk: like.risk,
            fee_fen: like.fee_fen,
            capacity: offer.found.seats,
            minimum: like.minimum.min(offer.found.seats),
            age_min: like.age_min,
            age_max: like.age_max,
            residence_note: like.residence_note.clone(),
            enrollment_opens: opens.min(begins.plus_secs(-3600)),
            enrollment_closes: begins,
            pass_percent: like.pass_percent,
        },
        pattern: Pattern {
            weekday: offer.weekday,
            starts: offer.starts,
            minutes: offer.minutes,
            from,
            count: offer.sessions,
        },
    }
}

/// Keeps what is about to be done and who is to be asked, so that a move that is stopped goes on.
async fn begin(
    ctx: &Ctx,
    class: ClassId,
    found: &Proposals,
    offer: &Offer,
    (course, term): (CourseId, TermId),
) -> AppResult<()> {
    let list: Vec<EnrollmentId> = found.rows.iter().map(|row| row.id).collect();
    let served = offer.found.served();
    let row = OpeningRow {
        class_id: class,
        org_id: offer.org,
        course_id: course,
        term_id: term,
        state: OpeningState::Begun,
        waiting: found.waiting,
        served,
        invited: 0,
        opened_by: ctx.actor.person,
        opened_at: ctx.now(),
    };
    let tx = ctx.begin().await?;
    orgs::tree::find_within(&tx, &found.scope, offer.org).await?;
    store::begin(&tx, &row, found.street.id, &list).await?;
    let later = ctx.now().plus_secs(GO_ON_SECS);
    job::enqueue(&tx, MOVE.name, &json!({ "class": class }), later, None).await?;
    let data = json!({ "course": course, "term": term, "street": found.street.id, "waiting": found.waiting, "served": served });
    let event = Event::new("demand.opened", "class", class).at(offer.org);
    tx.commit(vec![event.via(desk_channel(ctx)).data(data)]).await
}

/// Asks those who were not asked yet, in order, while there are seats; gives how many were asked in all.
async fn invite(ctx: &Ctx, class: ClassId) -> AppResult<i64> {
    let opening = store::opening(ctx.db(), class).await?;
    let next = store::not_asked(ctx.db(), class).await?;
    'all: for some in next.chunks(ASKED_AT_ONCE) {
        let asks: Vec<Asked> = some.iter().map(|row| asked(ctx, &opening, row)).collect();
        for answer in place_drawn(&ctx.platform, &asks).await {
            match answer {
                // No seat is left: the others keep their places.
                Err(AppError::Refused {
                    code: "class_full", ..
                }) => break 'all,
                // A rule stands in the way of this one, who keeps the place.
                Ok(_) | Err(AppError::Refused { .. } | AppError::NotFound) => {}
                Err(other) => return Err(other),
            }
        }
    }
    let invited = store::asked(ctx.db(), class).await?;
    if opening.state != OpeningState::Moved || opening.invited != invited {
        let tx = ctx.begin().await?;
        store::set(&tx, class, OpeningState::Moved, invited).await?;
        let event = Event::new("demand.moved", "class", class).at(opening.org_id);
        tx.commit(vec![event.data(json!({ "invited": invited }))]).await?;
    }
    Ok(invited)
}

fn asked(ctx: &Ctx, opening: &OpeningRow, row: &NextRow) -> Asked {
    Asked {
        ask: Ask::Invite {
            person: row.person_id,
            class: opening.class_id,
            from: row.class_id,
            waited: row.id,
            channel: row.channel.parse().unwrap_or(Channel::System),
            new_id: ctx.new_id(),
        },
        by: opening.opened_by,
        channel: desk_channel(ctx),
        reason: String::new(),
        key: None,
    }
}

/// Goes on with a move that was stopped, or gives a seat that was given up to the next. Run again, it finds nobody left.
async fn go_on(ctx: Ctx, job: Job) -> AppResult<String> {
    let class: ClassId = id(&payload(&job)?, "class")?;
    match classes::find(ctx.db(), class).await {
        Ok(row) if row.status == ClassStatus::Published => {
            let invited = invite(&ctx, class).await?;
            Ok(format!("已问到 {invited} 人"))
        }
        Ok(_) | Err(AppError::NotFound) => Ok("这个班没有开，或已经开课".into()),
        Err(other) => Err(other),
    }
}

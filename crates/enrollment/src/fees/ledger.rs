//! Writing the ledger: postings with their lines, receipts, refunds that are owed. All in the caller's transaction.

use super::ladder::{self, Cause, LADDER_VERSION};
use super::late::Due;
use super::model::{Kind, Line, Method, Money, Payment, reversed};
use super::store::orders::{self, OrderStatus};
use super::store::{self, PostingRow, RefundRow};
use crate::enrollments::store as enrollments;
use crate::enrollments::store::EnrollmentRow;
use crate::school_rules::{self, Ruling};
use crate::{EnrollmentId, PostingId, RefundId};
use kernel::{Date, Instant, OrgId};
use platform::{AppError, AppResult, Channel, Event, Tx, job};
use serde_json::json;
use std::collections::{BTreeMap, BTreeSet};
use teaching::sessions::{self, SessionStatus};

/// Enrolments looked through for the one whose fee was paid: somebody changes classes a few times a year.
const MOVES: usize = 50;

/// What a decision of the seat desk means for money.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Step {
    /// A seat is kept until this moment; its row says so already.
    Kept(Instant),
    /// A seat from the waitlist is kept until this moment, for this fee.
    KeptFor(EnrollmentId, Instant, Due),
    /// A seat from the waitlist is offered: until then for who came on line, until then for who came to the counter.
    OfferedFor {
        /// Which.
        enrollment: EnrollmentId,
        /// On line.
        online: Instant,
        /// At the counter.
        counter: Instant,
    },
    /// A fee was paid or waived.
    Paid(EnrollmentId, OrgId, Payment),
    /// Somebody left, or did not pay in time.
    Left(EnrollmentId, OrgId, Cause),
    /// Somebody moved, and what they paid goes along: from which enrolment to which, each with its org, and whether it was
    /// their own wish.
    Carried((EnrollmentId, OrgId), (EnrollmentId, OrgId), bool),
}

impl Step {
    /// Whose books it touches.
    fn orgs(&self) -> Vec<OrgId> {
        match self {
            Self::Paid(_, org, _) | Self::Left(_, org, _) => vec![*org],
            Self::Carried((_, from), (_, to), _) => vec![*from, *to],
            Self::Kept(_) | Self::KeptFor(..) | Self::OfferedFor { .. } => Vec::new(),
        }
    }
}

/// Carries out what the desk decided; gives the events to commit.
///
/// # Errors
/// When the database refuses.
pub async fn carry_out(tx: &Tx, steps: &[Step]) -> AppResult<Vec<Event>> {
    let mut events = Vec::new();
    let mut ends = BTreeSet::new();
    let mut left: BTreeMap<Cause, Vec<EnrollmentId>> = BTreeMap::new();
    lock_books(tx, steps.iter().flat_map(Step::orgs)).await?;
    for step in steps {
        match step {
            Step::Kept(until) => {
                ends.insert(*until);
            }
            Step::KeptFor(id, until, due) => {
                store::keep(tx, *id, *until, *due).await?;
                ends.insert(*until);
            }
            Step::OfferedFor {
                enrollment,
                online,
                counter,
            } => {
                enrollments::offer(tx, *enrollment, *online, *counter).await?;
                ends.extend([*online, *counter]);
            }
            Step::Paid(id, org, payment) => events.push(paid(tx, *id, *org, payment).await?),
            Step::Left(id, _, cause) => left.entry(*cause).or_default().push(*id),
            Step::Carried((from, _), (to, _), own_wish) => {
                events.extend(carry(tx, *from, *to, *own_wish).await?);
            }
        }
    }
    for until in ends {
        expire_at(tx, until).await?;
    }
    for (cause, left) in left {
        events.extend(leave(tx, &left, cause).await?);
    }
    Ok(events)
}

/// What was paid goes along to the enrolment that continues this one, as far as it costs that much; the rest is owed back.
/// A waiver goes along by being given anew.
///
/// Who moves by their own wish gets of the difference what the ladder says, as who leaves does: otherwise a free class would
/// pay back what the ladder no longer does.
async fn carry(tx: &Tx, from: EnrollmentId, to: EnrollmentId, own_wish: bool) -> AppResult<Vec<Event>> {
    let (from, to) = (one(tx, from).await?, one(tx, to).await?);
    if to.due_fen > from.due_fen {
        return Err(AppError::Internal(
            "a fee is carried to a class that costs more".into(),
        ));
    }
    if let Some(waiver) = store::waiver_of(tx, from.id).await? {
        reverse(tx, &waiver).await?;
        store::set_money(tx, from.id, Money::Carried).await?;
        let posting = to_post(tx, &to, Kind::Paid, (Method::Waiver, to.due_fen));
        let posted = match to.due_fen {
            0 => return Ok(Vec::new()),
            _ => post(tx, &posting).await?,
        };
        return Ok(vec![event("fee.carried", &posted).data(told(&posted))]);
    }
    let mut events = Vec::new();
    if to.due_fen > 0 {
        let method = Method::Cash;
        post(tx, &to_post(tx, &from, Kind::CarriedOut, (method, to.due_fen))).await?;
        let posted = post(tx, &to_post(tx, &to, Kind::CarriedIn, (method, to.due_fen))).await?;
        store::set_money(tx, from.id, Money::Carried).await?;
        let data = json!({ "posting": posted.id, "fen": posted.amount_fen, "from": from.id });
        events.push(event("fee.carried", &posted).data(data));
    }
    if from.due_fen > to.due_fen {
        let more = from.due_fen - to.due_fen;
        let back = if own_wish {
            refund_of_sum(tx, &from, Cause::Withdrawn, more, tx.ctx().now()).await?
        } else {
            Back::whole(more)
        };
        events.push(owe(tx, &from, Cause::Cheaper, &back).await?);
    }
    Ok(events)
}

fn to_post(tx: &Tx, row: &EnrollmentRow, kind: Kind, (method, fen): (Method, i64)) -> Posting {
    Posting {
        id: tx.ctx().new_id(),
        org: row.org_id,
        enrollment: Some(row.id),
        kind,
        method,
        fen,
    }
}

/// Books are locked after learners and classes, in the order of their orgs.
pub(super) async fn lock_books(tx: &Tx, orgs: impl Iterator<Item = OrgId>) -> AppResult<()> {
    let orgs: BTreeSet<i64> = orgs.map(kernel::Id::raw).collect();
    let orgs: Vec<i64> = orgs.into_iter().collect();
    Ok(tx.lock_all("fee_books", &orgs).await?)
}

/// Queues the look for holds that are over, once for each moment.
pub(super) async fn expire_at(tx: &Tx, until: Instant) -> AppResult<()> {
    let key = format!("{}.{until}", crate::HOLDS);
    job::enqueue(tx, crate::HOLDS, &json!({}), until, Some(key)).await?;
    Ok(())
}

async fn paid(tx: &Tx, id: EnrollmentId, org: OrgId, payment: &Payment) -> AppResult<Event> {
    let row = one(tx, id).await?;
    let posting = Posting {
        id: payment.id,
        org,
        enrollment: Some(id),
        kind: Kind::Paid,
        method: payment.method,
        fen: row.due_fen,
    };
    let posted = post(tx, &posting).await?;
    if let Some(settled) = &payment.settles {
        if settled.fen != row.due_fen {
            return Err(AppError::Internal("a payment of another sum than is due".into()));
        }
        let came = (settled.number.as_str(), settled.fen);
        orders::settle(tx, settled.order, OrderStatus::Paid, came, tx.ctx().now()).await?;
    }
    let money = if payment.method.is_money() {
        Money::Paid
    } else {
        Money::Waived
    };
    store::set_money(tx, id, money).await?;
    let mut event = event("fee.paid", &posted).data(told(&posted));
    let helper = payment.settles.as_ref().and_then(|settled| settled.helper);
    if let Some(helper) = helper {
        event = event.by(helper).via(Channel::Family).on_behalf_of(row.person_id);
    }
    Ok(event)
}

async fn one(tx: &Tx, id: EnrollmentId) -> AppResult<EnrollmentRow> {
    let mut rows = enrollments::find_many(tx, &[id]).await?;
    rows.pop().ok_or(AppError::NotFound)
}

/// What is to be posted.
#[derive(Debug, Clone, Copy)]
pub(super) struct Posting {
    pub(super) id: PostingId,
    pub(super) org: OrgId,
    pub(super) enrollment: Option<EnrollmentId>,
    pub(super) kind: Kind,
    pub(super) method: Method,
    pub(super) fen: i64,
}

/// Posts a step; what is received gets the next receipt number of the org's year.
pub(super) async fn post(tx: &Tx, posting: &Posting) -> AppResult<PostingRow> {
    let lines = posting.kind.lines(posting.method, posting.fen);
    let mut row = blank(tx, posting).await?;
    if posting.kind == Kind::Paid && posting.method.is_money() {
        let year = i64::from(tx.ctx().today().year());
        row.receipt_year = Some(year);
        row.receipt_number = Some(store::last_receipt(tx, posting.org, year).await? + 1);
    }
    insert(tx, &row, &lines).await?;
    Ok(row)
}

/// Undoes a posting by its opposite; the money goes back by the same way.
pub(super) async fn reverse(tx: &Tx, of: &PostingRow) -> AppResult<PostingRow> {
    let lines = reversed(&store::lines(tx, of.id).await?);
    reverse_by(tx, of, &lines).await
}

/// Undoes a payment that lies with the provider: the fee is no income, and the money is owed back.
pub(super) async fn reverse_owing(tx: &Tx, of: &PostingRow) -> AppResult<PostingRow> {
    reverse_by(tx, of, &Kind::Owed.lines(of.method, of.amount_fen)).await
}

async fn reverse_by(tx: &Tx, of: &PostingRow, lines: &[Line]) -> AppResult<PostingRow> {
    let posting = Posting {
        id: tx.ctx().new_id(),
        org: of.org_id,
        enrollment: of.enrollment_id,
        kind: Kind::Reversal,
        method: of.method,
        fen: -of.amount_fen,
    };
    let mut row = blank(tx, &posting).await?;
    row.reverses = Some(of.id);
    insert(tx, &row, lines).await?;
    Ok(row)
}

async fn insert(tx: &Tx, row: &PostingRow, lines: &[Line]) -> AppResult<()> {
    if lines.iter().map(|line| line.1).sum::<i64>() != 0 {
        return Err(AppError::Internal(
            "a posting that does not sum to nothing".into(),
        ));
    }
    Ok(store::insert(tx, row, lines).await?)
}

async fn blank(tx: &Tx, posting: &Posting) -> AppResult<PostingRow> {
    let ctx = tx.ctx();
    Ok(PostingRow {
        id: posting.id,
        org_id: posting.org,
        enrollment_id: posting.enrollment,
        kind: posting.kind,
        method: posting.method,
        amount_fen: posting.fen,
        receipt_year: None,
        receipt_number: None,
        reverses: None,
        day: open_day(tx, posting.org).await?,
        at: ctx.now(),
        actor_person: ctx.actor.person,
        reversed_by: None,
    })
}

/// The cashier's day that postings count for now: today, or the day after the last one that is closed.
pub(super) async fn open_day(tx: &Tx, org: OrgId) -> AppResult<Date> {
    let today = tx.ctx().today();
    // A closing of the same org waits for this, and this for it; receipts are numbered one after the other.
    lock_books(tx, std::iter::once(org)).await?;
    Ok(match store::last_closed(tx, org).await? {
        Some(closed) if closed >= today => closed.tomorrow().unwrap_or(today),
        _ => today,
    })
}

/// What becomes of the fees of enrolments that end: nothing is due any more, and what was paid goes back by the ladder.
///
/// # Errors
/// When the database refuses.
pub(crate) async fn leave(tx: &Tx, ids: &[EnrollmentId], cause: Cause) -> AppResult<Vec<Event>> {
    let mut events = Vec::new();
    if ids.is_empty() {
        return Ok(events);
    }
    let rows = enrollments::find_many(tx, ids).await?;
    lock_books(tx, rows.iter().map(|row| row.org_id)).await?;
    if rows.iter().any(|row| row.money == Money::Due) {
        store::forgive(tx, ids).await?;
    }
    for row in rows.iter().filter(|row| row.money == Money::Waived) {
        events.extend(unwaive(tx, row).await?);
    }
    for row in rows.iter().filter(|row| row.money == Money::Paid) {
        let since = match cause {
            Cause::Suspended => crate::suspension::store::since(tx, row.id).await?,
            _ => None,
        };
        let back = refund_of(tx, row, cause, since.unwrap_or(tx.ctx().now())).await?;
        events.push(owe(tx, row, cause, &back).await?);
    }
    Ok(events)
}

/// Takes a waiver back whose seat is given up: nothing was paid, so nothing was earned.
async fn unwaive(tx: &Tx, row: &EnrollmentRow) -> AppResult<Option<Event>> {
    let Some(waiver) = store::waiver_of(tx, row.id).await? else {
        return Ok(None);
    };
    let posted = reverse(tx, &waiver).await?;
    store::set_money(tx, row.id, Money::None).await?;
    Ok(Some(
        event("fee.unwaived", &posted)
            .on_behalf_of(row.person_id)
            .data(told(&posted)),
    ))
}

/// What an enrolment would get back at a moment, in fen: by the lessons that its fee is for.
pub(super) async fn refund_of(
    db: &db::Db,
    row: &EnrollmentRow,
    cause: Cause,
    now: Instant,
) -> AppResult<Back> {
    refund_of_sum(db, row, cause, row.due_fen, now).await
}

/// As [`refund_of`], of this sum in fen.
async fn refund_of_sum(
    db: &db::Db,
    row: &EnrollmentRow,
    cause: Cause,
    paid: i64,
    now: Instant,
) -> AppResult<Back> {
    let all = sessions::of_class(db, row.class_id).await?;
    let held = all.iter().filter(|one| one.status != SessionStatus::Cancelled);
    let begins: Vec<Instant> = held.map(|one| Instant::of_china(one.day, one.starts)).collect();
    let count = |number: usize| i64::try_from(number).unwrap_or(i64::MAX);
    let begun = count(begins.iter().filter(|at| **at <= now).count());
    let all = count(begins.len());
    let lessons = row.fee_lessons.unwrap_or(all).min(all);
    let ruling = match ladder::is_whole(cause) {
        true => Ruling::default(),
        false => school_rules::ruling_at(db, row.org_id, row.created_at).await?,
    };
    let begun = (begun - (all - lessons)).max(0);
    let ladder = ruling.rules.ladder();
    Ok(Back {
        fen: ladder::refund(cause, &ladder, paid, (begun, lessons)),
        version: ruling.name().unwrap_or_else(|| LADDER_VERSION.to_owned()),
    })
}

/// What goes back, and the version of the ladder that says so.
#[derive(Debug, Clone)]
pub(super) struct Back {
    pub(super) fen: i64,
    pub(super) version: String,
}

impl Back {
    /// What goes back whatever a school has decided.
    pub(super) fn whole(fen: i64) -> Self {
        Self {
            fen,
            version: LADDER_VERSION.to_owned(),
        }
    }
}

/// Keeps that money is owed to somebody; the cashier pays it.
pub(super) async fn owe(tx: &Tx, row: &EnrollmentRow, cause: Cause, back: &Back) -> AppResult<Event> {
    let ctx = tx.ctx();
    if back.fen > 0 {
        let posting = Posting {
            id: ctx.new_id(),
            org: row.org_id,
            enrollment: Some(row.id),
            kind: Kind::Owed,
            method: Method::Cash,
            fen: back.fen,
        };
        post(tx, &posting).await?;
    }
    let (_, event) = keep_refund(tx, row, cause, (row.due_fen, back)).await?;
    Ok(event)
}

/// By what the fee of an enrolment was paid: its own last payment, or that of the enrolment which it continues. Nothing where
/// it was never paid, or waived.
pub(super) async fn paid_by(db: &db::Db, row: &EnrollmentRow) -> AppResult<Option<Method>> {
    let mut at = (row.id, row.moved_from);
    for _ in 0..MOVES {
        let method = store::paid_by(db, at.0).await?;
        let (None, Some(before)) = (method, at.1) else {
            return Ok(method);
        };
        at = (before, enrollments::find(db, before).await?.moved_from);
    }
    Ok(None)
}

/// The row of a refund whose debt is posted.
pub(super) async fn keep_refund(
    tx: &Tx,
    row: &EnrollmentRow,
    cause: Cause,
    (paid_fen, back): (i64, &Back),
) -> AppResult<(RefundId, Event)> {
    let refund = RefundRow {
        id: tx.ctx().new_id(),
        org_id: row.org_id,
        enrollment_id: row.id,
        cause,
        paid_fen,
        amount_fen: back.fen,
        ladder_version: back.version.clone(),
        status: if back.fen > 0 { "open" } else { "nothing" }.into(),
        created_at: tx.ctx().now(),
        paid_posting: None,
        way_reason: None,
    };
    store::insert_refund(tx, &refund).await?;
    let event = Event::new("fee.refund_owed", "enrollment", row.id)
        .at(row.org_id)
        .on_behalf_of(row.person_id)
        .data(
            json!({ "refund": refund.id, "fen": back.fen, "cause": cause.as_str(), "ladder": back.version }),
        );
    Ok((refund.id, event))
}

/// An event about a posting.
pub(super) fn event(kind: &'static str, posting: &PostingRow) -> Event {
    match posting.enrollment_id {
        Some(enrollment) => Event::new(kind, "enrollment", enrollment),
        None => Event::new(kind, "fee_posting", posting.id),
    }
    .at(posting.org_id)
}

/// What an event keeps of a posting.
pub(super) fn told(posting: &PostingRow) -> serde_json::Value {
    json!({ "posting": posting.id, "fen": posting.amount_fen, "method": posting.method.as_str() })
}

//! One function a verb. That a seat becomes theirs when its fee is paid is decided at the seat desk.

use super::hands::{self, Hands};
use super::ladder::Cause;
use super::ledger::{self, Back, Posting};
use super::model::{Booked, Kind, Method, Money, Payment, can_undo};
use super::online;
use super::store::{self, DueRow, PostingRow, RefundRow};
use super::told;
use super::way_back::{self, WayBack};
use crate::enrollments::store::{self as enrollments, EnrollmentRow};
use crate::seat_desk::holds::{Way, held_until, kept_after_undo};
use crate::seat_desk::{Answer, Ask, Asked, Refusal, SeatDesk};
use crate::{EnrollmentId, EnrollmentStatus, PostingId, RefundId};
use kernel::{Date, Instant, PersonId};
use people::family;
use people::persons::{self, PersonBrief};
use platform::{AppError, AppResult, Channel, Ctx, Event, Permission, Tx, Waiting};
use std::collections::HashMap;
use teaching::classes::{self, ClassRow};

/// Longest reason, in letters.
const REASON: usize = 200;
/// Enrolments held beside the books at once.
const PROVEN: i64 = 1_000;
/// Enrolments looked through for one's own fees.
const MINE: i64 = 200;

/// The fee of an enrolment with all that happened to it.
#[derive(Debug, Clone)]
pub struct Fee {
    /// The enrolment.
    pub row: EnrollmentRow,
    /// Its class.
    pub class: ClassRow,
    /// Postings, oldest first.
    pub postings: Vec<PostingRow>,
    /// Refunds, oldest first.
    pub refunds: Vec<RefundRow>,
    /// Until which day the org's books are closed.
    pub closed: Option<Date>,
    /// Who paid and who undid; known where one fee alone is shown.
    pub(super) hands: Hands,
}

impl Fee {
    /// Whether this posting can be undone now.
    #[must_use]
    pub fn can_undo(&self, posting: &PostingRow, now: Instant) -> bool {
        let is_closed = self.closed.is_some_and(|closed| posting.day <= closed);
        // Of who has left the refund decides.
        let left = posting.kind == Kind::Paid && !takes_back(self.row.status);
        !left
            && can_undo(
                posting.kind,
                posting.at,
                now,
                posting.reversed_by.is_some(),
                is_closed,
            )
    }
}

/// One's own fees: of every enrolment with something to pay or paid, newest first.
///
/// # Errors
/// When the database cannot be read.
pub async fn mine(ctx: &Ctx) -> AppResult<Vec<Fee>> {
    let person = ctx.person()?;
    let mut rows = enrollments::of_person(ctx.db(), person, None, MINE).await?;
    rows.retain(|row| row.due_fen > 0);
    fees(ctx, rows).await
}

async fn fees(ctx: &Ctx, rows: Vec<EnrollmentRow>) -> AppResult<Vec<Fee>> {
    let db = ctx.db();
    let ids: Vec<EnrollmentId> = rows.iter().map(|row| row.id).collect();
    let mut postings: HashMap<Option<EnrollmentId>, Vec<PostingRow>> = HashMap::new();
    for posting in store::of_enrollments(db, &ids).await? {
        postings.entry(posting.enrollment_id).or_default().push(posting);
    }
    let mut refunds: HashMap<EnrollmentId, Vec<RefundRow>> = HashMap::new();
    for refund in store::refunds_of(db, &ids).await? {
        refunds.entry(refund.enrollment_id).or_default().push(refund);
    }
    let mut all = Vec::with_capacity(rows.len());
    for row in rows {
        all.push(Fee {
            class: classes::find(db, row.class_id).await?,
            postings: postings.remove(&Some(row.id)).unwrap_or_default(),
            refunds: refunds.remove(&row.id).unwrap_or_default(),
            closed: store::last_closed(db, row.org_id).await?,
            hands: Hands::default(),
            row,
        });
    }
    Ok(all)
}

async fn fee(ctx: &Ctx, row: EnrollmentRow) -> AppResult<Fee> {
    let mut fee = fees(ctx, vec![row]).await?.pop().ok_or(AppError::NotFound)?;
    fee.hands = hands::of(ctx.db(), &fee.row).await?;
    Ok(fee)
}

/// The fees of somebody for whom the signed-in person acts, as [`mine`].
///
/// # Errors
/// [`AppError::NotFound`] without a family link in force.
pub async fn of_helped(ctx: &Ctx, person: PersonId) -> AppResult<Vec<Fee>> {
    family::link(ctx, person).await?;
    let mut rows = enrollments::of_person(ctx.db(), person, None, MINE).await?;
    rows.retain(|row| row.due_fen > 0);
    fees(ctx, rows).await
}

/// The fee of an enrolment of one's own, or of somebody for whom one acts.
///
/// # Errors
/// [`AppError::NotFound`] when it is somebody else's.
pub async fn show_own(ctx: &Ctx, id: EnrollmentId) -> AppResult<Fee> {
    let row = crate::enrollments::actions::own(ctx, id).await?;
    fee(ctx, row).await
}

/// By which way the signed-in person pays or undoes: for themselves, or for somebody of their family.
pub(super) fn way_of(ctx: &Ctx, row: &EnrollmentRow) -> Channel {
    match ctx.actor.person == Some(row.person_id) {
        true => ctx.channel,
        false => Channel::Family,
    }
}

/// The fee of an enrolment in the cashier's scope, with whose it is.
///
/// # Errors
/// [`AppError::NotFound`] outside the scope.
pub async fn show_within(ctx: &Ctx, id: EnrollmentId) -> AppResult<(Fee, PersonBrief)> {
    let scope = ctx.may(Permission::FeeTake)?;
    let row = enrollments::find_within(ctx.db(), &scope, id).await?;
    let person = persons::find(ctx.db(), row.person_id).await?;
    Ok((fee(ctx, row).await?, person))
}

/// Whether a fee is the signed-in person's own, or that of somebody for whom they act.
pub(crate) async fn acts_for(ctx: &Ctx, person: PersonId, learner: PersonId) -> AppResult<bool> {
    if person == learner {
        return Ok(true);
    }
    match family::link(ctx, learner).await {
        Ok(_) => Ok(true),
        Err(AppError::NotFound) => Ok(false),
        Err(error) => Err(error),
    }
}

/// A receipt with its fee and the name on it: for its owner and who acts for them, or for the cashier.
///
/// # Errors
/// [`AppError::NotFound`] for everybody else, and for a posting without a receipt.
pub async fn receipt(ctx: &Ctx, id: PostingId) -> AppResult<(PostingRow, Fee, PersonBrief)> {
    let person = ctx.person()?;
    let posting = store::find(ctx.db(), id).await?;
    let enrollment = posting.enrollment_id.filter(|_| posting.receipt_number.is_some());
    let row = enrollments::find(ctx.db(), enrollment.ok_or(AppError::NotFound)?).await?;
    if !acts_for(ctx, person, row.person_id).await? {
        store::find_within(ctx.db(), &ctx.reach(Permission::FeeTake), id).await?;
    }
    let holder = persons::find(ctx.db(), row.person_id).await?;
    Ok((posting, fee(ctx, row).await?, holder))
}

/// A refund in the cashier's scope, with whose it is and how their fee was paid.
#[derive(Debug, Clone)]
pub struct Owed {
    /// The refund.
    pub refund: RefundRow,
    /// The class's name.
    pub class: String,
    /// Whose it is.
    pub person: PersonId,
    /// By which way it goes back if nothing else is said: as the fee was paid.
    pub usual: Method,
}

async fn owed_of(db: &db::Db, refund: RefundRow) -> AppResult<Owed> {
    let row = enrollments::find(db, refund.enrollment_id).await?;
    Ok(Owed {
        class: classes::find(db, row.class_id).await?.name,
        person: row.person_id,
        usual: way_back::usual(refund.cause, ledger::paid_by(db, &row).await?),
        refund,
    })
}

/// What waits at the cashier's desk: kept seats, and refunds to pay, with the names of their people.
#[derive(Debug, Clone)]
pub struct Queue {
    /// Kept seats, the first to end first.
    pub due: Vec<DueRow>,
    /// Refunds that are not paid.
    pub refunds: Vec<Owed>,
    /// People by id.
    pub people: HashMap<PersonId, PersonBrief>,
}

/// The cashier's list.
///
/// # Errors
/// [`AppError::Forbidden`] without a post for it.
pub async fn queue(ctx: &Ctx, limit: i64) -> AppResult<Queue> {
    let scope = ctx.may(Permission::FeeTake)?;
    let db = ctx.db();
    let due = store::due_within(db, &scope, limit).await?;
    let mut refunds = Vec::new();
    for refund in store::open_refunds(db, &scope, limit).await? {
        refunds.push(owed_of(db, refund).await?);
    }
    let mut ids: Vec<PersonId> = due.iter().map(|row| row.person_id).collect();
    ids.extend(refunds.iter().map(|line| line.person));
    ids.sort_unstable();
    ids.dedup();
    let people = persons::find_many(db, &ids).await?.into_iter().collect();
    Ok(Queue { due, refunds, people })
}

/// Money owed to people in the scope, for the desk's first page.
///
/// # Errors
/// When the database cannot be read.
pub async fn waiting(ctx: &Ctx) -> AppResult<Vec<Waiting>> {
    let scope = ctx.reach(Permission::FeeTake);
    if scope.is_nothing() {
        return Ok(Vec::new());
    }
    let open = store::open_refunds(ctx.db(), &scope, 100).await?;
    let Some(first) = open.first() else {
        return Ok(Vec::new());
    };
    let fen = open.iter().map(|refund| refund.amount_fen).sum();
    Ok(vec![Waiting {
        title: format!("要退的学费：{} 笔，共 {}", open.len(), kernel::Fen(fen)),
        detail: format!("最早的一笔从 {} 等到现在。", first.created_at.date()),
        href: "/desk/fees".into(),
        due: None,
        count: i64::try_from(open.len()).unwrap_or(0),
    }])
}

/// What a cashier takes: by what, and why nothing when it is waived.
#[derive(Debug, Clone)]
pub struct Taking {
    /// By what.
    pub method: Method,
    /// Why it is waived; empty for money.
    pub reason: String,
    /// `Idempotency-Key`.
    pub key: Option<String>,
}

/// Takes the fee of a kept seat, or waives it with a reason.
///
/// # Errors
/// [`AppError::NotFound`] outside the scope; a refusal when nothing is due or the time is over.
pub async fn take(ctx: &Ctx, desk: &SeatDesk, id: EnrollmentId, taking: Taking) -> AppResult<Answer> {
    let scope = ctx.may(Permission::FeeTake)?;
    let row = enrollments::find_within(ctx.db(), &scope, id).await?;
    let reason = match taking.method {
        Method::Waiver => checked(&taking.reason, "请写下免交的原因，例如“低保，看过证明”。")?,
        Method::Cash | Method::Card => String::new(),
        Method::Online => {
            return Err(AppError::invalid(
                "method",
                "网上支付由支付机构通知，柜台请选现金或刷卡。",
            ));
        }
    };
    if row.status == EnrollmentStatus::Reserved && row.due_fen == 0 {
        return Err(Refusal::NothingDue.into());
    }
    let key = taking.key;
    let repeated = key.is_some();
    let answer = desk
        .ask(Asked {
            ask: Ask::Pay {
                person: row.person_id,
                class: row.class_id,
                enrollment: id,
                payment: Payment {
                    id: ctx.new_id(),
                    method: taking.method,
                    settles: None,
                },
            },
            by: ctx.actor.person,
            channel: desk_channel(ctx),
            reason,
            key,
        })
        .await?;
    if !answer.fresh && !repeated {
        return Err(AppError::refused(
            "nothing_due",
            "这个报名没有要交的学费，或者已经交过了。请刷新再看。",
        ));
    }
    Ok(answer)
}

fn desk_channel(ctx: &Ctx) -> Channel {
    match ctx.channel {
        Channel::Api => Channel::Api,
        _ => Channel::Desk,
    }
}

fn checked(reason: &str, missing: &str) -> AppResult<String> {
    let reason = reason.trim();
    if reason.is_empty() {
        return Err(AppError::invalid("reason", missing.to_owned()));
    }
    if reason.chars().count() > REASON {
        return Err(AppError::invalid("reason", "原因最多 200 个字，请写短一些。"));
    }
    Ok(reason.to_owned())
}

/// Undoes a payment on line of one's own or of somebody for whom one acts, or any step in the cashier's scope, for ten
/// minutes. Who did not do it themselves is told.
///
/// # Errors
/// [`AppError::NotFound`] for everybody else; a refusal when the ten minutes are over.
pub async fn undo(ctx: &Ctx, id: PostingId) -> AppResult<EnrollmentId> {
    let person = ctx.person()?;
    let posting = store::find(ctx.db(), id).await?;
    let enrollment = posting.enrollment_id.ok_or(AppError::NotFound)?;
    let row = enrollments::find(ctx.db(), enrollment).await?;
    let on_line = posting.method == Method::Online && posting.kind == Kind::Paid;
    let own = on_line && acts_for(ctx, person, row.person_id).await?;
    if !own {
        store::find_within(ctx.db(), &ctx.reach(Permission::FeeTake), id).await?;
    }
    let tx = ctx.begin().await?;
    tx.lock("person", row.person_id.raw()).await?;
    tx.lock("class", row.class_id.raw()).await?;
    ledger::lock_books(&tx, std::iter::once(row.org_id)).await?;
    let row = enrollments::find(&tx, enrollment).await?;
    let posting = store::find(&tx, id).await?;
    let closed = store::last_closed(&tx, row.org_id).await?;
    let is_closed = closed.is_some_and(|closed| posting.day <= closed);
    if posting.reversed_by.is_some() {
        return Err(AppError::refused(
            "undone_before",
            "这一步已经撤销过了，不用再撤销。",
        ));
    }
    if !can_undo(
        posting.kind,
        posting.at,
        ctx.now(),
        posting.reversed_by.is_some(),
        is_closed,
    ) {
        return Err(AppError::refused(
            "undo_over",
            "这一步不能再撤销：超过十分钟，或者当天的账已经结了。要退钱，请走取消报名和退费。",
        ));
    }
    let mut events = match posting.kind {
        Kind::Refunded => undo_refund(&tx, &row, &posting).await?,
        _ => undo_payment(&tx, &row, &posting).await?,
    };
    let mut event = ledger::event("fee.undone", &posting).on_behalf_of(row.person_id);
    if own {
        event = event.via(way_of(ctx, &row));
        told::undone(&tx, &row, &posting).await?;
    }
    events.push(event.data(ledger::told(&posting)));
    tx.commit(events).await?;
    Ok(enrollment)
}

/// Whether a payment for a seat in this status can be taken back.
const fn takes_back(status: EnrollmentStatus) -> bool {
    matches!(status, EnrollmentStatus::Confirmed | EnrollmentStatus::Attending)
}

/// The seat is kept anew. What came on line is owed back: it is not in the drawer.
async fn undo_payment(tx: &Tx, row: &EnrollmentRow, posting: &PostingRow) -> AppResult<Vec<Event>> {
    if !takes_back(row.status) {
        return Err(AppError::refused(
            "undo_over",
            "这个报名已经取消了，钱按退费办理，不能再撤销交费。",
        ));
    }
    let now = tx.ctx().now();
    let mut events = Vec::new();
    if posting.method == Method::Online {
        ledger::reverse_owing(tx, posting).await?;
        let fen = posting.amount_fen;
        let (refund, owed) = ledger::keep_refund(tx, row, Cause::Undone, (fen, &Back::whole(fen))).await?;
        if let Some(number) = online::number_of(tx, row.id).await? {
            online::queue_back(tx, refund, &number).await?;
        }
        events.push(owed);
    } else {
        ledger::reverse(tx, posting).await?;
    }
    let until = match row.held_until {
        Some(before) => kept_after_undo(before, now),
        None => {
            let limits = crate::school_rules::of(tx, row.org_id).await?.fee_limits();
            held_until(now, Way::Turn, teaching::holidays::calendar(), limits)
        }
    };
    store::keep_again(tx, row.id, until, now).await?;
    ledger::expire_at(tx, until).await?;
    Ok(events)
}

async fn undo_refund(tx: &Tx, row: &EnrollmentRow, posting: &PostingRow) -> AppResult<Vec<Event>> {
    ledger::reverse(tx, posting).await?;
    let refund = store::refund_paid_by(tx, posting.id).await?;
    let refund = refund.ok_or(AppError::NotFound)?;
    store::set_refund(tx, refund.id, "open", None, None).await?;
    set_refunded(tx, row).await?;
    Ok(Vec::new())
}

/// A refund in the cashier's scope, and whose it is.
///
/// # Errors
/// [`AppError::NotFound`] outside the scope.
pub async fn owed(ctx: &Ctx, id: RefundId) -> AppResult<(Owed, PersonBrief)> {
    let scope = ctx.may(Permission::FeeTake)?;
    let owed = owed_of(ctx.db(), store::refund_within(ctx.db(), &scope, id).await?).await?;
    let person = persons::find(ctx.db(), owed.person).await?;
    Ok((owed, person))
}

/// Pays a refund back: the way the fee was paid, or another way with a reason.
///
/// # Errors
/// [`AppError::NotFound`] outside the scope; a refusal when it was paid; [`AppError::Invalid`] for another way without a
/// reason.
pub async fn pay_refund(ctx: &Ctx, id: RefundId, way: &WayBack) -> AppResult<RefundRow> {
    let scope = ctx.may(Permission::FeeTake)?;
    let refund = store::refund_within(ctx.db(), &scope, id).await?;
    let tx = ctx.begin().await?;
    ledger::lock_books(&tx, std::iter::once(refund.org_id)).await?;
    let refund = store::refund_within(&tx, &scope, id).await?;
    if refund.status != "open" {
        return Err(AppError::refused(
            "already_paid",
            "这笔钱已经退过了。请刷新再看。",
        ));
    }
    let row = enrollments::find(&tx, refund.enrollment_id).await?;
    let usual = way_back::usual(refund.cause, ledger::paid_by(&tx, &row).await?);
    let (method, reason) = way.checked(usual)?;
    let posting = Posting {
        id: ctx.new_id(),
        org: refund.org_id,
        enrollment: Some(refund.enrollment_id),
        kind: Kind::Refunded,
        method,
        fen: refund.amount_fen,
    };
    let posted = ledger::post(&tx, &posting).await?;
    store::set_refund(&tx, id, "paid", Some(posted.id), reason.as_deref()).await?;
    set_refunded(&tx, &row).await?;
    told::refunded(&tx, &row, &refund, method).await?;
    let mut event = ledger::event("fee.refunded", &posted).on_behalf_of(row.person_id);
    event = event.data(ledger::told(&posted));
    if let Some(reason) = reason {
        event = event.note(format!("没有按原来的“{}”退：{reason}", usual.label()));
    }
    tx.commit(vec![event]).await?;
    store::refund_within(ctx.db(), &scope, id)
        .await
        .map_err(AppError::from)
}

/// What the enrolment's money is called after its refunds; payments that were never counted do not matter.
async fn set_refunded(tx: &Tx, row: &EnrollmentRow) -> AppResult<()> {
    if !matches!(row.money, Money::Paid | Money::PartRefunded | Money::Refunded) {
        return Ok(());
    }
    let back: i64 = store::refunds_of(tx, &[row.id])
        .await?
        .iter()
        .filter(|refund| refund.status == "paid" && of_fee(refund.cause))
        .map(|refund| refund.amount_fen)
        .sum();
    let money = match back {
        0 => Money::Paid,
        back if back < row.due_fen => Money::PartRefunded,
        _ => Money::Refunded,
    };
    Ok(store::set_money(tx, row.id, money).await?)
}

const fn of_fee(cause: Cause) -> bool {
    matches!(
        cause,
        Cause::Withdrawn
            | Cause::Absent
            | Cause::Suspended
            | Cause::Proof
            | Cause::Cancelled
            | Cause::Merged
            | Cause::Cheaper
    )
}

/// Gives more back to somebody who left late, with proof of illness, death or a move.
///
/// # Errors
/// [`AppError::NotFound`] outside the scope; a refusal when nothing more can be given.
pub async fn refund_with_proof(ctx: &Ctx, id: EnrollmentId, reason: &str) -> AppResult<()> {
    let scope = ctx.may(Permission::FeeTake)?;
    enrollments::find_within(ctx.db(), &scope, id).await?;
    let reason = checked(reason, "请写下看过什么证明，例如“住院证明，2026年11月”。")?;
    let tx = ctx.begin().await?;
    let row = enrollments::find_within(&tx, &scope, id).await?;
    ledger::lock_books(&tx, std::iter::once(row.org_id)).await?;
    let given: i64 = store::refunds_of(&tx, &[id])
        .await?
        .iter()
        .filter(|refund| of_fee(refund.cause))
        .map(|refund| refund.amount_fen)
        .sum();
    let paid = matches!(row.money, Money::Paid | Money::PartRefunded);
    let whole = ledger::refund_of(&tx, &row, Cause::Proof, row.changed_at).await?;
    if row.status != EnrollmentStatus::Withdrawn || !paid || whole.fen <= given {
        return Err(AppError::refused(
            "nothing_to_refund",
            "没有可以再退的钱：要先取消报名，而且还有没上的课。",
        ));
    }
    let rest = Back {
        fen: whole.fen - given,
        ..whole
    };
    let event = ledger::owe(&tx, &row, Cause::Proof, &rest).await?;
    tx.commit(vec![event.note(reason)]).await
}

/// What the person would get back who withdraws now, in fen; `None` when nothing was paid.
///
/// # Errors
/// When the database cannot be read.
pub async fn would_get_back(ctx: &Ctx, row: &EnrollmentRow) -> AppResult<Option<i64>> {
    if row.status == EnrollmentStatus::Suspended {
        return crate::suspension::actions::would_get_back(ctx, row).await;
    }
    would_get_back_for(ctx, row, Cause::Withdrawn, ctx.now()).await
}

/// As [`would_get_back`], for this cause at this moment.
pub(crate) async fn would_get_back_for(
    ctx: &Ctx,
    row: &EnrollmentRow,
    cause: Cause,
    at: Instant,
) -> AppResult<Option<i64>> {
    if row.money != Money::Paid {
        return Ok(None);
    }
    let back = ledger::refund_of(ctx.db(), row, cause, at).await?;
    Ok(Some(back.fen))
}

/// Counts the ledger of fees again and says where it is wrong, and which enrolments say otherwise.
///
/// # Errors
/// When the database cannot be read.
pub async fn prove(db: &db::Db) -> AppResult<Vec<String>> {
    let wrong = store::unbalanced(db).await?;
    let sentence = |row: store::Unbalanced| match row.sum_fen {
        0 => format!("学费账 {}：金额和分录不一样", row.posting_id),
        fen => format!("学费账 {}：借贷差 {fen} 分", row.posting_id),
    };
    let mut faults: Vec<String> = wrong.into_iter().map(sentence).collect();
    let carried = store::carried(db).await?;
    if carried != 0 {
        faults.push(format!("转班、并班转走的学费和转来的差 {carried} 分"));
    }
    faults.extend(not_booked(db).await?);
    Ok(faults)
}

/// Enrolments whose fee stands otherwise than the books say.
async fn not_booked(db: &db::Db) -> AppResult<Vec<String>> {
    let mut faults = Vec::new();
    let mut after = EnrollmentId::from_raw(0);
    loop {
        let rows = store::standings(db, after, PROVEN).await?;
        let Some(last) = rows.last() else {
            return Ok(faults);
        };
        after = last.id;
        for row in &rows {
            let booked = Booked {
                paid: row.paid_fen,
                waived: row.waived_fen,
                carried: row.carried_fen,
                refunded: row.refunded_fen,
            };
            if !row.money.is_booked(row.due_fen, booked) {
                faults.push(format!(
                    "报名 {}：学费 {} 分，记着“{}”，账上收了 {} 分、免了 {} 分、转走 {} 分、退了 {} 分",
                    row.id,
                    row.due_fen,
                    row.money.label(),
                    booked.paid,
                    booked.waived,
                    booked.carried,
                    booked.refunded
                ));
            }
        }
    }
}

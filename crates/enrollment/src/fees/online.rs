//! Paying on line: beginning a payment, and what the provider tells of it.
//!
//! 1. A provider may tell late, twice, never, or of a wrong sum. Its number of a payment is counted once, whatever comes.
//! 2. The right sum while the seat is kept: it is posted, and the seat is theirs, in one transaction of the seat desk.
//! 3. Another sum: nothing is confirmed; the money is owed back, and the cashier sees it.
//! 4. Somebody of the family pays as the learner does, as long as their link is in force when they begin. Who paid and by
//!    which way is kept, the learner is told, and either undoes it.
//! 5. After the end of the hold, or when the fee was paid otherwise: nothing is confirmed, and no second seat is given;
//!    the money is sent back by itself.

use super::ladder::Cause;
use super::ledger::{self, Posting};
use super::model::{Kind, Method, Money, Payment, Settled};
use super::store;
use super::store::orders::{self, OrderRow, OrderStatus};
use super::way_back::WayBack;
use crate::enrollments::store::{self as enrollments, EnrollmentRow};
use crate::seat_desk::{Ask, Asked, SeatDesk};
use crate::{EnrollmentId, OrderId, RefundId};
use platform::payment::{PayBack, PayCall, PayOrder};
use platform::{AppError, AppResult, Channel, Ctx, Event, Job, JobFuture, JobKind, Tx, job};
use serde::Deserialize;
use serde_json::json;

/// Sends money back by the provider.
pub const SEND_BACK: JobKind = JobKind {
    name: "fee.send_back",
    run: |ctx, job| -> JobFuture { Box::pin(send_back(ctx, job)) },
};

/// Whether fees can be paid on line here.
#[must_use]
pub fn is_offered(ctx: &Ctx) -> bool {
    ctx.platform.payments.is_some()
}

/// Begins to pay one's own fee, or that of somebody for whom one acts; gives the address at which to pay. Who begins again
/// goes on with the same payment; two who begin have one each, and only the first that comes is counted.
///
/// # Errors
/// [`AppError::NotFound`] when it is somebody else's; a refusal when nothing is due.
pub async fn begin(ctx: &Ctx, id: EnrollmentId) -> AppResult<String> {
    let fee = super::actions::show_own(ctx, id).await?;
    let provider = ctx.platform.payments.clone().ok_or_else(|| {
        AppError::refused(
            "not_online",
            "这里还不能在网上交费。请到学校柜台交，现金、刷卡都行。",
        )
    })?;
    let row = &fee.row;
    let over = row.held_until.is_none_or(|until| until <= ctx.now());
    if row.money != Money::Due || over {
        return Err(AppError::refused_with_door(
            "nothing_due",
            "现在没有要交的学费，或者交费的时间已过。",
            "看我的学费",
            "/me/fees",
        ));
    }
    if crate::enrollments::actions::papers_due(ctx, row).await?.is_some() {
        return Err(AppError::refused_with_door(
            "papers_owed",
            "还有材料没有签，签好才能交费。请看“我的材料”：网上能签，或带身份证到柜台签。",
            "看我的材料",
            "/me/papers",
        ));
    }
    let begun = orders::begun_by(ctx.db(), id, (ctx.person()?, row.person_id)).await?;
    let order = match begun {
        Some(order) => order,
        None => new_order(ctx, row).await?,
    };
    let base = &ctx.platform.public_url;
    provider
        .begin(PayOrder {
            order: order.id.to_string(),
            amount_fen: order.amount_fen,
            title: fee.class.name.clone(),
            notify_url: format!("{base}/pay/callback"),
            return_url: format!("{base}/me/fees/{id}"),
        })
        .await
}

async fn new_order(ctx: &Ctx, row: &EnrollmentRow) -> AppResult<OrderRow> {
    let channel = super::actions::way_of(ctx, row);
    let order = OrderRow {
        id: ctx.new_id(),
        org_id: row.org_id,
        enrollment_id: row.id,
        amount_fen: row.due_fen,
        status: OrderStatus::Open,
        provider_number: None,
        received_fen: None,
        created_at: ctx.now(),
        actor_person: ctx.actor.person,
        channel: Some(channel.as_str().to_owned()),
    };
    let tx = ctx.begin().await?;
    orders::insert(&tx, &order).await?;
    let mut event = Event::new("fee.order_begun", "enrollment", row.id)
        .at(row.org_id)
        .via(channel);
    if channel == Channel::Family {
        event = event.on_behalf_of(row.person_id);
    }
    tx.commit(vec![
        event.data(json!({ "order": order.id, "fen": order.amount_fen })),
    ])
    .await?;
    Ok(order)
}

/// What the provider tells: our order, its number of the payment, and how much came.
#[derive(Debug, Clone, Deserialize)]
pub struct Told {
    /// Our order.
    pub order: OrderId,
    /// The provider's number of the payment.
    pub number: String,
    /// How much came, in fen.
    pub amount_fen: i64,
}

/// What became of a call.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// Counted; the seat is theirs.
    Counted,
    /// Told before.
    Again,
    /// Another sum than was asked for.
    WrongSum,
    /// Nothing was due any more.
    Late,
}

/// Reads a call of the provider and carries it out.
///
/// # Errors
/// [`AppError::Forbidden`] when it is not signed by the provider; [`AppError::NotFound`] for an order that is not ours.
pub async fn called(ctx: &Ctx, desk: &SeatDesk, call: &PayCall<'_>) -> AppResult<Outcome> {
    let provider = ctx.platform.payments.as_ref();
    if !provider.is_some_and(|provider| provider.believes(call)) {
        return Err(AppError::Forbidden("签名不对，或者时间差得太多。".into()));
    }
    let told: Told = serde_json::from_slice(call.body)
        .map_err(|_| AppError::invalid("body", "要有 order、number 和 amount_fen。"))?;
    carry_out(ctx, desk, &told).await
}

/// What the provider's word means for an order.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Verdict {
    Again,
    WrongSum,
    Settle,
    Stray,
}

/// Rule 1 and 3; whether the seat is still kept, only the seat desk knows.
fn judge(order: &OrderRow, told: &Told) -> Verdict {
    if order.provider_number.as_deref() == Some(told.number.as_str()) {
        Verdict::Again
    } else if order.status != OrderStatus::Open {
        Verdict::Stray
    } else if order.amount_fen != told.amount_fen {
        Verdict::WrongSum
    } else {
        Verdict::Settle
    }
}

/// Carries out what the provider tells, once for each of its numbers.
///
/// # Errors
/// [`AppError::NotFound`] for an order that is not ours; [`AppError::Invalid`] for a number or a sum that cannot be.
pub async fn carry_out(ctx: &Ctx, desk: &SeatDesk, told: &Told) -> AppResult<Outcome> {
    if told.amount_fen <= 0 || told.number.is_empty() || told.number.len() > 100 {
        return Err(AppError::invalid(
            "amount_fen",
            "金额要大于 0，number 要有 1 到 100 个字符。",
        ));
    }
    let order = orders::find(ctx.db(), told.order)
        .await?
        .ok_or(AppError::NotFound)?;
    let counted = orders::by_number(ctx.db(), &told.number).await?;
    if counted.is_some_and(|known| known.id != order.id) {
        // A number names one payment; what it brought is kept already, whatever order is named now.
        tracing::warn!(order = %told.order, "a number of the provider that was counted for another order");
        return Ok(Outcome::Again);
    }
    match judge(&order, told) {
        Verdict::Again => Ok(Outcome::Again),
        Verdict::WrongSum => keep(ctx, told, Cause::WrongSum).await,
        Verdict::Stray => keep(ctx, told, Cause::Late).await,
        Verdict::Settle => match settle(desk, ctx, &order, told).await {
            Ok(true) => Ok(Outcome::Counted),
            Ok(false) | Err(AppError::Refused { .. } | AppError::NotFound) => {
                keep(ctx, told, Cause::Late).await
            }
            Err(other) => Err(other),
        },
    }
}

async fn settle(desk: &SeatDesk, ctx: &Ctx, order: &OrderRow, told: &Told) -> AppResult<bool> {
    let row = enrollments::find(ctx.db(), order.enrollment_id).await?;
    let channel = order.channel.as_deref().and_then(|way| way.parse().ok());
    let channel = channel.unwrap_or(Channel::System);
    let answer = desk
        .ask(Asked {
            ask: Ask::Pay {
                person: row.person_id,
                class: row.class_id,
                enrollment: row.id,
                payment: Payment {
                    id: ctx.new_id(),
                    method: Method::Online,
                    settles: Some(Settled {
                        order: order.id,
                        number: told.number.clone(),
                        fen: told.amount_fen,
                        helper: order.actor_person.filter(|actor| *actor != row.person_id),
                    }),
                },
            },
            by: order.actor_person,
            channel,
            reason: String::new(),
            key: None,
        })
        .await?;
    Ok(answer.fresh)
}

/// Keeps money that is not counted: it is owed back, and what came late is sent back by itself.
async fn keep(ctx: &Ctx, told: &Told, cause: Cause) -> AppResult<Outcome> {
    let tx = ctx.begin().await?;
    tx.lock("fee_order", told.order.raw()).await?;
    // Another call with the same number may have been first.
    if orders::by_number(&tx, &told.number).await?.is_some() {
        return Ok(Outcome::Again);
    }
    let order = orders::find(&tx, told.order).await?.ok_or(AppError::NotFound)?;
    let row = enrollments::find(&tx, order.enrollment_id).await?;
    keep_order(&tx, &order, told, cause).await?;
    let posting = Posting {
        id: ctx.new_id(),
        org: row.org_id,
        enrollment: Some(row.id),
        kind: Kind::Unclaimed,
        method: Method::Online,
        fen: told.amount_fen,
    };
    let posted = ledger::post(&tx, &posting).await?;
    let (refund, owed) = ledger::keep_refund(
        &tx,
        &row,
        cause,
        (told.amount_fen, &ledger::Back::whole(told.amount_fen)),
    )
    .await?;
    if cause == Cause::Late {
        queue_back(&tx, refund, &told.number).await?;
    }
    let unclaimed = ledger::event("fee.unclaimed", &posted).on_behalf_of(row.person_id);
    tx.commit(vec![unclaimed.data(ledger::told(&posted)), owed])
        .await?;
    Ok(match cause {
        Cause::WrongSum => Outcome::WrongSum,
        _ => Outcome::Late,
    })
}

/// A second payment of one order is kept as an order of its own.
async fn keep_order(tx: &Tx, order: &OrderRow, told: &Told, cause: Cause) -> AppResult<()> {
    let status = match cause {
        Cause::WrongSum => OrderStatus::WrongSum,
        _ => OrderStatus::Late,
    };
    let now = tx.ctx().now();
    let came = (told.number.as_str(), told.amount_fen);
    if orders::settle(tx, order.id, status, came, now).await? == 0 {
        let stray = OrderRow {
            id: tx.ctx().new_id(),
            status,
            provider_number: Some(told.number.clone()),
            received_fen: Some(told.amount_fen),
            created_at: now,
            ..order.clone()
        };
        orders::insert(tx, &stray).await?;
    }
    Ok(())
}

/// Queues that a refund is sent back by the provider.
pub(super) async fn queue_back(tx: &Tx, refund: RefundId, number: &str) -> AppResult<()> {
    let payload = json!({ "refund": refund, "number": number });
    let key = format!("{}.{refund}", SEND_BACK.name);
    job::enqueue(tx, SEND_BACK.name, &payload, tx.ctx().now(), Some(key)).await?;
    Ok(())
}

/// The provider's number of the payment that was counted for an enrolment.
pub(super) async fn number_of(tx: &Tx, enrollment: EnrollmentId) -> AppResult<Option<String>> {
    let order = orders::of_enrollment(tx, enrollment, OrderStatus::Paid).await?;
    Ok(order.and_then(|order| order.provider_number))
}

/// Asks the provider, then posts. Run again, the provider knows the number of the refund, and a paid one stays paid.
async fn send_back(ctx: Ctx, job: Job) -> AppResult<String> {
    let payload = crate::enrollments::jobs::payload(&job)?;
    let refund: RefundId = crate::enrollments::jobs::id(&payload, "refund")?;
    let number = payload
        .get("number")
        .and_then(serde_json::Value::as_str)
        .unwrap_or_default();
    let scope = ctx.may(platform::Permission::FeeTake)?;
    let row = store::refund_within(ctx.db(), &scope, refund).await?;
    if row.status != "open" {
        return Ok("已经退过".into());
    }
    let provider = ctx.platform.payments.clone();
    let provider = provider.ok_or_else(|| AppError::Unavailable("no provider of payments".into()))?;
    let back = PayBack {
        refund: refund.to_string(),
        number: number.to_owned(),
        amount_fen: row.amount_fen,
    };
    provider.send_back(back).await?;
    match super::actions::pay_refund(&ctx, refund, &WayBack::by(Method::Online)).await {
        Ok(_) | Err(AppError::Refused { .. }) => Ok(format!("原路退回 {}", kernel::Fen(row.amount_fen))),
        Err(other) => Err(other),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use kernel::Id;

    #[test]
    fn what_the_providers_word_means() {
        let order = |status, number: Option<&str>| OrderRow {
            id: Id::from_raw(1),
            org_id: Id::from_raw(1),
            enrollment_id: Id::from_raw(1),
            amount_fen: 12_000,
            status,
            provider_number: number.map(str::to_owned),
            received_fen: None,
            created_at: "2026-11-22T01:00:00Z".parse().unwrap(),
            actor_person: None,
            channel: None,
        };
        let told = |number: &str, amount_fen| Told {
            order: Id::from_raw(1),
            number: number.into(),
            amount_fen,
        };
        for (order, told, verdict) in [
            (order(OrderStatus::Open, None), told("a", 12_000), Verdict::Settle),
            (
                order(OrderStatus::Open, None),
                told("a", 11_999),
                Verdict::WrongSum,
            ),
            (
                order(OrderStatus::Paid, Some("a")),
                told("a", 12_000),
                Verdict::Again,
            ),
            (
                order(OrderStatus::Paid, Some("a")),
                told("b", 12_000),
                Verdict::Stray,
            ),
            (
                order(OrderStatus::Late, Some("a")),
                told("a", 12_000),
                Verdict::Again,
            ),
            (
                order(OrderStatus::WrongSum, Some("a")),
                told("a", 1),
                Verdict::Again,
            ),
            (
                order(OrderStatus::WrongSum, Some("a")),
                told("b", 12_000),
                Verdict::Stray,
            ),
        ] {
            assert_eq!(judge(&order, &told), verdict, "{order:?} {told:?}");
        }
    }
}

//! What people are told of money that goes back, in words.

use super::ladder::Cause;
use super::model::{Method, Money};
use super::store::orders::{self, OrderStatus};
use super::store::{self, PostingRow, RefundRow};
use crate::enrollments::store::EnrollmentRow;
use db::Db;
use kernel::Fen;
use platform::{AppResult, Tx};

/// What of a paid fee goes back to who has just left; empty when nothing was paid.
pub(crate) async fn on_leaving(db: &Db, row: &EnrollmentRow) -> AppResult<String> {
    let refunds = store::refunds_of(db, &[row.id]).await?;
    let left = |refund: &&RefundRow| matches!(refund.cause, Cause::Withdrawn | Cause::Absent);
    let Some(refund) = refunds.iter().rfind(left) else {
        return Ok(String::new());
    };
    let on_line = paid_on_line(db, row).await?;
    Ok(leaving(refund.amount_fen, on_line))
}

/// What of the fee goes back to whose class was cancelled: all that was paid. Who had not paid yet hears that nothing is due;
/// empty where there was no fee. `row` is the enrolment as it was before.
pub(crate) async fn on_cancelling(db: &Db, row: &EnrollmentRow) -> AppResult<String> {
    if row.money == Money::Due {
        return Ok("学费不用交了。".to_owned());
    }
    let refunds = store::refunds_of(db, &[row.id]).await?;
    let cancelled = |refund: &&RefundRow| refund.cause == Cause::Cancelled;
    let Some(refund) = refunds.iter().rfind(cancelled) else {
        return Ok(String::new());
    };
    let on_line = paid_on_line(db, row).await?;
    Ok(leaving(refund.amount_fen, on_line))
}

/// Whether the fee of an enrolment was paid on line, and goes back that way.
async fn paid_on_line(db: &Db, row: &EnrollmentRow) -> AppResult<bool> {
    let order = orders::of_enrollment(db, row.id, OrderStatus::Paid).await?;
    Ok(order.is_some())
}

fn leaving(fen: i64, on_line: bool) -> String {
    match fen {
        0 => "照退费办法，学费不能退了；因病、去世或搬家有证明的，请到学校柜台说。".to_owned(),
        fen if on_line => format!("学费退 {}，由学校原路退回付款的账户，不用到柜台。", Fen(fen)),
        fen => format!("学费退 {}，请到学校柜台领取，或等学校办理。", Fen(fen)),
    }
}

/// Tells who had a part in a payment on line that it was undone: the learner when their family did it, and who had paid for
/// them when they did it themselves.
pub(super) async fn undone(tx: &Tx, row: &EnrollmentRow, posting: &PostingRow) -> AppResult<()> {
    let Some(by) = tx.ctx().actor.person else {
        return Ok(());
    };
    let class = teaching::classes::find(tx, row.class_id).await?.name;
    let fen = Fen(posting.amount_fen);
    let back = "付的钱由学校原路退回。名额还留着，要上课请在期限前交费：网上“我的学费”，或到学校柜台。";
    if by != row.person_id {
        let who = people::family::called(tx, by, row.person_id).await?;
        let text = format!("【学圈】您的{who}撤销了“{class}”学费 {fen} 的付款，{back}");
        people::contact::tell(tx, row.person_id, Some(row.org_id), "fee.undone", text).await?;
        return Ok(());
    }
    let order = orders::of_enrollment(tx, row.id, OrderStatus::Paid).await?;
    let helper = order.and_then(|order| order.actor_person);
    if let Some(helper) = helper.filter(|helper| *helper != row.person_id) {
        let learner = people::persons::find(tx, row.person_id).await?.name;
        let text = format!("【学圈】{learner}撤销了您替付的“{class}”学费 {fen}，{back}");
        people::contact::tell(tx, helper, Some(row.org_id), "fee.undone", text).await?;
    }
    Ok(())
}

/// Tells whose money has gone back.
pub(super) async fn refunded(
    tx: &Tx,
    row: &EnrollmentRow,
    refund: &RefundRow,
    method: Method,
) -> AppResult<()> {
    let class = teaching::classes::find(tx, row.class_id).await?;
    let how = match method {
        Method::Cash => "退的是现金",
        Method::Card => "退到卡上",
        _ => "原路退回",
    };
    let text = format!(
        "【学圈】“{}”的学费退给您 {}，{how}。没有收到，请打电话或到学校柜台问。",
        class.name,
        Fen(refund.amount_fen)
    );
    people::contact::tell(tx, row.person_id, Some(refund.org_id), "fee.refunded", text).await?;
    Ok(())
}

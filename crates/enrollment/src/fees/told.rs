//! What people are told of money that goes back, in words.

use super::ladder::Cause;
use super::model::Method;
use super::store::orders::{self, OrderStatus};
use super::store::{self, RefundRow};
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
    let on_line = orders::of_enrollment(db, row.id, OrderStatus::Paid)
        .await?
        .is_some();
    Ok(leaving(refund.amount_fen, on_line))
}

fn leaving(fen: i64, on_line: bool) -> String {
    match fen {
        0 => "照退费办法，学费不能退了；因病、去世或搬家有证明的，请到学校柜台说。".to_owned(),
        fen if on_line => format!("学费退 {}，由学校原路退回您付款的账户，不用到柜台。", Fen(fen)),
        fen => format!("学费退 {}，请到学校柜台领取，或等学校办理。", Fen(fen)),
    }
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

//! The cashier's day: what came and went by each method, the drawer counted, and the day closed.
//!
//! 1. A closing covers every day since the last one, so that no posting is left out when a day was forgotten.
//! 2. What is counted in the drawer is compared with the books to the fen; a difference needs a reason, and is posted,
//!    so that the books say what is there.
//! 3. Postings of a closed day cannot be undone; what comes later on that day counts for the next.

use super::ledger::{self, Posting};
use super::model::{Account, Kind, Method};
use super::store::{self, ClosingRow, Receipts, Sum};
use kernel::{Date, OrgId};
use platform::{AppError, AppResult, Ctx, Event, Permission};
use serde_json::json;

/// Letters of a reason.
const REASON: usize = 200;

/// What moved by one method.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Moved {
    /// Received, in fen.
    pub received: i64,
    /// Given back, in fen.
    pub returned: i64,
    /// Undone, in fen: what was taken back of either.
    pub undone: i64,
    /// What the drawer had more or less, in fen.
    pub counted: i64,
}

impl Moved {
    /// What is there more than before.
    #[must_use]
    pub const fn net(&self) -> i64 {
        self.received - self.returned + self.undone + self.counted
    }
}

/// What moved by each method, in the order of [`Method::ALL`].
#[must_use]
pub fn by_method(sums: &[Sum]) -> Vec<(Method, Moved)> {
    let of = |account: Account, kinds: &[Kind]| -> i64 {
        let wanted = sums
            .iter()
            .filter(|sum| sum.account == account && kinds.contains(&sum.kind));
        wanted.map(|sum| sum.fen).sum()
    };
    let moved = |method: &Method| {
        let account = method.account();
        let moved = Moved {
            received: of(account, &[Kind::Paid, Kind::Unclaimed]),
            returned: -of(account, &[Kind::Refunded]),
            undone: of(account, &[Kind::Reversal]),
            counted: of(account, &[Kind::Counted]),
        };
        (*method, moved)
    };
    Method::ALL.iter().map(moved).collect()
}

/// A sheet: of days that are open, or as it was closed.
#[derive(Debug, Clone)]
pub struct Sheet {
    /// Whose books.
    pub org: OrgId,
    /// The org's name.
    pub org_name: String,
    /// The day that was closed before it.
    pub after: Option<Date>,
    /// The last day it covers.
    pub to: Date,
    /// What moved by each method.
    pub moved: Vec<(Method, Moved)>,
    /// Receipts given.
    pub receipts: Vec<Receipts>,
    /// How it was closed.
    pub closing: Option<ClosingRow>,
}

impl Sheet {
    /// What the books say is in the drawer, in fen.
    #[must_use]
    pub fn cash(&self) -> i64 {
        let cash = self.moved.iter().find(|(method, _)| *method == Method::Cash);
        cash.map_or(0, |(_, moved)| moved.net())
    }
}

/// The cashier's list: orgs with open days, and the last closed days.
///
/// # Errors
/// [`AppError::Forbidden`] without a post for it.
pub async fn list(ctx: &Ctx, limit: i64) -> AppResult<(Vec<(OrgId, String)>, Vec<ClosingRow>)> {
    let scope = ctx.may(Permission::FeeTake)?;
    let open = store::open_orgs(ctx.db(), &scope).await?;
    let closed = store::closings_within(ctx.db(), &scope, None, limit).await?;
    Ok((open, closed))
}

/// Closed days of an org, the last first.
///
/// # Errors
/// [`AppError::NotFound`] outside the scope.
pub async fn of_org(ctx: &Ctx, org: OrgId, limit: i64) -> AppResult<Vec<ClosingRow>> {
    let scope = ctx.may(Permission::FeeTake)?;
    orgs::tree::find_within(ctx.db(), &scope, org).await?;
    Ok(store::closings_within(ctx.db(), &scope, Some(org), limit).await?)
}

/// The sheet of the days that are open.
///
/// # Errors
/// [`AppError::NotFound`] outside the scope.
pub async fn open_sheet(ctx: &Ctx, org: OrgId) -> AppResult<Sheet> {
    let scope = ctx.may(Permission::FeeTake)?;
    let row = orgs::tree::find_within(ctx.db(), &scope, org).await?;
    let after = store::last_closed(ctx.db(), org).await?;
    sheet(ctx.db(), (org, row.name), after, ctx.today(), None).await
}

/// The sheet of a closed day, to print.
///
/// # Errors
/// [`AppError::NotFound`] outside the scope.
pub async fn closed_sheet(ctx: &Ctx, org: OrgId, day: Date) -> AppResult<Sheet> {
    let scope = ctx.may(Permission::FeeTake)?;
    let (row, after) = store::closed_on(ctx.db(), &scope, org, day).await?;
    sheet(ctx.db(), (org, row.org.clone()), after, day, Some(row)).await
}

async fn sheet(
    db: &db::Db,
    (org, org_name): (OrgId, String),
    after: Option<Date>,
    to: Date,
    closing: Option<ClosingRow>,
) -> AppResult<Sheet> {
    Ok(Sheet {
        moved: by_method(&store::sums(db, org, after, to).await?),
        receipts: store::receipts(db, org, after, to).await?,
        org,
        org_name,
        after,
        to,
        closing,
    })
}

/// Counts the drawer and closes the days up to today.
///
/// # Errors
/// [`AppError::Invalid`] for a difference without a reason; a refusal when today is closed.
pub async fn close(ctx: &Ctx, org: OrgId, counted_fen: i64, reason: &str) -> AppResult<ClosingRow> {
    let scope = ctx.may(Permission::FeeTake)?;
    let name = orgs::tree::find_within(ctx.db(), &scope, org).await?.name;
    let tx = ctx.begin().await?;
    ledger::lock_books(&tx, std::iter::once(org)).await?;
    let (after, today) = (store::last_closed(&tx, org).await?, ctx.today());
    if after.is_some_and(|closed| closed >= today) {
        return Err(AppError::refused(
            "day_closed",
            "今天的账已经结了。之后收的钱算在下一天，明天再结。",
        ));
    }
    let cash_fen = sheet(&tx, (org, name.clone()), after, today, None).await?.cash();
    let difference = counted_fen - cash_fen;
    let reason = checked(reason, difference)?;
    let mut events = Vec::new();
    if difference != 0 {
        let posting = Posting {
            id: ctx.new_id(),
            org,
            enrollment: None,
            kind: Kind::Counted,
            method: Method::Cash,
            fen: difference,
        };
        let posted = ledger::post(&tx, &posting).await?;
        events.push(ledger::event("fee.counted", &posted).data(ledger::told(&posted)));
    }
    let row = ClosingRow {
        org_id: org,
        org: name,
        day: today,
        cash_fen,
        counted_fen,
        reason,
        closed_by: ctx.actor.person,
        closed_at: ctx.now(),
    };
    store::close(&tx, &row).await?;
    let data = json!({ "day": row.day.to_string(), "cash_fen": cash_fen, "counted_fen": counted_fen });
    events.push(
        Event::new("fee.day_closed", "org", org)
            .at(org)
            .data(data)
            .note(row.reason.clone()),
    );
    tx.commit(events).await?;
    Ok(row)
}

fn checked(reason: &str, difference: i64) -> AppResult<String> {
    let reason = reason.trim();
    if difference != 0 && reason.is_empty() {
        let gap = kernel::Fen(difference.abs());
        let way = if difference > 0 { "多" } else { "少" };
        return Err(AppError::invalid(
            "reason",
            format!("点出来的现金比账上{way} {gap}。请再点一次；真的不一样，请写下原因。"),
        ));
    }
    if reason.chars().count() > REASON {
        return Err(AppError::invalid("reason", "原因最多 200 个字，请写短一些。"));
    }
    Ok(reason.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_moved_by_each_method() {
        let sum = |kind, account, fen| Sum {
            kind,
            account,
            fen,
            count: 1,
        };
        let moved = by_method(&[
            sum(Kind::Paid, Account::Cash, 36_000),
            sum(Kind::Refunded, Account::Cash, -12_000),
            sum(Kind::Reversal, Account::Cash, -12_000),
            sum(Kind::Counted, Account::Cash, -50),
            sum(Kind::Paid, Account::Online, 12_000),
            sum(Kind::Unclaimed, Account::Online, 11_900),
            sum(Kind::Paid, Account::Waiver, 12_000),
        ]);
        let nets: Vec<(Method, i64)> = moved
            .iter()
            .map(|(method, moved)| (*method, moved.net()))
            .collect();
        let expected = [
            (Method::Cash, 11_950),
            (Method::Card, 0),
            (Method::Online, 23_900),
            (Method::Waiver, 12_000),
        ];
        assert_eq!(nets, expected);
    }

    #[test]
    fn a_difference_needs_a_reason() {
        for (reason, difference, good) in [
            ("", 0, true),
            ("", 1, false),
            ("找零找错", -50, true),
            (" ", -1, false),
        ] {
            assert_eq!(checked(reason, difference).is_ok(), good, "{reason} {difference}");
        }
    }
}

//! SQL of the ledger of fees and of refunds.

use crate::fees::ladder::Cause;
use crate::fees::late::Due;
use crate::fees::model::{Kind, Line, Method, Money};
use crate::{EnrollmentId, EnrollmentStatus, PostingId, RefundId};
use db::{Db, DbResult, Scope, Tx, Value, args, record};
use kernel::{Date, Instant, OrgId, PersonId};
use teaching::ClassId;

record! {
    /// A posting.
    pub struct PostingRow {
        /// Its id.
        pub id: PostingId,
        /// Whose books.
        pub org_id: OrgId,
        /// For which enrolment.
        pub enrollment_id: Option<EnrollmentId>,
        /// What it stands for.
        pub kind: Kind,
        /// By what money moved.
        pub method: Method,
        /// How much, in fen.
        pub amount_fen: i64,
        /// Year of its receipt.
        pub receipt_year: Option<i64>,
        /// Number of its receipt in the year.
        pub receipt_number: Option<i64>,
        /// The posting that it undoes.
        pub reverses: Option<PostingId>,
        /// The cashier's day it counts for.
        pub day: Date,
        /// When it was made.
        pub at: Instant,
        /// Who made it.
        pub actor_person: Option<PersonId>,
        /// The posting that undid it.
        pub reversed_by: Option<PostingId>,
    }
}

macro_rules! postings {
    ($rest:literal) => {
        concat!(
            "SELECT p.id, p.org_id, p.enrollment_id, p.kind, p.method, p.amount_fen, p.receipt_year, p.receipt_number,
             p.reverses, p.day, p.at, p.actor_person, r.id AS reversed_by
             FROM fee_posting p LEFT JOIN fee_posting r ON r.reverses = p.id ",
            $rest
        )
    };
}

pub(in crate::fees) async fn find(db: &Db, id: PostingId) -> DbResult<PostingRow> {
    db.query_one(
        postings!("WHERE p.id = $1 {unscoped: the caller checks whose it is}"),
        args![id],
    )
    .await
}

pub(in crate::fees) async fn find_within(db: &Db, scope: &Scope, id: PostingId) -> DbResult<PostingRow> {
    db.within(scope)
        .query_one(postings!("WHERE p.id = $1 AND {scope p.org_id}"), args![id])
        .await
}

/// Postings of enrolments, oldest first.
pub(in crate::fees) async fn of_enrollments(db: &Db, ids: &[EnrollmentId]) -> DbResult<Vec<PostingRow>> {
    db.query(
        postings!("WHERE p.enrollment_id {any $1} {unscoped: the caller checked whose they are} ORDER BY p.id LIMIT 1000"),
        args![ids],
    )
    .await
}

pub(in crate::fees) async fn lines(db: &Db, posting: PostingId) -> DbResult<Vec<Line>> {
    db.query(
        "SELECT account, amount_fen FROM fee_entry WHERE posting_id = $1 ORDER BY line LIMIT 20",
        args![posting],
    )
    .await
}

/// The columns of a posting, in the order of [`PostingRow::cells`].
pub const POSTING_COLUMNS: &[&str] = &[
    "id",
    "org_id",
    "enrollment_id",
    "kind",
    "method",
    "amount_fen",
    "receipt_year",
    "receipt_number",
    "reverses",
    "day",
    "at",
    "actor_person",
];

/// The columns of a posting's lines, in the order of [`entry_cells`].
pub const ENTRY_COLUMNS: &[&str] = &["posting_id", "line", "account", "amount_fen"];

impl PostingRow {
    /// The row's cells.
    #[must_use]
    pub fn cells(&self) -> Vec<Value> {
        vec![
            self.id.into(),
            self.org_id.into(),
            self.enrollment_id.into(),
            self.kind.into(),
            self.method.into(),
            self.amount_fen.into(),
            self.receipt_year.into(),
            self.receipt_number.into(),
            self.reverses.into(),
            self.day.into(),
            self.at.into(),
            self.actor_person.into(),
        ]
    }
}

/// The cells of a posting's lines.
#[must_use]
pub fn entry_cells(posting: PostingId, lines: &[Line]) -> Vec<Vec<Value>> {
    let numbered = lines.iter().zip(1_i64..);
    numbered
        .map(|((account, fen), line)| vec![posting.into(), line.into(), (*account).into(), (*fen).into()])
        .collect()
}

pub(in crate::fees) async fn insert(tx: &Tx, row: &PostingRow, lines: &[Line]) -> DbResult<()> {
    tx.insert_many("fee_posting", POSTING_COLUMNS, &[row.cells()])
        .await?;
    tx.insert_many("fee_entry", ENTRY_COLUMNS, &entry_cells(row.id, lines))
        .await
}

/// The highest receipt number of an org's year.
pub(in crate::fees) async fn last_receipt(db: &Db, org: OrgId, year: i64) -> DbResult<i64> {
    db.query_one(
        "SELECT COALESCE(max(receipt_number), 0) FROM fee_posting
         WHERE org_id = $1 AND receipt_year = $2 {unscoped: the caller decided}",
        args![org, year],
    )
    .await
}

/// The last day that an org's cashier has closed.
pub(in crate::fees) async fn last_closed(db: &Db, org: OrgId) -> DbResult<Option<Date>> {
    db.query_opt(
        "SELECT day FROM fee_closing WHERE org_id = $1 {unscoped: the caller decided} ORDER BY day DESC LIMIT 1",
        args![org],
    )
    .await
}

/// Keeps seats that were given from a waitlist until they are paid, or until their papers are signed.
pub(in crate::fees) async fn keep(tx: &Tx, id: EnrollmentId, until: Instant, due: Due) -> DbResult<()> {
    tx.exec(
        "UPDATE enrollment SET held_until = $2,
           money = $3, due_fen = $4, fee_lessons = $5
         WHERE id = $1 {unscoped: decided by the seat desk}",
        args![
            id,
            until,
            if due.fen > 0 { Money::Due } else { Money::None },
            due.fen,
            due.lessons
        ],
    )
    .await?;
    Ok(())
}

/// Nothing is due any more for what was given up unpaid.
pub(in crate::fees) async fn forgive(tx: &Tx, ids: &[EnrollmentId]) -> DbResult<()> {
    tx.exec(
        "UPDATE enrollment SET money = 'none' WHERE id {any $1} AND money = 'due' {unscoped: the caller decided}",
        args![ids],
    )
    .await?;
    Ok(())
}

pub(in crate::fees) async fn set_money(tx: &Tx, id: EnrollmentId, money: Money) -> DbResult<()> {
    tx.exec(
        "UPDATE enrollment SET money = $2 WHERE id = $1 {unscoped: the caller decided}",
        args![id, money],
    )
    .await?;
    Ok(())
}

/// Puts a paid seat back to one that is kept.
pub(in crate::fees) async fn keep_again(
    tx: &Tx,
    id: EnrollmentId,
    until: Instant,
    now: Instant,
) -> DbResult<()> {
    tx.exec(
        "UPDATE enrollment SET status = 'reserved', money = 'due', held_until = $2, changed_at = $3
         WHERE id = $1 {unscoped: the caller decided}",
        args![id, until, now],
    )
    .await?;
    Ok(())
}

record! {
    /// A refund.
    pub struct RefundRow {
        /// Its id.
        pub id: RefundId,
        /// Whose books.
        pub org_id: OrgId,
        /// Of which enrolment.
        pub enrollment_id: EnrollmentId,
        /// Why.
        pub cause: Cause,
        /// What was paid, in fen.
        pub paid_fen: i64,
        /// What goes back, in fen.
        pub amount_fen: i64,
        /// The ladder that gave the amount.
        pub ladder_version: String,
        /// open, paid, or nothing when nothing goes back.
        pub status: String,
        /// When it was decided.
        pub created_at: Instant,
        /// The posting by which it was paid.
        pub paid_posting: Option<PostingId>,
        /// Why it did not go back the way the fee was paid; nothing where it did.
        pub way_reason: Option<String>,
    }
}

macro_rules! refunds {
    ($rest:literal) => {
        concat!(
            "SELECT f.id, f.org_id, f.enrollment_id, f.cause, f.paid_fen, f.amount_fen, f.ladder_version, f.status,
             f.created_at, f.paid_posting, f.way_reason FROM fee_refund f ",
            $rest
        )
    };
}

pub(in crate::fees) async fn insert_refund(tx: &Tx, row: &RefundRow) -> DbResult<()> {
    tx.exec(
        "INSERT INTO fee_refund (id, org_id, enrollment_id, cause, paid_fen, amount_fen, ladder_version, status, created_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9) {unscoped: the caller decided}",
        args![
            row.id,
            row.org_id,
            row.enrollment_id,
            row.cause,
            row.paid_fen,
            row.amount_fen,
            row.ladder_version.as_str(),
            row.status.as_str(),
            row.created_at
        ],
    )
    .await?;
    Ok(())
}

pub(in crate::fees) async fn refunds_of(db: &Db, ids: &[EnrollmentId]) -> DbResult<Vec<RefundRow>> {
    db.query(
        refunds!("WHERE f.enrollment_id {any $1} {unscoped: the caller checked whose they are} ORDER BY f.id LIMIT 1000"),
        args![ids],
    )
    .await
}

/// Refunds of the scope that are not paid yet, oldest first.
pub(in crate::fees) async fn open_refunds(db: &Db, scope: &Scope, limit: i64) -> DbResult<Vec<RefundRow>> {
    db.within(scope)
        .query(
            refunds!("WHERE f.status = 'open' AND {scope f.org_id} ORDER BY f.id LIMIT $1"),
            args![limit],
        )
        .await
}

pub(in crate::fees) async fn refund_within(db: &Db, scope: &Scope, id: RefundId) -> DbResult<RefundRow> {
    db.within(scope)
        .query_one(refunds!("WHERE f.id = $1 AND {scope f.org_id}"), args![id])
        .await
}

/// The refund that a posting paid.
pub(in crate::fees) async fn refund_paid_by(db: &Db, posting: PostingId) -> DbResult<Option<RefundRow>> {
    db.query_opt(
        refunds!("WHERE f.paid_posting = $1 {unscoped: the caller checked the posting}"),
        args![posting],
    )
    .await
}

pub(in crate::fees) async fn set_refund(
    tx: &Tx,
    id: RefundId,
    status: &str,
    paid_posting: Option<PostingId>,
    way_reason: Option<&str>,
) -> DbResult<()> {
    tx.exec(
        "UPDATE fee_refund SET status = $2, paid_posting = $3, way_reason = $4
         WHERE id = $1 {unscoped: the caller decided}",
        args![id, status, paid_posting, way_reason],
    )
    .await?;
    Ok(())
}

record! {
    /// An enrolment with its fee, on the cashier's list.
    pub struct DueRow {
        /// The enrolment.
        pub id: EnrollmentId,
        /// Its class.
        pub class_id: ClassId,
        /// The class's name.
        pub class: String,
        /// Whose it is.
        pub person_id: PersonId,
        /// Where it stands.
        pub status: EnrollmentStatus,
        /// The fee in fen.
        pub due_fen: i64,
        /// Until when the seat is kept.
        pub held_until: Option<Instant>,
    }
}

/// Seats of the scope that are kept unpaid, the first to end first.
pub(in crate::fees) async fn due_within(db: &Db, scope: &Scope, limit: i64) -> DbResult<Vec<DueRow>> {
    db.within(scope)
        .query(
            "SELECT e.id, e.class_id, c.name AS class, e.person_id, e.status, e.due_fen, e.held_until
             FROM enrollment e JOIN class c ON c.id = e.class_id
             WHERE e.status = 'reserved' AND e.due_fen > 0 AND {scope e.org_id} ORDER BY e.held_until, e.id LIMIT $1",
            args![limit],
        )
        .await
}

record! {
    /// A posting that does not sum to nothing, or whose lines do not carry its amount.
    pub(in crate::fees) struct Unbalanced {
        pub(in crate::fees) posting_id: PostingId, pub(in crate::fees) sum_fen: i64,
    }
}

pub(in crate::fees) async fn unbalanced(db: &Db) -> DbResult<Vec<Unbalanced>> {
    db.query(
        "SELECT p.id AS posting_id, CAST(COALESCE(sum(l.amount_fen), 1) AS BIGINT) AS sum_fen
         FROM fee_posting p LEFT JOIN fee_entry l ON l.posting_id = p.id {unscoped: the whole installation is proven}
         GROUP BY p.id, p.amount_fen HAVING COALESCE(sum(l.amount_fen), 1) <> 0
            OR sum(CASE WHEN l.amount_fen > 0 THEN l.amount_fen ELSE 0 END) <> abs(p.amount_fen) ORDER BY p.id LIMIT 100",
        args![],
    )
    .await
}

record! {
    /// An enrolment with how its fee stands, and what the postings that stand say of it, all in fen.
    pub(in crate::fees) struct Standing {
        pub(in crate::fees) id: EnrollmentId, pub(in crate::fees) money: Money, pub(in crate::fees) due_fen: i64,
        pub(in crate::fees) paid_fen: i64, pub(in crate::fees) waived_fen: i64, pub(in crate::fees) carried_fen: i64,
        pub(in crate::fees) refunded_fen: i64,
    }
}

/// Enrolments with a fee or with postings, by id, after this one.
pub(in crate::fees) async fn standings(db: &Db, after: EnrollmentId, limit: i64) -> DbResult<Vec<Standing>> {
    db.query(
        "SELECT e.id, e.money, e.due_fen,
           CAST(COALESCE(sum(CASE WHEN p.kind IN ('paid', 'carried_in') AND p.method <> 'waiver' THEN p.amount_fen END), 0) AS BIGINT)
             AS paid_fen,
           CAST(COALESCE(sum(CASE WHEN p.kind = 'paid' AND p.method = 'waiver' THEN p.amount_fen END), 0) AS BIGINT) AS waived_fen,
           CAST(COALESCE(sum(CASE WHEN p.kind = 'carried_out' THEN p.amount_fen END), 0) AS BIGINT) AS carried_fen,
           CAST(COALESCE((SELECT sum(f.amount_fen) FROM fee_refund f WHERE f.enrollment_id = e.id AND f.status = 'paid'
             AND f.cause NOT IN ('late', 'wrong_sum', 'undone')), 0) AS BIGINT) AS refunded_fen
         FROM enrollment e LEFT JOIN fee_posting p ON p.enrollment_id = e.id AND p.kind IN ('paid', 'carried_in', 'carried_out')
           AND NOT EXISTS (SELECT 1 FROM fee_posting r WHERE r.reverses = p.id)
         WHERE e.id > $1 AND (e.money <> 'none' OR EXISTS (SELECT 1 FROM fee_posting x WHERE x.enrollment_id = e.id))
         {unscoped: the whole installation is proven}
         GROUP BY e.id, e.money, e.due_fen ORDER BY e.id LIMIT $2",
        args![after, limit],
    )
    .await
}

/// What left with learners for other classes and did not come in there, in fen.
pub(in crate::fees) async fn carried(db: &Db) -> DbResult<i64> {
    db.query_one(
        "SELECT CAST(COALESCE(sum(amount_fen), 0) AS BIGINT) FROM fee_entry WHERE account = 'carried'",
        args![],
    )
    .await
}

/// By what the fee of this enrolment was paid last, if it was paid here.
pub(in crate::fees) async fn paid_by(db: &Db, id: EnrollmentId) -> DbResult<Option<Method>> {
    let last: Option<PostingRow> = db
        .query_opt(
            postings!(
                "WHERE p.enrollment_id = $1 AND p.kind = 'paid' AND p.method <> 'waiver' {unscoped: the caller decided}
                 ORDER BY p.id DESC LIMIT 1"
            ),
            args![id],
        )
        .await?;
    Ok(last.map(|row| row.method))
}

/// The posting by which the fee of an enrolment was waived, if it was and still is.
pub(in crate::fees) async fn waiver_of(db: &Db, id: EnrollmentId) -> DbResult<Option<PostingRow>> {
    db.query_opt(
        postings!(
            "WHERE p.enrollment_id = $1 AND p.kind = 'paid' AND p.method = 'waiver' AND r.id IS NULL
             {unscoped: the caller decided} ORDER BY p.id DESC LIMIT 1"
        ),
        args![id],
    )
    .await
}

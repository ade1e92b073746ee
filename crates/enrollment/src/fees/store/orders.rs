//! SQL of payments on line.

use crate::{EnrollmentId, OrderId};
use db::{Db, DbResult, Tx, args, record, text_enum};
use kernel::{Instant, OrgId, PersonId};

text_enum! {
    /// Where a payment on line stands.
    pub enum OrderStatus {
        /// Begun; nothing has come.
        Open => "open",
        /// Came, and is counted.
        Paid => "paid",
        /// Came when nothing was due any more; goes back.
        Late => "late",
        /// Came with another sum; goes back.
        WrongSum => "wrong_sum",
    }
}

record! {
    /// A payment on line.
    pub struct OrderRow {
        /// Its id.
        pub id: OrderId,
        /// Whose books.
        pub org_id: OrgId,
        /// For which enrolment.
        pub enrollment_id: EnrollmentId,
        /// How much was asked for, in fen.
        pub amount_fen: i64,
        /// Where it stands.
        pub status: OrderStatus,
        /// The provider's number of it.
        pub provider_number: Option<String>,
        /// How much came, in fen.
        pub received_fen: Option<i64>,
        /// When it was begun.
        pub created_at: Instant,
        /// Who began it: the learner, or somebody of their family; nobody on old ones.
        pub actor_person: Option<PersonId>,
        /// By which way it was begun.
        pub channel: Option<String>,
    }
}

macro_rules! orders {
    ($rest:literal) => {
        concat!(
            "SELECT o.id, o.org_id, o.enrollment_id, o.amount_fen, o.status, o.provider_number, o.received_fen,
             o.created_at, o.actor_person, o.channel FROM fee_order o ",
            $rest
        )
    };
}

pub(in crate::fees) async fn find(db: &Db, id: OrderId) -> DbResult<Option<OrderRow>> {
    db.query_opt(
        orders!("WHERE o.id = $1 {unscoped: named by the provider, or by its owner}"),
        args![id],
    )
    .await
}

pub(in crate::fees) async fn by_number(db: &Db, number: &str) -> DbResult<Option<OrderRow>> {
    db.query_opt(
        orders!("WHERE o.provider_number = $1 {unscoped: named by the provider}"),
        args![number],
    )
    .await
}

/// The payment of an enrolment that this person began and that was not heard of; old ones are the learner's own.
pub(in crate::fees) async fn begun_by(
    db: &Db,
    enrollment: EnrollmentId,
    (actor, learner): (PersonId, PersonId),
) -> DbResult<Option<OrderRow>> {
    db.query_opt(
        orders!(
            "WHERE o.enrollment_id = $1 AND o.status = 'open' AND COALESCE(o.actor_person, $3) = $2
             {unscoped: the caller checked whose it is} ORDER BY o.id DESC LIMIT 1"
        ),
        args![enrollment, actor, learner],
    )
    .await
}

/// The latest payment of an enrolment of this standing.
pub(in crate::fees) async fn of_enrollment(
    db: &Db,
    enrollment: EnrollmentId,
    status: OrderStatus,
) -> DbResult<Option<OrderRow>> {
    db.query_opt(
        orders!(
            "WHERE o.enrollment_id = $1 AND o.status = $2 {unscoped: the caller checked whose it is}
             ORDER BY o.id DESC LIMIT 1"
        ),
        args![enrollment, status],
    )
    .await
}

pub(in crate::fees) async fn insert(tx: &Tx, row: &OrderRow) -> DbResult<()> {
    tx.exec(
        "INSERT INTO fee_order (id, org_id, enrollment_id, amount_fen, status, provider_number, received_fen,
           created_at, changed_at, actor_person, channel)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $8, $9, $10) {unscoped: the caller decided}",
        args![
            row.id,
            row.org_id,
            row.enrollment_id,
            row.amount_fen,
            row.status,
            row.provider_number.clone(),
            row.received_fen,
            row.created_at,
            row.actor_person,
            row.channel.clone()
        ],
    )
    .await?;
    Ok(())
}

/// Keeps what the provider has told of an open payment.
pub(in crate::fees) async fn settle(
    tx: &Tx,
    id: OrderId,
    status: OrderStatus,
    (number, fen): (&str, i64),
    now: Instant,
) -> DbResult<u64> {
    tx.exec(
        "UPDATE fee_order SET status = $2, provider_number = $3, received_fen = $4, changed_at = $5
         WHERE id = $1 AND status = 'open' {unscoped: the caller decided}",
        args![id, status, number, fen, now],
    )
    .await
}

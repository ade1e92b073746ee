//! What a round has come to: seats, waits and money by class.

use db::{Db, DbResult, args, record};
use kernel::Instant;
use teaching::ClassId;

record! {
    /// What a class has taken since a round opened.
    pub struct BooksRow {
        /// The class.
        pub class_id: ClassId,
        /// People with a seat.
        pub seated: i64,
        /// People who wait.
        pub waiting: i64,
        /// Of those with a seat, how many have not paid yet.
        pub due: i64,
        /// What they owe, in fen.
        pub due_fen: i64,
        /// Fees paid.
        pub paid: i64,
        /// Their sum, in fen.
        pub paid_fen: i64,
    }
}

/// What these classes have taken since that moment, those that took something.
pub(in crate::rounds) async fn books(
    db: &Db,
    classes: &[ClassId],
    since: Instant,
) -> DbResult<Vec<BooksRow>> {
    db.query(
        "SELECT class_id,
                CAST(SUM(CASE WHEN status IN ('waitlisted', 'withdrawn', 'expired', 'cancelled', 'transferred') OR (status = 'suspended' AND live = FALSE) THEN 0 ELSE 1 END) AS BIGINT) AS seated,
                CAST(SUM(CASE WHEN status = 'waitlisted' THEN 1 ELSE 0 END) AS BIGINT) AS waiting,
                CAST(SUM(CASE WHEN money = 'due' THEN 1 ELSE 0 END) AS BIGINT) AS due,
                CAST(SUM(CASE WHEN money = 'due' THEN due_fen ELSE 0 END) AS BIGINT) AS due_fen,
                CAST(SUM(CASE WHEN money = 'paid' THEN 1 ELSE 0 END) AS BIGINT) AS paid,
                CAST(SUM(CASE WHEN money = 'paid' THEN due_fen ELSE 0 END) AS BIGINT) AS paid_fen
         FROM enrollment WHERE class_id {any $1} AND created_at >= $2 {unscoped: the caller found the round}
         GROUP BY class_id ORDER BY class_id",
        args![classes, since],
    )
    .await
}

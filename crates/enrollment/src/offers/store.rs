//! SQL of offers.

use db::{Db, DbResult, Scope, args, record};
use kernel::Instant;
use teaching::ClassId;

record! {
    /// Offers of a class that nobody has answered.
    pub(super) struct Open {
        /// The class.
        pub(super) class_id: ClassId,
        /// How many.
        pub(super) offers: i64,
        /// When the first ends.
        pub(super) until: Option<Instant>,
    }
}

/// Classes of the scope with offers that nobody has answered, those that end first first.
pub(super) async fn open_within(db: &Db, scope: &Scope) -> DbResult<Vec<Open>> {
    db.within(scope)
        .query(
            "SELECT e.class_id, count(*) AS offers, min(e.held_until) AS until FROM enrollment e
             WHERE e.status = 'offered' AND {scope e.org_id} GROUP BY e.class_id ORDER BY 3, 1 LIMIT 50",
            args![],
        )
        .await
}

/// Classes of the scope in which seats are kept for people who cannot be told by telephone and to whom they came by themselves,
/// from the waitlist or a draw: those that end first first.
pub(super) async fn unreachable_within(db: &Db, scope: &Scope) -> DbResult<Vec<Open>> {
    db.within(scope)
        .query(
            "SELECT e.class_id, count(*) AS offers, min(e.held_until) AS until FROM enrollment e JOIN person p ON p.id = e.person_id
             WHERE e.status = 'reserved' AND (e.changed_at <> e.created_at OR e.signup_id IS NOT NULL)
               AND p.phone_sealed IS NULL AND {scope e.org_id} GROUP BY e.class_id ORDER BY 3, 1 LIMIT 50",
            args![],
        )
        .await
}

//! SQL that finds sessions whose roll is missing or half taken.

use db::{Db, DbResult, Scope, args, record};
use kernel::{Date, PersonId};
use teaching::SessionId;

record! {
    /// A session without a finished roll.
    pub struct Missing {
        /// The session.
        pub id: SessionId,
        /// Name of the class.
        pub name: String,
        /// Number of the session in its class.
        pub number: i64,
        /// Its day.
        pub day: Date,
        /// Learners of its roll without a mark.
        pub unmarked: i64,
    }
}

/// Learners whom the roll of session `s` of class `c` asks for and who have no mark at it: the rule of `model.rs` in SQL.
/// It hangs on `c`, so that a database looks at the learners after it knows whose class it is.
macro_rules! unmarked {
    ($what:literal) => {
        concat!(
            "(SELECT ",
            $what,
            " FROM enrollment e WHERE e.class_id = c.id AND e.status IN ('reserved', 'confirmed', 'attending', 'suspended')
                AND (e.seated_on IS NULL OR e.seated_on <= s.day)
                AND (e.suspended_on IS NULL OR e.suspended_on > s.day OR e.resumed_on <= s.day)
                AND NOT EXISTS (SELECT 1 FROM attendance a WHERE a.session_id = s.id AND a.person_id = e.person_id))"
        )
    };
}

/// Sessions of classes that run, between two days, with learners, and without a finished roll.
macro_rules! missing {
    ($who:literal) => {
        concat!(
            "SELECT s.id, c.name, s.number, s.day, ",
            unmarked!("count(*)"),
            " AS unmarked FROM session s JOIN class c ON c.id = s.class_id
             WHERE s.day >= $1 AND s.day <= $2 AND s.status <> 'cancelled' AND c.status IN ('published', 'running')
               AND c.enrolled > 0 AND ",
            $who,
            " AND (NOT EXISTS (SELECT 1 FROM attendance a WHERE a.session_id = s.id AND a.method <> 'leave') OR EXISTS ",
            unmarked!("1"),
            ") ORDER BY s.day, s.starts, s.id LIMIT 50"
        )
    };
}

/// Sessions in scope between two days without a finished roll; at most 50.
pub async fn in_scope(db: &Db, scope: &Scope, from: Date, to: Date) -> DbResult<Vec<Missing>> {
    db.within(scope)
        .query(missing!("{scope s.org_id}"), args![from, to])
        .await
}

/// Sessions between two days without a finished roll that this person teaches or has a duty in; at most 50.
pub async fn of_teacher(db: &Db, person: PersonId, from: Date, to: Date) -> DbResult<Vec<Missing>> {
    let sql = missing!(
        "(c.teacher_id = $3 OR s.teacher_id = $3
          OR EXISTS (SELECT 1 FROM class_duty d WHERE d.class_id = c.id AND d.person_id = $3))
         {unscoped: the person's own duty}"
    );
    db.query(sql, args![from, to, person]).await
}

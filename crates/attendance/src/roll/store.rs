//! SQL that finds sessions without a roll.

use db::{Db, DbResult, Scope, args, record};
use kernel::{Date, PersonId};
use teaching::SessionId;

record! {
    /// A session without a roll.
    pub struct Missing {
        /// The session.
        pub id: SessionId,
        /// Name of the class.
        pub name: String,
        /// Number of the session in its class.
        pub number: i64,
        /// Its day.
        pub day: Date,
    }
}

/// Sessions in scope between two days without a roll; at most 50.
pub async fn in_scope(db: &Db, scope: &Scope, from: Date, to: Date) -> DbResult<Vec<Missing>> {
    let sql = "SELECT s.id, c.name, s.number, s.day FROM session s JOIN class c ON c.id = s.class_id
         WHERE s.day >= $1 AND s.day <= $2 AND s.status <> 'cancelled' AND c.status IN ('published', 'running')
           AND {scope s.org_id} AND c.enrolled > 0
           AND NOT EXISTS (SELECT 1 FROM attendance a WHERE a.session_id = s.id AND a.method <> 'leave')
         ORDER BY s.day, s.starts, s.id LIMIT 50";
    db.within(scope).query(sql, args![from, to]).await
}

/// Sessions between two days without a roll that this person teaches or has a duty in; at most 50.
pub async fn of_teacher(db: &Db, person: PersonId, from: Date, to: Date) -> DbResult<Vec<Missing>> {
    let sql = "SELECT s.id, c.name, s.number, s.day FROM session s JOIN class c ON c.id = s.class_id
         WHERE s.day >= $1 AND s.day <= $2 AND s.status <> 'cancelled' AND c.status IN ('published', 'running')
           AND c.enrolled > 0 {unscoped: the person's own duty}
           AND (c.teacher_id = $3 OR s.teacher_id = $3
                OR EXISTS (SELECT 1 FROM class_duty d WHERE d.class_id = c.id AND d.person_id = $3))
           AND NOT EXISTS (SELECT 1 FROM attendance a WHERE a.session_id = s.id AND a.method <> 'leave')
         ORDER BY s.day, s.starts, s.id LIMIT 50";
    db.query(sql, args![from, to, person]).await
}

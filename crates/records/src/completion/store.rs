//! SQL of completion.

use crate::{HoursEntryId, OutcomeId};
use db::{Db, DbResult, Tx, args, record};
use kernel::{Date, Instant, OrgId, PersonId};
use teaching::ClassId;

/// A learner who completes a class.
pub struct NewOutcome<'a> {
    pub id: OutcomeId,
    pub entry: HoursEntryId,
    pub person: PersonId,
    pub org: OrgId,
    pub class: ClassId,
    pub title: &'a str,
    pub level: &'a str,
    pub minutes: i64,
    pub on: Date,
    pub evidence: String,
    pub by: Option<PersonId>,
    pub at: Instant,
}

/// Keeps outcome and hours; `false` when the learner has them already.
pub async fn add(tx: &Tx, new: &NewOutcome<'_>) -> DbResult<bool> {
    let added = tx
        .exec(
            "INSERT INTO outcome (id, person_id, org_id, kind, title, level, minutes, earned_on, class_id, evidence,
                                  assessed_by, rule_version, status, created_at)
             VALUES ($1, $2, $3, 'class', $4, $5, $6, $7, $8, $9, $10, $11, 'verified', $12)
             ON CONFLICT (class_id, person_id) DO NOTHING {unscoped: the class was found in scope}",
            args![
                new.id,
                new.person,
                new.org,
                new.title,
                new.level,
                new.minutes,
                new.on,
                new.class,
                new.evidence.as_str(),
                new.by,
                super::model::RULE,
                new.at
            ],
        )
        .await?;
    if added == 0 {
        return Ok(false);
    }
    tx.exec(
        "INSERT INTO hours_entry (id, person_id, org_id, minutes, source_kind, source_id, rule_version, earned_on, entered_at)
         VALUES ($1, $2, $3, $4, 'class', $5, $6, $7, $8) {unscoped: the class was found in scope}",
        args![
            new.entry,
            new.person,
            new.org,
            new.minutes,
            new.class,
            super::model::RULE,
            new.on,
            new.at
        ],
    )
    .await?;
    Ok(true)
}

record! {
    /// What a learner holds from a class.
    pub struct Held {
        /// The learner.
        pub person_id: PersonId,
        /// verified or revoked.
        pub status: String,
    }
}

/// Who has an outcome of this class.
pub async fn held(db: &Db, class: ClassId) -> DbResult<Vec<Held>> {
    db.query(
        "SELECT person_id, status FROM outcome WHERE class_id = $1 {unscoped: the class was found in scope}
         ORDER BY person_id",
        args![class],
    )
    .await
}

record! {
    /// A class that is over and not completed.
    pub struct Over {
        /// The class.
        pub id: ClassId,
        /// Its name.
        pub name: String,
        /// Its last day.
        pub ends_on: Date,
    }
}

/// Classes in scope that are over, have learners, and are not closed; and closed ones in which somebody holds a seat still.
pub async fn over(db: &Db, scope: &db::Scope, today: Date) -> DbResult<Vec<Over>> {
    db.within(scope)
        .query(
            "SELECT c.id, c.name, c.ends_on FROM class c
             WHERE c.ends_on < $1 AND c.enrolled > 0 AND {scope c.org_id}
               AND (c.status IN ('published', 'running')
                    OR (c.status = 'closed' AND EXISTS (SELECT 1 FROM enrollment e WHERE e.class_id = c.id
                        AND e.status IN ('reserved', 'confirmed', 'attending'))))
             ORDER BY c.ends_on, c.id LIMIT 50",
            args![today],
        )
        .await
}

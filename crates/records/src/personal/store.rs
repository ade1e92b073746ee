//! SQL of what is told and erased of a person.

use crate::CertificateId;
use db::{Db, DbResult, Tx, args, record};
use kernel::{Date, Instant, PersonId};
use platform::personal::{ERASED_NAME, MOST_TOLD};

record! {
    pub(super) struct Hours {
        pub(super) minutes: i64, pub(super) source_kind: String, pub(super) rule_version: String,
        pub(super) earned_on: Date, pub(super) entered_at: Instant,
    }
}

/// Every entry of a person in the ledger.
pub(super) async fn hours(db: &Db, person: PersonId) -> DbResult<Vec<Hours>> {
    db.query(
        "SELECT minutes, source_kind, rule_version, earned_on, entered_at FROM hours_entry
         WHERE person_id = $1 {unscoped: a person's own} ORDER BY earned_on, id LIMIT $2",
        args![person, MOST_TOLD],
    )
    .await
}

record! {
    pub(super) struct Outcome {
        pub(super) title: String, pub(super) earned_on: Date, pub(super) minutes: i64, pub(super) evidence: String,
        pub(super) rule_version: String, pub(super) status: String,
    }
}

/// Every outcome of a person.
pub(super) async fn outcomes(db: &Db, person: PersonId) -> DbResult<Vec<Outcome>> {
    db.query(
        "SELECT title, earned_on, minutes, evidence, rule_version, status FROM outcome
         WHERE person_id = $1 {unscoped: a person's own} ORDER BY earned_on, id LIMIT $2",
        args![person, MOST_TOLD],
    )
    .await
}

record! {
    pub(super) struct Certificate {
        pub(super) id: CertificateId, pub(super) number: String, pub(super) code: String, pub(super) name: String,
        pub(super) facts: String, pub(super) issued_on: Date, pub(super) status: String, pub(super) revoke_reason: String,
    }
}

/// Every certificate of a person.
pub(super) async fn certificates(db: &Db, person: PersonId) -> DbResult<Vec<Certificate>> {
    db.query(
        "SELECT id, number, code, name, facts, issued_on, status, revoke_reason FROM certificate
         WHERE person_id = $1 {unscoped: a person's own} ORDER BY issued_on, id LIMIT $2",
        args![person, MOST_TOLD],
    )
    .await
}

/// Takes the name off a person's certificates, and the words written when one was revoked.
pub(super) async fn erase(tx: &Tx, person: PersonId) -> DbResult<()> {
    let sql = "UPDATE certificate SET name = $2, revoke_reason = '' WHERE person_id = $1 {unscoped: the person asked for it}";
    tx.exec(sql, args![person, ERASED_NAME]).await?;
    Ok(())
}

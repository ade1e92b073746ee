//! SQL of certificates.

use crate::{CertificateId, HoursEntryId, OutcomeId};
use db::{Db, DbResult, Scope, Tx, args, record};
use kernel::{Date, Instant, OrgId, PersonId};
use teaching::ClassId;

/// Every column of a certificate with the alias `f`.
macro_rules! columns {
    () => {
        "f.id, f.outcome_id, f.person_id, f.org_id, f.number, f.code, f.name, f.facts, f.issued_on, f.status, f.revoked_on,
         f.revoke_reason"
    };
}

record! {
    /// A certificate.
    pub struct CertificateRow {
        /// Its id.
        pub id: CertificateId,
        /// What it is about.
        pub outcome_id: OutcomeId,
        /// The learner.
        pub person_id: PersonId,
        /// The org that issued it.
        pub org_id: OrgId,
        /// Number in the school's register.
        pub number: String,
        /// Code by which anybody checks it.
        pub code: String,
        /// Name as printed.
        pub name: String,
        /// The other facts as printed, as JSON.
        pub facts: String,
        /// Day of issue.
        pub issued_on: Date,
        /// valid or revoked.
        pub status: String,
        /// Day of revocation.
        pub revoked_on: Option<Date>,
        /// Why it was revoked; staff only.
        pub revoke_reason: String,
    }
}

record! {
    /// An outcome of a class that has no certificate.
    pub struct Bare {
        /// The outcome.
        pub id: OutcomeId,
        /// The learner.
        pub person_id: PersonId,
        /// Full name.
        pub name: String,
        /// Minutes attended.
        pub minutes: i64,
    }
}

/// The outcomes of a class without certificate.
pub async fn bare(db: &Db, class: ClassId) -> DbResult<Vec<Bare>> {
    db.query(
        "SELECT o.id, o.person_id, p.name, o.minutes FROM outcome o JOIN person p ON p.id = o.person_id
         WHERE o.class_id = $1 AND o.status = 'verified' {unscoped: the class was found in scope}
           AND NOT EXISTS (SELECT 1 FROM certificate f WHERE f.outcome_id = o.id)
         ORDER BY p.sort_key, o.id",
        args![class],
    )
    .await
}

record! {
    /// Names around a class, as they are today.
    pub struct Names {
        /// The course.
        pub course: String,
        /// The term.
        pub term: String,
        /// The school.
        pub provider: String,
    }
}

/// The names that a certificate of this class prints.
pub async fn names(db: &Db, class: ClassId) -> DbResult<Names> {
    db.query_one(
        "SELECT k.name AS course, t.name AS term, g.name AS provider FROM class c
         JOIN course k ON k.id = c.course_id JOIN term t ON t.id = c.term_id JOIN org g ON g.id = c.org_id
         WHERE c.id = $1 {unscoped: the class was found in scope}",
        args![class],
    )
    .await
}

/// How many certificates an org has issued under numbers that begin with this text.
pub async fn issued_under(db: &Db, prefix: &str) -> DbResult<i64> {
    db.query_one(
        "SELECT count(*) FROM certificate WHERE substr(number, 1, length(CAST($1 AS TEXT))) = $1
         {unscoped: the prefix names the org}",
        args![prefix],
    )
    .await
}

/// Keeps a new certificate.
pub async fn add(tx: &Tx, row: &CertificateRow, by: Option<PersonId>) -> DbResult<()> {
    tx.exec(
        "INSERT INTO certificate (id, outcome_id, person_id, org_id, number, code, name, facts, issued_on, issued_by, status,
                                  revoke_reason)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, 'valid', '') {unscoped: the class was found in scope}",
        args![
            row.id,
            row.outcome_id,
            row.person_id,
            row.org_id,
            row.number.as_str(),
            row.code.as_str(),
            row.name.as_str(),
            row.facts.as_str(),
            row.issued_on,
            by
        ],
    )
    .await?;
    Ok(())
}

/// The certificates of a class, by number.
pub async fn of_class(db: &Db, class: ClassId) -> DbResult<Vec<CertificateRow>> {
    let sql = concat!(
        "SELECT ",
        columns!(),
        " FROM certificate f JOIN outcome o ON o.id = f.outcome_id
         WHERE o.class_id = $1 {unscoped: the class was found in scope} ORDER BY f.number, f.id"
    );
    db.query(sql, args![class]).await
}

/// A certificate in scope.
pub async fn find_within(db: &Db, scope: &Scope, id: CertificateId) -> DbResult<CertificateRow> {
    let sql = concat!(
        "SELECT ",
        columns!(),
        " FROM certificate f WHERE f.id = $1 AND {scope f.org_id}"
    );
    db.within(scope).query_one(sql, args![id]).await
}

/// The certificates of a person, newest first.
pub async fn of_person(db: &Db, person: PersonId) -> DbResult<Vec<CertificateRow>> {
    let sql = concat!(
        "SELECT ",
        columns!(),
        " FROM certificate f WHERE f.person_id = $1 {unscoped: the person's own}
         ORDER BY f.issued_on DESC, f.id LIMIT 500"
    );
    db.query(sql, args![person]).await
}

/// The certificate with this code.
pub async fn by_code(db: &Db, code: &str) -> DbResult<Option<CertificateRow>> {
    let sql = concat!(
        "SELECT ",
        columns!(),
        " FROM certificate f WHERE f.code = $1 {unscoped: whoever holds the code may check it}"
    );
    db.query_opt(sql, args![code]).await
}

/// Revokes a certificate that is valid; `false` when it was not.
pub async fn revoke(tx: &Tx, id: CertificateId, on: Date, reason: &str) -> DbResult<bool> {
    let touched = tx
        .exec(
            "UPDATE certificate SET status = 'revoked', revoked_on = $2, revoke_reason = $3
             WHERE id = $1 AND status = 'valid' {unscoped: found in scope above}",
            args![id, on, reason],
        )
        .await?;
    Ok(touched > 0)
}

/// Revokes an outcome and reverses its hours, exactly and once.
pub async fn reverse(tx: &Tx, row: &CertificateRow, entry: HoursEntryId, at: Instant) -> DbResult<()> {
    tx.exec(
        "UPDATE outcome SET status = 'revoked' WHERE id = $1 {unscoped: its certificate was found in scope}",
        args![row.outcome_id],
    )
    .await?;
    tx.exec(
        "INSERT INTO hours_entry (id, person_id, org_id, minutes, source_kind, source_id, reverses_id, rule_version,
                                  earned_on, entered_at)
         SELECT $1, h.person_id, h.org_id, -h.minutes, h.source_kind, h.source_id, h.id, h.rule_version, h.earned_on, $3
         FROM hours_entry h JOIN outcome o ON o.person_id = h.person_id AND o.class_id = h.source_id
         WHERE o.id = $2 AND h.source_kind = 'class' AND h.reverses_id IS NULL {unscoped: its certificate was found in scope}
         ON CONFLICT (reverses_id) DO NOTHING",
        args![entry, row.outcome_id, at],
    )
    .await?;
    Ok(())
}

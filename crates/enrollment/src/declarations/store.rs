//! SQL of papers.

use super::model::{Paper, Signed, Signer, When};
use crate::{PaperRuleId, PaperTextId, SignatureId};
use db::{Db, DbResult, Scope, Value, args, record};
use kernel::{Date, Instant, OrgId, PersonId};
use platform::{Channel, Tx};

record! {
    /// A version of a rule.
    #[derive(PartialEq, Eq)]
    pub struct RuleRow {
        /// Its id.
        pub id: PaperRuleId,
        /// Whose; the program's own where there is none.
        pub org_id: Option<OrgId>,
        /// Counts the org's rules from 1.
        pub version: i64,
        /// Full years from which the family signs.
        pub consent_age: Option<i64>,
        /// Which classes ask for the health statement.
        pub health: When,
        /// Which classes ask for the notice of risks.
        pub risks: When,
        /// Days for which a signature is good.
        pub valid_days: i64,
        /// Hours for which a seat is kept for who enrols on line.
        pub online_hours: i64,
        /// Working days for which it is kept for who enrols at the counter.
        pub counter_days: i64,
        /// What a learner reads: how to sign, what to bring.
        pub bring: String,
    }
}

record! {
    /// A version of the words of a paper.
    #[derive(PartialEq, Eq)]
    pub struct TextRow {
        /// Its id.
        pub id: PaperTextId,
        /// Whose; the program's own where there is none.
        pub org_id: Option<OrgId>,
        /// Which paper.
        pub paper: Paper,
        /// Counts the org's versions from 1.
        pub version: i64,
        /// The words.
        pub body: String,
    }
}

/// Id of the words that ship with the program.
#[must_use]
pub fn shipped_text(paper: Paper) -> PaperTextId {
    PaperTextId::from_raw(match paper {
        Paper::Health => 1,
        Paper::Risks => 2,
        Paper::Consent => 3,
    })
}

/// The last rule of each of these orgs, and the program's own.
pub(super) async fn rules(db: &Db, orgs: &[OrgId]) -> DbResult<Vec<RuleRow>> {
    db.query(
        "SELECT r.id, r.org_id, r.version, r.consent_age, r.health, r.risks, r.valid_days, r.online_hours, r.counter_days, r.bring
         FROM paper_rule r {unscoped: what a class asks for is public}
         WHERE (r.org_id IS NULL OR r.org_id {any $1})
           AND NOT EXISTS (SELECT 1 FROM paper_rule n WHERE n.org_id = r.org_id AND n.version > r.version)
         ORDER BY r.id",
        args![orgs],
    )
    .await
}

/// The last words of each of these orgs, and the program's own.
pub(super) async fn texts(db: &Db, orgs: &[OrgId]) -> DbResult<Vec<TextRow>> {
    db.query(
        "SELECT t.id, t.org_id, t.paper, t.version, t.body FROM paper_text t {unscoped: what a class asks for is public}
         WHERE (t.org_id IS NULL OR t.org_id {any $1})
           AND NOT EXISTS (SELECT 1 FROM paper_text n WHERE n.org_id = t.org_id AND n.paper = t.paper AND n.version > t.version)
         ORDER BY t.id",
        args![orgs],
    )
    .await
}

pub(super) async fn text(db: &Db, id: PaperTextId) -> DbResult<TextRow> {
    db.query_one(
        "SELECT id, org_id, paper, version, body FROM paper_text {unscoped: the caller found who signed it} WHERE id = $1",
        args![id],
    )
    .await
}

record! {
    /// What was signed for whom.
    struct SignedRow {
        person_id: PersonId, paper: Paper, publisher: Option<OrgId>, until: Date,
    }
}

/// What was signed for these people and is good on a day.
pub(super) async fn signed(db: &Db, people: &[PersonId], on: Date) -> DbResult<Vec<(PersonId, Signed)>> {
    let rows: Vec<SignedRow> = db
        .query(
            "SELECT s.person_id, s.paper, t.org_id AS publisher, s.valid_until AS until
             FROM paper_signature s JOIN paper_text t ON t.id = s.text_id {unscoped: rules look at all papers of a person}
             WHERE s.person_id {any $1} AND s.valid_until > $2 ORDER BY s.id",
            args![people, on],
        )
        .await?;
    let one = |row: SignedRow| {
        let signed = Signed {
            paper: row.paper,
            publisher: row.publisher,
            until: row.until,
        };
        (row.person_id, signed)
    };
    Ok(rows.into_iter().map(one).collect())
}

record! {
    /// A signature.
    pub struct SignatureRow {
        /// Its id.
        pub id: SignatureId,
        /// The school for whose class it was signed.
        pub org_id: OrgId,
        /// The learner.
        pub person_id: PersonId,
        /// Which paper.
        pub paper: Paper,
        /// The words.
        pub text_id: PaperTextId,
        /// What the signer is to the learner.
        pub relation: Signer,
        /// Who signed, where they have an account here.
        pub signer_person: Option<PersonId>,
        /// Their name, sealed.
        pub signer_sealed: Option<String>,
        /// How.
        pub channel: Channel,
        /// When.
        pub signed_at: Instant,
        /// First day on which it is no longer good.
        pub valid_until: Date,
        /// Who acted: the signer, or a clerk who saw the paper.
        pub actor_person: Option<PersonId>,
    }
}

/// The columns of a signature, in the order of [`SignatureRow::cells`].
pub const SIGNATURE_COLUMNS: &[&str] = &[
    "id",
    "org_id",
    "person_id",
    "paper",
    "text_id",
    "relation",
    "signer_person",
    "signer_sealed",
    "channel",
    "signed_at",
    "valid_until",
    "actor_person",
];

impl SignatureRow {
    /// The row's cells.
    #[must_use]
    pub fn cells(&self) -> Vec<Value> {
        vec![
            self.id.into(),
            self.org_id.into(),
            self.person_id.into(),
            self.paper.into(),
            self.text_id.into(),
            self.relation.into(),
            self.signer_person.into(),
            self.signer_sealed.clone().into(),
            self.channel.into(),
            self.signed_at.into(),
            self.valid_until.into(),
            self.actor_person.into(),
        ]
    }
}

macro_rules! signatures {
    ($rest:literal) => {
        concat!(
            "SELECT s.id, s.org_id, s.person_id, s.paper, s.text_id, s.relation, s.signer_person, s.signer_sealed, s.channel,
             s.signed_at, s.valid_until, s.actor_person FROM paper_signature s ",
            $rest
        )
    };
}

pub(super) async fn find(db: &Db, id: SignatureId) -> DbResult<SignatureRow> {
    db.query_one(
        signatures!("WHERE s.id = $1 {unscoped: the caller checks whose it is}"),
        args![id],
    )
    .await
}

pub(super) async fn find_within(db: &Db, scope: &Scope, id: SignatureId) -> DbResult<SignatureRow> {
    db.within(scope)
        .query_one(signatures!("WHERE s.id = $1 AND {scope s.org_id}"), args![id])
        .await
}

/// What was signed for a person, newest first.
pub(crate) async fn of_person(db: &Db, person: PersonId) -> DbResult<Vec<SignatureRow>> {
    db.query(
        signatures!(
            "WHERE s.person_id = $1 {unscoped: a person's own} ORDER BY s.signed_at DESC, s.id DESC LIMIT 200"
        ),
        args![person],
    )
    .await
}

pub(super) async fn insert(tx: &Tx, row: &SignatureRow) -> DbResult<()> {
    tx.insert_many("paper_signature", SIGNATURE_COLUMNS, &[row.cells()])
        .await
}

pub(super) async fn insert_rule(tx: &Tx, rule: &RuleRow) -> DbResult<()> {
    let ctx = tx.ctx();
    tx.exec(
        "INSERT INTO paper_rule (id, org_id, version, consent_age, health, risks, valid_days, online_hours, counter_days, bring, created_at, actor_person)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12) {unscoped: the caller found the org}",
        args![
            rule.id, rule.org_id, rule.version, rule.consent_age, rule.health, rule.risks, rule.valid_days,
            rule.online_hours, rule.counter_days, rule.bring.as_str(), ctx.now(), ctx.actor.person
        ],
    )
    .await?;
    changed(tx).await
}

pub(super) async fn insert_text(tx: &Tx, text: &TextRow) -> DbResult<()> {
    let ctx = tx.ctx();
    tx.exec(
        "INSERT INTO paper_text (id, org_id, paper, version, body, created_at, actor_person)
         VALUES ($1, $2, $3, $4, $5, $6, $7) {unscoped: the caller found the org}",
        args![
            text.id,
            text.org_id,
            text.paper,
            text.version,
            text.body.as_str(),
            ctx.now(),
            ctx.actor.person
        ],
    )
    .await?;
    changed(tx).await
}

/// The seat desks read rules and words again.
async fn changed(tx: &Tx) -> DbResult<()> {
    tx.exec(
        "UPDATE paper_change SET changes = changes + 1 WHERE one = 1",
        args![],
    )
    .await?;
    Ok(())
}

record! {
    /// A seat that is kept.
    pub(super) struct KeptRow {
        pub(super) class_id: teaching::ClassId, pub(super) class_name: String, pub(super) person_id: PersonId,
        pub(super) due_fen: i64, pub(super) held_until: Option<Instant>,
    }
}

/// Seats of a scope that are kept, for papers, for a fee or for both, the first to end first.
pub(super) async fn kept_within(db: &Db, scope: &Scope) -> DbResult<Vec<KeptRow>> {
    db.within(scope)
        .query(
            "SELECT c.id AS class_id, c.name AS class_name, e.person_id, e.due_fen, e.held_until
             FROM enrollment e JOIN class c ON c.id = e.class_id
             WHERE e.status = 'reserved' AND {scope e.org_id} ORDER BY e.held_until, e.id LIMIT 2000",
            args![],
        )
        .await
}

/// People with seats that are kept only for papers.
pub(super) async fn kept(db: &Db) -> DbResult<Vec<PersonId>> {
    db.query(
        "SELECT DISTINCT person_id FROM enrollment {unscoped: work of the system}
         WHERE status = 'reserved' AND due_fen = 0 ORDER BY person_id LIMIT 20000",
        args![],
    )
    .await
}

/// Removes a person's papers, and their name from those that they signed for others.
pub(crate) async fn erase(tx: &Tx, person: PersonId) -> DbResult<()> {
    tx.exec(
        "DELETE FROM paper_signature WHERE person_id = $1 {unscoped: a person's own}",
        args![person],
    )
    .await?;
    tx.exec(
        "UPDATE paper_signature SET signer_person = NULL, signer_sealed = NULL WHERE signer_person = $1 {unscoped: a person's own}",
        args![person],
    )
    .await?;
    Ok(())
}

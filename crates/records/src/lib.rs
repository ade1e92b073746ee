//! Records: completion, hours ledger, outcomes, certificates that anyone can check, the learner's archive.

/// The tables of this crate.
pub const SCHEMA: db::Schema = db::Schema {
    domain: "records",
    migrations: &[db::Migration {
        number: 1,
        name: "records",
        sql: include_str!("../migrations/0001_records.sql"),
    }],
    org_owned: &["hours_entry", "outcome", "certificate"],
};

/// Kinds of ids of this crate.
pub mod kinds {
    /// An outcome.
    pub enum Outcome {}
    /// A certificate.
    pub enum Certificate {}
    /// A hours entry.
    pub enum HoursEntry {}
}
/// Id of an outcome.
pub type OutcomeId = kernel::Id<kinds::Outcome>;
/// Id of a certificate.
pub type CertificateId = kernel::Id<kinds::Certificate>;
/// Id of a hours entry.
pub type HoursEntryId = kernel::Id<kinds::HoursEntry>;

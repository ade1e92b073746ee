//! Teaching: courses, terms, classes, sessions, and the public catalogue of classes.

pub mod classes;
pub mod duty;
pub mod holidays;
pub mod sessions;

/// The tables of this crate.
pub const SCHEMA: db::Schema = db::Schema {
    domain: "teaching",
    migrations: &[db::Migration {
        number: 1,
        name: "teaching",
        sql: include_str!("../migrations/0001_teaching.sql"),
    }],
    org_owned: &["course", "term", "class", "session"],
};

/// Kinds of ids of this crate.
pub mod kinds {
    /// A course.
    pub enum Course {}
    /// A course version.
    pub enum CourseVersion {}
    /// A term.
    pub enum Term {}
    /// A class.
    pub enum Class {}
    /// A session.
    pub enum Session {}
}
/// Id of a course.
pub type CourseId = kernel::Id<kinds::Course>;
/// Id of a course version.
pub type CourseVersionId = kernel::Id<kinds::CourseVersion>;
/// Id of a term.
pub type TermId = kernel::Id<kinds::Term>;
/// Id of a class.
pub type ClassId = kernel::Id<kinds::Class>;
/// Id of a session.
pub type SessionId = kernel::Id<kinds::Session>;

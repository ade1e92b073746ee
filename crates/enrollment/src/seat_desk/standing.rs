//! How classes stand, read once and kept from group to group as long as nobody else writes it ([`db::Tx::mark`]; on SQLite
//! only): the group itself is who changes it.

use super::model::ClassState;
use super::store;
use db::{Db, Mark, Tx};
use platform::AppResult;
use std::collections::HashMap;
use teaching::ClassId;
use teaching::seats::{self, Seats};

/// More classes than this in memory are forgotten and read again.
const KEPT_CLASSES: usize = 50_000;
/// Tables that a group writes: it knows what it wrote.
const OWN: [&str; 2] = ["class", "enrollment"];
/// Tables that only others write.
const OTHERS: [&str; 5] = [
    "term",
    "merge_run",
    "paper_change",
    "eligibility_change",
    "school_rule_change",
];

/// How often papers, eligibility rules and school rules changed.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Changes {
    pub(super) papers: i64,
    pub(super) rules: i64,
    pub(super) school: i64,
}

/// How a class stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Standing {
    /// Its row.
    pub(super) seats: Seats,
    /// Highest queue number given.
    pub(super) last_queue: i64,
    /// Whether it is being merged into another.
    pub(super) merging: bool,
}

/// How classes stand, all read from the same state of the tables.
#[derive(Default)]
pub(super) struct Standings {
    marks: (Option<Mark>, Option<Mark>),
    of: HashMap<ClassId, Standing>,
    changes: Changes,
}

impl Standings {
    /// At the beginning of a group: forgets everything when others have written.
    pub(super) fn look(&mut self, tx: &Tx) -> AppResult<()> {
        let marks = (tx.mark(&OWN)?, tx.mark(&OTHERS)?);
        if marks.0.is_none() || marks != self.marks || self.of.len() > KEPT_CLASSES {
            self.of.clear();
        }
        self.marks = marks;
        Ok(())
    }

    /// Forgets everything: what was decided may not have been written.
    pub(super) fn forget(&mut self) {
        *self = Self::default();
    }

    /// Reads those of these classes of which nothing is known; on PostgreSQL all of them.
    pub(super) async fn read(&mut self, db: &Db, classes: &[ClassId]) -> AppResult<()> {
        let unread = self.missing(classes);
        if unread.is_empty() {
            return Ok(());
        }
        let (rows, queues, merging) = tokio::try_join!(
            seats::now(db, &unread),
            store::last_queues(db, &unread),
            crate::merging::store::merging(db, &unread)
        )?;
        if let Some(row) = queues.first() {
            self.changes = Changes {
                papers: row.papers,
                rules: row.rules,
                school: row.school,
            };
        }
        let queues: HashMap<ClassId, i64> = queues.into_iter().map(|row| (row.id, row.last)).collect();
        self.of.extend(rows.into_iter().map(|seats| {
            let standing = Standing {
                last_queue: queues.get(&seats.id).copied().unwrap_or(0),
                merging: merging.contains(&seats.id),
                seats,
            };
            (standing.seats.id, standing)
        }));
        Ok(())
    }

    /// Those of these classes of which nothing is known here.
    pub(super) fn missing(&self, classes: &[ClassId]) -> Vec<ClassId> {
        let unread = classes.iter().filter(|class| !self.of.contains_key(*class));
        unread.copied().collect()
    }

    /// How these classes stand, as [`Standings::read`] has read them; none that is not there.
    pub(super) fn of<'a>(&'a self, classes: &'a [ClassId]) -> impl Iterator<Item = &'a Standing> {
        classes.iter().filter_map(|class| self.of.get(class))
    }

    /// How often the rules of all classes changed.
    pub(super) const fn changes(&self) -> Changes {
        self.changes
    }

    /// At the end of a group, before its commit: keeps these classes as the group leaves them.
    pub(super) fn keep(&mut self, tx: &Tx, classes: &HashMap<ClassId, ClassState>) -> AppResult<()> {
        self.marks.0 = tx.mark(&OWN)?;
        for (id, class) in classes {
            if let Some(known) = self.of.get_mut(id) {
                known.seats.enrolled = class.enrolled;
                known.seats.waitlisted = class.waitlisted;
                known.last_queue = class.last_queue;
            }
        }
        Ok(())
    }

    /// What is kept of these classes is what stands in the database: every group of every test looks.
    #[cfg(test)]
    pub(super) async fn check(&self, db: &Db, classes: &[ClassId]) {
        let mut fresh = Self::default();
        fresh.read(db, classes).await.expect("read");
        for class in classes {
            if let Some(known) = self.of.get(class) {
                assert_eq!(Some(known), fresh.of.get(class), "how a class stands");
                assert_eq!(self.changes, fresh.changes, "changes of rules");
            }
        }
    }
}

//! How classes stand, read once and kept from group to group as long as nobody else writes it (`marked.rs`): the
//! group itself is who changes it.

use super::marked::Marked;
use super::model::ClassState;
use super::store;
use db::{Db, Tx};
use platform::AppResult;
use std::collections::HashMap;
use teaching::ClassId;
use teaching::seats::{self, Seats};

/// Tables that a group writes: it knows what it wrote.
const OWN: &[&str] = &["class", "enrollment"];
/// Tables that only others write.
const OTHERS: &[&str] = &[
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

/// How classes stand, and the rules of all of them.
pub(super) struct Standings {
    classes: Marked<ClassId, Standing>,
    changes: Marked<(), Changes>,
}

impl Default for Standings {
    fn default() -> Self {
        Self {
            classes: Marked::by(OWN),
            changes: Marked::by(OTHERS),
        }
    }
}

impl Standings {
    /// At the beginning of a group: forgets everything when others have written.
    pub(super) fn look(&mut self, tx: &Tx) -> AppResult<()> {
        self.classes.look(tx)?;
        self.changes.look(tx)?;
        if self.changes.of.is_empty() {
            self.classes.of.clear();
        }
        Ok(())
    }

    /// Forgets everything: what was decided may not have been written.
    pub(super) fn forget(&mut self) {
        *self = Self::default();
    }

    /// Reads those of these classes of which nothing is known; on PostgreSQL all of them.
    pub(super) async fn read(&mut self, db: &Db, classes: &[ClassId]) -> AppResult<()> {
        let unread = self.classes.missing(classes);
        if unread.is_empty() {
            return Ok(());
        }
        let (rows, queues, merging) = tokio::try_join!(
            seats::now(db, &unread),
            store::last_queues(db, &unread),
            crate::merging::store::merging(db, &unread)
        )?;
        if let Some(row) = queues.first() {
            let changes = Changes {
                papers: row.papers,
                rules: row.rules,
                school: row.school,
            };
            self.changes.of.insert((), changes);
        }
        let queues: HashMap<ClassId, i64> = queues.into_iter().map(|row| (row.id, row.last)).collect();
        self.classes.of.extend(rows.into_iter().map(|seats| {
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
    #[cfg(test)]
    pub(super) fn missing(&self, classes: &[ClassId]) -> Vec<ClassId> {
        self.classes.missing(classes)
    }

    /// How these classes stand, as [`Standings::read`] has read them; none that is not there.
    pub(super) fn of<'a>(&'a self, classes: &'a [ClassId]) -> impl Iterator<Item = &'a Standing> {
        classes.iter().filter_map(|class| self.classes.of.get(class))
    }

    /// How often the rules of all classes changed.
    pub(super) fn changes(&self) -> Changes {
        self.changes.of.get(&()).copied().unwrap_or_default()
    }

    /// At the end of a group, before its commit: keeps these classes as the group leaves them.
    pub(super) fn keep(&mut self, tx: &Tx, classes: &HashMap<ClassId, ClassState>) -> AppResult<()> {
        self.classes.stand(tx)?;
        for (id, class) in classes {
            if let Some(known) = self.classes.of.get_mut(id) {
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
            if let Some(known) = self.classes.of.get(class) {
                assert_eq!(Some(known), fresh.classes.of.get(class), "how a class stands");
                assert_eq!(self.changes(), fresh.changes(), "changes of rules");
            }
        }
    }
}

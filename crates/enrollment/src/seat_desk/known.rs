//! What the desk has read of people and keeps from group to group, as long as nobody else writes it ([`db::Tx::mark`]; on SQLite
//! only). Who asks for a second class in a rush is not read again.

use super::model::{Live, PersonState};
use db::{DbResult, Mark, Tx};
use kernel::{Date, PersonId};
use std::collections::{BTreeSet, HashMap};

/// More people than this in memory are forgotten and read again.
const KEPT_PEOPLE: usize = 50_000;

/// Facts of people, all read from the same state of one table.
struct Kept<T> {
    table: &'static str,
    mark: Option<Mark>,
    of: HashMap<PersonId, T>,
}

impl<T> Kept<T> {
    fn of(table: &'static str) -> Self {
        Self {
            table,
            mark: None,
            of: HashMap::new(),
        }
    }

    /// Forgets everything when the table was written by others.
    fn look(&mut self, tx: &Tx) -> DbResult<()> {
        let mark = tx.mark(&[self.table])?;
        if mark.is_none() || mark != self.mark || self.of.len() > KEPT_PEOPLE {
            self.of.clear();
        }
        self.mark = mark;
        Ok(())
    }

    fn missing(&self, people: &[PersonId]) -> Vec<PersonId> {
        let unknown = people.iter().filter(|person| !self.of.contains_key(*person));
        unknown.copied().collect()
    }
}

/// Days of birth and live enrolments.
pub(super) struct Known {
    births: Kept<Option<Date>>,
    lives: Kept<Vec<Live>>,
}

impl Default for Known {
    fn default() -> Self {
        Self {
            births: Kept::of("person"),
            lives: Kept::of("enrollment"),
        }
    }
}

impl Known {
    /// At the beginning of a group: forgets what others may have changed.
    pub(super) fn look(&mut self, tx: &Tx) -> DbResult<()> {
        self.births.look(tx)?;
        self.lives.look(tx)
    }

    /// Forgets everything: what was decided may not have been written.
    pub(super) fn forget(&mut self) {
        *self = Self::default();
    }

    /// Those of whom nothing is known here: whose day of birth, and whose enrolments must be read.
    pub(super) fn missing(&self, people: &[PersonId]) -> (Vec<PersonId>, Vec<PersonId>) {
        (self.births.missing(people), self.lives.missing(people))
    }

    /// What is known of somebody, each by itself.
    pub(super) fn of(&self, person: PersonId) -> (Option<Option<Date>>, Option<&Vec<Live>>) {
        (self.births.of.get(&person).copied(), self.lives.of.get(&person))
    }

    /// At the end of a group, before its commit: keeps these people as the group leaves them. `unsure` are those of whose enrolments more was
    /// written than the rules carried into their state.
    pub(super) fn keep(
        &mut self,
        tx: &Tx,
        people: HashMap<PersonId, PersonState>,
        unsure: &BTreeSet<PersonId>,
    ) -> DbResult<()> {
        (self.births.mark, self.lives.mark) = (tx.mark(&[self.births.table])?, tx.mark(&[self.lives.table])?);
        if self.lives.mark.is_none() {
            return Ok(());
        }
        for person in unsure {
            self.lives.of.remove(person);
        }
        for (person, mut state) in people {
            self.births.of.insert(person, state.birth);
            if unsure.contains(&person) {
                continue;
            }
            for live in &mut state.live {
                live.position = None;
            }
            // As they are read.
            state.live.sort_unstable_by_key(|live| live.class);
            self.lives.of.insert(person, state.live);
        }
        Ok(())
    }
}

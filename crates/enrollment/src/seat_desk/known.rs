//! What the desk has read of people and keeps from group to group, as long as nobody else writes it (`marked.rs`). Who
//! asks for a second class in a rush is not read again.

use super::marked::Marked;
use super::model::{Live, PersonState};
use db::{DbResult, Tx};
use kernel::{Date, PersonId};
use std::collections::{BTreeSet, HashMap};

/// Days of birth and live enrolments.
pub(super) struct Known {
    births: Marked<PersonId, Option<Date>>,
    lives: Marked<PersonId, Vec<Live>>,
}

impl Default for Known {
    fn default() -> Self {
        Self {
            births: Marked::by(&["person"]),
            lives: Marked::by(&["enrollment"]),
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
        if !(self.births.stand(tx)? && self.lives.stand(tx)?) {
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

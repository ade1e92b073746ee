//! What the desk remembers from group to group.

use super::known::Known;
use super::model::State;
use super::standing::Standings;
use crate::declarations::{self, Papers};
use crate::eligibility::load::{self, ClassRules};
use crate::school_rules::{self, Ruling};
use db::{Db, Mark, Tx};
use kernel::{Instant, PersonId};
use platform::AppResult;
use std::collections::{BTreeSet, HashMap, HashSet};
use std::sync::Arc;
use teaching::ClassId;
use teaching::seats::{self, Facts};

/// More classes than this in memory are forgotten and read again.
const KEPT_FACTS: usize = 50_000;
/// The table whose rows have versions.
const CLASSES: &str = "class";
/// Seconds after which papers and rules are read again in any case.
const KEPT_SECS: i64 = 60;
/// More people than this told within two seconds are a rush.
pub(super) const RUSH: usize = 128;

/// What was read for a class, with the class's version and the count of changes it was read at, and when.
struct Kept<T> {
    version: i64,
    changes: i64,
    at: Instant,
    what: T,
}

impl<T> Kept<T> {
    fn is_good(&self, facts: &Facts, changes: i64, now: Instant) -> bool {
        (self.version, self.changes) == (facts.version, changes) && now < self.at.plus_secs(KEPT_SECS)
    }
}

/// Classes of which what is kept is missing or too old; with very many, all is forgotten first.
fn stale<'a, T>(
    kept: &mut HashMap<ClassId, Kept<T>>,
    facts: impl Iterator<Item = &'a Arc<Facts>>,
    changes: i64,
    now: Instant,
) -> Vec<Arc<Facts>> {
    if kept.len() > KEPT_FACTS {
        kept.clear();
    }
    let good = |facts: &Facts| {
        let known = kept.get(&facts.id);
        known.is_some_and(|known| known.is_good(facts, changes, now))
    };
    facts.filter(|facts| !good(facts)).map(Arc::clone).collect()
}

/// Facts of classes, and how busy the desk is.
#[derive(Default)]
pub(super) struct Memory {
    /// By class; a class that changed has another version.
    facts: HashMap<ClassId, Arc<Facts>>,
    /// Classes of which it is sure that their facts stand, as long as the table of classes has this mark.
    sure: HashSet<ClassId>,
    classes: Option<Mark>,
    /// How classes stand.
    pub(super) standings: Standings,
    /// What is known of people.
    pub(super) known: Known,
    /// Papers by class.
    papers: HashMap<ClassId, Kept<Arc<Papers>>>,
    /// Eligibility rules by class; `None` for a class without any.
    rules: HashMap<ClassId, Kept<Option<Arc<ClassRules>>>>,
    /// What schools decided, by class; only of classes with a fee.
    school: HashMap<ClassId, Kept<Arc<Ruling>>>,
    /// What counts for the others.
    usual: Arc<Ruling>,
    /// The second in which people were told last, how many in it, and how many in the one before.
    second: i64,
    told: usize,
    told_before: usize,
}

impl Memory {
    /// At the beginning of a group: forgets what others may have changed.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub(super) fn look(&mut self, tx: &Tx) -> AppResult<()> {
        let classes = tx.mark(&[CLASSES])?;
        if classes.is_none() || classes != self.classes {
            self.sure.clear();
        }
        self.classes = classes;
        self.standings.look(tx)?;
        Ok(self.known.look(tx)?)
    }

    /// At the end of a group, before its commit: what it wrote it knows.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub(super) fn keep(&mut self, tx: &Tx, state: State, unsure: &BTreeSet<PersonId>) -> AppResult<()> {
        // A group writes only how many seats are taken, which is no fact.
        self.classes = tx.mark(&[CLASSES])?;
        self.standings.keep(tx, &state.classes)?;
        Ok(self.known.keep(tx, state.people, unsure)?)
    }

    /// A group was not written: what it would have changed is not so.
    pub(super) fn forget(&mut self) {
        self.standings.forget();
        self.known.forget();
    }

    /// Those of these classes whose facts must be looked at again.
    pub(super) fn unsure(&self, classes: &BTreeSet<ClassId>) -> Vec<ClassId> {
        let unsure = classes.iter().filter(|class| !self.sure.contains(*class));
        unsure.copied().collect()
    }

    /// Facts of a class that [`Memory::refresh`] has read.
    pub(super) fn facts(&self, class: ClassId) -> Option<Arc<Facts>> {
        self.facts.get(&class).map(Arc::clone)
    }

    /// Reads the facts of these classes again where they are of another version.
    pub(super) async fn refresh(
        &mut self,
        db: &Db,
        versions: impl Iterator<Item = (ClassId, i64)>,
    ) -> AppResult<()> {
        if self.facts.len() > KEPT_FACTS {
            self.facts.clear();
            self.sure.clear();
        }
        let mut stale = Vec::new();
        for (id, version) in versions {
            if self.facts.get(&id).is_none_or(|known| known.version != version) {
                stale.push(id);
            }
            self.sure.insert(id);
        }
        for fresh in seats::facts(db, &stale).await? {
            self.facts.insert(fresh.id, Arc::new(fresh));
        }
        Ok(())
    }

    /// Papers that this class asks for, as [`Memory::refresh_papers`] has read them.
    pub(super) fn papers(&self, class: ClassId) -> Option<Arc<Papers>> {
        self.papers.get(&class).map(|known| Arc::clone(&known.what))
    }

    /// Reads again what classes ask for where the class or a rule has changed, and after a minute: an org may have moved.
    pub(super) async fn refresh_papers(
        &mut self,
        db: &Db,
        classes: &[ClassId],
        changes: i64,
        now: Instant,
    ) -> AppResult<()> {
        let facts = classes.iter().filter_map(|class| self.facts.get(class));
        let stale = stale(&mut self.papers, facts, changes, now);
        let orgs: Vec<kernel::OrgId> = stale.iter().map(|facts| facts.org).collect();
        let read = declarations::papers(db, &orgs).await?;
        for facts in stale {
            if let Some(papers) = read.get(&facts.org) {
                let known = Kept {
                    version: facts.version,
                    changes,
                    at: now,
                    what: Arc::clone(papers),
                };
                self.papers.insert(facts.id, known);
            }
        }
        Ok(())
    }

    /// Eligibility rules of this class, as [`Memory::refresh_rules`] has read them.
    pub(super) fn rules(&self, class: ClassId) -> Option<Arc<ClassRules>> {
        self.rules.get(&class).and_then(|known| known.what.clone())
    }

    /// Reads and compiles the eligibility rules of classes again, as papers are.
    pub(super) async fn refresh_rules(
        &mut self,
        db: &Db,
        classes: &[ClassId],
        changes: i64,
        now: Instant,
    ) -> AppResult<()> {
        let facts = classes.iter().filter_map(|class| self.facts.get(class));
        let stale = stale(&mut self.rules, facts, changes, now);
        let mut read = load::of_classes(db, &stale, now).await?;
        for facts in stale {
            let known = Kept {
                version: facts.version,
                changes,
                at: now,
                what: read.remove(&facts.id),
            };
            self.rules.insert(facts.id, known);
        }
        Ok(())
    }

    /// What the school of this class decided, as [`Memory::refresh_school`] has read it.
    pub(super) fn school(&self, class: ClassId) -> Arc<Ruling> {
        let known = self.school.get(&class).map(|known| &known.what);
        Arc::clone(known.unwrap_or(&self.usual))
    }

    /// Reads again what the schools of classes with a fee decided, as papers are.
    pub(super) async fn refresh_school(
        &mut self,
        db: &Db,
        classes: &[ClassId],
        changes: i64,
        now: Instant,
    ) -> AppResult<()> {
        let facts = classes.iter().filter_map(|class| self.facts.get(class));
        let facts = facts.filter(|facts| facts.fee_fen > 0);
        let stale = stale(&mut self.school, facts, changes, now);
        let orgs: Vec<kernel::OrgId> = stale.iter().map(|facts| facts.org).collect();
        let read = school_rules::of_orgs(db, &orgs).await?;
        for facts in stale {
            let known = Kept {
                version: facts.version,
                changes,
                at: now,
                what: read
                    .get(&facts.org)
                    .map_or_else(|| Arc::clone(&self.usual), Arc::clone),
            };
            self.school.insert(facts.id, known);
        }
        Ok(())
    }

    /// Counts people who are told; says whether so many are that the messages should wait.
    pub(super) fn is_rush(&mut self, now: Instant, told: usize) -> bool {
        let second = now.millis() / 1_000;
        if second != self.second {
            self.told_before = if second == self.second + 1 { self.told } else { 0 };
            self.second = second;
            self.told = 0;
        }
        self.told += told;
        self.told + self.told_before > RUSH
    }
}

#[cfg(test)]
mod tests {
    use super::{Memory, RUSH};
    use kernel::Instant;

    #[test]
    fn a_rush_is_many_people_within_two_seconds() {
        let at = Instant::from_millis;
        let mut memory = Memory::default();
        assert!(!memory.is_rush(at(5_000), RUSH));
        assert!(memory.is_rush(at(5_900), 1), "one more in the same second");
        assert!(memory.is_rush(at(6_999), 1), "and in the next");
        assert!(!memory.is_rush(at(7_000), 1), "it is over");
        assert!(
            memory.is_rush(at(9_000), RUSH + 1),
            "one large group is a rush by itself"
        );
        assert!(!memory.is_rush(at(60_000), 1));
    }
}

//! What was read of some tables and stands as long as they have the same mark ([`db::Tx::mark`]; on SQLite only).

use db::{DbResult, Mark, Tx};
use std::collections::HashMap;
use std::hash::Hash;

/// More than this in memory is forgotten and read again.
const MOST: usize = 50_000;

/// Facts by key, all read from the same state of these tables.
pub(super) struct Marked<K, T> {
    tables: &'static [&'static str],
    mark: Option<Mark>,
    pub(super) of: HashMap<K, T>,
}

impl<K: Copy + Eq + Hash, T> Marked<K, T> {
    pub(super) fn by(tables: &'static [&'static str]) -> Self {
        Self {
            tables,
            mark: None,
            of: HashMap::new(),
        }
    }

    /// At the beginning of a group: forgets everything when the tables were written by others.
    pub(super) fn look(&mut self, tx: &Tx) -> DbResult<()> {
        let mark = tx.mark(self.tables)?;
        if mark.is_none() || mark != self.mark || self.of.len() > MOST {
            self.of.clear();
        }
        self.mark = mark;
        Ok(())
    }

    /// At the end of a group, which knows what it wrote. Says whether anything can be kept.
    pub(super) fn stand(&mut self, tx: &Tx) -> DbResult<bool> {
        self.mark = tx.mark(self.tables)?;
        Ok(self.mark.is_some())
    }

    /// Those of these keys of which nothing is known here.
    pub(super) fn missing(&self, keys: &[K]) -> Vec<K> {
        let unknown = keys.iter().filter(|key| !self.of.contains_key(*key));
        unknown.copied().collect()
    }
}

//! How often each table was written through SQLite's one writer, so that who keeps in memory what they read knows whether it
//! still stands.

use std::collections::HashMap;

/// A state of some tables: see [`crate::Tx::mark`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Mark {
    /// SQLite's own count of commits by other connections, such as those of another process (`PRAGMA data_version`).
    pub(crate) others: i64,
    /// Statements that wrote the tables through this connection.
    pub(crate) written: u64,
}

/// Counts of statements that wrote, by table.
#[derive(Debug, Default)]
pub(crate) struct Written {
    tables: HashMap<String, u64>,
    /// Statements of which it is not known what they write: they count for every table.
    unknown: u64,
}

impl Written {
    /// Counts a statement.
    pub(crate) fn note(&mut self, sql: &str) {
        match table_of(sql) {
            Some(table) => self.note_table(table),
            None => self.note_anything(),
        }
    }

    /// Counts what may write any table.
    pub(crate) fn note_anything(&mut self) {
        self.unknown += 1;
    }

    /// Counts a statement that writes this table.
    pub(crate) fn note_table(&mut self, table: &str) {
        match self.tables.get_mut(table) {
            Some(count) => *count += 1,
            None => {
                self.tables.insert(table.to_owned(), 1);
            }
        }
    }

    /// Grows as soon as one of these tables is written.
    pub(crate) fn of(&self, tables: &[&str]) -> u64 {
        let known = tables.iter().filter_map(|table| self.tables.get(*table));
        self.unknown + known.sum::<u64>()
    }
}

/// The table that a statement writes; `None` where its text does not begin as such statements do. Nothing is deleted by way of a
/// reference and no trigger writes (`tests/arch` looks), so it is the only one.
fn table_of(sql: &str) -> Option<&str> {
    let mut words = sql
        .split(|sign: char| !(sign.is_ascii_alphanumeric() || sign == '_'))
        .filter(|word| !word.is_empty());
    let is = |word: &str, key: &str| word.eq_ignore_ascii_case(key);
    let first = words.next()?;
    if is(first, "UPDATE") {
        return words.next().filter(|table| !is(table, "OR"));
    }
    let (before, rest) = if is(first, "DELETE") {
        ("FROM", words.next()?)
    } else if is(first, "INSERT") {
        ("INTO", words.next()?)
    } else {
        return None;
    };
    if is(rest, before) { words.next() } else { None }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_that_a_statement_writes() {
        for (sql, table) in [
            ("UPDATE class SET name = ?1", Some("class")),
            ("\n  update  class\n SET name = ?1", Some("class")),
            ("DELETE FROM person WHERE id = ?1", Some("person")),
            ("INSERT INTO enrollment (id) VALUES (?1)", Some("enrollment")),
            (
                "INSERT INTO enrollment(id) SELECT id FROM class",
                Some("enrollment"),
            ),
            ("INSERT OR IGNORE INTO class (id) VALUES (1)", None),
            ("UPDATE OR REPLACE class SET name = ?1", None),
            ("WITH some AS (SELECT 1) UPDATE class SET name = ?1", None),
            ("SAVEPOINT step", None),
            ("", None),
        ] {
            assert_eq!(table_of(sql), table, "{sql}");
        }
    }

    #[test]
    fn a_count_grows_with_its_tables_and_with_what_is_not_known() {
        let mut written = Written::default();
        let (both, one) = (["class", "person"], ["class"]);
        assert_eq!((written.of(&both), written.of(&one)), (0, 0));
        written.note("UPDATE person SET name = ?1");
        assert_eq!((written.of(&both), written.of(&one)), (1, 0));
        written.note_table("class");
        assert_eq!((written.of(&both), written.of(&one)), (2, 1));
        written.note_anything();
        assert_eq!((written.of(&both), written.of(&one)), (3, 2));
    }
}

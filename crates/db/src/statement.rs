//! From the text in a store to the text a driver understands: markers, argument numbers, scope.

use crate::{DbError, DbResult, Dialect, Schema, Scope, Value};
use std::borrow::Cow;
use std::collections::{HashMap, HashSet};
use std::sync::{Arc, PoisonError, RwLock};

/// Parsed statements by their text, and the tables that need a scope.
pub(crate) struct Statements {
    dialect: Dialect,
    org_owned: HashSet<&'static str>,
    parsed: RwLock<HashMap<String, Arc<Parsed>>>,
}

struct Parsed {
    /// Text around the scope markers; one more than there are markers.
    pieces: Vec<String>,
    /// Column of each scope marker.
    columns: Vec<String>,
    /// Highest argument number in the text.
    arguments: usize,
}

/// A statement as the driver gets it.
pub(crate) struct Rendered {
    pub(crate) text: Cow<'static, str>,
    parsed: Arc<Parsed>,
    scope_args: Vec<String>,
}

impl Rendered {
    /// The caller's arguments followed by those of the scope.
    pub(crate) fn with_scope_args<'a>(&self, args: &'a [Value]) -> Cow<'a, [Value]> {
        if self.scope_args.is_empty() {
            return Cow::Borrowed(args);
        }
        let mut all = args.to_vec();
        all.resize(self.parsed.arguments.max(args.len()), Value::Null);
        all.extend(self.scope_args.iter().map(Value::from));
        Cow::Owned(all)
    }
}

impl Statements {
    pub(crate) fn new(dialect: Dialect, schemas: &[Schema]) -> Self {
        let org_owned = schemas
            .iter()
            .flat_map(|schema| schema.org_owned.iter().copied())
            .collect();
        Self {
            dialect,
            org_owned,
            parsed: RwLock::new(HashMap::new()),
        }
    }

    pub(crate) fn dialect(&self) -> Dialect {
        self.dialect
    }

    pub(crate) fn render(&self, sql: &str, scope: Option<&Scope>) -> DbResult<Rendered> {
        let parsed = self.parsed(sql)?;
        if parsed.columns.is_empty() {
            let text = Cow::Owned(parsed.pieces.concat());
            return Ok(Rendered {
                text,
                parsed,
                scope_args: Vec::new(),
            });
        }
        let scope = scope.ok_or_else(|| DbError::Unscoped(sql.to_owned()))?;
        let mut text = String::with_capacity(sql.len() + 120);
        let mut scope_args = Vec::new();
        for (at, piece) in parsed.pieces.iter().enumerate() {
            text.push_str(piece);
            if let Some(column) = parsed.columns.get(at) {
                let first = parsed.arguments + scope_args.len() + 1;
                let (condition, args) = scope.condition(column, first);
                text.push_str(&self.numbered(&condition));
                scope_args.extend(args);
            }
        }
        Ok(Rendered {
            text: Cow::Owned(text),
            parsed,
            scope_args,
        })
    }

    fn parsed(&self, sql: &str) -> DbResult<Arc<Parsed>> {
        let known = self
            .parsed
            .read()
            .unwrap_or_else(PoisonError::into_inner)
            .get(sql)
            .cloned();
        if let Some(parsed) = known {
            return Ok(parsed);
        }
        let parsed = Arc::new(self.parse(sql)?);
        let mut all = self.parsed.write().unwrap_or_else(PoisonError::into_inner);
        all.insert(sql.to_owned(), Arc::clone(&parsed));
        Ok(parsed)
    }

    fn parse(&self, sql: &str) -> DbResult<Parsed> {
        let mut pieces = vec![String::new()];
        let mut columns = Vec::new();
        let mut excused = false;
        let mut rest = sql;
        while let Some((before, after)) = rest.split_once('{') {
            let (marker, tail) = after
                .split_once('}')
                .ok_or_else(|| DbError::Statement(format!("marker without an end: {sql}")))?;
            push(&mut pieces, before);
            if let Some(column) = marker.strip_prefix("scope ") {
                columns.push(column.trim().to_owned());
                pieces.push(String::new());
            } else if let Some(why) = marker.strip_prefix("unscoped:") {
                if why.trim().is_empty() {
                    return Err(DbError::Statement(format!(
                        "an exception to the scope needs a reason: {sql}"
                    )));
                }
                excused = true;
            } else if let Some(argument) = marker.strip_prefix("any ") {
                push(&mut pieces, &self.any(argument.trim()));
            } else {
                return Err(DbError::Statement(format!("unknown marker {{{marker}}}: {sql}")));
            }
            rest = tail;
        }
        push(&mut pieces, rest);
        if columns.is_empty() && !excused && self.touches_org_owned(sql) {
            return Err(DbError::Unscoped(sql.to_owned()));
        }
        let arguments = highest_argument(sql);
        let pieces = pieces.iter().map(|piece| self.numbered(piece)).collect();
        Ok(Parsed {
            pieces,
            columns,
            arguments,
        })
    }

    fn any(&self, argument: &str) -> String {
        match self.dialect {
            Dialect::Sqlite => format!("IN (SELECT value FROM json_each({argument}))"),
            Dialect::Postgres => format!("= ANY({argument})"),
        }
    }

    /// `$1` is a name on SQLite, numbered by first appearance; `?1` is a number.
    fn numbered(&self, text: &str) -> String {
        match self.dialect {
            Dialect::Sqlite => text.replace('$', "?"),
            Dialect::Postgres => text.to_owned(),
        }
    }

    fn touches_org_owned(&self, sql: &str) -> bool {
        let mut after_table_word = false;
        for word in sql
            .split(|c: char| !(c.is_alphanumeric() || c == '_'))
            .filter(|word| !word.is_empty())
        {
            if after_table_word && self.org_owned.contains(word) {
                return true;
            }
            after_table_word = ["FROM", "JOIN", "UPDATE"]
                .iter()
                .any(|key| word.eq_ignore_ascii_case(key));
        }
        false
    }
}

fn push(pieces: &mut [String], text: &str) {
    if let Some(last) = pieces.last_mut() {
        last.push_str(text);
    }
}

fn highest_argument(sql: &str) -> usize {
    let numbers = sql.split('$').skip(1).filter_map(|tail| {
        let digits: String = tail.chars().take_while(char::is_ascii_digit).collect();
        digits.parse::<usize>().ok()
    });
    numbers.max().unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    const SCHEMA: Schema = Schema {
        domain: "test",
        migrations: &[],
        org_owned: &["class"],
    };

    fn statements(dialect: Dialect) -> Statements {
        Statements::new(dialect, &[SCHEMA])
    }

    #[test]
    fn org_owned_tables_need_a_scope_or_a_reason() {
        let all = statements(Dialect::Sqlite);
        for (sql, allowed) in [
            ("SELECT id FROM class", false),
            ("SELECT p.id FROM person p JOIN class c ON c.id = p.id", false),
            ("UPDATE class SET name = $1", false),
            ("DELETE FROM class WHERE id = $1", false),
            ("INSERT INTO class (id) VALUES ($1)", true),
            ("SELECT id FROM person", true),
            ("SELECT id FROM class_note", true),
            ("SELECT id FROM class {unscoped: public catalogue}", true),
            ("SELECT id FROM class {unscoped: }", false),
        ] {
            assert_eq!(all.render(sql, None).is_ok(), allowed, "{sql}");
        }
    }

    #[test]
    fn marker_without_scope_is_refused() {
        let sql = "SELECT id FROM class c WHERE {scope c.org_id}";
        assert!(matches!(
            statements(Dialect::Sqlite).render(sql, None),
            Err(DbError::Unscoped(_))
        ));
    }

    #[test]
    fn scope_arguments_follow_the_callers() {
        let sql = "SELECT id FROM class c WHERE c.term = $1 AND {scope c.org_id} AND c.day = $2";
        let scope = Scope::subtrees(vec!["/a/".into()]);
        for (dialect, expected) in [
            (Dialect::Sqlite, "path >= ?3 AND path < ?4"),
            (Dialect::Postgres, "path >= $3 AND path < $4"),
        ] {
            let rendered = statements(dialect).render(sql, Some(&scope)).unwrap();
            assert!(rendered.text.contains(expected), "{}", rendered.text);
            let args = rendered
                .with_scope_args(&[Value::Int(1), Value::Int(2)])
                .into_owned();
            assert_eq!(args.len(), 4);
            assert_eq!(args[2], Value::Text("/a/".into()));
        }
    }

    #[test]
    fn lists_are_written_for_each_database() {
        let sql = "SELECT id FROM person WHERE id {any $1}";
        let lite = statements(Dialect::Sqlite)
            .render(sql, None)
            .unwrap()
            .text
            .into_owned();
        assert_eq!(
            lite,
            "SELECT id FROM person WHERE id IN (SELECT value FROM json_each(?1))"
        );
        let pg = statements(Dialect::Postgres)
            .render(sql, None)
            .unwrap()
            .text
            .into_owned();
        assert_eq!(pg, "SELECT id FROM person WHERE id = ANY($1)");
    }

    #[test]
    fn broken_markers_are_refused() {
        for sql in ["SELECT {scope", "SELECT {nothing}"] {
            assert!(
                matches!(
                    statements(Dialect::Sqlite).render(sql, None),
                    Err(DbError::Statement(_))
                ),
                "{sql}"
            );
        }
    }
}

//! SQL stands in stores, is portable, and every statement can be prepared on the database of this run.

use crate::source::{Source, files, is_statement, is_test, literals, product};

/// Files outside a store that may hold SQL, with the reason.
const MAY_HOLD_SQL: &[(&str, &str)] = &[
    ("crates/db/", "the facade itself"),
    (
        "crates/platform/",
        "events, jobs, messages and settings have no domain",
    ),
    ("crates/testkit/", "the small world of tests is laid as rows"),
];

fn statements(source: &Source) -> Vec<String> {
    literals(product(source))
        .into_iter()
        .filter(|literal| is_statement(literal))
        .collect()
}

fn product_files() -> Vec<Source> {
    files("crates", ".rs")
        .into_iter()
        .filter(|source| !is_test(&source.path))
        .collect()
}

#[test]
fn sql_stands_in_stores() {
    let mut faults = Vec::new();
    for source in product_files() {
        let in_store = source.path.ends_with("/store.rs") || source.path.contains("/store/");
        let excused = MAY_HOLD_SQL.iter().any(|(home, _)| source.path.starts_with(home));
        if !in_store && !excused {
            let found = statements(&source);
            faults.extend(found.into_iter().map(|sql| format!("{}: {sql}", source.path)));
        }
    }
    assert!(faults.is_empty(), "\n{}", faults.join("\n"));
}

#[test]
fn statements_are_portable() {
    let mut faults = Vec::new();
    for source in product_files() {
        for sql in statements(&source) {
            for word in [
                "SELECT *",
                "FOR UPDATE",
                "now()",
                "NOW()",
                "CURRENT_TIMESTAMP",
                "::",
                "ILIKE",
                "datetime(",
            ] {
                if sql.contains(word) {
                    faults.push(format!("{}: {word} in {sql}", source.path));
                }
            }
        }
    }
    assert!(faults.is_empty(), "\n{}", faults.join("\n"));
}

/// The facade counts what is written by the table that a statement names (`db::Tx::mark`).
#[test]
fn a_statement_writes_no_table_that_it_does_not_name() {
    for source in files("crates", ".sql") {
        let text = source.text.to_ascii_uppercase();
        for word in ["TRIGGER", "CASCADE", "SET NULL", "SET DEFAULT"] {
            assert!(!text.contains(word), "{}: {word}", source.path);
        }
    }
}

#[test]
fn only_listed_files_ask_which_database_it_is() {
    for source in product_files() {
        if source.path.starts_with("crates/db/") || !product(&source).contains("dialect()") {
            continue;
        }
        let adr = std::fs::read_to_string(crate::source::root().join("docs/adr/0004-sql-by-hand.md"))
            .expect("the ADR");
        assert!(
            adr.contains(&source.path),
            "{} asks for the dialect and is not listed in ADR 0004",
            source.path
        );
    }
}

/// Whether a text is only a part of a statement. Parts are put together at run time and run by their features' tests;
/// the facade looks for the scope then.
fn is_piece(sql: &str) -> bool {
    let mut holes = sql.split('{').skip(1);
    let known = |hole: &str| {
        ["scope ", "unscoped:", "any "]
            .iter()
            .any(|marker| hole.starts_with(marker))
    };
    let open_end = sql.ends_with(char::is_whitespace) || sql.len() < 20;
    let no_condition = sql.starts_with("SELECT") && sql.contains(" JOIN ") && !sql.contains("WHERE");
    open_end || no_condition || holes.any(|hole| !known(hole))
}

#[tokio::test(flavor = "multi_thread")]
async fn every_statement_can_be_prepared() {
    let db = testkit::fresh_database(app::wiring::SCHEMAS).await;
    let mut faults = Vec::new();
    let mut count = 0;
    for source in product_files() {
        for sql in statements(&source) {
            if is_piece(&sql) || source.path.starts_with("crates/db/") {
                continue;
            }
            count += 1;
            if let Err(error) = db.prepare(&sql).await {
                faults.push(format!("{}: {error}\n{sql}", source.path));
            }
        }
    }
    assert!(faults.is_empty(), "\n{}", faults.join("\n\n"));
    assert!(
        count > 100,
        "only {count} statements found: does the search still work?"
    );
}

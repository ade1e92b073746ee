//! Small rules about files.

use crate::source::{files, is_test, product, root};

const LONGEST: usize = 650;

#[test]
fn files_begin_with_their_purpose_and_stay_short() {
    let mut faults = Vec::new();
    for folder in ["crates", "tests"] {
        for source in files(folder, ".rs") {
            if !source.text.starts_with("//!") {
                faults.push(format!("{}: no //! line at its head", source.path));
            }
            let lines = source.text.lines().count();
            if lines > LONGEST {
                faults.push(format!("{}: {lines} lines, split it by noun", source.path));
            }
        }
    }
    assert!(faults.is_empty(), "\n{}", faults.join("\n"));
}

#[test]
fn no_vague_names() {
    for source in files("crates", ".rs") {
        let name = source.path.rsplit('/').next().unwrap_or_default();
        for vague in [
            "utils.rs",
            "util.rs",
            "common.rs",
            "helpers.rs",
            "helper.rs",
            "manager.rs",
            "service.rs",
            "misc.rs",
        ] {
            assert_ne!(name, vague, "{}", source.path);
        }
    }
}

#[test]
fn pages_and_interfaces_go_through_actions() {
    let mut faults = Vec::new();
    for source in files("crates", ".rs") {
        let name = source.path.rsplit('/').next().unwrap_or_default();
        if !matches!(name, "pages.rs" | "api.rs") {
            continue;
        }
        for (number, line) in product(&source).lines().enumerate() {
            // A record type may be named; a statement may not be run from here.
            let calls_store = line
                .split("store::")
                .skip(1)
                .any(|rest| rest.starts_with(|c: char| c.is_lowercase()));
            if calls_store || line.contains("use db::") || line.contains(" db::Tx") {
                faults.push(format!("{}:{}: {}", source.path, number + 1, line.trim()));
            }
        }
    }
    assert!(faults.is_empty(), "\n{}", faults.join("\n"));
}

/// Counters of wrong tries and signs of life: no act of anybody, so without an event (ADR 0006).
const WITHOUT_EVENT: &[&str] = &[
    "crates/people/src/sign_in/actions.rs",
    "crates/people/src/sign_in/session.rs",
    "crates/people/src/sign_in/staff.rs",
];

#[test]
fn only_the_platform_finishes_a_transaction() {
    let mut faults = Vec::new();
    for source in files("crates", ".rs") {
        let allowed = source.path.starts_with("crates/db/") || source.path.starts_with("crates/platform/");
        let bookkeeping = WITHOUT_EVENT.contains(&source.path.as_str());
        if !allowed && !bookkeeping && !is_test(&source.path) && product(&source).contains(".finish().await")
        {
            faults.push(source.path);
        }
    }
    assert!(faults.is_empty(), "these commit without an event: {faults:?}");
}

#[test]
fn only_the_platform_makes_a_scope_for_a_caller() {
    for source in files("crates", ".rs") {
        let allowed = ["crates/db/", "crates/platform/"]
            .iter()
            .any(|home| source.path.starts_with(home));
        if !allowed && !is_test(&source.path) {
            assert!(
                !product(&source).contains("Scope::subtrees("),
                "{} makes its own scope",
                source.path
            );
            assert!(
                !product(&source).contains("Scope::everything("),
                "{} makes its own scope",
                source.path
            );
        }
    }
}

#[test]
fn amounts_have_no_fractions() {
    for source in files("crates", ".rs") {
        if ["crates/records/", "crates/enrollment/"]
            .iter()
            .any(|ledger| source.path.starts_with(ledger))
        {
            let text = product(&source);
            assert!(
                !text.contains("f64") && !text.contains("f32"),
                "{} uses floating point",
                source.path
            );
        }
    }
}

#[test]
fn domains_have_no_traits_of_their_own() {
    for domain in [
        "orgs",
        "people",
        "teaching",
        "enrollment",
        "attendance",
        "records",
        "plans",
    ] {
        for source in files(&format!("crates/{domain}"), ".rs") {
            assert!(
                !source.text.contains("pub trait "),
                "{}: one implementation needs no trait",
                source.path
            );
        }
    }
}

#[test]
fn the_map_names_files_that_exist() {
    for document in ["ARCHITECTURE.md", "CONTRIBUTING.md", "README.md", "STYLE.md"] {
        let text = std::fs::read_to_string(root().join(document))
            .unwrap_or_else(|_| panic!("{document} is missing"));
        for word in text.split('`').skip(1).step_by(2) {
            let path = word.split([':', '#', ' ']).next().unwrap_or_default();
            let is_path = ["crates/", "tests/", "script/", "data/", "docs/"]
                .iter()
                .any(|top| path.starts_with(top));
            if is_path && !path.contains(['*', '<', '{', '…']) {
                assert!(root().join(path).exists(), "{document} names {path}");
            }
        }
    }
}

//! Crates depend on each other only along the listed edges, and never in a circle.

use crate::source::root;
use std::collections::{BTreeMap, BTreeSet};

/// Crates that hold no domain; every domain may use them.
const BASE: &[&str] = &["kernel", "db", "platform", "ui", "documents", "metrics"];

fn dependencies() -> BTreeMap<String, BTreeSet<String>> {
    let mut all = BTreeMap::new();
    for entry in std::fs::read_dir(root().join("crates"))
        .expect("crates")
        .flatten()
    {
        let name = entry.file_name().to_string_lossy().into_owned();
        let manifest = std::fs::read_to_string(entry.path().join("Cargo.toml")).expect("a manifest");
        let table: toml::Table = manifest.parse().expect("TOML");
        let wanted = table
            .get("dependencies")
            .and_then(|value| value.as_table())
            .cloned()
            .unwrap_or_default();
        let inside = wanted
            .keys()
            .filter(|key| root().join("crates").join(key.as_str()).is_dir())
            .cloned();
        all.insert(name, inside.collect());
    }
    all
}

fn listed() -> BTreeMap<String, BTreeSet<String>> {
    let text = std::fs::read_to_string(root().join("tests/arch/edges.toml")).expect("edges.toml");
    let table: toml::Table = text.parse().expect("TOML");
    let edges = table
        .get("edges")
        .and_then(|value| value.as_table())
        .expect("[edges]");
    let mut all: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for (from, to) in edges {
        for (target, reason) in to.as_table().expect("a table of targets") {
            let reason = reason.as_str().expect("a reason");
            assert!(reason.len() > 10, "the edge {from} → {target} needs a reason");
            all.entry(from.clone()).or_default().insert(target.clone());
        }
    }
    all
}

#[test]
fn every_edge_is_listed_with_a_reason() {
    let listed = listed();
    let mut used: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for (name, wanted) in dependencies() {
        if matches!(name.as_str(), "app" | "testkit") || BASE.contains(&name.as_str()) {
            continue;
        }
        let domains: BTreeSet<String> = wanted
            .into_iter()
            .filter(|to| !BASE.contains(&to.as_str()))
            .collect();
        if !domains.is_empty() {
            used.insert(name, domains);
        }
    }
    assert_eq!(
        used, listed,
        "left: what the manifests say, right: tests/arch/edges.toml"
    );
}

#[test]
fn the_base_points_downward_only() {
    let order = ["kernel", "db", "platform", "ui"];
    let all = dependencies();
    for (at, name) in order.iter().enumerate() {
        for to in &all[*name] {
            let below = order
                .iter()
                .position(|lower| lower == to)
                .expect("a base crate uses base crates only");
            assert!(below < at, "{name} → {to}");
        }
    }
    assert_eq!(all["documents"], BTreeSet::from(["kernel".to_owned()]));
}

#[test]
fn there_is_no_circle() {
    let all = dependencies();
    for start in all.keys() {
        let mut seen = BTreeSet::new();
        let mut open: Vec<&String> = all[start].iter().collect();
        while let Some(next) = open.pop() {
            assert_ne!(next, start, "a circle through {start}");
            if seen.insert(next) {
                open.extend(all[next].iter());
            }
        }
    }
}

#[test]
fn drivers_are_named_in_db_only() {
    for entry in std::fs::read_dir(root().join("crates"))
        .expect("crates")
        .flatten()
    {
        let name = entry.file_name().to_string_lossy().into_owned();
        let manifest = std::fs::read_to_string(entry.path().join("Cargo.toml")).expect("a manifest");
        let names_driver = ["rusqlite", "tokio-postgres", "deadpool-postgres"]
            .iter()
            .any(|driver| manifest.contains(driver));
        assert_eq!(names_driver, name == "db", "{name}");
    }
}

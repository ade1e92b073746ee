//! The description of the API names every address of the route table and nothing else, and is whole in itself.

use crate::matrix::house;
use crate::source::{files, product};
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};

async fn served() -> (Value, BTreeSet<(String, String)>) {
    let house = house().await;
    let described = house.app.visitor().get("/api/v1/openapi.json").await.json();
    let table = house
        .table
        .iter()
        .filter(|rule| rule.path.starts_with("/api/v1/") && rule.path != "/api/v1/openapi.json");
    let addresses = table.map(|rule| (rule.path.to_owned(), rule.method.to_lowercase()));
    (described, addresses.collect())
}

fn operations(described: &Value) -> Vec<(String, String, &Value)> {
    let paths = described["paths"].as_object().expect("paths");
    paths
        .iter()
        .flat_map(|(path, item)| {
            let item = item.as_object().expect("a path item");
            item.iter()
                .map(move |(method, operation)| (path.clone(), method.clone(), operation))
        })
        .collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn every_address_of_the_api_is_described_and_nothing_else() {
    let (described, table) = served().await;
    let named: BTreeSet<(String, String)> = operations(&described)
        .into_iter()
        .map(|(path, method, _)| (path, method))
        .collect();
    let undescribed: Vec<_> = table.difference(&named).collect();
    let invented: Vec<_> = named.difference(&table).collect();
    assert!(
        undescribed.is_empty() && invented.is_empty(),
        "not described: {undescribed:?}\nnot in the route table: {invented:?}"
    );
    assert!(named.len() > 80, "only {} addresses", named.len());
}

#[tokio::test(flavor = "multi_thread")]
async fn the_description_is_whole() {
    let (described, _) = served().await;
    let mut wanted = BTreeSet::new();
    references(&described, &mut wanted);
    assert!(wanted.len() > 50, "only {} references", wanted.len());
    for reference in wanted {
        let pointer = reference.strip_prefix('#').unwrap_or(&reference);
        assert!(described.pointer(pointer).is_some(), "{reference} leads nowhere");
    }
    let mut names = BTreeSet::new();
    for (path, method, operation) in operations(&described) {
        let place = format!("{method} {path}");
        let name = operation["operationId"].as_str().unwrap_or_default();
        assert!(
            names.insert(name.to_owned()),
            "{place}: the name {name} stands twice"
        );
        for (status, answer) in operation["responses"].as_object().expect("answers") {
            let told = answer["description"].is_string() || answer["$ref"].is_string();
            assert!(told, "{place}: what {status} is");
        }
        assert!(operation["responses"]["default"].is_object(), "{place}: errors");
        assert!(operation["security"].is_array(), "{place}: who may");
        let summary = operation["summary"].as_str().unwrap_or_default();
        assert!(summary.len() > 5, "{place}: what it does");
        let holes: BTreeSet<&str> = path
            .split('{')
            .skip(1)
            .filter_map(|rest| rest.split('}').next())
            .collect();
        let empty = Vec::new();
        let parameters = operation["parameters"].as_array().unwrap_or(&empty);
        let told: BTreeSet<&str> = parameters
            .iter()
            .filter(|one| one["in"] == "path")
            .filter_map(|one| one["name"].as_str())
            .collect();
        assert_eq!(holes, told, "{place}: what stands in the address");
        let takes_body = operation["requestBody"].is_object();
        assert!(!(method == "get" && takes_body), "{place}: a body of a GET");
    }
}

fn references(value: &Value, found: &mut BTreeSet<String>) {
    match value {
        Value::Object(map) => {
            if let Some(Value::String(target)) = map.get("$ref") {
                found.insert(target.clone());
            }
            map.values().for_each(|inner| references(inner, found));
        }
        Value::Array(all) => all.iter().for_each(|inner| references(inner, found)),
        _ => {}
    }
}

/// Two types of one name would stand in one place of the description, and the later one would win in silence.
#[test]
fn types_of_the_api_have_names_of_their_own() {
    let mut homes: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for source in files("crates", ".rs") {
        for name in described_types(product(&source)) {
            homes.entry(name).or_default().push(source.path.clone());
        }
    }
    assert!(
        homes.len() > 80,
        "only {} types found: does the search still work?",
        homes.len()
    );
    let twice: Vec<_> = homes.iter().filter(|(_, places)| places.len() > 1).collect();
    assert!(twice.is_empty(), "{twice:?}");
}

/// Names of the types that derive `ToSchema` or are listed in `api_words!`.
fn described_types(text: &str) -> Vec<String> {
    let mut names = Vec::new();
    for after in text.split("ToSchema").skip(1) {
        // Only a derive closes right behind it.
        let Some(rest) = after.strip_prefix(")]").or_else(|| after.strip_prefix(", ")) else {
            continue;
        };
        let head = rest.split('{').next().unwrap_or_default();
        let renamed = head.split("#[schema(as = ").nth(1);
        let name = renamed.or_else(|| head.split("struct ").nth(1));
        let letters = |c: &char| c.is_alphanumeric();
        names.extend(name.map(|name| name.chars().take_while(letters).collect()));
    }
    for list in text.split("api_words!(").skip(1) {
        let list = list.split(')').next().unwrap_or_default();
        names.extend(list.split(',').map(|name| name.trim().to_owned()));
    }
    names
}

//! What tests of returns and editions share: the small dataset in use, and steps on the way up.

use crate::testing::{Town, small, town};
use platform::Role;
use serde_json::{Value, json};
use testkit::Client;

/// The town with the small dataset, which the city published.
pub struct Season {
    pub town: Town,
    pub version: String,
    /// Of the returns that are opened.
    pub period: &'static str,
}

pub async fn season() -> Season {
    let mut season = Season {
        town: town().await,
        version: String::new(),
        period: "2026",
    };
    season.publish(&small()).await;
    season
}

impl Season {
    /// Publishes another dataset of the city, whose returns are opened from now on.
    pub async fn publish(&mut self, toml: &str) {
        let city = self.town.city(Role::City);
        let body = json!({ "org": self.town.world.city, "toml": toml });
        let made = city.call(200, "POST", "/api/v1/datasets", &body).await;
        assert_eq!(made["faults"], json!([]), "{made}");
        self.version = made["id"].as_str().unwrap().to_owned();
        let publish = format!("/api/v1/datasets/{}/publish", self.version);
        city.call(204, "POST", &publish, &json!({ "version": 1 })).await;
    }

    pub async fn open(&self, client: &Client, org: kernel::OrgId) -> String {
        let body = json!({ "version": self.version, "org": org, "period": self.period });
        let made = client.call(201, "POST", "/api/v1/returns", &body).await;
        made["id"].as_str().unwrap().to_owned()
    }

    /// Opened and with every typed cell filled.
    pub async fn ready(&self, client: &Client, org: kernel::OrgId) -> String {
        let id = self.open(client, org).await;
        let typed = [
            ("T1_all_teams", "3"),
            ("T1_female_teams", "2"),
            ("T2_other_value", "1200.50"),
        ];
        save(client, &id, &typed).await;
        id
    }
}

pub async fn read(client: &Client, id: &str) -> Value {
    client
        .call(200, "GET", &format!("/api/v1/returns/{id}"), &Value::Null)
        .await
}

pub fn cell<'a>(read: &'a Value, code: &str) -> &'a Value {
    let cells = read["cells"].as_array().unwrap();
    cells.iter().find(|cell| cell["element"] == code).unwrap()
}

pub async fn save(client: &Client, id: &str, typed: &[(&str, &str)]) -> Value {
    let now = read(client, id).await;
    let cells: Vec<Value> = typed
        .iter()
        .map(|(code, value)| json!({ "element": code, "value": value, "version": cell(&now, code)["version"] }))
        .collect();
    client
        .call(
            200,
            "POST",
            &format!("/api/v1/returns/{id}/cells"),
            &json!({ "cells": cells }),
        )
        .await
}

/// Does this with the version that stands now.
pub async fn act(client: &Client, status: u16, id: &str, verb: &str) -> Value {
    let version = read(client, id).await["version"].clone();
    client
        .call(
            status,
            "POST",
            &format!("/api/v1/returns/{id}/{verb}"),
            &json!({ "version": version }),
        )
        .await
}

/// The district's return, filed, over the approved ones of both schools.
pub async fn sum_of_two(season: &Season) -> String {
    let town = &season.town;
    let bureau = town.district(Role::DistrictBureau);
    for (clerk, org) in [
        (town.here(Role::Registrar), town.world.here.org),
        (town.there(Role::Registrar), town.world.there.org),
    ] {
        let id = season.ready(&clerk, org).await;
        act(&clerk, 204, &id, "file").await;
        act(&bureau, 204, &id, "check").await;
        act(&bureau, 204, &id, "approve").await;
    }
    let sum = season.open(&bureau, town.world.district).await;
    act(&bureau, 204, &sum, "file").await;
    sum
}

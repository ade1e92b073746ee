//! The small world of the test kit, with made-up sources of metrics that read its tables.

use db::args;
use metrics::definition::Declared;
use metrics::definition::Measure;
use metrics::{Dimension, How, Metric, Metrics, MomentSource, Registry, Rollup, SourceKind};
use platform::Role;
use std::sync::Arc;
use testkit::{Client, TestApp, World, staff};

/// The small world with its installation.
pub struct Town {
    pub app: TestApp,
    pub world: World,
}

fn plain(code: &str) -> String {
    code.to_owned()
}

const fn metric(id: &'static str, how: How) -> Metric {
    Metric {
        id,
        name: "指标",
        unit: "人",
        words: "测试用",
        source_kind: SourceKind::Register,
        document: "测试",
        how,
        breakdowns: &[Dimension::Sex],
        small_cell: 0,
        decimals: 0,
        scale: 1,
        version: 1,
        valid_from: "2020-01-01",
    }
}

const fn moment(tags: &'static [&'static str]) -> How {
    How::Moment {
        source: "rooms",
        measure: Measure::N,
        tags,
        kinds: &[],
        bands: &[],
    }
}

/// Seats of rooms stand for learners, rooms for classes.
const METRICS: &[Metric] = &[
    metric("seats.count", moment(&["seats"])),
    metric("rooms.count", moment(&["rooms"])),
    metric(
        "seats.per_room",
        How::Ratio {
            part: "seats.count",
            whole: "rooms.count",
            per: 1,
        },
    ),
];

const ROOMS: MomentSource = MomentSource {
    id: "rooms",
    facts: "SELECT r.org_id, 'seats' AS tag, '' AS kind, 'female' AS sex, '' AS band, r.seats AS n, \
            CAST(0 AS BIGINT) AS m FROM room r WHERE CAST($1 AS TEXT) <> '' {unscoped: a test} \
            UNION ALL SELECT r.org_id, 'rooms', '', 'female', '', CAST(1 AS BIGINT), CAST(0 AS BIGINT) FROM room r",
    subjects: &["room"],
    rows: "SELECT name AS label, '' AS detail, '' AS subject, id AS subject_id, seats AS n, seats AS m FROM room",
    rollup: Rollup::Sum,
    absent_is_zero: true,
    kind_label: plain,
};

pub async fn town() -> Town {
    let schemas = [
        platform::SCHEMA,
        orgs::SCHEMA,
        people::SCHEMA,
        metrics::SCHEMA,
        crate::SCHEMA,
    ];
    let declared = Declared {
        metrics: METRICS,
        spans: &[],
        moments: &[ROOMS],
    };
    let app = TestApp::start(&schemas, |platform| {
        let registry = Registry::new(&[declared], orgs::metrics::tree).unwrap();
        crate::routes(&Arc::new(Metrics::new(registry, platform)), None)
    })
    .await;
    let world = World::build(&app.platform).await;
    Town { app, world }
}

impl Town {
    /// Somebody with a post at the first school.
    pub fn here(&self, role: Role) -> Client {
        let school = &self.world.here;
        self.app
            .signed_in(staff(school.registrar, role, school.org, &school.path))
    }

    /// Somebody with a post at the school of the sibling street.
    pub fn there(&self, role: Role) -> Client {
        let school = &self.world.there;
        self.app
            .signed_in(staff(school.registrar, role, school.org, &school.path))
    }

    /// Somebody with a post over both streets.
    pub fn district(&self, role: Role) -> Client {
        let world = &self.world;
        self.app.signed_in(staff(
            world.here.teacher,
            role,
            world.district,
            &world.district_path,
        ))
    }

    /// Somebody with a post over the city.
    pub fn city(&self) -> Client {
        let world = &self.world;
        self.app.signed_in(staff(
            world.there.teacher,
            Role::City,
            world.city,
            &world.city_path,
        ))
    }

    /// Kinds of the events that begin so, in order.
    pub async fn events(&self, start: &str) -> Vec<String> {
        let sql = "SELECT kind FROM event WHERE kind LIKE $1 ORDER BY id LIMIT 200";
        let found = self.app.platform.db.query(sql, args![format!("{start}%")]).await;
        found.unwrap()
    }
}

/// The small dataset with the metrics of the small world.
pub fn small() -> String {
    include_str!("datasets/small.toml")
        .replace(
            "metric = \"learners.count\", up = \"metric\"",
            "metric = \"seats.count\", nature = \"moment\"",
        )
        .replace(
            "metric = \"classes.count\"",
            "metric = \"rooms.count\", nature = \"moment\"",
        )
}

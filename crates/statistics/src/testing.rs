//! The small world of the test kit, with made-up sources of metrics that read its tables.

use metrics::definition::Declared;
use metrics::definition::Measure;
use metrics::{Dimension, How, Metric, Metrics, MomentSource, Registry, Rollup, SourceKind};
use platform::{Platform, Routes};
use std::sync::Arc;
use testkit::TestApp;

pub use testkit::Town;

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

/// Learners, the elders among them and their share, for rules that ask what a metric is.
pub fn known(id: &str) -> Option<Metric> {
    const PERSONS: How = How::Persons {
        source: "x",
        tags: &[],
        bands: &[],
    };
    let (id, how) = match id {
        "learners.count" => ("learners.count", PERSONS),
        "learners.elders" => ("learners.elders", PERSONS),
        "learners.elder_share" => (
            "learners.elder_share",
            How::Ratio {
                part: "learners.elders",
                whole: "learners.count",
                per: 100,
            },
        ),
        _ => return None,
    };
    Some(Metric {
        small_cell: 5,
        ..metric(id, how)
    })
}

/// Seats of rooms stand for learners, rooms for classes.
const METRICS: &[Metric] = &[
    metric("seats.count", moment(&["seats"])),
    metric("rooms.count", moment(&["rooms"])),
    Metric {
        small_cell: 5,
        ..metric("learners.count", moment(&["seats"]))
    },
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
        plans::SCHEMA,
        crate::SCHEMA,
    ];
    let app = TestApp::start(&schemas, routes).await;
    Town::new(app).await
}

/// The addresses of a process that has just started and keeps nothing yet.
pub fn routes(platform: &Arc<Platform>) -> Routes {
    let declared = Declared {
        metrics: METRICS,
        spans: &[],
        moments: &[ROOMS],
    };
    let registry = Registry::new(&[declared], orgs::metrics::tree).unwrap();
    crate::routes(&Arc::new(Metrics::new(registry, platform)), None)
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

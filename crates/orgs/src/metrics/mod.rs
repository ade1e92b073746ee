//! What organisations count: places by kind, floor area, rooms, residents; and the tree as of a day.

mod registers;
mod store;

pub use registers::DECLARED as REGISTERS;

use store::{PLACES, POPULATION, ROOMS};

use crate::OrgKind;
use crate::tree::OrgBrief;
use db::Db;
use kernel::Date;
use metrics::definition::{Declared, Measure, TreeFuture};
use metrics::{Dimension, How, Metric, Period, Placed, SourceKind};
use platform::{Ctx, Permission};
use ui::Link;

/// Metrics and sources of this crate.
pub const DECLARED: Declared = Declared {
    metrics: METRICS,
    spans: &[],
    moments: &[PLACES, ROOMS, POPULATION],
};

/// Links to the pages of these metrics for an organisation in the running year, for who may see them.
pub(crate) fn links(ctx: &Ctx, org: &OrgBrief, ids: &[&str]) -> Vec<Link> {
    if !ctx.reach(Permission::MetricRead).contains(&org.path) {
        return Vec::new();
    }
    let period = Period::Year(ctx.today().year());
    let known = DECLARED.metrics.iter().chain(REGISTERS.metrics);
    let asked = known.filter(|metric| ids.contains(&metric.id));
    asked
        .map(|metric| Link::new(metrics::link(metric.id, org.id, period), metric.name))
        .collect()
}

/// Words for a kind of organisation.
fn kind_label(code: &str) -> String {
    code.parse::<OrgKind>()
        .map_or_else(|_| code.to_owned(), |kind| kind.label().to_owned())
}

fn no_kind(code: &str) -> String {
    code.to_owned()
}

const ELDERS: &[&str] = &["60-69", "70-79", "80+"];
const SCHOOLS: &[&str] = &["college", "senior_university", "street_school"];
const SITES: &[&str] = &[
    "neighborhood_site",
    "social_site",
    "care_site",
    "minors_site",
    "family_station",
    "smart_scene",
];
const KIND: &[Dimension] = &[Dimension::Kind];

/// What the metrics of this crate have in common.
const BASE: Metric = Metric {
    id: "",
    name: "",
    unit: "",
    words: "",
    source_kind: SourceKind::Register,
    document: "",
    how: places(Measure::N, &[]),
    breakdowns: KIND,
    small_cell: 0,
    decimals: 0,
    scale: 1,
    version: 1,
    valid_from: "2000-01-01",
};

const fn places(measure: Measure, kinds: &'static [&'static str]) -> How {
    How::Moment {
        source: "places",
        measure,
        tags: &[],
        kinds,
        bands: &[],
    }
}

const fn residents(bands: &'static [&'static str]) -> How {
    How::Moment {
        source: "population",
        measure: Measure::N,
        tags: &[],
        kinds: &[],
        bands,
    }
}

const METRICS: &[Metric] = &[
    Metric {
        id: "sites.by_kind",
        name: "学习点数",
        unit: "个",
        words: "期末在办的学习点，按类别分：居村、社会、养教结合、未成年人、家庭学习站、智慧学习场景。已撤并的不计。",
        document: "M22 第24、31条；S24 第11条",
        how: places(Measure::N, SITES),
        ..BASE
    },
    Metric {
        id: "schools.count",
        name: "学校数",
        unit: "所",
        words: "期末在办的社区学院、老年大学和街镇社区学校。",
        document: "M22 第20条；X24 四",
        how: places(Measure::N, SCHOOLS),
        ..BASE
    },
    Metric {
        id: "bases.count",
        name: "体验基地数",
        unit: "个",
        words: "期末在办的终身学习体验基地。",
        document: "M22 第14条；S24 第7条",
        how: places(Measure::N, &["base"]),
        ..BASE
    },
    Metric {
        id: "neighborhoods.count",
        name: "居村数",
        unit: "个",
        words: "期末的居民委员会和村民委员会，不含统计用的虚拟居委会。",
        document: "X24 四",
        how: places(Measure::N, &["neighborhood"]),
        ..BASE
    },
    Metric {
        id: "schools.floor_area_total",
        name: "学校用房面积",
        unit: "平方米",
        words: "期末在办学校登记的建筑面积之和；没有登记的按零计。面积没有历史，按现在登记的数。",
        document: "X24 五（校舍面积）",
        how: places(Measure::M, SCHOOLS),
        ..BASE
    },
    Metric {
        id: "schools.floor_area",
        name: "校均用房面积",
        unit: "平方米",
        words: "学校用房面积除以学校数。",
        document: "X24 五（每校 2000 平方米以上）",
        how: How::Ratio {
            part: "schools.floor_area_total",
            whole: "schools.count",
            per: 1,
        },
        ..BASE
    },
    Metric {
        id: "sites.coverage",
        name: "居村学习点覆盖率",
        unit: "%",
        words: "居村学习点数除以居村数。一个居村有几个学习点时会高于实际，请看各居村的明细。",
        document: "M22 第24条；Q22 二",
        how: How::Ratio {
            part: "sites.of_neighborhoods",
            whole: "neighborhoods.count",
            per: 100,
        },
        breakdowns: &[],
        decimals: 1,
        ..BASE
    },
    Metric {
        id: "sites.of_neighborhoods",
        name: "居村学习点数",
        unit: "个",
        words: "期末在办的居村学习点。",
        document: "M22 第24条",
        how: places(Measure::N, &["neighborhood_site"]),
        ..BASE
    },
    Metric {
        id: "rooms.count",
        name: "教室数",
        unit: "间",
        words: "在用的教室。教室没有历史，按现在登记的数。",
        document: "统计报表 T2（推定）",
        how: How::Moment {
            source: "rooms",
            measure: Measure::N,
            tags: &[],
            kinds: &[],
            bands: &[],
        },
        ..BASE
    },
    Metric {
        id: "rooms.seats",
        name: "教室座位数",
        unit: "座",
        words: "在用教室的座位之和。",
        document: "统计报表 T2（推定）",
        how: How::Moment {
            source: "rooms",
            measure: Measure::M,
            tags: &[],
            kinds: &[],
            bands: &[],
        },
        ..BASE
    },
    Metric {
        id: "residents.count",
        name: "常住人口",
        unit: "人",
        words: "最近一个已结束年份的年末常住人口。本级有登记的用本级的数，没有的用下级之和。",
        document: "X24 五；G13 三",
        how: residents(&[]),
        breakdowns: &[Dimension::Sex, Dimension::Age],
        ..BASE
    },
    Metric {
        id: "residents.elders",
        name: "60 岁及以上常住人口",
        unit: "人",
        words: "最近一个已结束年份的年末常住人口中 60 岁及以上的。",
        document: "Q22 二",
        how: residents(ELDERS),
        breakdowns: &[Dimension::Sex, Dimension::Age],
        ..BASE
    },
];

/// The orgs as of a day. What was merged stands below its successor, what was closed below the last above it.
#[must_use]
pub fn tree(db: Db, day: Date) -> TreeFuture {
    Box::pin(async move {
        let rows = store::places_of(&db, day).await?;
        let mut placed: Vec<Placed> = Vec::with_capacity(rows.len());
        for row in rows {
            let ended = !row.standing && row.opened_on <= day;
            let successor = row.successor_id.filter(|_| ended);
            let node = Placed {
                id: row.id,
                above: successor.or(row.parent_id),
                opened_on: row.opened_on,
                standing: row.standing,
                merged: successor.is_some(),
                name: row.name,
                kind: row.kind,
            };
            // Rows of one org follow each other, the newest place last.
            match placed.last_mut() {
                Some(last) if last.id == node.id => *last = node,
                _ => placed.push(node),
            }
        }
        Ok(placed)
    })
}

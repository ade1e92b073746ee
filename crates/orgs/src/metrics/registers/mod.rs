//! What the small registers count: staff, funding, titles.

mod store;
#[cfg(test)]
mod tests;

use super::SCHOOLS;
use crate::OrgKind;
use crate::funding::FundingLevel;
use crate::staffing::StaffKind;
use crate::titles::{TitleKind, TitleLevel};
use metrics::definition::{Declared, Measure};
use metrics::{Dimension, How, Metric, SourceKind};
use store::{BUDGETS, GROWTH, STAFF, TITLED, TITLES, TITLES_BY_LEVEL};

/// Metrics and sources of the registers.
pub const DECLARED: Declared = Declared {
    metrics: METRICS,
    spans: &[],
    moments: &[STAFF, BUDGETS, GROWTH, TITLES, TITLES_BY_LEVEL, TITLED],
};

fn staff_label(code: &str) -> String {
    code.parse::<StaffKind>()
        .map_or_else(|()| code.to_owned(), |kind| kind.label().to_owned())
}

fn level_label(code: &str) -> String {
    code.parse::<FundingLevel>()
        .map_or_else(|()| code.to_owned(), |level| level.label().to_owned())
}

fn title_kind_label(code: &str) -> String {
    code.parse::<TitleKind>()
        .map_or_else(|()| code.to_owned(), |kind| kind.label().to_owned())
}

fn title_level_label(code: &str) -> String {
    code.parse::<TitleLevel>()
        .map_or_else(|()| code.to_owned(), |level| level.label().to_owned())
}

fn org_kind_label(code: &str) -> String {
    code.parse::<OrgKind>()
        .map_or_else(|()| code.to_owned(), |kind| kind.label().to_owned())
}

const KIND: &[Dimension] = &[Dimension::Kind];

/// Public budgets that are measured by all residents, by what their tags say.
const FOR_RESIDENTS: &[&str] = &[
    "budget.residents.province",
    "budget.residents.city",
    "budget.residents.district",
    "budget.residents.street",
    "budget.residents.village",
];
const FOR_ELDERS: &[&str] = &[
    "budget.elders.province",
    "budget.elders.city",
    "budget.elders.district",
    "budget.elders.street",
    "budget.elders.village",
];
const OF_DISTRICTS: &[&str] = &["budget.residents.district", "budget.elders.district"];
const OF_STREETS: &[&str] = &["budget.residents.street", "budget.elders.street"];
const BUDGETED: &[&str] = &[
    "budget.residents.province",
    "budget.residents.city",
    "budget.residents.district",
    "budget.residents.street",
    "budget.residents.village",
    "budget.residents.society",
    "budget.residents.learners",
    "budget.elders.province",
    "budget.elders.city",
    "budget.elders.district",
    "budget.elders.street",
    "budget.elders.village",
    "budget.elders.society",
    "budget.elders.learners",
];
const PAID: &[&str] = &[
    "paid.residents.province",
    "paid.residents.city",
    "paid.residents.district",
    "paid.residents.street",
    "paid.residents.village",
    "paid.residents.society",
    "paid.residents.learners",
    "paid.elders.province",
    "paid.elders.city",
    "paid.elders.district",
    "paid.elders.street",
    "paid.elders.village",
    "paid.elders.society",
    "paid.elders.learners",
];

const fn moment(source: &'static str, measure: Measure, tags: &'static [&'static str]) -> How {
    How::Moment {
        source,
        measure,
        tags,
        kinds: &[],
        bands: &[],
    }
}

const fn staff(tags: &'static [&'static str]) -> How {
    moment("staff", Measure::N, tags)
}

const fn budgets(tags: &'static [&'static str]) -> How {
    moment("budgets", Measure::N, tags)
}

const fn ratio(part: &'static str, whole: &'static str, per: i64) -> How {
    How::Ratio { part, whole, per }
}

/// What the metrics of staff and titles have in common.
const BASE: Metric = Metric {
    id: "",
    name: "",
    unit: "人",
    words: "",
    source_kind: SourceKind::Register,
    document: "",
    how: staff(&[]),
    breakdowns: KIND,
    small_cell: 0,
    decimals: 0,
    scale: 1,
    version: 1,
    valid_from: "2000-01-01",
};

/// What the metrics of funding have in common: kept in fen, shown in yuan.
const MONEY: Metric = Metric {
    unit: "元",
    document: "X24 五（二）；G13 三（2）",
    how: budgets(&[]),
    decimals: 2,
    scale: 100,
    ..BASE
};

const METRICS: &[Metric] = &[
    Metric {
        id: "staff.full_time",
        name: "专职人员数",
        words: "期末登记的专职人员：管理人员、教师、社工和其他。按人数登记，每人只在实际工作的机构算一次。",
        document: "X24 五（二）；G13 三；统计报表 T3（推定）",
        how: staff(&["full"]),
        ..BASE
    },
    Metric {
        id: "staff.part_time",
        name: "兼职人员数",
        words: "期末登记的兼职人员：管理人员、教师、社工和其他。",
        document: "G13 三；统计报表 T3（推定）",
        how: staff(&["part"]),
        ..BASE
    },
    Metric {
        id: "staff.count",
        name: "工作人员数",
        words: "期末登记的专职和兼职人员合计。",
        document: "统计报表 T3（推定）",
        how: staff(&["full", "part"]),
        ..BASE
    },
    Metric {
        id: "staff.full_time_per_10000",
        name: "每万常住人口专职人员",
        unit: "‱",
        words: "专职人员数除以常住人口，按万人计。文件要求不少于万分之零点五的，就是不少于 0.5。",
        document: "X24 五（二）（万分之零点五）",
        how: ratio("staff.full_time", "residents.count", 10_000),
        decimals: 2,
        ..BASE
    },
    Metric {
        id: "funding.budget",
        name: "经费预算",
        words: "期末所在年度登记的预算，各级财政、社会捐赠和学习者分担都在内；更正的按最新一版，作废的不计。",
        how: budgets(BUDGETED),
        ..MONEY
    },
    Metric {
        id: "funding.paid",
        name: "经费拨付",
        words: "期末所在年度的预算中登记已经拨付的；按现在登记的数。",
        how: budgets(PAID),
        ..MONEY
    },
    Metric {
        id: "funding.paid_share",
        name: "经费到位率",
        unit: "%",
        words: "经费拨付除以经费预算。",
        how: ratio("funding.paid", "funding.budget", 100),
        decimals: 1,
        scale: 1,
        ..MONEY
    },
    Metric {
        id: "funding.growth",
        name: "经费增长",
        unit: "%",
        words: "期末所在年度的经费预算比上一年度多多少，除以上一年度的经费预算。",
        how: ratio("funding.increase", "funding.last_year", 100),
        decimals: 1,
        scale: 1,
        ..MONEY
    },
    Metric {
        id: "funding.increase",
        name: "经费预算比上年增加",
        words: "期末所在年度的经费预算减去上一年度的。",
        how: moment("budget_growth", Measure::N, &[]),
        ..MONEY
    },
    Metric {
        id: "funding.last_year",
        name: "上年经费预算",
        words: "期末所在年度的上一年度的经费预算。",
        how: moment("budget_growth", Measure::M, &[]),
        ..MONEY
    },
    Metric {
        id: "funding.for_residents",
        name: "按常住人口安排的财政经费",
        words: "期末所在年度各级财政的预算中，登记为按常住人口算人均的。",
        how: budgets(FOR_RESIDENTS),
        ..MONEY
    },
    Metric {
        id: "funding.per_resident",
        name: "人均经费",
        unit: "元/人",
        words: "按常住人口安排的财政经费除以常住人口。专给老年教育、按老年人口算的不在内。",
        how: ratio("funding.for_residents", "residents.count", 1),
        ..MONEY
    },
    Metric {
        id: "funding.for_elders",
        name: "按老年人口安排的财政经费",
        words: "期末所在年度各级财政的预算中，登记为按 60 岁及以上常住人口算人均的。",
        how: budgets(FOR_ELDERS),
        ..MONEY
    },
    Metric {
        id: "funding.per_elder",
        name: "老年人均经费",
        unit: "元/人",
        words: "按老年人口安排的财政经费除以 60 岁及以上常住人口。",
        how: ratio("funding.for_elders", "residents.elders", 1),
        ..MONEY
    },
    Metric {
        id: "funding.of_streets",
        name: "街镇安排的经费",
        words: "期末所在年度预算中街镇一级出资的。",
        how: budgets(OF_STREETS),
        ..MONEY
    },
    Metric {
        id: "funding.of_districts",
        name: "区级安排的经费",
        words: "期末所在年度预算中区级出资的，包括区里拨给街镇用的。",
        how: budgets(OF_DISTRICTS),
        ..MONEY
    },
    Metric {
        id: "funding.match_ratio",
        name: "经费配套比例",
        unit: ": 1",
        words: "街镇安排的经费除以区级安排的经费。文件要求 1:1 的，就是不少于 1。",
        document: "X24 五（二）（各镇街同时按 1:1 投入）",
        how: ratio("funding.of_streets", "funding.of_districts", 1),
        breakdowns: &[],
        scale: 1,
        ..MONEY
    },
    Metric {
        id: "titles.by_kind",
        name: "称号数（按种类）",
        unit: "个",
        words: "期末有效的称号，按种类分；机构的、它的团队和课程的都算。过期、撤销的不计，持有机构已撤并的不计。",
        document: "Q22 二；M22 第25、28条；统计报表 T11（推定）",
        how: moment("titles", Measure::N, &[]),
        ..BASE
    },
    Metric {
        id: "titles.by_level",
        name: "称号数（按级别）",
        unit: "个",
        words: "期末有效的称号，按授予的级别分。",
        document: "统计报表 T11（推定）",
        how: moment("titles_by_level", Measure::N, &[]),
        ..BASE
    },
    Metric {
        id: "titles.schools",
        name: "有称号的学校数",
        unit: "所",
        words: "期末在办、学校本身至少有一个有效称号的社区学院、老年大学和街镇社区学校。",
        document: "Q22 二",
        how: How::Moment {
            source: "titled",
            measure: Measure::N,
            tags: &[],
            kinds: SCHOOLS,
            bands: &[],
        },
        ..BASE
    },
    Metric {
        id: "titles.share",
        name: "获得称号的比例",
        unit: "%",
        words: "有称号的学校数除以学校数；只看街镇社区学校的，看类别那一行。",
        document: "Q22 二",
        how: ratio("titles.schools", "schools.count", 100),
        decimals: 1,
        ..BASE
    },
];

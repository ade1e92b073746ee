//! What the hub of data tells of organisations: what the rows of their sources are, and what must not be among them.

mod store;

use metrics::{Described, QualityRule, Severity, SourceWords};
use platform::Permission;

/// Words and rules of this crate.
pub const DESCRIBED: Described = Described {
    sources: &[
        SourceWords {
            source: "places",
            name: "机构和学习点",
            row: "当天在办的一个机构，带类别和建筑面积",
            kept: "机构",
        },
        SourceWords {
            source: "rooms",
            name: "教室",
            row: "有在用教室的一个机构，带教室数和座位数",
            kept: "机构的教室",
        },
        SourceWords {
            source: "population",
            name: "常住人口",
            row: "一个区域、一个年龄段、一种性别的年末人数",
            kept: "机构的人口登记",
        },
        SourceWords {
            source: "staff",
            name: "教职工申报",
            row: "一个机构、一类人员当天有效的专职或兼职人数",
            kept: "教职工台账",
        },
        SourceWords {
            source: "budgets",
            name: "社区教育经费",
            row: "一个机构当年的一条经费，预算和实际各一行",
            kept: "经费台账",
        },
        SourceWords {
            source: "budget_growth",
            name: "经费增长",
            row: "一个机构的一条经费，当年减上年",
            kept: "经费台账",
        },
        SourceWords {
            source: "titles",
            name: "荣誉称号",
            row: "一个机构、一类称号当天有效的个数",
            kept: "称号台账",
        },
        SourceWords {
            source: "titles_by_level",
            name: "各级称号",
            row: "一个机构、一级称号当天有效的个数",
            kept: "称号台账",
        },
        SourceWords {
            source: "titled",
            name: "有称号的机构",
            row: "当天有称号的一个机构",
            kept: "称号台账",
        },
    ],
    rules: &[
        QualityRule {
            id: "orgs.place",
            name: "没有位置的学习场所",
            words: "在办的学校、学习点和基地没有登记经纬度：地图上画不出来，居民按距离找不到。请在机构资料里补上位置。",
            domain: "机构",
            severity: Severity::Incomplete,
            permission: Permission::OrgRead,
            rows: store::WITHOUT_PLACE,
        },
        QualityRule {
            id: "orgs.floor_area",
            name: "没有建筑面积的学校",
            words: "在办的社区学院、老年大学、街镇社区学校没有登记建筑面积：校均用房面积会偏小。请在机构资料里补上面积。",
            domain: "机构",
            severity: Severity::Incomplete,
            permission: Permission::OrgRead,
            rows: store::WITHOUT_FLOOR_AREA,
        },
    ],
};

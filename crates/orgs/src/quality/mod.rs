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

//! Who keeps something of a person: asked for everything when a person wants it, and when they are erased.

use platform::personal::{Erasing, Keeper, Retention, Rule, Telling};

/// Every keeper of the program.
pub const ALL: &[Keeper] = &[
    people::erasure::KEEPER,
    enrollment::KEEPER,
    attendance::KEEPER,
    records::KEEPER,
    OFFICE,
    platform::personal::KEEPER,
];

/// Tables of teaching and orgs that point at people and hold nothing about them but who did what for the institution.
const OFFICE: Keeper = Keeper {
    retention: &[
        office("class", "任课教师"),
        office("session", "每次课的教师"),
        office("class_duty", "班长和助教"),
        office("course_version", "写课程、审课程的人"),
        office("room_booking", "借教室的人"),
        Retention {
            what: "统计不同的人用的序号",
            table: "metric_member",
            rule: Rule::Kept,
            why: "只有两个编号；没有它，过去的人数会变。",
            days: None,
        },
        office("stat_return", "填报、核对、审核报表的人"),
        office("stat_cell", "填这一格的人"),
        office("stat_cell_change", "改过这一格的人"),
    ],
    tell: |_, _| -> Telling<'_> { Box::pin(async { Ok(Vec::new()) }) },
    erase: |_, _| -> Erasing<'_> { Box::pin(async { Ok(Vec::new()) }) },
};

const fn office(table: &'static str, what: &'static str) -> Retention {
    Retention {
        what,
        table,
        rule: Rule::Kept,
        why: "是替机构做的事，只有编号。",
        days: None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::wiring::SCHEMAS;
    use std::collections::BTreeSet;

    /// Tables that point at a person and hold only who did something: marked by these columns alone.
    const WHO_DID_IT: &[&str] = &["created_by", "marked_by", "issued_by", "decided_by", "granted_by"];

    /// The tables of all migrations with a column that names a person.
    fn tables_of_people() -> BTreeSet<String> {
        let mut found = BTreeSet::new();
        let migrations = SCHEMAS.iter().flat_map(|schema| schema.migrations);
        for statement in migrations.flat_map(|migration| migration.sql.split(';')) {
            let Some(rest) = statement.split("CREATE TABLE ").nth(1) else {
                continue;
            };
            let name = rest.split_whitespace().next().unwrap_or_default();
            let columns = rest.lines().skip(1).map(str::trim);
            let names_person = columns.filter(|line| !line.starts_with("--")).any(|line| {
                let column = line.split_whitespace().next().unwrap_or_default();
                let person = line.contains("REFERENCES person")
                    || matches!(
                        column,
                        "person_id" | "actor_person" | "owner" | "booked_by" | "phone_index"
                    );
                person && !WHO_DID_IT.contains(&column)
            });
            if names_person {
                found.insert(name.to_owned());
            }
        }
        found
    }

    #[test]
    fn every_table_of_people_has_a_rule() {
        let ruled: BTreeSet<String> = ALL
            .iter()
            .flat_map(|keeper| keeper.retention)
            .map(|rule| rule.table.to_owned())
            .collect();
        let found = tables_of_people();
        assert!(found.len() > 15, "{found:?}");
        let missing: Vec<&String> = found.difference(&ruled).collect();
        assert!(missing.is_empty(), "no retention rule: {missing:?}");
    }
}

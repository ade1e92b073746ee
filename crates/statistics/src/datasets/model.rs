//! Rules of datasets: what makes a definition good, and what may be done with a version. No I/O.

use super::bounds;
use super::definition::{Definition, Element, Fill, How, Nature, PeriodKind};
use super::form::{Fault, Form};
use crate::number::MOST_DECIMALS;
use kernel::Date;
use metrics::Period;
use platform::{AppError, AppResult, FieldError};
use std::collections::BTreeSet;

db::text_enum! {
    /// How far a version is.
    pub enum DatasetStatus {
        /// Being written.
        Draft => "draft",
        /// In use; never changed again.
        Published => "published",
        /// Not for new returns.
        Retired => "retired",
    }
}

platform::api_words!(DatasetStatus);

impl DatasetStatus {
    /// Its name on the screen.
    #[must_use]
    pub const fn label(self) -> &'static str {
        match self {
            Self::Draft => "草稿",
            Self::Published => "已发布",
            Self::Retired => "已停用",
        }
    }
}

/// What a rule must know of a metric.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct AboutMetric {
    /// Whether it is measured on a day.
    pub moment: bool,
    /// Whether sums of it mean nothing: distinct persons, ratios.
    pub never_added: bool,
    /// Codes of what it can be broken down by.
    pub dimensions: [Option<&'static str>; 3],
}

/// Says what a metric is; `None` where there is none of this name.
pub type Metrics<'a> = &'a dyn Fn(&str) -> Option<AboutMetric>;

/// What stands in the way of publishing: everything of [`bounds::of`], levels, metrics, formulas and checks.
///
/// # Errors
/// The faults.
pub fn ready(definition: &Definition, metrics: Metrics<'_>) -> Result<Form, Vec<Fault>> {
    let mut faults = bounds::of(definition);
    if definition.tables.is_empty() {
        faults.push(("tables".into(), "还没有表，请先加一张表。".into()));
    }
    levels(definition, &mut faults);
    for element in definition.elements() {
        if let Some(sentence) = wrong_element(&element, metrics) {
            faults.push((element.code, sentence));
        }
    }
    match Form::new(definition.clone()) {
        Ok(form) if faults.is_empty() => Ok(form),
        Ok(_) => Err(faults),
        Err(more) => {
            faults.extend(more);
            Err(faults)
        }
    }
}

fn levels(definition: &Definition, faults: &mut Vec<Fault>) {
    let mut say = |sentence: String| faults.push(("levels".to_owned(), sentence));
    if definition.levels.is_empty() {
        say("还没有定谁来填报，请至少写一级。".into());
    }
    let mut seen = BTreeSet::new();
    for (number, level) in definition.levels.iter().enumerate() {
        if level.how == How::Sum && number == 0 {
            say("最下面一级没有下级可以汇总，要选“填报”。".into());
        }
        let words = [&level.checked_by, &level.approved_by];
        let words = words.into_iter().filter(|word| !word.is_empty());
        for word in level.files.iter().chain(words) {
            if word.parse::<orgs::OrgKind>().is_err() {
                say(format!("“{word}”不是机构的种类。"));
            }
        }
        if level.files.is_empty() {
            say(format!("第 {} 级没有写哪些机构填报。", number + 1));
        }
        for word in &level.files {
            if !seen.insert(word.clone()) {
                say(format!("“{word}”写在了两级里，一种机构只能在一级填报。"));
            }
        }
        if !(0..=24).contains(&level.due.months) || !(1..=31).contains(&level.due.day) {
            say("截止日：期满后 0 到 24 个月，1 到 31 日。".into());
        }
    }
}

/// Rules 3 and 4 of the feature for one cell.
fn wrong_element(element: &Element, metrics: Metrics<'_>) -> Option<String> {
    if element.decimals > MOST_DECIMALS {
        return Some(format!("最多 {MOST_DECIMALS} 位小数。"));
    }
    let Fill::Metric { id, slice } = &element.fill else {
        return None;
    };
    let Some(about) = metrics(id) else {
        return Some(format!(
            "系统里没有指标“{id}”。请从指标目录里选一个，或者改成自填。"
        ));
    };
    if let Some(slice) = slice
        && !about.dimensions.contains(&Some(slice.by.as_str()))
    {
        return Some(format!("指标“{id}”不能按“{}”分组。", slice.by));
    }
    if about.never_added && element.up == super::definition::Upward::Sum {
        return Some(format!(
            "指标“{id}”数的是不重复的人，或是比例，下级的数不能相加。上报方式请选“按本级指标重算”。"
        ));
    }
    if about.moment != (element.nature == Nature::Moment) {
        let (is, says) = if about.moment {
            ("时点", "时期")
        } else {
            ("时期", "时点")
        };
        return Some(format!("指标“{id}”是{is}数，这一格写的是{says}数，请改成一样。"));
    }
    None
}

/// The faults as an error whose fields are their places.
#[must_use]
pub fn refusal(faults: Vec<Fault>) -> AppError {
    let field = |(field, sentence)| FieldError { field, sentence };
    AppError::Invalid(faults.into_iter().map(field).collect())
}

/// A draft may be changed, nothing else.
///
/// # Errors
/// [`AppError::Refused`] with the next door.
pub fn may_change(status: DatasetStatus) -> AppResult<()> {
    match status {
        DatasetStatus::Draft => Ok(()),
        DatasetStatus::Published | DatasetStatus::Retired => Err(not_a_draft()),
    }
}

/// What was published stays.
#[must_use]
pub fn not_a_draft() -> AppError {
    AppError::refused(
        "not_a_draft",
        "这个版本已经发布，填过的报表要靠它，不能再改。请在它的基础上开一个新版本。",
    )
}

/// What may be there already when a whole dataset is put in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Over {
    /// Nothing of this code: somebody makes a new dataset.
    Nothing,
    /// The dataset, but no draft of it.
    NoDraft,
    /// A draft that was looked at in this version; it is written over.
    Seen(i64),
    /// Any draft; it is written over.
    Draft,
}

/// Whether a dataset may be put in where one of this code is, with a draft in this version or without. `door` leads to it.
///
/// # Errors
/// [`AppError::Refused`] with the door.
pub fn may_put(over: Over, draft: Option<i64>, code: &str, door: &str) -> AppResult<()> {
    match (over, draft) {
        (Over::Nothing, _) => Err(AppError::refused_with_door(
            "code_taken",
            format!("已经有编号是“{code}”的报表了。请换一个编号；要改那一套，就打开它，在它上面开新草稿。"),
            "打开那套报表",
            door,
        )),
        (Over::NoDraft, Some(_)) => Err(AppError::refused_with_door(
            "has_a_draft",
            format!("报表“{code}”已经有一份草稿。要用这个文件替换它，请选“替换现有草稿”，里面改过的会没有。"),
            "看现有草稿",
            door,
        )),
        (Over::Seen(seen), Some(version)) if seen != version => Err(changed_meanwhile()),
        _ => Ok(()),
    }
}

/// Length of the period, first day and end of a version.
pub type Span = (PeriodKind, Date, Option<Date>);

/// What a version in use is to one that is to be published.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Beside {
    /// No period is for both.
    Apart,
    /// The earlier one ends where the new one begins.
    Closed,
    /// The new one would begin before it, or with it: nobody could say which is meant.
    Clash,
}

/// How a version in use stands beside one that is to be published, so that each period has one version.
#[must_use]
pub fn beside(new: Span, old: Span) -> Beside {
    let ends_before = |(_, _, to): Span, (_, from, _): Span| to.is_some_and(|to| to <= from);
    if new.0 != old.0 || ends_before(new, old) || ends_before(old, new) {
        Beside::Apart
    } else if old.1 < new.1 {
        Beside::Closed
    } else {
        Beside::Clash
    }
}

/// Whether a period is one that a version with this length of period, first day and end is for.
#[must_use]
pub fn is_for((kind, from, to): Span, period: Period) -> bool {
    let begins = period.first_day();
    kind.fits(period) && begins >= from && to.is_none_or(|until| begins < until)
}

/// Somebody changed the draft since the page was opened.
#[must_use]
pub fn changed_meanwhile() -> AppError {
    AppError::refused(
        "changed_meanwhile",
        "您打开这一页以后，别人改过这份草稿。下面是您填的内容，还没有保存；请对照最新的内容，再保存一次。",
    )
}

#[cfg(test)]
mod tests {
    use super::super::definition::Upward;
    use super::*;

    /// A small form: learners by sex with sum, classes, a ratio.
    pub const SMALL: &str = include_str!("small.toml");

    fn about(id: &str) -> Option<AboutMetric> {
        let (moment, never_added) = match id {
            "classes.count" => (false, false),
            "learners.count" => (false, true),
            "rooms.count" => (true, false),
            _ => return None,
        };
        Some(AboutMetric {
            moment,
            never_added,
            dimensions: [Some("sex"), Some("age"), None],
        })
    }

    fn faults(change: impl Fn(&mut Definition)) -> Vec<Fault> {
        let mut definition = Definition::from_toml(SMALL).unwrap();
        change(&mut definition);
        ready(&definition, &about).err().unwrap_or_default()
    }

    type Case = (&'static str, fn(&mut Definition), &'static str, &'static str);

    const CASES: [Case; 17] = [
        ("code", |d| d.code = "Bad Code".into(), "code", "小写字母"),
        ("name", |d| d.name = String::new(), "name", "请填写"),
        ("until", |d| d.valid_to = Some(d.valid_from), "valid_to", "晚于"),
        (
            "table twice",
            |d| d.tables.push(d.tables[0].clone()),
            "T1",
            "用了两次",
        ),
        ("table code", |d| d.tables[0].code = "1_".into(), "1_", "表号"),
        (
            "row twice",
            |d| d.tables[0].rows[1].code = "all".into(),
            "T1",
            "用了两次",
        ),
        ("no rows", |d| d.tables[0].rows.clear(), "T1", "要有 1 到"),
        (
            "cell",
            |d| d.tables[0].cells[0].at = "x.y".into(),
            "T1",
            "没有“x.y”",
        ),
        ("no level", |d| d.levels.clear(), "levels", "谁来填报"),
        (
            "kind",
            |d| d.levels[0].files.push("rocket".into()),
            "levels",
            "不是机构的种类",
        ),
        ("sum first", |d| d.levels[0].how = How::Sum, "levels", "没有下级"),
        (
            "unknown metric",
            |d| d.tables[0].columns[0].says.metric = Some("x.y".into()),
            "T1_female_people",
            "没有指标",
        ),
        (
            "added persons",
            |d| d.tables[0].columns[0].says.up = Some(Upward::Sum),
            "T1_female_people",
            "不能相加",
        ),
        (
            "nature",
            |d| d.tables[0].columns[1].says.nature = Some(Nature::Moment),
            "T1_all_classes",
            "时期数",
        ),
        (
            "check",
            |d| d.checks[0].rule = "T1_all_people".into(),
            "C1",
            "“是”或“否”",
        ),
        (
            "unknown cell",
            |d| d.checks[0].rule = "T9_a_b > 0".into(),
            "C1",
            "没有“T9_a_b”",
        ),
        ("no words", |d| d.checks[0].words = String::new(), "C1", "请填写"),
    ];

    #[test]
    fn each_fault_has_its_place_and_its_sentence() {
        assert_eq!(faults(|_| ()), Vec::<Fault>::new());
        for (what, change, place, sentence) in CASES {
            let found = faults(change);
            let told = found
                .iter()
                .any(|(at, said)| at == place && said.contains(sentence));
            assert!(told, "{what}: {found:?}");
        }
    }

    #[test]
    fn formulas_in_a_circle_are_found() {
        let found = faults(|d| {
            d.tables[1].rows[0].says.formula = Some("T2_other_value + 1".into());
            d.tables[1].rows[1].says.typed = None;
            d.tables[1].rows[1].says.formula = Some("T2_size_value * 2".into());
        });
        assert_eq!(found.len(), 2, "{found:?}");
        assert!(found[0].1.contains("绕了一圈"));
    }

    #[test]
    fn nothing_is_written_over_unasked() {
        for (over, draft, code) in [
            (Over::Nothing, None, Some("code_taken")),
            (Over::Nothing, Some(3), Some("code_taken")),
            (Over::NoDraft, None, None),
            (Over::NoDraft, Some(3), Some("has_a_draft")),
            (Over::Seen(3), Some(3), None),
            (Over::Seen(2), Some(3), Some("changed_meanwhile")),
            (Over::Seen(2), None, None),
            (Over::Draft, Some(3), None),
        ] {
            let told = match may_put(over, draft, "small", "/desk/datasets/1") {
                Err(AppError::Refused { code, .. }) => Some(code),
                _ => None,
            };
            assert_eq!(told, code, "{over:?} {draft:?}");
        }
    }

    #[test]
    fn a_version_is_for_the_periods_that_begin_in_its_days() {
        let day = |text: &str| text.parse::<Date>().unwrap();
        let period = |text: &str| text.parse::<Period>().unwrap();
        for (kind, from, to, asked, is) in [
            (PeriodKind::Year, "2026-01-01", None, "2026", true),
            (PeriodKind::Year, "2026-01-02", None, "2026", false),
            (PeriodKind::Year, "2026-01-01", Some("2027-01-01"), "2027", false),
            (PeriodKind::Year, "2026-01-01", None, "2026-05", false),
        ] {
            let span = (kind, day(from), to.map(day));
            assert_eq!(is_for(span, period(asked)), is, "{from} {to:?} {asked}");
        }
        for (kind, from, first) in [
            (PeriodKind::Year, "2026-01-01", "2026"),
            (PeriodKind::Year, "2026-03-01", "2027"),
            (PeriodKind::Month, "2026-12-02", "2027-01"),
        ] {
            assert_eq!(kind.first_from(day(from)), period(first), "{from}");
        }
    }

    #[test]
    fn each_period_has_one_version() {
        let day = |text: &str| text.parse::<Date>().unwrap();
        let year = |from: &str, to: Option<&str>| (PeriodKind::Year, day(from), to.map(day));
        for (new, old, expected) in [
            (year("2027-01-01", None), year("2026-01-01", None), Beside::Closed),
            (
                year("2027-01-01", None),
                year("2026-01-01", Some("2027-01-01")),
                Beside::Apart,
            ),
            (
                year("2027-01-01", None),
                year("2026-01-01", Some("2028-01-01")),
                Beside::Closed,
            ),
            (year("2026-01-01", None), year("2026-01-01", None), Beside::Clash),
            (year("2025-01-01", None), year("2026-01-01", None), Beside::Clash),
            (
                year("2025-01-01", Some("2026-01-01")),
                year("2026-01-01", None),
                Beside::Apart,
            ),
            (
                (PeriodKind::Month, day("2026-01-01"), None),
                year("2026-01-01", None),
                Beside::Apart,
            ),
        ] {
            assert_eq!(beside(new, old), expected, "{new:?} {old:?}");
        }
    }

    #[test]
    fn only_drafts_change() {
        for (status, may) in [
            (DatasetStatus::Draft, true),
            (DatasetStatus::Published, false),
            (DatasetStatus::Retired, false),
        ] {
            assert_eq!(may_change(status).is_ok(), may, "{status:?}");
        }
    }
}

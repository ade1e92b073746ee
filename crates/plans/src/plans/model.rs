//! What a plan is made of, and the rules for what is typed of it. No I/O.

use super::amounts;
use crate::reading;
use kernel::{Date, bounded_lines};
use platform::{AppError, AppResult, FieldError};

/// Most items of one plan: a document of 300 pages has about half as many.
pub const MOST_ITEMS: usize = 2_000;
/// Most tasks of one item.
pub const MOST_TASKS: usize = 40;
/// Most targets of one task.
pub const MOST_TARGETS: usize = 30;
/// Most letters of an item's or a task's words.
pub const LONGEST_TEXT: usize = 5_000;
/// Most letters of what a target counts.
pub const LONGEST_OBJECT: usize = 120;
/// From this confidence on nobody needs to look again, in percent.
pub const SURE: i64 = 90;
/// Below this one the reader guesses.
const UNSURE: i64 = 75;

db::text_enum! {
    /// How far a plan is.
    pub enum PlanStatus {
        /// Being corrected.
        Draft => "draft",
        /// Issued: its text is frozen.
        Issued => "issued",
    }
}

impl PlanStatus {
    /// Its name on the screen.
    #[must_use]
    pub const fn label(self) -> &'static str {
        match self {
            Self::Draft => "草稿",
            Self::Issued => "已印发",
        }
    }
}

db::text_enum! {
    /// What would show that a task is done.
    pub enum TaskKind {
        /// A figure is reached.
        Quantity => "quantity",
        /// A thing is there: a paper, an event, an appraisal.
        Delivery => "delivery",
        /// Work goes on.
        Progress => "progress",
    }
}

impl TaskKind {
    /// Its name on the screen.
    #[must_use]
    pub const fn label(self) -> &'static str {
        match self {
            Self::Quantity => "数量",
            Self::Delivery => "交付",
            Self::Progress => "推进",
        }
    }
}

impl From<reading::Kind> for TaskKind {
    fn from(kind: reading::Kind) -> Self {
        match kind {
            reading::Kind::Quantity => Self::Quantity,
            reading::Kind::Delivery => Self::Delivery,
            reading::Kind::Progress => Self::Progress,
        }
    }
}

db::text_enum! {
    /// How a figure is meant.
    pub enum TargetComparison {
        /// So many.
        Eq => "eq",
        /// At least.
        Ge => "ge",
        /// At most.
        Le => "le",
        /// From one figure to another.
        Between => "between",
        /// Every one.
        All => "all",
    }
}

impl TargetComparison {
    /// Its name on the screen.
    #[must_use]
    pub const fn label(self) -> &'static str {
        match self {
            Self::Eq => "等于",
            Self::Ge => "不少于",
            Self::Le => "不超过",
            Self::Between => "介于两数之间",
            Self::All => "全部",
        }
    }
}

impl From<reading::Comparison> for TargetComparison {
    fn from(comparison: reading::Comparison) -> Self {
        match comparison {
            reading::Comparison::Eq => Self::Eq,
            reading::Comparison::Ge => Self::Ge,
            reading::Comparison::Le => Self::Le,
            reading::Comparison::Between => Self::Between,
            reading::Comparison::All => Self::All,
        }
    }
}

platform::api_words!(PlanStatus, TaskKind, TargetComparison);

/// Where words stand in the document; all 0 for what a person added.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Place {
    /// First line, from 1.
    pub line_from: i64,
    /// Last line.
    pub line_to: i64,
    /// First character, from 0.
    pub from: i64,
    /// The character after the last.
    pub to: i64,
}

impl From<reading::Place> for Place {
    fn from(place: reading::Place) -> Self {
        let whole = |number: usize| i64::try_from(number).unwrap_or(i64::MAX);
        Self {
            line_from: whole(place.line_from),
            line_to: whole(place.line_to),
            from: whole(place.from),
            to: whole(place.to),
        }
    }
}

/// An item as it is kept.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ItemDraft {
    /// Printed label without its mark.
    pub number: Option<String>,
    /// Headings above, outermost first.
    pub path: Vec<String>,
    /// Its own heading; may be empty.
    pub heading: String,
    /// Its exact words.
    pub text: String,
    /// Where it stands.
    pub place: Place,
    /// Its tasks.
    pub tasks: Vec<TaskDraft>,
}

/// A task as it is kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TaskDraft {
    /// Its words.
    pub text: String,
    /// What would show that it is done.
    pub kind: TaskKind,
    /// Who leads, as printed.
    pub lead: Vec<String>,
    /// Who helps, as printed.
    pub helpers: Vec<String>,
    /// First day of its window, `YYYY-MM-DD` or `MM-DD`; empty when not said.
    pub from: String,
    /// Last day.
    pub to: String,
    /// Whether the window returns every year.
    pub every_year: bool,
    /// Where it stands.
    pub place: Place,
    /// What is to be reached.
    pub targets: Vec<TargetDraft>,
}

/// A target as it is kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TargetDraft {
    /// What is counted.
    pub object: String,
    /// What is done to it; may be empty.
    pub verb: String,
    /// How the figure is meant.
    pub comparison: TargetComparison,
    /// The figure in thousandths.
    pub value_milli: i64,
    /// Upper end of a span.
    pub value_to_milli: Option<i64>,
    /// Unit: `个`, `%`, `‱`, `ratio` …
    pub unit: String,
    /// Last day.
    pub due: Option<Date>,
    /// Metric that moves it.
    pub metric: Option<String>,
    /// How sure the reader was, in percent.
    pub confidence: i64,
    /// The words it was read from.
    pub source_text: String,
}

/// How far an item was looked at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LookedAt {
    /// Whether a person has looked at it.
    pub checked: bool,
    /// Whether the reader left a doubt.
    pub doubtful: bool,
}

impl LookedAt {
    /// Of two items that become one: both must have been looked at; a doubt at which nobody looked stays.
    #[must_use]
    pub const fn joined(self, other: Self) -> Self {
        Self {
            checked: self.checked && other.checked,
            doubtful: self.doubtful && !self.checked || other.doubtful && !other.checked,
        }
    }
}

/// An item that comes in, and whether the reader left a doubt.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewContent {
    /// The item.
    pub item: ItemDraft,
    /// Whether a person should look at it.
    pub doubtful: bool,
}

impl ItemDraft {
    /// Whether a person should look at what the reader made of it.
    #[must_use]
    pub fn is_doubtful(&self) -> bool {
        let mut targets = self.tasks.iter().flat_map(|task| &task.targets);
        targets.any(|target| target.confidence < SURE)
    }
}

/// Splits an item before one of its tasks (counted from 0): the words of the later tasks go with them.
///
/// # Errors
/// [`AppError::Refused`] when nothing would stay on one side.
pub fn split_item(item: &ItemDraft, at: usize) -> AppResult<(ItemDraft, ItemDraft)> {
    let cut = item.tasks.get(at).filter(|_| at > 0);
    let Some(first) = cut else {
        return Err(AppError::refused(
            "nothing_to_split",
            "从第一句拆开，前面就没有内容了。请从第二句或者后面的句子拆开。",
        ));
    };
    let head = first.text.lines().next().unwrap_or_default();
    let words = match item
        .text
        .find(head)
        .filter(|place| *place > 0 && !head.is_empty())
    {
        Some(place) => item.text.split_at(place),
        // The words were changed since they were read: the new item is told by its tasks.
        None => (item.text.as_str(), ""),
    };
    let mut kept = item.clone();
    let tasks = kept.tasks.split_off(at);
    kept.text = words.0.trim_end().to_owned();
    let told = || {
        tasks
            .iter()
            .map(|task| task.text.as_str())
            .collect::<Vec<_>>()
            .join("；")
    };
    let moved = ItemDraft {
        number: None,
        path: item.path.clone(),
        heading: String::new(),
        text: if words.1.trim().is_empty() {
            told()
        } else {
            words.1.trim().to_owned()
        },
        place: item.place,
        tasks,
    };
    Ok((kept, moved))
}

/// Joins an item to the one before it.
///
/// # Errors
/// [`AppError::Refused`] when the two are too long for one.
pub fn join_items(upper: &ItemDraft, lower: &ItemDraft) -> AppResult<ItemDraft> {
    let mut joined = upper.clone();
    joined.text = format!("{}\n{}", upper.text, lower.text);
    joined.tasks.extend(lower.tasks.iter().cloned());
    if joined.tasks.len() > MOST_TASKS || joined.text.chars().count() > LONGEST_TEXT {
        return Err(AppError::refused(
            "too_long_to_join",
            format!("并在一起就太长了：一条最多 {MOST_TASKS} 项任务、{LONGEST_TEXT} 个字。"),
        ));
    }
    Ok(joined)
}

/// How sure the reader was, as a word.
#[must_use]
pub const fn confidence_word(percent: i64) -> &'static str {
    match percent {
        SURE.. => "高",
        UNSURE..SURE => "中",
        _ => "低",
    }
}

/// What a target asks for, in one line: 培育 一星级团队：122 个.
#[must_use]
pub fn target_words(target: &TargetDraft) -> String {
    let value = amounts::with_unit(target.value_milli, &target.unit);
    match (target.comparison, target.value_to_milli) {
        (TargetComparison::All, _) => "全部".to_owned(),
        (TargetComparison::Between, Some(to)) => format!(
            "{} 到 {}",
            amounts::plain(target.value_milli),
            amounts::with_unit(to, &target.unit)
        ),
        (TargetComparison::Ge, _) => format!("不少于 {value}"),
        (TargetComparison::Le, _) => format!("不超过 {value}"),
        _ => value,
    }
}

/// What is wrong with what was typed, field by field.
#[derive(Debug, Default)]
pub struct Wrong(Vec<FieldError>);

impl Wrong {
    /// Says what is wrong with a field.
    pub fn say(&mut self, field: &str, sentence: impl Into<String>) {
        self.0.push(FieldError {
            field: field.to_owned(),
            sentence: sentence.into(),
        });
    }

    /// The checked text, or an empty one and its sentence.
    pub fn line(&mut self, field: &str, checked: Result<String, String>) -> String {
        checked.unwrap_or_else(|sentence| {
            self.say(field, sentence);
            String::new()
        })
    }

    /// The day that was typed, or the one of the default (year, month, day) where nothing was.
    pub fn day(&mut self, field: &str, typed: &str, label: &str, default: (i64, i8, i8)) -> Date {
        let (year, month, day) = default;
        let otherwise = Date::new(i16::try_from(year).unwrap_or(2000), month, day).unwrap_or_default();
        if typed.trim().is_empty() {
            return otherwise;
        }
        typed.trim().parse().unwrap_or_else(|_| {
            self.say(field, format!("{label}要填日期，例如 2026-03-15。"));
            otherwise
        })
    }

    /// The value when nothing is wrong.
    ///
    /// # Errors
    /// [`AppError::Invalid`] with what is wrong.
    pub fn or<T>(self, value: T) -> AppResult<T> {
        if self.0.is_empty() {
            Ok(value)
        } else {
            Err(AppError::Invalid(self.0))
        }
    }
}

/// Several names in one line, with 、 between.
#[must_use]
pub fn names(typed: &str) -> Vec<String> {
    typed
        .split(['、', '，', ',', '；', ';', '\n'])
        .map(str::trim)
        .filter(|name| !name.is_empty())
        .map(str::to_owned)
        .collect()
}

/// Checks the words of an item.
pub(super) fn item_text(wrong: &mut Wrong, field: &str, text: &str) -> String {
    wrong.line(field, bounded_lines(text, 1, LONGEST_TEXT, "原文"))
}

/// The item is not any more as the page showed it.
#[must_use]
pub fn changed_meanwhile() -> AppError {
    AppError::refused(
        "changed_meanwhile",
        "您打开这一条以后，别人改过它。下面是您填的内容，还没有保存；请对照上面最新的内容，再保存一次。",
    )
}

/// An issued plan is not corrected any more.
#[must_use]
pub fn frozen() -> AppError {
    AppError::refused(
        "plan_frozen",
        "这份计划已经印发，原文和指标值不能再改。确实要调整的，请在“任务和进度”里申请变更。",
    )
}

/// Why a plan cannot be issued, one sentence each; empty when it can.
#[must_use]
pub fn obstacles(items: &[ItemDraft]) -> Vec<String> {
    let mut found = Vec::new();
    if items.is_empty() {
        found.push("计划里还没有条目。请先添加条目。".to_owned());
    }
    for item in items {
        let name = item.number.as_deref().unwrap_or("（无编号）");
        if item.text.trim().is_empty() {
            found.push(format!("第 {name} 条没有原文。"));
        }
        for target in item.tasks.iter().flat_map(|task| &task.targets) {
            let object = &target.object;
            if target.unit.is_empty() {
                found.push(format!("第 {name} 条的“{object}”没有单位。"));
            }
            if target.comparison == TargetComparison::Between
                && target.value_to_milli.is_none_or(|to| to < target.value_milli)
            {
                found.push(format!(
                    "第 {name} 条的“{object}”是一个范围，上限没有填或者小于下限。"
                ));
            }
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A target of so many 个.
    fn target(unit: &str, comparison: TargetComparison, to: Option<i64>) -> TargetDraft {
        TargetDraft {
            object: "学习点".into(),
            verb: "新增".into(),
            comparison,
            value_milli: 60_000,
            value_to_milli: to,
            unit: unit.into(),
            due: None,
            metric: None,
            confidence: 95,
            source_text: String::new(),
        }
    }

    fn item(targets: Vec<TargetDraft>) -> ItemDraft {
        ItemDraft {
            text: "新增学习点。".into(),
            tasks: vec![TaskDraft {
                text: "新增学习点".into(),
                kind: TaskKind::Quantity,
                lead: Vec::new(),
                helpers: Vec::new(),
                from: String::new(),
                to: String::new(),
                every_year: false,
                place: Place::default(),
                targets,
            }],
            ..ItemDraft::default()
        }
    }

    #[test]
    fn what_stands_in_the_way_of_issuing_is_told() {
        use TargetComparison::{Between, Eq};
        for (items, obstacles_found) in [
            (vec![], 1),
            (vec![item(vec![target("个", Eq, None)])], 0),
            (vec![item(vec![target("", Eq, None)])], 1),
            (vec![item(vec![target("个", Between, None)])], 1),
            (vec![item(vec![target("个", Between, Some(50_000))])], 1),
            (vec![item(vec![target("个", Between, Some(70_000))])], 0),
            (vec![ItemDraft::default()], 1),
        ] {
            assert_eq!(obstacles(&items).len(), obstacles_found, "{items:?}");
        }
    }

    #[test]
    fn an_item_is_split_before_a_task_and_joined_again() {
        let mut whole = item(Vec::new());
        whole.text = "新增学习点。培育团队。".into();
        let mut second = whole.tasks[0].clone();
        second.text = "培育团队".into();
        whole.tasks.push(second);
        let (kept, moved) = split_item(&whole, 1).unwrap();
        assert_eq!(
            (kept.text.as_str(), moved.text.as_str()),
            ("新增学习点。", "培育团队。")
        );
        assert_eq!((kept.tasks.len(), moved.tasks.len()), (1, 1));
        let joined = join_items(&kept, &moved).unwrap();
        assert_eq!(
            (joined.text.as_str(), joined.tasks.len()),
            ("新增学习点。\n培育团队。", 2)
        );
        for at in [0, 2, 9] {
            assert!(split_item(&whole, at).is_err(), "{at}");
        }
        whole.text = "别的字。".into();
        assert_eq!(split_item(&whole, 1).unwrap().1.text, "培育团队");
        whole.text = "长".repeat(LONGEST_TEXT);
        assert!(join_items(&whole, &moved).is_err());
    }

    #[test]
    fn targets_are_told_in_a_line() {
        use TargetComparison::{All, Between, Eq, Ge, Le};
        for (one, words) in [
            (target("个", Eq, None), "60 个"),
            (target("%", Ge, None), "不少于 60%"),
            (target("天", Le, None), "不超过 60 天"),
            (target("个", Between, Some(70_000)), "60 到 70 个"),
            (target("%", All, None), "全部"),
        ] {
            assert_eq!(target_words(&one), words);
        }
    }

    #[test]
    fn words_of_confidence_and_lists_of_names() {
        assert_eq!([95, 90, 80, 60].map(confidence_word), ["高", "高", "中", "低"]);
        assert_eq!(names("区教育局、 民政局；，团委"), ["区教育局", "民政局", "团委"]);
    }
}

//! An item as it stands in the correcting form: text in every box, and the changes of its shape. No I/O.
//!
//! Adding, removing, splitting and joining change only what is typed; nothing is kept before the item is saved.

use super::amounts;
use super::model::{
    ItemDraft, LONGEST_OBJECT, LONGEST_TEXT, MOST_TARGETS, MOST_TASKS, Place, TargetComparison, TargetDraft,
    TaskDraft, TaskKind, Wrong, item_text, names,
};
use kernel::{Date, bounded, bounded_lines};
use platform::{AppError, AppResult};
use std::collections::HashMap;

/// An item with what stands in its boxes.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct TypedItem {
    /// Printed label.
    pub number: String,
    /// Its own heading.
    pub heading: String,
    /// Its exact words.
    pub text: String,
    /// Its tasks.
    pub tasks: Vec<TypedTask>,
}

/// A task with what stands in its boxes.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct TypedTask {
    /// Which kept task it was; empty for a new one.
    pub known: String,
    /// Words.
    pub text: String,
    /// Kind.
    pub kind: String,
    /// Leads, 、 between.
    pub lead: String,
    /// Helpers, 、 between.
    pub helpers: String,
    /// First day.
    pub from: String,
    /// Last day.
    pub to: String,
    /// Whether the window returns every year.
    pub every_year: bool,
    /// Targets.
    pub targets: Vec<TypedTarget>,
}

/// A target with what stands in its boxes.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct TypedTarget {
    /// Which kept target it was; empty for a new one.
    pub known: String,
    /// What is counted.
    pub object: String,
    /// Verb.
    pub verb: String,
    /// Comparison.
    pub comparison: String,
    /// Figure.
    pub value: String,
    /// Upper end.
    pub value_to: String,
    /// Unit.
    pub unit: String,
    /// Last day.
    pub due: String,
    /// Metric.
    pub metric: String,
}

/// The name of a task's box in the form.
#[must_use]
pub fn task_field(task: usize, part: &str) -> String {
    format!("t{task}_{part}")
}

/// The name of a target's box in the form.
#[must_use]
pub fn target_field(task: usize, target: usize, part: &str) -> String {
    format!("t{task}_g{target}_{part}")
}

impl TypedItem {
    /// Reads the boxes of a posted form.
    #[must_use]
    pub fn of_pairs(pairs: &[(String, String)]) -> Self {
        // The first box of a name counts; the list may be long, so it is looked up, not searched.
        let mut boxes: HashMap<&str, &str> = HashMap::with_capacity(pairs.len());
        for (name, value) in pairs {
            boxes.entry(name.as_str()).or_insert(value.as_str());
        }
        let get = |name: &str| boxes.get(name).map_or(String::new(), |value| (*value).to_owned());
        let count = |name: &str, most: usize| get(name).parse::<usize>().unwrap_or(0).min(most);
        let tasks = (0..count("tasks", MOST_TASKS)).map(|at| {
            let own = |part: &str| get(&task_field(at, part));
            TypedTask {
                known: own("known"),
                text: own("text"),
                kind: own("kind"),
                lead: own("lead"),
                helpers: own("helpers"),
                from: own("from"),
                to: own("to"),
                every_year: !own("every").is_empty(),
                targets: (0..count(&task_field(at, "targets"), MOST_TARGETS))
                    .map(|target| typed_target(|part| get(&target_field(at, target, part))))
                    .collect(),
            }
        });
        Self {
            number: get("number"),
            heading: get("heading"),
            text: get("text"),
            tasks: tasks.collect(),
        }
    }

    /// The boxes as a kept item fills them; `known` are the ids of its tasks and of their targets.
    #[must_use]
    pub fn of_item(item: &ItemDraft, known: &[(String, Vec<String>)]) -> Self {
        let tasks = item.tasks.iter().enumerate().map(|(at, task)| {
            let (id, targets) = known.get(at).cloned().unwrap_or_default();
            TypedTask {
                known: id,
                text: task.text.clone(),
                kind: task.kind.as_str().to_owned(),
                lead: task.lead.join("、"),
                helpers: task.helpers.join("、"),
                from: task.from.clone(),
                to: task.to.clone(),
                every_year: task.every_year,
                targets: task
                    .targets
                    .iter()
                    .enumerate()
                    .map(|(at, target)| of_target(target, targets.get(at).cloned().unwrap_or_default()))
                    .collect(),
            }
        });
        Self {
            number: item.number.clone().unwrap_or_default(),
            heading: item.heading.clone(),
            text: item.text.clone(),
            tasks: tasks.collect(),
        }
    }
}

fn typed_target(get: impl Fn(&str) -> String) -> TypedTarget {
    TypedTarget {
        known: get("known"),
        object: get("object"),
        verb: get("verb"),
        comparison: get("comparison"),
        value: get("value"),
        value_to: get("to"),
        unit: get("unit"),
        due: get("due"),
        metric: get("metric"),
    }
}

fn of_target(target: &TargetDraft, known: String) -> TypedTarget {
    TypedTarget {
        known,
        object: target.object.clone(),
        verb: target.verb.clone(),
        comparison: target.comparison.as_str().to_owned(),
        value: amounts::plain(target.value_milli),
        value_to: target.value_to_milli.map(amounts::plain).unwrap_or_default(),
        unit: target.unit.clone(),
        due: target.due.map(|due| due.to_string()).unwrap_or_default(),
        metric: target.metric.clone().unwrap_or_default(),
    }
}

/// What the reader said of kept tasks and targets, by their ids: the form does not carry it, so nobody can change it.
#[derive(Debug, Clone, Default)]
pub struct Known {
    /// Where each task stands.
    pub places: HashMap<String, Place>,
    /// Confidence and words of each target.
    pub sources: HashMap<String, (i64, String)>,
}

/// Checks what was typed of an item whose headings are `path` and which stands at `place`.
///
/// # Errors
/// [`AppError::Invalid`] with a sentence for each wrong box.
pub fn check(typed: &TypedItem, path: Vec<String>, place: Place, known: &Known) -> AppResult<ItemDraft> {
    let mut wrong = Wrong::default();
    let number = wrong.line("number", bounded(&typed.number, 0, 20, "编号"));
    let heading = wrong.line("heading", bounded(&typed.heading, 0, 200, "小标题"));
    let text = item_text(&mut wrong, "text", &typed.text);
    let tasks = typed
        .tasks
        .iter()
        .enumerate()
        .map(|(at, task)| check_task(&mut wrong, at, task, known))
        .collect();
    wrong.or(ItemDraft {
        number: Some(number).filter(|number| !number.is_empty()),
        path,
        heading,
        text,
        place,
        tasks,
    })
}

fn check_task(wrong: &mut Wrong, at: usize, task: &TypedTask, known: &Known) -> TaskDraft {
    let field = |part: &str| task_field(at, part);
    let text = wrong.line(&field("text"), bounded_lines(&task.text, 1, LONGEST_TEXT, "任务"));
    let kind = task.kind.parse().unwrap_or_else(|()| {
        wrong.say(&field("kind"), "请选任务的类型：数量、交付或者推进。");
        TaskKind::Progress
    });
    let mut parties = |part: &str, typed: &str, label: &str| {
        let names = names(typed);
        if names.len() > 20 || names.iter().any(|name| name.chars().count() > 60) {
            wrong.say(
                &field(part),
                format!("{label}最多写 20 个，每个最多 60 个字，中间用顿号隔开。"),
            );
        }
        names
    };
    let lead = parties("lead", &task.lead, "牵头单位");
    let helpers = parties("helpers", &task.helpers, "配合单位");
    let from = window_end(wrong, &field("from"), &task.from, task.every_year, "开始日期");
    let to = window_end(wrong, &field("to"), &task.to, task.every_year, "完成日期");
    if !task.every_year && !from.is_empty() && !to.is_empty() && to < from {
        wrong.say(&field("to"), "完成日期早于开始日期，请改一个。");
    }
    TaskDraft {
        text,
        kind,
        lead,
        helpers,
        from,
        to,
        every_year: task.every_year,
        place: known.places.get(&task.known).copied().unwrap_or_default(),
        targets: task
            .targets
            .iter()
            .enumerate()
            .map(|(number, target)| check_target(wrong, (at, number), target, known))
            .collect(),
    }
}

/// A day of the window: `2026-04-01`, or `04-01` when it returns every year.
fn window_end(wrong: &mut Wrong, field: &str, typed: &str, every_year: bool, label: &str) -> String {
    let typed = typed.trim();
    // 2024 has a 29 February, so every day of a year is one of it.
    let day = if every_year && typed.len() <= 5 {
        format!("2024-{typed}").parse::<Date>()
    } else {
        typed.parse::<Date>()
    };
    match day {
        _ if typed.is_empty() => String::new(),
        Ok(day) if every_year => format!("{:02}-{:02}", day.month(), day.day()),
        Ok(day) => day.to_string(),
        Err(_) => {
            let example = if every_year { "04-01" } else { "2026-04-01" };
            wrong.say(field, format!("{label}要填日期，例如 {example}。"));
            String::new()
        }
    }
}

fn check_target(
    wrong: &mut Wrong,
    (at, number): (usize, usize),
    typed: &TypedTarget,
    known: &Known,
) -> TargetDraft {
    let field = |part: &str| target_field(at, number, part);
    let object = wrong.line(
        &field("object"),
        bounded(&typed.object, 1, LONGEST_OBJECT, "指标对象"),
    );
    let verb = wrong.line(&field("verb"), bounded(&typed.verb, 0, 20, "动作"));
    let comparison = typed.comparison.parse().unwrap_or_else(|()| {
        wrong.say(&field("comparison"), "请选怎么算达到。");
        TargetComparison::Eq
    });
    let (value_milli, value_to_milli, unit) = if comparison == TargetComparison::All {
        (100_000, None, "%".to_owned())
    } else {
        figures(wrong, &field, comparison, typed)
    };
    let due = Some(typed.due.trim())
        .filter(|due| !due.is_empty())
        .and_then(|due| {
            due.parse()
                .map_err(|_| wrong.say(&field("due"), "完成日期要填日期，例如 2026-12-31。"))
                .ok()
        });
    let metric = wrong.line(&field("metric"), bounded(&typed.metric, 0, 60, "指标"));
    let (confidence, source_text) = known
        .sources
        .get(&typed.known)
        .cloned()
        .unwrap_or((100, String::new()));
    TargetDraft {
        object,
        verb,
        comparison,
        value_milli,
        value_to_milli,
        unit,
        due,
        metric: Some(metric).filter(|metric| !metric.is_empty()),
        confidence,
        source_text,
    }
}

fn figures(
    wrong: &mut Wrong,
    field: &impl Fn(&str) -> String,
    comparison: TargetComparison,
    typed: &TypedTarget,
) -> (i64, Option<i64>, String) {
    let value = amounts::parse(&typed.value).unwrap_or_else(|| {
        wrong.say(
            &field("value"),
            "数值要填数字，例如 60 或 0.5。没有数字的要求不用设指标值。",
        );
        0
    });
    let unit = wrong.line(&field("unit"), bounded(&typed.unit, 1, 20, "单位"));
    let value_to = (comparison == TargetComparison::Between).then(|| {
        amounts::parse(&typed.value_to)
            .filter(|to| *to >= value)
            .unwrap_or_else(|| {
                wrong.say(&field("to"), "上限要填数字，不小于前面的数。");
                value
            })
    });
    (value, value_to, unit)
}

/// A button of the form that is none.
#[must_use]
pub fn unknown_button() -> AppError {
    AppError::invalid("do", "没有看懂按了哪个按钮。请返回上一页，刷新后再试。")
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;

    pub(in crate::plans) fn item() -> TypedItem {
        let target = |object: &str, value: &str| TypedTarget {
            object: object.into(),
            verb: "新增".into(),
            comparison: "eq".into(),
            value: value.into(),
            unit: "个".into(),
            ..TypedTarget::default()
        };
        let task = |text: &str, targets: Vec<TypedTarget>| TypedTask {
            known: "k".into(),
            text: text.into(),
            kind: "quantity".into(),
            targets,
            ..TypedTask::default()
        };
        TypedItem {
            number: "31".into(),
            heading: "建设学习点".into(),
            text: "新增学习点 60 个，\n培育团队 122 个。".into(),
            tasks: vec![
                task(
                    "新增学习点 60 个\n培育团队 122 个",
                    vec![target("学习点", "60"), target("团队", "122")],
                ),
                task("办一次展演", Vec::new()),
            ],
        }
    }

    #[test]
    fn a_form_is_read_back_as_it_was_filled() {
        let typed = item();
        let mut pairs = vec![
            ("number".to_owned(), typed.number.clone()),
            ("heading".to_owned(), typed.heading.clone()),
            ("text".to_owned(), typed.text.clone()),
            ("tasks".to_owned(), typed.tasks.len().to_string()),
        ];
        for (at, task) in typed.tasks.iter().enumerate() {
            for (part, value) in [("known", &task.known), ("text", &task.text), ("kind", &task.kind)] {
                pairs.push((task_field(at, part), value.clone()));
            }
            pairs.push((task_field(at, "targets"), task.targets.len().to_string()));
            for (number, target) in task.targets.iter().enumerate() {
                for (part, value) in [
                    ("object", &target.object),
                    ("verb", &target.verb),
                    ("comparison", &target.comparison),
                    ("value", &target.value),
                    ("unit", &target.unit),
                ] {
                    pairs.push((target_field(at, number, part), value.clone()));
                }
            }
        }
        assert_eq!(TypedItem::of_pairs(&pairs), typed);
        let checked = check(&typed, Vec::new(), Place::default(), &Known::default()).unwrap();
        assert_eq!(checked.tasks[0].targets[1].value_milli, 122_000);
        let known = vec![("k".into(), vec![String::new(); 2]), ("k".into(), Vec::new())];
        assert_eq!(TypedItem::of_item(&checked, &known), typed);
    }

    #[test]
    fn each_wrong_box_has_its_sentence() {
        type Break = fn(&mut TypedItem);
        let cases: [(Break, &str); 11] = [
            (|item| item.text.clear(), "text"),
            (|item| item.number = "十".repeat(21), "number"),
            (|item| item.tasks[0].text.clear(), "t0_text"),
            (|item| item.tasks[0].kind = "later".into(), "t0_kind"),
            (|item| item.tasks[0].lead = "单位、".repeat(30), "t0_lead"),
            (|item| item.tasks[1].from = "4月".into(), "t1_from"),
            (
                |item| item.tasks[0].targets[0].value = "六十".into(),
                "t0_g0_value",
            ),
            (|item| item.tasks[0].targets[1].unit.clear(), "t0_g1_unit"),
            (|item| item.tasks[0].targets[0].object.clear(), "t0_g0_object"),
            (
                |item| item.tasks[0].targets[0].comparison = "between".into(),
                "t0_g0_to",
            ),
            (|item| item.tasks[0].targets[0].due = "年底".into(), "t0_g0_due"),
        ];
        for (change, field) in cases {
            let mut typed = item();
            change(&mut typed);
            match check(&typed, Vec::new(), Place::default(), &Known::default()) {
                Err(AppError::Invalid(wrong)) => assert_eq!(wrong[0].field, field),
                other => panic!("{field}: {other:?}"),
            }
        }
    }

    #[test]
    fn windows_that_return_every_year_have_no_year() {
        let mut wrong = Wrong::default();
        assert_eq!(window_end(&mut wrong, "f", "04-01", true, "日期"), "04-01");
        assert_eq!(window_end(&mut wrong, "f", "2026-05-31", true, "日期"), "05-31");
        assert_eq!(window_end(&mut wrong, "f", "02-29", true, "日期"), "02-29");
        assert_eq!(window_end(&mut wrong, "f", "", false, "日期"), "");
        assert!(wrong.or(()).is_ok());
    }
}

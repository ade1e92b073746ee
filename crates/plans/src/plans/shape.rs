//! Changes of an item's shape in the correcting form: tasks and targets are added, removed, split and joined. No I/O.

use super::model::{MOST_TARGETS, MOST_TASKS, TargetComparison, TaskKind, names};
use super::typed::{TypedItem, TypedTarget, TypedTask};
use kernel::Date;

/// What a button of the form changes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Change {
    /// A new task at the end.
    AddTask,
    /// A task goes.
    DropTask(usize),
    /// A task becomes one for each line of its words.
    SplitTask(usize),
    /// A task takes up the one after it.
    JoinTask(usize),
    /// A new target of a task.
    AddTarget(usize),
    /// A target of a task goes.
    DropTarget(usize, usize),
}

impl Change {
    /// The change that a button's value names: `split-2`, `drop-1-0`.
    #[must_use]
    pub fn of(value: &str) -> Option<Self> {
        let mut parts = value.split('-');
        let verb = parts.next()?;
        let mut number = || parts.next()?.parse::<usize>().ok();
        match verb {
            "task" => Some(Self::AddTask),
            "droptask" => Some(Self::DropTask(number()?)),
            "split" => Some(Self::SplitTask(number()?)),
            "join" => Some(Self::JoinTask(number()?)),
            "target" => Some(Self::AddTarget(number()?)),
            "drop" => Some(Self::DropTarget(number()?, number()?)),
            _ => None,
        }
    }
}

impl TypedItem {
    /// Changes the shape; a place that is not there changes nothing.
    ///
    /// # Errors
    /// A sentence, when two tasks cannot be one without losing something of what was typed.
    pub fn change(&mut self, change: Change) -> Result<(), String> {
        match change {
            Change::AddTask if self.tasks.len() < MOST_TASKS => self.tasks.push(TypedTask {
                kind: TaskKind::Progress.as_str().to_owned(),
                ..TypedTask::default()
            }),
            Change::DropTask(at) if at < self.tasks.len() => drop(self.tasks.remove(at)),
            Change::SplitTask(at) => self.split(at),
            Change::JoinTask(at) => return self.join(at),
            Change::AddTarget(at) => {
                if let Some(task) = self
                    .tasks
                    .get_mut(at)
                    .filter(|task| task.targets.len() < MOST_TARGETS)
                {
                    task.targets.push(TypedTarget {
                        comparison: TargetComparison::Eq.as_str().to_owned(),
                        ..TypedTarget::default()
                    });
                }
            }
            Change::DropTarget(at, target) => {
                if let Some(task) = self.tasks.get_mut(at).filter(|task| target < task.targets.len()) {
                    task.targets.remove(target);
                }
            }
            _ => {}
        }
        Ok(())
    }

    /// A task takes up the words, parties, window and targets of the one after it.
    fn join(&mut self, at: usize) -> Result<(), String> {
        let (Some(first), Some(second)) = (self.tasks.get(at), self.tasks.get(at + 1)) else {
            return Ok(());
        };
        let joined = joined(first, second)?;
        self.tasks.splice(at..=at + 1, [joined]);
        Ok(())
    }

    /// Each line of the task's words becomes a task; a target goes with the line that names what it counts.
    fn split(&mut self, at: usize) {
        let Some(whole) = self.tasks.get(at).cloned() else {
            return;
        };
        let room = MOST_TASKS.saturating_sub(self.tasks.len()) + 1;
        let lines: Vec<&str> = whole
            .text
            .lines()
            .map(str::trim)
            .filter(|line| !line.is_empty())
            .collect();
        if lines.len() < 2 || lines.len() > room {
            return;
        }
        let home = |target: &TypedTarget| {
            let named = |line: &&str| !target.object.is_empty() && line.contains(target.object.as_str());
            lines.iter().position(named).unwrap_or(0)
        };
        let parts = lines.iter().enumerate().map(|(number, line)| TypedTask {
            known: if number == 0 {
                whole.known.clone()
            } else {
                String::new()
            },
            text: (*line).to_owned(),
            targets: whole
                .targets
                .iter()
                .filter(|target| home(target) == number)
                .cloned()
                .collect(),
            ..whole.clone()
        });
        let parts: Vec<TypedTask> = parts.collect();
        self.tasks.splice(at..=at, parts);
    }
}

/// Two tasks as one.
fn joined(first: &TypedTask, second: &TypedTask) -> Result<TypedTask, String> {
    let targets: Vec<TypedTarget> = first.targets.iter().chain(&second.targets).cloned().collect();
    if targets.len() > MOST_TARGETS {
        return Err(format!(
            "并在一起有 {} 个指标值，一项任务最多 {MOST_TARGETS} 个。请先删去或者移走一些，再合并。",
            targets.len()
        ));
    }
    let (from, to, every_year) = window(first, second)?;
    let lead = all_names([&first.lead, &second.lead], &[]);
    let helpers = all_names([&first.helpers, &second.helpers], &lead);
    let quantity = TaskKind::Quantity.as_str();
    let kind = if second.kind == quantity {
        quantity
    } else {
        first.kind.as_str()
    };
    Ok(TypedTask {
        known: first.known.clone(),
        text: [first.text.trim(), second.text.trim()].join("；"),
        kind: kind.to_owned(),
        lead: lead.join("、"),
        helpers: helpers.join("、"),
        from,
        to,
        every_year,
        targets,
    })
}

/// The names of both lists, each once, without those that stand elsewhere.
fn all_names(lists: [&String; 2], elsewhere: &[String]) -> Vec<String> {
    let mut all: Vec<String> = Vec::new();
    for name in lists.into_iter().flat_map(|typed| names(typed)) {
        if !all.contains(&name) && !elsewhere.contains(&name) {
            all.push(name);
        }
    }
    all
}

/// The window of both: the one that has one, or from the earlier beginning to the later end.
fn window(first: &TypedTask, second: &TypedTask) -> Result<(String, String, bool), String> {
    let own = |task: &TypedTask| {
        (
            task.from.trim().to_owned(),
            task.to.trim().to_owned(),
            task.every_year,
        )
    };
    let (one, other) = (own(first), own(second));
    let has_none = |(from, to, _): &(String, String, bool)| from.is_empty() && to.is_empty();
    if has_none(&other) || one == other {
        return Ok(one);
    }
    if has_none(&one) {
        return Ok(other);
    }
    let day = |typed: &String| typed.is_empty() || typed.parse::<Date>().is_ok();
    if one.2 || other.2 || ![&one.0, &one.1, &other.0, &other.1].into_iter().all(day) {
        return Err("两项任务的日期不一样，不能直接合并。请先把日期改成一样，或者清空其中一项。".to_owned());
    }
    // What has no beginning begins with the plan, and what has no end ends with it.
    let reach = |ends: [String; 2], pick: fn(String, String) -> String| {
        let [one, other] = ends;
        if one.is_empty() || other.is_empty() {
            String::new()
        } else {
            pick(one, other)
        }
    };
    let from = reach([one.0, other.0], std::cmp::min);
    let to = reach([one.1, other.1], std::cmp::max);
    Ok((from, to, false))
}

#[cfg(test)]
mod tests {
    use super::super::typed::tests::item;
    use super::*;

    #[test]
    fn a_task_is_split_at_its_lines_and_joined_again() {
        let mut typed = item();
        typed.change(Change::SplitTask(0)).unwrap();
        let texts: Vec<&str> = typed.tasks.iter().map(|task| task.text.as_str()).collect();
        assert_eq!(texts, ["新增学习点 60 个", "培育团队 122 个", "办一次展演"]);
        assert_eq!(typed.tasks[1].targets[0].object, "团队");
        assert_eq!(typed.tasks[1].known, "", "only the first part is the kept one");
        typed.change(Change::JoinTask(0)).unwrap();
        assert_eq!(typed.tasks[0].text, "新增学习点 60 个；培育团队 122 个");
        assert_eq!(typed.tasks[0].targets.len(), 2);
    }

    #[test]
    fn buttons_change_the_shape_or_nothing() {
        for (value, tasks, targets) in [
            ("task", 3, 2),
            ("droptask-1", 1, 2),
            ("droptask-9", 2, 2),
            ("split-1", 2, 2),
            ("join-1", 2, 2),
            ("join-0", 1, 2),
            ("target-0", 2, 3),
            ("target-7", 2, 2),
            ("drop-0-1", 2, 1),
            ("drop-0-9", 2, 2),
        ] {
            let mut typed = item();
            typed.change(Change::of(value).unwrap()).unwrap();
            let counted = (typed.tasks.len(), typed.tasks[0].targets.len());
            assert_eq!(counted, (tasks, targets), "{value}");
        }
        for value in ["", "save", "drop-0", "split-x"] {
            assert_eq!(Change::of(value), None, "{value}");
        }
    }

    #[test]
    fn joined_tasks_lose_nothing_that_was_typed() {
        let mut typed = item();
        for (at, lead, helpers) in [
            (0, "区教育局", "民政局、团委"),
            (1, "文旅局、区教育局", "文旅局、团委"),
        ] {
            typed.tasks[at].lead = lead.into();
            typed.tasks[at].helpers = helpers.into();
        }
        typed.tasks[1].kind = "delivery".into();
        typed.change(Change::JoinTask(0)).unwrap();
        let task = &typed.tasks[0];
        assert_eq!(
            (task.lead.as_str(), task.helpers.as_str(), task.kind.as_str()),
            ("区教育局、文旅局", "民政局、团委", "quantity")
        );

        let mut full = item();
        full.tasks[1].targets = vec![TypedTarget::default(); MOST_TARGETS];
        let before = full.clone();
        let sentence = full.change(Change::JoinTask(0)).unwrap_err();
        assert!(sentence.contains("32 个指标值"), "{sentence}");
        assert_eq!(full, before, "nothing is cut");
    }

    #[test]
    fn joined_tasks_have_the_window_of_both() {
        type Window = (&'static str, &'static str, bool);
        let cases: [(Window, Window, Option<Window>); 8] = [
            (
                ("", "", false),
                ("2026-04-01", "2026-05-31", false),
                Some(("2026-04-01", "2026-05-31", false)),
            ),
            (
                ("04-01", "05-31", true),
                ("", "", false),
                Some(("04-01", "05-31", true)),
            ),
            (
                ("04-01", "05-31", true),
                ("04-01", "05-31", true),
                Some(("04-01", "05-31", true)),
            ),
            (
                ("2026-04-01", "2026-05-31", false),
                ("2026-03-01", "2026-10-31", false),
                Some(("2026-03-01", "2026-10-31", false)),
            ),
            (
                ("", "2026-05-31", false),
                ("2026-03-01", "2026-10-31", false),
                Some(("", "2026-10-31", false)),
            ),
            (("04-01", "05-31", true), ("09-01", "10-31", true), None),
            (
                ("04-01", "05-31", true),
                ("2026-04-01", "2026-05-31", false),
                None,
            ),
            (("", "年底", false), ("", "2026-10-31", false), None),
        ];
        for (first, second, both) in cases {
            let mut typed = item();
            for (at, (from, to, every_year)) in [(0, first), (1, second)] {
                typed.tasks[at].from = from.into();
                typed.tasks[at].to = to.into();
                typed.tasks[at].every_year = every_year;
            }
            let before = typed.clone();
            let done = typed.change(Change::JoinTask(0));
            match both {
                Some(window) => {
                    let task = &typed.tasks[0];
                    assert_eq!((task.from.as_str(), task.to.as_str(), task.every_year), window);
                }
                None => assert!(done.is_err() && typed == before, "{first:?} {second:?}"),
            }
        }
    }
}

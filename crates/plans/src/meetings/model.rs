//! What a meeting is made of, and the rules of what is typed of it. No I/O.

use crate::plans::model::{
    ItemDraft, LONGEST_TEXT, MOST_TARGETS, Place, TargetComparison, TargetDraft, TaskDraft, TaskKind, Wrong,
};
use kernel::{Date, Instant, OrgId, Time, bounded, bounded_lines};
use platform::{AppError, AppResult};
use std::collections::BTreeSet;

/// Most guests of a meeting: every street of a large city, their schools, and some more.
pub const MOST_GUESTS: usize = 600;
/// Most points of an agenda.
pub const MOST_POINTS: usize = 40;
/// Most decisions of a meeting.
pub const MOST_DECISIONS: usize = 30;
/// Most lagging tasks that are proposed for an agenda.
pub const MOST_PROPOSED: usize = 20;
/// Heading of what meetings decided, at the end of a plan.
pub const HEADING: &str = "会议议定事项";

db::text_enum! {
    /// How far a meeting is.
    pub enum MeetingStatus {
        /// Being prepared; guests do not see it.
        Draft => "draft",
        /// Its notice went out.
        Called => "called",
        /// Its minutes are issued.
        Closed => "closed",
        /// It does not take place.
        Cancelled => "cancelled",
    }
}

/// What is done with a meeting as a whole.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Step {
    /// Time, place, words, guests or agenda change.
    Prepare,
    /// The notice goes out.
    Call,
    /// A guest answers.
    Answer,
    /// Minutes or decisions are written.
    Write,
    /// The minutes are issued.
    Close,
    /// It is called off.
    Cancel,
}

impl MeetingStatus {
    /// Its name on the screen.
    #[must_use]
    pub const fn label(self) -> &'static str {
        match self {
            Self::Draft => "筹备中",
            Self::Called => "已通知",
            Self::Closed => "纪要已印发",
            Self::Cancelled => "已取消",
        }
    }

    /// Whether a step may be done now.
    ///
    /// # Errors
    /// [`AppError::Refused`] with a sentence that says why not.
    pub fn allows(self, step: Step, begins_at: Instant, now: Instant) -> AppResult<()> {
        let begun = now >= begins_at;
        let (code, sentence) = match (self, step) {
            (Self::Draft, Step::Prepare | Step::Cancel)
            | (Self::Called, Step::Prepare | Step::Answer | Step::Cancel)
                if !begun =>
            {
                return Ok(());
            }
            (Self::Draft, Step::Call) if !begun => return Ok(()),
            (Self::Called, Step::Write | Step::Close) if begun => return Ok(()),
            // A draft whose hour has passed can still be moved or thrown away.
            (Self::Draft, Step::Prepare | Step::Cancel) | (Self::Called, Step::Cancel) => return Ok(()),
            (Self::Closed, _) => ("meeting_closed", "纪要已印发，这次会议不能再改。"),
            (Self::Cancelled, _) => ("meeting_cancelled", "这次会议已取消。要开会请另建一次。"),
            (Self::Called, Step::Call) => ("meeting_called", "会议通知已经发出。"),
            (Self::Draft, Step::Call) => ("meeting_begun", "会议时间已经过了，通知发不出去。请先修改时间。"),
            (Self::Called, Step::Prepare) => (
                "meeting_begun",
                "会议已经开始，时间、单位和议程不能再改。请到“写纪要”里记录。",
            ),
            (Self::Called, Step::Answer) => (
                "meeting_begun",
                "会议已经开始，不能再改回执。请直接联系会议组织单位。",
            ),
            (Self::Draft, _) => ("meeting_not_called", "会议通知还没有发出。请先发出通知。"),
            (Self::Called, _) => ("meeting_not_begun", "会议还没有开始，到时间以后才能写纪要。"),
        };
        Err(AppError::refused(code, sentence))
    }
}

db::text_enum! {
    /// What a guest answered.
    pub enum GuestAnswer {
        /// Nothing yet.
        None => "none",
        /// Somebody comes.
        Comes => "comes",
        /// Nobody can come.
        Absent => "absent",
    }
}

impl GuestAnswer {
    /// Its name on the screen.
    #[must_use]
    pub const fn label(self) -> &'static str {
        match self {
            Self::None => "还没有回执",
            Self::Comes => "参加",
            Self::Absent => "请假",
        }
    }

    /// Checks what a guest wrote beside the answer: who comes, or why nobody can.
    ///
    /// # Errors
    /// [`AppError::Invalid`] with a sentence.
    pub fn checked_note(self, note: &str) -> AppResult<String> {
        let (least, label) = match self {
            Self::None => return Err(AppError::invalid("answer", "请选参加或者请假。")),
            Self::Comes => (2, "参会人"),
            Self::Absent => (2, "请假的原因"),
        };
        bounded(note, least, 100, label).map_err(|wrong| AppError::invalid("note", wrong))
    }
}

/// Title, time, place and words of a notice as a person typed them.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct TypedNotice {
    /// Title.
    pub title: String,
    /// Day.
    pub day: Option<Date>,
    /// Hour.
    pub time: Option<Time>,
    /// Place.
    pub place: String,
    /// Further words.
    pub words: String,
}

/// A checked notice.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Notice {
    /// Title.
    pub title: String,
    /// When it begins.
    pub begins_at: Instant,
    /// Place.
    pub place: String,
    /// Further words; may be empty.
    pub words: String,
}

/// Checks a notice.
///
/// # Errors
/// [`AppError::Invalid`] with a sentence for each wrong field.
pub fn check_notice(typed: &TypedNotice, now: Instant) -> AppResult<Notice> {
    let mut wrong = Wrong::default();
    let title = wrong.line("title", bounded(&typed.title, 2, 80, "会议名称"));
    let place = wrong.line("place", bounded(&typed.place, 2, 80, "地点"));
    let words = wrong.line("words", bounded_lines(&typed.words, 0, 1_000, "说明"));
    if typed.day.is_none() {
        wrong.say("day", "日期要填，例如 2026-11-26。");
    }
    if typed.time.is_none() {
        wrong.say("time", "时间要填，例如 14:00。");
    }
    let begins_at = Instant::of_china(typed.day.unwrap_or_default(), typed.time.unwrap_or_default());
    if typed.day.is_some() && typed.time.is_some() {
        if begins_at <= now {
            wrong.say("day", "会议时间已经过了，请填以后的时间。");
        } else if begins_at.secs_since(now) > 366 * 86_400 {
            wrong.say("day", "会议时间离现在超过一年，请检查年份。");
        }
    }
    wrong.or(Notice {
        title,
        begins_at,
        place,
        words,
    })
}

/// A decision as it is kept until the minutes are issued.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DecisionDraft {
    /// What is to be done.
    pub words: String,
    /// By when.
    pub due: Date,
}

/// Checks a decision; its day lies between the meeting's and the plan's last, because it becomes a task of the plan.
///
/// # Errors
/// [`AppError::Invalid`] with a sentence for each wrong field.
pub fn check_decision(words: &str, due: Option<Date>, held: Date, last: Date) -> AppResult<DecisionDraft> {
    let mut wrong = Wrong::default();
    let words = wrong.line("decision", bounded_lines(words, 4, 500, "议定事项"));
    match due {
        None => wrong.say("due", "完成日期要填，例如 2026-12-20。"),
        Some(due) if due < held => wrong.say("due", "完成日期早于会议这一天，请改一个。"),
        Some(due) if due > last => {
            wrong.say(
                "due",
                format!(
                    "这份计划到 {last} 为止，完成日期不能更晚。以后的事项请写进下一份计划，或者到期后结转。"
                ),
            );
        }
        Some(_) => {}
    }
    wrong.or(DecisionDraft {
        words,
        due: due.unwrap_or(held),
    })
}

/// Names in a box, one a line or parted by 、, as they are kept; the same name counts once.
///
/// # Errors
/// [`AppError::Invalid`] for a name that is too short or too long.
pub fn names_of(typed: &str) -> AppResult<Vec<String>> {
    let mut names: Vec<String> = Vec::new();
    for name in crate::plans::model::names(typed) {
        let name = bounded(&name, 2, 60, "单位名称").map_err(|wrong| AppError::invalid("names", wrong))?;
        if !names.contains(&name) {
            names.push(name);
        }
    }
    Ok(names)
}

/// Which of these organisations a typed name means: the one whose whole name it is, else whose short name; none for a name of
/// nobody. `known` holds id, whole and short name.
///
/// # Errors
/// [`AppError::Invalid`] when several bear the name.
pub fn org_named<'a>(
    name: &str,
    known: impl Iterator<Item = (OrgId, &'a str, &'a str)> + Clone,
) -> AppResult<Option<OrgId>> {
    let ids = |found: BTreeSet<OrgId>| match found.len() {
        0 | 1 => Ok(found.first().copied()),
        many => Err(AppError::invalid(
            "names",
            format!("叫“{name}”的单位有 {many} 个。请写全称，或者按类别通知。"),
        )),
    };
    let whole: BTreeSet<OrgId> = known
        .clone()
        .filter(|one| one.1 == name)
        .map(|one| one.0)
        .collect();
    if !whole.is_empty() {
        return ids(whole);
    }
    ids(known.filter(|one| one.2 == name).map(|one| one.0).collect())
}

/// What somebody saw of a guest when they began to answer: the hour, and when it was answered last. An answer to another hour, or
/// over another answer, is not taken.
#[must_use]
pub fn seen_of(begins_at: Instant, answered_at: Option<Instant>) -> String {
    let answered = answered_at.map(Instant::millis).unwrap_or_default();
    format!("{}.{answered}", begins_at.millis())
}

/// What somebody saw of the minutes when they issued them: the version and the decisions.
#[must_use]
pub fn seen_to_close(version: i64, decisions: impl Iterator<Item = i64>) -> String {
    let mut seen = version.to_string();
    for decision in decisions {
        seen.push_str(&format!(".{decision:x}"));
    }
    seen
}

/// Free points of an agenda, one a line.
///
/// # Errors
/// [`AppError::Invalid`] when one is too long.
pub fn points_of(typed: &str) -> AppResult<Vec<String>> {
    typed
        .lines()
        .map(str::trim)
        .filter(|line| !line.is_empty())
        .map(|line| bounded(line, 2, 200, "议题").map_err(|wrong| AppError::invalid("points", wrong)))
        .collect()
}

/// A decision with who does it and the figures that were read in its words.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Decided {
    /// What is to be done.
    pub words: String,
    /// Name of who does it.
    pub lead: String,
    /// By when.
    pub due: Date,
    /// Figures in its words.
    pub targets: Vec<TargetDraft>,
}

/// The figures of a decision that can be targets, unbound: which metric moves them, for whom and from when, a person says. What
/// could not be issued in a plan is left out.
#[must_use]
pub fn unbound(targets: Vec<TargetDraft>) -> Vec<TargetDraft> {
    let whole = |target: &TargetDraft| {
        let span = target.comparison == TargetComparison::Between;
        !target.unit.is_empty() && (!span || target.value_to_milli.is_some_and(|to| to >= target.value_milli))
    };
    let kept = targets.into_iter().filter(whole).take(MOST_TARGETS);
    kept.map(|target| TargetDraft {
        metric: None,
        ..target
    })
    .collect()
}

/// The item at the end of the plan that the decisions of a meeting become, a task each, in order. Their time begins with the
/// meeting.
#[must_use]
pub fn item_of(title: &str, held: Date, decided: Vec<Decided>) -> ItemDraft {
    let lines: Vec<String> = decided
        .iter()
        .enumerate()
        .map(|(index, one)| format!("{}. {}（{}，{} 前）", index + 1, one.words, one.lead, one.due))
        .collect();
    ItemDraft {
        number: None,
        path: vec![HEADING.to_owned()],
        heading: format!("{title}（{held}）"),
        text: lines.join("\n").chars().take(LONGEST_TEXT).collect(),
        place: Place::default(),
        tasks: decided.into_iter().map(|one| task_of(one, held)).collect(),
    }
}

/// Whether an item under these headings was decided by a meeting: it is not of the document, and no plan below answers it.
#[must_use]
pub fn was_decided(headings: &[String]) -> bool {
    headings.first().is_some_and(|first| first == HEADING)
}

fn task_of(decided: Decided, held: Date) -> TaskDraft {
    let targets: Vec<TargetDraft> = decided
        .targets
        .into_iter()
        .map(|target| TargetDraft {
            due: Some(target.due.unwrap_or(decided.due)),
            ..target
        })
        .collect();
    TaskDraft {
        text: decided.words,
        kind: if targets.is_empty() {
            TaskKind::Delivery
        } else {
            TaskKind::Quantity
        },
        lead: vec![decided.lead],
        helpers: Vec::new(),
        from: held.to_string(),
        to: decided.due.to_string(),
        every_year: false,
        place: Place::default(),
        targets,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const HOUR: i64 = 3_600;

    fn refusal(result: AppResult<()>) -> &'static str {
        match result {
            Ok(()) => "",
            Err(AppError::Refused { code, .. }) => code,
            Err(other) => panic!("{other:?}"),
        }
    }

    #[test]
    fn what_may_be_done_follows_from_how_far_it_is_and_the_hour() {
        use MeetingStatus as S;
        use Step as T;
        let begins: Instant = "2026-11-26T06:00:00Z".parse().unwrap();
        let (before, after) = (begins.plus_secs(-HOUR), begins);
        let cases = [
            (S::Draft, T::Prepare, before, ""),
            (S::Draft, T::Prepare, after, ""),
            (S::Draft, T::Call, before, ""),
            (S::Draft, T::Call, after, "meeting_begun"),
            (S::Draft, T::Cancel, after, ""),
            (S::Draft, T::Answer, before, "meeting_not_called"),
            (S::Draft, T::Write, after, "meeting_not_called"),
            (S::Called, T::Prepare, before, ""),
            (S::Called, T::Prepare, after, "meeting_begun"),
            (S::Called, T::Call, before, "meeting_called"),
            (S::Called, T::Answer, before, ""),
            (S::Called, T::Answer, after, "meeting_begun"),
            (S::Called, T::Write, before, "meeting_not_begun"),
            (S::Called, T::Write, after, ""),
            (S::Called, T::Close, before, "meeting_not_begun"),
            (S::Called, T::Close, after, ""),
            (S::Called, T::Cancel, after, ""),
            (S::Closed, T::Write, after, "meeting_closed"),
            (S::Closed, T::Cancel, after, "meeting_closed"),
            (S::Cancelled, T::Call, before, "meeting_cancelled"),
        ];
        for (status, step, now, code) in cases {
            assert_eq!(
                refusal(status.allows(step, begins, now)),
                code,
                "{status:?} {step:?}"
            );
        }
    }

    #[test]
    fn a_notice_says_when_and_where() {
        let now: Instant = "2026-11-22T01:00:00Z".parse().unwrap();
        let typed = TypedNotice {
            title: "第三次联络员会议".into(),
            day: Some(Date::constant(2026, 11, 26)),
            time: Some(Time::constant(14, 0, 0, 0)),
            place: "区社区学院 301".into(),
            words: String::new(),
        };
        let notice = check_notice(&typed, now).unwrap();
        assert_eq!(notice.begins_at, "2026-11-26T06:00:00Z".parse().unwrap());
        type Change = fn(&mut TypedNotice);
        let cases: [(Change, &str); 7] = [
            (|typed| typed.title.clear(), "title"),
            (|typed| typed.place = "一".into(), "place"),
            (|typed| typed.day = None, "day"),
            (|typed| typed.time = None, "time"),
            (|typed| typed.day = Some(Date::constant(2026, 11, 21)), "day"),
            (|typed| typed.day = Some(Date::constant(2028, 11, 26)), "day"),
            (|typed| typed.words = "长".repeat(1_001), "words"),
        ];
        for (change, field) in cases {
            let mut wrong = typed.clone();
            change(&mut wrong);
            match check_notice(&wrong, now) {
                Err(AppError::Invalid(fields)) => assert_eq!(fields[0].field, field),
                other => panic!("{field}: {other:?}"),
            }
        }
    }

    #[test]
    fn a_decision_has_words_and_a_day_not_before_the_meeting() {
        let held = Date::constant(2026, 11, 26);
        let day = |year, month, day| Some(Date::constant(year, month, day));
        let cases = [
            ("七宝镇补开两个班", day(2026, 12, 20), ""),
            ("七宝镇补开两个班", day(2026, 11, 26), ""),
            ("七宝镇补开两个班", day(2026, 11, 25), "due"),
            ("七宝镇补开两个班", day(2026, 12, 31), ""),
            ("七宝镇补开两个班", day(2027, 1, 1), "due"),
            ("七宝镇补开两个班", None, "due"),
            ("补", day(2026, 12, 20), "decision"),
        ];
        for (words, due, field) in cases {
            let found = match check_decision(words, due, held, Date::constant(2026, 12, 31)) {
                Ok(_) => String::new(),
                Err(AppError::Invalid(fields)) => fields[0].field.clone(),
                Err(other) => panic!("{other:?}"),
            };
            assert_eq!(found, field, "{words} {due:?}");
        }
    }

    #[test]
    fn decisions_become_one_item_with_a_task_each() {
        let target = TargetDraft {
            object: "学习点".into(),
            verb: "新增".into(),
            comparison: crate::plans::model::TargetComparison::Eq,
            value_milli: 3_000,
            value_to_milli: None,
            unit: "个".into(),
            due: None,
            metric: None,
            confidence: 90,
            source_text: "新增3个学习点".into(),
        };
        let due = Date::constant(2026, 12, 20);
        let decided = |words: &str, targets: Vec<TargetDraft>| Decided {
            words: words.into(),
            lead: "七宝镇".into(),
            due,
            targets,
        };
        let item = item_of(
            "联络员会议",
            Date::constant(2026, 11, 26),
            vec![
                decided("新增3个学习点", vec![target]),
                decided("报送名单", Vec::new()),
            ],
        );
        assert_eq!(item.path, [HEADING]);
        assert!(was_decided(&item.path) && !was_decided(&["一、完善办学网络".into()]) && !was_decided(&[]));
        assert_eq!(item.heading, "联络员会议（2026-11-26）");
        let kinds: Vec<TaskKind> = item.tasks.iter().map(|task| task.kind).collect();
        assert_eq!(kinds, [TaskKind::Quantity, TaskKind::Delivery]);
        assert_eq!(item.tasks[0].targets[0].due, Some(due));
        assert_eq!(
            (
                item.tasks[0].from.as_str(),
                item.tasks[0].to.as_str(),
                item.tasks[0].lead.len()
            ),
            ("2026-11-26", "2026-12-20", 1)
        );
        assert_eq!(item.text.lines().count(), 2);
    }

    #[test]
    fn a_name_counts_once() {
        assert_eq!(
            names_of("教育局、民政局\n教育局\u{200b}\n\n 体育局 ").unwrap(),
            ["教育局", "民政局", "体育局"]
        );
        assert!(names_of("局").is_err());
    }

    #[test]
    fn a_name_means_one_organisation_or_none() {
        let (one, two, three) = (OrgId::from_raw(1), OrgId::from_raw(2), OrgId::from_raw(3));
        let known = [
            (one, "闵行区教育局", "教育局"),
            (two, "徐汇区教育局", "教育局"),
            (three, "教育学院", "学院"),
            (three, "教育学院", "学院"),
        ];
        let found = |name: &str| org_named(name, known.iter().copied()).ok();
        assert_eq!(found("闵行区教育局"), Some(Some(one)));
        assert_eq!(found("学院"), Some(Some(three)), "listed twice is one");
        assert_eq!(found("民政局"), Some(None));
        assert_eq!(found("教育局"), None, "two bear it");
    }

    #[test]
    fn what_was_seen_changes_with_hour_answer_and_decisions() {
        let (hour, later) = (Instant::from_millis(1_000), Instant::from_millis(2_000));
        let seen = seen_of(hour, None);
        assert_ne!(seen, seen_of(later, None));
        assert_ne!(seen, seen_of(hour, Some(later)));
        assert_eq!(seen, seen_of(hour, None));
        let of = |version, all: &[i64]| seen_to_close(version, all.iter().copied());
        assert_ne!(of(1, &[7]), of(1, &[8]));
        assert_ne!(of(1, &[7]), of(1, &[7, 8]));
        assert_ne!(of(1, &[7]), of(2, &[7]));
    }

    #[test]
    fn figures_of_a_decision_wait_for_a_person_to_bind_them() {
        let target = |unit: &str, comparison, to| TargetDraft {
            object: "学习点".into(),
            verb: "新增".into(),
            comparison,
            value_milli: 3_000,
            value_to_milli: to,
            unit: unit.into(),
            due: None,
            metric: Some("sites.by_kind".into()),
            confidence: 90,
            source_text: "新增3个学习点".into(),
        };
        let kept = unbound(vec![
            target("个", TargetComparison::Eq, None),
            target("", TargetComparison::Eq, None),
            target("个", TargetComparison::Between, Some(2_000)),
        ]);
        assert_eq!(kept.len(), 1);
        assert_eq!(kept[0].metric, None);
    }
}

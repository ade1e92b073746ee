//! The forms of a task's page.

use super::actions::Progress;
use super::changes::LONGEST_NOTE;
use super::figures::StandingSource;
use super::model::DutyPart;
use super::slips::LONGEST_REPLY;
use crate::plans::TargetRow;
use crate::{PlanChangeId, PlanSlipId};
use ui::field::Choice;
use ui::{Field, Form, Lang};

/// The forms of a task's page, each as it is shown.
#[derive(Debug, Clone)]
pub(super) struct Forms {
    pub(super) report: Form,
    pub(super) milestone: Form,
    pub(super) change: Form,
    pub(super) slip: Form,
    /// A reply to one of the slips that was not taken.
    pub(super) reply: Option<(PlanSlipId, Form)>,
    /// What was said of one of the changes and not taken.
    pub(super) note: Option<(PlanChangeId, Form)>,
}

impl Forms {
    /// Forms that nobody has filled in yet.
    pub(super) fn blank(task: &Progress) -> Self {
        Self {
            report: Form::blank(report_fields(task), Lang::Zh),
            milestone: Form::blank(milestone_fields(), Lang::Zh),
            change: Form::blank(change_fields(task), Lang::Zh),
            slip: Form::blank(slip_fields(task), Lang::Zh),
            reply: None,
            note: None,
        }
    }

    /// What is wrong with any of them.
    pub(super) fn errors(&self) -> Vec<ui::ErrorSummary> {
        [&self.report, &self.milestone, &self.change, &self.slip]
            .into_iter()
            .chain(self.reply.iter().map(|(_, form)| form))
            .chain(self.note.iter().map(|(_, form)| form))
            .filter(|form| !form.is_valid())
            .map(Form::errors)
            .collect()
    }
}

fn targets(task: &Progress) -> Vec<Choice> {
    let all = task.task.targets.iter();
    all.map(|target| Choice::new(target.id.to_string(), TargetRow::words(target)))
        .collect()
}

/// Targets of which a value can be typed; those that a metric moves say so.
fn typed_targets(task: &Progress) -> Vec<Choice> {
    let all = task.task.targets.iter();
    all.map(|target| {
        let moved = moves(task, target);
        let words = target.words();
        Choice::new(
            target.id.to_string(),
            if moved {
                format!("{words}（按指标自动算）")
            } else {
                words
            },
        )
    })
    .collect()
}

/// Whether a metric moves the target. A 0 of a metric may mean that nothing was ever entered: the metrics do not tell.
fn moves(task: &Progress, target: &TargetRow) -> bool {
    let standing = task.standings.get(&target.id);
    standing.is_some_and(|standing| standing.source == StandingSource::Metric)
}

/// A report.
pub(super) fn report_fields(task: &Progress) -> Vec<Field> {
    let percent = Field::number("percent", "完成了百分之几", 0, 100).optional();
    let mut fields = vec![
        Field::textarea("words", "进展", 2_000).hint("做了什么，到了哪一步，有什么困难"),
        if task.source == StandingSource::Metric {
            percent.hint("这项任务的进度按指标自动算，这里填的只留作记录")
        } else {
            percent
        },
    ];
    if !task.task.targets.is_empty() {
        let moved = task.task.targets.iter().any(|target| moves(task, target));
        fields.push(
            Field::select("target", "填哪个指标值", typed_targets(task))
                .optional()
                .hint(if moved {
                    "写着“按指标自动算”的，填了不算数；要自己填，请管理这份计划的单位先在指标值的页面上改成自己填报"
                } else {
                    "系统里没有的数才需要填，会标明自填"
                }),
        );
        fields.push(Field::text("value", "现在的数值", 0, 20));
    }
    fields.push(
        Field::file(
            "file",
            "佐证材料（图片、PDF、DOCX、XLSX、TXT，最多 10 MB）",
            ".png,.jpg,.jpeg,.webp,.pdf,.docx,.xlsx,.txt",
        )
        .optional(),
    );
    fields
}

/// A milestone.
pub(super) fn milestone_fields() -> Vec<Field> {
    vec![
        Field::text("title", "节点", 2, 80).hint("例如 完成选点"),
        Field::date("milestone_due", "哪天之前"),
    ]
}

/// A change that is asked for.
pub(super) fn change_fields(task: &Progress) -> Vec<Field> {
    let mut fields = Vec::new();
    if !task.task.targets.is_empty() {
        fields.push(
            Field::select("change_target", "改哪个指标值", targets(task))
                .optional()
                .hint("不选就是改任务的完成日期"),
        );
        fields.push(
            Field::text("change_value", "新的数值", 0, 20).hint("原来是一个范围或者全部的，改成不少于这个数"),
        );
    }
    fields.push(Field::date("change_due", "新的完成日期").optional());
    fields.push(Field::textarea("reason", "变更的原因", 500));
    fields
}

/// A supervision slip.
pub(super) fn slip_fields(task: &Progress) -> Vec<Field> {
    let leads = task.duties.iter().filter(|duty| duty.part == DutyPart::Lead);
    let leads = leads
        .map(|duty| Choice::new(duty.org_id.to_string(), &duty.org_name))
        .collect();
    vec![
        Field::select("org", "发给哪个牵头单位", leads),
        Field::textarea("slip_words", "督办内容", 1_000),
        Field::date("slip_due", "哪天之前回复"),
    ]
}

/// The reply to a slip.
pub(super) fn reply_fields() -> Vec<Field> {
    vec![Field::textarea("reply", "回复", LONGEST_REPLY)]
}

/// What is said of a change.
pub(super) fn note_fields() -> Vec<Field> {
    vec![
        Field::textarea("note", "审批意见", LONGEST_NOTE)
            .optional()
            .hint("不同意的要写原因"),
    ]
}

/// The metric of a target.
pub(super) fn bind_fields(metrics: Vec<Choice>, kinds: Vec<Choice>) -> Vec<Field> {
    vec![
        Field::select("metric", "对应的指标", metrics)
            .optional()
            .hint("不选就是自己填报"),
        Field::radios(
            "counts",
            "怎么算",
            vec![
                Choice::new("growth", "算计划开始以来新增的"),
                Choice::new("level", "算现在的总数或比例"),
            ],
        ),
        Field::select("kind", "只算哪一类", kinds)
            .optional()
            .hint("不选就是全部"),
    ]
}

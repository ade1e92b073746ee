//! The forms of plans: the head, the upload, and the correcting form of an item, which has as many boxes as the item has tasks.

use super::head::TypedHead;
use super::intake::LONGEST_PASTE;
use super::model::{LONGEST_OBJECT, LONGEST_TEXT, TargetComparison, TaskKind};
use super::store::PlanRow;
use super::typed::{TypedItem, TypedTarget, TypedTask, target_field, task_field};
use crate::reading::bind::Bindings;
use orgs::tree::OrgBrief;
use ui::field::{Choice, FieldSlot};
use ui::{Field, Form, Lang};

/// The upload.
pub(super) fn upload_fields(homes: &[OrgBrief]) -> Vec<Field> {
    let homes = homes
        .iter()
        .map(|org| Choice::new(org.id.to_string(), &org.name))
        .collect();
    vec![
        Field::select("org", "哪个单位的计划", homes),
        Field::file("file", "文件（TXT 或 DOCX，最多 10 MB）", ".txt,.docx").optional(),
        Field::textarea("text", "或者把正文粘贴在这里", LONGEST_PASTE)
            .optional()
            .hint("从标题开始，到落款日期为止。选了文件就不看这里。"),
        Field::tick("anyway", "读不出条目时建一份空白草稿，自己逐条添加").optional(),
    ]
}

/// Title, number and days.
pub(super) fn head_fields() -> Vec<Field> {
    vec![
        Field::text("title", "标题", 2, 120),
        Field::text("document_number", "文号", 0, 60).hint("例如 闵学委办〔2022〕1号"),
        Field::text("issuer", "发文单位", 0, 80),
        Field::text("dated", "成文日期", 0, 10).hint("例如 2026-03-15；只知道月份的写 2026-03"),
        Field::number("year", "年度", 1990, 2100),
        Field::date("starts_on", "计划从哪天开始")
            .optional()
            .hint("不填就是年度的第一天"),
        Field::date("ends_on", "计划到哪天为止")
            .optional()
            .hint("不填就是年度的最后一天"),
        Field::hidden("version"),
    ]
}

/// The head as it is kept, in its boxes.
pub(super) fn head_form(plan: &PlanRow) -> Form {
    Form::blank(head_fields(), Lang::Zh)
        .fill("title", &plan.title)
        .fill("document_number", &plan.document_number)
        .fill("issuer", &plan.issuer)
        .fill("dated", &plan.dated)
        .fill("year", plan.year)
        .fill("starts_on", plan.starts_on)
        .fill("ends_on", plan.ends_on)
        .fill("version", plan.version)
}

/// The head as it was typed.
pub(super) fn typed_head(form: &Form) -> TypedHead {
    let day = |name: &str| form.date(name).map(|day| day.to_string()).unwrap_or_default();
    TypedHead {
        title: form.get("title").to_owned(),
        document_number: form.get("document_number").to_owned(),
        issuer: form.get("issuer").to_owned(),
        dated: form.get("dated").to_owned(),
        year: form.number("year").unwrap_or_default(),
        starts_on: day("starts_on"),
        ends_on: day("ends_on"),
    }
}

/// The reason of a destructive act.
pub(super) fn reason_fields() -> Vec<Field> {
    vec![
        Field::text("reason", "删除的原因", 2, 200).hint("例如 传错了文件"),
        Field::hidden("version"),
    ]
}

/// The correcting form of an item: its boxes, and how many targets each task has.
#[derive(Debug, Clone)]
pub(super) struct ItemForm {
    pub(super) form: Form,
    pub(super) shape: Vec<usize>,
    pub(super) version: i64,
    /// Whether somebody changed the item meanwhile: the page then shows what is kept now.
    pub(super) conflict: bool,
}

impl ItemForm {
    /// The form with what stands in its boxes.
    pub(super) fn of(typed: &TypedItem, version: i64) -> Self {
        let mut fields = vec![
            Field::text("number", "编号", 0, 20)
                .value(&typed.number)
                .hint("文件上印的编号，没有就空着"),
            Field::text("heading", "小标题", 0, 200).value(&typed.heading),
            Field::textarea("text", "原文", LONGEST_TEXT).value(&typed.text),
        ];
        for (at, task) in typed.tasks.iter().enumerate() {
            fields.extend(task_boxes(at, task));
            for (number, target) in task.targets.iter().enumerate() {
                fields.extend(target_boxes((at, number), target));
            }
        }
        Self {
            form: Form::blank(fields, Lang::Zh),
            shape: typed.tasks.iter().map(|task| task.targets.len()).collect(),
            version,
            conflict: false,
        }
    }

    /// A box of a task.
    pub(super) fn task(&self, at: &usize, part: &str) -> FieldSlot<'_> {
        self.form.field(&task_field(*at, part))
    }

    /// A box of a target.
    pub(super) fn target(&self, at: &usize, number: &usize, part: &str) -> FieldSlot<'_> {
        self.form.field(&target_field(*at, *number, part))
    }

    /// Tasks with their places in the form and the numbers of their targets.
    pub(super) fn tasks(&self) -> Vec<(usize, Vec<usize>)> {
        let tasks = self.shape.iter().enumerate();
        tasks.map(|(at, targets)| (at, (0..*targets).collect())).collect()
    }
}

fn task_boxes(at: usize, task: &TypedTask) -> Vec<Field> {
    let name = |part: &str| task_field(at, part);
    let kinds = TaskKind::ALL
        .iter()
        .map(|kind| Choice::new(kind.as_str(), kind.label()))
        .collect();
    vec![
        Field::hidden(&name("known")).value(&task.known),
        Field::hidden(&name("targets")).value(task.targets.len()),
        Field::textarea(&name("text"), "任务", LONGEST_TEXT)
            .value(&task.text)
            .hint("要拆成几项，就在拆开的地方换行，再点“按行拆开”"),
        Field::select(&name("kind"), "类型", kinds).value(&task.kind),
        Field::text(&name("lead"), "牵头单位", 0, 600)
            .value(&task.lead)
            .hint("几个单位用顿号隔开"),
        Field::text(&name("helpers"), "配合单位", 0, 600).value(&task.helpers),
        Field::text(&name("from"), "从哪天开始", 0, 10).value(&task.from),
        Field::text(&name("to"), "到哪天完成", 0, 10)
            .value(&task.to)
            .hint("例如 2026-10-31；每年都做的只写月和日，例如 10-31"),
        Field::tick(&name("every"), "每年都做")
            .optional()
            .value(if task.every_year { "yes" } else { "" }),
    ]
}

fn target_boxes((at, number): (usize, usize), target: &TypedTarget) -> Vec<Field> {
    let name = |part: &str| target_field(at, number, part);
    let comparisons = TargetComparison::ALL
        .iter()
        .map(|one| Choice::new(one.as_str(), one.label()))
        .collect();
    vec![
        Field::hidden(&name("known")).value(&target.known),
        Field::text(&name("verb"), "动作", 0, 20)
            .value(&target.verb)
            .hint("例如 新增"),
        Field::text(&name("object"), "指标对象", 1, LONGEST_OBJECT).value(&target.object),
        Field::select(&name("comparison"), "怎么算达到", comparisons).value(&target.comparison),
        Field::text(&name("value"), "数值", 0, 20).value(&target.value),
        Field::text(&name("to"), "上限", 0, 20)
            .value(&target.value_to)
            .hint("只有“介于两数之间”要填"),
        Field::text(&name("unit"), "单位", 0, 20)
            .value(&target.unit)
            .hint("百分数写 %，万分数写 ‱，配比写 ratio"),
        Field::date(&name("due"), "哪天之前达到")
            .optional()
            .value(&target.due),
        Field::select(&name("metric"), "对应的指标", metrics(&target.metric))
            .optional()
            .hint("选了指标，数值会自己更新；没有合适的就空着，以后自己填报进度"),
    ]
}

/// The metrics to choose from; one that the table does not know stays as it is.
fn metrics(chosen: &str) -> Vec<Choice> {
    let table = Bindings::shipped();
    let mut all: Vec<Choice> = table.named().map(|(id, name)| Choice::new(id, name)).collect();
    if !chosen.is_empty() && !all.iter().any(|choice| choice.value == chosen) {
        all.push(Choice::new(chosen, chosen));
    }
    all
}

/// What the screen calls a metric.
pub(super) fn metric_name(id: &str) -> &str {
    Bindings::shipped().name(id)
}

//! The forms of meetings.

use super::actions::Meeting;
use super::guests::Group;
use super::model::{GuestAnswer, MeetingStatus, TypedNotice};
use super::store::{GuestRow, MeetingRow};
use crate::progress::actions::Progress;
use kernel::OrgId;
use ui::field::Choice;
use ui::{Field, Form, Lang};

/// Title, time, place and words.
fn notice_fields() -> Vec<Field> {
    vec![
        Field::text("title", "会议名称", 2, 80).hint("例如 学促委成员单位联络员第三次会议"),
        Field::date("day", "日期"),
        Field::time("time", "开始时间"),
        Field::text("place", "地点", 2, 80),
        Field::textarea("words", "说明", 1_000)
            .optional()
            .hint("要准备什么、带什么材料"),
        Field::hidden("version").optional(),
    ]
}

/// The form of a notice that was posted, or an empty one.
pub(super) fn notice(posted: Option<&[(String, String)]>) -> Form {
    match posted {
        Some(pairs) => Form::from_pairs(notice_fields(), Lang::Zh, pairs),
        None => Form::blank(notice_fields(), Lang::Zh),
    }
}

/// The form of a notice as it is kept.
pub(super) fn notice_of(row: &MeetingRow) -> Form {
    let (day, time) = row.begins_at.china();
    notice(None)
        .fill("title", &row.title)
        .fill("day", day)
        .fill("time", format!("{:02}:{:02}", time.hour(), time.minute()))
        .fill("place", &row.place)
        .fill("words", &row.words)
        .fill("version", row.version)
}

/// What was typed of a notice.
pub(super) fn typed(form: &Form) -> TypedNotice {
    TypedNotice {
        title: form.get("title").to_owned(),
        day: form.date("day"),
        time: form.time("time"),
        place: form.get("place").to_owned(),
        words: form.get("words").to_owned(),
    }
}

/// Whom to ask.
pub(super) fn guest_fields(groups: &[Group]) -> Vec<Field> {
    let choices = groups
        .iter()
        .map(|group| Choice::new(group.id, format!("{}（{} 个）", group.name, group.orgs.len())))
        .collect();
    vec![
        Field::checkboxes("groups", "按类别通知", choices).optional(),
        Field::textarea("names", "另外通知的单位", 2_000)
            .optional()
            .hint("一行一个。系统里有的单位会在工作台上收到通知，没有的请用电话通知，再代为登记回执"),
    ]
}

/// What is talked about.
pub(super) fn point_fields(proposed: &[Progress]) -> Vec<Field> {
    let choices: Vec<Choice> = proposed
        .iter()
        .map(|task| {
            let light = task
                .light
                .as_ref()
                .map(|light| light.word.clone())
                .unwrap_or_default();
            Choice::new(task.task.row.id.to_string(), super::agenda::title(task))
                .hint(format!("{light}，完成 {}", task.far()))
        })
        .collect();
    let mut fields = Vec::new();
    if !choices.is_empty() {
        fields.push(Field::checkboxes("tasks", "滞后的任务", choices).optional());
    }
    fields.push(
        Field::textarea("points", "其他议题", 4_000)
            .optional()
            .hint("一行一个"),
    );
    fields
}

/// What a guest answers.
pub(super) fn answer_fields() -> Vec<Field> {
    vec![
        Field::radios(
            "answer",
            "参加吗",
            vec![
                Choice::new(GuestAnswer::Comes.as_str(), "参加"),
                Choice::new(GuestAnswer::Absent.as_str(), "不能参加，请假"),
            ],
        ),
        Field::text("note", "参会人姓名和职务，或者请假的原因", 2, 100),
        Field::hidden("seen"),
    ]
}

/// The answer of a guest as it is kept.
pub(super) fn answer_of(row: &MeetingRow, guest: &GuestRow) -> Form {
    let seen = super::model::seen_of(row.begins_at, guest.answered_at);
    let form = Form::blank(answer_fields(), Lang::Zh).fill("seen", seen);
    if guest.answer == GuestAnswer::None {
        return form;
    }
    form.fill("answer", guest.answer.as_str())
        .fill("note", &guest.note)
}

/// The minutes: a box a point, who came, and the rest.
pub(super) fn minutes_fields(meeting: &Meeting) -> Vec<Field> {
    let mut fields: Vec<Field> = meeting
        .points
        .iter()
        .map(|point| {
            let label = format!("{}. {}", point.position, point.title);
            Field::textarea(&format!("point-{}", point.id), &label, 2_000).optional()
        })
        .collect();
    let guests = meeting.guests.iter();
    let choices: Vec<Choice> = guests
        .map(|guest| {
            let choice = Choice::new(guest.id.to_string(), &guest.name);
            match guest.answer {
                GuestAnswer::None => choice,
                _ => choice.hint(format!("{}：{}", guest.answer.label(), guest.note)),
            }
        })
        .collect();
    fields.push(Field::checkboxes("attended", "到会单位", choices).optional());
    fields.push(Field::textarea("minutes", "其他记录", 5_000).optional());
    fields.push(Field::hidden("version"));
    fields
}

/// The minutes as they are kept; before anything was written, who said they would come counts as come.
pub(super) fn minutes_of(meeting: &Meeting) -> Form {
    let mut form = Form::blank(minutes_fields(meeting), Lang::Zh);
    for point in &meeting.points {
        form = form.fill(&format!("point-{}", point.id), &point.minutes);
    }
    let came = meeting
        .guests
        .iter()
        .filter(|guest| guest.attended.unwrap_or(guest.answer == GuestAnswer::Comes));
    form.fill_all("attended", came.map(|guest| guest.id.to_string()).collect())
        .fill("minutes", &meeting.row.minutes)
        .fill("version", meeting.row.version)
}

/// A decision.
pub(super) fn decision_fields(leads: Vec<(OrgId, String)>) -> Vec<Field> {
    let leads = leads
        .into_iter()
        .map(|(org, name)| Choice::new(org.to_string(), name))
        .collect();
    vec![
        Field::textarea("decision", "议定事项", 500).hint("做什么，做多少。例如 新增3个学习点"),
        Field::select("lead", "由哪个单位办", leads),
        Field::date("due", "哪天之前完成"),
    ]
}

/// Why it is called off.
pub(super) fn cancel_fields() -> Vec<Field> {
    vec![Field::text("reason", "取消的原因", 2, 200).hint("参会单位会看到")]
}

impl MeetingRow {
    /// Whether time, guests and agenda can still change.
    pub(super) fn is_open(&self, now: kernel::Instant) -> bool {
        let step = super::model::Step::Prepare;
        self.status.allows(step, self.begins_at, now).is_ok()
    }

    /// Whether minutes can be written.
    pub(super) fn is_held(&self, now: kernel::Instant) -> bool {
        self.status == MeetingStatus::Called && now >= self.begins_at
    }
}

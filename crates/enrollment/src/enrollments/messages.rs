//! What people are told of a decision about their place, in words.

use super::model::{hours, weekday_name};
use super::store::EnrollmentRow;
use crate::EnrollmentStatus;
use crate::fees::Money;
use crate::merging::store::ChoiceRow;
use crate::seat_desk::promotion::TOO_FEW_SEATS;
use kernel::chinese_date::date_text;
use kernel::chinese_date::moment_text;
use teaching::classes::ClassRow;

/// How and until when an act of somebody else is undone.
pub(super) fn undo_text(row: &EnrollmentRow) -> String {
    let last = date_text(crate::undo::model::last_day(row.created_at));
    format!("不是您的意思，{last} 以前可以撤销：网上“我的学习”、电话或柜台都可以。")
}

/// What is added where somebody else enrolled the learner for a fee, or paid it for them: who, and how to undo it.
pub(super) fn acted_further(who: &str, word: &str, row: &EnrollmentRow) -> String {
    match word {
        "paid" => format!(
            "这是{who}替您交的。不是您的意思，十分钟内可以在网上“我的学费”撤销；过了十分钟，请打电话或到学校说。"
        ),
        _ => format!("这是{who}替您报的。{}", undo_text(row)),
    }
}

/// What is told of an act that somebody else did: who, what, and how to undo it.
pub(super) fn acted_text(
    who: &str,
    word: &str,
    row: &EnrollmentRow,
    class: &ClassRow,
    place: &str,
    position: Option<i64>,
) -> (&'static str, String) {
    let name = &class.name;
    let undo = undo_text(row);
    match word {
        "accepted" => (
            "enrollment.accepted",
            format!(
                "【学圈】{who}替您接受了“{name}”的名额，您已报上：每{} {}，{place}，{} 开课。不是您的意思，请打电话或到学校说，可以取消。",
                weekday_name(class.weekday),
                hours(class.starts, class.minutes),
                date_text(class.starts_on)
            ),
        ),
        "confirmed" => (
            "enrollment.confirmed",
            format!(
                "【学圈】{who}替您报了“{name}”：每{} {}，{place}，{} 开课。{undo}",
                weekday_name(class.weekday),
                hours(class.starts, class.minutes),
                date_text(class.starts_on)
            ),
        ),
        "waitlisted" => (
            "enrollment.waitlisted",
            format!(
                "【学圈】{who}替您排了“{name}”的候补，第 {} 位。{undo}",
                position.unwrap_or(0)
            ),
        ),
        _ => (
            "enrollment.withdrawn",
            format!(
                "【学圈】{who}替您取消了“{name}”的报名。不是您的意思，请打电话或到学校说，也可以重新报名。"
            ),
        ),
    }
}

/// What is said where a fee is due, was paid, or was not.
pub(super) fn money_text(
    word: &str,
    row: &EnrollmentRow,
    class: &ClassRow,
) -> Option<(&'static str, String)> {
    let name = &class.name;
    let fee = kernel::Fen(row.due_fen);
    let until = moment_text(row.held_until.unwrap_or(row.changed_at));
    let kept = format!(
        "学费 {fee}，请在 {until} 前交：网上“我的学费”，或到学校柜台。过了时间，名额会让给后面的人。"
    );
    if row.due_fen == 0 {
        return paper_text(word, row, class);
    }
    match word {
        "reserved" => Some((
            "enrollment.reserved",
            format!("【学圈】“{name}”的名额已给您留着。{kept}"),
        )),
        "promoted" if row.due_fen > 0 => Some((
            "enrollment.reserved",
            format!("【学圈】轮到您了：“{name}”的名额已给您留着。{kept}"),
        )),
        "hold_over" => Some((
            "enrollment.expired",
            format!("【学圈】“{name}”的学费没有在 {until} 前交，名额已让给后面的人。还想上，请重新报名。"),
        )),
        "paid" => Some((
            "enrollment.paid",
            if row.money == Money::Waived {
                format!(
                    "【学圈】“{name}”的学费 {fee} 已给您免交，您已报上。{} 开课。",
                    date_text(class.starts_on)
                )
            } else {
                format!(
                    "【学圈】“{name}”的学费 {fee} 已收到，您已报上。{} 开课。收据在网上“我的学费”，或到学校柜台打印。",
                    date_text(class.starts_on)
                )
            },
        )),
        _ => None,
    }
}

/// What is said where a seat without a fee waits for papers.
pub(super) fn paper_text(
    word: &str,
    row: &EnrollmentRow,
    class: &ClassRow,
) -> Option<(&'static str, String)> {
    let name = &class.name;
    let until = moment_text(row.held_until.unwrap_or(row.changed_at));
    let kept = row.status == EnrollmentStatus::Reserved;
    let text = match word {
        "reserved" => {
            format!("【学圈】“{name}”的名额给您留到 {until}，材料签齐才算报上，过了时间名额会让给后面的人。")
        }
        "promoted" if kept => format!(
            "【学圈】轮到您了：“{name}”的名额给您留到 {until}，材料签齐才算报上，过了时间名额会让给后面的人。"
        ),
        "hold_over" => {
            format!("【学圈】“{name}”的材料没有在 {until} 前签齐，名额已让给后面的人。还想上，请重新报名。")
        }
        _ => return None,
    };
    let template = if word == "hold_over" {
        "enrollment.expired"
    } else {
        "enrollment.reserved"
    };
    Some((template, text))
}

/// What is told to whose class was merged into another: the new time and place, and that they may refuse.
pub(super) fn merged_text(
    from: &str,
    row: &EnrollmentRow,
    class: &ClassRow,
    place: &str,
    asked: Option<String>,
) -> (&'static str, String) {
    let may_leave = "不想上可以不上：第一次课以前在网上、电话或柜台取消，交过的学费全部退还。";
    let may_leave = asked.unwrap_or_else(|| may_leave.to_owned());
    let pay = match (row.money, row.held_until) {
        (Money::Due, Some(until)) => format!(
            "学费 {}，请在 {} 前交，过了时间名额会让给别人。",
            kernel::Fen(row.due_fen),
            moment_text(until)
        ),
        _ => String::new(),
    };
    let text = format!(
        "【学圈】您报的“{from}”人数不够，没有开成，已把您并到“{}”：每{} {}，{place}，{} 开课。{pay}{may_leave}",
        class.name,
        weekday_name(class.weekday),
        hours(class.starts, class.minutes),
        date_text(class.starts_on)
    );
    ("enrollment.merged", text)
}

/// When and where a class meets and begins.
pub(super) fn meets(class: &ClassRow, place: &str) -> String {
    format!(
        "每{} {}，{place}，{} 开课",
        weekday_name(class.weekday),
        hours(class.starts, class.minutes),
        date_text(class.starts_on)
    )
}

/// What is told to whose turn came and who is to accept, and to who let the time pass.
pub(super) fn offer_text(
    word: &str,
    row: &EnrollmentRow,
    class: &ClassRow,
    place: &str,
) -> (&'static str, String) {
    let (name, until) = (&class.name, moment_text(row.held_until.unwrap_or(row.changed_at)));
    if word == "offered" {
        let text = format!(
            "【学圈】轮到您了：“{name}”有一个名额给您留到 {until}。{}。要上，请在这以前接受：网上“我的学习”，或打电话、到柜台说；家人也能代办。过了时间，名额会让给后面的人。",
            meets(class, place)
        );
        return ("enrollment.offered", text);
    }
    let text = format!(
        "【学圈】“{name}”的名额给您留到了 {until}，没有等到您接受，已让给后面的人。还想上，可以重新排候补，从最后排起；以前学期候补没轮到的签数不变。"
    );
    ("enrollment.expired", text)
}

/// What is told to who waits for one class and gets a seat in another that was opened for them.
pub(super) fn invited_text(
    from: &str,
    row: &EnrollmentRow,
    class: &ClassRow,
    place: &str,
) -> (&'static str, String) {
    let until = moment_text(row.held_until.unwrap_or(row.changed_at));
    let what = match row.status {
        EnrollmentStatus::Offered => format!(
            "有一个名额给您留到 {until}。要上，请在这以前接受：网上“我的学习”，或打电话、到柜台说；家人也能代办。您在“{from}”的候补位置还在，接受以前不变；来不了就不用接受。"
        ),
        EnrollmentStatus::Reserved => format!(
            "有一个名额给您留着，学费 {}，请在 {until} 前交。您在“{from}”的候补位置还在，交费以前不变；来不了就不用交。",
            kernel::Fen(row.due_fen)
        ),
        _ => "已为您报上。来不了请早些取消，好让给别人。".to_owned(),
    };
    let text = format!(
        "【学圈】您候补的“{from}”排的人多，新开了“{}”：{}。{what}",
        class.name,
        meets(class, place)
    );
    ("enrollment.invited", text)
}

/// What is told to who has changed classes.
pub(super) fn changed_text(
    from: &str,
    row: &EnrollmentRow,
    class: &ClassRow,
    place: &str,
) -> (&'static str, String) {
    let pay = match (row.money, row.held_until) {
        (Money::Due, Some(until)) => {
            format!(
                "学费 {}，请在 {} 前交。",
                kernel::Fen(row.due_fen),
                moment_text(until)
            )
        }
        (Money::Paid, _) => "交过的学费已转过去，有差价的会退给您。".to_owned(),
        _ => String::new(),
    };
    let text = format!(
        "【学圈】您已从“{from}”转到“{}”：每{} {}，{place}。{pay}不是您的意思，请打电话或到学校说。",
        class.name,
        weekday_name(class.weekday),
        hours(class.starts, class.minutes)
    );
    ("enrollment.changed", text)
}

/// What is told to who does not go into the class that took theirs: all that they had paid goes back, the difference too.
pub(super) fn not_merged_text(
    row: &EnrollmentRow,
    class: &ClassRow,
    who: Option<String>,
    choice: Option<&ChoiceRow>,
) -> (&'static str, String) {
    let name = &class.name;
    let what = match choice {
        Some(ChoiceRow { answer: None, .. }) => {
            format!("没有等到您答复去不去“{name}”，算不去，位置已经让出。")
        }
        _ => format!("“{name}”不去了，位置已经让出。"),
    };
    let by = match who {
        Some(who) => format!("这是{who}替您答复的。"),
        None => String::new(),
    };
    let paid = choice
        .filter(|choice| choice.old_paid)
        .map(|choice| choice.old_fen);
    let back = match paid.or((row.money == Money::Paid).then_some(row.due_fen)) {
        None | Some(0) => String::new(),
        Some(fen) => format!(
            "您交过的 {} 全部退还，请到学校柜台领取，或等学校办理。",
            kernel::Fen(fen)
        ),
    };
    let text = format!("【学圈】{what}{back}{by}可以看看别的班，或打电话问学校。");
    ("enrollment.not_merged", text)
}

/// What is told to whose place was given up: by themselves, or because they stayed away, with how to object.
fn withdrawn_text(word: &str, name: &str) -> String {
    if word == "absent" {
        format!(
            "【学圈】您很久没有来上“{name}”，学校打过电话后，把名额让给了后面的人。不同意，请打电话给学校或到柜台说；还想上，也可以重新报名。"
        )
    } else {
        format!("【学圈】您在“{name}”的报名已取消。想再报，可在网上、电话或柜台重新报名。")
    }
}

pub(super) fn decided_text(
    word: &str,
    class: &ClassRow,
    place: &str,
    position: Option<i64>,
) -> (&'static str, String) {
    let name = &class.name;
    let when = format!(
        "每{} {}",
        weekday_name(class.weekday),
        hours(class.starts, class.minutes)
    );
    let first = date_text(class.starts_on);
    match word {
        "confirmed" | "signed" => (
            "enrollment.confirmed",
            format!(
                "【学圈】您已报上“{name}”：{when}，{place}，{first} 开课。来不了请早些取消，好让给候补的人。"
            ),
        ),
        "waitlisted" => (
            "enrollment.waitlisted",
            format!(
                "【学圈】“{name}”已满，您在候补第 {} 位。有人取消时会按顺序轮到您，并马上告诉您。",
                position.unwrap_or(0)
            ),
        ),
        "promoted" => (
            "enrollment.promoted",
            format!(
                "【学圈】轮到您了：“{name}”已为您报上。{when}，{place}，{first} 开课。来不了请早些取消。"
            ),
        ),
        "withdrawn" | "absent" => ("enrollment.withdrawn", withdrawn_text(word, name)),
        "accepted" => (
            "enrollment.accepted",
            format!(
                "【学圈】您接受了“{name}”的名额，已报上：{when}，{place}，{first} 开课。来不了请早些取消。"
            ),
        ),
        "declined" => (
            "enrollment.withdrawn",
            format!("【学圈】您没有要“{name}”的名额，已让给后面的人。想再上，可以重新排候补。"),
        ),
        because => ("enrollment.passed_over", passed_over_text(because, name)),
    }
}

/// What is told to whose turn came but who cannot take the seat, by why.
fn passed_over_text(because: &str, name: &str) -> String {
    let passed = format!("【学圈】“{name}”有了名额，但");
    match because {
        TOO_FEW_SEATS => format!(
            "{passed}不够你们同行的人一起上，这次给了后面的人。你们的候补位置还在；想各自上课，请打电话问学校。"
        ),
        "time_clash" => format!(
            "{passed}和您已报的班时间冲突，这次给了后面的人。您的候补位置还在；想上这个班，请先取消冲突的班。"
        ),
        "rule" => format!(
            "{passed}按学校的规定您现在的班已经够数，这次给了后面的人。您的候补位置还在；想上这个班，请先取消一个同类的班。不清楚请打电话问学校。"
        ),
        _ => format!(
            "{passed}您这学期的班已报满，这次给了后面的人。您的候补位置还在；想上这个班，请先取消一个班。"
        ),
    }
}

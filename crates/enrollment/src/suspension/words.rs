//! What people are told about a pause, in words.

use crate::enrollments::EnrollmentRow;
use crate::fees::Money;
use crate::school_rules::{FeeMeanwhile, SeatMeanwhile};
use kernel::Date;
use kernel::chinese_date::date_text;
use kernel::chinese_date::moment_text;
use teaching::classes::ClassRow;
use ui::Page;

/// Whether a word of the seat desk is about a pause.
pub(crate) fn is_of_pause(word: &str) -> bool {
    matches!(word, "suspended" | "back" | "returned" | "suspension_over")
}

/// Until when the place is kept, for a message.
fn kept(until: Option<Date>) -> String {
    match until {
        Some(until) => format!("学籍给您留到 {}", date_text(until)),
        None => "学籍给您留到后面学期结束".to_owned(),
    }
}

/// The message for a word of the seat desk; `meets` is when and where the class is held.
pub(crate) fn told(
    (word, from): (&str, &str),
    row: &EnrollmentRow,
    class: &ClassRow,
    (meets, until): (&str, Option<Date>),
) -> (&'static str, String) {
    let name = &class.name;
    match word {
        "suspended" => (
            "enrollment.suspended",
            format!(
                "【学圈】学校同意您从“{name}”休学。{}。想回来上课，网上“我的学习”、打电话、到柜台都可以办复学，家人也能代办。",
                kept(until)
            ),
        ),
        "back" => (
            "enrollment.returned",
            format!("【学圈】您已复学，回到“{name}”：{meets}。休学时没上的课不算缺课。"),
        ),
        "returned" => {
            let pay = match (row.money, row.held_until) {
                (Money::Due, Some(held)) => format!(
                    "学费 {}，请在 {} 前交，过了时间名额会让给别人。",
                    kernel::Fen(row.due_fen),
                    moment_text(held)
                ),
                (Money::Paid, _) => "留着的学费已抵上，有差价的会退给您。".to_owned(),
                _ => String::new(),
            };
            let where_to = if from == name {
                format!("回到“{name}”")
            } else {
                format!("从“{from}”到“{name}”")
            };
            (
                "enrollment.returned",
                format!("【学圈】您已复学，{where_to}：{meets}。{pay}"),
            )
        }
        _ => (
            "enrollment.suspension_over",
            format!(
                "【学圈】您从“{name}”休学，到时候没有复学，学籍不再保留。留着的学费按休学那天的退费规定退，请到学校柜台领取，或等学校办理。想再学，欢迎重新报名。"
            ),
        ),
    }
}

/// What a pause means, for who is about to ask.
pub(super) fn sentences(
    page: &Page,
    (seat, fee): (SeatMeanwhile, FeeMeanwhile),
    paid: bool,
    until: Option<Date>,
) -> Vec<String> {
    let seat = match seat {
        SeatMeanwhile::Give => "休学以后，名额让给候补的人；您回来时，有空名额先给您。",
        SeatMeanwhile::Keep => "休学以后，您的名额一直留着。",
    };
    let fee = match fee {
        FeeMeanwhile::Carry => "交过的学费留着，复学时抵学费；不回来了，按休学那天的退费规定退。",
        FeeMeanwhile::Refund => "交过的学费按退费规定退；复学时，按还没上的课再交。",
    };
    let mut all = vec![page.t(seat).to_owned()];
    all.extend(paid.then(|| page.t(fee).to_owned()));
    all.push(keeping(page, until));
    all.push(page.t("休学时没上的课不算缺课。一个班只能休学一次。").to_owned());
    all
}

/// Until when the place is kept.
pub(super) fn keeping(page: &Page, until: Option<Date>) -> String {
    match until {
        Some(until) => page.tn("学籍留到 {}，在这以前要办复学。", &[&page.date(until)]),
        None => page
            .t("学籍留到后面的学期结束，那个学期的日子还没定。")
            .to_owned(),
    }
}

//! Words that the pages of rounds share.

use super::actions::RoundView;
use super::model::{Audience, RoundMethod, RoundStatus, SignupStatus};
use super::store::{RoundRow, SignupRow};
use kernel::Instant;
use teaching::classes::ClassStatus;
use ui::{Page, Tag};

/// Where a round stands at this moment, as a tag.
pub(super) fn round_tag(page: &Page, row: &RoundRow, now: Instant) -> Tag {
    let word = |text: &'static str| page.t(text).to_owned();
    match row.status {
        RoundStatus::Planned if now < row.opens => Tag::waiting(word("还没开始")),
        RoundStatus::Planned if now < row.closes => Tag::good(word("正在报名")),
        RoundStatus::Planned if row.method == RoundMethod::FirstCome => Tag::quiet(word("报名已截止")),
        RoundStatus::Planned if row.method == RoundMethod::Interview => {
            Tag::waiting(word("报名已截止，等面试"))
        }
        RoundStatus::Planned if row.method == RoundMethod::Manual => {
            Tag::waiting(word("报名已截止，学校正在选定"))
        }
        RoundStatus::Planned => Tag::waiting(word("报名已截止，等封存名单")),
        RoundStatus::Sealed
        | RoundStatus::Proposed
        | RoundStatus::Confirmed
        | RoundStatus::Drawn
        | RoundStatus::Publishing => Tag::waiting(word(row.status.label())),
        RoundStatus::Published => Tag::good(word(row.status.label())),
        RoundStatus::Paused | RoundStatus::Cancelled => Tag::bad(word(row.status.label())),
    }
}

/// What became of classes of a round that were cancelled, sentence by sentence.
pub(super) fn gone(page: &Page, view: &RoundView) -> Vec<String> {
    let mut lines = Vec::new();
    if !view.gone.is_empty() {
        let names: Vec<&str> = view.gone.iter().map(|class| class.name.as_str()).collect();
        lines.push(page.tn("停办了、不再算在这个批次里的班：{}。", &[&names.join("、")]));
    }
    let listed = view.classes.iter().map(|one| &one.class);
    for class in listed.filter(|class| class.status == ClassStatus::Cancelled) {
        lines.push(page.tn(
            "“{}”在名单封存以后停办了：名单和摇号文件不变，但这个班没有名额，摇中它的人按次序轮其余的志愿。",
            &[&class.name],
        ));
    }
    lines
}

/// Where a signup stands, as a tag.
pub(super) fn signup_tag(page: &Page, row: &SignupRow, round: &RoundRow) -> Tag {
    let word = |text: &'static str| page.t(text).to_owned();
    match (row.status, round.status) {
        (SignupStatus::Withdrawn, _) => Tag::quiet(word("已撤回")),
        (_, RoundStatus::Cancelled) => Tag::bad(word("批次已取消")),
        (_, RoundStatus::Published) if round.method.is_selection() => Tag::good(word("已公布结果")),
        _ if round.method == RoundMethod::Interview => Tag::waiting(word("已申请，等面试结果")),
        _ if round.method == RoundMethod::Manual => Tag::waiting(word("已申请，等学校选定")),
        (_, RoundStatus::Planned | RoundStatus::Sealed) => Tag::waiting(word("已申请，等摇号")),
        _ => Tag::good(word("已摇号")),
    }
}

/// What the public page says of who draws how: each line a rule.
pub(super) fn rules(page: &Page, row: &RoundRow) -> Vec<String> {
    let mut all = vec![page.t(row.audience.label()).to_owned()];
    all.push(page.tn("一个人一份申请，最多填 {} 个志愿，按先后排。", &[&row.wish_limit]));
    if row.companion_limit > 1 {
        all.push(page.tn(
            "夫妻、好友可以一起报，最多 {} 个人一份申请：要么一起有名额，要么都没有。",
            &[&row.companion_limit],
        ));
    }
    if row.ticket_cap > 1 && row.method == RoundMethod::Draw {
        all.push(page.tn(
            "每人一支签；以前在本校候补一直没有轮到的，每个学期多一支，最多 {} 支。一起报的按最少的算。",
            &[&row.ticket_cap],
        ));
    }
    match row.method {
        RoundMethod::Interview => all.push(
            page.t("截止后安排面试，时间和地点会告诉您；面试后学校记下录取、候补或未录取。")
                .to_owned(),
        ),
        RoundMethod::Manual => all.push(
            page.t("截止后由学校按开班要求选定：录取、候补或未录取。")
                .to_owned(),
        ),
        RoundMethod::Draw | RoundMethod::FirstCome => {}
    }
    if row.method.is_selection() {
        all.push(
            page.t("名单由两位工作人员先后核对才公布；未录取的会写明原因，候补按次序递补。")
                .to_owned(),
        );
    }
    if row.newcomer_percent > 0 && row.audience == Audience::Everyone {
        all.push(page.tn(
            "每个班留 {}% 的名额给没有在本校上过课的新学员。",
            &[&row.newcomer_percent],
        ));
    }
    all.push(page.t("早报晚报一样，截止前都可以撤回重报。").to_owned());
    all
}

//! The page on which a school sets its rules.

use super::actions::{self, View};
use super::model::{FeeMeanwhile, SchoolRules, SeatMeanwhile, Silence};
use crate::enrollments::id;
use crate::fees::ladder::Share;
use crate::fees::late::LateFee;
use crate::rounds::pages::value;
use crate::rounds::planning::other_orgs;
use axum::extract::Query;
use axum::response::Response;
use platform::web::{Posted, see_other};
use platform::{AppResult, Ctx};
use ui::respond::html_with;
use ui::{Choice, Field, Form, Lang, Notice, Page, Pairs};

#[derive(askama::Template)]
#[template(path = "school_rules/show.html")]
struct RulesPage {
    page: Page,
    org: String,
    from: String,
    other_orgs: Vec<(String, String)>,
    form: Form,
    /// Day and reason of each version, the last first.
    versions: Vec<(String, String)>,
}

/// Every word of a rule with what it means.
fn words<T: Copy>(all: &[T], word: fn(T) -> &'static str, label: fn(T) -> &'static str) -> Vec<Choice> {
    all.iter()
        .map(|one| Choice::new(word(*one), label(*one)))
        .collect()
}

fn fields() -> Vec<Field> {
    vec![
        Field::hidden("org"),
        Field::hidden("version"),
        Field::number("merge_days", "并班后，交过费的人几天内答复", 1, 30)
            .hint("默认 3 天；新的班第一次课以前就截止"),
        Field::radios(
            "merge_silence",
            "到时候没有答复的人",
            words(Silence::ALL, Silence::as_str, Silence::label),
        ),
        Field::number("transfer_weeks", "开课后几周内可以转班", 0, 20).hint("默认 4 周；0 是开课以后不能转"),
        Field::number("suspend_weeks", "开课后几周内可以申请休学", 0, 20)
            .hint("默认 2 周；过了这个时间，因病可以凭证明退出"),
        Field::number("suspend_terms", "休学以后，学籍保留到后面第几个学期", 0, 4).hint(
            "默认 1 个；0 是只到本学期结束。到时候没有复学的，学籍不再保留，学费按休学那天的退费规定退",
        ),
        Field::radios(
            "suspend_seat",
            "休学的人，名额怎么办",
            words(SeatMeanwhile::ALL, SeatMeanwhile::as_str, SeatMeanwhile::label),
        ),
        Field::radios(
            "suspend_fee",
            "休学的人，交过的学费怎么办",
            words(FeeMeanwhile::ALL, FeeMeanwhile::as_str, FeeMeanwhile::label),
        )
        .hint("留着的学费，复学时抵一个班的学费，差价退还"),
        Field::radios(
            "late_fee",
            "开课以后才报名的人",
            words(LateFee::ALL, LateFee::as_str, LateFee::label),
        ),
        Field::number("fee_hours", "网上报名，没交费的名额留几小时", 1, 336).hint("默认 48 小时"),
        Field::number("fee_days", "柜台和电话报名，没交费的名额留几个工作日", 1, 30).hint("默认 2 个"),
        Field::number("refund_whole", "上过几次课以内取消，学费全退", 0, 20).hint("默认 0，就是第一次课以前"),
        Field::number("refund_part", "上过几次课以内取消，按没上的课退", 0, 60).hint("默认 3 次"),
        Field::radios(
            "refund_late",
            "再晚取消",
            words(Share::ALL, Share::as_str, Share::label),
        ),
        Field::radios(
            "refund_proof",
            "再晚取消，因病、去世或搬家有证明的",
            words(Share::ALL, Share::as_str, Share::label),
        )
        .hint("学校停办、并班的，一直全退"),
        Field::number("absence_alert", "连续几次没来，提醒老师和班长", 1, 10).hint("默认 2 次；请假的不算"),
        Field::number("absence_row", "连续几次没来，提请学校决定是否清退", 2, 20)
            .hint("默认 4 次；系统只提醒，由人打过电话再决定"),
        Field::number(
            "absence_percent",
            "没请假没来的课占上过的课百分之几，也提请决定",
            10,
            100,
        )
        .hint("默认 33，就是三分之一"),
        Field::text("reason", "为什么改", 2, 100).hint("例如：校务会决定"),
    ]
}

fn filled(form: Form, rules: &SchoolRules) -> Form {
    form.fill("merge_days", rules.merge_days)
        .fill("merge_silence", rules.merge_silence.as_str())
        .fill("transfer_weeks", rules.transfer_weeks)
        .fill("suspend_weeks", rules.suspend_weeks)
        .fill("suspend_terms", rules.suspend_terms)
        .fill("suspend_seat", rules.suspend_seat.as_str())
        .fill("suspend_fee", rules.suspend_fee.as_str())
        .fill("late_fee", rules.late_fee.as_str())
        .fill("fee_hours", rules.fee_hours)
        .fill("fee_days", rules.fee_days)
        .fill("refund_whole", rules.refund_whole)
        .fill("refund_part", rules.refund_part)
        .fill("refund_late", rules.refund_late.as_str())
        .fill("refund_proof", rules.refund_proof.as_str())
        .fill("absence_alert", rules.absence_alert)
        .fill("absence_row", rules.absence_row)
        .fill("absence_percent", rules.absence_percent)
}

fn rules_page(ctx: &Ctx, view: View, form: Form, done: bool, status: u16) -> Response {
    let mut page = ui::desk_page(ctx, "办理规定");
    page.lang = Lang::Zh;
    if done {
        page = page.noticed(Notice::done("规定已改，从现在起按新的办；已经在办的照原来的。"));
    }
    let from = match &view.set_at {
        Some(org) if org.id == view.org.id => "自己定的".to_owned(),
        Some(org) => format!("按上级“{}”定的", org.name),
        None => "按系统默认".to_owned(),
    };
    let versions = view.versions.iter();
    let versions: Vec<_> = versions
        .map(|row| (page.date(row.set_at.date()), row.reason.clone()))
        .collect();
    html_with(
        status,
        &RulesPage {
            page,
            from,
            versions,
            other_orgs: other_orgs(&view.orgs, view.org.id, "/desk/school-rules"),
            org: view.org.name,
            form,
        },
    )
}

/// `GET /desk/school-rules`
pub(super) async fn show(ctx: Ctx, Query(query): Query<Pairs>) -> AppResult<Response> {
    let view = actions::show(&ctx, value(&query, "org").parse().ok()).await?;
    let form = filled(Form::blank(fields(), Lang::Zh), &view.rules)
        .fill("org", view.org.id)
        .fill("version", view.version());
    let done = value(&query, "done") == "set";
    Ok(rules_page(&ctx, view, form, done, 200))
}

/// What was typed; a word that is none stays as it was.
fn typed(form: &Form, before: &SchoolRules) -> SchoolRules {
    let number = |name: &str| form.number(name).unwrap_or_default();
    SchoolRules {
        merge_days: number("merge_days"),
        merge_silence: form.get("merge_silence").parse().unwrap_or(before.merge_silence),
        transfer_weeks: number("transfer_weeks"),
        suspend_weeks: number("suspend_weeks"),
        suspend_terms: number("suspend_terms"),
        suspend_seat: form.get("suspend_seat").parse().unwrap_or(before.suspend_seat),
        suspend_fee: form.get("suspend_fee").parse().unwrap_or(before.suspend_fee),
        late_fee: form.get("late_fee").parse().unwrap_or(before.late_fee),
        fee_hours: number("fee_hours"),
        fee_days: number("fee_days"),
        refund_whole: number("refund_whole"),
        refund_part: number("refund_part"),
        refund_late: form.get("refund_late").parse().unwrap_or(before.refund_late),
        refund_proof: form.get("refund_proof").parse().unwrap_or(before.refund_proof),
        absence_alert: number("absence_alert"),
        absence_row: number("absence_row"),
        absence_percent: number("absence_percent"),
    }
}

/// `POST /desk/school-rules`
pub(super) async fn set(ctx: Ctx, posted: Posted) -> AppResult<Response> {
    let org = id(posted.get("org"))?;
    let view = actions::show(&ctx, Some(org)).await?;
    let mut form = Form::from_pairs(fields(), Lang::Zh, &posted.0);
    if !form.is_valid() {
        return Ok(rules_page(&ctx, view, form, false, 422));
    }
    let rules = typed(&form, &view.rules);
    let seen = form.get("version").parse().unwrap_or_default();
    match actions::set(&ctx, org, &rules, form.get("reason"), seen).await {
        Ok(()) => Ok(see_other(&format!("/desk/school-rules?org={org}&done=set"))),
        Err(error) => {
            let status = form.take_up(error)?;
            // Shown again with the version of now: saving once more is a decision made with open eyes.
            let form = form.fill("version", view.version());
            Ok(rules_page(&ctx, view, form, false, status))
        }
    }
}

//! What this domain tells of a person, and how it erases it: enrolments stay without a name, seats become free.

mod store;

use crate::enrollments::model::label;
use crate::enrollments::store::{EnrollmentRow, live_of_person, set_status};
use crate::fees::model::receipt_text;
use crate::{EnrollmentId, EnrollmentStatus, SignupId, rounds};
use kernel::PersonId;
use platform::personal::{Cell, Erasing, Keeper, Retention, Rule, Section, Telling, erase_notes, happened};
use platform::{AppResult, Channel, Ctx, Event, Tx};
use serde_json::json;
use std::collections::BTreeMap;
use store::{Told, ToldDecision, ToldFee, ToldSignup};
use teaching::{ClassId, classes};

/// The keeper of enrolments.
pub const KEEPER: Keeper = Keeper {
    retention: &[
        Retention {
            what: "报名和学籍",
            table: "enrollment",
            rule: Rule::Kept,
            why: "只有编号、日期和状态；名额、结业率要和名册对得上。还没上完的班会取消。",
            days: None,
        },
        Retention {
            what: "报名批次里的申请",
            table: "signup",
            rule: Rule::Kept,
            why: "只有回执号、志愿和签数；公布过的摇号要能重新算。名单还没封存的会撤回，没公布的不再排名额。",
            days: None,
        },
        Retention {
            what: "报名申请里一起报的人",
            table: "signup_member",
            rule: Rule::Kept,
            why: "只有编号；一份申请几个人要和封存的名单对得上。没公布的不再排名额。",
            days: None,
        },
        Retention {
            what: "开始报名前的提前登记",
            table: "early_ask_member",
            rule: Rule::Deleted,
            why: "到点就变成报名，报名另外有记录。",
            days: Some(crate::early_asks::model::KEPT_DAYS),
        },
        Retention {
            what: "开始报名前的提前登记是谁留的",
            table: "early_ask",
            rule: Rule::Deleted,
            why: "到点就变成报名，报名另外有记录。",
            days: Some(crate::early_asks::model::KEPT_DAYS),
        },
        Retention {
            what: "手机上存下、到柜台接着办的报名",
            table: "handover",
            rule: Rule::Deleted,
            why: "只管当天；办好的报名另外有记录。",
            days: Some(crate::handover::model::KEPT_DAYS),
        },
        Retention {
            what: "试听",
            table: "trial",
            rule: Rule::Kept,
            why: "只有编号、日期和来没来；试听人数要对得上。还没上的会取消。",
            days: None,
        },
        Retention {
            what: "学费的收付和收据",
            table: "fee_posting",
            rule: Rule::Kept,
            why: "只有报名编号、金额和经办人；会计账要留三十年（《会计档案管理办法》），收据号不能断。",
            days: None,
        },
        Retention {
            what: "网上付学费",
            table: "fee_order",
            rule: Rule::Kept,
            why: "只有报名编号、金额和付款人的编号；要和账、支付机构的单子对得上。",
            days: None,
        },
        Retention {
            what: "签过的入学材料",
            table: "paper_signature",
            rule: Rule::Deleted,
            why: "签字只为上课；注销后报名都取消了，不用再留。替家人签的，只去掉姓名。",
            days: None,
        },
        Retention {
            what: "入学材料的规定",
            table: "paper_rule",
            rule: Rule::Kept,
            why: "只有规定和经办人的编号；按哪一版办的要能查。",
            days: None,
        },
        Retention {
            what: "入学材料的内容",
            table: "paper_text",
            rule: Rule::Kept,
            why: "只有内容和经办人的编号；签的是哪一版要能查。",
            days: None,
        },
        Retention {
            what: "并班的答复",
            table: "merge_answer",
            rule: Rule::Kept,
            why: "只有报名编号、去不去和时间；退费要和账对得上。",
            days: None,
        },
        Retention {
            what: "转班申请",
            table: "transfer",
            rule: Rule::Emptied,
            why: "原因和答复里的话删掉；编号、日期和结果要和名册、账对得上。",
            days: None,
        },
        Retention {
            what: "休学申请",
            table: "suspension",
            rule: Rule::Emptied,
            why: "原因和答复里的话删掉；编号、日期和结果要和名册、账对得上。",
            days: None,
        },
        Retention {
            what: "并班的经办人",
            table: "merge_run",
            rule: Rule::Kept,
            why: "只有班级编号、日期和经办人。",
            days: None,
        },
        Retention {
            what: "报名规则的经办人",
            table: "eligibility_rule",
            rule: Rule::Kept,
            why: "只有规则、日期和经办人的编号；按哪一版拒绝的要能查。",
            days: None,
        },
        Retention {
            what: "办理规定的经办人",
            table: "school_rule",
            rule: Rule::Kept,
            why: "只有规定、日期和经办人。",
            days: None,
        },
        Retention {
            what: "每日结账",
            table: "fee_closing",
            rule: Rule::Kept,
            why: "只有金额、原因和经办人；会计账要留三十年（《会计档案管理办法》）。",
            days: None,
        },
    ],
    tell: |ctx, person| -> Telling<'_> { Box::pin(tell(ctx, person)) },
    erase: |tx, person| -> Erasing<'_> { Box::pin(erase(tx, person)) },
};

async fn tell(ctx: &Ctx, person: PersonId) -> AppResult<Vec<Section>> {
    let rows = store::of_person(ctx.db(), person).await?;
    let ids: Vec<EnrollmentId> = rows.iter().map(|row| row.id).collect();
    let told = Section::new("enrollments", "报名和学籍", rows, |row: Told| {
        let channel = row.channel.parse().map_or("", Channel::label);
        vec![
            Cell::new("id", "报名编号", &row.id),
            Cell::new("class", "班级", &row.class),
            Cell::new("org", "学校", &row.org),
            Cell::new("status", "状态", &label(row.status)),
            Cell::new("channel", "方式", &channel),
            Cell::at("asked_at", "报名时间", Some(row.created_at)),
            Cell::at("changed_at", "最后变化", Some(row.changed_at)),
        ]
    });
    let title = "报名的经过";
    let history = happened(ctx.db(), "enrollment_events", title, "enrollment", &ids).await?;
    let [signups, decided, acts] = applied(ctx, person).await?;
    let (drafts, early) = not_enrolled_yet(ctx, person).await?;
    let transfers = tell_transfers(ctx, person).await?;
    let suspensions = tell_suspensions(ctx, person).await?;
    let fees = tell_fees(ctx, person).await?;
    let papers = tell_papers(ctx, person).await?;
    let trials = tell_trials(ctx, person).await?;
    Ok(vec![
        told,
        history,
        signups,
        decided,
        acts,
        drafts,
        early,
        trials,
        transfers,
        suspensions,
        fees,
        papers,
    ])
}

/// Wishes to change classes.
async fn tell_transfers(ctx: &Ctx, person: PersonId) -> AppResult<Section> {
    let transfers = crate::transfers::store::of_person(ctx.db(), person).await?;
    Ok(Section::new("transfers", "转班申请", transfers, |row| {
        vec![
            Cell::new("from", "从", &row.from_name),
            Cell::new("to", "转到", &row.to_name),
            Cell::new("status", "状态", &row.status.label()),
            Cell::new("reason", "原因", &row.reason),
            Cell::new("note", "学校的答复", &row.note),
            Cell::at("asked_at", "申请时间", Some(row.asked_at)),
        ]
    }))
}

/// Wishes to pause.
async fn tell_suspensions(ctx: &Ctx, person: PersonId) -> AppResult<Section> {
    let suspensions = crate::suspension::store::of_person(ctx.db(), person).await?;
    Ok(Section::new("suspensions", "休学申请", suspensions, |row| {
        vec![
            Cell::new("class", "班级", &row.class_name),
            Cell::new("status", "状态", &row.status.label()),
            Cell::new("reason", "原因", &row.reason),
            Cell::new("note", "学校的答复", &row.note),
            Cell::at("asked_at", "申请时间", Some(row.asked_at)),
        ]
    }))
}

/// What was paid for a person.
async fn tell_fees(ctx: &Ctx, person: PersonId) -> AppResult<Section> {
    let fees = store::fees_of(ctx.db(), person).await?;
    Ok(Section::new("fees", "学费的收付", fees, |row: ToldFee| {
        let receipt = row.receipt_year.zip(row.receipt_number);
        let receipt = receipt
            .map(|(year, number)| receipt_text(year, number))
            .unwrap_or_default();
        vec![
            Cell::new("class", "班级", &row.class),
            Cell::new("step", "事项", &row.kind.label()),
            Cell::new("method", "方式", &row.method.label()),
            Cell::new("amount", "金额", &kernel::Fen(row.amount_fen)),
            Cell::new("receipt", "收据号", &receipt),
            Cell::at("at", "时间", Some(row.at)),
        ]
    }))
}

/// What somebody applied for in rounds, what came of it, and what happened to it.
async fn applied(ctx: &Ctx, person: PersonId) -> AppResult<[Section; 3]> {
    let signups = store::signups_of(ctx.db(), person).await?;
    let ids: Vec<SignupId> = signups.iter().map(|row| row.id).collect();
    let signups = Section::new(
        "signups",
        "报名批次里的申请",
        signups,
        |row: ToldSignup| {
            let channel = row.channel.parse().map_or("", Channel::label);
            vec![
                Cell::new("receipt", "回执号", &row.receipt),
                Cell::new("round", "报名批次", &row.round),
                Cell::new("org", "学校", &row.org),
                Cell::new("tickets", "签数", &row.tickets),
                Cell::new("channel", "方式", &channel),
                Cell::at("applied_at", "申请时间", Some(row.created_at)),
            ]
        },
    );
    let decided = store::decisions_of(ctx.db(), person).await?;
    let decided = Section::new(
        "decisions",
        "报名申请的录取结果",
        decided,
        |row: ToldDecision| {
            vec![
                Cell::new("receipt", "回执号", &row.receipt),
                Cell::new("class", "班级", &row.class),
                Cell::new("outcome", "结果", &row.outcome.label()),
                Cell::new("reason", "原因", &row.reason),
            ]
        },
    );
    let title = "报名申请的经过";
    let acts = happened(ctx.db(), "signup_events", title, "signup", &ids).await?;
    Ok([signups, decided, acts])
}

/// What somebody has begun that is no enrolment yet.
async fn not_enrolled_yet(ctx: &Ctx, person: PersonId) -> AppResult<(Section, Section)> {
    let drafts = crate::handover::store::of_person(ctx.db(), person).await?;
    let drafts = Section::new("handovers", "到柜台接着办的报名", drafts, |row| {
        vec![
            Cell::new("class", "班级", &row.class_name),
            Cell::new("org", "学校", &row.org_name),
            Cell::new("day", "哪一天", &row.day),
            Cell::new("state", "状态", &row.state.as_str()),
        ]
    });
    let early = crate::early_asks::store::of_person(ctx.db(), person).await?;
    let early = Section::new("early_asks", "开始报名前的提前登记", early, |row| {
        vec![
            Cell::new("class", "班级", &row.class_name),
            Cell::at("opens", "开始报名", Some(row.opens)),
            Cell::new("outcome", "结果", &row.outcome),
        ]
    });
    Ok((drafts, early))
}

/// What was signed for a person, with who signed.
async fn tell_papers(ctx: &Ctx, person: PersonId) -> AppResult<Section> {
    let mut papers = Vec::new();
    for row in crate::declarations::store::of_person(ctx.db(), person).await? {
        let name = crate::declarations::actions::signer_name(ctx, &row)?;
        papers.push((row, name));
    }
    Ok(Section::new(
        "papers",
        "签过的入学材料",
        papers,
        |(row, name)| {
            vec![
                Cell::new("paper", "材料", &row.paper.label()),
                Cell::new("signer", "签字人", &name),
                Cell::new("relation", "签字人是学员的", &row.relation.label()),
                Cell::at("signed_at", "时间", Some(row.signed_at)),
                Cell::new("valid_until", "有效期到", &row.valid_until),
            ]
        },
    ))
}

/// Lessons that somebody tried.
async fn tell_trials(ctx: &Ctx, person: PersonId) -> AppResult<Section> {
    let trials = crate::trials::store::of_person(ctx.db(), person).await?;
    let mut known = BTreeMap::new();
    for row in &trials {
        known.insert(row.class_id, classes::find(ctx.db(), row.class_id).await?.name);
    }
    Ok(Section::new("trials", "试听", trials, |row| {
        vec![
            Cell::new(
                "class",
                "班级",
                &known.get(&row.class_id).cloned().unwrap_or_default(),
            ),
            Cell::new("state", "状态", &row.state.label()),
            Cell::at("asked_at", "约的时间", Some(row.created_at)),
        ]
    }))
}

/// Takes the person out of the draws that are not over; what they asked for while a list is open is withdrawn.
async fn leave_draws(tx: &Tx, person: PersonId) -> AppResult<Vec<Event>> {
    let open = rounds::store::open_signups_of(tx, person).await?;
    for signup in &open {
        rounds::store::withdraw(tx, signup.id, tx.ctx().now()).await?;
    }
    rounds::store::leave(tx, person).await?;
    let all = store::signups_of(tx, person).await?;
    let all: Vec<SignupId> = all.into_iter().map(|row| row.id).collect();
    erase_notes(tx, "signup", &all).await?;
    rounds::selection::store::forget(tx, &all).await?;
    let event = |signup: &rounds::store::SignupRow| {
        Event::new("signup.withdrawn", "signup", signup.id)
            .at(signup.org_id)
            .on_behalf_of(person)
            .data(json!({ "round": signup.round_id, "because": "erased" }))
    };
    Ok(open.iter().map(event).collect())
}

/// Gives up the lessons that are booked.
async fn leave_trials(tx: &Tx, person: PersonId) -> AppResult<Vec<Event>> {
    let mut booked = crate::trials::store::of_person(tx, person).await?;
    booked.retain(|row| row.state == crate::trials::TrialState::Booked);
    let ids: Vec<crate::TrialId> = booked.iter().map(|row| row.id).collect();
    let now = tx.ctx().now();
    crate::trials::store::set(tx, &ids, crate::trials::TrialState::Cancelled, now).await?;
    let event = |row: &crate::trials::store::TrialRow| {
        Event::new("trial.cancelled", "trial", row.id)
            .at(row.org_id)
            .on_behalf_of(person)
            .data(json!({ "class": row.class_id, "because": "erased" }))
    };
    Ok(booked.iter().map(event).collect())
}

/// Ends pauses that hold no seat: what stayed for the return goes back.
async fn pauses_over(tx: &Tx, person: PersonId, resting: &[EnrollmentId]) -> AppResult<Vec<Event>> {
    let pauses = crate::suspension::store::pauses(tx, resting).await?;
    let stayed = pauses
        .iter()
        .filter(|pause| pause.fee == Some(crate::school_rules::FeeMeanwhile::Carry));
    let stayed: Vec<EnrollmentId> = stayed.map(|pause| pause.id).collect();
    let mut events = crate::fees::ledger::leave(tx, &stayed, crate::fees::ladder::Cause::Suspended).await?;
    for row in crate::enrollments::store::find_many(tx, resting).await? {
        let event = Event::new("enrollment.withdrawn", "enrollment", row.id)
            .at(row.org_id)
            .on_behalf_of(person)
            .data(json!({ "class": row.class_id, "from": row.status.as_str(), "because": "erased" }));
        events.push(event);
    }
    Ok(events)
}

/// Gives up what is live, so that the seats go to others, and erases the words written about the person's enrolments.
async fn erase(tx: &Tx, person: PersonId) -> AppResult<Vec<Event>> {
    let live = live_of_person(tx, person).await?;
    let mut of_class: BTreeMap<ClassId, Vec<&EnrollmentRow>> = BTreeMap::new();
    for row in &live {
        of_class.entry(row.class_id).or_default().push(row);
    }
    // In order of id, as the seat desk locks them after the person.
    let locks: Vec<i64> = of_class.keys().map(|class| class.raw()).collect();
    tx.lock_all("class", &locks).await?;
    for (class, rows) in of_class {
        let seats = rows.iter().filter(|row| row.status.holds_seat()).count();
        let waits = rows.len() - seats;
        let class = classes::find(tx, class).await?;
        let less = |count: i64, by: usize| (count - i64::try_from(by).unwrap_or(0)).max(0);
        let (enrolled, waitlisted) = (less(class.enrolled, seats), less(class.waitlisted, waits));
        classes::set_seat_counts(tx, &[(class.id, enrolled, waitlisted)]).await?;
    }
    let mut ids: Vec<EnrollmentId> = live.iter().map(|row| row.id).collect();
    // A pause without a seat holds a place too, and perhaps a fee.
    let resting = crate::suspension::store::resting_of(tx, person).await?;
    let mut events = pauses_over(tx, person, &resting).await?;
    ids.extend(resting);
    if !ids.is_empty() {
        set_status(tx, &ids, EnrollmentStatus::Withdrawn, tx.ctx().now()).await?;
    }
    let all = store::of_person(tx, person).await?;
    let all: Vec<EnrollmentId> = all.into_iter().map(|row| row.id).collect();
    erase_notes(tx, "enrollment", &all).await?;
    crate::handover::store::erase(tx, person).await?;
    crate::early_asks::store::erase(tx, person).await?;
    crate::declarations::store::erase(tx, person).await?;
    crate::transfers::store::erase(tx, person).await?;
    crate::suspension::store::erase(tx, person).await?;
    events.extend(leave_draws(tx, person).await?);
    events.extend(leave_trials(tx, person).await?);
    let left: Vec<EnrollmentId> = live.iter().map(|row| row.id).collect();
    events.extend(crate::fees::ledger::leave(tx, &left, crate::fees::ladder::Cause::Withdrawn).await?);
    let event = |row: &EnrollmentRow| {
        Event::new("enrollment.withdrawn", "enrollment", row.id)
            .at(row.org_id)
            .on_behalf_of(person)
            .data(json!({ "class": row.class_id, "from": row.status.as_str(), "because": "erased" }))
    };
    events.extend(live.iter().map(event));
    Ok(events)
}

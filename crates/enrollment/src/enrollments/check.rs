//! The page on which one checks an enrolment before one presses: what it is, what it costs, and whether it can be had.

use super::actions::{self, Before};
use super::model;
use super::pages::{TOGETHER, id};
use crate::EnrollmentId;
use crate::companions;
use crate::early_asks;
use crate::eligibility::standing::{self, RuleStanding};
use crate::first_come;
use crate::for_whom;
use crate::seat_desk::{Refusal, foresight};
use axum::extract::Path;
use axum::response::Response;
use people::family::Beneficiary;
use people::persons::PersonBrief;
use platform::web::see_other;
use platform::{AppResult, Ctx};
use teaching::classes::ClassRow;
use ui::respond::html;
use ui::{Field, Form, Page};

#[derive(askama::Template)]
#[template(path = "enrollments/check.html")]
pub(super) struct CheckPage {
    page: Page,
    class: ClassRow,
    place: String,
    person: PersonBrief,
    when: String,
    fee: String,
    rules: Vec<String>,
    full: bool,
    /// Seats kept for others, where none is left on line for this person.
    kept: Vec<String>,
    held: Option<EnrollmentId>,
    /// Who may enrol when, if the class has rounds.
    windows: Vec<String>,
    /// Names and enrolments of those helped who have this class already.
    helped_held: Vec<(String, EnrollmentId)>,
    /// For whom, where there is a choice.
    choice: Option<Form>,
    /// What the counter should know of it.
    pub(super) note: Form,
    /// Who comes along.
    pub(super) together: Form,
    /// Whether an ask can be left for the opening.
    early: early_asks::Door,
    /// Why nobody who is meant can enrol now, and the ways on.
    shut: Option<(String, Vec<platform::Door>)>,
    /// Where there is a choice: names of those who cannot, and why, but for the school's rules.
    clashes: Vec<(String, String)>,
    /// The school's further rules, and how they stand for each person who may be meant.
    eligibility: Vec<(String, Vec<RuleStanding>)>,
}

/// `GET /classes/{id}/enroll`: check the answers.
pub(super) async fn check(ctx: Ctx, Path(class): Path<String>) -> AppResult<Response> {
    if let Some(round) = actions::round_of(&ctx, id(&class)?).await? {
        return Ok(see_other(&format!("/rounds/{round}/apply?class={class}")));
    }
    Ok(html(&check_page(&ctx, &class).await?))
}

pub(super) async fn check_page(ctx: &Ctx, class: &str) -> AppResult<CheckPage> {
    let Before {
        class,
        place,
        who: person,
        held,
        helped,
    } = actions::before(ctx, id(class)?).await?;
    let plan = first_come::actions::plan_for(ctx, class.id, person.id).await?;
    let page = ui::learner_page(ctx, "核对报名");
    // Where there is a choice for whom, the rounds are asked when it is known.
    let alone = helped.is_empty();
    let free = match alone {
        true => plan.free(&class, person.id, false, ctx.now()),
        false => class.capacity - class.enrolled,
    };
    let kept = match alone && free <= 0 {
        true => first_come::kept_lines(&page, &plan, &class, ctx.now()),
        false => Vec::new(),
    };
    let papers = actions::papers_of(ctx, &class).await?;
    let school = crate::school_rules::of(ctx.db(), class.org_id).await?;
    let eligibility = eligibility(ctx, &class, (&person, held), &helped).await?;
    let Foreseen { shut, clashes } = foreseen(ctx, &page, &class, (&person, held), &helped).await?;
    let shut = shut.map(|refusal| told(&page, &refusal, &eligibility));
    Ok(CheckPage {
        early: early_asks::door(&page, &class, &plan, person.id, ctx),
        note: Form::blank(note_fields(), page.lang),
        together: Form::blank(companions::fields(TOGETHER), page.lang),
        choice: choice(&page, &person, held, &helped),
        helped_held: helped
            .into_iter()
            .filter_map(|(one, held)| Some((one.name, held?)))
            .collect(),
        when: model::when(&page, &class),
        fee: fee_now(ctx, &page, &class).await?,
        rules: rules(&page, &class, papers.as_deref(), &school),
        windows: first_come::lines(&page, &plan),
        full: free <= 0,
        kept,
        shut,
        clashes,
        eligibility,
        page,
        class,
        place,
        person,
        held,
    })
}

/// What is typed for the counter.
pub(super) fn note_fields() -> Vec<Field> {
    vec![Field::textarea("note", "要对柜台说的话", 200).optional()]
}

/// How the school's rules stand for everybody who may be meant and has not this class yet; nothing without rules.
async fn eligibility(
    ctx: &Ctx,
    class: &ClassRow,
    own: (&PersonBrief, Option<EnrollmentId>),
    helped: &[(Beneficiary, Option<EnrollmentId>)],
) -> AppResult<Vec<(String, Vec<RuleStanding>)>> {
    let mut all = Vec::new();
    for (person, name) in meant(own, helped) {
        let rules = standing::of(ctx, class.id, person).await?;
        if !rules.is_empty() {
            all.push((name, rules));
        }
    }
    Ok(all)
}

/// What the desk would say to those who may be meant.
struct Foreseen {
    /// Why none of them can enrol now, where it is the same for all.
    shut: Option<Refusal>,
    /// Otherwise names of those who cannot, and why.
    clashes: Vec<(String, String)>,
}

/// Asks the desk's rules before anybody presses: a clash of times is better read on this page than on the next.
async fn foreseen(
    ctx: &Ctx,
    page: &Page,
    class: &ClassRow,
    own: (&PersonBrief, Option<EnrollmentId>),
    helped: &[(Beneficiary, Option<EnrollmentId>)],
) -> AppResult<Foreseen> {
    let (ids, names): (Vec<kernel::PersonId>, Vec<String>) = meant(own, helped).into_iter().unzip();
    let refusals = foresight::refusals(ctx, class.id, &ids, false).await?;
    let mut told = refusals.iter().flatten().map(Refusal::sentence);
    let one_for_all = told.next().is_some_and(|first| told.all(|other| other == first));
    if one_for_all && refusals.iter().all(Option::is_some) {
        return Ok(Foreseen {
            shut: refusals.into_iter().flatten().next(),
            clashes: Vec::new(),
        });
    }
    let refused = names.into_iter().zip(refusals);
    // Their verdict on the school's rules stands beside the rules.
    let said = |refusal: Refusal| {
        (!matches!(refusal, Refusal::Rule { .. })).then(|| page.retell(refusal.sentence()))
    };
    let clashes = refused.filter_map(|(name, refusal)| Some((name, said(refusal?)?)));
    Ok(Foreseen {
        shut: None,
        clashes: clashes.collect(),
    })
}

/// A refusal on this page, and the ways on: what the school's rules say in the words of the rules.
fn told(
    page: &Page,
    refusal: &Refusal,
    eligibility: &[(String, Vec<RuleStanding>)],
) -> (String, Vec<platform::Door>) {
    let own = eligibility
        .first()
        .map(|(_, rules)| rules.as_slice())
        .unwrap_or_default();
    let by_rule = own.iter().find(|rule| rule.refuses());
    match (refusal, by_rule) {
        (Refusal::Rule { .. }, Some(rule)) => (
            page.tn("按学校的报名规则，现在还不能报：{}", &[&rule.words]),
            rule.door.clone().into_iter().collect(),
        ),
        (Refusal::BirthUnknown, Some(rule)) => (
            page.t("学校的报名规则要看年龄，您还没有登记出生日期。")
                .to_owned(),
            rule.door.clone().into_iter().collect(),
        ),
        _ => (page.retell(refusal.sentence()), refusal.doors()),
    }
}

/// Who may be meant and has not this class yet: oneself and those for whom one acts.
fn meant(
    (own, held): (&PersonBrief, Option<EnrollmentId>),
    helped: &[(Beneficiary, Option<EnrollmentId>)],
) -> Vec<(kernel::PersonId, String)> {
    let own = held.is_none().then(|| (own.id, own.name.clone()));
    let others = helped.iter().filter(|(_, held)| held.is_none());
    let others = others.map(|(one, _)| (one.person, one.name.clone()));
    own.into_iter().chain(others).collect()
}

/// What a class costs who enrols now; who joins late reads for what they pay.
pub(super) async fn fee_now(ctx: &Ctx, page: &Page, class: &ClassRow) -> AppResult<String> {
    let due = crate::fees::late::now(ctx, class).await?;
    let whole = model::fee(page, class.fee_fen);
    Ok(match due.begun {
        0 => whole,
        begun => match due.lessons {
            Some(left) => page.tn(
                "{}（已经上了 {} 次课，按剩下的 {} 次课交；全部是 {}）",
                &[&model::fee(page, due.fen), &begun, &left, &whole],
            ),
            None if class.fee_fen > 0 => page.tn("{}（已经上了 {} 次课，学费按全部交）", &[&whole, &begun]),
            None => whole,
        },
    })
}

/// For whom somebody enrols who may act for others: themselves and those who have not this class yet.
fn choice(
    page: &Page,
    own: &PersonBrief,
    held: Option<EnrollmentId>,
    helped: &[(Beneficiary, Option<EnrollmentId>)],
) -> Option<Form> {
    if helped.is_empty() {
        return None;
    }
    let free = helped.iter().filter(|(_, held)| held.is_none());
    let own = held.is_none().then_some(own);
    let (field, first) = for_whom::question(page, "替谁报名", own, free.map(|(one, _)| one))?;
    Some(Form::blank(vec![field], page.lang).fill("for", first))
}

fn rules(
    page: &Page,
    class: &ClassRow,
    papers: Option<&crate::declarations::Papers>,
    school: &crate::school_rules::SchoolRules,
) -> Vec<String> {
    let mut all = vec![page.tn("到课 {}% 以上算完成，发给证书。", &[&class.pass_percent])];
    match (class.age_min, class.age_max) {
        (Some(min), Some(max)) => all.push(page.tn("开课那天要满 {} 岁，不超过 {} 岁。", &[&min, &max])),
        (Some(min), None) => all.push(page.tn("开课那天要满 {} 岁。", &[&min])),
        (None, Some(max)) => all.push(page.tn("开课那天不超过 {} 岁。", &[&max])),
        (None, None) => {}
    }
    if !class.residence_note.is_empty() {
        all.push(class.residence_note.clone());
    }
    if let Some(papers) = papers {
        all.extend(crate::declarations::sentences(page, papers, class.risk));
    }
    if class.fee_fen > 0 {
        all.push(page.tn(
            "名额先给您留着：网上报名留 {} 小时，柜台和电话报名留 {} 个工作日。交了学费才算报上。",
            &[&school.fee_hours, &school.fee_days],
        ));
        all.push(school.ladder().words(page));
    }
    all.push(page.t("来不了可以取消，名额让给候补的人。").to_owned());
    all
}

#[cfg(test)]
mod tests {
    use crate::testing::stage;
    use db::args;
    use serde_json::{Value, json};
    use testkit::world::{ClassPlan, class};

    #[tokio::test(flavor = "multi_thread")]
    async fn the_check_page_offers_nothing_that_would_be_refused() {
        let stage = stage(5, 1).await;
        let page = format!("/classes/{}/enroll", stage.class);
        let learner = stage.as_learner(0);
        assert!(learner.get(&page).await.shows("报名这个班"));
        let sql = |change: &str| format!("UPDATE class SET {change} WHERE id = $1 {{unscoped: test}}");
        for (change, sentence) in [
            ("enrollment_closes = enrollment_opens", "报名已在"),
            ("status = 'closed'", "这个班已经结束，不再报名"),
            ("status = 'cancelled'", "“书法入门”已停课"),
        ] {
            let system = stage.app.system();
            let tx = system.begin().await.unwrap();
            tx.exec(&sql(change), args![stage.class]).await.unwrap();
            let event = platform::Event::new("test.changed", "class", stage.class);
            tx.commit(vec![event]).await.unwrap();
            let shown = learner.get(&page).await;
            assert!(
                shown.shows(sentence) && shown.shows("看还有名额的班"),
                "{change}: {}",
                shown.body
            );
            assert!(!shown.body.contains("action=\"/classes/"), "{change}");
            let refused = learner.post(&page, &[]).await;
            assert!(
                refused.status == 409 && refused.shows(sentence),
                "{change}: {}",
                refused.body
            );
        }
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn a_clash_of_times_is_told_before_anybody_presses() {
        let stage = stage(5, 2).await;
        stage.enroll(1).await;
        let other = ClassPlan {
            name: "合唱".into(),
            ..ClassPlan::default()
        };
        let other = class(&stage.app.platform, &stage.world.here, &other).await;
        let other = kernel::Id::<()>::from_raw(other);
        let page = format!("/classes/{other}/enroll");
        let sentence = "和已报的“书法入门”时间冲突";
        let (daughter, mother) = (stage.as_learner(0), stage.as_learner(1));
        let shown = mother.get(&page).await;
        assert!(
            shown.shows(sentence) && !shown.body.contains("action=\"/classes/"),
            "{}",
            shown.body
        );
        let counter = format!("/desk/counter/{}/{other}", stage.people[1]);
        assert!(stage.as_registrar().get(&counter).await.shows(sentence));
        assert!(daughter.get(&page).await.shows("报名这个班"), "she is free");
        stage.linked().await;
        let shown = daughter.get(&page).await;
        assert!(
            shown.shows(sentence) && shown.shows("报名这个班"),
            "one of two: {}",
            shown.body
        );
        let own = format!("/api/v1/classes/{}/enrollments", stage.class);
        daughter.call(201, "POST", &own, &json!({})).await;
        let shown = daughter.get(&page).await;
        assert!(
            shown.shows(sentence) && !shown.shows("报名这个班"),
            "none of two: {}",
            shown.body
        );
        let kept = daughter
            .call(200, "GET", "/api/v1/me/enrollments", &Value::Null)
            .await;
        assert_eq!(
            kept["items"].as_array().map(Vec::len),
            Some(1),
            "looking keeps nothing: {kept}"
        );
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn the_last_seat_is_for_any_of_those_who_may_be_meant() {
        let stage = stage(1, 4).await;
        let full = ClassPlan {
            name: "合唱".into(),
            starts: "14:00".into(),
            capacity: 1,
            ..ClassPlan::default()
        };
        let full = class(&stage.app.platform, &stage.world.here, &full).await;
        let full = format!("/api/v1/classes/{}/enrollments", kernel::Id::<()>::from_raw(full));
        let ask = json!({});
        stage.as_learner(2).call(201, "POST", &full, &ask).await;
        stage.as_learner(1).call(201, "POST", &full, &ask).await;
        stage.linked().await;
        let tx = stage.app.system().begin().await.unwrap();
        let sql = "UPDATE term SET class_limit = 1 WHERE id > 0 {unscoped: test}";
        tx.exec(sql, &[]).await.unwrap();
        let event = platform::Event::new("test.changed", "term", stage.class);
        tx.commit(vec![event]).await.unwrap();
        let page = format!("/classes/{}/enroll", stage.class);
        let daughter = stage.as_learner(0);
        let free = daughter.get(&page).await;
        assert!(!free.shows("现在报不了"), "{}", free.body);
        stage.enroll(3).await;
        let taken = daughter.get(&page).await;
        assert!(taken.shows("现在报不了"), "she waits already: {}", taken.body);
    }
}

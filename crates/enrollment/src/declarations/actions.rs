//! Seeing what is owed, and signing.

use super::jobs::SIGNED;
use super::load::{self, Due};
use super::model::{Paper, Signer, is_own_name};
use super::store::{self, SignatureRow, TextRow};
use crate::enrollments::actions::desk_channel;
use crate::enrollments::store::{self as enrollments, EnrollmentRow};
use crate::seat_desk::{Ask, Asked, place_drawn};
use crate::{EnrollmentId, EnrollmentStatus, PaperTextId, SignatureId};
use kernel::PersonId;
use people::family;
use people::persons::{self, PersonBrief};
use platform::{AppError, AppResult, Channel, Ctx, Event, Permission, Waiting, job};
use serde_json::json;
use std::collections::{BTreeMap, HashMap};
use teaching::ClassId;
use teaching::classes::{self, ClassRow};

const DAY_SECS: i64 = 86_400;
/// Enrolments looked through for what a person owes.
const LOOKED: i64 = 100;
/// Letters of a signer's name.
const NAME: usize = 40;

/// What is owed for an enrolment.
#[derive(Debug, Clone)]
pub struct Owing {
    /// The enrolment.
    pub row: EnrollmentRow,
    /// Its class.
    pub class: ClassRow,
    /// The papers, each with its words.
    pub papers: Vec<TextRow>,
    /// How to sign and what to bring, in the school's words.
    pub bring: String,
}

/// Somebody's papers.
#[derive(Debug, Clone)]
pub struct Folder {
    /// Whose.
    pub person: PersonBrief,
    /// What is owed.
    pub owing: Vec<Owing>,
    /// What was signed, newest first.
    pub signed: Vec<SignatureRow>,
}

async fn folder(ctx: &Ctx, person: PersonId) -> AppResult<Folder> {
    let db = ctx.db();
    let rows = enrollments::of_person(db, person, None, LOOKED).await?;
    Ok(Folder {
        person: persons::find(db, person).await?,
        owing: owing(ctx, rows).await?,
        signed: store::of_person(db, person).await?,
    })
}

/// What is owed for these enrolments; those that are over or owe nothing are left out.
async fn owing(ctx: &Ctx, mut rows: Vec<EnrollmentRow>) -> AppResult<Vec<Owing>> {
    rows.retain(|row| row.status.is_live());
    let pairs: Vec<(PersonId, ClassId)> = rows.iter().map(|row| (row.person_id, row.class_id)).collect();
    let due = load::due(ctx.db(), &pairs, ctx.today()).await?;
    let mut all = Vec::new();
    for row in rows {
        if let Some(due) = due.get(&(row.person_id, row.class_id)) {
            all.push(Owing {
                class: classes::find(ctx.db(), row.class_id).await?,
                papers: texts(due),
                bring: due.papers.rule.bring.clone(),
                row,
            });
        }
    }
    Ok(all)
}

fn texts(due: &Due) -> Vec<TextRow> {
    let text = |paper: &Paper| due.papers.text(*paper).cloned();
    due.owed.iter().filter_map(text).collect()
}

/// One's own papers first, then those of people for whom one may act.
///
/// # Errors
/// [`AppError::SignInNeeded`].
pub async fn mine(ctx: &Ctx) -> AppResult<Vec<Folder>> {
    let mut all = vec![folder(ctx, ctx.person()?).await?];
    for one in family::beneficiaries(ctx).await? {
        all.push(folder(ctx, one.person).await?);
    }
    Ok(all)
}

/// What is owed for an enrolment of one's own or of somebody for whom one may act, or one in the clerk's scope.
///
/// # Errors
/// [`AppError::NotFound`] for everybody else.
pub async fn of_enrollment(ctx: &Ctx, id: EnrollmentId) -> AppResult<(EnrollmentRow, Option<Owing>)> {
    let row = match own(ctx, id).await {
        Err(AppError::NotFound) => {
            enrollments::find_within(ctx.db(), &ctx.reach(Permission::EnrollmentAct), id).await?
        }
        other => other?.0,
    };
    let owing = owing(ctx, vec![row.clone()]).await?.pop();
    Ok((row, owing))
}

/// An enrolment with what the signed-in person is to its learner; nothing for a carer.
async fn own(ctx: &Ctx, id: EnrollmentId) -> AppResult<(EnrollmentRow, Option<Signer>)> {
    let person = ctx.person()?;
    let row = enrollments::find(ctx.db(), id).await?;
    if row.person_id == person {
        return Ok((row, Some(Signer::Own)));
    }
    let link = family::link(ctx, row.person_id).await?;
    Ok((row, Signer::of(link.relation)))
}

/// The words of a paper that is owed, as the signed-in person reads them.
///
/// # Errors
/// [`AppError::NotFound`] when it is not theirs to see, or not owed.
pub async fn read(ctx: &Ctx, id: EnrollmentId, paper: Paper) -> AppResult<(Owing, TextRow, bool)> {
    let (row, signer) = own(ctx, id).await?;
    let owing = owing(ctx, vec![row]).await?.pop().ok_or(AppError::NotFound)?;
    let text = owing.papers.iter().find(|text| text.paper == paper).cloned();
    let may = signer.is_some_and(|signer| signer.may_sign(paper));
    Ok((owing, text.ok_or(AppError::NotFound)?, may))
}

/// Signs a paper on line: the learner their own, a member of the family the consent.
///
/// # Errors
/// [`AppError::NotFound`] for everybody else; [`AppError::Refused`] `not_yours_to_sign`, `text_changed`.
pub async fn sign(ctx: &Ctx, id: EnrollmentId, paper: Paper, text: PaperTextId) -> AppResult<EnrollmentRow> {
    let (row, signer) = own(ctx, id).await?;
    let Some(signer) = signer.filter(|signer| signer.may_sign(paper)) else {
        return Err(not_yours(paper));
    };
    let channel = match signer {
        Signer::Own => ctx.channel,
        _ => Channel::Family,
    };
    let person = ctx.person()?;
    let name = persons::find(ctx.db(), person).await?.name;
    let signing = Signing {
        paper,
        text,
        relation: signer,
        name,
        signer: Some(person),
        channel,
    };
    write(ctx, &row, signing).await?;
    Ok(row)
}

fn not_yours(paper: Paper) -> AppError {
    let sentence = match paper {
        Paper::Consent => {
            "同意书要儿女、配偶或其他亲属来签：家人先在“家人代办”里和您连上，就能在网上签；也可以陪您到柜台签。"
        }
        Paper::Health | Paper::Risks => "这份材料要学员本人签：本人在网上签，或到学校柜台签。",
    };
    AppError::refused_with_door("not_yours_to_sign", sentence, "看家人代办", "/me/family")
}

/// What a clerk writes down of a signed paper.
#[derive(Debug, Clone)]
pub struct Recorded {
    /// Which paper.
    pub paper: Paper,
    /// The words on it.
    pub text: PaperTextId,
    /// Who signed.
    pub name: String,
    /// What they are to the learner.
    pub relation: Signer,
}

/// Records a paper that was signed at the counter.
///
/// # Errors
/// [`AppError::NotFound`] outside the scope; [`AppError::Invalid`] beside the field that is wrong.
pub async fn record(ctx: &Ctx, id: EnrollmentId, recorded: Recorded) -> AppResult<EnrollmentRow> {
    let scope = ctx.may(Permission::EnrollmentAct)?;
    let row = enrollments::find_within(ctx.db(), &scope, id).await?;
    let name = kernel::bounded(&recorded.name, 2, NAME, "签字人姓名")
        .map_err(|wrong| AppError::invalid("signer_name", wrong))?;
    if !recorded.relation.may_sign(recorded.paper) {
        let sentence = match recorded.paper {
            Paper::Consent => "同意书要家人签，请选签字人是学员的什么人。",
            Paper::Health | Paper::Risks => "这份材料要学员本人签，请选“本人”。",
        };
        return Err(AppError::invalid("relation", sentence));
    }
    let learner = persons::find(ctx.db(), row.person_id).await?.name;
    if recorded.paper == Paper::Consent && is_own_name(&name, &learner) {
        let sentence = format!(
            "“{learner}”是学员自己的名字。{}由家人签，这里请写签字的{}自己的姓名。",
            recorded.paper.label(),
            recorded.relation.label()
        );
        return Err(AppError::invalid("signer_name", sentence));
    }
    let signing = Signing {
        paper: recorded.paper,
        text: recorded.text,
        signer: (recorded.relation == Signer::Own).then_some(row.person_id),
        relation: recorded.relation,
        name,
        channel: desk_channel(ctx),
    };
    write(ctx, &row, signing).await?;
    Ok(row)
}

struct Signing {
    paper: Paper,
    text: PaperTextId,
    relation: Signer,
    name: String,
    signer: Option<PersonId>,
    channel: Channel,
}

/// The place to which a signer's name is sealed.
#[must_use]
pub fn signer_place(id: SignatureId) -> String {
    format!("paper_signature.signer.{id}")
}

/// Keeps the signature, then has the seat desk confirm what waited for nothing else. What is not owed stays as it is.
async fn write(ctx: &Ctx, row: &EnrollmentRow, signing: Signing) -> AppResult<()> {
    let tx = ctx.begin().await?;
    tx.lock("person", row.person_id.raw()).await?;
    let due = load::due(&tx, &[(row.person_id, row.class_id)], ctx.today()).await?;
    let due = due.get(&(row.person_id, row.class_id));
    let Some(due) = due.filter(|due| due.owed.contains(&signing.paper)) else {
        return Ok(());
    };
    if due.papers.text(signing.paper).map(|text| text.id) != Some(signing.text) {
        return Err(AppError::refused_with_door(
            "text_changed",
            "学校刚刚改了这份材料的内容。请重新看一遍，再签。",
            "看我的材料",
            "/me/papers",
        ));
    }
    let id: SignatureId = ctx.new_id();
    let signature = SignatureRow {
        id,
        org_id: row.org_id,
        person_id: row.person_id,
        paper: signing.paper,
        text_id: signing.text,
        relation: signing.relation,
        signer_person: signing.signer,
        signer_sealed: Some(ctx.platform.keys.seal(&signing.name, &signer_place(id))),
        channel: signing.channel,
        signed_at: ctx.now(),
        valid_until: ctx.now().plus_secs(due.papers.rule.valid_days * DAY_SECS).date(),
        actor_person: ctx.actor.person,
    };
    store::insert(&tx, &signature).await?;
    job::enqueue(&tx, SIGNED, &json!({ "person": row.person_id }), ctx.now(), None).await?;
    let mut event = Event::new("paper.signed", "paper_signature", id)
        .at(row.org_id)
        .via(signing.channel)
        .data(json!({
            "paper": signing.paper, "text": signing.text, "rule": due.papers.rule.id,
            "relation": signing.relation, "enrollment": row.id,
        }));
    if ctx.actor.person != Some(row.person_id) {
        event = event.on_behalf_of(row.person_id);
    }
    tx.commit(vec![event]).await?;
    confirm(ctx, row.person_id).await?;
    Ok(())
}

/// Has the seat desk confirm the seats of a person that were kept only for papers; gives how many it did.
pub(super) async fn confirm(ctx: &Ctx, person: PersonId) -> AppResult<usize> {
    let rows = enrollments::live_of_person(ctx.db(), person).await?;
    let kept = rows
        .iter()
        .filter(|row| row.status == EnrollmentStatus::Reserved && row.due_fen == 0);
    let asks: Vec<Asked> = kept
        .map(|row| Asked {
            ask: Ask::Sign {
                person,
                class: row.class_id,
                enrollment: row.id,
            },
            by: ctx.actor.person,
            channel: ctx.channel,
            reason: String::new(),
            key: None,
        })
        .collect();
    if asks.is_empty() {
        return Ok(0);
    }
    let mut confirmed = 0;
    for answer in place_drawn(&ctx.platform, &asks).await {
        confirmed += usize::from(answer?.is_some_and(|answer| answer.fresh));
    }
    Ok(confirmed)
}

/// A signature to read and print.
#[derive(Debug, Clone)]
pub struct Copy {
    /// The signature.
    pub row: SignatureRow,
    /// The words that were signed.
    pub text: TextRow,
    /// The learner.
    pub learner: PersonBrief,
    /// Who signed.
    pub signer: String,
    /// Name of the school.
    pub org: String,
}

/// A signature: for the learner, who acts for them, and staff in whose scope it was given.
///
/// # Errors
/// [`AppError::NotFound`] for everybody else.
pub async fn copy(ctx: &Ctx, id: SignatureId) -> AppResult<Copy> {
    let person = ctx.person()?;
    let row = store::find(ctx.db(), id).await?;
    let own = row.person_id == person || family::link(ctx, row.person_id).await.is_ok();
    if !own {
        store::find_within(ctx.db(), &ctx.reach(Permission::EnrollmentAct), id).await?;
    }
    Ok(Copy {
        text: store::text(ctx.db(), row.text_id).await?,
        learner: persons::find(ctx.db(), row.person_id).await?,
        signer: signer_name(ctx, &row)?,
        org: orgs::tree::find(ctx.db(), row.org_id).await?.name,
        row,
    })
}

/// The name under a signature; empty when it was erased.
pub(crate) fn signer_name(ctx: &Ctx, row: &SignatureRow) -> AppResult<String> {
    let open = |sealed: &String| ctx.platform.keys.open(sealed, &signer_place(row.id));
    let name = row.signer_sealed.as_ref().map(open).transpose();
    let name = name.map_err(|error| AppError::Internal(error.to_string()))?;
    Ok(name.unwrap_or_default())
}

/// An enrolment in the clerk's scope with all papers of its learner that were given in the scope.
///
/// # Errors
/// [`AppError::NotFound`] outside the scope.
pub async fn at_desk(ctx: &Ctx, id: EnrollmentId) -> AppResult<(EnrollmentRow, Folder)> {
    let scope = ctx.may(Permission::EnrollmentAct)?;
    let row = enrollments::find_within(ctx.db(), &scope, id).await?;
    let mut folder = folder(ctx, row.person_id).await?;
    folder.owing.retain(|owing| owing.row.id == row.id);
    let mut seen = Vec::new();
    for one in folder.signed {
        if store::find_within(ctx.db(), &scope, one.id).await.is_ok() {
            seen.push(one);
        }
    }
    folder.signed = seen;
    Ok((row, folder))
}

/// Who still owes papers in a class, by order of asking.
///
/// # Errors
/// [`AppError::NotFound`] outside the scope.
pub async fn of_class(
    ctx: &Ctx,
    id: ClassId,
) -> AppResult<(ClassRow, Vec<Owing>, HashMap<PersonId, PersonBrief>)> {
    let scope = ctx.may(Permission::EnrollmentAct)?;
    let class = classes::find_within(ctx.db(), &scope, id).await?;
    let rows = enrollments::live_of_class(ctx.db(), id).await?;
    let owing = owing(ctx, rows).await?;
    let people: Vec<PersonId> = owing.iter().map(|one| one.row.person_id).collect();
    let people = persons::find_many(ctx.db(), &people).await?.into_iter().collect();
    Ok((class, owing, people))
}

/// Classes of the scope in which seats are kept for papers, alone or beside a fee: without the papers no fee is taken.
///
/// # Errors
/// When the database cannot be read.
pub async fn waiting(ctx: &Ctx) -> AppResult<Vec<Waiting>> {
    let scope = ctx.reach(Permission::EnrollmentAct);
    if scope.is_nothing() {
        return Ok(Vec::new());
    }
    let kept = store::kept_within(ctx.db(), &scope).await?;
    let with_fee: Vec<(PersonId, ClassId)> = kept
        .iter()
        .filter(|row| row.due_fen > 0)
        .map(|row| (row.person_id, row.class_id))
        .collect();
    let owed = load::due(ctx.db(), &with_fee, ctx.today()).await?;
    let mut by_class: BTreeMap<ClassId, Waiting> = BTreeMap::new();
    // A seat without a fee is kept for nothing else.
    let for_papers =
        |row: &store::KeptRow| row.due_fen == 0 || owed.contains_key(&(row.person_id, row.class_id));
    for row in kept.into_iter().filter(for_papers) {
        let class = row.class_id;
        let one = by_class.entry(class).or_insert_with(|| Waiting {
            title: format!("还差材料：{}", row.class_name),
            detail: "名额留着，材料没签齐。打电话问问，或请本人和家人到柜台签。".into(),
            href: format!("/desk/classes/{class}/papers"),
            due: row.held_until.map(|until| until.date()),
            count: 0,
        });
        one.count += 1;
    }
    Ok(by_class.into_values().collect())
}

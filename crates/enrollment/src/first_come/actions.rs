//! What officers and everybody do with rounds by first come.

use super::load::{self, FIRST_COME, Plan};
use super::model::{self, Pool, RoundPlan, kept_from};
use super::store::{self, OfChannel, OfClass, OpenRow};
use crate::RoundId;
use crate::rounds::books::{self, Books};
use crate::rounds::lifecycle;
use crate::rounds::model::{Audience, RoundStatus};
use kernel::{OrgId, PersonId};
use orgs::tree::{self, OrgBrief};
use platform::{AppError, AppResult, Ctx, Event, Permission, Tx};
use serde_json::json;
use teaching::classes::{self, ClassRow, ClassStatus};
use teaching::terms::{self, TermRow};
use teaching::{ClassId, TermId};

/// A round with its classes as they stand now.
#[derive(Debug, Clone)]
pub struct RoundNow {
    /// The round.
    pub row: OpenRow,
    /// Who holds it.
    pub org: OrgBrief,
    /// The term of its classes.
    pub term: TermRow,
    /// Its classes, by name.
    pub classes: Vec<ClassNow>,
}

/// A class of a round as it stands now.
#[derive(Debug, Clone)]
pub struct ClassNow {
    /// The class.
    pub class: ClassRow,
    /// Where it meets.
    pub place: String,
    /// Seats that everybody the round takes can have on line now.
    pub free: i64,
    /// Seats kept for the counter that nobody has taken yet.
    pub kept_desk: i64,
    /// Seats kept for newcomers that nobody has taken yet.
    pub kept_newcomer: i64,
}

/// A round of a public org.
///
/// # Errors
/// [`AppError::NotFound`] when there is none for everybody.
pub async fn show(ctx: &Ctx, id: RoundId) -> AppResult<RoundNow> {
    let row = store::find(ctx.db(), id).await?;
    tree::find_public(ctx.db(), row.org_id).await?;
    now(ctx, row).await
}

async fn now(ctx: &Ctx, row: OpenRow) -> AppResult<RoundNow> {
    let db = ctx.db();
    let ids = store::classes(db, row.id).await?;
    let plans = load::plans(db, &ids, &[]).await?;
    let own = match row.audience {
        Audience::Newcomers => Pool::Newcomer,
        _ => Pool::Open,
    };
    let mut all = Vec::with_capacity(ids.len());
    for id in ids {
        let class = classes::find(db, id).await?;
        let plan = plans.get(&id).cloned().unwrap_or_default();
        let kept = |pool| kept_from(pool, &plan.windows, class.capacity, plan.taken, ctx.now());
        let model::Kept { desk, newcomer } = plan.kept(&class, ctx.now());
        all.push(ClassNow {
            place: crate::enrollments::actions::place(ctx, &class).await?,
            free: (class.capacity - class.enrolled - kept(own)).max(0),
            kept_desk: desk,
            kept_newcomer: newcomer,
            class,
        });
    }
    all.sort_by(|a, b| (&a.class.sort_key, a.class.id).cmp(&(&b.class.sort_key, b.class.id)));
    Ok(RoundNow {
        org: tree::find(db, row.org_id).await?,
        term: terms::find(db, row.term_id).await?,
        classes: all,
        row,
    })
}

/// What an officer sees of a round.
#[derive(Debug, Clone)]
pub struct Board {
    /// The round as it stands.
    pub now: RoundNow,
    /// What came in since it opened, by channel.
    pub channels: Vec<OfChannel>,
    /// People whom it takes, of those who asked for a class in the last term; `None` where it takes everybody.
    pub reach: Option<i64>,
    /// What its classes have come to.
    pub books: Books,
}

/// A round for its officers.
///
/// # Errors
/// [`AppError::NotFound`] outside the scope.
pub async fn board(ctx: &Ctx, id: RoundId) -> AppResult<Board> {
    let scope = ctx.may(Permission::EnrollmentRead)?;
    let row = store::find_within(ctx.db(), &scope, id).await?;
    let classes = store::classes(ctx.db(), id).await?;
    Ok(Board {
        books: books::load(ctx, row.org_id, &classes, row.opens).await?,
        channels: store::by_channel(ctx.db(), &row).await?,
        reach: lifecycle::reach(ctx, row.org_id, row.term_id, row.audience, id).await?,
        now: now(ctx, row).await?,
    })
}

/// A round's name, and what each of its classes took by channel.
///
/// # Errors
/// [`AppError::NotFound`] outside the scope.
pub async fn by_class(ctx: &Ctx, id: RoundId) -> AppResult<(String, Vec<OfClass>)> {
    let scope = ctx.may(Permission::EnrollmentRead)?;
    let row = store::find_within(ctx.db(), &scope, id).await?;
    let table = store::by_class(ctx.db(), &row).await?;
    Ok((row.name, table))
}

/// What an officer chooses from.
#[derive(Debug, Clone)]
pub struct Choices {
    /// Orgs that may hold a round.
    pub orgs: Vec<OrgBrief>,
    /// The org chosen.
    pub org: OrgBrief,
    /// Classes that take learners or will, with term, first day and free seats.
    pub classes: Vec<(ClassId, String)>,
}

/// What an officer chooses from, for this org or the first of their posts.
///
/// # Errors
/// [`AppError::NotFound`] for an org outside the scope.
pub async fn choices(ctx: &Ctx, org: Option<OrgId>) -> AppResult<Choices> {
    let (orgs, org) = lifecycle::holders(ctx, org).await?;
    let open = store::open_classes(ctx.db(), &org.path, ctx.now()).await?;
    let classes = open.into_iter().map(|class| (class.id, class.words()));
    Ok(Choices {
        classes: classes.collect(),
        orgs,
        org,
    })
}

/// Plans a round: its classes take only whom their rounds take from now on.
///
/// # Errors
/// [`AppError::NotFound`] outside the scope; [`AppError::Invalid`] beside the field that is wrong.
pub async fn plan(ctx: &Ctx, draft: RoundPlan) -> AppResult<RoundId> {
    let scope = ctx.may(Permission::RoundRun)?;
    let tx = ctx.begin().await?;
    let locks: Vec<i64> = draft.classes.iter().map(|class| class.raw()).collect();
    tx.lock_all("class", &locks).await?;
    let org = tree::find_within(&tx, &scope, draft.org).await?;
    let draft = model::check(draft, ctx.now())?;
    let term = term_of(&tx, &org, &draft).await?;
    let id: RoundId = ctx.new_id();
    store::insert(&tx, id, term, &draft, ctx.now()).await?;
    let data = json!({
        "method": FIRST_COME, "classes": draft.classes, "opens": draft.opens.to_china_text(),
        "closes": draft.closes.to_china_text(), "audience": draft.audience.as_str(),
        "desk_percent": draft.desk_percent, "newcomer_percent": draft.newcomer_percent,
    });
    let event = Event::new("round.planned", "round", id).at(draft.org).data(data);
    tx.commit(vec![event]).await?;
    Ok(id)
}

/// The term of the classes: public ones of the org, of one term, whose own window holds the round and which no draw
/// gives in it.
async fn term_of(tx: &Tx, org: &OrgBrief, draft: &RoundPlan) -> AppResult<TermId> {
    let wrong = |sentence: String| Err(AppError::invalid("classes", sentence));
    let plans = load::plans(tx, &draft.classes, &[]).await?;
    let mut term = None;
    for id in &draft.classes {
        let class = classes::find(tx, *id).await?;
        if !tree::find(tx, class.org_id).await?.path.starts_with(&org.path) {
            return Err(AppError::NotFound);
        }
        if !matches!(class.status, ClassStatus::Published | ClassStatus::Running) {
            return wrong(format!(
                "“{}”还没发布，或已经停办、结束。请先发布，或去掉它。",
                class.name
            ));
        }
        if *term.get_or_insert(class.term_id) != class.term_id {
            return wrong(format!(
                "“{}”和前面的班不在同一个学期。一个批次只放一个学期的班。",
                class.name
            ));
        }
        if let Err(sentence) = model::fits(
            draft,
            (&class.name, class.enrollment_opens, class.enrollment_closes),
            plans.get(id).and_then(Plan::draw_from),
        ) {
            return wrong(sentence);
        }
    }
    term.ok_or_else(|| AppError::invalid("classes", "请至少选一个班。"))
}

/// An officer's step from one status to another, with the words everybody reads.
async fn step(ctx: &Ctx, id: RoundId, version: i64, to: RoundStatus, note: &str) -> AppResult<()> {
    let scope = ctx.may(Permission::RoundRun)?;
    let tx = ctx.begin().await?;
    tx.lock("round", id.raw()).await?;
    let row = store::find_within(&tx, &scope, id).await?;
    if row.version != version {
        return Err(AppError::refused_with_door(
            "changed_meanwhile",
            "别人刚刚动过这个批次。请看一看现在的样子，再决定。",
            "看这个批次",
            format!("/desk/rounds/first-come/{id}"),
        ));
    }
    model::check_step(row.status, to)?;
    store::set_status(&tx, id, to, note).await?;
    let kind = match to {
        RoundStatus::Paused => "round.paused",
        RoundStatus::Cancelled => "round.cancelled",
        _ => "round.resumed",
    };
    let mut event = Event::new(kind, "round", id).at(row.org_id);
    if !note.is_empty() {
        event = event.note(note.to_owned());
    }
    tx.commit(vec![event]).await
}

/// Stops a round for a while; the notice is public.
///
/// # Errors
/// [`AppError::Invalid`] without a notice; a refusal when it does not run.
pub async fn pause(ctx: &Ctx, id: RoundId, notice: &str, version: i64) -> AppResult<()> {
    let notice =
        kernel::bounded(notice, 2, 200, "公告").map_err(|wrong| AppError::invalid("notice", wrong))?;
    step(ctx, id, version, RoundStatus::Paused, &notice).await
}

/// Lets a paused round go on.
///
/// # Errors
/// A refusal when it does not pause.
pub async fn resume(ctx: &Ctx, id: RoundId, version: i64) -> AppResult<()> {
    step(ctx, id, version, RoundStatus::Planned, "").await
}

/// Ends a round for good; who has a seat keeps it.
///
/// # Errors
/// [`AppError::Invalid`] without a reason.
pub async fn cancel(ctx: &Ctx, id: RoundId, reason: &str, version: i64) -> AppResult<()> {
    let reason =
        kernel::bounded(reason, 2, 200, "原因").map_err(|wrong| AppError::invalid("reason", wrong))?;
    step(ctx, id, version, RoundStatus::Cancelled, &reason).await
}

/// How the seats of a class are given, with where this person stands.
///
/// # Errors
/// When the database cannot be read.
pub async fn plan_for(ctx: &Ctx, class: ClassId, person: PersonId) -> AppResult<Plan> {
    let mut plans = load::plans(ctx.db(), &[class], &[(class, person)]).await?;
    Ok(plans.remove(&class).unwrap_or_default())
}

/// When the first round by first come after this moment opens.
///
/// # Errors
/// When the database cannot be read.
pub async fn next_opening(db: &db::Db, after: kernel::Instant) -> AppResult<Option<kernel::Instant>> {
    Ok(store::next_opening(db, after).await?)
}

/// Whether seats of a class are kept for somebody now, so that people may wait beside free seats.
///
/// # Errors
/// When the database cannot be read.
pub async fn keeps(ctx: &Ctx, class: &ClassRow) -> AppResult<bool> {
    let plans = load::plans(ctx.db(), &[class.id], &[]).await?;
    Ok(plans
        .get(&class.id)
        .is_some_and(|plan| plan.keeps(class, ctx.now())))
}

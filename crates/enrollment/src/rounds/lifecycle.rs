//! The officers' steps of a round: plan, cancel, seal, enter the randomness, publish; and what they see of it.

use super::actions::{self, RoundView, read_file};
use super::books::{self, Books};
use super::model::{self, Audience, Entry, RoundDraft, RoundMethod, RoundStatus};
use super::store::{self, DrawRow, OfChannel, RoundRow};
use crate::draws::algorithm::check_list;
use crate::draws::explain::settle;
use crate::draws::file::{DrawClass, DrawFile, Entrant, FORMAT, Randomness, RoundBrief, Seal, seal_hash};
use crate::first_come::model::RETURNING_DAYS;
use crate::first_come::store::returning_reach;
use crate::{RoundId, SignupId};
use kernel::chinese_date::date_text;
use kernel::{Instant, OrgId, PersonId, Time};
use orgs::tree::{self, OrgBrief};
use people::{contact, persons};
use platform::api::Part;
use platform::{AppError, AppResult, Ctx, Event, Permission, Tx, Waiting};
use serde_json::json;
use std::collections::HashMap;
use teaching::classes::{self, ClassStatus};
use teaching::terms;
use teaching::{ClassId, TermId};

/// Rounds in the actor's scope, the one that closes last first, with the names of the orgs; read one row too long.
///
/// # Errors
/// Forbidden without the permission.
pub async fn list(ctx: &Ctx, part: Part) -> AppResult<Vec<(RoundRow, String)>> {
    let scope = ctx.may(Permission::EnrollmentRead)?;
    let rows = store::list_within(ctx.db(), &scope, part).await?;
    actions::with_orgs(ctx, rows).await
}

/// What an officer sees of a round.
#[derive(Debug, Clone)]
pub struct Board {
    /// The round as everybody sees it.
    pub view: RoundView,
    /// Signups by channel.
    pub channels: Vec<OfChannel>,
    /// The draw with the entries of the officers.
    pub draw: Option<DrawRow>,
    /// Whom the round would reach of those who asked for a class in the last term.
    pub preview: Preview,
    /// Names of the officers, by person.
    pub officers: HashMap<PersonId, String>,
    /// What it has come to.
    pub books: Books,
}

/// Whom a round would reach of those who asked for a class in the last term.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Preview {
    /// People who asked.
    pub asked: i64,
    /// Of them, those who had a seat here at some time.
    pub former: i64,
    /// Of them, those who never had one.
    pub newcomers: i64,
    /// Of them, those who would hold more than one ticket.
    pub weighted: i64,
}

/// A round for its officers.
///
/// # Errors
/// [`AppError::NotFound`] outside the scope.
pub async fn board(ctx: &Ctx, id: RoundId) -> AppResult<Board> {
    let scope = ctx.may(Permission::EnrollmentRead)?;
    let row = store::find_within(ctx.db(), &scope, id).await?;
    let draw = store::find_draw(ctx.db(), id).await?;
    let people: Vec<PersonId> = draw
        .iter()
        .flat_map(|draw| [draw.first_by, draw.second_by, draw.differs_by])
        .flatten()
        .collect();
    let officers = persons::find_many(ctx.db(), &people).await?;
    let path = tree::find(ctx.db(), row.org_id).await?.path;
    let classes = store::classes(ctx.db(), id).await?;
    Ok(Board {
        books: books::load(ctx, row.org_id, &classes, row.opens).await?,
        preview: preview(ctx, &path, row.term_id).await?,
        channels: store::by_channel(ctx.db(), id).await?,
        view: actions::view(ctx, row).await?,
        officers: officers.into_iter().map(|(id, brief)| (id, brief.name)).collect(),
        draw,
    })
}

async fn preview(ctx: &Ctx, path: &str, term: TermId) -> AppResult<Preview> {
    let starts_on = terms::find(ctx.db(), term).await?.starts_on;
    let asked = store::asked_last_term(ctx.db(), path, starts_on).await?;
    let known = store::known_at(ctx.db(), path, &asked, term).await?;
    let waited = store::terms_waited(ctx.db(), path, &asked, starts_on).await?;
    let count = |all: usize| i64::try_from(all).unwrap_or(i64::MAX);
    Ok(Preview {
        asked: count(asked.len()),
        former: count(known.len()),
        newcomers: count(asked.len() - known.len()),
        weighted: count(waited.len()),
    })
}

/// What an officer chooses from to plan a round.
#[derive(Debug, Clone)]
pub struct Choices {
    /// Orgs that may hold it.
    pub orgs: Vec<OrgBrief>,
    /// The org chosen.
    pub org: OrgBrief,
    /// Classes with the name of their term, the day they begin and their free seats.
    pub classes: Vec<(ClassId, String)>,
}

/// What an officer chooses from, for this org or the first of their posts.
///
/// # Errors
/// [`AppError::NotFound`] for an org outside the scope.
pub async fn choices(ctx: &Ctx, org: Option<OrgId>) -> AppResult<Choices> {
    let (orgs, org) = holders(ctx, org).await?;
    let free = store::free_classes(ctx.db(), &org.path, ctx.today()).await?;
    let classes = free.into_iter().map(|class| {
        let text = format!(
            "{}（{}，{} 开课，空 {} 个名额）",
            class.name,
            class.term,
            date_text(class.starts_on),
            class.free
        );
        (class.id, text)
    });
    Ok(Choices {
        classes: classes.collect(),
        orgs,
        org,
    })
}

/// Orgs that may hold a round, and the one wanted or the first of the actor's posts.
pub(crate) async fn holders(ctx: &Ctx, org: Option<OrgId>) -> AppResult<(Vec<OrgBrief>, OrgBrief)> {
    let scope = ctx.may(Permission::RoundRun)?;
    let orgs = tree::open_within(ctx.db(), &scope, |kind| !kind.is_area()).await?;
    let own = ctx.actor.posts.first().map(|post| post.org);
    let first = own.filter(|own| orgs.iter().any(|org| org.id == *own));
    let wanted = org.or(first).or_else(|| orgs.first().map(|org| org.id));
    let org = tree::find_within(ctx.db(), &scope, wanted.ok_or(AppError::NotFound)?).await?;
    Ok((orgs, org))
}

/// How many of those who asked for a class in the last term a round takes; of a round for returning learners, how
/// many learn its courses. `None` for everybody.
pub(crate) async fn reach(
    ctx: &Ctx,
    org: OrgId,
    term: TermId,
    audience: Audience,
    round: RoundId,
) -> AppResult<Option<i64>> {
    let path = tree::find(ctx.db(), org).await?.path;
    let of_last_term = preview(ctx, &path, term).await?;
    Ok(match audience {
        Audience::Everyone => None,
        Audience::Newcomers => Some(of_last_term.newcomers),
        Audience::Former => Some(of_last_term.former),
        Audience::Returning => {
            let begins = Instant::of_china(terms::find(ctx.db(), term).await?.starts_on, Time::midnight());
            let since = begins.plus_secs(-RETURNING_DAYS * 86_400).date();
            Some(returning_reach(ctx.db(), round, since).await?)
        }
    })
}

/// Plans a round. Its classes take nobody who simply asks from now on.
///
/// # Errors
/// [`AppError::NotFound`] outside the scope; [`AppError::Invalid`] beside the field that is wrong.
pub async fn create(ctx: &Ctx, draft: RoundDraft) -> AppResult<RoundId> {
    let scope = ctx.may(Permission::RoundRun)?;
    let tx = ctx.begin().await?;
    let locks: Vec<i64> = draft.classes.iter().map(|class| class.raw()).collect();
    tx.lock_all("class", &locks).await?;
    let org = tree::find_within(&tx, &scope, draft.org).await?;
    let (term, first) = common_term(&tx, &org, &draft.classes).await?;
    let limit = match term {
        Some(term) => terms::find(&tx, term).await?.class_limit,
        None => model::MOST_WISHES,
    };
    let draft = model::check(draft, ctx.now(), limit)?;
    super::lessons::model::closes_in_time(draft.closes, &first)?;
    let Some(term) = term else {
        return Err(AppError::invalid("classes", "请至少选一个班。"));
    };
    let id: RoundId = ctx.new_id();
    store::insert(&tx, id, term, &draft, ctx.now()).await?;
    let data = json!({
        "method": draft.method.as_str(), "classes": draft.classes, "opens": draft.opens.to_china_text(), "closes": draft.closes.to_china_text(), "audience": draft.audience.as_str(),
        "newcomer_percent": draft.newcomer_percent,
    });
    tx.commit(vec![
        Event::new("round.planned", "round", id).at(draft.org).data(data),
    ])
    .await?;
    Ok(id)
}

/// The term of the classes, which must be published, of the org, of one term and in no other round; and when each meets first.
async fn common_term(
    tx: &Tx,
    org: &OrgBrief,
    chosen: &[ClassId],
) -> AppResult<(Option<TermId>, Vec<(String, Instant)>)> {
    let wrong = |sentence: String| Err(AppError::invalid("classes", sentence));
    let (mut term, mut first) = (None, Vec::new());
    for id in chosen.iter().take(model::MOST_CLASSES) {
        let class = classes::find(tx, *id).await?;
        let at = tree::find(tx, class.org_id).await?;
        if !at.path.starts_with(&org.path) {
            return Err(AppError::NotFound);
        }
        if class.status != ClassStatus::Published {
            return wrong(format!(
                "“{}”还没发布，或已经开课、停办，不能放进批次。",
                class.name
            ));
        }
        if *term.get_or_insert(class.term_id) != class.term_id {
            return wrong(format!(
                "“{}”和前面的班不在同一个学期。一个批次只放一个学期的班。",
                class.name
            ));
        }
        first.push((class.name, Instant::of_china(class.starts_on, class.starts)));
    }
    if let Some(taken) = store::taken(tx, chosen).await?.first() {
        let name = classes::find(tx, *taken).await?.name;
        return wrong(format!(
            "“{name}”已经在别的批次里了。等那个批次结束，或先取消它。"
        ));
    }
    Ok((term, first))
}

/// A draw, for a step that only draws have.
async fn open_draw(tx: &Tx, id: RoundId, version: Option<i64>) -> AppResult<RoundRow> {
    let row = open(tx, id, version).await?;
    if row.method == RoundMethod::Draw {
        Ok(row)
    } else {
        Err(AppError::NotFound)
    }
}

/// A round in the actor's scope, locked; its version is the one that the actor saw.
pub(super) async fn open(tx: &Tx, id: RoundId, version: Option<i64>) -> AppResult<RoundRow> {
    let scope = tx.ctx().may(Permission::RoundRun)?;
    tx.lock("round", id.raw()).await?;
    let row = store::find_within(tx, &scope, id).await?;
    if version.is_some_and(|version| version != row.version) {
        return Err(AppError::refused_with_door(
            "changed_meanwhile",
            "别人刚刚动过这个批次。请看一看现在的样子，再决定。",
            "看这个批次",
            format!("/desk/rounds/{id}"),
        ));
    }
    Ok(row)
}

/// Cancels a round that is not drawn; its classes take people who ask again, and everybody who applied is told.
///
/// # Errors
/// A refusal after the draw; [`AppError::Invalid`] without a reason.
pub async fn cancel(ctx: &Ctx, id: RoundId, reason: &str, version: i64) -> AppResult<()> {
    let reason =
        kernel::bounded(reason, 2, 200, "原因").map_err(|wrong| AppError::invalid("reason", wrong))?;
    let tx = ctx.begin().await?;
    let row = open(&tx, id, Some(version)).await?;
    model::check_step(row.status, RoundStatus::Cancelled, row.closes, ctx.now())?;
    store::set_status(&tx, id, RoundStatus::Cancelled, &reason).await?;
    let text = format!(
        "【学圈】“{}”取消了：{reason}。您的报名申请不再有效。可以看看别的班，或打电话问学校。",
        row.name
    );
    for member in store::members_in(&tx, id).await? {
        contact::tell(
            &tx,
            member.person_id,
            Some(row.org_id),
            "round.cancelled",
            text.clone(),
        )
        .await?;
    }
    let event = Event::new("round.cancelled", "round", id)
        .at(row.org_id)
        .note(reason);
    tx.commit(vec![event]).await
}

/// Seals the list: stores it with its hash, which is public at once.
///
/// # Errors
/// A refusal while the window is open or when it is sealed already.
pub async fn seal(ctx: &Ctx, id: RoundId, version: i64) -> AppResult<()> {
    let tx = ctx.begin().await?;
    let row = open_draw(&tx, id, Some(version)).await?;
    model::check_step(row.status, RoundStatus::Sealed, row.closes, ctx.now())?;
    let file = sealed_list(&tx, &row).await?;
    if file.classes.is_empty() {
        return Err(AppError::refused(
            "no_class_left",
            "这个批次的班都停办了，没有名额可以摇。请取消这个批次，报过名的人会收到通知。",
        ));
    }
    check_list(&file.entrants, &file.classes).map_err(|fault| AppError::Internal(fault.0))?;
    let text = write_file(&file)?;
    store::insert_draw(&tx, &row, (&file.seal.hash, &text), ctx.actor.person, ctx.now()).await?;
    store::set_status(&tx, id, RoundStatus::Sealed, "").await?;
    let data = json!({ "hash": file.seal.hash, "entrants": file.entrants.len() });
    tx.commit(vec![
        Event::new("round.sealed", "round", id).at(row.org_id).data(data),
    ])
    .await
}

/// The list of a round as it stands: without classes that were cancelled, and without who wished for nothing else.
async fn sealed_list(tx: &Tx, row: &RoundRow) -> AppResult<DrawFile> {
    let mut all = Vec::new();
    let standing = store::standing_classes(tx, row.id).await?;
    for class in &standing {
        let class = classes::find(tx, *class).await?;
        let on = matches!(class.status, ClassStatus::Published | ClassStatus::Running);
        let free = if on { class.capacity - class.enrolled } else { 0 };
        all.push(DrawClass {
            id: class.id.to_string(),
            name: class.name,
            seats: model::split_seats(free, row.newcomer_percent),
        });
    }
    let entrants = entrants(tx, row.id, &standing).await?;
    Ok(DrawFile {
        format: FORMAT.into(),
        round: RoundBrief {
            id: row.id.to_string(),
            name: row.name.clone(),
            org: tree::find(tx, row.org_id).await?.name,
            term: terms::find(tx, row.term_id).await?.name,
        },
        seal: Seal {
            hash: seal_hash(&entrants, &all),
            at: tx.ctx().now().to_string(),
        },
        entrants,
        classes: all,
        randomness: None,
        result: None,
    })
}

fn write_file(file: &DrawFile) -> AppResult<String> {
    serde_json::to_string(file).map_err(|error| AppError::Internal(error.to_string()))
}

/// The signups of a round that take part, by receipt number, with what they wish for of these classes.
async fn entrants(tx: &Tx, round: RoundId, standing: &[ClassId]) -> AppResult<Vec<Entrant>> {
    let mut sizes: HashMap<SignupId, u32> = HashMap::new();
    for member in store::members_in(tx, round).await? {
        *sizes.entry(member.signup_id).or_default() += 1;
    }
    let mut wishes: HashMap<SignupId, Vec<String>> = HashMap::new();
    for (signup, class) in store::wishes_in(tx, round).await? {
        if standing.contains(&class) {
            wishes.entry(signup).or_default().push(class.to_string());
        }
    }
    let signups = store::signups_in(tx, round).await?;
    let entrants = signups.into_iter().filter_map(|signup| {
        Some(Entrant {
            tickets: u32::try_from(signup.tickets).unwrap_or(1),
            size: *sizes.get(&signup.id)?,
            wishes: wishes.remove(&signup.id)?,
            pools: model::pools(signup.newcomer),
            receipt: signup.receipt,
        })
    });
    Ok(entrants.collect())
}

/// What the entry of an officer has come to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum EntryDone {
    /// It waits for the other officer.
    First,
    /// Both agree, and the draw is computed.
    Drawn,
}

/// An officer enters the randomness. The second who enters the same fixes it, and the draw is computed at once.
///
/// # Errors
/// A refusal before the seal, for the same officer twice, or when the two differ (which is kept, so that the first sees
/// it too).
pub async fn enter_randomness(ctx: &Ctx, id: RoundId, text: &str, source: &str) -> AppResult<EntryDone> {
    let entered = model::check_randomness(text, source)?;
    let by = ctx.person()?;
    let tx = ctx.begin().await?;
    let row = open_draw(&tx, id, None).await?;
    model::check_step(row.status, RoundStatus::Drawn, row.closes, ctx.now())?;
    let draw = store::find_draw(&tx, id).await?.ok_or(AppError::NotFound)?;
    let first = draw.first();
    let entry = match model::compare(first.as_ref().map(|(entered, by)| (entered, *by)), &entered, by) {
        Err(refused) if refused.code() == "randomness_differs" => {
            differs(tx, &row, first.map(|(_, by)| by), by).await?;
            return Err(refused);
        }
        other => other?,
    };
    if entry == Entry::First {
        store::set_first(&tx, id, Some(&entered), Some(by)).await?;
        tx.commit(vec![
            Event::new("round.randomness_entered", "round", id).at(row.org_id),
        ])
        .await?;
        return Ok(EntryDone::First);
    }
    let mut file = read_file(&draw.file)?;
    file.randomness = Some(Randomness {
        text: entered.text,
        source: entered.source,
        at: ctx.now().to_string(),
    });
    settle(&mut file);
    store::set_drawn(&tx, id, by, &write_file(&file)?, ctx.now()).await?;
    store::set_status(&tx, id, RoundStatus::Drawn, "").await?;
    let seated = file.result.as_ref().map_or(0, |result| result.seated.len());
    let data = json!({ "first_by": draw.first_by, "second_by": by, "seated": seated, "entrants": file.entrants.len() });
    tx.commit(vec![
        Event::new("round.drawn", "round", id).at(row.org_id).data(data),
    ])
    .await?;
    Ok(EntryDone::Drawn)
}

/// Keeps that the second entry was another one, and tells the first officer.
async fn differs(tx: Tx, row: &RoundRow, first: Option<PersonId>, by: PersonId) -> AppResult<()> {
    store::set_differs(&tx, row.id, by).await?;
    if let Some(first) = first {
        let text = format!(
            "【学圈】“{}”的随机数，第二位录入的和您录的不一样，没有采用。请对照出处再看一遍；录错了，请撤回重录。",
            row.name
        );
        contact::tell(&tx, first, Some(row.org_id), "round.randomness_differs", text).await?;
    }
    let event = Event::new("round.randomness_differs", "round", row.id).at(row.org_id);
    tx.commit(vec![event]).await
}

/// The first officer takes their entry back.
///
/// # Errors
/// A refusal for everybody else.
pub async fn withdraw_randomness(ctx: &Ctx, id: RoundId) -> AppResult<()> {
    let by = ctx.person()?;
    let tx = ctx.begin().await?;
    let row = open_draw(&tx, id, None).await?;
    let draw = store::find_draw(&tx, id).await?.ok_or(AppError::NotFound)?;
    if row.status != RoundStatus::Sealed || draw.first_by != Some(by) {
        return Err(AppError::refused(
            "not_yours",
            "只有录入的那位自己能撤回，而且要在摇号之前。",
        ));
    }
    store::set_first(&tx, id, None, None).await?;
    tx.commit(vec![
        Event::new("round.randomness_withdrawn", "round", id).at(row.org_id),
    ])
    .await
}

/// Begins to publish what a draw or a selection came to: a job places seats and waitlists, then everybody is told.
///
/// # Errors
/// A refusal before the draw, or before the second officer has confirmed.
pub async fn publish(ctx: &Ctx, id: RoundId, version: i64) -> AppResult<()> {
    let tx = ctx.begin().await?;
    let row = open(&tx, id, Some(version)).await?;
    model::check_step(row.status, RoundStatus::Publishing, row.closes, ctx.now())?;
    store::set_status(&tx, id, RoundStatus::Publishing, "").await?;
    let key = format!("{}.{id}", super::PUBLISH.name);
    platform::job::enqueue(
        &tx,
        super::PUBLISH.name,
        &json!({ "round": id }),
        ctx.now(),
        Some(key),
    )
    .await?;
    tx.commit(vec![Event::new("round.publishing", "round", id).at(row.org_id)])
        .await
}

/// Rounds that wait for an officer's step.
///
/// # Errors
/// When the database cannot be read.
pub async fn waiting(ctx: &Ctx) -> AppResult<Vec<Waiting>> {
    let scope = ctx.reach(Permission::RoundRun);
    if scope.is_nothing() {
        return Ok(Vec::new());
    }
    let rows = store::waiting_within(ctx.db(), &scope, ctx.now()).await?;
    let line = |row: RoundRow| {
        let (what, detail) = match row.status {
            RoundStatus::Planned if row.method.is_selection() => (
                "选人",
                "报名已截止，每份申请记下录取、候补或未录取，再交第二位复核。",
            ),
            RoundStatus::Proposed => ("复核录取名单", "要由另一位工作人员复核，不能是提交的那位。"),
            RoundStatus::Confirmed => ("公布录取结果", "公布后名额和候补就定了，每个人都会收到通知。"),
            RoundStatus::Planned => ("封存名单", "报名已截止，封存后名单的指纹就公开了。"),
            RoundStatus::Sealed => ("录入随机数", "要两位工作人员各录一遍，录得一样就摇号。"),
            _ => ("公布摇号结果", "公布后名额和候补就定了，每个人都会收到通知。"),
        };
        Waiting {
            title: format!("{what}：{}", row.name),
            detail: detail.into(),
            href: format!("/desk/rounds/{}", row.id),
            due: Some(row.closes.date()),
            count: 1,
        }
    };
    Ok(rows.into_iter().map(line).collect())
}

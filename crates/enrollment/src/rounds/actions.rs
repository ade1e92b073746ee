//! What people do with rounds: see them and apply. Signups that are made are in `signups.rs`, the officers' steps in `lifecycle.rs`.

use super::model::{self, Audience, RoundStatus};
pub use super::store::RoundRow;
use super::store::{self, NewSignup, Wished};
use crate::companions::{self, Companion};
use crate::draws::file::DrawFile;
use crate::enrollments::actions::who_acted;
use crate::{RoundId, SignupId};
use db::Db;
use kernel::{Date, PersonId, PersonName};
use orgs::tree::{self, OrgBrief};
use people::persons::{self, PersonBrief};
use people::{births, contact, family};
use platform::api::Part;
use platform::{AppError, AppResult, Channel, Ctx, Event, Permission, Tx};
use serde_json::json;
use std::collections::HashMap;
use teaching::classes::{self, ClassRow, ClassStatus};
use teaching::terms::{self, TermRow};
use teaching::{ClassId, seats};

/// A round with all that its page shows.
#[derive(Debug, Clone)]
pub struct RoundView {
    /// The round.
    pub row: RoundRow,
    /// Who holds it.
    pub org: OrgBrief,
    /// The term.
    pub term: TermRow,
    /// Its classes, by name.
    pub classes: Vec<RoundClass>,
    /// Classes that were cancelled and count no more; those of a sealed list stay in it.
    pub gone: Vec<ClassRow>,
    /// The list and the draw, once it is sealed.
    pub draw: Option<DrawFile>,
    /// Signups that take part.
    pub signups: i64,
    /// People in them.
    pub people: i64,
}

impl RoundView {
    /// The name of one of its classes, with a word where it was cancelled.
    #[must_use]
    pub fn class_name(&self, id: ClassId) -> String {
        let listed = self.classes.iter().map(|one| &one.class);
        let class = listed.chain(&self.gone).find(|class| class.id == id);
        class.map_or_else(String::new, class_words)
    }
}

/// The name of a class, with a word where it was cancelled.
#[must_use]
pub fn class_words(class: &ClassRow) -> String {
    match class.status {
        ClassStatus::Cancelled => format!("{}（{}）", class.name, class.status.label()),
        _ => class.name.clone(),
    }
}

/// A class of a round.
#[derive(Debug, Clone)]
pub struct RoundClass {
    /// The class.
    pub class: ClassRow,
    /// Where it meets.
    pub place: String,
    /// Seats to be drawn for.
    pub seats: i64,
    /// How much it is wished for; `None` by nobody.
    pub wished: Option<Wished>,
}

impl RoundClass {
    /// People who wish for it at all.
    #[must_use]
    pub fn people(&self) -> i64 {
        self.wished.as_ref().map_or(0, |wished| wished.people)
    }

    /// People who wish for it first.
    #[must_use]
    pub fn first(&self) -> i64 {
        self.wished.as_ref().map_or(0, |wished| wished.first)
    }
}

/// Rounds of public orgs that are not cancelled, with the names of the orgs; read one row too long.
///
/// # Errors
/// When the database cannot be read.
pub async fn list_public(ctx: &Ctx, part: Part) -> AppResult<Vec<(RoundRow, String)>> {
    let rows = store::list_public(ctx.db(), part).await?;
    with_orgs(ctx, rows).await
}

pub(super) async fn with_orgs(ctx: &Ctx, rows: Vec<RoundRow>) -> AppResult<Vec<(RoundRow, String)>> {
    let ids: Vec<_> = rows.iter().map(|row| row.org_id).collect();
    let orgs = tree::find_many(ctx.db(), &ids).await?;
    let named = rows.into_iter().map(|row| {
        let org = orgs.iter().find(|org| org.id == row.org_id);
        let name = org.map_or(String::new(), |org| org.name.clone());
        (row, name)
    });
    Ok(named.collect())
}

/// A round of a public org with its classes and its draw.
///
/// # Errors
/// [`AppError::NotFound`] when there is none for everybody.
pub async fn show(ctx: &Ctx, id: RoundId) -> AppResult<RoundView> {
    let row = store::find(ctx.db(), id).await?;
    tree::find_public(ctx.db(), row.org_id).await?;
    view(ctx, row).await
}

pub(super) async fn view(ctx: &Ctx, row: RoundRow) -> AppResult<RoundView> {
    let db = ctx.db();
    let draw = store::find_draw(db, row.id).await?;
    let draw = draw.map(|draw| read_file(&draw.file)).transpose()?;
    let wished = store::wished(db, row.id).await?;
    let of_channels = store::by_channel(db, row.id).await?;
    let (mut all, mut gone) = (Vec::new(), Vec::new());
    let of_round = store::classes(db, row.id).await?;
    // A draw's seats are in its file; what a selection has given is counted, so that its seats stay as they were.
    let given = match row.method.is_selection() {
        true => store::books(db, &of_round, row.opens).await?,
        false => Vec::new(),
    };
    for id in of_round {
        let class = classes::find(db, id).await?;
        if class.status == ClassStatus::Cancelled && draw.is_none() {
            gone.push(class);
            continue;
        }
        let given = given.iter().find(|books| books.class_id == id);
        let sealed = draw.as_ref().and_then(|file| {
            let text = id.to_string();
            let class = file.classes.iter().find(|class| class.id == text)?;
            Some(class.seats.values().copied().map(i64::from).sum())
        });
        all.push(RoundClass {
            place: crate::enrollments::actions::place(ctx, &class).await?,
            seats: sealed
                .unwrap_or(class.capacity - class.enrolled + given.map_or(0, |books| books.seated))
                .max(0),
            wished: wished.iter().find(|one| one.class_id == id).cloned(),
            class,
        });
    }
    all.sort_by(|a, b| (&a.class.sort_key, a.class.id).cmp(&(&b.class.sort_key, b.class.id)));
    Ok(RoundView {
        org: tree::find(db, row.org_id).await?,
        term: terms::find(db, row.term_id).await?,
        classes: all,
        gone,
        draw,
        signups: of_channels.iter().map(|one| one.signups).sum(),
        people: of_channels.iter().map(|one| one.people).sum(),
        row,
    })
}

pub(super) fn read_file(text: &str) -> AppResult<DrawFile> {
    serde_json::from_str(text).map_err(|error| AppError::Internal(format!("a kept draw file: {error}")))
}

/// The draw file of a round, as text.
///
/// # Errors
/// [`AppError::NotFound`] before it is sealed.
pub async fn file(ctx: &Ctx, id: RoundId) -> AppResult<String> {
    let row = store::find(ctx.db(), id).await?;
    tree::find_public(ctx.db(), row.org_id).await?;
    let draw = store::find_draw(ctx.db(), id).await?;
    Ok(draw.ok_or(AppError::NotFound)?.file)
}

/// Masked names of the people of each signup, by receipt number, joined by 、.
///
/// # Errors
/// When the database cannot be read.
pub async fn masked_names(ctx: &Ctx, round: RoundId) -> AppResult<HashMap<String, String>> {
    let signups = store::signups_in(ctx.db(), round).await?;
    let members = store::members_in(ctx.db(), round).await?;
    let people: Vec<PersonId> = members.iter().map(|member| member.person_id).collect();
    let briefs = persons::find_many(ctx.db(), &people).await?;
    let mut of_signup: HashMap<SignupId, Vec<String>> = HashMap::new();
    for member in &members {
        let Some(brief) = briefs.get(&member.person_id) else {
            continue;
        };
        let masked = PersonName::parse(&brief.name).map_or_else(|_| "**".into(), |name| name.masked());
        of_signup.entry(member.signup_id).or_default().push(masked);
    }
    let named = signups.into_iter().map(|signup| {
        let names = of_signup.remove(&signup.id).unwrap_or_default();
        (signup.receipt, names.join("、"))
    });
    Ok(named.collect())
}

/// What somebody asks for.
#[derive(Debug, Clone, Default)]
pub struct Application {
    /// Classes in the order of the wish.
    pub wishes: Vec<ClassId>,
    /// Who takes part with them.
    pub companions: Vec<Companion>,
}

/// Applies for the signed-in person, or for somebody for whom they may act.
///
/// # Errors
/// [`AppError::Refused`] outside the window, for who is not meant or takes part already; [`AppError::Invalid`] beside
/// the wish or the companion that is wrong; [`AppError::NotFound`] without a family link in force.
pub async fn apply_acting(
    ctx: &Ctx,
    round: RoundId,
    person: PersonId,
    asked: &Application,
) -> AppResult<SignupId> {
    let channel = if ctx.person()? == person {
        ctx.channel
    } else {
        family::link(ctx, person).await?;
        Channel::Family
    };
    let row = store::find(ctx.db(), round).await?;
    tree::find_public(ctx.db(), row.org_id).await?;
    apply(ctx, &row, person, channel, asked).await
}

/// Applies for a person at the counter or by telephone.
///
/// # Errors
/// As [`apply_acting`]; [`AppError::NotFound`] when the round is not in the clerk's scope.
pub async fn apply_for(
    ctx: &Ctx,
    round: RoundId,
    person: PersonId,
    channel: Channel,
    asked: &Application,
) -> AppResult<SignupId> {
    let scope = ctx.may(Permission::EnrollmentAct)?;
    let row = store::find_within(ctx.db(), &scope, round).await?;
    persons::find(ctx.db(), person).await?;
    apply(ctx, &row, person, channel, asked).await
}

/// Round, person and classes as the clerk sees them before applying.
///
/// # Errors
/// As [`apply_for`].
pub async fn before_for(ctx: &Ctx, round: RoundId, person: PersonId) -> AppResult<(RoundView, PersonBrief)> {
    let scope = ctx.may(Permission::EnrollmentAct)?;
    let row = store::find_within(ctx.db(), &scope, round).await?;
    Ok((view(ctx, row).await?, persons::find(ctx.db(), person).await?))
}

fn not_meant(round: &RoundRow) -> AppError {
    AppError::refused_with_door(
        "not_meant",
        format!(
            "这个报名批次{}。可以看看别的报名批次，或打电话问学校。",
            round.audience.label()
        ),
        "看别的报名批次",
        "/rounds",
    )
}

async fn apply(
    ctx: &Ctx,
    round: &RoundRow,
    person: PersonId,
    channel: Channel,
    asked: &Application,
) -> AppResult<SignupId> {
    model::in_window(round.status, round.opens, round.closes, ctx.now())?;
    let of_round = store::standing_classes(ctx.db(), round.id).await?;
    model::check_wishes(&asked.wishes, &of_round, round.wish_limit).map_err(AppError::Invalid)?;
    let people = companions::members(ctx, person, &asked.companions, round.companion_limit).await?;
    check_wished(ctx, &people, &asked.wishes).await?;
    let (newcomer, tickets) = standing(ctx, round, &people).await?;
    let meant = match round.audience {
        Audience::Newcomers => newcomer,
        Audience::Former | Audience::Returning => !newcomer,
        Audience::Everyone => true,
    };
    if !meant {
        return Err(not_meant(round));
    }
    let tx = ctx.begin().await?;
    tx.lock("round", round.id.raw()).await?;
    let now_row = store::find(&tx, round.id).await?;
    model::in_window(now_row.status, now_row.opens, now_row.closes, ctx.now())?;
    nobody_twice(&tx, round.id, person, &people).await?;
    let mut receipt = model::new_receipt(&ctx.platform.random);
    while store::receipt_is_taken(&tx, &receipt).await? {
        receipt = model::new_receipt(&ctx.platform.random);
    }
    let id: SignupId = ctx.new_id();
    let new = NewSignup {
        id,
        round,
        receipt: &receipt,
        person,
        people: &people,
        wishes: &asked.wishes,
        tickets,
        newcomer,
        channel,
        actor: ctx.actor.person,
        at: ctx.now(),
    };
    store::insert_signup(&tx, &new).await?;
    tell_applied(&tx, &new).await?;
    let data =
        json!({ "round": round.id, "people": people.len(), "wishes": asked.wishes, "tickets": tickets });
    let event = Event::new("signup.applied", "signup", id)
        .at(round.org_id)
        .via(channel)
        .on_behalf_of(person)
        .data(data);
    tx.commit(vec![event]).await?;
    Ok(id)
}

/// Tells everybody in a signup that it was received: companions who asked for them, and for whom somebody else made it, who
/// that was and how to take it back.
async fn tell_applied(tx: &Tx, new: &NewSignup<'_>) -> AppResult<()> {
    let round = new.round;
    let asked = persons::find(tx, new.person).await?.name;
    let closes = kernel::chinese_date::moment_text(round.closes);
    let (name, receipt) = (&round.name, model::spaced(new.receipt));
    let result = round.method.result();
    let received =
        format!("“{name}”的报名申请，回执号 {receipt}。{closes} 截止，截止前可以撤回；{result}会告诉您。");
    for member in new.people {
        let other = new.actor.filter(|actor| *actor != *member);
        let text = match other {
            _ if *member != new.person => format!("【学圈】{asked}和您一起报名，已收到你们在{received}"),
            Some(actor) => {
                let who = who_acted(tx, actor, *member, new.channel.as_str()).await?;
                format!(
                    "【学圈】{who}替您在“{name}”提交了报名申请，回执号 {receipt}。不是您的意思，{closes} 截止前可以撤回：网上“我的学习”、电话或柜台都可以；{result}会告诉您。"
                )
            }
            None => format!("【学圈】已收到您在{received}"),
        };
        persons::belongs(tx, *member, round.org_id).await?;
        contact::tell(tx, *member, Some(round.org_id), "signup.applied", text).await?;
    }
    Ok(())
}

/// Every class wished for is on, and everybody fits its ages.
async fn check_wished(ctx: &Ctx, people: &[PersonId], wishes: &[ClassId]) -> AppResult<()> {
    let mut facts = Vec::with_capacity(wishes.len());
    let found = seats::facts(ctx.db(), wishes).await?;
    for (at, wish) in wishes.iter().enumerate() {
        let class = classes::find(ctx.db(), *wish).await?;
        if class.status != ClassStatus::Published {
            return Err(AppError::invalid(
                &format!("wish_{}", at + 1),
                format!("“{}”现在不收报名了，请换一个班。", class.name),
            ));
        }
        facts.extend(found.iter().find(|one| one.id == *wish).cloned());
    }
    let births: HashMap<PersonId, Option<Date>> = births::of(ctx.db(), people).await?.into_iter().collect();
    for (at, person) in people.iter().enumerate() {
        let who = match at {
            0 => String::new(),
            _ => format!("第 {at} 位同行人"),
        };
        let birth = births.get(person).copied().flatten();
        model::check_age(&who, birth, &facts).map_err(|wrong| AppError::Invalid(vec![wrong]))?;
    }
    Ok(())
}

/// Whether nobody of a signup ever had a seat here, and how many tickets it holds: the fewest of its people.
async fn standing(ctx: &Ctx, round: &RoundRow, people: &[PersonId]) -> AppResult<(bool, i64)> {
    let path = tree::find(ctx.db(), round.org_id).await?.path;
    let term = terms::find(ctx.db(), round.term_id).await?;
    let known = store::known_at(ctx.db(), &path, people, round.term_id).await?;
    let waited = store::terms_waited(ctx.db(), &path, people, term.starts_on).await?;
    let waited: HashMap<PersonId, i64> = waited.into_iter().collect();
    let fewest = people
        .iter()
        .map(|person| waited.get(person).copied().unwrap_or(0))
        .min();
    Ok((
        known.is_empty(),
        model::tickets(fewest.unwrap_or(0), round.ticket_cap),
    ))
}

async fn nobody_twice(db: &Db, round: RoundId, person: PersonId, people: &[PersonId]) -> AppResult<()> {
    let already = store::already(db, round, people).await?;
    if let Some(own) = already.iter().find(|member| member.person_id == person) {
        return Err(AppError::refused_with_door(
            "already_applied",
            "已经在这个批次报过名了，一个人只能有一份申请。想改志愿，请先撤回原来的，再重新报。",
            "看这份申请",
            format!("/me/signups/{}", own.signup_id),
        ));
    }
    let taken: Vec<PersonId> = already.iter().map(|member| member.person_id).collect();
    companions::nobody_twice(
        people,
        &taken,
        "这位同行人已经在这个批次报过名了。请他先撤回，或不写他。",
    )
}

/// Open and coming rounds of the clerk's scope, for a person at the counter.
///
/// # Errors
/// Forbidden without the permission.
pub async fn open_for_counter(ctx: &Ctx) -> AppResult<Vec<RoundRow>> {
    let scope = ctx.may(Permission::EnrollmentAct)?;
    let part = Part { limit: 50, offset: 0 };
    let mut rows = store::list_within(ctx.db(), &scope, part).await?;
    rows.retain(|row| {
        // Who asks in a round of first come chooses a class.
        row.method != model::RoundMethod::FirstCome
            && row.status == RoundStatus::Planned
            && model::in_window(row.status, row.opens, row.closes, ctx.now()).is_ok()
    });
    Ok(rows)
}

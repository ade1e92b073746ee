//! What is done with persons: one function a verb.

use super::model::{self, Checked, PersonDraft, Wanted};
use super::sealed;
use super::store::{self, OrgChoice, PersonBrief, PersonRow};
use db::Db;
use db::Scope;
use kernel::{OrgId, PersonId};
use platform::{AppError, AppResult, Ctx, Door, Event, Permission, Tx};
use serde_json::json;
use std::collections::HashMap;

/// A person in a line, wherever they belong; the caller decided that it may be shown.
///
/// # Errors
/// [`AppError::NotFound`].
pub async fn find(db: &Db, id: PersonId) -> AppResult<PersonBrief> {
    Ok(store::find(db, id).await?)
}

/// Several people in one statement; who is not there is left out.
///
/// # Errors
/// When the database cannot be read.
pub async fn find_many(db: &Db, ids: &[PersonId]) -> AppResult<HashMap<PersonId, PersonBrief>> {
    let rows = store::find_many(db, ids).await?;
    Ok(rows.into_iter().map(|row| (row.id, row)).collect())
}

/// The person with this number on their card, as typed; `None` when there is none who takes part.
///
/// # Errors
/// When the database cannot be read.
pub async fn find_by_number(db: &Db, number: &str) -> AppResult<Option<PersonBrief>> {
    let typed = kernel::normalise_width(number).trim().to_owned();
    let spellings = vec![typed.to_uppercase(), typed];
    Ok(store::active_by_number(db, spellings).await?)
}

/// A page of a search's result.
#[derive(Debug, Clone, Default)]
pub struct Found {
    /// The people, by name.
    pub people: Vec<PersonBrief>,
    /// Where the next page begins, if there is one.
    pub next: Option<String>,
}

/// People in the actor's scope by name, pinyin, initials, learner's number or code, telephone number or its tail,
/// identity number. An empty text finds everybody; `cursor` is [`Found::next`] of the page before, or empty.
///
/// # Errors
/// [`AppError::Forbidden`] without [`Permission::PersonRead`].
pub async fn search(ctx: &Ctx, q: &str, cursor: &str, limit: i64) -> AppResult<Found> {
    let scope = ctx.may(Permission::PersonRead)?;
    let keys = &ctx.platform.keys;
    let after = cursor
        .rsplit_once('~')
        .and_then(|(key, id)| Some((key.to_owned(), id.parse().ok()?)));
    let wanted = model::wanted(q);
    let mut rows = store::search(ctx.db(), &scope, keys, &wanted, after, limit + 1).await?;
    let more = i64::try_from(rows.len()).unwrap_or(i64::MAX) > limit;
    rows.truncate(usize::try_from(limit).unwrap_or_default());
    let last = rows.last().filter(|_| more);
    let next = last.map(|row| format!("{}~{}", row.sort_key, row.id));
    let ids: Vec<PersonId> = rows.iter().map(|row| row.id).collect();
    let mut briefs = find_many(ctx.db(), &ids).await?;
    let people = ids.iter().filter_map(|id| briefs.remove(id)).collect();
    Ok(Found { people, next })
}

/// Registers a person: at the desk of `draft.org`, or (without an org) by the system for who signs up alone.
/// Somebody who is known already is not registered twice: the refusal leads to the record that is there. Nor is, until the clerk
/// has looked, somebody of the same name and birth or the same telephone as a person in scope.
///
/// # Errors
/// [`AppError::Invalid`] for wrong fields; [`AppError::Refused`] `person_known` or `person_alike`; [`AppError::NotFound`]
/// when the org is not in scope.
pub async fn register(ctx: &Ctx, draft: PersonDraft) -> AppResult<PersonId> {
    let scope = ctx.may(Permission::PersonEdit)?;
    if let Some(org) = draft.org {
        store::org_within(ctx.db(), &scope, org).await?;
    } else if !ctx.actor.system {
        return Err(AppError::invalid("org", "请选择在哪个机构登记。"));
    }
    let person = model::check(&draft, ctx.today()).map_err(AppError::Invalid)?;
    check_home(ctx.db(), person.home).await?;
    // Read before anything is locked: it looks at many people.
    let alike = match person.org {
        Some(_) if !draft.another && !ctx.actor.system => alike(ctx, &scope, &person).await?,
        _ => Vec::new(),
    };
    let tx = ctx.begin().await?;
    if let Some(known) = duplicate(&tx, &person).await? {
        return meet(tx, known, person.org).await;
    }
    nobody_alike(&alike)?;
    let id = add(&tx, &person).await?;
    let mut event = Event::new("person.registered", "person", id);
    if let Some(org) = person.org {
        event = event.at(org);
    }
    tx.commit(vec![event]).await?;
    Ok(id)
}

/// People in scope who may be the one that is to be registered.
async fn alike(ctx: &Ctx, scope: &Scope, person: &Checked) -> AppResult<Vec<PersonBrief>> {
    let name = person.name.as_str();
    let key = kernel::pinyin::person_sort_key(name);
    let phone = person.phone.as_ref();
    let phone = phone.map(|phone| sealed::phone_index(&ctx.platform.keys, phone));
    Ok(store::alike(ctx.db(), scope, (name, &key, person.birth), phone).await?)
}

/// Refuses to register a second time who may be there already, until the clerk has looked and says that it is somebody else.
fn nobody_alike(alike: &[PersonBrief]) -> AppResult<()> {
    if alike.is_empty() {
        return Ok(());
    }
    let door = |one: &PersonBrief| Door {
        label: one.words(),
        href: format!("/desk/people/{}", one.id),
    };
    Err(AppError::Refused {
        code: "person_alike",
        sentence: "已经登记过姓名和出生日期相同，或者手机号相同的人，还没有再登记。请先看是不是同一位：是同一位，不用再登记；不是，请按“登记为另一个人”。".into(),
        doors: alike.iter().map(door).collect(),
        reasons: Vec::new(),
    })
}

/// A person lives in a neighbourhood.
async fn check_home(db: &Db, home: Option<OrgId>) -> AppResult<()> {
    let Some(home) = home else { return Ok(()) };
    match orgs::tree::find(db, home).await {
        Ok(org) if org.kind == orgs::OrgKind::Neighborhood => Ok(()),
        Ok(_) | Err(AppError::NotFound) => Err(AppError::invalid("home", "请从列出的居委里选。")),
        Err(other) => Err(other),
    }
}

/// Writes a new person; the caller commits.
pub(crate) async fn add(tx: &Tx, person: &Checked) -> AppResult<PersonId> {
    let ctx = tx.ctx();
    let id: PersonId = ctx.new_id();
    let number = free_number(tx).await?;
    let row = model::cells(&ctx.platform.keys, id, &number, person, ctx.now());
    store::insert(tx, &[row]).await?;
    Ok(id)
}

async fn free_number(tx: &Tx) -> AppResult<String> {
    for _ in 0..20 {
        let number = model::new_number(&tx.ctx().platform.random);
        if store::by_number(tx, &number).await?.is_none() {
            return Ok(number);
        }
    }
    Err(AppError::Internal("no free learner number in 20 tries".into()))
}

/// The record of the same person: by identity number, or by name, birth and telephone together.
pub(crate) async fn duplicate(tx: &Tx, person: &Checked) -> AppResult<Option<PersonId>> {
    let keys = &tx.ctx().platform.keys;
    if let Some(number) = &person.id_number {
        // Two clerks with the same card at once: the second waits and then finds the first one's record.
        let index = sealed::id_index(keys, number);
        tx.lock("person.id", lock_number(&index)).await?;
        if let Some(known) = store::by_id_index(tx, &index).await? {
            return Ok(Some(known));
        }
    }
    if let Some(phone) = &person.phone {
        let index = sealed::phone_index(keys, phone);
        tx.lock("person.phone", lock_number(&index)).await?;
        return Ok(store::same(tx, person.name.as_str(), person.birth, &index).await?);
    }
    Ok(None)
}

/// A number for a lock out of a mark; two marks with one number only wait for each other.
pub(crate) fn lock_number(mark: &str) -> i64 {
    mark.bytes().fold(0_i64, |sum, byte| {
        sum.wrapping_mul(31).wrapping_add(i64::from(byte))
    })
}

/// The clerk holds the person's own data in hand: the record becomes visible to the org, and is shown.
async fn meet(tx: Tx, known: PersonId, org: Option<OrgId>) -> AppResult<PersonId> {
    if let Some(org) = org {
        store::belongs(&tx, known, org).await?;
        let event = Event::new("person.met", "person", known).at(org);
        tx.commit(vec![event]).await?;
    }
    Err(AppError::refused_with_door(
        "person_known",
        "这位学员已经登记过，没有再登记一次。",
        "打开已有的登记",
        format!("/desk/people/{known}"),
    ))
}

/// Lets the staff of an org see a person from now on, because they came there; the caller commits.
///
/// # Errors
/// When the database refuses.
pub async fn belongs(tx: &Tx, person: PersonId, org: OrgId) -> AppResult<()> {
    store::belongs(tx, person, org).await?;
    Ok(())
}

/// All that staff may see of a person, masked.
///
/// # Errors
/// [`AppError::NotFound`] outside the scope.
pub async fn show(ctx: &Ctx, id: PersonId) -> AppResult<PersonRow> {
    let scope = ctx.may(Permission::PersonRead)?;
    Ok(store::row_within(ctx.db(), &scope, id).await?)
}

/// What the form of a change shows: the row and the contact in the clear.
///
/// # Errors
/// [`AppError::NotFound`] outside the scope.
pub async fn open_for_change(ctx: &Ctx, id: PersonId) -> AppResult<(PersonRow, String)> {
    let scope = ctx.may(Permission::PersonEdit)?;
    let row = store::row_within(ctx.db(), &scope, id).await?;
    is_kept(&row)?;
    let contact = unseal(ctx, row.contact_sealed.as_deref(), &sealed::contact_place(id))?;
    Ok((row, contact.unwrap_or_default()))
}

pub(crate) fn unseal(ctx: &Ctx, sealed: Option<&str>, place: &str) -> AppResult<Option<String>> {
    sealed
        .map(|sealed| ctx.platform.keys.open(sealed, place))
        .transpose()
        .map_err(|error| AppError::Internal(format!("{place}: {error}")))
}

/// Changes a person's data. An empty identity or telephone number keeps the one that is there, because the form
/// does not show them; `forget_phone` takes the telephone away.
///
/// # Errors
/// [`AppError::Refused`] `changed_meanwhile` when somebody else changed it since, `person_known` when the identity
/// number is another person's.
pub async fn change(
    ctx: &Ctx,
    id: PersonId,
    mut draft: PersonDraft,
    forget_phone: bool,
    version: i64,
) -> AppResult<()> {
    let scope = ctx.may(Permission::PersonEdit)?;
    let tx = ctx.begin().await?;
    tx.lock("person", id.raw()).await?;
    let row = store::row_within(&tx, &scope, id).await?;
    is_kept(&row)?;
    if draft.id_number.trim().is_empty() {
        let place = sealed::id_place(id);
        draft.id_number = unseal(ctx, row.id_sealed.as_deref(), &place)?.unwrap_or_default();
    }
    if draft.phone.trim().is_empty() && !forget_phone {
        let place = sealed::phone_place(id);
        draft.phone = unseal(ctx, row.phone_sealed.as_deref(), &place)?.unwrap_or_default();
    }
    let checked = model::check(&draft, ctx.today());
    if row.version != version {
        return Err(changed_meanwhile(&row, checked.ok().as_ref()));
    }
    let person = checked.map_err(AppError::Invalid)?;
    if person.home != row.home_org_id {
        check_home(&tx, person.home).await?;
    }
    if let Some(number) = &person.id_number {
        let index = sealed::id_index(&ctx.platform.keys, number);
        tx.lock("person.id", lock_number(&index)).await?;
        if store::by_id_index(&tx, &index)
            .await?
            .is_some_and(|other| other != id)
        {
            return Err(AppError::refused(
                "person_known",
                "这个身份证号已经登记在另一位学员名下，没有保存。请核对身份证号。",
            ));
        }
    }
    let fields = changed_fields(&row, &person);
    store::update(&tx, id, &columns(ctx, id, &person)).await?;
    let mut event = Event::new("person.changed", "person", id).data(json!({ "fields": fields }));
    if let Some(org) = row.registered_at_org_id {
        event = event.at(org);
    }
    tx.commit(vec![event]).await
}

fn changed_meanwhile(now: &PersonRow, typed: Option<&Checked>) -> AppError {
    let differences = typed.map(|typed| model::differences(now, typed));
    let what = match differences {
        Some(all) if !all.is_empty() => format!("{}。", all.join("；")),
        _ => String::new(),
    };
    AppError::refused_with_door(
        "changed_meanwhile",
        format!(
            "您打开这一页以后，别人改过这位学员的资料，所以没有保存。{what}您填的还在，请对照最新的资料，再保存一次。"
        ),
        "打开最新的资料",
        format!("/desk/people/{}", now.id),
    )
}

fn changed_fields(row: &PersonRow, person: &Checked) -> Vec<&'static str> {
    let same = [
        ("name", row.name == person.name.as_str()),
        ("sex", row.sex == Some(person.sex)),
        ("birth", row.birth == Some(person.birth)),
        (
            "id_number",
            row.id_masked == person.id_number.as_ref().map(kernel::IdNumber::masked),
        ),
        (
            "phone",
            row.phone_masked == person.phone.as_ref().map(kernel::Phone::masked),
        ),
        ("home", row.home_org_id == person.home),
        ("needs", row.needs == person.needs),
    ];
    same.iter()
        .filter(|(_, same)| !same)
        .map(|(name, _)| *name)
        .collect()
}

fn columns(ctx: &Ctx, id: PersonId, person: &Checked) -> store::Change {
    let keys = &ctx.platform.keys;
    let name = person.name.as_str();
    store::Change {
        name: name.to_owned(),
        sort_key: kernel::pinyin::person_sort_key(name),
        spelling: model::spelling(name),
        sex: person.sex,
        birth: person.birth,
        id_number: person.id_number.as_ref().map(|number| {
            [
                "resident".to_owned(),
                keys.seal(number.as_str(), &sealed::id_place(id)),
                sealed::id_index(keys, number),
                number.masked(),
            ]
        }),
        phone: person.phone.as_ref().map(|phone| {
            [
                keys.seal(phone.as_str(), &sealed::phone_place(id)),
                sealed::phone_index(keys, phone),
                phone.masked(),
            ]
        }),
        home: person.home,
        needs: person.needs.clone(),
        contact: person
            .contact
            .as_ref()
            .map(|text| keys.seal(text, &sealed::contact_place(id))),
    }
}

/// What was revealed, for one look.
#[derive(Debug, Clone, Default)]
pub struct Revealed {
    /// Identity number.
    pub id_number: Option<String>,
    /// Telephone number.
    pub phone: Option<String>,
    /// Emergency contact.
    pub contact: Option<String>,
}

/// The row of a person whose data the actor may see in full: with permission, in scope, and with a second factor.
pub(crate) async fn may_reveal(ctx: &Ctx, db: &db::Db, id: PersonId) -> AppResult<PersonRow> {
    let scope = ctx.may(Permission::PersonReveal)?;
    if !ctx.actor.strong {
        return Err(AppError::Forbidden(
            "看完整号码要先用动态码登录。请退出后，用账号、密码和动态码重新登录。".into(),
        ));
    }
    Ok(store::row_within(db, &scope, id).await?)
}

/// Refuses to change what was erased.
pub(crate) fn is_kept(row: &PersonRow) -> AppResult<()> {
    if row.erased_at.is_none() {
        return Ok(());
    }
    Err(AppError::refused(
        "person_erased",
        "这位的资料已经按本人申请删除，不能再改，也不能恢复。本人想再来学，请重新登记。",
    ))
}

/// Shows a person's numbers in full. Needs a stated reason and a sign-in with second factor; leaves a trace.
///
/// # Errors
/// [`AppError::Forbidden`] without permission or second factor; [`AppError::Invalid`] without a reason.
pub async fn reveal(ctx: &Ctx, id: PersonId, reason: &str) -> AppResult<Revealed> {
    let reason =
        kernel::bounded(reason, 4, 200, "理由").map_err(|sentence| AppError::invalid("reason", sentence))?;
    let tx = ctx.begin().await?;
    let row = may_reveal(ctx, &tx, id).await?;
    let revealed = Revealed {
        id_number: unseal(ctx, row.id_sealed.as_deref(), &sealed::id_place(id))?,
        phone: unseal(ctx, row.phone_sealed.as_deref(), &sealed::phone_place(id))?,
        contact: unseal(ctx, row.contact_sealed.as_deref(), &sealed::contact_place(id))?,
    };
    let mut event = Event::new("person.revealed", "person", id).note(reason);
    if let Some(org) = row.registered_at_org_id.or(row.home_org_id) {
        event = event.at(org);
    }
    tx.commit(vec![event]).await?;
    Ok(revealed)
}

/// The learner's code (学习码) as it stands now: signed, short enough for a QR code.
///
/// # Errors
/// [`AppError::NotFound`] when there is no such person.
pub async fn learner_code(ctx: &Ctx, id: PersonId) -> AppResult<String> {
    let row = store::row(ctx.db(), id).await?;
    Ok(model::code_text(&ctx.platform.keys, id, row.code_serial))
}

/// Whose learner's code this is.
///
/// # Errors
/// [`AppError::Refused`] `code_wrong` when it is none, `code_old` when a newer one was issued.
pub async fn person_of_code(ctx: &Ctx, text: &str) -> AppResult<PersonId> {
    let wrong = || {
        AppError::refused(
            "code_wrong",
            "这不是一个学习码，或者没有扫全。请再扫一次，或者输入学员号。",
        )
    };
    let (id, serial) = model::read_code(&ctx.platform.keys, text).ok_or_else(wrong)?;
    let row = store::row(ctx.db(), id).await.map_err(|_| wrong())?;
    if row.code_serial != serial {
        return Err(AppError::refused(
            "code_old",
            "这个学习码已经换过新的，旧的不能再用。请学员打开“我的学习码”，或到柜台换一张卡。",
        ));
    }
    Ok(id)
}

/// Makes the present learner's code worthless and gives a new one: by the person, or by their staff.
///
/// # Errors
/// [`AppError::NotFound`] when neither the person asks nor staff in scope.
pub async fn reissue_code(ctx: &Ctx, id: PersonId) -> AppResult<String> {
    let tx = ctx.begin().await?;
    if ctx.person()? != id {
        let scope = ctx.may(Permission::PersonEdit)?;
        is_kept(&store::row_within(&tx, &scope, id).await?)?;
    }
    store::raise_serial(&tx, id).await?;
    let event = Event::new("person.code_reissued", "person", id).on_behalf_of(id);
    tx.commit(vec![event]).await?;
    learner_code(ctx, id).await
}

/// The org of a form, checked to be in the scope of a permission.
///
/// # Errors
/// [`AppError::NotFound`] outside.
pub async fn org(ctx: &Ctx, permission: Permission, org: OrgId) -> AppResult<OrgChoice> {
    let scope = ctx.may(permission)?;
    Ok(store::org_within(ctx.db(), &scope, org).await?)
}

/// Neighbourhoods of the street around an org: where the people who come to its desk live.
///
/// # Errors
/// When the database cannot be read.
pub async fn neighborhoods(ctx: &Ctx, path: &str) -> AppResult<Vec<OrgChoice>> {
    let own = store::neighborhoods(ctx.db(), path).await?;
    let above = path
        .trim_end_matches('/')
        .rsplit_once('/')
        .map(|(head, _)| format!("{head}/"));
    match above {
        Some(above) if own.is_empty() => Ok(store::neighborhoods(ctx.db(), &above).await?),
        _ => Ok(own),
    }
}

/// Whether a search text was understood as an exact mark of one person.
#[must_use]
pub fn is_exact(q: &str) -> bool {
    !matches!(
        model::wanted(q),
        Wanted::Anybody | Wanted::PhoneTail(_) | Wanted::Spelling(_) | Wanted::Name(_)
    )
}

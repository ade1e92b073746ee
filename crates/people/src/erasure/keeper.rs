//! What this domain tells of a person, and how it erases it.

use super::model::RETENTION;
use super::store;
use crate::me::actions::Purpose;
use crate::persons::{self, sealed};
use kernel::{Instant, PersonId};
use platform::personal::{Cell, Erasing, Keeper, Section, Telling};
use platform::{AppResult, Ctx, Event, Role, Tx};

/// The keeper of persons, accounts, sign-ins and consents.
pub const KEEPER: Keeper = Keeper {
    retention: RETENTION,
    tell: |ctx, person| -> Telling<'_> { Box::pin(tell(ctx, person)) },
    erase: |tx, person| -> Erasing<'_> { Box::pin(erase(tx, person)) },
};

async fn erase(tx: &Tx, person: PersonId) -> AppResult<Vec<Event>> {
    store::erase(tx, person, tx.ctx().now()).await?;
    Ok(Vec::new())
}

async fn tell(ctx: &Ctx, person: PersonId) -> AppResult<Vec<Section>> {
    Ok(vec![
        own(ctx, person).await?,
        sign_ins(ctx, person).await?,
        consents(ctx, person).await?,
        offices(ctx, person).await?,
        accounts(ctx, person).await?,
        tokens(ctx, person).await?,
        wishes(ctx, person).await?,
        helping(ctx, person).await?,
        helped(ctx, person).await?,
    ])
}

async fn own(ctx: &Ctx, person: PersonId) -> AppResult<Section> {
    let row = persons::store::row(ctx.db(), person).await?;
    let opened = |sealed: Option<&str>, place: String| persons::unseal(ctx, sealed, &place);
    let id_number = opened(row.id_sealed.as_deref(), sealed::id_place(person))?;
    let phone = opened(row.phone_sealed.as_deref(), sealed::phone_place(person))?;
    let contact = opened(row.contact_sealed.as_deref(), sealed::contact_place(person))?;
    let known_at = store::known_at(ctx.db(), person).await?.join("、");
    let cards = store::cards(ctx.db(), person).await?;
    let in_use = cards.iter().filter(|card| card.ended_at.is_none()).count();
    let newest = cards.last().map(|card| card.issued_at);
    Ok(Section::new("person", "我的资料", [row], |row| {
        vec![
            Cell::new("id", "编号", &row.id),
            Cell::new("number", "学员号", &&row.number),
            Cell::new("name", "姓名", &&row.name),
            Cell::maybe("sex", "性别", row.sex.map(persons::Sex::label)),
            Cell::maybe("birth", "出生日期", row.birth),
            Cell::maybe("id_number", "身份证号", id_number.as_deref()),
            Cell::maybe("phone", "手机号", phone.as_deref()),
            Cell::maybe("emergency_contact", "紧急联系人", contact.as_deref()),
            Cell::maybe("home", "住在", row.home_name.as_deref()),
            Cell::maybe("registered_at", "登记在", row.registered_name.as_deref()),
            Cell::new("known_at", "还有哪些学校看得到", &&known_at),
            Cell::new("needs", "需要照顾的地方", &&row.needs),
            Cell::new("cards_in_use", "在用的学习卡（张）", &in_use),
            Cell::at("newest_card", "最近一张卡的日期", newest),
        ]
    }))
}

async fn sign_ins(ctx: &Ctx, person: PersonId) -> AppResult<Section> {
    let rows = store::sign_ins(ctx.db(), person).await?;
    Ok(Section::new("sign_ins", "登录记录", rows, |row| {
        vec![
            Cell::new("method", "方式", &row.method),
            Cell::new("device", "设备", &row.device),
            Cell::at("since", "登录时间", Some(row.created_at)),
            Cell::at("last_used", "最后使用", Some(row.seen_at)),
            Cell::at("ended", "退出时间", row.ended_at),
        ]
    }))
}

async fn consents(ctx: &Ctx, person: PersonId) -> AppResult<Section> {
    let rows = crate::me::actions::all_consents(ctx, person).await?;
    Ok(Section::new("consents", "我的同意", rows, |row| {
        vec![
            Cell::new("purpose", "用途", &Purpose::label(row.purpose)),
            Cell::new("text_version", "文本的版本", &row.text_version),
            Cell::new("channel", "方式", &row.channel),
            Cell::at("given_at", "同意的时间", Some(row.given_at)),
            Cell::at("withdrawn_at", "撤回的时间", row.withdrawn_at),
        ]
    }))
}

async fn offices(ctx: &Ctx, person: PersonId) -> AppResult<Section> {
    let rows = store::posts(ctx.db(), person).await?;
    Ok(Section::new("posts", "任过的岗位", rows, |row| {
        let role = row.role.parse::<Role>().map(Role::label);
        vec![
            Cell::new("role", "岗位", &role.unwrap_or_default()),
            Cell::new("org", "机构", &row.org),
            Cell::new("from", "从", &row.valid_from),
            Cell::maybe("to", "到", row.valid_to),
        ]
    }))
}

async fn accounts(ctx: &Ctx, person: PersonId) -> AppResult<Section> {
    let rows = store::accounts(ctx.db(), person).await?;
    Ok(Section::new("accounts", "账号", rows, |row| {
        vec![
            Cell::maybe("login", "登录名", row.login),
            Cell::new("status", "状态", &row.status),
            Cell::at("since", "开设时间", Some(row.created_at)),
        ]
    }))
}

async fn tokens(ctx: &Ctx, person: PersonId) -> AppResult<Section> {
    let rows = store::tokens(ctx.db(), person).await?;
    Ok(Section::new("tokens", "给程序用的令牌", rows, |row| {
        vec![
            Cell::new("name", "用途", &row.name),
            Cell::new("permissions", "权限", &row.permissions),
            Cell::at("since", "做的时间", Some(row.created_at)),
            Cell::at("last_used", "最后使用", row.used_at),
            Cell::at("ended", "作废时间", row.ended_at),
        ]
    }))
}

async fn wishes(ctx: &Ctx, person: PersonId) -> AppResult<Section> {
    let rows = store::of_person(ctx.db(), person).await?;
    Ok(Section::new(
        "erasure_requests",
        "删除资料的申请",
        rows,
        |row| {
            let due = row.due_on.map(|day| day.to_string());
            vec![
                Cell::at("asked_at", "申请时间", Some(row.asked_at)),
                Cell::new("state", "现在", &row.state().label()),
                Cell::at("decided_at", "答复时间", row.decided_at),
                Cell::new("reason", "答复", &row.reason),
                Cell::maybe("due_on", "删除的日期", due),
                Cell::maybe("done_at", "办好的时间", row.done_at.map(Instant::to_china_text)),
            ]
        },
    ))
}

async fn helping(ctx: &Ctx, person: PersonId) -> AppResult<Section> {
    let rows = crate::family::actions::all_helping(ctx, person).await?;
    Ok(Section::new("family_helping", "我替谁办事", rows, |row| {
        vec![
            Cell::new("name", "替谁", &row.name),
            Cell::new("relation", "关系", &row.relation.label()),
            Cell::new("state", "现在", &crate::family::actions::label(row.standing)),
            Cell::maybe("until", "到期", row.valid_to),
        ]
    }))
}

async fn helped(ctx: &Ctx, person: PersonId) -> AppResult<Section> {
    let rows = crate::family::store::of_elder(ctx.db(), person).await?;
    Ok(Section::new("family_helped", "谁替我办事", rows, |row| {
        let standing = row.standing(ctx.now());
        vec![
            Cell::new("name", "谁", &row.helper_name),
            Cell::new("relation", "关系", &row.relation.label()),
            Cell::new("state", "现在", &crate::family::actions::label(standing)),
            Cell::at("asked_at", "申请时间", Some(row.asked_at)),
            Cell::maybe("until", "到期", row.valid_to),
        ]
    }))
}

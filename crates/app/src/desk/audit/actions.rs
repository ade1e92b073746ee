//! Searching, and taking a file of what was found.

use super::model::{EXPORT, PAGE, Search, cell, cursor};
use super::store::{self, Found};
use super::words;
use kernel::{Id, OrgId, PersonId};
use platform::{AppError, AppResult, Ctx, Event, Permission};
use std::collections::{BTreeSet, HashMap};

/// One event as it is shown.
#[derive(Debug, Clone)]
pub struct Line {
    /// The event.
    pub found: Found,
    /// When, in China: date and time.
    pub at: String,
    /// Name of the actor.
    pub actor: String,
    /// Name of the person acted for; empty when nobody was.
    pub behalf: String,
    /// Name of the org; empty when there is none.
    pub org: String,
    /// The channel's name.
    pub channel: &'static str,
    /// Outside text of the subject's id.
    pub subject: String,
}

impl Line {
    /// What happened, in words.
    #[must_use]
    pub fn what(&self) -> &str {
        words::of_kind(&self.found.kind)
    }

    /// What kind of thing it happened to, in words.
    #[must_use]
    pub fn to_what(&self) -> &str {
        words::of_subject(&self.found.subject_kind)
    }
}

/// A page of events and where the next begins.
pub async fn search(ctx: &Ctx, search: &Search) -> AppResult<(Vec<Line>, Option<String>)> {
    let mut found = fetch(ctx, search, PAGE + 1).await?;
    let more = found.len() > usize::try_from(PAGE).unwrap_or(usize::MAX);
    if more {
        found.pop();
    }
    let next = found.last().filter(|_| more).map(|last| cursor(last.at, last.id));
    Ok((lines(ctx, found).await?, next))
}

/// What was found as CSV, in UTF-8 with the mark that spreadsheets look for.
pub async fn export(ctx: &Ctx, search: &Search) -> AppResult<Vec<u8>> {
    let found = fetch(ctx, search, EXPORT).await?;
    let rows = found.len();
    let mut csv = csv::Writer::from_writer(b"\xef\xbb\xbf".to_vec());
    let broken = |error: csv::Error| AppError::Internal(error.to_string());
    csv.write_record([
        "时间",
        "事件",
        "事件代号",
        "对象",
        "对象编号",
        "机构",
        "操作人",
        "代谁办",
        "方式",
        "请求号",
        "数据",
        "说明",
    ])
    .map_err(broken)?;
    for line in lines(ctx, found).await? {
        let found = &line.found;
        let note = found.note.as_deref().unwrap_or_default();
        let cells = [
            &line.at,
            line.what(),
            &found.kind,
            line.to_what(),
            &line.subject,
            &line.org,
            &line.actor,
            &line.behalf,
            line.channel,
            &found.request,
            &found.data,
            note,
        ];
        csv.write_record(cells.map(cell)).map_err(broken)?;
    }
    let bytes = csv
        .into_inner()
        .map_err(|error| AppError::Internal(error.to_string()))?;
    let tx = ctx.begin().await?;
    let subject: Id<()> = Id::from_raw(0);
    let event = Event::new("audit.exported", "audit", subject).data(serde_json::json!({ "rows": rows }));
    tx.commit(vec![event]).await?;
    Ok(bytes)
}

async fn fetch(ctx: &Ctx, search: &Search, limit: i64) -> AppResult<Vec<Found>> {
    let scope = ctx.may(Permission::AuditRead)?;
    let whole = ctx.reaches_all(Permission::AuditRead);
    Ok(store::find(ctx.db(), &scope, whole, search, limit).await?)
}

async fn lines(ctx: &Ctx, found: Vec<Found>) -> AppResult<Vec<Line>> {
    let people: BTreeSet<PersonId> = found
        .iter()
        .flat_map(|event| event.actor_person.into_iter().chain(event.on_behalf_of))
        .collect();
    let people: Vec<PersonId> = people.into_iter().collect();
    let people = people::persons::find_many(ctx.db(), &people).await?;
    let orgs: BTreeSet<OrgId> = found.iter().filter_map(|event| event.org_id).collect();
    let mut names: HashMap<OrgId, String> = HashMap::new();
    for org in orgs {
        names.insert(org, orgs::tree::find(ctx.db(), org).await?.name);
    }
    let name = |person: Option<PersonId>| match person {
        Some(id) => people
            .get(&id)
            .map_or_else(|| id.to_string(), |known| known.name.clone()),
        None => String::new(),
    };
    let line = |event: Found| Line {
        at: moment(event.at),
        actor: match event.actor_person {
            None => "系统".into(),
            some => name(some),
        },
        behalf: name(event.on_behalf_of),
        org: event
            .org_id
            .and_then(|org| names.get(&org).cloned())
            .unwrap_or_default(),
        channel: event
            .channel
            .parse::<platform::Channel>()
            .map_or("", platform::Channel::label),
        subject: Id::<()>::from_raw(event.subject_id).to_string(),
        found: event,
    };
    Ok(found.into_iter().map(line).collect())
}

/// 2026-11-22 09:00:00
fn moment(at: kernel::Instant) -> String {
    at.to_china_text()
        .chars()
        .take(19)
        .map(|letter| if letter == 'T' { ' ' } else { letter })
        .collect()
}

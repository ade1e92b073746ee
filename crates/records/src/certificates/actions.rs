//! Issuing, printing, checking and revoking certificates.

use super::Printing;
use super::store::{self, Bare, CertificateRow, Names};
use crate::CertificateId;
use documents::{Certificate, Certificates, Code, DocumentError, Typesetter};
use kernel::{Instant, Minutes, OrgId, PersonName};
use platform::personal::ERASED_NAME;
use platform::{AppError, AppResult, Ctx, Event, Permission, Random, Tries};
use serde::{Deserialize, Serialize};
use serde_json::json;
use teaching::ClassId;
use teaching::classes::{self, ClassRow};
use ui::Tag;
use utoipa::ToSchema;

/// Letters and digits of a code: none that is mistaken for another.
const LETTERS: &[u8; 32] = b"23456789ABCDEFGHJKLMNPQRSTUVWXYZ";
/// Letters of a code.
pub const CODE_LEN: usize = 16;

/// What a certificate says beside the name, fixed on the day of issue.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[schema(as = CertificateFacts)]
pub struct Facts {
    /// The course.
    pub course: String,
    /// The class.
    pub class: String,
    /// The term.
    pub term: String,
    /// Minutes attended.
    pub minutes: i64,
    /// The school.
    pub provider: String,
    /// First day of the class.
    pub starts_on: String,
    /// Last day of the class.
    pub ends_on: String,
}

impl Facts {
    fn of(row: &CertificateRow) -> AppResult<Self> {
        serde_json::from_str(&row.facts)
            .map_err(|error| AppError::Internal(format!("certificate {}: {error}", row.id)))
    }

    /// Hours in words.
    #[must_use]
    pub fn hours(&self) -> String {
        Minutes(self.minutes).hours_text()
    }
}

/// A certificate in a list.
#[derive(Debug, Clone)]
pub struct Brief {
    /// Its id.
    pub id: CertificateId,
    /// Its number.
    pub number: String,
    /// Whose it is.
    pub name: String,
    /// What it is for.
    pub facts: Facts,
    /// Day of issue, `2026-11-22`.
    pub issued_on: String,
    /// Day of revocation; `None` while it is valid.
    pub revoked_on: Option<String>,
    /// The code.
    pub code: String,
}

impl Brief {
    fn of(row: CertificateRow) -> AppResult<Self> {
        Ok(Self {
            facts: Facts::of(&row)?,
            id: row.id,
            number: row.number,
            name: row.name,
            issued_on: row.issued_on.to_string(),
            revoked_on: row.revoked_on.map(|day| day.to_string()),
            code: row.code,
        })
    }

    /// Whether it is valid.
    #[must_use]
    pub const fn is_valid(&self) -> bool {
        self.revoked_on.is_none()
    }

    /// The tag on screen.
    #[must_use]
    pub fn tag(&self) -> Tag {
        if self.is_valid() {
            Tag::good("有效")
        } else {
            Tag::bad("已撤销")
        }
    }
}

/// A code that cannot be guessed: 80 random bits.
fn new_code(random: &Random) -> String {
    let bytes = random.bytes::<CODE_LEN>();
    let letter = |byte: &u8| {
        LETTERS
            .get(usize::from(byte & 31))
            .copied()
            .map_or('2', char::from)
    };
    bytes.iter().map(letter).collect()
}

/// A typed code as it is kept: no spaces, strokes or small letters.
#[must_use]
pub fn clean_code(text: &str) -> String {
    let plain = kernel::normalise_width(text);
    plain
        .chars()
        .filter(char::is_ascii_alphanumeric)
        .map(|letter| letter.to_ascii_uppercase())
        .collect()
}

fn school_code(org: OrgId) -> String {
    let text = org.to_string().to_uppercase();
    text.chars().skip(text.len().saturating_sub(8)).collect()
}

/// Issues a certificate for every outcome of a class that has none; gives how many.
///
/// # Errors
/// [`AppError::Forbidden`] without `RecordIssue`, [`AppError::NotFound`] outside its scope.
pub async fn issue(ctx: &Ctx, id: ClassId) -> AppResult<usize> {
    let scope = ctx.may(Permission::RecordIssue)?;
    let tx = ctx.begin().await?;
    let class = classes::find_within(&tx, &scope, id).await?;
    // One queue for the numbers of a school.
    tx.lock("certificate.number", class.org_id.raw()).await?;
    let bare = store::bare(&tx, id).await?;
    if bare.is_empty() {
        return Ok(0);
    }
    let names = store::names(&tx, id).await?;
    let prefix = format!("{}-{}-", school_code(class.org_id), ctx.today().year());
    let mut serial = store::issued_under(&tx, &prefix).await?;
    let mut events = Vec::with_capacity(bare.len());
    for outcome in bare {
        serial += 1;
        let row = certificate(ctx, &class, &names, outcome, format!("{prefix}{serial:05}"))?;
        store::add(&tx, &row, ctx.actor.person).await?;
        let event = Event::new("certificate.issued", "certificate", row.id).at(row.org_id);
        events.push(
            event
                .on_behalf_of(row.person_id)
                .data(json!({ "number": row.number })),
        );
    }
    let count = events.len();
    tx.commit(events).await?;
    Ok(count)
}

fn certificate(
    ctx: &Ctx,
    class: &ClassRow,
    names: &Names,
    outcome: Bare,
    number: String,
) -> AppResult<CertificateRow> {
    let facts = Facts {
        course: names.course.clone(),
        class: class.name.clone(),
        term: names.term.clone(),
        minutes: outcome.minutes,
        provider: names.provider.clone(),
        starts_on: class.starts_on.to_string(),
        ends_on: class.ends_on.to_string(),
    };
    Ok(CertificateRow {
        id: ctx.new_id(),
        outcome_id: outcome.id,
        person_id: outcome.person_id,
        org_id: class.org_id,
        number,
        code: new_code(&ctx.platform.random),
        name: outcome.name,
        facts: serde_json::to_string(&facts).map_err(|error| AppError::Internal(error.to_string()))?,
        issued_on: ctx.today(),
        status: "valid".into(),
        revoked_on: None,
        revoke_reason: String::new(),
    })
}

/// The certificates of a class.
///
/// # Errors
/// As [`issue`].
pub async fn of_class(ctx: &Ctx, id: ClassId) -> AppResult<Vec<Brief>> {
    let scope = ctx.may(Permission::RecordIssue)?;
    classes::find_within(ctx.db(), &scope, id).await?;
    store::of_class(ctx.db(), id)
        .await?
        .into_iter()
        .map(Brief::of)
        .collect()
}

/// A certificate for staff, and why it was revoked.
///
/// # Errors
/// [`AppError::Forbidden`] without `RecordIssue` and `RecordRevoke`, [`AppError::NotFound`] outside their scope.
pub async fn show(ctx: &Ctx, id: CertificateId) -> AppResult<(Brief, String)> {
    let row = row(ctx, id).await?;
    let reason = row.revoke_reason.clone();
    Ok((Brief::of(row)?, reason))
}

async fn row(ctx: &Ctx, id: CertificateId) -> AppResult<CertificateRow> {
    let scope = match ctx.may(Permission::RecordIssue) {
        Ok(scope) => scope,
        Err(_) => ctx.may(Permission::RecordRevoke)?,
    };
    Ok(store::find_within(ctx.db(), &scope, id).await?)
}

/// The certificates of the signed-in person.
///
/// # Errors
/// [`AppError::SignInNeeded`].
pub async fn own(ctx: &Ctx) -> AppResult<Vec<Brief>> {
    let person = ctx.person()?;
    store::of_person(ctx.db(), person)
        .await?
        .into_iter()
        .map(Brief::of)
        .collect()
}

/// A certificate of the signed-in person.
///
/// # Errors
/// [`AppError::NotFound`] when it is not theirs.
pub async fn own_one(ctx: &Ctx, id: CertificateId) -> AppResult<Brief> {
    own(ctx)
        .await?
        .into_iter()
        .find(|one| one.id == id)
        .ok_or(AppError::NotFound)
}

/// The certificate as PDF. A revoked one is not printed.
///
/// # Errors
/// [`AppError::Refused`] when it is revoked, or when the installation has no fonts.
pub async fn pdf(ctx: &Ctx, printing: &Printing, brief: &Brief) -> AppResult<Vec<u8>> {
    if !brief.is_valid() {
        return Err(AppError::refused(
            "certificate_revoked",
            "这张证书已经撤销，不能再打印。有疑问请打电话给发证的学校。",
        ));
    }
    let certificate = sheet(ctx, brief)?;
    set(ctx, printing, move |typesetter, made| {
        certificate.pdf(typesetter, made)
    })
    .await
}

/// All valid certificates of a class as one PDF, a page each, by number; with the name of the class.
///
/// # Errors
/// As [`issue`]; [`AppError::Refused`] when there is none to print, or when the installation has no fonts.
pub async fn pdf_of_class(ctx: &Ctx, printing: &Printing, id: ClassId) -> AppResult<(String, Vec<u8>)> {
    let scope = ctx.may(Permission::RecordIssue)?;
    let class = classes::find_within(ctx.db(), &scope, id).await?.name;
    let rows = store::of_class(ctx.db(), id).await?;
    let mut all = Vec::with_capacity(rows.len());
    for row in rows {
        let brief = Brief::of(row)?;
        if brief.is_valid() {
            all.push(sheet(ctx, &brief)?);
        }
    }
    if all.is_empty() {
        return Err(AppError::refused_with_door(
            "no_certificates",
            "这个班还没有可以打印的证书。请先确认结业、发证书。",
            "去结业",
            format!("/desk/classes/{id}/completion"),
        ));
    }
    let sheets = Certificates {
        class: class.clone(),
        all,
    };
    let bytes = set(ctx, printing, move |typesetter, made| {
        sheets.pdf(typesetter, made)
    })
    .await?;
    Ok((class, bytes))
}

/// Sets a document off the async threads: it takes a tenth of a second or more.
async fn set(
    ctx: &Ctx,
    printing: &Printing,
    document: impl FnOnce(&Typesetter, Instant) -> Result<Vec<u8>, DocumentError> + Send + 'static,
) -> AppResult<Vec<u8>> {
    let typesetter = printing.clone().ok_or_else(no_fonts)?;
    let made = ctx.now();
    tokio::task::spawn_blocking(move || document(&typesetter, made))
        .await
        .map_err(|error| AppError::Internal(error.to_string()))?
        .map_err(|error| match error {
            DocumentError::NoFonts(_) => no_fonts(),
            other => AppError::Internal(other.to_string()),
        })
}

fn no_fonts() -> AppError {
    AppError::refused(
        "no_fonts",
        "这台服务器没有装好中文字体，暂时不能打印证书。请告诉管理员，字体装好就能打。",
    )
}

fn sheet(ctx: &Ctx, brief: &Brief) -> AppResult<Certificate> {
    let issued = brief
        .issued_on
        .parse()
        .map_err(|_| AppError::Internal(format!("certificate {}: day of issue", brief.id)))?;
    let facts = &brief.facts;
    let hours = u32::try_from(facts.minutes / kernel::amount::MINUTES_PER_HOUR).unwrap_or(0);
    Ok(Certificate {
        number: brief.number.clone(),
        name: brief.name.clone(),
        course: facts.course.clone(),
        class: (facts.class != facts.course).then(|| facts.class.clone()),
        term: facts.term.clone(),
        hours,
        result: None,
        provider: facts.provider.clone(),
        issued,
        verify: Code::new(format!("{}/verify/{}", ctx.platform.public_url, brief.code)),
    })
}

/// What anybody with the code gets to know.
#[derive(Debug)]
pub struct Checked {
    /// Surname and stars.
    pub name: String,
    /// The certificate; its `name` and `code` are not for the page.
    pub number: String,
    /// What it says.
    pub facts: Facts,
    /// Day of issue.
    pub issued_on: String,
    /// Day of revocation; `None` while it is valid.
    pub revoked_on: Option<String>,
}

/// Checks a code that somebody tries; a wrong one is counted against them.
///
/// # Errors
/// [`AppError::TooMany`] after too many wrong ones.
pub async fn try_code(ctx: &Ctx, tries: &Tries, sender: &str, code: &str) -> AppResult<Option<Checked>> {
    tries.check(sender, ctx.now())?;
    let found = check(ctx, code).await?;
    if found.is_none() {
        tries.note(sender, ctx.now());
    }
    Ok(found)
}

/// Checks a code. `None` when there is no such certificate.
///
/// # Errors
/// When the database cannot be read.
pub async fn check(ctx: &Ctx, code: &str) -> AppResult<Option<Checked>> {
    let code = clean_code(code);
    if code.len() != CODE_LEN {
        return Ok(None);
    }
    let Some(row) = store::by_code(ctx.db(), &code).await? else {
        return Ok(None);
    };
    let brief = Brief::of(row)?;
    Ok(Some(Checked {
        name: masked(&brief.name),
        number: brief.number,
        facts: brief.facts,
        issued_on: brief.issued_on,
        revoked_on: brief.revoked_on,
    }))
}

/// Surname and stars; of somebody who was erased only that.
fn masked(name: &str) -> String {
    if name == ERASED_NAME {
        return name.to_owned();
    }
    PersonName::parse(name).map_or_else(|_| "**".to_owned(), |name| name.masked())
}

/// Revokes a certificate, on request with its outcome and hours.
///
/// # Errors
/// [`AppError::Forbidden`] without `RecordRevoke`, [`AppError::NotFound`] outside its scope, [`AppError::Invalid`] without
/// a reason, [`AppError::Refused`] when it was revoked already.
pub async fn revoke(ctx: &Ctx, id: CertificateId, reason: &str, with_hours: bool) -> AppResult<()> {
    let scope = ctx.may(Permission::RecordRevoke)?;
    let tx = ctx.begin().await?;
    tx.lock("certificate", id.raw()).await?;
    let row = store::find_within(&tx, &scope, id).await?;
    let reason = reason.trim();
    if !(2..=200).contains(&reason.chars().count()) {
        return Err(AppError::invalid("reason", "请写明为什么撤销，2 到 200 个字。"));
    }
    if !store::revoke(&tx, id, ctx.today(), reason).await? {
        return Err(AppError::refused(
            "changed_meanwhile",
            "这张证书已经撤销过了，不用再撤。",
        ));
    }
    if with_hours {
        store::reverse(&tx, &row, ctx.new_id(), ctx.now()).await?;
    }
    let event = Event::new("certificate.revoked", "certificate", id)
        .at(row.org_id)
        .on_behalf_of(row.person_id)
        .data(json!({ "with_hours": with_hours }))
        .note(reason);
    tx.commit(vec![event]).await
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_are_random_and_read_as_people_type_them() {
        let random = Random::seeded(7);
        let (one, two) = (new_code(&random), new_code(&random));
        assert_ne!(one, two);
        assert_eq!(one.len(), CODE_LEN);
        assert!(one.bytes().all(|byte| LETTERS.contains(&byte)));
        assert_eq!(clean_code(" abcd-２３45 \n"), "ABCD2345");
    }
}

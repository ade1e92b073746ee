//! Papers for programs.

use super::actions::{self, Folder, Owing, Recorded};
use super::model::{Paper, Papers, Signer, When};
use super::settings::{self, RuleDraft};
use crate::{EnrollmentId, PaperTextId, SignatureId};
use axum::Json;
use kernel::OrgId;
use platform::api::{At, Moment, Ref};
use platform::{AppError, AppResult, Ctx};
use serde::{Deserialize, Serialize};
use teaching::ClassId;
use utoipa::ToSchema;

/// A paper that is owed, with its words.
#[derive(Debug, Serialize, ToSchema)]
pub struct PaperOwed {
    /// Which.
    paper: Paper,
    /// Id of the words; sent back with the signature.
    #[schema(value_type = String)]
    text: PaperTextId,
    /// Counts the versions of the words.
    version: i64,
    /// The words.
    body: String,
}

/// What is owed for an enrolment.
#[derive(Debug, Serialize, ToSchema)]
pub struct PapersOwing {
    /// The enrolment.
    #[schema(value_type = String)]
    enrollment: EnrollmentId,
    /// Name of the class.
    class: String,
    /// Until when the seat is kept.
    held_until: Option<Moment>,
    /// What is owed.
    papers: Vec<PaperOwed>,
    /// How to sign and what to bring, in the school's words.
    bring: String,
}

/// A paper that was signed.
#[derive(Debug, Serialize, ToSchema)]
pub struct PaperSigned {
    /// Its id.
    #[schema(value_type = String)]
    id: SignatureId,
    /// Which.
    paper: Paper,
    /// The words.
    #[schema(value_type = String)]
    text: PaperTextId,
    /// What the signer is to the learner.
    relation: Signer,
    /// When.
    signed_at: Moment,
    /// First day on which it is no longer good.
    valid_until: String,
}

/// Somebody's papers.
#[derive(Debug, Serialize, ToSchema)]
pub struct PaperFolder {
    /// Whose.
    #[schema(value_type = String)]
    person: kernel::PersonId,
    /// What is owed.
    owing: Vec<PapersOwing>,
    /// What was signed, newest first.
    signed: Vec<PaperSigned>,
}

/// Several folders or enrolments with papers owed.
#[derive(Debug, Serialize, ToSchema)]
pub struct PaperFolders {
    /// One's own first, then those of people for whom one may act.
    items: Vec<PaperFolder>,
}

/// Enrolments with papers owed.
#[derive(Debug, Serialize, ToSchema)]
pub struct PapersOwingList {
    /// By order of asking.
    items: Vec<PapersOwing>,
}

fn owing_body(one: Owing) -> PapersOwing {
    PapersOwing {
        enrollment: one.row.id,
        class: one.class.name,
        held_until: one.row.held_until.map(Into::into),
        papers: one
            .papers
            .into_iter()
            .map(|text| PaperOwed {
                paper: text.paper,
                text: text.id,
                version: text.version,
                body: text.body,
            })
            .collect(),
        bring: one.bring,
    }
}

fn folder_body(folder: Folder) -> PaperFolder {
    let signed = folder.signed.into_iter().map(|row| PaperSigned {
        id: row.id,
        paper: row.paper,
        text: row.text_id,
        relation: row.relation,
        signed_at: row.signed_at.into(),
        valid_until: row.valid_until.to_string(),
    });
    PaperFolder {
        person: folder.person.id,
        owing: folder.owing.into_iter().map(owing_body).collect(),
        signed: signed.collect(),
    }
}

/// The caller's papers, and those of people for whom they may act.
#[utoipa::path(get, path = "/api/v1/me/papers", tag = "papers", operation_id = "my_papers",
    responses((status = 200, body = PaperFolders)))]
pub(super) async fn mine(ctx: Ctx) -> AppResult<Json<PaperFolders>> {
    let folders = actions::mine(&ctx).await?;
    Ok(Json(PaperFolders {
        items: folders.into_iter().map(folder_body).collect(),
    }))
}

/// What is owed for an enrolment: none or one item.
#[utoipa::path(get, path = "/api/v1/enrollments/{id}/papers", tag = "papers", operation_id = "papers_of_enrollment",
    params(("id" = String, Path, description = "The enrolment")),
    responses((status = 200, body = PapersOwingList), (status = 404, description = "None, or not the caller's")))]
pub(super) async fn of_enrollment(ctx: Ctx, At(id): At<EnrollmentId>) -> AppResult<Json<PapersOwingList>> {
    let (_, owing) = actions::of_enrollment(&ctx, id).await?;
    Ok(Json(PapersOwingList {
        items: owing.into_iter().map(owing_body).collect(),
    }))
}

/// A signature. With a name and a relation it is one on paper that a clerk saw.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct SignatureBody {
    /// Which paper.
    paper: Paper,
    /// Id of the words that were read.
    #[schema(value_type = String)]
    text: Ref<PaperTextId>,
    /// Who signed, for a clerk.
    signer_name: Option<String>,
    /// What the signer is to the learner, for a clerk.
    relation: Option<Signer>,
}

/// Signs a paper that is owed: the learner their own, the family the consent, a clerk what was signed at the counter.
#[utoipa::path(post, path = "/api/v1/enrollments/{id}/papers", tag = "papers", operation_id = "sign_paper",
    request_body = SignatureBody, params(("id" = String, Path, description = "The enrolment")),
    responses((status = 200, body = PapersOwingList, description = "What is still owed"),
        (status = 404, description = "None, or not the caller's"),
        (status = 409, description = "not_yours_to_sign, text_changed")))]
pub(super) async fn sign(
    ctx: Ctx,
    At(id): At<EnrollmentId>,
    platform::web::Json(body): platform::web::Json<SignatureBody>,
) -> AppResult<Json<PapersOwingList>> {
    match (body.signer_name, body.relation) {
        (None, None) => actions::sign(&ctx, id, body.paper, body.text.0).await?,
        (name, relation) => {
            let recorded = Recorded {
                paper: body.paper,
                text: body.text.0,
                name: name.unwrap_or_default(),
                relation: relation
                    .ok_or_else(|| AppError::invalid("relation", "请写签字人是学员的什么人。"))?,
            };
            actions::record(&ctx, id, recorded).await?
        }
    };
    of_enrollment(ctx, At(id)).await
}

/// Who still owes papers in a class.
#[utoipa::path(get, path = "/api/v1/classes/{id}/papers", tag = "papers", operation_id = "papers_of_class",
    params(("id" = String, Path, description = "The class")),
    responses((status = 200, body = PapersOwingList), (status = 404, description = "No such class in scope")))]
pub(super) async fn owing(ctx: Ctx, At(id): At<ClassId>) -> AppResult<Json<PapersOwingList>> {
    let (_, owing, _) = actions::of_class(&ctx, id).await?;
    Ok(Json(PapersOwingList {
        items: owing.into_iter().map(owing_body).collect(),
    }))
}

/// What an org's classes ask for, whoever set it.
#[derive(Debug, Serialize, ToSchema)]
pub struct PaperSettings {
    /// Id of the rule in force; sent back with a new one.
    rule: String,
    /// Who set it; null for what ships with the program.
    #[schema(value_type = Option<String>)]
    org: Option<OrgId>,
    /// Counts that org's rules.
    version: i64,
    /// Full years from which the family signs.
    consent_age: Option<i64>,
    /// Which classes ask for the health statement.
    health: When,
    /// Which classes ask for the notice of risks.
    risks: When,
    /// Days for which a signature is good.
    valid_days: i64,
    /// Hours for which a seat is kept on line.
    online_hours: i64,
    /// Working days for which it is kept at the counter.
    counter_days: i64,
    /// How to sign and what to bring.
    bring: String,
    /// The words in force.
    texts: Vec<PaperOwed>,
}

fn settings_body(papers: &Papers) -> PaperSettings {
    let rule = &papers.rule;
    PaperSettings {
        rule: rule.id.to_string(),
        org: rule.org_id,
        version: rule.version,
        consent_age: rule.consent_age,
        health: rule.health,
        risks: rule.risks,
        valid_days: rule.valid_days,
        online_hours: rule.online_hours,
        counter_days: rule.counter_days,
        bring: rule.bring.clone(),
        texts: papers
            .texts
            .iter()
            .map(|text| PaperOwed {
                paper: text.paper,
                text: text.id,
                version: text.version,
                body: text.body.clone(),
            })
            .collect(),
    }
}

/// Which papers the classes of an org ask for.
#[utoipa::path(get, path = "/api/v1/orgs/{id}/papers", tag = "papers", operation_id = "paper_settings",
    params(("id" = String, Path, description = "The org")),
    responses((status = 200, body = PaperSettings), (status = 404, description = "No such org in scope")))]
pub(super) async fn settings(ctx: Ctx, At(id): At<OrgId>) -> AppResult<Json<PaperSettings>> {
    let found = settings::show(&ctx, Some(id)).await?;
    Ok(Json(settings_body(&found.papers)))
}

/// A new rule.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct PaperRuleBody {
    /// Full years from which the family signs; null for nobody.
    consent_age: Option<i64>,
    /// Which classes ask for the health statement.
    health: When,
    /// Which classes ask for the notice of risks.
    risks: When,
    /// Days for which a signature is good.
    valid_days: i64,
    /// Hours for which a seat is kept on line.
    online_hours: i64,
    /// Working days for which it is kept at the counter.
    counter_days: i64,
    /// How to sign and what to bring.
    bring: String,
    /// Id of the rule in force that was seen.
    seen: String,
}

/// Sets what the classes of an org ask for from now on.
#[utoipa::path(post, path = "/api/v1/orgs/{id}/paper-rules", tag = "papers", operation_id = "set_paper_rule",
    request_body = PaperRuleBody, params(("id" = String, Path, description = "The org")),
    responses((status = 200, body = PaperSettings), (status = 409, description = "changed_meanwhile"),
        (status = 422, description = "A field is wrong: `errors` names it")))]
pub(super) async fn save_rule(
    ctx: Ctx,
    At(id): At<OrgId>,
    platform::web::Json(body): platform::web::Json<PaperRuleBody>,
) -> AppResult<Json<PaperSettings>> {
    let draft = RuleDraft {
        consent_age: body.consent_age,
        health: body.health,
        risks: body.risks,
        valid_days: body.valid_days,
        online_hours: body.online_hours,
        counter_days: body.counter_days,
        bring: body.bring,
        seen: body.seen,
    };
    settings::save_rule(&ctx, id, draft).await?;
    settings(ctx, At(id)).await
}

/// New words of a paper.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct PaperTextBody {
    /// Which paper.
    paper: Paper,
    /// The words.
    body: String,
    /// Id of the words in force that were seen.
    seen: String,
}

/// Sets the words of a paper from now on; what was signed keeps its words.
#[utoipa::path(post, path = "/api/v1/orgs/{id}/paper-texts", tag = "papers", operation_id = "set_paper_text",
    request_body = PaperTextBody, params(("id" = String, Path, description = "The org")),
    responses((status = 200, body = PaperSettings), (status = 409, description = "changed_meanwhile"),
        (status = 422, description = "A field is wrong: `errors` names it")))]
pub(super) async fn save_text(
    ctx: Ctx,
    At(id): At<OrgId>,
    platform::web::Json(body): platform::web::Json<PaperTextBody>,
) -> AppResult<Json<PaperSettings>> {
    settings::save_text(&ctx, id, body.paper, &body.body, &body.seen).await?;
    settings(ctx, At(id)).await
}

/// The description of this feature's addresses.
#[derive(utoipa::OpenApi)]
#[openapi(
    paths(mine, of_enrollment, sign, owing, settings, save_rule, save_text),
    components(schemas(
        PaperFolders,
        PaperFolder,
        PapersOwingList,
        PapersOwing,
        PaperOwed,
        PaperSigned,
        PaperSettings,
        SignatureBody,
        PaperRuleBody,
        PaperTextBody
    ))
)]
pub(crate) struct DeclarationsApi;

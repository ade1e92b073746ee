//! Eligibility rules for programs.

use super::actions::{self, Draft};
use super::load::Verdict;
use super::model::Words;
use super::standing::{self, RuleStanding};
use super::store::RuleRow;
use crate::EligibilityRuleId;
use axum::Json;
use axum::http::StatusCode;
use kernel::OrgId;
use platform::api::{Asked, At, Listed, done};
use platform::{AppError, AppResult, Ctx, Door};
use serde::{Deserialize, Serialize};
use teaching::{ClassId, CourseId};
use utoipa::ToSchema;

/// A version of a rule.
#[derive(Debug, Serialize, ToSchema)]
pub struct EligibilityRule {
    /// The rule.
    #[schema(value_type = String)]
    id: EligibilityRuleId,
    /// Counts from 1.
    version: i64,
    /// Whose.
    #[schema(value_type = String)]
    org: OrgId,
    /// For this course only.
    #[schema(value_type = Option<String>)]
    course: Option<CourseId>,
    /// For this class only.
    #[schema(value_type = Option<String>)]
    class: Option<ClassId>,
    /// CEL; must say yes for who enrols.
    expression: String,
    /// Why a learner is refused.
    words: String,
    /// What the next door says.
    door_label: String,
    /// Where it leads.
    door_href: String,
    /// From when it counts.
    valid_from: String,
    /// From when it counts no more.
    ended_at: Option<String>,
}

impl From<RuleRow> for EligibilityRule {
    fn from(row: RuleRow) -> Self {
        Self {
            id: row.id,
            version: row.version,
            org: row.org_id,
            course: row.course_id,
            class: row.class_id,
            expression: row.expression,
            words: row.words,
            door_label: row.door_label,
            door_href: row.door_href,
            valid_from: row.valid_from.to_string(),
            ended_at: row.ended_at.map(|at| at.to_string()),
        }
    }
}

/// The rules of an org and those of orgs above that count for it.
#[utoipa::path(get, path = "/api/v1/orgs/{id}/eligibility-rules", tag = "orgs", operation_id = "list_eligibility_rules",
    params(("id" = String, Path, description = "The org")),
    responses((status = 200, body = Listed<EligibilityRule>), (status = 404, description = "None in your scope")))]
pub(super) async fn list(ctx: Ctx, At(org): At<OrgId>) -> AppResult<Json<Listed<EligibilityRule>>> {
    let view = actions::show(&ctx, Some(org)).await?;
    let above = view.above.into_iter().map(|(row, _)| row);
    Ok(Json(Listed::whole(
        view.rules.into_iter().chain(above).map(EligibilityRule::from),
    )))
}

/// A rule as a program writes it.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct RuleBody {
    /// For this course only.
    #[schema(value_type = Option<String>)]
    course: Option<CourseId>,
    /// For this class only.
    #[schema(value_type = Option<String>)]
    class: Option<ClassId>,
    /// CEL.
    expression: String,
    /// Why a learner is refused.
    words: String,
    /// What the next door says.
    door_label: String,
    /// Where it leads, inside the site.
    door_href: String,
    /// First day; at once without.
    valid_from: Option<String>,
    /// The rule that gets a new version; its scope stays.
    #[schema(value_type = Option<String>)]
    rule: Option<EligibilityRuleId>,
    /// The version of that rule that was seen.
    version: Option<i64>,
}

impl TryFrom<RuleBody> for Draft {
    type Error = AppError;

    fn try_from(body: RuleBody) -> AppResult<Self> {
        let day = body.valid_from.map(|day| day.parse()).transpose();
        let day = day.map_err(|_| AppError::invalid("valid_from", "日期要写成 2027-03-01 这样。"))?;
        Ok(Self {
            course: body.course,
            class: body.class,
            expression: body.expression,
            words: Words {
                words: body.words,
                door_label: body.door_label,
                door_href: body.door_href,
            },
            valid_from: day,
            next_of: body.rule.map(|rule| (rule, body.version.unwrap_or(0))),
        })
    }
}

/// Publishes a rule, or a new version of one.
#[utoipa::path(post, path = "/api/v1/orgs/{id}/eligibility-rules", tag = "orgs", operation_id = "publish_eligibility_rule",
    request_body = RuleBody, params(("id" = String, Path, description = "The org")),
    responses((status = 200, body = EligibilityRule), (status = 404, description = "None in your scope"),
        (status = 409, description = "changed_meanwhile"), (status = 422, description = "A bad expression or words: problem+json")))]
pub(super) async fn publish(
    ctx: Ctx,
    At(org): At<OrgId>,
    platform::web::Json(body): platform::web::Json<RuleBody>,
) -> AppResult<Json<EligibilityRule>> {
    let row = actions::publish(&ctx, org, &body.try_into()?).await?;
    Ok(Json(row.into()))
}

/// What a rule would have done in the last term.
#[derive(Debug, Serialize, ToSchema)]
pub struct EligibilityDryRun {
    /// Learners with a seat in its classes.
    learners: usize,
    /// Of them, those whom it would have refused.
    refused: usize,
    /// Whether there were more seats than it looked at.
    cut: bool,
}

/// Tries a rule on the learners of the last term; nothing is kept.
#[utoipa::path(post, path = "/api/v1/orgs/{id}/eligibility-rules/dry-run", tag = "orgs", operation_id = "try_eligibility_rule",
    request_body = RuleBody, params(("id" = String, Path, description = "The org")),
    responses((status = 200, body = EligibilityDryRun), (status = 404, description = "None in your scope"),
        (status = 422, description = "A bad expression or words: problem+json")))]
pub(super) async fn dry_run(
    ctx: Ctx,
    At(org): At<OrgId>,
    platform::web::Json(body): platform::web::Json<RuleBody>,
) -> AppResult<Json<EligibilityDryRun>> {
    let tried = actions::dry_run(&ctx, org, &body.try_into()?).await?;
    Ok(Json(EligibilityDryRun {
        learners: tried.learners,
        refused: tried.refused,
        cut: tried.cut,
    }))
}

/// Which version is ended.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct EndBody {
    /// The last version, as it was seen.
    version: i64,
}

/// Ends a rule now.
#[utoipa::path(post, path = "/api/v1/eligibility-rules/{id}/end", tag = "orgs", operation_id = "end_eligibility_rule",
    request_body = EndBody, params(("id" = String, Path, description = "The rule")),
    responses((status = 204, description = "Ended"), (status = 404, description = "None in your scope"),
        (status = 409, description = "changed_meanwhile")))]
pub(super) async fn end(
    ctx: Ctx,
    At(id): At<EligibilityRuleId>,
    platform::web::Json(body): platform::web::Json<EndBody>,
) -> AppResult<StatusCode> {
    actions::end(&ctx, id, body.version).await?;
    Ok(done(()))
}

/// A rule of a class as it stands for somebody.
#[derive(Debug, Serialize, ToSchema)]
pub struct EligibilityStanding {
    /// The rule's words.
    words: String,
    /// Whether it is met; null where it asks for an age that is not known.
    met: Option<bool>,
    /// The way on, where it is not.
    door: Option<Door>,
}

impl From<RuleStanding> for EligibilityStanding {
    fn from(rule: RuleStanding) -> Self {
        Self {
            met: match rule.verdict {
                Verdict::Meets => Some(true),
                Verdict::Fails => Some(false),
                Verdict::BirthUnknown => None,
            },
            words: rule.words,
            door: rule.door,
        }
    }
}

/// The school's rules of a class, and whether the caller meets them; somebody who let the caller act for them; or a person for
/// whom a clerk asks.
#[utoipa::path(get, path = "/api/v1/classes/{id}/eligibility", tag = "enrollments", operation_id = "class_eligibility",
    params(("id" = String, Path, description = "The class"),
        ("for" = Option<String>, Query, description = "Id of the person for whom the caller may act"),
        ("person" = Option<String>, Query, description = "Id of the person, when a clerk asks")),
    responses((status = 200, body = Listed<EligibilityStanding>), (status = 404, description = "No such class, or not for you")))]
pub(super) async fn of_class(
    ctx: Ctx,
    At(class): At<ClassId>,
    asked: Asked,
) -> AppResult<Json<Listed<EligibilityStanding>>> {
    let rules = match (asked.id("for")?, asked.id("person")?) {
        (_, Some(person)) => standing::at_counter(&ctx, class, person).await?,
        (helped, None) => standing::for_own(&ctx, class, helped).await?,
    };
    Ok(Json(Listed {
        items: rules.into_iter().map(EligibilityStanding::from).collect(),
        next: None,
    }))
}

/// Description of this feature's addresses.
#[derive(utoipa::OpenApi)]
#[openapi(paths(list, publish, dry_run, end, of_class))]
pub(crate) struct EligibilityApi;

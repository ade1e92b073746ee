//! Persons for programs of the staff. Numbers are masked in every answer; nothing of a person stands in an address, so
//! that searching is a `POST`.

use super::actions;
use super::model::{Need, PersonDraft, PersonStatus, Sex};
use super::store::{PersonBrief, PersonRow};
use axum::Json;
use axum::http::StatusCode;
use kernel::{OrgId, PersonId};
use platform::api::{
    At, Created, Day, Listed, MOST_ITEMS, Made, Named, NoBody, Ref, created, done, given, version,
};
use platform::{AppError, AppResult, Ctx, web};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

platform::api_words!(Sex, PersonStatus, Need);

/// A person in a list.
#[derive(Debug, Serialize, ToSchema)]
pub struct PersonItem {
    /// Id.
    id: String,
    /// Learner's number.
    number: String,
    /// Name.
    name: String,
    /// Sex, where known.
    sex: Option<Sex>,
    /// Day of birth, where known.
    birth: Option<Day>,
    /// Telephone number with its middle hidden.
    phone_masked: Option<String>,
    /// Whether they take part.
    status: PersonStatus,
}

impl From<PersonBrief> for PersonItem {
    fn from(person: PersonBrief) -> Self {
        Self {
            id: person.id.to_string(),
            number: person.number,
            name: person.name,
            sex: person.sex,
            birth: person.birth.map(Day),
            phone_masked: person.phone_masked,
            status: person.status,
        }
    }
}

/// A person, masked.
#[derive(Debug, Serialize, ToSchema)]
pub struct PersonJson {
    #[serde(flatten)]
    person: PersonItem,
    /// Identity number, all but its ends hidden.
    id_number_masked: Option<String>,
    /// Neighbourhood.
    home: Option<Named>,
    /// Where they were registered.
    registered_at: Option<Named>,
    /// What a school should know to help.
    needs: Vec<Need>,
    /// Whether an emergency contact is known.
    has_contact: bool,
    /// Counts changes.
    version: i64,
}

impl From<PersonRow> for PersonJson {
    fn from(row: PersonRow) -> Self {
        let named = |org: Option<OrgId>, name: Option<String>| {
            org.map(|org| Named::new(org, name.unwrap_or_default()))
        };
        Self {
            person: PersonItem {
                id: row.id.to_string(),
                number: row.number,
                name: row.name,
                sex: row.sex,
                birth: row.birth.map(Day),
                phone_masked: row.phone_masked,
                status: row.status,
            },
            id_number_masked: row.id_masked,
            home: named(row.home_org_id, row.home_name),
            registered_at: named(row.registered_at_org_id, row.registered_name),
            needs: row
                .needs
                .split(',')
                .filter_map(|need| need.parse().ok())
                .collect(),
            has_contact: row.contact_sealed.is_some(),
            version: row.version,
        }
    }
}

/// Whom to look for.
#[derive(Debug, Deserialize, ToSchema)]
pub struct PersonSearch {
    /// Name, pinyin, initials, learner's number or code, telephone number or its last four digits, identity number;
    /// everybody when empty.
    #[serde(default)]
    q: String,
    /// At most so many, 1 to 200; 50 when missing.
    #[serde(default)]
    limit: Option<i64>,
    /// Where the list goes on: `next` of the answer before.
    #[serde(default)]
    cursor: String,
}

/// A person to register or to change. An identity number gives sex and day of birth.
#[derive(Debug, Deserialize, ToSchema)]
pub struct PersonBody {
    /// Id of the org at whose desk they are registered; needed to register, passed over in a change.
    #[serde(default)]
    #[schema(value_type = Option<String>)]
    org: Option<Ref<OrgId>>,
    /// Name as on the identity document.
    name: String,
    /// Sex; may be missing with an identity number.
    #[serde(default)]
    sex: Option<Sex>,
    /// Day of birth; may be missing with an identity number.
    #[serde(default)]
    birth: Option<Day>,
    /// Identity number; in a change an empty one keeps the one that is there.
    #[serde(default)]
    id_number: String,
    /// Telephone number; in a change an empty one keeps the one that is there.
    #[serde(default)]
    phone: String,
    /// Takes the telephone number away, in a change.
    #[serde(default)]
    forget_phone: bool,
    /// Id of the neighbourhood they live in.
    #[serde(default)]
    #[schema(value_type = Option<String>)]
    home: Option<Ref<OrgId>>,
    /// What a school should know to help.
    #[serde(default)]
    needs: Vec<Need>,
    /// Emergency contact: name and telephone; in a change a missing one keeps the one that is there.
    #[serde(default)]
    contact: Option<String>,
    /// That it is somebody else than those alike whom a refusal `person_alike` has named, to register.
    #[serde(default)]
    another: bool,
    /// Version that you read, to change a person.
    #[serde(default)]
    version: Option<i64>,
}

impl PersonBody {
    fn draft(self, org: Option<OrgId>) -> PersonDraft {
        PersonDraft {
            another: self.another,
            name: self.name,
            sex: self.sex.map_or("", Sex::as_str).to_owned(),
            birth: self.birth.map(|day| day.0),
            id_number: self.id_number,
            phone: self.phone,
            home: self.home.map(|home| home.0),
            needs: self.needs.iter().map(|need| need.as_str().to_owned()).collect(),
            contact: self.contact.unwrap_or_default(),
            org,
        }
    }
}

/// People in your scope, by name.
#[utoipa::path(post, path = "/api/v1/people/search", tag = "people", request_body = PersonSearch,
    responses((status = 200, body = Listed<PersonItem>)))]
pub(super) async fn search(
    ctx: Ctx,
    web::Json(body): web::Json<PersonSearch>,
) -> AppResult<Json<Listed<PersonItem>>> {
    let limit = body.limit.unwrap_or(50);
    if !(1..=MOST_ITEMS).contains(&limit) {
        return Err(AppError::invalid(
            "limit",
            format!("limit 要在 1 到 {MOST_ITEMS} 之间。"),
        ));
    }
    let q: String = body.q.chars().take(60).collect();
    let found = actions::search(&ctx, &q, &body.cursor, limit).await?;
    Ok(Json(Listed {
        items: found.people.into_iter().map(PersonItem::from).collect(),
        next: found.next,
    }))
}

/// One person in your scope, masked.
#[utoipa::path(get, path = "/api/v1/people/{id}", tag = "people",
    params(("id" = String, Path, description = "id of the person")),
    responses((status = 200, body = PersonJson)))]
pub(super) async fn show(ctx: Ctx, At(id): At<PersonId>) -> AppResult<Json<PersonJson>> {
    Ok(Json(actions::show(&ctx, id).await?.into()))
}

/// Registers a person.
#[utoipa::path(post, path = "/api/v1/people", tag = "people", request_body = PersonBody,
    responses((status = 201, body = Made),
        (status = 409, description = "`person_known`: they are registered already, `doors` leads to the record, which you may see from now on; `person_alike`: `doors` leads to who may be the same, `another` registers somebody else")))]
pub(super) async fn register(ctx: Ctx, web::Json(body): web::Json<PersonBody>) -> AppResult<Created> {
    let org = given(body.org, "org")?.0;
    actions::register(&ctx, body.draft(Some(org))).await.map(created)
}

/// Changes what is known of a person.
#[utoipa::path(put, path = "/api/v1/people/{id}", tag = "people", request_body = PersonBody,
    params(("id" = String, Path, description = "id of the person")),
    responses((status = 204, description = "changed"),
        (status = 409, description = "the identity number is another person's, or somebody changed it meanwhile")))]
pub(super) async fn change(
    ctx: Ctx,
    At(id): At<PersonId>,
    web::Json(mut body): web::Json<PersonBody>,
) -> AppResult<StatusCode> {
    let version = version(body.version)?;
    if body.contact.is_none() {
        // The version that is checked with the change says that this is still the contact.
        body.contact = Some(actions::open_for_change(&ctx, id).await?.1);
    }
    let forget_phone = body.forget_phone;
    actions::change(&ctx, id, body.draft(None), forget_phone, version)
        .await
        .map(done)
}

/// Makes the learner's code worthless; the new one is on their page and their new card.
#[utoipa::path(post, path = "/api/v1/people/{id}/code", tag = "people",
    params(("id" = String, Path, description = "id of the person")),
    responses((status = 204, description = "a new code stands")))]
pub(super) async fn reissue_code(ctx: Ctx, At(id): At<PersonId>, _: NoBody) -> AppResult<StatusCode> {
    actions::reissue_code(&ctx, id).await?;
    Ok(done(()))
}

/// Description of this feature's addresses.
#[derive(utoipa::OpenApi)]
#[openapi(paths(search, show, register, change, reissue_code))]
pub(crate) struct PersonsApi;

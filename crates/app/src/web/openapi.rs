//! `GET /api/v1/openapi.json`: the description of the whole API, made once from the handlers and the route table.

use crate::wiring;
use axum::http::header;
use axum::response::IntoResponse;
use platform::web::Shared;
use platform::{Access, RouteRule};
use std::sync::Arc;
use ui::errors::Problem;
use utoipa::openapi::path::{Operation, PathItem};
use utoipa::openapi::security::{HttpAuthScheme, HttpBuilder, SecurityRequirement, SecurityScheme};
use utoipa::openapi::{
    ComponentsBuilder, ContentBuilder, InfoBuilder, OpenApi, OpenApiBuilder, Ref, RefOr, ResponseBuilder,
};

const ABOUT: &str = "Lists answer {\"items\": […], \"next\": cursor or null} and take limit (at most 200) and cursor. \
    Ids are strings, times RFC 3339, dates YYYY-MM-DD, money in fen; clients take new values of enums and new fields. \
    What was made answers 201 with its id, what was changed 204; a change names the version that was read and answers 409 \
    when somebody changed it since. Errors are application/problem+json: `detail` says in Chinese what to do, `errors` \
    names each field. What everybody sees of organisations and classes is at /orgs and /classes; what their staff see of \
    them, at /desk/orgs and /desk/classes. Sign in with a personal token: Authorization: Bearer.";

/// Name of the scheme of personal tokens.
const TOKEN: &str = "token";
/// Name of the answer that every address may give.
const PROBLEM: &str = "Problem";

/// The description without any domain's part.
#[must_use]
pub fn head() -> OpenApi {
    let info = InfoBuilder::new()
        .title("学圈 Xuequan")
        .version(env!("CARGO_PKG_VERSION"))
        .description(Some(ABOUT))
        .build();
    let bearer = HttpBuilder::new().scheme(HttpAuthScheme::Bearer).build();
    let problem = ContentBuilder::new()
        .schema(Some(Ref::from_schema_name(PROBLEM)))
        .build();
    let problem = ResponseBuilder::new()
        .description("Why it did not happen")
        .content("application/problem+json", problem)
        .build();
    let components = ComponentsBuilder::new()
        .security_scheme(TOKEN, SecurityScheme::Http(bearer))
        .schema_from::<Problem<'static>>()
        .schema_from::<platform::FieldError>()
        .schema_from::<platform::Door>()
        .response(PROBLEM, problem)
        .build();
    OpenApiBuilder::new()
        .info(info)
        .components(Some(components))
        .build()
}

/// The description as it is sent.
#[derive(Clone)]
pub struct Description(Arc<str>);

impl Description {
    /// Describes the API with who may use each address of the route table.
    #[must_use]
    pub fn of(table: &[RouteRule]) -> Self {
        let mut api = wiring::openapi();
        for rule in table {
            let item = api.paths.paths.get_mut(rule.path);
            if let Some(operation) = item.and_then(|item| operation(item, rule.method)) {
                operation.operation_id = Some(name(rule));
                describe(operation, rule.access);
            }
        }
        Self(api.to_json().unwrap_or_default().into())
    }
}

fn operation<'a>(item: &'a mut PathItem, method: &str) -> Option<&'a mut Operation> {
    match method {
        "GET" => item.get.as_mut(),
        "POST" => item.post.as_mut(),
        "PUT" => item.put.as_mut(),
        "DELETE" => item.delete.as_mut(),
        _ => None,
    }
}

/// A name of its own for an address and method: `put_orgs_org_facts`.
fn name(rule: &RouteRule) -> String {
    let path = rule.path.trim_start_matches("/api/v1");
    let words = path.split(|letter: char| !letter.is_alphanumeric());
    let words: Vec<&str> = words.filter(|word| !word.is_empty()).collect();
    format!("{}_{}", rule.method.to_lowercase(), words.join("_"))
}

/// Says who may use an address, and how it answers what it cannot do.
fn describe(operation: &mut Operation, access: Access) {
    let who = match access {
        Access::Public => "For everybody.".to_owned(),
        Access::SignedIn => "For anybody who is signed in.".to_owned(),
        Access::Needs(permission) => format!("Needs `{}`.", permission.as_str()),
        Access::NeedsEither(one, other) => {
            format!("Needs `{}` or `{}`.", one.as_str(), other.as_str())
        }
    };
    let about = operation.description.take().unwrap_or_default();
    operation.description = Some(format!("{about}\n\n{who}").trim().to_owned());
    operation.security = Some(match access {
        Access::Public => Vec::new(),
        _ => vec![SecurityRequirement::new(TOKEN, Vec::<String>::new())],
    });
    let answers = &mut operation.responses.responses;
    for (status, answer) in answers.iter_mut() {
        if let RefOr::T(answer) = answer
            && answer.description.is_empty()
        {
            let made = status == "201";
            answer.description = if made {
                "What was made"
            } else {
                "What was asked for"
            }
            .into();
        }
    }
    let problem = Ref::from_response_name(PROBLEM);
    answers.insert("default".to_owned(), problem.into());
}

/// `GET /api/v1/openapi.json`.
pub async fn json(Shared(description): Shared<Description>) -> impl IntoResponse {
    (
        [
            (header::CONTENT_TYPE, "application/json"),
            (header::CACHE_CONTROL, "public, max-age=60"),
        ],
        description.0.to_string(),
    )
}

//! The route table: every address with who may use it. The permission matrix test reads it and tries each.

use crate::web::{Arrival, Shelf};
use crate::{AppError, Ctx, Permission, Platform};
use axum::Router;
use axum::extract::{FromRequestParts, Request};
use axum::handler::Handler;
use axum::middleware::{Next, from_fn};
use axum::response::{IntoResponse, Response};
use axum::routing::{MethodFilter, on};
use std::sync::Arc;

/// Who may use an address.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Access {
    /// Anybody.
    Public,
    /// Anybody who is signed in, for what is their own.
    SignedIn,
    /// A post with this permission, inside its scope.
    Needs(Permission),
    /// A post with either of these permissions.
    NeedsEither(Permission, Permission),
}

/// One line of the table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RouteRule {
    /// GET, POST, PUT, PATCH or DELETE.
    pub method: &'static str,
    /// Address with `{names}`.
    pub path: &'static str,
    /// Who may use it.
    pub access: Access,
}

/// Turns away who holds no post for this address anywhere, before a form is read or a record is looked for.
/// Whether the record lies in the post's scope is the action's to decide.
async fn guard(access: Access, request: Request, next: Next) -> Response {
    let (mut parts, body) = request.into_parts();
    let Some(arrival) = parts.extensions.get::<Arrival>() else {
        return AppError::Internal("a guarded route outside ui::layers::wrap".into()).into_response();
    };
    let platform = Arc::clone(&arrival.platform);
    let ctx = match Ctx::from_request_parts(&mut parts, &platform).await {
        Ok(ctx) => ctx,
        Err(error) => return error.into_response(),
    };
    // So that nobody has to be identified again for the handler.
    parts.extensions.insert(ctx.clone());
    let allowed = match access {
        Access::Needs(permission) => ctx.may(permission),
        Access::NeedsEither(one, other) => ctx.may(one).or_else(|_| ctx.may(other)),
        Access::Public | Access::SignedIn => return next.run(Request::from_parts(parts, body)).await,
    };
    match allowed {
        Ok(_) => next.run(Request::from_parts(parts, body)).await,
        Err(error) => error.into_response(),
    }
}

/// Routes of a domain with their table.
#[derive(Default)]
pub struct Routes {
    router: Router<Arc<Platform>>,
    table: Vec<RouteRule>,
    shared: Shelf,
}

impl Routes {
    /// No routes yet.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds `GET path`.
    #[must_use]
    pub fn get<H, T>(self, path: &'static str, access: Access, handler: H) -> Self
    where
        H: Handler<T, Arc<Platform>>,
        T: 'static,
    {
        self.on("GET", MethodFilter::GET, path, access, handler)
    }

    /// Adds `POST path`.
    #[must_use]
    pub fn post<H, T>(self, path: &'static str, access: Access, handler: H) -> Self
    where
        H: Handler<T, Arc<Platform>>,
        T: 'static,
    {
        self.on("POST", MethodFilter::POST, path, access, handler)
    }

    /// Adds `PUT path`.
    #[must_use]
    pub fn put<H, T>(self, path: &'static str, access: Access, handler: H) -> Self
    where
        H: Handler<T, Arc<Platform>>,
        T: 'static,
    {
        self.on("PUT", MethodFilter::PUT, path, access, handler)
    }

    /// Adds `DELETE path`.
    #[must_use]
    pub fn delete<H, T>(self, path: &'static str, access: Access, handler: H) -> Self
    where
        H: Handler<T, Arc<Platform>>,
        T: 'static,
    {
        self.on("DELETE", MethodFilter::DELETE, path, access, handler)
    }

    fn on<H, T>(
        mut self,
        method: &'static str,
        filter: MethodFilter,
        path: &'static str,
        access: Access,
        handler: H,
    ) -> Self
    where
        H: Handler<T, Arc<Platform>>,
        T: 'static,
    {
        self.table.push(RouteRule { method, path, access });
        let route = on(filter, handler);
        self.router = self.router.route(
            path,
            match access {
                Access::Public | Access::SignedIn => route,
                Access::Needs(_) | Access::NeedsEither(..) => {
                    route.layer(from_fn(move |request, next| guard(access, request, next)))
                }
            },
        );
        self
    }

    /// Adds all routes of another set.
    #[must_use]
    pub fn merge(mut self, other: Self) -> Self {
        self.table.extend(other.table);
        self.shared.extend(other.shared);
        self.router = self.router.merge(other.router);
        self
    }

    /// Gives every handler of the program a value ([`crate::web::Shared`]) of which there is one. It costs a request
    /// nothing, a layer around each route a microsecond.
    #[must_use]
    pub fn share<V: Clone + Send + Sync + 'static>(mut self, value: V) -> Self {
        self.shared.insert(value);
        self
    }

    /// Gives the handlers of these routes, and no others, a value (`axum::Extension`).
    #[must_use]
    pub fn with<V: Clone + Send + Sync + 'static>(mut self, value: V) -> Self {
        self.router = self.router.layer(axum::Extension(value));
        self
    }

    /// The table.
    #[must_use]
    pub fn table(&self) -> &[RouteRule] {
        &self.table
    }

    /// The router, and what every handler may ask for.
    pub fn into_parts(self) -> (Router<Arc<Platform>>, Shelf) {
        (self.router, self.shared)
    }
}

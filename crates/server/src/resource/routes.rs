//! The six routes of a resource.
//!
//! Promises: a resource's routes are made from its description. Must not know single resources.

use axum::http::Method;

use super::{Resource, create, list, list_detailed, remove, show, show_detailed, update};
use crate::auth::Permission;
use crate::http::context::RequestContext;
use crate::http::route::{Answer, Handler, Mount, Route};
use crate::wire::error::Error;
use crate::wire::form::Mode;
use crate::wire::json::ApiResponse;

/// Where a resource is served, and to whom.
#[derive(Clone, Copy)]
pub struct ResourceRoutes {
    /// Where it is read.
    pub read: (Mount, Permission),
    /// Where it is made and removed.
    pub write: (Mount, Permission),
    /// What changing one of them asks for.
    pub change: Permission,
    /// Whether one of them can be written anew with PUT.
    pub replaces: bool,
}

impl ResourceRoutes {
    /// Read and written where and by whom it says.
    pub const fn new(read: (Mount, Permission), write: (Mount, Permission)) -> Self {
        Self { read, write, change: write.1, replaces: true }
    }

    /// The same without PUT, which the vendor does not document for all of them.
    #[must_use]
    pub const fn without_put(mut self) -> Self {
        self.replaces = false;
        self
    }

    /// The list of a resource at one more path.
    pub fn list_at(
        resource: &'static Resource,
        path: &'static str,
        permission: Permission,
        summary: &'static str,
    ) -> Route {
        Route::of(Method::GET, path, permission, handler(resource, list), summary)
            .lists(resource.filters)
            .answers(200, Answer::Page(resource.view, resource.view))
    }

    /// The routes: list, make, show, change, perhaps write anew, remove.
    pub fn of(self, resource: &'static Resource) -> Vec<Route> {
        let label = resource.label;
        let (all, one) = resource.paths;
        let answer = Answer::One(resource.view, resource.view);
        let route = |method: Method, path, summary: String, handler: Handler| {
            let (under, permission) = match method {
                Method::GET => self.read,
                Method::PATCH | Method::PUT => (self.write.0, self.change),
                _ => self.write,
            };
            let route = Route::of(method.clone(), path, permission, handler, summary).under(under);
            match method {
                Method::GET => route,
                Method::DELETE => route.may_be_refused(),
                _ => Route { refused_by: resource.refused_by, ..route },
            }
        };
        let mut make = route(Method::POST, all, format!("Make one {label}."), handler(resource, create))
            .takes(resource.fields)
            .answers(201, answer);
        if resource.many {
            make = make.or_many();
        }
        if resource.upserts {
            make = make.answers(200, answer);
        }
        let mut routes = vec![
            route(Method::GET, all, format!("Every {label}."), handler(resource, list))
                .lists(resource.filters)
                .asks(resource.list_by.map_or(&[][..], |(parameters, _)| parameters))
                .answers(200, Answer::Page(resource.view, resource.view)),
            make,
            route(Method::GET, one, format!("One {label}."), handler(resource, show)).answers(200, answer),
            route(Method::PATCH, one, format!("Change some fields of one {label}."), handler(resource, patch))
                .takes(resource.fields)
                .answers(200, answer),
            route(
                Method::PUT,
                one,
                format!("Change one {label}; required fields must be there."),
                handler(resource, put),
            )
            .takes(resource.fields)
            .answers(200, answer),
            route(
                Method::DELETE,
                one,
                format!("Remove one {label} to which nothing refers."),
                handler(resource, remove),
            )
            .answers(204, Answer::Nothing),
        ];
        routes.retain(|route| self.replaces || route.method != Method::PUT);
        if let Some(detail) = resource.detail {
            let (all, one) = detail.paths;
            let text = format!("Every {label}, with what it refers to.");
            let page = Answer::Page(detail.view, detail.view);
            routes.push(
                route(Method::GET, all, text, handler(resource, list_detailed))
                    .lists(resource.filters)
                    .answers(200, page),
            );
            let text = format!("One {label}, with what it refers to.");
            let answer = Answer::One(detail.view, detail.view);
            routes.push(route(Method::GET, one, text, handler(resource, show_detailed)).answers(200, answer));
        }
        routes
    }
}

async fn patch(call: RequestContext, resource: &'static Resource) -> Result<ApiResponse, Error> {
    update(call, resource, Mode::Partial).await
}

async fn put(call: RequestContext, resource: &'static Resource) -> Result<ApiResponse, Error> {
    update(call, resource, Mode::Whole).await
}

fn handler<F>(resource: &'static Resource, handle: fn(RequestContext, &'static Resource) -> F) -> Handler
where
    F: Future<Output = Result<ApiResponse, Error>> + Send + 'static,
{
    Box::new(move |call| Box::pin(handle(call, resource)))
}

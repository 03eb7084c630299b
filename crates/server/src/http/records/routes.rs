//! The six routes of a noun.
//!
//! Promises: a noun's routes are made from what it says of itself. Must not know nouns.

use axum::http::Method;

use super::{Noun, create, list, list_detailed, remove, show, show_detailed, update};
use crate::auth::Permission;
use crate::http::call::Call;
use crate::http::route::{Answer, Handler, Route, Under};
use crate::wire::error::Error;
use crate::wire::form::Mode;
use crate::wire::json::Reply;

/// Where a noun is served, and to whom.
#[derive(Clone, Copy)]
pub struct Places {
    /// Where it is read.
    pub read: (Under, Permission),
    /// Where it is made and removed.
    pub write: (Under, Permission),
    /// What changing one of them asks for.
    pub change: Permission,
}

impl Places {
    /// Read and written where and by whom it says.
    pub const fn new(read: (Under, Permission), write: (Under, Permission)) -> Self {
        Self { read, write, change: write.1 }
    }

    /// The routes: list, make, show, change, write anew, remove.
    pub fn of(self, noun: &'static Noun) -> Vec<Route> {
        let label = noun.label;
        let (all, one) = noun.paths;
        let answer = Answer::One(noun.view, noun.view);
        let route = |method: Method, path, summary: String, handler: Handler| {
            let (under, permission) = match method {
                Method::GET => self.read,
                Method::PATCH | Method::PUT => (self.write.0, self.change),
                _ => self.write,
            };
            let route = Route::of(method.clone(), path, permission, handler, summary).under(under);
            if method == Method::GET { route } else { route.may_be_refused() }
        };
        let mut make = route(Method::POST, all, format!("Make one {label}."), handler(noun, create))
            .takes(noun.fields)
            .answers(201, answer);
        if noun.many {
            make = make.or_many();
        }
        if noun.upserts {
            make = make.answers(200, answer);
        }
        let mut routes = vec![
            route(Method::GET, all, format!("Every {label}."), handler(noun, list))
                .lists(noun.filters)
                .answers(200, Answer::Page(noun.view, noun.view)),
            make,
            route(Method::GET, one, format!("One {label}."), handler(noun, show)).answers(200, answer),
            route(Method::PATCH, one, format!("Change some fields of one {label}."), handler(noun, patch))
                .takes(noun.fields)
                .answers(200, answer),
            route(Method::PUT, one, format!("Change one {label}; required fields must be there."), handler(noun, put))
                .takes(noun.fields)
                .answers(200, answer),
            route(Method::DELETE, one, format!("Remove one {label} to which nothing refers."), handler(noun, remove))
                .answers(204, Answer::Nothing),
        ];
        if let Some(detail) = noun.detail {
            let (all, one) = detail.paths;
            let text = format!("Every {label}, with what it refers to.");
            let page = Answer::Page(detail.view, detail.view);
            routes.push(
                route(Method::GET, all, text, handler(noun, list_detailed)).lists(noun.filters).answers(200, page),
            );
            let text = format!("One {label}, with what it refers to.");
            let answer = Answer::One(detail.view, detail.view);
            routes.push(route(Method::GET, one, text, handler(noun, show_detailed)).answers(200, answer));
        }
        routes
    }
}

async fn patch(call: Call, noun: &'static Noun) -> Result<Reply, Error> {
    update(call, noun, Mode::Partial).await
}

async fn put(call: Call, noun: &'static Noun) -> Result<Reply, Error> {
    update(call, noun, Mode::Whole).await
}

fn handler<F>(noun: &'static Noun, handle: fn(Call, &'static Noun) -> F) -> Handler
where
    F: Future<Output = Result<Reply, Error>> + Send + 'static,
{
    Box::new(move |call| Box::pin(handle(call, noun)))
}

//! The whole API as one table, in a file for each of its parts: method, path, handler, permission, and what the
//! description says of it.
//!
//! Promises: what is not here is not served; what is here is described. Every path answers with and without the slash
//! at its end, without a redirect (contract X13). `i1` and `v1` lead to the same handlers (contract X1, X15).

macro_rules! route {
    ($method:ident $path:literal $permission:ident $handler:path, $summary:literal) => {
        Route::new(Method::$method, $path, May::$permission, $handler, $summary)
    };
}

mod catalogue;
mod directory;
mod feed;
mod oms;
mod sales;
mod stock;

use axum::http::Method;

pub use self::directory::NOUNS;
pub use super::route::{Answer, CHANNEL, Handler, Holds, Mount, Parameter, Reading, RefusedBy, Route, Rows, parameter};
use super::{auth, description, health};
use crate::auth::Permission as May;
use crate::wire::view::View;

const fn one(view: &'static View) -> Answer {
    Answer::One(view, view)
}

const fn page(view: &'static View) -> Answer {
    Answer::Page(view, view)
}

/// Every route.
pub fn routes() -> Vec<Route> {
    [accounts(), catalogue::all(), directory::all(), stock::all(), sales::all(), feed::all(), oms::all(), operations()]
        .into_iter()
        .flatten()
        .collect()
}

fn accounts() -> Vec<Route> {
    const USER: Answer = one(&auth::USER);
    vec![
        route!(POST "auth/login" Public auth::login, "Sign in: a new token for name and password.")
            .takes(auth::LOGIN)
            .answers(200, one(&auth::KEY)),
        route!(POST "auth/logout" SignedIn auth::logout, "Sign out: the token that was sent is revoked.")
            .answers(200, one(&auth::DETAIL)),
        route!(GET "auth/tokens" SignedIn auth::list_tokens, "Your tokens, with when they were last used.")
            .under(Mount::V1)
            .lists(auth::FILTERS)
            .answers(200, page(&auth::TOKEN)),
        route!(POST "auth/tokens" SignedIn auth::create_token, "A named token, shown this once.")
            .under(Mount::V1)
            .takes(auth::NEW_TOKEN)
            .own()
            .answers(201, one(&auth::NEW_TOKEN_ANSWER)),
        route!(DELETE "auth/tokens/{id}" SignedIn auth::remove_token, "Revoke one of your tokens.")
            .under(Mount::V1)
            .answers(204, Answer::Nothing),
        route!(POST "auth/password" SignedIn auth::change_password, "Replace your password; your other tokens are revoked.")
            .under(Mount::V1)
            .takes(auth::PASSWORD)
            .own()
            .answers(204, Answer::Nothing),
        route!(GET "active_user" SignedIn auth::active_user, "Who is signed in.").answers(200, USER),
    ]
}

fn operations() -> Vec<Route> {
    vec![
        route!(GET "healthz" Public health::live, "Whether the process answers.")
            .under(Mount::Root)
            .answers(200, Answer::Free),
        route!(GET "readyz" Public health::ready, "Whether requests can be served.")
            .under(Mount::Root)
            .answers(200, Answer::Free),
        route!(GET "metrics" Public health::metrics, "Metrics in Prometheus' text form.")
            .under(Mount::Root)
            .for_operators()
            .answers(200, Answer::Free),
        route!(GET "api/schema" Public description::show, "This description.")
            .under(Mount::Root)
            .for_operators()
            .answers(200, Answer::Free)
            .answers(304, Answer::Nothing),
        route!(GET "api/docs" Public description::page, "This description, to read.")
            .under(Mount::Root)
            .for_operators()
            .answers(200, Answer::Free)
            .answers(304, Answer::Nothing),
    ]
}

//! Accounts: logging in, tokens and passwords, saved views.
//!
//! Promises: an account reads and changes only what is its own. Must not know what a role permits.

pub mod auth;
pub mod saved_views;

use crate::http::route::{Answer, Mount, Route, one, page, route};

pub(super) fn routes() -> Vec<Route> {
    const USER: Answer = one(&auth::USER);
    const VIEW: Answer = one(&saved_views::VIEW);
    vec![
        route!(POST "auth/login" Public auth::login, "Sign in: a new token for name and password.")
            .named("login")
            .throttled()
            .takes(auth::LOGIN)
            .answers(200, one(&auth::KEY)),
        route!(POST "auth/logout" SignedIn auth::logout, "Sign out: the token that was sent is revoked.")
            .named("logout")
            .answers(200, one(&auth::DETAIL)),
        route!(GET "auth/tokens" SignedIn auth::list_tokens, "Your tokens, with when they were last used.")
            .under(Mount::V1)
            .lists(auth::FILTERS)
            .answers(200, page(&auth::TOKEN)),
        route!(POST "auth/tokens" SignedIn auth::create_token, "A named token, shown this once.")
            .named("createToken")
            .under(Mount::V1)
            .takes(auth::NEW_TOKEN)
            .own()
            .answers(201, one(&auth::NEW_TOKEN_ANSWER)),
        route!(DELETE "auth/tokens/{id}" SignedIn auth::remove_token, "Revoke one of your tokens.")
            .named("revokeToken")
            .under(Mount::V1)
            .answers(204, Answer::Nothing),
        route!(POST "auth/password" SignedIn auth::change_password, "Replace your password; your other tokens are revoked.")
            .named("changePassword")
            .throttled()
            .under(Mount::V1)
            .takes(auth::PASSWORD)
            .own()
            .answers(204, Answer::Nothing),
        route!(GET "saved_views" ReadStock saved_views::list, "Your saved views, and those that others share.")
            .under(Mount::V1)
            .lists(saved_views::FILTERS)
            .answers(200, page(&saved_views::VIEW)),
        route!(POST "saved_views" ReadStock saved_views::create, "Save a view of a screen.")
            .under(Mount::V1)
            .takes(saved_views::FIELDS)
            .own()
            .answers(201, VIEW),
        route!(GET "saved_views/{id}" ReadStock saved_views::show, "One saved view.")
            .under(Mount::V1)
            .answers(200, VIEW),
        route!(PATCH "saved_views/{id}" ReadStock saved_views::update, "Change one of your saved views.")
            .under(Mount::V1)
            .takes(saved_views::CHANGES)
            .own()
            .answers(200, VIEW),
        route!(DELETE "saved_views/{id}" ReadStock saved_views::remove, "Remove one of your saved views.")
            .under(Mount::V1)
            .answers(204, Answer::Nothing),
        route!(GET "active_user" SignedIn auth::active_user, "Who is signed in.").answers(200, USER),
    ]
}

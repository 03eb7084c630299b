//! Signing in and out, one's own password and one's own tokens.
//!
//! Promises: a secret is in the answer that makes it, and in no other. Must not know roles.

use axum::http::StatusCode;
use onhand_store::tables::accounts::{Token, TokenKind};

use crate::http::context::RequestContext;
use crate::services::accounts::{sign_in, tokens};
use crate::wire::error::Error;
use crate::wire::field::Field;
use crate::wire::filter::Filter;
use crate::wire::form::Mode;
use crate::wire::json::{ApiResponse, Object};
use crate::wire::page;
use crate::wire::response_schema::{PropertyType, ResponseSchema, property, response_schema};

/// The body of a log-in.
pub const LOGIN: &[Field] = &[
    Field::text("username", 150, "The user's name.").required(),
    Field::secret("password", 256, "The user's password.").required(),
];
/// The body of a new token.
pub const NEW_TOKEN: &[Field] = &[
    Field::text("name", 64, "What the token is for.").required(),
    Field::int("expires_in_days", 1, 36_500, "Days after which it ends; without, it stays until it is revoked."),
];
/// The body of a change of one's own password.
pub const PASSWORD: &[Field] = &[
    Field::secret("current_password", 256, "The password so far.").required(),
    Field::secret("new_password", 256, "The new one: at least 8 characters, and not easy to guess.").required(),
];
/// Nothing narrows the list of one's own tokens.
pub const FILTERS: &[Filter] = &[];

/// The answer to a log-in.
pub const KEY: ResponseSchema =
    ResponseSchema { name: "Key", properties: &[property("key", PropertyType::Text)], open: false };
/// The answer to a log-out.
pub const DETAIL: ResponseSchema =
    ResponseSchema { name: "Detail", properties: &[property("detail", PropertyType::Text)], open: false };
/// Who is signed in.
pub const USER: ResponseSchema = ResponseSchema {
    name: "ActiveUser",
    properties: &[
        property("pk", PropertyType::Int),
        property("id", PropertyType::Int),
        property("username", PropertyType::Text),
        property("role", PropertyType::Text),
        property("channel", PropertyType::IntOrNull),
        property("is_active", PropertyType::Bool),
    ],
    open: false,
};
/// A token as its owner sees it. The token itself is shown once, when it is made.
pub const TOKEN: ResponseSchema = response_schema!("Token" {
    pk: Int,
    name: Text,
    prefix: Text,
    is_named: Bool,
    created_date: Time,
    last_used_date: TimeOrNull,
    expires_date: TimeOrNull,
    revoked_date: TimeOrNull,
});
/// A new token.
pub const NEW_TOKEN_ANSWER: ResponseSchema = response_schema!("NewToken" {
    pk: Int,
    name: Text,
    expires_date: TimeOrNull,
    key: Text,
});

/// `POST auth/login/`: a new token for name and password. Wrong ones are 400, never 401 (contract 2.1).
pub async fn login(call: RequestContext) -> Result<ApiResponse, Error> {
    let form = call.form(LOGIN, Mode::Whole).await?;
    let (username, password) = (form.text("username").unwrap_or_default(), form.text("password").unwrap_or_default());
    let key = sign_in::sign_in(&call.app, (username, password), call.address).await?;
    Ok(ApiResponse::written(|out| Object::open(out).text("key", &key).close()))
}

/// `POST auth/password/`: the caller's own password is replaced. All of its other tokens are revoked.
pub async fn change_password(call: RequestContext) -> Result<ApiResponse, Error> {
    tokens::reject_named(&call.caller)?;
    let form = call.form(PASSWORD, Mode::Whole).await?;
    let current = form.text("current_password").unwrap_or_default();
    let new = form.text("new_password").unwrap_or_default();
    sign_in::change_password(&call.app, &call.caller, (current, new), call.address).await?;
    Ok(ApiResponse::nothing())
}

/// `POST auth/logout/`: revokes the token that was sent.
pub async fn logout(call: RequestContext) -> Result<ApiResponse, Error> {
    sign_in::sign_out(&call.app, &call.caller).await?;
    Ok(ApiResponse::written(|out| Object::open(out).text("detail", "Successfully logged out.").close()))
}

/// `GET active_user/`.
pub async fn active_user(call: RequestContext) -> Result<ApiResponse, Error> {
    let caller = &call.caller;
    let mut body = String::new();
    Object::open(&mut body)
        .int("pk", caller.account.get())
        .int("id", caller.account.get())
        .text("username", &caller.username)
        .text("role", caller.role.name())
        .int_or_null("channel", caller.channel.map(onhand_core::ChannelId::get))
        .bool("is_active", true)
        .close();
    Ok(ApiResponse::ok(body))
}

/// `GET auth/tokens/`: the caller's own tokens, the oldest first.
pub async fn list_tokens(call: RequestContext) -> Result<ApiResponse, Error> {
    let query = call.listing(FILTERS)?;
    let page = page::of_all(&query, tokens::own(&call.app, &call.caller, TokenKind::Api).await?)?;
    call.page(&query, &page, write_token)
}

fn write_token(out: &mut String, token: &Token) {
    Object::open(out)
        .int("pk", token.id)
        .text("name", &token.name)
        .text("prefix", &token.prefix)
        .bool("is_named", token.is_named)
        .time("created_date", token.created_at)
        .time_or_null("last_used_date", token.last_used_at)
        .time_or_null("expires_date", token.expires_at)
        .time_or_null("revoked_date", token.revoked_at)
        .close();
}

/// `POST auth/tokens/`: a named token for the caller, shown this once.
pub async fn create_token(call: RequestContext) -> Result<ApiResponse, Error> {
    tokens::reject_named(&call.caller)?;
    let form = call.form(NEW_TOKEN, Mode::Whole).await?;
    let (name, days) = (form.text("name").unwrap_or_default(), form.int("expires_in_days"));
    let made = tokens::create_own(&call.app, &call.caller, (name, days)).await?;
    let mut body = String::new();
    Object::open(&mut body)
        .int("pk", made.id)
        .text("name", name)
        .time_or_null("expires_date", made.expires_at)
        .text("key", &made.key)
        .close();
    Ok(ApiResponse::text(StatusCode::CREATED, body))
}

/// `DELETE auth/tokens/{id}/`: revokes one of the caller's tokens.
pub async fn remove_token(call: RequestContext) -> Result<ApiResponse, Error> {
    tokens::revoke_own(&call.app, &call.caller, call.id()?).await?;
    Ok(ApiResponse::nothing())
}

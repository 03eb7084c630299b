//! Signing in and out, one's own password and one's own tokens.
//!
//! Promises: a named token, which programs keep, makes no further tokens and changes no password. Must not know roles.

use axum::http::StatusCode;
use onhand_store::Tx;
use onhand_store::tables::accounts::{self, Proof, Token};

use crate::auth::{Attempt, password, token};
use crate::http::context::RequestContext;
use crate::state::App;
use crate::wire::error::{Error, FieldErrors};
use crate::wire::field::Field;
use crate::wire::filter::Filter;
use crate::wire::form::Mode;
use crate::wire::json::{ApiResponse, Object};
use crate::wire::page;
use crate::wire::view::{Shape, View, property};

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

/// Named tokens an account may have at once.
const NAMED_TOKENS_MAX: i64 = 200;

/// The answer to a log-in.
pub const KEY: View = View { name: "Key", properties: &[property("key", Shape::Text)], open: false };
/// The answer to a log-out.
pub const DETAIL: View = View { name: "Detail", properties: &[property("detail", Shape::Text)], open: false };
/// Who is signed in.
pub const USER: View = View {
    name: "ActiveUser",
    properties: &[
        property("pk", Shape::Int),
        property("id", Shape::Int),
        property("username", Shape::Text),
        property("role", Shape::Text),
        property("channel", Shape::IntOrNull),
        property("is_active", Shape::Bool),
    ],
    open: false,
};
/// A token as its owner sees it. The token itself is shown once, when it is made.
pub const TOKEN: View = View {
    name: "Token",
    properties: &[
        property("pk", Shape::Int),
        property("name", Shape::Text),
        property("prefix", Shape::Text),
        property("is_named", Shape::Bool),
        property("created_date", Shape::Time),
        property("last_used_date", Shape::TimeOrNull),
        property("expires_date", Shape::TimeOrNull),
        property("revoked_date", Shape::TimeOrNull),
    ],
    open: false,
};
/// A new token.
pub const NEW_TOKEN_ANSWER: View = View {
    name: "NewToken",
    properties: &[
        property("pk", Shape::Int),
        property("name", Shape::Text),
        property("expires_date", Shape::TimeOrNull),
        property("key", Shape::Text),
    ],
    open: false,
};

/// `POST auth/login/`: a new token for name and password. Wrong ones are 400, never 401 (contract 2.1).
pub async fn login(call: RequestContext) -> Result<ApiResponse, Error> {
    let form = call.form(LOGIN, Mode::Whole).await?;
    let (username, password) = (form.text("username").unwrap_or_default(), form.text("password").unwrap_or_default());
    let app = &call.app;
    let attempt = attempt(&call, username)?;
    let name = username.to_owned();
    let found = app.store.read("accounts.by_name", async move |tx| accounts::by_name(tx, &name).await).await?;
    let account = found.filter(|account| account.is_active);
    let stored = account.as_ref().map(|account| account.password_hash.clone());
    let fits = fits(&call, password, stored).await?;
    let refused = || {
        tracing::warn!(username, address = %call.address, "log-in failed");
        Error::Fields(FieldErrors::one("non_field_errors", "Unable to log in with provided credentials."))
    };
    let account = account.filter(|_| fits).ok_or_else(refused)?;
    let (key, row) = new_token(app, account.id, "login");
    let days = i64::from(app.config.login_token_days);
    let row = Token { expires_at: (days > 0).then(|| token::end(row.created_at, days)), ..row };
    let (proof, max) = (Proof::Password(account.password_hash), app.config.login_tokens_max.get() as usize);
    let insert = async move |tx: &mut Tx<'_>| accounts::insert_login(tx, &row, &proof, max).await;
    app.store.write("tokens.insert", insert).await?.ok_or_else(refused)?;
    attempt.succeeded();
    tracing::info!(username, address = %call.address, "log-in");
    let mut body = String::new();
    Object::open(&mut body).text("key", &key).close();
    Ok(ApiResponse::ok(body))
}

/// One more attempt to name a password, unless there were too many that failed.
fn attempt<'a>(call: &'a RequestContext, username: &str) -> Result<Attempt<'a>, Error> {
    let throttled = |retry_after_seconds| Error::Throttled { retry_after_seconds };
    call.app.throttle.attempt(username, call.address).map_err(throttled)
}

/// Whether a password is the one of which the hash is stored. Where none is, finding out takes as long.
async fn fits(call: &RequestContext, password: &str, stored: Option<String>) -> Result<bool, Error> {
    let fits = call.app.passwords.check(password.to_owned(), stored).await;
    fits.ok_or(Error::Throttled { retry_after_seconds: 5 })
}

/// A token for an account, and the row that is stored of it.
fn new_token(app: &App, account: onhand_core::UserId, name: &str) -> (String, Token) {
    let key = token::generate();
    let row = token::row(&key, account, name, app.clock.now());
    (key, row)
}

/// `POST auth/password/`: the caller's own password is replaced. All of its other tokens are revoked.
pub async fn change_password(call: RequestContext) -> Result<ApiResponse, Error> {
    refuse_named(&call)?;
    let form = call.form(PASSWORD, Mode::Whole).await?;
    let current = form.text("current_password").unwrap_or_default();
    let new = form.text("new_password").unwrap_or_default().to_owned();
    let (app, id, kept) = (&call.app, call.caller.account, call.caller.token);
    if let Some(weakness) = password::weakness(&new, &call.caller.username) {
        return Err(Error::field("new_password", weakness));
    }
    let attempt = attempt(&call, &call.caller.username)?;
    let account = app.store.read("accounts.by_id", async move |tx| accounts::by_id(tx, id).await).await?;
    let wrong = || Error::field("current_password", "This is not the current password.");
    let shown = account.map(|account| account.password_hash);
    let fits = fits(&call, current, shown.clone()).await?;
    let shown = shown.filter(|_| fits).ok_or_else(wrong)?;
    attempt.succeeded();
    let hash = app.passwords.hash(new).await.ok_or(Error::Throttled { retry_after_seconds: 5 })?;
    let now = app.clock.now();
    let body = async move |tx: &mut Tx<'_>| accounts::replace_password(tx, (id, &shown), &hash, kept, now).await;
    let holds = app.store.write("accounts.set_password", body).await?;
    app.sessions.forget();
    if !holds {
        return Err(wrong());
    }
    Ok(ApiResponse::nothing())
}

/// A program that keeps a named token could otherwise outlive its revocation.
fn refuse_named(call: &RequestContext) -> Result<(), Error> {
    let text = "A named token cannot do this; sign in with name and password.";
    if call.caller.is_named { Err(Error::Detail(StatusCode::FORBIDDEN, text.to_owned())) } else { Ok(()) }
}

/// `POST auth/logout/`: revokes the token that was sent.
pub async fn logout(call: RequestContext) -> Result<ApiResponse, Error> {
    revoke_token(&call, call.caller.token).await?;
    let mut body = String::new();
    Object::open(&mut body).text("detail", "Successfully logged out.").close();
    Ok(ApiResponse::ok(body))
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
    let account = call.caller.account;
    let query = call.listing(FILTERS)?;
    call.app.sessions.note_use().await?;
    let tokens =
        call.app.store.read("tokens.of_account", async move |tx| accounts::tokens_of(tx, account).await).await?;
    let page = page::of_all(&query, tokens)?;
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
    refuse_named(&call)?;
    let form = call.form(NEW_TOKEN, Mode::Whole).await?;
    let name = form.text("name").unwrap_or_default();
    let (key, row) = new_token(&call.app, call.caller.account, name);
    let expires_at = form.int("expires_in_days").map(|days| token::end(row.created_at, days));
    let row = Token { is_named: true, expires_at, ..row };
    let proof = Proof::Token(call.caller.token);
    let body = async move |tx: &mut Tx<'_>| match accounts::count_named(tx, row.account).await? {
        NAMED_TOKENS_MAX.. => Ok(Err(())),
        _ => accounts::insert_proven(tx, &row, &proof).await.map(Ok),
    };
    let Ok(made) = call.app.store.write("tokens.insert", body).await? else {
        let text = format!("You have {NAMED_TOKENS_MAX} named tokens; revoke one first.");
        return Err(Error::field("name", &text));
    };
    // The token was good when it was looked at, which may be some seconds ago.
    let id = made.ok_or_else(|| Error::unauthorized("Invalid token."))?;
    let mut body = String::new();
    Object::open(&mut body)
        .int("pk", id)
        .text("name", name)
        .time_or_null("expires_date", expires_at)
        .text("key", &key)
        .close();
    Ok(ApiResponse::text(StatusCode::CREATED, body))
}

/// `DELETE auth/tokens/{id}/`: revokes one of the caller's tokens.
pub async fn remove_token(call: RequestContext) -> Result<ApiResponse, Error> {
    let (id, account) = (call.id()?, call.caller.account);
    let tokens =
        call.app.store.read("tokens.of_account", async move |tx| accounts::tokens_of(tx, account).await).await?;
    if !tokens.iter().any(|token| token.id == id && token.revoked_at.is_none()) {
        return Err(Error::not_found());
    }
    revoke_token(&call, id).await?;
    Ok(ApiResponse::nothing())
}

async fn revoke_token(call: &RequestContext, id: i64) -> Result<(), Error> {
    let now = call.app.clock.now();
    call.app.store.write("tokens.revoke", async move |tx| accounts::revoke(tx, id, now).await).await?;
    call.app.sessions.forget();
    Ok(())
}

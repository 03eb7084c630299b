//! Signing in and out, and one's own tokens (contract 2).

use axum::http::StatusCode;
use onhand_store::Tx;
use onhand_store::accounts::{self, Proof, Token};

use super::call::Call;
use crate::app::App;
use crate::auth::token;
use crate::wire::error::{Error, FieldErrors};
use crate::wire::field::Field;
use crate::wire::form::Mode;
use crate::wire::json::{Object, Reply};
use crate::wire::view::{Shape, View, property};

/// The body of a log-in.
pub const LOGIN: &[Field] = &[
    Field::text("username", 150, "The user's name.").required(),
    Field::secret("password", 256, "The user's password.").required(),
];
/// The body of a new token.
pub const NEW_TOKEN: &[Field] = &[Field::text("name", 64, "What the token is for.").required()];

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
        property("created_date", Shape::Time),
        property("last_used_date", Shape::TimeOrNull),
        property("revoked_date", Shape::TimeOrNull),
    ],
    open: false,
};
/// A new token.
pub const NEW_TOKEN_ANSWER: View = View {
    name: "NewToken",
    properties: &[property("pk", Shape::Int), property("name", Shape::Text), property("key", Shape::Text)],
    open: false,
};
/// All tokens of the caller.
pub const TOKENS: View = View { name: "Tokens", properties: &[property("results", Shape::List(&TOKEN))], open: false };

/// `POST auth/login/`: a new token for name and password. Wrong ones are 400, never 401 (contract 2.1).
pub async fn login(call: Call) -> Result<Reply, Error> {
    let form = call.form(LOGIN, Mode::Whole).await?;
    let (username, password) = (form.text("username").unwrap_or_default(), form.text("password").unwrap_or_default());
    let app = &call.app;
    app.throttle
        .attempt(username, call.address)
        .map_err(|retry_after_seconds| Error::Throttled { retry_after_seconds })?;
    let name = username.to_owned();
    let found = app.store.read("accounts.by_name", async move |tx| accounts::by_name(tx, &name).await).await?;
    let account = found.filter(|account| account.is_active);
    let stored = account.as_ref().map(|account| account.password_hash.clone());
    let fits = app.passwords.check(password.to_owned(), stored).await;
    let fits = fits.ok_or(Error::Throttled { retry_after_seconds: 5 })?;
    let refused = || {
        tracing::warn!(username, address = %call.address, "log-in refused");
        Error::Fields(FieldErrors::one("non_field_errors", "Unable to log in with provided credentials."))
    };
    let account = account.filter(|_| fits).ok_or_else(refused)?;
    let issued = issue(app, account.id, "login", Proof::Password(account.password_hash)).await?;
    let (_, key) = issued.ok_or_else(refused)?;
    let mut body = String::new();
    Object::open(&mut body).text("key", &key).close();
    Ok(Reply::ok(body))
}

/// Makes a token and stores its hash, if what its owner has shown for it is still good.
async fn issue(
    app: &App,
    account: onhand_core::UserId,
    name: &str,
    proof: Proof,
) -> Result<Option<(i64, String)>, onhand_store::Error> {
    let key = token::generate();
    let row = Token {
        id: 0,
        account,
        name: name.to_owned(),
        prefix: key[..token::PREFIX_DIGITS].to_owned(),
        hash: token::hash(&key).to_vec(),
        created_at: app.clock.now(),
        last_used_at: None,
        revoked_at: None,
    };
    let insert = async move |tx: &mut Tx<'_>| accounts::insert_proven(tx, &row, &proof).await;
    let id = app.store.write("tokens.insert", insert).await?;
    Ok(id.map(|id| (id, key)))
}

/// `POST auth/logout/`: revokes the token that was sent.
pub async fn logout(call: Call) -> Result<Reply, Error> {
    revoke_token(&call, call.caller.token).await?;
    let mut body = String::new();
    Object::open(&mut body).text("detail", "Successfully logged out.").close();
    Ok(Reply::ok(body))
}

/// `GET active_user/`.
pub async fn active_user(call: Call) -> Result<Reply, Error> {
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
    Ok(Reply::ok(body))
}

/// `GET auth/tokens/`: the caller's own tokens.
pub async fn list_tokens(call: Call) -> Result<Reply, Error> {
    let account = call.caller.account;
    call.app.sessions.note_use().await?;
    let tokens =
        call.app.store.read("tokens.of_account", async move |tx| accounts::tokens_of(tx, account).await).await?;
    let mut body = String::new();
    Object::open(&mut body).list("results", &tokens, write_token).close();
    Ok(Reply::ok(body))
}

fn write_token(out: &mut String, token: &Token) {
    Object::open(out)
        .int("pk", token.id)
        .text("name", &token.name)
        .text("prefix", &token.prefix)
        .time("created_date", token.created_at)
        .time_or_null("last_used_date", token.last_used_at)
        .time_or_null("revoked_date", token.revoked_at)
        .close();
}

/// `POST auth/tokens/`: a named token for the caller, shown this once.
pub async fn create_token(call: Call) -> Result<Reply, Error> {
    let form = call.form(NEW_TOKEN, Mode::Whole).await?;
    let name = form.text("name").unwrap_or_default();
    let issued = issue(&call.app, call.caller.account, name, Proof::Token(call.caller.token)).await?;
    // It was good when it was looked at, which may be some seconds ago.
    let (id, key) = issued.ok_or_else(|| Error::unauthorized("Invalid token."))?;
    let mut body = String::new();
    Object::open(&mut body).int("pk", id).text("name", name).text("key", &key).close();
    Ok(Reply::text(StatusCode::CREATED, body))
}

/// `DELETE auth/tokens/{id}/`: revokes one of the caller's tokens.
pub async fn remove_token(call: Call) -> Result<Reply, Error> {
    let (id, account) = (call.id()?, call.caller.account);
    let tokens =
        call.app.store.read("tokens.of_account", async move |tx| accounts::tokens_of(tx, account).await).await?;
    if !tokens.iter().any(|token| token.id == id && token.revoked_at.is_none()) {
        return Err(Error::not_found());
    }
    revoke_token(&call, id).await?;
    Ok(Reply::nothing())
}

async fn revoke_token(call: &Call, id: i64) -> Result<(), Error> {
    let now = call.app.clock.now();
    call.app.store.write("tokens.revoke", async move |tx| accounts::revoke(tx, id, now).await).await?;
    call.app.sessions.forget();
    Ok(())
}

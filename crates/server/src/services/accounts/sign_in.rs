//! Signing in with a name and a password, signing out, and a new password for one's own account.
//!
//! Promises: failures are limited per name and address, and an unknown name takes as long as a wrong password. A
//! changed password ends all other log-ins at once. Must not know what a role may do.

use std::net::IpAddr;

use onhand_store::Tx;
use onhand_store::tables::accounts::{self, Account, Proof, Token, TokenKind};

use super::tokens;
use crate::auth::{Attempt, Caller, password, token};
use crate::services::{ServiceError, Services};

/// After how many seconds another attempt is worth it, if too many passwords wait to be checked.
const CHECKS_RETRY_SECONDS: u64 = 5;
/// Days after which the session of a browser ends, whatever happens.
const SESSION_DAYS: i64 = 7;
/// The most characters that are kept of what a browser calls itself.
const USER_AGENT_CHARS_MAX: usize = 120;

/// Makes a token for a name and its password, which come from an address.
pub async fn sign_in(
    services: &Services,
    (username, password): (&str, &str),
    address: IpAddr,
) -> Result<String, ServiceError> {
    let days = i64::from(services.config.login_token_days);
    let made = |row: Token| Token { expires_at: (days > 0).then(|| token::end(row.created_at, days)), ..row };
    signed_in(services, (username, password), address, made).await
}

/// Begins the session of a browser, which calls itself something, in the same way. Its token opens the screens and
/// nothing else. The session that the browser had ends.
pub async fn begin_session(
    services: &Services,
    (username, password): (&str, &str),
    address: IpAddr,
    (user_agent, replaced): (&str, Option<&Caller>),
) -> Result<String, ServiceError> {
    let user_agent: String = user_agent.chars().filter(|c| !c.is_control()).take(USER_AGENT_CHARS_MAX).collect();
    let made = |row: Token| Token {
        kind: TokenKind::Screen,
        expires_at: Some(token::end(row.created_at, SESSION_DAYS)),
        name: "session".to_owned(),
        user_agent,
        ..row
    };
    let key = signed_in(services, (username, password), address, made).await?;
    if let Some(replaced) = replaced {
        sign_out(services, replaced).await?;
    }
    Ok(key)
}

async fn signed_in(
    services: &Services,
    (username, password): (&str, &str),
    address: IpAddr,
    made: impl FnOnce(Token) -> Token,
) -> Result<String, ServiceError> {
    let attempt = attempt(services, username, address)?;
    let name = username.to_owned();
    // No text that is stored has a null character in it.
    let found = match name.contains('\0') {
        true => None,
        false => services.store.read("accounts.by_name", async move |tx| accounts::by_name(tx, &name).await).await?,
    };
    let account = found.filter(|account: &Account| account.is_active);
    let stored = account.as_ref().map(|account| account.password_hash.clone());
    let fits = fits(services, password, stored).await?;
    let refused = || {
        tracing::warn!(username, %address, "log-in failed");
        ServiceError::WrongCredentials
    };
    let account = account.filter(|_| fits).ok_or_else(refused)?;
    let (key, row) = tokens::new(account.id, "login", services.clock.now());
    let row = made(row);
    let (proof, max) = (Proof::Password(account.password_hash), services.config.login_tokens_max.get() as usize);
    let insert = async move |tx: &mut Tx<'_>| accounts::insert_login(tx, &row, &proof, max).await;
    // A new token takes the place of the one that was not used for the longest time, by what is written down.
    services.sessions.note_use().await?;
    services.store.write("tokens.insert", insert).await?.ok_or_else(refused)?;
    attempt.succeeded();
    tracing::info!(username, %address, "log-in");
    Ok(key)
}

/// One more attempt to name a password, unless there were too many that failed.
fn attempt<'s>(services: &'s Services, username: &str, address: IpAddr) -> Result<Attempt<'s>, ServiceError> {
    let throttled = |retry_after_seconds| ServiceError::Throttled { retry_after_seconds };
    services.throttle.attempt(username, address).map_err(throttled)
}

/// Whether a password is the one of which the hash is stored. Where none is, finding out takes as long.
async fn fits(services: &Services, password: &str, stored: Option<String>) -> Result<bool, ServiceError> {
    services.passwords.check(password.to_owned(), stored).await.ok_or_else(too_many_checks)
}

const fn too_many_checks() -> ServiceError {
    ServiceError::Throttled { retry_after_seconds: CHECKS_RETRY_SECONDS }
}

/// Ends a log-in: its token is revoked.
pub async fn sign_out(services: &Services, caller: &Caller) -> Result<(), ServiceError> {
    tokens::revoke(services, caller.token).await
}

/// Replaces the caller's own password. All of its other tokens are revoked.
pub async fn change_password(
    services: &Services,
    caller: &Caller,
    (current, new): (&str, &str),
    address: IpAddr,
) -> Result<(), ServiceError> {
    if let Some(weakness) = password::weakness(new, &caller.username) {
        return Err(ServiceError::field("new_password", weakness));
    }
    let (id, kept) = (caller.account, caller.token);
    let attempt = attempt(services, &caller.username, address)?;
    let account = services.store.read("accounts.by_id", async move |tx| accounts::by_id(tx, id).await).await?;
    let wrong = || ServiceError::field("current_password", "This is not the current password.");
    let shown = account.map(|account| account.password_hash);
    let fits = fits(services, current, shown.clone()).await?;
    let shown = shown.filter(|_| fits).ok_or_else(wrong)?;
    attempt.succeeded();
    let hash = services.passwords.hash(new.to_owned()).await.ok_or_else(too_many_checks)?;
    let now = services.clock.now();
    let body = async move |tx: &mut Tx<'_>| accounts::replace_password(tx, (id, &shown), &hash, kept, now).await;
    let holds = services.store.write("accounts.set_password", body).await?;
    services.sessions.forget();
    if holds { Ok(()) } else { Err(wrong()) }
}

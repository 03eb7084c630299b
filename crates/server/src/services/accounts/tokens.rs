//! Tokens: named ones for programs, and the end of any.
//!
//! Promises: a named token, which a program keeps, makes no further tokens and changes no password, so that it cannot
//! outlive its revocation. Must not know passwords.

use onhand_core::{Timestamp, UserId};
use onhand_store::tables::accounts::{self, Account, Proof, Token, TokenKind};
use onhand_store::{Store, Tx};

use crate::auth::{Caller, token};
use crate::clock::Clock;
use crate::services::{ServiceError, Services};

/// Named tokens an account may have at once.
const NAMED_TOKENS_MAX: i64 = 200;

/// A token that was made just now.
#[derive(Debug)]
pub struct NewToken {
    /// Its id.
    pub id: i64,
    /// The token itself, which is stored nowhere.
    pub key: String,
    /// When it ends, if it does.
    pub expires_at: Option<Timestamp>,
}

/// A token for an account, and the row that is stored of it.
pub(super) fn new(account: UserId, name: &str, now: Timestamp) -> (String, Token) {
    let key = token::generate();
    let row = token::row(&key, account, name, now);
    (key, row)
}

fn named(account: UserId, (name, days): (&str, Option<i64>), now: Timestamp) -> (String, Token) {
    let (key, row) = new(account, name, now);
    let expires_at = days.map(|days| token::end(row.created_at, days));
    (key, Token { is_named: true, expires_at, ..row })
}

/// Rejects a caller that has signed in with a named token.
pub fn reject_named(caller: &Caller) -> Result<(), ServiceError> {
    match caller.is_named {
        true => Err(ServiceError::Forbidden("A named token cannot do this; sign in with name and password.")),
        false => Ok(()),
    }
}

/// Makes a named token for the caller, which ends after so many days.
pub async fn create_own(
    services: &Services,
    caller: &Caller,
    (name, days): (&str, Option<i64>),
) -> Result<NewToken, ServiceError> {
    reject_named(caller)?;
    let (key, row) = named(caller.account, (name, days), services.clock.now());
    let (expires_at, proof) = (row.expires_at, Proof::Token(caller.token));
    let body = async move |tx: &mut Tx<'_>| match accounts::count_named(tx, row.account).await? {
        NAMED_TOKENS_MAX.. => Ok(Err(())),
        _ => accounts::insert_proven(tx, &row, &proof).await.map(Ok),
    };
    let Ok(made) = services.store.write("tokens.insert", body).await? else {
        let text = format!("You have {NAMED_TOKENS_MAX} named tokens; revoke one first.");
        return Err(ServiceError::field("name", text));
    };
    // The token was good when it was looked at, which may be some seconds ago.
    let id = made.ok_or(ServiceError::TokenEnded)?;
    Ok(NewToken { id, key, expires_at })
}

/// Makes a named token for any account: for who may open the database.
pub async fn create(
    (store, clock): (&Store, &Clock),
    account: &Account,
    (name, days): (&str, Option<i64>),
) -> Result<NewToken, ServiceError> {
    let (key, row) = named(account.id, (name, days), clock.now());
    let expires_at = row.expires_at;
    let id = store.write("tokens.insert", async move |tx| accounts::insert_token(tx, &row).await).await?;
    Ok(NewToken { id, key, expires_at })
}

/// The caller's own tokens of a kind, the oldest first, with their last use.
pub async fn own(services: &Services, caller: &Caller, kind: TokenKind) -> Result<Vec<Token>, ServiceError> {
    let tokens = of(&services.store, caller.account).await?;
    // Writing the uses down first would make who only looks wait for the writer.
    Ok(tokens
        .into_iter()
        .filter(|token| token.kind == kind)
        .map(|token| services.sessions.with_last_use(token))
        .collect())
}

async fn of(store: &Store, account: UserId) -> Result<Vec<Token>, onhand_store::Error> {
    store.read("tokens.of_account", async move |tx| accounts::tokens_of(tx, account).await).await
}

/// Revokes one of the caller's own tokens.
pub async fn revoke_own(services: &Services, caller: &Caller, id: i64) -> Result<(), ServiceError> {
    let tokens = of(&services.store, caller.account).await?;
    match tokens.iter().any(|token| token.id == id && token.revoked_at.is_none()) {
        true => revoke(services, id).await,
        false => Err(ServiceError::NotFound),
    }
}

pub(super) async fn revoke(services: &Services, id: i64) -> Result<(), ServiceError> {
    let now = services.clock.now();
    services.store.write("tokens.revoke", async move |tx| accounts::revoke(tx, id, now).await).await?;
    services.sessions.forget();
    Ok(())
}

//! What a person sets for themselves: appearance, password, tokens, sessions. Must not show another person's.

use askama::Template;
use onhand_core::Timestamp;

use crate::Frame;
use crate::form::FieldErrors;

/// The page `/me`.
///
/// Forms: `language`, `theme`, `density` and `keys` post to [`crate::link::my_settings`]; `old` and `new` to
/// [`crate::link::my_password`]; `name` to [`crate::link::my_tokens`]; revoking posts to [`crate::link::revoke_token`],
/// for sessions too; signing out to [`crate::link::sign_out`]. Each but the last posts `idempotency_key` and `back` as well.
#[derive(Clone, Debug, Template)]
#[template(path = "me.html")]
pub struct Me {
    /// The frame.
    pub frame: Frame,
    /// The person's tokens, the newest first; at most 100.
    pub tokens: Vec<TokenRow>,
    /// The person's sessions, this one first; at most 100.
    pub sessions: Vec<SessionRow>,
    /// A token that has just been made. It is shown this once.
    pub new_token: Option<String>,
    /// The address of the server, for the command that uses a token.
    pub base_url: String,
    /// Whether the settings have just been saved.
    pub is_saved: bool,
    /// The least length of a password, in characters.
    pub password_min: i64,
    /// What is wrong: with `old`, `new` or `name`.
    pub errors: FieldErrors,
}

/// A token.
#[derive(Clone, Debug)]
pub struct TokenRow {
    /// Its id.
    pub id: i64,
    /// Its name.
    pub name: String,
    /// The beginning of it, by which it can be recognised.
    pub prefix: String,
    /// When it was made.
    pub made: Timestamp,
    /// When it was used last.
    pub used: Option<Timestamp>,
}

/// A session.
#[derive(Clone, Debug)]
pub struct SessionRow {
    /// Its id.
    pub id: i64,
    /// The browser, as it calls itself; at most 120 characters.
    pub agent: String,
    /// When it was used last.
    pub used: Option<Timestamp>,
    /// Whether it is the one of this request.
    pub is_this: bool,
}

//! Signing in: name, password, and what went wrong. Must not know whether a name exists.

use askama::Template;

use crate::Frame;

/// The page `/sign-in`, anonymous. Posts `name`, `password` and `next` to [`crate::link::sign_in`].
#[derive(Clone, Debug, Template)]
#[template(path = "sign_in.html")]
pub struct SignIn {
    /// The frame, without a person.
    pub frame: Frame,
    /// The name as it was entered.
    pub name: String,
    /// The path to go to afterwards, which the server has checked.
    pub next: String,
    /// Whether name and password did not fit. The sentence is the same whichever of them was wrong.
    pub has_failed: bool,
    /// For how many seconds no further attempt is taken.
    pub retry_seconds: Option<i64>,
    /// Whether the database cannot be written, so that no person can sign in.
    pub is_read_only: bool,
    /// Where the first password was printed, while no person has signed in yet.
    pub first_password: Option<String>,
    /// Whether this server is a demonstration.
    pub is_demonstration: bool,
    /// The version of the server.
    pub version: String,
}

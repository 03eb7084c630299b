//! Accounts: who may sign in, what proves that a caller is that account, and which tokens programs have.
//!
//! Promises: what is stored of a password or a token opens nothing. A token is told once, when it is made. Must not
//! know how a token is sent.

pub mod preferences;
pub mod sign_in;
pub mod tokens;
pub mod users;

//! Why a service has not done what it was asked for: a rejection or an error.
//!
//! Promises: where one is returned, nothing has been changed, unless the database gave no answer to a commit. Its text
//! is for people and names no path. Must not know statuses or bodies of answers.

use std::fmt;
use std::io;

use onhand_core::Rejection;
use onhand_store::Error as StoreError;

use super::imports::trouble::Trouble;
use crate::writer::SubmitError;

/// Why a service has not done what it was asked for.
#[derive(Debug)]
pub enum ServiceError {
    /// There is nothing of this name, or none that the requester may know of.
    NotFound,
    /// Fields have values that cannot be taken: each field, as the wire names it, and why.
    Fields(Vec<(&'static str, String)>),
    /// Something beside the fields cannot be taken.
    Invalid(String),
    /// A rule of the core rejects it.
    Rejection(Rejection),
    /// A rule of the service rejects it.
    Rule {
        /// Which, for programs. It is stable.
        code: &'static str,
        /// Why, for people.
        text: String,
    },
    /// The idempotency key was used for another request.
    KeyReused,
    /// The name or the password is wrong, or the user may not sign in.
    WrongCredentials,
    /// The token is not good any more.
    TokenEnded,
    /// The requester may not do this.
    Forbidden(&'static str),
    /// There were too many attempts.
    Throttled {
        /// After how many seconds another one is worth it.
        retry_after_seconds: u64,
    },
    /// The file took too long to arrive.
    Late,
    /// It cannot be done just now.
    Busy(String),
    /// The process is stopping, and nothing more is done.
    Stopping,
    /// The database or the machine has failed, or what is stored cannot be read.
    Trouble(Trouble),
}

impl ServiceError {
    /// A fault of the program, or of what it has stored.
    pub fn internal(text: impl Into<String>) -> Self {
        Self::Trouble(Trouble::Store(StoreError::Internal(text.into())))
    }

    /// A rule of the service rejects it.
    pub fn rule(code: &'static str, text: impl Into<String>) -> Self {
        Self::Rule { code, text: text.into() }
    }

    /// A field has a value that cannot be taken.
    pub fn field(field: &'static str, text: impl Into<String>) -> Self {
        Self::Fields(vec![(field, text.into())])
    }
}

impl From<StoreError> for ServiceError {
    fn from(fault: StoreError) -> Self {
        Self::Trouble(fault.into())
    }
}

impl From<io::Error> for ServiceError {
    fn from(fault: io::Error) -> Self {
        Self::Trouble(fault.into())
    }
}

impl From<Trouble> for ServiceError {
    fn from(trouble: Trouble) -> Self {
        Self::Trouble(trouble)
    }
}

impl From<Rejection> for ServiceError {
    fn from(rejection: Rejection) -> Self {
        Self::Rejection(rejection)
    }
}

impl From<SubmitError> for ServiceError {
    fn from(fault: SubmitError) -> Self {
        match fault {
            SubmitError::Full => Self::Busy("the queue of the writer is full".to_owned()),
            SubmitError::Closed => Self::Stopping,
            SubmitError::Store(fault) => fault.into(),
        }
    }
}

impl fmt::Display for ServiceError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotFound => f.write_str("Not found."),
            Self::Fields(faults) => {
                let texts: Vec<String> = faults.iter().map(|(field, text)| format!("{field}: {text}")).collect();
                f.write_str(&texts.join(" "))
            }
            Self::Invalid(text) | Self::Rule { text, .. } | Self::Busy(text) | Self::Trouble(Trouble::File(text)) => {
                f.write_str(text)
            }
            Self::Rejection(rejection) => write!(f, "This was rejected: {rejection:?}."),
            Self::KeyReused => f.write_str("This Idempotency-Key was used for another request."),
            Self::WrongCredentials => f.write_str("Unable to log in with provided credentials."),
            Self::TokenEnded => f.write_str("Invalid token."),
            Self::Forbidden(text) => f.write_str(text),
            Self::Throttled { retry_after_seconds } => {
                write!(f, "Request was throttled. Expected available in {retry_after_seconds} seconds.")
            }
            Self::Stopping => f.write_str("the queue of the writer is closed"),
            Self::Late => f.write_str("The file took too long to arrive."),
            Self::Trouble(Trouble::Store(fault)) => fault.fmt(f),
            Self::Trouble(Trouble::Machine(fault)) => fault.fmt(f),
        }
    }
}

impl std::error::Error for ServiceError {
    /// An error of the system is its cause, so that a caller can tell a reader that has gone from a full disk.
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Self::Trouble(Trouble::Machine(fault)) => Some(fault),
            Self::Trouble(Trouble::Store(fault)) => Some(fault),
            _ => None,
        }
    }
}

//! What can go wrong in a store, in our words. Must not carry driver types: callers decide by variant.

/// A failed statement or transaction.
#[derive(Clone, Debug, thiserror::Error)]
pub enum Error {
    /// A unique key exists already; `constraint` is the name of its index, for instance `stock_list_name`.
    #[error("{constraint} is taken")]
    UniqueViolation {
        /// The index.
        constraint: String,
    },
    /// A row pointed elsewhere when it was locked than when it was looked up: worth looking again.
    #[error("{0} has changed meanwhile")]
    StaleRead(&'static str),
    /// The database cannot be reached or used just now; trying again later may help.
    #[error("the database is not available: {0}")]
    Unavailable(String),
    /// The database may only be read: a standby, or a role without rights to write.
    #[error("the database may only be read: {0}")]
    ReadOnly(String),
    /// The database's file was removed or replaced underneath; nothing was written.
    #[error("{0}")]
    Lost(String),
    /// Another transaction was in the way, again and again; nothing was written.
    #[error("other transactions were in the way: {0}")]
    Conflict(String),
    /// The answer to a commit was lost and could not be found out: it may have been written or not.
    #[error("whether it was written is not known: {0}")]
    CommitInDoubt(String),
    /// The database server does not let us in, or is not the one we trust: trying again does not help.
    #[error("access denied: {0}")]
    AccessDenied(String),
    /// The database was written by a newer program.
    #[error("the database has schema version {found}, this program knows up to {known}: use a newer program")]
    NewerSchema {
        /// The version found.
        found: i64,
        /// The newest version this program knows.
        known: i64,
    },
    /// The database is not in a state for what was asked, and was not changed.
    #[error("{0}")]
    PreconditionFailed(String),
    /// The database URL is not one of ours.
    #[error("{0}")]
    Url(String),
    /// Anything else: a fault of the program or the disk.
    #[error("{0}")]
    Internal(String),
}

impl Error {
    /// Whether this is the violation of the given unique key.
    pub fn is_taken(&self, constraint: &str) -> bool {
        matches!(self, Self::UniqueViolation { constraint: taken } if taken == constraint)
    }
}

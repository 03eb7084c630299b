//! The driver's errors in our words.
//!
//! Promises: a caller that gets [`Error::Conflict`] may try again and will likely succeed; [`Error::Unavailable`] does
//! not depend on what was asked. Must not know statements.

use std::io::ErrorKind;

use tokio_postgres::error::{Severity, SqlState};

use crate::Error;

/// An error of a statement. Where tables are distributed over several machines, the server that was asked passes on the
/// error of another one, or says that it could not be asked.
pub(super) fn running(fault: &tokio_postgres::Error, is_distributed: bool) -> Error {
    let Some(told) = fault.as_db_error() else {
        // The connection itself, or a value that does not fit its parameter: the latter is our fault.
        let ours =
            fault.to_string().starts_with("error serializing") || fault.to_string().starts_with("error deserializing");
        return if ours { Error::Internal(whole(fault)) } else { Error::Unavailable(whole(fault)) };
    };
    let state = told.code();
    let text = format!("{} ({})", told.message(), state.code());
    match *state {
        SqlState::UNIQUE_VIOLATION => {
            let named = told.constraint().or_else(|| quoted(told.message())).unwrap_or_default();
            let constraint = if is_distributed { without_shard(named) } else { named };
            Error::UniqueViolation { constraint: constraint.to_owned() }
        }
        SqlState::T_R_SERIALIZATION_FAILURE | SqlState::T_R_DEADLOCK_DETECTED | SqlState::LOCK_NOT_AVAILABLE => {
            Error::Conflict(text)
        }
        // A database that is read-only, or may only be read by us, can be written again by and by.
        SqlState::READ_ONLY_SQL_TRANSACTION | SqlState::INSUFFICIENT_PRIVILEGE => Error::ReadOnly(text),
        SqlState::QUERY_CANCELED | SqlState::IO_ERROR => Error::Unavailable(text),
        _ if is_about_the_server(state.code()) => Error::Unavailable(text),
        // What Citus says of a machine that is gone.
        SqlState::INTERNAL_ERROR if is_distributed => Error::Unavailable(text),
        _ => Error::Internal(text),
    }
}

/// The last name in quotes: Citus passes on the words of another machine, and not the field that names the constraint.
fn quoted(message: &str) -> Option<&str> {
    let (before, _) = message.rsplit_once('"')?;
    Some(before.rsplit_once('"')?.1)
}

/// The name of an index without the number of the shard that it is of, which Citus appends.
fn without_shard(name: &str) -> &str {
    match name.rsplit_once('_') {
        Some((index, shard)) if !shard.is_empty() && shard.bytes().all(|byte| byte.is_ascii_digit()) => index,
        _ => name,
    }
}

/// Whether the server said that a statement failed and the connection goes on. Anything else, also its last words
/// before it closes the connection, says nothing about what was sent later.
pub(super) fn is_server_reported(fault: &tokio_postgres::Error) -> bool {
    fault.as_db_error().is_some_and(|told| told.parsed_severity() == Some(Severity::Error))
}

/// Whether a connection ended that was there: closed on the way, or by a server that goes on and takes others. One that
/// is not there, is starting, or has no more room for connections, is away.
pub(super) fn is_cut(fault: &tokio_postgres::Error) -> bool {
    if let Some(told) = fault.as_db_error() {
        let is_last_word = matches!(told.parsed_severity(), Some(Severity::Fatal | Severity::Panic));
        let is_away = *told.code() == SqlState::CANNOT_CONNECT_NOW || told.code().code().starts_with("53");
        return is_last_word && !is_away;
    }
    if fault.is_closed() {
        return true;
    }
    let io = std::error::Error::source(fault).and_then(|cause| cause.downcast_ref::<std::io::Error>());
    io.is_some_and(|io| {
        matches!(
            io.kind(),
            ErrorKind::UnexpectedEof
                | ErrorKind::ConnectionReset
                | ErrorKind::ConnectionAborted
                | ErrorKind::BrokenPipe
        )
    })
}

/// Classes: connection exception, insufficient resources (also a full disk), operator intervention, system error.
fn is_about_the_server(code: &str) -> bool {
    ["08", "53", "57", "58"].iter().any(|class| code.starts_with(class))
}

/// An error of connecting. A permanent denial is reported as such.
pub(super) fn opening(fault: &tokio_postgres::Error) -> Error {
    let Some(told) = fault.as_db_error() else {
        let text = whole(fault);
        return if is_for_good(fault, &text) { Error::AccessDenied(text) } else { Error::Unavailable(text) };
    };
    match *told.code() {
        SqlState::INVALID_PASSWORD
        | SqlState::INVALID_AUTHORIZATION_SPECIFICATION
        | SqlState::INVALID_CATALOG_NAME
        | SqlState::INSUFFICIENT_PRIVILEGE => Error::AccessDenied(told.message().to_owned()),
        _ => running(fault, false),
    }
}

/// Whether an error that the server did not tell comes again at every try: a certificate that is not trusted, no TLS
/// where it must be, a password that is not given. The driver names its kinds in its texts only.
fn is_for_good(fault: &tokio_postgres::Error, text: &str) -> bool {
    if text.starts_with("error performing TLS handshake") {
        let io = std::error::Error::source(fault).and_then(|cause| cause.downcast_ref::<std::io::Error>());
        return io.is_none_or(|io| matches!(io.kind(), ErrorKind::InvalidData | ErrorKind::InvalidInput));
    }
    text.starts_with("invalid configuration") || text.starts_with("authentication error")
}

/// With its causes, which the driver leaves out.
fn whole(fault: &tokio_postgres::Error) -> String {
    let mut text = fault.to_string();
    let mut cause = std::error::Error::source(fault);
    while let Some(inner) = cause {
        text = format!("{text}: {inner}");
        cause = inner.source();
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_index_is_known_by_its_name_on_whatever_machine_it_is() {
        let message = "duplicate key value violates unique constraint \"stock_sku_102028\"";
        assert_eq!(quoted(message).map(without_shard), Some("stock_sku"));
        assert_eq!(without_shard("stock_sku"), "stock_sku");
        assert_eq!(without_shard("stock_"), "stock_");
        assert_eq!(quoted("nothing is named"), None);
        assert_eq!(quoted("half a \"name"), None);
    }
}

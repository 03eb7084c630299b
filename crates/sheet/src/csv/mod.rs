//! CSV: bytes to characters, characters to records, records to rows.
//!
//! Promises: one block of the file and one record are in memory, whatever the file is. Must not know what the cells
//! mean.

mod encoding;
mod records;
mod separator;

pub(crate) use encoding::Encoding;
pub(crate) use records::Records;

//! Imports: what a file of stock means, from its bytes to commands, and the result of each row.
//!
//! Promises: a file is read in bounded memory; the same file gives the same chunks each time it is read, so that work
//! can go on where it stopped. Must not know HTTP, and has no second way to write stock: it makes commands.

pub mod file;
pub mod messages;
pub mod outcomes;
pub mod results;
pub mod spool;
pub mod start;
pub mod stock_list_rows;
pub mod trouble;

/// Rows of one chunk: one command, one part of a transaction. Orders that wait behind it wait for so many rows.
pub const CHUNK_ROWS: usize = 160;

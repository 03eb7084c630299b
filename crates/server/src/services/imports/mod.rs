//! Imports: how a file is received, how far it is, what its rows did, and what can follow it.
//!
//! Promises: a file is read in bounded memory; the same file gives the same chunks each time it is read, so that work
//! can go on where it stopped. Has no second way to write stock: workers make commands of its rows. Must not know how a
//! file was sent or how a status is shown.

pub mod bulk;
pub mod delays;
pub mod file;
pub mod follow;
pub mod layout;
pub mod look;
pub mod mapping;
pub mod messages;
pub mod price_messages;
pub mod price_results;
pub mod price_template;
pub mod prices;
pub mod queue;
pub mod receive;
pub mod reread;
pub mod result_file;
pub mod results;
pub mod row_results;
pub mod spool;
pub mod status;
pub mod stock_list_rows;
pub mod trouble;

/// Rows of one chunk: one command, one part of a transaction. Orders that wait behind it wait for so many rows.
pub const CHUNK_ROWS: usize = 160;

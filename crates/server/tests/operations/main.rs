//! The program as an operator runs it: the real binary, on files and on a real PostgreSQL.
//!
//! Promises: what a case asserts is what a person would see: exit codes, lines, answers.

mod behind;
mod client;
mod copy;
mod exports;
mod holding;
mod imports;
mod migrate;
mod passwords;
mod program;
mod read_only;
mod settings;
mod start;
mod users;

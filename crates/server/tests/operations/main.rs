//! The program as an operator runs it on a database server: the real binary, a real PostgreSQL.
//!
//! Promises: what a case asserts is what a person would see: exit codes, lines, answers.

mod behind;
mod client;
mod copy;
mod migrate;
mod program;
mod read_only;
mod settings;
mod start;

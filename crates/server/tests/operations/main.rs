//! The program as an operator runs it: the real binary, on files and on a real PostgreSQL.
//!
//! Promises: what a case asserts is what a person would see: exit codes, lines, answers.

mod backup;
mod behind;
mod copy;
mod disk;
mod exports;
mod floods;
mod holding;
mod imports;
mod lacking;
mod logs;
mod lost_files;
mod metrics;
mod migrate;
mod orders;
mod passwords;
mod read_only;
mod ready;
mod secrets;
mod settings;
mod start;
mod stop;
mod users;
mod verify;

use onhand_testkit::program::Program;

const ONHAND: Program = Program::at(env!("CARGO_BIN_EXE_onhand"));

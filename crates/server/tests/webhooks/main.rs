//! Webhooks between a real server and a receiver that the test plays: what has happened arrives, signed and in order,
//! whatever fails in between.
//!
//! Promises: the real program on real databases; the receiver is a socket that fails, hangs, answers late, dies and comes
//! back.

mod delivery;
mod kills;
mod receiver;
mod shop;
mod streams;
mod targets;

use onhand_testkit::program::Program;

const ONHAND: Program = Program::at(env!("CARGO_BIN_EXE_onhand"));

//! `onhand adopt`: another server is taken over through its documented API, and followed.
//!
//! Promises: the real program against a server that speaks the documented endpoints only, against one that means harm,
//! and against a second real Onhand; into both engines.

mod documented;
mod documented_server;
mod documented_shop;
mod hostile;
mod real_shop;
mod shadow;
mod target;
mod whole_shop;

use onhand_testkit::program::Program;

const ONHAND: Program = Program::at(env!("CARGO_BIN_EXE_onhand"));

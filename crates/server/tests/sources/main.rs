//! Data sources between real servers: the levels of one become those of another, whatever happens in between.
//!
//! Promises: the real program on real databases, SQLite and PostgreSQL; what is between two servers is a proxy that can
//! be cut. Servers that are no Onhand are played by the test, in the documented form, and lie.

mod addresses;
mod channel_orders;
mod documented;
mod feed;
mod loops;
mod mapping;
mod outgoing;
mod prices;
mod proxy;
mod shop;

use onhand_testkit::program::Program;

const ONHAND: Program = Program::at(env!("CARGO_BIN_EXE_onhand"));

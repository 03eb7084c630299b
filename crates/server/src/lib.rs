//! The server: everything of Onhand that talks.
//!
//! Promises: stock changes only through the [`ledger`]; the wire's shape is known to [`wire`] alone. Must not contain
//! SQL or rules.

pub mod app;
pub mod auth;
pub mod cli;
pub mod clock;
pub mod config;
pub mod demo;
pub mod feed;
mod hex;
pub mod http;
pub mod imports;
pub mod jobs;
pub mod ledger;
pub mod logs;
pub mod measures;
pub mod pages;
pub mod plans;
pub mod readiness;
pub mod supervise;
pub mod tls;
pub mod watch;
pub mod wire;
pub mod zone;

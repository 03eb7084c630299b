//! The server: everything of Onhand that talks.
//!
//! Promises: stock changes only through the [`writer`]; the wire's shape is known to [`wire`] alone. Must not contain
//! SQL or rules.

pub mod activity;
pub mod api;
pub mod auth;
pub mod cli;
pub mod clock;
pub mod config;
pub mod demo;
mod hex;
pub mod http;
pub mod logs;
pub mod measures;
pub mod openapi;
pub mod readiness;
pub mod resource;
pub mod response_cache;
pub mod screens;
pub mod services;
mod shown_stocks;
pub mod state;
pub mod supervise;
pub mod tls;
pub mod watch;
pub mod wire;
pub mod workers;
pub mod writer;
pub mod zone;

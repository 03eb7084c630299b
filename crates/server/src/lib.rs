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
mod database_url;
pub mod demo;
mod hex;
pub mod http;
pub mod logs;
pub mod measures;
mod networks;
pub mod openapi;
pub mod outgoing_networks;
pub mod readiness;
mod remote;
pub mod resource;
pub mod response_cache;
pub mod screens;
pub mod services;
mod shown_stocks;
pub mod state;
pub mod supervise;
pub mod tls;
pub mod watch;
pub mod webhooks;
pub mod wire;
pub mod workers;
pub mod writer;
pub mod zone;

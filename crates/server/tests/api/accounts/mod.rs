//! Accounts: a module for each resource, named like that of its handlers.

mod auth;
mod saved_views;

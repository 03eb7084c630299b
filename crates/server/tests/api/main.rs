//! The API through a real socket, on a real database: one module per noun, named like the handlers, and those that
//! look at all routes at once.
//!
//! `client` starts servers, `shop` has the moves most tests are made of, `samples` knows a good request for every route.

mod client;
mod dump;
mod reservation;
mod shop;

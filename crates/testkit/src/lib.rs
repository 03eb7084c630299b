//! What the tests share: the program as a process, a client of its API, plain commands, waiting, and repeatable chance.
//!
//! Promises: a helper that finds something wrong panics with all that it knows. The program is known by its path and its
//! API, and of the crates at most `core`, so that a change of the server does not compile the testkit again. Must not
//! know what a suite is about.

#[cfg(feature = "http")]
pub mod blocking;
pub mod chance;
#[cfg(feature = "rules")]
pub mod commands;
#[cfg(feature = "http")]
pub mod http;
#[cfg(feature = "http")]
pub mod json;
pub mod program;
#[cfg(feature = "http")]
pub mod raw;
#[cfg(feature = "http")]
pub mod shop;
pub mod wait;

//! Stopping the server under load: SIGTERM answers what was sent and ends with 0.
//!
//! Promises: clients speak through plain sockets, so that it is known when a request had been sent whole.

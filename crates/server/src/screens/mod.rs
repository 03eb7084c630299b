//! The screens: what a person at a browser sees and does. The pages are those of `onhand-web`.
//!
//! Promises: a screen is a row in [`routes`], with the permission that it asks for; a session's cookie opens screens
//! and nothing else; what changes something is a form of this site's own; each page works without a script. Must not
//! know SQL or rules: screens ask the services, and read a table where that is one function of it.

mod answer;
mod assets;
mod done;
mod fault;
mod fields;
mod guard;
mod router;
mod routes;
mod session;
mod sign_in;
mod visit;

pub use self::router::router;
pub use self::routes::{Route, routes};

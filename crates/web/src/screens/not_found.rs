//! The answer to an address that leads nowhere. Must not repeat the address.

use askama::Template;

use crate::Frame;

/// The page with status 404.
#[derive(Clone, Debug, Template)]
#[template(path = "not_found.html")]
pub struct NotFound {
    /// The frame; without a person if none is signed in.
    pub frame: Frame,
}

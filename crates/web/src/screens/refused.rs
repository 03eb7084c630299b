//! The answer to a person who may not open a screen. Must not say what is on it.

use askama::Template;

use crate::{Frame, Role};

/// The page with status 403.
#[derive(Clone, Debug, Template)]
#[template(path = "refused.html")]
pub struct Refused {
    /// The frame.
    pub frame: Frame,
    /// The roles that may open it.
    pub roles: Vec<Role>,
}

impl Refused {
    fn names(&self) -> String {
        let names: Vec<_> = self.roles.iter().map(|role| role.text(self.frame.t)).collect();
        names.join(", ")
    }
}

//! The search over everything: screens, products, orders, imports, lists. Must not know how they are found.

use askama::Template;

use crate::Frame;
use crate::texts::Texts;

/// The page `/search`, query `q`; `as_rows()` is what the palette shows.
#[derive(Clone, Debug, Template)]
#[template(path = "search.html", blocks = ["rows"])]
pub struct Search {
    /// The frame.
    pub frame: Frame,
    /// What is searched for, at most 128 characters.
    pub query: String,
    /// What was found, at most five of each kind.
    pub groups: Vec<Group>,
}

/// Where something was found.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Kind {
    /// Screens.
    Screens,
    /// Products.
    Products,
    /// Orders.
    Orders,
    /// Imports.
    Imports,
    /// Stock lists.
    Lists,
}

impl Kind {
    fn text(self, t: Texts) -> &'static str {
        match self {
            Self::Screens => t.search_screens(),
            Self::Products => t.search_products(),
            Self::Orders => t.search_orders(),
            Self::Imports => t.search_imports(),
            Self::Lists => t.lists_title(),
        }
    }
}

/// What was found of one kind.
#[derive(Clone, Debug)]
pub struct Group {
    /// The kind.
    pub kind: Kind,
    /// What was found, the best first.
    pub hits: Vec<Hit>,
}

/// Something that was found.
#[derive(Clone, Debug)]
pub struct Hit {
    /// What it is called.
    pub text: String,
    /// What tells it from others; may be empty.
    pub detail: String,
    /// Its address, from [`crate::link`].
    pub link: String,
}

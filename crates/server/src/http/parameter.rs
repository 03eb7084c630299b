//! Parameters in the query of a route that is no list: their names and what they hold. Must not know who reads them.

/// A parameter in the query of a route that is no list.
#[derive(Clone, Copy, Debug)]
pub struct Parameter {
    /// Its name.
    pub name: &'static str,
    /// Its content.
    pub holds: Holds,
    /// Whether it must be there.
    pub required: bool,
}

/// The content of a parameter.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Holds {
    /// An id.
    Id,
    /// A whole number from 1 to this one, if there is a greatest.
    Number(Option<i64>),
    /// The key of an object; where there is none, the answer is 404.
    Key,
    /// A text of 1 to so many characters.
    Text(usize),
    /// One of these words.
    Words(&'static [&'static str]),
    /// Texts: it may be repeated.
    Texts,
    /// A time (ISO 8601).
    Time,
}

/// A parameter that need not be there.
pub const fn parameter(name: &'static str, holds: Holds) -> Parameter {
    Parameter { name, holds, required: false }
}

//! Forms: what was wrong with one that comes back, and the pages of a list.
//!
//! Promises: an error stands at its field and in the sum at the top. Must not know which fields a form has.

/// What is wrong with a form: a field's name and a sentence. An empty name means the form as a whole.
#[derive(Clone, Debug, Default)]
pub struct FieldErrors(pub Vec<(String, String)>);

impl FieldErrors {
    /// The sentence about a field.
    pub fn of(&self, field: &str) -> Option<&str> {
        self.0.iter().find(|(name, _)| name == field).map(|(_, sentence)| sentence.as_str())
    }

    /// The sentence about the form as a whole.
    pub fn whole(&self) -> Option<&str> {
        self.of("")
    }

    /// Whether nothing is wrong.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

/// Where a page is in its list.
#[derive(Clone, Debug, Default)]
pub struct Pager {
    /// The number of the first row of the page, from 1 on; 0 if it is not known.
    pub from: i64,
    /// How many rows the page has.
    pub shown: i64,
    /// How many rows there are in all, where they are counted.
    pub total: Option<i64>,
    /// The address of the page before.
    pub previous: Option<String>,
    /// The address of the next page.
    pub next: Option<String>,
}

impl Pager {
    /// The number of the last row of the page.
    pub fn to(&self) -> i64 {
        self.from + self.shown - 1
    }
}

//! What is shown when a request could not be answered: the sentence, the code, the request's id, what to do.
//!
//! Promises: as a page or as the region of one, so that a fragment that fails leaves the rest of its page alone. Must
//! not know what went wrong beyond what it is given.

use askama::Template;

use crate::Frame;

/// The page with a status of 4xx or 5xx; `as_rows()` is what stands in a region.
#[derive(Clone, Debug, Template)]
#[template(path = "error.html", blocks = ["rows"])]
pub struct ErrorPage {
    /// The frame; without a person if none is signed in.
    pub frame: Frame,
    /// The status, `400..600`.
    pub status: i64,
    /// The sentence of the API.
    pub sentence: String,
    /// The `error_code` of the API; may be empty.
    pub code: String,
    /// The id of the request, for the log; may be empty.
    pub request_id: String,
    /// After how many seconds a new try can succeed.
    pub retry_seconds: Option<i64>,
    /// Whether it is certain that nothing was changed.
    pub is_unchanged: bool,
    /// The address to try again; empty if that is of no use.
    pub again: String,
    /// What a form posts to that was not done.
    pub action: String,
    /// Its fields, so that it can be sent again; empty where there is none, or none that is kept.
    pub form: Vec<(String, String)>,
}

/// Why a form was not done, in the place `#problem` of its page, which keeps the form as it was filled in.
#[derive(Clone, Debug, Template)]
#[template(path = "parts/problem.html")]
pub struct Problem {
    /// The frame.
    pub frame: Frame,
    /// The sentence of the API.
    pub sentence: String,
    /// After how many seconds a new try can succeed.
    pub retry_seconds: Option<i64>,
}

//! Sending a file: which list, what the rows mean, the file or pasted rows. Must not read the file.

use askama::Template;

use crate::form::FieldErrors;
use crate::{Frame, ImportMode};

/// The page `/imports/new`, query `list`. Posts `multipart/form-data` with `list`, `mode`, `file` or `text`, `act`
/// (`preview` or `import`), `idempotency_key` and `back` to [`crate::link::import_new`].
#[derive(Clone, Debug, Template)]
#[template(path = "import_new.html")]
pub struct ImportNew {
    /// The frame.
    pub frame: Frame,
    /// The lists that can be chosen: id and name.
    pub lists: Vec<(i64, String)>,
    /// The chosen list.
    pub list: Option<i64>,
    /// What the rows mean.
    pub mode: ImportMode,
    /// The pasted rows as they were entered.
    pub text: String,
    /// The largest file that is taken, in bytes.
    pub bytes_max: i64,
    /// What is wrong: with `list`, `mode`, `file`, `text`, or with the whole.
    pub errors: FieldErrors,
}

//! Sending a file of stock or of prices: which list, what the rows mean, the file or pasted rows. Must not read the file.

use askama::Template;
use onhand_core::import::Subject;

use crate::form::FieldErrors;
use crate::{Frame, ImportMode, link};

/// The page `/imports/new`, query `list` or, for prices, `price_list`. Posts `multipart/form-data` with `list` and
/// `mode`, or with `price_list`, and with `file` or `text`, `act` (`preview` or `import`), `idempotency_key` and `back`
/// to [`crate::link::import_new`].
#[derive(Clone, Debug, Template)]
#[template(path = "import_new.html")]
pub struct ImportNew {
    /// The frame.
    pub frame: Frame,
    /// What the rows write.
    pub subject: Subject,
    /// The lists that can be chosen, of stock or of prices: id and name.
    pub lists: Vec<(i64, String)>,
    /// The chosen list.
    pub list: Option<i64>,
    /// What the rows mean.
    pub mode: ImportMode,
    /// The pasted rows as they were entered.
    pub text: String,
    /// The largest file that is taken, in bytes.
    pub bytes_max: i64,
    /// What is wrong: with `list` or `price_list`, `mode`, `file`, `text`, or with the whole.
    pub errors: FieldErrors,
}

impl ImportNew {
    fn is_of_prices(&self) -> bool {
        self.subject == Subject::Prices
    }

    /// The field that names the list.
    fn list_field(&self) -> &'static str {
        if self.is_of_prices() { "price_list" } else { "list" }
    }

    /// The file to begin with.
    fn template_link(&self, list: i64) -> String {
        if self.is_of_prices() { link::price_template(list) } else { link::import_template(list) }
    }
}

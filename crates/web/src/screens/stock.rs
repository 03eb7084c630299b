//! The table of a stock list: search, views, numbers, editing, selection. Must not know how rows are found.

use askama::Template;
use onhand_core::Timestamp;

use super::level::LevelEdit;
use super::overview::Sums;
use crate::bar::{self, Bar, Numbers, Spark};
use crate::form::{FieldErrors, Pager};
use crate::link::{StockQuery, View};
use crate::number::Whole;
use crate::texts::Texts;
use crate::{Frame, Reference, StockState, Unit, What};

/// The page `/stock/{list}`; `as_rows()` is its region. The query is a [`StockQuery`].
///
/// Forms: the search and the filters are `GET`; a level posts to [`crate::link::level`]; the selection posts `stock`
/// (several), `all`, `act`, `set_amount`, `add_amount` and the fields of the query to [`crate::link::bulk`]; a view posts
/// `list`, `query`, `name` and `is_shared` to [`crate::link::views`], or what changes of it to [`crate::link::view`];
/// pasted rows post `list`, `mode`, `text` and `act` to [`crate::link::import_new`].
#[expect(clippy::struct_excessive_bools, reason = "each says whether a control is there, and they go together freely")]
#[derive(Clone, Debug, Template)]
#[template(path = "stock.html", blocks = ["rows"])]
pub struct Stock {
    /// The frame.
    pub frame: Frame,
    /// The list.
    pub list: i64,
    /// Its name.
    pub name: String,
    /// Its code; may be empty.
    pub code: String,
    /// The other lists that the person may see: id and name.
    pub others: Vec<(i64, String)>,
    /// Its sums, where they were made.
    pub sums: Option<Sums>,
    /// When the sums were made.
    pub sums_at: Option<Timestamp>,
    /// How many products the list has, where they are counted.
    pub products: Option<i64>,
    /// The views that can be opened, each with its count where it is kept.
    pub views: Vec<(View, Option<i64>)>,
    /// The saved views, the person's own and shared ones.
    pub saved: Vec<SavedView>,
    /// The view that could not be saved, if one was sent.
    pub unsaved: Option<UnsavedView>,
    /// The form that changes the selection, as it was sent.
    pub bulk: BulkForm,
    /// Whether what the table shows can be had as a file.
    pub can_export: bool,
    /// What the table shows.
    pub query: StockQuery,
    /// The orders that can be chosen: a subset of `sku` and `-modified`.
    pub sorts: Vec<&'static str>,
    /// The rows of this page.
    pub rows: Vec<StockRow>,
    /// The row that is being edited, if one is.
    pub edit: Option<LevelEdit>,
    /// Where the page is.
    pub pager: Pager,
    /// Whether the list has no stock at all.
    pub is_empty_list: bool,
    /// The command that writes a level, shown while the list is empty.
    pub command: String,
}

/// Saved views with a tab of their own.
const SAVED_TABS: usize = 8;

/// A view that a person has saved.
#[derive(Clone, Debug)]
pub struct SavedView {
    /// Its id.
    pub id: i64,
    /// Its name.
    pub name: String,
    /// Whether everyone may use it.
    pub is_shared: bool,
    /// Whether it is the person's own, who may remove it.
    pub is_own: bool,
    /// What it shows.
    pub query: StockQuery,
}

/// The form that changes the selected rows; empty unless it was sent and not done.
#[derive(Clone, Debug, Default)]
pub struct BulkForm {
    /// The stocks that are selected.
    pub selected: Vec<i64>,
    /// Whether all of the view are.
    pub is_all: bool,
    /// The new level.
    pub set_amount: String,
    /// The difference.
    pub add_amount: String,
    /// What is wrong.
    pub errors: FieldErrors,
}

/// A view that could not be saved.
#[derive(Clone, Debug)]
pub struct UnsavedView {
    /// The name that was typed.
    pub name: String,
    /// Whether everyone was to use it.
    pub is_shared: bool,
    /// What is wrong, as the server says it.
    pub errors: FieldErrors,
}

/// A stock.
#[derive(Clone, Debug)]
pub struct StockRow {
    /// The stock.
    pub stock: i64,
    /// Its product.
    pub product: i64,
    /// The SKU, 1 to 128 characters.
    pub sku: String,
    /// The product's name; may be empty.
    pub name: String,
    /// Its numbers.
    pub numbers: Numbers,
    /// What the table says of it besides.
    pub state: StockState,
    /// What one unit is.
    pub unit: Unit,
    /// What was available, the oldest first; at most 30. Empty where the column is not shown.
    pub moves: Vec<i64>,
    /// The newest change.
    pub change: Option<RowChange>,
    /// When the level was taken.
    pub level_at: Option<Timestamp>,
}

/// The newest change of a stock.
#[derive(Clone, Debug)]
pub struct RowChange {
    /// When.
    pub at: Timestamp,
    /// What.
    pub what: What,
    /// What caused it.
    pub reference: Option<Reference>,
}

impl StockRow {
    fn bar(&self, scale: impl Whole) -> Bar {
        Bar::new(self.numbers, scale.whole())
    }

    fn spark(&self) -> Spark {
        bar::sparkline(&self.moves)
    }
}

impl Stock {
    /// The number of units whose bar fills the width: the largest of the page.
    fn scale(&self) -> i64 {
        self.rows.iter().map(|row| row.numbers.whole()).max().unwrap_or(0).max(1)
    }

    fn can_select(&self) -> bool {
        self.frame.may.write_stock
    }

    fn is_selected(&self, stock: impl Whole) -> bool {
        self.bulk.selected.contains(&stock.whole())
    }

    fn edit_of(&self, stock: impl Whole) -> Option<&LevelEdit> {
        self.edit.as_ref().filter(|edit| edit.stock == stock.whole())
    }

    fn shows(&self, column: &str) -> bool {
        self.query.shows(column)
    }

    fn is_sorted(&self, sort: &str) -> bool {
        self.query.order() == sort
    }

    fn can_sort(&self, sort: &str) -> bool {
        self.sorts.contains(&sort)
    }

    /// The columns that can be chosen, with their names.
    fn columns(&self) -> [(&'static str, &'static str); 5] {
        let t = self.frame.t;
        [
            ("bar", t.state()),
            ("reserved", t.reserved()),
            ("reported", t.reported()),
            ("change", t.last_change()),
            ("level", t.level_age()),
        ]
    }

    fn is_open(&self, view: View) -> bool {
        self.query.saved.is_none() && self.query.view == view
    }

    fn is_saved_open(&self, view: &SavedView) -> bool {
        self.query.saved == Some(view.id)
    }

    /// The saved views that have a tab of their own, and those in the menu behind them.
    fn saved_tabs(&self) -> (&[SavedView], &[SavedView]) {
        self.saved.split_at(self.saved.len().min(SAVED_TABS))
    }

    /// The person's own view that is open.
    fn own_open(&self) -> Option<&SavedView> {
        self.saved.iter().find(|view| view.is_own && self.is_saved_open(view))
    }

    /// Whether the table shows what a view keeps.
    fn is_as_saved(&self, view: &SavedView) -> bool {
        view.query.kept_text() == self.query.kept_text()
    }

    /// The name of a new view, as it was typed.
    fn new_name(&self) -> &str {
        self.unsaved.as_ref().map_or("", |view| &view.name)
    }
}

impl View {
    /// Its name.
    fn text(self, t: Texts) -> &'static str {
        match self {
            Self::All => t.all(),
            Self::SoldOut => t.sold_out(),
            Self::Low => t.low(),
            Self::Oversold => t.oversold(),
            Self::OffSale => t.off_sale(),
            Self::ChangedToday => t.changed_today(),
        }
    }

    fn is_bad(self) -> bool {
        self == Self::Oversold
    }
}

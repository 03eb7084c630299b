//! The stock lists with what is in each. Must not know the stocks.

use askama::Template;
use onhand_core::Timestamp;

use super::overview::Sums;
use crate::Frame;
use crate::form::Pager;

/// The page `/stock`. `GET` only.
#[derive(Clone, Debug, Template)]
#[template(path = "lists.html")]
pub struct Lists {
    /// The frame.
    pub frame: Frame,
    /// The lists of this page, in order of their names.
    pub rows: Vec<ListRow>,
    /// Where the page is among all lists that the person may see.
    pub pager: Pager,
    /// When the sums were made.
    pub sums_at: Option<Timestamp>,
    /// The command that makes a list, shown while there is none.
    pub command: String,
}

/// A list.
#[derive(Clone, Debug)]
pub struct ListRow {
    /// Its id.
    pub id: i64,
    /// Its name.
    pub name: String,
    /// Its code; may be empty.
    pub code: String,
    /// The location whose stock it counts; may be empty.
    pub location: String,
    /// How many products it has, where they are counted.
    pub products: Option<i64>,
    /// Its sums, where they were made.
    pub sums: Option<Sums>,
    /// How many stocks are oversold, where they are counted.
    pub oversold: Option<i64>,
    /// How many stocks are off sale, where they are counted.
    pub off_sale: Option<i64>,
    /// When the newest level was written.
    pub newest_level: Option<Timestamp>,
    /// Whether that is so long ago that somebody should look why.
    pub is_level_old: bool,
    /// The names of the catalogs that sell from it.
    pub catalogs: Vec<String>,
}

//! What a table shows, as it stands in its address: view, search, filters, sort, page, columns.
//!
//! Promises: the address is the whole state, and a default value is left out of it. Must not know rows.

use super::with_query;
use crate::number::Whole;

/// A view of a stock table that the product brings along.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum View {
    /// Every stock.
    #[default]
    All,
    /// Nothing is available.
    SoldOut,
    /// No more is available than the low-stock threshold of the list.
    Low,
    /// More is sold than there is.
    Oversold,
    /// An active discrepancy keeps the stock off sale.
    OffSale,
    /// Changed since midnight.
    ChangedToday,
}

impl View {
    /// Every view, in the order of the tabs.
    pub const ALL: [Self; 6] = [Self::All, Self::SoldOut, Self::Low, Self::Oversold, Self::OffSale, Self::ChangedToday];

    /// Its word in the address.
    pub const fn word(self) -> &'static str {
        match self {
            Self::All => "all",
            Self::SoldOut => "sold-out",
            Self::Low => "low",
            Self::Oversold => "oversold",
            Self::OffSale => "off-sale",
            Self::ChangedToday => "changed-today",
        }
    }

    /// The view with this word.
    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|view| view.word() == word)
    }
}

/// What a stock table shows.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct StockQuery {
    /// `view`: one of [`View`].
    pub view: View,
    /// `saved`: the id of a saved view, if one is open.
    pub saved: Option<i64>,
    /// `q`: the beginning of a SKU, words of a name, or a whole barcode; at most 128 characters.
    pub search: String,
    /// `unit`: `qty`, `kg` or empty.
    pub unit: String,
    /// `since`: stocks changed since this day, `2026-11-28`, or empty.
    pub since: String,
    /// `sort`: `sku`; empty is the view's own order.
    pub sort: String,
    /// `after`: where the page begins, as the server gave it; empty is the first page.
    pub after: String,
    /// `limit`: rows of a page, 20, 50 or 100; 0 is 50.
    pub limit: i64,
    /// `columns`: names of the columns shown, separated by commas; empty is the default.
    pub columns: String,
    /// `edit`: the stock whose level is being edited.
    pub edit: Option<i64>,
}

impl StockQuery {
    /// What a saved view keeps.
    pub const KEPT: &[&str] = &["view", "q", "unit", "since", "sort", "limit", "columns"];

    /// The values for a query or for hidden fields, without those that are left at their default.
    pub fn pairs(&self) -> Vec<(&'static str, String)> {
        let number = |number: Option<i64>| number.map_or_else(String::new, |number| number.to_string());
        let view = if self.view == View::All { "" } else { self.view.word() };
        let all = [
            ("view", view.to_owned()),
            ("saved", number(self.saved)),
            ("q", self.search.clone()),
            ("unit", self.unit.clone()),
            ("since", self.since.clone()),
            ("sort", self.sort.clone()),
            ("after", self.after.clone()),
            ("limit", number((self.limit > 0 && self.limit != 50).then_some(self.limit))),
            ("columns", self.columns.clone()),
            ("edit", number(self.edit)),
        ];
        all.into_iter().filter(|(_, value)| !value.is_empty()).collect()
    }

    /// The pairs without some, as the hidden fields of a form that asks for those itself. Every form begins with the
    /// first page and edits nothing.
    pub fn kept(&self, without: &[&str]) -> Vec<(&'static str, String)> {
        let dropped = |name: &str| without.contains(&name) || matches!(name, "after" | "edit");
        self.pairs().into_iter().filter(|(name, _)| !dropped(name)).collect()
    }

    /// What a saved view keeps of this, as a query.
    pub fn kept_text(&self) -> String {
        let query = Self { after: String::new(), edit: None, saved: None, ..self.clone() };
        query.address("").trim_start_matches('?').to_owned()
    }

    fn address(&self, path: &str) -> String {
        let pairs = self.pairs();
        let pairs: Vec<_> = pairs.iter().map(|(name, value)| (*name, value.as_str())).collect();
        with_query(path, &pairs)
    }

    /// The address of this table of a list.
    pub fn link(&self, list: impl Whole) -> String {
        self.address(&super::stock(list))
    }

    /// The address of the first page of another view.
    pub fn with_view(&self, list: impl Whole, view: View) -> String {
        Self { view, limit: self.limit, columns: self.columns.clone(), ..Self::default() }.link(list)
    }

    /// The address of the table with this stock's level being edited.
    pub fn with_edit(&self, list: impl Whole, stock: impl Whole) -> String {
        Self { edit: Some(stock.whole()), ..self.clone() }.link(list)
    }

    /// The address of the table with no level being edited.
    pub fn without_edit(&self, list: impl Whole) -> String {
        Self { edit: None, ..self.clone() }.link(list)
    }

    /// The address of another page.
    pub fn with_page(&self, list: impl Whole, after: &str) -> String {
        Self { after: after.to_owned(), edit: None, ..self.clone() }.link(list)
    }

    /// The address of the table in another order.
    pub fn with_sort(&self, list: impl Whole, sort: &str) -> String {
        Self { sort: sort.to_owned(), after: String::new(), edit: None, ..self.clone() }.link(list)
    }

    /// The address of the table without one of its filters: `q`, `unit` or `since`.
    pub fn without(&self, list: impl Whole, filter: &str) -> String {
        let mut query = Self { after: String::new(), edit: None, ..self.clone() };
        match filter {
            "q" => query.search.clear(),
            "unit" => query.unit.clear(),
            _ => query.since.clear(),
        }
        query.link(list)
    }

    /// The address of everything that the table shows, as a file: `csv` or `xlsx`.
    pub fn export(&self, list: impl Whole, format: &str) -> String {
        let query = Self { after: String::new(), edit: None, limit: 0, ..self.clone() };
        let address = query.address(&format!("{}/export", super::stock(list)));
        let joint = if address.contains('?') { '&' } else { '?' };
        format!("{address}{joint}format={format}")
    }

    /// Whether anything but the view narrows the table.
    pub fn is_narrowed(&self) -> bool {
        !(self.search.is_empty() && self.unit.is_empty() && self.since.is_empty())
    }

    /// The order of the rows: `id`, `sku` or `-modified`. What changed since a time has the newest change first, and
    /// anything else that is narrowed is in the order of SKUs.
    pub fn order(&self) -> &'static str {
        match self.view {
            View::ChangedToday => "-modified",
            _ if !self.since.is_empty() => "-modified",
            View::All if !self.is_narrowed() && self.sort != "sku" => "id",
            _ => "sku",
        }
    }

    /// Whether this column is shown. The default shows all but the sparkline.
    pub fn shows(&self, column: &str) -> bool {
        if self.columns.is_empty() { column != "moves" } else { self.columns.split(',').any(|shown| shown == column) }
    }
}

/// What the list of orders shows.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct OrdersQuery {
    /// `view`: `waiting` (the default, left out), `all`, `oversold`, `short` or `cancelled`.
    pub view: String,
    /// `q`: the beginning of an order's number, at most 128 characters.
    pub search: String,
    /// `channel`: the id of a channel.
    pub channel: Option<i64>,
    /// `after`: where the page begins; empty is the first page.
    pub after: String,
}

impl OrdersQuery {
    /// The view that is open.
    pub fn open_view(&self) -> &str {
        if self.view.is_empty() { "waiting" } else { &self.view }
    }

    /// The address of this list.
    pub fn link(&self) -> String {
        let view = if self.view == "waiting" { "" } else { &self.view };
        let channel = self.channel.map_or_else(String::new, |channel| channel.to_string());
        let pairs = [("view", view), ("q", &self.search), ("channel", &channel), ("after", &self.after)];
        with_query(super::orders(), &pairs)
    }

    /// The address of the first page of another view.
    pub fn with_view(&self, view: &str) -> String {
        Self { view: view.to_owned(), channel: self.channel, ..Self::default() }.link()
    }

    /// The address of another page.
    pub fn with_page(&self, after: &str) -> String {
        Self { after: after.to_owned(), ..self.clone() }.link()
    }

    /// The address without the search.
    pub fn without_search(&self) -> String {
        Self { search: String::new(), after: String::new(), ..self.clone() }.link()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn defaults_are_left_out_of_an_address() {
        let query = StockQuery { limit: 50, ..StockQuery::default() };
        assert_eq!(query.link(4), "/stock/4");
        let query = StockQuery { view: View::Low, search: "İPEK 38".to_owned(), limit: 100, ..query };
        assert_eq!(query.link(4), "/stock/4?view=low&q=%C4%B0PEK%2038&limit=100");
        assert_eq!(query.without(4, "q"), "/stock/4?view=low&limit=100");
        assert_eq!(query.with_view(4, View::Oversold), "/stock/4?view=oversold&limit=100");
        assert_eq!(StockQuery::default().export(4, "csv"), "/stock/4/export?format=csv");
        assert_eq!(query.export(4, "xlsx"), "/stock/4/export?view=low&q=%C4%B0PEK%2038&format=xlsx");
        assert_eq!(OrdersQuery::default().with_view("waiting"), "/orders");
        assert_eq!(
            OrdersQuery { channel: Some(2), ..OrdersQuery::default() }.with_view("all"),
            "/orders?view=all&channel=2"
        );
    }

    #[test]
    fn every_view_is_found_by_its_word() {
        for view in View::ALL {
            assert_eq!(View::from_word(view.word()), Some(view));
        }
    }
}

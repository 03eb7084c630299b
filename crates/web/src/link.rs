//! Addresses of screens and of what their forms post to.
//!
//! Promises: a link is a call, so a link to a screen that is not there does not compile; values are encoded. Must not
//! know what a screen shows.

mod query;
mod webhooks;

pub use query::{OrdersQuery, StockQuery, View};
pub use webhooks::*;

use crate::number::Whole;

/// Encodes a value for a query or a path: everything but letters, digits and `-._~` of ASCII.
pub fn encoded(value: &str) -> String {
    let mut text = String::with_capacity(value.len());
    for byte in value.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            text.push(byte.into());
        } else {
            text.push('%');
            for digit in [byte >> 4, byte & 15] {
                text.push(char::from_digit(digit.into(), 16).unwrap_or('0').to_ascii_uppercase());
            }
        }
    }
    text
}

/// A path with its query, of the values that are there.
pub(crate) fn with_query(path: &str, values: &[(&str, &str)]) -> String {
    let shown = values.iter().filter(|(_, value)| !value.is_empty());
    let pairs: Vec<_> = shown.map(|(name, value)| format!("{name}={}", encoded(value))).collect();
    if pairs.is_empty() { path.to_owned() } else { format!("{path}?{}", pairs.join("&")) }
}

/// The overview.
pub fn overview() -> &'static str {
    "/"
}

/// The overview with another chart of the last day.
pub fn overview_chart(counted: &str) -> String {
    with_query(overview(), &[("chart", counted)])
}

/// Signing in: the page, and what its form posts to.
pub fn sign_in() -> &'static str {
    "/sign-in"
}

/// `POST`: signing out.
pub fn sign_out() -> &'static str {
    "/sign-out"
}

/// The search: the page, and the fragment of the palette.
pub fn search() -> &'static str {
    "/search"
}

/// The stock lists.
pub fn lists() -> &'static str {
    "/stock"
}

/// The stock lists of a page.
pub fn lists_after(after: &str) -> String {
    with_query(lists(), &[("after", after)])
}

/// The table of a list, without filters. [`StockQuery::link`] has them.
pub fn stock(list: impl Whole) -> String {
    format!("/stock/{}", list.whole())
}

/// `POST`: writing the level of one stock.
pub fn level(list: impl Whole, stock: impl Whole) -> String {
    format!("/stock/{}/{}/level", list.whole(), stock.whole())
}

/// `POST`: what an edit would do, as a fragment; it changes nothing.
pub fn level_preview(list: impl Whole, stock: impl Whole) -> String {
    format!("{}?look=1", level(list, stock))
}

/// `POST`: taking back one write.
pub fn undo_level(list: impl Whole, stock: impl Whole) -> String {
    format!("/stock/{}/{}/undo", list.whole(), stock.whole())
}

/// `POST`: having the sums of a list counted anew.
pub fn count_sums(list: impl Whole) -> String {
    format!("/stock/{}/sums", list.whole())
}

/// `POST`: changing the selection of a table.
pub fn bulk(list: impl Whole) -> String {
    format!("/stock/{}/bulk", list.whole())
}

/// `POST`: saving a view.
pub fn views() -> &'static str {
    "/views"
}

/// `POST`: changing a saved view.
pub fn view(view: impl Whole) -> String {
    format!("/views/{}", view.whole())
}

/// `POST`: removing a saved view.
pub fn remove_view(view: impl Whole) -> String {
    format!("/views/{}/remove", view.whole())
}

/// One product in all lists.
pub fn product(product: impl Whole) -> String {
    format!("/products/{}", product.whole())
}

/// One product, with one of its lists chosen.
pub fn product_in(product: impl Whole, list: impl Whole) -> String {
    format!("/products/{}?list={}", product.whole(), list.whole())
}

/// One product by its SKU.
pub fn sku(sku: &str) -> String {
    format!("/sku/{}", encoded(sku))
}

/// The settings of a stock list: the page, and what its form posts to.
pub fn list_settings(list: impl Whole) -> String {
    format!("/stock/{}/settings", list.whole())
}

/// The orders, in their default view. [`OrdersQuery::link`] has the others.
pub fn orders() -> &'static str {
    "/orders"
}

/// One order.
pub fn order(order: impl Whole) -> String {
    format!("/orders/{}", order.whole())
}

/// `POST`: marking an order as taken by the ERP.
pub fn take_order(order: impl Whole) -> String {
    format!("/orders/{}/taken", order.whole())
}

/// `POST`: releasing a line.
pub fn release_line(order: impl Whole) -> String {
    format!("/orders/{}/release", order.whole())
}

/// `POST`: cancelling lines.
pub fn cancel_lines(order: impl Whole) -> String {
    format!("/orders/{}/cancel", order.whole())
}

/// `POST`: sourcing the lines anew that are short.
pub fn source_order(order: impl Whole) -> String {
    format!("/orders/{}/source", order.whole())
}

/// Cancellation requests: the page, and what its form posts to.
pub fn cancellations() -> &'static str {
    "/cancellations"
}

/// Cancellation requests after one of them.
pub fn cancellations_after(after: &str) -> String {
    with_query(cancellations(), &[("after", after)])
}

/// Stock health: the page, and what its form posts to.
pub fn health() -> &'static str {
    "/stock-health"
}

/// Stock health of so many days.
pub fn health_of(days: impl Whole) -> String {
    with_query(health(), &[("days", &days.whole().to_string())])
}

/// Transfers between stock lists.
pub fn transfers() -> &'static str {
    "/transfers"
}

/// Transfers from one list to another, a page of them; blank where any list is meant.
pub fn transfers_between(from: &str, to: &str, after: &str) -> String {
    with_query(transfers(), &[("from", from), ("to", to), ("after", after)])
}

/// Making a transfer: the page, and what its form posts to.
pub fn transfer_new() -> &'static str {
    "/transfers/new"
}

/// One transfer.
pub fn transfer(transfer: impl Whole) -> String {
    format!("/transfers/{}", transfer.whole())
}

/// Adjustment reasons of the installation's own: the page, and what the form of a new one posts to.
pub fn reasons() -> &'static str {
    "/adjustment-reasons"
}

/// `POST`: offering a reason, or retiring it.
pub fn reason(reason: impl Whole) -> String {
    format!("/adjustment-reasons/{}", reason.whole())
}

/// The imports.
pub fn imports() -> &'static str {
    "/imports"
}

/// Sending a file: the page, and what its form posts to.
pub fn import_new() -> &'static str {
    "/imports/new"
}

/// Sending a file to a list.
pub fn import_into(list: impl Whole) -> String {
    format!("/imports/new?list={}", list.whole())
}

/// A file to start from.
pub fn import_template(list: impl Whole) -> String {
    format!("/imports/template?list={}", list.whole())
}

/// Sending a file of prices.
pub fn import_prices() -> &'static str {
    "/imports/new?price_list="
}

/// A file of prices to begin with.
pub fn price_template(list: impl Whole) -> String {
    format!("/imports/template?price_list={}", list.whole())
}

/// One import.
pub fn import(import: impl Whole) -> String {
    format!("/imports/{}", import.whole())
}

/// One import with a part of its rows and a page of them.
pub fn import_rows(import: impl Whole, rows: &str, after: &str) -> String {
    with_query(&self::import(import), &[("rows", rows), ("after", after)])
}

/// The columns of an import's file: the page, and what its form posts to.
pub fn import_columns(import: impl Whole) -> String {
    format!("/imports/{}/columns", import.whole())
}

/// `POST`: applying a preview.
pub fn apply_import(import: impl Whole) -> String {
    format!("/imports/{}/apply", import.whole())
}

/// `POST`: undoing an import.
pub fn undo_import(import: impl Whole) -> String {
    format!("/imports/{}/undo", import.whole())
}

/// The rows of an import with their results, as a file.
pub fn import_result(import: impl Whole, format: &str) -> String {
    format!("/imports/{}/result?format={}", import.whole(), encoded(format))
}

/// What a person sets for themselves.
pub fn me() -> &'static str {
    "/me"
}

/// `POST`: language, theme, density, keys.
pub fn my_settings() -> &'static str {
    "/me/settings"
}

/// `POST`: the theme alone.
pub fn my_theme() -> &'static str {
    "/me/theme"
}

/// `POST`: a new password.
pub fn my_password() -> &'static str {
    "/me/password"
}

/// `POST`: a new token.
pub fn my_tokens() -> &'static str {
    "/me/tokens"
}

/// `POST`: revoking a token or a session of one's own.
pub fn revoke_token(token: impl Whole) -> String {
    format!("/me/tokens/{}/revoke", token.whole())
}

/// The description of the API.
pub fn api() -> &'static str {
    "/api/docs/"
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_encoded() {
        assert_eq!(sku("A/B C&ı"), "/sku/A%2FB%20C%26%C4%B1");
        assert_eq!(with_query("/x", &[("a", ""), ("b", "1 2"), ("c", "3")]), "/x?b=1%202&c=3");
        assert_eq!(with_query("/x", &[("a", "")]), "/x");
    }
}

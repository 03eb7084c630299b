//! What is measured: one case per figure, each a request template and a rule for its numbers.
//!
//! Promises: an order, once answered, is in the book; a line is released once. Must not know how load is made.

use std::sync::Arc;
use std::sync::atomic::Ordering;

use crate::load::Case;
use crate::random::Random;
use crate::shop::Shop;
use crate::template::Template;

/// Rows of a page.
const PAGE_ROWS: u64 = 100;
/// A random page is one of the first few.
const FIRST_PAGES: u64 = 10;
/// The line's id in the answer to an order.
const LINE: &[u8] = b"\"order_items\":[{\"pk\":";
/// The id in the answer to a cart.
const CART: &[u8] = b"{\"pk\":";

/// What is asked for.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Ask {
    /// An order of the first SKU.
    OrderHot,
    /// An order of any SKU. Its line can be released later.
    OrderSpread,
    /// A figure for any SKU.
    Upsert,
    /// A release of a line ordered before.
    Release,
    /// A cart that reserves a unit of any SKU. It can be confirmed later.
    Reserve,
    /// A cart that was reserved before becomes an order.
    Confirm,
    /// One of the first pages.
    AnyPage,
    /// This page.
    Page(u64),
    /// The first page of what a channel is to be told of.
    Feed(u64),
    /// Any one stock.
    Show,
    /// The order again, of a server that keeps no book.
    BareOrder,
}

impl Ask {
    /// Page 900 of 1,000; with fewer stocks, as deep in proportion.
    pub(crate) fn deep_page(stocks: u64) -> Self {
        Self::Page((stocks / PAGE_ROWS * 9 / 10).clamp(1, 900))
    }
}

/// A case.
pub(crate) struct Request {
    shop: Arc<Shop>,
    /// SKUs among which it chooses.
    stocks: u64,
    ask: Ask,
    template: Template,
}

impl Request {
    pub(crate) fn new(shop: &Arc<Shop>, ask: Ask) -> Arc<Self> {
        Self::open(shop, ask, (shop.list, shop.stocks))
    }

    /// Orders of any SKU of another list with so many.
    pub(crate) fn of_list(shop: &Arc<Shop>, list: u64, stocks: u64) -> Arc<Self> {
        Self::open(shop, Ask::OrderSpread, (list, stocks))
    }

    fn open(shop: &Arc<Shop>, ask: Ask, (list, stocks): (u64, u64)) -> Arc<Self> {
        let headers = &shop.headers;
        let template = match ask {
            Ask::OrderHot | Ask::OrderSpread | Ask::BareOrder => {
                let line =
                    format!(r#"{{"product_sku":"SKU-#######","stock_list":{list},"quantity":1,"price":"129.90"}}"#);
                let body = format!(r#"{{"number":"B-##########","currency":"try","order_items":[{line}]}}"#);
                Template::post("/api/i1/orders/", headers, &body)
            }
            Ask::Upsert => {
                let body = format!(r#"{{"product_sku":"SKU-#######","stock_list":{list},"stock":20########}}"#);
                Template::post("/api/i1/product_stock/", headers, &body)
            }
            Ask::Release => {
                let body = r#"{"code":"ERP-##########","update_stock":true}"#;
                Template::post("/api/i1/order_items/#/create_mapping/", headers, body)
            }
            Ask::Reserve => {
                let line = format!(r#"{{"product_sku":"SKU-#######","stock_list":{list},"quantity":1}}"#);
                let body = format!(r#"{{"reference":"C-##########","expires_in":86400,"lines":[{line}]}}"#);
                Template::post("/api/v1/reservations/", headers, &body)
            }
            Ask::Confirm => {
                let body = r#"{"number":"C-##########","currency":"try","lines":[{"line":1,"price":"129.90"}]}"#;
                Template::post("/api/v1/reservations/#/confirm/", headers, body)
            }
            Ask::AnyPage | Ask::Page(_) => {
                Template::get(&format!("/api/i1/product_stock/?limit={PAGE_ROWS}&page=#"), headers)
            }
            Ask::Feed(channel) => {
                let path = format!("/api/v1/channel/{channel}/product_stocks/updates/?limit={PAGE_ROWS}");
                Template::get(&path, headers)
            }
            Ask::Show => Template::get("/api/i1/product_stock/#/", headers),
        };
        Arc::new(Self { shop: shop.clone(), stocks, ask, template })
    }

    /// The request with fixed numbers, for a look at its answer.
    pub(crate) async fn sample(&self) -> anyhow::Result<Vec<u8>> {
        let mut request = Random::new(0);
        let numbers = self.numbers(&mut request).unwrap_or_default();
        let body = self.shop.ask(&self.template, &numbers).await?;
        self.answered(&body);
        Ok(body)
    }

    fn numbers(&self, random: &mut Random) -> Option<[u64; 2]> {
        let shop = &self.shop;
        let number = || shop.book.numbers.fetch_add(1, Ordering::Relaxed);
        Some(match self.ask {
            Ask::OrderHot => [number(), 0],
            Ask::OrderSpread | Ask::BareOrder | Ask::Reserve => [number(), random.below(self.stocks)],
            Ask::Upsert => [random.below(shop.stocks), random.below(100_000_000)],
            Ask::Release => [shop.book.take_line()?; 2],
            Ask::Confirm => [shop.book.take_cart()?; 2],
            Ask::AnyPage => [1 + random.below(FIRST_PAGES.min(shop.stocks / PAGE_ROWS)), 0],
            Ask::Page(page) => [page, 0],
            Ask::Feed(_) => [0, 0],
            Ask::Show => [shop.ids[random.below(shop.ids.len() as u64) as usize], 0],
        })
    }
}

impl Case for Request {
    fn ask(&self, random: &mut Random, out: &mut Vec<u8>) -> bool {
        let Some(numbers) = self.numbers(random) else { return false };
        self.template.fill(&numbers, out);
        true
    }

    fn answered(&self, body: &[u8]) {
        let book = &self.shop.book;
        match self.ask {
            Ask::OrderHot | Ask::Confirm => {
                book.ordered.fetch_add(1, Ordering::Relaxed);
            }
            Ask::OrderSpread => {
                book.ordered.fetch_add(1, Ordering::Relaxed);
                book.put_line(id(body, LINE));
            }
            Ask::Release => {
                book.released.fetch_add(1, Ordering::Relaxed);
            }
            Ask::Reserve => book.put_cart(id(body, CART)),
            _ => {}
        }
    }
}

/// The id behind this text in an answer; 0, which nothing has, if there is none.
fn id(body: &[u8], behind: &[u8]) -> u64 {
    let place = body.windows(behind.len()).position(|window| window == behind);
    let start = place.map_or(body.len(), |at| at + behind.len());
    let digits = body[start..].iter().take_while(|byte| byte.is_ascii_digit());
    digits.fold(0, |number, digit| number * 10 + u64::from(digit - b'0'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_line_of_an_order_is_found() {
        assert_eq!(id(br#"{"pk":9,"order_items":[{"pk":70256,"id":70256}]}"#, LINE), 70_256);
        assert_eq!(id(b"{}", LINE), 0);
    }
}

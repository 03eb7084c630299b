//! What is asked of a chain of stores, each time for a customer at another place.
//!
//! Promises: an order, once answered, is in the book. Must not know how load is made.

use std::sync::Arc;
use std::sync::atomic::Ordering;

use super::chain::{Chain, EASTWARD, NORTHWARD, SOUTH, WEST};
use crate::load::Case;
use crate::random::Random;
use crate::shop::Shop;
use crate::template::Template;

/// Products of a question.
const SKUS: u64 = 10;
/// Stores that are shown of each product.
const STORES: u64 = 10;
/// Parts of a degree.
const PARTS: u64 = 10_000;

/// What is asked for.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Ask {
    /// What the stores near a place have of some products.
    Availability,
    /// An order of one product, whose list is the one of the nearest store.
    Rule,
    /// The same order, which names one of the same lists.
    Fixed,
}

/// A case.
pub(super) struct ChainRequest {
    shop: Arc<Shop>,
    ask: Ask,
    /// One of these, by chance.
    templates: Vec<Template>,
}

impl ChainRequest {
    pub(super) fn new(shop: &Arc<Shop>, chain: &Chain, ask: Ask) -> Arc<Self> {
        let headers = &shop.headers;
        let order = |catalog: &str, list: &str| {
            let line = format!(r#"{{"product_sku":"SKU-#######",{list}"quantity":1,"price":"129.90"}}"#);
            let place = r#""latitude":##.####,"longitude":##.####"#;
            let body =
                format!(r#"{{"number":"B-##########",{catalog}{place},"currency":"try","order_items":[{line}]}}"#);
            Template::post("/api/i1/orders/", headers, &body)
        };
        let templates = match ask {
            Ask::Availability => {
                let skus = "sku=SKU-#######&".repeat(SKUS as usize);
                let query = format!("lat=##.####&lon=##.####&{skus}limit={STORES}");
                vec![Template::get(&format!("/api/v1/catalogs/{}/availability/?{query}", chain.catalog), headers)]
            }
            Ask::Rule => vec![order(&format!(r#""catalog":{},"#, chain.few), "")],
            Ask::Fixed => chain.lists.iter().map(|list| order("", &format!(r#""stock_list":{list},"#))).collect(),
        };
        Arc::new(Self { shop: shop.clone(), ask, templates })
    }

    /// An answer, to look at.
    pub(super) async fn sample(&self) -> anyhow::Result<Vec<u8>> {
        let mut random = Random::new(0);
        let numbers = self.numbers(&mut random);
        let body = self.shop.ask(&self.templates[0], &numbers).await?;
        self.answered(&body);
        Ok(body)
    }

    fn numbers(&self, random: &mut Random) -> Vec<u64> {
        let mut numbers = Vec::with_capacity(SKUS as usize + 4);
        if self.ask != Ask::Availability {
            numbers.push(self.shop.book.numbers.fetch_add(1, Ordering::Relaxed));
        }
        numbers.push(SOUTH + random.below(NORTHWARD));
        numbers.push(random.below(PARTS));
        numbers.push(WEST + random.below(EASTWARD));
        numbers.push(random.below(PARTS));
        let first = random.below(self.shop.stocks);
        let skus = if self.ask == Ask::Availability { SKUS } else { 1 };
        numbers.extend((first..first + skus).map(|sku| sku % self.shop.stocks));
        numbers
    }
}

impl Case for ChainRequest {
    fn ask(&self, random: &mut Random, out: &mut Vec<u8>) -> bool {
        let template = &self.templates[random.below(self.templates.len() as u64) as usize];
        template.fill(&self.numbers(random), out);
        true
    }

    fn answered(&self, _: &[u8]) {
        if self.ask != Ask::Availability {
            self.shop.book.ordered.fetch_add(1, Ordering::Relaxed);
        }
    }
}

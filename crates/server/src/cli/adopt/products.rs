//! Products, their prices, and what catalogs have of them.
//!
//! Promises: where a row names a product by its id at the other server, the SKU is asked for, many at a time. Must not
//! know stock.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use serde_json::Value;

use super::adoption::{Adoption, Scope};
use super::pages::Pages;
use super::report::AdoptedKind;
use super::rows::{self, ProductName};
use super::source::NoAnswer;
use crate::services::adoption::resources::{self, PriceContent, ProductContent};
use crate::services::adoption::{Adopted, NotTaken};

const PRODUCTS: &str = "/api/i1/products/";
const PRICES: &str = "/api/i1/product_prices/";
const CATALOG_ITEMS: &str = "/api/v1/catalog_items/";
/// SKUs that are kept at a time.
const SKUS_MAX: usize = 100_000;
/// Products that are asked for at once: as many as an address has room for.
const ASKED_MAX: usize = 100;

impl Adoption {
    /// The paths of a list below i1, or else below each channel.
    fn paths(&self, own: &str, name: &str) -> Vec<String> {
        let mut channels: Vec<i64> = self.known.channels.keys().copied().collect();
        channels.sort_unstable();
        let below = channels.into_iter().map(|channel| format!("/api/v1/channel/{channel}/{name}/"));
        std::iter::once(own.to_owned()).chain(below).collect()
    }

    /// The query of a list in a round; none if the list is left out of the round.
    async fn query(&mut self, path: &str, scope: Scope) -> anyhow::Result<Option<String>> {
        let changed = self.changed(path, scope).await?;
        Ok(match (scope, changed) {
            (Scope::Whole, _) => Some("sort=id".to_owned()),
            (Scope::Since(_), changed) => changed.map(|filter| format!("sort=id&{filter}")),
        })
    }

    /// Takes the products.
    pub(super) async fn products(&mut self, scope: Scope) -> anyhow::Result<()> {
        for (place, path) in self.paths(PRODUCTS, "products").into_iter().enumerate() {
            let Some(query) = self.query(&path, scope).await? else { continue };
            let Some(mut reading) = self.read(AdoptedKind::Products, &path, &query).await? else { continue };
            while let Some(page) = reading.next().await? {
                self.put_products(&page).await?;
            }
            if place == 0 {
                return Ok(());
            }
        }
        Ok(())
    }

    async fn put_products(&mut self, page: &[Value]) -> anyhow::Result<()> {
        let mut contents = Vec::with_capacity(page.len());
        for row in page {
            match rows::product(row) {
                Ok((sku, content)) => {
                    if self.known.skus.len() < SKUS_MAX {
                        self.known.skus.extend(rows::id(row).map(|id| (id, sku.clone())));
                    }
                    contents.push(ProductContent { sku, content });
                }
                Err(why) => self.unread(AdoptedKind::Products, row, "sku", why),
            }
        }
        for adopted in resources::put_products(&self.services, contents).await? {
            self.report.kind(AdoptedKind::Products).add(adopted);
        }
        Ok(())
    }

    /// Asks for the SKUs of products that are not known.
    pub(super) async fn learn_skus(&mut self, ids: &BTreeSet<i64>) -> anyhow::Result<()> {
        if self.known.skus.len() + ids.len() > SKUS_MAX {
            self.known.skus.clear();
        }
        let mut unknown: Vec<i64> = ids.iter().copied().filter(|id| !self.known.skus.contains_key(id)).collect();
        for path in self.paths(PRODUCTS, "products") {
            if unknown.is_empty() {
                break;
            }
            for asked in unknown.chunks(ASKED_MAX) {
                self.ask_skus(&path, asked).await?;
            }
            unknown.retain(|id| !self.known.skus.contains_key(id));
        }
        Ok(())
    }

    /// Asks a path for the SKUs of some products, until it has shown them or shows others.
    async fn ask_skus(&mut self, path: &str, asked: &[i64]) -> anyhow::Result<()> {
        let list = asked.iter().map(i64::to_string).collect::<Vec<_>>().join(",");
        let mut pages = Pages::of(&self.source, path, &format!("pk__in={list}"));
        loop {
            let page = match pages.next().await {
                Ok(Some(page)) => page,
                Ok(None) | Err(NoAnswer::NotOffered(_)) => return Ok(()),
                Err(NoAnswer::Fault(fault)) => return Err(fault),
            };
            let named = page.rows.iter().filter_map(|row| Some((rows::id(row)?, rows::product(row).ok()?.0)));
            let before = self.known.skus.len();
            self.known.skus.extend(named.filter(|(id, _)| asked.contains(id)));
            if self.known.skus.len() == before {
                return Ok(());
            }
        }
    }

    /// The SKU of a product that was asked for.
    pub(super) fn sku(&self, product: &ProductName) -> Result<String, String> {
        match product {
            ProductName::Sku(sku) => Ok(sku.clone()),
            ProductName::Id(id) => {
                self.known.skus.get(id).cloned().ok_or_else(|| format!("the server does not show its product {id}"))
            }
        }
    }

    /// Takes the prices.
    pub(super) async fn prices(&mut self, scope: Scope) -> anyhow::Result<()> {
        let mut is_offered = false;
        for (place, path) in self.paths(PRICES, "extra_product_prices").into_iter().enumerate() {
            let Some(query) = self.query(&path, scope).await? else { continue };
            let Some(mut reading) = self.read(AdoptedKind::Prices, &path, &query).await? else { continue };
            is_offered = true;
            while let Some(page) = reading.next().await? {
                self.put_prices(&page).await?;
            }
            if place == 0 {
                return Ok(());
            }
        }
        if !is_offered && matches!(scope, Scope::Whole) {
            self.report.kind(AdoptedKind::Prices).remark(format!("the server does not offer {PRICES}"));
        }
        Ok(())
    }

    async fn put_prices(&mut self, page: &[Value]) -> anyhow::Result<()> {
        let read: Vec<_> = page.iter().map(|row| (row, rows::price(row))).collect();
        let ids = read.iter().filter_map(|(_, price)| match &price.as_ref().ok()?.product {
            ProductName::Id(id) => Some(*id),
            ProductName::Sku(_) => None,
        });
        let ids = ids.collect();
        self.learn_skus(&ids).await?;
        let (mut named, mut contents) = (Vec::new(), Vec::new());
        for (row, price) in read {
            let content = price.and_then(|price| {
                let list = self.known.price_lists.get(&price.list);
                let list = *list.ok_or_else(|| format!("its price list {} was not taken", price.list))?;
                let sku = self.sku(&price.product)?;
                Ok(PriceContent { sku, list, amounts: price.amounts, content: price.content })
            });
            match content {
                Ok(content) => {
                    named.push(content.sku.clone());
                    contents.push(content);
                }
                Err(why) => self.unread(AdoptedKind::Prices, row, "product_sku", why),
            }
        }
        let put = resources::put_prices(&self.services, contents).await?;
        self.count(AdoptedKind::Prices, named, put);
        Ok(())
    }

    /// Counts what was done with things of products.
    fn count(&mut self, kind: AdoptedKind, skus: Vec<String>, put: Vec<Option<Adopted>>) {
        for (sku, adopted) in skus.into_iter().zip(put) {
            match adopted {
                Some(adopted) => self.report.kind(kind).add(adopted),
                None => {
                    let why = "there is no such product here";
                    self.report.kind(kind).leave(&NotTaken::new(sku, why));
                }
            }
        }
    }

    /// Takes what catalogs have.
    pub(super) async fn catalog_items(&mut self, scope: Scope) -> anyhow::Result<()> {
        let Some(query) = self.query(CATALOG_ITEMS, scope).await? else { return Ok(()) };
        let Some(mut reading) = self.read(AdoptedKind::CatalogItems, CATALOG_ITEMS, &query).await? else {
            self.report.kind(AdoptedKind::CatalogItems).remark(format!("the server does not offer {CATALOG_ITEMS}"));
            return Ok(());
        };
        while let Some(page) = reading.next().await? {
            self.put_catalog_items(&page).await?;
        }
        Ok(())
    }

    async fn put_catalog_items(&mut self, page: &[Value]) -> anyhow::Result<()> {
        let read: Vec<_> = page.iter().map(|row| (row, rows::catalog_item(row))).collect();
        let ids = read.iter().filter_map(|(_, item)| item.as_ref().ok().map(|(product, _)| *product)).collect();
        self.learn_skus(&ids).await?;
        let mut of_catalog: BTreeMap<i64, Vec<String>> = BTreeMap::new();
        let catalogs: HashMap<i64, i64> =
            self.known.catalogs.iter().map(|(there, (here, _))| (*there, *here)).collect();
        for (row, item) in read {
            let item = item.and_then(|(product, catalog)| {
                let here = catalogs.get(&catalog).ok_or_else(|| format!("its catalog {catalog} was not taken"))?;
                Ok((*here, self.sku(&ProductName::Id(product))?))
            });
            match item {
                Ok((catalog, sku)) => of_catalog.entry(catalog).or_default().push(sku),
                Err(why) => self.unread(AdoptedKind::CatalogItems, row, "pk", why),
            }
        }
        for (catalog, skus) in of_catalog {
            let put = resources::put_into_catalog(&self.services, catalog, skus.clone()).await?;
            self.count(AdoptedKind::CatalogItems, skus, put);
        }
        Ok(())
    }
}

//! Stock lists, price lists, catalogs, channels: what everything else refers to.
//!
//! Promises: a list is found again by its code, or else by its name; catalogs and channels by their names. A setting
//! whose secrets the other server hides is not taken. Must not know products.

use std::collections::HashMap;

use onhand_core::{ChannelId, StockListId};
use onhand_store::Value as Stored;
use onhand_store::resource::Table;
use onhand_store::tables::catalogs::CATALOGS;
use onhand_store::tables::channels::CHANNELS;
use onhand_store::tables::prices::PRICE_LISTS;
use onhand_store::tables::stock_lists::STOCK_LISTS;
use serde_json::Value;

use super::adoption::{Adoption, KnownChannel, Reading};
use super::report::AdoptedKind;
use super::rows::{self, CatalogRow, ChannelRow, QUANTITY_ATTRIBUTE};
use crate::services::ServiceError;
use crate::services::adoption::NotTaken;
use crate::services::adoption::resources::{self, RecordContent};

/// What a secret is shown as to those who may not read it.
const MASK: &str = "********";
/// By what lists are found again, and catalogs and channels.
const LIST_KEYS: &[&str] = &["code", "name"];
const KEYS: &[&str] = &["name"];

impl Adoption {
    /// Puts a record here: its id, if it could be put.
    async fn put(
        &mut self,
        kind: AdoptedKind,
        (table, keys): (&'static Table, &'static [&'static str]),
        (row, content): (&Value, Result<RecordContent, String>),
    ) -> anyhow::Result<Option<i64>> {
        let content = match content {
            Ok(content) => content,
            Err(why) => {
                self.unread(kind, row, "name", why);
                return Ok(None);
            }
        };
        match resources::put(&self.services, table, keys, content).await {
            Ok((id, adopted)) => {
                self.report.kind(kind).add(adopted);
                Ok(Some(id))
            }
            Err(ServiceError::Invalid(why)) => {
                self.unread(kind, row, "name", why);
                Ok(None)
            }
            Err(fault) => Err(fault.into()),
        }
    }

    /// Takes the stock lists.
    pub(super) async fn stock_lists(&mut self) -> anyhow::Result<()> {
        let mut reading = self.read_needed(AdoptedKind::StockLists, "/api/v1/stock_list/", "").await?;
        while let Some(page) = reading.next().await? {
            for row in &page {
                let table = (&STOCK_LISTS, LIST_KEYS);
                let put = self.put(AdoptedKind::StockLists, table, (row, rows::list(row))).await?;
                let Some((there, here)) = rows::id(row).zip(put) else { continue };
                let here = StockListId::new(here);
                let code = row.get("code").and_then(Value::as_str).filter(|code| !code.is_empty());
                let name = code.map_or_else(|| rows::name(row, "name"), str::to_owned);
                self.known.stock_lists.insert(there, here);
                self.known.list_names.insert(here, name);
            }
        }
        Ok(())
    }

    /// Takes the price lists.
    pub(super) async fn price_lists(&mut self) -> anyhow::Result<()> {
        let Some(mut reading) = self.offered(AdoptedKind::PriceLists, "/api/v1/price_list/").await? else {
            return Ok(());
        };
        while let Some(page) = reading.next().await? {
            for row in &page {
                let table = (&PRICE_LISTS, LIST_KEYS);
                let put = self.put(AdoptedKind::PriceLists, table, (row, rows::list(row))).await?;
                self.known.price_lists.extend(rows::id(row).zip(put));
            }
        }
        Ok(())
    }

    /// Begins to read a list that a server may lack; that it does is remarked.
    pub(super) async fn offered(&mut self, kind: AdoptedKind, path: &str) -> anyhow::Result<Option<Reading>> {
        let reading = self.read(kind, path, "sort=id").await?;
        if reading.is_none() {
            self.report.kind(kind).remark(format!("the server does not offer {path}"));
        }
        Ok(reading)
    }

    /// Takes the catalogs.
    pub(super) async fn catalogs(&mut self) -> anyhow::Result<()> {
        let Some(mut reading) = self.offered(AdoptedKind::Catalogs, "/api/v1/catalogs/").await? else { return Ok(()) };
        while let Some(page) = reading.next().await? {
            for row in &page {
                let catalog = rows::catalog(row);
                let list = catalog.as_ref().ok().and_then(|catalog| catalog.stock_list);
                let content = catalog.and_then(|catalog| self.catalog_content(&catalog));
                let put = self.put(AdoptedKind::Catalogs, (&CATALOGS, KEYS), (row, content)).await?;
                let list = list.and_then(|list| self.known.stock_lists.get(&list).copied());
                if let Some((there, here)) = rows::id(row).zip(put) {
                    self.known.catalogs.insert(there, (here, list));
                }
            }
        }
        Ok(())
    }

    fn catalog_content(&self, row: &CatalogRow) -> Result<RecordContent, String> {
        let stock_lists: HashMap<i64, i64> =
            self.known.stock_lists.iter().map(|(there, here)| (*there, here.get())).collect();
        let price_lists = &self.known.price_lists;
        let one = |known: &HashMap<i64, i64>, what: &str, id: i64| {
            known.get(&id).copied().ok_or_else(|| format!("its {what} {id} was not taken"))
        };
        let many = |known: &HashMap<i64, i64>, what: &str, ids: &[i64]| {
            ids.iter().map(|id| one(known, what, *id)).collect::<Result<Vec<i64>, String>>()
        };
        let stock_list = row.stock_list.map(|id| one(&stock_lists, "stock list", id)).transpose()?;
        let price_list = row.price_list.map(|id| one(price_lists, "price list", id)).transpose()?;
        Ok(RecordContent::default()
            .with("name", row.name.clone())
            .with("stock_list_id", stock_list)
            .with("price_list_id", price_list)
            .with_link("extra_stock_lists", many(&stock_lists, "stock list", &row.extra_stock_lists)?)
            .with_link("extra_price_lists", many(price_lists, "price list", &row.extra_price_lists)?))
    }

    /// Takes the channels.
    pub(super) async fn channels(&mut self) -> anyhow::Result<()> {
        let Some(mut reading) = self.offered(AdoptedKind::Channels, "/api/v1/channels/").await? else { return Ok(()) };
        while let Some(page) = reading.next().await? {
            for row in &page {
                let channel = rows::channel(row);
                let conf = channel.as_ref().ok().and_then(|channel| channel.conf.clone()).unwrap_or_default();
                let catalog = channel.as_ref().ok().and_then(|channel| channel.catalog);
                let content = channel.and_then(|channel| self.channel_content(channel));
                let put = self.put(AdoptedKind::Channels, (&CHANNELS, KEYS), (row, content)).await?;
                if has_mask(&conf) {
                    let why = "its conf has secrets that the server hides from this token: conf was not taken";
                    self.report.kind(AdoptedKind::Channels).leave(&NotTaken::new(rows::name(row, "name"), why));
                }
                let Some((there, here)) = rows::id(row).zip(put) else { continue };
                let list = catalog.and_then(|catalog| self.known.catalogs.get(&catalog)?.1);
                let quantity_attribute = conf["quantity_attribute"].as_str().unwrap_or(QUANTITY_ATTRIBUTE).to_owned();
                let id = ChannelId::new(here);
                self.known.channels.insert(there, KnownChannel { id, quantity_attribute, list });
            }
        }
        Ok(())
    }

    fn channel_content(&self, row: ChannelRow) -> Result<RecordContent, String> {
        let catalog = match row.catalog {
            None => None,
            Some(id) => {
                let known = self.known.catalogs.get(&id);
                Some(known.ok_or_else(|| format!("its catalog {id} was not taken"))?.0)
            }
        };
        let conf = row.conf.filter(|conf| !has_mask(conf)).map(|conf| Stored::from(conf.to_string()));
        Ok(RecordContent::default()
            .with("name", row.name)
            .with_some("channel_type", row.channel_type)
            .with("catalog_id", catalog)
            .with_some("conf", conf)
            .with_some("is_active", row.is_active))
    }
}

/// Whether a value has a hidden secret in it.
fn has_mask(value: &Value) -> bool {
    match value {
        Value::String(text) => text.contains(MASK),
        Value::Array(values) => values.iter().any(has_mask),
        Value::Object(fields) => fields.values().any(has_mask),
        _ => false,
    }
}

//! Which product here a SKU of another installation is.
//!
//! Promises: with product mappings, a SKU without one is nothing here; what a removed mapping fed is emptied without
//! waiting for the other installation. Must not know levels or prices.

use std::collections::{BTreeSet, HashMap};

use onhand_core::{ProductId, ProductMatch, StockId};
use onhand_store::Tx;
use onhand_store::tables::data_sources::DataSource;
use onhand_store::tables::{data_source_mappings, product_stocks};

use super::asking::SourceFault;
use super::levels::here;
use super::poll::Poll;

/// Stocks that are looked at together.
const LOOKED_AT_TOGETHER: i64 = 500;

/// The SKUs here of some SKUs over there.
pub(super) enum Matched {
    /// The same.
    Same,
    /// Those that are mapped.
    Mapped(HashMap<String, String>),
}

impl Matched {
    /// Puts our SKU in the place of one over there. `false` if it has none.
    pub(super) fn rename(&self, sku: &mut String) -> bool {
        let Self::Mapped(ours) = self else { return true };
        match ours.get(sku.as_str()) {
            Some(our) => our.clone_into(sku),
            None => return false,
        }
        true
    }
}

impl Poll {
    /// What some SKUs over there are here.
    pub(super) async fn matched<'s>(
        &self,
        source: &DataSource,
        skus: impl Iterator<Item = &'s String>,
    ) -> Result<Matched, SourceFault> {
        if source.product_match == ProductMatch::Sku {
            return Ok(Matched::Same);
        }
        let (id, skus): (_, BTreeSet<String>) = (source.id, skus.cloned().collect());
        let look = async move |tx: &mut Tx<'_>| {
            data_source_mappings::of_remote(tx, skus.iter().map(|sku| (id, sku.as_str()))).await
        };
        let found = self.shared.services.store.read("data_sources.match", look).await.map_err(here)?;
        Ok(Matched::Mapped(found.into_iter().map(|mapping| (mapping.remote_sku, mapping.sku)).collect()))
    }

    /// Takes from the list what it has of products that have no mapping any more: once for each change of them, and
    /// whether or not the source answers. What cannot be done now is done with the next question.
    pub(super) async fn drop_unmapped(&mut self, source: &DataSource) {
        let is_due = source.is_remapped(self.learnt.compared_version) || self.learnt.cursor.is_none();
        let is_mapped = source.product_match == ProductMatch::Mapping && self.learnt.has_levels;
        if !is_due || !is_mapped || self.dropped_version == Some(source.mappings_version) {
            return;
        }
        let dropped = match self.mapped_stocks(source).await {
            Ok(mapped) => self.levels(source).empty(&mapped).await,
            Err(fault) => Err(fault),
        };
        match dropped {
            Ok(()) => self.dropped_version = Some(source.mappings_version),
            Err(SourceFault::Changed) => {}
            Err(fault) => {
                tracing::warn!(source = source.id.get(), fault = fault.text(), "cannot take away what is not mapped");
            }
        }
    }

    /// The stocks of the list whose products are mapped.
    async fn mapped_stocks(&self, source: &DataSource) -> Result<BTreeSet<StockId>, SourceFault> {
        let (id, list, mut after) = (source.id, source.stock_list, 0);
        let mut mapped = BTreeSet::new();
        loop {
            let look = async move |tx: &mut Tx<'_>| {
                let part = product_stocks::of_list(tx, list, after, LOOKED_AT_TOGETHER).await?;
                let products: Vec<ProductId> = part.iter().map(|stock| stock.product).collect();
                Ok((part, data_source_mappings::of_products(tx, id, &products).await?))
            };
            let (part, found) = self.shared.services.store.read("data_sources.match", look).await.map_err(here)?;
            let Some(last) = part.last() else { return Ok(mapped) };
            after = last.id.get();
            let found: BTreeSet<ProductId> = found.into_iter().map(|mapping| mapping.product).collect();
            mapped.extend(part.iter().filter(|stock| found.contains(&stock.product)).map(|stock| stock.id));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_is_mapped_has_a_name_here() {
        let mapped = Matched::Mapped(HashMap::from([("theirs".to_owned(), "ours".to_owned())]));
        for (matched, sku, expected) in
            [(&Matched::Same, "theirs", Some("theirs")), (&mapped, "theirs", Some("ours")), (&mapped, "ours", None)]
        {
            let mut sku = sku.to_owned();
            let is_known = matched.rename(&mut sku);
            assert_eq!(is_known.then_some(sku.as_str()), expected);
        }
    }
}

//! Time zones of stock lists: what a time without an offset means that is sent to a list.
//!
//! Promises: a list's own zone comes before the installation's. Must not know where times stand.

use std::collections::{BTreeSet, HashMap};

use onhand_core::StockListId;
use onhand_store::tables::stock_lists;
use onhand_store::{Error, Tx};

use super::Services;
use crate::zone::Zone;

/// Time zones of lists.
#[derive(Debug, Default)]
pub struct Zones {
    own: HashMap<StockListId, Option<Zone>>,
    installation: Option<Zone>,
}

impl Zones {
    /// The zone of a list's times without an offset, if there is one.
    pub fn of(&self, list: StockListId) -> Option<&Zone> {
        self.own.get(&list).unwrap_or(&self.installation).as_ref()
    }
}

impl Services {
    /// The time zones of some lists: each list's own, or else the installation's.
    pub async fn zones(&self, lists: BTreeSet<StockListId>) -> Result<Zones, Error> {
        let body = async move |tx: &mut Tx<'_>| stock_lists::time_zones(tx, lists.iter().copied()).await;
        let own = self.store.read("stock_lists.zone", body).await?;
        // A name that this program does not know gives no zone: another one would be a wrong one.
        let own = own.into_iter().map(|(list, name)| (list, name.parse().ok())).collect();
        Ok(Zones { own, installation: self.config.time_zone.clone() })
    }

    /// The same of one list.
    pub async fn zone(&self, list: StockListId) -> Result<Option<Zone>, Error> {
        Ok(self.zones(BTreeSet::from([list])).await?.of(list).cloned())
    }

    /// The zone of times without an offset in a file that is sent to a list now: the same each time the file is read.
    pub(super) async fn zone_of_file(&self, list: Option<StockListId>) -> Result<Option<String>, Error> {
        let Some(list) = list else { return Ok(None) };
        Ok(self.zone(list).await?.map(|zone| zone.name().to_owned()))
    }
}

//! Discrepancies that are removed: all that were reported from a day on, or up to its end.
//!
//! Promises: a day is one of each location's own calendar. Many are removed in several commands, and a request that is
//! sent again removes nothing of what has been reported since. Must not know how a day is written.

use jiff::civil::Date;
use onhand_core::commands::{FulfilmentCommand, RemoveDiscrepancies};
use onhand_core::{Command, DiscrepancyId, StockLocationId, Timestamp};
use onhand_store::Tx;
use onhand_store::tables::{discrepancies, stock_locations};

use crate::config::DiscrepancyRemove;
use crate::services::submission::{AnswerRecord, Submitted};
use crate::services::{Requester, ServiceError, Services};
use crate::wire::form::unknown_pk;
use crate::zone::Zone;

/// How many are removed in one transaction.
const TOGETHER: i64 = 500;

/// A day.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Day {
    /// By the calendar.
    Date(Date),
    /// By a moment: which day that is depends on where.
    Of(Timestamp),
}

impl Day {
    /// What is to be removed where this time zone is; `None` where the calendar ends.
    pub fn span(self, which: DiscrepancyRemove, zone: &Zone) -> Option<Span> {
        let date = match self {
            Self::Date(date) => date,
            Self::Of(moment) => zone.day_of(moment)?,
        };
        Some(match which {
            DiscrepancyRemove::From => (zone.begin_of(date)?, Timestamp::from_micros(i64::MAX)),
            DiscrepancyRemove::Until => {
                let next = zone.begin_of(date.tomorrow().ok()?)?.micros();
                (Timestamp::from_micros(i64::MIN), Timestamp::from_micros(next - 1))
            }
        })
    }
}

/// From when until when something is removed.
pub type Span = (Timestamp, Timestamp);

/// What is to be removed at each location.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Removal(Vec<(StockLocationId, Span)>);

/// What is to be removed of a day, at one location or at all; `None` where the calendar ends.
pub async fn of_day(
    services: &Services,
    day: Day,
    only: Option<StockLocationId>,
) -> Result<Option<Removal>, ServiceError> {
    let known =
        services.store.read_inline("stock_locations.lists", async |tx| stock_locations::lists(tx).await).await?;
    let known: Vec<_> = known.into_iter().filter(|(id, _)| only.is_none_or(|only| only == *id)).collect();
    if let Some(only) = only.filter(|_| known.is_empty()) {
        return Err(ServiceError::field("stock_location", unknown_pk(only.get())));
    }
    let which = services.config.discrepancy_remove;
    let (zones, utc) = (services.zones(known.iter().map(|(_, list)| *list).collect()).await?, Zone::utc());
    let time = |(location, list)| Some((location, day.span(which, zones.of(list).unwrap_or(&utc))?));
    Ok(known.into_iter().map(time).collect::<Option<_>>().map(Removal))
}

/// Removes discrepancies. What has been removed stays to be read.
pub async fn remove(
    services: &Services,
    requester: &Requester,
    removal: Removal,
    record: Option<AnswerRecord>,
) -> Result<Submitted, ServiceError> {
    loop {
        let ids = active(services, removal.clone()).await?;
        let is_last = (ids.len() as i64) < TOGETHER;
        let command = Command::Fulfilment(FulfilmentCommand::Remove(RemoveDiscrepancies { ids }));
        if is_last {
            return services.submit_once(requester, command, record).await;
        }
        services.submit(requester, command).await?;
    }
}

/// The oldest that are to be removed, as many as are removed in one transaction.
async fn active(services: &Services, Removal(times): Removal) -> Result<Vec<DiscrepancyId>, ServiceError> {
    let read = async move |tx: &mut Tx<'_>| {
        let mut ids = Vec::new();
        for (location, span) in times {
            let limit = TOGETHER - ids.len() as i64;
            ids.extend(discrepancies::active_at(tx, location, span, limit).await?);
        }
        Ok(ids)
    };
    Ok(services.store.read("discrepancies.active_at", read).await?)
}

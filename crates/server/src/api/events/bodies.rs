//! Bodies: how the object of an event is written down, and whom it concerns.
//!
//! Promises: each kind of object is read once for all events about it, and is written as its own path shows it. Must not
//! know who is told.

use std::collections::{BTreeSet, HashMap};

use onhand_core::events::EventType;
use onhand_core::{
    CartReservation, CartReservationId, ChannelId, DiscrepancyId, ImportId, OrderId, PackageId, PackedLines, Stock,
    StockId, StockListId, TransferId,
};
use onhand_store::events::log::Event;
use onhand_store::events::pending::Pending;
use onhand_store::resource::Record;
use onhand_store::tables::channels::CHANNELS;
use onhand_store::tables::{cart_reservations, discrepancies, packages, product_stocks};
use onhand_store::{BoxFuture, Error, Tx, imports, resource};

use crate::api::channels::channels::CHANNEL;
use crate::api::fulfilment::{
    discrepancies as discrepancies_api, packages as packages_api, transfers as transfers_api,
};
use crate::api::imports::import_list;
use crate::api::orders::cart_reservations as carts_api;
use crate::api::orders::orders as orders_api;
use crate::api::stock::product_stocks as stocks_api;
use crate::services::orders;
use crate::wire::Family;

/// What is said of an object.
struct Body {
    list: Option<StockListId>,
    channel: Option<ChannelId>,
    subject: String,
    data: String,
}

impl Body {
    fn of(subject: &str, write: impl FnOnce(&mut String)) -> Self {
        let mut data = String::new();
        write(&mut data);
        Self { list: None, channel: None, subject: subject.to_owned(), data }
    }

    fn in_list(self, list: Option<StockListId>) -> Self {
        Self { list, ..self }
    }

    fn of_channel(self, channel: Option<ChannelId>) -> Self {
        Self { channel, ..self }
    }
}

/// The kinds of object that events are about.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
enum SubjectKind {
    Stock,
    Order,
    Reservation,
    Import,
    Discrepancy,
    Package,
    Transfer,
    Channel,
}

impl SubjectKind {
    const ALL: [Self; 8] = [
        Self::Stock,
        Self::Order,
        Self::Reservation,
        Self::Import,
        Self::Discrepancy,
        Self::Package,
        Self::Transfer,
        Self::Channel,
    ];

    const fn of(event: EventType) -> Self {
        use EventType as E;
        match event {
            E::StockChanged | E::StockLow | E::StockBack | E::StockOversold => Self::Stock,
            E::OrderCreated | E::OrderCancelled => Self::Order,
            E::ReservationExpired | E::ReservationReleased => Self::Reservation,
            E::ImportCompleted => Self::Import,
            E::DiscrepancyCreated | E::DiscrepancyCleared => Self::Discrepancy,
            E::PackageCreated | E::PackageTransitioned => Self::Package,
            E::TransferCreated | E::TransferTransitioned => Self::Transfer,
            E::ChannelBehind => Self::Channel,
        }
    }
}

/// Writes down what has happened, in the same order. An object that is not there any more has no event.
pub fn compose<'t>(tx: &'t mut Tx<'_>, waiting: &'t [Pending]) -> BoxFuture<'t, Vec<Event>> {
    Box::pin(async move {
        let mut bodies = HashMap::new();
        for kind in SubjectKind::ALL {
            let ids = waiting.iter().filter(|one| SubjectKind::of(one.event) == kind).map(|one| one.object);
            let ids: BTreeSet<i64> = ids.collect();
            if !ids.is_empty() {
                let ids: Vec<i64> = ids.into_iter().collect();
                bodies.extend(read(tx, kind, &ids).await?.into_iter().map(|(id, body)| ((kind, id), body)));
            }
        }
        let event = |one: &Pending| {
            let body = bodies.get(&(SubjectKind::of(one.event), one.object))?;
            Some(Event {
                id: 0,
                event: one.event,
                object: one.object,
                list: body.list,
                channel: body.channel,
                subject: body.subject.clone(),
                at: one.at,
                data: body.data.clone(),
            })
        };
        Ok(waiting.iter().filter_map(event).collect())
    })
}

async fn read(tx: &mut Tx<'_>, kind: SubjectKind, ids: &[i64]) -> Result<Vec<(i64, Body)>, Error> {
    match kind {
        SubjectKind::Stock => stocks(tx, ids).await,
        SubjectKind::Order => sales(tx, ids).await,
        SubjectKind::Reservation => carts(tx, ids).await,
        SubjectKind::Import => files(tx, ids).await,
        SubjectKind::Discrepancy => {
            let ids: Vec<DiscrepancyId> = ids.iter().map(|id| DiscrepancyId::new(*id)).collect();
            let found = discrepancies::by_ids(tx, &ids).await?;
            let body = |one: &onhand_core::fulfilment::Discrepancy| {
                Body::of(&one.sku, |out| discrepancies_api::write(out, one)).in_list(Some(one.list))
            };
            Ok(found.iter().map(|one| (one.id.get(), body(one))).collect())
        }
        SubjectKind::Package => {
            let found = packages::by_ids(tx, ids.iter().map(|id| PackageId::new(*id))).await?;
            let found = packages_api::with_lines(tx, &found).await?;
            let body = |one: &PackedLines| Body::of(&one.package.number, |out| packages_api::write(out, one));
            Ok(found.iter().map(|one| (one.package.id.get(), body(one))).collect())
        }
        SubjectKind::Transfer => {
            let ids: Vec<TransferId> = ids.iter().map(|id| TransferId::new(*id)).collect();
            let found = transfers_api::written(tx, &ids).await?;
            let body = |number: &str, text: &str| Body::of(number, |out| out.push_str(text));
            Ok(found.iter().map(|(one, text)| (one.id.get(), body(&one.number, text))).collect())
        }
        SubjectKind::Channel => {
            let found = resource::by_ids(tx, &CHANNELS, ids).await?;
            let body = |one: &Record| {
                let name = one.text("name").unwrap_or_default();
                let body = Body::of(name, |out| crate::resource::write(&CHANNEL, out, one));
                body.of_channel(Some(ChannelId::new(one.id)))
            };
            Ok(found.iter().map(|one| (one.id, body(one))).collect())
        }
    }
}

async fn stocks(tx: &mut Tx<'_>, ids: &[i64]) -> Result<Vec<(i64, Body)>, Error> {
    let ids: Vec<StockId> = ids.iter().map(|id| StockId::new(*id)).collect();
    let found = product_stocks::by_ids(tx, &ids).await?;
    let write = stocks_api::write(Family::V1);
    let body = |one: &Stock| Body::of(&one.sku, |out| write(out, one)).in_list(Some(one.list));
    Ok(found.iter().map(|one| (one.id.get(), body(one))).collect())
}

async fn sales(tx: &mut Tx<'_>, ids: &[i64]) -> Result<Vec<(i64, Body)>, Error> {
    let ids: Vec<OrderId> = ids.iter().map(|id| OrderId::new(*id)).collect();
    let found = orders::wholes(tx, &ids).await?;
    let body = |(order, items): &orders::WholeOrder| {
        Body::of(&order.number, |out| orders_api::write(out, order, items)).of_channel(order.channel)
    };
    Ok(found.iter().map(|one| (one.0.id.get(), body(one))).collect())
}

async fn carts(tx: &mut Tx<'_>, ids: &[i64]) -> Result<Vec<(i64, Body)>, Error> {
    let found = cart_reservations::by_ids(tx, ids.iter().map(|id| CartReservationId::new(*id))).await?;
    let body = |one: &CartReservation| {
        Body::of(&one.reference, |out| carts_api::write(out, one, one.state)).of_channel(one.channel)
    };
    Ok(found.iter().map(|one| (one.id.get(), body(one))).collect())
}

async fn files(tx: &mut Tx<'_>, ids: &[i64]) -> Result<Vec<(i64, Body)>, Error> {
    let found = imports::by_ids(tx, ids.iter().map(|id| ImportId::new(*id))).await?;
    let body =
        |one: &imports::ImportRow| Body::of(&one.file_name, |out| import_list::write(out, one)).in_list(one.list);
    Ok(found.iter().map(|one| (one.id.get(), body(one))).collect())
}

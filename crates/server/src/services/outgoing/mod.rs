//! Outgoing lines: one step with a line that is placed with a data source, and waiting for such lines.
//!
//! Promises: what was told of a line is on disk before the next step; a line is sent again only after the other
//! installation has said that it does not have it, and under the same number and key. Must not know how many steps are
//! taken at a time.

mod exchange;
mod remote_orders;
pub mod via;
pub mod waiting;

use onhand_core::commands::TellOutgoing;
use onhand_core::{
    Command, DataSourceId, Order, OrderItem, Outcome, OutgoingError, OutgoingEvent, OutgoingLine, OutgoingState,
    ProductMatch, Rejection, Timestamp,
};
use onhand_store::Tx;
use onhand_store::tables::data_sources::DataSource;
use onhand_store::tables::outgoing_lines::DueLine;
use onhand_store::tables::{data_source_mappings, order_items, orders};

use self::remote_orders::{PlacedLine, RemoteOrders};
use super::{Requester, ServiceError, Services, data_sources};
use crate::remote::Remote;

/// The longest time until a line is tried again of which nothing is known.
const RETRY_SECONDS_MAX: i64 = 30;
/// Why a line waits whose product has no mapping with its data source.
const NO_MAPPING: &str = "no_mapping";

/// How a step ended.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum StepEnd {
    /// The other installation has answered, or nothing had to be asked.
    Done,
    /// It has not, or not so that it can be read.
    NoAnswer,
}

/// Takes one step with a line about which something is to be done. `remote` is the installation of its source, or why it
/// cannot be asked.
pub(crate) async fn step(
    services: &Services,
    (source, remote): (&DataSource, &Result<Remote, String>),
    due: DueLine,
) -> Result<StepEnd, ServiceError> {
    let mapped_by = (source.product_match == ProductMatch::Mapping).then_some(source.id);
    let Some((order, item, line, sku)) = found(services, due, mapped_by).await? else { return Ok(StepEnd::Done) };
    let placed = PlacedLine::of(&installation(services).await?, &order, &item, &line);
    let taken = LineStep { services, order: &order, item: &item, placed: &placed, sku };
    let remote = match remote {
        Ok(remote) => remote,
        Err(text) => return taken.tell_unknown(&line, OutgoingError::new("not_configured", text)).await,
    };
    let orders = RemoteOrders { remote, source, services };
    match taken.advance(&orders, &line).await? {
        Ok(()) => Ok(StepEnd::Done),
        Err(unknown) => taken.tell_unknown(&line, unknown).await,
    }
}

/// What follows from a step that a fault of this program has broken off: its line says so, and is tried again later.
pub(crate) async fn broken_off(services: &Services, due: DueLine, panic: &str) -> Result<StepEnd, ServiceError> {
    tracing::error!(item = due.item.get(), panic, "a step with an outgoing line has panicked");
    let Some((order, item, line, sku)) = found(services, due, None).await? else { return Ok(StepEnd::Done) };
    let placed = PlacedLine::of(&installation(services).await?, &order, &item, &line);
    let error = OutgoingError::new("fault", "A fault of this program has interrupted this; its log says more.");
    LineStep { services, order: &order, item: &item, placed: &placed, sku }.tell_unknown(&line, error).await
}

/// A line with its order, how far it is, and the SKU to send it under, which the mappings of a source may say; `None` if
/// it is gone.
async fn found(
    services: &Services,
    due: DueLine,
    mapped_by: Option<DataSourceId>,
) -> Result<Option<(Order, OrderItem, Box<OutgoingLine>, SentSku)>, ServiceError> {
    let look = async move |tx: &mut Tx<'_>| {
        let found = orders::by_id(tx, due.order).await?.zip(order_items::by_id(tx, due.item).await?);
        let Some((order, item)) = found else { return Ok(None) };
        let sku = match mapped_by {
            Some(source) => {
                let mapping = data_source_mappings::of_products(tx, source, &[item.product]).await?.pop();
                SentSku::Mapped(mapping.map(|mapping| mapping.remote_sku))
            }
            None => SentSku::Same,
        };
        Ok(Some((order, item, sku)))
    };
    let found = services.store.read("outgoing_lines.look", look).await?;
    Ok(found.and_then(|(order, item, sku)| {
        let line = item.outgoing.clone()?;
        Some((order, item, line, sku))
    }))
}

/// The name of this installation.
async fn installation(services: &Services) -> Result<String, ServiceError> {
    let known = services.data_sources.fed.name();
    if known.is_empty() {
        data_sources::read_all(services).await?;
        return Ok(services.data_sources.fed.name());
    }
    Ok(known)
}

/// The SKU under which a line is sent that was not sent before.
enum SentSku {
    /// Its own.
    Same,
    /// That of its product mapping, if there is one.
    Mapped(Option<String>),
}

/// A line, and where it is told what has happened to it.
struct LineStep<'l> {
    services: &'l Services,
    order: &'l Order,
    item: &'l OrderItem,
    placed: &'l PlacedLine,
    sku: SentSku,
}

impl LineStep<'_> {
    /// Takes the next step; `Err` if nothing is known after it.
    async fn advance(
        &self,
        orders: &RemoteOrders<'_>,
        line: &OutgoingLine,
    ) -> Result<Result<(), OutgoingError>, ServiceError> {
        if line.state == OutgoingState::Pending && !line.may_be_there() {
            return match self.sku {
                SentSku::Mapped(None) => self.wait_for_mapping().await,
                SentSku::Same | SentSku::Mapped(Some(_)) => self.place(orders).await,
            };
        }
        let told = match orders.ask(self.placed).await {
            Ok(told) => told,
            Err(unknown) => return Ok(Err(unknown)),
        };
        match (line.state, told) {
            (OutgoingState::Pending, OutgoingEvent::Missing) => match self.tell(OutgoingEvent::Missing).await? {
                // It is given up.
                Some(_) => Ok(Ok(())),
                None => self.place(orders).await,
            },
            (OutgoingState::Cancelling, OutgoingEvent::Placed(there)) => match orders.cancel(there.order).await {
                Ok(told) => self.tell(told).await.map(|_| Ok(())),
                Err(unknown) => Ok(Err(unknown)),
            },
            // What is placed cannot be refused: another order is in its place.
            (OutgoingState::Pending | OutgoingState::Cancelling, told @ OutgoingEvent::Refused(_)) => {
                self.tell(told).await.map(|_| Ok(()))
            }
            (OutgoingState::Placed, OutgoingEvent::Refused(error)) => Ok(Err(error)),
            // It has ended, and what was looked for once more is not there.
            (_, OutgoingEvent::Refused(_)) => self.tell(OutgoingEvent::Missing).await.map(|_| Ok(())),
            (_, told) => self.tell(told).await.map(|_| Ok(())),
        }
    }

    /// There is nothing that could be sent: it waits like a line that the other installation does not have, and as long.
    async fn wait_for_mapping(&self) -> Result<Result<(), OutgoingError>, ServiceError> {
        let text = "The product has no mapping with the data source.";
        let told = self.tell(OutgoingEvent::Missing).await?;
        Ok(if told.is_some() { Ok(()) } else { Err(OutgoingError::new(NO_MAPPING, text)) })
    }

    async fn place(&self, orders: &RemoteOrders<'_>) -> Result<Result<(), OutgoingError>, ServiceError> {
        let Some(sent) = self.tell(OutgoingEvent::Sending).await?.and_then(|item| item.outgoing) else {
            // It was cancelled meanwhile, or another process sends it.
            return Ok(Ok(()));
        };
        match orders.place(&self.placed.clone().sent(&sent)).await {
            Ok(told) => self.tell(told).await.map(|_| Ok(())),
            Err(unknown) => Ok(Err(unknown)),
        }
    }

    /// Tells the line what has happened; the line as it is then, if that had a meaning for it.
    async fn tell(&self, event: OutgoingEvent) -> Result<Option<Box<OrderItem>>, ServiceError> {
        let (order, item, code) = (self.order.id, self.item.id, self.placed.number.clone());
        let sku = match &self.sku {
            SentSku::Mapped(sku) if event == OutgoingEvent::Sending => sku.clone(),
            SentSku::Mapped(_) | SentSku::Same => None,
        };
        let command = Command::TellOutgoing(TellOutgoing { order, item, code, sku, event });
        match self.services.submit(&Requester::itself(), command).await {
            Ok(Outcome::OutgoingTold(told)) => Ok(told),
            Ok(_) => Err(ServiceError::internal("an outgoing line was answered like another command")),
            Err(ServiceError::Rejection(Rejection::NotFound)) => Ok(None),
            Err(fault) => Err(fault),
        }
    }

    async fn tell_unknown(&self, line: &OutgoingLine, error: OutgoingError) -> Result<StepEnd, ServiceError> {
        // The number is taken by a request of ours whose answer was lost: that is asked about at once, but not for ever.
        let is_known_soon = line.state == OutgoingState::Pending && error.code == "number_taken" && line.attempts < 2;
        let next = match is_known_soon {
            true => self.services.clock.now(),
            false => self.next_try(line),
        };
        tracing::debug!(item = self.item.id.get(), code = %error.code, "nothing is known of an outgoing line");
        // A line that has no mapping says nothing of how its source answers.
        let is_asked = !is_known_soon && error.code != NO_MAPPING;
        self.tell(OutgoingEvent::Unknown { of: line.state, error, next }).await?;
        Ok(if is_asked { StepEnd::NoAnswer } else { StepEnd::Done })
    }

    /// When a line is tried again: later from time to time, and not when all others are.
    fn next_try(&self, line: &OutgoingLine) -> Timestamp {
        let seconds = (1_i64 << line.attempts.clamp(0, 5)).min(RETRY_SECONDS_MAX);
        let spread = (self.item.id.get() / 256).wrapping_mul(7_919).rem_euclid(1_000) * 1_000;
        self.services.clock.now().plus_micros(seconds * 1_000_000 + spread)
    }
}

//! Cart reservations: making, changing and confirming them (docs/reservations.md).
//!
//! Promises: a cart reservation of another channel does not exist for a requester that asks for a channel; a channel's own
//! limits are looked at before anything is reserved, and its lists and products are those of its catalog. Must not know how
//! a cart reservation is written in a body, or how much there is: that is decided with the command.

pub mod expiry;

use onhand_core::commands::{CartChange, CartCommand, ChangeCart, ConfirmCart, NewLine, ReserveCart};
use onhand_core::{CART_SECONDS_MIN, CartReservation, CartReservationId, ChannelId, Command, Rejection, Timestamp};
use onhand_store::query::{Condition, ListQuery, Op, Page};
use onhand_store::tables::cart_reservations;
use onhand_store::tables::channels::CHANNELS;
use onhand_store::{Tx, resource};

use super::orders::sold;
use super::submission::{AnswerRecord, Submitted};
use super::{Requester, ServiceError, Services, list_sourcing};

/// The longest time for which units are reserved without an order: thirty days.
pub const CART_SECONDS_MAX: i64 = 30 * 24 * 3_600;

const MICROS: i64 = 1_000_000;

/// Until when a caller wants units to be reserved.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Until {
    /// So many seconds from now.
    In(i64),
    /// That moment.
    At(Timestamp),
}

/// A cart reservation that is to be made.
#[derive(Debug)]
pub struct NewCart {
    /// Unique per channel.
    pub reference: String,
    /// The channel, or `None` for one of Onhand's own API.
    pub channel: Option<ChannelId>,
    /// When it ends.
    pub until: Until,
    /// The catalog that chooses the list of a line that names none.
    pub catalog: Option<i64>,
    /// A JSON object that may say where the units go.
    pub details: String,
    /// What is reserved.
    pub lines: Vec<NewLine>,
}

/// What a channel may reserve.
struct Limits {
    open: Option<i64>,
    units: Option<i64>,
    seconds: i64,
}

/// Makes a cart reservation: all lines are reserved, or none.
pub async fn reserve(
    services: &Services,
    requester: &Requester,
    new: NewCart,
    record: Option<AnswerRecord>,
) -> Result<Submitted, ServiceError> {
    let NewCart { reference, channel, until, catalog, details, mut lines } = new;
    let limits = limits(services, channel).await?;
    let expires_at = end(services, until, &limits)?;
    check(services, channel, (&limits, units(&lines))).await?;
    if let Some(own) = requester.channel {
        // A channel reserves from its own catalog, whichever others there are.
        if let Some(named) = catalog
            && super::orders::catalog_of(services, own).await? != Some(named)
        {
            return Err(unknown_catalog(named));
        }
        let faults = sold::foreign(services, own, &lines).await?;
        if !faults.is_empty() {
            return Err(Rejection::Rows(faults).into());
        }
    }
    let sourcing = match lines.iter().any(|line| line.list.is_none()) {
        true => choose_lists(services, (catalog, channel), &details, &mut lines).await?,
        false => None,
    };
    let reserve = ReserveCart { reference, channel, expires_at, sourcing, lines };
    let submitted = services.submit_once(requester, Command::Cart(CartCommand::Reserve(reserve)), record).await?;
    services.cart_expiry.note(expires_at);
    Ok(submitted)
}

/// How the lists of those lines are chosen that name none.
async fn choose_lists(
    services: &Services,
    (catalog, channel): (Option<i64>, Option<ChannelId>),
    details: &str,
    lines: &mut [NewLine],
) -> Result<Option<onhand_core::fulfilment::list_sourcing::ListSourcing>, ServiceError> {
    let catalog = match (catalog, channel) {
        (None, Some(channel)) => super::orders::catalog_of(services, channel).await?,
        (named, _) => named,
    };
    let fault = |text: &str| ServiceError::Fields(vec![("catalog", text.to_owned())]);
    let Some(catalog) = catalog else {
        return Err(fault("Send a catalog that chooses the stock list, or a stock_list with every line."));
    };
    let details = serde_json::from_str(details).unwrap_or_default();
    match list_sourcing::choose_for(services, catalog, (&details, channel), lines).await? {
        Ok(sourcing) => Ok(sourcing),
        Err(list_sourcing::NoLists::UnknownCatalog) => Err(unknown_catalog(catalog)),
        Err(list_sourcing::NoLists::NoCandidate) => {
            Err(fault("The catalog has no stock list that its sourcing rule could choose."))
        }
    }
}

fn unknown_catalog(id: i64) -> ServiceError {
    ServiceError::Fields(vec![("catalog", format!("Invalid pk \"{id}\" - object does not exist."))])
}

fn units(lines: &[NewLine]) -> i64 {
    lines.iter().map(|line| line.quantity.units()).sum()
}

/// The limits of a channel; those of the API itself are the widest.
async fn limits(services: &Services, channel: Option<ChannelId>) -> Result<Limits, ServiceError> {
    let Some(channel) = channel else { return Ok(Limits { open: None, units: None, seconds: CART_SECONDS_MAX }) };
    let find = async move |tx: &mut Tx<'_>| resource::by_id(tx, &CHANNELS, channel.get()).await;
    let found = services.store.read_inline("channels.find", find).await?;
    let found = found.ok_or(Rejection::UnknownChannel(channel))?;
    Ok(Limits {
        open: found.int("reservations_max"),
        units: found.int("reservation_units_max"),
        seconds: found.int("reservation_seconds_max").unwrap_or(CART_SECONDS_MAX),
    })
}

/// When a reservation ends that is made or extended now.
fn end(services: &Services, until: Until, limits: &Limits) -> Result<Timestamp, ServiceError> {
    let now = services.clock.now();
    let (field, at) = match until {
        Until::In(seconds) => ("expires_in", now.plus_micros(seconds.saturating_mul(MICROS))),
        Until::At(at) => ("expires_at", at),
    };
    let (first, last) = (now.plus_micros(CART_SECONDS_MIN * MICROS), now.plus_micros(limits.seconds * MICROS));
    let text = match at {
        at if at < first => format!("Units are reserved for {CART_SECONDS_MIN} seconds at the least."),
        at if at > last => format!("Units are reserved for {} seconds at the most.", limits.seconds),
        at => return Ok(at),
    };
    Err(ServiceError::Fields(vec![(field, text)]))
}

/// Whether a channel may reserve so many units, and one thing more.
async fn check(
    services: &Services,
    channel: Option<ChannelId>,
    (limits, units): (&Limits, i64),
) -> Result<(), ServiceError> {
    let limit = |code, text| Err(ServiceError::Rule { code, text });
    check_units(limits, units)?;
    let (Some(channel), Some(most)) = (channel, limits.open) else { return Ok(()) };
    let count = async move |tx: &mut Tx<'_>| cart_reservations::open_of_channel(tx, channel).await;
    let open = services.store.read_inline("cart_reservations.open_of_channel", count).await?;
    match open < most {
        true => Ok(()),
        false => limit("reservations_max", format!("The channel may have {most} open reservations, and has {open}.")),
    }
}

fn check_units(limits: &Limits, units: i64) -> Result<(), ServiceError> {
    match limits.units {
        Some(most) if units > most => {
            let text = format!("A reservation of the channel may be of {most} units at the most, not of {units}.");
            Err(ServiceError::Rule { code: "reservation_units_max", text })
        }
        _ => Ok(()),
    }
}

/// A cart reservation that a requester may see.
pub async fn by_id(
    services: &Services,
    requester: &Requester,
    id: CartReservationId,
) -> Result<CartReservation, ServiceError> {
    let find = async move |tx: &mut Tx<'_>| cart_reservations::by_ids(tx, [id]).await;
    let found = services.store.read_inline("cart_reservations.by_id", find).await?;
    let own = |cart: &CartReservation| requester.channel.is_none() || cart.channel == requester.channel;
    found.into_iter().find(own).ok_or(ServiceError::NotFound)
}

/// A part of the cart reservations that a requester may see.
pub async fn page(
    services: &Services,
    requester: &Requester,
    mut listing: ListQuery,
) -> Result<Page<CartReservation>, ServiceError> {
    let own = |channel: ChannelId| Condition { column: "channel_id", op: Op::Eq, values: vec![channel.get().into()] };
    listing.conditions.extend(requester.channel.map(own));
    let body = async move |tx: &mut Tx<'_>| cart_reservations::page(tx, &listing).await;
    Ok(services.store.read("cart_reservations.page", body).await?)
}

/// What changes of a cart reservation.
#[derive(Debug)]
pub struct CartEdit {
    /// When it ends.
    pub until: Option<Until>,
    /// Lines by their numbers, each with its units from now on; 0 takes a line out.
    pub lines: Vec<(i64, onhand_core::Quantity)>,
}

/// Changes a cart reservation.
pub async fn edit(
    services: &Services,
    requester: &Requester,
    (id, edit): (CartReservationId, CartEdit),
    record: Option<AnswerRecord>,
) -> Result<Submitted, ServiceError> {
    let cart = by_id(services, requester, id).await?;
    let limits = limits(services, cart.channel).await?;
    let expires_at = edit.until.map(|until| end(services, until, &limits)).transpose()?;
    let said = |number| edit.lines.iter().rev().find(|(line, _)| *line == number).map(|(_, units)| units.units());
    let units = cart.lines.iter().map(|line| said(line.number).unwrap_or(line.units)).sum();
    // What a channel has reserved before its limit was lowered may become less, or stay.
    if units > cart.lines.iter().map(|line| line.units).sum() {
        check_units(&limits, units)?;
    }
    let change = CartChange::Edit { expires_at, lines: edit.lines };
    let command = Command::Cart(CartCommand::Change(ChangeCart { cart: id, change }));
    let submitted = services.submit_once(requester, command, record).await?;
    expires_at.into_iter().for_each(|at| services.cart_expiry.note(at));
    Ok(submitted)
}

/// Ends a cart reservation: its units are free.
pub async fn release(
    services: &Services,
    requester: &Requester,
    id: CartReservationId,
    record: Option<AnswerRecord>,
) -> Result<Submitted, ServiceError> {
    by_id(services, requester, id).await?;
    let command = Command::Cart(CartCommand::Change(ChangeCart { cart: id, change: CartChange::Release }));
    services.submit_once(requester, command, record).await
}

/// Makes an order of a cart reservation. The order is of the same channel.
pub async fn confirm(
    services: &Services,
    requester: &Requester,
    mut confirm: ConfirmCart,
    record: Option<AnswerRecord>,
) -> Result<Submitted, ServiceError> {
    confirm.order.channel = by_id(services, requester, confirm.cart).await?.channel;
    services.submit_once(requester, Command::Cart(CartCommand::Confirm(Box::new(confirm))), record).await
}

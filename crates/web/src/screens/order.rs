//! One order: its lines with their reservations, what can be done with them, what happened.
//!
//! Promises: every action is a form that works without a script. Must not know whether the server will accept it.

use askama::Template;
use onhand_core::fulfilment::list_sourcing::SourcedFrom;
use onhand_core::{OrderStatus, OutgoingState, ReservationState, Timestamp};

use crate::form::FieldErrors;
use crate::{Frame, order_words};

/// The page `/orders/{id}`; `as_rows()` is its region. Query: `release` (the id of a line whose form is open).
///
/// Forms: "mark as taken" posts to [`crate::link::take_order`]; a release posts `line`, `code` and `registered_at` to
/// [`crate::link::release_line`]; a cancellation posts `line` (several), `reason` and `act` (`look` shows what it would
/// do) to [`crate::link::cancel_lines`]; "source again" posts to [`crate::link::source_order`]. Each posts
/// `idempotency_key` and `back` as well.
#[derive(Clone, Debug, Template)]
#[template(path = "order.html", blocks = ["rows"])]
pub struct Order {
    /// The frame.
    pub frame: Frame,
    /// The order.
    pub order: i64,
    /// What the stream of changes calls its state, so that the page sees when that is another one.
    pub state: String,
    /// Its number.
    pub number: String,
    /// Its channel; none for an order through the own API.
    pub channel: Option<String>,
    /// When the customer ordered.
    pub placed: Timestamp,
    /// Who placed it: an account or a token; may be empty.
    pub placed_by: String,
    /// Its state.
    pub status: OrderStatus,
    /// Whether the ERP has taken it.
    pub is_taken: bool,
    /// Whether its lines are sourced from locations, so that short ones can be sourced again.
    pub is_sourced: bool,
    /// Its packages: number, location, state.
    pub packages: Vec<PackageLine>,
    /// Its lines, in their order; cancelled ones stay.
    pub lines: Vec<OrderLine>,
    /// The reasons for which lines can be cancelled: id and name.
    pub reasons: Vec<(i64, String)>,
    /// The lines that are chosen, and the reason.
    pub chosen: (Vec<i64>, Option<i64>),
    /// What cancelling the chosen lines would bring back on sale.
    pub preview: Vec<ComesBack>,
    /// The line whose release is open.
    pub release: Option<ReleaseForm>,
    /// What is wrong with a cancellation: with `line`, `reason`, or with the whole.
    pub errors: FieldErrors,
    /// What happened, the oldest first.
    pub events: Vec<OrderEvent>,
    /// The order as the API shows it, as indented JSON.
    pub raw: String,
}

/// A package of the order.
#[derive(Clone, Debug)]
pub struct PackageLine {
    /// Its number.
    pub number: String,
    /// The name of its location.
    pub location: String,
    /// The name of its state.
    pub state: String,
}

/// A line.
#[derive(Clone, Debug)]
pub struct OrderLine {
    /// The line.
    pub id: i64,
    /// Its product.
    pub product: i64,
    /// The SKU.
    pub sku: String,
    /// The product's name; may be empty.
    pub name: String,
    /// The list that it is reserved in: id and name; none if it is reserved nowhere.
    pub list: Option<(i64, String)>,
    /// How that list was chosen, if the order left that to its catalog.
    pub sourced: Option<SourcedFrom>,
    /// How far it is with the data source of its list, and what went wrong there last, which may be empty.
    pub outgoing: Option<(OutgoingState, String)>,
    /// How many units.
    pub quantity: i64,
    /// Its reservation.
    pub state: ReservationState,
    /// Since when the reservation is in that state.
    pub since: Option<Timestamp>,
    /// Whether it was accepted although its units were not there.
    pub is_oversold: bool,
    /// The ERP's code; may be empty.
    pub code: String,
    /// The price as it was given, with its currency; may be empty.
    pub price: String,
    /// Its package; may be empty.
    pub package: String,
    /// Why it was cancelled, and how many units came back on sale.
    pub cancelled: Option<(String, i64)>,
    /// The reason of a cancellation request that waits; may be empty.
    pub request: String,
    /// Whether the ERP's registration can be entered.
    pub can_release: bool,
    /// Whether it can be cancelled.
    pub can_cancel: bool,
}

/// What a cancellation would bring back on sale.
#[derive(Clone, Debug)]
pub struct ComesBack {
    /// The SKU.
    pub sku: String,
    /// The name of the list.
    pub list: String,
    /// Available units before and after.
    pub available: (i64, i64),
}

/// A release that is being entered.
#[derive(Clone, Debug)]
pub struct ReleaseForm {
    /// The line.
    pub line: i64,
    /// How many units it has.
    pub quantity: i64,
    /// The code as it was entered, at most 128 characters.
    pub code: String,
    /// The time as it was entered; empty means now.
    pub registered_at: String,
    /// What is wrong: with `code`, `registered_at`, or with the whole.
    pub errors: FieldErrors,
}

/// Something that happened to the order.
#[derive(Clone, Debug)]
pub struct OrderEvent {
    /// When.
    pub at: Timestamp,
    /// What.
    pub what: OrderWhat,
    /// Who; may be empty.
    pub by: String,
}

/// What can happen to an order.
#[derive(Clone, Debug)]
pub enum OrderWhat {
    /// It was placed, and this many units were reserved.
    Placed(i64),
    /// A line was registered under this code.
    Released(String),
    /// The ERP took it.
    Taken,
    /// This many units were cancelled.
    Cancelled(i64),
    /// This package was made.
    Packed(String),
    /// This package was shipped.
    Shipped(String),
    /// A line was not found at this location.
    NotFound(String),
    /// A line was sourced from this location.
    Sourced(String),
}

impl OrderEvent {
    fn text(&self, frame: &Frame) -> String {
        let t = frame.t;
        match &self.what {
            OrderWhat::Placed(units) => t.event_placed(units),
            OrderWhat::Released(code) => t.event_released(code),
            OrderWhat::Taken => t.event_taken().to_owned(),
            OrderWhat::Cancelled(units) => t.event_cancelled(units),
            OrderWhat::Packed(package) => t.event_packed(package),
            OrderWhat::Shipped(package) => t.event_shipped(package),
            OrderWhat::NotFound(location) => t.event_not_found(location),
            OrderWhat::Sourced(location) => t.event_sourced(location),
        }
    }

    fn icon(&self) -> &'static str {
        match self.what {
            OrderWhat::Placed(_) => "shopping-cart",
            OrderWhat::Released(_) | OrderWhat::Taken => "check-check",
            OrderWhat::Cancelled(_) => "ban",
            OrderWhat::Packed(_) => "package",
            OrderWhat::Shipped(_) => "truck",
            OrderWhat::NotFound(_) => "package-x",
            OrderWhat::Sourced(_) => "split",
        }
    }

    fn class(&self) -> &'static str {
        match self.what {
            OrderWhat::Placed(_) | OrderWhat::Sourced(_) => "t-order",
            OrderWhat::Released(_) | OrderWhat::Taken => "t-release",
            OrderWhat::Cancelled(_) => "t-cancel",
            OrderWhat::Packed(_) | OrderWhat::Shipped(_) => "t-level",
            OrderWhat::NotFound(_) => "t-bad",
        }
    }
}

impl OrderLine {
    fn is_cancelled(&self) -> bool {
        self.state == ReservationState::Cancelled
    }

    fn state_text(&self, frame: &Frame) -> &'static str {
        order_words::reservation(self.state, frame.t)
    }

    /// Why the line is in its list, and how far that is from where the order goes.
    fn sourced_text(&self, frame: &Frame) -> Option<String> {
        let sourced = self.sourced?;
        let reason = order_words::sourcing(sourced.reason, frame.t);
        Some(match sourced.distance {
            Some(metres) => frame.t.sourced_at(reason, frame.n((metres + 500) / 1_000)),
            None => reason.to_owned(),
        })
    }

    fn outgoing_text(&self, frame: &Frame) -> Option<&'static str> {
        self.outgoing.as_ref().map(|(state, _)| order_words::outgoing(*state, frame.t))
    }

    /// What went wrong with its data source, in the page's language where it is known.
    fn outgoing_error<'l>(&'l self, frame: &Frame) -> Option<std::borrow::Cow<'l, str>> {
        let (_, error) = self.outgoing.as_ref().filter(|(_, error)| !error.is_empty())?;
        Some(frame.told(error))
    }

    fn outgoing_class(&self) -> &'static str {
        match self.outgoing {
            Some((OutgoingState::Pending | OutgoingState::Cancelling, _)) => "low",
            Some((OutgoingState::Refused | OutgoingState::Failed, _)) => "over",
            _ => "",
        }
    }

    fn state_class(&self) -> &'static str {
        match self.state {
            ReservationState::Open => "low",
            ReservationState::Reported => "off",
            ReservationState::Settled => "good",
            ReservationState::Cancelled => "",
            ReservationState::Short => "over",
        }
    }

    fn state_icon(&self) -> &'static str {
        match self.state {
            ReservationState::Open => "hourglass",
            ReservationState::Reported => "check",
            ReservationState::Settled => "check-check",
            ReservationState::Cancelled => "ban",
            ReservationState::Short => "circle-alert",
        }
    }
}

impl Order {
    fn status(&self) -> &'static str {
        order_words::status(self.status, self.frame.t)
    }

    fn can_cancel(&self) -> bool {
        self.frame.may.write_orders && self.lines.iter().any(|line| line.can_cancel)
    }

    fn is_chosen(&self, line: &OrderLine) -> bool {
        self.chosen.0.contains(&line.id)
    }

    fn is_reason(&self, reason: impl crate::number::Whole) -> bool {
        self.chosen.1 == Some(reason.whole())
    }

    fn can_source(&self) -> bool {
        let is_short = |line: &OrderLine| line.state == ReservationState::Short;
        self.is_sourced && self.frame.may.write_orders && self.lines.iter().any(is_short)
    }

    fn release_link(&self, line: &OrderLine) -> String {
        format!("{}?release={}", crate::link::order(self.order), line.id)
    }
}

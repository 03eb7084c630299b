//! The overview: what needs attention first, then what there is and what happens. Must not decide what is wrong.

use askama::Template;
use onhand_core::Timestamp;

use super::imports::ImportLine;
use crate::chart::Columns;
use crate::texts::Texts;
use crate::{Frame, Reference};

/// The page `/`. `GET` only.
#[derive(Clone, Debug, Template)]
#[template(path = "overview.html")]
pub struct Overview {
    /// The frame.
    pub frame: Frame,
    /// What is wrong, the worst first; at most nine. Empty means that nothing is.
    pub cards: Vec<Card>,
    /// The lists with their sums, in order of their names.
    pub lists: Vec<ListSums>,
    /// When the sums were made.
    pub sums_at: Option<Timestamp>,
    /// The orders of the last day, where they are counted.
    pub pulse: Option<Pulse>,
    /// The newest changes of stock, the newest first; at most 20.
    pub news: Vec<News>,
    /// The newest imports, the newest first; at most 5. Shown to those who may read imports.
    pub imports: Vec<ImportLine>,
    /// Commands for the first steps, while there is no list yet.
    pub first_steps: Option<FirstSteps>,
}

/// What a card is about.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum CardKind {
    /// Lines that were accepted although their units were not there.
    Oversold,
    /// Channels that have not taken what is due for longer than usual.
    ChannelsBehind,
    /// Deliveries that channels could not take.
    DeliveryFailures,
    /// Imports with rows that failed.
    ImportsFailed,
    /// Orders that the ERP has not taken.
    OrdersWaiting,
    /// Packages that wait to be prepared.
    Packages,
    /// Lines whose units no stock has.
    Short,
    /// Active discrepancies.
    Discrepancies,
}

/// Something that needs a person.
#[derive(Clone, Debug)]
pub struct Card {
    /// What it is about.
    pub kind: CardKind,
    /// How many there are, from 1 on.
    pub number: i64,
    /// Since when the oldest waits.
    pub oldest: Option<Timestamp>,
    /// An example, for instance a product or a file; may be empty.
    pub detail: String,
    /// Where it is looked at, from [`crate::link`].
    pub link: String,
}

impl Card {
    fn text(&self, t: Texts) -> String {
        match self.kind {
            CardKind::Oversold => t.card_oversold(self.number),
            CardKind::ChannelsBehind => t.card_channels(self.number),
            CardKind::DeliveryFailures => t.card_failures(self.number),
            CardKind::ImportsFailed => t.card_import_failed(self.number),
            CardKind::OrdersWaiting => t.card_orders_waiting(self.number),
            CardKind::Packages => t.card_packages(self.number),
            CardKind::Short => t.card_short(self.number),
            CardKind::Discrepancies => t.card_discrepancies(self.number),
        }
    }

    fn icon(&self) -> &'static str {
        match self.kind {
            CardKind::Oversold => "triangle-alert",
            CardKind::ChannelsBehind => "clock",
            CardKind::DeliveryFailures | CardKind::ImportsFailed => "circle-x",
            CardKind::OrdersWaiting => "hourglass",
            CardKind::Packages => "package",
            CardKind::Short => "circle-alert",
            CardKind::Discrepancies => "package-x",
        }
    }

    fn class(&self) -> &'static str {
        match self.kind {
            CardKind::Oversold | CardKind::Short | CardKind::ImportsFailed | CardKind::DeliveryFailures => "bad",
            CardKind::ChannelsBehind | CardKind::Discrepancies => "warn",
            CardKind::OrdersWaiting | CardKind::Packages => "",
        }
    }
}

/// A list with its sums.
#[derive(Clone, Debug)]
pub struct ListSums {
    /// The list.
    pub id: i64,
    /// Its name.
    pub name: String,
    /// How many product stocks it has, where they are counted.
    pub products: Option<i64>,
    /// Its sums; none if they were not made yet.
    pub sums: Option<Sums>,
}

/// The sums of a list.
#[derive(Clone, Copy, Debug, Default)]
pub struct Sums {
    /// Available units.
    pub available: i64,
    /// Reserved units.
    pub reserved: i64,
    /// Reported units.
    pub reported: i64,
    /// The sum of the stock levels.
    pub on_hand: i64,
    /// How many stocks have nothing available, where it is counted.
    pub sold_out: Option<i64>,
}

/// Orders over a day.
#[derive(Clone, Debug)]
pub struct Pulse {
    /// Orders per interval, the oldest first; the last interval is not over.
    pub orders: Vec<i64>,
    /// The length of an interval in minutes.
    pub minutes: i64,
    /// All orders of these intervals.
    pub orders_total: i64,
    /// All their lines.
    pub lines_total: i64,
}

impl Pulse {
    fn columns(&self, t: Texts) -> Columns {
        Columns {
            values: self.orders.clone(),
            title: format!("{}, {}", t.orders_count(self.orders_total), t.per_minutes(self.minutes)),
        }
    }
}

/// A change of a stock.
#[derive(Clone, Debug)]
pub struct News {
    /// When.
    pub at: Timestamp,
    /// The product.
    pub product: i64,
    /// Its SKU.
    pub sku: String,
    /// By how much what is available has changed.
    pub change: i64,
    /// What is available since.
    pub available: i64,
    /// The order, file or code that caused it.
    pub reference: Option<Reference>,
}

/// What a newcomer can run.
#[derive(Clone, Debug)]
pub struct FirstSteps {
    /// The command that makes a list.
    pub list: String,
    /// The command that writes a level.
    pub level: String,
    /// The command that places an order.
    pub order: String,
}

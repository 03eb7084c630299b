//! The overview: what needs attention first, then what there is and what happens. Must not decide what is wrong.

use askama::Template;
use onhand_core::Timestamp;

use super::imports::ImportLine;
use crate::chart::Columns;
use crate::texts::Texts;
use crate::{Frame, Reference};

/// The page `/`. `GET` only.
#[derive(Clone, Debug, Template)]
#[template(path = "overview.html", blocks = ["cards_region"])]
pub struct Overview {
    /// The frame.
    pub frame: Frame,
    /// What is wrong, the worst first; at most nine. Empty means that nothing is.
    pub cards: Vec<Card>,
    /// The first lists with their sums, in order of their names.
    pub lists: Vec<ListSums>,
    /// How many lists there are.
    pub lists_total: i64,
    /// When the sums were made.
    pub sums_at: Option<Timestamp>,
    /// What was done in the last day.
    pub day: Option<Day>,
    /// The newest changes of stock, the newest first; at most 20.
    pub news: Vec<News>,
    /// The newest imports, the newest first; at most 5. Shown to those who may read imports.
    pub imports: Vec<ImportLine>,
    /// Commands for the first steps, while there is no list yet.
    pub first_steps: Option<FirstSteps>,
}

impl Overview {
    fn summary(&self) -> String {
        summary(&self.cards)
    }

    fn has_more_lists(&self) -> bool {
        self.lists_total > self.lists.len() as i64
    }
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
    /// Requests to cancel that nobody has answered.
    Cancellations,
    /// Lines that the ERP has registered long ago and no level has settled.
    Reported,
    /// Webhooks that are told nothing, since their receivers failed for too long.
    WebhooksPaused,
}

impl CardKind {
    /// Its word in the stream of changes.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Oversold => "oversold",
            Self::ChannelsBehind => "channels_behind",
            Self::DeliveryFailures => "delivery_failures",
            Self::ImportsFailed => "imports_failed",
            Self::OrdersWaiting => "orders_waiting",
            Self::Packages => "packages",
            Self::Short => "short",
            Self::Discrepancies => "discrepancies",
            Self::Cancellations => "cancellations",
            Self::Reported => "reported",
            Self::WebhooksPaused => "webhooks_paused",
        }
    }
}

/// Something that needs a person.
#[derive(Clone, Debug)]
pub struct Card {
    /// What it is about.
    pub kind: CardKind,
    /// How many there are, from 1 on.
    pub number: i64,
    /// Whether there are more than that.
    pub is_more: bool,
    /// Since when the oldest waits.
    pub oldest: Option<Timestamp>,
    /// An example, for instance a product or a file; may be empty.
    pub detail: String,
    /// Where it is looked at, from [`crate::link`]; none while no screen shows it.
    pub link: Option<String>,
}

/// What the cards say, in few letters: the page asks for them again when the stream says something else.
pub fn summary(cards: &[Card]) -> String {
    let one = |card: &Card| format!("{}:{}{}", card.kind.word(), card.number, if card.is_more { "+" } else { "" });
    cards.iter().map(one).collect::<Vec<_>>().join(" ")
}

impl Card {
    fn text(&self, t: Texts) -> String {
        let text = self.sentence(t);
        let number = crate::number::grouped(t.lang, self.number);
        if self.is_more { text.replacen(&number, &format!("{number}+"), 1) } else { text }
    }

    fn sentence(&self, t: Texts) -> String {
        match self.kind {
            CardKind::Oversold => t.card_oversold(self.number),
            CardKind::ChannelsBehind => t.card_channels(self.number),
            CardKind::DeliveryFailures => t.card_failures(self.number),
            CardKind::ImportsFailed => t.card_import_failed(self.number),
            CardKind::OrdersWaiting => t.card_orders_waiting(self.number),
            CardKind::Packages => t.card_packages(self.number),
            CardKind::Short => t.card_short(self.number),
            CardKind::Discrepancies => t.card_discrepancies(self.number),
            CardKind::Cancellations => t.card_cancellations(self.number),
            CardKind::Reported => t.card_reported(self.number),
            CardKind::WebhooksPaused => t.card_webhooks(self.number),
        }
    }

    fn icon(&self) -> &'static str {
        match self.kind {
            CardKind::Oversold => "triangle-alert",
            CardKind::ChannelsBehind => "clock",
            CardKind::DeliveryFailures | CardKind::ImportsFailed | CardKind::WebhooksPaused => "circle-x",
            CardKind::OrdersWaiting | CardKind::Reported => "hourglass",
            CardKind::Packages => "package",
            CardKind::Short => "circle-alert",
            CardKind::Discrepancies => "package-x",
            CardKind::Cancellations => "ban",
        }
    }

    fn class(&self) -> &'static str {
        match self.kind {
            CardKind::WebhooksPaused
            | CardKind::Oversold
            | CardKind::Short
            | CardKind::ImportsFailed
            | CardKind::DeliveryFailures => "bad",
            CardKind::ChannelsBehind | CardKind::Discrepancies | CardKind::Cancellations | CardKind::Reported => "warn",
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

/// What is counted over a day.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum Counted {
    /// Orders that were placed.
    #[default]
    Orders,
    /// Their lines.
    Lines,
    /// Lines that the ERP has registered.
    Released,
    /// Lines that were cancelled.
    Cancelled,
    /// Stock levels that were written.
    Levels,
    /// Rows of files.
    Imported,
    /// Requests that a rule rejected.
    Rejected,
}

impl Counted {
    /// Every one, in the order of the choice.
    pub const ALL: [Self; 7] =
        [Self::Orders, Self::Lines, Self::Released, Self::Cancelled, Self::Levels, Self::Imported, Self::Rejected];

    /// Its word in the address.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Orders => "orders",
            Self::Lines => "lines",
            Self::Released => "released",
            Self::Cancelled => "cancelled",
            Self::Levels => "levels",
            Self::Imported => "imported",
            Self::Rejected => "rejected",
        }
    }

    /// The one with this word.
    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|counted| counted.word() == word)
    }

    fn text(self, t: Texts) -> &'static str {
        match self {
            Self::Orders => t.orders(),
            Self::Lines => t.lines_reserved(),
            Self::Released => t.lines_released(),
            Self::Cancelled => t.lines_cancelled(),
            Self::Levels => t.levels_written(),
            Self::Imported => t.rows_imported(),
            Self::Rejected => t.rejected_requests(),
        }
    }
}

/// One kind of activity over a day.
#[derive(Clone, Debug)]
pub struct Day {
    /// What is counted.
    pub counted: Counted,
    /// Numbers per interval, the oldest first; the last interval is not over.
    pub values: Vec<i64>,
    /// The length of an interval in minutes.
    pub minutes: i64,
    /// When the first interval begins.
    pub from: Timestamp,
}

impl Day {
    fn total(&self) -> i64 {
        self.values.iter().sum()
    }

    fn columns(&self, frame: &Frame) -> Columns {
        let (t, total) = (frame.t, frame.n(self.total()));
        let title = format!("{}: {total}, {}", self.counted.text(t), t.per_minutes(self.minutes));
        Columns { values: self.values.clone(), title }
    }

    /// The same by hour: when each begins, and its number.
    fn hours(&self) -> Vec<(Timestamp, i64)> {
        const HOUR_MINUTES: i64 = 60;
        let intervals = usize::try_from(HOUR_MINUTES / self.minutes.max(1)).unwrap_or(1).max(1);
        let hours = (0..).zip(self.values.chunks(intervals));
        hours.map(|(hour, values)| (self.from.minus_seconds(-hour * 3_600), values.iter().sum())).collect()
    }
}

/// A change of a stock.
#[derive(Clone, Debug)]
pub struct News {
    /// The movement.
    pub movement: i64,
    /// When.
    pub at: Timestamp,
    /// The product.
    pub product: i64,
    /// Its SKU.
    pub sku: String,
    /// Its name; empty where that says no more than the SKU.
    pub name: String,
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

//! One product: "why is it 3?". Its lists, the equation of the chosen one, what reserves it, what happened.
//!
//! Promises: the four numbers of the equation are one reading. Must not know how a number came about but by its events.

use askama::Template;
use onhand_core::{Reason, Timestamp};

use super::level::{self, LevelEdit};
pub use super::reserving::{CartLine, DiscrepancyLine, External, PackedLine, ReportedLine, Reserving, Told};
use crate::bar::{Bar, Numbers};
use crate::chart::{Mark, Point, Steps};
use crate::form::Pager;
use crate::number::Whole;
use crate::texts::Texts;
use crate::{Frame, Reference, Unit, What, link};

/// Orders that are named where a level has settled many.
const SETTLED_NAMED: usize = 5;

/// The page `/products/{id}`; `as_rows()` is its region. Query: `list` (a list's id), `lists` (a page of them), `range`
/// (a word of [`Range`]), `cause` (a word of [`What`]), `edit` (`set` or `add`), `after` (a page of events),
/// `lines` and `registered` (pages of reserving and of reported lines).
///
/// Forms: the level posts to [`crate::link::level`]; "undo" of an event posts `movement` to
/// [`crate::link::undo_level`].
#[derive(Clone, Debug, Template)]
#[template(path = "product.html", blocks = ["rows"])]
pub struct Product {
    /// The frame.
    pub frame: Frame,
    /// The product.
    pub product: i64,
    /// Its SKU.
    pub sku: String,
    /// Its name; may be empty.
    pub name: String,
    /// Its barcode; may be empty.
    pub barcode: String,
    /// What is available in all lists.
    pub available: i64,
    /// What one unit is.
    pub unit: Unit,
    /// The lists that have it and that the person may see; at most 100.
    pub lists: Vec<ProductList>,
    /// Which of them these are.
    pub lists_pager: Pager,
    /// How many other lists there are.
    pub lists_without: i64,
    /// What was sent to channels, by the names of the channels; none where that is not shown.
    pub told: Option<Vec<Told>>,
    /// The chosen list; none if no list has the product.
    pub chosen: Option<Chosen>,
}

/// A list that has the product.
#[derive(Clone, Debug)]
pub struct ProductList {
    /// The list.
    pub list: i64,
    /// Its name.
    pub name: String,
    /// Its code; may be empty.
    pub code: String,
    /// The numbers of the stock in it.
    pub numbers: Numbers,
    /// The stock.
    pub stock: i64,
}

/// The stock of the chosen list.
#[derive(Clone, Debug)]
pub struct Chosen {
    /// The list.
    pub list: i64,
    /// Its name.
    pub list_name: String,
    /// The stock.
    pub stock: i64,
    /// Its numbers.
    pub numbers: Numbers,
    /// Where the level comes from.
    pub level: Option<LevelOrigin>,
    /// When the ERP took the level.
    pub level_taken_at: Option<Timestamp>,
    /// How many order lines reserve it, if the page has them all.
    pub reserved_lines: Option<i64>,
    /// The part of the reserved units that order lines make up.
    pub reserved_by_lines: i64,
    /// The part of the reserved units that carts make up.
    pub reserved_by_carts: i64,
    /// The carts that reserve it, the oldest first; at most 100, on the first page of lines.
    pub carts: Vec<CartLine>,
    /// The external reservation: the part that a client wrote.
    pub external: Option<External>,
    /// Since when the oldest reported line is registered.
    pub reported_since: Option<Timestamp>,
    /// The newest change of what is available.
    pub since: Option<(Timestamp, Option<Reference>)>,
    /// Since when an active discrepancy keeps it off sale.
    pub off_sale_since: Option<Timestamp>,
    /// The chart.
    pub chart: Chart,
    /// The lines that reserve it, the oldest first; at most 100.
    pub reservations: Vec<Reserving>,
    /// Units that lines of other pages reserve.
    pub more_reserved: i64,
    /// The page of those lines.
    pub reservations_pager: Pager,
    /// The reported lines, the oldest first; at most 100.
    pub reported: Vec<ReportedLine>,
    /// The page of those lines.
    pub reported_pager: Pager,
    /// Its active discrepancies.
    pub discrepancies: Vec<DiscrepancyLine>,
    /// Packages that still wait for units of it; at most 100.
    pub packages: Vec<PackedLine>,
    /// The cause that events are narrowed to.
    pub cause: Option<What>,
    /// What happened, the newest first.
    pub events: Vec<Event>,
    /// Where the page of events is.
    pub pager: Pager,
    /// The level, while it is being edited.
    pub edit: Option<LevelEdit>,
}

/// Where a level comes from.
#[derive(Clone, Debug)]
pub struct LevelOrigin {
    /// [`What::Count`], [`What::Import`] or [`What::Write`].
    pub what: What,
    /// Who.
    pub by: String,
    /// When.
    pub at: Timestamp,
}

/// How far the chart goes back.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum Range {
    /// 24 hours.
    #[default]
    Day,
    /// 7 days.
    Week,
    /// 30 days.
    Month,
    /// As far as the newest changes go.
    Newest,
}

impl Range {
    /// Every range.
    pub const ALL: [Self; 4] = [Self::Day, Self::Week, Self::Month, Self::Newest];

    /// Its word in the address.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Day => "day",
            Self::Week => "week",
            Self::Month => "month",
            Self::Newest => "newest",
        }
    }

    /// The range with this word.
    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|range| range.word() == word)
    }

    /// Its length in seconds, if it has one.
    pub const fn seconds(self) -> Option<i64> {
        match self {
            Self::Day => Some(86_400),
            Self::Week => Some(7 * 86_400),
            Self::Month => Some(30 * 86_400),
            Self::Newest => None,
        }
    }

    fn text(self, frame: &Frame) -> &'static str {
        match self {
            Self::Day => frame.t.day(),
            Self::Week => frame.t.week(),
            Self::Month => frame.t.month(),
            Self::Newest => frame.t.newest_changes(),
        }
    }
}

/// The numbers of a stock over time.
#[derive(Clone, Debug, Default)]
pub struct Chart {
    /// How far it goes back from the present.
    pub range: Range,
    /// The numbers, the oldest first, at most 400; the first may lie before the range.
    pub points: Vec<ChartPoint>,
    /// Whether more has happened in the range than was looked at: the first point is not its beginning then.
    pub is_cut: bool,
}

/// The numbers from one moment on.
#[derive(Clone, Copy, Debug)]
pub struct ChartPoint {
    /// When.
    pub at: Timestamp,
    /// The level.
    pub on_hand: i64,
    /// Available units.
    pub available: i64,
    /// What is marked.
    pub mark: Option<Mark>,
}

/// A movement of the stock.
#[derive(Clone, Debug)]
pub struct Event {
    /// The movement.
    pub movement: i64,
    /// When.
    pub at: Timestamp,
    /// What.
    pub what: What,
    /// How many units it is about; for a level, the level.
    pub quantity: i64,
    /// The order, file or code.
    pub reference: Option<Reference>,
    /// Who; may be empty.
    pub by: String,
    /// The name of the token that was used; may be empty.
    pub token: String,
    /// The adjustment reason that was given.
    pub reason: Option<Reason>,
    /// The note that was given; may be empty.
    pub note: String,
    /// The numbers of the orders whose lines the level has settled, as far as that is known.
    pub settled: Vec<String>,
    /// The level before and after.
    pub on_hand: (i64, i64),
    /// Reserved units before and after.
    pub reserved: (i64, i64),
    /// Reported units before and after.
    pub reported: (i64, i64),
    /// Available units before and after.
    pub available: (i64, i64),
    /// Whether it can be undone.
    pub undo: UndoOf,
}

/// Whether a movement can be undone.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum UndoOf {
    /// It cannot, and nothing is said of it.
    #[default]
    None,
    /// It can.
    Possible,
    /// Something has happened to the stock since.
    TouchedSince,
    /// The level settled reported units.
    Settled,
}

impl UndoOf {
    fn is_possible(self) -> bool {
        self == Self::Possible
    }

    /// Why it cannot be undone.
    fn why_not(self, t: Texts) -> Option<&'static str> {
        match self {
            Self::TouchedSince => Some(t.undo_touched()),
            Self::Settled => Some(t.undo_settled()),
            Self::None | Self::Possible => None,
        }
    }
}

impl Event {
    /// The numbers that have changed but what is available, each as `reserved 12 → 14`.
    fn changes(&self, frame: &Frame) -> String {
        let t = frame.t;
        let all = [(t.on_hand(), self.on_hand), (t.reserved(), self.reserved), (t.reported(), self.reported)];
        let changed = all.into_iter().filter(|(_, (from, to))| from != to);
        let texts: Vec<_> = changed.map(|(what, (from, to))| t.from_to(what, frame.n(from), frame.n(to))).collect();
        texts.join(", ")
    }

    fn said(&self, frame: &Frame) -> String {
        self.what.said(frame.t, &frame.n(self.quantity))
    }

    fn by(&self, frame: &Frame) -> String {
        if self.token.is_empty() { self.by.clone() } else { frame.t.with_token(&self.by, &self.token) }
    }

    /// The orders that the level has settled, the first few by their numbers.
    fn settled(&self, frame: &Frame) -> Option<String> {
        let named = self.settled.iter().take(SETTLED_NAMED).map(String::as_str).collect::<Vec<_>>().join(", ");
        match self.settled.len().saturating_sub(SETTLED_NAMED) {
            _ if named.is_empty() => None,
            0 => Some(frame.t.settled(named)),
            more => Some(frame.t.settled_and(more as i64, named)),
        }
    }

    fn reason(&self, frame: &Frame) -> Option<&str> {
        let text = |reason| match reason {
            &Reason::Known(reason) => level::reason_text(frame.texts(), reason),
            Reason::Own(code) => code,
        };
        self.reason.as_ref().map(text)
    }
}

impl ProductList {
    fn bar(&self, scale: impl Whole) -> Bar {
        Bar::new(self.numbers, scale.whole())
    }
}

impl LevelOrigin {
    fn text(&self, frame: &Frame) -> String {
        let time = frame.time(self.at);
        match self.what {
            What::Count => frame.t.counted_by(&self.by, time),
            What::Import => frame.t.imported_by(&self.by, time),
            _ => frame.t.written_by(&self.by, time),
        }
    }
}

impl Chart {
    /// The chart from the beginning of its range to the present.
    fn steps(&self, frame: &Frame) -> Steps {
        let until = frame.clock.now;
        let first = self.points.first().map_or(until, |point| point.at);
        let from = self.range.seconds().map_or(first, |seconds| until.minus_seconds(seconds));
        let is_short = until.micros() - from.micros() <= 2 * 86_400_000_000;
        let points = self.points.iter().map(|point| Point {
            at: point.at.micros(),
            on_hand: point.on_hand,
            available: point.available,
            mark: point.mark,
        });
        let tick = |part: i64| {
            let at = from.plus_micros((until.micros() - from.micros()) / 6 * part);
            let text = if is_short { frame.clock.minutes(at) } else { frame.clock.day(frame.t, at) };
            (at.micros(), text)
        };
        let available = |point: Option<&ChartPoint>| frame.n(point.map_or(0, |point| point.available));
        let title = frame.t.chart_title(available(self.points.first()), available(self.points.last()));
        Steps {
            from: from.micros(),
            until: until.micros(),
            points: points.collect(),
            ticks: (1..6).map(tick).collect(),
            title,
        }
    }
}

impl Chosen {
    /// When a level must have been taken that settles every reported line of the page.
    fn settled_from(&self) -> Option<Timestamp> {
        self.reported.iter().map(|line| line.since).max()
    }

    fn has_reserving(&self) -> bool {
        !self.reservations.is_empty() || !self.carts.is_empty() || self.external.is_some() || self.more_reserved > 0
    }
}

impl Product {
    fn scale(&self) -> i64 {
        self.lists.iter().map(|list| list.numbers.whole()).max().unwrap_or(0).max(1)
    }

    /// The address of the chosen list with one value more in its query.
    fn with(&self, chosen: &Chosen, name: &str, value: &str) -> String {
        format!("{}&{name}={}", link::product_in(self.product, chosen.list), link::encoded(value))
    }
}

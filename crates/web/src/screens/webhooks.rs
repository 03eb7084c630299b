//! Webhooks: which there are, how each does, and making one; and one of them with what was sent to it.
//!
//! Promises: a secret is shown on the page that has made it, and on no other. Must not know what follows an answer.

use askama::Template;
use onhand_core::Timestamp;
use onhand_core::events::EventType;

use crate::Frame;
use crate::form::{FieldErrors, Pager};
use crate::number::Whole;
use crate::texts::Texts;

/// The page `/webhooks`.
///
/// The form of a new one posts `name`, `url`, `event` (several), `stock_list` and `channel` to [`crate::link::webhooks`],
/// with `idempotency_key` and `back`.
#[derive(Clone, Debug, Template)]
#[template(path = "webhooks.html")]
pub struct Webhooks {
    /// The frame.
    pub frame: Frame,
    /// The webhooks, in the order of their names.
    pub rows: Vec<HookRow>,
    /// Whether secrets can be stored here.
    pub has_key: bool,
    /// A webhook that has just been made.
    pub made: Option<NewSecret>,
    /// The form of a new one.
    pub form: HookForm,
}

/// The page `/webhooks/{id}`; `as_rows()` is its region. Query: `state`, a word of a delivery's state; `before`, an id.
///
/// Forms, each with `idempotency_key` and `back`: the settings as those of a new one; `is_active` to
/// [`crate::link::switch_webhook`]; `after`, `before` and `state` to [`crate::link::redeliver_all`]; nothing more to
/// [`crate::link::test_webhook`], [`crate::link::renew_webhook`], [`crate::link::redeliver`] and
/// [`crate::link::remove_webhook`].
#[derive(Clone, Debug, Template)]
#[template(path = "webhook.html", blocks = ["rows"])]
pub struct Webhook {
    /// The frame.
    pub frame: Frame,
    /// The webhook.
    pub hook: HookRow,
    /// The list that it is narrowed to; may be empty.
    pub list: String,
    /// The channel that it is narrowed to; may be empty.
    pub channel: String,
    /// A secret that has just been made.
    pub made: Option<NewSecret>,
    /// The state whose deliveries are shown; all when none.
    pub state: Option<Sent>,
    /// The deliveries of this page, the newest first.
    pub deliveries: Vec<DeliveryRow>,
    /// Where the page is among them.
    pub pager: Pager,
    /// What is in the form that sends a time range again.
    pub range: RangeForm,
    /// The form of its settings.
    pub form: HookForm,
}

/// A secret, shown once.
#[derive(Clone, Debug)]
pub struct NewSecret {
    /// The webhook.
    pub name: String,
    /// The secret.
    pub secret: String,
}

/// A webhook.
#[derive(Clone, Debug)]
pub struct HookRow {
    /// Its id.
    pub id: i64,
    /// Its name.
    pub name: String,
    /// Where events are sent.
    pub url: String,
    /// The words of the event types that it is told of; every one when there are none.
    pub events: Vec<String>,
    /// How it stands.
    pub standing: HookStanding,
    /// What its receiver said last, if that was no success; may be empty.
    pub error: String,
    /// When an event was last taken.
    pub last_taken: Option<Timestamp>,
    /// What was sent last, and when.
    pub last: Option<(Sent, Timestamp)>,
    /// How many deliveries are undelivered.
    pub undelivered: i64,
    /// Whether there are more of those.
    pub has_more_undelivered: bool,
}

/// How a webhook stands.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum HookStanding {
    /// It takes what it is sent.
    Active,
    /// Its receiver has failed since a time, and is tried again at another one.
    Failing(Timestamp, Option<Timestamp>),
    /// It is sent nothing since this time, because its receiver failed for too long.
    Paused(Timestamp),
    /// People have switched it off.
    Off,
}

/// How far a delivery is.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Sent {
    /// The receiver has it.
    Delivered,
    /// It is sent again when the next attempt is due.
    Waiting,
    /// The receiver has rejected it for good.
    Undelivered,
    /// A person wants it sent once more.
    Queued,
}

/// A delivery.
#[derive(Clone, Debug)]
pub struct DeliveryRow {
    /// Its id.
    pub id: i64,
    /// The word of its event type.
    pub event: String,
    /// The SKU or number of its object; may be empty.
    pub subject: String,
    /// How far it is.
    pub state: Sent,
    /// How often it was sent.
    pub attempts: i64,
    /// The status of the last answer.
    pub status: Option<i64>,
    /// The beginning of that answer, or why there was none.
    pub answer: String,
    /// How long that took, in milliseconds.
    pub duration_ms: i64,
    /// When it was last sent.
    pub at: Timestamp,
}

/// What people set of a webhook, as it is in the form.
#[derive(Clone, Debug, Default)]
pub struct HookForm {
    /// The name.
    pub name: String,
    /// The address.
    pub url: String,
    /// The words of the event types that are ticked.
    pub events: Vec<String>,
    /// The list that is chosen.
    pub list: Option<i64>,
    /// The channel that is chosen.
    pub channel: Option<i64>,
    /// The lists that can be chosen.
    pub lists: Vec<(i64, String)>,
    /// The channels that can be chosen.
    pub channels: Vec<(i64, String)>,
    /// What is wrong: with `name`, `url`, `events`, `stock_list`, `channel`, or with the whole.
    pub errors: FieldErrors,
}

/// What is in the form that sends a time range again.
#[derive(Clone, Debug)]
pub struct RangeForm {
    /// From when, as a browser writes it.
    pub after: String,
    /// Until when.
    pub before: String,
    /// Deliveries in which state.
    pub state: Sent,
    /// The zone that these times are of.
    pub zone: String,
    /// What is wrong: with `after`, `before`, or with the whole.
    pub errors: FieldErrors,
}

impl Sent {
    /// Every state.
    pub const ALL: [Self; 4] = [Self::Delivered, Self::Waiting, Self::Undelivered, Self::Queued];

    /// Its word, as the API has it.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Delivered => "delivered",
            Self::Waiting => "waiting",
            Self::Undelivered => "undelivered",
            Self::Queued => "queued",
        }
    }

    /// The state with this word.
    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.word() == word)
    }

    fn text(self, t: Texts) -> &'static str {
        match self {
            Self::Delivered => t.delivery_delivered(),
            Self::Waiting => t.delivery_waiting(),
            Self::Undelivered => t.delivery_undelivered(),
            Self::Queued => t.delivery_queued(),
        }
    }

    fn class(self) -> &'static str {
        match self {
            Self::Delivered => "good",
            Self::Waiting => "low",
            Self::Undelivered => "over",
            Self::Queued => "",
        }
    }

    fn icon(self) -> &'static str {
        match self {
            Self::Delivered => "check",
            Self::Waiting => "refresh-cw",
            Self::Undelivered => "circle-x",
            Self::Queued => "hourglass",
        }
    }
}

impl HookRow {
    fn standing_text(&self, t: Texts) -> &'static str {
        match self.standing {
            HookStanding::Active => t.hook_active(),
            HookStanding::Failing(..) => t.hook_failing(),
            HookStanding::Paused(_) => t.hook_paused(),
            HookStanding::Off => t.hook_off(),
        }
    }

    fn class(&self) -> &'static str {
        match self.standing {
            HookStanding::Active => "good",
            HookStanding::Failing(..) => "low",
            HookStanding::Paused(_) => "over",
            HookStanding::Off => "",
        }
    }

    fn icon(&self) -> &'static str {
        match self.standing {
            HookStanding::Active => "check",
            HookStanding::Failing(..) => "refresh-cw",
            HookStanding::Paused(_) => "pause",
            HookStanding::Off => "ban",
        }
    }

    /// Since when it is paused or fails.
    fn since(&self) -> Option<Timestamp> {
        match self.standing {
            HookStanding::Failing(since, _) | HookStanding::Paused(since) => Some(since),
            HookStanding::Active | HookStanding::Off => None,
        }
    }

    fn undelivered(&self, frame: &Frame) -> String {
        let more = if self.has_more_undelivered { "+" } else { "" };
        format!("{}{more}", frame.n(self.undelivered))
    }
}

impl HookForm {
    /// Every event type: its word, what it says, and whether it is ticked.
    fn choices(&self, t: Texts) -> impl Iterator<Item = (&'static str, &'static str, bool)> {
        EventType::ALL.into_iter().map(move |one| {
            let is_ticked = self.events.iter().any(|word| word == one.word());
            (one.word(), event_text(t, one), is_ticked)
        })
    }

    fn is_list(&self, list: impl Whole) -> bool {
        self.list == Some(list.whole())
    }

    fn is_channel(&self, channel: impl Whole) -> bool {
        self.channel == Some(channel.whole())
    }
}

impl DeliveryRow {
    /// One that waits is sent again anyway, and one that is queued already is.
    fn can_be_sent_again(&self) -> bool {
        matches!(self.state, Sent::Delivered | Sent::Undelivered)
    }
}

impl Webhook {
    /// When the next attempt is due.
    fn next_try(&self) -> String {
        match self.hook.standing {
            HookStanding::Failing(_, Some(next)) => self.frame.time(next),
            _ => self.frame.t.delivery_waiting().to_owned(),
        }
    }

    /// The address of the deliveries in the state of a word; of all without one.
    fn of_state(&self, state: &str) -> String {
        crate::link::webhook_deliveries(self.hook.id, state, "")
    }

    fn shows(&self, state: &str) -> bool {
        self.state.is_some_and(|shown| shown.word() == state)
    }
}

/// What an event says, in a few words.
fn event_text(t: Texts, event: EventType) -> &'static str {
    match event {
        EventType::StockChanged => t.event_stock_changed(),
        EventType::StockLow => t.event_stock_low(),
        EventType::StockBack => t.event_stock_back(),
        EventType::StockOversold => t.event_stock_oversold(),
        EventType::OrderCreated => t.event_order_created(),
        EventType::OrderCancelled => t.event_order_cancelled(),
        EventType::ReservationExpired => t.event_reservation_expired(),
        EventType::ReservationReleased => t.event_reservation_released(),
        EventType::ImportCompleted => t.event_import_completed(),
        EventType::DiscrepancyCreated => t.event_discrepancy_created(),
        EventType::DiscrepancyCleared => t.event_discrepancy_cleared(),
        EventType::PackageCreated => t.event_package_created(),
        EventType::PackageTransitioned => t.event_package_moved(),
        EventType::TransferCreated => t.event_transfer_created(),
        EventType::TransferTransitioned => t.event_transfer_moved(),
        EventType::ChannelBehind => t.event_channel_behind(),
    }
}

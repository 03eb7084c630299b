//! Outgoing lines: order lines that are placed with the installation whose stock their list sells, and how far that is.
//!
//! Promises: [`OutgoingLine::tell`] is the whole rule of what follows what. A line whose end is not known stays as it is
//! until the other installation has been asked about it; a line that ended here is looked for once more if a request that
//! was lost may still arrive there. Must not know how another installation is asked, nor stock numbers.

use crate::{DataSourceId, Timestamp};

/// For how many seconds one process has a line to itself while it places it.
pub const CLAIM_SECONDS: i64 = 20;
/// How long a line may be pending until it is given up, if the other installation says that it does not have it.
pub const GIVE_UP_SECONDS: i64 = 24 * 3_600;
/// When a line that ended here is looked for once more: a request that was lost has arrived by then, or never does.
pub const LATE_SECONDS: i64 = 60;
/// When a placed line is looked at for the first time.
const LOOK_SECONDS: i64 = 10;
/// The longest time between two looks at a placed line.
const LOOK_SECONDS_MAX: i64 = 15 * 60;
/// The most characters that are kept of an error.
pub const OUTGOING_ERROR_CHARS_MAX: usize = 300;

crate::words! {
    /// How far an outgoing line is.
    pub enum OutgoingState {
        /// It is reserved here, and the other installation has not said that it has it.
        Pending => "pending",
        /// The other installation has it.
        Placed => "placed",
        /// The other installation has refused it; the line is cancelled here.
        Refused => "refused",
        /// It is cancelled here, and the other installation may still have it.
        Cancelling => "cancelling",
        /// It is cancelled on both sides.
        Cancelled => "cancelled",
        /// It could not be placed in time, or it could not be cancelled any more there; a person has to look.
        Failed => "failed",
    }
    word word, from_word;
}

/// What went wrong: a code for programs, and a text for people.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct OutgoingError {
    /// Lower-case letters and underscores.
    pub code: String,
    /// At most [`OUTGOING_ERROR_CHARS_MAX`] characters.
    pub text: String,
}

impl OutgoingError {
    /// An error whose text is cut to what is kept of it. A code of another installation becomes one word.
    pub fn new(code: &str, text: &str) -> Self {
        let is_plain = |sign: &char| sign.is_ascii_alphanumeric() || *sign == '_';
        let code: String = code.chars().filter(is_plain).take(64).collect();
        let code = if code.is_empty() { "unknown".to_owned() } else { code };
        let text = text.chars().filter(|sign| !sign.is_control()).take(OUTGOING_ERROR_CHARS_MAX).collect();
        Self { code, text }
    }
}

/// An order line as the other installation has it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct RemoteLine {
    /// Its order there.
    pub order: i64,
    /// Its first line there.
    pub item: i64,
    /// When it was made there, by the clock that the levels of the source are written with.
    pub at: Timestamp,
}

/// An outgoing line.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct OutgoingLine {
    /// The data source that it is placed with.
    pub source: DataSourceId,
    /// How far it is.
    pub state: OutgoingState,
    /// Requests that may have placed it.
    pub attempts: i64,
    /// When something is to be done about it; `None` if nothing is.
    pub next_try_at: Option<Timestamp>,
    /// Since when it waits to be placed, or waited last.
    pub pending_since: Timestamp,
    /// When the level was taken that its stock had when it was last sent: that level does not account for it.
    pub level_at: Option<Timestamp>,
    /// The installations that its order came through, by name, with commas between them; empty for an order of its own.
    pub via: String,
    /// The SKU over there under which it was first sent, if a product mapping gave it: it is sent and looked for under
    /// this one for ever, whatever becomes of the mapping. `None` is the SKU of the line.
    pub sku: Option<String>,
    /// Its order there, once that is known.
    pub remote_order: Option<i64>,
    /// Its first line there.
    pub remote_item: Option<i64>,
    /// What went wrong last.
    pub error: Option<OutgoingError>,
}

/// What has happened to an outgoing line.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum OutgoingEvent {
    /// The line was cancelled here.
    CancelledHere,
    /// A request that may place it is about to leave. Nobody else sends one for [`CLAIM_SECONDS`].
    Sending,
    /// The other installation has it.
    Placed(RemoteLine),
    /// The other installation has it, and it has left there. Nothing is told of a line before it is placed.
    Left,
    /// The other installation has it, cancelled.
    CancelledThere,
    /// The other installation was asked, and does not have it.
    Missing,
    /// The other installation has refused it.
    Refused(OutgoingError),
    /// The other installation does not cancel it any more.
    CancelRefused(OutgoingError),
    /// Nobody knows: there was no answer, or none that can be read.
    Unknown {
        /// The state of the line when the request was sent that had no answer. If the line is farther, it means nothing.
        of: OutgoingState,
        /// Why nothing is known.
        error: OutgoingError,
        /// When something is to be done again.
        next: Timestamp,
    },
}

/// What an event means for the line here.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum OutgoingEffect {
    /// Nothing.
    Nothing,
    /// It is registered, at this time.
    Release(Timestamp),
    /// It is cancelled.
    Cancel,
    /// It is reserved again, because what had registered it is lost.
    Reserve,
}

impl OutgoingLine {
    /// A line that is to be placed.
    pub fn new(source: DataSourceId, via: &str, now: Timestamp) -> Self {
        Self {
            source,
            state: OutgoingState::Pending,
            attempts: 0,
            next_try_at: Some(now),
            pending_since: now,
            level_at: None,
            via: via.to_owned(),
            sku: None,
            remote_order: None,
            remote_item: None,
            error: None,
        }
    }

    /// Whether the other installation may have it although that is not known.
    pub fn may_be_there(&self) -> bool {
        self.attempts > 0
    }

    /// Notes what has happened. `None`, and nothing changes, if that has no meaning for a line that is so far.
    pub fn tell(&mut self, event: &OutgoingEvent, now: Timestamp) -> Option<OutgoingEffect> {
        if matches!(event, OutgoingEvent::Unknown { of, .. } if *of != self.state) {
            return None;
        }
        match self.state {
            OutgoingState::Pending => self.tell_pending(event, now),
            OutgoingState::Placed => self.tell_placed(event, now),
            OutgoingState::Cancelling => self.tell_cancelling(event, now),
            OutgoingState::Refused | OutgoingState::Cancelled | OutgoingState::Failed => self.tell_ended(event, now),
        }
    }

    fn tell_pending(&mut self, event: &OutgoingEvent, now: Timestamp) -> Option<OutgoingEffect> {
        let effect = match event {
            OutgoingEvent::CancelledHere => match self.attempts {
                0 => self.enter(OutgoingState::Cancelled, None),
                _ => self.enter(OutgoingState::Cancelling, Some(now)),
            },
            // Another process has it.
            OutgoingEvent::Sending if self.next_try_at.is_none_or(|at| at > now) => return None,
            OutgoingEvent::Sending => {
                self.attempts += 1;
                self.enter(OutgoingState::Pending, Some(after(now, CLAIM_SECONDS)))
            }
            OutgoingEvent::Placed(line) => {
                self.found(line);
                self.enter(OutgoingState::Placed, Some(after(now, LOOK_SECONDS)));
                OutgoingEffect::Release(line.at)
            }
            OutgoingEvent::CancelledThere => self.cancelled_there(),
            OutgoingEvent::Missing if now >= after(self.pending_since, GIVE_UP_SECONDS) => {
                self.error = Some(OutgoingError::new("timed_out", "The data source did not take the line in time."));
                self.enter(OutgoingState::Failed, self.late_look(0, now));
                OutgoingEffect::Cancel
            }
            OutgoingEvent::Refused(error) => {
                self.error = Some(error.clone());
                self.enter(OutgoingState::Refused, self.late_look(1, now));
                OutgoingEffect::Cancel
            }
            OutgoingEvent::Unknown { error, next, .. } => {
                self.error = Some(error.clone());
                self.enter(OutgoingState::Pending, Some(*next))
            }
            OutgoingEvent::Missing | OutgoingEvent::CancelRefused(_) | OutgoingEvent::Left => return None,
        };
        Some(effect)
    }

    fn tell_placed(&mut self, event: &OutgoingEvent, now: Timestamp) -> Option<OutgoingEffect> {
        let effect = match event {
            OutgoingEvent::CancelledHere => self.enter(OutgoingState::Cancelling, Some(now)),
            OutgoingEvent::Placed(line) => {
                self.found(line);
                self.enter(OutgoingState::Placed, Some(self.next_look(now)))
            }
            // There is nothing more to be seen of it.
            OutgoingEvent::Left => self.enter(OutgoingState::Placed, None),
            OutgoingEvent::CancelledThere => self.cancelled_there(),
            OutgoingEvent::Missing => {
                self.error = Some(OutgoingError::new("lost_there", "The data source has lost the line."));
                (self.remote_order, self.remote_item, self.pending_since) = (None, None, now);
                self.enter(OutgoingState::Pending, Some(now));
                OutgoingEffect::Reserve
            }
            OutgoingEvent::Unknown { error, next, .. } => {
                self.error = Some(error.clone());
                self.enter(OutgoingState::Placed, Some(*next))
            }
            OutgoingEvent::Sending | OutgoingEvent::Refused(_) | OutgoingEvent::CancelRefused(_) => return None,
        };
        Some(effect)
    }

    /// It is cancelled here; the answer to a request that was on its way then may still come.
    fn tell_cancelling(&mut self, event: &OutgoingEvent, now: Timestamp) -> Option<OutgoingEffect> {
        let effect = match event {
            OutgoingEvent::Placed(line) => {
                self.found(line);
                self.enter(OutgoingState::Cancelling, Some(now))
            }
            OutgoingEvent::CancelledThere => self.enter(OutgoingState::Cancelled, None),
            OutgoingEvent::Missing => self.enter(OutgoingState::Cancelled, self.late_look(0, now)),
            OutgoingEvent::Refused(_) => self.enter(OutgoingState::Cancelled, self.late_look(1, now)),
            OutgoingEvent::CancelRefused(error) => {
                self.error = Some(error.clone());
                self.enter(OutgoingState::Failed, None)
            }
            OutgoingEvent::Unknown { error, next, .. } => {
                self.error = Some(error.clone());
                self.enter(OutgoingState::Cancelling, Some(*next))
            }
            OutgoingEvent::CancelledHere | OutgoingEvent::Sending | OutgoingEvent::Left => return None,
        };
        Some(effect)
    }

    /// It has ended, and keeps the reason for which it has; only a request that arrived late is undone.
    fn tell_ended(&mut self, event: &OutgoingEvent, now: Timestamp) -> Option<OutgoingEffect> {
        let effect = match event {
            OutgoingEvent::Placed(line) => {
                (self.remote_order, self.remote_item) = (Some(line.order), Some(line.item));
                self.enter(OutgoingState::Cancelling, Some(now))
            }
            OutgoingEvent::Missing | OutgoingEvent::CancelledThere => self.enter(self.state, None),
            OutgoingEvent::Unknown { next, .. } => self.enter(self.state, Some(*next)),
            OutgoingEvent::CancelledHere
            | OutgoingEvent::Sending
            | OutgoingEvent::Left
            | OutgoingEvent::Refused(_)
            | OutgoingEvent::CancelRefused(_) => return None,
        };
        Some(effect)
    }

    fn cancelled_there(&mut self) -> OutgoingEffect {
        self.error = Some(OutgoingError::new("cancelled_there", "The data source has cancelled the line."));
        self.enter(OutgoingState::Cancelled, None);
        OutgoingEffect::Cancel
    }

    fn enter(&mut self, state: OutgoingState, next: Option<Timestamp>) -> OutgoingEffect {
        (self.state, self.next_try_at) = (state, next);
        OutgoingEffect::Nothing
    }

    fn found(&mut self, line: &RemoteLine) {
        (self.remote_order, self.remote_item, self.error) = (Some(line.order), Some(line.item), None);
    }

    /// When a line that ended is looked for once more, if more requests than those that were answered may have placed it.
    fn late_look(&self, answered: i64, now: Timestamp) -> Option<Timestamp> {
        (self.attempts > answered).then(|| after(now, LATE_SECONDS))
    }

    /// The older a placed line is, the less often it is looked at.
    fn next_look(&self, now: Timestamp) -> Timestamp {
        let age = (now.micros() - self.pending_since.micros()) / 1_000_000;
        after(now, (age / 2).clamp(LOOK_SECONDS, LOOK_SECONDS_MAX))
    }
}

fn after(at: Timestamp, seconds: i64) -> Timestamp {
    at.plus_micros(seconds * 1_000_000)
}

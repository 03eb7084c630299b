//! The feed, kept going: changes get their sequence numbers soon after they are made, and a channel that asks is told
//! all that there is.
//!
//! Promises: what was committed before a channel asks is looked at before it is answered, up to a bound of work; a
//! request that waits for changes is woken when there are some, and ended when the server stops. Must not know HTTP.

use std::sync::Arc;
use std::time::{Duration, Instant};

use onhand_core::ChannelId;
use onhand_core::channel_sync::ObjectKind;
use onhand_store::channel_sync::{self, SyncProgress, sequencer};
use onhand_store::{Error, Tx, outbox};
use tokio::sync::watch;

use crate::services::Services;

/// How often this process looks for changes without a sequence number.
const PAUSE: Duration = Duration::from_millis(250);
/// How many times it leaves that for later while there are commands: a minute.
const POSTPONED_MAX: u32 = 240;
/// How long it works in one go from then on, and pauses again: a quarter of the time is enough to keep up with any
/// rate, and orders have the rest. A backlog of a minute in one go would hold up every order for a quarter of that
/// minute.
const OVERDUE_WORK: Duration = Duration::from_millis(80);
/// How many times it leaves it for later while somebody reads events: a second.
const FOLLOWED_POSTPONED_MAX: u32 = 4;
/// How long it works in one go then: orders keep more than nine tenths of the time.
const FOLLOWED_WORK: Duration = Duration::from_millis(20);
/// How long a process that waits believes that nothing has changed: other processes give sequence numbers, too.
const DOUBT: Duration = Duration::from_secs(1);
/// Transactions of work for one request: several ten thousand changes. What is left is done by the next one.
const ROUNDS_MAX: usize = 128;

/// Gives sequence numbers to changes, and wakes the requests that wait for some.
pub struct Feed {
    services: Arc<Services>,
    /// Counts the times that sequence numbers were given in this process.
    moved: watch::Sender<u64>,
    closing: watch::Sender<bool>,
}

impl Feed {
    /// A feed that nothing waits for yet.
    pub fn new(services: Arc<Services>) -> Self {
        Self { services, moved: watch::Sender::new(0), closing: watch::Sender::new(false) }
    }

    /// What it works with.
    pub(super) fn services(&self) -> &Arc<Services> {
        &self.services
    }

    /// Ends all waiting requests: the server stops.
    pub fn close(&self) {
        self.closing.send_replace(true);
    }

    /// Whether the server stops.
    pub fn is_closing(&self) -> bool {
        *self.closing.borrow()
    }

    /// Waits until the server stops.
    pub async fn closed(&self) {
        // The sender is this feed's own, so there is nothing else that could end the wait.
        let _ = self.closing.subscribe().wait_for(|closing| *closing).await;
    }

    /// Waits until something may have changed, or the server stops, or the time is over.
    pub async fn moved(&self, patience: Duration) {
        let (mut moved, mut closing) = (self.moved.subscribe(), self.closing.subscribe());
        tokio::select! {
            _ = moved.changed() => {}
            _ = closing.wait_for(|closing| *closing) => {}
            () = tokio::time::sleep(patience.min(DOUBT)) => {}
        }
    }

    /// Gives sequence numbers to all changes that have none, up to a bound.
    pub async fn sequence(&self) -> Result<(), Error> {
        for _ in 0..ROUNDS_MAX {
            if !self.sequence_some().await? {
                return Ok(());
            }
        }
        Ok(())
    }

    /// Gives sequence numbers to the oldest changes that have none; whether there may be more.
    async fn sequence_some(&self) -> Result<bool, Error> {
        let store = &self.services.store;
        if !store.read_inline("outbox.any", async |tx| outbox::any(tx).await).await? {
            return Ok(false);
        }
        let taken = store.write("outbox.sequence", async |tx: &mut Tx<'_>| sequencer::sequence(tx).await).await?;
        self.moved.send_modify(|times| *times += 1);
        Ok(taken == sequencer::ROWS_MAX)
    }

    /// Looks at all changes of a kind for a channel, so that what is outgoing can be read.
    pub async fn sync_channel(&self, channel: ChannelId, kind: ObjectKind) -> Result<(), Error> {
        let Services { store, clock, .. } = &*self.services;
        self.sequence().await?;
        for _ in 0..ROUNDS_MAX {
            let now = clock.now();
            let behind = async move |tx: &mut Tx<'_>| channel_sync::is_behind(tx, channel, kind, now).await;
            if !store.read_inline("feed.is_behind", behind).await? {
                return Ok(());
            }
            let body = async move |tx: &mut Tx<'_>| channel_sync::sync_channel(tx, channel, kind, now).await;
            if store.write("feed.catch_up", body).await? == SyncProgress::UpToDate {
                return Ok(());
            }
        }
        Ok(())
    }
}

/// How much regard is paid to callers that wait for the writer meanwhile.
#[derive(Clone, Copy)]
enum Urgency {
    /// A request waits for changes: all of them get their sequence numbers now.
    Awaited,
    /// It has been left for later for too long: some of them do.
    Overdue,
    /// Somebody reads events, and is told of them within seconds rather than within minutes: a few of them do.
    Followed,
    /// No request waits: so many changes as fit until a caller waits for the writer.
    Whenever,
}

impl Urgency {
    /// Whether to go on after having worked for so long.
    fn goes_on(self, is_writer_idle: bool, worked: Duration) -> bool {
        is_writer_idle
            || match self {
                Self::Awaited => true,
                Self::Overdue => worked < OVERDUE_WORK,
                Self::Followed => worked < FOLLOWED_WORK,
                Self::Whenever => false,
            }
    }
}

/// Gives sequence numbers to changes as long as the process runs, in the pauses between commands. A request for changes
/// has them given before, so only requests that wait for a change wait for this.
pub async fn run_sequencer(feed: Arc<Feed>) {
    let (mut submitted, mut postponed) = (0, 0);
    loop {
        tokio::time::sleep(PAUSE).await;
        let urgency = match () {
            () if feed.moved.receiver_count() > 0 => Urgency::Awaited,
            () if postponed >= POSTPONED_MAX => Urgency::Overdue,
            () if postponed >= FOLLOWED_POSTPONED_MAX && feed.services.webhooks.is_followed() => Urgency::Followed,
            () => Urgency::Whenever,
        };
        match sequence_all(&feed, urgency, &mut submitted).await {
            Ok(true) => postponed = 0,
            Ok(false) => postponed += 1,
            Err(fault) => {
                tracing::warn!(%fault, "cannot give sequence numbers to changes");
                tokio::time::sleep(DOUBT).await;
            }
        }
    }
}

/// Gives sequence numbers to as many changes as is urgent. Whether all changes have one.
async fn sequence_all(feed: &Feed, urgency: Urgency, submitted: &mut u64) -> Result<bool, Error> {
    let (begun, writer) = (Instant::now(), &feed.services.writer);
    while urgency.goes_on(*submitted == writer.submitted(), begun.elapsed()) {
        if !feed.sequence_some().await? {
            return Ok(true);
        }
    }
    *submitted = writer.submitted();
    Ok(false)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_overdue_leaves_most_of_the_time_to_commands() {
        let long = Duration::from_secs(1);
        // Urgency, whether there are commands, after so long: whether it goes on.
        let cases = [
            (Urgency::Awaited, true, long, true),
            (Urgency::Overdue, true, Duration::ZERO, true),
            (Urgency::Overdue, true, OVERDUE_WORK, false),
            (Urgency::Overdue, false, long, true),
            (Urgency::Followed, true, Duration::ZERO, true),
            (Urgency::Followed, true, FOLLOWED_WORK, false),
            (Urgency::Whenever, true, Duration::ZERO, false),
            (Urgency::Whenever, false, long, true),
        ];
        for (urgency, are_commands, worked, goes_on) in cases {
            assert_eq!(urgency.goes_on(!are_commands, worked), goes_on);
        }
        assert!(OVERDUE_WORK * 4 <= PAUSE + OVERDUE_WORK, "more than a quarter of the time");
        assert!(FOLLOWED_WORK * 10 <= PAUSE, "more than a tenth of the time");
    }
}

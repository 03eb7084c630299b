//! The feed, kept going: changes get their versions soon after they are made, and a channel that asks is told all that there
//! is.
//!
//! Promises: what was committed before a channel asks is looked at before it is answered, up to a bound of work; whoever waits
//! for changes is woken when there are some, and let go when the server stops. Must not know HTTP.

use std::sync::Arc;
use std::time::Duration;

use onhand_core::ChannelId;
use onhand_core::feed::Kind;
use onhand_store::feed::{self, Progress, touches};
use onhand_store::{Error, Tx};
use tokio::sync::watch;

use crate::app::App;

/// How often this process looks for changes without a version.
const PAUSE: Duration = Duration::from_millis(250);
/// How many times it leaves that for later while there are commands: a minute.
const POSTPONED_MAX: u32 = 240;
/// How long a process that waits believes that nothing has changed: other processes give versions, too.
const DOUBT: Duration = Duration::from_secs(1);
/// Transactions of work for one request: several ten thousand changes. What is left is done by the next one.
const ROUNDS_MAX: usize = 128;

/// What those who wait for changes wait on.
#[derive(Debug)]
pub struct Feed {
    /// Counts the times that versions were given in this process.
    moved: watch::Sender<u64>,
    closing: watch::Sender<bool>,
}

impl Default for Feed {
    fn default() -> Self {
        Self { moved: watch::Sender::new(0), closing: watch::Sender::new(false) }
    }
}

impl Feed {
    /// Lets go of everybody who waits: the server stops.
    pub fn close(&self) {
        self.closing.send_replace(true);
    }

    /// Whether the server stops.
    pub fn is_closing(&self) -> bool {
        *self.closing.borrow()
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
}

/// Gives versions to all changes that have none, up to a bound.
pub async fn sequence(app: &App) -> Result<(), Error> {
    for _ in 0..ROUNDS_MAX {
        if !sequence_some(app).await? {
            return Ok(());
        }
    }
    Ok(())
}

/// Gives versions to the oldest changes that have none; whether there may be more.
async fn sequence_some(app: &App) -> Result<bool, Error> {
    if !app.store.glance("touches.any", async |tx| touches::any(tx).await).await? {
        return Ok(false);
    }
    let taken = app.store.write("touches.sequence", async |tx: &mut Tx<'_>| touches::sequence(tx).await).await?;
    app.feed.moved.send_modify(|times| *times += 1);
    Ok(taken == touches::ROWS_MAX)
}

/// Looks at all changes of a kind for a channel, so that what is outgoing can be read.
pub async fn catch_up(app: &App, channel: ChannelId, kind: Kind) -> Result<(), Error> {
    sequence(app).await?;
    for _ in 0..ROUNDS_MAX {
        let now = app.clock.now();
        let behind = async move |tx: &mut Tx<'_>| feed::is_behind(tx, channel, kind, now).await;
        if !app.store.glance("feed.is_behind", behind).await? {
            return Ok(());
        }
        let body = async move |tx: &mut Tx<'_>| feed::catch_up(tx, channel, kind, now).await;
        if app.store.write("feed.catch_up", body).await? == Progress::UpToDate {
            return Ok(());
        }
    }
    Ok(())
}

/// Gives versions to changes as long as the process runs, in the pauses between commands. Whoever asks for changes has them
/// given before, so nobody waits for this but those who wait for a change.
pub async fn keep_up(app: Arc<App>) {
    let (mut submitted, mut postponed) = (0, 0);
    loop {
        tokio::time::sleep(PAUSE).await;
        let is_due = app.feed.moved.receiver_count() > 0 || postponed >= POSTPONED_MAX;
        let done = sequence_all(&app, is_due, &mut submitted).await;
        match done {
            Ok(true) => postponed = 0,
            Ok(false) => postponed += 1,
            Err(fault) => {
                tracing::warn!(%fault, "cannot give versions to changes");
                tokio::time::sleep(DOUBT).await;
            }
        }
    }
}

/// Gives versions: to all changes if that must be, otherwise until somebody wants something of the ledger. Whether all
/// changes have one.
async fn sequence_all(app: &App, must_be: bool, submitted: &mut u64) -> Result<bool, Error> {
    while must_be || *submitted == app.ledger.submitted() {
        if !sequence_some(app).await? {
            return Ok(true);
        }
    }
    *submitted = app.ledger.submitted();
    Ok(false)
}

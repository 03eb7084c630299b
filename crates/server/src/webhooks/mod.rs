//! Webhooks: how an event is written down, signed and sent to an address that a user names ([decision
//! 21](../../../docs/decisions/0021-events.md)).
//!
//! Promises: what is sent is signed as the Standard Webhooks say, and goes to allowed addresses only; an answer is bounded
//! in time and size. Must not know which events there are for whom, nor what follows when one is not taken.

mod message;
mod sender;
mod signature;
mod streams;

use std::sync::atomic::{AtomicBool, Ordering};

use onhand_store::events::log::Event;
use onhand_store::events::pending::Pending;
use onhand_store::{BoxFuture, Tx};
use tokio::sync::{Notify, watch};

pub use self::message::{Message, envelope};
pub use self::sender::{AttemptResult, Sender};
pub use self::signature::{SECRET_CHARS_MAX, Secret};
pub use self::streams::{NoStream, StreamPermit, Streams};

/// Why no secret can be sealed or opened.
pub const NO_KEY: &str = "This installation has no key to keep a secret with: set ONHAND_SECRET_KEY.";
/// In what context a secret is sealed.
const CONTEXT: &str = "webhook secret";

/// Reads the objects of events and writes them down. An object that is not there any more has no event.
pub type Compose = for<'t, 'c> fn(&'t mut Tx<'c>, &'t [Pending]) -> BoxFuture<'t, Vec<Event>>;

/// What the parts of a process tell each other of webhooks.
#[derive(Debug)]
pub struct Webhooks {
    /// Tells the worker that somebody has changed a webhook, wants something sent once more, or begins to read.
    pub changed: Notify,
    /// Says that there are new events in the log.
    pub logged: watch::Sender<()>,
    /// Who follows events as a stream.
    pub streams: Streams,
    is_followed: AtomicBool,
}

impl Default for Webhooks {
    fn default() -> Self {
        let (streams, is_followed) = (Streams::default(), AtomicBool::new(false));
        Self { changed: Notify::new(), logged: watch::Sender::new(()), streams, is_followed }
    }
}

impl Webhooks {
    /// Whether anybody reads events, as far as this process knows.
    pub fn is_followed(&self) -> bool {
        self.is_followed.load(Ordering::Relaxed)
    }

    /// Notes whether anybody does.
    pub fn follow(&self, is_followed: bool) {
        self.is_followed.store(is_followed, Ordering::Relaxed);
    }
}

/// Seals a secret.
pub fn seal(keys: &crate::auth::sealing::SealingKeys, secret: &Secret) -> String {
    keys.seal(&secret.text(), CONTEXT)
}

/// Opens a sealed secret, or says why it cannot be opened.
pub fn open(keys: Option<&crate::auth::sealing::SealingKeys>, sealed: &str) -> Result<Secret, String> {
    let opened = keys.ok_or(NO_KEY)?.open(sealed, CONTEXT).map_err(|fault| fault.to_string())?;
    Secret::read(&opened).ok_or_else(|| "what is stored is no secret".to_owned())
}

//! Snapshot tokens: what is visible in the database just now, as a text that changes with every commit of any process.
//!
//! The server describes which transactions a reader sees as a snapshot: two readers with equal snapshots see the same
//! rows. So a reader that remembers its rows, and the token it asked for before, may use them for as long as the token
//! is the same, however many processes write.
//!
//! Promises: a token is of a moment after it was asked for. Callers that ask while a question is on its way share the
//! next one. Must not know what is remembered.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::oneshot;

use super::{Connections, Tries, connection, failed};
use crate::Error;
use crate::engine::Purpose;

/// A snapshot token: equal tokens, equal contents.
pub type SnapshotToken = Arc<str>;

const ASK: &str = "SELECT pg_current_snapshot()::text";

type Asking = oneshot::Sender<Result<SnapshotToken, Error>>;

/// Callers that wait for a token.
#[derive(Default)]
pub(super) struct SnapshotTokens {
    queue: Mutex<Queue>,
}

#[derive(Default)]
struct Queue {
    waiting: Vec<Asking>,
    is_served: bool,
}

impl SnapshotTokens {
    /// The token of a moment from now on.
    pub(super) async fn ask(self: &Arc<Self>, connections: &Connections) -> Result<SnapshotToken, Error> {
        let (answer, token) = oneshot::channel();
        let begins = {
            let mut queue = self.queue();
            queue.waiting.push(answer);
            !std::mem::replace(&mut queue.is_served, true)
        };
        if begins {
            tokio::spawn(self.clone().serve(connections.clone()));
        }
        token.await.map_err(|_| Error::Unavailable("no task asks the database".to_owned()))?
    }

    /// Asks for all waiting callers, again and again, until none is left.
    async fn serve(self: Arc<Self>, connections: Connections) {
        let mut leased = connection(&connections).await;
        loop {
            let waiting = {
                let mut queue = self.queue();
                queue.is_served = !queue.waiting.is_empty();
                std::mem::take(&mut queue.waiting)
            };
            if waiting.is_empty() {
                return;
            }
            let mut tries = Tries::of(Purpose::Watch);
            let token = loop {
                let failed = match leased {
                    Ok(connection) => match ask(&connection).await {
                        Ok(token) => {
                            leased = Ok(connection);
                            break Ok(token);
                        }
                        Err(fault) => failed(&connections, connection, fault),
                    },
                    Err(failed) => failed,
                };
                let over = tries.again_after(failed).await;
                leased = connection(&connections).await;
                if let Err(fault) = over {
                    break Err(fault);
                }
            };
            for answer in waiting {
                // A caller that has gone away needs no token.
                let _ = answer.send(token.clone());
            }
        }
    }

    fn queue(&self) -> MutexGuard<'_, Queue> {
        self.queue.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

async fn ask(connection: &connection::Connection) -> Result<SnapshotToken, Error> {
    let asked = async {
        let statement = match connection.known(ASK) {
            Some(statement) => statement,
            None => connection.prepare(ASK, ASK).await?,
        };
        connection.client.query_one(&statement, &[]).await?.try_get::<_, &str>(0).map(SnapshotToken::from)
    };
    asked.await.map_err(|found| connection.judged(&found))
}

//! The way to the servers: any of them may die, and the database behind them may go away for a while.
//!
//! Promises: a request that could not be sent is sent to another process; one that was sent and not answered whole, or
//! answered 503, is reported as such. Must not know what is asked.

use std::net::SocketAddr;
use std::time::Duration;

use onhand_testkit::http::{Answer, Client, Request};
use tokio::sync::watch;
use tokio::time::{sleep, timeout};

use crate::servers::Addresses;

/// An answer that takes longer has not come.
const ANSWER_MAX: Duration = Duration::from_secs(20);
/// What a client waits before it tries again.
const PAUSE: Duration = Duration::from_millis(10);
/// Attempts after which the service counts as gone for good.
const TRIES_MAX: usize = 3_000;

/// A way to all processes, beginning with one of them.
#[derive(Clone)]
pub(crate) struct Connection {
    client: Client,
    addresses: watch::Receiver<Addresses>,
    turn: usize,
    /// Requests that were not answered, or not just then.
    pub(crate) unanswered: usize,
}

impl Connection {
    pub(crate) async fn sign_in(addresses: watch::Receiver<Addresses>) -> Self {
        let address = addresses.borrow().iter().find_map(|address| *address).expect("one of them is open");
        Self { client: Client::sign_in(address).await, addresses, turn: 0, unanswered: 0 }
    }

    /// The same user, beginning with another process.
    pub(crate) fn beginning_with(&self, turn: usize) -> Self {
        Self { client: self.client.clone().apart(), turn, ..self.clone() }
    }

    /// Sends a request once. `None`: it is unknown whether it was done, and the next process is tried next time.
    pub(crate) async fn try_send(&mut self, request: &Request) -> Option<Answer> {
        for _ in 0..TRIES_MAX {
            let address = self.address().await;
            let client = self.client.at(address);
            let is_sent = match timeout(ANSWER_MAX, client.try_send(request)).await {
                Ok(Ok(answer)) if answer.status != 503 => {
                    assert!(!answer.body.is_null(), "an answer is JSON: {answer:?}");
                    return Some(answer);
                }
                Ok(Err(fault)) => !fault.is_connect(),
                _ => true,
            };
            self.turn += 1;
            sleep(PAUSE).await;
            // Where no process was, nothing was sent.
            if is_sent {
                self.unanswered += 1;
                return None;
            }
        }
        panic!("no process listens any more");
    }

    /// Sends a request again and again, until it is answered.
    pub(crate) async fn send(&mut self, request: &Request) -> Answer {
        for _ in 0..TRIES_MAX {
            if let Some(answer) = self.try_send(request).await {
                return answer;
            }
        }
        panic!("no process answers {request:?} any more");
    }

    async fn address(&mut self) -> SocketAddr {
        let turn = self.turn;
        let addresses = self
            .addresses
            .wait_for(|addresses| addresses.iter().any(Option::is_some))
            .await
            .expect("the servers are kept");
        let mut from_here = addresses.iter().cycle().skip(turn % addresses.len());
        from_here.find_map(|address| *address).expect("one of them is open")
    }
}

//! The other server, as the command asks it.
//!
//! Promises: what may come later is waited for, as long as the server asks for it and within the command's patience; a
//! path that the token may not read is named. Must not know what is asked for.

use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use anyhow::anyhow;
use onhand_core::Timestamp;
use reqwest::{Method, StatusCode};
use serde_json::Value;

use crate::remote::{ANSWER, Remote, RemoteError};

/// The pause before a request is sent again: short at first, and longer each time.
const PAUSE: Duration = Duration::from_millis(250);
const PAUSE_MAX: Duration = Duration::from_secs(30);

/// An answer.
pub(super) struct DatedAnswer {
    /// Its body.
    pub(super) value: Value,
    /// What time it was there.
    pub(super) at: Option<Timestamp>,
}

/// Why there is no answer.
#[derive(Debug, thiserror::Error)]
pub(super) enum NoAnswer {
    /// The server has no such path.
    #[error("{0} is not there")]
    NotOffered(String),
    /// Anything else.
    #[error(transparent)]
    Fault(#[from] anyhow::Error),
}

impl NoAnswer {
    /// Whether the server has answered, and does not take what it was asked.
    pub(super) fn is_rejection(&self) -> bool {
        match self {
            Self::NotOffered(_) => true,
            Self::Fault(fault) => {
                let status = fault.downcast_ref::<RemoteError>().and_then(RemoteError::status);
                status.is_some_and(|status| status.is_client_error())
            }
        }
    }
}

/// A server that is adopted from.
#[derive(Clone)]
pub(super) struct Source {
    remote: Remote,
    patience: Duration,
    repeated: Arc<AtomicU64>,
}

impl fmt::Debug for Source {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.remote.url())
    }
}

impl Source {
    /// Nothing is asked yet. A request that gets no answer is sent again for so long.
    pub(super) fn new(remote: Remote, patience: Duration) -> Self {
        Self { remote, patience, repeated: Arc::default() }
    }

    /// Its address.
    pub(super) fn url(&self) -> &str {
        self.remote.url()
    }

    /// Requests that were sent again so far.
    pub(super) fn repeated(&self) -> u64 {
        self.repeated.load(Ordering::Relaxed)
    }

    /// The answer to a `GET` of a path with its query.
    pub(super) async fn get(&self, path: &str) -> Result<DatedAnswer, NoAnswer> {
        let (begun, mut pause) = (Instant::now(), PAUSE);
        loop {
            let asked = self.remote.dated(self.remote.request(Method::GET, path).timeout(ANSWER)).await;
            let fault = match asked {
                Ok((value, at)) => return Ok(DatedAnswer { value, at }),
                Err(fault) => fault,
            };
            match &fault {
                RemoteError::Later(_) if begun.elapsed() < self.patience => {
                    let left = self.patience.saturating_sub(begun.elapsed());
                    self.repeated.fetch_add(1, Ordering::Relaxed);
                    tokio::time::sleep(fault.retry_after().unwrap_or(pause).min(left)).await;
                    pause = (pause * 2).min(PAUSE_MAX);
                }
                _ => return Err(refused(fault, path)),
            }
        }
    }
}

fn refused(fault: RemoteError, path: &str) -> NoAnswer {
    let name = path.split('?').next().unwrap_or(path);
    match (fault.status(), fault) {
        (Some(StatusCode::NOT_FOUND | StatusCode::METHOD_NOT_ALLOWED), _) => NoAnswer::NotOffered(name.to_owned()),
        (Some(StatusCode::FORBIDDEN), fault) => {
            NoAnswer::Fault(anyhow!(fault).context(format!("this token may not read {name}")))
        }
        (_, fault) => NoAnswer::Fault(anyhow!(fault).context(format!("cannot read {name}"))),
    }
}

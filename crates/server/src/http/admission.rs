//! Who is let in, before anything else is done for a request.
//!
//! Promises: an unauthenticated client beyond what its address may have is answered late and costs next to nothing; a
//! client that has shown a good token a moment ago is let in, whichever others share its address; when the writer's
//! queue is full, no body is read for it. Must not know resources.

use std::net::IpAddr;
use std::time::Duration;

use axum::http::{HeaderMap, header};
use onhand_store::tables::accounts::TokenKind;

use super::route::Route;
use crate::auth::{Caller, Permission, Recalled, Role};
use crate::state::App;
use crate::wire::error::Error;

/// How long an unauthenticated client beyond its limit waits for its answer at the least, and how much longer at the
/// most. Answered at once it would ask again at once, and rejecting would be all that the server does.
const HOLD: Duration = Duration::from_secs(1);
const HOLD_MORE_MILLIS: u64 = 1_000;
/// When it may try again.
const AGAIN_SECONDS: u64 = 1;

/// Where a request comes from.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Origin {
    /// The client's address.
    pub(crate) address: IpAddr,
    /// Whether it came by the operator listener.
    pub(crate) is_operator: bool,
}

/// Counts a request without a good token; rejected when there were too many from its address.
pub(crate) async fn admit_anonymous(app: &App, origin: Origin) -> Result<(), Error> {
    match origin.is_operator || app.anonymous_limiter.admits(origin.address) {
        true => Ok(()),
        false => Err(held().await),
    }
}

async fn held() -> Error {
    tokio::time::sleep(HOLD + Duration::from_millis(rand::random_range(0..=HOLD_MORE_MILLIS))).await;
    Error::Throttled { retry_after_seconds: AGAIN_SECONDS }
}

/// Rejects what the writer would reject in any case, since its queue is full.
pub(super) fn room(app: &App, route: &Route) -> Result<(), Error> {
    match route.writer && app.writer.is_full() {
        true => Err(Error::Busy("the queue of the writer is full".to_owned())),
        false => Ok(()),
    }
}

/// The caller, if the route asks for one. A route without permission does not depend on the store; a client that has
/// shown a good token before is not counted there either.
pub(super) async fn identify(app: &App, route: &Route, headers: &HeaderMap, origin: Origin) -> Result<Caller, Error> {
    let recalled = token(headers).map(|token| app.sessions.recall(token, TokenKind::Api));
    if route.permission == Permission::Public {
        return match recalled {
            Some(Recalled::Caller(_) | Recalled::Known(_)) => Ok(anonymous()),
            _ => admit_anonymous(app, origin).await.map(|()| anonymous()),
        };
    }
    let refused = |text: &str| Err(Error::unauthorized(text));
    let invalid = || refused("Invalid token.");
    match recalled {
        Some(Recalled::Caller(caller)) => Ok(caller),
        Some(Recalled::Known(asked)) => match app.sessions.look_up(asked).await? {
            Some(caller) => Ok(caller),
            None => admit_anonymous(app, origin).await.and_then(|()| invalid()),
        },
        Some(Recalled::New(asked)) => {
            // It may be good, so it is looked up in any case: late where too many were not.
            let counted = admit_anonymous(app, origin).await;
            let Some(caller) = app.sessions.look_up(asked).await? else { return counted.and_then(|()| invalid()) };
            if counted.is_ok() {
                app.anonymous_limiter.give_back(origin.address);
            }
            Ok(caller)
        }
        Some(Recalled::NoToken) => admit_anonymous(app, origin).await.and_then(|()| invalid()),
        None => {
            admit_anonymous(app, origin).await?;
            refused("Authentication credentials were not provided.")
        }
    }
}

/// The token that a request shows.
pub(crate) fn token(headers: &HeaderMap) -> Option<&str> {
    let (scheme, token) = headers.get(header::AUTHORIZATION)?.to_str().ok()?.split_once(' ')?;
    scheme.eq_ignore_ascii_case("token").then(|| token.trim())
}

/// The caller of a route without permission.
pub(crate) fn anonymous() -> Caller {
    Caller {
        account: onhand_core::UserId::new(0),
        username: "".into(),
        role: Role::Viewer,
        channel: None,
        token: 0,
        is_named: false,
        kind: TokenKind::Api,
    }
}

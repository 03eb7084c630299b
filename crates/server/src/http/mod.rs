//! HTTP: the listeners and the graceful stop; below it what every request passes through.
//!
//! Promises: a stop finishes what was accepted. Must not know rules, SQL, single routes or the shape of errors.

pub(crate) mod admission;
pub(crate) mod asset;
mod connection_limits;
mod connections;
pub mod context;
pub mod download;
pub mod encoding;
pub mod error_mapping;
pub(crate) mod form_parts;
pub mod handling;
pub mod health;
pub mod host;
mod parameter;
mod protocol_errors;
pub mod route;
pub mod router;
pub mod telemetry;
mod write_timeout;

use std::future::Future;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use axum::Router;
use tokio::net::TcpListener;

use self::connections::Listener;
use self::route::{Mount, Route};
use crate::measures;
use crate::state::App;

/// How long a stop still listens. What was sent before it may not have been read yet: it waits in a socket, or in a
/// connection that is not accepted yet, and closing either would lose it.
const STOP_GRACE: Duration = Duration::from_millis(250);
/// It passes in so many parts, each of which gives everything that is ready its turn: a process that is stalled for
/// longer than the whole of it still reads what has come meanwhile.
const STOP_GRACE_PARTS: u32 = 10;
/// Connections of the operator listener.
const INSIDE_CONNECTIONS_MAX: usize = 256;

/// Serves connections until `stop`, then finishes what was sent: for a moment requests are still taken, each as the
/// last one of its connection. What `stop` said. What none of the routes has is for the pages, where there are some.
pub async fn serve<T>(
    listener: TcpListener,
    app: Arc<App>,
    (routes, pages): (Vec<Route>, Option<Router>),
    stop: impl Future<Output = T>,
) -> T {
    measures::recorder(); // from here on, numbers are kept
    let is_apart = app.config.admin_listen.is_some();
    let is_here = |route: &Route| !(is_apart && route.for_operators);
    let router = router::router(&app, routes.into_iter().filter(is_here), pages);
    let clients = Listener::new(&app, router, app.config.connections_max, false);
    let stopping = clients.stopping();
    let stop = async {
        let why = stop.await;
        stopping.store(true, Ordering::Relaxed);
        app.feed.close();
        for _ in 0..STOP_GRACE_PARTS {
            tokio::time::sleep(STOP_GRACE / STOP_GRACE_PARTS).await;
        }
        why
    };
    clients.serve(listener, stop).await
}

/// Serves the operator listener until `stop`: health, metrics, the API description.
pub async fn serve_inside<T>(
    listener: TcpListener,
    app: Arc<App>,
    routes: Vec<Route>,
    stop: impl Future<Output = T>,
) -> T {
    let inside = routes.into_iter().filter(|route| route.under == Mount::Root);
    let router = router::router(&app, inside, None);
    Listener::new(&app, router, INSIDE_CONNECTIONS_MAX, true).serve(listener, stop).await
}

//! HTTP: the listeners and the graceful stop; below it the route table and one file per resource.
//!
//! Promises: a stop finishes what was accepted. Must not know rules, SQL, single routes or the shape of errors.

mod admission;
mod asset;
pub mod auth;
pub mod batch_requests;
pub mod cancellations;
pub mod catalogs;
pub mod categories;
pub mod changes;
pub mod channels;
mod connection_limits;
mod connections;
pub mod content_types;
pub mod customers;
pub mod description;
pub mod discrepancies;
pub mod dispatch;
pub mod docs;
pub mod download;
pub mod encoding;
pub mod error_mapping;
pub mod exports;
pub mod failed_integrations;
pub mod feeds;
pub mod geography;
pub mod handling;
pub mod health;
pub mod host;
pub mod import_changes;
pub mod import_results;
pub mod imports;
pub mod integration_actions;
pub mod mapped_products;
pub mod mappings;
pub mod movements;
pub mod order_items;
pub mod orders;
pub mod packages;
pub mod prices;
pub mod product_stocks;
pub mod products;
mod protocol_errors;
pub mod reports;
pub mod request_context;
pub mod resources;
mod route;
pub mod routes;
pub mod schema;
pub mod shipping_infos;
pub mod short_items;
pub mod state_objects;
pub mod stock_availability;
pub mod stock_counts;
pub mod stock_lists;
pub mod stock_locations;
pub mod stock_moves;
pub mod stores;
pub mod telemetry;
pub mod transfers;
pub mod transitions;
pub mod unplanned_items;
pub mod upload;
mod write_timeout;

use std::future::Future;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use tokio::net::TcpListener;

use self::connections::Listener;
use self::route::{Mount, Route};
use crate::app::App;
use crate::measures;

/// How long a stop still listens. What was sent before it may not have been read yet: it waits in a socket, or in a
/// connection that is not accepted yet, and closing either would lose it.
const STOP_GRACE: Duration = Duration::from_millis(250);
/// It passes in so many parts, each of which gives everything that is ready its turn: a process that is stalled for
/// longer than the whole of it still reads what has come meanwhile.
const STOP_GRACE_PARTS: u32 = 10;
/// Connections of the operator listener.
const INSIDE_CONNECTIONS_MAX: usize = 256;

/// Serves connections until `stop`, then finishes what was sent: for a moment requests are still taken, each as the
/// last one of its connection. What `stop` said.
pub async fn serve<T>(listener: TcpListener, app: Arc<App>, routes: Vec<Route>, stop: impl Future<Output = T>) -> T {
    measures::recorder(); // from here on, numbers are kept
    let is_apart = app.config.admin_listen.is_some();
    let is_here = |route: &Route| !(is_apart && route.for_operators);
    let router = dispatch::router(&app, routes.into_iter().filter(is_here));
    let door = Listener::new(&app, router, app.config.connections_max, false);
    let stopping = door.stopping();
    let stop = async {
        let why = stop.await;
        stopping.store(true, Ordering::Relaxed);
        app.feed.close();
        for _ in 0..STOP_GRACE_PARTS {
            tokio::time::sleep(STOP_GRACE / STOP_GRACE_PARTS).await;
        }
        why
    };
    door.serve(listener, stop).await
}

/// Serves the operator listener until `stop`: health, metrics, the API description.
pub async fn serve_inside<T>(
    listener: TcpListener,
    app: Arc<App>,
    routes: Vec<Route>,
    stop: impl Future<Output = T>,
) -> T {
    let router = dispatch::router(&app, routes.into_iter().filter(|route| route.under == Mount::Root));
    Listener::new(&app, router, INSIDE_CONNECTIONS_MAX, true).serve(listener, stop).await
}

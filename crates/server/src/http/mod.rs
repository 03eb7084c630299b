//! HTTP: connections, limits, the graceful stop; below it the route table and one file per noun.
//!
//! Promises: a client that sends its headers slowly, or nothing at all, is let go; a stop finishes what was accepted.
//! Must not know rules, SQL or the shape of errors.

pub mod auth;
pub mod batch_requests;
pub mod call;
pub mod cancellations;
pub mod catalogs;
pub mod categories;
pub mod changes;
pub mod channels;
pub mod commands;
pub mod content_types;
pub mod customers;
pub mod discrepancies;
pub mod dispatch;
pub mod docs;
pub mod download;
pub mod encoding;
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
pub mod observe;
pub mod order_items;
pub mod orders;
pub mod packages;
pub mod prices;
pub mod product_stocks;
pub mod products;
mod protocol;
pub mod records;
pub mod refusals;
pub mod reports;
mod route;
pub mod routes;
pub mod schema;
pub mod shipping_infos;
pub mod short_items;
pub mod states;
pub mod stock_availability;
pub mod stock_counts;
pub mod stock_lists;
pub mod stock_locations;
pub mod stock_moves;
pub mod stores;
pub mod transfers;
pub mod unplanned_items;
pub mod upload;

use std::convert::Infallible;
use std::future::Future;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use axum::http::{HeaderValue, header};
use hyper::server::conn::http1;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::server::graceful::GracefulShutdown;
use hyper_util::service::TowerToHyperService;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{Semaphore, watch};
use tower::ServiceExt as _;

use crate::app::App;
use crate::measures;

/// Headers a request may have.
const HEADERS_MAX: usize = 64;
/// Bytes of one request's headers, and of what is read ahead.
const HEADER_BYTES_MAX: usize = 32 * 1_024;
/// After a failed accept (too many open files, say) the loop takes a breath.
const ACCEPT_PAUSE: Duration = Duration::from_millis(50);

/// How long a stop still listens. What was sent before it may not have been read yet: it waits in a socket, or in a
/// connection that nobody has accepted, and closing either would lose it.
const STOP_GRACE: Duration = Duration::from_millis(250);
/// It passes in so many parts, each of which gives everything that is ready its turn: a process that is stalled for longer
/// than the whole of it still reads what has come meanwhile.
const STOP_GRACE_PARTS: u32 = 10;

/// Serves connections until `stop`, then finishes what was sent: for a moment requests are still taken, each as the last
/// one of its connection. What `stop` said.
pub async fn serve<T>(listener: TcpListener, app: Arc<App>, stop: impl Future<Output = T>) -> T {
    measures::recorder(); // from here on, numbers are kept
    let router = dispatch::router(&app);
    let mut builder = http1::Builder::new();
    builder
        .timer(TokioTimer::new())
        .header_read_timeout(Duration::from_secs(app.config.request_seconds))
        .max_headers(HEADERS_MAX)
        .max_buf_size(HEADER_BYTES_MAX);
    let connections = Arc::new(Semaphore::new(app.config.connections_max));
    let graceful = GracefulShutdown::new();
    let (over, until_over) = watch::channel(());
    let stopping = Arc::new(AtomicBool::new(false));
    let stop = async {
        let why = stop.await;
        stopping.store(true, Ordering::Relaxed);
        app.feed.close();
        for _ in 0..STOP_GRACE_PARTS {
            tokio::time::sleep(STOP_GRACE / STOP_GRACE_PARTS).await;
        }
        why
    };
    tokio::pin!(stop);
    let why = loop {
        let place = connections.clone().acquire_owned();
        let accepted = tokio::select! {
            accepted = async { (place.await, listener.accept().await) } => accepted,
            why = &mut stop => break why,
        };
        let (Ok(place), Ok((stream, peer))) = accepted else {
            tokio::time::sleep(ACCEPT_PAUSE).await;
            continue;
        };
        prepare(&stream);
        let peer = dispatch::Peer { remote: peer, local: stream.local_addr().ok() };
        let (router, stopping) = (router.clone(), stopping.clone());
        let service = tower::service_fn(move |mut request: hyper::Request<hyper::body::Incoming>| {
            request.extensions_mut().insert(peer);
            let (answer, stopping) = (router.clone().oneshot(request.map(axum::body::Body::new)), stopping.clone());
            async move {
                let mut answer = answer.await?;
                if stopping.load(Ordering::Relaxed) {
                    answer.headers_mut().insert(header::CONNECTION, HeaderValue::from_static("close"));
                }
                Ok::<_, Infallible>(answer)
            }
        });
        let connection =
            builder.serve_connection(TokioIo::new(protocol::Explained::new(stream)), TowerToHyperService::new(service));
        let (connection, mut until_over) = (graceful.watch(connection), until_over.clone());
        tokio::spawn(async move {
            tokio::select! {
                // A client that breaks off is its own affair.
                _ = connection => {}
                _ = until_over.changed() => {}
            }
            drop(place);
        });
    };
    drop(listener);
    let drain = Duration::from_secs(app.config.drain_seconds).saturating_sub(STOP_GRACE);
    if tokio::time::timeout(drain, graceful.shutdown()).await.is_err() {
        tracing::warn!("connections were still open when the time to drain was over; they are closed");
    }
    // Clients that read nothing, or send nothing, have nothing more to wait for: what they hold must not hold up what follows.
    drop(until_over);
    let _ = over.send(());
    over.closed().await;
    why
}

/// Answers are small and wanted at once.
fn prepare(stream: &TcpStream) {
    if let Err(fault) = stream.set_nodelay(true) {
        tracing::debug!(%fault, "cannot set TCP_NODELAY");
    }
}

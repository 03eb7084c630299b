//! Connections: accepted within their limits, served, and ended.
//!
//! Promises: a client that sends its headers slowly, takes nothing of its answer, or has too many connections, is let
//! go; a stop finishes what was accepted. Must not know routes.

use std::convert::Infallible;
use std::future::Future;
use std::net::{IpAddr, SocketAddr};
use std::num::NonZeroU32;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use axum::Router;
use axum::http::{HeaderValue, header};
use hyper::server::conn::http1;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::server::graceful::GracefulShutdown;
use hyper_util::service::TowerToHyperService;
use rustix::net::sockopt;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{OwnedSemaphorePermit, Semaphore, watch};
use tower::ServiceExt as _;

use super::STOP_GRACE;
use super::connection_limits::{ConnectionLimits, ConnectionPermit};
use super::protocol_errors::ProtocolErrors;
use super::router::Peer;
use super::telemetry::Gate;
use super::write_timeout::WriteTimeout;
use crate::state::App;

/// Headers a request may have.
const HEADERS_MAX: usize = 64;
/// Bytes of one request's headers, and of what is read ahead.
const HEADER_BYTES_MAX: usize = 32 * 1_024;
/// Bytes of answers that the system keeps for a client that has not taken them: by itself it would keep megabytes.
/// Linux takes twice as much, for what it needs itself.
const SEND_BYTES_MAX: usize = 256 * 1_024;
/// Of all connections, the part that one address may have, unless it is configured.
const ADDRESS_PART: usize = 4;
/// After a failed accept (too many open files, say) the loop takes a breath.
const ACCEPT_PAUSE: Duration = Duration::from_millis(50);
/// What a connection is told that is one too many for its address, as far as it still listens.
const TOO_MANY_CONNECTIONS: &[u8] =
    b"HTTP/1.1 429 Too Many Requests\r\ncontent-type: application/json\r\ncontent-length: 62\r\n\
    retry-after: 5\r\ncache-control: no-store\r\nconnection: close\r\n\r\n\
    {\"detail\":\"There are too many connections from this address.\"}";

/// A listener's connections.
pub(super) struct Listener {
    app: Arc<App>,
    router: Router,
    builder: http1::Builder,
    all: Arc<Semaphore>,
    places: Arc<ConnectionLimits>,
    graceful: GracefulShutdown,
    stopping: Arc<AtomicBool>,
    /// Ends what is still open when the time to drain is over.
    over: watch::Sender<()>,
    until_over: watch::Receiver<()>,
    is_operator: bool,
}

/// What a connection occupies while it is open.
type Occupied = (OwnedSemaphorePermit, Option<ConnectionPermit>);

impl Listener {
    /// A listener for some routes, for so many connections; `is_operator` says that it is the operator listener.
    pub(super) fn new(app: &Arc<App>, router: Router, connections_max: usize, is_operator: bool) -> Self {
        let mut builder = http1::Builder::new();
        builder
            .timer(TokioTimer::new())
            .header_read_timeout(Duration::from_secs(app.config.request_seconds))
            .max_headers(HEADERS_MAX)
            .max_buf_size(HEADER_BYTES_MAX);
        let part = (connections_max / ADDRESS_PART).max(1);
        let (over, until_over) = watch::channel(());
        let of_address = app.config.connections_per_address_max.map_or(part, |most: NonZeroU32| most.get() as usize);
        Self {
            app: app.clone(),
            router,
            builder,
            all: Arc::new(Semaphore::new(connections_max)),
            places: ConnectionLimits::new(of_address),
            graceful: GracefulShutdown::new(),
            stopping: Arc::default(),
            over,
            until_over,
            is_operator,
        }
    }

    /// From here on, each request is the last of its connection.
    pub(super) fn stopping(&self) -> Arc<AtomicBool> {
        self.stopping.clone()
    }

    /// Serves connections until `stop`, then finishes what was accepted. What `stop` said.
    pub(super) async fn serve<T>(self, listener: TcpListener, stop: impl Future<Output = T>) -> T {
        prepare_listener(&listener, Duration::from_secs(self.app.config.response_seconds.into()));
        tokio::pin!(stop);
        let why = loop {
            let place = self.all.clone().acquire_owned();
            let accepted = tokio::select! {
                accepted = async { (place.await, listener.accept().await) } => accepted,
                why = &mut stop => break why,
            };
            let (Ok(place), Ok((stream, peer))) = accepted else {
                tokio::time::sleep(ACCEPT_PAUSE).await;
                continue;
            };
            match self.permit_for(peer.ip()) {
                Ok(of_address) => self.admit(stream, peer, (place, of_address)),
                Err(TooManyConnections) => turn_away(&stream, peer.ip()),
            }
        };
        drop(listener);
        let drain = Duration::from_secs(self.app.config.drain_seconds).saturating_sub(STOP_GRACE);
        if tokio::time::timeout(drain, self.graceful.shutdown()).await.is_err() {
            tracing::warn!("connections were still open when the drain time was over; they are closed");
        }
        // Clients that read nothing, or send nothing, have nothing more to wait for: their connections must not hold up
        // what follows. With the listener, its own part of the router goes.
        drop((self.router, self.until_over));
        let _ = self.over.send(());
        self.over.closed().await;
        why
    }

    /// A permit for a connection from this address, if one is needed. A proxy speaks for many; and where nothing is
    /// configured, so may what is on this machine.
    fn permit_for(&self, address: IpAddr) -> Result<Option<ConnectionPermit>, TooManyConnections> {
        let config = &self.app.config;
        let is_free = config.trusted_proxies.trusts(address)
            || config.connections_per_address_max.is_none() && address.to_canonical().is_loopback();
        match is_free || self.is_operator {
            true => Ok(None),
            false => self.places.take(address).map(Some).ok_or(TooManyConnections),
        }
    }

    fn admit(&self, stream: TcpStream, peer: SocketAddr, occupied: Occupied) {
        prepare(&stream);
        let peer = Peer { remote: peer, local: stream.local_addr().ok(), is_operator: self.is_operator };
        let (router, stopping) = (self.router.clone(), self.stopping.clone());
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
        let stream = WriteTimeout::new(stream, Duration::from_secs(self.app.config.response_seconds.into()));
        let connection =
            self.builder.serve_connection(TokioIo::new(ProtocolErrors::new(stream)), TowerToHyperService::new(service));
        let (connection, mut until_over) = (self.graceful.watch(connection), self.until_over.clone());
        tokio::spawn(async move {
            tokio::select! {
                // A client that breaks off is its own affair.
                _ = connection => {}
                _ = until_over.changed() => {}
            }
            drop(occupied);
        });
    }
}

/// An address has all the connections that it may have.
struct TooManyConnections;

fn turn_away(stream: &TcpStream, address: IpAddr) {
    static TOLD: Gate = Gate::new();
    metrics::counter!("onhand_connections_refused_total").increment(1);
    // It fits into what the system keeps, or is not said.
    let _ = stream.try_write(TOO_MANY_CONNECTIONS);
    if let Some(not_logged) = TOLD.pass() {
        tracing::warn!(%address, not_logged, "an address has too many connections");
    }
}

/// The settings of every connection that a listener accepts: a client that takes nothing is given up by the system,
/// too, with what it keeps for it, even if the server has closed the connection before.
fn prepare_listener(listener: &TcpListener, write_timeout: Duration) {
    let set = sockopt::set_tcp_user_timeout(listener, write_timeout.as_millis() as u32)
        .and_then(|()| sockopt::set_socket_send_buffer_size(listener, SEND_BYTES_MAX));
    if let Err(fault) = set {
        tracing::debug!(%fault, "cannot limit the send buffer of connections");
    }
}

/// Answers are small and wanted at once.
fn prepare(stream: &TcpStream) {
    if let Err(fault) = stream.set_nodelay(true) {
        tracing::debug!(%fault, "cannot set TCP_NODELAY");
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_said_to_a_crowd_is_http() {
        let text = std::str::from_utf8(TOO_MANY_CONNECTIONS).expect("text");
        let (head, body) = text.split_once("\r\n\r\n").expect("head and body");
        assert!(head.contains(&format!("content-length: {}\r\n", body.len())), "{} bytes", body.len());
    }
}

//! Watching requests: one log line and a few numbers each, and a request id that goes out with the answer.
//!
//! Promises: no token, password, query or body is logged; labels of metrics are closed sets; of requests that are
//! turned away (429, 503) there is one line a second for each route. Must not know resources.

use std::collections::BTreeMap;
use std::net::IpAddr;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, LazyLock, Mutex, OnceLock, PoisonError};
use std::time::Instant;

use axum::http::{HeaderMap, HeaderName, HeaderValue, Method};
use axum::response::Response;

use crate::auth::{Caller, token};

const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");
/// The most characters of a request id that a client may choose.
const REQUEST_ID_CHARS_MAX: usize = 64;
/// The most characters of the ids in a path that are logged.
const IDS_CHARS_MAX: usize = 128;

/// Between two that pass a gate.
const GATE_MILLIS: u64 = 1_000;

/// A request being watched.
pub struct Observed {
    start: Instant,
    method: &'static str,
    route: &'static str,
    id: HeaderValue,
    user: Arc<str>,
    address: Option<IpAddr>,
    ids: String,
    rejection: Option<&'static str>,
}

impl Observed {
    /// Starts the watch.
    pub fn start(method: &Method, route: &'static str, headers: &HeaderMap) -> Self {
        let given = headers.get(&REQUEST_ID).filter(|value| is_request_id(value.as_bytes()));
        Self {
            start: Instant::now(),
            method: method_name(method),
            route,
            id: given.cloned().unwrap_or_else(next_id),
            user: no_user(),
            address: None,
            ids: String::new(),
            rejection: None,
        }
    }

    /// The id of the request, which goes out with the answer.
    pub fn id(&self) -> &str {
        self.id.to_str().unwrap_or_default()
    }

    /// Notes where it comes from.
    pub fn address(&mut self, address: IpAddr) {
        self.address = Some(address);
    }

    /// Notes who is calling.
    pub fn caller(&mut self, caller: &Caller) {
        self.user = caller.username.clone();
    }

    /// Notes which objects its path names.
    pub fn objects(&mut self, ids: &[String]) {
        let plain = |sign: char| if sign.is_ascii_graphic() { sign } else { '?' };
        self.ids = ids.join(",").chars().take(IDS_CHARS_MAX).map(plain).collect();
    }

    /// Notes by which rule it was rejected.
    pub fn refused(&mut self, code: Option<&'static str>) {
        self.rejection = code;
    }

    /// Ends the watch: the log line, the numbers, the id on the answer. `reason` is why it is no better one.
    pub fn finish(self, response: &mut Response, reason: Option<&str>) {
        let status = response.status().as_u16();
        let elapsed = self.start.elapsed();
        metrics::counter!(
            "onhand_requests_total",
            "method" => self.method, "route" => self.route, "status" => status_label(status)
        )
        .increment(1);
        metrics::histogram!("onhand_request_seconds", "method" => self.method, "route" => self.route)
            .record(elapsed.as_secs_f64());
        if let Some(code) = self.rejection {
            metrics::counter!("onhand_rejections_total", "code" => code).increment(1);
        }
        self.log(status, elapsed.as_micros() as u64, reason);
        response.headers_mut().insert(REQUEST_ID, self.id);
    }

    fn log(&self, status: u16, micros: u64, reason: Option<&str>) {
        let (id, method, route, user) = (self.id.to_str().unwrap_or_default(), self.method, self.route, &*self.user);
        let (address, code) = (self.address.map(tracing::field::display), self.rejection);
        let ids = Some(&*self.ids).filter(|ids| !ids.is_empty());
        let (message, not_logged) = match status {
            429 => ("answered 429", turned_away(status, route)),
            503 => ("answered 503", turned_away(status, route)),
            _ => {
                tracing::info!(id, method, route, ids, status, code, micros, user, address, "request");
                return;
            }
        };
        if let Some(not_logged) = not_logged {
            // Others in the second before, which have no line.
            tracing::warn!(id, method, route, ids, status, micros, user, address, reason, not_logged, "{message}");
        }
    }
}

/// Lets one of what is told through in a second.
pub(super) struct Gate {
    /// Milliseconds after the first, from which on the next one passes.
    next: AtomicU64,
    not_logged: AtomicU64,
}

/// Whether a request that is turned away gets a line; then, how many of its route before it got none. A flood on one
/// route hides nothing of another one.
fn turned_away(status: u16, route: &'static str) -> Option<u64> {
    static GATES: Mutex<BTreeMap<(u16, &'static str), Gate>> = Mutex::new(BTreeMap::new());
    let mut gates = GATES.lock().unwrap_or_else(PoisonError::into_inner);
    gates.entry((status, route)).or_insert_with(Gate::new).pass()
}

impl Gate {
    /// One that nothing has passed yet.
    pub(super) const fn new() -> Self {
        Self { next: AtomicU64::new(0), not_logged: AtomicU64::new(0) }
    }

    /// Whether this one may be told; then, how many before it were not.
    pub(super) fn pass(&self) -> Option<u64> {
        static FIRST: LazyLock<Instant> = LazyLock::new(Instant::now);
        let now = FIRST.elapsed().as_millis() as u64;
        let next = self.next.load(Ordering::Relaxed);
        let passes = now >= next
            && self.next.compare_exchange(next, now + GATE_MILLIS, Ordering::Relaxed, Ordering::Relaxed).is_ok();
        if passes {
            return Some(self.not_logged.swap(0, Ordering::Relaxed));
        }
        self.not_logged.fetch_add(1, Ordering::Relaxed);
        None
    }
}

fn no_user() -> Arc<str> {
    static NO_USER: LazyLock<Arc<str>> = LazyLock::new(|| "".into());
    NO_USER.clone()
}

fn is_request_id(bytes: &[u8]) -> bool {
    let plain = |byte: &u8| byte.is_ascii_alphanumeric() || b"-_.:/".contains(byte);
    (1..=REQUEST_ID_CHARS_MAX).contains(&bytes.len()) && bytes.iter().all(plain)
}

/// Unique within the life of the process and, by its random start, across processes.
fn next_id() -> HeaderValue {
    static START: OnceLock<String> = OnceLock::new();
    static COUNT: AtomicU64 = AtomicU64::new(0);
    let start = START.get_or_init(|| crate::hex::encode(&token::random::<6>()));
    let id = format!("{start}-{:x}", COUNT.fetch_add(1, Ordering::Relaxed));
    HeaderValue::try_from(id).unwrap_or_else(|_| HeaderValue::from_static("none"))
}

/// A label must come from a closed set; a client may send any word as a method.
fn method_name(method: &Method) -> &'static str {
    match *method {
        Method::GET => "GET",
        Method::HEAD => "HEAD",
        Method::POST => "POST",
        Method::PATCH => "PATCH",
        Method::PUT => "PUT",
        Method::DELETE => "DELETE",
        Method::OPTIONS => "OPTIONS",
        _ => "other",
    }
}

fn status_label(status: u16) -> String {
    status.to_string()
}

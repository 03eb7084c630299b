//! A real server on a free port with a real database, and clients that talk to it through a socket.
//!
//! Promises: the clock stands still until a test moves it; every answer is compared with the wire's form before a test
//! sees it: never a 5xx, every error body JSON, a request id. Must not know resources.

use std::net::{Ipv4Addr, SocketAddr};
use std::num::NonZeroU32;
use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};
use std::sync::{Arc, OnceLock};

use clap::Parser;
use onhand::api::routes;
use onhand::auth::{Role, password, token};
use onhand::clock::Clock;
use onhand::config::ServeConfig;
use onhand::state::App;
use onhand::wire::scalar;
use onhand::{http, screens, workers};
use onhand_core::{ChannelId, Timestamp, UserId};
use onhand_store::tables::accounts::{self, Account};
pub(crate) use onhand_testkit::http::Answer;
use onhand_testkit::http::{self as kit, Method, Request};
use reqwest::header::CONTENT_TYPE;
use serde_json::Value;
use tokio::net::TcpListener;
use tokio::sync::oneshot;
use tokio::task::{JoinHandle, JoinSet};

use crate::database::Database;

/// The password of every account that a test gets.
pub(crate) const PASSWORD: &str = "a password to sign in with";
/// The year of the vendor's examples, so that golden pairs look like them.
const START: &str = "2026-03-01T08:00:00.000000Z";

/// Reads the configuration as the program does, so that a test runs with the defaults people get.
#[derive(Parser)]
struct Arguments {
    #[command(flatten)]
    serve: ServeConfig,
}

/// A running server. It stops when it is dropped: no test is left then that could tell it not to.
pub(crate) struct TestServer {
    pub(crate) address: SocketAddr,
    pub(crate) app: Arc<App>,
    clock: Arc<AtomicI64>,
    stop: Option<oneshot::Sender<()>>,
    serving: Option<JoinHandle<()>>,
    http: kit::Client,
    workers: Option<JoinSet<()>>,
    _database: Database,
}

impl TestServer {
    /// A server with the default configuration.
    pub(crate) async fn start() -> Self {
        Self::with(|_| {}).await
    }

    /// A server with a changed configuration.
    pub(crate) async fn with(change: impl FnOnce(&mut ServeConfig)) -> Self {
        let mut config = Arguments::parse_from(["onhand"]).serve;
        // Tests sign in as often as they like; the one about the throttle sets its own number.
        config.login_attempts = NonZeroU32::new(10_000).expect("not zero");
        // They ask as much as they like, too; those about unauthenticated clients set their own number.
        config.anonymous_requests_max = 0;
        // And they move the clock as far as they like; those about tokens set their own days.
        config.login_token_idle_days = 0;
        change(&mut config);
        let database = Database::new().await;
        let store = database.store.clone();
        let start = scalar::parse_time(START).expect("a time");
        let micros = Arc::new(AtomicI64::new(start.micros()));
        let clock = Clock::Manual(micros.clone());
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.expect("a free port");
        let address = listener.local_addr().expect("it is bound");
        config.listen = address;
        let (app, _draining) = App::start(store, clock, config);
        let workers = Some(workers::start(&app.import_workers, &app.feed));
        let pages = screens::router(&app);
        let (stop, stopped) = oneshot::channel();
        let stopped = async { drop(stopped.await) };
        let serving = Some(tokio::spawn(http::serve(listener, app.clone(), (routes(), Some(pages)), stopped)));
        let (stop, http) = (Some(stop), kit::Client::new(address, ""));
        Self { address, app, clock: micros, stop, serving, http, workers, _database: database }
    }

    /// Tells the server to stop; what to wait for until it has. The database stays readable.
    pub(crate) fn stop(&mut self) -> JoinHandle<()> {
        drop(self.stop.take());
        self.serving.take().expect("a server stops once")
    }

    /// Ends the work behind the answers, as a stop does.
    pub(crate) async fn stop_work(&mut self) {
        workers::stop(&self.app.import_workers, self.workers.take().expect("work stops once")).await;
    }

    /// Moves the clock.
    pub(crate) fn advance(&self, seconds: i64) {
        self.clock.fetch_add(seconds * 1_000_000, Ordering::Relaxed);
    }

    /// The time so many seconds from now, as text.
    pub(crate) fn time(&self, seconds: i64) -> String {
        scalar::time_text(self.app.clock.now().minus_seconds(-seconds))
    }

    /// A client of a new account of this role.
    pub(crate) async fn client(&self, role: Role) -> Client {
        assert!(role != Role::Channel, "a channel's account belongs to a channel");
        self.account(role, None).await
    }

    /// A client of a new account that belongs to a channel.
    pub(crate) async fn channel_client(&self, channel: i64) -> Client {
        self.account(Role::Channel, Some(channel)).await
    }

    /// A client without a token.
    pub(crate) fn anonymous(&self) -> Client {
        Client(self.http.clone())
    }

    /// A client with this token.
    pub(crate) fn bearer(&self, token: &str) -> Client {
        Client(self.http.bearer(token))
    }

    /// An account that can sign in with a password, of which the hash is given.
    pub(crate) async fn add_account(&self, name: &str, hash: String, role: Role, channel: Option<i64>) -> UserId {
        let account = Account {
            id: UserId::new(0),
            username: name.to_owned(),
            password_hash: hash,
            role: role.name().to_owned(),
            channel: channel.map(ChannelId::new),
            is_active: true,
            created_at: self.app.clock.now(),
        };
        let insert = async move |tx: &mut onhand_store::Tx<'_>| accounts::insert(tx, &account).await;
        self.app.store.write("accounts.insert", insert).await.expect("a new account").id
    }

    /// Accounts get a token without signing in: that takes longer than most tests. All have the same password.
    async fn account(&self, role: Role, channel: Option<i64>) -> Client {
        let name = format!("{role}-{}", unique());
        let account = self.add_account(&name, password_hash(), role, channel).await;
        let key = token::generate();
        let row = token::row(&key, account, "test", self.app.clock.now());
        let insert = async move |tx: &mut onhand_store::Tx<'_>| accounts::insert_token(tx, &row).await;
        self.app.store.write("tokens.insert", insert).await.expect("a new token");
        self.bearer(&key)
    }
}

/// Hashing takes its time on purpose; once is enough.
pub(crate) fn password_hash() -> String {
    static HASH: OnceLock<String> = OnceLock::new();
    HASH.get_or_init(|| password::hash(PASSWORD)).clone()
}

/// A number that no other call in this process gives.
pub(crate) fn unique() -> u64 {
    static NEXT: AtomicU64 = AtomicU64::new(1);
    NEXT.fetch_add(1, Ordering::Relaxed)
}

/// Reads a time as the wire prints it.
pub(crate) fn parsed(text: &Value) -> Timestamp {
    let text = text.as_str().unwrap_or_else(|| panic!("{text} is no time"));
    assert!(text.len() == 27 && text.ends_with('Z'), "{text} has microseconds and Z");
    scalar::parse_time(text).unwrap_or_else(|| panic!("{text} is no time"))
}

/// A client that sends requests.
#[derive(Clone)]
pub(crate) struct Client(kit::Client);

/// A request body.
pub(crate) enum Body {
    None,
    Json(Value),
    /// Bytes under a content type.
    Raw(&'static str, Vec<u8>),
    Form(reqwest::multipart::Form),
}

impl Client {
    /// The same client with connections of its own.
    pub(crate) fn apart(self) -> Self {
        Self(self.0.apart())
    }

    /// The same client, sending one more header.
    pub(crate) fn with(self, name: &'static str, value: impl Into<String>) -> Self {
        Self(self.0.with(name, value))
    }

    /// The answer to a GET, whatever it is.
    pub(crate) async fn raw(&self, path: &str) -> reqwest::Response {
        self.0
            .request(Method::GET, path)
            .send()
            .await
            .unwrap_or_else(|fault| panic!("GET {path}: no answer: {fault:?}"))
    }

    pub(crate) async fn get(&self, path: &str) -> Answer {
        self.send("GET", path, Body::None).await
    }

    pub(crate) async fn post(&self, path: &str, body: Value) -> Answer {
        self.send("POST", path, Body::Json(body)).await
    }

    pub(crate) async fn patch(&self, path: &str, body: Value) -> Answer {
        self.send("PATCH", path, Body::Json(body)).await
    }

    pub(crate) async fn put(&self, path: &str, body: Value) -> Answer {
        self.send("PUT", path, Body::Json(body)).await
    }

    pub(crate) async fn delete(&self, path: &str) -> Answer {
        self.send("DELETE", path, Body::None).await
    }

    /// Sends any request; a path may also be a whole link out of an answer.
    pub(crate) async fn send(&self, method: &str, path: &str, body: Body) -> Answer {
        let method = Method::from_bytes(method.as_bytes()).expect("a method");
        let request = self.0.request(method.clone(), path);
        let answer = match body {
            Body::None => self.0.try_send(&Request::new(method.clone(), path, None)).await,
            Body::Json(value) => self.0.try_send(&Request::new(method.clone(), path, Some(value))).await,
            Body::Raw(kind, bytes) => Answer::to(request.header(CONTENT_TYPE, kind).body(bytes)).await,
            Body::Form(form) => Answer::to(request.multipart(form)).await,
        };
        let answer = answer.unwrap_or_else(|fault| panic!("{method} {path}: no answer: {fault:?}"));
        assert_in_form(&answer);
        answer
    }
}

/// What is true of every answer.
fn assert_in_form(answer: &Answer) {
    let status = answer.status;
    assert!(status < 500, "bad input is never a 5xx: {answer:?}");
    assert!(!(300..400).contains(&status) || status == 304, "a redirect turns a POST into a GET: {answer:?}");
    assert!(answer.headers.contains_key("x-request-id"), "{answer:?}");
    if status >= 400 && !answer.what.starts_with("HEAD") {
        assert_eq!(answer.header("content-type"), Some("application/json"), "{answer:?}");
        assert!(is_refusal(status, &answer.body), "not the wire's form: {answer:?}");
    }
}

/// Contract 1.4: messages by field, or a detail, or a rejection with its code; an array has one entry per row.
fn is_refusal(status: u16, body: &Value) -> bool {
    match body {
        Value::Array(rows) => status == 400 && rows.iter().any(is_faults) && rows.iter().all(Value::is_object),
        Value::Object(_) if matches!(status, 406 | 412) => {
            body["non_field_errors"].is_string() && body["error_code"].is_string()
        }
        Value::Object(fields) if fields.contains_key("detail") => body["detail"].is_string() && fields.len() == 1,
        _ => status == 400 && is_faults(body),
    }
}

/// `{"field": ["message", …]}`, where rows nest as a list of the same, and an object as the same.
fn is_faults(body: &Value) -> bool {
    let messages = |value: &Value| match value {
        Value::Object(_) => is_faults(value),
        Value::Array(all) if all.iter().all(Value::is_string) => !all.is_empty(),
        Value::Array(rows) => rows.iter().all(Value::is_object) && rows.iter().any(is_faults),
        _ => false,
    };
    // A stale row of an array says what it is now beside its message.
    let is_beside = |name: &str| body["error_code"].is_string() && matches!(name, "error_code" | "current");
    let is_fault = |(name, value): (&String, &Value)| is_beside(name) || messages(value);
    body.as_object().is_some_and(|fields| !fields.is_empty() && fields.iter().all(is_fault))
}

//! The stream of events, for programs: `GET events/?after=&types=&once=`, as server-sent events.
//!
//! Promises: who goes on after an event is sent every event after it that is still kept; a slow client holds a few events
//! in memory; a stream ends with its token and with the server. Must not know how events are found.

use std::convert::Infallible;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::{Duration, Instant};

use axum::body::Body;
use axum::http::{HeaderName, HeaderValue, header};
use bytes::Bytes;
use onhand_core::events::EventType;
use onhand_store::Tx;
use onhand_store::events::log::{self, Event};
use onhand_store::events::pending;
use onhand_store::tables::accounts::TokenKind;
use tokio::sync::{mpsc, watch};

use crate::auth::Caller;
use crate::http::admission;
use crate::http::context::RequestContext;
use crate::state::App;
use crate::webhooks::{NoStream, StreamPermit, envelope};
use crate::wire::error::{Error, FieldErrors};
use crate::wire::json::ApiResponse;

/// What a client names that connects again: the id of the last event that it has.
const LAST_EVENT: &str = "last-event-id";
/// A proxy between here and the client must not collect events.
const UNBUFFERED: HeaderName = HeaderName::from_static("x-accel-buffering");
/// Events that are read at once, and that wait for a slow client.
const TOGETHER: i64 = 100;
const AHEAD: usize = 16;
/// How long it is waited for events that another process may have put into the log.
const PATIENCE: Duration = Duration::from_secs(1);
const HEARTBEAT_PAUSE: Duration = Duration::from_secs(15);
/// How often it is asked whether the token is good still, and said that somebody reads.
const CHECK_PAUSE: Duration = Duration::from_secs(30);
/// How long events are kept for a client that has gone: a day.
const KEPT_SECONDS: i64 = 24 * 3_600;
/// After how many seconds a client that has too many streams may try again.
const RETRY_SECONDS: u64 = 15;

const GREETING: Bytes = Bytes::from_static(b"retry: 3000\n\n");
const HEARTBEAT: Bytes = Bytes::from_static(b": still here\n\n");

/// The events of one client.
struct Listener {
    events: mpsc::Receiver<Bytes>,
    _permit: StreamPermit,
}

impl futures_core::Stream for Listener {
    type Item = Result<Bytes, Infallible>;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        self.events.poll_recv(context).map(|event| event.map(Ok))
    }
}

/// The most characters of the id of an event.
pub const ID_CHARS_MAX: usize = 20;

/// `GET events/`.
pub async fn stream(call: RequestContext) -> Result<ApiResponse, Error> {
    let app = call.app.clone();
    let types = types(&call)?;
    let is_once = once(&call)?;
    let position = position(&call).await?;
    if app.feed.is_closing() {
        return Err(Error::Busy("the server stops".to_owned()));
    }
    let permit = app.webhooks.streams.join(call.caller.account).map_err(|no_stream| match no_stream {
        NoStream::OfAccount => Error::Throttled { retry_after_seconds: RETRY_SECONDS },
        NoStream::OfProcess => Error::Busy("too many follow events".to_owned()),
    })?;
    // Written before the answer: what happens after it is in the log.
    keep(&app).await?;
    app.webhooks.changed.notify_one();
    let (events, taken) = mpsc::channel(AHEAD);
    let key = admission::token(&call.headers).unwrap_or_default().to_owned();
    let logged = app.webhooks.logged.subscribe();
    let follower = Follower { app, key, caller: call.caller.clone(), types, position, is_once, events, logged };
    tokio::spawn(follower.run());
    let body = Body::from_stream(Listener { events: taken, _permit: permit });
    Ok(ApiResponse::streamed("text/event-stream", body)
        .with(header::CACHE_CONTROL, HeaderValue::from_static("no-store"))
        .with(UNBUFFERED, HeaderValue::from_static("no")))
}

/// The event types that are asked for; every one where none is named.
fn types(call: &RequestContext) -> Result<Vec<EventType>, Error> {
    let named = call.query.iter().filter(|(name, _)| name == "types").flat_map(|(_, text)| text.split(','));
    let (mut types, mut faults) = (Vec::new(), FieldErrors::default());
    for word in named.map(str::trim) {
        match EventType::from_word(word) {
            Some(event) => types.push(event),
            None => faults.add("types", format!("\"{word}\" is no event type.")),
        }
    }
    faults.into_result()?;
    Ok(types)
}

/// Whether a stream ends with what there is.
fn once(call: &RequestContext) -> Result<bool, Error> {
    match call.asked("once") {
        None => Ok(false),
        Some("1") => Ok(true),
        Some(other) => Err(Error::field("once", format!("\"{other}\" is not a valid choice."))),
    }
}

/// The event after which a stream begins: the one that the client names, or the newest.
async fn position(call: &RequestContext) -> Result<i64, Error> {
    let last = call.headers.get(LAST_EVENT).and_then(|value| value.to_str().ok());
    let head = call.app.store.read_inline("event_log.head", async |tx| log::head(tx).await).await?;
    let wrong = || Error::field("after", "There is no such event here; begin with 0.");
    match last.or_else(|| call.asked("after")) {
        None => Ok(head),
        Some(text) if text.len() > ID_CHARS_MAX => Err(wrong()),
        Some(text) => text.parse().ok().filter(|after| (0..=head).contains(after)).ok_or_else(wrong),
    }
}

/// Says that somebody reads events.
async fn keep(app: &App) -> Result<(), onhand_store::Error> {
    let until = app.clock.now().plus_micros(KEPT_SECONDS * 1_000_000);
    app.store.write("event_readers.keep", async move |tx: &mut Tx<'_>| pending::keep_streams(tx, until).await).await
}

/// Sends events to one client.
struct Follower {
    app: Arc<App>,
    key: String,
    caller: Caller,
    types: Vec<EventType>,
    position: i64,
    /// Whether it ends when everything is sent that there is.
    is_once: bool,
    events: mpsc::Sender<Bytes>,
    logged: watch::Receiver<()>,
}

impl Follower {
    async fn run(mut self) {
        let app = self.app.clone();
        let gone = self.events.clone();
        tokio::select! {
            () = app.feed.closed() => {}
            () = gone.closed() => {}
            () = self.follow() => {}
        }
    }

    /// Sends what there is, again and again, until the client is gone or may not read any more.
    async fn follow(&mut self) {
        let (mut sent, mut checked) = (Instant::now(), Instant::now());
        if self.events.send(GREETING).await.is_err() {
            return;
        }
        loop {
            self.logged.mark_unchanged();
            match self.send_some().await {
                Ok(0) if self.is_once => return,
                Ok(0) => _ = tokio::time::timeout(PATIENCE, self.logged.changed()).await,
                Ok(_) => sent = Instant::now(),
                Err(fault) => {
                    tracing::warn!(%fault, "cannot read events");
                    return;
                }
            }
            if sent.elapsed() > HEARTBEAT_PAUSE {
                sent = Instant::now();
                if self.events.send(HEARTBEAT).await.is_err() {
                    return;
                }
            }
            if checked.elapsed() > CHECK_PAUSE {
                checked = Instant::now();
                if !self.is_good().await {
                    return;
                }
            }
        }
    }

    async fn is_good(&self) -> bool {
        let same = self.app.sessions.look_at(&self.key, TokenKind::Api).await;
        same.is_ok_and(|found| found.as_ref() == Some(&self.caller)) && keep(&self.app).await.is_ok()
    }

    /// Sends events, some at the most; how many were read.
    async fn send_some(&mut self) -> Result<usize, onhand_store::Error> {
        let after = self.position;
        let read = self.app.store.read_inline("event_log.after", async move |tx| log::after(tx, after, TOGETHER).await);
        let found: Vec<Event> = read.await?;
        for event in &found {
            self.position = event.id;
            let is_wanted = self.types.is_empty() || self.types.contains(&event.event);
            if is_wanted && self.events.send(written(event)).await.is_err() {
                break;
            }
        }
        Ok(found.len())
    }
}

fn written(event: &Event) -> Bytes {
    let word = event.event.word();
    format!("id: {}\nevent: {word}\ndata: {}\n\n", event.id, envelope(word, event.at, &event.data)).into()
}

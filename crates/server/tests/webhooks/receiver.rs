//! A receiver of webhooks, played by the test.
//!
//! Promises: it keeps every request that it has read whole, with its headers; a signature that is wrong is a panic. Must
//! not know what is expected.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use onhand::webhooks::Secret;
use onhand_testkit::json::text;
use onhand_testkit::wait;
use serde_json::Value;
use tokio::io::{AsyncBufReadExt as _, AsyncReadExt as _, AsyncWriteExt as _, BufReader};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinSet;

/// How late it answers when it is late.
const LATE: Duration = Duration::from_secs(1);

/// How it answers.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Mood {
    /// With this status.
    Status(u16),
    /// With 200, after a while.
    Late,
    /// Not at all.
    Silent,
    /// The connection is closed before an answer.
    Rude,
    /// Sends on to another address.
    Elsewhere,
    /// A good status, and a body that does not end.
    Endless,
}

/// A request that it has read.
#[derive(Clone, Debug)]
pub(crate) struct Received {
    pub(crate) headers: BTreeMap<String, String>,
    pub(crate) body: Value,
    /// Whether the sender was told that it was taken.
    pub(crate) is_taken: bool,
}

impl Received {
    pub(crate) fn id(&self) -> &str {
        &self.headers["webhook-id"]
    }

    /// The number of the event.
    pub(crate) fn number(&self) -> i64 {
        self.id().trim_start_matches("evt_").parse().expect("an event has a number")
    }

    pub(crate) fn event(&self) -> &str {
        text(&self.body["type"])
    }
}

struct Shared {
    mood: Mood,
    secret: Option<Secret>,
    received: Vec<Received>,
}

/// A receiver.
pub(crate) struct Receiver {
    pub(crate) address: SocketAddr,
    shared: Arc<Mutex<Shared>>,
    task: Option<JoinSet<()>>,
}

impl Receiver {
    pub(crate) async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let address = listener.local_addr().expect("it is bound");
        let shared = Shared { mood: Mood::Status(200), secret: None, received: Vec::new() };
        let mut receiver = Self { address, shared: Arc::new(Mutex::new(shared)), task: None };
        receiver.listen(listener);
        receiver
    }

    pub(crate) fn url(&self) -> String {
        format!("http://{}/hook?from=onhand", self.address)
    }

    fn lock(&self) -> MutexGuard<'_, Shared> {
        self.shared.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// From now on signatures are looked at.
    pub(crate) fn knows(&self, secret: &str) {
        self.lock().secret = Some(Secret::read(secret).expect("a secret"));
    }

    pub(crate) fn answers(&self, mood: Mood) {
        self.lock().mood = mood;
    }

    pub(crate) fn received(&self) -> Vec<Received> {
        self.lock().received.clone()
    }

    /// The events of a type that were taken, each once.
    pub(crate) fn taken(&self, event: &str) -> Vec<Received> {
        let mut taken: Vec<Received> = Vec::new();
        for one in self.received().into_iter().filter(|one| one.is_taken && one.event() == event) {
            if taken.iter().all(|known| known.id() != one.id()) {
                taken.push(one);
            }
        }
        taken
    }

    /// Waits until a condition on what was received holds.
    pub(crate) async fn until(&self, missing: &str, mut is_true: impl FnMut(&[Received]) -> bool) {
        let seen = |received: &[Received]| received.iter().map(|one| one.body.clone()).collect::<Vec<_>>();
        wait::until_async(async || {
            let received = self.received();
            if is_true(&received) { Ok(()) } else { Err((missing.to_owned(), seen(&received))) }
        })
        .await;
    }

    /// It is gone: connections are cut, and the port is closed.
    pub(crate) async fn die(&mut self) {
        if let Some(mut task) = self.task.take() {
            task.shutdown().await;
        }
    }

    /// It is back at its port.
    pub(crate) async fn come_back(&mut self) {
        let address = self.address;
        let listener = wait::until_async(async || TcpListener::bind(address).await).await;
        self.listen(listener);
    }

    fn listen(&mut self, listener: TcpListener) {
        let shared = self.shared.clone();
        let mut task = JoinSet::new();
        task.spawn(async move {
            let mut connections = JoinSet::new();
            while let Ok((connection, _)) = listener.accept().await {
                connections.spawn(serve(connection, shared.clone()));
            }
        });
        self.task = Some(task);
    }
}

async fn serve(connection: TcpStream, shared: Arc<Mutex<Shared>>) {
    let mut connection = BufReader::new(connection);
    while let Some((headers, body)) = read(&mut connection).await {
        let mood = {
            let mut shared = shared.lock().unwrap_or_else(PoisonError::into_inner);
            if let Some(secret) = &shared.secret {
                let seconds = headers["webhook-timestamp"].parse().expect("a time");
                assert_eq!(headers["webhook-signature"], secret.sign(&headers["webhook-id"], seconds, &body));
            }
            let mood = shared.mood;
            let is_taken = matches!(mood, Mood::Status(200..=299) | Mood::Late | Mood::Endless);
            let body = serde_json::from_str(&body).expect("JSON");
            shared.received.push(Received { headers, body, is_taken });
            mood
        };
        if !answer(&mut connection, mood).await {
            return;
        }
    }
}

/// Answers a request; whether the connection stays.
async fn answer(connection: &mut BufReader<TcpStream>, mood: Mood) -> bool {
    let text = match mood {
        Mood::Status(status) => format!("HTTP/1.1 {status} Told\r\ncontent-length: 4\r\n\r\ntold"),
        Mood::Late => {
            tokio::time::sleep(LATE).await;
            "HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n".to_owned()
        }
        Mood::Silent => {
            std::future::pending::<()>().await;
            return false;
        }
        Mood::Rude => return false,
        Mood::Elsewhere => {
            "HTTP/1.1 307 Elsewhere\r\nlocation: http://127.0.0.1:1/\r\ncontent-length: 0\r\n\r\n".to_owned()
        }
        Mood::Endless => "HTTP/1.1 200 OK\r\ncontent-length: 1000000000\r\n\r\n".to_owned() + &"x".repeat(65_536),
    };
    connection.write_all(text.as_bytes()).await.is_ok()
}

/// The headers and the body of a request.
async fn read(connection: &mut BufReader<TcpStream>) -> Option<(BTreeMap<String, String>, String)> {
    let mut line = String::new();
    connection.read_line(&mut line).await.ok().filter(|read| *read > 0)?;
    assert!(line.starts_with("POST /hook?from=onhand HTTP/1.1"), "{line}");
    let mut headers = BTreeMap::new();
    loop {
        line.clear();
        connection.read_line(&mut line).await.ok().filter(|read| *read > 0)?;
        let Some((name, value)) = line.trim().split_once(':') else { break };
        headers.insert(name.to_lowercase(), value.trim().to_owned());
    }
    let length = headers.get("content-length").and_then(|length| length.parse().ok()).expect("a length");
    let mut body = vec![0; length];
    connection.read_exact(&mut body).await.ok()?;
    Some((headers, String::from_utf8(body).expect("text")))
}

//! A wire between the program and the server that breaks where a test says.
//!
//! Promises: what passes is passed on as it is; after a break both sides see a closed connection. Must not know what is
//! said, but for the words that begin and end a transaction.

use std::collections::VecDeque;
use std::net::SocketAddr;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};

/// Where the wire breaks.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Break {
    /// At a commit: the server never hears of it.
    BeforeTheServer,
    /// At a commit: the server commits, and its answer is lost.
    BeforeTheAnswer,
    /// At the beginning of a transaction that only reads.
    BeforeReading,
    /// At whatever is said.
    AtOnce,
    /// When a connection is made: it is closed without a word.
    AtTheStart,
    /// When a connection is made: the server says that it was told to end it.
    AtTheStartWithAWord,
}

/// What a server says of a connection that it was told to end: `FATAL`, 57P01.
const ENDED: &[u8] = b"E\0\0\0\x27SFATAL\0VFATAL\0C57P01\0Mtold to end\0\0";

impl Break {
    /// Whether it comes when this is said, for the first time on its connection or later.
    fn comes(self, said: &[u8], is_first: bool) -> bool {
        let has = |words: &[u8]| said.windows(words.len()).any(|part| part == words);
        match self {
            // A commit is awaited alone, so it comes in one piece.
            Self::BeforeTheServer | Self::BeforeTheAnswer => has(b"COMMIT"),
            Self::BeforeReading => has(b"READ ONLY"),
            Self::AtOnce => true,
            Self::AtTheStart | Self::AtTheStartWithAWord => is_first,
        }
    }
}

/// A running wire.
pub(crate) struct Proxy {
    address: SocketAddr,
    breaks: Arc<Mutex<VecDeque<Break>>>,
}

impl Proxy {
    /// A wire to the server of this URL.
    pub(crate) async fn to(url: &str) -> Self {
        let server = host(url).to_owned();
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let address = listener.local_addr().expect("it is bound");
        let breaks: Arc<Mutex<VecDeque<Break>>> = Arc::default();
        let come = breaks.clone();
        tokio::spawn(async move {
            while let Ok((client, _)) = listener.accept().await {
                let server = TcpStream::connect(&server).await.expect("the server is there");
                tokio::spawn(pass(client, server, come.clone()));
            }
        });
        Self { address, breaks }
    }

    /// The URL that goes through the wire. Unencrypted, so that the words can be heard.
    pub(crate) fn url(&self, url: &str) -> String {
        format!("{}?sslmode=disable", url.replace(host(url), &self.address.to_string()))
    }

    /// Says where it breaks, one after the other.
    pub(crate) fn break_at(&self, places: &[Break]) {
        *self.breaks.lock().unwrap_or_else(PoisonError::into_inner) = places.iter().copied().collect();
    }

    /// How many breaks are still to come.
    pub(crate) fn breaks_to_come(&self) -> usize {
        self.breaks.lock().unwrap_or_else(PoisonError::into_inner).len()
    }
}

/// `host:port` of a URL.
fn host(url: &str) -> &str {
    let place = url.rsplit_once('@').map_or(url, |(_, place)| place);
    place.split('/').next().expect("a part before the slash")
}

/// The next break, if it comes now.
fn due(breaks: &Mutex<VecDeque<Break>>, said: &[u8], is_first: bool) -> Option<Break> {
    breaks.lock().unwrap_or_else(PoisonError::into_inner).pop_front_if(|next| next.comes(said, is_first))
}

async fn pass(client: TcpStream, server: TcpStream, breaks: Arc<Mutex<VecDeque<Break>>>) {
    let (mut from_client, mut to_client) = client.into_split();
    let (mut from_server, mut to_server) = server.into_split();
    let mut bytes = vec![0; 64 * 1024];
    let Ok(mut count @ 1..) = from_client.read(&mut bytes).await else { return };
    match due(&breaks, &bytes[..count], true) {
        Some(Break::AtTheStartWithAWord) => return drop(to_client.write_all(ENDED).await),
        Some(_) => return,
        None => {}
    }
    let is_lost = Arc::new(AtomicBool::new(false));
    let lost = is_lost.clone();
    let back = tokio::spawn(async move {
        let mut bytes = vec![0; 64 * 1024];
        // Answers that are lost are still read: a server that cannot send them does not do what it has yet to read.
        while let Ok(count @ 1..) = from_server.read(&mut bytes).await {
            if !lost.load(Ordering::SeqCst) && to_client.write_all(&bytes[..count]).await.is_err() {
                break;
            }
        }
    });
    while to_server.write_all(&bytes[..count]).await.is_ok() {
        count = match from_client.read(&mut bytes).await {
            Ok(count @ 1..) => count,
            _ => break,
        };
        let said = &bytes[..count];
        match due(&breaks, said, false) {
            Some(Break::BeforeTheAnswer) => {
                is_lost.store(true, Ordering::SeqCst);
                let _ = to_server.write_all(said).await;
                // The server closes its end after what it was told, having done it.
                let _ = to_server.shutdown().await;
                return;
            }
            Some(_) => break,
            None => {}
        }
    }
    back.abort();
}

//! A wire between the program and the server that breaks where a test says.
//!
//! Promises: what passes is passed on as it is; after a break both sides see a closed connection. Must not know what is
//! said, but for the word COMMIT.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicU8, Ordering};

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};

/// Where the next commit breaks the wire, once.
#[derive(Clone, Copy, PartialEq, Eq)]
#[repr(u8)]
pub(crate) enum Break {
    /// Nowhere.
    Nowhere = 0,
    /// The server never hears of it.
    BeforeTheServer = 1,
    /// The server commits, and its answer is lost.
    BeforeTheAnswer = 2,
}

/// A running wire.
pub(crate) struct Proxy {
    address: SocketAddr,
    next: Arc<AtomicU8>,
}

impl Proxy {
    /// A wire to the server of this URL.
    pub(crate) async fn to(url: &str) -> Self {
        let server = host(url).to_owned();
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let address = listener.local_addr().expect("it is bound");
        let next = Arc::new(AtomicU8::new(0));
        let break_next = next.clone();
        tokio::spawn(async move {
            while let Ok((client, _)) = listener.accept().await {
                let server = TcpStream::connect(&server).await.expect("the server is there");
                tokio::spawn(pass(client, server, break_next.clone()));
            }
        });
        Self { address, next }
    }

    /// The URL that goes through the wire. Unencrypted, so that the word can be heard.
    pub(crate) fn url(&self, url: &str) -> String {
        format!("{}?sslmode=disable", url.replace(host(url), &self.address.to_string()))
    }

    /// Says where the next commit breaks it.
    pub(crate) fn break_at(&self, place: Break) {
        self.next.store(place as u8, Ordering::SeqCst);
    }

    /// Whether it has broken since.
    pub(crate) fn has_broken(&self) -> bool {
        self.next.load(Ordering::SeqCst) == Break::Nowhere as u8
    }
}

/// `host:port` of a URL.
fn host(url: &str) -> &str {
    let place = url.rsplit_once('@').map_or(url, |(_, place)| place);
    place.split('/').next().expect("a part before the slash")
}

async fn pass(client: TcpStream, server: TcpStream, next: Arc<AtomicU8>) {
    let (mut from_client, mut to_client) = client.into_split();
    let (mut from_server, mut to_server) = server.into_split();
    let back = tokio::spawn(async move {
        let _ = tokio::io::copy(&mut from_server, &mut to_client).await;
    });
    let mut bytes = vec![0; 64 * 1024];
    while let Ok(count @ 1..) = from_client.read(&mut bytes).await {
        let said = &bytes[..count];
        // A commit is awaited alone, so it comes in one piece.
        let commits = said.windows(6).any(|word| word == b"COMMIT");
        let place = if commits { next.swap(Break::Nowhere as u8, Ordering::SeqCst) } else { Break::Nowhere as u8 };
        if place == Break::BeforeTheServer as u8 {
            break;
        }
        if place == Break::BeforeTheAnswer as u8 {
            back.abort();
            let _ = to_server.write_all(said).await;
            // The server closes its end after what it was told, having done it.
            let _ = to_server.shutdown().await;
            break;
        }
        if to_server.write_all(said).await.is_err() {
            break;
        }
    }
    back.abort();
}

//! What is between two servers: connections are handed on, or closed at once.
//!
//! Promises: its address stays the same, whatever is behind it. Must not know HTTP.

use std::net::SocketAddr;
use std::sync::{Arc, Mutex};

use tokio::io::copy_bidirectional;
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinSet;

/// A way to another server.
pub(crate) struct Proxy {
    /// Where it listens.
    pub(crate) address: SocketAddr,
    behind: Arc<Mutex<Behind>>,
    _task: JoinSet<()>,
}

#[derive(Default)]
struct Behind {
    to: Option<SocketAddr>,
    connections: JoinSet<()>,
}

impl Proxy {
    /// A way to this server.
    pub(crate) async fn to(address: SocketAddr) -> Self {
        let listener = TcpListener::bind(("127.0.0.1", 0)).await.expect("a free port");
        let behind = Arc::new(Mutex::new(Behind { to: Some(address), connections: JoinSet::new() }));
        let (own, shared) = (listener.local_addr().expect("it is bound"), behind.clone());
        let mut task = JoinSet::new();
        task.spawn(async move {
            while let Ok((mut from, _)) = listener.accept().await {
                let mut behind = shared.lock().expect("no test panics with it");
                let Some(to) = behind.to else { continue };
                behind.connections.spawn(async move {
                    if let Ok(mut to) = TcpStream::connect(to).await {
                        let _ = copy_bidirectional(&mut from, &mut to).await;
                    }
                });
            }
        });
        Self { address: own, behind, _task: task }
    }

    /// Cuts all connections; there are no new ones.
    pub(crate) fn cut(&self) {
        self.lead(None);
    }

    /// Leads to another server from now on; connections that there are end.
    pub(crate) fn lead_to(&self, address: SocketAddr) {
        self.lead(Some(address));
    }

    fn lead(&self, to: Option<SocketAddr>) {
        let mut behind = self.behind.lock().expect("no test panics with it");
        behind.to = to;
        behind.connections.abort_all();
    }
}

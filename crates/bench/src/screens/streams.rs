//! Pages that follow changes, as far as the server knows of them: streams that are read and forgotten.
//!
//! Promises: each stream has been answered with 200 before anything is measured beside it. Must not know what is told.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use anyhow::{Context as _, ensure};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio::task::JoinSet;

use super::session::{SESSION_STREAMS, Sessions};
use crate::load::Connection;
use crate::shop::Shop;

/// Connections that read at the same time: as many as the server has threads that read, or more.
const READERS: usize = 4;
const OK: &[u8] = b"HTTP/1.1 200";

/// What the page with this number asks for, so that no two pages show the same stocks.
fn path(shop: &Shop, number: usize, stocks: usize) -> String {
    let ids = shop.ids.iter().cycle().skip(number * stocks).take(stocks);
    let ids: Vec<String> = ids.map(u64::to_string).collect();
    format!("/live?cards=1&stocks={}", ids.join(","))
}

/// Reads once what so many streams would begin with, and follows nothing: what the database keeps in memory because it
/// was read is then there before the streams are.
pub(super) async fn read_once(
    shop: &Arc<Shop>,
    sessions: &mut Sessions,
    (streams, stocks): (usize, usize),
) -> anyhow::Result<()> {
    let headers = sessions.of_many(streams.div_ceil(SESSION_STREAMS)).await?;
    let mut reading = JoinSet::new();
    for reader in 0..READERS {
        let requests: Vec<Vec<u8>> = (0..streams)
            .map(|number| (number + reader * streams / READERS) % streams)
            .map(|number| {
                let path = path(shop, number, stocks);
                format!("GET {path}&once=1 HTTP/1.1\r\n{}\r\n", headers[number / SESSION_STREAMS]).into_bytes()
            })
            .collect();
        let address = shop.process().address;
        reading.spawn(async move {
            let mut connection = Connection::open(address).await?;
            for request in requests {
                let status = connection.call(&request).await?.status;
                ensure!(status == 200, "what a stream begins with was answered {status}");
            }
            Ok::<_, anyhow::Error>(())
        });
    }
    while let Some(read) = reading.join_next().await {
        read??;
    }
    Ok(())
}

/// Open streams.
pub(super) struct Streams {
    reading: JoinSet<anyhow::Result<()>>,
    bytes: Arc<AtomicU64>,
    before: u64,
}

impl Streams {
    /// Opens so many, each with so many stocks.
    pub(super) async fn open(
        shop: &Arc<Shop>,
        sessions: &mut Sessions,
        (streams, stocks): (usize, usize),
    ) -> anyhow::Result<Self> {
        let headers = sessions.of_many(streams.div_ceil(SESSION_STREAMS)).await?;
        let (mut reading, bytes) = (JoinSet::new(), Arc::new(AtomicU64::new(0)));
        for number in 0..streams {
            let path = path(shop, number, stocks);
            let request = format!("GET {path} HTTP/1.1\r\n{}\r\n", headers[number / SESSION_STREAMS]);
            let mut stream = TcpStream::connect(shop.process().address).await?;
            stream.write_all(request.as_bytes()).await?;
            let mut buffer = vec![0; 16 * 1_024];
            let read = stream.read(&mut buffer).await?;
            let answer = &buffer[..read];
            ensure!(answer.starts_with(OK), "a stream was answered {}", String::from_utf8_lossy(answer));
            let bytes = bytes.clone();
            reading.spawn(async move {
                loop {
                    let read = stream.read(&mut buffer).await.context("a stream has broken off")?;
                    ensure!(read > 0, "a stream has ended");
                    bytes.fetch_add(read as u64, Ordering::Relaxed);
                }
            });
        }
        let before = bytes.load(Ordering::Relaxed);
        Ok(Self { reading, bytes, before })
    }

    /// Ends them; how many bytes they were told. Fails if one has ended before.
    pub(super) async fn close(mut self) -> anyhow::Result<u64> {
        if let Some(ended) = self.reading.try_join_next() {
            ended??;
        }
        self.reading.shutdown().await;
        Ok(self.bytes.load(Ordering::Relaxed) - self.before)
    }
}

//! An import as a client makes it: the file is sent, then it is asked for until it is done.
//!
//! Promises: its time is from the first byte sent until it is known to be done; every row ended as expected, or there
//! is no figure; the server's memory is looked at all the while. Must not know what is in a file.

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use anyhow::{Context as _, ensure};
use serde::Deserialize;
use tokio::task::JoinSet;

use super::file::sku;
use crate::load::{Connection, Figure, micros_each};
use crate::machine;
use crate::report::MIB;
use crate::shop::Shop;
use crate::template::Template;

/// How often it is asked whether it is done.
const POLL: Duration = Duration::from_millis(20);
/// How often the server's memory is looked at.
const LOOK: Duration = Duration::from_millis(50);

/// The time of one piece of work, and what the processors did for it.
pub(crate) struct Clock {
    process: u32,
    start: Instant,
    used: Duration,
}

impl Clock {
    /// Starts, with the process that does the work.
    pub(crate) fn start(process: u32) -> Self {
        Self { process, start: Instant::now(), used: machine::processor_time(process) }
    }

    /// All of it at once is the figure's only answer, so its percentiles are the time of the whole.
    pub(crate) fn stop(self, rows: u64) -> Figure {
        let elapsed = self.start.elapsed();
        let used = machine::processor_time(self.process).saturating_sub(self.used);
        let micros = elapsed.as_micros() as u64;
        Figure {
            answers: rows,
            per_second: rows as f64 / elapsed.as_secs_f64(),
            p50_micros: micros,
            p99_micros: micros,
            cpu_micros: Some(micros_each(used, rows)),
            database_micros: None,
        }
    }
}

/// How rows end.
#[derive(Clone, Copy, Default, PartialEq, Eq, Debug)]
pub(super) struct Counts {
    pub(super) created: u64,
    pub(super) updated: u64,
    pub(super) unchanged: u64,
}

#[derive(Deserialize)]
struct Key {
    cache_key: String,
}

#[derive(Deserialize)]
struct Status {
    #[serde(rename = "status")]
    word: String,
    error: Option<String>,
    created: u64,
    updated: u64,
    unchanged: u64,
    fail_count: u64,
}

#[derive(Deserialize)]
struct List {
    pk: u64,
}

#[derive(Deserialize)]
struct Stock {
    product_sku: String,
    stock: i64,
}

#[derive(Deserialize)]
struct ErrorPage {
    next: Option<String>,
    results: Vec<Stock>,
}

/// A list that files are imported into.
pub(super) struct Importing {
    list: u64,
    /// The server's resident memory before its first import, in bytes.
    idle: u64,
    /// The most of it during imports.
    most: Arc<AtomicU64>,
}

impl Importing {
    /// Makes the list.
    pub(super) async fn start(shop: &Shop) -> anyhow::Result<Self> {
        let list = Template::post("/api/v1/stock_list/", &shop.headers, r#"{"name":"imported"}"#);
        let List { pk } = serde_json::from_slice(&shop.ask(&list, &[]).await?)?;
        let idle = machine::memory(shop.process().id())?.resident;
        Ok(Self { list: pk, idle, most: Arc::new(AtomicU64::new(idle)) })
    }

    /// The list.
    pub(super) fn list(&self) -> u64 {
        self.list
    }

    /// The server's memory before, and by how much it was more at most, in MiB.
    pub(super) fn above_idle(&self) -> [f64; 2] {
        let most = self.most.load(Ordering::Relaxed);
        [self.idle, most - self.idle].map(|bytes| bytes as f64 / MIB)
    }

    /// Imports a file.
    pub(super) async fn run(&self, shop: &Shop, file: &Path, expected: Counts) -> anyhow::Result<Figure> {
        let (bytes, rows) = (std::fs::read(file)?, expected.created + expected.updated + expected.unchanged);
        let (list, headers) = (self.list, &shop.headers);
        let mut request = format!(
            "POST /api/v1/stock_list/{list}/excel_import/ HTTP/1.1\r\n{headers}\
             Content-Type: application/octet-stream\r\nContent-Length: {}\r\n\r\n",
            bytes.len()
        )
        .into_bytes();
        request.extend_from_slice(&bytes);
        let (process, most) = (shop.process().id(), self.most.clone());
        let mut looking = JoinSet::new();
        looking.spawn(look(process, most));
        let mut connection = Connection::open(shop.process().address).await?;
        let database = || shop.asked(1).database.map(machine::family_time);
        let (clock, database_before) = (Clock::start(process), database());
        let Key { cache_key } = read(&mut connection, &request).await.context("the file")?;
        let ask =
            format!("GET /api/v1/stock_list/excel_import_status/?cache_key={cache_key} HTTP/1.1\r\n{headers}\r\n");
        let status = loop {
            let status: Status = read(&mut connection, ask.as_bytes()).await.context("the status")?;
            if !["waiting", "processing"].contains(&status.word.as_str()) {
                break status;
            }
            tokio::time::sleep(POLL).await;
        };
        let figure = clock.stop(rows);
        let Status { word, error, created, updated, unchanged, fail_count } = status;
        ensure!(word == "completed" && fail_count == 0, "{word}, {fail_count} rows failed, {error:?}");
        let counts = Counts { created, updated, unchanged };
        ensure!(counts == expected, "{counts:?} where {expected:?} was expected");
        let database = database().zip(database_before).map(|(after, before)| after.saturating_sub(before));
        Ok(Figure { database_micros: database.map(|used| micros_each(used, rows)), ..figure })
    }

    /// Compares what the list holds with what the files said.
    pub(super) async fn compare(&self, shop: &Shop, figures: &[i64]) -> anyhow::Result<String> {
        let mut connection = Connection::open(shop.process().address).await?;
        let base = format!("http://{}", shop.process().address);
        let mut next = Some(format!("{base}/api/i1/product_stock/?limit=1000&stock_list={}&cursor=", self.list));
        let mut seen = 0;
        while let Some(address) = next {
            let path = address.strip_prefix(&base).context("a link that leads elsewhere")?;
            let request = format!("GET {path} HTTP/1.1\r\n{}\r\n", shop.headers);
            let page: ErrorPage = read(&mut connection, request.as_bytes()).await?;
            for Stock { product_sku, stock } in page.results {
                let number: usize = product_sku.trim_start_matches("SKU-").parse()?;
                let as_sent = product_sku == sku(number) && figures.get(number) == Some(&stock);
                ensure!(as_sent, "{product_sku} has {stock} where {:?} was sent", figures.get(number));
                seen += 1;
            }
            next = page.next;
        }
        ensure!(seen == figures.len(), "{seen} stocks in the list where {} were sent", figures.len());
        Ok(format!("books of imports: {seen} figures are as the files say"))
    }
}

async fn read<T: for<'b> Deserialize<'b>>(connection: &mut Connection, request: &[u8]) -> anyhow::Result<T> {
    let answer = connection.call(request).await?;
    let text = || format!("{} {}", answer.status, String::from_utf8_lossy(answer.body));
    ensure!((200..300).contains(&answer.status), "{}", text());
    Ok(serde_json::from_slice(answer.body)?)
}

/// Notes the most memory that a process has.
async fn look(process: u32, most: Arc<AtomicU64>) {
    loop {
        if let Ok(memory) = machine::memory(process) {
            most.fetch_max(memory.resident, Ordering::Relaxed);
        }
        tokio::time::sleep(LOOK).await;
    }
}

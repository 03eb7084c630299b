//! A server under measurement: its process, its database, what was put into it and what was asked of it.
//!
//! Promises: filled through the API as a client would; at the end the books are compared: what the server holds is what
//! was ordered less what was released, and `onhand verify` finds nothing. Must not know what is measured.

use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use anyhow::{Context as _, bail, ensure};
use onhand_testkit::program::Server;
use serde::Deserialize;
use serde_json::{Value, json};

use crate::child;
use crate::load::{Asked, Connection};
use crate::template::Template;
use crate::{machine, note};

/// Rows of one upsert while filling: the most the server takes.
const FILL_ROWS: u64 = 1_000;
/// Rows of a page while checking: the most the server gives.
const CHECK_ROWS: u64 = 1_000;
pub(crate) const PASSWORD: &str = "a-password-for-the-benchmark";
/// The key with which servers keep tokens of other servers.
const SECRET_KEY: &str = "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f";
/// How long a server is looked at to see whether it rests, and how long it may take until it does.
const REST_LOOK: Duration = Duration::from_secs(1);
const REST_MAX: Duration = Duration::from_mins(10);

/// Where a server keeps what it knows.
pub(crate) struct Database {
    /// As `onhand` is told.
    pub(crate) url: String,
    /// The first process of the database server, if it is not part of ours.
    pub(crate) process: Option<u32>,
}

impl Database {
    /// A new file.
    pub(crate) fn file(folder: &Path, name: &str) -> Self {
        Self { url: format!("sqlite:{}", folder.join(format!("{name}.db")).display()), process: None }
    }
}

/// A filled server.
pub(crate) struct Shop {
    processes: Vec<Server>,
    binary: PathBuf,
    database: Database,
    /// Headers of every request.
    pub(crate) headers: String,
    /// The stock list that has all stocks.
    pub(crate) list: u64,
    /// How many product stocks there are.
    pub(crate) stocks: u64,
    /// Their ids.
    pub(crate) ids: Vec<u64>,
    /// What was asked of it.
    pub(crate) book: Book,
}

/// What was asked of a server, for the comparison at the end.
#[derive(Default)]
pub(crate) struct Book {
    /// The last order number given out.
    pub(crate) numbers: AtomicU64,
    /// Orders answered, each of one unit.
    pub(crate) ordered: AtomicU64,
    /// Lines released.
    pub(crate) released: AtomicU64,
    /// Product stocks made since, beside those it was filled with.
    pub(crate) imported: AtomicU64,
    waiting: Mutex<Vec<u64>>,
    /// Carts that reserve units.
    carts: Mutex<Vec<u64>>,
}

impl Book {
    /// A line that was not released yet.
    pub(crate) fn take_line(&self) -> Option<u64> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner).pop()
    }

    /// Notes a line to be released later.
    pub(crate) fn put_line(&self, id: u64) {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner).push(id);
    }

    /// A cart to confirm, if one is left.
    pub(crate) fn take_cart(&self) -> Option<u64> {
        self.carts.lock().unwrap_or_else(PoisonError::into_inner).pop()
    }

    /// Notes a cart to be confirmed later.
    pub(crate) fn put_cart(&self, id: u64) {
        self.carts.lock().unwrap_or_else(PoisonError::into_inner).push(id);
    }
}

#[derive(Deserialize)]
struct Key {
    key: String,
}

#[derive(Deserialize)]
struct StockList {
    pk: u64,
}

#[derive(Deserialize)]
struct Stock {
    id: u64,
    sold_quantity_unreported: u64,
}

#[derive(Deserialize)]
struct StockPage {
    count: u64,
    next: Option<String>,
    results: Vec<Stock>,
}

impl Shop {
    /// Starts a server on a new database and fills it.
    pub(crate) async fn open(binary: &Path, database: Database, stocks: u64) -> anyhow::Result<Self> {
        note(format!("filling a server with {stocks} stocks"));
        let (binary, ids, book) = (binary.to_owned(), Vec::new(), Book::default());
        let mut shop =
            Self { processes: Vec::new(), binary, database, headers: String::new(), list: 0, stocks, ids, book };
        shop.add_process()?;
        shop.headers = format!("Host: {}\r\n", shop.process().address);
        let start = Instant::now();
        shop.fill().await.context("cannot fill the server")?;
        let rate = stocks as f64 / start.elapsed().as_secs_f64();
        note(format!("filled with {rate:.0} stocks/s"));
        Ok(shop)
    }

    /// Starts a server process on the database.
    pub(crate) fn add_process(&mut self) -> anyhow::Result<()> {
        let mut command = Command::new(&self.binary);
        command.args(["--database", &self.database.url, "serve", "--listen", "127.0.0.1:0"]);
        command.env("ONHAND_LOG", "warn").env("ONHAND_ADMIN_PASSWORD", PASSWORD).env("ONHAND_SECRET_KEY", SECRET_KEY);
        command.env("ONHAND_OUTGOING_NETWORKS", "127.0.0.0/8");
        self.processes.push(child::start(&mut command)?);
        Ok(())
    }

    /// Makes a person who may read everything, with the password of the administrator.
    pub(crate) fn add_person(&self, name: &str) -> anyhow::Result<()> {
        let mut command = Command::new(&self.binary);
        command.args(["--database", &self.database.url, "user", "add", name, "--role", "viewer"]);
        let made = command.env("ONHAND_PASSWORD", PASSWORD).output()?;
        ensure!(made.status.success(), "user add: {}", String::from_utf8_lossy(&made.stderr));
        Ok(())
    }

    /// Its first process.
    pub(crate) fn process(&self) -> &Server {
        &self.processes[0]
    }

    /// Waits until the server has nothing left to do: changes get their sequence numbers after they were answered.
    pub(crate) async fn rest(&self) -> anyhow::Result<()> {
        let used = || self.processes.iter().map(|process| machine::processor_time(process.id())).sum::<Duration>();
        let start = Instant::now();
        while start.elapsed() < REST_MAX {
            let before = used();
            tokio::time::sleep(REST_LOOK).await;
            if used().saturating_sub(before) <= REST_LOOK / 20 {
                return Ok(());
            }
        }
        bail!("the server was still at work after {} s", REST_MAX.as_secs())
    }

    /// Its first processes, so many of them, as those to be asked.
    pub(crate) fn asked(&self, processes: usize) -> Asked<'_> {
        Asked { servers: &self.processes[..processes], database: self.database.process }
    }

    async fn fill(&mut self) -> anyhow::Result<()> {
        let mut connection = Connection::open(self.process().address).await?;
        let body = format!(r#"{{"username":"admin","password":"{PASSWORD}"}}"#);
        let login = Template::post("/api/v1/auth/login/", &self.headers, &body);
        let Key { key } = serde_json::from_slice(&call(&mut connection, &login, &[]).await?)?;
        self.headers.push_str("Authorization: Token ");
        self.headers.push_str(&key);
        self.headers.push_str("\r\n");
        let list = Template::post("/api/v1/stock_list/", &self.headers, r#"{"name":"benchmark"}"#);
        let StockList { pk } = serde_json::from_slice(&call(&mut connection, &list, &[]).await?)?;
        self.list = pk;
        for from in (0..self.stocks).step_by(FILL_ROWS as usize) {
            let to = self.stocks.min(from + FILL_ROWS);
            let row = |sku| format!(r#"{{"product_sku":"SKU-{sku:07}","stock_list":{pk},"stock":2000000000}}"#);
            let rows: Vec<String> = (from..to).map(row).collect();
            let rows = Template::post("/api/i1/product_stock/", &self.headers, &format!("[{}]", rows.join(",")));
            let written: Vec<Stock> = serde_json::from_slice(&call(&mut connection, &rows, &[]).await?)?;
            self.ids.extend(written.iter().map(|stock| stock.id));
        }
        Ok(())
    }

    /// A connection to its first process, and what is asked on it.
    pub(crate) async fn connect(&self) -> anyhow::Result<Talk<'_>> {
        Ok(Talk { shop: self, connection: Connection::open(self.process().address).await? })
    }

    /// The token of its administrator.
    pub(crate) fn token(&self) -> &str {
        let token = self.headers.split_once("Authorization: Token ").and_then(|(_, rest)| rest.split_once('\r'));
        token.map_or("", |(token, _)| token)
    }

    /// One answer's body.
    pub(crate) async fn ask(&self, template: &Template, numbers: &[u64]) -> anyhow::Result<Vec<u8>> {
        let mut connection = Connection::open(self.process().address).await?;
        call(&mut connection, template, numbers).await
    }

    /// Compares the books, stops the server, verifies the database.
    pub(crate) async fn close(self: Arc<Self>) -> anyhow::Result<String> {
        let shop = Arc::into_inner(self).context("nothing else holds the server any more")?;
        let stocks = shop.stocks;
        note(format!("comparing the books of {stocks} stocks"));
        Ok(format!("books of {stocks} stocks: {}", shop.compare().await?))
    }

    async fn compare(self) -> anyhow::Result<String> {
        let (count, held) = self.held().await?;
        let read = |number: &AtomicU64| number.load(Ordering::Relaxed);
        let (ordered, released) = (read(&self.book.ordered), read(&self.book.released));
        self.processes.into_iter().try_for_each(child::stop)?;
        let verified = Command::new(&self.binary).args(["--database", &self.database.url, "verify"]).output()?;
        std::io::stderr().write_all(&verified.stderr)?;
        let found = String::from_utf8_lossy(&verified.stdout);
        ensure!(verified.status.success(), "verify: {found}");
        let written = self.stocks + read(&self.book.imported);
        ensure!(count == written, "{count} stocks where {written} were written");
        ensure!(held + released == ordered, "{held} held, {released} released, but {ordered} ordered");
        let found = found.trim().replace('\n', "; ");
        Ok(format!("{ordered} ordered − {released} released = {held} held; verify: {found}"))
    }

    /// How many stocks the server lists, and the sum of what it holds.
    async fn held(&self) -> anyhow::Result<(u64, u64)> {
        let mut connection = Connection::open(self.process().address).await?;
        let base = format!("http://{}", self.process().address);
        let mut next = Some(format!("{base}/api/i1/product_stock/?limit={CHECK_ROWS}&cursor="));
        let (mut count, mut rows, mut held) = (0, 0, 0);
        while let Some(address) = next {
            let path = address.strip_prefix(&base).context("a link that leads elsewhere")?;
            let page: StockPage =
                serde_json::from_slice(&call(&mut connection, &Template::get(path, &self.headers), &[]).await?)?;
            count = page.count;
            rows += page.results.len() as u64;
            held += page.results.iter().map(|stock| stock.sold_quantity_unreported).sum::<u64>();
            next = page.next;
        }
        ensure!(rows == count, "{rows} stocks listed where {count} were promised");
        Ok((count, held))
    }
}

/// A connection to a server.
pub(crate) struct Talk<'s> {
    shop: &'s Shop,
    connection: Connection,
}

impl Talk<'_> {
    /// The answer to a GET.
    pub(crate) async fn get(&mut self, path: &str) -> anyhow::Result<Value> {
        let request = Template::get(path, &self.shop.headers);
        self.read(&request).await.with_context(|| path.to_owned())
    }

    /// The answer to a POST.
    pub(crate) async fn post(&mut self, path: &str, body: &Value) -> anyhow::Result<Value> {
        let request = Template::post(path, &self.shop.headers, &body.to_string());
        self.read(&request).await.with_context(|| path.to_owned())
    }

    /// The answer to a PATCH.
    pub(crate) async fn patch(&mut self, path: &str, body: &Value) -> anyhow::Result<Value> {
        let request = Template::patch(path, &self.shop.headers, &body.to_string());
        self.read(&request).await.with_context(|| path.to_owned())
    }

    /// Makes something; its id.
    pub(crate) async fn make(&mut self, path: &str, body: &Value) -> anyhow::Result<u64> {
        let made = self.post(path, body).await?;
        made["pk"].as_u64().with_context(|| format!("what was made at {path} has no id: {made}"))
    }

    /// Writes a level of some stocks, by list and number of the SKU, as many as there are at a time.
    pub(crate) async fn write_levels(
        &mut self,
        stocks: impl Iterator<Item = (u64, u64)>,
        level: u64,
    ) -> anyhow::Result<()> {
        let mut rows = Vec::new();
        let mut stocks = stocks.peekable();
        while let Some((list, sku)) = stocks.next() {
            rows.push(json!({"product_sku": format!("SKU-{sku:07}"), "stock_list": list, "stock": level}));
            if rows.len() == FILL_ROWS as usize || stocks.peek().is_none() {
                self.post("/api/i1/product_stock/", &Value::Array(std::mem::take(&mut rows))).await?;
            }
        }
        Ok(())
    }

    async fn read(&mut self, request: &Template) -> anyhow::Result<Value> {
        let body = call(&mut self.connection, request, &[]).await?;
        Ok(if body.is_empty() { Value::Null } else { serde_json::from_slice(&body)? })
    }
}

async fn call(connection: &mut Connection, template: &Template, numbers: &[u64]) -> anyhow::Result<Vec<u8>> {
    let mut request = Vec::new();
    template.fill(numbers, &mut request);
    let answer = connection.call(&request).await?;
    let text = || format!("{} {}", answer.status, String::from_utf8_lossy(answer.body));
    ensure!((200..300).contains(&answer.status), "{}", text());
    Ok(answer.body.to_vec())
}

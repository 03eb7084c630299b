//! The load generator: keep-alive connections, each asking again as soon as it is answered (a closed loop), or when it
//! is due (an open one).
//!
//! Promises: every answer is read to its end; an answer that is not 2xx fails the run, or is no part of its rate; a
//! little less than what is measured comes first, unmeasured. It shares two cores with what it measures, so it spends
//! as little as it can: requests are patched templates, and of an answer only status and length are looked at. Must not
//! know what is asked.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use anyhow::{Context as _, bail};
use hdrhistogram::Histogram;
use onhand_testkit::program::Server;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio::task::JoinSet;

use crate::machine;
use crate::random::Random;

/// Asked before anything is counted: connections, caches and branch predictors have settled by then.
const WARM_UP: Duration = Duration::from_millis(200);
/// A histogram goes up to a minute, in microseconds, with three digits.
const MICROS_MAX: u64 = 60_000_000;
const DIGITS: u8 = 3;
/// Larger than a page of 100, so that it is read in one go where the kernel has it.
const ANSWER_BYTES: usize = 64 * 1_024;
/// As many as a server here sends, and a few more.
const HEADERS_MAX: usize = 24;

/// What a connection asks for.
pub(crate) trait Case: Send + Sync {
    /// Appends the next request; false when there is nothing left to ask.
    fn ask(&self, random: &mut Random, out: &mut Vec<u8>) -> bool;
    /// Sees the body of a good answer.
    fn answered(&self, _body: &[u8]) {}
}

/// How much load.
#[derive(Clone, Copy)]
pub(crate) struct Load {
    pub(crate) connections: usize,
    pub(crate) measured: Duration,
    /// Differs from run to run, so that no run repeats what another one wrote.
    pub(crate) seed: u64,
}

/// Its result.
#[derive(Clone, Debug)]
pub(crate) struct Figure {
    pub(crate) answers: u64,
    pub(crate) per_second: f64,
    pub(crate) p50_micros: u64,
    pub(crate) p99_micros: u64,
    /// Processor time for an answer, of those who answer, if they are processes of their own.
    pub(crate) cpu_micros: Option<f64>,
    /// The same of the database server behind them, if there is one.
    pub(crate) database_micros: Option<f64>,
}

impl Figure {
    pub(crate) fn new(histogram: &Histogram<u64>, seconds: f64) -> Self {
        Self {
            answers: histogram.len(),
            per_second: histogram.len() as f64 / seconds,
            p50_micros: histogram.value_at_quantile(0.50),
            p99_micros: histogram.value_at_quantile(0.99),
            cpu_micros: None,
            database_micros: None,
        }
    }
}

/// Processor time by answer.
pub(crate) fn micros_each(used: Duration, answers: u64) -> f64 {
    used.as_secs_f64() * 1e6 / answers as f64
}

/// Who is asked.
#[derive(Clone, Copy)]
pub(crate) struct Asked<'p> {
    /// Servers, among which the connections are shared out.
    pub(crate) servers: &'p [Server],
    /// The first process of the database server behind them.
    pub(crate) database: Option<u32>,
}

impl<'p> Asked<'p> {
    /// One server with nothing behind it.
    pub(crate) fn alone(server: &'p Server) -> Self {
        Self { servers: std::slice::from_ref(server), database: None }
    }

    /// The processor time so far: of the servers, and of the database server.
    fn processor_time(self) -> (Duration, Option<Duration>) {
        let servers = self.servers.iter().map(|server| machine::processor_time(server.id())).sum();
        (servers, self.database.map(machine::family_time))
    }
}

/// An empty histogram of microseconds.
pub(crate) fn histogram() -> Histogram<u64> {
    Histogram::new_with_bounds(1, MICROS_MAX, DIGITS).expect("the bounds are in order")
}

/// One answer.
pub(crate) struct Answer<'b> {
    pub(crate) status: u16,
    pub(crate) head: &'b [u8],
    pub(crate) body: &'b [u8],
}

/// A keep-alive connection.
pub(crate) struct Connection {
    stream: TcpStream,
    buffer: Vec<u8>,
}

impl Connection {
    pub(crate) async fn open(address: SocketAddr) -> anyhow::Result<Self> {
        let stream = TcpStream::connect(address).await.with_context(|| format!("cannot connect to {address}"))?;
        stream.set_nodelay(true)?;
        Ok(Self { stream, buffer: Vec::with_capacity(ANSWER_BYTES) })
    }

    /// Sends a request and reads its whole answer.
    pub(crate) async fn call(&mut self, request: &[u8]) -> anyhow::Result<Answer<'_>> {
        self.stream.write_all(request).await?;
        self.buffer.clear();
        let mut head = None;
        loop {
            if self.stream.read_buf(&mut self.buffer).await? == 0 {
                bail!("the server closed a connection after {} bytes of an answer", self.buffer.len());
            }
            if head.is_none() {
                head = read_head(&self.buffer)?;
            }
            if let Some((status, from, to)) = head
                && self.buffer.len() >= to
            {
                return Ok(Answer { status, head: &self.buffer[..from], body: &self.buffer[from..to] });
            }
        }
    }
}

/// Status, and where the body begins and ends. `None` while the head is incomplete.
fn read_head(bytes: &[u8]) -> anyhow::Result<Option<(u16, usize, usize)>> {
    let mut headers = [httparse::EMPTY_HEADER; HEADERS_MAX];
    let mut answer = httparse::Response::new(&mut headers);
    let httparse::Status::Complete(from) = answer.parse(bytes)? else { return Ok(None) };
    let status = answer.code.context("an answer without a status")?;
    let length = answer.headers.iter().find(|header| header.name.eq_ignore_ascii_case("content-length"));
    let length = length.context("an answer without a length")?;
    let length: usize = std::str::from_utf8(length.value)?.trim().parse()?;
    Ok(Some((status, from, from + length)))
}

/// What one connection saw.
struct Seen {
    /// All answers, measured or not.
    answers: u64,
    histogram: Histogram<u64>,
    last: Instant,
    refused: u64,
    refusal: Option<String>,
}

/// The result of a load of which some may have been refused.
pub(crate) struct Outcome {
    /// Of the good answers.
    pub(crate) figure: Figure,
    /// The others.
    pub(crate) refused: u64,
    /// One of them.
    pub(crate) refusal: Option<String>,
}

/// Runs a case of which nothing may be refused.
pub(crate) async fn run(load: Load, asked: Asked<'_>, case: Arc<dyn Case>) -> anyhow::Result<Figure> {
    let outcome = measure(load, asked, case).await?;
    match outcome.refusal {
        Some(refusal) => bail!("{} answers were not 2xx; one of them: {refusal}", outcome.refused),
        None => Ok(outcome.figure),
    }
}

/// Runs a case of which some may be refused.
pub(crate) async fn measure(load: Load, asked: Asked<'_>, case: Arc<dyn Case>) -> anyhow::Result<Outcome> {
    paced(load, None, asked, case).await
}

/// Offers so many requests a second, whether those before are answered or not, as long as there are connections left
/// (an open loop). The time of an answer is from when its request was due.
pub(crate) async fn offer(
    load: Load,
    per_second: f64,
    asked: Asked<'_>,
    case: Arc<dyn Case>,
) -> anyhow::Result<Outcome> {
    paced(load, Some(per_second), asked, case).await
}

/// When the requests of an open loop are due.
struct Pace {
    begin: Instant,
    each: Duration,
    given: AtomicU64,
}

impl Pace {
    /// When the next one is due.
    fn next(&self) -> Instant {
        self.begin + self.each.mul_f64(self.given.fetch_add(1, Ordering::Relaxed) as f64)
    }
}

async fn paced(load: Load, per_second: Option<f64>, asked: Asked<'_>, case: Arc<dyn Case>) -> anyhow::Result<Outcome> {
    let mut opened = Vec::with_capacity(load.connections);
    for server in asked.servers.iter().cycle().take(load.connections) {
        opened.push(Connection::open(server.address).await?);
    }
    let before = asked.processor_time();
    let from = Instant::now() + WARM_UP;
    let until = from + load.measured;
    let pace = per_second.map(|rate| Pace {
        begin: Instant::now(),
        each: Duration::from_secs_f64(1.0 / rate),
        given: AtomicU64::new(0),
    });
    let pace = Arc::new(pace);
    let mut tasks = JoinSet::new();
    for (number, connection) in opened.into_iter().enumerate() {
        let random = Random::new(load.seed * load.connections as u64 + number as u64);
        tasks.spawn(drive(connection, case.clone(), random, pace.clone(), (from, until)));
    }
    let mut all = histogram();
    let (mut last, mut answers, mut refused, mut refusal) = (from, 0, 0, None);
    while let Some(seen) = tasks.join_next().await {
        let seen = seen??;
        all.add(&seen.histogram)?;
        last = last.max(seen.last);
        answers += seen.answers;
        refused += seen.refused;
        refusal = refusal.or(seen.refusal);
    }
    let after = asked.processor_time();
    if all.is_empty() && refusal.is_none() {
        bail!("nothing was answered in the measured time");
    }
    // A case that ran out of things to ask has stopped before the time was over.
    let seconds = last.min(until).duration_since(from).as_secs_f64();
    let database = after.1.zip(before.1).map(|(after, before)| after.saturating_sub(before));
    let figure = Figure {
        cpu_micros: Some(micros_each(after.0.saturating_sub(before.0), answers)),
        database_micros: database.map(|used| micros_each(used, answers)),
        ..Figure::new(&all, seconds)
    };
    Ok(Outcome { figure, refused, refusal })
}

async fn drive(
    mut connection: Connection,
    case: Arc<dyn Case>,
    mut random: Random,
    pace: Arc<Option<Pace>>,
    (from, until): (Instant, Instant),
) -> anyhow::Result<Seen> {
    let mut seen = Seen { answers: 0, histogram: histogram(), last: from, refused: 0, refusal: None };
    let mut request = Vec::with_capacity(1_024);
    let mut sent = Instant::now();
    while sent < until {
        if let Some(pace) = &*pace {
            sent = pace.next();
            if sent >= until {
                break;
            }
            tokio::time::sleep_until(sent.into()).await;
        }
        request.clear();
        if !case.ask(&mut random, &mut request) {
            break;
        }
        let answer = connection.call(&request).await.with_context(|| {
            format!("request {} of a connection, {} ms after it was due", seen.answers + 1, sent.elapsed().as_millis())
        })?;
        let is_good = (200..300).contains(&answer.status);
        if is_good {
            case.answered(answer.body);
        } else {
            seen.refused += 1;
            let text = || format!("{} {}", answer.status, String::from_utf8_lossy(answer.body));
            seen.refusal.get_or_insert_with(text);
        }
        let now = Instant::now();
        if is_good && now >= from && now <= until {
            seen.histogram.saturating_record((now - sent).as_micros() as u64);
        }
        seen.answers += 1;
        seen.last = now;
        sent = now;
    }
    Ok(seen)
}

#[cfg(test)]
mod tests {
    use std::io::{Read as _, Write as _};
    use std::process::Command;

    use super::*;

    struct Fixed;

    impl Case for Fixed {
        fn ask(&self, _: &mut Random, out: &mut Vec<u8>) -> bool {
            out.extend_from_slice(b"GET / HTTP/1.1\r\n\r\n");
            true
        }
    }

    /// Loads a server that says `status` to every request.
    async fn answered_with(status: &'static str) -> anyhow::Result<Figure> {
        let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        let script = format!("echo listens on http://{}; exec sleep 60", listener.local_addr().unwrap());
        let process = crate::child::start(Command::new("sh").args(["-c", &script])).unwrap();
        std::thread::spawn(move || {
            let (mut stream, mut request) = (listener.accept().unwrap().0, [0; 1_024]);
            while stream.read(&mut request).unwrap() > 0 {
                let answer = format!("HTTP/1.1 {status} .\r\nContent-Length: 2\r\n\r\n{{}}");
                stream.write_all(answer.as_bytes()).unwrap();
            }
        });
        let load = Load { connections: 1, measured: Duration::from_millis(50), seed: 0 };
        run(load, Asked::alone(&process), Arc::new(Fixed)).await
    }

    #[tokio::test]
    async fn a_run_with_a_refusal_has_no_figure() {
        assert!(answered_with("201").await.unwrap().answers > 0);
        let fault = answered_with("503").await.unwrap_err().to_string();
        assert!(fault.contains("not 2xx; one of them: 503 {}"), "{fault}");
    }
}

//! A flood: connections that ask the same again and again, whatever the answer is.
//!
//! Promises: it has a thread of its own, so that it does not keep those waiting who are measured; it has an end. Must
//! not know what is asked.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Sender, channel};
use std::thread::JoinHandle;
use std::time::Duration;

use anyhow::{Context as _, anyhow};
use tokio::task::JoinSet;

use crate::load::Connection;
use crate::random::Random;
use crate::template::Template;

/// How long it runs before anything is measured: what an address may have at once is had by then.
const BEFORE: Duration = Duration::from_secs(2);

/// How many answers had which status.
type Statuses = BTreeMap<u16, u64>;

/// A running flood.
pub(super) struct Flood {
    stop: Arc<AtomicBool>,
    thread: JoinHandle<anyhow::Result<Statuses>>,
}

impl Flood {
    /// Opens the connections and begins.
    pub(super) fn start(address: SocketAddr, connections: usize, template: Arc<Template>) -> anyhow::Result<Self> {
        let stop = Arc::new(AtomicBool::new(false));
        let (open, opened) = channel();
        let stopped = stop.clone();
        let run = move || {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
            runtime.block_on(flood(address, connections, template, (open, stopped)))
        };
        let thread = std::thread::Builder::new().name("flood".to_owned()).spawn(run)?;
        opened.recv().context("a flood has not begun")?;
        std::thread::park_timeout(BEFORE);
        Ok(Self { stop, thread })
    }

    /// Ends it; what it was answered.
    pub(super) fn end(self) -> anyhow::Result<String> {
        self.stop.store(true, Ordering::Relaxed);
        let statuses = self.thread.join().map_err(|_| anyhow!("a flood has panicked"))??;
        let told: Vec<String> = statuses.iter().map(|(status, count)| format!("{status} {count} times")).collect();
        Ok(told.join(", "))
    }
}

async fn flood(
    address: SocketAddr,
    connections: usize,
    template: Arc<Template>,
    (open, stopped): (Sender<()>, Arc<AtomicBool>),
) -> anyhow::Result<Statuses> {
    let mut opened = Vec::with_capacity(connections);
    for _ in 0..connections {
        opened.push(Connection::open(address).await?);
    }
    open.send(())?;
    let mut tasks = JoinSet::new();
    for (number, connection) in opened.into_iter().enumerate() {
        tasks.spawn(ask(connection, template.clone(), Random::new(number as u64), stopped.clone()));
    }
    let mut all = Statuses::new();
    while let Some(statuses) = tasks.join_next().await {
        for (status, count) in statuses? {
            *all.entry(status).or_insert(0) += count;
        }
    }
    Ok(all)
}

async fn ask(
    mut connection: Connection,
    template: Arc<Template>,
    mut random: Random,
    stopped: Arc<AtomicBool>,
) -> Statuses {
    let (mut statuses, mut request) = (Statuses::new(), Vec::new());
    while !stopped.load(Ordering::Relaxed) {
        request.clear();
        template.fill(&[random.below(u64::MAX), random.below(u64::MAX)], &mut request);
        // A connection that is closed has had its answer.
        let Ok(answer) = connection.call(&request).await else { break };
        *statuses.entry(answer.status).or_insert(0) += 1;
    }
    statuses
}

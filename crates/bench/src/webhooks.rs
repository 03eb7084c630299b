//! Webhooks: what ten of them cost orders, and what it takes to tell one receiver of many events.
//!
//! Promises: the receiver is of this run and answers at once, on a thread of its own; with webhooks and without them the same
//! orders come; every order was told to each webhook at the end. Must not know how load is made.

use std::net::SocketAddr;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::{Duration, Instant};

use anyhow::{Context as _, bail};
use axum::Router;
use axum::http::StatusCode;
use axum::routing::post;
use serde_json::json;

use crate::cases::{Ask, Request};
use crate::load::{self, Load};
use crate::report::{Report, Target};
use crate::shop::{Database, Shop};
use crate::{Settings, machine, note};

/// Webhooks beside which orders are measured.
const WEBHOOKS: u64 = 10;
/// Orders with them are so much of those without them, at the least.
const WITH_LEAST: f64 = 0.95;
/// Seconds in which a thousand events are told, and processor time for them, at the most.
const THOUSAND_MOST: f64 = 1.0;
/// How long the receiver may take to be told of everything.
const TELLING_MAX: Duration = Duration::from_mins(20);
const LOOK: Duration = Duration::from_millis(20);

const WITHOUT: &str = "order, spread";
const WITH: &str = "order, spread, 10 webhooks";

/// Who is told.
struct Receiver {
    address: SocketAddr,
    told: Arc<AtomicU64>,
    is_there: Arc<AtomicBool>,
}

impl Receiver {
    /// Starts it on a thread of its own, which ends with the program.
    fn start() -> anyhow::Result<Self> {
        let listener = std::net::TcpListener::bind("127.0.0.1:0")?;
        listener.set_nonblocking(true)?;
        let address = listener.local_addr()?;
        let (told, is_there) = (Arc::new(AtomicU64::new(0)), Arc::new(AtomicBool::new(true)));
        let (counted, answers) = (told.clone(), is_there.clone());
        let answer = async move || {
            if !answers.load(Ordering::Relaxed) {
                return StatusCode::SERVICE_UNAVAILABLE;
            }
            counted.fetch_add(1, Ordering::Relaxed);
            StatusCode::NO_CONTENT
        };
        let router = Router::new().route("/", post(answer));
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
        std::thread::Builder::new().name("receiver".to_owned()).spawn(move || {
            runtime.block_on(async move {
                let listener = tokio::net::TcpListener::from_std(listener)?;
                axum::serve(listener, router).await
            })
        })?;
        Ok(Self { address, told, is_there })
    }

    /// How often it was told of something.
    fn told(&self) -> u64 {
        self.told.load(Ordering::Relaxed)
    }

    /// Waits until it was told so often.
    async fn until(&self, told: u64) -> anyhow::Result<()> {
        let begun = Instant::now();
        while self.told() < told {
            if begun.elapsed() > TELLING_MAX {
                bail!("{} of {told} events were told", self.told());
            }
            tokio::time::sleep(LOOK).await;
        }
        Ok(())
    }
}

/// Measures and compares.
pub(crate) async fn run(
    settings: &Settings,
    load: Load,
    binary: &Path,
    folder: &Path,
    report: &mut Report,
) -> anyhow::Result<()> {
    let shop = Arc::new(Shop::open(binary, Database::file(folder, "webhooks"), settings.stocks()).await?);
    let receiver = Receiver::start()?;
    let mut hooks = Vec::new();
    for number in 1..=WEBHOOKS {
        hooks.push(webhook(&shop, &receiver, number).await?);
    }
    set_active(&shop, &hooks, false).await?;
    for round in 1..=settings.rounds {
        note(format!("webhooks, round {round} of {}", settings.rounds));
        let orders = |seed| load::run(Load { seed, ..load }, shop.asked(1), Request::new(&shop, Ask::OrderSpread));
        let seed = 2 * round as u64;
        shop.rest().await?;
        report.add(WITHOUT, orders(seed).await?);
        shop.rest().await?;
        set_active(&shop, &hooks, true).await?;
        let (told, ordered) = (receiver.told(), shop.book.ordered.load(Ordering::Relaxed));
        report.add(WITH, orders(seed + 1).await?);
        let ordered = shop.book.ordered.load(Ordering::Relaxed) - ordered;
        receiver.until(told + ordered * WEBHOOKS).await?;
        set_active(&shop, &hooks, false).await?;
    }
    report.ratio(WITH, WITHOUT, Target::AtLeast(WITH_LEAST));
    backlog(&shop, &receiver, &hooks[..1], load, report).await?;
    report.note(shop.close().await?);
    Ok(())
}

/// What it takes to tell a receiver that was away of what has happened meanwhile.
async fn backlog(
    shop: &Arc<Shop>,
    receiver: &Receiver,
    hook: &[u64],
    load: Load,
    report: &mut Report,
) -> anyhow::Result<()> {
    receiver.is_there.store(false, Ordering::Relaxed);
    set_active(shop, hook, true).await?;
    let before = shop.book.ordered.load(Ordering::Relaxed);
    load::run(Load { seed: 1_000, ..load }, shop.asked(1), Request::new(shop, Ask::OrderSpread)).await?;
    let events = shop.book.ordered.load(Ordering::Relaxed) - before;
    shop.rest().await?;
    note(format!("telling a receiver that was away of {events} events"));
    let told = receiver.told();
    let used = machine::processor_time(shop.process().id());
    receiver.is_there.store(true, Ordering::Relaxed);
    let begun = Instant::now();
    set_active(shop, hook, true).await?;
    receiver.until(told + events).await?;
    let seconds = begun.elapsed().as_secs_f64();
    let used = machine::processor_time(shop.process().id()).saturating_sub(used).as_secs_f64();
    let of_thousand = |seconds: f64| seconds * 1_000.0 / events as f64;
    report.at_most("a thousand events to one receiver, time", of_thousand(seconds), THOUSAND_MOST, " s");
    report.at_most("a thousand events to one receiver, processor time", of_thousand(used), THOUSAND_MOST, " s");
    Ok(())
}

/// A webhook that is told of orders.
async fn webhook(shop: &Shop, receiver: &Receiver, number: u64) -> anyhow::Result<u64> {
    let body = json!({"name": format!("receiver {number}"), "url": format!("http://{}/", receiver.address),
        "events": ["order.created"]});
    shop.connect().await?.make("/api/v1/webhooks/", &body).await.context("cannot make a webhook")
}

/// Uses webhooks, at once if they wait for their receiver, or leaves them alone.
async fn set_active(shop: &Shop, hooks: &[u64], is_active: bool) -> anyhow::Result<()> {
    let mut talk = shop.connect().await?;
    for hook in hooks {
        talk.patch(&format!("/api/v1/webhooks/{hook}/"), &json!({"is_active": is_active})).await?;
    }
    Ok(())
}

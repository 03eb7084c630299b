//! The screens: how long the server takes for each while it takes orders, how large they are, and what it costs orders and
//! memory that pages follow changes.
//!
//! Promises: every page is asked for with the session of a person who has signed in, and read to its end; orders are
//! half of what the same server could do without anybody looking, and they are in the books afterwards. Must not know
//! how load is made.

mod looking;
mod session;
mod streams;

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context as _, ensure};

use self::looking::{Looked, Looking};
use self::session::{SESSION_STREAMS, Sessions};
use self::streams::Streams;
use crate::cases::{Ask, Request};
use crate::load::{self, Figure, Load};
use crate::report::{MIB, Report, Target};
use crate::shop::{Database, Shop};
use crate::{Settings, machine, note};

/// Pages a second, over all screens.
const PAGES_PER_SECOND: f64 = 10.0;
/// So much longer pages are looked at than anything else is measured: there are few a second.
const LOOKING_TIMES: u32 = 10;
/// Pages that follow changes while orders are measured.
const STREAMS: usize = 20;
/// As many as a process takes.
const STREAMS_MANY: usize = 1_000;
/// Stocks of a page that follows changes.
const STREAM_STOCKS: usize = 50;
/// What a page may take, in milliseconds.
const PAGE_P99_MOST: f64 = 50.0;
/// What a table of 50 rows may have, compressed, in kB.
const PAGE_KB_MOST: f64 = 32.0;
/// How many orders are left with pages that follow changes.
const WITH_STREAMS_LEAST: f64 = 0.95;
/// What a stream may take, in kB.
const STREAM_KB_MOST: f64 = 32.0;
/// How long a server is given to forget what a burst of connections has left behind.
const SETTLED: Duration = Duration::from_secs(2);

const ORDERS: &str = "order, spread";
const ORDERS_WITH: &str = "order, spread, 20 streams";

/// Measures on one engine.
pub(crate) async fn run(
    settings: &Settings,
    load: Load,
    (binary, database): (&Path, Database),
    report: &mut Report,
) -> anyhow::Result<()> {
    let shop = Arc::new(Shop::open(binary, database, settings.many_stocks()).await?);
    shop.rest().await?;
    let mut sessions = Sessions::new(&shop);
    let looking = Looking::open(&shop, sessions.of_admin().await?).await.context("cannot prepare the screens")?;
    let orders = |load| load::run(load, shop.asked(1), Request::new(&shop, Ask::OrderSpread));
    let mut seed = 0;
    let mut next = || {
        seed += 1;
        Load { seed, ..load }
    };
    for round in 1..=settings.rounds {
        note(format!("screens, round {round} of {}", settings.rounds));
        let alone = orders(next()).await?;
        report.add(ORDERS, alone.clone());
        let streams = Streams::open(&shop, &mut sessions, (STREAMS, STREAM_STOCKS)).await?;
        report.add(ORDERS_WITH, orders(next()).await?);
        let heard = streams.close().await?;
        ensure!(heard > 0, "no stream was told anything");
        pages(&shop, &looking, &alone, next(), report).await?;
    }
    report.ratio(ORDERS_WITH, ORDERS, Target::AtLeast(WITH_STREAMS_LEAST));
    memory(&shop, &mut sessions, report).await?;
    drop((looking, sessions));
    report.note(shop.close().await?);
    Ok(())
}

/// Looks at every screen again and again while orders come at half of the rate of `alone`.
async fn pages(
    shop: &Arc<Shop>,
    looking: &Looking,
    alone: &Figure,
    load: Load,
    report: &mut Report,
) -> anyhow::Result<()> {
    let load = Load { measured: load.measured * LOOKING_TIMES, ..load };
    let case = Request::new(shop, Ask::OrderSpread);
    let orders = load::offer(load, alone.per_second / 2.0, shop.asked(1), case);
    let looked = looking.look(PAGES_PER_SECOND, load.measured);
    let (orders, looked) = tokio::join!(orders, looked);
    let (orders, looked): (_, Vec<Looked>) = (orders?, looked?);
    ensure!(orders.refused == 0, "{} orders were refused", orders.refused);
    report.add("order at half rate, beside pages", orders.figure);
    let mut worst = ("", 0);
    for Looked { name, histogram, bytes } in &looked {
        let figure = Figure::new(histogram, load.measured.as_secs_f64());
        if figure.p99_micros > worst.1 {
            worst = (name, figure.p99_micros);
        }
        report.add(&format!("screen: {name}"), figure);
        let kb = *bytes as f64 / 1_000.0;
        report.note(format!("{name}: {kb:.1} kB compressed"));
        if *name == looking::TABLE {
            report.at_most("table of 50 rows, compressed", kb, PAGE_KB_MOST, " kB");
        }
    }
    let name = format!("p99 of the slowest screen ({})", worst.0);
    report.at_most(&name, worst.1 as f64 / 1_000.0, PAGE_P99_MOST, " ms");
    Ok(())
}

/// What many streams take of the server's memory.
async fn memory(shop: &Arc<Shop>, sessions: &mut Sessions, report: &mut Report) -> anyhow::Result<()> {
    let resident = || Ok::<_, anyhow::Error>(machine::memory(shop.process().id())?.resident as f64);
    // Checking a password takes memory, which is no stream's.
    sessions.of_many(STREAMS_MANY.div_ceil(SESSION_STREAMS)).await?;
    // Nor does a stream take what a database keeps of rows that were read: a page has read them before it follows them.
    streams::read_once(shop, sessions, (STREAMS_MANY, STREAM_STOCKS)).await?;
    shop.rest().await?;
    let before = resident()?;
    let streams = Streams::open(shop, sessions, (STREAMS_MANY, STREAM_STOCKS)).await?;
    // Each is told its stocks first, some thousand in a second, and what that took goes back to the system.
    shop.rest().await?;
    tokio::time::sleep(SETTLED).await;
    let above = (resident()? - before).max(0.0);
    streams.close().await?;
    report.at_most("resident for each of 1,000 streams", above / STREAMS_MANY as f64 / 1_000.0, STREAM_KB_MOST, " kB");
    report.note(format!("{:.1} MiB were resident before 1,000 streams", before / MIB));
    Ok(())
}

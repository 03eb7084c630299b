//! Overload: orders from more and more connections, at more than the server's rate, and beside floods that are none of
//! its business.
//!
//! Promises: what is refused is counted and is no part of a rate; every order that was answered is in the books. Must
//! not know how load is made.

mod flood;

use std::path::Path;
use std::sync::Arc;

use anyhow::Context as _;

use self::flood::Flood;
use crate::cases::{Ask, Request};
use crate::load::{self, Figure, Load, Outcome};
use crate::report::{Report, Target};
use crate::shop::{Database, Shop};
use crate::template::Template;
use crate::{Settings, note};

/// Seconds of each measurement, unless it is configured. The first request of thousands of connections comes at once;
/// what is compared is how it goes on.
pub(crate) const SECONDS: f64 = 6.0;
/// Connections in closed loop, where each asks again as soon as it is answered.
const CLOSED: [usize; 5] = [FEW, 1_000, 2_000, 4_000, MANY];
const FEW: usize = 64;
const MANY: usize = 8_000;
/// Connections of a flood.
const FLOOD: usize = 4_000;
/// Orders a second in open loop, in parts of the best rate.
const OFFERED: [f64; 3] = [0.5, 1.0, 2.0];
const GOODPUT_LEAST: f64 = 0.9;
const BESIDE_LEAST: f64 = 0.5;

const BEST: &str = "orders, the best of them";
const ALONE: &str = "orders, 64 connections alone";

fn closed(connections: usize) -> String {
    format!("orders, {connections} connections")
}

fn open(part: f64) -> String {
    format!("orders offered at {part} of the best rate")
}

/// How orders are made in one measurement.
enum By<'f> {
    /// So many connections, each of which asks again as soon as it is answered.
    Closed(usize),
    /// So many orders a second, in parts of the best rate of the closed loops before.
    Offered(f64),
    /// A few connections beside one of the floods.
    Beside(&'f FloodRequest),
}

/// Measures and compares.
pub(crate) async fn run(
    settings: &Settings,
    load: Load,
    binary: &Path,
    folder: &Path,
    report: &mut Report,
) -> anyhow::Result<()> {
    let shop = Arc::new(Shop::open(binary, Database::file(folder, "overload"), settings.stocks()).await?);
    let floods = floods(&shop);
    let cases = cases(&floods);
    let mut seed = 0;
    for round in 1..=settings.rounds {
        note(format!("overload, round {round} of {}", settings.rounds));
        let mut best: Option<Figure> = None;
        for (name, by) in cases.iter().filter(|(name, _)| settings.wants(name)) {
            seed += 1;
            let next = |connections| Load { connections, seed, ..load };
            let orders = Request::new(&shop, Ask::OrderSpread);
            let measured = match by {
                By::Closed(connections) => load::measure(next(*connections), shop.asked(1), orders).await,
                By::Offered(part) => {
                    let best = best.as_ref().with_context(|| format!("{name}: no closed loop was measured before"))?;
                    load::offer(next(MANY), best.per_second * part, shop.asked(1), orders).await
                }
                By::Beside((_, connections, template)) => {
                    let flood = Flood::start(shop.process().address, *connections, template.clone())?;
                    let measured = load::measure(next(FEW), shop.asked(1), orders).await;
                    report.note(format!("{name}: the flood was answered {}", flood.end()?));
                    measured
                }
            };
            let figure = told(report, name, measured.with_context(|| name.clone())?);
            if matches!(by, By::Closed(_)) {
                best = best.filter(|best| best.per_second >= figure.per_second).or(Some(figure));
            }
        }
        best.into_iter().for_each(|best| report.add(BEST, best));
    }
    report.ratio(&closed(MANY), BEST, Target::AtLeast(GOODPUT_LEAST));
    report.ratio(&open(2.0), BEST, Target::AtLeast(GOODPUT_LEAST));
    floods.iter().for_each(|(name, ..)| report.ratio(name, ALONE, Target::AtLeast(BESIDE_LEAST)));
    report.note(shop.close().await?);
    Ok(())
}

/// One after the other; the few alone stand right before those beside floods.
fn cases(floods: &[FloodRequest]) -> Vec<(String, By<'_>)> {
    let closed = CLOSED.map(|connections| (closed(connections), By::Closed(connections)));
    let offered = OFFERED.map(|part| (open(part), By::Offered(part)));
    let beside = floods.iter().map(|flood| (flood.0.to_owned(), By::Beside(flood)));
    let alone = [(ALONE.to_owned(), By::Closed(FEW))];
    closed.into_iter().chain(offered).chain(alone).chain(beside).collect()
}

/// Adds the result of some orders to the report.
fn told(report: &mut Report, name: &str, outcome: Outcome) -> Figure {
    if outcome.refused > 0 {
        report.note(format!("{name}: {} were refused, like: {}", outcome.refused, outcome.refusal.unwrap_or_default()));
    }
    report.add(name, outcome.figure.clone());
    outcome.figure
}

/// A request of a flood: what its measurement is called, from how many connections it comes, and what it asks.
type FloodRequest = (&'static str, usize, Arc<Template>);

/// What else may be asked of a server, by any client.
fn floods(shop: &Shop) -> [FloodRequest; 3] {
    let host = format!("Host: {}\r\n", shop.process().address);
    let token = format!("{host}Authorization: Token {}a{}\r\n", "#".repeat(19), "#".repeat(20));
    [
        ("orders, beside 4,000 connections on /healthz", FLOOD, Arc::new(Template::get("/healthz", &host))),
        (
            "orders, beside 4,000 connections with random tokens",
            FLOOD,
            Arc::new(Template::get("/api/i1/product_stock/?limit=100", &token)),
        ),
        ("orders, beside 64 connections on /api/docs/", 64, Arc::new(Template::get("/api/docs/", &host))),
    ]
}

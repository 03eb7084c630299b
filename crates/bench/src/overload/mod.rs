//! Overload: orders from more and more connections, at more than the server's rate, and beside floods that are none of its
//! business.
//!
//! Promises: what is refused is counted and is no part of a rate; every order that was answered is in the books. Must not know
//! how load is made.

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

/// Connections in closed loop, where each asks again as soon as it is answered.
const CLOSED: [usize; 5] = [64, 1_000, 2_000, 4_000, MANY];
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

/// Measures and compares.
pub(crate) async fn run(
    settings: &Settings,
    load: Load,
    binary: &Path,
    folder: &Path,
    report: &mut Report,
) -> anyhow::Result<()> {
    let shop = Arc::new(Shop::open(binary, Database::file(folder, "overload"), settings.stocks).await?);
    let floods = floods(&shop);
    let mut seed = 0;
    let mut next = |connections| {
        seed += 1;
        Load { connections, seed, ..load }
    };
    for round in 1..=settings.rounds {
        note(format!("overload, round {round} of {}", settings.rounds));
        let mut best: Option<Figure> = None;
        for connections in CLOSED {
            let orders = Request::new(&shop, Ask::OrderSpread);
            let outcome = load::measure(next(connections), shop.asked(1), orders).await?;
            let figure = told(report, &closed(connections), outcome);
            best = best.filter(|best| best.per_second >= figure.per_second).or(Some(figure));
        }
        let best = best.context("something was measured")?;
        report.add(BEST, best.clone());
        for part in OFFERED {
            let orders = Request::new(&shop, Ask::OrderSpread);
            let rate = best.per_second * part;
            let outcome = load::offer(next(MANY), rate, shop.asked(1), orders).await?;
            told(report, &open(part), outcome);
        }
        let orders = load::measure(next(64), shop.asked(1), Request::new(&shop, Ask::OrderSpread)).await?;
        told(report, ALONE, orders);
        for (name, connections, template) in &floods {
            let flood = Flood::start(shop.process().address, *connections, template.clone())?;
            let orders = load::measure(next(64), shop.asked(1), Request::new(&shop, Ask::OrderSpread)).await?;
            let said = flood.end()?;
            told(report, name, orders);
            report.note(format!("{name}: the flood was answered {said}"));
        }
    }
    report.ratio(&closed(MANY), BEST, Target::AtLeast(GOODPUT_LEAST));
    report.ratio(&open(2.0), BEST, Target::AtLeast(GOODPUT_LEAST));
    for (name, ..) in &floods {
        report.ratio(name, ALONE, Target::AtLeast(BESIDE_LEAST));
    }
    report.note(shop.close().await?);
    Ok(())
}

/// Takes down what came of some orders.
fn told(report: &mut Report, name: &str, outcome: Outcome) -> Figure {
    if outcome.refused > 0 {
        report.note(format!("{name}: {} were refused, like: {}", outcome.refused, outcome.refusal.unwrap_or_default()));
    }
    report.add(name, outcome.figure.clone());
    outcome.figure
}

/// What else may be asked of a server, by anybody: what it is called, from how many connections, and the request.
fn floods(shop: &Shop) -> [(&'static str, usize, Arc<Template>); 3] {
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

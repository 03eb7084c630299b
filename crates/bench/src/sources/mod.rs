//! Data sources: how long it takes until a change at another server is visible here, and what a hundred idle ones cost
//! orders.
//!
//! Promises: both servers are real ones; a change is visible when a client here reads it; with idle sources and without
//! them the same orders come one after the other. Must not know how load is made.

mod partner;
mod visible;

use std::path::Path;
use std::sync::Arc;

use anyhow::Context as _;

use self::partner::{Follow, Partner};
use crate::cases::{Ask, Request};
use crate::load::{self, Load};
use crate::report::{Report, Target};
use crate::shop::{Database, Shop};
use crate::{Settings, note};

/// Product stocks of the other server, all of which are sold here.
const SOLD: u64 = 100;
/// Idle sources.
const IDLE: usize = 100;
/// Seconds between two questions to a source that is read by pages.
const POLL_SECONDS: u64 = 1;
/// The same of a source that nothing is expected of: the default.
const IDLE_POLL_SECONDS: u64 = 30;
/// So much longer changes are looked at than anything else is measured: there are few a second.
const LOOKING_TIMES: u32 = 10;
/// Until when a change is visible at most, in seconds.
const FEED_MOST: f64 = 1.0;
const PAGES_MOST: f64 = 2.0 * POLL_SECONDS as f64;
const WITH_IDLE_LEAST: f64 = 0.98;

const FEED: &str = "change visible, change feed";
const PAGES: &str = "change visible, pages every second";
const WITHOUT: &str = "order, spread";
const WITH: &str = "order, spread, 100 idle data sources";

/// Measures and compares.
pub(crate) async fn run(
    settings: &Settings,
    load: Load,
    binary: &Path,
    folder: &Path,
    report: &mut Report,
) -> anyhow::Result<()> {
    let there = Arc::new(Shop::open(binary, Database::file(folder, "sources-there"), SOLD).await?);
    let here = Arc::new(Shop::open(binary, Database::file(folder, "sources-here"), settings.stocks()).await?);
    let partner = Partner::open(&there).await.context("cannot set up what the other server sells")?;
    let mut worst = [0.0_f64; 2];
    let ways = [(FEED, Follow::Feed, POLL_SECONDS), (PAGES, Follow::Pages, POLL_SECONDS)];
    for (place, (name, follow, poll)) in ways.into_iter().enumerate().filter(|(_, (name, ..))| settings.wants(name)) {
        let source = partner.source(&here, follow, poll).await.context(name)?;
        for round in 1..=settings.rounds {
            note(format!("{name}, round {round} of {}", settings.rounds));
            let figure = visible::measure(&there, &here, &source, load.measured * LOOKING_TIMES).await.context(name)?;
            worst[place] = worst[place].max(figure.p99_micros as f64 / 1e6);
            report.add(name, figure);
        }
        partner.set_active(&here, &[source], false).await?;
    }
    for ((name, ..), (worst, most)) in ways.into_iter().zip(worst.into_iter().zip([FEED_MOST, PAGES_MOST])) {
        if worst > 0.0 {
            report.at_most(&format!("p99 of the worst round: {name}"), worst, most, " s");
        }
    }
    if settings.wants(WITH) || settings.wants(WITHOUT) {
        idle(settings, load, (&here, &partner), report).await?;
    }
    drop(partner);
    report.note(here.close().await?);
    report.note(there.close().await?);
    Ok(())
}

/// Orders with idle sources and without them, by turns: which of the two comes first changes from round to round.
async fn idle(
    settings: &Settings,
    load: Load,
    (here, partner): (&Arc<Shop>, &Partner),
    report: &mut Report,
) -> anyhow::Result<()> {
    note(format!("setting up {IDLE} data sources"));
    let sources = partner.sources(here, Follow::Feed, (IDLE_POLL_SECONDS, IDLE)).await?;
    let mut seed = 0;
    let mut is_active = true;
    for round in 1..=settings.rounds {
        note(format!("idle data sources, round {round} of {}", settings.rounds));
        for with in [is_active, !is_active] {
            if with != is_active {
                partner.set_active(here, &sources, with).await?;
                is_active = with;
            }
            partner.rest(here).await?;
            seed += 1;
            let orders = load::run(Load { seed, ..load }, here.asked(1), Request::new(here, Ask::OrderSpread)).await;
            report.add(if with { WITH } else { WITHOUT }, orders?);
        }
    }
    if is_active {
        partner.set_active(here, &sources, false).await?;
    }
    report.ratio(WITH, WITHOUT, Target::AtLeast(WITH_IDLE_LEAST));
    Ok(())
}

//! Sourcing: what is available at the nearest of many stores, and what an order costs whose list a rule chooses.
//!
//! Promises: the page that is compared has the bytes of a real answer; an order with a rule and one with a fixed list ask
//! for the same products at the same places, and both are in the books. Must not know how load is made.

mod chain;
mod requests;

use std::path::Path;
use std::sync::Arc;

use anyhow::Context as _;

use self::chain::Chain;
use self::requests::{Ask, ChainRequest};
use crate::bare::Bare;
use crate::cases::{self, Request};
use crate::load::{self, Load};
use crate::report::{Report, Target};
use crate::shop::{Database, Shop};
use crate::{Settings, note};

/// Products of each store at the least.
const SKUS_LEAST: u64 = 10;
const AVAILABILITY_LEAST: f64 = 0.15;
const RULE_LEAST: f64 = 0.6;

const AVAILABILITY: &str = "availability of 10 SKUs";
const BARE_PAGE: &str = "bare page";
const RULE: &str = "order, rule over 50 lists";
const FIXED: &str = "order, fixed list";

/// A server with a chain of stores.
pub(crate) struct Field {
    shop: Arc<Shop>,
    chain: Arc<Chain>,
}

/// Fills a server: every store has every product.
pub(crate) async fn open(settings: &Settings, (binary, database): (&Path, Database)) -> anyhow::Result<Field> {
    let skus = (settings.many_stocks() / settings.stores.max(1)).max(SKUS_LEAST);
    let shop = Arc::new(Shop::open(binary, database, skus).await?);
    let chain = Arc::new(Chain::open(&shop, settings.stores).await.context("cannot open the stores")?);
    shop.rest().await?;
    Ok(Field { shop, chain })
}

/// Measures and compares.
pub(crate) async fn measure(
    settings: &Settings,
    load: Load,
    Field { shop, chain }: Field,
    folder: &Path,
    report: &mut Report,
) -> anyhow::Result<()> {
    let request = |ask| ChainRequest::new(&shop, &chain, ask);
    let page = request(Ask::Availability).sample().await.context(AVAILABILITY)?;
    report.note(format!("{AVAILABILITY}: {} bytes", page.len()));
    let bare = Bare::start(&shop, folder, &page).await?;
    let mut seed = 0;
    let mut next = || {
        seed += 1;
        Load { seed, ..load }
    };
    for round in 1..=settings.rounds {
        note(format!("sourcing, round {round} of {}", settings.rounds));
        if settings.wants(BARE_PAGE) {
            report.add(BARE_PAGE, bare.run(next(), Request::new(&shop, cases::Ask::Page(1))).await?);
        }
        // Neither kind of order is always the first one.
        let mut orders = [(FIXED, Ask::Fixed), (RULE, Ask::Rule)];
        orders.rotate_left(round % 2);
        for (name, ask) in [(AVAILABILITY, Ask::Availability)].into_iter().chain(orders) {
            if settings.wants(name) {
                let measured = load::run(next(), shop.asked(1), request(ask)).await;
                report.add(name, measured.context(name)?);
            }
        }
    }
    report.ratio(AVAILABILITY, BARE_PAGE, Target::AtLeast(AVAILABILITY_LEAST));
    report.ratio(RULE, FIXED, Target::AtLeast(RULE_LEAST));
    report.note(shop.close().await?);
    Ok(())
}

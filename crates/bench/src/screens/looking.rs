//! A person who looks at one screen after the other: which there are, and how long each takes.
//!
//! Promises: requests come at their times, whether those before are answered or not, up to a few at once; an answer that
//! is not 200 fails the run. Must not know what orders are placed meanwhile.

use std::sync::Arc;
use std::time::{Duration, Instant};

use anyhow::{Context as _, ensure};
use hdrhistogram::Histogram;
use serde::Deserialize;
use tokio::task::JoinSet;

use crate::load::{Connection, histogram};
use crate::random::Random;
use crate::shop::Shop;
use crate::template::Template;

/// Pages that are asked for at once, at the most.
const AT_ONCE: usize = 8;
/// Orders and products of which the pages are looked at.
const OBJECTS: usize = 50;
/// The screen that has most rows.
pub(super) const TABLE: &str = "stock table";

/// What a screen's address has in its hole.
#[derive(Clone, Copy)]
enum Hole {
    Nothing,
    /// A page of the table, from 2.
    Page,
    /// A number of a SKU.
    Sku,
    /// A product.
    Product,
    /// An order.
    Order,
    /// A stock.
    Stock,
}

/// The screens.
pub(super) struct Looking {
    shop: Arc<Shop>,
    screens: Vec<(&'static str, Arc<Template>, Hole)>,
    products: Vec<u64>,
    orders: Vec<u64>,
}

/// How one screen did.
pub(super) struct Looked {
    pub(super) name: &'static str,
    pub(super) histogram: Histogram<u64>,
    /// Of its largest answer, as it was sent.
    pub(super) bytes: usize,
}

#[derive(Deserialize)]
struct StockRow {
    product: u64,
}

#[derive(Deserialize)]
struct NewOrder {
    pk: u64,
}

impl Looking {
    /// Finds products, and places some orders.
    pub(super) async fn open(shop: &Arc<Shop>, session: String) -> anyhow::Result<Self> {
        let (mut products, mut orders) = (Vec::new(), Vec::new());
        let show = Template::get("/api/v1/product_stocks/#/", &shop.headers);
        let step = (shop.ids.len() / OBJECTS).max(1);
        for id in shop.ids.iter().step_by(step).take(OBJECTS) {
            let row: StockRow = serde_json::from_slice(&shop.ask(&show, &[*id]).await?)?;
            products.push(row.product);
        }
        let case = crate::cases::Request::new(shop, crate::cases::Ask::OrderSpread);
        for _ in 0..OBJECTS {
            let made: NewOrder = serde_json::from_slice(&case.sample().await?).context("an order has a key")?;
            orders.push(made.pk);
        }
        let list = shop.list;
        let get = |path: String| Arc::new(Template::get(&path, &session));
        let screens = vec![
            ("overview", get("/".to_owned()), Hole::Nothing),
            ("stock lists", get("/stock".to_owned()), Hole::Nothing),
            (TABLE, get(format!("/stock/{list}")), Hole::Nothing),
            ("stock table, deep page", get(format!("/stock/{list}?after=#")), Hole::Page),
            ("stock table, search", get(format!("/stock/{list}?q=SKU-#####")), Hole::Sku),
            ("stock table, edit", get(format!("/stock/{list}?edit=#")), Hole::Stock),
            ("product", get("/products/#".to_owned()), Hole::Product),
            ("orders waiting", get("/orders".to_owned()), Hole::Nothing),
            ("all orders", get("/orders?view=all".to_owned()), Hole::Nothing),
            ("order", get("/orders/#".to_owned()), Hole::Order),
            ("imports", get("/imports".to_owned()), Hole::Nothing),
            ("new import", get("/imports/new".to_owned()), Hole::Nothing),
            ("search", get("/search?q=SKU-#####".to_owned()), Hole::Sku),
            ("settings", get("/me".to_owned()), Hole::Nothing),
        ];
        Ok(Self { shop: shop.clone(), screens, products, orders })
    }

    fn number(&self, hole: Hole, random: &mut Random) -> u64 {
        let mut any = |of: &[u64]| of[random.below(of.len() as u64) as usize];
        match hole {
            Hole::Nothing => 0,
            Hole::Product => any(&self.products),
            Hole::Order => any(&self.orders),
            Hole::Stock => any(&self.shop.ids),
            Hole::Page => 2 + random.below((self.shop.stocks / 50).saturating_sub(2).max(1)),
            Hole::Sku => random.below((self.shop.stocks / 100).max(1)),
        }
    }

    /// Looks at all screens in turn, so many a second.
    pub(super) async fn look(&self, per_second: f64, measured: Duration) -> anyhow::Result<Vec<Looked>> {
        let looked =
            |(name, ..): &(&'static str, Arc<Template>, Hole)| Looked { name, histogram: histogram(), bytes: 0 };
        let mut all: Vec<Looked> = self.screens.iter().map(looked).collect();
        let mut random = Random::new(7);
        let mut idle = Vec::new();
        for _ in 0..AT_ONCE {
            idle.push(Connection::open(self.shop.process().address).await?);
        }
        let (begin, each) = (Instant::now(), Duration::from_secs_f64(1.0 / per_second));
        let mut asked = JoinSet::new();
        for number in 0.. {
            let due = begin + each * number;
            if due.duration_since(begin) >= measured {
                break;
            }
            tokio::time::sleep_until(due.into()).await;
            while let Some(done) = asked.try_join_next() {
                note(&mut all, &mut idle, done?)?;
            }
            while idle.is_empty() {
                let done = asked.join_next().await.context("a connection is busy or idle")?;
                note(&mut all, &mut idle, done?)?;
            }
            let connection = idle.pop().context("there is one")?;
            let place = number as usize % self.screens.len();
            let (name, template, hole) = &self.screens[place];
            let mut request = Vec::new();
            template.fill(&[self.number(*hole, &mut random)], &mut request);
            asked.spawn(ask(connection, (place, *name), request, due));
        }
        while let Some(done) = asked.join_next().await {
            note(&mut all, &mut idle, done?)?;
        }
        Ok(all)
    }
}

type Answered = anyhow::Result<(Connection, usize, Duration, usize)>;

async fn ask(
    mut connection: Connection,
    (place, name): (usize, &'static str),
    request: Vec<u8>,
    due: Instant,
) -> Answered {
    let answer = connection.call(&request).await.with_context(|| name.to_owned())?;
    ensure!(answer.status == 200, "{name} was answered {}", answer.status);
    let bytes = answer.body.len();
    Ok((connection, place, due.elapsed(), bytes))
}

fn note(all: &mut [Looked], idle: &mut Vec<Connection>, asked: Answered) -> anyhow::Result<()> {
    let (connection, place, took, bytes) = asked?;
    let looked = &mut all[place];
    looked.histogram.saturating_record(took.as_micros() as u64);
    looked.bytes = looked.bytes.max(bytes);
    idle.push(connection);
    Ok(())
}

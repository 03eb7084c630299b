//! The audit: what all that was done has left, when all is quiet.
//!
//! Promises: what was acknowledged has left what it must, what was rejected has left nothing, and nothing is there that
//! no client did. A call without an answer that only one client can have made is known from its trace: it happened, or
//! never will.

use std::collections::{BTreeMap, BTreeSet};

use onhand_testkit::http::Request;
use onhand_testkit::json::{int, text};
use serde_json::Value;

use crate::client::placed;
use crate::history::{Act, Entry, Line, Told};
use crate::shop::Shop;
use crate::wire::Connection;

/// What is there, by our own names.
pub(crate) struct Audit {
    orders: BTreeSet<String>,
    /// How each cart stands.
    carts: BTreeMap<String, String>,
    released: BTreeSet<u32>,
    cancelled: BTreeSet<u32>,
    /// The last read of all stocks.
    last: Entry,
    end: u64,
}

impl Audit {
    /// Looks at everything.
    pub(crate) async fn take(mut connection: Connection, shop: &Shop, entries: &[Entry]) -> Self {
        let orders = walk(&mut connection, "orders/").await;
        let mut orders: BTreeMap<String, Value> =
            orders.into_iter().map(|order| (text(&order["number"]).to_owned(), order)).collect();
        let mut carts = walk(&mut connection, "reservations/").await;
        carts.retain(|row| row["kind"] == "cart");
        let stands = |cart: &Value| (text(&cart["reference"]).to_owned(), text(&cart["state"]).to_owned());
        let carts = carts.iter().map(stands).collect();
        let mapped = walk(&mut connection, "integration_mappings/").await;
        let mapped: BTreeSet<i64> = mapped.iter().map(|mapping| int(&mapping["object_id"])).collect();
        let begun = shop.now();
        let rows = walk(&mut connection, "product_stocks/").await;
        let end = shop.now();
        let answer = Some((end, Told::Numbers(rows.iter().map(|row| shop.numbers(row)).collect())));
        let last = Entry { begun, act: Act::Read, answer };

        let mut audit =
            Self { orders: BTreeSet::new(), carts, released: BTreeSet::new(), cancelled: BTreeSet::new(), last, end };
        for entry in entries {
            let (Act::Place { number, lines } | Act::Confirm { number, lines, .. }) = &entry.act else { continue };
            let Some(order) = orders.remove(number) else { continue };
            for (item, line) in placed(lines, &order).lines {
                let mut items = order["order_items"].as_array().into_iter().flatten();
                let dead = items.any(|row| row["pk"] == item && row["status"] == "100");
                audit.cancelled.extend(dead.then_some(line.name));
                audit.released.extend(mapped.contains(&item).then_some(line.name));
            }
            audit.orders.insert(number.clone());
        }
        assert!(orders.is_empty(), "nobody placed {:?}", orders.keys());
        audit
    }

    /// Compares every entry with it. Where a trace is an answer, it is written down, and what never was is left out.
    pub(crate) fn held_against(self, entries: Vec<Entry>) -> Vec<Entry> {
        let alone: Vec<bool> = entries.iter().map(|entry| is_alone(&entry.act, &entries)).collect();
        let mut kept = Vec::with_capacity(entries.len() + 1);
        for (mut entry, alone) in entries.into_iter().zip(alone) {
            match (&entry.answer, self.has_trace(&entry.act)) {
                (Some((_, Told::Done)), Some(false)) => panic!("acknowledged and lost: {entry:?}"),
                (Some((_, Told::Short(_))), Some(true)) => panic!("refused and there: {entry:?}"),
                (None, Some(false)) => continue,
                (None, Some(true)) if alone => entry.answer = Some((self.end, Told::Done)),
                _ => {}
            }
            kept.push(entry);
        }
        kept.push(self.last);
        kept
    }

    /// Whether an operation's trace is there, if it is one that leaves a trace of its own.
    fn has_trace(&self, act: &Act) -> Option<bool> {
        match act {
            Act::Place { number, .. } | Act::Confirm { number, .. } => Some(self.orders.contains(number)),
            Act::Reserve { reference, .. } => Some(self.carts.contains_key(reference)),
            Act::GiveBack { reference, .. } => Some(self.carts.get(reference).is_some_and(|state| state == "released")),
            Act::Release { line } => Some(self.released.contains(&line.name)),
            Act::Cancel { lines } => Some(lines.iter().all(|line| self.cancelled.contains(&line.name))),
            // What a data source does leaves a trace in its lines, which `sourced` looks at.
            Act::Write(_) | Act::Read | Act::Register { .. } | Act::Refuse { .. } | Act::Level { .. } => None,
        }
    }
}

/// Whether no other client has tried to leave the same trace.
fn is_alone(act: &Act, entries: &[Entry]) -> bool {
    let same = |other: &&Entry| match (act, &other.act) {
        (Act::Release { line }, Act::Release { line: other }) => line == other,
        (Act::Cancel { lines }, Act::Cancel { lines: others }) => lines.iter().any(|line: &Line| others.contains(line)),
        (Act::Place { number, .. }, Act::Place { number: other, .. }) => number == other,
        (Act::Reserve { reference, .. }, Act::Reserve { reference: other, .. })
        | (Act::GiveBack { reference, .. }, Act::GiveBack { reference: other, .. }) => reference == other,
        _ => false,
    };
    entries.iter().filter(same).count() == 1
}

/// All rows of a list.
pub(crate) async fn walk(connection: &mut Connection, list: &str) -> Vec<Value> {
    let (mut rows, mut next) = (Vec::new(), Some(format!("{list}?limit=500&cursor=")));
    while let Some(path) = next {
        let mut page = connection.send(&Request::get(path)).await.body;
        next = page["next"].as_str().and_then(|link| Some(link.split_once("/api/v1/")?.1.to_owned()));
        let Value::Array(page) = page["results"].take() else { panic!("no page of {list}: {page}") };
        rows.extend(page);
    }
    rows
}

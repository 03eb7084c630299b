//! Open orders, and what becomes of those that were taken.
//!
//! Promises: an order is asked for whole before anything of it is done here; an order that is not in the lists of open
//! ones any more is asked for by its number. Must not know numbers of stock.

use std::collections::{BTreeSet, HashMap, HashSet};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use anyhow::anyhow;
use onhand_core::{ChannelId, fingerprint};
use tokio::task::JoinSet;

use super::adoption::{Adoption, Scope};
use super::pages::Pages;
use super::report::AdoptedKind;
use super::rows::{self, LineRow, OrderRow, ProductName, QUANTITY_ATTRIBUTE};
use super::source::{NoAnswer, Source};
use crate::remote::encoded;
use crate::services::adoption::orders::{self, KnownOrder, LineContent, OPEN, OrderContent};
use crate::services::adoption::{Adopted, NotTaken};
use crate::services::{ServiceError, Services};

const ORDERS: &str = "/api/i1/orders/";
const LINES: &str = "/api/i1/order_items/";
/// Orders whose lines are asked for at the same time.
const ASKED_MAX: usize = 4;
/// Orders of this database that are looked at at a time.
const LOOKED_AT: i64 = 200;
/// Versions of orders that are kept.
const VERSIONS_MAX: usize = 200_000;

/// An order with its lines, as the other server shows it, and as it is here.
struct AskedOrder {
    order: OrderRow,
    here: Option<KnownOrder>,
    lines: Vec<LineRow>,
    codes: HashMap<i64, String>,
}

/// What is needed to ask for an order.
#[derive(Clone)]
struct Asking {
    source: Source,
    services: Arc<Services>,
    shows_codes: Arc<AtomicBool>,
}

impl Asking {
    /// Asks for an order; none if it is neither open nor here.
    async fn ask(
        &self,
        order: OrderRow,
        channel: Option<ChannelId>,
    ) -> anyhow::Result<Result<Option<AskedOrder>, String>> {
        let here = orders::find(&self.services, channel, &order.number).await?;
        if here.is_none() && !OPEN.contains(&order.status) {
            return Ok(Ok(None));
        }
        if here.as_ref().is_some_and(|here| !here.is_adopted()) {
            return Ok(Err("an order here has its number and was not adopted".to_owned()));
        }
        let lines = match self.lines(order.id).await? {
            Ok(lines) => lines,
            Err(why) => return Ok(Err(why)),
        };
        let known: HashSet<String> = here.iter().flat_map(KnownOrder::registered).map(str::to_owned).collect();
        let mut codes = HashMap::new();
        for line in lines.iter().filter(|line| !known.contains(&line.id.to_string())) {
            codes.extend(self.code(line.id).await?.map(|code| (line.id, code)));
        }
        Ok(Ok(Some(AskedOrder { order, here, lines, codes })))
    }

    /// The lines of an order, in the order of their ids; or why one of them cannot be read.
    async fn lines(&self, order: i64) -> anyhow::Result<Result<Vec<LineRow>, String>> {
        let mut pages = Pages::of(&self.source, LINES, &format!("order={order}&sort=id"));
        let mut lines = Vec::new();
        while let Some(page) = pages.next().await? {
            for row in &page.rows {
                match rows::line(row) {
                    Ok(line) if line.order.is_some_and(|other| other != order) => {
                        return Err(anyhow!("{LINES}?order={order} shows lines of other orders"));
                    }
                    Ok(line) => lines.push(line),
                    Err(why) => return Ok(Err(format!("line {}: {why}", rows::name(row, "pk")))),
                }
            }
        }
        lines.sort_by_key(|line| line.id);
        lines.dedup_by_key(|line| line.id);
        Ok(Ok(lines))
    }

    /// The ERP's code for a line, if the ERP has registered it and the server shows that.
    async fn code(&self, line: i64) -> anyhow::Result<Option<String>> {
        if !self.shows_codes.load(Ordering::Relaxed) {
            return Ok(None);
        }
        let mut pages = Pages::of(&self.source, &format!("{LINES}{line}/create_mapping/"), "");
        let mut found = None;
        loop {
            match pages.next().await {
                Ok(Some(page)) => found = found.or_else(|| rows::erp_code(&page.rows)),
                Ok(None) => return Ok(found),
                Err(NoAnswer::NotOffered(_)) => {
                    self.shows_codes.store(false, Ordering::Relaxed);
                    return Ok(None);
                }
                Err(NoAnswer::Fault(fault)) => return Err(fault),
            }
        }
    }
}

impl Adoption {
    fn asking(&self) -> Asking {
        let (source, services) = (self.source.clone(), Arc::clone(&self.services));
        Asking { source, services, shows_codes: Arc::clone(&self.shows_codes) }
    }

    /// Takes the orders that are open, and lets those follow that were taken before.
    pub(super) async fn orders(&mut self, scope: Scope) -> anyhow::Result<()> {
        let changed = self.changed(ORDERS, scope).await?;
        let is_whole = changed.is_none();
        let queries = match changed {
            Some(filter) => vec![format!("sort=id&{filter}")],
            None => OPEN.iter().map(|status| format!("sort=id&status={}", status.code())).collect(),
        };
        let mut seen = HashSet::new();
        for query in queries {
            let mut reading = self.read_needed(AdoptedKind::Orders, ORDERS, &query).await?;
            while let Some(page) = reading.next().await? {
                let mut wanted = Vec::with_capacity(page.len());
                for row in &page {
                    match rows::order(row) {
                        Ok(order) => {
                            let first = seen.insert(key(order.channel, &order.number));
                            wanted.extend(first.then_some(order));
                        }
                        Err(why) => self.unread(AdoptedKind::Orders, row, "number", why),
                    }
                }
                if matches!(scope, Scope::Since(_)) {
                    wanted.retain(|order| !self.is_like_that(order));
                }
                self.take_orders(wanted).await?;
            }
        }
        if is_whole {
            self.look_for_closed(&seen).await?;
        }
        if !self.shows_codes.load(Ordering::Relaxed) {
            let text = "the server does not show which lines the ERP has registered, so they are taken for open";
            self.report.kind(AdoptedKind::Orders).remark(text);
        }
        Ok(())
    }

    /// Whether an order is here as it was when it last changed.
    fn is_like_that(&self, order: &OrderRow) -> bool {
        order.version.is_some() && self.known.versions.get(&order.id) == order.version.as_ref()
    }

    /// Orders that are open here, and were not among the open ones of the other server.
    async fn look_for_closed(&mut self, seen: &HashSet<u64>) -> anyhow::Result<()> {
        let there: HashMap<ChannelId, i64> =
            self.known.channels.iter().map(|(there, here)| (here.id, *there)).collect();
        let mut after = None;
        loop {
            let (mut open, next) = orders::open_ones(&self.services, after, LOOKED_AT).await?;
            open.retain(|known| {
                let channel = known.order.channel.and_then(|channel| there.get(&channel).copied());
                !seen.contains(&key(channel, &known.order.number))
            });
            self.ask_again(open).await?;
            match next {
                Some(next) => after = Some(next),
                None => return Ok(()),
            }
        }
    }

    /// Asks for orders that are here by their numbers, and lets them follow.
    pub(super) async fn ask_again(&mut self, known: Vec<KnownOrder>) -> anyhow::Result<()> {
        let mut wanted = Vec::new();
        for known in known {
            let number = &known.order.number;
            let mut found = None;
            let mut pages = Pages::of(&self.source, ORDERS, &format!("number={}", encoded(number)));
            while found.is_none()
                && let Some(page) = pages.next().await?
            {
                let mut read = page.rows.iter().filter_map(|row| rows::order(row).ok());
                found = read.find(|order| order.number == *number && self.channel(order) == Ok(known.order.channel));
            }
            match found {
                Some(order) => wanted.push(order),
                None => {
                    let left = NotTaken::new(format!("order {number}"), "it is not at the server any more");
                    self.report.kind(AdoptedKind::Orders).leave(&left);
                }
            }
        }
        self.take_orders(wanted).await
    }

    /// The channel of an order, here.
    fn channel(&self, order: &OrderRow) -> Result<Option<ChannelId>, String> {
        let Some(id) = order.channel else { return Ok(None) };
        let known = self.known.channels.get(&id);
        known.map(|channel| Some(channel.id)).ok_or_else(|| format!("its channel {id} was not taken"))
    }

    /// Takes orders, or lets them follow if they are here.
    async fn take_orders(&mut self, mut wanted: Vec<OrderRow>) -> anyhow::Result<()> {
        while !wanted.is_empty() {
            let mut asked = JoinSet::new();
            for order in wanted.drain(..wanted.len().min(ASKED_MAX)) {
                let (asking, channel, name) = (self.asking(), self.channel(&order), name(&order.number));
                asked.spawn(async move {
                    let asked = match channel {
                        Ok(channel) => asking.ask(order, channel).await?,
                        Err(why) => Err(why),
                    };
                    anyhow::Ok((name, asked))
                });
            }
            while let Some(answer) = asked.join_next().await {
                match answer?? {
                    (_, Ok(Some(order))) => self.take_order(order).await?,
                    (_, Ok(None)) => {}
                    (name, Err(why)) => self.report.kind(AdoptedKind::Orders).leave(&NotTaken::new(name, why)),
                }
            }
        }
        Ok(())
    }

    async fn take_order(&mut self, asked: AskedOrder) -> anyhow::Result<()> {
        let ids = asked.lines.iter().filter_map(|line| match line.product {
            ProductName::Id(id) => Some(id),
            ProductName::Sku(_) => None,
        });
        let ids: BTreeSet<i64> = ids.collect();
        self.learn_skus(&ids).await?;
        let name = name(&asked.order.number);
        let content = match self.content(&asked) {
            Ok(content) => content,
            Err(why) => {
                self.report.kind(AdoptedKind::Orders).leave(&NotTaken::new(name, why));
                return Ok(());
            }
        };
        let taken = match &asked.here {
            None if content.lines.is_empty() => Ok((Adopted::Same, Vec::new())),
            None => orders::take(&self.services, &self.requester, content).await.map(|()| (Adopted::Made, Vec::new())),
            Some(here) => orders::follow(&self.services, &self.requester, (here, &content)).await,
        };
        match taken {
            Ok((adopted, left)) => {
                let tally = self.report.kind(AdoptedKind::Orders);
                tally.add(adopted);
                left.iter().for_each(|left| tally.leave(left));
                if left.is_empty() {
                    self.note_version(asked.order);
                }
                Ok(())
            }
            Err(ServiceError::Rejection(rejection)) => {
                self.report.kind(AdoptedKind::Orders).leave(&NotTaken::new(name, orders::told(&rejection)));
                Ok(())
            }
            Err(fault) => Err(fault.into()),
        }
    }

    fn note_version(&mut self, order: OrderRow) {
        if self.known.versions.len() >= VERSIONS_MAX {
            self.known.versions.clear();
        }
        self.known.versions.extend(order.version.map(|version| (order.id, version)));
    }

    /// An order in terms of what is here.
    fn content(&self, asked: &AskedOrder) -> Result<OrderContent, String> {
        let order = &asked.order;
        let lines =
            asked.lines.iter().map(|line| self.line(asked, line).map_err(|why| format!("line {}: {why}", line.id)));
        Ok(OrderContent {
            number: order.number.clone(),
            channel: self.channel(order)?,
            status: order.status,
            is_send: order.is_send,
            currency: order.currency.clone(),
            date_placed: order.date_placed,
            extra_field: order.extra_field.clone(),
            details: order.details.clone(),
            lines: lines.collect::<Result<_, String>>()?,
        })
    }

    fn line(&self, asked: &AskedOrder, line: &LineRow) -> Result<LineContent, String> {
        let channel = asked.order.channel.and_then(|channel| self.known.channels.get(&channel));
        let list = match line.list {
            Some(id) => {
                let known = self.known.stock_lists.get(&id).copied();
                known.ok_or_else(|| format!("its stock list {id} was not taken"))?
            }
            None => channel.and_then(|channel| channel.list).ok_or("it names no stock list")?,
        };
        let attribute = channel.map_or(QUANTITY_ATTRIBUTE, |channel| &channel.quantity_attribute);
        Ok(LineContent {
            code: line.id.to_string(),
            sku: self.sku(&line.product)?,
            list,
            quantity: line.quantity(attribute),
            status: line.status.unwrap_or(asked.order.status),
            price: line.price.clone(),
            extra_field: line.extra_field.clone(),
            attributes: line.attributes.clone(),
            details: line.details.clone(),
            erp_code: asked.codes.get(&line.id).cloned(),
        })
    }
}

fn name(number: &str) -> String {
    format!("order {number}")
}

/// An order of a channel, in few bytes.
fn key(channel: Option<i64>, number: &str) -> u64 {
    fingerprint(format!("{}/{number}", channel.unwrap_or_default()).as_bytes())
}

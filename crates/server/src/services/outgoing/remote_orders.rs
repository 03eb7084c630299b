//! The orders of another installation, as far as they are placed by this one: each has one line of an order here.
//!
//! Promises: an order is known by its number and by a mark that only this installation gives, so that an order that somebody
//! else placed under the same number is never taken for ours; what cannot be read is unknown, and never guessed. Must not
//! know what an answer means for the line here, nor stock.

use onhand_core::{
    Order, OrderItem, OrderStatus, OutgoingError, OutgoingEvent, OutgoingLine, OutgoingState, RemoteLine, Timestamp,
};
use onhand_store::tables::data_sources::DataSource;
use reqwest::{Method, RequestBuilder, StatusCode};
use serde_json::{Map, Value, json};
use sha2::{Digest as _, Sha256};

use super::exchange::{Exchanged, exchange};
use crate::hex;
use crate::remote::{Remote, encoded};
use crate::services::Services;
use crate::services::data_sources::{self, clock};
use crate::wire::scalar;

/// The most characters of an order number.
const NUMBER_CHARS_MAX: usize = 128;
/// The header that names the installations through which an order came.
const VIA: &str = "onhand-via";
/// The status of an order or of a line that is cancelled.
const CANCELLED: &str = "100";

/// A line of an order here, as it is placed there.
#[derive(Clone, Debug)]
pub(super) struct PlacedLine {
    /// The number of its order there.
    pub(super) number: String,
    /// What says that the order is of this line.
    mark: String,
    /// Its SKU there.
    sku: String,
    /// How many units.
    units: i64,
    price: Option<String>,
    currency: String,
    /// The installations that the order came through, this one included.
    via: String,
    /// When the level was taken that does not account for it.
    level_at: Option<Timestamp>,
    /// Whether it is known to be placed.
    is_placed: bool,
}

impl PlacedLine {
    /// A line of an order of the installation of a name.
    pub(super) fn of(installation: &str, order: &Order, item: &OrderItem, line: &OutgoingLine) -> Self {
        let mark = format!("{installation}-{}", item.id.get());
        let number = format!("{}-{}", order.number, item.id.get());
        let number = if number.chars().count() > NUMBER_CHARS_MAX { format!("ds-{mark}") } else { number };
        let via = if line.via.is_empty() { installation.to_owned() } else { format!("{},{installation}", line.via) };
        Self {
            number,
            mark,
            sku: line.sku.as_ref().unwrap_or(&item.sku).clone(),
            units: item.quantity.units(),
            price: item.price.clone(),
            currency: order.currency.clone(),
            via,
            level_at: line.level_at,
            is_placed: line.state == OutgoingState::Placed,
        }
    }

    /// The same line, as it is when it is about to be sent.
    pub(super) fn sent(mut self, line: &OutgoingLine) -> Self {
        self.level_at = line.level_at;
        if let Some(sku) = &line.sku {
            self.sku.clone_from(sku);
        }
        self
    }

    /// The idempotency key of every request that places it.
    fn key(&self) -> String {
        // A number may have characters that no header has.
        let number = Sha256::digest(&self.number);
        format!("{}-{}", self.mark, hex::encode(&number[..8]))
    }
}

/// The orders of another installation.
pub(super) struct RemoteOrders<'s> {
    /// The installation.
    pub(super) remote: &'s Remote,
    /// What is set of it.
    pub(super) source: &'s DataSource,
    /// This installation.
    pub(super) services: &'s Services,
}

/// Why nothing is known.
type Unknown = OutgoingError;

impl RemoteOrders<'_> {
    /// A path below what this installation may see there.
    fn path(&self, rest: &str) -> String {
        match self.source.remote_channel {
            Some(channel) => format!("/api/v1/channel/{channel}/{rest}"),
            None => format!("/api/v1/{rest}"),
        }
    }

    async fn send(&self, request: RequestBuilder) -> Result<Exchanged, Unknown> {
        exchange((self.remote, &self.services.clock), request).await
    }

    /// By how many microseconds the clock there is ahead, by an answer and by what levels are corrected with.
    async fn clock_offset(&self, answer: &Exchanged) -> Result<i64, Unknown> {
        let known = self.source.learnt.clock_offset;
        let offset = match data_sources::clock_offset(self.services, self.source, answer.ahead).await {
            Ok(offset) => offset,
            Err(fault) => {
                tracing::warn!(%fault, source = self.source.id.get(), "cannot read the clock of a data source");
                return Err(OutgoingError::new("no_clock", "The clock of the data source could not be read."));
            }
        };
        // It was changed meanwhile, in another way than to another place.
        Ok(offset.unwrap_or_else(|| answer.ahead.map_or(known, |ahead| clock::offset_after(known, ahead))))
    }

    /// Places a line.
    pub(super) async fn place(&self, line: &PlacedLine) -> Result<OutgoingEvent, Unknown> {
        let path = self.path(if self.source.remote_channel.is_some() { "create_orders/" } else { "orders/" });
        let request = self.remote.request(Method::POST, &path).json(&self.body(line));
        let answer = self.send(request.header("idempotency-key", line.key()).header(VIA, &line.via)).await?;
        if answer.status.is_success() {
            let order = answer.body.as_ref().ok_or_else(|| answer.unclear())?;
            let offset = self.clock_offset(&answer).await?;
            return self.read(order, line, offset).unwrap_or_else(|| Err(answer.unclear()));
        }
        match answer.refusal() {
            // Perhaps by an earlier request of ours: the next thing is to ask.
            Some(_) if says_number_taken(&answer) => {
                Err(OutgoingError::new("number_taken", "The number is taken there."))
            }
            Some(error) => Ok(OutgoingEvent::Refused(error)),
            None => Err(answer.unclear()),
        }
    }

    /// What the other installation says of a line.
    pub(super) async fn ask(&self, line: &PlacedLine) -> Result<OutgoingEvent, Unknown> {
        let path = self.path(&format!("orders/?number={}&limit=100", encoded(&line.number)));
        let answer = self.send(self.remote.request(Method::GET, &path)).await?;
        let found = answer.body.as_ref().filter(|_| answer.status == StatusCode::OK);
        let orders = found.and_then(|page| page["results"].as_array()).ok_or_else(|| answer.unclear())?;
        let offset = self.clock_offset(&answer).await?;
        for order in orders {
            if let Some(told) = self.read(order, line, offset) {
                return told;
            }
        }
        // Without a channel, the orders of all channels are shown, and numbers of other channels do not matter.
        let is_of_channel = self.source.remote_channel.is_some();
        let is_same = |order: &Value| order["number"] == line.number.as_str();
        match orders.iter().any(|order| is_same(order) && (is_of_channel || order["channel"].is_null())) {
            // It will never be free for this line.
            true => {
                Ok(OutgoingEvent::Refused(OutgoingError::new("number_taken", "Another order there has the number.")))
            }
            false => Ok(OutgoingEvent::Missing),
        }
    }

    /// Cancels the order of a line.
    pub(super) async fn cancel(&self, order: i64) -> Result<OutgoingEvent, Unknown> {
        let path = self.path(&format!("orders/{order}/cancel/"));
        let answer = self.send(self.remote.request(Method::POST, &path).json(&json!({"is_all": true}))).await?;
        match answer.refusal() {
            Some(error) => Ok(OutgoingEvent::CancelRefused(error)),
            None if answer.status.is_success() => Ok(OutgoingEvent::CancelledThere),
            None => Err(answer.unclear()),
        }
    }

    /// The body of a new order.
    fn body(&self, line: &PlacedLine) -> Value {
        let mark = json!({"id": line.mark});
        let mut row = Map::from_iter([
            ("product_sku".to_owned(), json!(line.sku)),
            ("quantity".to_owned(), json!(line.units)),
            ("extra_field".to_owned(), mark.clone()),
        ]);
        row.extend(self.source.remote_stock_list.map(|list| ("stock_list".to_owned(), json!(list))));
        row.extend(line.price.as_ref().map(|price| ("price".to_owned(), json!(price))));
        let mut order = Map::from_iter([("number".to_owned(), json!(line.number)), ("extra_field".to_owned(), mark)]);
        if !line.currency.is_empty() {
            order.insert("currency".to_owned(), json!(line.currency));
        }
        match self.source.remote_channel {
            Some(_) => json!({"order": order, "order_item": [row]}),
            None => {
                order.insert("order_items".to_owned(), json!([row]));
                Value::Object(order)
            }
        }
    }

    /// What an order there says of a line; `None` if it is another one's.
    fn read(&self, order: &Value, line: &PlacedLine, offset: i64) -> Option<Result<OutgoingEvent, Unknown>> {
        if order["number"] != line.number.as_str() || order["extra_field"]["id"] != line.mark.as_str() {
            return None;
        }
        let items = order["order_items"].as_array().map(Vec::as_slice).unwrap_or_default();
        let units: i64 = items.iter().filter_map(|item| item["quantity"].as_i64()).sum();
        if units != line.units || items.iter().any(|item| item["product_sku"] != line.sku.as_str()) {
            let text = "The data source has another line under this number.";
            return Some(Ok(OutgoingEvent::Refused(OutgoingError::new("another_line", text))));
        }
        let is_cancelled = |value: &Value| is_status(&value["status"], CANCELLED);
        if is_cancelled(order) || items.iter().all(is_cancelled) {
            return Some(Ok(OutgoingEvent::CancelledThere));
        }
        let place = (
            order["pk"].as_i64(),
            items.first().and_then(|item| item["pk"].as_i64()),
            order["created_date"].as_str().and_then(scalar::parse_time),
        );
        let (Some(order), Some(item), Some(at)) = place else {
            return Some(Err(OutgoingError::new(
                "unclear",
                "The data source has the line, but its answer is incomplete.",
            )));
        };
        if line.is_placed && items.iter().all(is_shipped) {
            return Some(Ok(OutgoingEvent::Left));
        }
        // The present is that of the answer: a level may have been written while it was waited for.
        let at = clock::registered_at(at, offset, line.level_at, self.services.clock.now());
        Some(Ok(OutgoingEvent::Placed(RemoteLine { order, item, at })))
    }
}

/// Whether a line has been shipped, or is farther.
fn is_shipped(item: &Value) -> bool {
    let status = &item["status"];
    let code = status.as_i64().or_else(|| status.as_str()?.parse().ok());
    code.and_then(OrderStatus::from_code).is_some_and(OrderStatus::is_shipped)
}

fn is_status(value: &Value, code: &str) -> bool {
    value.as_str() == Some(code) || value.as_i64().is_some_and(|number| number.to_string() == code)
}

/// Whether a refusal is about the number of the order and nothing else.
fn says_number_taken(answer: &Exchanged) -> bool {
    let body = answer.body.as_ref();
    let of_order = body.map(|body| if body["order"].is_object() { &body["order"] } else { body });
    answer.status == StatusCode::BAD_REQUEST && of_order.is_some_and(|order| !order["number"].is_null())
}

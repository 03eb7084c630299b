//! Orders that another server has taken.
//!
//! Promises: an order is here with all its lines, or not at all; a line is found again by the other server's id, which
//! is its mapping [`ADOPTED`]; what has become of it there becomes of it here. What cannot follow is named. Must not know
//! how many units there are: the numbers of a stock are those of its row at the other server.

use std::collections::BTreeSet;

use onhand_core::commands::{
    AdoptOrder, AdoptedLine, CancelItems, EditItem, FollowOrder, ItemEdit, NewLine, PlaceOrder, ProductRef, ReleaseItem,
};
use onhand_core::{
    ADOPTED, ChannelId, Command, ERP, Order, OrderId, OrderItem, OrderItemId, OrderStatus, Outcome, Quantity,
    Rejection, StockId, StockListId, Timestamp,
};
use onhand_store::query::{Condition, CursorKey, ListQuery, Op, Sort, Window};
use onhand_store::tables::order_items::{self, ReservedState};
use onhand_store::tables::{mappings, orders, products};
use onhand_store::{Tx, Value};

use super::resources::{self, ProductContent, RecordContent};
use super::{Adopted, NotTaken};
use crate::services::{Requester, ServiceError, Services};

/// The states in which an order is open: it has not left, and is not cancelled.
pub const OPEN: [OrderStatus; 7] = [
    OrderStatus::CancellationWaiting,
    OrderStatus::Waiting,
    OrderStatus::PaymentWaiting,
    OrderStatus::ConfirmationWaiting,
    OrderStatus::Approved,
    OrderStatus::Inactive,
    OrderStatus::Preparing,
];

/// Open lines of one stock that are looked at.
const OPEN_LINES_MAX: i64 = 200;

/// An order as the other server has it.
#[derive(Clone, Debug)]
pub struct OrderContent {
    /// Unique in its channel.
    pub number: String,
    /// Its channel here.
    pub channel: Option<ChannelId>,
    /// Its state.
    pub status: OrderStatus,
    /// Whether the ERP has taken it.
    pub is_send: bool,
    /// Its currency.
    pub currency: String,
    /// When the customer ordered, if that is known.
    pub date_placed: Option<Timestamp>,
    /// JSON object text.
    pub extra_field: String,
    /// JSON object text.
    pub details: String,
    /// Its lines, in the order of their ids there.
    pub lines: Vec<LineContent>,
}

/// A line as the other server has it.
#[derive(Clone, Debug)]
pub struct LineContent {
    /// Its id there.
    pub code: String,
    /// Its product.
    pub sku: String,
    /// Its list here.
    pub list: StockListId,
    /// How many units.
    pub quantity: Quantity,
    /// Its state.
    pub status: OrderStatus,
    /// Decimal text.
    pub price: Option<String>,
    /// JSON object text.
    pub extra_field: String,
    /// JSON object text.
    pub attributes: String,
    /// JSON object text.
    pub details: String,
    /// The ERP's code, if the ERP has registered it.
    pub erp_code: Option<String>,
}

/// An order that is here, and how its lines are known.
#[derive(Clone, Debug)]
pub struct KnownOrder {
    /// The order.
    pub order: Order,
    /// Its lines, each with its id at the other server and the ERP's code.
    pub lines: Vec<(OrderItem, Option<String>, Option<String>)>,
}

impl KnownOrder {
    /// Whether any of its lines came from the other server.
    pub fn is_adopted(&self) -> bool {
        self.lines.iter().any(|(_, code, _)| code.is_some())
    }

    /// The ids at the other server of the lines that the ERP has registered, as far as that is known here.
    pub fn registered(&self) -> impl Iterator<Item = &str> {
        self.lines.iter().filter(|(_, _, erp)| erp.is_some()).filter_map(|(_, code, _)| code.as_deref())
    }
}

async fn known(tx: &mut Tx<'_>, found: Vec<Order>) -> Result<Vec<KnownOrder>, onhand_store::Error> {
    let ids: Vec<OrderId> = found.iter().map(|order| order.id).collect();
    let items = order_items::of_orders(tx, &ids).await?;
    let codes = mappings::of_items(tx, &items.iter().map(|item| item.id).collect::<Vec<_>>()).await?;
    let code = |item: OrderItemId, kind: &str| {
        let mapping = codes.iter().find(|mapping| mapping.item == item && mapping.integration_type == kind);
        mapping.map(|mapping| mapping.code.clone())
    };
    let with_lines = |order: Order| {
        let own = items.iter().filter(|item| item.order == order.id);
        let lines = own.map(|item| (item.clone(), code(item.id, ADOPTED), code(item.id, ERP))).collect();
        KnownOrder { order, lines }
    };
    Ok(found.into_iter().map(with_lines).collect())
}

/// The order of a channel with a number.
pub async fn find(
    services: &Services,
    channel: Option<ChannelId>,
    number: &str,
) -> Result<Option<KnownOrder>, ServiceError> {
    let number = number.to_owned();
    let body = async move |tx: &mut Tx<'_>| {
        let found = orders::by_number(tx, &number).await?;
        known(tx, found.into_iter().filter(|order| order.channel == channel).collect()).await
    };
    Ok(services.store.read("adoption.find_order", body).await?.pop())
}

/// Open orders that were adopted, in the order of their ids; where the next ones begin, if there may be any.
pub async fn open_ones(
    services: &Services,
    after: Option<CursorKey>,
    limit: i64,
) -> Result<(Vec<KnownOrder>, Option<CursorKey>), ServiceError> {
    let codes: Vec<Value<'static>> = OPEN.iter().map(|status| status.code().into()).collect();
    let listing = ListQuery {
        conditions: vec![Condition { column: "status", op: Op::In, values: codes }],
        sort: Sort::BY_ID,
        window: Window::After { key: after, limit },
    };
    let body = async move |tx: &mut Tx<'_>| {
        let page = orders::page(tx, &listing).await?;
        Ok((known(tx, page.rows).await?, page.next))
    };
    let (mut found, next) = services.store.read("adoption.open_orders", body).await?;
    found.retain(KnownOrder::is_adopted);
    Ok((found, next))
}

/// The orders whose lines reserve a stock.
pub async fn reserving(services: &Services, stock: StockId) -> Result<Vec<KnownOrder>, ServiceError> {
    let body = async move |tx: &mut Tx<'_>| {
        let open = (stock, ReservedState::Open);
        let lines = order_items::reservations_after(tx, open, None, OPEN_LINES_MAX).await?;
        let items: Vec<OrderItemId> = lines.iter().map(|line| line.item).collect();
        let mut ids: Vec<OrderId> = order_items::by_ids(tx, &items).await?.iter().map(|item| item.order).collect();
        ids.sort_unstable();
        ids.dedup();
        let found = orders::by_ids(tx, &ids).await?;
        known(tx, found).await
    };
    Ok(services.store.read("adoption.reserving_orders", body).await?)
}

/// Makes an order that is not here.
pub async fn take(services: &Services, requester: &Requester, content: OrderContent) -> Result<(), ServiceError> {
    let alive: Vec<LineContent> =
        content.lines.into_iter().filter(|line| line.status != OrderStatus::Cancelled).collect();
    make_products(services, &alive).await?;
    let lines =
        alive.iter().map(|line| AdoptedLine { code: line.code.clone(), is_registered: line.erp_code.is_some() });
    let lines = lines.collect();
    let order = PlaceOrder {
        number: content.number,
        channel: content.channel,
        currency: content.currency,
        status: content.status,
        is_send: content.is_send,
        date_placed: content.date_placed,
        extra_field: content.extra_field,
        details: content.details,
        sourcing: None,
        via: String::new(),
        lines: alive.iter().map(new_line).collect(),
    };
    let placed = services.submit(requester, Command::AdoptOrder(Box::new(AdoptOrder { order, lines }))).await?;
    let Outcome::OrderPlaced(_, items) = placed else {
        return Err(ServiceError::internal("an adopted order was answered like something else"));
    };
    for (item, line) in items.iter().zip(&alive) {
        if let Some(code) = &line.erp_code {
            release(services, requester, item.id, code).await?;
        }
    }
    Ok(())
}

/// Makes the products of lines that are not here: the SKU is all that is known of one, as of a stock's.
async fn make_products(services: &Services, lines: &[LineContent]) -> Result<(), ServiceError> {
    let skus: BTreeSet<String> = lines.iter().map(|line| line.sku.clone()).collect();
    let asked = skus.clone();
    let body = async move |tx: &mut Tx<'_>| {
        let asked: Vec<&str> = asked.iter().map(String::as_str).collect();
        products::keys_by_sku(tx, &asked).await
    };
    let known = services.store.read("products.keys_by_sku", body).await?;
    let is_known = |sku: &String| known.iter().any(|product| product.sku == *sku);
    let unknown = skus.into_iter().filter(|sku| !is_known(sku));
    let unknown: Vec<ProductContent> =
        unknown.map(|sku| ProductContent { sku, content: RecordContent::default() }).collect();
    if !unknown.is_empty() {
        resources::put_products(services, unknown).await?;
    }
    Ok(())
}

fn new_line(line: &LineContent) -> NewLine {
    NewLine {
        product: ProductRef::Sku(line.sku.clone()),
        list: Some(line.list),
        quantity: line.quantity,
        status: line.status,
        price: line.price.clone(),
        extra_field: line.extra_field.clone(),
        attributes: line.attributes.clone(),
        details: line.details.clone(),
    }
}

async fn release(
    services: &Services,
    requester: &Requester,
    item: OrderItemId,
    code: &str,
) -> Result<(), ServiceError> {
    let (code, integration_type) = (code.to_owned(), ERP.to_owned());
    let release = ReleaseItem { item, code, integration_type, update_stock: true, registered_at: None };
    services.submit(requester, Command::ReleaseItem(release)).await.map(drop)
}

/// Lets an order that is here follow what has become of it at the other server.
pub async fn follow(
    services: &Services,
    requester: &Requester,
    (here, there): (&KnownOrder, &OrderContent),
) -> Result<(Adopted, Vec<NotTaken>), ServiceError> {
    let mut following = Following { services, requester, done: Adopted::Same, left: Vec::new() };
    let name = |line: &LineContent| format!("line {} of order {}", line.code, there.number);
    let mut cancelled = Vec::new();
    for line in &there.lines {
        let own = here.lines.iter().find(|(_, code, _)| code.as_deref() == Some(line.code.as_str()));
        let Some((item, _, erp)) = own else {
            if line.status != OrderStatus::Cancelled {
                following.left(name(line), "it came after the order was taken; its units are external");
            }
            continue;
        };
        if line.status == OrderStatus::Cancelled {
            cancelled.extend((item.status != OrderStatus::Cancelled).then_some(item.id));
            continue;
        }
        if (item.list, item.quantity) != (line.list, line.quantity) && item.split_from.is_none() {
            following.left(name(line), "its list or its quantity has changed");
        }
        if let Some(code) = line.erp_code.as_ref().filter(|_| erp.is_none()) {
            let released = release(services, requester, item.id, code).await;
            following.note(&name(line), released)?;
        }
        if line.status != item.status {
            let edit = ItemEdit { status: Some(line.status), ..ItemEdit::default() };
            following.submit(&name(line), Command::EditItem(EditItem { item: item.id, edit })).await?;
        }
    }
    let order = here.order.id;
    let what = format!("order {}", there.number);
    if !cancelled.is_empty() {
        let cancel = CancelItems { order, all: false, items: cancelled, details: Vec::new() };
        following.submit(&what, Command::CancelItems(cancel)).await?;
    }
    let (status, is_send) = (there.status, there.is_send);
    let differs = (here.order.status, here.order.is_send) != (status, is_send);
    if differs && (status != OrderStatus::Cancelled || here.order.is_send != is_send) {
        following.submit(&what, Command::FollowOrder(FollowOrder { order, status, is_send })).await?;
    }
    Ok((following.done, following.left))
}

/// An order on its way to what it is at the other server.
struct Following<'s> {
    services: &'s Services,
    requester: &'s Requester,
    done: Adopted,
    left: Vec<NotTaken>,
}

impl Following<'_> {
    fn left(&mut self, what: String, why: impl Into<String>) {
        self.left.push(NotTaken::new(what, why));
    }

    async fn submit(&mut self, what: &str, command: Command) -> Result<(), ServiceError> {
        let done = self.services.submit(self.requester, command).await.map(drop);
        self.note(what, done)
    }

    /// A rejection is about this one thing; any other fault is about all.
    fn note(&mut self, what: &str, done: Result<(), ServiceError>) -> Result<(), ServiceError> {
        match done {
            Ok(()) => self.done = Adopted::Changed,
            Err(ServiceError::Rejection(rejection)) => self.left(what.to_owned(), told(&rejection)),
            Err(fault) => return Err(fault),
        }
        Ok(())
    }
}

/// Why the rules reject something of an order, for people.
pub fn told(rejection: &Rejection) -> String {
    match rejection {
        Rejection::OrderNumberTaken => "another order here has this number".to_owned(),
        Rejection::ItemCodeTaken => "another line here has this code of the ERP".to_owned(),
        Rejection::MappedToAnotherCode { code } => format!("it has another code of the ERP here: {code}"),
        Rejection::Cancelled => "it is cancelled here".to_owned(),
        Rejection::AlreadyShipped(_) => "it has left here".to_owned(),
        Rejection::ReservedTooLarge => "its units are more than can be reserved".to_owned(),
        other => format!("the rules reject it: {other:?}"),
    }
}

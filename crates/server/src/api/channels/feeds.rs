//! Feeds: what a channel has still to be sent, and the plain lists it looks the same objects up in (contract C5, C6).
//!
//! Promises: a feed shows one list at a time, oldest change first; what a list shows of an object is what it is now.
//! Must not know when an object is due.

use std::collections::HashMap;

use onhand_core::channel_sync::ObjectKind as Fed;
use onhand_core::{OrderId, ProductId, Stock, StockId, UnitType};
use onhand_store::channel_sync::channel_scope::{ChannelLevel, ChannelScope};
use onhand_store::channel_sync::deliveries::{self, DeliveryQuery, Offer, Part};
use onhand_store::query::{Condition, Op, Page, Window};
use onhand_store::tables::cancellations::REQUESTS;
use onhand_store::tables::prices::PRODUCT_PRICES;
use onhand_store::tables::products::PRODUCTS;
use onhand_store::tables::{product_stocks, products};
use onhand_store::{Error as StoreError, Tx, Value, resource};

use crate::api::catalog::{prices, products as product_views};
use crate::api::orders::{cancellations, orders as order_views};
use crate::http::context::RequestContext;
use crate::services;
use crate::wire::error::Error;
use crate::wire::filter::{self, Filter, Kind, Query};
use crate::wire::joined;
use crate::wire::json::{ApiResponse, Object};
use crate::wire::response_schema::{Property, PropertyType, ResponseSchema, property};

/// The filters of product stocks below a channel.
pub const STOCK_FILTERS: &[Filter] = &[
    Filter::new("pk", "id", Kind::Int),
    Filter::new("id", "id", Kind::Int),
    Filter::new("product_sku", "sku", Kind::Text),
    Filter::new("product", "product_id", Kind::Int),
    Filter::only("product__pk", "product_id", Kind::Int),
    Filter::new("stock_list", "stock_list_id", Kind::Int),
    Filter::new("unit_type", "unit", Kind::Choice(UnitType::WORDS)),
    Filter::new("sold_quantity_unreported", "reserved", Kind::Int),
    Filter::new("created_date", "created_at", Kind::Time),
    Filter::new("modified_date", "modified_at", Kind::Time),
];

const STOCK_PROPERTIES: [Property; 12] = [
    property("pk", PropertyType::Int),
    property("id", PropertyType::Int),
    property("product", PropertyType::Int),
    property("product_sku", PropertyType::Text),
    property("stock", PropertyType::Int),
    property("adjusted_stock", PropertyType::Int),
    property("sold_quantity_unreported", PropertyType::Int),
    property("stock_list", PropertyType::Int),
    property("unit_type", PropertyType::Text),
    property("extra_field", PropertyType::Object),
    property("created_date", PropertyType::Time),
    property("modified_date", PropertyType::Time),
];

/// A product stock as a channel sees it.
pub const STOCK: ResponseSchema =
    ResponseSchema { name: "ChannelProductStock", properties: &STOCK_PROPERTIES, open: false };

/// A product stock that has changed, or that has come into the catalog or left it.
pub const CHANGED_STOCK: ResponseSchema = ResponseSchema {
    name: "ChangedProductStock",
    properties: &joined::<_, 13>(&[&STOCK_PROPERTIES, &[property("in_catalog", PropertyType::Bool)]]),
    open: false,
};

/// What a feed is of.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Source {
    /// Stocks of the catalog's own list.
    Stocks,
    /// Stocks of any of its lists.
    ExtraStocks,
    /// Prices of the catalog's own list.
    Prices,
    /// Prices of any of its lists.
    ExtraPrices,
    /// Products.
    Products,
    /// Orders.
    Orders,
    /// Cancellation requests.
    Requests,
}

/// What is new to the channel.
pub const INSERTS: &[Offer] = &[Offer::Insert];
/// What it knows in an older version.
pub const UPDATES: &[Offer] = &[Offer::Update];
/// Both.
pub const BOTH: &[Offer] = &[Offer::Insert, Offer::Update];

/// The filter of feeds over several stock lists.
pub const BY_STOCK_LIST: &[Filter] = &[Filter::only("stock_list", "scope", Kind::Int)];
/// The filter of feeds over several price lists.
pub const BY_PRICE_LIST: &[Filter] = &[Filter::only("price_list", "scope", Kind::Int)];
/// The filter of feeds of products.
pub const BY_TYPE: &[Filter] = &[product_views::TYPE];

impl Source {
    const fn kind(self) -> Fed {
        match self {
            Self::Stocks | Self::ExtraStocks => Fed::Stock,
            Self::Prices | Self::ExtraPrices => Fed::Price,
            Self::Products => Fed::Product,
            Self::Orders => Fed::Order,
            Self::Requests => Fed::CancellationRequest,
        }
    }

    /// The filters of its feeds.
    pub const fn filters(self) -> &'static [Filter] {
        match self {
            Self::ExtraStocks => BY_STOCK_LIST,
            Self::ExtraPrices => BY_PRICE_LIST,
            Self::Products => BY_TYPE,
            Self::Stocks | Self::Prices | Self::Orders | Self::Requests => &[],
        }
    }

    /// The lists that a feed may show, one of them at a time.
    fn scopes(self, channel_scope: &ChannelScope, wanted: &[Condition]) -> Vec<i64> {
        match self {
            Self::Stocks => channel_scope.stock_lists.0.into_iter().collect(),
            Self::Prices => channel_scope.price_lists.0.into_iter().collect(),
            Self::Products if wanted.iter().any(|one| !matches(one, 0)) => Vec::new(),
            Self::Products | Self::Orders | Self::Requests => channel_scope.scopes(self.kind()),
            Self::ExtraStocks | Self::ExtraPrices => {
                let mut scopes = channel_scope.scopes(self.kind());
                scopes.retain(|scope| wanted.iter().all(|one| matches(one, *scope)));
                scopes
            }
        }
    }
}

/// Whether a number fulfils a condition of a feed's filter.
fn matches(condition: &Condition, number: i64) -> bool {
    condition.values.iter().any(|value| match (value, condition.op) {
        (Value::Int(value), Op::Gt) => number > *value,
        (Value::Int(value), Op::Gte) => number >= *value,
        (Value::Int(value), Op::Lt) => number < *value,
        (Value::Int(value), Op::Lte) => number <= *value,
        (Value::Int(value), _) => number == *value,
        _ => false,
    })
}

/// What is asked of a list whose rows leave it when they are sent, with the rows to skip and the rows to show: it has
/// numbered pages and an order of its own.
pub(super) fn query(call: &RequestContext, filters: &[Filter]) -> Result<(Query, (i64, i64)), Error> {
    let query = filter::parse(filters, &call.query, call.zone())?;
    if call.query.iter().any(|(name, _)| name == "sort") {
        return Err(Error::field("sort", "This list has an order of its own."));
    }
    match query.listing.window {
        Window::Page { number, limit } => Ok((query, ((number - 1).saturating_mul(limit), limit))),
        Window::After { .. } => Err(Error::field("cursor", "This list has numbered pages only.")),
    }
}

/// `GET …/inserts/`, `…/updates/`, `…/inserts_or_updates/`.
pub async fn feed(call: RequestContext, source: Source, offers: &'static [Offer]) -> Result<ApiResponse, Error> {
    let channel = call.own_channel()?;
    let (response_cache, name) = (&call.app.response_cache, call.name());
    // Delivery failures and leases run out.
    let before = response_cache.before_all(&call.app.store).await?.within(call.app.clock.now());
    if let Some(body) = response_cache.find(&name, &before) {
        return Ok(ApiResponse::ok(body));
    }
    let (query, (skip, limit)) = query(&call, source.filters())?;
    call.app.feed.sync_channel(channel, source.kind()).await?;
    let (now, conditions) = (call.app.clock.now(), query.listing.conditions.clone());
    let read = async move |tx: &mut Tx<'_>| {
        let channel_scope = ChannelScope::of(tx, channel).await?;
        let mut found = Part::default();
        // What was decided for another catalog is not shown: it is taken away, so much with each request.
        let scopes = match onhand_store::channel_sync::is_of(tx, &channel_scope).await? {
            true => source.scopes(&channel_scope, &conditions),
            false => Vec::new(),
        };
        // The first list that has something: a batch that had two stocks of a product would mix them up.
        for scope in scopes {
            let wanted = DeliveryQuery { channel, kind: source.kind(), scope, offers, skip, limit, now };
            found = deliveries::part(tx, &wanted).await?;
            if found.count > 0 {
                break;
            }
        }
        Ok((found.count, written(tx, &channel_scope, source, &found.objects).await?))
    };
    let (count, rows): (i64, Vec<String>) = call.app.store.read("deliveries.part", read).await?;
    let reply = call.page(&query, &Page { count: Some(count), rows, next: None }, |out, row| out.push_str(row))?;
    response_cache.insert(name, &reply.body, None, before);
    Ok(reply)
}

/// Objects in the order given, written as their lists write them.
pub(super) async fn written(
    tx: &mut Tx<'_>,
    channel_scope: &ChannelScope,
    source: Source,
    objects: &[i64],
) -> Result<Vec<String>, StoreError> {
    let mut texts: HashMap<i64, String> = HashMap::with_capacity(objects.len());
    let mut put = |id: i64, write: &dyn Fn(&mut String)| {
        let mut text = String::new();
        write(&mut text);
        texts.insert(id, text);
    };
    match source {
        Source::Stocks | Source::ExtraStocks => {
            let ids: Vec<StockId> = objects.iter().copied().map(StockId::new).collect();
            let level = channel_scope.level;
            let found = product_stocks::by_ids(tx, &ids).await?;
            found.iter().for_each(|stock| put(stock.id.get(), &|out| write_stock(level)(out, stock)));
        }
        Source::Prices | Source::ExtraPrices => {
            let found = resource::by_ids(tx, &PRODUCT_PRICES, objects).await?;
            found.iter().for_each(|price| put(price.id, &|out| crate::resource::write(&prices::PRICE, out, price)));
        }
        Source::Products => {
            let found = resource::by_ids(tx, &PRODUCTS, objects).await?;
            let product = &product_views::PRODUCT;
            found.iter().for_each(|record| put(record.id, &|out| crate::resource::write(product, out, record)));
        }
        Source::Requests => {
            let found = resource::by_ids(tx, &REQUESTS, objects).await?;
            let request = &cancellations::REQUEST;
            found.iter().for_each(|record| put(record.id, &|out| crate::resource::write(request, out, record)));
        }
        Source::Orders => {
            let ids: Vec<OrderId> = objects.iter().copied().map(OrderId::new).collect();
            for (order, items) in services::orders::wholes(tx, &ids).await? {
                put(order.id.get(), &|out| order_views::write(out, &order, &items));
            }
        }
    }
    Ok(objects.iter().filter_map(|id| texts.remove(id)).collect())
}

fn write_stock(level: ChannelLevel) -> impl Fn(&mut String, &Stock) + Copy {
    move |out, stock| stock_members(Object::open(out), stock, level).close()
}

/// Writes what a channel sees of a stock into an object that is open.
pub(super) fn stock_members<'t>(object: Object<'t>, stock: &Stock, level: ChannelLevel) -> Object<'t> {
    let shown = match level {
        // What is off sale because it was not found has no number to be sold by.
        ChannelLevel::Raw if stock.discrepancy_at.is_some() => 0,
        ChannelLevel::Raw => stock.on_hand,
        ChannelLevel::Available => stock.available(),
    };
    object
        .int("pk", stock.id.get())
        .int("id", stock.id.get())
        .int("product", stock.product.get())
        .text("product_sku", &stock.sku)
        .int("stock", shown)
        .int("adjusted_stock", stock.available())
        .int("sold_quantity_unreported", stock.reserved)
        .int("stock_list", stock.list.get())
        .text("unit_type", stock.unit.word())
        .raw("extra_field", &stock.extra_field)
        .time("created_date", stock.created_at)
        .time("modified_date", stock.modified_at)
}

/// The lists that a plain list looks into: the catalog's own, unless the client names objects, or asks for further
/// ones.
fn narrowed(channel_scope: &ChannelScope, source: Source, conditions: &[Condition], column: &'static str) -> Condition {
    let names = |name: &str| conditions.iter().any(|one| one.column == name);
    let own = match source {
        Source::Prices => channel_scope.price_lists.0,
        _ => channel_scope.stock_lists.0,
    };
    let further = matches!(source, Source::ExtraStocks | Source::ExtraPrices) || names("id") || names(column);
    let lists = match further {
        true => channel_scope.scopes(source.kind()),
        false => own.into_iter().collect(),
    };
    let op = if lists.len() == 1 { Op::Eq } else { Op::In };
    Condition { column, op, values: lists.into_iter().map(Value::Int).collect() }
}

/// `GET product_stocks/` and `extra_product_stocks/` below a channel.
pub async fn list_stocks(call: RequestContext, source: Source) -> Result<ApiResponse, Error> {
    let channel = call.own_channel()?;
    let query = call.listing(STOCK_FILTERS)?;
    let mut listing = query.listing.clone();
    let read = async move |tx: &mut Tx<'_>| {
        let channel_scope = ChannelScope::of(tx, channel).await?;
        listing.conditions.push(narrowed(&channel_scope, source, &listing.conditions, "stock_list_id"));
        by_sku(tx, &mut listing.conditions).await?;
        Ok((channel_scope.level, product_stocks::page(tx, &listing).await?))
    };
    let (level, page) = call.app.store.read("stocks.page", read).await?;
    call.page(&query, &page, write_stock(level))
}

/// Stocks are found by SKU and list: products that are named by id are named by their SKUs.
async fn by_sku(tx: &mut Tx<'_>, conditions: &mut [Condition]) -> Result<(), StoreError> {
    let exact = |one: &&mut Condition| one.column == "product_id" && matches!(one.op, Op::Eq | Op::In);
    for condition in conditions.iter_mut().filter(exact) {
        let id = |value: &Value<'_>| match value {
            Value::Int(id) => Some(ProductId::new(*id)),
            _ => None,
        };
        let ids: Vec<ProductId> = condition.values.iter().filter_map(id).collect();
        let found = products::keys_by_id(tx, &ids).await?;
        let skus = found.into_iter().map(|product| Value::from(product.sku)).collect();
        *condition = Condition { column: "sku", op: Op::In, values: skus };
    }
    Ok(())
}

/// `GET product_prices/` and `extra_product_prices/` below a channel.
pub async fn list_prices(call: RequestContext, source: Source) -> Result<ApiResponse, Error> {
    let channel = call.own_channel()?;
    let query = call.listing(prices::PRICE.filters)?;
    let mut listing = query.listing.clone();
    let read = async move |tx: &mut Tx<'_>| {
        let channel_scope = ChannelScope::of(tx, channel).await?;
        listing.conditions.push(narrowed(&channel_scope, source, &listing.conditions, "price_list_id"));
        resource::page(tx, &PRODUCT_PRICES, &listing).await
    };
    let page = call.app.store.read("records.page", read).await?;
    call.page(&query, &page, |out, price| crate::resource::write(&prices::PRICE, out, price))
}

//! Rows of the other server's lists, as its documents print them (contract 3.1, 4.1, 7.2, 9.2).
//!
//! Promises: what a row says is within the bounds that a request to this server has; a row that cannot be read says why.
//! A field that is not documented is not needed. Must not know what becomes of a row.

use std::borrow::Cow;

use onhand_core::prices::Decimal;
use onhand_core::{OrderStatus, Quantity, RemoteFigures, Timestamp, UnitType};
use serde_json::{Map, Value};

use super::fields::{
    CATALOG, CATALOG_ITEM, CHANNEL, IDS_ELSEWHERE, IDS_OR_OBJECTS, LINE, LINE_DETAILS, LIST, ORDER, ORDER_DETAILS,
    PRICE, PRODUCT, STOCK,
};
use crate::services::adoption::resources::RecordContent;
use crate::wire::field::Field;
use crate::wire::form::{Form, Mode};
use crate::wire::scalar;

/// The attribute that says how many units a line stands for, where its channel names no other (contract R12).
pub(super) const QUANTITY_ATTRIBUTE: &str = "quantity";

const EMPTY: &str = "{}";

/// The id of a row, if it has one.
pub(super) fn id(row: &Value) -> Option<i64> {
    let id = row.get("pk").or_else(|| row.get("id"))?;
    id.as_i64().or_else(|| id.as_str()?.parse().ok())
}

/// What a row is called where it cannot be read.
pub(super) fn name(row: &Value, field: &str) -> String {
    let named = row.get(field).and_then(Value::as_str).map(|text| text.chars().take(64).collect());
    named.or_else(|| id(row).map(|id| id.to_string())).unwrap_or_else(|| "a row without an id".to_owned())
}

fn read(fields: &'static [Field], row: &Value) -> Result<Form, String> {
    let row = row.as_object().ok_or("it is no object")?;
    Form::read(fields, Mode::Whole, &flat(row)).map_err(|faults| faults.line())
}

/// A row with the ids of the objects that stand where it names others by their ids elsewhere.
fn flat(row: &Map<String, Value>) -> Cow<'_, Map<String, Value>> {
    let mut flat = Cow::Borrowed(row);
    for name in IDS_OR_OBJECTS {
        if let Some(id) = row.get(name).filter(|value| value.is_object()).and_then(id) {
            flat.to_mut().insert(name.to_owned(), id.into());
        }
    }
    flat
}

/// What a row says of a stock list or a price list.
pub(super) fn list(row: &Value) -> Result<RecordContent, String> {
    let form = read(LIST, row)?;
    let code = form.string("code").filter(|code| !code.is_empty());
    Ok(RecordContent::default()
        .with("name", form.string("name").unwrap_or_default())
        .with("code", code)
        .with_some("is_auto_sync", form.bool("is_auto_sync")))
}

/// What a row says of a catalog, with ids of the other server.
pub(super) struct CatalogRow {
    pub(super) name: String,
    pub(super) stock_list: Option<i64>,
    pub(super) price_list: Option<i64>,
    pub(super) extra_stock_lists: Vec<i64>,
    pub(super) extra_price_lists: Vec<i64>,
}

pub(super) fn catalog(row: &Value) -> Result<CatalogRow, String> {
    let form = read(CATALOG, row)?;
    let ids = |name: &str| form.ids(name).unwrap_or_default().to_vec();
    Ok(CatalogRow {
        name: form.string("name").unwrap_or_default(),
        stock_list: form.int("stock_list"),
        price_list: form.int("price_list"),
        extra_stock_lists: ids("extra_stock_lists"),
        extra_price_lists: ids("extra_price_lists"),
    })
}

/// What a row says of a channel, with ids of the other server.
pub(super) struct ChannelRow {
    pub(super) name: String,
    pub(super) channel_type: Option<String>,
    pub(super) catalog: Option<i64>,
    pub(super) conf: Option<Value>,
    pub(super) is_active: Option<bool>,
}

pub(super) fn channel(row: &Value) -> Result<ChannelRow, String> {
    let form = read(CHANNEL, row)?;
    Ok(ChannelRow {
        name: form.string("name").unwrap_or_default(),
        channel_type: form.string("channel_type"),
        catalog: form.int("catalog"),
        conf: form.text("conf").and_then(|conf| serde_json::from_str(conf).ok()),
        is_active: form.bool("is_active"),
    })
}

/// What a row says of a product: its SKU, and the rest.
pub(super) fn product(row: &Value) -> Result<(String, RecordContent), String> {
    let form = read(PRODUCT, row)?;
    let name = form.string("name").filter(|name| !name.is_empty());
    let content = RecordContent::default()
        .with_some("name", name)
        .with_some("base_code", form.string("base_code"))
        .with_some("is_active", form.bool("is_active"))
        .with_some("attributes", form.string("attributes"))
        .with_some("extra_field", form.string("extra_field"));
    Ok((form.string("sku").unwrap_or_default(), content))
}

/// A product that a row names: by its id at the other server, or by its SKU where the row shows that.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) enum ProductName {
    Id(i64),
    Sku(String),
}

fn product_name(form: &Form) -> Result<ProductName, String> {
    let sku = form.string("product_sku").map(ProductName::Sku);
    sku.or_else(|| form.int("product").map(ProductName::Id)).ok_or_else(|| "it names no product".to_owned())
}

/// What a row says of a price, with the list's id at the other server.
pub(super) struct PriceRow {
    pub(super) product: ProductName,
    pub(super) list: i64,
    pub(super) amounts: Vec<(&'static str, Option<Decimal>)>,
    pub(super) content: RecordContent,
}

pub(super) fn price(row: &Value) -> Result<PriceRow, String> {
    let form = read(PRICE, row)?;
    let amounts = ["price", "tax_rate", "retail_price"].into_iter().filter(|name| form.has(name));
    Ok(PriceRow {
        product: product_name(&form)?,
        list: form.int("price_list").unwrap_or_default(),
        amounts: amounts.map(|name| (name, form.text(name).and_then(Decimal::read))).collect(),
        content: RecordContent::default()
            .with("currency_type", form.string("currency_type").unwrap_or_default())
            .with_some("extra_field", form.string("extra_field")),
    })
}

/// A product and a catalog, by their ids at the other server.
pub(super) fn catalog_item(row: &Value) -> Result<(i64, i64), String> {
    let form = read(CATALOG_ITEM, row)?;
    Ok((form.int("product").unwrap_or_default(), form.int("catalog").unwrap_or_default()))
}

/// What a row says of a product stock, with the list's id at the other server.
pub(super) struct StockRow {
    pub(super) sku: String,
    pub(super) list: i64,
    pub(super) figures: RemoteFigures,
    pub(super) unit: UnitType,
    pub(super) extra_field: Option<String>,
}

pub(super) fn stock(row: &Value) -> Result<StockRow, String> {
    let form = read(STOCK, row)?;
    let number = |name: &str| form.int(name).unwrap_or_default();
    Ok(StockRow {
        sku: form.string("product_sku").unwrap_or_default(),
        list: number("stock_list"),
        figures: RemoteFigures {
            level: number("stock"),
            reserved: number("sold_quantity_unreported"),
            reported: number("reported_quantity"),
            adjusted: form.int("adjusted_stock"),
        },
        unit: form.text("unit_type").and_then(UnitType::from_word).unwrap_or_default(),
        extra_field: form.string("extra_field"),
    })
}

/// What a row says of an order, with ids of the other server.
#[derive(Clone, Debug)]
pub(super) struct OrderRow {
    pub(super) id: i64,
    pub(super) number: String,
    pub(super) channel: Option<i64>,
    pub(super) status: OrderStatus,
    pub(super) is_send: bool,
    pub(super) currency: String,
    pub(super) date_placed: Option<Timestamp>,
    /// When it last changed, as it is written.
    pub(super) version: Option<String>,
    pub(super) extra_field: String,
    pub(super) details: String,
}

pub(super) fn order(row: &Value) -> Result<OrderRow, String> {
    let form = read(ORDER, row)?;
    Ok(OrderRow {
        id: id(row).ok_or("it has no pk")?,
        number: form.string("number").unwrap_or_default(),
        channel: form.int("channel"),
        status: form.status("status").unwrap_or(OrderStatus::Approved),
        is_send: form.bool("is_send").unwrap_or_default(),
        currency: form.string("currency").unwrap_or_default(),
        date_placed: form.time("date_placed", None),
        version: form.string("modified_date"),
        extra_field: form.string("extra_field").unwrap_or_else(|| EMPTY.to_owned()),
        details: details(&form, &ORDER[ORDER_DETAILS..]),
    })
}

/// What a row says of an order line, with ids of the other server.
#[derive(Clone, Debug)]
pub(super) struct LineRow {
    pub(super) id: i64,
    pub(super) order: Option<i64>,
    pub(super) product: ProductName,
    pub(super) list: Option<i64>,
    quantity: Option<Quantity>,
    pub(super) status: Option<OrderStatus>,
    pub(super) price: Option<String>,
    pub(super) extra_field: String,
    pub(super) attributes: String,
    pub(super) details: String,
}

pub(super) fn line(row: &Value) -> Result<LineRow, String> {
    let form = read(LINE, row)?;
    let object = |name: &str| form.string(name).unwrap_or_else(|| EMPTY.to_owned());
    Ok(LineRow {
        id: id(row).ok_or("it has no pk")?,
        order: form.int("order"),
        product: product_name(&form)?,
        list: form.int("stock_list"),
        quantity: form.int("quantity").and_then(Quantity::new),
        status: form.status("status"),
        price: form.string("price"),
        extra_field: object("extra_field"),
        attributes: object("attributes"),
        details: details(&form, &LINE[LINE_DETAILS..]),
    })
}

impl LineRow {
    /// How many units it stands for (contract R12).
    pub(super) fn quantity(&self, attribute: &str) -> Quantity {
        let attributes: Value = serde_json::from_str(&self.attributes).unwrap_or_default();
        let said = &attributes[attribute];
        let said = said.as_i64().or_else(|| said.as_str()?.trim().parse().ok());
        self.quantity.or_else(|| said.and_then(Quantity::new).filter(|said| said.units() > 0)).unwrap_or(Quantity::ONE)
    }
}

/// The ERP's code among the mappings of a line (contract 6.3).
pub(super) fn erp_code(mappings: &[Value]) -> Option<String> {
    let of_erp = mappings.iter().find(|mapping| mapping["integration_type"] == onhand_core::ERP)?;
    of_erp["code"].as_str().map(str::to_owned).filter(|code| (1..=255).contains(&code.chars().count()))
}

/// The fields that no rule reads, as one JSON object.
fn details(form: &Form, fields: &[Field]) -> String {
    let names = fields.iter().map(|field| field.name).filter(|name| form.has(name));
    let value = |name: &'static str| {
        let value: Value = serde_json::from_str(&form.json(name)).unwrap_or_default();
        let is_elsewhere = value.is_null() || IDS_ELSEWHERE.contains(&name) && value.is_number();
        (!is_elsewhere).then(|| (name.to_owned(), value))
    };
    Value::Object(names.filter_map(value).collect()).to_string()
}

/// A time as a filter has it.
pub(super) fn time(at: Timestamp) -> String {
    scalar::time_text(at)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_stock_is_read_as_both_families_print_it() {
        let i1 = json!({"id": 1, "product_sku": "A", "stock": 5, "stock_list": 2, "unit_type": "kg",
            "sold_quantity_unreported": 2, "extra_field": {"a": 1}});
        let read = stock(&i1).expect("a stock");
        assert_eq!((read.sku.as_str(), read.list, read.unit), ("A", 2, UnitType::Kilogram));
        assert_eq!((read.figures.available(), read.figures.held()), (3, 2));
        let v1 = json!({"pk": 1, "product_sku": "A", "stock": "5", "stock_list": {"pk": 2}, "adjusted_stock": 1});
        let read = stock(&v1).expect("a stock");
        assert_eq!((read.list, read.figures.available(), read.figures.held()), (2, 1, 4));
    }

    #[test]
    fn a_row_that_cannot_be_read_says_why() {
        for (row, words) in [
            (json!(null), "no object"),
            (json!({"product_sku": "A", "stock_list": 1}), "stock: This field is required."),
            (json!({"product_sku": "A", "stock_list": 1, "stock": "many"}), "stock: A valid integer"),
            (json!({"product_sku": "A", "stock_list": 1, "stock": -1}), "greater than or equal to 0"),
            (json!({"product_sku": "A", "stock_list": 1, "stock": 1.5}), "stock:"),
            (json!({"product_sku": ["A"], "stock_list": 1, "stock": 1}), "product_sku:"),
        ] {
            let fault = stock(&row).err().unwrap_or_else(|| panic!("{row} is read"));
            assert!(fault.contains(words), "{row}: {fault}");
        }
    }

    #[test]
    fn an_order_keeps_what_means_something_here() {
        let row = json!({"pk": 7, "number": 10001, "status": "400", "customer": 12, "shipping_address": {"city": "Ankara"},
            "amount": "286.10", "notes": null, "unknown": [1]});
        let read = order(&row).expect("an order");
        assert_eq!((read.id, read.number.as_str(), read.status), (7, "10001", OrderStatus::Approved));
        assert_eq!(read.details, r#"{"shipping_address":{"city":"Ankara"},"amount":"286.10"}"#);
    }

    #[test]
    fn a_line_stands_for_units() {
        let units = |row: Value| line(&row).expect("a line").quantity("adet").units();
        assert_eq!(units(json!({"pk": 1, "product": 2})), 1);
        assert_eq!(units(json!({"pk": 1, "product": 2, "quantity": 3})), 3);
        assert_eq!(units(json!({"pk": 1, "product": 2, "attributes": {"adet": "4"}})), 4);
        assert_eq!(units(json!({"pk": 1, "product": 2, "attributes": {"adet": "many"}})), 1);
        assert!(line(&json!({"pk": 1})).is_err(), "it names no product");
    }

    #[test]
    fn the_code_of_the_erp_is_one_of_many() {
        let mappings = [
            json!({"integration_type": "trendyol", "code": "T"}),
            json!({"integration_type": "external_company", "code": "E"}),
        ];
        assert_eq!(erp_code(&mappings).as_deref(), Some("E"));
        assert_eq!(erp_code(&mappings[..1]), None);
    }
}

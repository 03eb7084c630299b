//! The sourcing context: what sourcing needs to know of an order. Must not know HTTP.

use onhand_core::OrderId;
use onhand_core::fulfilment::Coordinates;
use onhand_store::tables::{order_items, orders};
use onhand_store::{Error, Store};
use serde_json::Value;

/// What sourcing needs to know of an order.
#[derive(Clone, Debug)]
pub struct SourcingContext {
    /// Its number.
    pub number: String,
    /// Where its customer is.
    pub near: Option<Coordinates>,
    /// How many lines it has.
    pub lines: usize,
}

/// Looks an order up.
pub async fn about(store: &Store, order: OrderId) -> Result<Option<SourcingContext>, Error> {
    store
        .read_inline("orders.about", async move |tx| {
            let Some(found) = orders::by_id(tx, order).await? else { return Ok(None) };
            let lines = order_items::of_orders(tx, &[order]).await?.len();
            Ok(Some(SourcingContext { near: near(&found.details), number: found.number, lines }))
        })
        .await
}

/// Where the parcel goes, if the order's shipping address says so: `latitude` and `longitude`, as numbers or texts.
fn near(details: &str) -> Option<Coordinates> {
    let details: Value = serde_json::from_str(details).ok()?;
    let degree = |name: &str| match details.get("shipping_address")?.get(name)? {
        Value::String(text) => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        _ => None,
    };
    Coordinates::parse(&degree("latitude")?, &degree("longitude")?)
}

#[cfg(test)]
mod tests {
    use super::near;
    use onhand_core::fulfilment::Coordinates;

    #[test]
    fn an_address_may_say_where_it_is() {
        let found = Coordinates::parse("41.5", "28.25");
        assert!(found.is_some());
        assert_eq!(near(r#"{"shipping_address": {"latitude": 41.5, "longitude": "28.25"}}"#), found);
        for none in ["{}", r#"{"shipping_address": 7}"#, r#"{"shipping_address": {"latitude": 41.5}}"#, "nothing"] {
            assert_eq!(near(none), None, "{none}");
        }
    }
}

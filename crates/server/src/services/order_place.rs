//! Where an order goes, as far as sourcing asks: coordinates of the order itself, or of its address.
//!
//! Promises: what an order says of itself comes before what its address says. Must not know who asks.

use onhand_core::ChannelId;
use onhand_core::fulfilment::Coordinates;
use onhand_store::query::{Condition, Op};
use onhand_store::tables::customers::{ADDRESSES, ADDRESSES_OF_CHANNEL};
use onhand_store::{Error, Tx, resource};
use serde_json::Value;

/// Where an order goes, as it says itself.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Said {
    /// There, if it says so.
    At(Option<Coordinates>),
    /// To the address with this id.
    Address(i64),
}

/// Reads what an order says: `details` are its fields that no rule reads, an object.
pub fn said(details: &Value) -> Said {
    let address = &details["shipping_address"];
    match (coordinates(details).or_else(|| coordinates(address)), address.as_i64()) {
        (None, Some(id)) => Said::Address(id),
        (said, _) => Said::At(said),
    }
}

/// What the fields of an order that no rule reads say of where it goes: `details` is a JSON object. An address that is
/// named by its id is looked up; for an order of a channel it is one of that channel's customers.
pub async fn of_order(
    tx: &mut Tx<'_>,
    details: &str,
    channel: Option<ChannelId>,
) -> Result<Option<Coordinates>, Error> {
    match said(&serde_json::from_str(details).unwrap_or_default()) {
        Said::At(at) => Ok(at),
        Said::Address(id) => of_address(tx, id, channel).await,
    }
}

/// Where an address is; for an order of a channel it is one of that channel's customers.
pub async fn of_address(tx: &mut Tx<'_>, id: i64, channel: Option<ChannelId>) -> Result<Option<Coordinates>, Error> {
    let own = channel.map(|channel| Condition {
        column: ADDRESSES_OF_CHANNEL,
        op: Op::RawPredicate,
        values: vec![channel.get().into()],
    });
    let address = resource::find(tx, &ADDRESSES, id, own).await?;
    Ok(address.and_then(|address| Coordinates::parse(address.text("latitude")?, address.text("longitude")?)))
}

/// `latitude` and `longitude` of an object, as numbers or texts.
fn coordinates(object: &Value) -> Option<Coordinates> {
    let degree = |name: &str| match object.get(name)? {
        Value::String(text) => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        _ => None,
    };
    Coordinates::parse(&degree("latitude")?, &degree("longitude")?)
}

#[cfg(test)]
mod tests {
    use super::coordinates;
    use onhand_core::fulfilment::Coordinates;
    use serde_json::json;

    #[test]
    fn an_object_may_say_where_it_is() {
        let found = Coordinates::parse("41.5", "28.25");
        assert!(found.is_some());
        assert_eq!(coordinates(&json!({"latitude": 41.5, "longitude": "28.25"})), found);
        for none in [json!({}), json!(7), json!({"latitude": 41.5}), json!({"latitude": [], "longitude": 1})] {
            assert_eq!(coordinates(&none), None, "{none}");
        }
    }
}

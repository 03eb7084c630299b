//! What another installation says of its prices, row by row.
//!
//! Promises: a row that cannot be read says why, and spoils none of the others; nothing that is read is outside the limits
//! of a price. Must not know where the rows go.

use onhand_core::prices::{CURRENCY_CHARS_MAX, Decimal, PriceValues, currency_code};
use serde_json::Value;

use super::rows::{number, sku};
use crate::wire::field::Field;
use crate::wire::form::{Form, Mode};

/// What the description of these fields would say.
const NOTHING: &str = "";
/// What a row has to say besides its SKU and its list.
const FIELDS: &[Field] = &[
    Field::decimal("price", NOTHING).required(),
    Field::text("currency_type", CURRENCY_CHARS_MAX, NOTHING).required(),
    Field::decimal("tax_rate", NOTHING).nullable(),
    Field::decimal("retail_price", NOTHING).nullable(),
];

/// What one row says.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) enum ReadPrice {
    /// The price of a SKU.
    Price(String, PriceValues),
    /// A SKU, if that can be read, with a price that cannot, and why.
    Odd(Option<String>, String),
    /// A price of another list than the one that was asked for.
    OtherList,
}

/// Reads a row of the price list `list` over there, or of whichever it is.
pub(super) fn read(row: &Value, list: Option<i64>) -> ReadPrice {
    if list.is_some_and(|list| number(&row["price_list"]).is_some_and(|other| other != list)) {
        return ReadPrice::OtherList;
    }
    let Some(sku) = sku(&row["product_sku"]) else {
        return ReadPrice::Odd(None, "a price has no product_sku".to_owned());
    };
    match values(row) {
        Ok(values) => ReadPrice::Price(sku, values),
        Err(why) => ReadPrice::Odd(Some(sku), why),
    }
}

fn values(row: &Value) -> Result<PriceValues, String> {
    let row = row.as_object().ok_or("it is no object")?;
    let form = Form::read(FIELDS, Mode::Whole, row).map_err(|faults| faults.line())?;
    let decimal = |name: &str| {
        let read = |text: &str| Decimal::read(text).ok_or_else(|| format!("{name}: It has too many digits."));
        form.text(name).map(read).transpose()
    };
    let said = form.text("currency_type").unwrap_or_default();
    let tax_rate = decimal("tax_rate")?;
    if tax_rate.is_some_and(|rate| rate > Decimal::HUNDRED) {
        return Err("tax_rate: It is more than 100 percent.".to_owned());
    }
    Ok(PriceValues {
        price: decimal("price")?.ok_or("price: It has none.")?,
        currency: currency_code(said).ok_or_else(|| format!("currency_type: {said} is no currency."))?,
        tax_rate,
        retail_price: decimal("retail_price")?,
    })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn row(said: &Value) -> Value {
        let mut row =
            json!({"product": 5, "product_sku": "A", "price_list": 3, "price": "9.90", "currency_type": "try"});
        said.as_object().into_iter().flatten().for_each(|(name, value)| row[name] = value.clone());
        row
    }

    #[test]
    fn a_price_is_read_as_it_is_written() {
        for (said, expected) in [
            (json!({}), ("9.90", "try", None, None)),
            (json!({"price": 12, "currency_type": "TL"}), ("12.00", "try", None, None)),
            (
                json!({"price": 0.5, "retail_price": "1", "tax_rate": "20.00"}),
                ("0.50", "try", Some("1.00"), Some("20.00")),
            ),
            (json!({"retail_price": null, "tax_rate": null, "price_list": "3"}), ("9.90", "try", None, None)),
        ] {
            let ReadPrice::Price(sku, read) = read(&row(&said), Some(3)) else { panic!("{said}") };
            let text = |decimal: Option<Decimal>| decimal.map(Decimal::text);
            let (retail, tax) = (text(read.retail_price), text(read.tax_rate));
            let texts = (read.price.text(), read.currency.as_str(), retail.as_deref(), tax.as_deref());
            assert_eq!((sku.as_str(), (texts.0.as_str(), texts.1, texts.2, texts.3)), ("A", expected), "{said}");
        }
    }

    #[test]
    fn what_is_no_price_says_why() {
        for (said, why) in [
            (json!({"price": "-1"}), "price: "),
            (json!({"price": "much"}), "price: "),
            (json!({"price": null}), "price: "),
            (json!({"price": "12345678901234567.00"}), "price: "),
            (json!({"price": "1.00001"}), "price: "),
            (json!({"price": [1]}), "price: "),
            (json!({"retail_price": -1}), "retail_price: "),
            (json!({"tax_rate": "101"}), "tax_rate: "),
            (json!({"currency_type": "1"}), "currency_type: "),
            (json!({"currency_type": null}), "currency_type: "),
        ] {
            match read(&row(&said), Some(3)) {
                ReadPrice::Odd(Some(sku), text) => assert!(sku == "A" && text.starts_with(why), "{said}: {text}"),
                other => panic!("{said}: {other:?}"),
            }
        }
        for nothing in
            [json!(null), json!([1]), json!({"price": "1", "product_sku": null}), row(&json!({"product_sku": " "}))]
        {
            assert!(matches!(read(&nothing, Some(3)), ReadPrice::Odd(None, _)), "{nothing}");
        }
        assert_eq!(read(&row(&json!({"price_list": 4})), Some(3)), ReadPrice::OtherList);
        assert!(matches!(read(&row(&json!({"price_list": 4})), None), ReadPrice::Price(..)));
    }
}

//! How a product stock is written out (contract 4.1). Must not know which stocks are asked for.

use onhand_core::Stock;
use onhand_store::tables::product_stocks::StockRow;

use crate::wire::Family;
use crate::wire::json::{self, Object};
use crate::wire::response_schema::{ResponseSchema, response_schema};

/// A product stock as the ERP sees it: exactly the fields of contract 4.1.
pub const VIEW_I1: ResponseSchema = response_schema!("ProductStockI1" {
    id: Int,
    product_sku: Text,
    stock: Int,
    stock_list: Int,
    unit_type: Text,
    sold_quantity_unreported: Int,
    extra_field: Object,
});

/// A product stock as panel and channels see it. `external_quantity` is the part of `sold_quantity_unreported` that was
/// written, and that no order of ours and no cart stands behind.
pub const VIEW_V1: ResponseSchema = response_schema!("ProductStock" {
    pk: Int,
    product: Int,
    product_sku: Text,
    stock: Int,
    stock_list: Int,
    unit_type: Text,
    sold_quantity_unreported: Int,
    external_quantity: Int,
    adjusted_stock: Int,
    reported_quantity: Int,
    snapshot_at: TimeOrNull,
    extra_field: Object,
    created_date: Time,
    modified_date: Time,
});

pub(crate) fn write(family: Family) -> impl Fn(&mut String, &Stock) + Copy {
    move |out, stock| match family {
        Family::I1 => Brief::of(stock).write(out),
        Family::V1 => write_v1(out, stock),
    }
}

/// What the ERP's side shows of a stock, from a whole one or from a row being listed.
struct Brief<'s> {
    id: i64,
    sku: &'s str,
    on_hand: i64,
    list: i64,
    unit: &'s str,
    reserved: i64,
    extra_field: &'s str,
}

impl<'s> Brief<'s> {
    fn of(stock: &'s Stock) -> Self {
        Self {
            id: stock.id.get(),
            sku: &stock.sku,
            on_hand: stock.on_hand,
            list: stock.list.get(),
            unit: stock.unit.word(),
            reserved: stock.reserved,
            extra_field: &stock.extra_field,
        }
    }

    fn of_row(row: &'s StockRow<'_>) -> Result<Self, onhand_store::Error> {
        Ok(Self {
            id: row.id()?,
            sku: row.sku()?,
            on_hand: row.on_hand()?,
            list: row.list()?,
            unit: row.unit()?,
            reserved: row.reserved()?,
            extra_field: row.extra_field()?,
        })
    }

    /// By hand, since lists of these are what is asked for most: whole pieces cost a third of name by name.
    fn write(&self, out: &mut String) {
        out.push_str("{\"id\":");
        json::push_int(out, self.id);
        out.push_str(",\"product_sku\":");
        json::push_text(out, self.sku);
        out.push_str(",\"stock\":");
        json::push_int(out, self.on_hand);
        out.push_str(",\"stock_list\":");
        json::push_int(out, self.list);
        out.push_str(",\"unit_type\":\"");
        out.push_str(self.unit);
        out.push_str("\",\"sold_quantity_unreported\":");
        json::push_int(out, self.reserved);
        out.push_str(",\"extra_field\":");
        out.push_str(self.extra_field);
        out.push('}');
    }
}

pub(super) fn write_v1(out: &mut String, stock: &Stock) {
    Object::open(out)
        .int("pk", stock.id.get())
        .int("product", stock.product.get())
        .text("product_sku", &stock.sku)
        .int("stock", stock.on_hand)
        .int("stock_list", stock.list.get())
        .text("unit_type", stock.unit.word())
        .int("sold_quantity_unreported", stock.reserved)
        .int("external_quantity", stock.external)
        .int("adjusted_stock", stock.available())
        .int("reported_quantity", stock.reported)
        .time_or_null("snapshot_at", stock.snapshot_at)
        .raw("extra_field", &stock.extra_field)
        .time("created_date", stock.created_at)
        .time("modified_date", stock.modified_at)
        .close();
}

pub(super) fn write_row(out: &mut String, row: &StockRow<'_>) -> Result<(), onhand_store::Error> {
    if out.len() > 1 {
        out.push(',');
    }
    Brief::of_row(row)?.write(out);
    Ok(())
}

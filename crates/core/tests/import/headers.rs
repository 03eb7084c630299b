//! Headers.

use onhand_core::import::{Column, Columns, HeaderError, Subject};

use crate::{columns, number, text};

fn read(header: &str) -> Result<Columns, HeaderError> {
    Columns::read(&header.split('|').map(text).collect::<Vec<_>>(), Subject::Stocks)
}

#[test]
fn columns_are_found_by_any_of_their_names() {
    for (header, sku, stock, unit) in [
        ("product__sku|stock|unit_type", Some(0), Some(1), Some(2)),
        ("SKU|Quantity|Unit Type", Some(0), Some(1), Some(2)),
        ("qty|PRODUCT_SKU", Some(1), Some(0), None),
        ("\u{feff}Barcode|stock", Some(0), Some(1), None),
        (" product  sku \u{a0}| S T O C K ", Some(0), Some(1), None),
        ("Stok Kodu|Miktar|Birim", Some(0), Some(1), Some(2)),
        ("STOK KODU|MİKTAR|BİRİM", Some(0), Some(1), Some(2)),
        ("stok kodu|MIKTAR|BIRIM", Some(0), Some(1), Some(2)),
        ("Stok|Stok_Kodu", Some(1), Some(0), None),
        ("Ürün Kodu|Ürün Adı|Stok Listesi|Adet", Some(0), Some(3), None),
        ("URUN KODU|Stok Miktari", Some(0), Some(1), None),
        ("barkod||stok", Some(0), Some(2), None),
    ] {
        let columns = read(header).unwrap_or_else(|fault| panic!("{header}: {fault:?}"));
        let found = [Column::Sku, Column::Stock, Column::Unit].map(|column| columns.place(column));
        assert_eq!(found, [sku, stock, unit], "{header}");
        assert!(columns.unknown().is_empty(), "{header}: {:?}", columns.unknown());
    }
}

#[test]
fn every_name_of_a_column_is_its_own() {
    let of_each = [(Subject::Stocks, Column::Stock, "stock"), (Subject::Prices, Column::Price, "price")];
    for (subject, amount, amounts) in of_each {
        for column in subject.columns().iter().copied() {
            for name in column.names().iter().chain(column.other_names()) {
                let others = subject.columns().iter().filter(|other| **other != column);
                assert!(
                    others.flat_map(|other| other.names().iter().chain(other.other_names())).all(|one| one != name)
                );
                // Beside a SKU and an amount that it cannot be taken for.
                let rest = match column {
                    Column::Sku => amounts.to_owned(),
                    column if column == amount => "sku".to_owned(),
                    _ => format!("sku|{amounts}"),
                };
                let header = format!("{rest}|{name}");
                let cells: Vec<_> = header.split('|').map(text).collect();
                let columns = Columns::read(&cells, subject).unwrap_or_else(|fault| panic!("{header}: {fault:?}"));
                assert!(columns.place(column).is_some() && columns.unknown().is_empty(), "{header}");
            }
        }
    }
    for column in Column::ALL {
        assert_eq!(Column::named(column.name()), Some(column), "a name on the wire is one column's, whatever the file");
    }
}

#[test]
fn columns_that_mean_nothing_are_named() {
    let long = "x".repeat(1_000);
    let columns = columns(&format!("sku|Renk|stock| Beden ||{long}|stok yeri"));
    let shown = format!("{}…", "x".repeat(64));
    assert_eq!(columns.unknown(), ["Renk", "Beden", shown.as_str(), "stok yeri"]);
}

#[test]
fn a_header_that_does_not_say_enough_is_a_fault() {
    let twice = |column, first: &str, second: &str| HeaderError::Twice {
        column,
        headers: [first.to_owned(), second.to_owned()],
    };
    for (header, fault) in [
        ("", HeaderError::NoSku),
        ("stock", HeaderError::NoSku),
        ("name|colour", HeaderError::NoSku),
        ("sku", HeaderError::NothingToWrite),
        ("sku|product__name|stock_list|snapshot_at", HeaderError::NothingToWrite),
        ("SKU|Barkod|stock", twice(Column::Sku, "SKU", "Barkod")),
        ("sku|stock|Adet", twice(Column::Stock, "stock", "Adet")),
        ("sku|stock|stock", twice(Column::Stock, "stock", "stock")),
        ("1116131001|12", HeaderError::NoHeader),
        ("A-1|12", HeaderError::NoHeader),
        ("A-1|12|adet", HeaderError::NoHeader),
        ("0001|-3,5", HeaderError::NoHeader),
        // The sample that the vendor's documents print, and parts of it (contract X9).
        (
            "product__sku|product__name|price_list__name|currency_type|tax_rate|retail_price|price",
            HeaderError::PriceList,
        ),
        ("SKU|Retail Price|unit_type", HeaderError::PriceList),
        ("Stok Kodu|Fiyat", HeaderError::PriceList),
    ] {
        assert_eq!(read(header), Err(fault), "{header}");
    }
    assert_eq!(Columns::read(&[text("A"), number("7")], Subject::Stocks), Err(HeaderError::NoHeader));
    assert_eq!(Columns::read(&[], Subject::Stocks), Err(HeaderError::NoSku));
}

#[test]
fn prices_beside_stock_are_only_not_read() {
    assert_eq!(columns("sku|stock|price").unknown(), ["price"]);
    assert!(columns("sku|unit_type").place(Column::Unit).is_some());
    assert!(columns("sku|sold_quantity_unreported|price").place(Column::Held).is_some());
}

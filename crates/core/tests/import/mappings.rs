//! Header rows as programs write them, mappings of columns, and rows that are left out.

use onhand_core::import::{
    Cell, CellKind, Column, ColumnMapping, FoundHeader, HeadRow, HeaderError, LeftOut, Pick, RunningSum, Subject,
    find_header, heading_set,
};

use crate::{columns, number, reading, text};

/// Rows of text cells, with the numbers of a spreadsheet.
fn rows(lines: &[&str]) -> Vec<HeadRow> {
    let cell = |cell: &str| (if cell.is_empty() { CellKind::Empty } else { CellKind::Text }, cell.to_owned());
    let row =
        |(at, line): (usize, &&str)| HeadRow { number: at as u64 + 1, cells: line.split('|').map(cell).collect() };
    lines.iter().enumerate().map(row).collect()
}

fn nothing(_: &[Cell<'_>]) -> Option<ColumnMapping> {
    None
}

fn found(lines: &[&str], mapping: Option<&ColumnMapping>) -> FoundHeader {
    find_header(&rows(lines), Subject::Stocks, mapping, &nothing).expect("a row")
}

/// Where the SKU, the amount and the warehouse are.
fn places(found: &FoundHeader) -> [Option<usize>; 3] {
    let columns = found.columns.as_ref().unwrap_or_else(|fault| panic!("{fault:?}"));
    [Column::Sku, Column::Stock, Column::Warehouse].map(|column| columns.place(column))
}

fn heading(text: &str) -> Pick {
    Pick::Heading(text.to_owned())
}

fn mapping(columns: &[(Column, Option<Pick>)]) -> ColumnMapping {
    ColumnMapping { columns: columns.to_vec(), ..ColumnMapping::default() }
}

#[test]
fn headers_of_programs_are_understood() {
    for (program, header, wanted) in [
        ("Logo", "Malzeme Kodu|Malzeme Açıklaması|Ambar|Birim|Fiili Stok", [Some(0), Some(4), Some(2)]),
        ("Logo", "MALZEME KODU|MALZEME ADI|GERÇEK STOK", [Some(0), Some(2), None]),
        ("Netsis", "STOK_KODU|STOK_ADI|DEPO_KODU|BAKIYE", [Some(0), Some(3), Some(2)]),
        ("Netsis", "Stok Kodu|Stok Adı|Grup Kodu|Bakiye", [Some(0), Some(3), None]),
        ("Mikro", "Stok Kodu|Stok İsmi|Depo|Miktar", [Some(0), Some(3), Some(2)]),
        (
            "SAP",
            "Malzeme|Malzeme kısa metni|Üretim yeri|Depo yeri|Serbest kullanılabilir|TÖB",
            [Some(0), Some(4), Some(3)],
        ),
        (
            "SAP",
            "Material|Material Description|Plant|Storage Location|Unrestricted|Base Unit of Measure",
            [Some(0), Some(4), Some(3)],
        ),
        ("SAP", "Malzeme|Serbest Stok|Kalite kontrolde|Bloke", [Some(0), Some(1), None]),
        ("Nebim", "Ürün Kodu|Renk|Beden|Depo Adı|Stok Adedi", [Some(0), Some(4), Some(3)]),
        ("a warehouse", "Kod|Ürün|Adet", [Some(0), Some(2), None]),
        ("a warehouse", "EAN|Açıklama|Stok Adedi", [Some(0), Some(2), None]),
        ("a warehouse", "Barkod|Stok", [Some(0), Some(1), None]),
        ("Trendyol", "Barkod|Model Kodu|Ürün Stok Adedi|Piyasa Satış Fiyatı", [Some(0), Some(2), None]),
        ("Hepsiburada", "Satıcı Stok Kodu|Ürün Adı|Stok", [Some(0), Some(2), None]),
        ("Shopify", "Handle|Title|Variant SKU|Variant Inventory Qty", [Some(2), Some(3), None]),
        ("NetSuite", "Item|Description|Warehouse|Qty on hand", [Some(0), Some(3), Some(2)]),
        ("Odoo", "Product Code|On hand", [Some(0), Some(1), None]),
        ("Zoho", "Item Code|Item Name|Available", [Some(0), Some(2), None]),
        ("ours", "product__sku|stock", [Some(0), Some(1), None]),
        // A first name counts before the others, as it always did.
        ("a shop", "Kod|SKU|Available|Stock", [Some(1), Some(3), None]),
        ("a shop", "EAN|stok kodu|Bakiye|Miktar", [Some(1), Some(3), None]),
    ] {
        let one = found(&[header], None);
        assert_eq!(places(&one), wanted, "{program}: {header}");
        assert_eq!(one.row, 0);
    }
}

#[test]
fn a_header_below_titles_is_found_and_a_first_row_that_is_one_stays_it() {
    let titled = found(
        &["ABC Tekstil A.Ş.", "Stok Durum Raporu|30.11.2026", "Depo: Merkez", "Stok Kodu|Stok Adı|Miktar", "A-1|x|5"],
        None,
    );
    assert_eq!((titled.row, places(&titled)), (3, [Some(0), Some(2), None]));
    let first = found(&["sku|stock", "SKU|Qty", "Stok Kodu|Miktar"], None);
    assert_eq!(first.row, 0);
    let far: Vec<String> = (0..60).map(|row| format!("title {row}")).chain(["sku|stock".to_owned()]).collect();
    let far: Vec<&str> = far.iter().map(String::as_str).collect();
    assert_eq!(found(&far, None).columns, Err(HeaderError::NoSku), "it is not looked for without end");
    assert!(find_header(&[], Subject::Stocks, None, &nothing).is_none());
    // What is wrong is said of the first row; a person begins with the row that looks most like a header.
    let unknown = found(&["1|2", "Artikel|Menge", "A-1|5"], None);
    assert_eq!((unknown.columns, unknown.row), (Err(HeaderError::NoHeader), 1));
}

#[test]
fn what_could_be_several_things_is_asked_and_a_mapping_answers() {
    let lines = ["Rapor", "Malzeme Kodu|Barkod No|Fiili Stok|Kullanılabilir Stok", "A-1|869|5|4"];
    let asked = found(&lines, None);
    assert!(matches!(&asked.columns, Err(HeaderError::Twice { column: Column::Sku, .. })), "{asked:?}");
    assert_eq!(asked.row, 1);
    let draft = asked.draft(&rows(&lines)[1].cells()).expect("a draft");
    assert_eq!(draft.conflicts, [(Column::Sku, vec![0, 1]), (Column::Stock, vec![2, 3])]);
    assert_eq!(draft.roles(4), [Some(Column::Sku), None, Some(Column::Stock), None]);

    let said = mapping(&[(Column::Sku, Some(heading("barkod no"))), (Column::Stock, Some(Pick::Number(4)))]);
    let answered = found(&lines, Some(&said));
    assert_eq!((answered.row, places(&answered)), (1, [Some(1), Some(3), None]));
    assert_eq!(answered.columns.unwrap().unknown(), ["Malzeme Kodu", "Fiili Stok"]);
    // Headings that mean nothing lead to their row.
    let lines = ["Bericht", "Artikel-Nr|Bezeichnung|Menge", "A-1|x|5"];
    let said = mapping(&[(Column::Sku, Some(heading("Artikel-Nr"))), (Column::Stock, Some(heading("MENGE")))]);
    assert_eq!(found(&lines, Some(&said)).row, 1);
    // A column that is not to be read is not.
    let said = mapping(&[(Column::Warehouse, None)]);
    assert_eq!(places(&found(&["sku|stock|Depo"], Some(&said))), [Some(0), Some(1), None]);
}

#[test]
fn a_mapping_that_does_not_fit_says_why() {
    let lines = ["Rapor", "sku|Stock|Stock", "A|1|2"];
    let with_row =
        |row, columns: &[(Column, Option<Pick>)]| ColumnMapping { header_row: Some(row), ..mapping(columns) };
    for (said, fault) in [
        (with_row(9, &[]), HeaderError::NoSuchRow(9)),
        (with_row(1, &[]), HeaderError::NoSku),
        (with_row(2, &[(Column::Sku, Some(heading("Kod")))]), HeaderError::NoSuchColumn("Kod".to_owned())),
        (
            with_row(2, &[(Column::Sku, Some(Pick::Number(2))), (Column::Stock, Some(Pick::Number(2)))]),
            HeaderError::Shared("Stock".to_owned()),
        ),
        (
            with_row(2, &[(Column::Stock, Some(heading("Stock")))]),
            HeaderError::Twice { column: Column::Stock, headers: ["Stock".to_owned(), "Stock".to_owned()] },
        ),
        (mapping(&[(Column::Sku, Some(heading("Kod")))]), HeaderError::NoSuchColumn("Kod".to_owned())),
    ] {
        assert_eq!(found(&lines, Some(&said)).columns, Err(fault), "{said:?}");
    }
    let said = with_row(2, &[(Column::Stock, Some(Pick::Number(3)))]);
    assert_eq!(places(&found(&lines, Some(&said))), [Some(0), Some(2), None]);
}

#[test]
fn what_is_remembered_of_headings_counts_where_nothing_is_said() {
    let lines = ["Rapor", "Stock|SKU|Kod", "1|A|B"];
    let known = heading_set(&rows(&["kod|sku|STOCK"])[0].cells());
    let said = mapping(&[(Column::Sku, Some(heading("Kod")))]);
    let remembered = |cells: &[Cell<'_>]| (heading_set(cells) == known).then(|| said.clone());
    let one = find_header(&rows(&lines), Subject::Stocks, None, &remembered).unwrap();
    assert!(one.is_remembered);
    assert_eq!((one.row, places(&one)), (1, [Some(2), Some(0), None]));
    let anew = find_header(&rows(&lines), Subject::Stocks, Some(&ColumnMapping::default()), &remembered).unwrap();
    assert_eq!((anew.is_remembered, places(&anew)), (false, [Some(1), Some(0), None]));
}

#[test]
fn sums_are_left_out_and_skus_are_not() {
    let of = |header: &str, cells: &[Cell<'_>], sum: &mut RunningSum| columns(header).left_out(cells, sum);
    let none = || RunningSum::default();
    for cells in [
        &["TOPLAM", "", "12"][..],
        &["Genel Toplam:", "", "12"],
        &["Grand Total", "", "1.234,00"],
        &["Total", "Total", "12"],
        &["", "Toplam", "12"],
        &["", "Merkez Depo Toplamı", "12"],
        &["", "", "12", "Sum"],
    ] {
        let cells: Vec<Cell<'_>> = cells.iter().map(|cell| text(cell)).collect();
        assert_eq!(of("sku|product_name|stock", &cells, &mut none()), Some(LeftOut::Total), "{cells:?}");
    }
    for cells in [
        &["TOPLAM", "Toplam marka yağ", "12"][..],
        &["TOTAL-5W40", "", "12"],
        &["TOTAL 7", "", "12"],
        &["", "Total Quartz", "12"],
        &["", "", "12"],
        &["A-1", "Toplam", "12"],
    ] {
        let cells: Vec<Cell<'_>> = cells.iter().map(|cell| text(cell)).collect();
        assert_eq!(of("sku|product_name|stock", &cells, &mut none()), None, "{cells:?}");
    }
    // Without a word, an amount is a sum if it is that of the rows above.
    let (mut sum, all) = (RunningSum::default(), columns("sku|stock"));
    for (sku, units) in [("A", "5"), ("B", "7")] {
        let row = all.row(&[text(sku), number(units)], &reading(onhand_core::import::ImportMode::Upsert)).unwrap();
        sum.add(&row);
    }
    assert_eq!(of("sku|stock", &[Cell::EMPTY, number("12")], &mut sum), Some(LeftOut::Total));
    assert_eq!(of("sku|stock", &[Cell::EMPTY, number("13")], &mut sum), None);
}

#[test]
fn rows_of_other_warehouses_are_left_out() {
    let said = ColumnMapping { warehouse: Some("merkez".to_owned()), ..ColumnMapping::default() };
    let one = found(&["sku|depo|stock"], Some(&said));
    let columns = one.columns.unwrap();
    let mut sum = RunningSum::default();
    for (cells, wanted) in [
        (["A", "Merkez", "5"], None),
        (["A", " MERKEZ ", "5"], None),
        (["A", "Kadıköy", "7"], Some(LeftOut::OtherWarehouse)),
        (["B", "", "7"], Some(LeftOut::OtherWarehouse)),
        (["", "", "14"], Some(LeftOut::Total)),
    ] {
        assert_eq!(columns.left_out(&cells.map(text), &mut sum), wanted, "{cells:?}");
    }
}

//! Workbooks of several sheets: their names, and each of them read.
//!
//! Promises: hidden sheets are neither named nor counted. Must not know single cells.

use std::io::Cursor;

use onhand_sheet::{Limits, Row, SheetError, read_sheet, sheet_names};

use crate::made::{Xlsx, ods, xls};

fn names(bytes: &[u8]) -> Vec<String> {
    sheet_names(Box::new(Cursor::new(bytes.to_vec())), &Limits::default()).expect("a workbook")
}

/// The first cell of a sheet.
fn first(bytes: &[u8], number: usize) -> Result<String, SheetError> {
    let mut row = Row::new();
    let mut sheet = read_sheet(Box::new(Cursor::new(bytes.to_vec())), &Limits::default(), number)?;
    sheet.next(&mut row)?;
    Ok(row.cell(0).map_or_else(String::new, |cell| cell.text.to_owned()))
}

#[test]
fn each_sheet_that_is_not_hidden_can_be_read() {
    let book =
        Xlsx { sheet: b"<worksheet><sheetData><row><c><v>1</v></c></row></sheetData></worksheet>", ..Xlsx::default() };
    let plain = book.bytes();
    assert_eq!(names(&plain), ["One", "Two"]);
    assert_eq!([first(&plain, 0).unwrap(), first(&plain, 1).unwrap()], ["1", "2"]);
    assert!(matches!(first(&plain, 2), Err(SheetError::NoSheet)));
    let hidden = "<sheets><sheet name='One' sheetId='1' state='hidden' r:id='r1'/><sheet name='&lt;Two&gt;' sheetId='2' r:id='r2'/>\
                  <sheet name='Chart' sheetId='3' r:id='r5'/></sheets>";
    let hidden = Xlsx { book: hidden, ..Xlsx::default() }.bytes();
    assert_eq!((names(&hidden), first(&hidden, 0).unwrap()), (vec!["<Two>".to_owned()], "2".to_owned()));

    let row = "<table:table-row><table:table-cell office:value-type='float' office:value='7'/></table:table-row>";
    let second = format!("{row}</table:table><table:table table:name='Two'>{}", row.replace('7', "8"));
    let open = ods(&second);
    assert_eq!(names(&open), ["One", "Two"]);
    assert_eq!([first(&open, 0).unwrap(), first(&open, 1).unwrap()], ["7", "8"]);
    assert!(matches!(first(&open, 2), Err(SheetError::NoSheet)));

    let old = xls(&[]);
    assert_eq!(names(&old), ["One"]);
    assert!(matches!(first(&old, 1), Err(SheetError::NoSheet)));
}

#[test]
fn text_has_one_sheet_without_a_name() {
    assert_eq!(names(b"sku,stock\nA,1\n"), Vec::<String>::new());
    assert_eq!(first(b"sku,stock\nA,1\n", 0).unwrap(), "sku");
    assert!(matches!(first(b"sku,stock\nA,1\n", 1), Err(SheetError::NoSheet)));
}

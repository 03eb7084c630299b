//! What is written is read back as it was, in both formats, whatever it is; and another reader agrees.

use std::io::Cursor;

use onhand_sheet::{CsvWriter, Kind, Limits, Out, Row, XlsxWriter, read};
use proptest::prelude::{Just, Strategy, any, proptest};
use proptest::{collection, prop_assert_eq, prop_oneof};

#[derive(Debug, Clone, PartialEq)]
enum Value {
    Empty,
    Text(String),
    Int(i64),
}

fn value() -> impl Strategy<Value = Value> {
    let special = "[-=+@'\t\r\n,;\" a_x0-9]{0,8}";
    prop_oneof![
        Just(Value::Empty),
        any::<i64>().prop_map(Value::Int),
        (-100_i64..100).prop_map(Value::Int),
        special.prop_map(Value::Text),
        "_x000[dD]_".prop_map(Value::Text),
        // What XML cannot hold, no workbook holds; and a NUL is rejected.
        any::<String>().prop_map(|text| Value::Text(text.replace(['\0', '\u{FFFE}', '\u{FFFF}'], ""))),
    ]
}

fn out(value: &Value) -> Out<'_> {
    match value {
        Value::Empty => Out::Empty,
        Value::Text(text) => Out::Text(text),
        Value::Int(number) => Out::Int(*number),
    }
}

fn shown(value: &Value) -> String {
    match value {
        Value::Empty => String::new(),
        Value::Text(text) => text.clone(),
        Value::Int(number) => number.to_string(),
    }
}

/// What is to come back: the rows that have something, without empty cells at their end.
fn expected(table: &[Vec<Value>]) -> Vec<Vec<String>> {
    let rows = table.iter().map(|row| {
        let mut row: Vec<String> = row.iter().map(shown).collect();
        row.truncate(row.iter().rposition(|cell| !cell.is_empty()).map_or(0, |last| last + 1));
        row
    });
    rows.filter(|row| !row.concat().trim().is_empty()).collect()
}

fn read_all(bytes: Vec<u8>) -> Vec<Vec<String>> {
    let mut sheet = read(Box::new(Cursor::new(bytes)), &Limits::default()).expect("what was written is read");
    let (mut row, mut rows) = (Row::new(), Vec::new());
    while sheet.next(&mut row).expect("what was written is read") {
        rows.push(row.cells().map(|cell| cell.text.to_owned()).collect());
    }
    rows
}

fn csv(table: &[Vec<Value>]) -> Vec<u8> {
    let mut writer = CsvWriter::with_bom(Vec::new()).expect("memory takes every table");
    table.iter().for_each(|row| writer.row(row.iter().map(out)).expect("memory takes every table"));
    writer.finish().expect("memory takes every table")
}

fn xlsx(table: &[Vec<Value>]) -> Vec<u8> {
    let mut writer = XlsxWriter::new("Stock").expect("memory takes every table");
    table.iter().for_each(|row| writer.row(row.iter().map(out)).expect("memory takes every table"));
    let mut file = Cursor::new(Vec::new());
    writer.finish(&mut file).expect("memory takes every table");
    file.into_inner()
}

proptest! {
    #[test]
    fn any_table_comes_back(mut table in collection::vec(collection::vec(value(), 1..5), 0..6)) {
        // A header, so that no table is empty.
        table.insert(0, vec![Value::Text("sku".to_owned()), Value::Text("stock".to_owned())]);
        prop_assert_eq!(read_all(csv(&table)), expected(&table));
        prop_assert_eq!(read_all(xlsx(&table)), expected(&table));
    }

    #[test]
    fn any_first_cell_comes_back(text in "[-=+@'sepSEP;,\t a]{1,6}") {
        let table = [vec![Value::Text(text)], vec![Value::Text("x".to_owned()), Value::Int(1)]];
        prop_assert_eq!(read_all(csv(&table)), expected(&table));
    }
}

#[test]
fn numbers_are_numbers_and_long_ones_are_texts() {
    let table =
        [vec![Value::Int(-5), Value::Int(999_999_999_999_999), Value::Int(i64::MAX), Value::Text("-5".to_owned())]];
    let mut sheet = read(Box::new(Cursor::new(xlsx(&table))), &Limits::default()).unwrap();
    let mut row = Row::new();
    assert!(sheet.next(&mut row).unwrap());
    let kinds: Vec<_> = row.cells().map(|cell| cell.kind).collect();
    assert_eq!(kinds, [Kind::Number, Kind::Number, Kind::Text, Kind::Text]);
}

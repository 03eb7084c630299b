//! Files of stock: sent for an import, followed to its end, and read as a person would.
//!
//! Promises: says what was answered, and what is in a file. Must not know what a row means.

use std::io::Cursor;

use onhand_sheet::{Limits, Row};
use onhand_testkit::wait;
use reqwest::multipart::{Form, Part};
use serde_json::Value;

use crate::client::{Answer, Body, Client};
use crate::shop::{Shop, int};

pub(crate) fn import_path(list: i64) -> String {
    format!("/api/v1/stock_list/{list}/excel_import/")
}

pub(crate) fn price_import_path(list: i64) -> String {
    format!("/api/v1/price_list/{list}/excel_import/")
}

/// Sends a file as a form.
pub(crate) async fn upload(
    caller: &Client,
    path: &str,
    name: &str,
    file: &[u8],
    options: &[(&'static str, &'static str)],
) -> Answer {
    let mut form = Form::new();
    for (option, value) in options {
        form = form.text(*option, *value);
    }
    let part = Part::bytes(file.to_vec()).file_name(name.to_owned());
    caller.send("POST", path, Body::Form(form.part("file", part))).await
}

/// The status of an import, once it has ended.
pub(crate) async fn finished(caller: &Client, key: &str) -> Value {
    let path = format!("/api/v1/stock_list/excel_import_status/?cache_key={key}");
    wait::until_async(async || {
        let status = caller.get(&path).await.ok();
        if matches!(status["status"].as_str(), Some("completed" | "failed")) { Ok(status) } else { Err(status) }
    })
    .await
}

impl Shop {
    /// Imports a file into the shop's list; its status at the end.
    pub(crate) async fn import(&self, file: impl AsRef<[u8]>, options: &[(&'static str, &'static str)]) -> Value {
        let answer = upload(&self.erp, &import_path(self.list), "stock.csv", file.as_ref(), options).await;
        finished(&self.erp, key(&answer.ok())).await
    }

    /// Applies or undoes an import; the status of that at the end.
    pub(crate) async fn follow(&self, import: &Value, what: &str, body: Value) -> Value {
        let path = format!("{}{}/{what}/", import_path(self.list), key(import));
        finished(&self.erp, key(&self.erp.post(&path, body).await.ok())).await
    }
}

pub(crate) fn key(answer: &Value) -> &str {
    answer["cache_key"].as_str().expect("a key")
}

/// `[created, updated, unchanged, fail_count]`.
pub(crate) fn counts(status: &Value) -> [i64; 4] {
    let counts = ["created", "updated", "unchanged", "fail_count"].map(|name| int(&status[name]));
    assert_eq!(int(&status["processed"]), counts.iter().sum::<i64>(), "{status}");
    counts
}

/// Row and code of each error.
pub(crate) fn errors(status: &Value) -> Vec<(i64, &str)> {
    let errors = status["errors"].as_array().expect("a list");
    errors.iter().map(|error| (int(&error["row"]), error["error_code"].as_str().expect("a code"))).collect()
}

/// The rows of a file, read as an import reads them; cells that a row does not reach are empty.
pub(crate) fn rows(answer: &Answer) -> Vec<Vec<String>> {
    assert_eq!(answer.status, 200, "{answer:?}");
    let file = Box::new(Cursor::new(answer.bytes.clone()));
    let mut sheet = onhand_sheet::read(file, &Limits::default()).expect("a table");
    let (mut row, mut found, mut width) = (Row::new(), Vec::<Vec<String>>::new(), 0);
    while sheet.next(&mut row).expect("a row") {
        let mut cells: Vec<String> = row.cells().map(|cell| cell.text.to_owned()).collect();
        width = width.max(cells.len());
        cells.resize(width, String::new());
        found.push(cells);
    }
    found
}

/// One column of a file, without its heading.
pub(crate) fn cells(rows: &[Vec<String>], heading: &str) -> Vec<String> {
    let place = rows[0].iter().position(|cell| cell == heading).unwrap_or_else(|| panic!("{heading}: {:?}", rows[0]));
    rows[1..].iter().map(|row| row[place].clone()).collect()
}

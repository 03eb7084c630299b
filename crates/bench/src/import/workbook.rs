//! A workbook read by the usual library and thrown away.
//!
//! Promises: opening is part of it, as it is of an import; every row is seen. Must not know the server.

use std::fs::File;
use std::io::BufReader;
use std::path::Path;

use anyhow::{Context as _, ensure};
use calamine::{Reader as _, Xlsx, open_workbook};

use super::client::Clock;
use super::file::HEADER;
use crate::load::Figure;

type Book = Xlsx<BufReader<File>>;

/// Reads cell by cell, keeping none.
pub(super) fn cells(file: &Path, rows: u64) -> anyhow::Result<Figure> {
    let clock = Clock::start(std::process::id());
    let mut book: Book = open_workbook(file)?;
    let sheet = first(&book)?;
    let mut reader = book.worksheet_cells_reader(&sheet)?;
    let mut cells = 0;
    while reader.next_cell()?.is_some() {
        cells += 1;
    }
    let figure = clock.stop(rows);
    ensure!(cells == (rows + 1) * HEADER.len() as u64, "{cells} cells were read");
    Ok(figure)
}

/// Reads the sheet whole, as most programs do.
pub(super) fn range(file: &Path, rows: u64) -> anyhow::Result<Figure> {
    let clock = Clock::start(std::process::id());
    let mut book: Book = open_workbook(file)?;
    let sheet = first(&book)?;
    let range = book.worksheet_range(&sheet)?;
    let figure = clock.stop(rows);
    ensure!(range.height() as u64 == rows + 1, "{} rows were read", range.height());
    Ok(figure)
}

fn first(book: &Book) -> anyhow::Result<String> {
    book.sheet_names().into_iter().next().context("a workbook has a sheet")
}

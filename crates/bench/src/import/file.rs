//! The files that are imported: every one changes every figure that the one before it wrote.
//!
//! Promises: knows what the list must hold after all files so far. Must not know who reads them.

use std::fs::File;
use std::io::{BufWriter, Write as _};
use std::path::{Path, PathBuf};

use rust_xlsxwriter::Workbook;

/// The columns: what an export of an ERP has at least.
pub(crate) const HEADER: [&str; 3] = ["product__sku", "stock", "unit_type"];
/// The unit of all.
pub(crate) const UNIT: &str = "qty";
/// So many that orders never run out of them.
const LEAST: i64 = 1_000_000_000;
/// By how much at least a figure grows from file to file.
const STEP: i64 = 1_000;

/// Files, one after the other.
pub(crate) struct Files {
    folder: PathBuf,
    made: i64,
    /// By SKU.
    figures: Vec<i64>,
}

/// The SKU with this number; the benchmark's orders name it so too.
pub(crate) fn sku(number: usize) -> String {
    format!("SKU-{number:07}")
}

impl Files {
    /// No file yet; each will have so many rows.
    pub(crate) fn new(folder: &Path, rows: u64) -> Self {
        Self { folder: folder.to_owned(), made: 0, figures: vec![0; rows as usize] }
    }

    /// How many rows a file has.
    pub(crate) fn rows(&self) -> u64 {
        self.figures.len() as u64
    }

    /// What the list holds when all files have been imported.
    pub(crate) fn figures(&self) -> &[i64] {
        &self.figures
    }

    /// New figures for the first SKUs.
    fn change(&mut self, rows: u64) -> &[i64] {
        self.made += 1;
        let changed = &mut self.figures[..rows as usize];
        for (number, figure) in changed.iter_mut().enumerate() {
            *figure = LEAST + self.made * STEP + (number % STEP as usize) as i64;
        }
        changed
    }

    /// A CSV file with every SKU.
    pub(crate) fn csv(&mut self) -> anyhow::Result<PathBuf> {
        let path = self.folder.join("stock.csv");
        let mut file = BufWriter::new(File::create(&path)?);
        writeln!(file, "{}", HEADER.join(","))?;
        for (number, figure) in self.change(self.rows()).iter().enumerate() {
            writeln!(file, "{},{figure},{UNIT}", sku(number))?;
        }
        file.flush()?;
        Ok(path)
    }

    /// A workbook with the first SKUs, its texts shared as spreadsheet programs do it.
    pub(crate) fn workbook(&mut self, rows: u64) -> anyhow::Result<PathBuf> {
        let path = self.folder.join("stock.xlsx");
        let mut book = Workbook::new();
        let sheet = book.add_worksheet();
        sheet.write_row(0, 0, HEADER)?;
        for (number, figure) in self.change(rows).iter().enumerate() {
            let row = u32::try_from(number)? + 1;
            sheet.write_string(row, 0, sku(number))?;
            sheet.write_number(row, 1, *figure as f64)?;
            sheet.write_string(row, 2, UNIT)?;
        }
        book.save(&path)?;
        Ok(path)
    }
}

//! Measures reading against the bare libraries, in one process: `cargo run --release -p onhand-sheet --example
//! compare`.
//!
//! A ratio is the time of the bare library by ours; each is the best of some runs that take turns. Memory is the most
//! that the process had while one of ours read (Linux).

use std::fs::File;
use std::hint::black_box;
use std::io::{BufReader, BufWriter, Write, stdout};
use std::path::Path;
use std::time::{Duration, Instant};

use calamine::{Reader, Xlsx};
use onhand_sheet::{CsvWriter, Limits, Out, Row, XlsxWriter, open};

type Outcome<T> = Result<T, Box<dyn std::error::Error>>;

const RUNS: usize = 5;

fn main() -> Outcome<()> {
    let folder = tempfile::tempdir()?;
    let (csv, xlsx) = (folder.path().join("1m.csv"), folder.path().join("100k.xlsx"));
    let mut writer = CsvWriter::with_bom(BufWriter::new(File::create(&csv)?))?;
    rows(1_000_000, |cells| Ok(writer.row(cells)?))?;
    writer.finish()?;
    let mut writer = XlsxWriter::new("Stock")?;
    rows(100_000, |cells| Ok(writer.row(cells)?))?;
    writer.finish(File::create(&xlsx)?)?;
    let before = peak_kilobytes();
    ours(&csv)?;
    let after = peak_kilobytes();
    compare("CSV, 1,000,000 rows", || ours(&csv), || bare_csv(&csv))?;
    compare("XLSX, 100,000 rows, calamine's cells", || ours(&xlsx), || bare_cells(&xlsx))?;
    compare("XLSX, 100,000 rows, calamine's range", || ours(&xlsx), || bare_range(&xlsx))?;
    writeln!(stdout(), "memory for the CSV file: {before} kB before, {after} kB at most")?;
    Ok(())
}

fn rows(count: i64, mut write: impl FnMut([Out<'_>; 4]) -> Outcome<()>) -> Outcome<()> {
    write([Out::Text("sku"), Out::Text("product__name"), Out::Text("stock"), Out::Text("unit_type")])?;
    for number in 0..count {
        let (sku, name) = (format!("{:010}", number * 7_919), format!("Pamuklu tişört, beden {}", number % 977));
        write([Out::Text(&sku), Out::Text(&name), Out::Int(number % 1_000), Out::Text("qty")])?;
    }
    Ok(())
}

fn ours(path: &Path) -> Outcome<usize> {
    let (mut sheet, mut row, mut bytes) = (open(path, &Limits::default())?, Row::new(), 0);
    while sheet.next(&mut row)? {
        bytes += row.cells().map(|cell| cell.text.len()).sum::<usize>();
    }
    Ok(bytes)
}

fn bare_csv(path: &Path) -> Outcome<usize> {
    let mut reader = csv::ReaderBuilder::new().has_headers(false).from_path(path)?;
    let (mut record, mut bytes) = (csv::StringRecord::new(), 0);
    while reader.read_record(&mut record)? {
        bytes += record.iter().map(str::len).sum::<usize>();
    }
    Ok(bytes)
}

fn bare_cells(path: &Path) -> Outcome<usize> {
    let mut book: Xlsx<_> = Xlsx::new(BufReader::new(File::open(path)?))?;
    let mut cells = book.worksheet_cells_reader("Stock")?;
    let mut count = 0;
    while let Some(cell) = cells.next_cell()? {
        black_box(cell);
        count += 1;
    }
    Ok(count)
}

fn bare_range(path: &Path) -> Outcome<usize> {
    let mut book: Xlsx<_> = Xlsx::new(BufReader::new(File::open(path)?))?;
    Ok(book.worksheet_range("Stock")?.used_cells().count())
}

fn compare(what: &str, ours: impl Fn() -> Outcome<usize>, bare: impl Fn() -> Outcome<usize>) -> Outcome<()> {
    let (mut best, mut best_bare) = (Duration::MAX, Duration::MAX);
    for _ in 0..RUNS {
        best = best.min(timed(&ours)?);
        best_bare = best_bare.min(timed(&bare)?);
    }
    let ratio = best_bare.as_secs_f64() / best.as_secs_f64();
    writeln!(stdout(), "{what}: {best:.0?}, bare {best_bare:.0?}, ratio {ratio:.2}")?;
    Ok(())
}

fn timed(run: &impl Fn() -> Outcome<usize>) -> Outcome<Duration> {
    let start = Instant::now();
    black_box(run()?);
    Ok(start.elapsed())
}

/// The most memory that the process ever had.
fn peak_kilobytes() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    line.and_then(|line| line.trim().trim_end_matches(" kB").parse().ok()).unwrap_or_default()
}

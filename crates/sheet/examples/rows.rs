//! Prints what is read of a file, for a look at one that a user sent: `cargo run -p onhand-sheet --example rows
//! FILE`.

use std::io::{BufWriter, Write, stdout};
use std::path::PathBuf;

use onhand_sheet::{Limits, Row, open};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let path = PathBuf::from(std::env::args_os().nth(1).ok_or("which file?")?);
    let mut out = BufWriter::new(stdout().lock());
    let mut sheet = open(&path, &Limits::default())?;
    writeln!(out, "{:?} {:?} {:?}", sheet.format(), sheet.encoding(), sheet.delimiter())?;
    let mut row = Row::new();
    loop {
        match sheet.next(&mut row) {
            Ok(true) => {
                let cells: Vec<_> = row.cells().map(|cell| format!("{:?} {}", cell.kind, cell.text)).collect();
                writeln!(out, "{}: {}", row.number(), cells.join(" | "))?;
            }
            Ok(false) => return Ok(out.flush()?),
            Err(fault) if fault.lost_row().is_some() => writeln!(out, "{fault}")?,
            Err(fault) => return Err(fault.into()),
        }
    }
}

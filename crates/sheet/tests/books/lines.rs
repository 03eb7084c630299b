//! What is read of a file, as lines that a test can show; for the tests of every format. Must not know formats.

use std::io::Cursor;

use onhand_sheet::{Kind, Limits, Row, read};

/// The rows as `number: cell|cell`, a cell that is no text with its kind before it, a fault of a row as its sentence;
/// then a fault of the file, if any.
pub(crate) fn rows_within(bytes: &[u8], limits: &Limits) -> Vec<String> {
    let mut lines = Vec::new();
    let mut sheet = match read(Box::new(Cursor::new(bytes.to_vec())), limits) {
        Ok(sheet) => sheet,
        Err(fault) => return vec![fault.to_string()],
    };
    let mut row = Row::new();
    loop {
        match sheet.next(&mut row) {
            Ok(true) => {
                let cells = row.cells().map(|cell| match cell.kind {
                    Kind::Empty | Kind::Text => cell.text.to_owned(),
                    kind => format!("{kind:?} {}", cell.text),
                });
                lines.push(format!("{}: {}", row.number(), cells.collect::<Vec<_>>().join("|")));
            }
            Ok(false) => return lines,
            Err(fault) => lines.push(fault.to_string()),
        }
    }
}

//! How the styles of a workbook show a number.
//!
//! Promises: keeps two bytes for each style. Fonts, colours and borders are not read.

use std::collections::HashMap;
use std::io::Read;

use crate::SheetError;
use crate::workbook::looks::Look;
use crate::workbook::xml::{Event, Xml, attribute};

/// Excel stops at 65,490 styles; some programs write one for each cell.
const STYLES_MAX: usize = 1 << 20;

pub(super) fn read(mut xml: Xml<impl Read>) -> Result<Vec<Look>, SheetError> {
    let (mut written_out, mut looks, mut of_cells) = (HashMap::new(), Vec::new(), false);
    loop {
        match xml.next()? {
            Event::Start(start) => {
                let id = |start| attribute(start, "numFmtId").and_then(|id| id.parse::<u32>().ok()).unwrap_or_default();
                match start.local_name().as_ref() {
                    "numFmt" => {
                        let code = attribute(&start, "formatCode").unwrap_or_default();
                        written_out.insert(id(&start), Look::of_code(&code));
                    }
                    "cellXfs" => of_cells = true,
                    "xf" if of_cells => {
                        let id = id(&start);
                        looks.push(written_out.get(&id).copied().unwrap_or_else(|| Look::of_builtin(id)));
                    }
                    _ => {}
                }
                if looks.len() > STYLES_MAX || written_out.len() > STYLES_MAX {
                    return Err(SheetError::TooLarge(format!("it has more than {STYLES_MAX} styles")));
                }
            }
            Event::End(end) if end.local_name().as_ref() == "cellXfs" => of_cells = false,
            Event::Eof => return Ok(looks),
            _ => {}
        }
    }
}

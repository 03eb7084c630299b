//! Where the parts of a workbook are.
//!
//! Promises: chart sheets and hidden sheets are passed over; a part that is not named is where programs put it.

use std::borrow::Cow;
use std::io::Read;

use crate::SheetError;
use crate::workbook::SHEETS_MAX;
use crate::workbook::archive::Archive;
use crate::workbook::dates::Epoch;
use crate::workbook::xml::{Event, Xml, attribute};

/// Links from one part to others. Each sheet has one, and a workbook a handful more.
const LINKS_MAX: usize = 4_096;

/// The names of the parts that are read.
pub(super) struct Package {
    /// The sheets that are not hidden, in their order.
    pub(super) sheets: Vec<SheetPart>,
    pub(super) strings: Option<String>,
    pub(super) styles: Option<String>,
    pub(super) epoch: Epoch,
}

/// A sheet.
pub(super) struct SheetPart {
    pub(super) name: String,
    pub(super) target: String,
}

struct Link {
    id: String,
    /// The last word of the kind's address: `worksheet`.
    kind: String,
    target: String,
}

pub(super) fn read(archive: &mut Archive) -> Result<Package, SheetError> {
    let root = links(archive, "")?;
    let book = root.iter().find(|link| link.kind == "officeDocument");
    let book = book.map_or("xl/workbook.xml", |link| link.target.as_str()).to_owned();
    let links = links(archive, &book)?;
    let part = archive.find(&book).ok_or(SheetError::NoSheet)?;
    let (shown, epoch) = visible_sheets(&mut archive.xml(part)?)?;
    let worksheet = |(id, name): (String, String)| {
        let link = links.iter().find(|link| link.id == id && link.kind == "worksheet")?;
        Some(SheetPart { name, target: link.target.clone() })
    };
    let of_kind = |kind: &str| links.iter().find(|link| link.kind == kind).map(|link| link.target.clone());
    let beside = |name: &str| Some(beside(&book, name));
    Ok(Package {
        sheets: shown.into_iter().filter_map(worksheet).collect(),
        strings: of_kind("sharedStrings").or_else(|| beside("sharedStrings.xml")),
        styles: of_kind("styles").or_else(|| beside("styles.xml")),
        epoch,
    })
}

/// The links of a part: in a folder `_rels` beside it.
fn links(archive: &mut Archive, of: &str) -> Result<Vec<Link>, SheetError> {
    let (folder, name) = of.rsplit_once('/').map_or((String::new(), of), |(folder, name)| (format!("{folder}/"), name));
    let Some(part) = archive.find(&format!("{folder}_rels/{name}.rels")) else { return Ok(Vec::new()) };
    let (mut xml, mut links) = (archive.xml(part)?, Vec::new());
    loop {
        match xml.next()? {
            Event::Start(start) if start.local_name().as_ref() == "Relationship" => {
                let text = |name| attribute(&start, name).unwrap_or_default().into_owned();
                let kind = text("Type").rsplit('/').next().unwrap_or_default().to_owned();
                links.push(Link { id: text("Id"), kind, target: beside(of, &text("Target")) });
                if links.len() > LINKS_MAX {
                    return Err(SheetError::TooLarge(format!("a part of it names more than {LINKS_MAX} others")));
                }
            }
            Event::Eof => return Ok(links),
            _ => {}
        }
    }
}

/// The ids and names of the sheets that are not hidden, and how days are counted.
fn visible_sheets(xml: &mut Xml<impl Read>) -> Result<(Vec<(String, String)>, Epoch), SheetError> {
    let (mut shown, mut epoch) = (Vec::new(), Epoch::Of1900);
    loop {
        match xml.next()? {
            Event::Start(start) => match start.local_name().as_ref() {
                "sheet" if shown.len() < SHEETS_MAX => {
                    let is_shown = attribute(&start, "state").is_none_or(|state| state == "visible");
                    let name = attribute(&start, "name").map(Cow::into_owned).unwrap_or_default();
                    shown.extend(attribute(&start, "id").filter(|_| is_shown).map(|id| (id.into_owned(), name)));
                }
                "workbookPr" => {
                    let of_1904 = attribute(&start, "date1904").is_some_and(|value| value == "1" || value == "true");
                    epoch = if of_1904 { Epoch::Of1904 } else { epoch };
                }
                _ => {}
            },
            Event::Eof => return Ok((shown, epoch)),
            _ => {}
        }
    }
}

/// The name of a part that another one names.
fn beside(part: &str, target: &str) -> String {
    if let Some(absolute) = target.strip_prefix('/') {
        return absolute.to_owned();
    }
    let mut folders: Vec<&str> = part.split('/').collect();
    folders.pop();
    for step in target.split('/') {
        match step {
            "." => {}
            ".." => drop(folders.pop()),
            step => folders.push(step),
        }
    }
    folders.join("/")
}

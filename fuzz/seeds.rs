//! Writes the small corpus of crates/sheet to where each target begins.

#[path = "../crates/sheet/tests/hostile/corpus.rs"]
mod corpus;
#[path = "../crates/sheet/tests/books/made.rs"]
mod made;

use std::path::Path;

fn main() -> std::io::Result<()> {
    let files = corpus::files().into_iter().map(|(_, file, _)| file).collect();
    let targets: [(&str, Vec<Vec<u8>>); 6] = [
        ("csv", corpus::texts()),
        ("workbook", files),
        ("xlsx_sheet", corpus::sheets()),
        ("xlsx_parts", corpus::parts()),
        ("ods_content", corpus::contents()),
        ("xls_stream", corpus::streams()),
    ];
    for (target, seeds) in targets {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("corpus").join(target);
        std::fs::create_dir_all(&folder)?;
        for (number, seed) in seeds.iter().enumerate() {
            std::fs::write(folder.join(format!("seed-{number}")), seed)?;
        }
    }
    Ok(())
}

//! Makes the list of migrations from the files of `schema/`, so that a migration is added by its file alone.
//!
//! Promises: the list is in the order of the numbers that the files' names begin with, and no number is missing. Must
//! not know what a migration does.

use std::fmt::Write as _;
use std::fs;
use std::path::Path;

fn main() {
    println!("cargo::rerun-if-changed=schema");
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("schema");
    let entries = fs::read_dir(&folder).expect("the folder of migrations is read");
    let names = entries.map(|entry| entry.expect("an entry is read").file_name().into_string().expect("a plain name"));
    let mut files: Vec<String> = names.filter(|name| !name.ends_with(".postgres.sql")).collect();
    files.sort_unstable();
    let mut list = "&[".to_owned();
    for (file, number) in files.iter().zip(1..) {
        let stem = file.strip_suffix(".sql").expect("a migration is a file of SQL");
        let (version, name) = stem.split_once('_').expect("a migration has a number and a name");
        assert_eq!(version.parse(), Ok(number), "migrations are numbered one after the other");
        let text = included(&folder.join(file));
        let postgres = included(&folder.join(format!("{stem}.postgres.sql")));
        write!(list, "Migration {{ version: {number}, name: {name:?}, text: {text}, postgres: {postgres} }},")
            .expect("a text takes more");
    }
    list.push(']');
    let out = std::env::var_os("OUT_DIR").expect("cargo names a folder");
    fs::write(Path::new(&out).join("migrations.rs"), list).expect("the list is written");
}

/// What includes a file; an empty text where there is none.
fn included(file: &Path) -> String {
    let path = file.to_str().expect("a path is text");
    if file.exists() { format!("include_str!({path:?})") } else { r#""""#.to_owned() }
}

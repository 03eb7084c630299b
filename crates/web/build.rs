//! Makes the table of assets: every file that a page can name, with its type, hash, bytes and compressed bytes.
//!
//! Promises: needs no network and no run-time crate; the same files give the same table. The style sheets become one
//! file, the icons one sprite, and paths in style sheets get the hash of the file that they lead to.

use std::fmt::Write as _;
use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};

use flate2::Compression;
use flate2::write::GzEncoder;
use sha2::{Digest, Sha256};

/// The style sheets, in the order in which they apply.
const STYLES: [&str; 7] = ["tokens", "frame", "table", "forms", "product", "phone", "print"];
/// What is served as it is: folder and extension.
const PLAIN: [(&str, &str); 3] = [("fonts", "woff2"), ("js", "js"), ("vendor", "js")];
/// How many hexadecimal digits of the SHA-256 stand in a path.
const HASH_DIGITS: usize = 10;

struct Asset {
    name: String,
    hash: String,
    bytes: Vec<u8>,
}

impl Asset {
    fn new(name: &str, bytes: Vec<u8>) -> Self {
        let mut hash = String::new();
        for byte in Sha256::digest(&bytes) {
            _ = write!(hash, "{byte:02x}");
        }
        hash.truncate(HASH_DIGITS);
        Self { name: name.to_owned(), hash, bytes }
    }
}

fn main() {
    let root = PathBuf::from(std::env::var_os("CARGO_MANIFEST_DIR").expect("cargo names the folder")).join("assets");
    let out = PathBuf::from(std::env::var_os("OUT_DIR").expect("cargo names the folder"));
    rerun_if_changed(&root);

    let mut assets = Vec::new();
    for (folder, extension) in PLAIN {
        for path in files(&root.join(folder), extension) {
            assets.push(Asset::new(name(&path), read(&path)));
        }
    }
    assets.push(Asset::new("icon.svg", read(&root.join("icon.svg"))));
    assets.push(Asset::new("icons.svg", sprite(&root.join("icons")).into_bytes()));
    let style = style(&root.join("css"), &assets);
    assets.push(Asset::new("app.css", style.into_bytes()));
    assets.sort_by(|one, other| one.name.cmp(&other.name));
    fs::write(out.join("assets.rs"), table(&assets, &out)).expect("the table is written");
}

fn rerun_if_changed(folder: &Path) {
    println!("cargo::rerun-if-changed=build.rs");
    println!("cargo::rerun-if-changed={}", folder.display());
}

fn read(path: &Path) -> Vec<u8> {
    fs::read(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

fn name(path: &Path) -> &str {
    path.file_name().and_then(|name| name.to_str()).expect("names of assets are text")
}

/// The files of a folder with this extension, in order of their names.
fn files(folder: &Path, extension: &str) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).unwrap_or_else(|error| panic!("{}: {error}", folder.display()));
    let mut found: Vec<_> = entries.map(|entry| entry.expect("an entry is read").path()).collect();
    found.retain(|path| path.extension().is_some_and(|found| found == extension));
    found.sort();
    found
}

/// One drawing with a symbol for each icon, named `i-` and the name of its file.
fn sprite(folder: &Path) -> String {
    let mut sprite = "<svg xmlns=\"http://www.w3.org/2000/svg\">".to_owned();
    for path in files(folder, "svg") {
        let text = String::from_utf8(read(&path)).expect("an icon is text");
        let inside = text.split_once("<svg").and_then(|(_, rest)| rest.split_once('>')).map(|(_, rest)| rest);
        let inside = inside.and_then(|rest| rest.split_once("</svg>")).map(|(inside, _)| inside);
        let inside = inside.unwrap_or_else(|| panic!("{} has no <svg>", path.display()));
        let shapes = inside.split('\n').map(str::trim).collect::<String>();
        let id = name(&path).trim_end_matches(".svg");
        _ = write!(sprite, "<symbol id=\"i-{id}\" viewBox=\"0 0 24 24\">{shapes}</symbol>");
    }
    sprite + "</svg>\n"
}

/// All style sheets as one, without comments and indentation, with hashed paths.
fn style(folder: &Path, assets: &[Asset]) -> String {
    let mut style = String::new();
    for name in STYLES {
        let text = String::from_utf8(read(&folder.join(format!("{name}.css")))).expect("a style sheet is text");
        let mut rest = text.as_str();
        while let Some((before, behind)) = rest.split_once("/*") {
            style.push_str(before);
            rest = behind.split_once("*/").map_or("", |(_, behind)| behind);
        }
        style.push_str(rest);
    }
    let lines = style.lines().map(str::trim).filter(|line| !line.is_empty());
    let mut style = lines.fold(String::new(), |all, line| all + line + "\n");
    for Asset { name, hash, .. } in assets {
        style = style.replace(&format!("url(\"/assets/{name}\")"), &format!("url(\"/assets/{hash}/{name}\")"));
    }
    style
}

/// The type of a file by the end of its name.
fn content_type(name: &str) -> &'static str {
    match name.rsplit('.').next() {
        Some("css") => "text/css; charset=utf-8",
        Some("js") => "text/javascript; charset=utf-8",
        Some("svg") => "image/svg+xml",
        Some("woff2") => "font/woff2",
        _ => panic!("{name} has no known type"),
    }
}

fn table(assets: &[Asset], out: &Path) -> String {
    let mut table = "&[\n".to_owned();
    for Asset { name, hash, bytes } in assets {
        fs::write(out.join(name), bytes).expect("an asset is written");
        let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
        encoder.write_all(bytes).expect("memory takes it");
        let packed = encoder.finish().expect("memory takes it");
        let gzip = if packed.len() < bytes.len() {
            fs::write(out.join(format!("{name}.gz")), packed).expect("an asset is written");
            format!("Some(include_bytes!(concat!(env!(\"OUT_DIR\"), \"/{name}.gz\")))")
        } else {
            "None".to_owned()
        };
        let kind = content_type(name);
        let bytes = format!("include_bytes!(concat!(env!(\"OUT_DIR\"), \"/{name}\"))");
        _ = writeln!(
            table,
            "    Asset {{ name: \"{name}\", content_type: \"{kind}\", hash: \"{hash}\", bytes: {bytes}, gzip: {gzip} }},"
        );
    }
    table + "]\n"
}

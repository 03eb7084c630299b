//! The files of the table: named ones exist, vendored ones are as they were taken, all of them stay within their budgets.

use std::collections::BTreeSet;
use std::path::Path;

use onhand_web::assets::{self, ASSETS, Asset};
use sha2::{Digest, Sha256};

use crate::markup;
use crate::sample::{self, Maker, Rows};

fn folder() -> &'static Path {
    Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/assets"))
}

fn sent(asset: &Asset) -> usize {
    asset.gzip.map_or(asset.bytes.len(), <[u8]>::len)
}

fn by_name(name: &str) -> &'static Asset {
    assets::by_name(name).unwrap_or_else(|| panic!("{name} is there"))
}

fn hex(bytes: &[u8]) -> String {
    Sha256::digest(bytes).iter().fold(String::new(), |mut text, byte| {
        _ = std::fmt::Write::write_fmt(&mut text, format_args!("{byte:02x}"));
        text
    })
}

#[test]
fn hashes_are_those_of_the_files() {
    for asset in ASSETS {
        assert_eq!(asset.hash, &hex(asset.bytes)[..10], "{}", asset.name);
        assert!(assets::at(asset.hash, asset.name).is_some());
        assert!(assets::at("0000000000", asset.name).is_none());
        if let Some(gzip) = asset.gzip {
            let mut whole = Vec::new();
            std::io::Read::read_to_end(&mut flate2::read::GzDecoder::new(gzip), &mut whole).expect("it unpacks");
            assert_eq!(whole, asset.bytes, "{}", asset.name);
            assert!(gzip.len() < asset.bytes.len(), "{}", asset.name);
        }
    }
}

#[test]
fn vendored_files_are_as_they_were_taken() {
    let table = std::fs::read_to_string(folder().join("VENDOR.md")).expect("it is read");
    let mut listed = BTreeSet::new();
    for row in table.lines().filter(|line| line.starts_with("| `")) {
        let cells: Vec<_> = row.split('|').map(|cell| cell.trim().trim_matches('`')).collect();
        let bytes = std::fs::read(folder().join(cells[1])).unwrap_or_else(|error| panic!("{}: {error}", cells[1]));
        assert_eq!(cells[5], hex(&bytes), "{}", cells[1]);
        listed.insert(cells[1].to_owned());
    }
    for (kind, extension) in [("vendor", "js"), ("fonts", "woff2")] {
        for entry in std::fs::read_dir(folder().join(kind)).expect("it is read") {
            let name = entry.expect("it is read").file_name().into_string().expect("it is text");
            let is_code = Path::new(&name).extension().is_some_and(|found| found == extension);
            assert!(!is_code || listed.contains(&format!("{kind}/{name}")), "{name} is not in VENDOR.md");
        }
    }
}

#[test]
fn every_named_file_and_icon_is_there() {
    let sprite = String::from_utf8_lossy(by_name("icons.svg").bytes);
    let mut icons = BTreeSet::new();
    let makers = [Rows::None, Rows::Some].map(|rows| Maker { rows, ..Maker::default() });
    for (name, html) in makers.iter().flat_map(sample::pages) {
        for tag in markup::read(&html).tags {
            for address in ["href", "src"].into_iter().filter_map(|attribute| tag.get(attribute)) {
                let Some(rest) = address.strip_prefix("/assets/") else { continue };
                let (file, icon) = rest.split_once('#').unwrap_or((rest, ""));
                let (hash, file) = file.split_once('/').expect("a hash and a name");
                assert!(assets::at(hash, file).is_some(), "{name}: {address}");
                if !icon.is_empty() {
                    assert!(sprite.contains(&format!("id=\"{icon}\"")), "{name}: {icon}");
                    icons.insert(format!("{}.svg", icon.trim_start_matches("i-")));
                }
            }
        }
    }
    let style = String::from_utf8_lossy(by_name("app.css").bytes);
    for path in style.split("url(\"").skip(1).filter_map(|rest| rest.split('"').next()) {
        let (hash, file) = path.strip_prefix("/assets/").and_then(|rest| rest.split_once('/')).expect("a hashed path");
        assert!(assets::at(hash, file).is_some(), "app.css: {path}");
    }
    assert!(icons.len() > 20, "{icons:?}");
}

#[test]
fn every_asset_of_ours_asks_no_other_host() {
    for asset in ASSETS.iter().filter(|asset| !asset.name.starts_with("htmx") && asset.content_type != "font/woff2") {
        let text = String::from_utf8_lossy(asset.bytes).replace("http://www.w3.org/2000/svg", "");
        assert!(!text.contains("http:") && !text.contains("https:") && !text.contains("url(//"), "{}", asset.name);
    }
}

#[test]
fn every_file_stays_within_its_budget() {
    const KB: usize = 1_000;
    let sum = |wanted: &dyn Fn(&Asset) -> bool| ASSETS.iter().filter(|asset| wanted(asset)).map(sent).sum::<usize>();
    let of_type = |kind: &'static str| move |asset: &Asset| asset.content_type.starts_with(kind);
    let (style, scripts, fonts) = (sent(by_name("app.css")), sum(&of_type("text/javascript")), sum(&of_type("font/")));
    assert!(style <= 11 * KB, "the style sheet has {style} bytes");
    assert!(scripts <= 40 * KB, "scripts have {scripts} bytes");
    assert!(fonts <= 56 * KB, "fonts have {fonts} bytes");
    let pages = sample::pages(&Maker { rows: Rows::Fifty, ..Maker::default() });
    for (name, html) in pages {
        let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::new(5));
        std::io::Write::write_all(&mut encoder, html.as_bytes()).expect("memory takes it");
        let page = encoder.finish().expect("memory takes it").len();
        assert!(page <= 32 * KB, "{name} has {page} bytes");
        let named = |asset: &&Asset| html.contains(&asset.path()) || asset.content_type == "font/woff2";
        let whole = page + ASSETS.iter().filter(named).map(sent).sum::<usize>();
        assert!(whole <= 150 * KB, "the first view of {name} has {whole} bytes");
    }
}

#[test]
fn own_files_are_short() {
    const LINES_MAX: usize = 400;
    const SCRIPT_LINES_MAX: usize = 300;
    let roots =
        [folder().join("css"), folder().join("js"), folder().join("../templates"), folder().join("../templates/parts")];
    for root in roots {
        for entry in std::fs::read_dir(&root).expect("it is read") {
            let path = entry.expect("it is read").path();
            if path.is_file() {
                let lines = std::fs::read_to_string(&path).expect("it is text").lines().count();
                let most =
                    if path.extension().is_some_and(|found| found == "js") { SCRIPT_LINES_MAX } else { LINES_MAX };
                assert!(lines <= most, "{} has {lines} lines", path.display());
            }
        }
    }
}

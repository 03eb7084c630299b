//! Writes every page to a folder, with the assets beside it, so that its look can be judged in a browser.

use std::path::Path;

use onhand_web::Lang;
use onhand_web::assets::ASSETS;
use onhand_web::frame::Theme;

use crate::sample::{self, Maker, Rows};

/// `ONHAND_GALLERY=folder cargo test --workspace --test pages -- --ignored gallery`; any web server shows the folder.
#[test]
#[ignore = "writes pictures for people"]
fn gallery() {
    let folder = std::env::var("ONHAND_GALLERY").expect("ONHAND_GALLERY names a folder");
    let folder = Path::new(&folder);
    for asset in ASSETS {
        let path = folder.join(asset.path().trim_start_matches('/'));
        std::fs::create_dir_all(path.parent().expect("a folder")).expect("it is made");
        std::fs::write(path, asset.bytes).expect("it is written");
    }
    for lang in Lang::ALL {
        for theme in [Theme::Light, Theme::Dark] {
            for rows in [Rows::Some, Rows::None] {
                let maker = Maker { lang, theme, rows, ..Maker::default() };
                for (name, html) in sample::pages(&maker) {
                    let kind = if rows == Rows::None { "-empty" } else { "" };
                    let file = format!("{name}{kind}-{}-{}.html", lang.tag(), theme.word());
                    std::fs::write(folder.join(file), html).expect("it is written");
                }
            }
        }
    }
}

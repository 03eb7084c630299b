//! The sentences of the API that screens show, in Turkish: those that are not known stay English and are listed here.

use std::fs;
use std::path::{Path, PathBuf};

use onhand::auth::Role;
use onhand_web::Lang;
use onhand_web::sentences::translated;

use crate::browser::{Browser, filled};
use crate::shop::Shop;

/// Where the sentences stand that may reach a screen.
const PLACES: [&str; 8] = [
    "services",
    "screens",
    "wire/form",
    "wire/error.rs",
    "http/error_mapping.rs",
    "auth/password.rs",
    "zone.rs",
    "wire/scalar.rs",
];

/// Sentences of these files that no screen shows: what only programs send, and what only a terminal is told.
const ENGLISH_ONLY: [&str; 15] = [
    "A line has an id.",
    "A number is taken for a text only if it is whole and has at most 15 digits. Send a text.",
    "Ensure this value has no more than {} bytes.",
    "Ensure this value is nested no more than {} levels.",
    "Expected a dictionary of items but got type \"{}\".",
    "Expected a list of items but got type \"{}\".",
    "Idempotency-Key must have 1 to {} plain characters.",
    "Incorrect type. Expected pk value, received {}.",
    "Invalid data. Expected a dictionary, but got {}.",
    "Onhand-Via names installations: at most {} letters and digits each, with commas between them.",
    "The order has come back to an installation that it came through: two data sources sell each other's stock.",
    "The order has come through too many installations.",
    "This installation has no key to keep a token with: set ONHAND_SECRET_KEY.",
    "This move is already registered with the code \"{}\".",
    "This was rejected: {}.",
];

fn files(place: &Path, found: &mut Vec<PathBuf>) {
    if place.is_file() {
        found.push(place.to_owned());
        return;
    }
    for entry in fs::read_dir(place).expect("it is read") {
        files(&entry.expect("it is read").path(), found);
    }
}

/// The texts in quotation marks of a file that are whole sentences, with `{}` for what is put in.
fn sentences(text: &str) -> Vec<String> {
    let code = text.split("#[cfg(test)]").next().unwrap_or_default();
    let lines = code.lines().map(str::trim).filter(|line| !line.starts_with("//"));
    // A text that goes on in the next line.
    let code = lines.collect::<Vec<_>>().join("\n").replace("\\\n", "").replace("'\"'", "");
    let mut found = Vec::new();
    let (mut inside, mut sentence) = (false, String::new());
    let mut letters = code.chars();
    while let Some(letter) = letters.next() {
        match letter {
            '\\' if inside => sentence.extend(letters.next()),
            '"' => {
                if inside {
                    found.push(std::mem::take(&mut sentence));
                }
                inside = !inside;
            }
            letter if inside => sentence.push(letter),
            _ => {}
        }
    }
    let is_whole = |text: &String| {
        text.starts_with(|first: char| first.is_ascii_uppercase() || first == '{')
            && text.ends_with('.')
            && text.contains(' ')
    };
    found.retain(is_whole);
    found.into_iter().map(|text| with_places(&text)).collect()
}

/// `{max}` and `{0:?}` are places.
fn with_places(text: &str) -> String {
    let mut pieces = text.split('{');
    let mut whole = pieces.next().unwrap_or_default().to_owned();
    for piece in pieces {
        whole.push_str("{}");
        whole.push_str(piece.split_once('}').map_or("", |(_, behind)| behind));
    }
    whole
}

#[test]
fn sentences_that_reach_screens_are_known_in_turkish() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut found = Vec::new();
    PLACES.iter().for_each(|place| files(&root.join(place), &mut found));
    let mut unknown = Vec::new();
    let mut known = 0;
    for file in found {
        for sentence in sentences(&fs::read_to_string(&file).expect("it is text")) {
            match translated(Lang::Turkish, &sentence) == sentence {
                true => unknown.push(sentence),
                false => known += 1,
            }
        }
    }
    unknown.sort();
    unknown.dedup();
    assert_eq!(unknown, ENGLISH_ONLY, "they are translated in crates/web/src/sentences.rs, or listed here");
    assert!(known > 80, "{known} sentences are known");
}

#[tokio::test]
async fn what_is_wrong_with_a_form_is_said_in_the_persons_language() {
    let shop = Shop::open().await;
    let mut browser = Browser::of(&shop.server, Role::Integration).await.header("Accept-Language", "tr");
    let page = browser.get("/imports/new").await.ok().has("<html lang=\"tr\"");
    let hidden = page.hidden("/imports/new", "");
    let form = filled(&hidden, &[("mode", "upsert"), ("list", "999999"), ("act", "preview")]);
    let form = form.iter().fold(reqwest::multipart::Form::new(), |form, (name, value)| {
        form.text((*name).to_owned(), (*value).to_owned())
    });
    browser.upload("/imports/new", form).await.expect(400).has("Bir dosya seçin ya da satır yapıştırın.");
    let wrong = [("old", "x"), ("new", "12345678"), ("again", "12345678")];
    browser.post("/me/password", &wrong).await.expect(400).has_no("This is not the current password.");
}

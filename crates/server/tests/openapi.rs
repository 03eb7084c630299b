//! `openapi.json` at the root of the repository is the description that the code makes, so that a change of the API
//! shows in review. After a change that is meant: `ONHAND_UPDATE=1 cargo test -p onhand --test openapi`.

use std::path::Path;

use serde_json::{Map, Value};

/// Differences shown at the most.
const SHOWN_MAX: usize = 20;

#[test]
fn the_committed_description_is_the_one_the_code_makes() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../openapi.json");
    let made = onhand::openapi::document(&onhand::api::routes());
    let text = format!("{made:#}\n");
    if std::env::var_os("ONHAND_UPDATE").is_some() {
        std::fs::write(&path, &text).expect("the repository can be written");
    }
    let committed = std::fs::read_to_string(&path).unwrap_or_default();
    if committed == text {
        return;
    }
    let mut different = Vec::new();
    compare("", &serde_json::from_str(&committed).unwrap_or_default(), &made, &mut different);
    let count = different.len();
    different.truncate(SHOWN_MAX);
    panic!(
        "openapi.json is not what the code makes. If the change is meant: \
         ONHAND_UPDATE=1 cargo test -p onhand --test openapi\n{count} differences:\n{}",
        different.join("\n"),
    );
}

/// Collects the places where two values differ.
fn compare(place: &str, committed: &Value, made: &Value, different: &mut Vec<String>) {
    match (committed, made) {
        (Value::Object(old), Value::Object(new)) => {
            let added = new.keys().filter(|key| !old.contains_key(*key));
            for key in old.keys().chain(added) {
                let of = |map: &Map<String, Value>| map.get(key).cloned().unwrap_or_default();
                compare(&format!("{place} > {key}"), &of(old), &of(new), different);
            }
        }
        (old, new) if old != new => different.push(format!("{place}: {} instead of {}", short(new), short(old))),
        _ => {}
    }
}

fn short(value: &Value) -> String {
    if value.is_null() { "nothing".to_owned() } else { value.to_string().chars().take(100).collect() }
}

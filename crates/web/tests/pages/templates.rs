//! House rules for templates: one mechanism of partial updates, nothing inline, nothing unescaped.

use std::path::{Path, PathBuf};

use crate::markup;
use crate::sample::{self, Maker};

/// The attributes of htmx that may be used, and the values that are closed.
const HX: [&str; 8] =
    ["hx-get", "hx-post", "hx-target", "hx-swap", "hx-push-url", "hx-trigger", "hx-indicator", "hx-sync"];
const SWAPS: [&str; 2] = ["outerMorph", "innerHTML"];
const TRIGGERS: [&str; 4] = ["submit", "change", "input changed delay:250ms", "revealed"];

fn templates() -> Vec<(PathBuf, String)> {
    let root = Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/templates"));
    let mut found = Vec::new();
    for folder in [root.to_owned(), root.join("parts")] {
        for entry in std::fs::read_dir(folder).expect("it is read") {
            let path = entry.expect("it is read").path();
            if path.is_file() {
                let text = std::fs::read_to_string(&path).expect("it is text");
                found.push((path, text));
            }
        }
    }
    assert!(found.len() > 15, "only {} templates were found", found.len());
    found
}

#[test]
fn templates_have_nothing_inline_and_nothing_unescaped() {
    for (path, text) in templates() {
        let name = path.display();
        for word in
            [" style=", "<style", "javascript:", "|safe", "| safe", "hx-on", "hx-boost", "js:", "http://", "https://"]
        {
            assert!(!text.contains(word), "{name} has {word}");
        }
        for script in text.split("<script").skip(1) {
            let (head, rest) = script.split_once('>').expect("a script has an end");
            assert!(head.contains("src=") && rest.starts_with("</script>"), "{name} has a script with a body");
        }
        let handlers = text.match_indices(" on").filter(|(at, _)| {
            let word = text[at + 3..].split(|c: char| !c.is_ascii_alphanumeric()).next().unwrap_or_default();
            text[at + 3 + word.len()..].starts_with('=')
        });
        assert_eq!(handlers.count(), 0, "{name} has a handler");
        let is_frame = path.ends_with("templates/frame.html");
        assert_eq!(text.contains("<html"), is_frame, "{name}");
    }
}

#[test]
fn partial_updates_have_one_form() {
    for (name, html) in sample::pages(&Maker::default()) {
        let page = markup::read(&html);
        let ids: Vec<_> = page.tags.iter().filter_map(|tag| tag.get("id")).collect();
        for tag in &page.tags {
            let hx: Vec<_> = tag.attributes.iter().filter(|(name, _)| name.starts_with("hx-")).collect();
            if hx.is_empty() {
                continue;
            }
            for (attribute, value) in &hx {
                assert!(HX.contains(&attribute.as_str()), "{name}: {attribute}");
                match attribute.as_str() {
                    "hx-swap" => assert!(SWAPS.contains(&value.as_str()), "{name}: {value}"),
                    "hx-trigger" => assert!(TRIGGERS.contains(&value.as_str()), "{name}: {value}"),
                    "hx-target" => {
                        let id = value.strip_prefix('#').expect("a target is an id");
                        assert!(ids.contains(&id), "{name}: {value}");
                    }
                    _ => {}
                }
            }
            // Without a script the same is done by a link or a form, which the field of an input stands in.
            let works = match tag.name.as_str() {
                "a" => tag.get("href") == tag.get("hx-get"),
                "form" => tag.get("action") == tag.get("hx-get").or(tag.get("hx-post")),
                "input" => tag.get("name").is_some(),
                _ => false,
            };
            assert!(works, "{name}: {tag:?}");
        }
    }
}

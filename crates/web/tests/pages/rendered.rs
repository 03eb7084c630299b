//! What every rendered screen keeps: well-formed, named, bounded, the same structure in each language.

use std::collections::BTreeMap;

use onhand_web::Lang;

use crate::markup::{self, Page};
use crate::sample::{self, Maker, Rows};

/// Every page of every kind of values.
fn every_page() -> Vec<(String, String)> {
    let mut pages = Vec::new();
    for lang in Lang::ALL {
        for rows in [Rows::None, Rows::One, Rows::Some, Rows::Hundred] {
            let maker = Maker { lang, rows, ..Maker::default() };
            let named = |(name, html)| (format!("{name}, {}, {rows:?}", lang.tag()), html);
            pages.extend(sample::pages(&maker).into_iter().map(named));
        }
    }
    pages
}

#[test]
fn every_page_is_well_formed() {
    let mut errors = Vec::new();
    for (name, html) in every_page() {
        errors.extend(markup::read(&html).errors.into_iter().map(|error| format!("{name}: {error}")));
    }
    assert!(errors.is_empty(), "{errors:#?}");
}

#[test]
fn every_page_says_what_it_is() {
    for (name, html) in every_page() {
        let page = markup::read(&html);
        let count = |wanted: &str| page.tags.iter().filter(|tag| tag.name == wanted).count();
        assert!(html.starts_with("<!doctype html>"), "{name}");
        assert_eq!((count("html"), count("title"), count("main"), count("h1")), (1, 1, 1, 1), "{name}");
        assert_eq!(count("table"), count("caption"), "{name}: each table has a caption");
        let rows = page.tags.iter().filter(|tag| tag.name == "th");
        assert!(rows.into_iter().all(|tag| tag.get("scope").is_some()), "{name}: each head has a scope");
    }
}

#[test]
fn everything_that_is_pressed_or_filled_has_a_name() {
    for (name, html) in every_page() {
        let page = markup::read(&html);
        let labels: Vec<_> = page.tags.iter().filter_map(|tag| tag.get("for")).collect();
        for tag in &page.tags {
            let is_named = tag.get("aria-label").is_some_and(|label| !label.is_empty());
            let is_labelled = tag.get("id").is_some_and(|id| labels.contains(&id));
            match tag.name.as_str() {
                "input" if matches!(tag.get("type"), Some("hidden" | "radio")) => {}
                // A box stands in its label, which is looked at where it is drawn.
                "input" if tag.get("type") == Some("checkbox") => {
                    assert!(tag.get("name").is_some() || is_named, "{name}: {tag:?}");
                }
                "input" | "select" | "textarea" => assert!(is_named || is_labelled, "{name}: {tag:?}"),
                "button" | "a" if tag.get("class").is_some_and(|class| class.split(' ').any(|one| one == "icon")) => {
                    assert!(is_named, "{name}: {tag:?}");
                }
                _ => {}
            }
        }
    }
}

#[test]
fn forms_that_change_something_are_done_once() {
    for (name, html) in every_page() {
        let forms = html.split("<form").skip(1).filter_map(|form| form.split("</form>").next());
        for form in forms.filter(|form| form.contains("method=\"post\"")) {
            let is_sign = form.contains("action=\"/sign-in\"") || form.contains("action=\"/sign-out\"");
            assert!(is_sign || form.contains("name=\"idempotency_key\""), "{name}: {form}");
            assert!(is_sign || form.contains("name=\"back\""), "{name}: {form}");
        }
    }
}

/// The elements of a page, without what differs between languages.
fn structure(page: &Page) -> Vec<(String, Vec<String>)> {
    let names = |tag: &markup::Tag| tag.attributes.iter().map(|(name, _)| name.clone()).collect();
    page.tags.iter().map(|tag| (tag.name.clone(), names(tag))).collect()
}

#[test]
fn both_languages_have_the_same_structure() {
    let in_language =
        |lang| -> BTreeMap<String, String> { sample::pages(&Maker { lang, ..Maker::default() }).into_iter().collect() };
    let (english, turkish) = (in_language(Lang::English), in_language(Lang::Turkish));
    for (name, html) in &english {
        let other = &turkish[name];
        assert_ne!(html, other, "{name} is translated");
        // The chosen language of the settings is the one difference.
        if name != "me" {
            assert_eq!(structure(&markup::read(html)), structure(&markup::read(other)), "{name}");
        }
    }
}

#[test]
fn regions_are_parts_of_their_pages() {
    let maker = Maker::default();
    let pages: BTreeMap<String, String> = sample::pages(&maker).into_iter().collect();
    for (name, fragment) in sample::fragments(&maker) {
        let page = markup::read(&fragment);
        let targets = ["for", "aria-describedby", "form"];
        let own: Vec<_> =
            page.errors.iter().filter(|error| !targets.iter().any(|name| error.starts_with(name))).collect();
        assert!(own.is_empty(), "{name}: {own:?}");
        assert!(pages[&name].contains(fragment.trim()), "{name}");
    }
}

#[test]
fn a_person_without_rights_is_offered_nothing() {
    let maker = Maker { may: onhand_web::May::READ, ..Maker::default() };
    for (name, html) in sample::pages(&maker) {
        // A person who may look at sums may have them counted again.
        let own = ["/me", "/sign-in", "/sign-out", "/views", "/stock/4/sums"];
        for form in
            html.split("<form").skip(1).filter(|form| form.split('>').next().is_some_and(|tag| tag.contains("post")))
        {
            let action = form.split("action=\"").nth(1).and_then(|rest| rest.split('"').next()).expect("an action");
            let is_own = own.iter().any(|prefix| action.starts_with(prefix));
            assert!(
                is_own
                    || ["error", "import_new", "import_prices", "import_columns", "transfer_new", "list_settings"]
                        .contains(&name.as_str())
                    || form.contains("name=\"mode\""),
                "{name} offers {action}"
            );
        }
    }
}

#[test]
fn nothing_is_styled_or_run_from_within_a_page() {
    for (name, html) in every_page() {
        for tag in markup::read(&html).tags {
            for (attribute, value) in &tag.attributes {
                assert!(attribute != "style" && !attribute.starts_with("on"), "{name}: <{} {attribute}>", tag.name);
                assert!(!value.trim_start().to_ascii_lowercase().starts_with("javascript:"), "{name}: {value}");
            }
            assert!(tag.name != "style", "{name}");
            assert!(tag.name != "script" || tag.get("src").is_some(), "{name}");
        }
    }
}

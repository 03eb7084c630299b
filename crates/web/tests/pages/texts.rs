//! The texts themselves: both languages say something, with the same placeholders, in words of the glossary.

use std::collections::BTreeSet;

use onhand_web::texts;

/// The placeholders of a text.
fn placeholders(text: &str) -> BTreeSet<&str> {
    text.split('{').skip(1).filter_map(|rest| rest.split_once('}')).map(|(name, _)| name).collect()
}

#[test]
fn both_languages_have_the_same_placeholders() {
    for (name, english, turkish) in texts::all() {
        assert!(!english.trim().is_empty() && !turkish.trim().is_empty(), "{name}");
        let (english, turkish) = (placeholders(english), placeholders(turkish));
        // The English text of one may say "the" or "per" where the number would stand.
        let missing: Vec<_> = english.difference(&turkish).collect();
        let more: Vec<_> = turkish.difference(&english).filter(|name| **name != "n").collect();
        assert!(missing.is_empty() && more.is_empty(), "{name}: {missing:?} {more:?}");
    }
}

#[test]
fn names_of_texts_are_given_once() {
    let mut names = BTreeSet::new();
    for (name, ..) in texts::all() {
        assert!(names.insert(name), "{name}");
    }
    assert!(names.len() > 200, "{} texts", names.len());
}

#[test]
fn texts_keep_to_the_words_of_the_glossary() {
    const RETIRED: [&str; 8] = ["held", "figure", "can be sold", "ledger", "floor", "hold ", "holds ", "fault"];
    for (name, english, _) in texts::all() {
        let lower = english.to_lowercase();
        let found: Vec<_> = RETIRED.iter().filter(|word| lower.contains(**word)).collect();
        assert!(found.is_empty(), "{name}: {english} has {found:?}");
    }
}

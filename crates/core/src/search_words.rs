//! Words by which products are searched: how a product's texts and a typed text are divided, so that they meet.
//!
//! Promises: case does not count, Turkish letters included; a product has a bounded number of words of bounded length.
//! Must not know where words are stored or what a barcode is printed on.

use std::collections::BTreeSet;

use crate::case_fold;

/// The most words that a product is found by.
pub const PRODUCT_WORDS_MAX: usize = 48;
/// The most characters of a word; a longer one is cut, in a product as in what is typed.
pub const WORD_CHARS_MAX: usize = 64;
/// The most words of a typed text that are searched for, the longest ones.
pub const SEARCHED_WORDS_MAX: usize = 4;
/// What stands before a barcode, so that it is no word of a name: a barcode is found whole only.
const BARCODE_MARK: char = '=';

/// The folded words of a text, in their order: runs of letters and digits.
fn words(text: &str) -> impl Iterator<Item = String> {
    // A mark above or below a letter belongs to its word.
    let is_part = |letter: char| letter.is_alphanumeric() || ('\u{300}'..='\u{36f}').contains(&letter);
    let folded = case_fold(text);
    let parts: Vec<String> = folded.split(|letter: char| !is_part(letter)).map(cut).collect();
    parts.into_iter().filter(|word| !word.is_empty())
}

fn cut(word: &str) -> String {
    word.chars().take(WORD_CHARS_MAX).collect()
}

/// The word that stands for a barcode; none if it has neither a letter nor a digit.
pub fn barcode_word(barcode: &str) -> Option<String> {
    let folded = case_fold(barcode);
    let plain: String = folded.chars().filter(|letter| letter.is_alphanumeric()).take(WORD_CHARS_MAX).collect();
    (!plain.is_empty()).then(|| format!("{BARCODE_MARK}{plain}"))
}

/// The words by which a product is found: its barcode, the parts of its SKU and the words of its name, as many as fit.
pub fn product_words(sku: &str, name: &str, barcode: &str) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    for word in barcode_word(barcode).into_iter().chain(words(sku)).chain(words(name)) {
        if found.len() == PRODUCT_WORDS_MAX {
            break;
        }
        found.insert(word);
    }
    found
}

/// The words of a typed text that a product's words must begin with, each once: the longest ones.
pub fn searched_words(text: &str) -> Vec<String> {
    let mut found: Vec<String> = words(text).collect::<BTreeSet<_>>().into_iter().collect();
    found.sort_by_key(|word| std::cmp::Reverse(word.chars().count()));
    // A word that another one begins with asks for nothing more.
    let asked = found.clone();
    found.retain(|word| !asked.iter().any(|other| other.len() > word.len() && other.starts_with(word.as_str())));
    found.truncate(SEARCHED_WORDS_MAX);
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(sku: &str, name: &str, barcode: &str) -> Vec<String> {
        product_words(sku, name, barcode).into_iter().collect()
    }

    #[test]
    fn a_product_is_found_by_its_sku_its_name_and_its_barcode() {
        // SKU, name, barcode: the words.
        let table: &[(&str, &str, &str, &[&str])] = &[
            ("DRESS-İPEK-LACİ-38", "", "", &["38", "dress", "ipek", "laci"]),
            ("A1", "Oxford shirt, white (M)", "", &["a1", "m", "oxford", "shirt", "white"]),
            ("A1", "A1", "869-0123 456", &["=8690123456", "a1"]),
            ("S.1/2", "Çanta IŞIL ışıl", "", &["1", "2", "i\u{15f}il", "s", "çanta"]),
            ("--", "☂", "··", &[]),
            ("x", "I\u{307}pek", "ABC", &["=abc", "ipek", "x"]),
        ];
        for (sku, name, barcode, wanted) in table {
            assert_eq!(of(sku, name, barcode), *wanted, "{sku} {name}");
        }
    }

    #[test]
    fn what_is_typed_is_divided_alike() {
        let table: &[(&str, &[&str])] = &[
            ("ipek", &["ipek"]),
            ("İPEK", &["ipek"]),
            ("  Laci  dress-ipek ", &["dress", "ipek", "laci"]),
            ("shirt shirts s", &["shirts"]),
            ("one three five seven eleven", &["eleven", "seven", "three", "five"]),
            ("", &[]),
            (" -/- ", &[]),
        ];
        for (typed, wanted) in table {
            assert_eq!(searched_words(typed), *wanted, "{typed}");
        }
        assert_eq!(barcode_word(" 869 0123-456"), Some("=8690123456".to_owned()));
        assert_eq!(barcode_word("·"), None);
    }

    #[test]
    fn words_are_bounded() {
        let name = (0..100).map(|number| format!("w{number}")).collect::<Vec<_>>().join(" ");
        assert_eq!(product_words("sku", &name, "1").len(), PRODUCT_WORDS_MAX);
        let long = "ş".repeat(WORD_CHARS_MAX + 9);
        let stored = product_words("x", &long, &long);
        assert!(stored.iter().all(|word| word.chars().count() <= WORD_CHARS_MAX + 1));
        assert!(stored.contains(&searched_words(&long)[0]), "both are cut");
    }
}

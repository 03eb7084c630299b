//! Normalization of headings: words that a person would call the same become the same.
//!
//! Promises: case, accents and the Turkish dotted and dotless i do not matter. Must not be used for SKUs: they are what
//! they are.

/// Whether a character shows nothing: white space of any kind, marks of byte order and of zero width.
pub(super) fn is_blank(letter: char) -> bool {
    letter.is_whitespace() || matches!(letter, '\u{feff}' | '\u{200b}'..='\u{200f}' | '\u{2060}')
}

/// A text without the blanks around it. Most texts of most files have none, and are known by their ends.
pub(super) fn trimmed(text: &str) -> &str {
    match text.as_bytes() {
        [one] if one.is_ascii_graphic() => text,
        [first, .., last] if first.is_ascii_graphic() && last.is_ascii_graphic() => text,
        _ => text.trim_matches(is_blank),
    }
}

/// A header or a word from a list of words, without case, accents, blanks, underscores and hyphens.
pub fn word(text: &str) -> String {
    text.chars().filter(|letter| !is_blank(*letter) && !matches!(letter, '_' | '-')).flat_map(letters).collect()
}

/// Whether two names are the same but for case, accents and what surrounds them.
pub fn same_name(one: &str, other: &str) -> bool {
    let folded = |text| trimmed(text).chars().flat_map(letters);
    one == other || folded(one).eq(folded(other))
}

/// The letters that stand for one. An accent written as a character of its own stands for none.
fn letters(letter: char) -> impl Iterator<Item = char> {
    let lower = letter.to_lowercase().map(plain);
    lower.filter(|letter| !matches!(letter, '\u{300}'..='\u{36f}'))
}

/// A small letter without its accent, as far as the languages go that headers are likely to be in.
fn plain(letter: char) -> char {
    match letter {
        'à'..='å' | 'ā' | 'ă' | 'ą' => 'a',
        'ç' | 'ć' | 'č' => 'c',
        'è'..='ë' | 'ē' | 'ė' | 'ę' | 'ě' => 'e',
        'ğ' | 'ģ' => 'g',
        'ì'..='ï' | 'ī' | 'į' | 'ı' => 'i',
        'ñ' | 'ń' | 'ň' => 'n',
        'ò'..='ö' | 'ø' | 'ō' | 'ő' => 'o',
        'ś' | 'š' | 'ş' | 'ș' => 's',
        'ù'..='ü' | 'ū' | 'ů' | 'ű' => 'u',
        'ý' | 'ÿ' => 'y',
        'ź' | 'ż' | 'ž' => 'z',
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_person_reads_the_same_is_the_same() {
        for (one, other) in [
            ("product__sku", "Product SKU"),
            ("MİKTAR", "miktar"),
            ("MIKTAR", "mıktar"),
            ("Mi\u{307}ktar", "miktar"),
            ("Ürün Kodu", "urun_kodu"),
            ("\u{feff}sku\u{a0}", "SKU"),
            ("U\u{308}ru\u{308}n-adı", "ürün adı"),
        ] {
            assert_eq!(word(one), word(other), "{one} {other}");
        }
        assert_ne!(word("stok"), word("stok kodu"));
        assert!(same_name(" İSTANBUL Depo", "istanbul depo\u{a0}"));
        assert!(!same_name("istanbul depo", "istanbuldepo"));
    }
}

//! Names as they are compared where case does not count.
//!
//! Promises: names that differ in case only fold alike, Turkish ones too: İ, I, ı and i meet, whatever the language of
//! the one who asks. Must not know what a name is of.

/// A dot that stands above the letter before it; what is left of İ when it is made small.
const DOT_ABOVE: char = '\u{307}';

/// A name, folded. Spaces at its ends do not count.
pub fn case_fold(name: &str) -> String {
    let small = name.trim().chars().flat_map(char::to_lowercase);
    small.filter(|letter| *letter != DOT_ABOVE).map(|letter| if letter == 'ı' { 'i' } else { letter }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn turkish_letters_meet_in_every_case() {
        for name in ["İstanbul", "ISTANBUL", "istanbul", "İSTANBUL", "ıstanbul", " Istanbul ", "I\u{307}stanbul"] {
            assert_eq!(case_fold(name), "istanbul", "{name}");
        }
        assert_eq!(case_fold("Şırnak"), case_fold("ŞIRNAK"));
        assert_eq!(case_fold("ÇANAKKALE"), "çanakkale");
        assert_ne!(case_fold("Türkiye"), case_fold("Turkiye"), "only case is folded");
    }
}

//! Every text of the screens, in English and Turkish side by side.
//!
//! Promises: a text is a method, so one that is missing in a language, or has another placeholder there, does not
//! compile; numbers in texts are grouped as the language groups them. Must not know which screen uses a text.

mod frame;
mod health;
mod imports;
mod list_settings;
mod orders;
mod overview;
mod reasons;
mod settings;
mod stock;
mod transfers;
mod webhooks;

use crate::lang::Lang;

/// The texts of one language.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Texts {
    /// The language.
    pub lang: Lang,
}

impl Texts {
    /// The texts of a language.
    pub const fn new(lang: Lang) -> Self {
        Self { lang }
    }
}

/// Makes a method of [`Texts`] of each line: `name: "English" | "Turkish";`. Behind the name, `(word)` names
/// placeholders, and `[n]` a whole number that chooses between two English texts, for one and for any other number.
macro_rules! texts {
    ($($name:ident $([$n:ident])? $(($($word:ident),+))? : $english:literal $(, $many:literal)? | $turkish:literal;)+) => {
        impl $crate::texts::Texts {
            $($crate::texts::texts!(@one $name [$($n)?] [$($($word),+)?] $english [$($many)?] $turkish);)+
        }

        /// Each text of this table as it stands here: name, English, Turkish.
        pub(super) const TABLE: &[(&str, &str, &str)] = &[$((stringify!($name), $english, $turkish)),+];
    };
    (@one $name:ident [] [] $english:literal [] $turkish:literal) => {
        #[doc = $english]
        pub const fn $name(self) -> &'static str {
            match self.lang {
                $crate::lang::Lang::English => $english,
                $crate::lang::Lang::Turkish => $turkish,
            }
        }
    };
    (@one $name:ident [] [$($word:ident),+] $english:literal [] $turkish:literal) => {
        #[doc = $english]
        pub fn $name(self, $($word: impl std::fmt::Display),+) -> String {
            match self.lang {
                $crate::lang::Lang::English => format!($english),
                $crate::lang::Lang::Turkish => format!($turkish),
            }
        }
    };
    (@one $name:ident [$n:ident] [$($word:ident),*] $one:literal [$many:literal] $turkish:literal) => {
        #[doc = $many]
        pub fn $name(self, $n: impl $crate::number::Whole $(, $word: impl std::fmt::Display)*) -> String {
            let is_one = $n.whole() == 1;
            let $n = $crate::number::grouped(self.lang, $n.whole());
            match self.lang {
                $crate::lang::Lang::English if is_one => format!($one),
                $crate::lang::Lang::English => format!($many),
                $crate::lang::Lang::Turkish => format!($turkish),
            }
        }
    };
}
use texts;

/// Every text as it stands in the tables: name, English, Turkish. For tests.
pub fn all() -> impl Iterator<Item = (&'static str, &'static str, &'static str)> {
    let tables = [
        frame::TABLE,
        imports::TABLE,
        health::TABLE,
        list_settings::TABLE,
        orders::TABLE,
        overview::TABLE,
        reasons::TABLE,
        settings::TABLE,
        stock::TABLE,
        transfers::TABLE,
        webhooks::TABLE,
    ];
    tables.into_iter().flatten().copied()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_chooses_the_english_text() {
        let (english, turkish) = (Texts::new(Lang::English), Texts::new(Lang::Turkish));
        assert_eq!((english.rows(1), english.rows(1_140)), ("1 row".to_owned(), "1,140 rows".to_owned()));
        assert_eq!((turkish.rows(1), turkish.rows(1_140)), ("1 satır".to_owned(), "1.140 satır".to_owned()));
    }
}

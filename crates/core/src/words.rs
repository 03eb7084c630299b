//! Tables of enumerations: the number and the word of each variant.
//!
//! Promises: a variant is one line, so no function can forget it; a number or a word that was stored is read back as
//! the variant it was written for. Must not know what a variant means.

/// Declares an enumeration with the numbers and words that its variants have in the database and on the wire.
///
/// After the variants come the functions to make: `number` makes one from a variant to its number and one back, `word`
/// does so for words, and the function back is left out where nothing is read. Every enumeration is `Copy`, can be
/// compared, and has `ALL`, its variants in the order of the table; one with words has `WORDS`, in the same order.
///
/// ```
/// onhand_core::words! {
///     /// How far a parcel is.
///     pub enum ParcelState {
///         /// It is on its way.
///         Sent = 500 => "sent",
///         /// It has arrived.
///         Arrived = 550 => "arrived",
///     }
///     number code, from_code;
///     word name;
/// }
/// assert_eq!(ParcelState::from_code(550), Some(ParcelState::Arrived));
/// assert_eq!(ParcelState::ALL.map(ParcelState::name), ["sent", "arrived"]);
/// ```
#[macro_export]
macro_rules! words {
    (
        $(#[$attribute:meta])*
        pub enum $name:ident {
            $($(#[$doc:meta])* $variant:ident $(= $number:literal)? $(=> $word:literal)?,)+
        }
        $($functions:tt)*
    ) => {
        $(#[$attribute])*
        #[derive(Clone, Copy, PartialEq, Eq, Debug)]
        pub enum $name {
            $($(#[$doc])* $variant $(= $number)?,)+
        }

        impl $name {
            /// Every one, in the order of the table.
            pub const ALL: [Self; [$($name::$variant),+].len()] = [$(Self::$variant),+];
        }

        $crate::words!(@functions $name [$($variant $(=> $word)?,)+] $($functions)*);
    };
    (@functions $name:ident $table:tt) => {};
    (@functions $name:ident $table:tt number $number:ident, $from_number:ident; $($functions:tt)*) => {
        impl $name {
            /// Its number, which is stored and never changes.
            pub const fn $number(self) -> i64 {
                self as i64
            }

            /// The one with this number.
            pub fn $from_number(number: i64) -> Option<Self> {
                Self::ALL.into_iter().find(|one| one.$number() == number)
            }
        }

        $crate::words!(@functions $name $table $($functions)*);
    };
    (@functions $name:ident $table:tt word $word:ident, $from_word:ident; $($functions:tt)*) => {
        impl $name {
            /// The one with this word.
            pub fn $from_word(word: &str) -> Option<Self> {
                Self::ALL.into_iter().find(|one| one.$word() == word)
            }
        }

        $crate::words!(@functions $name $table word $word; $($functions)*);
    };
    (
        @functions $name:ident [$($variant:ident => $text:literal,)+]
        word $word:ident; $($functions:tt)*
    ) => {
        impl $name {
            /// Its word.
            pub const fn $word(self) -> &'static str {
                match self {
                    $(Self::$variant => $text,)+
                }
            }

            /// Every word, in the order of the table.
            pub const WORDS: &'static [&'static str] = &[$($text),+];
        }

        $crate::words!(@functions $name [$($variant => $text,)+] $($functions)*);
    };
}

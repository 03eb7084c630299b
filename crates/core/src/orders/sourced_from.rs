//! How the stock list of a line was chosen that named none, as it is kept with the line.
//!
//! Promises: what is written in words is read back. Must not know how lists are chosen.

crate::words! {
    /// The sourcing rule of a catalog: which of its stock lists a line is reserved in that names none.
    #[derive(Default)]
    pub enum SourcingRule {
        /// The catalog's own list, as if the line had named it.
        #[default]
        Main => "main",
        /// The nearest store.
        NearestStore => "nearest_store",
        /// The catalog's own list, then the nearest store.
        MainThenNearest => "main_then_nearest",
        /// The nearest store, then the catalog's own list.
        NearestThenMain => "nearest_then_main",
        /// The list that has the most of what the order wants.
        MostAvailable => "most_available",
        /// The list with the smallest priority.
        Priority => "priority",
    }
    word word, from_word;
}

crate::words! {
    /// Why a line is in the list that was chosen for it.
    pub enum SourcingReason {
        /// No list is ranked better.
        FirstChoice => "first_choice",
        /// Every list that is ranked better had too few units of the line.
        NextChoice => "next_choice",
        /// A list that is ranked better had the units, but this one keeps the order in fewer lists.
        FewestLists => "fewest_lists",
        /// No list had all units of the line, and this one gives some of them.
        SomeUnits => "some_units",
        /// No list had the units, and the channel accepts overselling.
        NoneHasIt => "none_has_it",
    }
    word word, from_word;
}

/// Where a line is, why, and how far that is.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct SourcedFrom {
    /// The rule by which the list was chosen.
    pub rule: SourcingRule,
    /// Why it was this one.
    pub reason: SourcingReason,
    /// How far it is, in metres, if that is known.
    pub distance: Option<i64>,
}

impl SourcedFrom {
    /// In words: the rule, the reason, and the metres or `-`, with a blank between two of them.
    pub fn words(self) -> String {
        let distance = self.distance.map_or_else(|| "-".to_owned(), |metres| metres.to_string());
        format!("{} {} {distance}", self.rule.word(), self.reason.word())
    }

    /// What these words say.
    pub fn from_words(text: &str) -> Option<Self> {
        let mut words = text.split(' ');
        let (rule, reason) = (SourcingRule::from_word(words.next()?)?, SourcingReason::from_word(words.next()?)?);
        Some(Self { rule, reason, distance: words.next().and_then(|metres| metres.parse().ok()) })
    }
}

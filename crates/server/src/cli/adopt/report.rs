//! What was taken, and what was not, as a table for people and as JSON for programs.
//!
//! Promises: what the other server says is printed without control characters; however much could not be taken, a bound
//! of it is named and all of it is counted. Must not know how anything is taken.

use serde::Serialize;

use crate::services::adoption::{Adopted, NotTaken};

/// Reasons of a kind that are named.
const NAMED_MAX: usize = 20;
/// The most characters of a name or a reason.
const SHOWN_CHARS_MAX: usize = 300;

/// What is taken, in the order in which it is.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum AdoptedKind {
    StockLists,
    PriceLists,
    Catalogs,
    Channels,
    Products,
    Prices,
    CatalogItems,
    Orders,
    Stocks,
}

impl AdoptedKind {
    /// All of them.
    pub(super) const ALL: [Self; 9] = [
        Self::StockLists,
        Self::PriceLists,
        Self::Catalogs,
        Self::Channels,
        Self::Products,
        Self::Prices,
        Self::CatalogItems,
        Self::Orders,
        Self::Stocks,
    ];

    /// What they are called.
    pub(super) const fn label(self) -> &'static str {
        match self {
            Self::StockLists => "stock lists",
            Self::PriceLists => "price lists",
            Self::Catalogs => "catalogs",
            Self::Channels => "channels",
            Self::Products => "products",
            Self::Prices => "prices",
            Self::CatalogItems => "catalog items",
            Self::Orders => "open orders",
            Self::Stocks => "product stocks",
        }
    }
}

/// What was done with what the other server has of a kind.
#[derive(Clone, Default, Serialize, Debug)]
pub(super) struct KindReport {
    kind: &'static str,
    /// Made here.
    pub(super) taken: u64,
    /// Here like this before.
    pub(super) already_here: u64,
    /// Here before, and different.
    pub(super) changed: u64,
    pub(super) not_taken: u64,
    /// How long that took, in seconds.
    pub(super) seconds: f64,
    reasons: Vec<Reason>,
    #[serde(skip_serializing_if = "Option::is_none")]
    note: Option<String>,
}

/// Something that was not taken.
#[derive(Clone, Serialize, Debug)]
struct Reason {
    what: String,
    why: String,
}

impl KindReport {
    /// Something was taken.
    pub(super) fn add(&mut self, adopted: Adopted) {
        match adopted {
            Adopted::Made => self.taken += 1,
            Adopted::Changed => self.changed += 1,
            Adopted::Same => self.already_here += 1,
        }
    }

    /// Something was not taken.
    pub(super) fn leave(&mut self, left: &NotTaken) {
        self.not_taken += 1;
        if self.reasons.len() < NAMED_MAX {
            self.reasons.push(Reason { what: shown(&left.what), why: shown(&left.why) });
        }
    }

    /// A remark on the kind as a whole.
    pub(super) fn remark(&mut self, text: impl Into<String>) {
        self.note = Some(shown(&text.into()));
    }
}

/// What was taken of all kinds.
#[derive(Clone, Serialize, Debug)]
pub(super) struct Report {
    from: String,
    kinds: Vec<KindReport>,
    /// Requests that got no answer at first.
    pub(super) repeated_requests: u64,
    /// Stocks whose available quantity was compared.
    pub(super) compared: u64,
    /// Those of which another quantity is available here.
    pub(super) differences: u64,
    shown: Vec<DifferenceRow>,
}

/// A stock of which another quantity is available here than there.
#[derive(Clone, PartialEq, Eq, Serialize, Debug)]
pub(super) struct DifferenceRow {
    pub(super) stock_list: String,
    pub(super) product_sku: String,
    pub(super) there: i64,
    pub(super) here: i64,
}

impl DifferenceRow {
    /// One line for people.
    pub(super) fn line(&self) -> String {
        let (list, sku) = (shown(&self.stock_list), shown(&self.product_sku));
        format!("{list}  {sku}  there {}, here {}", self.there, self.here)
    }
}

impl Report {
    pub(super) fn of(from: &str) -> Self {
        let kinds = AdoptedKind::ALL.iter().map(|kind| KindReport { kind: kind.label(), ..KindReport::default() });
        let (kinds, shown) = (kinds.collect(), Vec::new());
        Self { from: from.to_owned(), kinds, repeated_requests: 0, compared: 0, differences: 0, shown }
    }

    /// What was done with a kind.
    pub(super) fn kind(&mut self, kind: AdoptedKind) -> &mut KindReport {
        &mut self.kinds[kind as usize]
    }

    /// The differences that are left, and some of them.
    pub(super) fn differ(&mut self, count: u64, shown: Vec<DifferenceRow>) {
        (self.differences, self.shown) = (count, shown);
    }

    /// Whether something could not be taken, or differs.
    pub(super) fn is_incomplete(&self) -> bool {
        self.differences > 0 || self.kinds.iter().any(|kind| kind.not_taken > 0)
    }

    /// Things that were made or changed.
    pub(super) fn changes(&self) -> u64 {
        self.kinds.iter().map(|kind| kind.taken + kind.changed).sum()
    }

    /// The table and what belongs to it.
    pub(super) fn lines(&self) -> Vec<String> {
        let mut lines =
            vec![format!("{:<16}{:>12}{:>14}{:>12}{:>12}", "", "taken", "already here", "changed", "not taken")];
        for kind in &self.kinds {
            let KindReport { taken, already_here, changed, not_taken, .. } = kind;
            lines.push(format!("{:<16}{taken:>12}{already_here:>14}{changed:>12}{not_taken:>12}", kind.kind));
        }
        for kind in self.kinds.iter().filter(|kind| !kind.reasons.is_empty() || kind.note.is_some()) {
            lines.push(String::new());
            lines.extend(kind.note.as_ref().map(|note| format!("{}: {note}", kind.kind)));
            lines.extend(kind.reasons.iter().map(|one| format!("{}: {}: {}", kind.kind, one.what, one.why)));
            let more = kind.not_taken - kind.reasons.len() as u64;
            lines.extend((more > 0).then(|| format!("{}: and {more} more", kind.kind)));
        }
        lines.push(String::new());
        lines.push(format!("compared {} stocks, {} differences", self.compared, self.differences));
        lines.extend(self.shown.iter().map(|row| format!("  {}", row.line())));
        let more = self.differences - self.shown.len() as u64;
        lines.extend((more > 0).then(|| format!("  and {more} more: --differences FILE writes all of them")));
        lines
    }
}

/// A text of the other server, for people.
pub(super) fn shown(text: &str) -> String {
    text.chars().filter(|c| !c.is_control()).take(SHOWN_CHARS_MAX).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_report_counts_all_and_names_some() {
        let mut report = Report::of("https://shop.example.com");
        assert!(!report.is_incomplete());
        report.kind(AdoptedKind::Stocks).add(Adopted::Made);
        report.kind(AdoptedKind::Stocks).add(Adopted::Changed);
        report.kind(AdoptedKind::Stocks).add(Adopted::Same);
        assert_eq!((report.changes(), report.is_incomplete()), (2, false));
        for number in 0..25 {
            report.kind(AdoptedKind::Orders).leave(&NotTaken::new(format!("order {number}\u{1b}[31m"), "why"));
        }
        assert!(report.is_incomplete());
        let lines = report.lines();
        assert!(lines.contains(&format!("{:<16}{:>12}{:>14}{:>12}{:>12}", "product stocks", 1, 1, 1, 0)), "{lines:#?}");
        assert!(lines.contains(&"open orders: order 0[31m: why".to_owned()), "{lines:#?}");
        assert!(lines.contains(&"open orders: and 5 more".to_owned()), "{lines:#?}");
    }

    #[test]
    fn every_kind_has_its_place() {
        for (place, kind) in AdoptedKind::ALL.into_iter().enumerate() {
            assert_eq!(kind as usize, place);
            assert_eq!(Report::of("").kind(kind).kind, kind.label());
        }
    }
}

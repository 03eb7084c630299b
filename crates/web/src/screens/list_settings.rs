//! Settings of a stock list. Must not know what the settings do: their hints say what people have to know.

use askama::Template;

use crate::Frame;
use crate::form::FieldErrors;
use crate::texts::Texts;

/// The page `/stock/{list}/settings`.
///
/// The form posts its fields by the names of the API to [`crate::link::list_settings`], with `idempotency_key` and `back`;
/// each span of time as a number, and its unit in a field with `_unit` behind the name.
#[derive(Clone, Debug, Template)]
#[template(path = "list_settings.html")]
pub struct ListSettings {
    /// The frame.
    pub frame: Frame,
    /// The list.
    pub list: i64,
    /// What the list is called now.
    pub title: String,
    /// What is in the form.
    pub form: ListForm,
    /// The zone of the installation, which a list without one has.
    pub installation_zone: String,
}

/// What people set of a stock list, as it is in the form.
#[expect(clippy::struct_excessive_bools, reason = "each is a box of its own")]
#[derive(Clone, Debug, Default)]
pub struct ListForm {
    /// The name.
    pub name: String,
    /// The id in the ERP; may be empty.
    pub code: String,
    /// Whether it follows the ERP by itself.
    pub is_auto_sync: bool,
    /// Whether released units are on sale at once.
    pub is_release_immediate: bool,
    /// Whether moves settle with the next level.
    pub is_moved_by_level: bool,
    /// Whether the ERP's code of a line is no other line's.
    pub is_item_code_unique: bool,
    /// Whether it keeps no external reservation.
    pub ignores_external: bool,
    /// After how long a reported line is settled although no level has come.
    pub reported_settles_after: SpanField,
    /// The age of levels that arrive without a time.
    pub snapshot_delay: SpanField,
    /// Up to how many available units a stock is low.
    pub low_stock: String,
    /// Units that sourcing rules leave in the list.
    pub safety_stock: String,
    /// Which list sourcing rules prefer.
    pub sourcing_priority: String,
    /// The time zone; may be empty.
    pub time_zone: String,
    /// When the list had changed last as it was shown, in microseconds. It comes back in `seen`.
    pub seen: i64,
    /// What is wrong: with a field, or with the whole.
    pub errors: FieldErrors,
}

/// A span of time: a number and what it counts.
#[derive(Clone, Debug, Default)]
pub struct SpanField {
    /// The number as it is in the field.
    pub number: String,
    /// What it counts.
    pub unit: SpanUnit,
}

/// What a span of time is counted in.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum SpanUnit {
    /// Days.
    #[default]
    Days,
    /// Hours.
    Hours,
    /// Minutes.
    Minutes,
    /// Seconds.
    Seconds,
}

impl SpanUnit {
    /// Every unit, the longest first.
    pub const ALL: [Self; 4] = [Self::Days, Self::Hours, Self::Minutes, Self::Seconds];

    /// Its word in forms.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Days => "days",
            Self::Hours => "hours",
            Self::Minutes => "minutes",
            Self::Seconds => "seconds",
        }
    }

    /// The unit with this word.
    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|unit| unit.word() == word)
    }

    /// How many seconds one is.
    pub const fn seconds(self) -> i64 {
        match self {
            Self::Days => 24 * 3_600,
            Self::Hours => 3_600,
            Self::Minutes => 60,
            Self::Seconds => 1,
        }
    }

    fn text(self, t: Texts) -> &'static str {
        match self {
            Self::Days => t.span_days(),
            Self::Hours => t.span_hours(),
            Self::Minutes => t.span_minutes(),
            Self::Seconds => t.span_seconds(),
        }
    }
}

impl SpanField {
    /// So many seconds, in the longest unit that they are whole ones of.
    pub fn of(seconds: i64) -> Self {
        let whole = |unit: &SpanUnit| seconds % unit.seconds() == 0;
        let unit = SpanUnit::ALL.into_iter().find(whole).unwrap_or(SpanUnit::Seconds);
        Self { number: (seconds / unit.seconds()).to_string(), unit }
    }

    /// The units with their words, their texts, and whether each is the chosen one.
    fn units(&self, t: Texts) -> impl Iterator<Item = (&'static str, &'static str, bool)> {
        SpanUnit::ALL.into_iter().map(move |unit| (unit.word(), unit.text(t), unit == self.unit))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn seconds_are_shown_in_the_longest_whole_unit() {
        let shown = |seconds| {
            let field = SpanField::of(seconds);
            (field.number, field.unit)
        };
        let table = [
            (0, "0", SpanUnit::Days),
            (604_800, "7", SpanUnit::Days),
            (129_600, "36", SpanUnit::Hours),
            (5_400, "90", SpanUnit::Minutes),
            (61, "61", SpanUnit::Seconds),
        ];
        for (seconds, number, unit) in table {
            assert_eq!(shown(seconds), (number.to_owned(), unit), "{seconds}");
        }
    }
}

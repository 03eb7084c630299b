//! Filters: query parameters into conditions, by a table per resource (contract 1.3).
//!
//! Promises: every fault of every parameter is reported at once; a parameter that no table knows is rejected, because a
//! filter that is quietly ignored shows a client rows it did not ask for. Must not know SQL beyond column names.

use std::num::IntErrorKind;

use onhand_core::StockState;
use onhand_store::query::{Condition, CursorKey, ListQuery, Op, Sort, Window};
use onhand_store::{Value, stock_views};

use super::error::{Error, FieldErrors};
use super::{form, scalar};
use crate::zone::Zone;

/// Rows a page where the client does not say (contract 1.2).
pub const LIMIT_DEFAULT: i64 = 10;
/// Rows a page at the most; a larger wish is cut to it, and `next` leads on.
pub const LIMIT_MAX: i64 = 1_000;
/// Values in one `__in` list, and in all that are given for one filter.
pub const IN_VALUES_MAX: usize = 1_000;
/// Conditions of one list; several values of one filter are one.
const CONDITIONS_MAX: usize = 100;
/// Values in all conditions of one list.
const VALUES_MAX: usize = 10_000;
/// What follows the name of a filter where it is not compared for equality. Each kind of filter has some of them.
pub const LOOKUPS: [&str; 12] = [
    "__exact",
    "__startswith",
    "__iexact",
    "__in",
    "__gt",
    "__gte",
    "__lt",
    "__lte",
    "__date__gt",
    "__date__gte",
    "__date__lt",
    "__date__lte",
];
/// Parameters that belong to every list.
const GENERAL: [&str; 4] = ["page", "limit", "sort", "cursor"];

/// One filter of a resource.
#[derive(Clone, Copy, Debug)]
pub struct Filter {
    /// Its name on the wire.
    pub name: &'static str,
    /// The column it compares, or an expression that is never NULL.
    pub column: &'static str,
    /// What its values are.
    pub kind: Kind,
    /// Whether lists can be sorted by it.
    pub sortable: bool,
}

/// What a filter's values are, and so which look-ups it has.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Kind {
    /// Numbers: exact, `__in`, ranges.
    Int,
    /// Texts: exact, `__exact`, `__in`.
    Text,
    /// Texts that an index has in their order: as [`Kind::Text`], and `__startswith`, which sorts by them unless the
    /// client says otherwise.
    OrderedText,
    /// The state of a product stock: exact, once. It sorts by SKU unless the client says otherwise.
    StockState,
    /// Yes or no: exact.
    Bool,
    /// Times: exact, ranges, ranges of dates.
    Time,
    /// Order status: exact, `__in`; code or name.
    Status,
    /// Words: exact, `__in`.
    Choice(&'static [&'static str]),
    /// Words that are stored as their numbers, counted from 1: exact, `__in`.
    Numbered(&'static [&'static str]),
    /// Names, whatever their case: `__iexact`. The column has them folded.
    Folded,
    /// Texts that something else has: exact, `__exact`. The column is the beginning of a condition (see
    /// [`Op::RawPredicate`]).
    Linked,
    /// Words that something else has: as [`Kind::Linked`].
    LinkedWord(&'static [&'static str]),
}

impl Filter {
    /// A filter by which lists can also be sorted.
    pub const fn new(name: &'static str, column: &'static str, kind: Kind) -> Self {
        Self { name, column, kind, sortable: true }
    }

    /// A filter by which lists cannot be sorted.
    pub const fn only(name: &'static str, column: &'static str, kind: Kind) -> Self {
        Self { name, column, kind, sortable: false }
    }

    /// Every look-up this filter has, as parameter suffixes.
    pub fn lookups(&self) -> &'static [&'static str] {
        match self.kind {
            Kind::Int => &["", "__in", "__gt", "__gte", "__lt", "__lte"],
            Kind::Text => &["", "__exact", "__in"],
            Kind::OrderedText => &["", "__exact", "__in", "__startswith"],
            Kind::Bool | Kind::StockState => &[""],
            Kind::Folded => &["__iexact"],
            Kind::Linked | Kind::LinkedWord(_) => &["", "__exact"],
            Kind::Status | Kind::Choice(_) | Kind::Numbered(_) => &["", "__in"],
            Kind::Time => {
                &["", "__gt", "__gte", "__lt", "__lte", "__date__gt", "__date__gte", "__date__lt", "__date__lte"]
            }
        }
    }
}

/// What a client asked of a list.
#[derive(Clone, Debug)]
pub struct Query {
    /// For the store.
    pub listing: ListQuery,
    /// Rows a page.
    pub limit: i64,
}

/// Reads the query of a list. Days, and times without an offset, are of the zone or else of UTC.
pub fn parse(filters: &[Filter], query: &[(String, String)], zone: Option<&Zone>) -> Result<Query, Error> {
    let mut errors = FieldErrors::default();
    let mut conditions: Vec<Condition> = Vec::new();
    for (name, text) in query.iter().filter(|(name, _)| !GENERAL.contains(&name.as_str())) {
        let added = condition(filters, name, text, zone).and_then(|condition| add(&mut conditions, condition));
        if let Err(message) = added {
            errors.add(name, message);
        }
        if conditions.len() > CONDITIONS_MAX
            || conditions.iter().map(|one| one.values.len()).sum::<usize>() > VALUES_MAX
        {
            return Err(Error::field("non_field_errors", "There are too many filters."));
        }
    }
    let last = |name: &str| query.iter().rfind(|(key, _)| key == name).map(|(_, text)| text.as_str());
    let by_id = (Sort::BY_ID, Kind::Int);
    let is_of_one_list = conditions.iter().any(|one| one.column == "stock_list_id" && one.op == Op::Eq);
    match conditions.iter().filter(|one| one.op == Op::Holds).count() {
        1 if !is_of_one_list => errors.add("state", "This filter needs one stock_list."),
        ..2 => {}
        _ => errors.add("state", "Only one state can be given."),
    }
    let (sort, kind) = last("sort")
        .or_else(|| usual_sort(filters, &conditions))
        .map_or(Some(by_id), |text| sort(filters, text))
        .unwrap_or_else(|| {
            errors.add("sort", "This list cannot be sorted by that.");
            by_id
        });
    let limit = match last("limit").map(str::parse::<i64>) {
        None => LIMIT_DEFAULT,
        Some(Ok(limit)) if limit >= 1 => limit.min(LIMIT_MAX),
        Some(_) => {
            errors.add("limit", "A whole number of at least 1 is required.");
            LIMIT_DEFAULT
        }
    };
    let window = match last("cursor") {
        None => None,
        Some("") => Some(Window::After { key: None, limit }),
        Some(text) => match cursor(text, sort, kind) {
            Some(key) => Some(Window::After { key: Some(key), limit }),
            None => {
                errors.add("cursor", "Invalid cursor.");
                None
            }
        },
    };
    errors.into_result()?;
    let window = match window {
        Some(window) => window,
        None => Window::Page { number: page_number(last("page"), limit)?, limit },
    };
    Ok(Query { listing: ListQuery { conditions, sort, window }, limit })
}

/// A wrong page is 404, as for the vendor's servers (contract 1.2), and a number that is none here is 400. From here
/// on, a page times its limit is a number.
fn page_number(text: Option<&str>, limit: i64) -> Result<i64, Error> {
    let Some(text) = text else { return Ok(1) };
    match text.parse::<i64>() {
        Ok(number) if number >= 1 && number.checked_mul(limit).is_some() => Ok(number),
        Err(fault) if *fault.kind() == IntErrorKind::PosOverflow => {
            Err(Error::field("page", format!("Ensure this value is less than or equal to {}.", i64::MAX)))
        }
        _ => Err(Error::invalid_page()),
    }
}

/// A parameter given twice means any of its values; so does one of several exact look-ups.
fn add(conditions: &mut Vec<Condition>, condition: Condition) -> Result<(), String> {
    let exact = |op: Op| matches!(op, Op::Eq | Op::In);
    let same = |other: &&mut Condition| other.column == condition.column && exact(other.op) && exact(condition.op);
    match conditions.iter_mut().find(same) {
        Some(other) => {
            other.op = Op::In;
            other.values.extend(condition.values);
            if other.values.len() > IN_VALUES_MAX {
                return Err(too_many());
            }
        }
        None => conditions.push(condition),
    }
    Ok(())
}

fn too_many() -> String {
    format!("Ensure this list has no more than {IN_VALUES_MAX} items.")
}

fn condition(filters: &[Filter], name: &str, text: &str, zone: Option<&Zone>) -> Result<Condition, String> {
    let named =
        |filter: &&Filter| name.strip_prefix(filter.name).is_some_and(|lookup| filter.lookups().contains(&lookup));
    let filter = filters.iter().find(named).ok_or("This list has no such filter.")?;
    let lookup = &name[filter.name.len()..];
    if filter.kind == Kind::StockState {
        let state = StockState::from_word(text.trim()).ok_or_else(|| no_choice(text.trim()))?;
        return Ok(stock_views::in_state(state));
    }
    let (op, values) = match lookup {
        _ if matches!(filter.kind, Kind::Linked | Kind::LinkedWord(_)) => {
            (Op::RawPredicate, vec![value(filter.kind, text, zone)?])
        }
        "" | "__exact" | "__iexact" => (Op::Eq, vec![value(filter.kind, text, zone)?]),
        "__startswith" => (Op::Prefix, vec![value(filter.kind, text, zone)?]),
        "__in" => (Op::In, in_values(filter.kind, text, zone)?),
        "__gt" => (Op::Gt, vec![value(filter.kind, text, zone)?]),
        "__gte" => (Op::Gte, vec![value(filter.kind, text, zone)?]),
        "__lt" => (Op::Lt, vec![value(filter.kind, text, zone)?]),
        "__lte" => (Op::Lte, vec![value(filter.kind, text, zone)?]),
        dates => date_range(dates, text, zone)?,
    };
    Ok(Condition { column: filter.column, op, values })
}

/// Days are whole: after a day means from the beginning of the next one on.
fn date_range(lookup: &str, text: &str, zone: Option<&Zone>) -> Result<(Op, Vec<Value<'static>>), String> {
    let (begin, end) = scalar::parse_day(text, zone).ok_or("Enter a valid date.")?;
    let (op, moment) = match lookup {
        "__date__gt" => (Op::Gte, end),
        "__date__gte" => (Op::Gte, begin),
        "__date__lt" => (Op::Lt, begin),
        _ => (Op::Lt, end),
    };
    Ok((op, vec![Value::Int(moment.micros())]))
}

fn in_values(kind: Kind, text: &str, zone: Option<&Zone>) -> Result<Vec<Value<'static>>, String> {
    let values: Vec<_> = text
        .split(',')
        .filter(|part| !part.is_empty())
        .map(|part| value(kind, part, zone))
        .collect::<Result<_, _>>()?;
    if values.len() > IN_VALUES_MAX {
        return Err(too_many());
    }
    Ok(values)
}

fn value(kind: Kind, text: &str, zone: Option<&Zone>) -> Result<Value<'static>, String> {
    let text = text.trim();
    let found = match kind {
        Kind::Int => return text.parse().map(Value::Int).map_err(|_| "Enter a number.".to_owned()),
        Kind::Text | Kind::OrderedText | Kind::Linked => (!text.contains('\0')).then(|| Value::from(text.to_owned())),
        Kind::Folded => (!text.contains('\0')).then(|| Value::from(onhand_core::case_fold(text))),
        Kind::Bool => form::boolean_text(text).map(Value::from),
        Kind::Time => scalar::written_time(text).map(|time| Value::Int(time.descriptive(zone).micros())),
        Kind::Status => form::status_text(text).map(|status| Value::Int(status.code())),
        Kind::Numbered(words) => words.iter().position(|word| *word == text).map(|at| Value::Int(at as i64 + 1)),
        Kind::Choice(words) | Kind::LinkedWord(words) => words.contains(&text).then(|| Value::from(text.to_owned())),
        Kind::StockState => None,
    };
    found.ok_or_else(|| match kind {
        Kind::Text | Kind::OrderedText | Kind::Linked | Kind::Folded => form::NO_NULLS.to_owned(),
        Kind::Time => "Enter a valid date/time.".to_owned(),
        _ => no_choice(text),
    })
}

fn no_choice(text: &str) -> String {
    let shown: String = text.chars().take(100).collect();
    format!("Select a valid choice. {shown} is not one of the available choices.")
}

/// By what a list is sorted whose client does not say: by the texts of which it wants the beginning, or, in a state, by
/// SKU; those orders cost what their rows cost.
fn usual_sort(filters: &[Filter], conditions: &[Condition]) -> Option<&'static str> {
    let is_ordered = conditions.iter().any(|one| matches!(one.op, Op::Prefix | Op::Holds));
    filters.iter().find(|filter| is_ordered && filter.kind == Kind::OrderedText).map(|filter| filter.name)
}

/// An order, and what is compared in it.
fn sort(filters: &[Filter], text: &str) -> Option<(Sort, Kind)> {
    let (name, descending) = text.strip_prefix('-').map_or((text, false), |name| (name, true));
    if matches!(name, "id" | "pk") {
        return Some((Sort { descending, ..Sort::BY_ID }, Kind::Int));
    }
    let filter = filters.iter().find(|filter| filter.name == name && filter.sortable)?;
    Some((Sort { column: filter.column, descending }, filter.kind))
}

/// A cursor is the last row's position, in hexadecimal; clients carry it around unread.
pub fn cursor_text(key: &CursorKey) -> String {
    let plain = match &key.value {
        Value::Text(text) => format!("{}:s{text}", key.id),
        Value::Int(number) => format!("{}:i{number}", key.id),
        Value::Null | Value::Bytes(_) => format!("{}:i0", key.id),
    };
    crate::hex::encode(plain.as_bytes())
}

/// A position in this order. One of another order may be no position in it: then it is rejected.
fn cursor(text: &str, sort: Sort, kind: Kind) -> Option<CursorKey> {
    let pairs = text.as_bytes().chunks(2).map(|pair| {
        let digits = std::str::from_utf8(pair).ok().filter(|digits| digits.len() == 2)?;
        u8::from_str_radix(digits, 16).ok()
    });
    let plain = String::from_utf8(pairs.collect::<Option<Vec<u8>>>()?).ok()?;
    let (id, rest) = plain.split_once(':')?;
    let id: i64 = id.parse().ok()?;
    let is_text = matches!(kind, Kind::Text | Kind::OrderedText | Kind::Choice(_));
    let value = match rest.split_at_checked(1)? {
        ("s", text) if is_text && !text.contains('\0') => Value::from(text.to_owned()),
        ("i", number) if !is_text => Value::Int(number.parse().ok()?),
        _ => return None,
    };
    let fits = sort.column != Sort::BY_ID.column || value == Value::Int(id);
    fits.then_some(CursorKey { value, id })
}

#[cfg(test)]
mod tests {
    use super::*;

    const FILTERS: &[Filter] = &[
        Filter::new("pk", "id", Kind::Int),
        Filter::new("name", "name", Kind::Text),
        Filter::new("is_send", "is_send", Kind::Bool),
        Filter::new("created_date", "created_at", Kind::Time),
        Filter::new("status", "status", Kind::Status),
    ];

    fn read(query: &str) -> Result<Query, Error> {
        let pairs: Vec<_> = form_urlencoded::parse(query.as_bytes()).into_owned().collect();
        parse(FILTERS, &pairs, None)
    }

    fn conditions(query: &str) -> Vec<(&'static str, Op, Vec<Value<'static>>)> {
        let query = read(query).expect("fine");
        query.listing.conditions.into_iter().map(|one| (one.column, one.op, one.values)).collect()
    }

    #[test]
    fn look_ups_become_conditions() {
        assert_eq!(conditions("pk__in=1,2"), [("id", Op::In, vec![Value::Int(1), Value::Int(2)])]);
        // Contract X26: Python writes booleans with a capital letter.
        assert_eq!(conditions("is_send=False"), [("is_send", Op::Eq, vec![Value::Int(0)])]);
        assert_eq!(conditions("status=400"), conditions("status=approved"));
        assert_eq!(conditions("status=50&status=100"), conditions("status__in=50,100"));
        assert_eq!(conditions("created_date__date__lte=1970-01-01"), conditions("created_date__lt=1970-01-02"));
    }

    #[test]
    fn all_faults_are_reported_at_once() {
        let Err(Error::Fields(errors)) = read("pk=x&is_send=maybe&status=1&colour=red&sort=colour&limit=0") else {
            panic!("refused");
        };
        let text = format!("{errors:?}");
        for name in ["pk", "is_send", "status", "colour", "sort", "limit"] {
            assert!(text.contains(name), "{name} is missing in {text}");
        }
        assert!(matches!(read("page=0"), Err(Error::Detail(..))));
        assert!(read("cursor=zz").is_err());
    }

    #[test]
    fn a_cursor_reads_back() {
        let (key, sort) = (CursorKey { value: "Ürün:1".into(), id: 7 }, Sort { column: "name", descending: false });
        assert_eq!(cursor(&cursor_text(&key), sort, Kind::Text), Some(key));
    }

    #[test]
    fn a_cursor_that_is_no_place_in_the_order_is_refused() {
        for (sort, value) in [
            ("name", Value::Int(7)),
            ("name", Value::from("a\0b")),
            ("status", Value::from("400")),
            ("created_date", Value::from("2026-01-01")),
            ("id", Value::Int(8)),
        ] {
            let text = cursor_text(&CursorKey { value, id: 7 });
            assert!(matches!(read(&format!("cursor={text}&sort={sort}")), Err(Error::Fields(_))), "{sort}: {text}");
        }
    }
}

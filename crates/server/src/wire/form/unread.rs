//! What a body has and no field table reads: fields that are not known, or that cannot be written.
//!
//! Promises: what is named is bounded in number and length, and safe in a header. Must not know which answer names it.

use serde_json::{Map, Value};

use super::values::opened;
use crate::wire::error::FieldErrors;
use crate::wire::field::{Field, FieldKind};

/// Names that are shown; of the rest, how many there are.
pub const NAMES_MAX: usize = 20;
/// The most characters of one name, its path included.
pub const NAME_CHARS_MAX: usize = 64;

/// Whether a field that no table has says what is known already.
pub type Agrees<'t> = &'t dyn Fn(&str, &Value) -> bool;
/// Nothing does.
pub const NONE_AGREES: Agrees<'static> = &|_, _| false;

/// Fields that were not read, in the order they were found.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Unread {
    names: Vec<String>,
    more: usize,
}

impl Unread {
    /// Notes what an object has and its table does not, but for what `agrees` with something else; `path` is what
    /// stands before the names.
    pub fn note(&mut self, fields: &'static [Field], body: &Map<String, Value>, agrees: Agrees<'_>, path: &str) {
        for (name, value) in body {
            match fields.iter().find(|field| field.name == name) {
                None if agrees(name, value) => {}
                None => self.add(path, name),
                Some(field) => self.note_below(field, value, path),
            }
        }
    }

    fn note_below(&mut self, field: &Field, value: &Value, path: &str) {
        match (field.kind, &*opened(value)) {
            (FieldKind::One(inner), Value::Object(body)) => {
                self.note(inner, body, NONE_AGREES, &format!("{path}{}.", field.name));
            }
            (FieldKind::Rows(inner, max), Value::Array(rows)) => {
                let rows = rows.iter().take(max).enumerate();
                for (number, row) in rows.filter_map(|(number, row)| Some((number, row.as_object()?))) {
                    self.note(inner, row, NONE_AGREES, &format!("{path}{}[{number}].", field.name));
                }
            }
            _ => {}
        }
    }

    fn add(&mut self, path: &str, name: &str) {
        if self.names.len() < NAMES_MAX {
            self.names.push(safe(path, name));
        } else {
            self.more += 1;
        }
    }

    /// The names, parted by commas; behind the last one, how many more there are. None where all was read.
    pub fn text(&self) -> Option<String> {
        let more = (self.more > 0).then(|| format!("+{}", self.more));
        let names: Vec<&str> = self.names.iter().chain(&more).map(String::as_str).collect();
        (!names.is_empty()).then(|| names.join(", "))
    }
}

/// A name as it may stand in a header, a blank one as two quotation marks: other bytes than letters, digits and a few
/// signs in percent form.
fn safe(path: &str, name: &str) -> String {
    let mut text = String::new();
    if name.is_empty() {
        return format!("{path}\"\"");
    }
    for byte in path.bytes().chain(name.bytes()) {
        let piece = match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'_' | b'-' | b'.' | b'[' | b']' => char::from(byte).to_string(),
            other => format!("%{other:02X}"),
        };
        if text.len() + piece.len() > NAME_CHARS_MAX {
            text.truncate(NAME_CHARS_MAX - 3);
            return text + "...";
        }
        text.push_str(&piece);
    }
    text
}

/// A fault for each field that an object has and its table does not. `is_shown` says whether answers have a field of
/// this name: then it is known, and cannot be written.
pub fn faults(
    fields: &'static [Field],
    body: &Map<String, Value>,
    agrees: Agrees<'_>,
    is_shown: &dyn Fn(&str) -> bool,
) -> FieldErrors {
    let mut errors = FieldErrors::default();
    for (name, value) in body {
        match fields.iter().find(|field| field.name == name) {
            None if agrees(name, value) => {}
            None if is_shown(name) => errors.add(name, "This field cannot be written here."),
            None => errors.add(name, "This field is not known here."),
            Some(field) => match (field.kind, &*opened(value)) {
                (FieldKind::One(inner), Value::Object(body)) => {
                    let inner = faults(inner, body, NONE_AGREES, &|_| false);
                    if !inner.is_empty() {
                        errors.nest_one(name, inner);
                    }
                }
                (FieldKind::Rows(inner, max), Value::Array(rows)) if rows.len() <= max => {
                    let row = |row: &Value| row.as_object().map(|row| faults(inner, row, NONE_AGREES, &|_| false));
                    let rows: Vec<FieldErrors> = rows.iter().map(|one| row(one).unwrap_or_default()).collect();
                    if rows.iter().any(|row| !row.is_empty()) {
                        errors.nest(name, rows);
                    }
                }
                _ => {}
            },
        }
    }
    errors
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    const LINE: &[Field] = &[Field::int("quantity", 1, 9, "")];
    const BODY: &[Field] = &[
        Field::text("number", 9, ""),
        Field::rows("lines", LINE, 5, ""),
        Field::one("buyer", LINE, ""),
        Field::object("extra", ""),
    ];

    fn named(body: &Value) -> Option<String> {
        let mut unread = Unread::default();
        unread.note(BODY, body.as_object().expect("an object"), NONE_AGREES, "");
        unread.text()
    }

    #[test]
    fn what_is_not_read_is_named_with_its_path() {
        let body = json!({"number": "A", "stok": 1, "lines": [{"quantity": 1}, {"qty": 2}], "extra": {"any": 1}});
        assert_eq!(named(&body).as_deref(), Some("stok, lines[1].qty"));
        assert_eq!(
            named(&json!({"lines": "[{\"qty\": 2}]", "buyer": {"x": 1}})).as_deref(),
            Some("lines[0].qty, buyer.x")
        );
        assert_eq!(named(&json!({"number": "A"})), None);
    }

    #[test]
    fn names_are_safe_and_few() {
        assert_eq!(named(&json!({"a, b\r\nX: ü": 1})).as_deref(), Some("a%2C%20b%0D%0AX%3A%20%C3%BC"));
        let long = named(&json!({"x".repeat(500): 1})).expect("a name");
        assert_eq!((long.len(), &long[61..]), (NAME_CHARS_MAX, "..."));
        let many: Value = (0..50).map(|number| (format!("f{number}"), json!(1))).collect();
        let text = named(&many).expect("names");
        assert!(text.ends_with("f19, +30"), "{text}");
        assert!(text.len() <= (NAMES_MAX + 1) * (NAME_CHARS_MAX + 2), "{text}");
    }

    #[test]
    fn each_has_a_fault_where_all_is_to_be_read() {
        let body = json!({"stok": 1, "id": 5, "lines": [{"quantity": 1}, {"qty": 2}], "buyer": {"x": 1}});
        let found = faults(BODY, body.as_object().expect("an object"), NONE_AGREES, &|name| name == "id");
        let mut expected = FieldErrors::one("stok", "This field is not known here.");
        expected.add("id", "This field cannot be written here.");
        expected.nest("lines", vec![FieldErrors::default(), FieldErrors::one("qty", "This field is not known here.")]);
        expected.nest_one("buyer", FieldErrors::one("x", "This field is not known here."));
        assert_eq!(found, expected);
    }
}

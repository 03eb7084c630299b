//! Fields: the tables that say what a body may contain.
//!
//! Promises: a table is read by the form reader and printed into the API description, so the two cannot differ.
//! Must not know what a field is for.

/// One field of a request body.
#[derive(Clone, Copy, Debug)]
#[expect(clippy::struct_excessive_bools, reason = "each says one thing of a field, and they go together freely")]
pub struct Field {
    /// Its name on the wire.
    pub name: &'static str,
    /// Its content.
    pub kind: FieldKind,
    /// Whether a new object must have it.
    pub required: bool,
    /// Whether it may be null.
    pub nullable: bool,
    /// Whether it is one of those of which a new object must have exactly one.
    pub alternative: bool,
    /// Whether it names something to the letter: a number is taken for its text only if all its digits are known.
    pub exact: bool,
    /// One sentence for the API description.
    pub help: &'static str,
}

/// The content of a field.
#[derive(Clone, Copy, Debug)]
pub enum FieldKind {
    /// A text of at most so many characters, trimmed; never blank.
    Text(usize),
    /// The same, and it may be blank.
    Blank(usize),
    /// A secret: never trimmed, never echoed.
    Secret(usize),
    /// A whole number within bounds.
    Int(i64, i64),
    /// Yes or no, in any of the forms clients write it (contract X17, X26).
    Bool,
    /// One of these words.
    Choice(&'static [&'static str]),
    /// An order status: code as text or number, or name (contract 7.3). Where it may be null, a blank text is null.
    Status,
    /// A JSON object.
    Object,
    /// A JSON list.
    List,
    /// A number with a fraction, at most so far from zero; as text or number.
    Number(u32),
    /// Any JSON, carried through unread.
    Any,
    /// A time (ISO 8601).
    Time,
    /// The name of a time zone. Where it may be null, a blank text is null.
    TimeZone,
    /// A decimal, as text or number.
    Decimal,
    /// The id of another object.
    Pk,
    /// Ids of other objects; also as the keys of an object.
    Pks,
    /// Ids of lines, or objects with an `id` and a `quantity`.
    Units,
    /// Texts, so many at the most, each of at most so many characters and never blank.
    Texts(usize, usize),
    /// Rows with fields of their own.
    Rows(&'static [Field], usize),
    /// One object with fields of its own.
    One(&'static [Field]),
}

/// Two tables of fields as one, which has `COUNT` fields.
pub const fn joined<const COUNT: usize>(first: &[Field], second: &[Field]) -> [Field; COUNT] {
    let mut all = [first[0]; COUNT];
    let mut at = 0;
    while at < COUNT {
        all[at] = if at < first.len() { first[at] } else { second[at - first.len()] };
        at += 1;
    }
    all
}

impl Field {
    const fn of(name: &'static str, kind: FieldKind, help: &'static str) -> Self {
        Self { name, kind, required: false, nullable: false, alternative: false, exact: false, help }
    }

    /// A text of at most `max` characters.
    pub const fn text(name: &'static str, max: usize, help: &'static str) -> Self {
        Self::of(name, FieldKind::Text(max), help)
    }

    /// A text of at most `max` characters that may be blank.
    pub const fn blank(name: &'static str, max: usize, help: &'static str) -> Self {
        Self::of(name, FieldKind::Blank(max), help)
    }

    /// A secret of at most `max` characters.
    pub const fn secret(name: &'static str, max: usize, help: &'static str) -> Self {
        Self::of(name, FieldKind::Secret(max), help)
    }

    /// A whole number, `min..=max`.
    pub const fn int(name: &'static str, min: i64, max: i64, help: &'static str) -> Self {
        Self::of(name, FieldKind::Int(min, max), help)
    }

    /// Yes or no.
    pub const fn bool(name: &'static str, help: &'static str) -> Self {
        Self::of(name, FieldKind::Bool, help)
    }

    /// One of some words.
    pub const fn choice(name: &'static str, words: &'static [&'static str], help: &'static str) -> Self {
        Self::of(name, FieldKind::Choice(words), help)
    }

    /// An order status.
    pub const fn status(name: &'static str, help: &'static str) -> Self {
        Self::of(name, FieldKind::Status, help)
    }

    /// A JSON list.
    pub const fn list(name: &'static str, help: &'static str) -> Self {
        Self::of(name, FieldKind::List, help)
    }

    /// A number from `-max` to `max`, which may have a fraction.
    pub const fn number(name: &'static str, max: u32, help: &'static str) -> Self {
        Self::of(name, FieldKind::Number(max), help)
    }

    /// A JSON object.
    pub const fn object(name: &'static str, help: &'static str) -> Self {
        Self::of(name, FieldKind::Object, help)
    }

    /// Any JSON.
    pub const fn any(name: &'static str, help: &'static str) -> Self {
        Self::of(name, FieldKind::Any, help).nullable()
    }

    /// A time.
    pub const fn time(name: &'static str, help: &'static str) -> Self {
        Self::of(name, FieldKind::Time, help)
    }

    /// The name of a time zone.
    pub const fn time_zone(name: &'static str, help: &'static str) -> Self {
        Self::of(name, FieldKind::TimeZone, help)
    }

    /// A decimal.
    pub const fn decimal(name: &'static str, help: &'static str) -> Self {
        Self::of(name, FieldKind::Decimal, help)
    }

    /// The id of another object.
    pub const fn pk(name: &'static str, help: &'static str) -> Self {
        Self::of(name, FieldKind::Pk, help)
    }

    /// Ids of other objects.
    pub const fn pks(name: &'static str, help: &'static str) -> Self {
        Self::of(name, FieldKind::Pks, help)
    }

    /// Ids of lines, or objects with an id and how many units of it are meant.
    pub const fn units(name: &'static str, help: &'static str) -> Self {
        Self::of(name, FieldKind::Units, help)
    }

    /// Up to `max` texts of up to `chars` characters.
    pub const fn texts(name: &'static str, max: usize, chars: usize, help: &'static str) -> Self {
        Self::of(name, FieldKind::Texts(max, chars), help)
    }

    /// Rows, 1 to `max` of them; where null is allowed, an empty list is, too.
    pub const fn rows(name: &'static str, fields: &'static [Field], max: usize, help: &'static str) -> Self {
        Self::of(name, FieldKind::Rows(fields, max), help)
    }

    /// An object with fields of its own.
    pub const fn one(name: &'static str, fields: &'static [Field], help: &'static str) -> Self {
        Self::of(name, FieldKind::One(fields), help)
    }

    /// Whether its content has fields of its own.
    pub fn has_fields(&self) -> bool {
        matches!(self.kind, FieldKind::Rows(..) | FieldKind::One(_))
    }

    /// The same field, asked for.
    #[must_use]
    pub const fn required(mut self) -> Self {
        self.required = true;
        self
    }

    /// The same field, which may be null.
    #[must_use]
    pub const fn nullable(mut self) -> Self {
        self.nullable = true;
        self
    }

    /// The same field, a text that names something to the letter, like a SKU or a code.
    #[must_use]
    pub const fn exact(mut self) -> Self {
        self.exact = true;
        self
    }

    /// The same field, of which, with the others so marked, exactly one is asked for. The handler checks it.
    #[must_use]
    pub const fn alternative(mut self) -> Self {
        self.alternative = true;
        self
    }
}

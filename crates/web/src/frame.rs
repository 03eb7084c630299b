//! What surrounds every screen: language, person, navigation, messages; and how values are written on it.
//!
//! Promises: templates write numbers, times, icons and paths through this value only, so that a page has one language
//! and one present. Must not know what a screen shows.

use std::fmt;

use askama::filters::HtmlSafe;
use onhand_core::Timestamp;

use crate::assets;
use crate::lang::Lang;
use crate::may::May;
use crate::number::{self, Whole};
use crate::sentences;
use crate::texts::Texts;
use crate::time::{self, Clock, Moment};
use crate::words::Role;

/// Light or dark.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum Theme {
    /// What the device says.
    #[default]
    System,
    /// Light.
    Light,
    /// Dark.
    Dark,
}

impl Theme {
    /// Every theme, in the order of the settings.
    pub const ALL: [Self; 3] = [Self::System, Self::Light, Self::Dark];

    /// Its word in forms and attributes.
    pub const fn word(self) -> &'static str {
        match self {
            Self::System => "system",
            Self::Light => "light",
            Self::Dark => "dark",
        }
    }

    /// The theme with this word.
    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|theme| theme.word() == word)
    }
}

/// The entries of the navigation.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum Entry {
    /// The overview.
    Overview,
    /// Stock lists, tables, products.
    Stock,
    /// Orders.
    Orders,
    /// Imports.
    Imports,
    /// A person's own settings.
    Me,
    /// None of them.
    #[default]
    Other,
}

/// Who is signed in.
#[derive(Clone, Debug)]
pub struct Person {
    /// The name of the account, 1 to 150 characters.
    pub name: String,
    /// The role.
    pub role: Role,
}

/// The counters beside the entries of the navigation; one that is not known is not shown.
#[derive(Clone, Copy, Debug, Default)]
pub struct Counters {
    /// Stock lists.
    pub lists: Option<i64>,
    /// Orders that the ERP has not taken yet.
    pub orders_waiting: Option<i64>,
    /// How far the imports that run now are, in hundredths; none if none runs.
    pub import_percent: Option<i64>,
}

/// A message about what has just been done. It is shown once, for ten seconds.
#[derive(Clone, Debug)]
pub struct Toast {
    /// What it is about, for instance a SKU; may be empty.
    pub subject: String,
    /// What was done, a sentence or `176 → 181`.
    pub text: String,
    /// What the button "Undo" posts to, with the hidden fields of its form; none if it cannot be undone.
    pub undo: Option<Undo>,
}

/// A form that takes something back.
#[derive(Clone, Debug)]
pub struct Undo {
    /// What it posts to, from [`crate::link`].
    pub action: String,
    /// Its hidden fields besides `idempotency_key` and `back`.
    pub fields: Vec<(&'static str, String)>,
}

/// What surrounds a screen.
#[derive(Clone, Debug)]
pub struct Frame {
    /// The texts of the page's language.
    pub t: Texts,
    /// The present and the zone.
    pub clock: Clock,
    /// Light or dark.
    pub theme: Theme,
    /// Whether rows are compact.
    pub is_compact: bool,
    /// Whether single keys do something.
    pub has_keys: bool,
    /// Whether the page follows the stream of changes.
    pub is_live: bool,
    /// Who is signed in; none on the pages before signing in.
    pub person: Option<Person>,
    /// What the person may do.
    pub may: May,
    /// The counters of the navigation.
    pub counters: Counters,
    /// The entry of the navigation that is open.
    pub entry: Entry,
    /// The path and query of this page, to which forms lead back.
    pub path: String,
    /// A random text of 16 to 64 letters and digits: the key by which a form that is sent twice is done once.
    pub idempotency_key: String,
    /// The message to show, if there is one.
    pub toast: Option<Toast>,
}

impl Frame {
    /// A frame for a page without a person who has signed in.
    pub fn anonymous(lang: Lang, clock: Clock, path: &str) -> Self {
        Self {
            t: Texts::new(lang),
            clock,
            theme: Theme::System,
            is_compact: false,
            has_keys: true,
            is_live: false,
            person: None,
            may: May::default(),
            counters: Counters::default(),
            entry: Entry::Other,
            path: path.to_owned(),
            idempotency_key: String::new(),
            toast: None,
        }
    }

    /// The texts, for what takes them by value.
    pub fn texts(&self) -> Texts {
        self.t
    }

    /// A sentence of the API, in the page's language where it is known.
    pub fn told<'s>(&self, sentence: &'s str) -> std::borrow::Cow<'s, str> {
        sentences::translated(self.t.lang, sentence)
    }

    /// A whole number, grouped.
    pub fn n(&self, number: impl Whole) -> String {
        number::grouped(self.t.lang, number.whole())
    }

    /// A whole number, grouped, or a dash for 0.
    pub fn n_or_none(&self, number: impl Whole) -> String {
        if number.whole() == 0 { number::NONE.to_owned() } else { self.n(number) }
    }

    /// A whole number with its sign.
    pub fn signed(&self, number: impl Whole) -> String {
        number::signed(self.t.lang, number.whole())
    }

    /// Hundredths.
    pub fn percent(&self, number: impl Whole) -> String {
        number::percent(self.t.lang, number.whole())
    }

    /// A size of a file.
    pub fn bytes(&self, number: impl Whole) -> String {
        number::bytes(self.t.lang, number.whole())
    }

    /// `<time>` that says how long ago something was.
    pub fn ago(&self, at: impl Moment) -> TimeTag {
        self.tag(at.moment(), "ago", self.clock.ago(self.t, at.moment()))
    }

    /// `<time>` with the time of day.
    pub fn at(&self, at: impl Moment) -> TimeTag {
        self.tag(at.moment(), "clock", self.clock.clock(self.t, at.moment()))
    }

    /// `<time>` with day and time.
    pub fn exact(&self, at: impl Moment) -> TimeTag {
        self.tag(at.moment(), "exact", self.clock.exact(self.t, at.moment()))
    }

    /// The time of day as text, for the middle of a sentence.
    pub fn time(&self, at: impl Moment) -> String {
        self.clock.clock(self.t, at.moment())
    }

    /// How long something has lasted, as text.
    pub fn span(&self, since: impl Moment) -> String {
        self.clock.span(self.t, since.moment())
    }

    fn tag(&self, at: Timestamp, kind: &'static str, text: String) -> TimeTag {
        TimeTag { machine: time::machine(at), kind, title: self.clock.exact(self.t, at), text }
    }

    /// An icon of the sprite.
    pub fn icon(&self, name: &'static str) -> Icon {
        Icon(name)
    }

    /// The path of an asset.
    pub fn asset(&self, name: &str) -> String {
        assets::path(name)
    }

    /// The name of the person's role.
    pub fn role(&self) -> &'static str {
        self.person.as_ref().map_or("", |person| person.role.text(self.t))
    }

    /// Whether an entry of the navigation is open.
    pub fn is_at(&self, entry: Entry) -> bool {
        self.entry == entry
    }

    /// The greeting for the hour.
    pub fn greeting(&self) -> String {
        let name = self.person.as_ref().map_or("", |person| person.name.as_str());
        match self.clock.hour() {
            4..12 => self.t.good_morning(name),
            12..18 => self.t.good_afternoon(name),
            _ => self.t.good_evening(name),
        }
    }
}

/// An element `<time>`: what it says, and what a script needs to say it in the reader's zone.
#[derive(Clone, Debug)]
pub struct TimeTag {
    machine: String,
    kind: &'static str,
    title: String,
    text: String,
}

impl fmt::Display for TimeTag {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { machine, kind, title, text } = self;
        write!(f, "<time datetime=\"{machine}\" data-as=\"{kind}\" title=\"{title}\">{text}</time>")
    }
}

impl HtmlSafe for TimeTag {}

/// An icon of the sprite, which says nothing to those who do not see it.
#[derive(Clone, Copy, Debug)]
pub struct Icon(&'static str);

impl fmt::Display for Icon {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let path = assets::path("icons.svg");
        write!(f, "<svg class=\"i\" aria-hidden=\"true\"><use href=\"{path}#i-{}\"/></svg>", self.0)
    }
}

impl HtmlSafe for Icon {}

//! Closed sets of words that several screens show: roles, causes, states.
//!
//! Promises: each word has a text in every language and a class for its colour; a state is never told by colour alone.
//! Must not know which screen shows it.

use std::borrow::Cow;

use onhand_core::Cause;

use crate::texts::Texts;

/// The roles of accounts.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Role {
    /// Everything.
    Admin,
    /// An ERP.
    Integration,
    /// One channel.
    Channel,
    /// Reading only.
    Viewer,
}

impl Role {
    /// Every role.
    pub const ALL: [Self; 4] = [Self::Admin, Self::Integration, Self::Channel, Self::Viewer];

    /// The role with this word of the wire.
    pub fn from_word(word: &str) -> Option<Self> {
        match word {
            "admin" => Some(Self::Admin),
            "integration" => Some(Self::Integration),
            "channel" => Some(Self::Channel),
            "viewer" => Some(Self::Viewer),
            _ => None,
        }
    }

    /// Its name.
    pub fn text(self, t: Texts) -> &'static str {
        match self {
            Self::Admin => t.role_admin(),
            Self::Integration => t.role_integration(),
            Self::Channel => t.role_channel(),
            Self::Viewer => t.role_viewer(),
        }
    }
}

/// What happened to a stock, without the ids of what caused it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum What {
    /// A line was ordered.
    Order,
    /// The ERP registered a line.
    Release,
    /// A line was cancelled.
    Cancel,
    /// A stock level was written.
    Write,
    /// A file wrote a level.
    Import,
    /// Sourcing moved a reservation.
    Source,
    /// A line was not found at its location.
    NotFound,
    /// A line was transferred.
    Transfer,
    /// A line came back.
    Return,
    /// A count.
    Count,
    /// A discrepancy was removed.
    Found,
}

impl From<Cause> for What {
    fn from(cause: Cause) -> Self {
        match cause {
            Cause::Order(_) => Self::Order,
            Cause::Release(_) => Self::Release,
            Cause::Cancel(_) => Self::Cancel,
            Cause::Write => Self::Write,
            Cause::Import(_) => Self::Import,
            Cause::Sourcing(_) => Self::Source,
            Cause::NotFound(_) => Self::NotFound,
            Cause::Transfer(_) => Self::Transfer,
            Cause::Return(_) => Self::Return,
            Cause::Count => Self::Count,
            Cause::Found => Self::Found,
        }
    }
}

impl What {
    /// Every kind.
    pub const ALL: [Self; 11] = [
        Self::Order,
        Self::Release,
        Self::Cancel,
        Self::Write,
        Self::Import,
        Self::Source,
        Self::NotFound,
        Self::Transfer,
        Self::Return,
        Self::Count,
        Self::Found,
    ];

    /// Its word in an address.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Order => "order",
            Self::Release => "release",
            Self::Cancel => "cancel",
            Self::Write => "write",
            Self::Import => "import",
            Self::Source => "source",
            Self::NotFound => "not-found",
            Self::Transfer => "transfer",
            Self::Return => "return",
            Self::Count => "count",
            Self::Found => "found",
        }
    }

    /// The kind with this word.
    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|what| what.word() == word)
    }

    /// A word behind a time: `ordered`.
    pub fn did(self, t: Texts) -> &'static str {
        match self {
            Self::Order => t.did_order(),
            Self::Release => t.did_release(),
            Self::Cancel => t.did_cancel(),
            Self::Write => t.did_write(),
            Self::Import => t.did_import(),
            Self::Source => t.did_source(),
            Self::NotFound => t.did_not_find(),
            Self::Transfer => t.did_transfer(),
            Self::Return => t.did_return(),
            Self::Count => t.did_count(),
            Self::Found => t.did_find(),
        }
    }

    /// What has changed a stock, in front of the number of an order or the name of a file: `order`.
    pub fn by(self, t: Texts) -> &'static str {
        match self {
            Self::Order => t.by_order(),
            Self::Release => t.by_release(),
            Self::Cancel => t.by_cancel(),
            Self::Write => t.by_write(),
            Self::Import => t.by_import(),
            Self::Source => t.by_source(),
            Self::NotFound => t.by_not_found(),
            Self::Transfer => t.by_transfer(),
            Self::Return => t.by_return(),
            Self::Count => t.by_count(),
            Self::Found => t.by_found(),
        }
    }

    /// A sentence with a number, which is grouped already.
    pub fn said(self, t: Texts, number: &str) -> String {
        match self {
            Self::Order => t.said_order(number),
            Self::Release => t.said_release(number),
            Self::Cancel => t.said_cancel(number),
            Self::Write => t.said_write(number),
            Self::Import => t.said_import(number),
            Self::Source => t.said_source(number),
            Self::NotFound => t.said_not_find(number),
            Self::Transfer => t.said_transfer(number),
            Self::Return => t.said_return(number),
            Self::Count => t.said_count(number),
            Self::Found => t.said_find().to_owned(),
        }
    }

    /// The class of its place on a timeline.
    pub const fn class(self) -> &'static str {
        match self {
            Self::Order | Self::Source => "t-order",
            Self::Release | Self::Transfer => "t-release",
            Self::Cancel | Self::Return | Self::Found => "t-cancel",
            Self::Write => "t-level",
            Self::Import => "t-import",
            Self::NotFound => "t-bad",
            Self::Count => "t-count",
        }
    }

    /// Its icon.
    pub const fn icon(self) -> &'static str {
        match self {
            Self::Order => "shopping-cart",
            Self::Release => "check-check",
            Self::Cancel => "ban",
            Self::Write => "arrow-down-to-line",
            Self::Import => "file-up",
            Self::Source => "split",
            Self::NotFound => "package-x",
            Self::Transfer => "truck",
            Self::Return => "undo-2",
            Self::Count => "clipboard-check",
            Self::Found => "check",
        }
    }
}

/// A name that leads to a screen, if that screen may be opened.
#[derive(Clone, Debug)]
pub struct Reference {
    /// The name: an order's number, a file, a code; nothing for rows that were pasted.
    pub text: String,
    /// The address, from [`crate::link`].
    pub link: Option<String>,
}

impl Reference {
    /// What is shown: a link without a word would say nothing.
    pub fn name(&self, t: Texts) -> Cow<'_, str> {
        file_name(t, &self.text)
    }
}

/// The name of an import: that of its file, or what it is instead of a file. A bulk edit has the name that the server
/// gives it, and a number in it.
pub fn file_name(t: Texts, file: &str) -> Cow<'_, str> {
    match file.strip_prefix("Bulk edit: ") {
        Some(edit) => t.bulk_edit(edit).into(),
        None if file.is_empty() => t.pasted_rows().into(),
        None => file.into(),
    }
}

/// What a stock table says of a stock besides its numbers.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum StockState {
    /// Nothing.
    #[default]
    Normal,
    /// No more is available than the low-stock threshold of the list.
    Low,
    /// Nothing is available.
    SoldOut,
    /// More is sold than there is.
    Oversold,
    /// An active discrepancy keeps it off sale.
    OffSale,
}

/// What one unit is.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum Unit {
    /// A piece; it is not written.
    #[default]
    Piece,
    /// A kilogram.
    Kilogram,
}

impl Unit {
    /// Whether the unit is written behind a number.
    pub fn is_kilogram(self) -> bool {
        self == Self::Kilogram
    }
}

/// What the rows of a file mean.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum ImportMode {
    /// Stock levels.
    #[default]
    Upsert,
    /// The whole list.
    Replace,
    /// Differences.
    Adjust,
    /// Prices of a price list.
    Prices,
}

impl ImportMode {
    /// Every mode of a file of stock.
    pub const ALL: [Self; 3] = [Self::Upsert, Self::Replace, Self::Adjust];

    /// Its word on the wire.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Upsert => "upsert",
            Self::Replace => "replace",
            Self::Adjust => "adjust",
            Self::Prices => "prices",
        }
    }

    /// The mode with this word.
    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|mode| mode.word() == word)
    }

    /// Its name.
    pub fn text(self, t: Texts) -> &'static str {
        match self {
            Self::Upsert => t.mode_upsert(),
            Self::Replace => t.mode_replace(),
            Self::Adjust => t.mode_adjust(),
            Self::Prices => t.mode_prices(),
        }
    }

    /// What it does, in a sentence.
    pub fn hint(self, t: Texts) -> &'static str {
        match self {
            Self::Upsert => t.mode_upsert_hint(),
            Self::Replace => t.mode_replace_hint(),
            Self::Adjust => t.mode_adjust_hint(),
            Self::Prices => t.mode_prices_hint(),
        }
    }
}

/// What an import is for.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum ImportTask {
    /// It decides and changes nothing.
    Preview,
    /// It writes.
    Import,
    /// It makes the changes of a preview.
    Apply,
    /// It takes back what an import changed.
    Undo,
}

impl ImportTask {
    /// Its name.
    pub fn text(self, t: Texts) -> &'static str {
        match self {
            Self::Preview => t.task_preview(),
            Self::Import => t.task_import(),
            Self::Apply => t.task_apply(),
            Self::Undo => t.task_undo(),
        }
    }
}

/// How far an import is.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum ImportState {
    /// Not begun.
    Waiting,
    /// Running.
    Processing,
    /// Every row has a result.
    Completed,
    /// The file as a whole could not be imported.
    Failed,
}

impl ImportState {
    /// Its word on the wire.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Waiting => "waiting",
            Self::Processing => "processing",
            Self::Completed => "completed",
            Self::Failed => "failed",
        }
    }

    /// Its name.
    pub fn text(self, t: Texts) -> &'static str {
        match self {
            Self::Waiting => t.state_waiting(),
            Self::Processing => t.state_processing(),
            Self::Completed => t.state_completed(),
            Self::Failed => t.state_failed(),
        }
    }

    /// Whether it is not over.
    pub fn is_running(self) -> bool {
        matches!(self, Self::Waiting | Self::Processing)
    }
}

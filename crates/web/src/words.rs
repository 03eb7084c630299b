//! Closed sets of words that several screens show: roles, states, what imports are for.
//!
//! Promises: each word has a text in every language and a class for its colour; a state is never told by colour alone.
//! Must not know which screen shows it.

use std::borrow::Cow;

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

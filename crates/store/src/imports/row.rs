//! What is known of an import, as it is stored.
//!
//! Promises: a stored word stands for one variant. Must not know statements.

use onhand_core::{ImportId, PriceListId, StockListId, Timestamp, UserId, words};

words! {
    /// What a file is about.
    pub enum Kind {
        /// The product stocks of a list.
        Stocks => "stocks",
        /// Stock lists themselves.
        StockLists => "stock_lists",
        /// The prices of a price list.
        Prices => "prices",
    }
    word word, from_word;
}

words! {
    /// What is done.
    pub enum Task {
        /// The file is read and its rows take effect.
        Import => "import",
        /// The file is read and each row says what it would change.
        Preview => "dry_run",
        /// What a preview said takes effect.
        Apply => "apply",
        /// What an import did is taken back.
        Undo => "undo",
    }
    word word, from_word;
}

words! {
    /// How far it is.
    pub enum State {
        /// The file has not arrived whole.
        Receiving => "receiving",
        /// No worker has begun.
        Waiting => "waiting",
        /// A worker has begun.
        Processing => "processing",
        /// All rows have been looked at.
        Completed => "completed",
        /// The file is of no use; `error` says why.
        Failed => "failed",
    }
    word word, from_word;
}

impl Kind {
    pub(super) fn read(word: &str) -> Self {
        Self::from_word(word).unwrap_or(Self::Stocks)
    }
}

impl Task {
    pub(super) fn read(word: &str) -> Self {
        Self::from_word(word).unwrap_or(Self::Import)
    }
}

impl State {
    /// The states of what is not over.
    pub const OPEN: [Self; 3] = [Self::Receiving, Self::Waiting, Self::Processing];

    pub(super) fn read(word: &str) -> Self {
        Self::from_word(word).unwrap_or(Self::Failed)
    }
}

/// How many rows ended how.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Counts {
    /// Made something.
    pub created: i64,
    /// Changed something.
    pub updated: i64,
    /// Were as stored.
    pub unchanged: i64,
    /// Rows that failed.
    pub failed: i64,
}

impl Counts {
    /// All rows.
    pub const fn sum(self) -> i64 {
        self.created + self.updated + self.unchanged + self.failed
    }

    /// Adds more rows.
    pub(super) const fn add(&mut self, more: Self) {
        self.created += more.created;
        self.updated += more.updated;
        self.unchanged += more.unchanged;
        self.failed += more.failed;
    }
}

/// An import.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct ImportRow {
    /// Its id.
    pub id: ImportId,
    /// The key with which a client asks; it cannot be guessed.
    pub cache_key: String,
    /// What the file is about.
    pub kind: Kind,
    /// What is done.
    pub task: Task,
    /// `upsert`, `replace` or `adjust`.
    pub mode: String,
    /// Whether rows are applied that were written since.
    pub is_forced: bool,
    /// The list whose stocks it is about.
    pub list: Option<StockListId>,
    /// The price list whose prices it is about.
    pub price_list: Option<PriceListId>,
    /// What is applied or undone.
    pub source: Option<ImportId>,
    /// Who sent it.
    pub actor: UserId,
    /// How far it is.
    pub state: State,
    /// What the client called the file.
    pub file_name: String,
    /// Its size.
    pub file_bytes: i64,
    /// What the file turned out to be; empty before it was looked at.
    pub format: String,
    /// How its text is encoded, where that is a question.
    pub encoding: String,
    /// A JSON array of headings that mean nothing here.
    pub ignored_columns: String,
    /// Why it failed, or a remark on how it ended.
    pub error: Option<String>,
    /// Rows in the file; 0 before it was looked at.
    pub total: i64,
    /// The rows that are decided, by how they ended.
    pub counts: Counts,
    /// When the file began to arrive.
    pub created_at: Timestamp,
    /// When a worker began.
    pub started_at: Option<Timestamp>,
    /// When all was done.
    pub finished_at: Option<Timestamp>,
    /// The time zone of times without an offset in the file, if there was one when it was sent.
    pub time_zone: Option<String>,
    /// Which stocks of the list are changed, and how, where the rows come from no file; opaque.
    pub selection: Option<String>,
}

impl ImportRow {
    /// An import whose file has not arrived, asked for by a user at some time. Its id is given by the store.
    pub fn arriving(cache_key: String, kind: Kind, task: Task, actor: UserId, now: Timestamp) -> Self {
        Self {
            id: ImportId::new(0),
            cache_key,
            kind,
            task,
            mode: "upsert".to_owned(),
            is_forced: false,
            list: None,
            price_list: None,
            source: None,
            actor,
            state: State::Receiving,
            file_name: String::new(),
            file_bytes: 0,
            format: String::new(),
            encoding: String::new(),
            ignored_columns: "[]".to_owned(),
            error: None,
            total: 0,
            counts: Counts::default(),
            created_at: now,
            started_at: None,
            finished_at: None,
            time_zone: None,
            selection: None,
        }
    }
}

/// The results of a chunk.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Chunk {
    /// Whose.
    pub import: ImportId,
    /// Counted from 0.
    pub number: i64,
    /// The rows by how they ended.
    pub counts: Counts,
    /// The results of its rows; opaque.
    pub results: Vec<u8>,
}

/// What a file turned out to be.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Description {
    /// Its format.
    pub format: String,
    /// How its text is encoded, where that is a question.
    pub encoding: String,
    /// A JSON array of headings that mean nothing here.
    pub ignored_columns: String,
    /// Its rows.
    pub total: i64,
}

//! The description of a resource.
//!
//! Promises: a resource is a constant. Must not know how it is served.

use std::future::Future;
use std::pin::Pin;

use onhand_core::{ChannelId, Timestamp};
use onhand_store::query::{Condition, Op};
use onhand_store::resource::{Record, Table};
use onhand_store::{BoxFuture, Error as StoreError, Tx, Value};

use super::secrets::Secrets;
use crate::auth::Role;
use crate::config::ServeConfig;
use crate::http::context::RequestContext;
use crate::http::route::{Parameter, RefusedBy};
use crate::wire::error::Error;
use crate::wire::field::Field;
use crate::wire::filter::Filter;
use crate::wire::form::Form;
use crate::wire::json::ApiResponse;
use crate::wire::response_schema::ResponseSchema;

/// A resource whose rows are records.
pub struct Resource {
    /// Where its rows are.
    pub table: &'static Table,
    /// The path of all, and that of one.
    pub paths: (&'static str, &'static str),
    /// What one of them is called.
    pub label: &'static str,
    /// Its body.
    pub fields: &'static [Field],
    /// Its answer.
    pub view: &'static ResponseSchema,
    /// The filters of its list.
    pub filters: &'static [Filter],
    /// What no two of them have in common.
    pub unique: &'static [Unique],
    /// Fields that cannot be changed.
    pub fixed: &'static [&'static str],
    /// Which rows are a channel's.
    pub own: Option<OwnerScope>,
    /// Fields that reference what may be another channel's: in a request about a channel, they name its own.
    pub points: &'static [(&'static str, OwnerScope)],
    /// Whether an array makes many.
    pub many: bool,
    /// Whether what is there by its natural key is written again, and not rejected.
    pub upserts: bool,
    /// Whether a write that changes nothing counts as a change.
    pub stirs: bool,
    /// What may reject that one is made or changed, with 406.
    pub refused_by: RefusedBy,
    /// What is shown of it with what it points at.
    pub detail: Option<&'static Expand>,
    /// What lists it in another way, if one of these parameters is sent.
    pub list_by: Option<(&'static [Parameter], ListBy)>,
    /// What of the answer is neither column nor link, as JSON.
    pub more: Option<fn(&str, &Record) -> Option<String>>,
    /// A property that the answer shows to whom has made it, and never again: its name, and it as JSON.
    pub once: Option<(&'static str, Once)>,
    /// Which of it has secrets, and who reads them.
    pub secrets: Option<Secrets>,
    /// What holds besides.
    pub rule: Option<Rule>,
    /// The same for all of a request at once, where looking up one by one would take long.
    pub rules: Option<Rules>,
    /// Why one of them cannot be removed yet, if it cannot.
    pub stays: Option<fn(&Record) -> Option<Error>>,
    /// What is done before one of them is changed, through the writer and so in a transaction of its own.
    pub first: Option<First>,
    /// What is done besides when some of them are made, in the transaction that makes them.
    pub after_insert: Option<AfterInsert>,
}

/// An expanded answer of a resource: the objects that it references are shown in place of their ids.
pub struct Expand {
    /// The path of all, and that of one.
    pub paths: (&'static str, &'static str),
    /// The answer.
    pub view: &'static ResponseSchema,
    /// The properties that are shown whole: of which resource, and perhaps with what that references.
    pub expands: &'static [(&'static str, &'static Resource, Option<&'static Expand>)],
}

/// A unique index, and what is said where it is violated.
#[derive(Clone, Copy)]
pub struct Unique {
    /// The index.
    pub index: &'static str,
    /// The answer.
    pub taken: Taken,
}

/// What is said when something is there already.
#[derive(Clone, Copy)]
pub enum Taken {
    /// 400 for this field.
    Field(&'static str),
    /// 406 with this code and text.
    Refused(&'static str, &'static str),
}

/// How rows that are a channel's are told.
#[derive(Clone, Copy)]
pub enum OwnerScope {
    /// A column has its id; rows that are made below a channel are its own.
    Column(&'static str),
    /// A condition of the store's, which the channel's id ends.
    Among(&'static str),
}

impl OwnerScope {
    /// The condition that a row is this channel's.
    pub fn condition(self, channel: ChannelId) -> Condition {
        let (column, op) = match self {
            Self::Column(column) => (column, Op::Eq),
            Self::Among(condition) => (condition, Op::RawPredicate),
        };
        Condition { column, op, values: vec![channel.get().into()] }
    }
}

/// A record on its way to being written.
pub struct Draft<'t> {
    /// As it is to be written; a rule may complete it.
    pub record: &'t mut Record,
    /// As it was; `None` for a new one.
    pub before: Option<&'t Record>,
    /// What was sent.
    pub form: &'t Form,
    /// The channel that the request is about.
    pub channel: Option<ChannelId>,
    /// Who sends it.
    pub role: Role,
    /// The present.
    pub now: Timestamp,
    /// The settings of the installation.
    pub config: &'t ServeConfig,
}

/// What a rule says: nothing, or why not.
pub type Ruling<'t> = Pin<Box<dyn Future<Output = Result<Result<(), Error>, StoreError>> + Send + 't>>;

/// A rule of a resource's own. It looks and completes; it does not write, and it is also asked where a reference leads
/// nowhere.
pub type Rule = for<'t, 'c> fn(&'t mut Tx<'c>, Draft<'t>) -> Ruling<'t>;

/// What rules say of each draft of a request.
pub type Rulings<'t> = Pin<Box<dyn Future<Output = Result<Vec<Result<(), Error>>, StoreError>> + Send + 't>>;

/// A rule for all drafts of a request at once.
pub type Rules = for<'t, 'c> fn(&'t mut Tx<'c>, Vec<Draft<'t>>) -> Rulings<'t>;

/// What is done first, with a record as it is and what was sent for it; or why nothing is done. It may be asked again.
pub type First = for<'t> fn(
    &'t RequestContext,
    &'t Record,
    &'t Form,
) -> Pin<Box<dyn Future<Output = Result<(), Error>> + Send + 't>>;

/// What is shown once of a record that has just been made, as JSON.
pub(super) type Once = fn(&Record, &ServeConfig) -> String;

/// A list in an order of its own.
pub type ListBy = fn(RequestContext) -> Pin<Box<dyn Future<Output = Result<ApiResponse, Error>> + Send>>;

/// What is done with records that have just been made.
pub type AfterInsert = for<'t, 'c> fn(&'t mut Tx<'c>, &'t [Record]) -> BoxFuture<'t, ()>;

/// Puts a blank text into columns that have none.
pub fn fill_blanks(record: &mut Record, columns: &[&str]) {
    for column in columns {
        if record.text(column).is_none() {
            record.set(column, "");
        }
    }
}

/// Makes blank texts NULL: a form cannot say null, so blank is what it has for it.
pub fn null_blanks(record: &mut Record, columns: &[&str]) {
    for column in columns {
        if record.text(column) == Some("") {
            record.set(column, Value::Null);
        }
    }
}

/// The ruling of a rule that need not look anything up.
pub fn judge<'t>(verdict: Result<(), Error>) -> Ruling<'t> {
    Box::pin(std::future::ready(Ok(verdict)))
}

impl Resource {
    /// A resource without rules.
    pub const fn new(
        table: &'static Table,
        paths: (&'static str, &'static str),
        label: &'static str,
        fields: &'static [Field],
        view: &'static ResponseSchema,
        filters: &'static [Filter],
    ) -> Self {
        Self {
            table,
            paths,
            label,
            fields,
            view,
            filters,
            unique: &[],
            fixed: &[],
            own: None,
            points: &[],
            many: false,
            upserts: false,
            stirs: false,
            refused_by: RefusedBy::Rules,
            detail: None,
            list_by: None,
            more: None,
            once: None,
            secrets: None,
            rule: None,
            rules: None,
            stays: None,
            first: None,
            after_insert: None,
        }
    }
}

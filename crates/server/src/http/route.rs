//! A route: everything that serving it, describing it and testing it needs to know.
//!
//! Promises: what a route says of itself is what is done with it. Must not know which routes there are.

use std::borrow::Cow;
use std::future::Future;
use std::pin::Pin;

use axum::http::Method;

use super::context::RequestContext;
use super::download::Format;
use crate::auth::Permission as May;
use crate::wire::error::Error;
use crate::wire::field::Field;
use crate::wire::filter::Filter;
use crate::wire::json::ApiResponse;
use crate::wire::response_schema::ResponseSchema;

pub use super::parameter::{Holds, Parameter, parameter};

/// What the paths of a channel begin with.
pub const CHANNEL: &str = "/api/v1/channel/{channel}/";

/// Content types of a body that is the file itself. A type of no meaning is taken for one, since only a file is sent
/// here.
pub const FILE_TYPES: [&str; 8] = [
    "text/csv",
    "application/csv",
    "text/plain",
    "text/tab-separated-values",
    "application/vnd.ms-excel",
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "application/vnd.oasis.opendocument.spreadsheet",
    "application/octet-stream",
];

/// A route of a handler that is a function: `route!(GET "orders" ReadOrders orders::list, "Orders.")`.
macro_rules! route {
    ($method:ident $path:literal $permission:ident $handler:path, $summary:literal) => {
        $crate::http::route::Route::new(
            axum::http::Method::$method,
            $path,
            $crate::auth::Permission::$permission,
            $handler,
            $summary,
        )
    };
}
pub(crate) use route;

/// What answers a route.
pub type Handler =
    Box<dyn Fn(RequestContext) -> Pin<Box<dyn Future<Output = Result<ApiResponse, Error>> + Send>> + Send + Sync>;

/// Where a route is served.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Mount {
    /// `/api/i1/` and `/api/v1/`.
    Both,
    /// `/api/v1/` only.
    V1,
    /// `/api/v1/channel/{channel}/` only.
    Channel,
    /// As [`Mount::V1`] and as [`Mount::Channel`], for what is that channel's.
    V1AndChannel,
    /// As [`Mount::Both`] and as [`Mount::Channel`], for what is that channel's.
    BothAndChannel,
    /// At the path itself.
    Root,
}

/// What a route answers when all is well.
#[derive(Clone, Copy, Debug)]
pub enum Answer {
    /// One object; the second is the i1 family's form of it.
    One(&'static ResponseSchema, &'static ResponseSchema),
    /// A page of them.
    Page(&'static ResponseSchema, &'static ResponseSchema),
    /// No body.
    Nothing,
    /// A file in one of the route's formats.
    File,
    /// A body of this media type that is not described further.
    Media(&'static str),
}

/// One object that has the same form in both families.
pub(crate) const fn one(view: &'static ResponseSchema) -> Answer {
    Answer::One(view, view)
}

/// A page of such objects.
pub(crate) const fn page(view: &'static ResponseSchema) -> Answer {
    Answer::Page(view, view)
}

/// JSON that is not described further.
pub(crate) const JSON: Answer = Answer::Media("application/json");

/// What may reject a request to a route with 406.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum RefusedBy {
    /// Nothing.
    Nothing,
    /// The rules of its resource.
    Rules,
}

/// How a body is read.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Reading {
    /// Whole and within its limit, before the handler is called.
    Whole,
    /// By the handler, block by block: it is a file.
    InPieces,
}

/// What becomes of the rows of a list.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Rows {
    /// They stay, and can be sorted and walked through.
    Stay,
    /// They leave when they are sent: the list has an order of its own, and numbered pages.
    Leave,
}

/// One route.
#[expect(clippy::struct_excessive_bools, reason = "each says one thing of a route, and they go together freely")]
pub struct Route {
    /// Its method.
    pub method: Method,
    /// Its path below the family, without slashes at the ends.
    pub path: &'static str,
    /// Where it is served.
    pub under: Mount,
    /// What its caller must be allowed.
    pub permission: May,
    /// What answers it.
    pub handler: Handler,
    /// One sentence on it.
    pub summary: Cow<'static, str>,
    /// What its operation is called in the API description; `None` where that follows from its method and its answer.
    pub operation: Option<Cow<'static, str>>,
    /// The part of the API that it belongs to.
    pub area: &'static str,
    /// The fields of its body.
    pub body: Option<&'static [Field]>,
    /// Whether required fields must be there.
    pub whole: bool,
    /// Whether an array of bodies is taken too.
    pub many: bool,
    /// The filters of its list.
    pub filters: Option<&'static [Filter]>,
    /// What becomes of the rows of its list.
    pub rows: Rows,
    /// Its good answers.
    pub answers: Vec<(u16, Answer)>,
    /// Whether the writer may reject it (406) and an idempotency key is honoured.
    pub writer: bool,
    /// Whether it places orders: `Onhand-Via` and `Prefer: wait` are honoured.
    pub places: bool,
    /// Whether it is about one row with an ETag: a GET answers with it, and a write honours `If-Match` (412).
    pub versioned: bool,
    /// What besides the writer may reject it (406).
    pub refused_by: RefusedBy,
    /// Whether failed attempts are counted, and too many of them are answered with 429.
    pub throttled: bool,
    /// What files it can answer with, the first of them unasked; none where it answers no file.
    pub formats: &'static [Format],
    /// Who reads its body.
    pub reading: Reading,
    /// What may come with a file, in the query or as parts of a form; the file itself is the part `file`.
    pub options: &'static [Field],
    /// What else may stand in its query, where it is no list.
    pub parameters: &'static [Parameter],
    /// Whether only Onhand has it: then its body is read strictly unless the client asks for something else.
    pub own: bool,
    /// Whether it is served by the operator listener only, where there is one.
    pub for_operators: bool,
}

impl Route {
    pub(crate) fn new<F>(
        method: Method,
        path: &'static str,
        permission: May,
        handler: fn(RequestContext) -> F,
        summary: &'static str,
    ) -> Self
    where
        F: Future<Output = Result<ApiResponse, Error>> + Send + 'static,
    {
        Self::of(method, path, permission, Box::new(move |call| Box::pin(handler(call))), summary)
    }

    /// The same with a handler that is made already.
    pub(crate) fn of(
        method: Method,
        path: &'static str,
        permission: May,
        handler: Handler,
        summary: impl Into<Cow<'static, str>>,
    ) -> Self {
        Self {
            method,
            path,
            under: Mount::Both,
            permission,
            handler,
            summary: summary.into(),
            operation: None,
            area: "",
            body: None,
            whole: true,
            many: false,
            filters: None,
            rows: Rows::Stay,
            answers: Vec::new(),
            writer: false,
            places: false,
            versioned: false,
            refused_by: RefusedBy::Nothing,
            throttled: false,
            formats: &[],
            reading: Reading::Whole,
            options: &[],
            parameters: &[],
            own: false,
            for_operators: false,
        }
    }

    /// The same with a name for its operation: a verb in lower case and what it is about, like `cancelOrder`.
    pub(crate) fn named(mut self, operation: impl Into<Cow<'static, str>>) -> Self {
        self.operation = Some(operation.into());
        self
    }

    /// The same, in this part of the API.
    pub(crate) fn in_area(mut self, area: &'static str) -> Self {
        self.area = area;
        self
    }

    /// The same, which the vendor does not document.
    pub(crate) fn own(mut self) -> Self {
        self.own = true;
        self
    }

    /// The same, served apart where there is a listener for it.
    pub(crate) fn for_operators(mut self) -> Self {
        self.for_operators = true;
        self
    }

    pub(crate) fn asks(mut self, parameters: &'static [Parameter]) -> Self {
        self.parameters = parameters;
        self
    }

    /// Whether a parameter may stand in its query. Lists look at theirs themselves, to say all that is wrong with them
    /// at once; at the root are pages for programs that add what they like.
    pub fn knows(&self, name: &str) -> bool {
        self.filters.is_some()
            || self.under == Mount::Root
            || self.parameters.iter().any(|parameter| parameter.name == name)
            || self.options.iter().any(|option| option.name == name)
            || name == "format" && !self.formats.is_empty()
    }

    /// Whether a parameter repeats the id in the path, as the vendor's own tables list it: `order_item_id` for
    /// `order_items/{id}`.
    pub fn repeats_id(&self, name: &str) -> bool {
        let resource = self.path.split_once("/{id}").map(|(before, _)| before.rsplit('/').next().unwrap_or_default());
        let is_id_of =
            |resource: &str| name.strip_suffix("_id").is_some_and(|name| name == resource.trim_end_matches('s'));
        resource.is_some_and(|resource| matches!(name, "id" | "pk") || is_id_of(resource))
    }

    pub(crate) fn under(mut self, under: Mount) -> Self {
        self.under = under;
        self
    }

    pub(crate) fn takes(mut self, fields: &'static [Field]) -> Self {
        self.body = Some(fields);
        self.whole = self.method != Method::PATCH;
        self
    }

    pub(crate) fn or_many(mut self) -> Self {
        self.many = true;
        self
    }

    pub(crate) fn lists(mut self, filters: &'static [Filter]) -> Self {
        self.filters = Some(filters);
        self
    }

    pub(crate) fn feeds(mut self, filters: &'static [Filter]) -> Self {
        self.rows = Rows::Leave;
        self.lists(filters)
    }

    pub(crate) fn answers(mut self, status: u16, answer: Answer) -> Self {
        self.answers.push((status, answer));
        self
    }

    pub(crate) fn through_writer(mut self) -> Self {
        self.writer = true;
        self
    }

    /// The same, whose row has an ETag.
    pub(crate) fn versioned(mut self) -> Self {
        self.versioned = true;
        self
    }

    pub(crate) fn places_orders(mut self) -> Self {
        self.places = true;
        self.through_writer()
    }

    pub(crate) fn may_be_refused(mut self) -> Self {
        self.refused_by = RefusedBy::Rules;
        self
    }

    /// The same, whose failed attempts are counted.
    pub(crate) fn throttled(mut self) -> Self {
        self.throttled = true;
        self
    }

    pub(crate) fn downloads(mut self, formats: &'static [Format]) -> Self {
        self.formats = formats;
        self.answers(200, Answer::File)
    }

    pub(crate) fn uploads(mut self, options: &'static [Field]) -> Self {
        self.reading = Reading::InPieces;
        self.options = options;
        self
    }

    /// Whether an idempotency key is honoured: by the writer, or with a file.
    pub fn is_keyed(&self) -> bool {
        self.writer || self.reading == Reading::InPieces
    }

    /// Whether a rule may reject it (406). A file may be missing or too large, one that is sent and one that is asked for.
    pub fn may_be_rejected(&self) -> bool {
        self.writer
            || self.refused_by == RefusedBy::Rules
            || self.reading == Reading::InPieces
            || !self.formats.is_empty()
    }

    /// Every full path it is served at, without the slash at the end.
    pub fn paths(&self) -> Vec<String> {
        let v1 = || format!("/api/v1/{}", self.path);
        let i1 = || format!("/api/i1/{}", self.path);
        let channel = || format!("{CHANNEL}{}", self.path);
        match self.under {
            Mount::Both => vec![i1(), v1()],
            Mount::V1 => vec![v1()],
            Mount::Channel => vec![channel()],
            Mount::V1AndChannel => vec![v1(), channel()],
            Mount::BothAndChannel => vec![i1(), v1(), channel()],
            Mount::Root => vec![format!("/{}", self.path)],
        }
    }
}

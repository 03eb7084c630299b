//! The request context: one request on its way through the handlers, and what every handler needs of it.
//!
//! Promises: a handler that has a request context has a caller whose role permits the route. Must not know resources.

use std::net::IpAddr;
use std::sync::{Arc, Mutex, PoisonError};

use axum::body::Body;
use axum::http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode};
use bytes::Bytes;
use onhand_core::{ChannelId, Command, Outcome, Rejection, StockListId};
use onhand_store::idempotency::Answer;
use onhand_store::query::{Condition, Op, Page};
use serde_json::{Map, Value};

use super::handling::Handling;
use crate::auth::Caller;
use crate::services::submission::{AnswerRecord, RequestKey, Submitted};
use crate::services::{Requester, ServiceError};
use crate::state::App;
use crate::wire::error::{Error, FieldErrors};
use crate::wire::field::Field;
use crate::wire::filter::{self, Filter, Query};
use crate::wire::form::{self, Form, Mode};
use crate::wire::json::{self, ApiResponse};
use crate::wire::page::{self, Address};
use crate::wire::{Family, ORIGINS, body};
use crate::zone::Zone;

/// One request.
pub struct RequestContext {
    /// What it can reach.
    pub app: Arc<App>,
    /// Who sends it.
    pub caller: Caller,
    /// The channel it is about: the one in its path, or else the caller's own.
    pub channel: Option<ChannelId>,
    /// Through which family of paths it came.
    pub family: Family,
    /// Its method.
    pub method: Method,
    /// Its headers.
    pub headers: HeaderMap,
    /// Its path as written.
    pub path: String,
    /// The parameters in its path, decoded.
    pub parameters: Vec<String>,
    /// Its query, decoded.
    pub query: Vec<(String, String)>,
    /// The address it comes from.
    pub address: IpAddr,
    /// The address of the server, as its client knows it: scheme and host, without a slash at the end.
    pub base: String,
    /// How its body is read.
    pub handling: Arc<Handling>,
    /// Its `Content-Type` header.
    pub content_type: String,
    /// Its `Idempotency-Key` header.
    pub idempotency_key: Option<String>,
    /// Its body, unless it is an upload.
    pub body: Bytes,
    /// Its body, if it is too large to be read whole.
    pub upload: Mutex<Option<Body>>,
}

impl RequestContext {
    /// A parameter in the path, counted from 0; empty where there is none.
    pub fn parameter(&self, index: usize) -> &str {
        self.parameters.get(index).map_or("", String::as_str)
    }

    /// What the query says under a name, the first time that it does.
    pub fn asked(&self, name: &str) -> Option<&str> {
        self.query.iter().find(|(asked, _)| asked == name).map(|(_, text)| text.as_str())
    }

    /// The id in the path. Anything that cannot be one leads nowhere.
    pub fn id(&self) -> Result<i64, Error> {
        id(self.parameter(0))
    }

    /// The channel that the request is about; without one, an object of a channel is not found.
    pub fn own_channel(&self) -> Result<ChannelId, Error> {
        self.channel.ok_or_else(Error::not_found)
    }

    /// Whether a body that names a channel names the one that the request is about.
    pub fn agrees(&self, form: &Form) -> Result<(), Error> {
        let other =
            |name: &&'static str| form.int(name).is_some_and(|id| self.channel.is_some_and(|own| own.get() != id));
        match ["channel", "channel_id"].into_iter().find(other) {
            Some(name) => Err(Error::field(name, "This is another channel than that of the path.")),
            None => Ok(()),
        }
    }

    /// The body of an upload, once.
    pub fn take_upload(&self) -> Option<Body> {
        self.upload.lock().unwrap_or_else(PoisonError::into_inner).take()
    }

    /// The body as a JSON value.
    pub async fn value(&self) -> Result<Value, Error> {
        body::parse(&self.content_type, self.body.clone()).await
    }

    /// The body by a table of fields.
    pub async fn form(&self, fields: &'static [Field], mode: Mode) -> Result<Form, Error> {
        let value = self.value().await?;
        self.read(fields, mode, form::expect_object(&value)?).map_err(Error::Fields)
    }

    /// An object by a table of fields. A field that the table does not have is named in the answer, or rejected.
    pub fn read(&self, fields: &'static [Field], mode: Mode, body: &Map<String, Value>) -> Result<Form, FieldErrors> {
        // Clients say once more what their path says: whose it is, and what its id is.
        let agrees = |name: &str, value: &Value| {
            let said = form::whole_number(value, 1, i64::MAX);
            match name {
                "channel" | "channel_id" => said.is_some() && said == self.channel.map(ChannelId::get),
                "pk" | "id" => said.is_some() && said == self.id().ok(),
                _ => false,
            }
        };
        self.handling.read(fields, mode, body, &agrees)
    }

    /// Rows by a table of fields; on a fault, one entry per row, empty where the row is fine.
    pub fn read_rows(&self, fields: &'static [Field], rows: &[Value]) -> Result<Vec<Form>, Vec<FieldErrors>> {
        self.handling.read_rows(fields, Mode::Whole, rows)
    }

    /// The zone of the installation, if it has one: of times that only describe.
    pub fn zone(&self) -> Option<&Zone> {
        self.app.config.time_zone.as_ref()
    }

    /// The query of a list.
    pub fn listing(&self, filters: &[Filter]) -> Result<Query, Error> {
        filter::parse(filters, &self.query, self.zone())
    }

    /// Narrows a list to what is the channel's, if the request is about one. `channel` is the column, or the
    /// expression, that says whose a row is.
    pub fn narrow(&self, query: &mut Query, channel: &'static str) {
        let own = self.channel.map(|own| Condition { column: channel, op: Op::Eq, values: vec![own.get().into()] });
        query.listing.conditions.extend(own);
    }

    /// The answer with a part of a list.
    pub fn page<T>(
        &self,
        query: &Query,
        page: &Page<T>,
        write: impl Fn(&mut String, &T),
    ) -> Result<ApiResponse, Error> {
        page::reply(&self.list_address(), query, page, write)
    }

    /// The answer with a part of a list whose rows are written already.
    pub fn written_page<T>(&self, query: &Query, page: &Page<T>, results: &str) -> Result<ApiResponse, Error> {
        page::written(&self.list_address(), query, page, results)
    }

    /// A name for what this request asks for: two requests of the same name want the same answer.
    pub fn name(&self) -> String {
        name_of(&self.base, &self.path, &self.query)
    }

    fn list_address(&self) -> Address<'_> {
        Address { base: &self.base, path: &self.path, query: &self.query }
    }

    /// An answer with levels of some stock lists, or of any, which says where they are from.
    pub fn with_origins(&self, reply: ApiResponse, lists: Option<&[StockListId]>) -> ApiResponse {
        let origins = self.app.data_sources.fed.origins(lists);
        match origins.and_then(|names| HeaderValue::from_str(&names).ok()) {
            Some(names) => reply.with(HeaderName::from_static(ORIGINS), names),
            None => reply,
        }
    }

    /// Submits a command to the writer and answers with its outcome.
    pub async fn submit(
        &self,
        command: Command,
        answer: impl Fn(&Outcome) -> ApiResponse + Send + Sync + Clone + 'static,
        refuse: impl Fn(Rejection) -> Error,
    ) -> Result<ApiResponse, Error> {
        let submitted = self.app.submit_once(&self.requester(), command, self.record(&answer)).await;
        reply(submitted, answer, refuse)
    }

    /// How the answer to this request is recorded, if its client has sent an idempotency key.
    pub fn record(
        &self,
        answer: &(impl Fn(&Outcome) -> ApiResponse + Send + Sync + Clone + 'static),
    ) -> Option<AnswerRecord> {
        let (key, answer) = (self.request_key()?.with(&self.body), answer.clone());
        Some(AnswerRecord::new(key, move |outcome| {
            let reply = answer(outcome);
            (reply.status.as_u16(), reply.body.to_vec())
        }))
    }

    /// The idempotency key of this request, without its body, if its client has sent one.
    pub fn request_key(&self) -> Option<RequestKey> {
        let name = [self.method.as_str(), self.path.trim_end_matches('/')];
        self.idempotency_key.as_ref().map(|key| RequestKey::new(&self.requester(), key, name))
    }

    /// Who asks services for something with this request.
    pub fn requester(&self) -> Requester {
        Requester::of(&self.caller, self.channel)
    }
}

/// The answer to a submitted command: with its outcome, with the answer that was given before, or why it was not done.
pub fn reply(
    submitted: Result<Submitted, ServiceError>,
    answer: impl Fn(&Outcome) -> ApiResponse,
    refuse: impl Fn(Rejection) -> Error,
) -> Result<ApiResponse, Error> {
    match submitted {
        Ok(Submitted::Now(outcome)) => Ok(answer(&outcome)),
        Ok(Submitted::Before(stored)) => Ok(replayed(stored)),
        Err(ServiceError::Rejection(rejection)) => Err(refuse(rejection)),
        Err(fault) => Err(fault.into()),
    }
}

/// An id in a path. Anything that cannot be one leads nowhere.
pub fn id(text: &str) -> Result<i64, Error> {
    let digits = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    digits.then(|| text.parse().ok()).flatten().ok_or_else(Error::not_found)
}

/// The answer that was given before.
pub fn replayed(stored: Answer) -> ApiResponse {
    let status = StatusCode::from_u16(stored.status).unwrap_or(StatusCode::OK);
    let replayed = HeaderName::from_static("idempotent-replayed");
    ApiResponse::text(status, stored.body).with(replayed, HeaderValue::from_static("true"))
}

/// Each part with its length: whatever bytes a client puts into a value, another query has another name.
fn name_of(base: &str, path: &str, query: &[(String, String)]) -> String {
    let parts = query.iter().flat_map(|(key, value)| [key.as_str(), value]);
    let mut name = String::new();
    for part in [base, path].into_iter().chain(parts) {
        json::push_int(&mut name, part.len() as i64);
        name.extend([":", part]);
    }
    name
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_value_makes_a_query_have_the_name_of_another() {
        let name = |path: &str, query: &[(&str, &str)]| {
            let query: Vec<_> = query.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned())).collect();
            name_of("http://a", path, &query)
        };
        let mut names = vec![
            name("/x/", &[]),
            name("/x/", &[("", "")]),
            name("/x/", &[("a", "b"), ("c", "d")]),
            name("/x/", &[("a", "b\u{1}c\u{2}d")]),
            name("/x/", &[("a\u{2}b\u{1}c", "d")]),
            name("/x/", &[("a", "b1:c1:d")]),
            name("/x/1:a1:b", &[("c", "d")]),
            name("/x/", &[("a", "bc"), ("", "d")]),
        ];
        names.sort();
        names.dedup();
        assert_eq!(names.len(), 8);
    }
}

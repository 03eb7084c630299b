//! Reports of channels' clients (contract C7): of batches, of places without a mapping, of what they do.
//!
//! Promises: a report is accepted whatever it says, as long as it has the right form; long texts are kept up to a
//! bound. Must not know what a code means: they are the clients' own and repeat.

use onhand_store::resource::Record;
use onhand_store::tables::reports::{ERROR_REPORTS, GEOGRAPHY_REPORTS, OPERATIONAL_EVENTS};

use crate::resource::{OwnerScope, Resource, Rule, Ruling, fill_blanks, judge};
use crate::wire::field::Field;
use crate::wire::filter::{Filter, Kind};
use crate::wire::response_schema::{ResponseSchema, response_schema};

/// Characters that a long text may have when it comes: as many as a body holds.
const LONG_CHARS_MAX: usize = 1_048_576;
/// Characters of it that are kept.
const KEPT_CHARS_MAX: usize = 32_768;
/// The most characters of a short text.
const SHORT_CHARS_MAX: usize = 255;
/// Above every id.
const ID_MAX: i64 = i64::MAX;

/// The result of one object in one batch.
pub static ERROR_REPORT: Resource = Resource {
    own: Some(OwnerScope::Column("channel_id")),
    rule: Some(|_, draft| cut(draft.record, &["error_code", "error_desc", "raw_request", "raw_response"])),
    ..Resource::new(
        &ERROR_REPORTS,
        ("error_reports", "error_reports/{id}"),
        "error report",
        &[
            Field::int("action_content_type", 0, ID_MAX, "The kind of the object that was sent.").nullable(),
            Field::int("action_object_id", 0, ID_MAX, "That object.").nullable(),
            Field::int("target_content_type", 0, ID_MAX, "The kind of what it was done to: the channel's.").nullable(),
            Field::int("target_object_id", 0, ID_MAX, "What it was done to.").nullable(),
            Field::time("obj_modified_date", "The version of the object.").nullable(),
            Field::blank("error_code", 512, "The client's code of a run; all its reports have it.").nullable(),
            Field::blank("error_desc", LONG_CHARS_MAX, "In words. The first 32,768 characters are kept.").nullable(),
            Field::blank("raw_request", LONG_CHARS_MAX, "What was sent to the marketplace; kept likewise.").nullable(),
            Field::blank("raw_response", LONG_CHARS_MAX, "What it answered; kept likewise.").nullable(),
            Field::bool("is_ok", "Whether all went well. Default false."),
        ],
        &response_schema!(resource "ErrorReport" {
            channel: IntOrNull,
            action_content_type: IntOrNull,
            action_object_id: IntOrNull,
            target_content_type: IntOrNull,
            target_object_id: IntOrNull,
            obj_modified_date: TimeOrNull,
            error_code: Text,
            error_desc: Text,
            raw_request: Text,
            raw_response: Text,
            is_ok: Bool,
        }),
        &[
            Filter::new("pk", "id", Kind::Int),
            Filter::new("id", "id", Kind::Int),
            Filter::new("channel", "COALESCE(channel_id, 0)", Kind::Int),
            Filter::new("action_content_type", "COALESCE(action_content_type, 0)", Kind::Int),
            Filter::new("action_object_id", "COALESCE(action_object_id, 0)", Kind::Int),
            Filter::new("error_code", "error_code", Kind::Text),
            Filter::new("is_ok", "is_ok", Kind::Bool),
            Filter::new("created_date", "created_at", Kind::Time),
        ],
    )
};

const PLACE_FIELDS: &[Field] = &[
    Field::blank("type", SHORT_CHARS_MAX, "The client's word for what it searched.").nullable(),
    Field::blank("remote_code", SHORT_CHARS_MAX, "The channel's code of the place.").nullable(),
    Field::int("country_id", 0, ID_MAX, "The country it lies in, where that is known.").nullable(),
    Field::int("city_id", 0, ID_MAX, "The city it lies in.").nullable(),
    Field::int("township_id", 0, ID_MAX, "The township it lies in.").nullable(),
    Field::blank("name", SHORT_CHARS_MAX, "The channel's name of the place.").nullable(),
    Field::blank("integration_type", SHORT_CHARS_MAX, "The kind of remote system.").nullable(),
    Field::blank("err_code", SHORT_CHARS_MAX, "The client's code.").nullable(),
    Field::blank("err_desc", LONG_CHARS_MAX, "In words. The first 32,768 characters are kept.").nullable(),
];

const PLACE_VIEW: &ResponseSchema = &response_schema!(resource "PlaceReport" {
    channel: IntOrNull,
    kind: Text,
    type: Text,
    remote_code: Text,
    country_id: IntOrNull,
    city_id: IntOrNull,
    township_id: IntOrNull,
    name: Text,
    integration_type: Text,
    err_code: Text,
    err_desc: Text,
});

const PLACE_KINDS: &[&str] = &["city", "township", "district"];

const PLACE_FILTERS: &[Filter] = &[
    Filter::new("pk", "id", Kind::Int),
    Filter::new("id", "id", Kind::Int),
    Filter::new("channel", "COALESCE(channel_id, 0)", Kind::Int),
    Filter::new("kind", "kind", Kind::Choice(PLACE_KINDS)),
    Filter::new("remote_code", "remote_code", Kind::Text),
    Filter::new("name", "name", Kind::Text),
    Filter::new("created_date", "created_at", Kind::Time),
];

/// A place of a kind: each has a path of its own to be reported at.
const fn place(path: &'static str, rule: Rule) -> Resource {
    Resource {
        own: Some(OwnerScope::Column("channel_id")),
        rule: Some(rule),
        ..Resource::new(
            &GEOGRAPHY_REPORTS,
            (path, "place_reports/{id}"),
            "place report",
            PLACE_FIELDS,
            PLACE_VIEW,
            PLACE_FILTERS,
        )
    }
}

/// Places of every kind, to be read.
pub static PLACE: Resource = place("place_reports", |_, draft| of_kind(draft.record, "district"));
/// Cities.
pub static CITY: Resource = place("error_reports/city", |_, draft| of_kind(draft.record, "city"));
/// Townships.
pub static TOWNSHIP: Resource = place("error_reports/township", |_, draft| of_kind(draft.record, "township"));
/// Districts.
pub static DISTRICT: Resource = place("error_reports/district", |_, draft| of_kind(draft.record, "district"));
/// Districts, as the public page spells them.
pub static DISTINCT: Resource = place("error_reports/distinct", |_, draft| of_kind(draft.record, "district"));

fn of_kind<'t>(record: &mut Record, kind: &'static str) -> Ruling<'t> {
    record.set("kind", kind);
    let texts = ["type", "remote_code", "name", "integration_type", "err_code", "err_desc"];
    cut(record, &texts)
}

/// What a client did.
pub static EVENT: Resource = Resource {
    own: Some(OwnerScope::Column("channel_id")),
    rule: Some(|_, draft| cut(draft.record, EVENT_TEXTS)),
    ..Resource::new(
        &OPERATIONAL_EVENTS,
        ("operational_events", "operational_events/{id}"),
        "operational event",
        &[
            Field::blank("event_type", SHORT_CHARS_MAX, "The client's word for it.").nullable(),
            Field::blank("level", 64, "How grave it is, in the client's words.").nullable(),
            Field::blank("source", SHORT_CHARS_MAX, "What part of the client says so.").nullable(),
            Field::blank("message", LONG_CHARS_MAX, "In words. The first 32,768 characters are kept.").nullable(),
            Field::any("context", "Free data."),
            Field::any("tags", "Free data."),
            Field::blank("action_content_type", SHORT_CHARS_MAX, "The kind of the object it was about.").nullable(),
            Field::blank("action_object_id", SHORT_CHARS_MAX, "That object.").nullable(),
            Field::blank("trace_id", 128, "What belongs together has the same one.").nullable(),
            Field::blank("span_id", 128, "The step.").nullable(),
            Field::blank("parent_span_id", 128, "The step that this one is part of.").nullable(),
            Field::any("raw_data", "Free data."),
        ],
        &response_schema!(resource "OperationalEvent" {
            channel: IntOrNull,
            event_type: Text,
            level: Text,
            source: Text,
            message: Text,
            context: Any,
            tags: Any,
            action_content_type: Text,
            action_object_id: Text,
            trace_id: Text,
            span_id: Text,
            parent_span_id: Text,
            raw_data: Any,
        }),
        &[
            Filter::new("pk", "id", Kind::Int),
            Filter::new("id", "id", Kind::Int),
            Filter::new("channel", "COALESCE(channel_id, 0)", Kind::Int),
            Filter::new("event_type", "event_type", Kind::Text),
            Filter::new("level", "level", Kind::Text),
            Filter::new("source", "source", Kind::Text),
            Filter::new("trace_id", "trace_id", Kind::Text),
            Filter::new("created_date", "created_at", Kind::Time),
        ],
    )
};

const EVENT_TEXTS: &[&str] = &[
    "event_type",
    "level",
    "source",
    "message",
    "action_content_type",
    "action_object_id",
    "trace_id",
    "span_id",
    "parent_span_id",
];

/// A text that did not come is blank; one that is very long is kept as far as people would read it.
fn cut<'t>(record: &mut Record, texts: &[&str]) -> Ruling<'t> {
    fill_blanks(record, texts);
    texts.iter().for_each(|text| shorten(record, text));
    judge(Ok(()))
}

fn shorten(record: &mut Record, column: &str) {
    let text = record.text(column).unwrap_or_default();
    if let Some((end, _)) = text.char_indices().nth(KEPT_CHARS_MAX) {
        let kept = text[..end].to_owned();
        record.set(column, kept);
    }
}

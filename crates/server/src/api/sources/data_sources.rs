//! Data sources: other installations whose stock is sold from a list here, as people set them up (docs/data-sources.md).
//!
//! Promises: a token is stored sealed, is never shown, and is sent to no other address than the one it was given for.

use axum::http::StatusCode;
use onhand_core::{DataSourceId, ProductMatch, QUANTITY_MAX};
use onhand_store::resource::Record;
use onhand_store::tables::data_sources::{self, DATA_SOURCES, LEARNT, SOURCES_MAX};
use onhand_store::tables::outgoing_lines;
use onhand_store::{Error as StoreError, Tx, Value};

use crate::clock::Clock;
use crate::http::context::RequestContext;
use crate::remote;
use crate::resource::{self, Draft, Resource, Taken, Unique};
use crate::services;
use crate::wire::error::{Error, FieldErrors};
use crate::wire::field::Field;
use crate::wire::filter::{Filter, Kind};
use crate::wire::form::Mode;
use crate::wire::json::ApiResponse;
use crate::wire::response_schema::response_schema;

/// The longest pause between two questions, in seconds.
const POLL_INTERVAL_SECONDS_MAX: i64 = 3_600;
const NAME_CHARS_MAX: usize = 64;
const URL_CHARS_MAX: usize = 1_024;
const TOKEN_CHARS_MAX: usize = 512;

/// What a source is asked for as a whole: a change of one of these makes everything that was learnt worthless.
const PLACE: [&str; 3] = ["base_url", "remote_channel", "remote_stock_list"];

/// Data sources.
pub static DATA_SOURCE: Resource = Resource {
    unique: &[
        Unique { index: "data_source_name", taken: Taken::Field("name") },
        Unique { index: "data_source_stock_list_id", taken: Taken::Field("stock_list") },
        Unique { index: "data_source_price_list_id", taken: Taken::Field("price_list") },
    ],
    fixed: &["stock_list"],
    rule: Some(|tx, draft| Box::pin(check(tx, draft))),
    stays: Some(|record| record.flag("has_levels").then(has_levels)),
    more: Some(more),
    ..Resource::new(
        &DATA_SOURCES,
        ("data_sources", "data_sources/{id}"),
        "data source",
        &[
            Field::text("name", NAME_CHARS_MAX, "Unique name.").required(),
            Field::text("base_url", URL_CHARS_MAX, "Where the other installation is: scheme (http or https), host, port.")
                .required(),
            Field::secret(
                "token",
                TOKEN_CHARS_MAX,
                "A token of a user over there. It is stored sealed and never shown; a change of base_url asks for it again.",
            )
            .nullable(),
            Field::int(
                "remote_channel",
                1,
                i64::MAX,
                "The channel over there that this installation is. Without one, remote_stock_list is read by the \
                 documented paths of an ERP.",
            )
            .nullable(),
            Field::int(
                "remote_stock_list",
                1,
                i64::MAX,
                "The stock list over there. With a channel, the main list of its catalog when absent.",
            )
            .nullable(),
            Field::pk("stock_list", "The stock list here that takes its levels; a list has one data source.").required(),
            Field::bool("is_active", "Whether it is used. If not, the list here offers nothing of it. Default true."),
            Field::int(
                "poll_interval_seconds",
                1,
                POLL_INTERVAL_SECONDS_MAX,
                "Seconds between two questions, and how long an Onhand is asked to wait for changes. Default 30.",
            ),
            Field::int("safety_stock", 0, QUANTITY_MAX, "Units of each stock that are not offered here. Default 0."),
            Field::choice(
                "product_match",
                ProductMatch::WORDS,
                "How products are matched: by the same SKU, or by data_source_mappings. Default sku.",
            ),
            Field::pk("price_list", "The price list here that takes its prices; a list has one data source. None when absent.")
                .nullable(),
            Field::int(
                "remote_price_list",
                1,
                i64::MAX,
                "The price list over there. With a channel, the main list of its catalog when absent.",
            )
            .nullable(),
        ],
        &response_schema!(resource "DataSource" {
            name: Text,
            base_url: Text,
            has_token: Bool,
            remote_channel: IntOrNull,
            remote_stock_list: IntOrNull,
            stock_list: Int,
            is_active: Bool,
            poll_interval_seconds: Int,
            safety_stock: Int,
            product_match: Text,
            price_list: IntOrNull,
            remote_price_list: IntOrNull,
            last_polled_at: TimeOrNull,
            last_success_at: TimeOrNull,
            last_full_at: TimeOrNull,
            lag_seconds: IntOrNull,
            last_error: TextOrNull,
            failures: Int,
            next_try_at: TimeOrNull,
            last_prices_at: TimeOrNull,
            skipped: Int,
            unmapped: Int,
            has_levels: Bool,
            origins: Texts,
        }),
        &[
            Filter::new("pk", "id", Kind::Int),
            Filter::new("id", "id", Kind::Int),
            Filter::new("name", "name", Kind::Text),
            Filter::new("stock_list", "stock_list_id", Kind::Int),
            Filter::new("price_list", "COALESCE(price_list_id, 0)", Kind::Int),
            Filter::new("is_active", "is_active", Kind::Bool),
            Filter::new("created_date", "created_at", Kind::Time),
            Filter::new("modified_date", "modified_at", Kind::Time),
        ],
    )
};

/// What is asked of a refresh.
pub const REFRESH: &[Field] = &[Field::bool("full", "Whether everything is compared. Default false.")];

/// `POST data_sources/{id}/refresh/`: it is done after the answer.
pub async fn refresh(call: RequestContext) -> Result<ApiResponse, Error> {
    let form = call.form(REFRESH, Mode::Partial).await?;
    let id = DataSourceId::new(call.id()?);
    services::data_sources::ask_again(&call.app, id, form.bool("full").unwrap_or(false)).await?;
    let record = resource::found(&call, &DATA_SOURCE).await?;
    let mut body = String::new();
    resource::write(&DATA_SOURCE, &mut body, &record);
    Ok(ApiResponse::text(StatusCode::ACCEPTED, body))
}

fn has_levels() -> Error {
    let text = "Set is_active to false first, and wait until the list offers nothing of it: has_levels is false then.";
    Error::refused("data_source_has_levels", text)
}

fn more(name: &str, record: &Record) -> Option<String> {
    match name {
        "has_token" => Some(record.text("token").is_some().to_string()),
        // By the clock of the machine: a record that is written out has no other one at hand.
        "lag_seconds" => {
            let micros = |at: i64| (Clock::System.now().micros() - at).max(0);
            let lag = record.int("last_success_at").map(|at| micros(at) / 1_000_000);
            Some(lag.map_or_else(|| "null".to_owned(), |lag| lag.to_string()))
        }
        "origins" => {
            let names = record.text("origins").unwrap_or_default().split(',').filter(|name| !name.is_empty());
            Some(names.collect::<serde_json::Value>().to_string())
        }
        _ => None,
    }
}

async fn check(tx: &mut Tx<'_>, draft: Draft<'_>) -> Result<Result<(), Error>, StoreError> {
    if draft.before.is_none() && data_sources::count(tx).await? >= SOURCES_MAX {
        let text = format!("There may be {SOURCES_MAX} data sources.");
        return Ok(Err(Error::refused("too_many_data_sources", text)));
    }
    // An address that is not understood is told as such.
    let address = |record: &Record| remote::plain_address(record.text("base_url").unwrap_or_default());
    let goes_elsewhere = draft.before.is_some_and(|before| {
        address(before) != address(draft.record)
            || before.value("remote_channel") != draft.record.value("remote_channel")
    });
    if goes_elsewhere && outgoing_lines::any(tx, DataSourceId::new(draft.record.id)).await? {
        return Ok(Err(has_lines()));
    }
    Ok(may_be(draft))
}

/// What is placed in one place would be looked for in another, not be found, and be placed once more.
fn has_lines() -> Error {
    let text = "Lines are placed with this data source that have not left: base_url and remote_channel stay until they \
                have, or are cancelled.";
    Error::refused("data_source_has_lines", text)
}

/// Whether a source can be as it was sent. Completes it: the address is in its plain form, the token is sealed, and what
/// was learnt of another place is forgotten.
fn may_be(draft: Draft<'_>) -> Result<(), Error> {
    let Draft { record, before, form, config, .. } = draft;
    let mut faults = FieldErrors::default();
    // One whose address is not allowed any more can still be paused.
    if before.is_none_or(|before| before.value("base_url") != record.value("base_url")) {
        let policy = services::data_sources::address_policy(config);
        match remote::vetted(record.text("base_url").unwrap_or_default(), &policy) {
            Ok(url) => record.set("base_url", url),
            Err(fault) => faults.add("base_url", fault.to_string()),
        }
    }
    if record.int("remote_channel").is_none() && record.int("remote_stock_list").is_none() {
        faults.add("remote_stock_list", "Send remote_channel, or remote_stock_list, or both.");
    }
    let is_named = record.int("remote_channel").is_some() || record.int("remote_price_list").is_some();
    if record.int("price_list_id").is_some() && !is_named {
        faults.add("remote_price_list", "Send remote_price_list: without remote_channel there is no main one.");
    }
    let has_moved = |column: &str| before.is_some_and(|before| before.value(column) != record.value(column));
    let (is_elsewhere, is_moved) = (has_moved("base_url"), PLACE.iter().any(|column| has_moved(column)));
    let counts_otherwise = ["safety_stock", "is_active", "product_match"].iter().any(|column| has_moved(column));
    match (form.has("token").then(|| form.string("token")).flatten(), &config.secret_key) {
        (Some(token), _) if !is_token(&token) => faults.add("token", "This is no token."),
        (Some(_), None) => faults.add("token", services::data_sources::NO_KEY),
        (Some(token), Some(keys)) => {
            let sealed = keys.seal(token.trim(), record.text("base_url").unwrap_or_default());
            record.set("token", sealed);
        }
        (None, _) if is_elsewhere && record.text("token").is_some() => {
            faults.add("token", "Send the token, too: the stored one is for another base_url.");
        }
        (None, _) => {}
    }
    if is_moved {
        let fresh = Record::new(&DATA_SOURCES, record.created_at);
        LEARNT.iter().for_each(|column| record.set(column, fresh.value(column).clone()));
    } else if counts_otherwise {
        record.set("cursor", Value::Null);
        record.set("next_try_at", Value::Null);
    } else if form.has("token") {
        record.set("next_try_at", Value::Null);
    }
    faults.into_result()
}

/// Whether a text can stand in a header.
fn is_token(text: &str) -> bool {
    let text = text.trim();
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_graphic())
}

//! Sales channels, as much of them as an order needs: a name and what to do when an order does not fit.

use axum::http::StatusCode;
use onhand_core::{ChannelId, Oversell};
use onhand_store::Error as StoreError;
use onhand_store::channels::{self, ChannelRow};

use super::call::Call;
use crate::wire::error::Error;
use crate::wire::field::Field;
use crate::wire::filter::{Filter, Kind};
use crate::wire::form::{Form, Mode};
use crate::wire::json::{Object, Reply};
use crate::wire::view::{Shape, View, property};

const POLICIES: &[&str] = &["accept", "refuse"];

/// The body of a channel.
pub const FIELDS: &[Field] = &[
    Field::text("name", 64, "Unique name.").required(),
    Field::choice(
        "oversell",
        POLICIES,
        "What to do with an order that does not fit: accept (default; the marketplace has sold it) or refuse.",
    ),
    Field::bool("is_active", "Whether the channel takes part. Default true."),
];

/// A channel.
pub const VIEW: View = View {
    name: "Channel",
    properties: &[
        property("pk", Shape::Int),
        property("id", Shape::Int),
        property("name", Shape::Text),
        property("oversell", Shape::Text),
        property("is_active", Shape::Bool),
        property("created_date", Shape::Time),
        property("modified_date", Shape::Time),
    ],
    open: false,
};

/// The filters of the list.
pub const FILTERS: &[Filter] = &[
    Filter::new("pk", "id", Kind::Int),
    Filter::new("id", "id", Kind::Int),
    Filter::new("name", "name", Kind::Text),
    Filter::new("is_active", "is_active", Kind::Bool),
    Filter::new("modified_date", "modified_at", Kind::Time),
];

fn write(out: &mut String, channel: &ChannelRow) {
    Object::open(out)
        .int("pk", channel.id.get())
        .int("id", channel.id.get())
        .text("name", &channel.name)
        .text("oversell", channels::oversell_name(channel.oversell))
        .bool("is_active", channel.is_active)
        .time("created_date", channel.created_at)
        .time("modified_date", channel.modified_at)
        .close();
}

fn reply(status: StatusCode, channel: &ChannelRow) -> Reply {
    let mut body = String::new();
    write(&mut body, channel);
    Reply::text(status, body)
}

/// `GET channels/`. A channel sees itself only.
pub async fn list(call: Call) -> Result<Reply, Error> {
    let mut query = call.listing(FILTERS)?;
    call.narrow(&mut query, "id");
    let listing = query.listing.clone();
    let page = call.app.store.read("channels.page", async move |tx| channels::page(tx, &listing).await).await?;
    call.page(&query, &page, write)
}

/// `GET channels/{id}/`.
pub async fn show(call: Call) -> Result<Reply, Error> {
    let id = ChannelId::new(call.id()?);
    if call.caller.channel.is_some_and(|own| own != id) {
        return Err(Error::not_found());
    }
    let found = call.app.store.glance("channels.by_id", async move |tx| channels::by_id(tx, id).await).await?;
    Ok(reply(StatusCode::OK, &found.ok_or_else(Error::not_found)?))
}

/// `POST channels/`.
pub async fn create(call: Call) -> Result<Reply, Error> {
    let form = call.form(FIELDS, Mode::Whole).await?;
    let now = call.app.clock.now();
    let empty = ChannelRow {
        id: ChannelId::new(0),
        name: String::new(),
        oversell: Oversell::Accept,
        is_active: true,
        created_at: now,
        modified_at: now,
    };
    let channel = filled(empty, &form);
    let stored = call.app.store.write("channels.insert", async move |tx| channels::insert(tx, &channel).await).await;
    Ok(reply(StatusCode::CREATED, &stored.map_err(taken)?))
}

/// `PATCH channels/{id}/`.
pub async fn update(call: Call) -> Result<Reply, Error> {
    let id = ChannelId::new(call.id()?);
    let form = call.form(FIELDS, Mode::Partial).await?;
    let now = call.app.clock.now();
    let stored = call
        .app
        .store
        .write("channels.update", async move |tx| {
            let Some(before) = channels::by_id(tx, id).await? else { return Ok(None) };
            let channel = ChannelRow { modified_at: now, ..filled(before, &form) };
            channels::update(tx, &channel).await?;
            Ok(Some(channel))
        })
        .await;
    Ok(reply(StatusCode::OK, &stored.map_err(taken)?.ok_or_else(Error::not_found)?))
}

fn filled(channel: ChannelRow, form: &Form) -> ChannelRow {
    ChannelRow {
        name: form.string("name").unwrap_or(channel.name),
        oversell: match form.text("oversell") {
            Some("refuse") => Oversell::Refuse,
            Some(_) => Oversell::Accept,
            None => channel.oversell,
        },
        is_active: form.bool("is_active").unwrap_or(channel.is_active),
        ..channel
    }
}

fn taken(fault: StoreError) -> Error {
    if fault.is_taken("channel_name") {
        return Error::field("name", "channel with this name already exists.");
    }
    fault.into()
}

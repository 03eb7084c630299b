//! Sales channels, as much of them as an order needs. Must not know orders.

use onhand_core::{ChannelId, Oversell, Timestamp};

use crate::engine::Row;
use crate::filter::{self, Listing, Page, Table};
use crate::ids;
use crate::sql::{shared, values};
use crate::tally::{Scope, Tally};
use crate::{Error, Tx};

/// A sales channel.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct ChannelRow {
    /// Its id.
    pub id: ChannelId,
    /// Unique, 1..=64 characters.
    pub name: String,
    /// What to do with an order that does not fit.
    pub oversell: Oversell,
    /// Whether it takes part.
    pub is_active: bool,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it last changed.
    pub modified_at: Timestamp,
}

const COLUMNS: &str = "id, name, oversell, is_active, created_at, modified_at";
const TABLE: Table = Table { name: "channel", columns: COLUMNS, tallied: &[], log: None };

shared! {
    BY_ID = "channels.by_id",
        "SELECT id, name, oversell, is_active, created_at, modified_at FROM channel WHERE id = ?1";
    INSERT = "channels.insert",
        "INSERT INTO channel (id, name, oversell, is_active, created_at, modified_at)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6)";
    UPDATE = "channels.update",
        "UPDATE channel SET name = ?2, oversell = ?3, is_active = ?4, modified_at = ?5 WHERE id = ?1";
}

fn read(row: &Row<'_>) -> Result<ChannelRow, Error> {
    Ok(ChannelRow {
        id: ChannelId::new(row.get(0)?),
        name: row.get(1)?,
        oversell: match row.get::<String>(2)?.as_str() {
            "accept" => Oversell::Accept,
            _ => Oversell::Refuse,
        },
        is_active: row.get(3)?,
        created_at: Timestamp::from_micros(row.get(4)?),
        modified_at: Timestamp::from_micros(row.get(5)?),
    })
}

/// The stored word for a policy.
pub const fn oversell_name(oversell: Oversell) -> &'static str {
    match oversell {
        Oversell::Accept => "accept",
        Oversell::Refuse => "refuse",
    }
}

/// A part of all channels.
pub async fn page(tx: &mut Tx<'_>, listing: &Listing) -> Result<Page<ChannelRow>, Error> {
    filter::page(tx, &TABLE, listing, |row: &ChannelRow| row.id.get(), read).await
}

/// One channel.
pub async fn by_id(tx: &mut Tx<'_>, id: ChannelId) -> Result<Option<ChannelRow>, Error> {
    tx.first(&BY_ID, &values![id.get()], read).await
}

/// Makes a channel; its id is given by the store. A taken name is [`Error::Taken`].
pub async fn insert(tx: &mut Tx<'_>, channel: &ChannelRow) -> Result<ChannelRow, Error> {
    let id = ids::take(tx, "channel", 1).await?;
    let channel = ChannelRow { id: ChannelId::new(id), ..channel.clone() };
    let oversell = oversell_name(channel.oversell);
    let (created, modified) = (channel.created_at.micros(), channel.modified_at.micros());
    tx.execute(&INSERT, &values![id, &channel.name, oversell, channel.is_active, created, modified]).await?;
    let mut tally = Tally::default();
    tally.add(Scope::all(TABLE.name), id, 1);
    tally.write(tx).await?;
    Ok(channel)
}

/// Writes a channel back.
pub async fn update(tx: &mut Tx<'_>, channel: &ChannelRow) -> Result<(), Error> {
    let oversell = oversell_name(channel.oversell);
    let (id, modified) = (channel.id.get(), channel.modified_at.micros());
    tx.execute(&UPDATE, &values![id, &channel.name, oversell, channel.is_active, modified]).await?;
    Ok(())
}

//! What a resource table publishes: the outbox events of a change of its records.
//!
//! Promises: what is published is data of the table, and every write of records goes through this one step. Must not
//! know channels: an item of a catalog that comes or goes is a change of its product, which every channel of the
//! catalog will look at.

use std::collections::BTreeMap;

use onhand_core::channel_sync::ObjectKind;

use super::{Record, RecordChange, Table};
use crate::outbox::{self, EVERY_CATALOG, Member, OutboxEvent, Said};
use crate::{Error, Tx};

/// What the change of a record says.
#[derive(Clone, Copy)]
pub enum Publish {
    /// An object has changed.
    Object {
        /// What it is.
        kind: ObjectKind,
        /// The column with its id, or none where it is the record itself.
        object: Option<&'static str>,
        /// The column with the list or channel where it belongs, if it belongs to one. A record without it says
        /// nothing.
        scope: Option<&'static str>,
        /// Whether a record that was changed, and neither made nor removed, says nothing.
        only_made_or_removed: bool,
    },
    /// A product has come into a catalog or has left it.
    Member {
        /// The column with the catalog.
        catalog: &'static str,
        /// The column with the product.
        product: &'static str,
    },
    /// The record is a product, and a change of its flag concerns every catalog.
    MemberOfEvery {
        /// The column that says whether the product is sold at all.
        flag: &'static str,
    },
}

/// Puts changes of records into the outbox, in the transaction that makes them.
pub(super) async fn publish(tx: &mut Tx<'_>, table: &Table, changes: &[RecordChange]) -> Result<(), Error> {
    if table.publishes.is_empty() {
        return Ok(());
    }
    let (mut members, mut events) = (Vec::new(), Vec::new());
    for publish in table.publishes {
        match *publish {
            Publish::Member { catalog, product } => {
                members.extend(changes.iter().filter_map(record).filter_map(|record| member(record, catalog, product)));
            }
            Publish::MemberOfEvery { flag } => {
                members.extend(changes.iter().filter_map(|change| switched(change, flag)));
            }
            Publish::Object { kind, object, scope, only_made_or_removed } => {
                let said = changes.iter().filter(|change| !only_made_or_removed || change.is_made_or_removed());
                let found = said.filter_map(record).filter_map(|record| event(record, kind, object, scope));
                match object {
                    None => events.extend(found),
                    // Several records may be about the same object.
                    Some(_) => {
                        events.extend(found.map(|one| (one.object, one)).collect::<BTreeMap<_, _>>().into_values());
                    }
                }
            }
        }
    }
    outbox::add_members(tx, members).await?;
    outbox::add_all(tx, events).await
}

/// A record as it is, or as it was when it went.
fn record(change: &RecordChange) -> Option<&Record> {
    change.after.as_ref().or(change.before.as_ref())
}

fn member(record: &Record, catalog: &str, product: &str) -> Option<Member> {
    Some(Member { catalog: record.int(catalog)?, product: record.int(product)?, at: record.modified_at })
}

fn switched(change: &RecordChange, flag: &str) -> Option<Member> {
    let (before, after) = (change.before.as_ref()?, change.after.as_ref()?);
    let has_changed = before.flag(flag) != after.flag(flag);
    has_changed.then_some(Member { catalog: EVERY_CATALOG, product: after.id, at: after.modified_at })
}

fn event(record: &Record, kind: ObjectKind, object: Option<&str>, scope: Option<&str>) -> Option<OutboxEvent> {
    let object = object.map_or(Some(record.id), |column| record.int(column))?;
    let scope = scope.map_or(Some(0), |column| record.int(column))?;
    Some(OutboxEvent { said: Said::Changed(kind), object, scope, at: record.modified_at })
}

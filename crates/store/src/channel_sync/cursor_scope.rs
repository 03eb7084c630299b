//! The channel scope that cursors over stocks were told, and the sequence numbers of what has changed of that as a
//! whole.
//!
//! Promises: another catalog, another list, another level or the first or last item is noticed when the channel asks
//! for changes, and gets sequence numbers above all that a cursor can have passed. Must not know what a cursor shows.

use std::collections::BTreeSet;

use onhand_core::ChannelId;
use onhand_core::channel_sync::ObjectKind;

use super::channel_scope::{ChannelLevel, ChannelScope};
use super::{change_log, channel_cursors};
use crate::sql::{statements, values};
use crate::{Error, Tx, ids};

statements! {
    FIND = "channel_feeds.find_cursor_scope", "SELECT cursor_scope FROM channel_feed WHERE channel_id = ?1";
    UPDATE = "channel_feeds.update_cursor_scope", "UPDATE channel_feed SET cursor_scope = ?2 WHERE channel_id = ?1";
    PUT = "list_changes.put",
        "INSERT INTO list_change (channel_id, stock_list_id, sequence_number, left_sequence_number) VALUES (?1, ?2, ?3, ?4)
         ON CONFLICT (channel_id, stock_list_id) DO UPDATE SET sequence_number = excluded.sequence_number,
         left_sequence_number = CASE WHEN excluded.left_sequence_number > 0 THEN excluded.left_sequence_number
         ELSE list_change.left_sequence_number END";
    AFTER = "list_changes.after",
        "SELECT stock_list_id, sequence_number, left_sequence_number FROM list_change
         WHERE channel_id = ?1 AND sequence_number > ?2 ORDER BY sequence_number";
}

/// A list of which all is to be sent anew.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct ListChange {
    /// The list.
    pub list: i64,
    /// The sequence number of that.
    pub sequence_number: i64,
    /// The sequence number up to which a cursor may have been sent stocks that are gone now.
    pub left_sequence_number: i64,
}

/// The channel scope that cursors were told, as it is stored.
#[derive(Clone, PartialEq, Eq, Debug)]
struct CursorScope {
    level: ChannelLevel,
    catalog: i64,
    has_items: bool,
    lists: BTreeSet<i64>,
}

impl CursorScope {
    fn of(channel_scope: &ChannelScope) -> Self {
        Self {
            level: channel_scope.level,
            catalog: channel_scope.catalog.unwrap_or(0),
            has_items: channel_scope.has_items,
            lists: channel_scope.scopes(ObjectKind::Stock).into_iter().collect(),
        }
    }

    fn text(&self) -> String {
        let level = if self.level == ChannelLevel::Raw { "raw" } else { "available" };
        let lists: Vec<String> = self.lists.iter().map(i64::to_string).collect();
        format!("{level};{};{};{}", self.catalog, u8::from(self.has_items), lists.join(","))
    }

    /// What was stored; nothing before the first time.
    fn read(text: &str) -> Option<Self> {
        let mut parts = text.split(';');
        let level = if parts.next()? == "raw" { ChannelLevel::Raw } else { ChannelLevel::Available };
        let (catalog, has_items) = (parts.next()?.parse().ok()?, parts.next()? == "1");
        let lists = parts.next()?.split(',').filter_map(|list| list.parse().ok()).collect();
        Some(Self { level, catalog, has_items, lists })
    }

    /// The lists of which all is to be sent anew after this, each with whether something may have gone from it.
    fn changes(&self, now: &Self) -> Vec<(i64, bool)> {
        let is_other = self.catalog != now.catalog || self.has_items != now.has_items;
        let all = self.lists.union(&now.lists).copied();
        let stays = |list: &i64| self.lists.contains(list) && now.lists.contains(list);
        let anew = all.filter(|list| is_other || self.level != now.level || !stays(list));
        anew.map(|list| (list, self.lists.contains(&list) && (is_other || !now.lists.contains(&list)))).collect()
    }
}

/// Whether cursors of a channel know what it may have. Reads two rows by key.
pub async fn is_current(tx: &mut Tx<'_>, channel: ChannelId) -> Result<bool, Error> {
    let known = tx.first(&FIND, &values![channel.get()], |row| row.get::<String>(0)).await?;
    Ok(known == Some(CursorScope::of(&ChannelScope::of(tx, channel).await?).text()))
}

/// Gives sequence numbers to what has changed of the channel's scope. `is_new` says that no client of the channel has
/// asked for changes before, so that no cursor has to learn of it.
pub async fn update(tx: &mut Tx<'_>, channel: ChannelId, is_new: bool) -> Result<(), Error> {
    channel_cursors::lock(tx, channel).await?;
    let before = tx.first(&FIND, &values![channel.get()], |row| row.get::<String>(0)).await?.unwrap_or_default();
    let now = CursorScope::of(&ChannelScope::of(tx, channel).await?);
    let changes = match CursorScope::read(&before) {
        Some(before) => before.changes(&now),
        // A client that goes on from a cursor of its own may know of anything.
        None if !is_new => now.lists.iter().map(|list| (*list, true)).collect(),
        None => Vec::new(),
    };
    if !changes.is_empty() {
        let first = ids::take(tx, change_log::SEQUENCE_NUMBERS, changes.len() as i64).await?;
        let rows = changes.iter().zip(first..).map(|((list, has_gone), sequence_number)| {
            let left = if *has_gone { sequence_number } else { 0 };
            values![channel.get(), *list, sequence_number, left]
        });
        tx.execute_bulk(&PUT, rows).await?;
    }
    tx.execute(&UPDATE, &values![channel.get(), now.text()]).await?;
    Ok(())
}

/// The lists of which all is to be sent to a cursor that has passed a sequence number, in the order of their sequence
/// numbers. There are as many rows as a channel has ever had lists.
pub(super) async fn after(tx: &mut Tx<'_>, channel: ChannelId, sequence_number: i64) -> Result<Vec<ListChange>, Error> {
    let read = |row: &crate::Row<'_>| {
        Ok(ListChange { list: row.get(0)?, sequence_number: row.get(1)?, left_sequence_number: row.get(2)? })
    };
    tx.all(&AFTER, &values![channel.get(), sequence_number], read).await
}

#[cfg(test)]
mod tests {
    use super::*;

    fn scope(text: &str) -> CursorScope {
        CursorScope::read(text).expect("it can be read")
    }

    #[test]
    fn what_has_changed_as_a_whole_is_told_list_by_list() {
        let before = "available;1;0;3,5";
        assert_eq!(scope(before).text(), before);
        assert_eq!(CursorScope::read(""), None);
        assert_eq!(scope("raw;0;0;").text(), "raw;0;0;");
        let cases: [(&str, &[(i64, bool)]); 7] = [
            ("available;1;0;3,5", &[]),
            ("available;1;0;3,5,7", &[(7, false)]),
            ("available;1;0;3", &[(5, true)]),
            ("available;1;0;3,7", &[(5, true), (7, false)]),
            ("raw;1;0;3,5", &[(3, false), (5, false)]),
            ("available;1;1;3,5", &[(3, true), (5, true)]),
            ("available;2;0;5,7", &[(3, true), (5, true), (7, false)]),
        ];
        for (now, changes) in cases {
            assert_eq!(scope(before).changes(&scope(now)), changes, "{now}");
        }
    }
}

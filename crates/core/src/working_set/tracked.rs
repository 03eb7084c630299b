//! Rows of one kind, and the change of each.
//!
//! Promises: a row that was made, changed or removed is reported once, with what it was before the batch; a set of
//! kinds is declared with [`rows`], which cannot forget one. Must not know what a row is.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::RangeBounds;

/// Rows that remember what happened to them.
pub trait Tracked {
    /// What happened to the rows.
    type Changes;

    /// Takes what is recorded, leaving nothing recorded.
    fn take_changes(&mut self) -> Self::Changes;
}

/// Rows by id.
#[derive(Clone, Debug)]
pub struct TrackedMap<K, V> {
    stored: BTreeMap<K, V>,
    made: BTreeSet<K>,
    before: BTreeMap<K, V>,
}

/// What became of the rows of one kind, each in the order of their ids. A row that was removed and made again is in
/// `removed` as it was and in `made` as it is.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct TrackedChanges<V> {
    /// Rows made.
    pub made: Vec<V>,
    /// Rows changed that were there before, as they were and as they are.
    pub changed: Vec<(V, V)>,
    /// Rows removed that were there before.
    pub removed: Vec<V>,
}

impl<V> TrackedChanges<V> {
    /// Whether nothing happened.
    pub fn is_empty(&self) -> bool {
        self.made.is_empty() && self.changed.is_empty() && self.removed.is_empty()
    }

    /// Rows changed that were there before, as they are.
    pub fn changed_rows(&self) -> impl Iterator<Item = &V> {
        self.changed.iter().map(|(_, after)| after)
    }
}

impl<V> Default for TrackedChanges<V> {
    fn default() -> Self {
        Self { made: Vec::new(), changed: Vec::new(), removed: Vec::new() }
    }
}

impl<K, V> Default for TrackedMap<K, V> {
    fn default() -> Self {
        Self { stored: BTreeMap::new(), made: BTreeSet::new(), before: BTreeMap::new() }
    }
}

impl<K: Copy + Ord, V: Clone> TrackedMap<K, V> {
    /// Puts a stored row here.
    pub fn put(&mut self, id: K, row: V) {
        self.stored.insert(id, row);
    }

    /// A row.
    pub fn get(&self, id: K) -> Option<&V> {
        self.stored.get(&id)
    }

    /// All rows, in the order of their ids.
    pub fn all(&self) -> impl Iterator<Item = &V> {
        self.stored.values()
    }

    /// The rows of a range of ids, in their order.
    pub fn within(&self, ids: impl RangeBounds<K>) -> impl Iterator<Item = &V> {
        self.stored.range(ids).map(|(_, row)| row)
    }

    /// Whether the batch has made the row.
    pub(crate) fn is_made(&self, id: K) -> bool {
        self.made.contains(&id)
    }

    pub(crate) fn make(&mut self, id: K, row: V) {
        self.made.insert(id);
        self.stored.insert(id, row);
    }

    /// The row, to change it.
    pub(crate) fn change(&mut self, id: K) -> &mut V {
        let row = self.stored.get_mut(&id).expect("a decision changes rows that were loaded");
        if !self.made.contains(&id) {
            self.before.entry(id).or_insert_with(|| row.clone());
        }
        row
    }

    pub(crate) fn remove(&mut self, id: K) {
        let Some(row) = self.stored.remove(&id) else { return };
        if !self.made.remove(&id) {
            self.before.entry(id).or_insert(row);
        }
    }
}

impl<K: Copy + Ord, V: Clone> Tracked for TrackedMap<K, V> {
    type Changes = TrackedChanges<V>;

    fn take_changes(&mut self) -> Self::Changes {
        let mut changes = TrackedChanges::default();
        let made = std::mem::take(&mut self.made);
        changes.made.extend(made.iter().filter_map(|id| self.stored.get(id)).cloned());
        for (id, before) in std::mem::take(&mut self.before) {
            match self.stored.get(&id).filter(|_| !made.contains(&id)) {
                Some(after) => changes.changed.push((before, after.clone())),
                None => changes.removed.push(before),
            }
        }
        changes
    }
}

/// Rows that are only ever added, in their order.
impl<V> Tracked for Vec<V> {
    type Changes = Self;

    fn take_changes(&mut self) -> Self {
        std::mem::take(self)
    }
}

/// Marks that are set whatever they were before, each as it was set last.
impl<K, V> Tracked for BTreeMap<K, V> {
    type Changes = Self;

    fn take_changes(&mut self) -> Self {
        std::mem::take(self)
    }
}

/// Declares a set of kinds of rows and what a batch changes of them: one line for a kind. What is not written back
/// comes after `besides`.
macro_rules! rows {
    (
        $(#[$set_doc:meta])*
        pub struct $set:ident {
            $($(#[$doc:meta])* $vis:vis $kind:ident: $rows:ty,)+
        }
        besides {
            $($(#[$other_doc:meta])* $other_vis:vis $other:ident: $other_type:ty,)*
        }
        $(#[$changes_doc:meta])*
        pub struct $changes:ident;
    ) => {
        $(#[$set_doc])*
        #[derive(Debug, Default)]
        pub struct $set {
            $($(#[$doc])* $vis $kind: $rows,)+
            $($(#[$other_doc])* $other_vis $other: $other_type,)*
        }

        $(#[$changes_doc])*
        #[derive(Debug, Default)]
        pub struct $changes {
            $($(#[$doc])* pub $kind: <$rows as Tracked>::Changes,)+
        }

        impl $changes {
            /// Whether nothing is to be written.
            pub fn is_empty(&self) -> bool {
                $(self.$kind.is_empty())&&+
            }
        }

        impl Tracked for $set {
            type Changes = $changes;

            fn take_changes(&mut self) -> $changes {
                $changes { $($kind: self.$kind.take_changes(),)+ }
            }
        }
    };
}
pub(super) use rows;

#[cfg(test)]
mod tests {
    use super::*;

    fn map() -> TrackedMap<i64, &'static str> {
        let mut map = TrackedMap::default();
        map.put(1, "stored");
        map
    }

    #[test]
    fn what_happens_to_a_row_is_reported_once() {
        let mut map = map();
        map.make(2, "made");
        *map.change(2) = "made and changed";
        *map.change(1) = "changed";
        *map.change(1) = "changed again";
        map.make(3, "made and removed");
        map.remove(3);
        let changes = map.take_changes();
        assert_eq!((changes.made, changes.removed), (vec!["made and changed"], vec![]));
        assert_eq!(changes.changed, [("stored", "changed again")]);
        assert!(map.take_changes().is_empty(), "it was reported");
        map.remove(1);
        assert_eq!(map.take_changes().removed, ["changed again"]);
    }

    #[test]
    fn a_row_that_is_made_again_was_removed_first() {
        let mut map = map();
        map.remove(1);
        map.make(1, "made again");
        *map.change(1) = "and changed";
        let changes = map.take_changes();
        assert_eq!((changes.removed, changes.made), (vec!["stored"], vec!["and changed"]));
        assert!(changes.changed.is_empty(), "its row is not updated");

        *map.change(1) = "changed";
        map.remove(1);
        map.make(1, "again");
        map.remove(1);
        let changes = map.take_changes();
        assert_eq!((changes.removed, changes.made), (vec!["and changed"], vec![]));
    }
}

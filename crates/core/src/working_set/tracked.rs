//! Rows of one kind, and the change of each.
//!
//! Promises: a row that was made, changed or removed is told once, changed ones with what they were before the batch.
//! Must not know what a row is.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::RangeBounds;

/// Rows by id.
#[derive(Clone, Debug)]
pub struct TrackedMap<K, V> {
    stored: BTreeMap<K, V>,
    made: BTreeSet<K>,
    before: BTreeMap<K, V>,
}

/// What became of the rows of one kind.
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

impl<K: Copy + Ord, V: Clone + PartialEq> TrackedMap<K, V> {
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

    pub(crate) fn make(&mut self, id: K, row: V) {
        self.made.insert(id);
        self.stored.insert(id, row);
    }

    /// The row, to change it.
    pub(crate) fn change(&mut self, id: K) -> &mut V {
        let row = self.stored.get_mut(&id).expect("a decision changes rows it has looked at");
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

    /// Takes what is recorded, leaving nothing recorded.
    pub(crate) fn take(&mut self) -> TrackedChanges<V> {
        let mut changes = TrackedChanges::default();
        for id in std::mem::take(&mut self.made) {
            changes.made.extend(self.stored.get(&id).cloned());
        }
        for (id, before) in std::mem::take(&mut self.before) {
            match self.stored.get(&id) {
                None => changes.removed.push(before),
                Some(after) if *after != before => changes.changed.push((before, after.clone())),
                Some(_) => {}
            }
        }
        changes
    }
}

//! Category trees, their nodes, and which products are in them (contract C9, C11).
//!
//! Promises: a node's path begins with the path of the node above it, also after a move; `numchild` counts the nodes
//! right below. Must not know channels, nor what makes a move wrong.

use super::products;
use crate::resource::{self, Colocation, Column, Record, RecordChange, Table};
use crate::sql::{statements, values};
use crate::{BoxFuture, Error, Tx};

/// Nodes above each other at the most.
pub const DEPTH_MAX: i64 = 32;
/// The characters of a step of a path: enough for 2,176,782,335 nodes.
const STEP_DIGITS: usize = 6;
/// Sorts behind every character of a path.
const PATH_END: char = '~';

/// The trees that a channel has or has made, which its id ends.
pub const TREES_OF_CHANNEL: &str = "EXISTS (SELECT 1 FROM channel c WHERE (category_tree.id = c.category_tree_id \
                                    OR category_tree.channel_id = c.id) AND c.id = ";

/// The nodes of a channel's tree, which the channel's id ends. The first step of a path is the root's.
pub const NODES_OF_CHANNEL: &str = "EXISTS (SELECT 1 FROM channel c JOIN category_tree t ON t.id = c.category_tree_id \
                                    JOIN category_node r ON r.id = t.root_id \
                                    WHERE r.path = substr(category_node.path, 1, 6) AND c.id = ";

/// The categories of products in a channel's tree, which the channel's id ends.
pub const PRODUCTS_OF_CHANNEL: &str = "EXISTS (SELECT 1 FROM channel c JOIN category_tree t ON t.id = c.category_tree_id \
                                       JOIN category_node r ON r.id = t.root_id JOIN category_node n \
                                       ON substr(n.path, 1, 6) = r.path WHERE n.id = product_category.category_id AND c.id = ";

/// A tree: a name for a root node, which is made and removed with it. `channel_id` is the channel that has made it.
pub static TREES: Table =
    Table::new("category_tree", &[Column::text("name"), Column::id("root_id", &NODES), Column::maybe("channel_id")])
        .tells(|tx, changes| Box::pin(grow(tx, changes)))
        .referenced_by(&[
            ("category_node", "node_id = (SELECT root_id FROM category_tree WHERE id = ?1)"),
            ("product_category", "category_id = (SELECT root_id FROM category_tree WHERE id = ?1)"),
        ]);

/// A node. `node_id` is the one above it; a new one comes with the path of that.
pub static NODES: Table = Table::new(
    "category_node",
    &[
        Column::id("node_id", &NODES),
        Column::text("name"),
        Column::text("path"),
        Column::int("depth", 1),
        Column::int("numchild", 0),
        Column::int("is_active", 1),
        Column::object("extra_field"),
    ],
)
.completed(|node| node.set("path", format!("{}{}", node.text("path").unwrap_or_default(), step(node.id))))
.tells(|tx, changes| Box::pin(hang(tx, changes)));

/// A product in a node.
pub static PRODUCT_CATEGORIES: Table =
    Table::new("product_category", &[Column::id("product_id", &products::PRODUCTS), Column::id("category_id", &NODES)])
        .distributed(Colocation::With("product_id"))
        .counted_by(&["category_id"]);

statements! {
    ROOT = "category_tree.root", "UPDATE category_tree SET root_id = ?2 WHERE id = ?1";
    CHILDREN = "category_node.children", "UPDATE category_node SET numchild = numchild + ?2 WHERE id = ?1";
    MOVE = "category_node.move",
        "UPDATE category_node SET path = CAST(?1 AS TEXT) || substr(path, ?2), depth = depth + ?3
         WHERE path > ?4 AND path < ?5";
    DEEPEST = "category_node.deepest", "SELECT COALESCE(MAX(depth), 0) FROM category_node WHERE path >= ?1 AND path < ?2";
    BELOW = "category_node.below", "SELECT id FROM category_node WHERE node_id = ?1 ORDER BY name LIMIT ?2";
}

/// What a node adds to the path of the one above it.
pub fn step(id: i64) -> String {
    let digit = |place: u32| char::from_digit((id / 36_i64.pow(place) % 36) as u32, 36).unwrap_or('0');
    (0..STEP_DIGITS as u32).rev().map(|place| digit(place).to_ascii_uppercase()).collect()
}

/// The id of the root that a path begins with.
pub fn root_of(path: &str) -> Option<i64> {
    i64::from_str_radix(path.get(..STEP_DIGITS)?, 36).ok()
}

/// How deep the nodes of a path and below it are, counted from the root.
pub async fn deepest(tx: &mut Tx<'_>, path: &str) -> Result<i64, Error> {
    let end = format!("{path}{PATH_END}");
    Ok(tx.first(&DEEPEST, &values![path, end], |row| row.get(0)).await?.unwrap_or_default())
}

/// The nodes right below one, in the order of their ids; the first ones by name where there are more.
pub async fn below(tx: &mut Tx<'_>, node: i64, limit: i64) -> Result<Vec<Record>, Error> {
    let ids = tx.all(&BELOW, &values![node, limit], |row| row.get::<i64>(0)).await?;
    let mut nodes = resource::by_ids(tx, &NODES, &ids).await?;
    nodes.sort_unstable_by_key(|node| node.id);
    Ok(nodes)
}

/// A tree's root comes and goes with it.
async fn grow(tx: &mut Tx<'_>, changes: &[RecordChange]) -> Result<(), Error> {
    for change in changes {
        match (&change.before, &change.after) {
            (None, Some(tree)) => {
                let mut root = Record::new(&NODES, tree.created_at);
                root.set("name", tree.text("name").unwrap_or_default().to_owned());
                let root = insert(tx, root).await?;
                tx.execute(&ROOT, &values![tree.id, root.id]).await?;
            }
            (Some(tree), None) => {
                let root = tree.int("root_id").unwrap_or_default();
                if let Some(root) = resource::locked(tx, &NODES, root).await? {
                    remove(tx, root).await?;
                }
            }
            _ => {}
        }
    }
    Ok(())
}

/// Boxed, since tables that tell each other would make a future without an end.
fn insert<'t>(tx: &'t mut Tx<'_>, root: Record) -> BoxFuture<'t, Record> {
    Box::pin(async move {
        let made = resource::insert(tx, &NODES, vec![root]).await?.pop();
        made.ok_or_else(|| Error::Internal("a root was not made".to_owned()))
    })
}

fn remove<'t>(tx: &'t mut Tx<'_>, root: Record) -> BoxFuture<'t, ()> {
    Box::pin(async move { resource::remove(tx, root).await })
}

/// What is above a node counts it, and what is below moves with it.
async fn hang(tx: &mut Tx<'_>, changes: &[RecordChange]) -> Result<(), Error> {
    for RecordChange { before, after } in changes {
        let above = |node: &Option<Record>| node.as_ref().and_then(|node| node.int("node_id"));
        let (from, to) = (above(before), above(after));
        if from != to {
            for (node, by) in [(from, -1_i64), (to, 1)] {
                if let Some(node) = node {
                    tx.execute(&CHILDREN, &values![node, by]).await?;
                }
            }
        }
        if let (Some(before), Some(after)) = (before, after) {
            let (old, new) = (before.text("path").unwrap_or_default(), after.text("path").unwrap_or_default());
            if old != new {
                let deeper = after.int("depth").unwrap_or_default() - before.int("depth").unwrap_or_default();
                let (rest, end) = (old.len() as i64 + 1, format!("{old}{PATH_END}"));
                tx.execute(&MOVE, &values![new, rest, deeper, old, end]).await?;
            }
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_leads_back_to_its_root() {
        assert_eq!((step(1), step(36), step(2_176_782_335)), ("000001".into(), "000010".into(), "ZZZZZZ".into()));
        for id in [1, 35, 36, 1_000_000, 2_176_782_335] {
            assert_eq!(root_of(&format!("{}{}", step(id), step(7))), Some(id));
        }
        assert_eq!(root_of("0000"), None);
    }
}

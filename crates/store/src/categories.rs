//! Category trees, their nodes, and which products are in them. Must not know channels.

use crate::records::{Column, Table};

/// A tree: a name for a root node.
pub static TREES: Table = Table::new("category_tree", &[Column::text("name"), Column::id("root_id", &NODES)]);

/// A node. `path` begins with the path of the node above it.
pub static NODES: Table = Table::new(
    "category_node",
    &[
        Column::id("parent_id", &NODES),
        Column::text("name"),
        Column::text("path"),
        Column::int("depth", 1),
        Column::int("numchild", 0),
        Column::int("is_active", 1),
        Column::object("extra_field"),
    ],
);

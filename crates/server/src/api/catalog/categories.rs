//! Category trees, their nodes, and which products are in them (contract C9, C11).

use onhand_store::resource::{self, Record};
use onhand_store::tables::categories::{
    self, DEPTH_MAX, NODES, NODES_OF_CHANNEL, PRODUCT_CATEGORIES, PRODUCTS_OF_CHANNEL, TREES, TREES_OF_CHANNEL,
};
use onhand_store::{Error as StoreError, Tx};

use crate::http::context::RequestContext;
use crate::resource::{Draft, Expand, OwnerScope, Resource, Taken, Unique, found, judge, members, write};
use crate::wire::error::Error;
use crate::wire::field::Field;
use crate::wire::filter::{Filter, Kind};
use crate::wire::form;
use crate::wire::joined;
use crate::wire::json::{ApiResponse, Object};
use crate::wire::response_schema::{Property, PropertyType, ResponseSchema, property, response_schema};

/// Children that a node is shown with.
const CHILDREN_MAX: i64 = 10_000;

const ROOT: ResponseSchema = response_schema!("CategoryRoot" {
    pk: Int,
    id: Int,
    path: Text,
});

/// Category trees.
pub static TREE: Resource = Resource {
    unique: &[Unique { index: "category_tree_name", taken: Taken::Field("name") }],
    own: Some(OwnerScope::Among(TREES_OF_CHANNEL)),
    rule: Some(|_, draft| {
        // Until its channel has it, and after: what is made below a channel is that channel's.
        if let (None, Some(channel)) = (draft.before, draft.channel) {
            draft.record.set("channel_id", channel.get());
        }
        judge(Ok(()))
    }),
    more: Some(root),
    ..Resource::new(
        &TREES,
        ("category_trees", "category_trees/{id}"),
        "category tree",
        &[Field::text("name", 128, "Unique name; its root node gets it, too.").required()],
        &response_schema!(resource "CategoryTree" {
            name: Text,
            category_root: One(&ROOT),
        }),
        &[
            Filter::new("pk", "id", Kind::Int),
            Filter::new("id", "id", Kind::Int),
            Filter::new("name", "name", Kind::Text),
            Filter::new("created_date", "created_at", Kind::Time),
            Filter::new("modified_date", "modified_at", Kind::Time),
        ],
    )
};

/// A tree shows its root: a root has no node above it, so its path is its own step.
fn root(property: &str, tree: &Record) -> Option<String> {
    let root = tree.int("root_id").filter(|_| property == "category_root")?;
    let mut text = String::new();
    Object::open(&mut text).int("pk", root).int("id", root).text("path", &categories::step(root)).close();
    Some(text)
}

const NODE_PROPERTIES: [Property; 11] = [
    property("pk", PropertyType::Int),
    property("id", PropertyType::Int),
    property("node", PropertyType::IntOrNull),
    property("name", PropertyType::Text),
    property("path", PropertyType::Text),
    property("depth", PropertyType::Int),
    property("numchild", PropertyType::Int),
    property("is_active", PropertyType::Bool),
    property("extra_field", PropertyType::Object),
    property("created_date", PropertyType::Time),
    property("modified_date", PropertyType::Time),
];

const NODE_VIEW: ResponseSchema = ResponseSchema { name: "CategoryNode", properties: &NODE_PROPERTIES, open: false };

/// A node with those right below it.
pub const NODE_DETAILED: ResponseSchema = ResponseSchema {
    name: "DetailedCategoryNode",
    properties: &joined::<_, 12>(&[&NODE_PROPERTIES, &[property("children", PropertyType::List(&NODE_VIEW))]]),
    open: false,
};

const OWN_NODES: OwnerScope = OwnerScope::Among(NODES_OF_CHANNEL);

/// Category nodes.
pub static NODE: Resource = Resource {
    unique: &[Unique { index: "category_node_node_id", taken: Taken::Field("name") }],
    own: Some(OWN_NODES),
    stirs: true,
    rule: Some(|tx, draft| Box::pin(place(tx, draft))),
    ..Resource::new(
        &NODES,
        ("category_nodes", "category_nodes/{id}"),
        "category node",
        &[
            Field::pk("node", "The node above it; another one moves it, and what is below it.").required(),
            Field::text("name", 255, "Its name, unique below the node above it.").required(),
            Field::bool("is_active", "Whether it is in use. Default true."),
            Field::object("extra_field", "Free data."),
        ],
        &NODE_VIEW,
        &[
            Filter::new("pk", "id", Kind::Int),
            Filter::new("id", "id", Kind::Int),
            Filter::new("node", "COALESCE(node_id, 0)", Kind::Int),
            Filter::new("name", "name", Kind::Text),
            Filter::new("path", "path", Kind::Text),
            Filter::new("depth", "depth", Kind::Int),
            Filter::new("numchild", "numchild", Kind::Int),
            Filter::new("is_active", "is_active", Kind::Bool),
            Filter::new("modified_date", "modified_at", Kind::Time),
        ],
    )
};

/// Where a node hangs: below one that is there and is not below it, within the greatest depth. Callers that move nodes
/// of the same trees wait for each other: two moves, each of which is right, can make a circle together.
async fn place(tx: &mut Tx<'_>, draft: Draft<'_>) -> Result<Result<(), Error>, StoreError> {
    let Draft { record, before, channel, .. } = draft;
    let refused = |text: &str| Ok(Err(Error::field("node", text)));
    let Some(above) = record.int("node_id") else { return Ok(Ok(())) };
    if before.is_some_and(|before| before.int("node_id") == Some(above)) {
        return Ok(Ok(()));
    }
    if before.is_some_and(|before| before.int("node_id").is_none()) {
        return refused("A root cannot be moved.");
    }
    let own = channel.map(|channel| OWN_NODES.condition(channel));
    let Some(target) = resource::find(tx, &NODES, above, own).await? else {
        return Ok(Err(Error::field("node", form::unknown_pk(above))));
    };
    let path = |node: &Record| node.text("path").unwrap_or_default().to_owned();
    let mut roots: Vec<i64> =
        [Some(path(&target)), before.map(path)].iter().flatten().filter_map(|path| categories::root_of(path)).collect();
    roots.sort_unstable();
    for root in roots {
        resource::locked(tx, &NODES, root).await?;
    }
    let Some(target) = resource::locked(tx, &NODES, above).await? else { return Ok(Ok(())) };
    let depth = target.int("depth").unwrap_or_default() + 1;
    let mut deepest = depth;
    match before {
        None => record.set("path", path(&target)),
        Some(before) => {
            let old = path(before);
            if path(&target).starts_with(&old) {
                return refused("A node cannot be moved below itself.");
            }
            deepest += categories::deepest(tx, &old).await? - before.int("depth").unwrap_or_default();
            record.set("path", format!("{}{}", path(&target), categories::step(before.id)));
        }
    }
    if deepest > DEPTH_MAX {
        return refused(&format!("Nodes are at most {DEPTH_MAX} deep."));
    }
    record.set("depth", depth);
    Ok(Ok(()))
}

/// `GET category_nodes/{id}/detailed/`: a node with those right below it.
pub async fn show_detailed(call: RequestContext) -> Result<ApiResponse, Error> {
    let node = found(&call, &NODE).await?;
    let id = node.id;
    let children =
        call.app.store.read("categories.below", async move |tx| categories::below(tx, id, CHILDREN_MAX).await).await?;
    let mut body = String::new();
    members(&NODE, Object::open(&mut body), &node)
        .list("children", &children, |out, child| write(&NODE, out, child))
        .close();
    Ok(ApiResponse::ok(body))
}

const fn in_category(category: PropertyType) -> [Property; 6] {
    [
        property("pk", PropertyType::Int),
        property("id", PropertyType::Int),
        property("product", PropertyType::Int),
        property("category", category),
        property("created_date", PropertyType::Time),
        property("modified_date", PropertyType::Time),
    ]
}

/// What nodes products are in.
pub static PRODUCT_CATEGORY: Resource = Resource {
    unique: &[Unique {
        index: "product_category_product_id",
        taken: Taken::Refused("product_category_duplicated", "This product is in this category already."),
    }],
    fixed: &["product", "category"],
    own: Some(OwnerScope::Among(PRODUCTS_OF_CHANNEL)),
    many: true,
    detail: Some(&Expand {
        paths: ("product_categories/detailed", "product_categories/{id}/detailed"),
        view: &ResponseSchema {
            name: "DetailedProductCategory",
            properties: &in_category(PropertyType::One(&NODE_VIEW)),
            open: false,
        },
        expands: &[("category", &NODE, None)],
    }),
    ..Resource::new(
        &PRODUCT_CATEGORIES,
        ("product_categories", "product_categories/{id}"),
        "product category",
        &[
            Field::pk("product", "The product. It stays.").required(),
            Field::pk("category", "The node it is in. It stays.").required(),
        ],
        &ResponseSchema { name: "ProductCategory", properties: &in_category(PropertyType::Int), open: false },
        &[
            Filter::new("pk", "id", Kind::Int),
            Filter::new("id", "id", Kind::Int),
            Filter::new("product", "product_id", Kind::Int),
            Filter::new("category", "category_id", Kind::Int),
            Filter::new("modified_date", "modified_at", Kind::Time),
        ],
    )
};

//! Placement: where each table is stored on a database that Citus distributes over several machines.
//!
//! Promises: every table has one placement, and the statement that brings it about is written here and nowhere else. A
//! statement is a transaction of its own, as Citus wants it; a table that is already placed is left out, so that an
//! interrupted run is simply repeated. Must not know what the tables are for beyond who reads and writes them.

use crate::sql::Statement;
use crate::{Error, Store, Tx};

/// Where a table lives.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Placement {
    /// Its rows are distributed over the machines by their bucket; equal buckets of all these tables are on the same
    /// machine.
    Distributed(&'static str),
    /// Whole, on every machine: read by every process, written seldom, since each write is made on all machines.
    Reference(&'static str),
    /// Whole, on the coordinator, and known to Citus all the same: what it does not know of, it leaves out when it
    /// decides whether a transaction is one of several machines, and then commits on one machine before the other.
    Local(&'static str),
}

impl Placement {
    /// What brings a table there.
    pub const fn statement(self) -> &'static str {
        let (Self::Distributed(statement) | Self::Reference(statement) | Self::Local(statement)) = self;
        statement
    }
}

/// How far the tables of a database are distributed.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum PlacementState {
    /// There is no Citus in this database.
    No,
    /// Citus is there, and no table of ours is known to it: they are all on one machine, as without it.
    Unused,
    /// Every table is where it belongs.
    Complete,
    /// These are not, others are: a transaction that writes both is not safe.
    Partial(Vec<&'static str>),
}

/// Every table and its placement, in the order in which the tables are placed.
pub const PLACEMENTS: &[(&str, Placement)] = &[
    ("account", Placement::Reference("SELECT create_reference_table('account')")),
    ("token", Placement::Reference("SELECT create_reference_table('token')")),
    ("stock_list", Placement::Reference("SELECT create_reference_table('stock_list')")),
    ("channel", Placement::Reference("SELECT create_reference_table('channel')")),
    ("stock", Placement::Distributed("SELECT create_distributed_table('stock', 'bucket', colocate_with => 'none')")),
    (
        "product",
        Placement::Distributed("SELECT create_distributed_table('product', 'bucket', colocate_with => 'stock')"),
    ),
    (
        "sales_order",
        Placement::Distributed("SELECT create_distributed_table('sales_order', 'bucket', colocate_with => 'stock')"),
    ),
    (
        "order_item",
        Placement::Distributed("SELECT create_distributed_table('order_item', 'bucket', colocate_with => 'stock')"),
    ),
    (
        "reservation",
        Placement::Distributed("SELECT create_distributed_table('reservation', 'bucket', colocate_with => 'stock')"),
    ),
    (
        "mapping",
        Placement::Distributed("SELECT create_distributed_table('mapping', 'bucket', colocate_with => 'stock')"),
    ),
    (
        "movement",
        Placement::Distributed("SELECT create_distributed_table('movement', 'bucket', colocate_with => 'stock')"),
    ),
    (
        "idempotency",
        Placement::Distributed("SELECT create_distributed_table('idempotency', 'bucket', colocate_with => 'stock')"),
    ),
    (
        "package",
        Placement::Distributed("SELECT create_distributed_table('package', 'bucket', colocate_with => 'stock')"),
    ),
    (
        "package_item",
        Placement::Distributed("SELECT create_distributed_table('package_item', 'bucket', colocate_with => 'stock')"),
    ),
    (
        "transfer_order",
        Placement::Distributed("SELECT create_distributed_table('transfer_order', 'bucket', colocate_with => 'stock')"),
    ),
    (
        "transfer_item",
        Placement::Distributed("SELECT create_distributed_table('transfer_item', 'bucket', colocate_with => 'stock')"),
    ),
    (
        "discrepancy",
        Placement::Distributed("SELECT create_distributed_table('discrepancy', 'bucket', colocate_with => 'stock')"),
    ),
    (
        "stock_move",
        Placement::Distributed("SELECT create_distributed_table('stock_move', 'bucket', colocate_with => 'stock')"),
    ),
    (
        "goods_movement",
        Placement::Distributed("SELECT create_distributed_table('goods_movement', 'bucket', colocate_with => 'stock')"),
    ),
    (
        "kept_units",
        Placement::Distributed("SELECT create_distributed_table('kept_units', 'bucket', colocate_with => 'stock')"),
    ),
    (
        "unplanned_item",
        Placement::Distributed("SELECT create_distributed_table('unplanned_item', 'bucket', colocate_with => 'stock')"),
    ),
    (
        "sourcing_queue",
        Placement::Distributed("SELECT create_distributed_table('sourcing_queue', 'bucket', colocate_with => 'stock')"),
    ),
    ("stock_location_address", Placement::Reference("SELECT create_reference_table('stock_location_address')")),
    ("stock_location", Placement::Reference("SELECT create_reference_table('stock_location')")),
    ("price_list", Placement::Reference("SELECT create_reference_table('price_list')")),
    ("catalog", Placement::Reference("SELECT create_reference_table('catalog')")),
    ("catalog_stock_list", Placement::Reference("SELECT create_reference_table('catalog_stock_list')")),
    ("catalog_price_list", Placement::Reference("SELECT create_reference_table('catalog_price_list')")),
    (
        "catalog_item",
        Placement::Distributed("SELECT create_distributed_table('catalog_item', 'bucket', colocate_with => 'stock')"),
    ),
    (
        "product_price",
        Placement::Distributed("SELECT create_distributed_table('product_price', 'bucket', colocate_with => 'stock')"),
    ),
    ("category_tree", Placement::Reference("SELECT create_reference_table('category_tree')")),
    ("category_node", Placement::Reference("SELECT create_reference_table('category_node')")),
    (
        "product_category",
        Placement::Distributed(
            "SELECT create_distributed_table('product_category', 'bucket', colocate_with => 'stock')",
        ),
    ),
    ("country", Placement::Reference("SELECT create_reference_table('country')")),
    ("city", Placement::Reference("SELECT create_reference_table('city')")),
    ("township", Placement::Reference("SELECT create_reference_table('township')")),
    ("district", Placement::Reference("SELECT create_reference_table('district')")),
    ("object_mapping", Placement::Reference("SELECT create_reference_table('object_mapping')")),
    ("cargo_company", Placement::Reference("SELECT create_reference_table('cargo_company')")),
    ("retail_store", Placement::Reference("SELECT create_reference_table('retail_store')")),
    ("retail_store_channel", Placement::Reference("SELECT create_reference_table('retail_store_channel')")),
    (
        "customer",
        Placement::Distributed("SELECT create_distributed_table('customer', 'bucket', colocate_with => 'stock')"),
    ),
    (
        "address",
        Placement::Distributed("SELECT create_distributed_table('address', 'bucket', colocate_with => 'stock')"),
    ),
    ("cancellation_reason", Placement::Reference("SELECT create_reference_table('cancellation_reason')")),
    (
        "cancellation_request",
        Placement::Distributed(
            "SELECT create_distributed_table('cancellation_request', 'bucket', colocate_with => 'stock')",
        ),
    ),
    (
        "order_shipping_info",
        Placement::Distributed(
            "SELECT create_distributed_table('order_shipping_info', 'bucket', colocate_with => 'stock')",
        ),
    ),
    (
        "error_report",
        Placement::Distributed("SELECT create_distributed_table('error_report', 'bucket', colocate_with => 'stock')"),
    ),
    (
        "operational_event",
        Placement::Distributed(
            "SELECT create_distributed_table('operational_event', 'bucket', colocate_with => 'stock')",
        ),
    ),
    ("outbox", Placement::Distributed("SELECT create_distributed_table('outbox', 'bucket', colocate_with => 'stock')")),
    // Work of people, not of programs: seldom, and read by one process.
    ("stock_location_sender", Placement::Local("SELECT citus_add_local_table_to_metadata('stock_location_sender')")),
    ("stock_count", Placement::Local("SELECT citus_add_local_table_to_metadata('stock_count')")),
    ("stock_count_line", Placement::Local("SELECT citus_add_local_table_to_metadata('stock_count_line')")),
    ("import", Placement::Local("SELECT citus_add_local_table_to_metadata('import')")),
    ("import_part", Placement::Local("SELECT citus_add_local_table_to_metadata('import_part')")),
    ("import_chunk", Placement::Local("SELECT citus_add_local_table_to_metadata('import_chunk')")),
    // Read and written by one channel's program at a time, in the order of versions, not of buckets.
    ("change_log", Placement::Local("SELECT citus_add_local_table_to_metadata('change_log')")),
    ("catalog_change", Placement::Local("SELECT citus_add_local_table_to_metadata('catalog_change')")),
    ("list_change", Placement::Local("SELECT citus_add_local_table_to_metadata('list_change')")),
    ("channel_feed", Placement::Local("SELECT citus_add_local_table_to_metadata('channel_feed')")),
    ("channel_cursor", Placement::Local("SELECT citus_add_local_table_to_metadata('channel_cursor')")),
    ("delivery", Placement::Local("SELECT citus_add_local_table_to_metadata('delivery')")),
    ("feed_acknowledgement", Placement::Local("SELECT citus_add_local_table_to_metadata('feed_acknowledgement')")),
    ("integration_action", Placement::Local("SELECT citus_add_local_table_to_metadata('integration_action')")),
    ("batch_request", Placement::Local("SELECT citus_add_local_table_to_metadata('batch_request')")),
    ("failed_integration", Placement::Local("SELECT citus_add_local_table_to_metadata('failed_integration')")),
    // A few rows that every batch writes: on every machine they would have to be written on every machine.
    ("row_counter", Placement::Local("SELECT citus_add_local_table_to_metadata('row_counter')")),
    // A row per kind, written once per thousand ids.
    ("id_range", Placement::Local("SELECT citus_add_local_table_to_metadata('id_range')")),
    // It says whether a transaction was committed, and it is the coordinator that commits.
    ("commit_marker", Placement::Local("SELECT citus_add_local_table_to_metadata('commit_marker')")),
    // Few, and forgotten after some weeks.
    ("geography_report", Placement::Local("SELECT citus_add_local_table_to_metadata('geography_report')")),
    // Read only by the processes that want a lease.
    ("lease", Placement::Local("SELECT citus_add_local_table_to_metadata('lease')")),
    // Migrations are run on the coordinator.
    ("schema_migration", Placement::Local("SELECT citus_add_local_table_to_metadata('schema_migration')")),
];

// These two are not in the registry: only a server has the first table, and only Citus the second.
static EXTENSION: Statement =
    Statement::shared("citus.extension", "SELECT COUNT(*) FROM pg_extension WHERE extname = 'citus'");
static SETTLED: Statement =
    Statement::shared("citus.settled", "SELECT CAST(CAST(logicalrelid AS regclass) AS TEXT) FROM pg_dist_partition");

const MISSING: &str = "the extension citus is not in this database: install Citus on the machines of its PostgreSQL, name \
                       it in shared_preload_libraries, and CREATE EXTENSION citus; nothing was changed";
const ANOTHER_ENGINE: &str = "only PostgreSQL is spread over several machines, by its extension citus; copy the database \
                              there first; nothing was changed";

/// Places every table of a migrated database. Returns the statements that were run.
pub(crate) async fn distribute(store: &Store) -> Result<Vec<&'static str>, Error> {
    let settled = settled(store).await?;
    let mut run = Vec::new();
    for (table, home) in PLACEMENTS {
        let statement = home.statement();
        if !settled.iter().any(|settled| settled == table) {
            store.migrate_tx(async move |tx| move_home(tx, statement).await).await?;
            tracing::info!(statement, "moved a table");
            run.push(statement);
        }
    }
    Ok(run)
}

async fn move_home(tx: &mut Tx<'_>, statement: &str) -> Result<(), Error> {
    match tx {
        Tx::Postgres(session) => session.execute_script(statement).await,
        Tx::Sqlite(_) => Err(Error::PreconditionFailed(ANOTHER_ENGINE.to_owned())),
    }
}

/// The tables that Citus knows.
async fn settled(store: &Store) -> Result<Vec<String>, Error> {
    store.read("citus.settled", async |tx| tx.all(&SETTLED, &[], |row| row.get::<String>(0)).await).await
}

/// Whether the extension is in this database.
async fn is_there(store: &Store) -> Result<bool, Error> {
    let found = store.read("citus.extension", async |tx| tx.first(&EXTENSION, &[], |row| row.get::<i64>(0)).await);
    Ok(found.await? == Some(1))
}

/// Fails where tables cannot be distributed.
pub(crate) async fn check(store: &Store) -> Result<(), Error> {
    if !store.is_shared() {
        return Err(Error::PreconditionFailed(ANOTHER_ENGINE.to_owned()));
    }
    if is_there(store).await? { Ok(()) } else { Err(Error::PreconditionFailed(MISSING.to_owned())) }
}

/// How far the tables are distributed.
pub(crate) async fn look(store: &Store) -> Result<PlacementState, Error> {
    if !store.is_shared() || !is_there(store).await? {
        return Ok(PlacementState::No);
    }
    let settled = settled(store).await?;
    let is_left = |(table, _): &&(&'static str, Placement)| !settled.iter().any(|settled| settled == table);
    let left: Vec<&'static str> = PLACEMENTS.iter().filter(is_left).map(|(table, _)| *table).collect();
    Ok(match left.len() {
        0 => PlacementState::Complete,
        all if all == PLACEMENTS.len() => PlacementState::Unused,
        _ => PlacementState::Partial(left),
    })
}

/// Fails where some tables are distributed and others are not: as long as that is so, nothing is written.
pub(crate) async fn require_whole(store: &Store) -> Result<(), Error> {
    let PlacementState::Partial(left) = look(store).await? else { return Ok(()) };
    Err(Error::PreconditionFailed(format!(
        "onhand migrate --citus is due, with all servers stopped: Citus does not know all tables of this database ({})",
        left.join(", ")
    )))
}

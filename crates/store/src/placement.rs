//! Placement: where each table is stored on a database that Citus distributes over several machines.
//!
//! Promises: every table of the schema has one placement: one with a bucket is distributed, one that is listed here is
//! local, and any other is a reference table. The statement that places a table is written here and nowhere else. A
//! statement is a transaction of its own, as Citus wants it; a table that is already placed is left out, so that an
//! interrupted run is simply repeated. Must not know what the tables are for beyond who reads and writes them.

use crate::schema::{self, SchemaTable};
use crate::sql::Statement;
use crate::{Error, Store, Tx};

/// Where a table lives.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Placement {
    /// Its rows are distributed over the machines by their bucket; equal buckets of all these tables are on the same
    /// machine.
    Distributed,
    /// Whole, on every machine: read by every process, written seldom, since each write is made on all machines.
    Reference,
    /// Whole, on the coordinator, and known to Citus all the same: what it does not know of, it leaves out when it
    /// decides whether a transaction is one of several machines, and then commits on one machine before the other.
    Local,
}

/// The table that the other distributed tables are colocated with, and that is placed before them.
const FIRST: &str = "stock";

/// Tables without a bucket that are local: a reference table would not do.
const LOCAL: &[&str] = &[
    // Migrations are run on the coordinator.
    "schema_migration",
    // A row per kind, written once per thousand ids.
    "id_range",
    // A few rows that every batch writes: on every machine they would have to be written on every machine.
    "row_counter",
    // It says whether a transaction was committed, and it is the coordinator that commits.
    "commit_marker",
    // Read only by the processes that want a lease.
    "lease",
    // Written with every step of background work, by one process at a time.
    "retention",
    // Work of people, not of programs: seldom, and read by one process.
    "stock_location_sender",
    "stock_count",
    "stock_count_line",
    "stock_transfer",
    "stock_transfer_line",
    "import",
    "import_part",
    "import_chunk",
    "column_mapping",
    "price_column_mapping",
    // Read and written by one channel's program at a time, in the order of sequence numbers, not of buckets.
    "change_log",
    "catalog_change",
    "list_change",
    "channel_feed",
    "channel_cursor",
    "delivery",
    "feed_acknowledgement",
    "integration_action",
    "batch_request",
    "failed_integration",
    // Written by one worker, and read by people who search.
    "product_word",
    "product_word_progress",
    // A few rows a minute of each process.
    "activity",
    // Few, and forgotten after some weeks.
    "geography_report",
    // Written and read by one worker, in the order of a counter that is local, too.
    "event_pending",
    "event_log",
    "event_reader",
    "webhook_delivery",
];

impl Placement {
    /// The statement that places a table so.
    pub fn statement(self, table: &str) -> String {
        match self {
            Self::Distributed => {
                let other = if table == FIRST { "none" } else { FIRST };
                format!("SELECT create_distributed_table('{table}', 'bucket', colocate_with => '{other}')")
            }
            Self::Reference => format!("SELECT create_reference_table('{table}')"),
            Self::Local => format!("SELECT citus_add_local_table_to_metadata('{table}')"),
        }
    }
}

/// Every table of the schema and its placement, in the order in which the tables are placed.
pub fn placements() -> Vec<(&'static str, Placement)> {
    let placed = |table: &'static SchemaTable| {
        let name = table.name.as_str();
        if table.has("bucket") {
            (name, Placement::Distributed)
        } else if LOCAL.contains(&name) {
            (name, Placement::Local)
        } else {
            (name, Placement::Reference)
        }
    };
    let mut all: Vec<_> = schema::tables().iter().map(placed).collect();
    all.sort_by_key(|(table, _)| *table != FIRST);
    all
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

// These two are not in the registry: only a server has the first table, and only Citus the second.
static EXTENSION: Statement =
    Statement::shared("citus.extension", "SELECT COUNT(*) FROM pg_extension WHERE extname = 'citus'");
static SETTLED: Statement =
    Statement::shared("citus.settled", "SELECT CAST(CAST(logicalrelid AS regclass) AS TEXT) FROM pg_dist_partition");

const MISSING: &str = "the extension citus is not in this database: install Citus on the machines of its PostgreSQL, name \
                       it in shared_preload_libraries, and CREATE EXTENSION citus; nothing was changed";
const ANOTHER_ENGINE: &str = "only PostgreSQL is distributed over several machines, by its extension citus; copy the database \
                              there first; nothing was changed";

/// Places every table of a migrated database. Returns the statements that were run.
pub(crate) async fn distribute(store: &Store) -> Result<Vec<String>, Error> {
    let settled = settled(store).await?;
    let mut run = Vec::new();
    for (table, placement) in placements() {
        if !settled.iter().any(|settled| settled == table) {
            let statement = placement.statement(table);
            let sent = statement.clone();
            store.migrate_tx(async move |tx| move_home(tx, &sent).await).await?;
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
pub(crate) async fn state(store: &Store) -> Result<PlacementState, Error> {
    if !store.is_shared() || !is_there(store).await? {
        return Ok(PlacementState::No);
    }
    let settled = settled(store).await?;
    let mut left: Vec<&'static str> = placements().into_iter().map(|(table, _)| table).collect();
    let all = left.len();
    left.retain(|table| !settled.iter().any(|settled| settled == table));
    Ok(match left.len() {
        0 => PlacementState::Complete,
        some if some == all => PlacementState::Unused,
        _ => PlacementState::Partial(left),
    })
}

/// Fails where some tables are distributed and others are not: as long as that is so, nothing is written.
pub(crate) async fn require_whole(store: &Store) -> Result<(), Error> {
    let PlacementState::Partial(left) = state(store).await? else { return Ok(()) };
    Err(Error::PreconditionFailed(format!(
        "onhand migrate --citus is due, with all servers stopped: Citus does not know all tables of this database ({})",
        left.join(", ")
    )))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn local_tables_are_of_the_schema_and_have_no_bucket() {
        let is_local = |name: &&&str| placements().contains(&(**name, Placement::Local));
        assert_eq!(LOCAL.iter().filter(is_local).count(), LOCAL.len());
        assert_eq!(placements()[0], (FIRST, Placement::Distributed));
    }
}

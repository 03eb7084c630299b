//! Copying: a whole database into an empty one, whatever the two engines are.
//!
//! Promises: the source is read on one snapshot; the target gets everything in one transaction, which is committed only
//! after it was counted and verified, so a copy that fails or is cut off leaves nothing. What belongs to the processes
//! of the source stays there. Must not know what the rows mean.

mod tables;

use tokio::sync::mpsc::{self, Receiver, Sender};

pub use self::tables::tables;
use self::tables::together;
use crate::engine::Row;
use crate::placement::PlacementState;
use crate::schema::SchemaTable;
use crate::{Error, Store, Tx, Value, verify};

/// Chunks on their way.
const CHUNKS: usize = 2;
/// Filling it row by row, a statement each, in one transaction would take days.
const DISTRIBUTED_TARGET: &str = "the target is distributed over several machines: copy to one that is not yet, then run \
                                  onhand migrate --citus, which moves the rows; nothing was changed";
/// What one side says when the other has failed.
const GONE: &str = "the other side of the copy has gone";

/// How a copy goes on.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum CopyProgress {
    /// So many rows are to be copied.
    Begins(i64),
    /// So many more rows of this table are in the target.
    Copied(&'static str, i64),
    /// The target is checked against this rule.
    Checks(&'static str),
}

/// What was copied of a table.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Copied {
    /// Its name.
    pub table: &'static str,
    /// Its rows.
    pub rows: i64,
}

type Rows = Vec<Vec<Value<'static>>>;

/// What the reading side tells the writing side.
enum Message {
    Begins(i64),
    Chunk(&'static SchemaTable, Rows),
    Ends,
}

/// Copies everything. A target with rows, or one that is distributed over several machines, is
/// [`Error::PreconditionFailed`], and so is a source whose schema is not current or that does not add up.
pub async fn run(
    source: &Store,
    target: &Store,
    told: impl Fn(CopyProgress) + Send + Sync + 'static,
) -> Result<Vec<Copied>, Error> {
    let schema = source.schema().await?;
    if !schema.missing.is_empty() {
        let text = format!("the source has schema version {}: run onhand migrate on it first", schema.version);
        return Err(Error::PreconditionFailed(text));
    }
    if matches!(target.placement().await?, PlacementState::Complete | PlacementState::Partial(_)) {
        return Err(Error::PreconditionFailed(DISTRIBUTED_TARGET.to_owned()));
    }
    target.migrate().await?;
    let (sender, receiver) = mpsc::channel(CHUNKS);
    let (read, written) = tokio::join!(
        source.read_unbounded("copy.read", async move |tx| unload(tx, &sender).await),
        target.migrate_tx(async move |tx| load(tx, receiver, &told).await),
    );
    match (read, written) {
        (Err(fault), Err(Error::Internal(text))) if text == GONE => Err(fault),
        (_, written) => written,
    }
}

/// Reads every table, by its key.
async fn unload(tx: &mut Tx<'_>, sender: &Sender<Message>) -> Result<(), Error> {
    let mut counts = Vec::new();
    for table in tables() {
        counts.push(table.count(tx).await?);
    }
    send(tx, sender, Message::Begins(counts.iter().sum())).await?;
    for (table, count) in tables().zip(counts) {
        let mut read = 0;
        let mut rows = table.first(tx).await?;
        while let Some(last) = rows.last() {
            let after = last[..table.key.len()].to_vec();
            read += rows.len() as i64;
            let is_full = rows.len() == together(table);
            send(tx, sender, Message::Chunk(table, rows)).await?;
            rows = if is_full { table.after(tx, &after).await? } else { Vec::new() };
        }
        if read != count {
            return Err(Error::Internal(format!("{} has {count} rows, and {read} were read", table.name)));
        }
    }
    send(tx, sender, Message::Ends).await
}

/// Writes what is read, counts it and verifies it.
async fn load(
    tx: &mut Tx<'_>,
    mut receiver: Receiver<Message>,
    told: &(impl Fn(CopyProgress) + Sync),
) -> Result<Vec<Copied>, Error> {
    for table in tables() {
        if !table.is_empty(tx).await? {
            return Err(Error::PreconditionFailed(format!(
                "the target is not empty: there are rows in {}",
                table.name
            )));
        }
    }
    let mut copied: Vec<Copied> = tables().map(|table| Copied { table: &table.name, rows: 0 }).collect();
    loop {
        match receive(tx, &mut receiver).await? {
            Message::Begins(rows) => told(CopyProgress::Begins(rows)),
            Message::Chunk(table, rows) => {
                let rows = table.insert(tx, rows).await?;
                copied.iter_mut().filter(|copied| copied.table == table.name).for_each(|copied| copied.rows += rows);
                told(CopyProgress::Copied(&table.name, rows));
            }
            Message::Ends => break,
        }
    }
    for (table, copied) in tables().zip(&copied) {
        let found = table.count(tx).await?;
        if found != copied.rows {
            let text = format!("{} rows of {} were written, and {found} are there", copied.rows, table.name);
            return Err(Error::Internal(text));
        }
    }
    check(tx, told).await?;
    Ok(copied)
}

/// Checks the target against every rule.
async fn check(tx: &mut Tx<'_>, told: &(impl Fn(CopyProgress) + Sync)) -> Result<(), Error> {
    if let Tx::Postgres(session) = tx {
        // It has not seen yet how much there is, and plans by that.
        session.execute_script("ANALYZE").await?;
    }
    for rule in 0..verify::rules() {
        let (name, differences) = verify::check(tx, rule).await?;
        told(CopyProgress::Checks(name));
        if let Some(verify::Difference { id, expected, found, .. }) = differences.first() {
            let text = format!(
                "the source does not add up ({name}: id {id}: expected {expected}, found {found}), so nothing was copied; \
                 onhand verify on the source shows all of it"
            );
            return Err(Error::PreconditionFailed(text));
        }
    }
    Ok(())
}

/// The embedded engine's transactions have a thread of their own and wait for nothing but their statements and us; the
/// server engine's share theirs.
async fn send(tx: &mut Tx<'_>, sender: &Sender<Message>, message: Message) -> Result<(), Error> {
    let sent = match tx {
        Tx::Sqlite(_) => sender.blocking_send(message),
        Tx::Postgres(_) => sender.send(message).await,
    };
    sent.map_err(|_| Error::Internal(GONE.to_owned()))
}

async fn receive(tx: &mut Tx<'_>, receiver: &mut Receiver<Message>) -> Result<Message, Error> {
    let received = match tx {
        Tx::Sqlite(_) => receiver.blocking_recv(),
        Tx::Postgres(_) => receiver.recv().await,
    };
    received.ok_or_else(|| Error::Internal(GONE.to_owned()))
}

/// Statements, put together from the names of the schema.
impl SchemaTable {
    fn columns(&self) -> Vec<&str> {
        self.key.iter().chain(&self.rest).map(String::as_str).collect()
    }

    async fn count(&self, tx: &mut Tx<'_>) -> Result<i64, Error> {
        let counts = tx.all_composed(&format!("SELECT COUNT(*) FROM {}", self.name), &[], |row| row.get(0)).await?;
        Ok(counts.first().copied().unwrap_or_default())
    }

    async fn is_empty(&self, tx: &mut Tx<'_>) -> Result<bool, Error> {
        let sql = format!("SELECT 1 FROM {} LIMIT 1", self.name);
        Ok(tx.all_composed(&sql, &[], |row| row.get::<i64>(0)).await?.is_empty())
    }

    async fn first(&self, tx: &mut Tx<'_>) -> Result<Rows, Error> {
        self.window(tx, "", &[]).await
    }

    async fn after(&self, tx: &mut Tx<'_>, key: &[Value<'static>]) -> Result<Rows, Error> {
        let condition = format!("WHERE ({}) > ({})", self.key.join(", "), places(key.len()));
        self.window(tx, &condition, key).await
    }

    async fn window(&self, tx: &mut Tx<'_>, condition: &str, values: &[Value<'_>]) -> Result<Rows, Error> {
        let (columns, key, width) = (self.columns().join(", "), self.key.join(", "), self.columns().len());
        let sql = format!("SELECT {columns} FROM {} {condition} ORDER BY {key} LIMIT {}", self.name, together(self));
        let read = |row: &Row<'_>| (0..width).map(|index| row.get(index)).collect();
        tx.all_composed(&sql, values, read).await
    }

    async fn insert(&self, tx: &mut Tx<'_>, rows: Rows) -> Result<i64, Error> {
        let columns = self.columns();
        let places = places(columns.len());
        let sql = format!("INSERT INTO {} ({}) VALUES ({places})", self.name, columns.join(", "));
        let written = tx.execute_bulk_composed(&sql, rows).await;
        written.map(|rows| rows as i64).map_err(|fault| match fault {
            Error::Internal(text) => Error::Internal(format!("{}: {text}", self.name)),
            other => other,
        })
    }
}

/// `?1, ?2, …`.
fn places(count: usize) -> String {
    (1..=count).map(|number| format!("?{number}")).collect::<Vec<_>>().join(", ")
}

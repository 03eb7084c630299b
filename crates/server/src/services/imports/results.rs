//! Some rows of an import by how they ended, page by page: those that failed, those that changed something.
//!
//! Promises: a page costs what its rows cost, plus a list of the chunks. Must not know why a row ended as it did.

use onhand_core::ImportId;
use onhand_store::imports::{self, Counts};
use onhand_store::{Error, Tx};

use super::row_results::{self, ResultStatus, RowResult};

/// Which part of a list of rows: those after the first `skip`, no more than `limit`.
#[derive(Clone, Copy, Debug)]
pub struct Part {
    /// Rows before it.
    pub skip: i64,
    /// Rows in it.
    pub limit: usize,
}

/// The rows that failed.
pub async fn failures(tx: &mut Tx<'_>, import: ImportId, part: Part) -> Result<Vec<RowResult>, Error> {
    let is_failed = |row: &RowResult| matches!(row.end, ResultStatus::Failed { .. });
    some(tx, import, part, (|counts| counts.failed, is_failed)).await
}

/// The rows that changed something; in a dry run, those that would.
pub async fn changes(tx: &mut Tx<'_>, import: ImportId, part: Part) -> Result<Vec<RowResult>, Error> {
    some(tx, import, part, (|counts| counts.created + counts.updated, RowResult::is_change)).await
}

/// The rows of one kind, told by a chunk's sums and by a row.
type RowFilter = (fn(Counts) -> i64, fn(&RowResult) -> bool);

async fn some(tx: &mut Tx<'_>, import: ImportId, part: Part, kind: RowFilter) -> Result<Vec<RowResult>, Error> {
    let (mut passed, mut found) = (0, Vec::new());
    for (number, counts) in imports::sums(tx, import).await? {
        let here = kind.0(counts);
        if here > 0 && passed + here > part.skip {
            let Some(chunk) = imports::chunk(tx, import, number).await? else { break };
            let rows = row_results::decode(&chunk.results).map_err(|fault| Error::Internal(fault.to_string()))?;
            let of_kind = rows.into_iter().filter(kind.1);
            found.extend(of_kind.skip((part.skip - passed).max(0) as usize));
        }
        passed += here;
        if found.len() >= part.limit {
            break;
        }
    }
    found.truncate(part.limit);
    Ok(found)
}

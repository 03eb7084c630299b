//! The rows of an import that were not taken, page by page.
//!
//! Promises: a page costs what its rows cost, plus a list of the chunks that have such rows. Must not know why.

use onhand_core::ImportId;
use onhand_store::{Tx, imports};

use super::outcomes::{self, End, RowOutcome};

/// The rows after the first `skip`, no more than `limit`.
pub async fn page(
    tx: &mut Tx<'_>,
    import: ImportId,
    skip: i64,
    limit: usize,
) -> Result<Vec<RowOutcome>, onhand_store::Error> {
    let (mut passed, mut found) = (0, Vec::new());
    for (number, failed) in imports::failures(tx, import).await? {
        if passed + failed > skip {
            let Some(chunk) = imports::chunk(tx, import, number).await? else { break };
            let rows =
                outcomes::decode(&chunk.outcomes).map_err(|fault| onhand_store::Error::Internal(fault.to_string()))?;
            let failures = rows.into_iter().filter(|row| matches!(row.end, End::Failed { .. }));
            found.extend(failures.skip((skip - passed).max(0) as usize));
        }
        passed += failed;
        if found.len() >= limit {
            break;
        }
    }
    found.truncate(limit);
    Ok(found)
}

//! Audit: every number of a database is computed again and compared with the stored one.
//!
//! Promises: all rules look at one snapshot, so that a running server cannot make them disagree, and nothing is
//! written. Must not know how a difference is told, and repairs none.

use onhand_store::Store;
use onhand_store::verify::{self, Difference, Extent};

use super::ServiceError;

/// What was found.
#[derive(Debug)]
pub struct Audit {
    /// How much was looked at.
    pub extent: Extent,
    /// What does not add up.
    pub differences: Vec<Difference>,
}

/// How many rules there are.
pub fn rules() -> usize {
    verify::rules()
}

/// Checks all rules. `checked` is told the name of each rule when it has been checked.
pub async fn run(
    store: &Store,
    checked: impl Fn(&'static str) + Clone + Send + Sync + 'static,
) -> Result<Audit, ServiceError> {
    let extent = store.read_unbounded("verify.extent", async |tx| verify::extent(tx).await).await?;
    let differences = store
        .read_unbounded("verify", async move |tx| {
            let mut all = Vec::new();
            for rule in 0..verify::rules() {
                let (name, found) = verify::check(tx, rule).await?;
                checked(name);
                all.extend(found);
            }
            Ok(all)
        })
        .await?;
    // Another process may have begun to change a file that no process had open.
    store.check_files()?;
    Ok(Audit { extent, differences })
}

//! Importing stock lists: a file with names, codes and whether each list follows the ERP.
//!
//! Promises: a list that is there as the row says is left alone; one that differs is a fault of the row, because a file
//! makes lists and changes none. Must not know file formats.

use std::sync::Arc;

use onhand_store::imports::ImportRow;

use super::Stopped;
use crate::app::App;

/// Makes the lists of a file.
pub(super) async fn run(_app: &Arc<App>, _import: &ImportRow) -> Result<Option<String>, Stopped> {
    Err(Stopped::Never("not yet".to_owned()))
}

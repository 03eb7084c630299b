//! Stock lists: a new one, and an edit.
//!
//! Promises: name and code are unique, and both faults are told at once, also where two processes write at the same
//! time. Must not know which lists a requester may see.

use onhand_core::{MoveRegistration, ReleaseMode, StockListId};
use onhand_store::tables::stock_lists::{self, StockListRow};
use onhand_store::{Error, Tx};

use super::{ServiceError, Services};

/// What is to be set of a stock list; what is `None` stays as it is.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct StockListEdit {
    /// Its name.
    pub name: Option<String>,
    /// Its id in the ERP, or that it has none.
    pub code: Option<Option<String>>,
    /// Whether it follows the ERP.
    pub is_auto_sync: Option<bool>,
    /// Whether released units stay off sale until the next level.
    pub release_mode: Option<ReleaseMode>,
    /// Until when moves stay off sale.
    pub moves_settle: Option<MoveRegistration>,
    /// Whether the ERP's code of a line is one line's.
    pub is_item_code_unique: Option<bool>,
    /// The age of a level that arrives without a time.
    pub snapshot_delay_seconds: Option<i64>,
    /// The zone of times without an offset, or that it has none of its own.
    pub time_zone: Option<Option<String>>,
}

impl StockListEdit {
    fn fill(self, list: StockListRow) -> StockListRow {
        StockListRow {
            name: self.name.unwrap_or(list.name),
            code: self.code.unwrap_or(list.code),
            is_auto_sync: self.is_auto_sync.unwrap_or(list.is_auto_sync),
            release_mode: self.release_mode.unwrap_or(list.release_mode),
            moves_settle: self.moves_settle.unwrap_or(list.moves_settle),
            is_item_code_unique: self.is_item_code_unique.unwrap_or(list.is_item_code_unique),
            snapshot_delay_seconds: self.snapshot_delay_seconds.unwrap_or(list.snapshot_delay_seconds),
            time_zone: self.time_zone.unwrap_or(list.time_zone),
            ..list
        }
    }
}

/// Makes a stock list.
pub async fn create(services: &Services, new: StockListEdit) -> Result<StockListRow, ServiceError> {
    let now = services.clock.now();
    let empty = StockListRow {
        id: StockListId::new(0),
        name: String::new(),
        code: None,
        is_auto_sync: true,
        release_mode: ReleaseMode::default(),
        moves_settle: MoveRegistration::default(),
        is_item_code_unique: true,
        snapshot_delay_seconds: 0,
        time_zone: None,
        created_at: now,
        modified_at: now,
    };
    let says = new.is_auto_sync.is_some() || services.config.strict_auto_sync;
    let list = new.fill(empty);
    check_auto_sync(&list, says)?;
    let body = async move |tx: &mut Tx<'_>| match clashes(tx, &list).await? {
        Some(fault) => Ok(Err(fault)),
        None => Ok(Ok(stock_lists::insert(tx, &list).await?)),
    };
    services.store.write("stock_lists.insert", body).await.map_err(taken)?
}

/// Changes a stock list.
pub async fn update(services: &Services, id: StockListId, edit: StockListEdit) -> Result<StockListRow, ServiceError> {
    let now = services.clock.now();
    let says = edit.is_auto_sync.is_some() || edit.code.is_some() || services.config.strict_auto_sync;
    let body = async move |tx: &mut Tx<'_>| {
        let Some(before) = stock_lists::locked(tx, id).await? else { return Ok(Err(ServiceError::NotFound)) };
        let mut list = edit.fill(before);
        list.modified_at = now.later_than(list.modified_at);
        if let Err(fault) = check_auto_sync(&list, says) {
            return Ok(Err(fault));
        }
        if let Some(fault) = clashes(tx, &list).await? {
            return Ok(Err(fault));
        }
        stock_lists::update(tx, &list).await?;
        Ok(Ok(list))
    };
    services.store.write("stock_lists.update", body).await.map_err(taken)?
}

/// Auto sync needs a code. The vendor's own example creates a list with neither and succeeds, so this counts only
/// when the requester says something about it (contract X7).
fn check_auto_sync(list: &StockListRow, says: bool) -> Result<(), ServiceError> {
    match says && list.is_auto_sync && list.code.is_none() {
        true => Err(ServiceError::rule("product_stock_400_2", "Code is required when is_auto_sync is true.")),
        false => Ok(()),
    }
}

const NAME_TAKEN: &str = "stock list with this name already exists.";
const CODE_TAKEN: &str = "stock list with this code already exists.";

/// Name and code are unique; both faults are found at once.
async fn clashes(tx: &mut Tx<'_>, list: &StockListRow) -> Result<Option<ServiceError>, Error> {
    let taken = stock_lists::taken(tx, list).await?;
    let name = taken.name.then(|| ("name", NAME_TAKEN.to_owned()));
    let code = taken.code.then(|| ("code", CODE_TAKEN.to_owned()));
    let faults: Vec<_> = name.into_iter().chain(code).collect();
    Ok((!faults.is_empty()).then_some(ServiceError::Fields(faults)))
}

/// Two processes may write the same name at once: then the index says so.
fn taken(fault: Error) -> ServiceError {
    match fault {
        fault if fault.is_taken("stock_list_name") => ServiceError::field("name", NAME_TAKEN),
        fault if fault.is_taken("stock_list_code") => ServiceError::field("code", CODE_TAKEN),
        fault => fault.into(),
    }
}

//! Levels that a person edits by hand, one stock at a time: what an edit would do, the edit, and undoing it or any write.
//!
//! Promises: an edit that was made on what somebody has written over meanwhile changes nothing; a difference loses no
//! edit that came between; what an edit settled is not undone. Orders do not matter to an edit. Must not know how an
//! edit is typed or shown.

use onhand_core::commands::{
    Expected, ImportStock, ImportStocks, ImportedStock, LevelChange, ReservedChange, RowStatus, UndoFault, undo_row,
};
use onhand_core::rejection::RowRejection;
use onhand_core::{
    Command, Context, Explanation, MovementId, Outcome, Quantity, Rejection, Stock, StockId, StockListId, Timestamp,
    UnitType,
};
use onhand_store::Tx;
use onhand_store::tables::{movements, product_stocks};
use serde::{Deserialize, Serialize};

use super::submission::{AnswerRecord, Submitted};
use super::{Requester, ServiceError, Services};
use crate::writer;

/// A change of a stock level.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum LevelEdit {
    /// This is the level.
    Set(Quantity),
    /// So many units more, or less if it is negative.
    Add(i64),
}

/// What an edit would do.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct LevelPreview {
    /// The stock as it is.
    pub before: Stock,
    /// The stock as it would be.
    pub after: Stock,
}

/// What is kept of an edit, so that it can be taken back.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct WrittenLevel {
    /// The list.
    pub list: i64,
    /// The stock.
    pub stock: i64,
    /// Its SKU.
    pub sku: String,
    /// The level before it.
    pub before: i64,
    /// The level after it.
    pub after: i64,
    /// What takes it back, if anything can.
    back: Option<Back>,
}

#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
struct Back {
    difference: i64,
    external: i64,
    is_kilogram: bool,
    snapshot_at: Option<i64>,
    movement: i64,
    left_at: Option<i64>,
}

/// What an edit would do to a stock now.
pub async fn preview(
    services: &Services,
    requester: &Requester,
    stock: StockId,
    edit: LevelEdit,
) -> Result<LevelPreview, ServiceError> {
    let context = Context { actor: requester.account, now: services.clock.now() };
    let body = async move |tx: &mut Tx<'_>| {
        let Some(stored) = product_stocks::by_id(tx, stock).await? else { return Ok(Err(Rejection::NotFound)) };
        let decided = writer::preview_stocks(tx, &of_row(&stored, edit, None, None), context).await?;
        Ok(decided.map(|(outcome, changed)| (stored, outcome, changed)))
    };
    // Rows are locked as for the edit itself, so that the numbers are of one moment.
    let (stored, outcome, mut changed) = services.store.write("stocks.preview_level", body).await??;
    if let Some(fault) = rejection(&outcome) {
        return Err(rejected(fault.clone()));
    }
    let own = changed.iter().position(|(before, _)| before.id == stock);
    let (before, after) = own.map_or_else(|| (stored.clone(), stored.clone()), |at| changed.swap_remove(at));
    Ok(LevelPreview { before, after })
}

/// Why the row of an edit was rejected, if it was.
fn rejection(outcome: &Outcome) -> Option<&RowRejection> {
    match outcome {
        Outcome::StocksImported(rows) => match &rows.first()?.status {
            RowStatus::Rejected(fault) => Some(fault),
            _ => None,
        },
        _ => None,
    }
}

fn of_row(stock: &Stock, edit: LevelEdit, expected: Option<Expected>, said: Option<Explanation>) -> Command {
    let level = match edit {
        LevelEdit::Set(level) => LevelChange::Level(level),
        LevelEdit::Add(units) => LevelChange::Difference(units),
    };
    let row = ImportStock {
        sku: stock.sku.clone(),
        level,
        reserved: ReservedChange::Keep,
        unit: None,
        snapshot_at: None,
        expected,
    };
    by_hand(stock.list, row, said)
}

fn by_hand(list: StockListId, row: ImportStock, explanation: Option<Explanation>) -> Command {
    Command::ImportStocks(ImportStocks {
        import: None,
        list,
        rows: vec![row],
        create_unknown_products: false,
        explanation,
    })
}

/// Changes the level of a stock, if it is as expected, and keeps what is said of it.
pub async fn write(
    services: &Services,
    requester: &Requester,
    stock: &Stock,
    (edit, expected, said): (LevelEdit, Option<Expected>, Option<Explanation>),
    record: Option<AnswerRecord>,
) -> Result<Submitted, ServiceError> {
    let command = of_row(stock, edit, expected, said);
    decided(services.submit_once(requester, command, record).await?)
}

/// Takes an edit back, unless something has happened to the stock since.
pub async fn take_back(
    services: &Services,
    requester: &Requester,
    edit: &WrittenLevel,
    record: Option<AnswerRecord>,
) -> Result<Submitted, ServiceError> {
    let back = edit.back.as_ref().ok_or_else(|| rejected(RowRejection::Settled))?;
    let time = |micros: Option<i64>| micros.map(Timestamp::from_micros);
    let expected = Expected::Movement { id: MovementId::new(back.movement), snapshot_at: time(back.left_at) };
    let row = ImportStock {
        sku: edit.sku.clone(),
        level: LevelChange::Back { difference: back.difference, snapshot_at: time(back.snapshot_at) },
        reserved: ReservedChange::Difference(back.external),
        unit: Some(if back.is_kilogram { UnitType::Kilogram } else { UnitType::Piece }),
        snapshot_at: None,
        expected: Some(expected),
    };
    decided(services.submit_once(requester, by_hand(StockListId::new(edit.list), row, None), record).await?)
}

/// Undoes the write that a movement records, unless something has happened to the stock since.
pub async fn undo(
    services: &Services,
    requester: &Requester,
    (stock, movement): (&Stock, MovementId),
    record: Option<AnswerRecord>,
) -> Result<Submitted, ServiceError> {
    let body = async move |tx: &mut Tx<'_>| movements::by_ids(tx, [&movement]).await;
    let found = services.store.read_inline("movements.by_id", body).await?.pop();
    let movement = found.filter(|movement| movement.stock == stock.id).ok_or(ServiceError::NotFound)?;
    let row = undo_row(&movement, &stock.sku).map_err(not_undone)?;
    let submitted = services.submit_once(requester, by_hand(stock.list, row, None), record).await?;
    match &submitted {
        Submitted::Now(outcome) => match rejection(outcome) {
            Some(RowRejection::TouchedSince) => Err(not_undone(UndoFault::TouchedSince)),
            Some(fault) => Err(rejected(fault.clone())),
            None => Ok(submitted),
        },
        Submitted::Before(_) => Ok(submitted),
    }
}

fn not_undone(fault: UndoFault) -> ServiceError {
    let (code, text) = match fault {
        UndoFault::NoWrite => ("not_a_write", "Only a written stock level can be undone here."),
        UndoFault::Settled => (
            "settled",
            "The level contained registered order lines, so it cannot be undone; write the new level instead.",
        ),
        UndoFault::TouchedSince => {
            ("touched_since", "Something has happened to this stock since the write; it was left as it is.")
        }
    };
    ServiceError::rule(code, text)
}

fn decided(submitted: Submitted) -> Result<Submitted, ServiceError> {
    match &submitted {
        Submitted::Now(outcome) => match rejection(outcome) {
            Some(fault) => Err(rejected(fault.clone())),
            None => Ok(submitted),
        },
        Submitted::Before(_) => Ok(submitted),
    }
}

fn rejected(fault: RowRejection) -> ServiceError {
    Rejection::Rows(vec![(0, fault)]).into()
}

/// What an edit has done to the stock of a list, as it is kept; none if it was rejected.
pub fn done(outcome: &Outcome, list: StockListId, sku: &str) -> Option<WrittenLevel> {
    let Outcome::StocksImported(rows) = outcome else { return None };
    let row: &ImportedStock = rows.first().filter(|row| !matches!(row.status, RowStatus::Rejected(_)))?;
    let (after, stock) = (row.after?, row.stock?);
    let undo = row.undo(sku).ok().flatten();
    let back = undo.and_then(|undo| match (undo.level, undo.reserved, undo.expected) {
        (
            LevelChange::Back { difference, snapshot_at },
            ReservedChange::Difference(external),
            Some(Expected::Movement { id, snapshot_at: left_at }),
        ) => Some(Back {
            difference,
            external,
            is_kilogram: undo.unit == Some(UnitType::Kilogram),
            snapshot_at: snapshot_at.map(Timestamp::micros),
            movement: id.get(),
            left_at: left_at.map(Timestamp::micros),
        }),
        _ => None,
    });
    let before = row.before.map_or(0, |before| before.on_hand);
    Some(WrittenLevel { list: list.get(), stock: stock.get(), sku: sku.to_owned(), before, after: after.on_hand, back })
}

impl WrittenLevel {
    /// Whether it can be taken back, as far as is known.
    pub const fn can_be_taken_back(&self) -> bool {
        self.back.is_some()
    }
}

/// Whether an edit was rejected because somebody has written the level since it was seen.
pub fn is_written_over(fault: &ServiceError) -> bool {
    let is_stale = |fault: &RowRejection| matches!(fault, RowRejection::StaleRow);
    matches!(fault, ServiceError::Rejection(Rejection::Rows(faults)) if faults.iter().any(|(_, fault)| is_stale(fault)))
}

//! Imports on both sides: random rows of files, and the way from them to commands and back to verdicts.
//!
//! Promises: what a row expects is what the working set showed when it was last looked at, never what the model thinks.
//! Must not know what should come out.

use std::collections::BTreeMap;

use onhand_core::commands::{Expected, ImportStock, ImportStocks, LevelChange, ReservedChange};
use onhand_core::{
    Command, ImportId, ImportedStock, Outcome, Quantity, RowStatus, Stock, StockListId, Timestamp, UnitType, Written,
};
use proptest::prelude::*;

use super::naive::{Became, Change, ImportRow, Imported, Key, LISTS, SKUS, Verdict};
use super::{Pair, SKU_NAMES, Step, ago, fault_of, list_id, units};

/// What was written in each stock when it was last looked at.
pub(crate) type Seen = BTreeMap<Key, Option<Written>>;

/// An import that was decided: its list, its SKUs, the result of each row.
pub(crate) struct Import {
    list: StockListId,
    rows: Vec<(String, ImportedStock)>,
}

fn change(most: i64) -> impl Strategy<Value = Change> {
    prop_oneof![
        2 => Just(Change::Keep),
        4 => units(most).prop_map(Change::Set),
        4 => (-most..=most).prop_map(Change::By),
        1 => prop_oneof![Just(i64::MAX / 4), Just(2_147_483_640)].prop_map(Change::By),
    ]
}

pub(crate) fn import() -> impl Strategy<Value = Step> {
    let row = (0..SKUS, change(12), change(6), ago(), prop::bool::weighted(0.3));
    let row =
        row.prop_map(|(sku, level, reserved, snapshot, expects)| ImportRow { sku, level, reserved, snapshot, expects });
    let list = prop_oneof![30 => 0..LISTS, 1 => Just(LISTS)];
    (list, prop::collection::vec(row, 0..4), prop::bool::weighted(0.8))
        .prop_map(|(list, rows, create_unknown)| Step::Import { list, rows, create_unknown })
}

impl ImportRow {
    /// With its time counted back from `now`.
    pub(crate) fn at(self, now: i64) -> Self {
        Self { snapshot: self.snapshot.map(|ago| now - ago), ..self }
    }
}

impl Pair {
    pub(crate) fn look(&mut self) {
        self.naive.look();
        self.seen = (0..LISTS)
            .flat_map(|list| (0..SKUS).map(move |sku| (list, sku)))
            .map(|key| (key, self.working_set.stock_by_key(list_id(key.0), SKU_NAMES[key.1]).map(Stock::written)))
            .collect();
    }

    pub(crate) fn import(&self, list: usize, rows: &[ImportRow], create_unknown_products: bool) -> Command {
        let quantity = |units: i64| Quantity::new(units).expect("within the limits");
        let row = |row: &ImportRow| ImportStock {
            sku: SKU_NAMES[row.sku].to_owned(),
            level: match row.level {
                Change::Keep => LevelChange::Keep,
                Change::Set(units) => LevelChange::Level(quantity(units)),
                Change::By(difference) => LevelChange::Difference(difference),
            },
            reserved: match row.reserved {
                Change::Keep => ReservedChange::Keep,
                Change::Set(units) => ReservedChange::Whole(quantity(units)),
                Change::By(difference) => ReservedChange::Difference(difference),
            },
            unit: None,
            snapshot_at: row.snapshot.map(Timestamp::from_micros),
            expected: row
                .expects
                .then(|| Expected::Written(self.seen.get(&(list, row.sku)).copied().unwrap_or_default())),
        };
        let (import, list, rows) = (ImportId::new(1), list_id(list), rows.iter().map(row).collect());
        Command::ImportStocks(ImportStocks {
            import: Some(import),
            list,
            rows,
            create_unknown_products,
            explanation: None,
        })
    }

    /// Takes an import back; both sides must leave out the same rows for the same reason.
    pub(crate) fn undo(&mut self, import: usize) -> (Command, Verdict) {
        let import = self.imports.len().saturating_sub(import + 1);
        let empty = Import { list: list_id(0), rows: Vec::new() };
        let taken = self.imports.get(import).unwrap_or(&empty);
        let (mut rows, mut left) = (Vec::new(), Vec::new());
        for (sku, row) in &taken.rows {
            let undo = row.undo(sku);
            left.push(match &undo {
                Ok(Some(_)) => None,
                Ok(None) => Some(false),
                Err(_) => Some(true),
            });
            rows.extend(undo.ok().flatten());
        }
        let (import_id, list) = (ImportId::new(2), taken.list);
        let (expected_left, expected) = self.naive.undo(import);
        assert_eq!(left, expected_left, "rows that an undo leaves out");
        assert_eq!(self.imports.len(), self.naive.imports() - 1, "both sides know the same imports");
        let command =
            ImportStocks { import: Some(import_id), list, rows, create_unknown_products: false, explanation: None };
        (Command::ImportStocks(command), expected)
    }

    /// Keeps the results of an import, to undo it later.
    pub(crate) fn keep(&mut self, command: &Command, outcome: &Outcome) {
        let (Command::ImportStocks(command), Outcome::StocksImported(rows)) = (command, outcome) else { return };
        let skus = command.rows.iter().map(|row| row.sku.clone());
        self.imports.push(Import { list: command.list, rows: skus.zip(rows.iter().cloned()).collect() });
    }
}

pub(crate) fn imported(row: &ImportedStock) -> Imported {
    let written = |written: Written| {
        assert_eq!(written.unit, UnitType::Piece, "no row here changes a unit");
        (written.on_hand, written.external, written.snapshot_at.map(Timestamp::micros))
    };
    let changed = matches!(row.status, RowStatus::Created | RowStatus::Updated);
    assert_eq!(row.movement.is_some(), changed, "a movement for a change, and none without: {row:?}");
    Imported {
        became: match &row.status {
            RowStatus::Created => Became::Created,
            RowStatus::Updated => Became::Updated,
            RowStatus::Unchanged => Became::Unchanged,
            RowStatus::Rejected(fault) => Became::Refused(fault_of(fault)),
        },
        before: row.before.map(written),
        after: row.after.map(written),
        settled: row.covered,
    }
}

//! Some rows of an import by how they ended, page by page: those that failed, those that changed something; and how the
//! rows of a small import change levels.
//!
//! Promises: a page costs what its rows cost, plus a list of the chunks. Must not know why a row ended as it did.

use onhand_core::ImportId;
use onhand_store::imports::{self, Counts};
use onhand_store::{Error, Tx};

use super::row_results::{self, ResultStatus, RowResult};

/// Rows of an import that are looked at one by one.
pub const LOOKED_AT_MAX: i64 = 16_000;

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

/// All rows.
pub async fn all(tx: &mut Tx<'_>, import: ImportId, part: Part) -> Result<Vec<RowResult>, Error> {
    some(tx, import, part, (Counts::sum, |_| true)).await
}

/// The rows that made a stock; in a dry run, those that would.
pub async fn made(tx: &mut Tx<'_>, import: ImportId, part: Part) -> Result<Vec<RowResult>, Error> {
    some(tx, import, part, (|counts| counts.created, |row| row.end == ResultStatus::Created)).await
}

/// How a row changes a level.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum LevelDirection {
    /// It becomes larger.
    More,
    /// It becomes smaller.
    Less,
    /// It becomes 0.
    ToZero,
    /// It changes by half or more.
    Large,
    /// It becomes ten times as large or more.
    TenTimes,
}

impl LevelDirection {
    /// Whether a row changes a level in this way. One that makes a stock does not.
    pub fn fits(self, row: &RowResult) -> bool {
        let (Some(before), Some(after)) = (&row.before, &row.after) else { return false };
        let (before, after) = (before.on_hand, after.on_hand);
        row.end == ResultStatus::Updated
            && match self {
                Self::More => after > before,
                Self::Less => after < before,
                Self::ToZero => after == 0 && before != 0,
                Self::TenTimes => before > 0 && after / before >= 10,
                Self::Large => (after - before).saturating_abs().saturating_mul(2) >= before && after != before,
            }
    }
}

/// How the rows of an import change levels.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct LevelChanges {
    /// Rows whose level becomes larger.
    pub more: i64,
    /// Rows whose level becomes smaller.
    pub less: i64,
    /// Rows whose level becomes 0.
    pub to_zero: i64,
    /// Rows whose level changes by half or more.
    pub large: i64,
    /// Rows whose level becomes ten times as large or more.
    pub ten_times: i64,
    /// The sums of levels before and after.
    pub units: (i64, i64),
}

impl LevelChanges {
    /// Adds up rows.
    pub fn of(rows: &[RowResult]) -> Self {
        let mut sums = Self::default();
        for row in rows {
            let add = |to: &mut i64, direction: LevelDirection| *to += i64::from(direction.fits(row));
            add(&mut sums.more, LevelDirection::More);
            add(&mut sums.less, LevelDirection::Less);
            add(&mut sums.to_zero, LevelDirection::ToZero);
            add(&mut sums.large, LevelDirection::Large);
            add(&mut sums.ten_times, LevelDirection::TenTimes);
            if row.is_change() {
                sums.units.0 += row.before.as_ref().map_or(0, |before| before.on_hand);
                sums.units.1 += row.after.as_ref().map_or(0, |after| after.on_hand);
            }
        }
        sums
    }
}

/// Every row of an import, if there are no more than [`LOOKED_AT_MAX`].
pub async fn looked_at(tx: &mut Tx<'_>, import: ImportId, total: i64) -> Result<Option<Vec<RowResult>>, Error> {
    match total <= LOOKED_AT_MAX {
        true => Ok(Some(all(tx, import, Part { skip: 0, limit: LOOKED_AT_MAX as usize }).await?)),
        false => Ok(None),
    }
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

//! Stock lists, and the policies that the rules read from them. Must not know what a list is called.

use crate::{DataSourceId, StockListId, StockLocationId};

crate::words! {
    /// What a release does to the quantity until the ERP's next level (contract 6.2).
    #[derive(Default)]
    pub enum ReleaseMode {
        /// The quantity stays off sale, as `reported`, until a level taken after the release arrives. Never oversells.
        #[default]
        UntilNextWrite => "until_next_write",
        /// The literal reading (contract 6.2): the reservation is dropped and the quantity is on sale at once.
        Immediate => "immediate",
    }
    word word, from_word;
}

crate::words! {
    /// When a move that the ERP has to hear of is taken to be registered.
    #[derive(Default)]
    pub enum MoveRegistration {
        /// When the ERP says so.
        #[default]
        Acknowledged => "acknowledged",
        /// When it is made: the ERP is taken to know at once, so the list's next level has it.
        NextLevel => "next_level",
    }
    word word, from_word;
}

/// The part of a stock list that rules read.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct StockList {
    /// Its id.
    pub id: StockListId,
    /// What a release does.
    pub release_mode: ReleaseMode,
    /// How old the ERP's levels are when they arrive without a time of their own, in seconds.
    pub snapshot_delay_seconds: i64,
    /// The stock location behind it, if there is one: then its orders are sourced.
    pub location: Option<StockLocationId>,
    /// When moves to this list, and transfers from it, are taken to be registered.
    pub move_registration: MoveRegistration,
    /// Whether the ERP's code of a line that is reserved here is no other line's.
    pub is_item_code_unique: bool,
    /// Up to how many available units its stocks are low.
    pub low_stock: i64,
    /// Whether a reserved quantity that is written is not kept: the list has no `external`.
    pub ignores_written_reserved: bool,
    /// After how many seconds a reported line is settled without a level; 0: never.
    pub reported_settles_after_seconds: i64,
    /// The active data source whose stock it sells, if there is one: then its lines are placed there.
    pub source: Option<DataSourceId>,
}

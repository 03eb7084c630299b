//! What happened to a stock, in the words of the screens.
//!
//! Promises: each cause has a text in every language, a place and an icon on a timeline, and a word in addresses. Must not
//! know which screen shows it.

use onhand_core::Cause;

use crate::texts::Texts;

/// What happened to a stock, without the ids of what caused it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum What {
    /// A line was ordered.
    Order,
    /// The ERP registered a line.
    Release,
    /// A line was cancelled.
    Cancel,
    /// A stock level was written.
    Write,
    /// A file wrote a level.
    Import,
    /// Sourcing moved a reservation.
    Source,
    /// A line was not found at its location.
    NotFound,
    /// A line was transferred.
    Transfer,
    /// A line came back.
    Return,
    /// A count.
    Count,
    /// A discrepancy was removed.
    Found,
    /// A cart reserved units.
    CartReserved,
    /// A cart reserves more units, or fewer.
    CartChanged,
    /// A cart has given its units back.
    CartReleased,
    /// The time of a cart was over.
    CartExpired,
    /// A cart became an order.
    CartConfirmed,
    /// Units went to another stock list, or came from one.
    Moved,
    /// A reported line was settled without a level.
    Settled,
    /// Old changes were rolled up into one.
    RolledUp,
}

impl From<Cause> for What {
    fn from(cause: Cause) -> Self {
        match cause {
            Cause::Order(_) => Self::Order,
            Cause::Release(_) => Self::Release,
            Cause::Cancel(_) => Self::Cancel,
            Cause::Write => Self::Write,
            Cause::Import(_) => Self::Import,
            Cause::Sourcing(_) => Self::Source,
            Cause::NotFound(_) => Self::NotFound,
            Cause::Transfer(_) => Self::Transfer,
            Cause::Return(_) => Self::Return,
            Cause::Count => Self::Count,
            Cause::Found => Self::Found,
            Cause::CartReserved(_) => Self::CartReserved,
            Cause::CartChanged(_) => Self::CartChanged,
            Cause::CartReleased(_) => Self::CartReleased,
            Cause::CartExpired(_) => Self::CartExpired,
            Cause::CartConfirmed(_) => Self::CartConfirmed,
            Cause::StockTransfer(_) => Self::Moved,
            Cause::Settled(_) => Self::Settled,
            Cause::RolledUp(_) => Self::RolledUp,
        }
    }
}

impl What {
    /// Every kind.
    pub const ALL: [Self; 19] = [
        Self::Order,
        Self::Release,
        Self::Cancel,
        Self::Write,
        Self::Import,
        Self::Source,
        Self::NotFound,
        Self::Transfer,
        Self::Return,
        Self::Count,
        Self::Found,
        Self::CartReserved,
        Self::CartChanged,
        Self::CartReleased,
        Self::CartExpired,
        Self::CartConfirmed,
        Self::Moved,
        Self::Settled,
        Self::RolledUp,
    ];

    /// Its word in an address.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Order => "order",
            Self::Release => "release",
            Self::Cancel => "cancel",
            Self::Write => "write",
            Self::Import => "import",
            Self::Source => "source",
            Self::NotFound => "not-found",
            Self::Transfer => "transfer",
            Self::Return => "return",
            Self::Count => "count",
            Self::Found => "found",
            Self::CartReserved => "cart-reserved",
            Self::CartChanged => "cart-changed",
            Self::CartReleased => "cart-released",
            Self::CartExpired => "cart-expired",
            Self::CartConfirmed => "cart-confirmed",
            Self::Moved => "moved",
            Self::Settled => "settled",
            Self::RolledUp => "rolled-up",
        }
    }

    /// The kind with this word.
    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|what| what.word() == word)
    }

    /// A word behind a time: `ordered`.
    pub fn did(self, t: Texts) -> &'static str {
        match self {
            Self::Order => t.did_order(),
            Self::Release => t.did_release(),
            Self::Cancel => t.did_cancel(),
            Self::Write => t.did_write(),
            Self::Import => t.did_import(),
            Self::Source => t.did_source(),
            Self::NotFound => t.did_not_find(),
            Self::Transfer => t.did_transfer(),
            Self::Return => t.did_return(),
            Self::Count => t.did_count(),
            Self::Found => t.did_find(),
            Self::CartReserved => t.did_reserve_cart(),
            Self::CartChanged => t.did_change_cart(),
            Self::CartReleased => t.did_release_cart(),
            Self::CartExpired => t.did_expire_cart(),
            Self::CartConfirmed => t.did_confirm_cart(),
            Self::Moved => t.did_move(),
            Self::Settled => t.did_settle(),
            Self::RolledUp => t.did_roll_up(),
        }
    }

    /// What has changed a stock, in front of the number of an order or the name of a file: `order`.
    pub fn by(self, t: Texts) -> &'static str {
        match self {
            Self::Order => t.by_order(),
            Self::Release => t.by_release(),
            Self::Cancel => t.by_cancel(),
            Self::Write => t.by_write(),
            Self::Import => t.by_import(),
            Self::Source => t.by_source(),
            Self::NotFound => t.by_not_found(),
            Self::Transfer => t.by_transfer(),
            Self::Return => t.by_return(),
            Self::Count => t.by_count(),
            Self::Found => t.by_found(),
            Self::CartReserved | Self::CartChanged | Self::CartReleased => t.by_cart(),
            Self::CartExpired => t.by_cart_expired(),
            Self::CartConfirmed => t.by_cart_confirmed(),
            Self::Moved => t.by_moved(),
            Self::Settled => t.by_settled(),
            Self::RolledUp => t.by_rolled_up(),
        }
    }

    /// A sentence with a number, which is grouped already.
    pub fn said(self, t: Texts, number: &str) -> String {
        match self {
            Self::Order => t.said_order(number),
            Self::Release => t.said_release(number),
            Self::Cancel => t.said_cancel(number),
            Self::Write => t.said_write(number),
            Self::Import => t.said_import(number),
            Self::Source => t.said_source(number),
            Self::NotFound => t.said_not_find(number),
            Self::Transfer => t.said_transfer(number),
            Self::Return => t.said_return(number),
            Self::Count => t.said_count(number),
            Self::Found => t.said_find().to_owned(),
            Self::CartReserved => t.said_reserve_cart(number),
            Self::CartChanged => t.said_change_cart(number),
            Self::CartReleased => t.said_release_cart(number),
            Self::CartExpired => t.said_expire_cart(number),
            Self::CartConfirmed => t.said_confirm_cart().to_owned(),
            Self::Moved => t.said_move(number),
            Self::Settled => t.said_settle(number),
            Self::RolledUp => t.said_roll_up(number),
        }
    }

    /// The class of its place on a timeline.
    pub const fn class(self) -> &'static str {
        match self {
            Self::Order | Self::Source | Self::CartReserved | Self::CartChanged | Self::CartConfirmed => "t-order",
            Self::Release | Self::Transfer | Self::Moved => "t-release",
            Self::Cancel | Self::Return | Self::Found | Self::CartReleased | Self::CartExpired | Self::Settled => {
                "t-cancel"
            }
            Self::Write => "t-level",
            Self::Import => "t-import",
            Self::NotFound => "t-bad",
            Self::Count | Self::RolledUp => "t-count",
        }
    }

    /// Its icon.
    pub const fn icon(self) -> &'static str {
        match self {
            Self::Order | Self::CartReserved | Self::CartChanged => "shopping-cart",
            Self::Release => "check-check",
            Self::Cancel => "ban",
            Self::Write => "arrow-down-to-line",
            Self::Import => "file-up",
            Self::Source => "split",
            Self::NotFound => "package-x",
            Self::Transfer | Self::Moved => "truck",
            Self::Return | Self::CartReleased => "undo-2",
            Self::Count => "clipboard-check",
            Self::Found | Self::CartConfirmed => "check",
            Self::CartExpired | Self::Settled | Self::RolledUp => "clock",
        }
    }
}

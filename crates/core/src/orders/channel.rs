//! Sales channels, as far as the rules read them: what happens to an order that does not fit. Must not know how a
//! channel is kept up to date.

use crate::ChannelId;

crate::words! {
    /// What to do with an order that a channel has already sold and that does not fit.
    pub enum Oversell {
        /// Reserve anyway and mark the line, since the marketplace has promised it to a customer.
        Accept => "accept",
        /// Reject the whole order.
        Refuse => "refuse",
    }
    word word, from_word;
}

/// The part of a sales channel that rules read.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Channel {
    /// Its id.
    pub id: ChannelId,
    /// Its policy.
    pub oversell: Oversell,
    /// How many units more than there are a line of an accepted order may take.
    pub oversell_quantity_max: i64,
}

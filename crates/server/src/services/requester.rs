//! The requester: who asks a service for something, and what of the data that one may see.
//!
//! Promises: a requester that is about a channel sees what is that channel's. Must not know tokens or requests.

use std::sync::Arc;

use onhand_core::{ChannelId, UserId};
use onhand_store::tables::accounts::Account;

use crate::auth::{Caller, Role};

/// Who asks.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Requester {
    /// The account.
    pub account: UserId,
    /// Its name.
    pub username: Arc<str>,
    /// What it may do.
    pub role: Role,
    /// The channel that it asks for, if it asks for one.
    pub channel: Option<ChannelId>,
}

impl Requester {
    /// A caller that asks for a channel: the one that it names, or else its own.
    pub fn of(caller: &Caller, channel: Option<ChannelId>) -> Self {
        Self { account: caller.account, username: caller.username.clone(), role: caller.role, channel }
    }

    /// A user in whose name a command runs. `None` if this program does not know its role.
    pub fn of_account(account: Account) -> Option<Self> {
        let Account { id, username, role, channel, .. } = account;
        Some(Self { account: id, username: username.into(), role: role.parse().ok()?, channel })
    }

    /// Onhand itself: a worker, or a demonstration that is filled.
    pub fn itself() -> Self {
        Self { account: UserId::new(0), username: "onhand".into(), role: Role::Admin, channel: None }
    }
}

//! Users: made, given another password or role, disabled, enabled and removed.
//!
//! Promises: the role channel has a channel that exists, and no other role has one. A server on the same database
//! notices each change within five seconds. Must not know who asks: a caller asks only for who may do it.

use onhand_core::{ChannelId, UserId};
use onhand_store::tables::accounts::{self, Account};
use onhand_store::tables::channels;
use onhand_store::{Store, Tx};

use crate::auth::{Role, password};
use crate::clock::Clock;
use crate::services::ServiceError;

/// A user that is to be made.
pub struct NewUser {
    /// The name for log-ins.
    pub username: String,
    /// The password.
    pub password: String,
    /// What it may do.
    pub role: Role,
    /// The one channel of the role channel.
    pub channel: Option<ChannelId>,
}

impl NewUser {
    /// The account that is stored. Hashing the password takes a while.
    fn account(self, clock: &Clock) -> Account {
        Account {
            id: UserId::new(0),
            username: self.username,
            password_hash: password::hash(&self.password),
            role: self.role.name().to_owned(),
            channel: self.channel,
            is_active: true,
            created_at: clock.now(),
        }
    }
}

/// Makes a user.
pub async fn create(store: &Store, clock: &Clock, new: NewUser) -> Result<Account, ServiceError> {
    check_password(&new.password, &new.username)?;
    check_channel(store, new.role, new.channel).await?;
    let account = new.account(clock);
    let made = store.write("accounts.insert", async move |tx| accounts::insert(tx, &account).await).await;
    made.map_err(|fault| match fault.is_taken("account_username") {
        true => ServiceError::field("username", "there is a user of that name already"),
        false => fault.into(),
    })
}

/// Makes the first user. Whether it was made: of several processes that ask at once, one makes it. Its password may be
/// the well-known one of a demonstration, so the caller says whether it is good enough.
pub async fn create_first(store: &Store, clock: &Clock, new: NewUser) -> Result<bool, ServiceError> {
    let account = new.account(clock);
    Ok(store.write("accounts.insert", async move |tx| accounts::insert_first(tx, &account).await).await?)
}

fn check_password(password: &str, username: &str) -> Result<(), ServiceError> {
    match password::weakness(password, username) {
        Some(weakness) => Err(ServiceError::field("password", weakness)),
        None => Ok(()),
    }
}

/// Whether a role and a channel go together: a channel for the role channel, none for the others.
pub const fn is_role_of_channel(role: Role, channel: Option<ChannelId>) -> bool {
    matches!(role, Role::Channel) == channel.is_some()
}

async fn check_channel(store: &Store, role: Role, channel: Option<ChannelId>) -> Result<(), ServiceError> {
    if !is_role_of_channel(role, channel) {
        return Err(ServiceError::field("channel", "the role channel, and no other, has a channel"));
    }
    let Some(channel) = channel else { return Ok(()) };
    match store.read("channels.by_id", async move |tx| channels::by_id(tx, channel).await).await? {
        Some(_) => Ok(()),
        None => Err(ServiceError::field("channel", format!("there is no channel {}", channel.get()))),
    }
}

/// The user of a name.
pub async fn find(store: &Store, username: &str) -> Result<Account, ServiceError> {
    let name = username.to_owned();
    let found = store.read("accounts.by_name", async move |tx| accounts::by_name(tx, &name).await).await?;
    found.ok_or(ServiceError::NotFound)
}

/// Gives a user another password and revokes all of its tokens.
pub async fn set_password(
    store: &Store,
    clock: &Clock,
    (username, password): (&str, &str),
) -> Result<(), ServiceError> {
    let account = find(store, username).await?;
    check_password(password, username)?;
    let (hash, now) = (password::hash(password), clock.now());
    let body = async move |tx: &mut Tx<'_>| accounts::set_password(tx, account.id, &hash, None, now).await;
    Ok(store.write("accounts.set_password", body).await?)
}

/// Lets a user sign in, or prevents it and revokes all of its tokens.
pub async fn set_active(store: &Store, clock: &Clock, username: &str, is_active: bool) -> Result<(), ServiceError> {
    let (account, now) = (find(store, username).await?, clock.now());
    let body = async move |tx: &mut Tx<'_>| accounts::set_active(tx, account.id, is_active, now).await;
    Ok(store.write("accounts.set_active", body).await?)
}

/// Gives a user another role, with the channel that goes with it. Its tokens stay.
pub async fn set_role(
    store: &Store,
    username: &str,
    (role, channel): (Role, Option<ChannelId>),
) -> Result<(), ServiceError> {
    let account = find(store, username).await?;
    check_channel(store, role, channel).await?;
    let body = async move |tx: &mut Tx<'_>| accounts::set_role(tx, account.id, role.name(), channel).await;
    Ok(store.write("accounts.set_role", body).await?)
}

/// Removes a user and revokes all of its tokens. The history keeps its name.
pub async fn remove(store: &Store, clock: &Clock, username: &str) -> Result<(), ServiceError> {
    let (account, now) = (find(store, username).await?, clock.now());
    let body = async move |tx: &mut Tx<'_>| accounts::remove(tx, &account, now).await;
    Ok(store.write("accounts.remove", body).await?)
}

//! Accounts and their tokens.
//!
//! Promises: what is stored of a password or token cannot be used to sign in. Must not know how either is hashed.

use onhand_core::{ChannelId, Timestamp, UserId};

use crate::engine::Row;
use crate::ids;
use crate::sql::{statements, values};
use crate::{Error, Tx};

/// Who may sign in.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Account {
    /// Its id.
    pub id: UserId,
    /// Unique, 1..=150 characters.
    pub username: String,
    /// A hash in PHC form.
    pub password_hash: String,
    /// The role's word.
    pub role: String,
    /// The one channel of the role "channel".
    pub channel: Option<ChannelId>,
    /// Whether it may sign in at all.
    pub is_active: bool,
    /// When it was made.
    pub created_at: Timestamp,
}

/// What a token opens.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum TokenKind {
    /// The API: a program sends it.
    #[default]
    Api,
    /// The screens: a browser's cookie carries it.
    Screen,
}

impl TokenKind {
    /// Its stored word.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Api => "api",
            Self::Screen => "screen",
        }
    }

    fn read(word: &str) -> Self {
        if word == Self::Screen.word() { Self::Screen } else { Self::Api }
    }
}

/// A token, as far as it is stored.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Token {
    /// Its id.
    pub id: i64,
    /// Whose it is.
    pub account: UserId,
    /// What its owner calls it.
    pub name: String,
    /// Its first 8 characters.
    pub prefix: String,
    /// A hash of it.
    pub hash: Vec<u8>,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it was last used, to the minute.
    pub last_used_at: Option<Timestamp>,
    /// When it was revoked.
    pub revoked_at: Option<Timestamp>,
    /// Whether its owner made it for a program; otherwise a log-in did.
    pub is_named: bool,
    /// When it ends, whatever happens.
    pub expires_at: Option<Timestamp>,
    /// What it opens.
    pub kind: TokenKind,
    /// What the browser of a session calls itself, up to 120 characters; empty for tokens of programs.
    pub user_agent: String,
}

impl Token {
    /// Whether it opens anything. A log-in's token that has not been used for `idle_seconds` does not, if that is
    /// given.
    pub fn is_live(&self, now: Timestamp, idle_seconds: Option<i64>) -> bool {
        let is_idle = idle_seconds.filter(|_| !self.is_named).is_some_and(|seconds| {
            self.last_used_at.unwrap_or(self.created_at).max(self.created_at) < now.minus_seconds(seconds)
        });
        self.revoked_at.is_none() && !is_idle && self.expires_at.is_none_or(|end| now < end)
    }
}

/// Revoked tokens of an account that stay visible; older ones are forgotten at its next log-in.
const REVOKED_KEPT: usize = 1_000;

statements! {
    COUNT = "accounts.count", "SELECT COUNT(*) FROM account";
    LIST = "accounts.list",
        "SELECT id, username, password_hash, role, channel_id, is_active, created_at
         FROM account WHERE removed_at IS NULL ORDER BY id";
    BY_NAME = "accounts.by_name",
        "SELECT id, username, password_hash, role, channel_id, is_active, created_at
         FROM account WHERE username = ?1";
    BY_ID = "accounts.by_id",
        "SELECT id, username, password_hash, role, channel_id, is_active, created_at FROM account WHERE id = ?1";
    LOCKED = "accounts.locked",
        "SELECT id, username, password_hash, role, channel_id, is_active, created_at FROM account WHERE id = ?1", for_update;
    INSERT = "accounts.insert",
        "INSERT INTO account (id, username, password_hash, role, channel_id, is_active, created_at)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)";
    PREFERENCES = "accounts.preferences", "SELECT preferences FROM account WHERE id = ?1";
    SET_PREFERENCES = "accounts.set_preferences", "UPDATE account SET preferences = ?2 WHERE id = ?1";
    SET_PASSWORD = "accounts.set_password", "UPDATE account SET password_hash = ?2 WHERE id = ?1";
    SET_ACTIVE = "accounts.set_active", "UPDATE account SET is_active = ?2 WHERE id = ?1";
    SET_ROLE = "accounts.set_role", "UPDATE account SET role = ?2, channel_id = ?3 WHERE id = ?1";
    REMOVE = "accounts.remove",
        "UPDATE account SET username = ?2, password_hash = '', is_active = 0, removed_at = ?3 WHERE id = ?1";
    INSERT_TOKEN = "tokens.insert",
        "INSERT INTO token (id, account_id, name, prefix, hash, created_at, is_named, expires_at, kind, user_agent)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)";
    COUNT_NAMED = "tokens.count_named",
        "SELECT COUNT(*) FROM token WHERE account_id = ?1 AND is_named = 1 AND revoked_at IS NULL";
    DELETE_TOKEN = "tokens.delete", "DELETE FROM token WHERE id = ?1";
    TOKENS_BY_PREFIX = "tokens.by_prefix",
        "SELECT id, account_id, name, prefix, hash, created_at, last_used_at, revoked_at, is_named, expires_at, kind, user_agent
         FROM token WHERE prefix = ?1";
    LOCKED_TOKEN = "tokens.locked",
        "SELECT id, account_id, name, prefix, hash, created_at, last_used_at, revoked_at, is_named, expires_at, kind, user_agent
         FROM token WHERE id = ?1", for_update;
    TOKENS_OF = "tokens.of_account",
        "SELECT id, account_id, name, prefix, hash, created_at, last_used_at, revoked_at, is_named, expires_at, kind, user_agent
         FROM token WHERE account_id = ?1 ORDER BY id";
    REVOKE = "tokens.revoke", "UPDATE token SET revoked_at = ?2 WHERE id = ?1 AND revoked_at IS NULL";
    REVOKE_ALL = "tokens.revoke_all",
        "UPDATE token SET revoked_at = ?2 WHERE account_id = ?1 AND revoked_at IS NULL AND id <> ?3";
    USED = "tokens.used", "UPDATE token SET last_used_at = ?2 WHERE id = ?1 AND (last_used_at IS NULL OR last_used_at < ?2)";
}

fn read(row: &Row<'_>) -> Result<Account, Error> {
    Ok(Account {
        id: UserId::new(row.get(0)?),
        username: row.get(1)?,
        password_hash: row.get(2)?,
        role: row.get(3)?,
        channel: row.get::<Option<i64>>(4)?.map(ChannelId::new),
        is_active: row.get(5)?,
        created_at: Timestamp::from_micros(row.get(6)?),
    })
}

fn read_token(row: &Row<'_>) -> Result<Token, Error> {
    Ok(Token {
        id: row.get(0)?,
        account: UserId::new(row.get(1)?),
        name: row.get(2)?,
        prefix: row.get(3)?,
        hash: row.get(4)?,
        created_at: Timestamp::from_micros(row.get(5)?),
        last_used_at: row.get::<Option<i64>>(6)?.map(Timestamp::from_micros),
        revoked_at: row.get::<Option<i64>>(7)?.map(Timestamp::from_micros),
        is_named: row.get(8)?,
        expires_at: row.get::<Option<i64>>(9)?.map(Timestamp::from_micros),
        kind: TokenKind::read(row.str(10)?),
        user_agent: row.get(11)?,
    })
}

/// How many accounts there are.
pub async fn count(tx: &mut Tx<'_>) -> Result<i64, Error> {
    Ok(tx.first(&COUNT, &[], |row| row.get(0)).await?.unwrap_or(0))
}

/// All accounts.
pub async fn list(tx: &mut Tx<'_>) -> Result<Vec<Account>, Error> {
    tx.all(&LIST, &[], read).await
}

/// The account of a user name.
pub async fn by_name(tx: &mut Tx<'_>, username: &str) -> Result<Option<Account>, Error> {
    tx.first(&BY_NAME, &values![username], read).await
}

/// One account.
pub async fn by_id(tx: &mut Tx<'_>, id: UserId) -> Result<Option<Account>, Error> {
    tx.first(&BY_ID, &values![id.get()], read).await
}

/// Locks an account until the transaction ends.
pub(crate) async fn lock(tx: &mut Tx<'_>, id: UserId) -> Result<(), Error> {
    tx.first(&LOCKED, &values![id.get()], read).await?;
    Ok(())
}

/// Some accounts; unknown ones are left out.
pub async fn by_ids(tx: &mut Tx<'_>, ids: impl IntoIterator<Item = UserId>) -> Result<Vec<Account>, Error> {
    tx.all_bulk(&BY_ID, ids.into_iter().map(|id| values![id.get()]), read).await
}

/// How the screens look for an account, as JSON text; none where there is no such account.
pub async fn preferences(tx: &mut Tx<'_>, id: UserId) -> Result<Option<String>, Error> {
    tx.first(&PREFERENCES, &values![id.get()], |row| row.get(0)).await
}

/// Sets how the screens look for an account.
pub async fn set_preferences(tx: &mut Tx<'_>, id: UserId, preferences: &str) -> Result<(), Error> {
    tx.execute(&SET_PREFERENCES, &values![id.get(), preferences]).await?;
    Ok(())
}

/// Makes an account; its id is given by the store. A name that exists already is [`Error::UniqueViolation`].
pub async fn insert(tx: &mut Tx<'_>, account: &Account) -> Result<Account, Error> {
    let id = ids::take(tx, "account", 1).await?;
    insert_as(tx, id, account).await
}

/// Makes an account if there is none. Whether it was made: of several processes that ask at once, one makes it.
pub async fn insert_first(tx: &mut Tx<'_>, account: &Account) -> Result<bool, Error> {
    // A transaction that takes an id waits for those that took one before, so every account is counted.
    let id = ids::take(tx, "account", 1).await?;
    if count(tx).await? > 0 {
        return Ok(false);
    }
    insert_as(tx, id, account).await?;
    Ok(true)
}

async fn insert_as(tx: &mut Tx<'_>, id: i64, account: &Account) -> Result<Account, Error> {
    let account = Account { id: UserId::new(id), ..account.clone() };
    let (channel, created) = (account.channel.map(ChannelId::get), account.created_at.micros());
    let (name, hash) = (&account.username, &account.password_hash);
    let values = values![id, name, hash, &account.role, channel, account.is_active, created];
    tx.execute(&INSERT, &values).await?;
    Ok(account)
}

/// Replaces a password and revokes every token but `kept`, since a person who knew the old one may have made them.
pub async fn set_password(
    tx: &mut Tx<'_>,
    id: UserId,
    hash: &str,
    kept: Option<i64>,
    now: Timestamp,
) -> Result<(), Error> {
    tx.execute(&SET_PASSWORD, &values![id.get(), hash]).await?;
    revoke_all(tx, id, kept, now).await
}

/// The same for the account's owner, who has shown the password of which `shown` is the hash. False if that is not the
/// password any more.
pub async fn replace_password(
    tx: &mut Tx<'_>,
    (id, shown): (UserId, &str),
    hash: &str,
    kept: i64,
    now: Timestamp,
) -> Result<bool, Error> {
    let account = tx.first(&LOCKED, &values![id.get()], read).await?;
    let reservations = account.is_some_and(|account| account.password_hash == shown);
    if reservations {
        set_password(tx, id, hash, Some(kept), now).await?;
    }
    Ok(reservations)
}

async fn revoke_all(tx: &mut Tx<'_>, id: UserId, kept: Option<i64>, now: Timestamp) -> Result<(), Error> {
    tx.execute(&REVOKE_ALL, &values![id.get(), now.micros(), kept.unwrap_or(0)]).await?;
    Ok(())
}

/// Lets an account sign in, or not. One that may not loses its tokens.
pub async fn set_active(tx: &mut Tx<'_>, id: UserId, is_active: bool, now: Timestamp) -> Result<(), Error> {
    tx.execute(&SET_ACTIVE, &values![id.get(), is_active]).await?;
    if is_active { Ok(()) } else { revoke_all(tx, id, None, now).await }
}

/// Gives an account another role, and the channel that goes with it. Its tokens stay and have the new role.
pub async fn set_role(tx: &mut Tx<'_>, id: UserId, role: &str, channel: Option<ChannelId>) -> Result<(), Error> {
    tx.execute(&SET_ROLE, &values![id.get(), role, channel.map(ChannelId::get)]).await?;
    Ok(())
}

/// Removes an account and revokes its tokens. Its row stays under another name, for the history's sake.
pub async fn remove(tx: &mut Tx<'_>, account: &Account, now: Timestamp) -> Result<(), Error> {
    let name = format!("{} (removed {})", account.username, account.id.get());
    tx.execute(&REMOVE, &values![account.id.get(), &name, now.micros()]).await?;
    revoke_all(tx, account.id, None, now).await
}

/// Stores a token; returns its id.
pub async fn insert_token(tx: &mut Tx<'_>, token: &Token) -> Result<i64, Error> {
    let id = ids::take(tx, "token", 1).await?;
    let (account, created) = (token.account.get(), token.created_at.micros());
    let (named, expires) = (token.is_named, token.expires_at.map(Timestamp::micros));
    let (name, prefix, hash) = (&token.name, &token.prefix, token.hash.as_slice());
    let (kind, agent) = (token.kind.word(), &token.user_agent);
    let values = values![id, account, name, prefix, hash, created, named, expires, kind, agent];
    tx.execute(&INSERT_TOKEN, &values).await?;
    Ok(id)
}

/// The proof that a caller has shown to be given a token.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Proof {
    /// The password of which this is the hash.
    Password(String),
    /// The token with this id.
    Token(i64),
}

/// Stores a token for a caller that has shown this proof; returns its id. None if the proof is not good any more: the
/// password was changed, or the token revoked, since it was looked at.
pub async fn insert_proven(tx: &mut Tx<'_>, token: &Token, proof: &Proof) -> Result<Option<i64>, Error> {
    // A change of a password writes the account first: either its tokens are revoked by now, or this one will be.
    let Some(account) = tx.first(&LOCKED, &values![token.account.get()], read).await? else { return Ok(None) };
    let reservations = match proof {
        Proof::Password(hash) => account.password_hash == *hash,
        Proof::Token(id) => {
            let shown = tx.first(&LOCKED_TOKEN, &values![*id], read_token).await?;
            shown.is_some_and(|shown| shown.account == account.id && shown.revoked_at.is_none())
        }
    };
    if reservations && account.is_active { Ok(Some(insert_token(tx, token).await?)) } else { Ok(None) }
}

/// Stores the token of a log-in. Of more than `max` of its kind the ones are revoked that were not used for the longest time.
/// None as for [`insert_proven`].
pub async fn insert_login(tx: &mut Tx<'_>, token: &Token, proof: &Proof, max: usize) -> Result<Option<i64>, Error> {
    let Some(id) = insert_proven(tx, token, proof).await? else { return Ok(None) };
    let (mut live, mut revoked): (Vec<Token>, Vec<Token>) = tokens_of(tx, token.account)
        .await?
        .into_iter()
        .filter(|other| !other.is_named && other.kind == token.kind || other.revoked_at.is_some())
        .partition(|token| token.revoked_at.is_none());
    live.sort_by_key(|token| std::cmp::Reverse((token.last_used_at.unwrap_or(token.created_at), token.id)));
    let replaced = live.into_iter().skip(max).map(|old| values![old.id, token.created_at.micros()]);
    tx.execute_bulk(&REVOKE, replaced).await?;
    revoked.sort_by_key(|token| std::cmp::Reverse(token.id));
    tx.execute_bulk(&DELETE_TOKEN, revoked.into_iter().skip(REVOKED_KEPT).map(|old| values![old.id])).await?;
    Ok(Some(id))
}

/// How many named tokens of an account are not revoked.
pub async fn count_named(tx: &mut Tx<'_>, account: UserId) -> Result<i64, Error> {
    Ok(tx.first(&COUNT_NAMED, &values![account.get()], |row| row.get(0)).await?.unwrap_or(0))
}

/// Tokens that start like this; the caller compares the hashes.
pub async fn tokens_by_prefix(tx: &mut Tx<'_>, prefix: &str) -> Result<Vec<Token>, Error> {
    tx.all(&TOKENS_BY_PREFIX, &values![prefix], read_token).await
}

/// All tokens of an account, revoked ones too.
pub async fn tokens_of(tx: &mut Tx<'_>, account: UserId) -> Result<Vec<Token>, Error> {
    tx.all(&TOKENS_OF, &values![account.get()], read_token).await
}

/// Revokes a token; whether there was one to revoke.
pub async fn revoke(tx: &mut Tx<'_>, token: i64, now: Timestamp) -> Result<bool, Error> {
    Ok(tx.execute(&REVOKE, &values![token, now.micros()]).await? > 0)
}

/// Notes when tokens were last used.
pub async fn used(tx: &mut Tx<'_>, tokens: &[(i64, Timestamp)]) -> Result<(), Error> {
    tx.execute_bulk(&USED, tokens.iter().map(|(id, at)| values![*id, at.micros()])).await
}

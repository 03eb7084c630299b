//! Sessions: which account a token belongs to, remembered for five seconds.
//!
//! Promises: a token that was revoked or has ended opens nothing five seconds later, whatever happens to the machine's
//! clock; a token of one kind never opens what asks for the other. Must not know routes.

use std::collections::HashMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use onhand_core::{ChannelId, Timestamp, UserId};
use onhand_store::tables::accounts::{self, Token, TokenKind};
use onhand_store::{Error, Store};
use quick_cache::sync::Cache;
use subtle::ConstantTimeEq as _;

use super::{Role, token};
use crate::clock::Clock;

/// How long a token is trusted without asking the store: the longest a revoked token can live on.
const TRUST: Duration = Duration::from_secs(5);
/// Remembered tokens; more, and those that are used least cost a look-up again.
const REMEMBERED_MAX: usize = 10_000;

/// Who is calling.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Caller {
    /// The account.
    pub account: UserId,
    /// Its name.
    pub username: Arc<str>,
    /// Its role.
    pub role: Role,
    /// The one channel of the role "channel".
    pub channel: Option<ChannelId>,
    /// The token used.
    pub token: i64,
    /// Whether it is a named token, made for a program.
    pub is_named: bool,
    /// What the token opens.
    pub kind: TokenKind,
}

/// What is known of a token before the store is asked.
#[derive(Debug)]
pub enum Recalled {
    /// Whose it is.
    Caller(Caller),
    /// It was good when it was looked up last; it is to be looked up again.
    Known(TokenLookup),
    /// Nothing is known of it.
    New(TokenLookup),
    /// It is no token.
    NoToken,
}

/// A token that is to be looked up.
#[derive(Debug)]
pub struct TokenLookup {
    prefix: String,
    kind: TokenKind,
    hash: [u8; 32],
    at: Duration,
}

#[derive(Clone)]
struct Remembered {
    hash: [u8; 32],
    caller: Caller,
    /// When the store was asked, by the monotonic clock.
    since: Duration,
    /// How often everything had been forgotten by then.
    forgotten: u64,
}

/// After how many seconds without use a token ends that a log-in made; `None` for never.
#[derive(Clone, Copy, Debug)]
pub struct IdleSeconds {
    /// One for the API.
    pub api: Option<i64>,
    /// The session of a browser.
    pub screen: Option<i64>,
}

impl IdleSeconds {
    const fn of(self, kind: TokenKind) -> Option<i64> {
        match kind {
            TokenKind::Api => self.api,
            TokenKind::Screen => self.screen,
        }
    }
}

/// Turns tokens into callers.
pub struct Sessions {
    store: Store,
    clock: Clock,
    idle: IdleSeconds,
    remembered: Cache<String, Remembered>,
    /// How often everything was forgotten.
    forgotten: AtomicU64,
    uses: Arc<Uses>,
}

/// When tokens were used last, as far as it is not written down yet.
#[derive(Default)]
struct Uses(Mutex<HashMap<i64, Timestamp>>);

impl Uses {
    fn of(&self) -> MutexGuard<'_, HashMap<i64, Timestamp>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A stored token with its last use.
    fn added_to(&self, token: Token) -> Token {
        let used_at = self.of().get(&token.id).copied();
        Token { last_used_at: token.last_used_at.max(used_at), ..token }
    }

    /// Forgets what is written down by now; a token that was used since stays.
    fn written(&self, written: &[(i64, Timestamp)]) {
        let mut uses = self.of();
        for (id, at) in written {
            if uses.get(id) == Some(at) {
                uses.remove(id);
            }
        }
    }
}

impl Sessions {
    /// Sessions of a store.
    pub fn new(store: Store, clock: Clock, idle: IdleSeconds) -> Self {
        let (remembered, forgotten) = (Cache::new(REMEMBERED_MAX), AtomicU64::new(0));
        Self { store, clock, idle, remembered, forgotten, uses: Arc::default() }
    }

    /// What is known of a token of a kind.
    pub fn recall(&self, token: &str, kind: TokenKind) -> Recalled {
        let Some(prefix) = token::prefix(token) else { return Recalled::NoToken };
        let (hash, at) = (token::hash(token), self.clock.monotonic());
        let asked = TokenLookup { prefix: prefix.to_owned(), kind, hash, at };
        let same = |entry: &Remembered| bool::from(entry.hash.ct_eq(&asked.hash)) && entry.caller.kind == kind;
        let Some(entry) = self.remembered.get(prefix).filter(same) else { return Recalled::New(asked) };
        let is_recent = asked.at.checked_sub(entry.since).is_some_and(|age| age < TRUST);
        match is_recent && entry.forgotten == self.forgotten.load(Ordering::SeqCst) {
            true => Recalled::Caller(entry.caller),
            false => Recalled::Known(asked),
        }
    }

    /// Looks a token up: whose it is; `None` for one that is wrong, revoked, at its end, or of an inactive account.
    pub async fn look_up(&self, asked: TokenLookup) -> Result<Option<Caller>, Error> {
        let forgotten = self.forgotten.load(Ordering::SeqCst);
        let found = self.stored(&asked).await?;
        match &found {
            Some(caller) => self.remember(&asked, caller, forgotten),
            None => _ = self.remembered.remove_if(&asked.prefix, |entry| entry.hash == asked.hash),
        }
        Ok(found)
    }

    /// Whose a token is by now, which is no use of it.
    pub async fn look_at(&self, token: &str, kind: TokenKind) -> Result<Option<Caller>, Error> {
        let Some(prefix) = token::prefix(token) else { return Ok(None) };
        let (hash, at) = (token::hash(token), self.clock.monotonic());
        self.stored(&TokenLookup { prefix: prefix.to_owned(), kind, hash, at }).await
    }

    /// How often everything was forgotten: another number than before says that a token may have ended.
    pub fn forgotten(&self) -> u64 {
        self.forgotten.load(Ordering::SeqCst)
    }

    async fn stored(&self, asked: &TokenLookup) -> Result<Option<Caller>, Error> {
        let (now, idle_seconds) = (self.clock.now(), self.idle.of(asked.kind));
        let (prefix, hash, kind) = (asked.prefix.clone(), asked.hash, asked.kind);
        // What was used a moment ago may not be written down yet.
        let uses = self.uses.clone();
        self.store
            .read_inline("tokens.caller", async move |tx| {
                let tokens = accounts::tokens_by_prefix(tx, &prefix).await?;
                let used = |token: Token| uses.added_to(token);
                let fits = |token: &Token| token.kind == kind && bool::from(token.hash.as_slice().ct_eq(&hash));
                let is_good = |token: &Token| fits(token) && token.is_live(now, idle_seconds);
                let Some(token) = tokens.into_iter().map(used).find(is_good) else { return Ok(None) };
                let account = accounts::by_id(tx, token.account).await?;
                Ok(account.filter(|account| account.is_active).and_then(|account| {
                    Some(Caller {
                        account: account.id,
                        username: account.username.into(),
                        role: account.role.parse().ok()?,
                        channel: account.channel,
                        token: token.id,
                        is_named: token.is_named,
                        kind: token.kind,
                    })
                }))
            })
            .await
    }

    fn remember(&self, asked: &TokenLookup, caller: &Caller, forgotten: u64) {
        let entry = Remembered { hash: asked.hash, caller: caller.clone(), since: asked.at, forgotten };
        self.remembered.insert(asked.prefix.clone(), entry);
        self.uses.of().insert(caller.token, self.clock.now());
    }

    /// Trusts no token without asking, so that a revocation on this process takes effect at once.
    pub fn forget(&self) {
        self.forgotten.fetch_add(1, Ordering::SeqCst);
    }

    /// A stored token with its last use at this process, which may not be written down yet.
    pub fn with_last_use(&self, token: Token) -> Token {
        self.uses.added_to(token)
    }

    /// Writes down when tokens were last used. Called now and then, not on every request.
    pub async fn note_use(&self) -> Result<(), Error> {
        let used: Vec<_> = self.uses.of().iter().map(|(id, at)| (*id, *at)).collect();
        if used.is_empty() {
            return Ok(());
        }
        let rows = used.clone();
        self.store.write("tokens.used", async move |tx| accounts::used(tx, &rows).await).await?;
        // Only now: until it is committed, nobody else knows of it.
        self.uses.written(&used);
        Ok(())
    }
}

//! Saved views: what a screen shows, under a name that a person gave it.
//!
//! Promises: an account has at most [`OWN_MAX`] of them, and no two of a screen have one name, however many requests
//! come at once; a view is changed by its own account only. Must not know screens or what a query means.

use onhand_core::{Timestamp, UserId};

use super::accounts;
use crate::engine::Row;
use crate::ids;
use crate::sql::{statements, values};
use crate::{Error, Tx};

/// The views that an account may have.
pub const OWN_MAX: i64 = 100;
/// The shared views of a screen that are looked at, the oldest first.
const SHARED_MAX: i64 = 500;

/// A saved view.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct SavedView {
    /// Its id.
    pub id: i64,
    /// Whose it is.
    pub account: UserId,
    /// The screen that it is a view of.
    pub screen: String,
    /// Its name.
    pub name: String,
    /// The query of the screen's address.
    pub query: String,
    /// Whether other people may open it.
    pub is_shared: bool,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it was last changed.
    pub modified_at: Timestamp,
}

/// What became of a view that was to be stored.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Stored {
    /// It is stored so.
    Done(SavedView),
    /// Its account has another view of that screen with this name.
    NameTaken(SavedView),
    /// Its account has as many as it may have.
    TooMany,
    /// Its account has no such view.
    NotFound,
}

statements! {
    BY_ID = "saved_views.by_id",
        "SELECT id, account_id, screen, name, query, is_shared, created_at, modified_at FROM saved_view WHERE id = ?1";
    OF_ACCOUNT = "saved_views.of_account",
        "SELECT id, account_id, screen, name, query, is_shared, created_at, modified_at FROM saved_view
         WHERE account_id = ?1 ORDER BY id LIMIT ?2";
    SHARED = "saved_views.shared",
        "SELECT id, account_id, screen, name, query, is_shared, created_at, modified_at FROM saved_view
         WHERE is_shared = 1 AND screen = ?1 ORDER BY id LIMIT ?2";
    INSERT = "saved_views.insert",
        "INSERT INTO saved_view (id, account_id, screen, name, query, is_shared, created_at, modified_at)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)";
    UPDATE = "saved_views.update",
        "UPDATE saved_view SET name = ?2, query = ?3, is_shared = ?4, modified_at = ?5 WHERE id = ?1";
    DELETE = "saved_views.delete", "DELETE FROM saved_view WHERE id = ?1 AND account_id = ?2";
}

fn read(row: &Row<'_>) -> Result<SavedView, Error> {
    Ok(SavedView {
        id: row.get(0)?,
        account: UserId::new(row.get(1)?),
        screen: row.get(2)?,
        name: row.get(3)?,
        query: row.get(4)?,
        is_shared: row.get(5)?,
        created_at: Timestamp::from_micros(row.get(6)?),
        modified_at: Timestamp::from_micros(row.get(7)?),
    })
}

/// One view.
pub async fn by_id(tx: &mut Tx<'_>, id: i64) -> Result<Option<SavedView>, Error> {
    tx.first(&BY_ID, &values![id], read).await
}

/// The views of a screen that an account may open: its own, and those that others share, both with the oldest first.
pub async fn open_to(tx: &mut Tx<'_>, account: UserId, screen: &str) -> Result<Vec<SavedView>, Error> {
    let mut found = tx.all(&OF_ACCOUNT, &values![account.get(), OWN_MAX], read).await?;
    found.retain(|view| view.screen == screen);
    let shared = tx.all(&SHARED, &values![screen, SHARED_MAX], read).await?;
    found.extend(shared.into_iter().filter(|view| view.account != account));
    Ok(found)
}

/// The own views of an account, which is locked until the transaction ends: of two changes of its views, the later one
/// sees the other's.
async fn locked(tx: &mut Tx<'_>, account: UserId) -> Result<Vec<SavedView>, Error> {
    accounts::lock(tx, account).await?;
    tx.all(&OF_ACCOUNT, &values![account.get(), OWN_MAX], read).await
}

fn namesake(own: Vec<SavedView>, view: &SavedView) -> Option<SavedView> {
    own.into_iter().find(|other| other.id != view.id && other.screen == view.screen && other.name == view.name)
}

/// Stores a new view, whose id is not looked at.
pub async fn insert(tx: &mut Tx<'_>, view: &SavedView) -> Result<Stored, Error> {
    let own = locked(tx, view.account).await?;
    let is_full = own.len() as i64 >= OWN_MAX;
    if let Some(other) = namesake(own, &SavedView { id: 0, ..view.clone() }) {
        return Ok(Stored::NameTaken(other));
    }
    if is_full {
        return Ok(Stored::TooMany);
    }
    let id = ids::take(tx, "saved_view", 1).await?;
    let (created, modified) = (view.created_at.micros(), view.modified_at.micros());
    let SavedView { account, screen, name, query, is_shared, .. } = view;
    tx.execute(&INSERT, &values![id, account.get(), screen, name, query, *is_shared, created, modified]).await?;
    Ok(Stored::Done(SavedView { id, ..view.clone() }))
}

/// Changes a view of an account, at a time that is later than that of the change before.
pub async fn update(
    tx: &mut Tx<'_>,
    (id, account): (i64, UserId),
    change: impl FnOnce(SavedView) -> SavedView,
    now: Timestamp,
) -> Result<Stored, Error> {
    let mut own = locked(tx, account).await?;
    let Some(at) = own.iter().position(|view| view.id == id) else { return Ok(Stored::NotFound) };
    let stored = own.swap_remove(at);
    let modified_at = now.later_than(stored.modified_at);
    let view = SavedView { modified_at, ..change(stored) };
    if let Some(other) = namesake(own, &view) {
        return Ok(Stored::NameTaken(other));
    }
    let values = values![id, &view.name, &view.query, view.is_shared, view.modified_at.micros()];
    tx.execute(&UPDATE, &values).await?;
    Ok(Stored::Done(view))
}

/// Removes a view of an account. Whether there was one.
pub async fn remove(tx: &mut Tx<'_>, id: i64, account: UserId) -> Result<bool, Error> {
    Ok(tx.execute(&DELETE, &values![id, account.get()]).await? > 0)
}

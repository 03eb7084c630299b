//! Preferences: how the screens look for a person.
//!
//! Promises: what cannot be read is as if nothing had been chosen. Must not know what a language or a theme is.

use onhand_core::UserId;
use onhand_store::Tx;
use onhand_store::tables::accounts;
use serde::{Deserialize, Serialize};

use crate::services::{ServiceError, Services};

/// What a person has chosen; empty where nothing was.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Preferences {
    /// The tag of the language.
    pub language: String,
    /// The word of the theme.
    pub theme: String,
    /// Whether rows are compact.
    pub is_compact: bool,
    /// Whether single keys do nothing.
    pub has_no_keys: bool,
}

impl Preferences {
    fn read(text: &str) -> Self {
        serde_json::from_str(text).unwrap_or_default()
    }
}

/// What an account has chosen.
pub async fn of(services: &Services, account: UserId) -> Result<Preferences, ServiceError> {
    let read = async move |tx: &mut Tx<'_>| accounts::preferences(tx, account).await;
    let stored = services.store.read_inline("accounts.preferences", read).await?;
    Ok(Preferences::read(stored.as_deref().unwrap_or_default()))
}

/// Stores what an account has chosen.
pub async fn set(services: &Services, account: UserId, preferences: &Preferences) -> Result<(), ServiceError> {
    let text = serde_json::to_string(preferences).map_err(|fault| ServiceError::internal(fault.to_string()))?;
    let body = async move |tx: &mut Tx<'_>| accounts::set_preferences(tx, account, &text).await;
    Ok(services.store.write("accounts.set_preferences", body).await?)
}

//! What a person sets for themselves: appearance, password, tokens, sessions.
//!
//! Promises: a token is shown on the page that makes it, and on no other. Must not show anybody else's.

use std::sync::Arc;

use axum::http::StatusCode;
use onhand_store::tables::accounts::{Token, TokenKind};
use onhand_web::form::FieldErrors;
use onhand_web::frame::{Entry, Theme};
use onhand_web::screens::me::{Me, SessionRow, TokenRow};
use onhand_web::{Lang, link};

use super::answer::ScreenAnswer;
use super::fault::{self, Fault};
use super::visit::Visit;
use crate::auth::password;
use crate::services::ServiceError;
use crate::services::accounts::preferences::{self, Preferences};
use crate::services::accounts::{sign_in, tokens};

/// Rows of a table.
const ROWS_MAX: usize = 100;
/// The most characters of a token's name.
const NAME_CHARS_MAX: usize = 60;

/// `GET /me`.
pub(super) async fn show(visit: Arc<Visit>) -> Result<ScreenAnswer, Fault> {
    answer(&visit, StatusCode::OK, None, FieldErrors::default()).await
}

async fn answer(
    visit: &Visit,
    status: StatusCode,
    new_token: Option<String>,
    errors: FieldErrors,
) -> Result<ScreenAnswer, Fault> {
    let caller = &visit.caller;
    let now = visit.app.clock.now();
    let is_live = |token: &Token| token.revoked_at.is_none() && token.expires_at.is_none_or(|end| now < end);
    let mut named = tokens::own(&visit.app, caller, TokenKind::Api).await?;
    named.retain(|token| token.is_named && is_live(token));
    let idle = Some(i64::from(visit.app.config.session_idle_minutes) * 60);
    let mut sessions = tokens::own(&visit.app, caller, TokenKind::Screen).await?;
    sessions.retain(|token| token.is_live(now, idle));
    sessions.sort_by_key(|token| (token.id != caller.token, std::cmp::Reverse(token.last_used_at), token.id));
    let token = |token: &Token| TokenRow {
        id: token.id,
        name: token.name.clone(),
        prefix: token.prefix.clone(),
        made: token.created_at,
        used: token.last_used_at,
    };
    let session = |token: &Token| SessionRow {
        id: token.id,
        agent: token.user_agent.clone(),
        used: token.last_used_at,
        is_this: token.id == caller.token,
    };
    let page = Me {
        frame: visit.frame(Entry::Me).await?,
        tokens: named.iter().rev().take(ROWS_MAX).map(token).collect(),
        sessions: sessions.iter().take(ROWS_MAX).map(session).collect(),
        new_token,
        base_url: visit.base.clone(),
        is_saved: visit.query.is_on("saved"),
        password_min: password::PASSWORD_CHARS_MIN as i64,
        errors,
    };
    ScreenAnswer::page(status, &page)
}

/// The preferences so far.
async fn stored(visit: &Visit) -> Result<Preferences, Fault> {
    Ok(preferences::of(&visit.app, visit.caller.account).await?)
}

/// `POST /me/settings`: language, theme, density and keys.
pub(super) async fn settings(visit: Arc<Visit>) -> Result<ScreenAnswer, Fault> {
    let form = &visit.form;
    let chosen = Preferences {
        language: Lang::from_tag(form.text("language")).map_or_else(String::new, |lang| lang.tag().to_owned()),
        theme: theme(form.text("theme")),
        is_compact: form.text("density") == "compact",
        has_no_keys: !form.is_on("keys"),
    };
    preferences::set(&visit.app, visit.caller.account, &chosen).await?;
    Ok(ScreenAnswer::see_other(&format!("{}?saved=1", link::me())))
}

fn theme(word: &str) -> String {
    Theme::from_word(word).unwrap_or_default().word().to_owned()
}

/// `POST /me/theme`: the theme alone, from any screen.
pub(super) async fn set_theme(visit: Arc<Visit>) -> Result<ScreenAnswer, Fault> {
    let chosen = Preferences { theme: theme(visit.form.text("theme")), ..stored(&visit).await? };
    preferences::set(&visit.app, visit.caller.account, &chosen).await?;
    Ok(visit.back(link::me()))
}

/// `POST /me/password`: a new password, which ends all other sessions and revokes all tokens.
pub(super) async fn set_password(visit: Arc<Visit>) -> Result<ScreenAnswer, Fault> {
    let (old, new) = (visit.form.raw("old"), visit.form.raw("new"));
    match sign_in::change_password(&visit.app, &visit.caller, (old, new), visit.address).await {
        Ok(()) => Ok(ScreenAnswer::see_other(&format!("{}?saved=1", link::me()))),
        Err(fault) => {
            let told = fault::in_form(fault)?;
            let here = |(name, text): (String, String)| match name.as_str() {
                "current_password" => ("old".to_owned(), text),
                "new_password" => ("new".to_owned(), text),
                _ => (name, text),
            };
            let errors = FieldErrors(told.errors.0.into_iter().map(here).collect());
            answer(&visit, told.status, None, errors).await
        }
    }
}

/// `POST /me/tokens`: a new token, shown once.
pub(super) async fn make_token(visit: Arc<Visit>) -> Result<ScreenAnswer, Fault> {
    let name = visit.form.text("name");
    let made = match (1..=NAME_CHARS_MAX).contains(&name.chars().count()) {
        true => tokens::create_own(&visit.app, &visit.caller, (name, None)).await,
        false => Err(ServiceError::field("name", format!("A name has 1 to {NAME_CHARS_MAX} characters."))),
    };
    match made {
        Ok(made) => answer(&visit, StatusCode::CREATED, Some(made.key), FieldErrors::default()).await,
        Err(fault) => {
            let told = fault::in_form(fault)?;
            answer(&visit, told.status, None, told.errors).await
        }
    }
}

/// `POST /me/tokens/{id}/revoke`: revokes one of the person's tokens, or ends one of their sessions.
pub(super) async fn revoke(visit: Arc<Visit>) -> Result<ScreenAnswer, Fault> {
    tokens::revoke_own(&visit.app, &visit.caller, visit.id(0)?).await?;
    Ok(visit.back(link::me()))
}

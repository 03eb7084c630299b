//! A visit: one request of a person for a screen, and what every screen needs of it.
//!
//! Promises: a screen that has a visit has a person whose role permits it. Must not know which screen it is.

use std::net::IpAddr;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use axum::body::Body;
use axum::http::{HeaderMap, StatusCode, header};
use onhand_web::frame::{Counters, Entry, Person, Theme};
use onhand_web::link::encoded;
use onhand_web::time::Clock;
use onhand_web::{Frame, Lang, May, Role, Template, number};

use super::answer::{FRAGMENT, ScreenAnswer};
use super::done;
use super::fault::Fault;
use super::fields::Fields;
use super::guard;
use super::live_hub::Hub;
use crate::auth::{Caller, Permission, token};
use crate::hex;
use crate::services::Requester;
use crate::services::accounts::preferences::{self, Preferences};
use crate::services::attention::{self, Waiting};
use crate::services::submission::RequestKey;
use crate::state::App;

/// The most characters of a form's key.
const KEY_CHARS_MAX: usize = 128;

/// One request.
pub(super) struct Visit {
    /// What it can reach.
    pub(super) app: Arc<App>,
    /// Who sends it.
    pub(super) caller: Caller,
    /// Its path with its query, as they were asked for.
    pub(super) path: String,
    /// The parameters in its path, decoded.
    pub(super) parameters: Vec<String>,
    /// Its query.
    pub(super) query: Fields,
    /// The fields of its form.
    pub(super) form: Fields,
    /// Its headers.
    pub(super) headers: HeaderMap,
    /// The address it comes from.
    pub(super) address: IpAddr,
    /// The address of the server, without a slash at the end.
    pub(super) base: String,
    /// Its body, where a screen reads it piece by piece.
    pub(super) upload: Mutex<Option<Body>>,
    /// The paths of all screens that can be looked at.
    pub(super) screens: Arc<[&'static str]>,
    /// Who follows changes.
    pub(super) live: Arc<Hub>,
    /// Whether its page shows what was done before it.
    pub(super) has_toast: AtomicBool,
}

impl Visit {
    /// The id in the path, counted from 0. Anything that cannot be one leads nowhere.
    pub(super) fn id(&self, index: usize) -> Result<i64, Fault> {
        let text = self.parameters.get(index).map_or("", String::as_str);
        let is_plain = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
        is_plain.then(|| text.parse().ok()).flatten().ok_or(Fault::NotFound)
    }

    /// Who asks services for something.
    pub(super) fn requester(&self) -> Requester {
        Requester::of(&self.caller, self.caller.channel)
    }

    /// Whether the person may do this.
    pub(super) fn may(&self, permission: Permission) -> bool {
        self.caller.role.allows(permission)
    }

    /// Whether a part of a page is wanted.
    pub(super) fn is_fragment(&self) -> bool {
        self.headers.contains_key(FRAGMENT)
    }

    /// A header, as far as it is plain text.
    pub(super) fn header(&self, name: header::HeaderName) -> &str {
        self.headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default()
    }

    /// A path of this site; none where it is none.
    pub(super) fn local<'p>(&self, path: &'p str) -> Option<&'p str> {
        Some(path).filter(|path| guard::is_local(path, &self.screens))
    }

    /// Where a form leads that is done: back to the page it was on, or else to another one.
    pub(super) fn back(&self, other: &str) -> ScreenAnswer {
        ScreenAnswer::see_other(self.local(self.form.text("back")).unwrap_or(other))
    }

    /// What the page showed that a form was on, as its address says.
    pub(super) fn back_query(&self) -> Fields {
        Fields::parse(self.form.text("back").split_once('?').map_or("", |(_, query)| query).as_bytes())
    }

    /// The body, once.
    pub(super) fn take_upload(&self) -> Option<Body> {
        self.upload.lock().unwrap_or_else(PoisonError::into_inner).take()
    }

    /// The key by which a form that is sent twice is done once.
    pub(super) fn key(&self) -> Option<&str> {
        let is_plain = |key: &&str| key.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-');
        let fits = |key: &&str| (1..=KEY_CHARS_MAX).contains(&key.len());
        Some(self.form.text("idempotency_key")).filter(is_plain).filter(fits)
    }

    /// The same, with what is asked for.
    pub(super) fn request_key(&self) -> Option<RequestKey> {
        let path = self.path.split('?').next().unwrap_or_default();
        let key = RequestKey::new(&self.requester(), self.key()?, ["POST", path]);
        let mut content = String::new();
        for (name, value) in self.form.0.iter().filter(|(name, _)| name != "back") {
            content.extend([&encoded(name), "=", &encoded(value), "&"]);
        }
        Some(key.with(content.as_bytes()))
    }

    /// What surrounds a screen, with an entry of the navigation open.
    pub(super) async fn frame(&self, entry: Entry) -> Result<Frame, Fault> {
        let app = &self.app;
        let preferences = preferences::of(app, self.caller.account).await?;
        let waiting = attention::waiting(app, &self.requester()).await?;
        let toast = done::toast(self, lang(&preferences, &self.headers)).await?;
        if toast.is_some() {
            self.has_toast.store(true, Ordering::Relaxed);
        }
        Ok(Frame { counters: counters(&waiting), toast, entry, ..self.dressed(&preferences) })
    }

    /// The same for a page that follows changes.
    pub(super) async fn live_frame(&self, entry: Entry) -> Result<Frame, Fault> {
        Ok(Frame { is_live: true, ..self.frame(entry).await? })
    }

    /// The language of the person.
    pub(super) async fn lang(&self) -> Result<Lang, Fault> {
        Ok(lang(&preferences::of(&self.app, self.caller.account).await?, &self.headers))
    }

    /// A frame without what the database knows: for pages about its absence.
    pub(super) fn plain_frame(&self) -> Frame {
        self.dressed(&Preferences::default())
    }

    fn dressed(&self, preferences: &Preferences) -> Frame {
        let Preferences { theme, is_compact, has_no_keys, .. } = preferences;
        Frame {
            theme: Theme::from_word(theme).unwrap_or_default(),
            is_compact: *is_compact,
            has_keys: !has_no_keys,
            person: self.person(),
            may: rights(&self.caller),
            idempotency_key: hex::encode(&token::random::<16>()),
            ..Frame::anonymous(lang(preferences, &self.headers), clock(&self.app), &self.path)
        }
    }

    fn person(&self) -> Option<Person> {
        let role = Role::from_word(self.caller.role.name())?;
        (self.caller.token != 0).then(|| Person { name: self.caller.username.to_string(), role })
    }

    /// A page, or the part of it that was asked for.
    pub(super) fn show<'p, P: Template, R: Template>(
        &self,
        page: &'p P,
        part: impl FnOnce(&'p P) -> R,
    ) -> Result<ScreenAnswer, Fault> {
        self.show_with(StatusCode::OK, page, part)
    }

    /// The same with another status: the form on it was not done.
    pub(super) fn show_with<'p, P: Template, R: Template>(
        &self,
        status: StatusCode,
        page: &'p P,
        part: impl FnOnce(&'p P) -> R,
    ) -> Result<ScreenAnswer, Fault> {
        if self.is_fragment() { ScreenAnswer::page(status, &part(page)) } else { ScreenAnswer::page(status, page) }
    }
}

/// The language of a person: as chosen, or else as the browser says.
fn lang(preferences: &Preferences, headers: &HeaderMap) -> Lang {
    Lang::from_tag(&preferences.language).unwrap_or_else(|| accepted(headers))
}

/// The language that a browser asks for.
pub(super) fn accepted(headers: &HeaderMap) -> Lang {
    let asked = headers.get(header::ACCEPT_LANGUAGE).and_then(|value| value.to_str().ok());
    asked.map_or_else(Lang::default, Lang::accepted)
}

/// The present, in the zone of the installation.
pub(super) fn clock(app: &App) -> Clock {
    let now = app.clock.now();
    Clock { now, offset_seconds: app.config.time_zone.as_ref().map_or(0, |zone| zone.offset_seconds(now)) }
}

fn rights(caller: &Caller) -> May {
    let may = |permission| caller.role.allows(permission);
    May {
        read_stock: may(Permission::ReadStock),
        write_stock: may(Permission::WriteStock),
        read_imports: may(Permission::ReadImports),
        read_orders: may(Permission::ReadOrders),
        write_orders: may(Permission::WriteOrders),
        release_orders: may(Permission::ReleaseOrders),
        administer: may(Permission::Administer),
    }
}

fn counters(waiting: &Waiting) -> Counters {
    Counters {
        lists: waiting.lists,
        orders_waiting: waiting.orders,
        import_percent: waiting.import.as_ref().map(|import| number::share(import.counts.sum(), import.total)),
    }
}

//! Saved views: what a screen shows, under a name that a person gave it.
//!
//! Promises: a person changes only their own views, and opens those and the ones that others share; a query has only
//! what its screen reads. Must not know how a view is shown.

use onhand_store::Tx;
use onhand_store::tables::saved_views::{self, OWN_MAX, SavedView, Stored};
use onhand_web::link::StockQuery;

use super::{Requester, ServiceError, Services};

/// The most characters of a view's name.
pub const NAME_CHARS_MAX: usize = 60;
/// The most characters of a view's query.
pub const QUERY_CHARS_MAX: usize = 2_000;
/// The screen of a stock list.
pub const STOCK: &str = "stock";
/// The screens that views are saved of.
pub const SCREENS: &[&str] = &[STOCK];

/// A view to be saved, or a change of one; what is absent stays as it is.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Draft {
    /// Its name.
    pub name: Option<String>,
    /// Its query.
    pub query: Option<String>,
    /// Whether other people may open it.
    pub is_shared: Option<bool>,
}

impl Draft {
    fn checked(&self, screen: &str) -> Result<(), ServiceError> {
        let mut faults = Vec::new();
        if let Some(name) = &self.name
            && (!(1..=NAME_CHARS_MAX).contains(&name.chars().count()) || name.chars().any(char::is_control))
        {
            faults.push(("name", format!("A name has 1 to {NAME_CHARS_MAX} characters that can be seen.")));
        }
        faults.extend(self.query.as_deref().and_then(|query| query_fault(screen, query)).map(|text| ("query", text)));
        if faults.is_empty() { Ok(()) } else { Err(ServiceError::Fields(faults)) }
    }

    fn over(&self, view: SavedView) -> SavedView {
        SavedView {
            name: self.name.clone().unwrap_or(view.name),
            query: self.query.clone().unwrap_or(view.query),
            is_shared: self.is_shared.unwrap_or(view.is_shared),
            ..view
        }
    }
}

/// The parameters that a view of a screen may keep: not the page, nor what is being edited.
fn known(screen: &str) -> &'static [&'static str] {
    if screen == STOCK { StockQuery::KEPT } else { &[] }
}

/// What is wrong with the query of a view, if something is.
fn query_fault(screen: &str, query: &str) -> Option<String> {
    if query.chars().count() > QUERY_CHARS_MAX {
        return Some(format!("A query has at most {QUERY_CHARS_MAX} characters."));
    }
    let mut seen: Vec<String> = Vec::new();
    for (name, value) in form_urlencoded::parse(query.as_bytes()) {
        if !known(screen).contains(&name.as_ref()) {
            let known = known(screen).join(", ");
            return Some(format!("A view of this screen keeps {known}, and nothing else."));
        }
        if seen.iter().any(|before| *before == name) {
            return Some(format!("{name} is there twice."));
        }
        if value.contains('\0') {
            return Some("Null characters are not allowed.".to_owned());
        }
        seen.push(name.into_owned());
    }
    None
}

/// The views of a screen that a requester may open: the own ones first.
pub async fn open_to(
    services: &Services,
    requester: &Requester,
    screen: &'static str,
) -> Result<Vec<SavedView>, ServiceError> {
    let account = requester.account;
    let body = async move |tx: &mut Tx<'_>| saved_views::open_to(tx, account, screen).await;
    Ok(services.store.read_inline("saved_views.of_account", body).await?)
}

/// One view that a requester may open.
pub async fn by_id(services: &Services, requester: &Requester, id: i64) -> Result<SavedView, ServiceError> {
    let body = async move |tx: &mut Tx<'_>| saved_views::by_id(tx, id).await;
    let found = services.store.read_inline("saved_views.by_id", body).await?;
    found.filter(|view| view.is_shared || view.account == requester.account).ok_or(ServiceError::NotFound)
}

/// Saves a view. One that is there already, with the same name and the same content, is the answer again.
pub async fn save(
    services: &Services,
    requester: &Requester,
    screen: &str,
    draft: &Draft,
) -> Result<SavedView, ServiceError> {
    if !SCREENS.contains(&screen) {
        return Err(ServiceError::field("screen", format!("Views are saved of: {}.", SCREENS.join(", "))));
    }
    draft.checked(screen)?;
    let now = services.clock.now();
    let empty = SavedView {
        id: 0,
        account: requester.account,
        screen: screen.to_owned(),
        name: String::new(),
        query: String::new(),
        is_shared: false,
        created_at: now,
        modified_at: now,
    };
    let view = draft.over(empty);
    let body = {
        let view = view.clone();
        async move |tx: &mut Tx<'_>| saved_views::insert(tx, &view).await
    };
    match services.store.write("saved_views.insert", body).await? {
        Stored::NameTaken(other) if other.query == view.query && other.is_shared == view.is_shared => Ok(other),
        stored => done(stored),
    }
}

/// Changes one of the requester's own views.
pub async fn change(
    services: &Services,
    requester: &Requester,
    id: i64,
    draft: &Draft,
) -> Result<SavedView, ServiceError> {
    let found = own(services, requester, id).await?;
    draft.checked(&found.screen)?;
    let (draft, account, now) = (draft.clone(), requester.account, services.clock.now());
    let body = async move |tx: &mut Tx<'_>| saved_views::update(tx, (id, account), |view| draft.over(view), now).await;
    done(services.store.write("saved_views.update", body).await?)
}

/// Removes one of the requester's own views.
pub async fn remove(services: &Services, requester: &Requester, id: i64) -> Result<(), ServiceError> {
    own(services, requester, id).await?;
    let account = requester.account;
    let body = async move |tx: &mut Tx<'_>| saved_views::remove(tx, id, account).await;
    let is_removed = services.store.write("saved_views.delete", body).await?;
    if is_removed { Ok(()) } else { Err(ServiceError::NotFound) }
}

async fn own(services: &Services, requester: &Requester, id: i64) -> Result<SavedView, ServiceError> {
    let found = by_id(services, requester, id).await?;
    match found.account == requester.account {
        true => Ok(found),
        false => Err(ServiceError::Forbidden("This view is another person's; only they change it.")),
    }
}

fn done(stored: Stored) -> Result<SavedView, ServiceError> {
    match stored {
        Stored::Done(view) => Ok(view),
        Stored::NameTaken(_) => Err(ServiceError::field("name", "You have another view with this name.")),
        Stored::TooMany => {
            Err(ServiceError::field("name", format!("You have {OWN_MAX} saved views; remove one first.")))
        }
        Stored::NotFound => Err(ServiceError::NotFound),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_query_has_what_its_screen_reads() {
        for query in
            ["", "q=KAZ", "view=low&q=%C4%B0PEK&unit=kg&since=2026-11-01&sort=sku&limit=100&columns=bar%2Clevel"]
        {
            assert_eq!(query_fault(STOCK, query), None, "{query}");
        }
        let long = format!("q={}", "x".repeat(QUERY_CHARS_MAX));
        for query in ["after=2", "edit=7", "saved=1", "x", "q=1&q=2", "q=%00", "next=//evil.example", &long] {
            assert!(query_fault(STOCK, query).is_some(), "{query}");
        }
        assert!(query_fault("orders", "q=1").is_some());
    }

    #[test]
    fn a_name_can_be_seen() {
        let named = |name: &str| Draft { name: Some(name.to_owned()), ..Draft::default() }.checked(STOCK);
        assert!(named("Kış indirimi").is_ok());
        assert!(named(&"x".repeat(NAME_CHARS_MAX)).is_ok());
        for name in ["", "a\nb", &"x".repeat(NAME_CHARS_MAX + 1)] {
            assert!(named(name).is_err(), "{name:?}");
        }
    }
}

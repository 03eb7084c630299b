//! The search over everything: the page, and the part of it that the palette shows. A barcode that is sent whole, as a
//! scanner does, opens its product. Must not know how anything is found.

use std::sync::Arc;

use onhand_web::frame::Entry;
use onhand_web::screens::search::{Group, Hit, Kind, Search};
use onhand_web::{Texts, file_name, link};

use super::answer::ScreenAnswer;
use super::fault::Fault;
use super::stock::SEARCH_CHARS_MAX;
use super::visit::Visit;
use crate::auth::Permission;
use crate::services::search;

/// The most that is shown of each kind.
const HITS_MAX: usize = 5;

/// `GET /search`.
pub(super) async fn show(visit: Arc<Visit>) -> Result<ScreenAnswer, Fault> {
    let query: String = visit.query.text("q").chars().take(SEARCH_CHARS_MAX).collect();
    let frame = visit.frame(Entry::Other).await?;
    let found = search::search(&visit.app, &visit.requester(), &query, HITS_MAX).await?;
    if let Some(product) = found.scanned.filter(|_| !visit.is_fragment()) {
        return Ok(ScreenAnswer::see_other(&link::product(product.get())));
    }
    let hit = |text: &str, detail: &str, link: String| Hit { text: text.to_owned(), detail: detail.to_owned(), link };
    let products = found.products.iter().map(|one| {
        let name = if one.name == one.sku { "" } else { &one.name };
        hit(&one.sku, name, link::product(one.id.get()))
    });
    let orders = found.orders.iter().map(|one| hit(&one.number, "", link::order(one.id.get())));
    let t = frame.t;
    let imports = found.imports.iter();
    let imports = imports.map(|one| hit(&file_name(t, &one.file_name), &one.mode, link::import(one.id.get())));
    let lists = found.lists.iter().map(|one| hit(&one.name, &one.code, link::stock(one.id.get())));
    let groups = [
        (Kind::Products, products.collect()),
        (Kind::Orders, orders.collect()),
        (Kind::Imports, imports.collect()),
        (Kind::Lists, lists.collect()),
        (Kind::Screens, screens(&visit, frame.t, &query)),
    ];
    let groups = groups.into_iter().map(|(kind, hits)| Group { kind, hits });
    let groups = groups.filter(|group: &Group| !group.hits.is_empty()).collect();
    let page = Search { frame, query, groups };
    visit.show(&page, Search::as_rows)
}

/// The screens whose name has the text.
fn screens(visit: &Visit, t: Texts, query: &str) -> Vec<Hit> {
    let wanted = onhand_core::case_fold(query);
    let all = [
        (t.overview(), link::overview(), Permission::SignedIn),
        (t.stock(), link::lists(), Permission::ReadStock),
        (t.orders(), link::orders(), Permission::ReadOrders),
        (t.cancellations(), link::cancellations(), Permission::ReadOrders),
        (t.stock_health(), link::health(), Permission::ReadImports),
        (t.transfers(), link::transfers(), Permission::ReadImports),
        (t.reasons_own(), link::reasons(), Permission::WriteStock),
        (t.imports(), link::imports(), Permission::ReadImports),
        (t.webhooks(), link::webhooks(), Permission::Administer),
        (t.me(), link::me(), Permission::SignedIn),
    ];
    let fits = |name: &str| !wanted.is_empty() && onhand_core::case_fold(name).contains(&wanted);
    let open = all.into_iter().filter(|(name, _, permission)| fits(name) && visit.may(*permission));
    open.map(|(name, link, _)| Hit { text: name.to_owned(), detail: String::new(), link: link.to_owned() }).collect()
}

//! What needs a person, as cards: which there are, which comes first, and where each leads. Must not count.

use onhand_store::imports::ImportRow;
use onhand_web::link;
use onhand_web::screens::overview::{Card, CardKind};

use crate::auth::Permission;
use crate::services::attention::{self, Need, Needs, Waiting};
use crate::services::{Requester, ServiceError};
use crate::state::App;

/// How much there is, and what of it needs a person, the worst first.
pub(super) async fn cards(app: &App, requester: &Requester) -> Result<(Waiting, Vec<Card>), ServiceError> {
    let waiting = attention::waiting(app, requester).await?;
    let needs = attention::needs(app, requester, app.watch.channels()).await?;
    let may_read_orders = requester.role.allows(Permission::ReadOrders);
    let of_order = |need: &Need| need.order.filter(|_| may_read_orders).map(|order| link::order(order.get()));
    let of_product = |need: &Need| need.product.map(|product| link::product(product.get()));
    let Needs {
        oversold,
        short,
        cancellations,
        discrepancies,
        packages,
        channels_behind,
        failures,
        imports,
        reported,
        webhooks_paused,
    } = &needs;
    let health = requester.role.allows(Permission::ReadImports).then(|| link::health().to_owned());
    let mut cards = vec![
        card(CardKind::Oversold, oversold, of_order(oversold)),
        card(CardKind::ChannelsBehind, channels_behind, None),
        card(CardKind::DeliveryFailures, failures, None),
        card(CardKind::WebhooksPaused, webhooks_paused, Some(link::webhooks().to_owned())),
    ];
    cards.push(wrong_imports(imports));
    cards.extend([
        card(CardKind::Short, short, of_order(short)),
        card(CardKind::Discrepancies, discrepancies, of_product(discrepancies)),
        card(CardKind::Cancellations, cancellations, of_order(cancellations)),
        card(CardKind::Reported, reported, health),
        card(CardKind::OrdersWaiting, &orders(app, &waiting), Some(link::orders().to_owned())),
        card(CardKind::Packages, packages, of_order(packages)),
    ]);
    Ok((waiting, cards.into_iter().flatten().collect()))
}

fn card(kind: CardKind, need: &Need, link: Option<String>) -> Option<Card> {
    let Need { number, is_more, oldest, example, .. } = need;
    (*number > 0).then(|| Card {
        kind,
        number: *number,
        is_more: *is_more,
        oldest: *oldest,
        detail: example.clone(),
        link,
    })
}

/// Orders that the ERP has not taken, once the oldest has waited for too long.
fn orders(app: &App, waiting: &Waiting) -> Need {
    let Some(oldest) = &waiting.oldest_order else { return Need::default() };
    let before = app.clock.now().minus_seconds(attention::patience_seconds(&app.config));
    match oldest.created_at <= before {
        true => Need { number: waiting.orders.unwrap_or_default(), oldest: Some(oldest.created_at), ..Need::default() },
        false => Need::default(),
    }
}

/// Imports that have failed, or of which rows have: the newest is named.
fn wrong_imports(wrong: &[ImportRow]) -> Option<Card> {
    let (newest, oldest) = (wrong.first()?, wrong.last()?);
    let link =
        if wrong.len() == 1 { link::import(newest.id.get()) } else { format!("{}?view=failed", link::imports()) };
    Some(Card {
        kind: CardKind::ImportsFailed,
        number: wrong.len() as i64,
        is_more: false,
        oldest: Some(oldest.created_at),
        detail: newest.file_name.clone(),
        link: Some(link),
    })
}

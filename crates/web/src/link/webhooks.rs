//! Addresses of webhooks. Must not know what a webhook is told of.

use super::with_query;
use crate::number::Whole;

/// Webhooks: the page, and what the form of a new one posts to.
pub fn webhooks() -> &'static str {
    "/webhooks"
}

/// One webhook: the page, and what the form of its settings posts to.
pub fn webhook(webhook: impl Whole) -> String {
    format!("/webhooks/{}", webhook.whole())
}

/// One webhook with the deliveries in a state, before one of them.
pub fn webhook_deliveries(webhook: impl Whole, state: &str, before: &str) -> String {
    with_query(&self::webhook(webhook), &[("state", state), ("before", before)])
}

/// `POST`: pausing a webhook, or going on with it.
pub fn switch_webhook(webhook: impl Whole) -> String {
    format!("/webhooks/{}/active", webhook.whole())
}

/// `POST`: sending a test.
pub fn test_webhook(webhook: impl Whole) -> String {
    format!("/webhooks/{}/test", webhook.whole())
}

/// `POST`: a new secret.
pub fn renew_webhook(webhook: impl Whole) -> String {
    format!("/webhooks/{}/secret", webhook.whole())
}

/// `POST`: sending the deliveries of a time once more.
pub fn redeliver_all(webhook: impl Whole) -> String {
    format!("/webhooks/{}/redeliver", webhook.whole())
}

/// `POST`: sending one delivery once more.
pub fn redeliver(webhook: impl Whole, delivery: impl Whole) -> String {
    format!("/webhooks/{}/deliveries/{}/redeliver", webhook.whole(), delivery.whole())
}

/// `POST`: removing a webhook.
pub fn remove_webhook(webhook: impl Whole) -> String {
    format!("/webhooks/{}/remove", webhook.whole())
}

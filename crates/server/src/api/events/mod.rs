//! Events: webhooks with their deliveries, the stream of events, and how an object is written in an event.
//!
//! Promises: what is served here is Onhand's own, and no vendor's; an object in an event has the shape that its own path
//! shows. Must not know how events are found or sent.

mod bodies;
pub mod event_stream;
pub mod webhook_deliveries;
pub mod webhooks;

pub use self::bodies::compose;
use crate::auth::Permission as May;
use crate::http::route::{Answer, Holds, Mount, Parameter, Route, one, parameter, route};
use crate::resource::{Resource, ResourceRoutes};

/// Set up as channels are: they say where data go.
const WEBHOOKS: ResourceRoutes = ResourceRoutes::new((Mount::V1, May::Administer), (Mount::V1, May::Administer));

/// The area's resources whose rows are records and that have all six routes.
pub(super) const RESOURCES: &[(ResourceRoutes, &Resource)] = &[(WEBHOOKS, &webhooks::WEBHOOK)];

/// Which deliveries are meant, and where they go on.
const DELIVERIES: &[Parameter] =
    &[parameter("state", Holds::Words(webhook_deliveries::STATES)), parameter("before", Holds::Id)];
/// Where a stream begins, and which events it has.
const STREAM: &[Parameter] = &[
    parameter("after", Holds::Text(event_stream::ID_CHARS_MAX)),
    parameter("types", Holds::Text(1_024)),
    parameter("once", Holds::Words(&["1"])),
];

pub(super) fn routes() -> Vec<Route> {
    vec![
        route!(POST "webhooks/{id}/secret" Administer webhooks::renew,
            "Make a new secret for a webhook, and show it this once; what is sent from now on is signed with it.")
        .named("renewWebhookSecret")
        .under(Mount::V1)
        .own()
        .may_be_refused()
        .answers(200, one(&webhooks::RENEWED)),
        route!(POST "webhooks/{id}/test" Administer webhook_deliveries::test,
            "Send a test event now; the answer is the delivery.")
        .named("testWebhook")
        .under(Mount::V1)
        .own()
        .may_be_refused()
        .answers(200, one(&webhook_deliveries::VIEW)),
        route!(GET "webhooks/{id}/deliveries" Administer webhook_deliveries::list,
            "What was sent to a webhook and what it has answered, newest first; before= goes on.")
        .named("listWebhookDeliveries")
        .under(Mount::V1)
        .own()
        .asks(DELIVERIES)
        .answers(200, one(&webhook_deliveries::LOG)),
        route!(POST "webhooks/{id}/deliveries/{delivery}/redeliver" Administer webhook_deliveries::redeliver,
            "Send one delivery once more, soon after the answer.")
        .named("redeliverToWebhook")
        .under(Mount::V1)
        .own()
        .answers(202, one(&webhook_deliveries::QUEUED)),
        route!(POST "webhooks/{id}/redeliver" Administer webhook_deliveries::redeliver_all,
            "Send up to a thousand deliveries of a time once more, the undelivered ones unless state says otherwise.")
        .named("redeliverAllToWebhook")
        .under(Mount::V1)
        .own()
        .takes(webhook_deliveries::REDELIVER)
        .answers(202, one(&webhook_deliveries::QUEUED)),
        route!(GET "events" ReadFulfilment event_stream::stream,
            "Events as they happen, as server-sent events; after= or Last-Event-ID goes on.")
        .named("streamEvents")
        .under(Mount::V1)
        .own()
        .asks(STREAM)
        .answers(200, Answer::Media("text/event-stream")),
    ]
}

//! Messages: an event as it is sent. Must not know to whom.

use onhand_core::Timestamp;
use onhand_store::tables::webhook_deliveries::Delivery;

use crate::auth::token;
use crate::hex;
use crate::wire::json::Object;

/// Bytes of the name of a test.
const TEST_BYTES: usize = 8;

/// An event on its way.
#[derive(Clone, Debug)]
pub struct Message {
    /// What it is known by: the same whenever it is sent.
    pub id: String,
    /// The word of its type.
    pub event: String,
    /// What people call its object.
    pub subject: String,
    /// When it happened.
    pub at: Timestamp,
    /// Its body.
    pub body: String,
}

impl Message {
    /// The message of a delivery.
    pub fn of(delivery: &Delivery) -> Self {
        let id = match delivery.event {
            Some(event) => format!("evt_{event}"),
            None => format!("test_{}", hex::encode(&token::random::<TEST_BYTES>())),
        };
        Self {
            id,
            event: delivery.event_type.clone(),
            subject: delivery.subject.clone(),
            at: delivery.at,
            body: delivery.payload.clone(),
        }
    }
}

/// The body of an event: its type, when it happened, and the object in the shape that the API shows it in.
pub fn envelope(event: &str, at: Timestamp, data: &str) -> String {
    let mut body = String::with_capacity(data.len() + 96);
    Object::open(&mut body).text("type", event).time("timestamp", at).raw("data", data).close();
    body
}

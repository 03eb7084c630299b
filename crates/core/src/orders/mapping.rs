//! Mappings: remote systems' codes for order lines (contract 6.3).
//!
//! Must not know what a release does.

use crate::{MappingId, OrderItemId, Timestamp};

/// The kind of remote system that the ERP is: only its code for a line releases the line's reservation.
pub const ERP: &str = "external_company";

/// The kind of remote system that the server is from which a line was adopted: its code is the line's id there.
pub const ADOPTED: &str = "adopted";

/// A remote system's code for an order line (contract 6.3).
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Mapping {
    /// Its id.
    pub id: MappingId,
    /// The line it names.
    pub item: OrderItemId,
    /// Which kind of remote system, for instance `external_company`.
    pub integration_type: String,
    /// The remote system's code, 1..=255 characters.
    pub code: String,
    /// When it was stored.
    pub created_at: Timestamp,
}

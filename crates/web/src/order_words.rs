//! Names of the states of orders and their lines.
//!
//! Promises: every state has one. Must not know a page.

use onhand_core::fulfilment::list_sourcing::SourcingReason;
use onhand_core::{OrderStatus, OutgoingState, ReservationState};

use crate::texts::Texts;

/// The name of a state of a line's reservation.
pub(crate) fn reservation(state: ReservationState, t: Texts) -> &'static str {
    match state {
        ReservationState::Open => t.line_reserved(),
        ReservationState::Reported => t.line_reported(),
        ReservationState::Settled => t.line_settled(),
        ReservationState::Cancelled => t.line_cancelled(),
        ReservationState::Short => t.line_short(),
    }
}

/// How far a line is with its data source.
pub(crate) fn outgoing(state: OutgoingState, t: Texts) -> &'static str {
    match state {
        OutgoingState::Pending => t.outgoing_pending(),
        OutgoingState::Placed => t.outgoing_placed(),
        OutgoingState::Refused => t.outgoing_refused(),
        OutgoingState::Cancelling => t.outgoing_cancelling(),
        OutgoingState::Cancelled => t.outgoing_cancelled(),
        OutgoingState::Failed => t.outgoing_failed(),
    }
}

/// Why a list was chosen.
pub(crate) fn sourcing(reason: SourcingReason, t: Texts) -> &'static str {
    match reason {
        SourcingReason::FirstChoice => t.sourced_first(),
        SourcingReason::NextChoice => t.sourced_next(),
        SourcingReason::FewestLists => t.sourced_fewest(),
        SourcingReason::SomeUnits => t.sourced_some(),
        SourcingReason::NoneHasIt => t.sourced_none(),
    }
}

/// The name of a state of orders and lines.
pub(crate) fn status(status: OrderStatus, t: Texts) -> &'static str {
    match status {
        OrderStatus::CancellationWaiting => t.status_cancellation_waiting(),
        OrderStatus::Cancelled => t.status_cancelled(),
        OrderStatus::Waiting => t.status_waiting(),
        OrderStatus::PaymentWaiting => t.status_payment_waiting(),
        OrderStatus::ConfirmationWaiting => t.status_confirmation_waiting(),
        OrderStatus::Approved => t.status_approved(),
        OrderStatus::Inactive => t.status_inactive(),
        OrderStatus::Preparing => t.status_preparing(),
        OrderStatus::Shipped => t.status_shipped(),
        OrderStatus::ShippedAndInformed => t.status_shipped_and_informed(),
        OrderStatus::ReadyForPickup => t.status_ready_for_pickup(),
        OrderStatus::AttemptedDelivery => t.status_attempted_delivery(),
        OrderStatus::ReviewStarted => t.status_review_started(),
        OrderStatus::ReviewWaiting => t.status_review_waiting(),
        OrderStatus::Delivered => t.status_delivered(),
        OrderStatus::Refunded => t.status_refunded(),
    }
}

//! Fulfilment: transitions of packages and transfers, sourcing an order, and discrepancies that are removed.
//!
//! Promises: what sourcing needs to know of an order is looked up here, so that the same order is sourced in the same
//! way for a person and for a worker. Must not know which state follows which.

pub mod discrepancies;
pub mod sourcing;

use onhand_core::commands::{FulfilmentCommand, RunPackage, RunTransfer, SomeUnits, SourceOrder};
use onhand_core::fulfilment::{PackageCommand, Reason, Transfer, TransferCommand};
use onhand_core::{Command, OrderId, PackageId, StockLocationId, TransferItemId};
use onhand_store::tables::packages;

use self::sourcing::SourcingContext;
use super::submission::{AnswerRecord, Submitted};
use super::{Requester, ServiceError, Services};

/// A transition of a package.
#[derive(Clone, Debug)]
pub struct PackageTransition {
    /// The package.
    pub package: PackageId,
    /// What is done.
    pub command: PackageCommand,
    /// Which of its lines were not found, or come back; `None` means all.
    pub items: Option<Vec<SomeUnits>>,
    /// Why they were not found.
    pub reason: Reason,
}

/// A transition of a transfer.
#[derive(Clone, Debug)]
pub struct TransferTransition {
    /// What is done.
    pub command: TransferCommand,
    /// Which of its lines were not found; `None` means all.
    pub items: Option<Vec<SomeUnits<TransferItemId>>>,
    /// Why they were not found.
    pub reason: Reason,
}

async fn about(services: &Services, order: OrderId) -> Result<SourcingContext, ServiceError> {
    sourcing::about(&services.store, order).await?.ok_or(ServiceError::NotFound)
}

/// Brings a package from one state to the next.
pub async fn transition_package(
    services: &Services,
    requester: &Requester,
    transition: PackageTransition,
    record: Option<AnswerRecord>,
) -> Result<Submitted, ServiceError> {
    let PackageTransition { package, command, items, reason } = transition;
    let found =
        services.store.read_inline("packages.by_id", async move |tx| packages::by_ids(tx, [package]).await).await?;
    let SourcingContext { near, lines, .. } =
        about(services, found.first().ok_or(ServiceError::NotFound)?.order).await?;
    let run = RunPackage { package, command, items, reason, near, lines };
    services.submit_once(requester, Command::Fulfilment(FulfilmentCommand::Package(run)), record).await
}

/// Brings a transfer from one state to the next.
pub async fn transition_transfer(
    services: &Services,
    requester: &Requester,
    (transfer, transition): (&Transfer, TransferTransition),
    record: Option<AnswerRecord>,
) -> Result<Submitted, ServiceError> {
    let TransferTransition { command, items, reason } = transition;
    let SourcingContext { near, lines, .. } = about(services, transfer.order).await?;
    let run = RunTransfer { transfer: transfer.id, command, items, reason, near, lines };
    services.submit_once(requester, Command::Fulfilment(FulfilmentCommand::Transfer(run)), record).await
}

/// Sources the lines of an order that are in no package, at one location if one is named.
pub async fn source(
    services: &Services,
    requester: &Requester,
    (order, gather_at): (OrderId, Option<StockLocationId>),
    record: Option<AnswerRecord>,
) -> Result<Submitted, ServiceError> {
    let SourcingContext { near, lines, .. } = about(services, order).await?;
    let command = SourceOrder { order, gather_at, near, lines };
    services.submit_once(requester, Command::Fulfilment(FulfilmentCommand::Source(command)), record).await
}

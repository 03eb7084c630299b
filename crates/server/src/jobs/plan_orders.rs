//! Planning orders that are due, behind the answers of whatever placed them.
//!
//! Promises: what was marked with the order is planned, also by the next process if this one dies in between; planning
//! twice does no harm, so processes need not agree who does it. Must not know HTTP.

use std::sync::Arc;

use onhand_core::floor::{FloorCommand, PlanOrder};
use onhand_core::{Command, OrderId, UserId};
use onhand_store::{Error, floor};
use tokio::task::JoinSet;

use super::PAUSE;
use crate::app::App;
use crate::ledger::{Fault, Settled, Submission};
use crate::plans;

/// Orders looked up at once.
const TOGETHER: i64 = 64;

/// Plans for ever: what this process's ledger tells of, and, now and then, what others have left.
pub(super) async fn run(app: Arc<App>) {
    loop {
        match round(&app).await {
            // There may be more.
            Ok(planned) if planned as i64 == TOGETHER => continue,
            Ok(_) => {}
            Err(Fault::Closed) => return,
            Err(fault) => tracing::warn!(%fault, "cannot plan orders"),
        }
        let _ = tokio::time::timeout(PAUSE, app.ledger.due().notified()).await;
    }
}

async fn round(app: &Arc<App>) -> Result<usize, Fault> {
    let due = app.store.read("plan_due.all", async |tx| floor::due(tx, TOGETHER).await).await?;
    let count = due.len();
    // All at once, so that they share a flush.
    let mut planning = JoinSet::new();
    for order in due {
        planning.spawn(plan(app.clone(), order));
    }
    let mut ended = Ok(count);
    while let Some(done) = planning.join_next().await {
        // One that panics keeps none of the others from being planned.
        let broken = |_| Err(Fault::Store(Error::Internal("planning an order has panicked".to_owned())));
        if let Err(fault) = done.unwrap_or_else(broken) {
            ended = Err(fault);
        }
    }
    ended
}

async fn plan(app: Arc<App>, order: OrderId) -> Result<(), Fault> {
    let Some(about) = plans::about(&app, order).await? else { return Ok(()) };
    let plan = PlanOrder { order, gather_at: None, near: about.near, lines: about.lines };
    let command = Command::Floor(FloorCommand::Plan(plan));
    let settled = app.ledger.submit(Submission { command, actor: UserId::new(0), receipt: None }).await?;
    if let Settled::Decided(Err(refusal)) = settled {
        tracing::warn!(order = order.get(), ?refusal, "cannot plan an order");
    }
    Ok(())
}

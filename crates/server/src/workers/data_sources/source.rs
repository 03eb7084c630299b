//! One data source, asked again and again: when, and what follows from a failure.
//!
//! Promises: after a failure there is a pause, which grows as long as failures follow each other, and is long where only
//! a person can help; a person's request ends any pause. Must not know what is asked.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use onhand_core::Timestamp;
use onhand_store::tables::data_sources::{DataSource, Learnt};
use tokio::sync::watch;

use super::Shared;
use super::asking::SourceFault;
use super::levels::Levels;
use super::poll::{Poll, PollProgress};
use crate::supervise::caught;

/// The pause after the first failure; it doubles with each one that follows.
const PAUSE_SECONDS: i64 = 1;
/// The longest pause, and the one where only a person can help.
const PAUSE_SECONDS_MAX: i64 = 300;
/// The shortest time between two questions, so that changes come together.
const PAUSE_MICROS_MIN: i64 = 200_000;
/// The longest time without a look at what people have asked for.
const SLEEP_MAX: Duration = Duration::from_mins(1);

/// Asks a source until it is removed, changed or paused by people.
pub(super) async fn run(shared: Arc<Shared>, mut follow: watch::Receiver<DataSource>) {
    let first = follow.borrow_and_update().clone();
    if !first.is_active {
        return leave(&shared, first).await;
    }
    let mut poll = Poll::new(shared.clone(), follow.clone(), first.learnt.clone());
    let mut not_before = first.learnt.next_try_at;
    loop {
        let source = follow.borrow_and_update().clone();
        let now = shared.services.clock.now();
        poll.drop_unmapped(&source).await;
        // After a failure, what was mapped otherwise waits with everything else.
        let is_remapped = poll.learnt.failures == 0 && source.is_remapped(poll.learnt.compared_version);
        let is_asked = is_remapped || is_asked(source.refresh_at, poll.learnt.last_polled_at);
        if let Some(at) = not_before.filter(|at| *at > now && !is_asked) {
            let pause = Duration::from_micros((at.micros() - now.micros()).unsigned_abs());
            tokio::select! {
                () = tokio::time::sleep(pause.min(SLEEP_MAX)) => {}
                told = follow.changed() => {
                    if told.is_err() {
                        return;
                    }
                }
            }
            continue;
        }
        poll.learnt.last_polled_at = Some(now);
        let done = ended(caught(poll.once(&source)).await);
        let now = shared.services.clock.now();
        not_before = match done {
            Ok(progress) => {
                if poll.learnt.failures > 0 {
                    tracing::info!(source = source.id.get(), "a data source works again");
                }
                poll.prices_too(&source).await;
                let quiet =
                    Learnt { last_error: poll.prices.error(), failures: 0, next_try_at: None, ..poll.learnt.clone() };
                poll.learnt = quiet;
                let next = next_question(&source, progress, poll.learnt.last_polled_at.unwrap_or(now));
                if !settle(&shared, &source, &mut poll, progress == PollProgress::Idle).await {
                    return;
                }
                Some(next.max(now.plus_micros(PAUSE_MICROS_MIN)))
            }
            Err(SourceFault::Changed) => return,
            Err(fault) => {
                fail(&mut poll.learnt, &fault, now);
                tracing::warn!(source = source.id.get(), fault = fault.text(), "a data source does not work");
                metrics::counter!("onhand_data_source_failures_total", "kind" => fault.kind()).increment(1);
                if matches!(fault, SourceFault::Loop(_)) {
                    poll.forget(&source).await;
                }
                if !settle(&shared, &source, &mut poll, false).await {
                    return;
                }
                poll.learnt.next_try_at
            }
        };
    }
}

/// How a question ended: one that panics has failed like any other, with a pause and an error that is shown, since a task
/// that is only begun again would ask the same at once and tell no one.
fn ended(asked: Result<Result<PollProgress, SourceFault>, String>) -> Result<PollProgress, SourceFault> {
    asked.unwrap_or_else(|panic| Err(SourceFault::Here(format!("a fault of this program: {panic}"))))
}

/// Whether a person has asked for it since it was asked last.
pub(super) fn is_asked(at: Option<Timestamp>, last: Option<Timestamp>) -> bool {
    at.is_some_and(|at| last.is_none_or(|last| at > last))
}

/// When a source is asked next that has just answered.
fn next_question(source: &DataSource, progress: PollProgress, begun: Timestamp) -> Timestamp {
    match progress {
        PollProgress::Some => begun,
        PollProgress::Idle => begun.plus_micros(source.poll_interval_seconds.saturating_mul(1_000_000)),
    }
}

/// Writes down what was learnt: soon where nothing but times has changed. `false` if the source was changed meanwhile.
async fn settle(shared: &Shared, source: &DataSource, poll: &mut Poll, is_idle: bool) -> bool {
    let learnt = DataSource { learnt: poll.learnt.clone(), ..source.clone() };
    let has_news = !is_idle || poll.has_news();
    if !has_news {
        shared.learn_soon(learnt);
        return true;
    }
    match shared.learn(learnt).await {
        Ok(is_current) => {
            poll.written();
            is_current
        }
        Err(fault) => {
            tracing::warn!(source = source.id.get(), %fault, "cannot write down what was learnt of a data source");
            true
        }
    }
}

/// What follows from a failure.
fn fail(learnt: &mut Learnt, fault: &SourceFault, now: Timestamp) {
    learnt.failures += 1;
    let seconds = match fault {
        SourceFault::Token(_) | SourceFault::Loop(_) => PAUSE_SECONDS_MAX,
        _ => pause_seconds(learnt.failures),
    };
    // Sources that failed together do not come back together.
    let micros = rand::random_range(seconds * 750_000..=seconds * 1_000_000);
    learnt.last_error = Some(fault.text());
    learnt.next_try_at = Some(now.plus_micros(micros));
}

/// The longest pause after so many failures.
pub(super) fn pause_seconds(failures: i64) -> i64 {
    let doublings = (failures - 1).clamp(0, 30) as u32;
    PAUSE_SECONDS.saturating_mul(1 << doublings).min(PAUSE_SECONDS_MAX)
}

/// Takes the levels of a source that is not used from its list.
async fn leave(shared: &Shared, source: DataSource) {
    let levels = Levels { shared, source: &source, clock_offset: 0 };
    let left = match levels.empty(&BTreeSet::new()).await {
        Ok(()) => {
            let learnt = Learnt {
                has_levels: false,
                cursor: None,
                last_error: None,
                failures: 0,
                next_try_at: None,
                ..source.learnt.clone()
            };
            shared.learn(DataSource { learnt, ..source.clone() }).await.map(drop).map_err(super::levels::here)
        }
        Err(fault) => Err(fault),
    };
    // One that was changed meanwhile has another task by then.
    if let Some(fault) = left.err().filter(|fault| *fault != SourceFault::Changed) {
        // It is tried again with the next round.
        tracing::warn!(source = source.id.get(), fault = fault.text(), "cannot empty the list of a data source");
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pauses_grow_to_a_bound() {
        let pauses: Vec<i64> = [1, 2, 3, 8, 9, 10, 1_000, i64::MAX].map(pause_seconds).to_vec();
        assert_eq!(pauses, [1, 2, 4, 128, 256, 300, 300, 300]);
    }

    #[test]
    fn a_failure_that_a_person_must_end_waits_long() {
        let now = Timestamp::from_micros(0);
        let pause = |fault: &SourceFault| {
            let mut learnt = Learnt::default();
            fail(&mut learnt, fault, now);
            assert_eq!((learnt.failures, learnt.last_error), (1, Some(fault.text())));
            learnt.next_try_at.map_or(0, Timestamp::micros)
        };
        assert!((750_000..=1_000_000).contains(&pause(&SourceFault::Away(String::new()))));
        for fault in [SourceFault::Token(String::new()), SourceFault::Loop(String::new())] {
            assert!((225_000_000..=300_000_000).contains(&pause(&fault)), "{fault:?}");
        }
    }

    #[tokio::test]
    async fn a_panic_is_a_failure_like_others() {
        let now = Timestamp::from_micros(0);
        let mut learnt = Learnt::default();
        for failures in 1..=2 {
            let fault = ended(caught(async { panic!("index {} of nothing", 7) }).await).expect_err("it has panicked");
            fail(&mut learnt, &fault, now);
            assert_eq!(learnt.failures, failures);
            assert!(learnt.next_try_at.is_some_and(|at| at > now));
        }
        assert_eq!(learnt.last_error.as_deref(), Some("here: a fault of this program: index 7 of nothing"));
        assert_eq!(ended(caught(async { Ok(PollProgress::Idle) }).await), Ok(PollProgress::Idle));
    }

    #[test]
    fn a_request_counts_once() {
        let at = |seconds| Some(Timestamp::from_micros(seconds));
        assert!(is_asked(at(2), at(1)) && is_asked(at(2), None));
        assert!(!is_asked(at(1), at(1)) && !is_asked(None, None));
    }
}

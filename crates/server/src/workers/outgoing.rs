//! Placing order lines with data sources, asking about them and cancelling them, after their answers.
//!
//! Promises: a line that was marked is placed, also by the next process if this one dies in between; a data source that does
//! not answer takes few of the requests that may be under way, and is left alone for longer and longer; a step that panics is
//! one that has failed; the lines of the others go on. Processes need not agree which of them takes a step: the writer gives
//! a line to one of them. Must not know HTTP.

use std::collections::{HashMap, HashSet, VecDeque};
use std::sync::Arc;
use std::time::{Duration, Instant};

use onhand_core::{DataSourceId, OrderItemId};
use onhand_store::Tx;
use onhand_store::tables::data_sources::{self, DataSource};
use onhand_store::tables::outgoing_lines::{self, DueLine};
use tokio::task::{JoinError, JoinSet};

use super::PAUSE;
use crate::remote::Remote;
use crate::services::outgoing::{self, StepEnd};
use crate::services::{self, ServiceError, Services};
use crate::supervise::caught;

/// Requests of this process that may be under way: in all, and with one data source.
const TOGETHER_MAX: usize = 16;
const OF_SOURCE_MAX: usize = 2;
/// Of all, those that may be with sources that have not answered last.
const DOUBTFUL_MAX: usize = 6;
/// Of so many steps with a source, one is with the line that waits longest, whatever is to be done with it: looks at placed
/// lines are late while many lines are placed, and never cease.
const TURN_OF_ALL: usize = 8;
/// How long sources are taken to be as they were read.
const SOURCES_KEPT: Duration = Duration::from_secs(1);
/// The longest pause after failures.
const SILENCE_MAX: Duration = Duration::from_secs(15);

/// Takes steps for ever.
pub(super) async fn run(services: Arc<Services>) {
    let mut changed = services.writer.outgoing();
    let (mut work, started) = (Work::default(), Instant::now());
    loop {
        match work.begin(&services, started.elapsed()).await {
            Ok(()) => {}
            Err(ServiceError::Stopping) => return,
            Err(fault) => tracing::warn!(%fault, "cannot look for outgoing lines"),
        }
        tokio::select! {
            _ = changed.changed() => {}
            Some(ended) = work.running.join_next() => work.end(ended, started.elapsed()),
            () = tokio::time::sleep(PAUSE) => {}
        }
        while let Some(ended) = work.running.try_join_next() {
            work.end(ended, started.elapsed());
        }
    }
}

/// A source, and the installation behind it, or why it cannot be asked.
struct Source {
    set: DataSource,
    remote: Result<Remote, String>,
}

/// A step that has ended: of which line, and how.
type Ended = (DueLine, Result<StepEnd, ServiceError>);

/// What is under way, and what is known of the sources.
#[derive(Default)]
struct Work {
    running: JoinSet<Ended>,
    lines: HashSet<OrderItemId>,
    sources: Vec<Arc<Source>>,
    read_at: Option<Instant>,
    health: HashMap<DataSourceId, Health>,
    /// Which source comes first, so that none always does.
    turn: usize,
}

/// How a source has answered.
#[derive(Clone, Copy, Default)]
struct Health {
    in_flight: usize,
    /// Steps that were begun.
    begun: usize,
    /// Failures in a row.
    failures: u32,
    /// Until when it is left alone.
    silent_until: Duration,
}

impl Health {
    fn end(&mut self, is_good: bool, now: Duration) {
        self.in_flight = self.in_flight.saturating_sub(1);
        if is_good {
            (self.failures, self.silent_until) = (0, Duration::ZERO);
        } else if now >= self.silent_until {
            // Requests that fail together are one failure.
            self.failures = (self.failures + 1).min(16);
            self.silent_until = now + Duration::from_millis(500 << self.failures.min(7)).min(SILENCE_MAX);
        }
    }

    /// How many more requests it may get now.
    fn room(self, now: Duration) -> usize {
        let most = match self.failures {
            0 => OF_SOURCE_MAX,
            // One finds out whether it is back.
            _ => usize::from(now >= self.silent_until),
        };
        most.saturating_sub(self.in_flight)
    }
}

/// The lines of a source that are taken next, at the most so many: those that are to be placed or cancelled go first, and
/// what waits longest, which may be a look at a placed line, has every so many turns. `begun` is how many turns there were.
fn next_lines(mut waiting: VecDeque<DueLine>, mut due: VecDeque<DueLine>, begun: usize, room: usize) -> Vec<DueLine> {
    let mut taken: Vec<DueLine> = Vec::new();
    while taken.len() < room {
        let is_turn_of_all = (begun + taken.len()) % TURN_OF_ALL == TURN_OF_ALL - 1;
        let next = match is_turn_of_all {
            true => due.pop_front().or_else(|| waiting.pop_front()),
            false => waiting.pop_front().or_else(|| due.pop_front()),
        };
        let Some(next) = next else { break };
        if !taken.contains(&next) {
            taken.push(next);
        }
    }
    taken
}

impl Work {
    /// Begins as many steps as there is room for. `now` is the time since this worker was started.
    async fn begin(&mut self, services: &Arc<Services>, now: Duration) -> Result<(), ServiceError> {
        self.read_sources(services).await?;
        let wanted = self.wanted(now);
        if wanted.is_empty() {
            return Ok(());
        }
        let time = services.clock.now();
        let keys: Vec<_> = wanted.iter().map(|(source, most)| (source.set.id, *most as i64)).collect();
        let look = async move |tx: &mut Tx<'_>| {
            let waiting = outgoing_lines::waiting(tx, keys.iter().copied(), time).await?;
            Ok((waiting, outgoing_lines::due(tx, keys.iter().copied(), time).await?))
        };
        let (waiting, due) = services.store.read("outgoing_lines.due", look).await?;
        for (source, _) in wanted {
            let health = self.health.get(&source.set.id).copied().unwrap_or_default();
            let room = health.room(now).min(TOGETHER_MAX.saturating_sub(self.running.len()));
            let is_free = |line: &&DueLine| line.source == source.set.id && !self.lines.contains(&line.item);
            let of_source = |lines: &[DueLine]| lines.iter().filter(is_free).copied().collect::<VecDeque<_>>();
            for line in next_lines(of_source(&waiting), of_source(&due), health.begun, room) {
                let (services, source) = (services.clone(), source.clone());
                self.spawn(line, async move {
                    match caught(outgoing::step(&services, (&source.set, &source.remote), line)).await {
                        Ok(ended) => ended,
                        Err(panic) => outgoing::broken_off(&services, line, &panic).await,
                    }
                });
            }
        }
        Ok(())
    }

    /// Begins a step with a line. One that panics ends as one that has failed, so that its source gets others later.
    fn spawn(&mut self, line: DueLine, step: impl Future<Output = Result<StepEnd, ServiceError>> + Send + 'static) {
        let health = self.health.entry(line.source).or_default();
        (health.in_flight, health.begun) = (health.in_flight + 1, health.begun.wrapping_add(1));
        self.lines.insert(line.item);
        self.running.spawn(async move {
            let ended = caught(step).await;
            (line, ended.unwrap_or_else(|panic| Err(ServiceError::internal(format!("a panic: {panic}")))))
        });
    }

    async fn read_sources(&mut self, services: &Services) -> Result<(), ServiceError> {
        if self.read_at.is_some_and(|at| at.elapsed() < SOURCES_KEPT) {
            return Ok(());
        }
        let read = services.store.read("data_sources.all", async |tx| data_sources::all(tx).await).await?;
        let before = std::mem::take(&mut self.sources);
        let source = |set: DataSource| {
            let same = |one: &&Arc<Source>| one.set.id == set.id && one.set.modified_at == set.modified_at;
            // With the connections that there are.
            let kept = before.iter().find(same).and_then(|one| one.remote.clone().ok());
            let ask = || services::data_sources::remote(services, &set).map_err(|fault| fault.to_string());
            let remote = kept.map_or_else(ask, Ok);
            Arc::new(Source { set, remote })
        };
        self.sources = read.into_iter().filter(|source| source.is_active).map(source).collect();
        self.read_at = Some(Instant::now());
        let known = |id: &DataSourceId| self.sources.iter().any(|source| source.set.id == *id);
        self.health.retain(|id, health| known(id) || health.in_flight > 0);
        Ok(())
    }

    /// The sources that may get a request now, each with how many of its lines are looked for.
    fn wanted(&mut self, now: Duration) -> Vec<(Arc<Source>, usize)> {
        if self.sources.is_empty() || self.running.len() >= TOGETHER_MAX {
            return Vec::new();
        }
        let health = |source: &Source| self.health.get(&source.set.id).copied().unwrap_or_default();
        let mut doubtful: usize =
            self.health.values().filter(|health| health.failures > 0).map(|health| health.in_flight).sum();
        self.turn = (self.turn + 1) % self.sources.len();
        let (before, after) = self.sources.split_at(self.turn);
        let mut wanted = Vec::new();
        for source in after.iter().chain(before) {
            let health = health(source);
            let room = health.room(now);
            let is_doubtful = health.failures > 0;
            if room == 0 || (is_doubtful && doubtful >= DOUBTFUL_MAX) {
                continue;
            }
            doubtful += usize::from(is_doubtful);
            wanted.push((source.clone(), room + health.in_flight));
        }
        wanted
    }

    /// Notes how a step ended.
    fn end(&mut self, ended: Result<Ended, JoinError>, now: Duration) {
        // Steps catch their panics, and are ended by none but the whole worker.
        let Ok((line, ended)) = ended else { return };
        self.lines.remove(&line.item);
        let is_good = match ended {
            Ok(step) => step == StepEnd::Done,
            Err(ServiceError::Stopping) => true,
            Err(fault) => {
                tracing::warn!(%fault, item = line.item.get(), "cannot take a step with an outgoing line");
                false
            }
        };
        self.health.entry(line.source).or_default().end(is_good, now);
    }
}

#[cfg(test)]
mod tests {
    use onhand_core::OrderId;

    use super::*;

    #[test]
    fn a_source_that_does_not_answer_is_left_alone_for_longer_and_longer() {
        let (mut health, mut now) = (Health::default(), Duration::from_secs(100));
        assert_eq!(health.room(now), OF_SOURCE_MAX);
        let mut silences = Vec::new();
        for _ in 0..8 {
            health.in_flight = 2;
            health.end(false, now);
            health.end(false, now);
            silences.push(health.silent_until.saturating_sub(now).as_secs());
            assert_eq!(health.room(now), 0);
            now = health.silent_until;
            assert_eq!(health.room(now), 1, "one finds out");
        }
        assert_eq!(silences, [1, 2, 4, 8, 15, 15, 15, 15]);
        health.in_flight = 1;
        health.end(true, now);
        assert_eq!(health.room(now), OF_SOURCE_MAX);
    }

    #[test]
    fn lines_that_are_to_be_placed_go_before_looks() {
        let line =
            |item| DueLine { item: OrderItemId::new(item), order: OrderId::new(1), source: DataSourceId::new(1) };
        let items = |lines: Vec<DueLine>| lines.iter().map(|line| line.item.get()).collect::<Vec<_>>();
        // Many looks are overdue, and a few lines wait since a moment ago.
        let (waiting, looks) = (|| (1..=20).map(line).collect(), || (101..=120).map(line).collect());
        assert_eq!(items(next_lines(waiting(), looks(), 0, 2)), [1, 2]);
        assert_eq!(items(next_lines(waiting(), looks(), 7, 2)), [101, 1], "every eighth one");
        assert_eq!(items(next_lines(VecDeque::new(), looks(), 0, 2)), [101, 102], "the rest is theirs");
        assert_eq!(items(next_lines([line(1)].into(), looks(), 0, 2)), [1, 101]);
        // What waits longest of all may be a line that waits to be placed.
        assert_eq!(items(next_lines([line(1)].into(), [line(1), line(101)].into(), 0, 2)), [1, 101]);
        assert_eq!(items(next_lines([line(1)].into(), [line(1)].into(), 7, 2)), [1], "once");
        // Over many turns, both go on.
        let (mut left, mut placed, mut looked) = ((waiting(), looks()), 0, 0);
        for turn in 0..16 {
            let taken = next_lines(left.0.clone(), left.1.clone(), turn, 1);
            left.0.retain(|line| !taken.contains(line));
            left.1.retain(|line| !taken.contains(line));
            (placed, looked) = match taken[0].item.get() {
                ..=100 => (placed + 1, looked),
                _ => (placed, looked + 1),
            };
        }
        assert_eq!((placed, looked), (14, 2));
    }

    #[tokio::test]
    async fn a_step_that_panics_blocks_neither_its_line_nor_its_source() {
        let (mut work, now) = (Work::default(), Duration::from_secs(100));
        let line = DueLine { item: OrderItemId::new(1), order: OrderId::new(2), source: DataSourceId::new(3) };
        work.spawn(line, async { panic!("a fault of the program") });
        let ended = work.running.join_next().await.expect("it has begun");
        work.end(ended, now);
        assert!(work.lines.is_empty(), "it can be taken again");
        let health = work.health[&line.source];
        assert_eq!((health.in_flight, health.failures, health.room(now)), (0, 1, 0), "after a pause");
        assert_eq!(health.room(health.silent_until), 1);
    }
}

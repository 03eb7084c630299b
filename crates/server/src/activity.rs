//! Activity: how many orders, releases, levels and the like this process decides, and the same as rows by minute.
//!
//! Promises: counting costs a commit a few additions; rows are written when a minute is over and when the process stops,
//! and a process that dies loses what it has not written. What cannot be written is written later, as of its own minute.
//! Must not know how it is shown.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use onhand_core::{Command, Outcome, Timestamp};
use onhand_store::{Error, Store, Tx, activity};

use crate::auth::token;
use crate::clock::Clock;
use crate::hex;
use crate::writer::{ChangedStocks, CommitObserver, Submission, SubmissionResult};

/// What is counted.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Activity {
    /// Orders that were placed.
    Orders,
    /// Their lines.
    Lines,
    /// Commands that a rule rejected.
    Rejected,
    /// Lines that the ERP has registered.
    Released,
    /// Lines that were cancelled.
    Cancelled,
    /// Stock levels that were written.
    Levels,
    /// Rows of files.
    Imported,
}

/// How many kinds there are.
const KINDS: usize = 7;
/// Minutes that wait to be written while the database is away; the oldest are given up.
const MINUTES_MAX: usize = 24 * 60;
const DAY_MINUTES: i64 = 24 * 60;
const MINUTE_MICROS: i64 = 60_000_000;

impl Activity {
    /// Every kind.
    pub const ALL: [Self; KINDS] =
        [Self::Orders, Self::Lines, Self::Rejected, Self::Released, Self::Cancelled, Self::Levels, Self::Imported];

    /// Its name in the table.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Orders => "orders",
            Self::Lines => "lines",
            Self::Rejected => "rejected",
            Self::Released => "released",
            Self::Cancelled => "cancelled",
            Self::Levels => "levels",
            Self::Imported => "imported",
        }
    }
}

/// The minute of a time, counted from 1970.
pub const fn minute(at: Timestamp) -> i64 {
    at.micros().div_euclid(MINUTE_MICROS)
}

/// The time at which a minute begins.
pub const fn begin(minute: i64) -> Timestamp {
    Timestamp::from_micros(minute.saturating_mul(MINUTE_MICROS))
}

type Counted = [i64; KINDS];

/// What this process has done.
pub struct ActivityCounters {
    store: Store,
    clock: Clock,
    /// The name of this process in the table.
    process: String,
    /// By minute, the oldest first; the last one may go on.
    minutes: Mutex<VecDeque<(i64, Counted)>>,
}

impl ActivityCounters {
    /// Nothing has been done yet.
    pub fn new(store: Store, clock: Clock) -> Self {
        Self { store, clock, process: hex::encode(&token::random::<8>()), minutes: Mutex::default() }
    }

    fn minutes(&self) -> MutexGuard<'_, VecDeque<(i64, Counted)>> {
        self.minutes.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn add(&self, minute: i64, counted: &Counted) {
        let mut minutes = self.minutes();
        let place = minutes.partition_point(|(of, _)| *of < minute);
        match minutes.get_mut(place) {
            Some((of, sums)) if *of == minute => sums.iter_mut().zip(counted).for_each(|(sum, n)| *sum += n),
            _ => minutes.insert(place, (minute, *counted)),
        }
        while minutes.len() > MINUTES_MAX {
            minutes.pop_front();
        }
    }

    /// What all processes have done in the last 24 hours, by intervals of so many minutes, the present one included; and
    /// the minute in which the first interval begins. What other processes have not written yet is left out.
    pub async fn last_day(&self, kind: Activity, minutes: i64) -> Result<(i64, Vec<i64>), Error> {
        let until = (minute(self.clock.now()) / minutes + 1) * minutes;
        let from = until - DAY_MINUTES;
        let body = async move |tx: &mut Tx<'_>| activity::sums(tx, kind.name(), (from, until), minutes).await;
        let mut sums = self.store.read("activity.sums", body).await?;
        for (minute, counted) in self.minutes().iter() {
            let place = usize::try_from((minute - from).div_euclid(minutes)).ok().and_then(|at| sums.get_mut(at));
            place.into_iter().for_each(|sum| *sum += counted[kind as usize]);
        }
        Ok((from, sums))
    }

    /// Writes the minutes before one.
    pub async fn write(&self, before: i64) -> Result<(), Error> {
        loop {
            let next = self.minutes().front().copied().filter(|(minute, _)| *minute < before);
            let Some((minute, counted)) = next else { return Ok(()) };
            self.minutes().pop_front();
            let process = self.process.clone();
            let body = async move |tx: &mut Tx<'_>| {
                let named = Activity::ALL.iter().map(|kind| (kind.name(), counted[*kind as usize]));
                let named: Vec<(&str, i64)> = named.filter(|(_, n)| *n > 0).collect();
                activity::add(tx, minute, &process, &named).await
            };
            match self.store.write("activity.add", body).await {
                // Where that is not known, it is better lost than counted twice.
                Ok(()) | Err(Error::CommitInDoubt(_)) => {}
                Err(fault) => {
                    self.add(minute, &counted);
                    return Err(fault);
                }
            }
        }
    }

    /// Writes everything: the process stops.
    pub async fn write_all(&self) -> Result<(), Error> {
        self.write(i64::MAX).await
    }

    async fn forget(&self, now: i64) -> Result<(), Error> {
        for kind in Activity::ALL {
            let body = async move |tx: &mut Tx<'_>| activity::forget(tx, kind.name(), now).await;
            while self.store.write("activity.forget", body).await? {}
        }
        Ok(())
    }
}

impl CommitObserver for ActivityCounters {
    fn before_commit(&self, _: &ChangedStocks) {}

    fn after_commit(&self) {}

    fn decided(&self, commands: &[Submission], results: &[SubmissionResult]) {
        let mut counted = [0; KINDS];
        for (submission, result) in commands.iter().zip(results) {
            count(&submission.command, result, &mut counted);
        }
        if counted != [0; KINDS] {
            self.add(minute(self.clock.now()), &counted);
        }
    }
}

/// Counts what a command has done.
fn count(command: &Command, result: &SubmissionResult, counted: &mut Counted) {
    let mut add = |kind: Activity, n: usize| counted[kind as usize] += n as i64;
    match (command, result) {
        (Command::ImportStocks(import), SubmissionResult::Decided(Ok(_)) | SubmissionResult::Done) => {
            let kind = if import.import.is_some() { Activity::Imported } else { Activity::Levels };
            add(kind, import.rows.len());
        }
        (_, SubmissionResult::Decided(Err(_))) => add(Activity::Rejected, 1),
        (command, SubmissionResult::Decided(Ok(outcome))) => match (command, outcome) {
            (_, Outcome::OrderPlaced(_, lines)) => {
                add(Activity::Orders, 1);
                add(Activity::Lines, lines.len());
            }
            (_, Outcome::ItemReleased(_)) => add(Activity::Released, 1),
            (Command::CancelItems(cancel), Outcome::ItemsCancelled(_, lines)) => {
                add(Activity::Cancelled, if cancel.all { lines.len() } else { cancel.items.len() });
            }
            (Command::WriteStocks(write), _) => {
                add(Activity::Levels, write.rows.iter().filter(|row| row.on_hand.is_some()).count());
            }
            _ => {}
        },
        (_, SubmissionResult::Replayed(_) | SubmissionResult::KeyReused | SubmissionResult::Done) => {}
    }
}

/// Writes each minute when it is over, as long as the process runs, and drops old ones now and then.
pub async fn run(counters: Arc<ActivityCounters>) {
    const FORGET_MINUTES: i64 = 60;
    let mut forgotten = None;
    loop {
        let now = counters.clock.now().micros();
        let left = MINUTE_MICROS - now.rem_euclid(MINUTE_MICROS);
        tokio::time::sleep(Duration::from_micros(left.unsigned_abs())).await;
        let now = minute(counters.clock.now());
        let mut written = counters.write(now).await;
        if written.is_ok() && forgotten.is_none_or(|last| now - last >= FORGET_MINUTES) {
            forgotten = Some(now);
            written = counters.forget(now).await;
        }
        if let Err(fault) = written {
            tracing::warn!(%fault, "cannot write the activity counters");
        }
    }
}

//! Threads that own a connection each and work off jobs, until they are told to end.
//!
//! Promises: a job that panics ends itself and nothing else; one whose caller has gone before its turn is not begun; a
//! thread that ends closes its connection; an end waits for running jobs up to a bound, and interrupts the statements
//! of those that only read. Must not know SQL.

use std::any::Any;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use crossbeam_channel::{Receiver, RecvTimeoutError, Sender};
use rusqlite::{Connection, InterruptHandle};
use tokio::sync::oneshot;

use crate::Error;

/// How often an end looks whether a thread has ended.
const POLL: Duration = Duration::from_millis(2);

/// What a thread does with its connection.
pub(super) type Job = Box<dyn FnOnce(&mut Connection) + Send>;

/// The same with an answer, for a caller that waits for it.
type Work = Box<dyn FnOnce(&mut Connection, Caller) -> Result<Box<dyn Any + Send>, Error> + Send>;

enum Message {
    Run(Job),
    End,
}

/// What a thread does besides jobs.
pub(super) trait Idle: Send {
    /// Called when no job came for a while.
    fn rest(&mut self, connection: &mut Connection);
    /// Called before the connection is closed.
    fn end(&mut self, connection: &mut Connection);
}

/// How long a thread waits for a job before it rests.
pub(super) type Rest = Option<(Duration, Box<dyn Idle>)>;

/// The caller that waits for a job, as the job sees it.
#[derive(Clone, Debug, Default)]
pub(super) struct Caller(Arc<AtomicBool>);

impl Caller {
    /// Whether the caller waits no more.
    pub(super) fn has_gone(&self) -> bool {
        self.0.load(Ordering::Relaxed)
    }
}

/// The caller's own side: gone when it is dropped.
struct Stay(Caller);

impl Drop for Stay {
    fn drop(&mut self) {
        self.0.0.store(true, Ordering::Relaxed);
    }
}

/// Some threads that take jobs from one queue.
pub(super) struct Workers {
    jobs: Sender<Message>,
    running: Mutex<Vec<JoinHandle<()>>>,
    interrupts: Vec<InterruptHandle>,
}

impl Workers {
    /// Starts a thread for each connection.
    pub(super) fn start(name: &str, connections: Vec<Connection>) -> Result<Self, Error> {
        Self::start_each(name, connections.into_iter().map(|connection| (connection, None)).collect())
    }

    /// Starts a single thread, which rests when there are no jobs.
    pub(super) fn start_one(
        name: &str,
        connection: Connection,
        rest: (Duration, Box<dyn Idle>),
    ) -> Result<Self, Error> {
        Self::start_each(name, vec![(connection, Some(rest))])
    }

    fn start_each(name: &str, connections: Vec<(Connection, Rest)>) -> Result<Self, Error> {
        let (jobs, receiver) = crossbeam_channel::unbounded();
        let interrupts = connections.iter().map(|(connection, _)| connection.get_interrupt_handle()).collect();
        let mut running = Vec::with_capacity(connections.len());
        for (connection, rest) in connections {
            let receiver = receiver.clone();
            let thread = thread::Builder::new().name(name.to_owned()).spawn(move || work(connection, &receiver, rest));
            running.push(thread.map_err(|fault| Error::Internal(format!("cannot start a thread: {fault}")))?);
        }
        Ok(Self { jobs, running: Mutex::new(running), interrupts })
    }

    /// Leaves a job to whichever thread is free, and does not wait for it. Whether there is a thread.
    pub(super) fn send(&self, job: Job) -> bool {
        self.jobs.send(Message::Run(job)).is_ok()
    }

    /// Has work done by whichever thread is free. What a caller has given up that waits is not begun; what was begun
    /// knows of it and may end early.
    pub(super) async fn run<T: Send + 'static>(
        &self,
        work: impl FnOnce(&mut Connection, Caller) -> Result<T, Error> + Send + 'static,
    ) -> Result<T, Error> {
        let work: Work = Box::new(move |connection, caller| Ok(Box::new(work(connection, caller)?) as Box<_>));
        let answer = self.run_boxed(work).await?;
        answer.downcast().map(|value| *value).map_err(|_| Error::Internal("work answered with another type".to_owned()))
    }

    /// Without type parameters, so that it is compiled once and not for every piece of work.
    async fn run_boxed(&self, work: Work) -> Result<Box<dyn Any + Send>, Error> {
        let (answer, result) = oneshot::channel();
        let caller = Caller::default();
        let _stay = Stay(caller.clone());
        let job: Job = Box::new(move |connection| {
            if !caller.has_gone() {
                // A caller that goes from here on does not undo the work, and gets no answer.
                let _ = answer.send(work(connection, caller));
            }
        });
        if !self.send(job) {
            return Err(Error::Unavailable("the database is closed".to_owned()));
        }
        result.await.map_err(|_| Error::Internal("the work on the database has panicked".to_owned()))?
    }

    /// Interrupts the statements that run now.
    pub(super) fn interrupt(&self) {
        self.interrupts.iter().for_each(InterruptHandle::interrupt);
    }

    /// Ends the threads after the jobs that were sent before. Whether all have ended in time; a thread of the calling
    /// job itself is not waited for.
    pub(super) fn end(&self, patience: Duration) -> bool {
        let threads: Vec<_> = self.running.lock().unwrap_or_else(PoisonError::into_inner).drain(..).collect();
        threads.iter().for_each(|_| _ = self.jobs.send(Message::End));
        let begun = Instant::now();
        let mut all = true;
        for running in threads {
            let is_this = running.thread().id() == thread::current().id();
            while !is_this && !running.is_finished() && begun.elapsed() < patience {
                thread::park_timeout(POLL);
            }
            match running.is_finished() {
                true => drop(running.join()),
                false => all = false,
            }
        }
        all
    }
}

fn work(mut connection: Connection, messages: &Receiver<Message>, mut rest: Rest) {
    loop {
        let message = match &rest {
            Some((patience, _)) => messages.recv_timeout(*patience),
            None => messages.recv().map_err(|_| RecvTimeoutError::Disconnected),
        };
        match (message, &mut rest) {
            (Ok(Message::Run(job)), _) => run(&mut connection, job),
            (Err(RecvTimeoutError::Timeout), Some((_, idle))) => idle.rest(&mut connection),
            (Err(RecvTimeoutError::Timeout), None) => {}
            (Ok(Message::End) | Err(RecvTimeoutError::Disconnected), _) => break,
        }
    }
    if let Some((_, idle)) = &mut rest {
        idle.end(&mut connection);
    }
    if let Err((_, fault)) = connection.close() {
        tracing::warn!(%fault, "cannot close a connection to the database file");
    }
}

/// A job that panics has left its caller without an answer, which tells the caller; the thread goes on.
fn run(connection: &mut Connection, job: Job) {
    if catch_unwind(AssertUnwindSafe(|| job(connection))).is_err() {
        tracing::error!("a job on the database file has panicked");
        if !connection.is_autocommit() {
            let _ = connection.execute_batch("ROLLBACK");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const PATIENCE: Duration = Duration::from_secs(10);

    fn threads() -> Workers {
        Workers::start("test", vec![Connection::open_in_memory().expect("opens")]).expect("starts")
    }

    #[tokio::test]
    async fn a_job_that_panics_takes_nobody_with_it() {
        let threads = threads();
        let broken = threads.run(|_, _| -> Result<(), Error> { panic!("a fault of the program") });
        assert!(matches!(broken.await, Err(Error::Internal(_))));
        threads.run(|_, _| Ok(())).await.expect("the thread goes on");
    }

    #[tokio::test]
    async fn what_was_given_up_before_its_turn_is_not_begun() {
        let threads = threads();
        let (go, gone) = crossbeam_channel::bounded::<()>(0);
        threads.send(Box::new(move |_| _ = gone.recv()));
        let begun = Arc::new(AtomicBool::new(false));
        let mut given_up = Box::pin(threads.run({
            let begun = begun.clone();
            move |_, _| {
                begun.store(true, Ordering::Relaxed);
                Ok(())
            }
        }));
        assert!(futures_util::poll!(&mut given_up).is_pending());
        drop(given_up);
        drop(go);
        threads.run(|_, _| Ok(())).await.expect("the next one has its turn");
        assert!(!begun.load(Ordering::Relaxed));
    }

    #[tokio::test]
    async fn after_the_end_nothing_is_taken() {
        let threads = threads();
        assert!(threads.end(PATIENCE));
        assert!(matches!(threads.run(|_, _| Ok(())).await, Err(Error::Unavailable(_))));
        assert!(threads.end(PATIENCE), "a second end has nothing to do");
    }

    #[test]
    fn an_end_does_not_wait_for_ever() {
        let threads = threads();
        let (go, gone) = crossbeam_channel::bounded::<()>(0);
        threads.send(Box::new(move |_| _ = gone.recv()));
        assert!(!threads.end(Duration::from_millis(20)));
        drop(go);
    }
}

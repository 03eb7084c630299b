//! The inline driver: it sends and receives for a connection, and the task that waits for an answer polls it.
//!
//! A task of its own would have to be woken for every statement, and would wake the waiting task for every answer. Here
//! they are one task; what one half has for the other is seen in the next round, without waking any task.
//!
//! Promises: requests that were begun together leave in one write; nothing is sent or received but within a call of
//! this file. Must not know statements.

use std::future::{Future, poll_fn};
use std::pin::{Pin, pin};
use std::sync::atomic::{AtomicU8, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll, Wake, Waker};

use futures_util::task::AtomicWaker;

/// Rounds before other tasks run: a socket that is asked too often says "later" without looking.
const ROUNDS_MAX: usize = 16;

/// Nothing is left to do, and the task waits.
const WAITING: u8 = 0;
/// The task is at work.
const BUSY: u8 = 1;
/// There is something for another round.
const AGAIN: u8 = 2;

/// Set by either half that has something for the other, and by the socket.
struct DriverWaker {
    state: AtomicU8,
    task: AtomicWaker,
}

impl Wake for DriverWaker {
    fn wake(self: Arc<Self>) {
        self.wake_by_ref();
    }

    fn wake_by_ref(self: &Arc<Self>) {
        if self.state.swap(AGAIN, Ordering::SeqCst) == WAITING {
            self.task.wake();
        }
    }
}

type Driver = Pin<Box<dyn Future<Output = ()> + Send>>;

/// One connection's line.
pub(super) struct InlineDriver {
    /// Gone when the connection has ended; the client reports that to its user.
    driver: Mutex<Option<Driver>>,
    turn: Arc<DriverWaker>,
    waker: Waker,
}

impl InlineDriver {
    pub(super) fn new(driver: impl Future<Output = Result<(), tokio_postgres::Error>> + Send + 'static) -> Self {
        let driver: Driver = Box::pin(async move {
            if let Err(fault) = driver.await {
                tracing::debug!(%fault, "a database connection ended");
            }
        });
        let turn = Arc::new(DriverWaker { state: AtomicU8::new(BUSY), task: AtomicWaker::new() });
        Self { driver: Mutex::new(Some(driver)), waker: turn.clone().into(), turn }
    }

    /// Begins a request with the client; the next call of the driver sends it.
    pub(super) fn begin<T>(&self, work: Pin<&mut (impl Future<Output = T> + ?Sized)>) -> Poll<T> {
        work.poll(&mut Context::from_waker(&self.waker))
    }

    /// Sends what was begun and takes in what is there, and waits for nothing.
    pub(super) fn poll_once(&self) {
        let mut driver = self.driver.lock().unwrap_or_else(PoisonError::into_inner);
        let mut context = Context::from_waker(&self.waker);
        if driver.as_mut().is_some_and(|driver| driver.as_mut().poll(&mut context).is_ready()) {
            *driver = None;
        }
    }

    /// Does something with the client to its end.
    pub(super) async fn drive<T>(&self, work: impl Future<Output = T>) -> T {
        let mut work = pin!(work);
        poll_fn(|context| {
            self.turn.task.register(context.waker());
            for _ in 0..ROUNDS_MAX {
                self.turn.state.store(BUSY, Ordering::SeqCst);
                if let Poll::Ready(value) = self.begin(work.as_mut()) {
                    return Poll::Ready(value);
                }
                self.poll_once();
                let rests = self.turn.state.compare_exchange(BUSY, WAITING, Ordering::SeqCst, Ordering::SeqCst);
                if rests.is_ok() {
                    return Poll::Pending;
                }
            }
            context.waker().wake_by_ref();
            Poll::Pending
        })
        .await
    }
}

//! Log lines, written to standard error by a thread of their own.
//!
//! Promises: code that logs never waits, never fails and never panics, whatever becomes of standard error (closed, a
//! full disk, a pipe whose reader stands still); lines that are not written are counted, and the log says so as soon as
//! it can be written again. Must not know what is logged.

use std::fs::File;
use std::io::{self, Write};
use std::os::fd::AsFd as _;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::sync::{Arc, OnceLock};
use std::thread;
use std::time::{Duration, Instant};

use tracing_subscriber::EnvFilter;
use tracing_subscriber::fmt::MakeWriter;

use crate::config::LogConfig;

/// Lines that may wait to be written; further ones are dropped.
const LINES_MAX: usize = 8_192;
/// How long the end of the program waits for lines that were logged.
const FLUSH_MAX: Duration = Duration::from_secs(2);
/// How often a flush tries again while the queue is full.
const FLUSH_PAUSE: Duration = Duration::from_millis(5);

/// The lines of this process.
static LINES: OnceLock<Lines> = OnceLock::new();

enum Message {
    Line(Vec<u8>),
    Flush(SyncSender<()>),
}

/// Where lines are left to be written. Cheap to clone.
#[derive(Clone)]
struct Lines {
    queue: SyncSender<Message>,
    dropped: Arc<AtomicU64>,
}

/// How the log says how many lines it has not written.
type Notice = fn(u64) -> String;

impl Lines {
    fn start(out: impl Write + Send + 'static, notice: Notice) -> io::Result<Self> {
        let (queue, messages) = sync_channel(LINES_MAX);
        let dropped = Arc::new(AtomicU64::new(0));
        let counted = dropped.clone();
        thread::Builder::new().name("onhand-log".to_owned()).spawn(move || write(out, &messages, &counted, notice))?;
        Ok(Self { queue, dropped })
    }

    fn put(&self, line: Vec<u8>) {
        if self.queue.try_send(Message::Line(line)).is_err() {
            self.dropped.fetch_add(1, Ordering::Relaxed);
        }
    }

    /// Waits until what was logged before is written, up to a bound. Whether it is.
    fn flush(&self, patience: Duration) -> bool {
        let (tell, told) = sync_channel(1);
        let begun = Instant::now();
        while self.queue.try_send(Message::Flush(tell.clone())).is_err() {
            if begun.elapsed() >= patience {
                return false;
            }
            thread::park_timeout(FLUSH_PAUSE);
        }
        told.recv_timeout(patience.saturating_sub(begun.elapsed())).is_ok()
    }
}

fn write(mut out: impl Write, messages: &Receiver<Message>, dropped: &AtomicU64, notice: Notice) {
    let mut said = 0;
    for message in messages {
        match message {
            Message::Line(line) => {
                let missing = dropped.load(Ordering::Relaxed) - said;
                if missing > 0 && out.write_all(notice(missing).as_bytes()).is_ok() {
                    said += missing;
                }
                if out.write_all(&line).is_err() {
                    dropped.fetch_add(1, Ordering::Relaxed);
                }
            }
            Message::Flush(tell) => drop(tell.send(())),
        }
    }
}

/// One event's line.
struct Line<'l> {
    lines: &'l Lines,
    text: Vec<u8>,
}

impl<'l> MakeWriter<'l> for Lines {
    type Writer = Line<'l>;

    fn make_writer(&'l self) -> Line<'l> {
        Line { lines: self, text: Vec::new() }
    }
}

impl Write for Line<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.text.extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl Drop for Line<'_> {
    fn drop(&mut self) {
        if !self.text.is_empty() {
            self.lines.put(std::mem::take(&mut self.text));
        }
    }
}

/// Starts the log of a process.
pub fn start(config: &LogConfig, is_server: bool) -> anyhow::Result<()> {
    use io::IsTerminal as _;
    // What a server says of its workers would run into the bars and tables of a command that does their work.
    let filter = if !is_server && config.filter == "info" { "warn" } else { &config.filter };
    // The database driver would show every parameter of every statement, hashes of passwords and tokens among them.
    let filter = EnvFilter::try_new(filter)?.add_directive(onhand_store::LOG_LIMIT.parse()?);
    let is_terminal = io::stderr().is_terminal();
    // Not through the library's handle: its lock would stay locked while a write waits.
    let out = File::from(io::stderr().as_fd().try_clone_to_owned()?);
    let lines = Lines::start(out, if config.json { json_notice } else { text_notice })?;
    let lines = LINES.get_or_init(|| lines).clone();
    let builder = tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(lines)
        .log_internal_errors(false)
        .with_ansi(is_terminal && std::env::var_os("NO_COLOR").is_none());
    if config.json {
        builder.json().flatten_event(true).init();
    } else {
        builder.init();
    }
    if is_server {
        log_panics();
    }
    Ok(())
}

/// A panic is a line of the log: what the library prints by itself would wait for a reader that stands still.
fn log_panics() {
    std::panic::set_hook(Box::new(|panic| {
        let place = panic.location().map(ToString::to_string).unwrap_or_default();
        let text = panic.payload_as_str().unwrap_or("no text");
        let backtrace = std::backtrace::Backtrace::capture();
        match backtrace.status() {
            std::backtrace::BacktraceStatus::Captured => tracing::error!(place, text, %backtrace, "panicked"),
            _ => tracing::error!(place, text, "panicked"),
        }
    }));
}

fn text_notice(missing: u64) -> String {
    format!("WARN onhand::logs: log lines could not be written dropped={missing}\n")
}

fn json_notice(missing: u64) -> String {
    let line = serde_json::json!({"level": "WARN", "message": "log lines could not be written", "dropped": missing});
    format!("{line}\n")
}

/// Leaves a line for a person on standard error, after what was logged before.
pub fn say(line: &str) {
    match LINES.get() {
        Some(lines) => lines.put(format!("{line}\n").into_bytes()),
        None => _ = writeln!(io::stderr(), "{line}"),
    }
}

/// Waits until what was logged is written, but not for ever.
pub fn flush() {
    if let Some(lines) = LINES.get() {
        lines.flush(FLUSH_MAX);
    }
}

/// The size of the log, where standard error is a file.
pub fn file_bytes() -> Option<u64> {
    let out = File::from(io::stderr().as_fd().try_clone_to_owned().ok()?);
    out.metadata().ok().filter(std::fs::Metadata::is_file).map(|metadata| metadata.len())
}

/// Lines that were not written so far.
pub fn dropped() -> u64 {
    LINES.get().map_or(0, |lines| lines.dropped.load(Ordering::Relaxed))
}

#[cfg(test)]
mod tests {
    use std::sync::Mutex;
    use std::sync::mpsc::channel;

    use super::*;

    const PATIENCE: Duration = Duration::from_secs(10);

    /// Rejects or waits, as it is told, and keeps what it takes.
    #[derive(Clone, Default)]
    struct Out {
        taken: Arc<Mutex<Vec<u8>>>,
        fails: Arc<AtomicU64>,
        gate: Arc<Mutex<()>>,
    }

    impl Out {
        fn text(&self) -> String {
            String::from_utf8(self.taken.lock().unwrap().clone()).unwrap()
        }
    }

    impl Write for Out {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            drop(self.gate.lock());
            if self.fails.load(Ordering::Relaxed) > 0 {
                return Err(io::ErrorKind::StorageFull.into());
            }
            self.taken.lock().unwrap().extend_from_slice(bytes);
            Ok(bytes.len())
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    fn line(number: usize) -> Vec<u8> {
        format!("{number}\n").into_bytes()
    }

    #[test]
    fn what_cannot_be_written_is_counted_and_said_later() {
        let out = Out::default();
        let lines = Lines::start(out.clone(), text_notice).unwrap();
        out.fails.store(1, Ordering::Relaxed);
        (0..3).for_each(|number| lines.put(line(number)));
        assert!(lines.flush(PATIENCE));
        assert_eq!((out.text().as_str(), lines.dropped.load(Ordering::Relaxed)), ("", 3));
        out.fails.store(0, Ordering::Relaxed);
        (3..5).for_each(|number| lines.put(line(number)));
        assert!(lines.flush(PATIENCE));
        assert_eq!(out.text(), "WARN onhand::logs: log lines could not be written dropped=3\n3\n4\n");
    }

    #[test]
    fn a_reader_that_stands_still_keeps_nobody_waiting() {
        let out = Out::default();
        let lines = Lines::start(out.clone(), text_notice).unwrap();
        let gate = out.gate.lock().unwrap();
        let (logged, done) = channel();
        let other = lines.clone();
        thread::spawn(move || {
            (0..3 * LINES_MAX).for_each(|number| other.put(line(number)));
            logged.send(()).unwrap();
        });
        done.recv_timeout(PATIENCE).expect("it does not wait");
        assert!(!lines.flush(Duration::from_millis(20)), "nor does a flush for ever");
        let dropped = lines.dropped.load(Ordering::Relaxed);
        assert!(dropped >= LINES_MAX as u64, "{dropped}");
        drop(gate);
        assert!(lines.flush(PATIENCE));
        assert_eq!(
            out.text().lines().filter(|line| !line.contains(' ')).count() as u64 + dropped,
            3 * LINES_MAX as u64
        );
    }
}

//! How far something is: a bar on a terminal, a line for each tenth elsewhere, on standard error either way.
//!
//! Promises: nothing of it is in what a command prints. Must not know what is done.

use std::io::{IsTerminal as _, Write as _};

use indicatif::{ProgressBar, ProgressStyle};

/// Of how many parts a line is printed.
const LINES: u64 = 10;

/// What is shown.
pub(super) struct Progress {
    what: &'static str,
    bar: Option<ProgressBar>,
    lines: u64,
    done: u64,
}

impl Progress {
    /// Nothing is done yet. `is_bytes` says how amounts are written.
    pub(super) fn begin(what: &'static str, is_bytes: bool) -> Self {
        let amounts = match is_bytes {
            true => "{bytes}/{total_bytes}",
            false => "{human_pos}/{human_len} rows",
        };
        let style = ProgressStyle::with_template(&format!("{{msg}} {{bar:30}} {amounts}"));
        let style = style.expect("the template is one of two that are tested");
        let bar = ProgressBar::new(0).with_style(style).with_message(what);
        Self { what, bar: std::io::stderr().is_terminal().then_some(bar), lines: 0, done: 0 }
    }

    /// So much is done more.
    pub(super) fn add(&mut self, more: u64, total: u64) {
        self.at(self.done + more, total);
    }

    /// So much is done.
    pub(super) fn at(&mut self, done: u64, total: u64) {
        self.done = done;
        if let Some(bar) = &self.bar {
            bar.set_length(total);
            bar.set_position(done);
            return;
        }
        let lines = (done.min(total) * LINES).checked_div(total).unwrap_or(0);
        if lines > self.lines {
            self.lines = lines;
            let _ = writeln!(std::io::stderr(), "{}: {} %", self.what, lines * 100 / LINES);
        }
    }

    /// A line beside it.
    pub(super) fn note(&self, line: &str) {
        match &self.bar {
            Some(bar) => bar.suspend(|| drop(writeln!(std::io::stderr(), "{line}"))),
            None => drop(writeln!(std::io::stderr(), "{line}")),
        }
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        if let Some(bar) = &self.bar {
            bar.finish_and_clear();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_is_printed_for_each_tenth() {
        let mut progress = Progress { bar: None, ..Progress::begin("sent", true) };
        let _ = Progress::begin("rows", false);
        let lines = [(0, 0), (0, 50), (4, 50), (5, 50), (49, 50), (60, 50)].map(|(done, total)| {
            progress.at(done, total);
            progress.lines
        });
        assert_eq!(lines, [0, 0, 0, 1, 9, 10]);
    }
}

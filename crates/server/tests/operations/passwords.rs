//! Users made on the command line: where the password comes from, and that it cannot be read over a shoulder.

use std::io::{Read as _, Write as _};
use std::path::Path;
use std::process::{Child, Command, Stdio};

use onhand_testkit::program::{PASSWORD, file};

use crate::ONHAND;

/// `onhand user add` at a terminal of its own.
struct Asked {
    child: Child,
    terminal: String,
    seen: String,
}

impl Asked {
    fn begin(folder: &Path) -> Self {
        let program = env!("CARGO_BIN_EXE_onhand");
        let line = format!("tty; exec {program} --database {} user add picker", file(folder));
        let mut command = Command::new("script");
        command.args(["-qfec", &line, "/dev/null"]).env_remove("ONHAND_PASSWORD");
        let child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().expect("script is part of Linux");
        let mut asked = Self { child, terminal: String::new(), seen: String::new() };
        let terminal = asked.until("\n");
        terminal.trim().clone_into(&mut asked.terminal);
        asked
    }

    /// Reads on until it has said this; what it has said since the last time.
    fn until(&mut self, words: &str) -> String {
        let (from, mut byte) = (self.seen.len(), [0; 1]);
        while !self.seen[from..].contains(words) {
            let out = self.child.stdout.as_mut().expect("it is piped");
            assert_eq!(out.read(&mut byte).expect("it speaks"), 1, "it ended without {words:?}: {:?}", self.seen);
            self.seen.push(char::from(byte[0]));
        }
        self.seen[from..].to_owned()
    }

    /// Types a line once the terminal shows nothing of what is typed.
    fn answer(&mut self, prompt: &str, line: &str) {
        self.until(prompt);
        let is_silent = || {
            let told = Command::new("stty").args(["-F", &self.terminal, "-a"]).output().expect("stty runs");
            String::from_utf8_lossy(&told.stdout).contains(" -echo ")
        };
        while !is_silent() {
            std::thread::yield_now();
        }
        let keys = self.child.stdin.as_mut().expect("it is piped");
        writeln!(keys, "{line}").expect("it is read");
    }

    /// Everything it said, and whether it was content.
    fn end(mut self) -> (String, bool) {
        let mut rest = Vec::new();
        self.child.stdout.as_mut().expect("it is piped").read_to_end(&mut rest).expect("it speaks");
        self.seen.push_str(&String::from_utf8_lossy(&rest));
        let is_content = self.child.wait().expect("it is ours").success();
        (self.seen, is_content)
    }
}

#[test]
fn a_terminal_asks_twice_and_shows_nothing() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut asked = Asked::begin(folder.path());
    asked.answer("Password: ", PASSWORD);
    asked.answer("The same again: ", PASSWORD);
    let (seen, is_content) = asked.end();
    assert!(is_content && seen.contains("made user picker"), "{seen}");
    assert!(!seen.contains(PASSWORD), "{seen}");
}

#[test]
fn two_different_passwords_make_no_user_and_no_database() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut asked = Asked::begin(folder.path());
    asked.answer("Password: ", PASSWORD);
    asked.answer("The same again: ", "another-password");
    let (seen, is_content) = asked.end();
    assert!(!is_content && seen.contains("are not the same") && !seen.contains("another-password"), "{seen}");
    assert!(!folder.path().join("onhand.db").exists());
}

#[test]
fn a_pipe_gives_the_password_as_its_first_line() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut command = ONHAND.command(&file(folder.path()), &["user", "add", "picker"]);
    let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().expect("the program starts");
    writeln!(child.stdin.take().expect("it is piped"), "{PASSWORD}").expect("it is read");
    let output = child.wait_with_output().expect("it is ours");
    assert!(output.status.success(), "{output:?}");
    assert!(String::from_utf8_lossy(&output.stdout).contains("made user picker"), "{output:?}");
}

/// A command that only looks, or is rejected before it does anything, makes no database.
#[test]
fn a_command_that_fails_leaves_no_new_database() {
    let folder = tempfile::tempdir().expect("a folder");
    for arguments in [
        &["user", "list"][..],
        &["user", "passwd", "nobody"],
        &["user", "add", "picker"],
        &["user", "add", "picker", "--role", "channel"],
        &["token", "create", "nobody"],
        &["token", "list", "nobody"],
    ] {
        let told = ONHAND.run(&file(folder.path()), arguments);
        assert_eq!(told.code, Some(1), "{arguments:?}: {told:?}");
        let left: Vec<_> = folder.path().read_dir().expect("it is there").collect();
        assert!(left.is_empty(), "{arguments:?} left {left:?}");
    }
}

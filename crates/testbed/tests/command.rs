//! The command: its server is gone with its owner, however that went.

use std::io::{BufRead as _, BufReader, Read as _};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use onhand_testbed::{database, psql};

fn testbed(arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_onhand-testbed"));
    command.args(arguments).stdin(Stdio::null());
    command
}

/// A server for a person, and its URL.
fn serve() -> (Child, String) {
    let serving = testbed(&["serve"]).stdin(Stdio::piped()).stdout(Stdio::piped()).spawn();
    let mut owner = serving.expect("the command starts");
    let mut url = String::new();
    let mut output = BufReader::new(owner.stdout.take().expect("it is piped"));
    output.read_line(&mut url).expect("it prints its URL");
    (owner, url.trim().to_owned())
}

/// A server's folder, and its first process.
fn traces(url: &str) -> (PathBuf, PathBuf) {
    let data = PathBuf::from(psql(url, "SHOW data_directory").expect("it answers"));
    let state = std::fs::read_to_string(data.join("postmaster.pid")).expect("it runs");
    let process = Path::new("/proc").join(state.lines().next().expect("the first line is its number"));
    (data.parent().expect("it is in its folder").to_owned(), process)
}

/// Looks again and again until something holds. The limit is for a test that fails: shorter than the time after which
/// what does not end by itself is killed.
fn wait_until(holds: impl Fn() -> bool) {
    let begun = Instant::now();
    while !holds() {
        assert!(begun.elapsed() < Duration::from_secs(25), "it never came");
        std::thread::park_timeout(Duration::from_millis(5));
    }
}

#[test]
fn a_killed_owner_leaves_nothing() {
    let (mut owner, url) = serve();
    let (folder, postmaster) = traces(&url);
    assert!(postmaster.exists() && folder.exists());
    owner.kill().unwrap();
    owner.wait().unwrap();
    wait_until(|| !folder.exists());
    assert!(!postmaster.join("cwd").exists(), "the server ended before its folder went");
}

#[test]
fn an_owner_whose_input_ends_leaves_nothing() {
    let (mut owner, url) = serve();
    let (folder, postmaster) = traces(&url);
    drop(owner.stdin.take());
    assert!(owner.wait().unwrap().success());
    assert!(!postmaster.exists() && !folder.exists());
}

#[test]
fn a_command_gets_a_server_and_its_status_is_ours() {
    let script = r#"psql -XAtc "SHOW data_directory" "$TEST_POSTGRES_URL"; exit 7"#;
    let ended = testbed(&["-c", "max_connections=17", "run", "--", "sh", "-c", script]).output().unwrap();
    assert_eq!(ended.status.code(), Some(7));
    let data = PathBuf::from(String::from_utf8(ended.stdout).unwrap().trim());
    assert!(data.is_absolute() && !data.exists());

    let killed = testbed(&["run", "--", "sh", "-c", "kill -KILL $$"]).status().unwrap();
    assert_eq!(killed.code(), Some(128 + 9));
    let missing = testbed(&["run", "--", "no-such-command"]).output().unwrap();
    assert_eq!(missing.status.code(), Some(1));
    assert!(String::from_utf8(missing.stderr).unwrap().contains("no-such-command"));
}

#[test]
fn without_postgresql_one_line_says_what_to_do() {
    let refused = testbed(&["serve"]).env("ONHAND_POSTGRES_BIN", "/nowhere").output().unwrap();
    assert_eq!(refused.status.code(), Some(1));
    let said = String::from_utf8(refused.stderr).unwrap();
    assert!(said.contains("ONHAND_POSTGRES_BIN") && said.trim().lines().count() == 1, "{said}");
}

/// The templates of a process go with it, also on a server that is not ours.
#[test]
fn a_process_takes_its_databases_along() {
    const NAMES: &str = "SELECT datname FROM pg_database WHERE datname LIKE 'onhand_test_%'";
    let (mut server, url) = serve();
    let url = url.as_str();

    let mut other = Command::new(std::env::current_exe().unwrap());
    other.args(["--exact", "a_database_and_a_long_wait", "--ignored", "--nocapture"]).env("TEST_POSTGRES_URL", url);
    let mut other = other.stdout(Stdio::piped()).spawn().unwrap();
    let mut said = BufReader::new(other.stdout.take().unwrap()).lines();
    said.find(|line| line.as_ref().unwrap().contains("made a database")).unwrap().unwrap();
    assert_ne!(psql(url, NAMES).unwrap(), "");
    other.kill().unwrap();
    other.wait().unwrap();
    wait_until(|| psql(url, NAMES).unwrap().is_empty());
    drop(server.stdin.take());
    server.wait().unwrap();
}

/// The other process of the test above.
#[test]
#[ignore = "waits until it is killed"]
fn a_database_and_a_long_wait() {
    let database = database();
    println!("made a database: {}", database.url());
    std::io::stdin().read_to_end(&mut Vec::new()).unwrap();
    std::thread::park();
}

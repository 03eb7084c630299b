//! Cases in small: each sets up its servers, measures for a moment and compares the books.
//!
//! Promises: real servers and a real PostgreSQL; what a case says of speed is not looked at. Needs the server's binary beside
//! its own, as `cargo test --workspace` builds it.

use std::path::Path;
use std::process::Command;

/// Runs a case, which must end well; what it printed.
fn run(case: &str, arguments: &[&str]) -> String {
    let bench = Path::new(env!("CARGO_BIN_EXE_onhand-bench"));
    let server = bench.with_file_name("onhand");
    assert!(server.exists(), "there is no {}: build the whole workspace", server.display());
    let mut command = Command::new(bench);
    command.arg(case).args(["--rounds", "1", "--seconds", "0.2", "--connections", "8"]);
    let ended = command.args(arguments).arg("--server").arg(server).output().expect("it starts");
    let (printed, said) = (String::from_utf8_lossy(&ended.stdout), String::from_utf8_lossy(&ended.stderr));
    assert!(ended.status.success(), "{printed}\n{said}");
    printed.into_owned()
}

#[test]
fn sourcing_is_measured_on_both_engines() {
    let printed = run("sourcing", &["--stocks", "1000", "--stores", "60"]);
    for figure in ["availability of 10 SKUs ÷ bare page", "order, rule over 50 lists ÷ order, fixed list"] {
        assert_eq!(printed.matches(figure).count(), 2, "{printed}");
    }
}

#[test]
fn a_remote_change_is_measured() {
    let printed = run("sources", &["--stocks", "1000", "--only", "change visible"]);
    for figure in ["change visible, change feed", "change visible, pages every second"] {
        assert!(printed.contains(&format!("p99 of the worst round: {figure}")), "{printed}");
    }
}

#[test]
fn an_instant_is_measured() {
    let printed = run("history", &["--stocks", "1000", "--movements", "6000"]);
    assert!(printed.contains("one stock as of an instant ÷ one stock"), "{printed}");
}

#[test]
fn webhooks_are_measured() {
    let printed = run("webhooks", &["--stocks", "1000"]);
    for figure in ["order, spread, 10 webhooks ÷ order, spread", "a thousand events to one receiver, processor time"] {
        assert!(printed.contains(figure), "{printed}");
    }
}

#[test]
fn an_adoption_is_measured() {
    let printed = run("adopt", &["--stocks", "2500"]);
    assert!(printed.contains("adopted product stocks, all new ÷ pages of product stocks, only read"), "{printed}");
}

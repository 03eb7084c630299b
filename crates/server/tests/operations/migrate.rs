//! `onhand migrate`: what it says and does, alone and with others at once.

use std::process::Stdio;

use onhand_testbed::{Database, database};
use onhand_testkit::program::{Server, Starting};

use crate::ONHAND;
use crate::behind;

#[test]
fn a_database_is_brought_up_to_date_once() {
    let (server, folder) = (database(), tempfile::tempdir().expect("a temporary folder"));
    let file = format!("sqlite:{}", folder.path().join("onhand.db").display());
    ONHAND.done(&file, &["migrate"]);
    let newest = ONHAND.done(&file, &["migrate", "--check"]);
    let version = newest.strip_suffix(", nothing to do\n").expect("a database that was opened is up to date");
    assert!(version.starts_with("schema version "), "{version}");

    let url = server.url();
    let missing = ONHAND.run(url, &["migrate", "--check"]);
    assert_eq!(missing.code, Some(1), "{missing:?}");
    assert!(missing.out.starts_with("missing: migration 1, init\n"), "{missing:?}");
    assert!(missing.out.ends_with("schema version 0\n"), "{missing:?}");
    assert_eq!(ONHAND.run(url, &["migrate", "--check"]).code, Some(1), "looking changed nothing");

    let ran = ONHAND.done(url, &["migrate"]);
    assert_eq!(ran.lines().last(), Some(version), "{ran}");
    assert_eq!(ran.lines().count(), missing.out.lines().count(), "{ran}");
    assert_eq!(ONHAND.done(url, &["migrate"]), newest);
    assert_eq!(ONHAND.done(url, &["migrate", "--check"]), newest);
}

#[test]
fn looking_makes_no_database() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let path = folder.path().join("onhand.db");
    let told = ONHAND.run(&format!("sqlite:{}", path.display()), &["migrate", "--check"]);
    assert_eq!(told.code, Some(1), "{told:?}");
    assert!(!path.exists());
}

#[test]
fn a_database_of_a_later_program_is_left_alone() {
    let database = database();
    ONHAND.done(database.url(), &["migrate"]);
    behind::age(&database);
    for arguments in [&["migrate"][..], &["migrate", "--check"], &["serve", "--listen=127.0.0.1:0"], &["verify"]] {
        let told = ONHAND.run(database.url(), arguments);
        assert_eq!((told.code, told.err.lines().count()), (Some(1), 1), "{told:?}");
        assert!(told.err.contains("the database has schema version 99"), "{told:?}");
    }
}

#[test]
fn without_citus_its_command_is_refused_in_one_line() {
    let database = database();
    let refused = ONHAND.run(database.url(), &["migrate", "--citus"]);
    assert_eq!((refused.code, refused.out.as_str(), refused.err.lines().count()), (Some(1), "", 1), "{refused:?}");
    assert!(refused.err.starts_with("onhand: the extension citus is not in this database: install"), "{refused:?}");
    assert!(ONHAND.run(database.url(), &["migrate", "--check"]).out.ends_with("schema version 0\n"), "no trace");
}

/// As after an update that brings new tables: a server would write some on one machine and some on several.
#[test]
fn a_server_says_that_tables_are_still_to_be_distributed() {
    let database = database();
    ONHAND.done(database.url(), &["migrate"]);
    behind::distribute_in_part(&database);
    for arguments in [&["serve", "--listen=127.0.0.1:0"][..], &["user", "list"]] {
        let told = ONHAND.run(database.url(), arguments);
        assert_eq!((told.code, told.out.as_str(), told.err.lines().count()), (Some(1), "", 1), "{told:?}");
        assert!(told.err.contains("onhand migrate --citus is due, with all servers stopped"), "{told:?}");
        assert!(told.err.contains(", account, token, "), "{told:?}");
    }
}

/// Starts processes that all find an empty database, and lets them go on together.
fn together<T>(database: &Database, start: impl Fn() -> T, processes: usize) -> Vec<T> {
    behind::hold(database, behind::MIGRATING, || {
        let started = (0..processes).map(|_| start()).collect();
        behind::await_waiting(database, "advisory", processes);
        started
    })
}

#[test]
fn of_several_at_once_one_migrates_and_all_go_on() {
    let database = database();
    let migrate = || {
        let mut command = ONHAND.command(database.url(), &["migrate"]);
        command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("the program starts")
    };
    let ended = together(&database, migrate, 5).into_iter().map(|child| child.wait_with_output().expect("it ends"));
    let told: Vec<String> = ended.map(|output| String::from_utf8(output.stdout).expect("text")).collect();
    let (ran, found): (Vec<_>, Vec<_>) = told.iter().partition(|told| told.contains("ran migration 1, init"));
    assert_eq!((ran.len(), found.len()), (1, 4), "{told:?}");
    assert!(found.iter().all(|told| told.ends_with(", nothing to do\n")), "{told:?}");
}

#[test]
fn servers_that_start_together_make_one_administrator() {
    let database = database();
    let starting = together(&database, || Starting::of(&mut ONHAND.serve(database.url(), &[])), 3);
    let servers: Vec<Server> = starting.into_iter().map(Starting::listening).collect();
    assert_eq!(ONHAND.done(database.url(), &["user", "list"]), "admin\tadmin\n");
    drop(servers);
}

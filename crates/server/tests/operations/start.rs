//! The start on a database server: denied access is reported in one line, a server that is not there yet is waited for.

use onhand_testbed::{Cluster, Mode, Settings, database};
use onhand_testkit::program::{Starting, file};

use crate::ONHAND;

#[test]
fn what_keeps_a_command_from_the_database_is_told_in_one_line() {
    let database = database();
    let wrong = database.url().replace(":onhand@", ":s3cret@");
    let nowhere = format!("{}_nowhere", database.url());
    for (url, words) in [
        (wrong.as_str(), "password authentication failed"),
        (nowhere.as_str(), "does not exist"),
        ("postgres://erp:s3cret@127.0.0.1:1/onhand?colour=blue", "unknown option `colour`"),
        ("mysql://erp:s3cret@db/onhand", "starts with sqlite: or postgres://"),
        ("host=db password=s3cret", "starts with sqlite: or postgres://"),
    ] {
        for arguments in [["serve", "--listen=127.0.0.1:0"], ["user", "list"]] {
            let told = ONHAND.run(url, &arguments);
            assert_eq!((told.code, told.out.as_str(), told.err.lines().count()), (Some(1), "", 1), "{told:?}");
            assert!(told.err.contains(words) && !told.err.contains("s3cret"), "{told:?}");
        }
    }
}

#[test]
fn a_server_waits_for_its_database_and_a_command_does_not() {
    let cluster = Cluster::start(&Settings::default()).expect("a server");
    let url = cluster.url("postgres");
    cluster.stop(Mode::Fast).expect("it stops");

    let told = ONHAND.run(&url, &["user", "list"]);
    assert_eq!((told.code, told.err.lines().count()), (Some(1), 1), "{told:?}");
    assert!(told.err.contains("the database is not available"), "{told:?}");

    let mut starting = Starting::of(&mut ONHAND.serve(&url, &["--database-wait-seconds=600"]));
    for _ in 0..2 {
        let line = starting.logged("waiting for the database");
        assert!(line.contains("Connection refused"), "{line}");
    }
    cluster.start_again().expect("it starts");
    let server = starting.listening();
    std::net::TcpStream::connect(server.address).expect("it listens");
    assert!(server.stop().success());
}

#[test]
fn a_start_that_fails_leaves_no_new_database() {
    let folder = tempfile::tempdir().expect("a folder");
    let taken = std::net::TcpListener::bind("127.0.0.1:0").expect("a free port");
    let address = taken.local_addr().expect("it listens").to_string();
    for arguments in [["serve", "--listen", &address], ["serve", "--log", "onhand=loud"]] {
        let told = ONHAND.run(&file(folder.path()), &arguments);
        assert_eq!((told.code, told.err.lines().count()), (Some(1), 1), "{arguments:?}: {told:?}");
        let left: Vec<_> = folder.path().read_dir().expect("it is there").collect();
        assert!(left.is_empty(), "{arguments:?} left {left:?}");
    }
}

#[test]
fn a_server_does_not_wait_for_ever() {
    let cluster = Cluster::start(&Settings::default()).expect("a server");
    cluster.stop(Mode::Fast).expect("it stops");
    let told = ONHAND.run(&cluster.url("postgres"), &["serve", "--database-wait-seconds=1"]);
    assert_eq!(told.code, Some(1), "{told:?}");
    let last = told.err.lines().last().unwrap_or_default();
    assert!(last.starts_with("onhand: cannot open the database"), "{told:?}");
}

//! What other users of the machine, and of the network, may read.

use std::fs::{self, Permissions};
use std::io;
use std::net::{TcpListener, TcpStream};
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;
use std::thread;

use onhand_testbed::database;
use onhand_testkit::program::file;

use crate::ONHAND;
use crate::orders::Buyer;

fn rights(path: &Path) -> u32 {
    fs::metadata(path).unwrap_or_else(|fault| panic!("{}: {fault}", path.display())).permissions().mode() & 0o777
}

#[test]
fn files_of_a_database_are_their_owners_alone() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let server = ONHAND.start(&file(folder.path()), &[]);
    Buyer::new(server.address, "one").place_some("S", 20);
    for name in ["onhand.db", "onhand.db-wal", "onhand.db-shm", "onhand.db-lock"] {
        assert_eq!(rights(&folder.path().join(name)), 0o600, "{name}");
    }
    let backup = folder.path().join("backup.db");
    ONHAND.done(&file(folder.path()), &["backup", backup.to_str().expect("a plain path")]);
    assert_eq!(rights(&backup), 0o600);
    assert!(server.stop().success());
    let other = tempfile::tempdir().expect("a temporary folder");
    ONHAND.done(&file(other.path()), &["restore", backup.to_str().expect("a plain path")]);
    assert_eq!(rights(&other.path().join("onhand.db")), 0o600);
}

#[test]
fn a_file_that_others_may_read_is_left_so_and_questioned() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    assert!(ONHAND.start(&file(folder.path()), &[]).stop().success());
    let path = folder.path().join("onhand.db");
    fs::set_permissions(&path, Permissions::from_mode(0o644)).expect("it is ours");
    let mut server = ONHAND.start(&file(folder.path()), &[]);
    let said = server.logged("other users of this machine may read the database");
    assert!(said.contains("mode=\"644\"") && said.contains("onhand.db"), "{said}");
    assert_eq!(rights(&path), 0o644);
    assert!(server.stop().success());
}

/// Hands every connection on to another address.
fn hand_on(listener: TcpListener, to: String) {
    thread::spawn(move || {
        for from in listener.incoming() {
            let Ok(from) = from else { return };
            let to = TcpStream::connect(&to).expect("the database listens");
            for (mut from, mut to) in [(from.try_clone(), to.try_clone()), (Ok(to), Ok(from))]
                .map(|(from, to)| (from.expect("a handle"), to.expect("a handle")))
            {
                thread::spawn(move || {
                    io::copy(&mut from, &mut to).and_then(|_| to.shutdown(std::net::Shutdown::Write))
                });
            }
        }
    });
}

#[test]
fn a_database_elsewhere_that_speaks_no_tls_is_told_once() {
    let database = database();
    let (user, place) = database.url().rsplit_once('@').expect("a user");
    let (address, name) = place.split_once('/').expect("a name");
    let listener = TcpListener::bind("0.0.0.0:0").expect("a free port");
    let port = listener.local_addr().expect("it listens").port();
    hand_on(listener, address.to_owned());
    let url = format!("{user}@0.0.0.0:{port}/{name}");
    let mut server = ONHAND.start(&url, &[]);
    let said = server.logged("speaks no TLS");
    assert!(said.contains("WARN") && said.contains("sslmode=verify-full"), "{said}");
    Buyer::new(server.address, "one").place_some("S", 20);
    assert_eq!(server.stop_and_count("speaks no TLS"), 0, "once is enough");
    let server = ONHAND.start(&format!("{url}?sslmode=disable"), &[]);
    assert_eq!(server.stop_and_count("speaks no TLS"), 0, "it was said that this is meant");
}

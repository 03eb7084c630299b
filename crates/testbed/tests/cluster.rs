//! A server of our own: it answers after every start, and keeps what it should.

use std::path::{Path, PathBuf};
use std::process::Command;

use onhand_testbed::{Cluster, Mode, Settings, Tls, psql};

fn quick() -> Cluster {
    Cluster::start(&Settings::default()).expect("a server starts")
}

fn data(cluster: &Cluster) -> PathBuf {
    cluster.psql("postgres", "SHOW data_directory").expect("it answers").into()
}

/// The first process of a server, as it wrote it down itself.
fn postmaster(data: &Path) -> String {
    let state = std::fs::read_to_string(data.join("postmaster.pid")).expect("it runs");
    state.lines().next().expect("the first line is its number").to_owned()
}

#[test]
fn a_server_answers_and_leaves_nothing() {
    let cluster = quick();
    let version: u32 = cluster.psql("postgres", "SHOW server_version_num").unwrap().parse().unwrap();
    assert!(version >= 150_000, "{version}");
    let shown = |option| cluster.psql("postgres", &format!("SHOW {option}")).unwrap();
    assert_eq!(["server_encoding", "lc_collate", "fsync"].map(shown), ["UTF8", "C", "off"]);
    let data = data(&cluster);
    assert_eq!(cluster.process().map(|number| number.to_string()), Some(postmaster(&data)));
    assert!(cluster.program("initdb").is_file());
    let process = PathBuf::from(format!("/proc/{}", postmaster(&data)));
    assert!(process.exists());
    assert_ne!(std::os::unix::fs::MetadataExt::uid(&process.metadata().unwrap()), 0, "it never runs as root");

    drop(cluster);
    assert!(!process.exists(), "it stopped");
    assert!(!data.parent().unwrap().exists(), "its folder is gone");
}

#[test]
fn a_restart_keeps_the_port_and_the_data() {
    let cluster = quick();
    let url = cluster.url("postgres");
    psql(&url, "CREATE TABLE kept (round INTEGER)").unwrap();
    for (round, mode) in [Mode::Smart, Mode::Fast, Mode::Immediate].into_iter().enumerate() {
        let before = postmaster(&data(&cluster));
        psql(&url, &format!("SET synchronous_commit = on; INSERT INTO kept VALUES ({round})")).unwrap();
        cluster.restart(mode).unwrap();
        assert_ne!(postmaster(&data(&cluster)), before, "{mode:?}");
        assert_eq!(psql(&url, "SELECT count(*) FROM kept").unwrap(), (round + 1).to_string(), "{mode:?}");
    }
    let log = std::fs::read_to_string(data(&cluster).with_file_name("log")).unwrap();
    assert_eq!(log.matches("not properly shut down").count(), 1, "one of the stops was a crash");
}

#[test]
fn a_stopped_server_refuses_until_it_is_started_again() {
    let cluster = quick();
    cluster.start_again().expect_err("it runs");
    cluster.stop(Mode::Fast).unwrap();
    cluster.stop(Mode::Fast).expect("it is stopped already");
    assert_eq!(cluster.process(), None);
    let refused = cluster.psql("postgres", "SELECT 1").unwrap_err().to_string();
    assert!(refused.contains("refused"), "{refused}");
    cluster.start_again().unwrap();
    assert_eq!(cluster.psql("postgres", "SELECT 1").unwrap(), "1");
}

#[test]
fn a_paused_server_accepts_but_does_not_answer() {
    let cluster = quick();
    cluster.pause().unwrap();
    let url = cluster.url("postgres");
    let impatient = psql(&format!("{url}?connect_timeout=2"), "SELECT 1").unwrap_err().to_string();
    assert!(impatient.contains("timeout expired"), "{impatient}");
    std::thread::scope(|scope| {
        let patient = scope.spawn(|| psql(&url, "SELECT 1"));
        cluster.resume().unwrap();
        assert_eq!(patient.join().unwrap().unwrap(), "1");
    });
}

#[test]
fn connections_stand_still_too() {
    let cluster = quick();
    let url = cluster.url("postgres");
    std::thread::scope(|scope| {
        scope.spawn(|| psql(&url, "SELECT pg_sleep(60)").expect_err("it is cut off"));
        let waiting = || cluster.psql("postgres", "SELECT pid FROM pg_stat_activity WHERE wait_event = 'PgSleep'");
        let waiting = || waiting().unwrap();
        let process = std::iter::repeat_with(waiting).find(|found| !found.is_empty()).unwrap();
        let state = || {
            let stat = std::fs::read_to_string(format!("/proc/{process}/stat")).unwrap();
            stat.rsplit_once(") ").unwrap().1.chars().next().unwrap()
        };
        cluster.pause().unwrap();
        assert_eq!(state(), 'T');
        // Also a paused one is stopped.
        cluster.stop(Mode::Fast).unwrap();
    });
}

#[test]
fn a_durable_server_flushes_and_takes_further_options() {
    let options = vec!["max_connections=17".to_owned(), "max_wal_size=1GB".to_owned()];
    let cluster = Cluster::start(&Settings { durable: true, options, ..Settings::default() }).unwrap();
    let shown = |option| cluster.psql("postgres", &format!("SHOW {option}")).unwrap();
    assert_eq!(["fsync", "full_page_writes", "synchronous_commit"].map(shown), ["on", "on", "on"]);
    assert_eq!(["shared_buffers", "max_wal_size", "max_connections"].map(shown), ["256MB", "1GB", "17"]);
}

#[test]
fn what_keeps_a_server_from_starting_is_told_and_leaves_nothing() {
    let parent = tempfile::tempdir_in("/tmp").unwrap();
    let open = std::os::unix::fs::PermissionsExt::from_mode(0o755);
    std::fs::set_permissions(parent.path(), open).unwrap();
    let folder = Some(parent.path().to_owned());
    let settings = Settings { options: vec!["no_such_option=1".to_owned()], folder, ..Settings::default() };
    let Err(fault) = Cluster::start(&settings) else { panic!("it started") };
    assert!(fault.to_string().contains("no_such_option"), "{fault}");
    assert_eq!(parent.path().read_dir().unwrap().count(), 0);
}

#[test]
fn tls_is_offered_with_the_given_certificate() {
    let folder = tempfile::tempdir().unwrap();
    let file = |name: &str| folder.path().join(name);
    let made = Command::new("openssl")
        .args(["req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "1"])
        .args(["-subj", "/CN=127.0.0.1", "-addext", "subjectAltName=IP:127.0.0.1"])
        .arg("-out")
        .arg(file("certificate"))
        .arg("-keyout")
        .arg(file("key"))
        .output()
        .unwrap();
    assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));
    let text = |name: &str| std::fs::read_to_string(file(name)).unwrap();
    let tls = Tls { certificate: text("certificate"), key: text("key"), authority: Some(text("certificate")) };
    let cluster = Cluster::start(&Settings { tls: Some(tls), ..Settings::default() }).unwrap();

    let root = file("certificate");
    let url = format!("{}?sslmode=verify-full&sslrootcert={}", cluster.url("postgres"), root.display());
    assert_eq!(psql(&url, "SELECT ssl FROM pg_stat_ssl WHERE pid = pg_backend_pid()").unwrap(), "t");
    let plain = quick();
    let insisting = format!("{}?sslmode=require", plain.url("postgres"));
    let refused = psql(&insisting, "SELECT 1").unwrap_err().to_string();
    assert!(refused.contains("does not support SSL"), "where none was asked for: {refused}");
}

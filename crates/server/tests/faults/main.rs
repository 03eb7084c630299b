//! Faults of a database server: what clients and operators see while it is away, slow, full or read-only, and that it
//! goes on afterwards without a restart of ours.
//!
//! Promises: the real program against a real server of its own, which is stopped, paused, filled up and cut off for
//! real. Whatever happens, an acknowledged order is there once, every other answer is a 503 with `Retry-After` and a
//! body in the wire's form, and the books are right at the end.

mod shop;

use std::path::Path;
use std::process::Command;
use std::sync::Arc;
use std::time::Duration;

use onhand_testbed::{Cluster, Mode, Settings};
use onhand_testkit::program::{Program, log_of};
use shop::{Shop, assert_is_away};

const ONHAND: Program = Program::at(env!("CARGO_BIN_EXE_onhand"));

/// Longer than any hiccup, and much shorter than a statement may take.
const STALL: Duration = Duration::from_secs(5);

fn cluster() -> Arc<Cluster> {
    Arc::new(Cluster::start(&Settings::default()).expect("a server"))
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn while_the_server_is_away_everything_is_a_503_and_then_goes_on() {
    let cluster = cluster();
    let shop = Shop::open(&cluster).await;
    for mode in [Mode::Fast, Mode::Immediate] {
        shop.ordered().await;
        cluster.stop(mode).expect("it stops");
        shop.refuses_to_order().await;
        assert_is_away(&shop.get("product_stock/").await);
        assert_eq!(shop.outside("/readyz").await.status, 503, "not ready");
        assert_eq!(shop.outside("/healthz").await.status, 200, "but alive");
        cluster.start_again().expect("it starts");
        shop.ordered().await;
        assert_eq!(shop.outside("/readyz").await.status, 200);
    }
    shop.assert_sound().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_stall_delays_answers_and_loses_none() {
    let cluster = cluster();
    let shop = Shop::open(&cluster).await;
    cluster.pause().expect("it is paused");
    let waiting = (0..5).map(|_| {
        let shop = shop.clone();
        tokio::spawn(async move { shop.ordered().await })
    });
    let waiting: Vec<_> = waiting.collect();
    // The stall itself is what is tried.
    tokio::time::sleep(STALL).await;
    assert!(waiting.iter().all(|order| !order.is_finished()), "nobody was told what is not on disk");
    cluster.resume().expect("it goes on");
    for order in waiting {
        order.await.expect("answered in the end");
    }
    shop.assert_sound().await;
}

/// A cut of all connections at once, again and again: each may cost a transaction a try, of which it has five. The cuts
/// are so far apart that no transaction meets two of them; how many in a row are survived is the store's promise and
/// test.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn cut_connections_are_not_seen_by_clients() {
    let cluster = cluster();
    let shop = Shop::open(&cluster).await;
    let clients = (0..8).map(|_| {
        let shop = shop.clone();
        tokio::spawn(async move {
            for _ in 0..25 {
                shop.ordered().await;
            }
        })
    });
    let clients: Vec<_> = clients.collect();
    for part in 1..=5 {
        shop.reached(part * 30).await;
        let cluster = cluster.clone();
        let cut = move || {
            cluster.psql(
                "postgres",
                "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE application_name = 'onhand'",
            )
        };
        tokio::task::spawn_blocking(cut).await.expect("asked").expect("cut");
    }
    for client in clients {
        client.await.expect("every order was answered");
    }
    shop.assert_sound().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_read_only_database_is_read_and_refuses_to_be_written() {
    let cluster = cluster();
    let shop = Shop::open(&cluster).await;
    shop.ordered().await;
    let set = |value: &str| {
        // From another database, which the setting does not bind; and every client connects anew.
        let cut =
            "SELECT count(pg_terminate_backend(pid, 5000)) FROM pg_stat_activity WHERE application_name = 'onhand'";
        let sql = format!("ALTER DATABASE postgres SET default_transaction_read_only = {value}");
        cluster.psql("template1", &sql).and_then(|_| cluster.psql("template1", cut)).expect("set");
    };
    set("on");
    shop.refuses_to_order().await;
    assert_eq!(shop.get("product_stock/").await.status, 200);
    assert!(log_of(shop.folder()).contains("read-only"), "the log says why: {}", log_of(shop.folder()));
    set("off");
    shop.ordered().await;
    shop.assert_sound().await;
}

/// A small file system in memory. A user who may not mount one cannot run the test that needs it.
struct SmallDisk(tempfile::TempDir);

impl SmallDisk {
    fn new(megabytes: usize) -> Option<Self> {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let size = format!("size={megabytes}m,mode=0777");
        let mounted = Command::new("mount").args(["-t", "tmpfs", "-o", &size, "tmpfs"]).arg(folder.path()).status();
        mounted.is_ok_and(|status| status.success()).then(|| Self(folder))
    }

    /// Takes all the room that is left.
    fn fill(&self) {
        let ballast = std::fs::File::create(self.ballast()).expect("a file");
        let zeros = [0_u8; 16 * 1024];
        while std::io::Write::write_all(&mut &ballast, &zeros).is_ok() {}
    }

    fn free(&self) {
        std::fs::remove_file(self.ballast()).expect("it is there");
    }

    fn ballast(&self) -> std::path::PathBuf {
        self.0.path().join("ballast")
    }

    fn path(&self) -> &Path {
        self.0.path()
    }
}

impl Drop for SmallDisk {
    fn drop(&mut self) {
        let _ = Command::new("umount").arg("-l").arg(self.path()).status();
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_full_disk_is_a_503_and_nothing_acknowledged_is_lost() {
    let Some(disk) = SmallDisk::new(160) else {
        println!("not tried: mounting a small file system is not allowed here");
        return;
    };
    let options = ["max_wal_size=32MB", "min_wal_size=32MB", "shared_buffers=8MB"].map(ToOwned::to_owned).to_vec();
    let settings = Settings { options, folder: Some(disk.path().to_owned()), ..Settings::default() };
    let cluster = Arc::new(Cluster::start(&settings).expect("a server"));
    let shop = Shop::open(&cluster).await;
    shop.ordered().await;
    disk.fill();
    // What is left of open files takes a few more; a server that cannot write its log stops in the end.
    let mut refusal = None;
    for _ in 0..20_000 {
        let answer = shop.order().await;
        if answer.status != 201 {
            refusal = Some(answer);
            break;
        }
    }
    assert_is_away(&refusal.expect("a full disk is full some time"));
    disk.free();
    cluster.restart(Mode::Immediate).expect("with room, it recovers");
    shop.ordered().await;
    shop.assert_sound().await;
}

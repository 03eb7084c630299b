//! A real Citus: two servers, one that coordinates and one that works for it.
//!
//! Promises: says what it did not try. Debian has no packages of Citus, so where the programs that
//! `ONHAND_POSTGRES_BIN` names come without it, there is nothing to ask, and `citus.rs` and the rules of the registry's
//! tests stand alone.

use std::io::Write as _;
use std::sync::Arc;

use onhand_core::BUCKETS;
use onhand_store::channel_sync::sequencer;
use onhand_store::sql::Statement;
use onhand_store::{Error, Options, Store, Tx, Value, statement_registry, verify};
use onhand_testbed::{Cluster, Mode, Settings, database};

use crate::citus::distribute;
use crate::run;

/// Machines as they are set up by hand (`docs/scaling.md`), with a password between them. One connection speaks TLS
/// with the certificate that Citus has made.
struct Machines {
    coordinator: Cluster,
    worker: Cluster,
}

impl Machines {
    fn start() -> Option<Arc<Self>> {
        let packaged = database().psql("SELECT 1 FROM pg_available_extensions WHERE name = 'citus'");
        if packaged.expect("it answers").is_empty() {
            let _ = writeln!(std::io::stderr(), "not tried: there is no Citus here");
            return None;
        }
        let options = ["shared_preload_libraries=citus", "max_prepared_transactions=100", "citus.shard_count=4"];
        let settings = Settings { options: options.map(ToOwned::to_owned).into(), ..Settings::default() };
        let start = || {
            let cluster = Cluster::start(&settings).expect("a server");
            let password = "INSERT INTO pg_dist_authinfo VALUES (0, 'onhand', 'password=onhand')";
            // Between the machines without TLS: else each looks for files of its user's.
            let plain = "ALTER SYSTEM SET citus.node_conninfo = 'sslmode=disable'";
            for sql in [&format!("CREATE EXTENSION citus; {password}"), plain, "SELECT pg_reload_conf()"] {
                cluster.psql("postgres", sql).expect("Citus");
            }
            cluster
        };
        let machines = Self { coordinator: start(), worker: start() };
        let [ours, theirs] = [&machines.coordinator, &machines.worker].map(|cluster| port(&cluster.url("postgres")));
        machines.ask(&format!("SELECT citus_set_coordinator_host('127.0.0.1', {ours})"));
        machines.ask(&format!("SELECT citus_add_node('127.0.0.1', {theirs})"));
        Some(Arc::new(machines))
    }

    fn url(&self) -> String {
        format!("{}?sslmode=require", self.coordinator.url("postgres"))
    }

    fn ask(&self, sql: &str) -> String {
        self.coordinator.psql("postgres", sql).unwrap_or_else(|fault| panic!("{fault}"))
    }

    /// What the server says to a statement that it is to plan for some values, if it does not.
    fn rejection(&self, statement: &Statement) -> Option<String> {
        let text = statement.postgres();
        let values =
            (1..=40).take_while(|number| text.contains(&format!("${number}"))).map(|_| "'1'").collect::<Vec<_>>();
        let call = if values.is_empty() { String::new() } else { format!("({})", values.join(", ")) };
        let planned = self.coordinator.psql("postgres", &format!("PREPARE form AS {text}; EXPLAIN EXECUTE form{call}"));
        planned.err().map(|fault| format!("{}: {fault}", statement.name))
    }
}

fn port(url: &str) -> String {
    let (_, address) = url.rsplit_once(':').expect("a port");
    address.split('/').next().unwrap_or_default().to_owned()
}

#[test]
fn what_the_program_says_to_it_is_understood_both_ways() {
    let Some(machines) = Machines::start() else { return };
    let url = machines.url();
    let moved = distribute(&url).expect("it is taken, through TLS with a certificate of version 1");
    assert_eq!(moved.len(), onhand_store::placement::placements().len());
    let refused: Vec<String> =
        statement_registry::statements().into_iter().filter_map(|statement| machines.rejection(statement)).collect();
    assert_eq!(refused, Vec::<String>::new());
    run(async {
        let store = Store::open(&url, &Options::default()).await.expect("it opens");
        every_rule_is_checked(&store).await;
        changes_get_their_versions(&store, &machines).await;
        a_key_that_is_taken_is_named(&store).await;
        a_machine_that_is_gone_is_told_as_that(&store, &machines).await;
    });
}

async fn every_rule_is_checked(store: &Store) {
    for rule in 0..verify::rules() {
        let checked = store.read_unbounded("t", async move |tx| verify::check(tx, rule).await).await;
        let (name, found) = checked.unwrap_or_else(|fault| panic!("rule {rule}: {fault}"));
        assert_eq!(found, vec![], "{name}");
    }
}

async fn changes_get_their_versions(store: &Store, machines: &Machines) {
    machines.ask("INSERT INTO outbox VALUES (3, 1, 2, 259, '2 259 1 1;'), (4, 2, 2, 260, '2 260 1 2;')");
    let taken = store.write("t", async |tx| sequencer::sequence(tx).await).await.expect("the sequencer works");
    assert_eq!(taken, 2);
    assert_eq!(machines.ask("SELECT object_id FROM change_log ORDER BY sequence_number"), "259\n260");
    assert_eq!(machines.ask("SELECT COUNT(*) FROM outbox"), "0");
}

/// Notes a change of an object whose bucket is this.
async fn touch(tx: &mut Tx<'_>, bucket: i64) -> Result<u64, Error> {
    static TOUCH: Statement = Statement::shared(
        "t.touch",
        "INSERT INTO outbox (bucket, at, kind, object_id, events) VALUES (?1, 1, 2, ?1, '')",
    );
    tx.execute(&TOUCH, &[Value::Int(bucket)]).await
}

async fn a_key_that_is_taken_is_named(store: &Store) {
    static CHANNEL: Statement = Statement::shared(
        "t.channel",
        "INSERT INTO channel (id, name, oversell, is_active, created_at, modified_at) VALUES (?1, 'web', 'refuse', 1, 0, 0)",
    );
    for bucket in 0..BUCKETS {
        store.write("t", async move |tx| touch(tx, bucket).await).await.expect("written");
        let again = store.write("t", async move |tx| touch(tx, bucket).await).await;
        assert!(again.as_ref().is_err_and(|fault| fault.is_taken("touched_pkey")), "{again:?}");
    }
    let add = async |id: i64| store.write("t", async move |tx| tx.execute(&CHANNEL, &[Value::Int(id)]).await).await;
    add(1).await.expect("written");
    let again = add(2).await;
    assert!(again.as_ref().is_err_and(|fault| fault.is_taken("channel_name")), "{again:?}");
}

/// Whether it was the statement or the commit that met it, no client is told that the program is at fault, and nothing
/// is stored.
async fn a_machine_that_is_gone_is_told_as_that(store: &Store, machines: &Arc<Machines>) {
    let count = "SELECT COUNT(*) FROM outbox WHERE at = 1";
    machines.ask("DELETE FROM outbox");
    let stopping = machines.clone();
    let torn = async move |tx: &mut Tx<'_>| {
        for bucket in 0..BUCKETS {
            touch(tx, bucket).await?;
        }
        stopping.worker.stop(Mode::Immediate).expect("it stops");
        Ok(())
    };
    let told = store.write("t", torn).await;
    assert!(matches!(told, Err(Error::Unavailable(_) | Error::CommitInDoubt(_))), "{told:?}");
    let all = async |tx: &mut Tx<'_>| {
        for bucket in 0..BUCKETS {
            touch(tx, bucket).await?;
        }
        Ok(())
    };
    let told = store.write("t", all).await;
    assert!(matches!(told, Err(Error::Unavailable(_))), "{told:?}");
    machines.worker.start_again().expect("it starts");
    assert_eq!(machines.ask(count), "0");
    store.write("t", all).await.expect("written again");
    assert_eq!(machines.ask(count), BUCKETS.to_string());
}

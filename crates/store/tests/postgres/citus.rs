//! Citus: every table has one placement, and those that are to be distributed can be. Debian does not package Citus, so
//! the statements go to functions of its names that check what it checks first and write down their calls; without
//! them, it is refused. Where it is installed, `cluster.rs` asks it itself.

use std::collections::BTreeSet;
use std::path::Path;

use onhand_store::placement::{Placement, PlacementState, placements};
use onhand_store::{Error, Options, Store, copy};
use onhand_testbed::{Database, database};

use crate::{open, run};

/// What Citus asks of a table before it distributes it, as far as our tables could get it wrong.
const STAND_IN: &str = "
    INSERT INTO pg_extension (oid, extname, extowner, extnamespace, extrelocatable, extversion)
      SELECT 1, 'citus', oid, 'pg_catalog'::regnamespace, false, '0' FROM pg_roles WHERE rolname = current_user;
    CREATE TABLE pg_dist_partition (logicalrelid regclass PRIMARY KEY, call integer GENERATED ALWAYS AS IDENTITY, how text);
    CREATE FUNCTION create_reference_table(table_name regclass) RETURNS void LANGUAGE sql AS
      $$ INSERT INTO pg_dist_partition (logicalrelid, how) VALUES (table_name, 'everywhere') $$;
    CREATE FUNCTION citus_add_local_table_to_metadata(table_name regclass) RETURNS void LANGUAGE sql AS
      $$ INSERT INTO pg_dist_partition (logicalrelid, how) VALUES (table_name, 'known') $$;
    CREATE FUNCTION create_distributed_table(table_name regclass, distribution_column text,
      distribution_type text DEFAULT 'hash', colocate_with text DEFAULT 'default', shard_count int DEFAULT NULL)
      RETURNS void LANGUAGE plpgsql AS $$ BEGIN
        IF EXISTS (SELECT FROM pg_index i WHERE i.indrelid = table_name AND i.indisunique AND NOT EXISTS (
          SELECT FROM pg_attribute a WHERE a.attrelid = table_name AND a.attname = distribution_column
          AND a.attnum = ANY (i.indkey))) THEN
          RAISE 'a unique index of % leaves the distribution column out', table_name;
        END IF;
        IF colocate_with <> 'none' AND NOT EXISTS (
          SELECT FROM pg_dist_partition d JOIN pg_attribute theirs ON theirs.attrelid = d.logicalrelid
          JOIN pg_attribute ours ON ours.attrelid = table_name AND ours.atttypid = theirs.atttypid
          WHERE d.logicalrelid = colocate_with::regclass AND d.how LIKE 'by ' || theirs.attname || '%'
          AND ours.attname = distribution_column) THEN
          RAISE '% cannot be kept together with %', table_name, colocate_with;
        END IF;
        INSERT INTO pg_dist_partition (logicalrelid, how)
          VALUES (table_name, format('by %s with %s', distribution_column, colocate_with));
      END $$";
const CALLS: &str = "SELECT logicalrelid || ' ' || how FROM pg_dist_partition ORDER BY call";
const TABLES: &str = "SELECT relname FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace";

fn lines(database: &Database, sql: &str) -> Vec<String> {
    database.psql(sql).expect("it answers").lines().map(ToOwned::to_owned).collect()
}

/// What places every table, in order.
fn statements() -> Vec<String> {
    placements().into_iter().map(|(table, placement)| placement.statement(table)).collect()
}

fn migrated() -> Database {
    let database = database();
    run(open(database.url())).expect("it opens");
    database
}

pub(crate) fn distribute(url: &str) -> Result<Vec<String>, Error> {
    run(async { Store::connect(url, &Options::default()).await?.distribute().await })
}

#[test]
fn every_table_has_one_home() {
    let homes: Vec<&str> = placements().into_iter().map(|(table, _)| table).collect();
    let tables: BTreeSet<String> = lines(&migrated(), TABLES).into_iter().collect();
    assert_eq!(homes.iter().map(|table| (*table).to_owned()).collect::<BTreeSet<_>>(), tables);
    assert_eq!(homes.len(), tables.len(), "no table has two");
}

/// `docs/scaling.md` has the statements to be read, and run by hand.
#[test]
fn the_manual_has_every_statement_in_this_order() {
    let manual = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/scaling.md");
    let manual = std::fs::read_to_string(manual).expect("the manual");
    let printed: Vec<&str> =
        manual.lines().filter(|line| line.starts_with("SELECT create_") || line.contains("_to_metadata(")).collect();
    let statements: Vec<String> = statements().iter().map(|statement| format!("{statement};")).collect();
    assert_eq!(printed, statements);
}

#[test]
fn every_key_of_a_distributed_table_has_its_bucket() {
    let database = migrated();
    for (table, _) in placements().into_iter().filter(|(_, home)| *home == Placement::Distributed) {
        let keys = lines(
            &database,
            &format!(
                "SELECT i.indexrelid::regclass || CASE WHEN i.indisprimary THEN ' primary' ELSE '' END || ': ' || EXISTS (
                   SELECT FROM pg_attribute a WHERE a.attrelid = i.indrelid AND a.attname = 'bucket'
                   AND a.atttypid = 'bigint'::regtype AND a.attnotnull AND a.attnum = ANY (i.indkey))
                 FROM pg_index i WHERE i.indrelid = '{table}'::regclass AND i.indisunique"
            ),
        );
        assert!(keys.iter().any(|key| key.contains(" primary")), "{table}: {keys:?}");
        assert!(keys.iter().all(|key| key.ends_with(": true")), "{table}: {keys:?}");
    }
}

#[test]
fn without_the_extension_nothing_is_changed() {
    let database = database();
    let Err(Error::PreconditionFailed(text)) = distribute(database.url()) else { panic!("it was taken") };
    assert!(text.contains("CREATE EXTENSION citus") && text.ends_with("nothing was changed"), "{text}");
    assert_eq!(lines(&database, TABLES), Vec::<String>::new());

    let folder = tempfile::tempdir().expect("a temporary folder");
    let file = format!("sqlite:{}", folder.path().join("onhand.db").display());
    let Err(Error::PreconditionFailed(text)) = distribute(&file) else { panic!("it was taken") };
    assert!(text.contains("only PostgreSQL"), "{text}");
}

#[test]
fn tables_go_home_once_and_in_an_order_that_works() {
    let database = database();
    database.psql(STAND_IN).expect("a stand-in");
    let run = distribute(database.url()).expect("it is taken");
    let expected = statements();
    assert_eq!(run, expected);
    let calls = lines(&database, CALLS);
    assert_eq!(calls.len(), expected.len(), "{calls:?}");
    for ((table, home), call) in placements().into_iter().zip(&calls) {
        let shown = match home {
            Placement::Reference => format!("{table} everywhere"),
            Placement::Distributed if table == "stock" => "stock by bucket with none".to_owned(),
            Placement::Distributed => format!("{table} by bucket with stock"),
            Placement::Local => format!("{table} known"),
        };
        assert_eq!(*call, shown);
    }

    assert_eq!(distribute(database.url()).expect("again"), Vec::<String>::new());
    database
        .psql("DELETE FROM pg_dist_partition WHERE logicalrelid = 'reservation'::regclass")
        .expect("it forgets one");
    let again = distribute(database.url()).expect("the rest");
    assert_eq!(again.len(), 1, "an interrupted run is repeated: {again:?}");
    assert_eq!(lines(&database, CALLS).last().map(String::as_str), Some("reservation by bucket with stock"));
}

#[test]
fn a_database_that_is_distributed_in_part_is_not_worked_on() {
    let database = database();
    database.psql(STAND_IN).expect("a stand-in");
    let look = || run(async { open(database.url()).await?.placement().await });
    assert_eq!(look().expect("it opens"), PlacementState::Unused);
    distribute(database.url()).expect("it is taken");
    assert_eq!(look().expect("it opens"), PlacementState::Complete);

    // As after a migration that brings new tables, and as it was left by versions that kept some from Citus.
    database
        .psql("DELETE FROM pg_dist_partition WHERE how = 'known' OR logicalrelid = 'reservation'::regclass")
        .expect("rows");
    let Err(Error::PreconditionFailed(text)) = look() else { panic!("it was opened") };
    assert!(text.starts_with("onhand migrate --citus is due, ") && text.contains("reservation, "), "{text}");
    assert!(text.contains("commit_marker") && !text.contains("sales_order") && !text.contains('\n'), "{text}");
    distribute(database.url()).expect("the rest");
    assert_eq!(look().expect("it opens again"), PlacementState::Complete);
}

#[test]
fn a_copy_goes_to_a_database_that_is_not_distributed() {
    let (source, target) = (migrated(), database());
    target.psql(STAND_IN).expect("a stand-in");
    distribute(target.url()).expect("it is taken");
    let refused = run(async {
        let (source, target) = (open(source.url()).await?, open(target.url()).await?);
        copy::run(&source, &target, |_| ()).await
    });
    let Err(Error::PreconditionFailed(text)) = refused else { panic!("{refused:?}") };
    assert!(text.starts_with("the target is distributed over several machines: copy to one that is not yet"), "{text}");
}

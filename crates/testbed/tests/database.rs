//! Fresh databases: separate, quick copies of a template, gone when dropped.

use std::sync::atomic::{AtomicU32, Ordering};

use onhand_testbed::{Database, Template, database, psql};

fn exists(footing: &Database, gone: &str) -> bool {
    let name = gone.rsplit_once('/').expect("a URL has a path").1;
    let found = footing.psql(&format!("SELECT count(*) FROM pg_database WHERE datname = '{name}'"));
    found.expect("the server answers") == "1"
}

const STAY: &str = "SELECT pg_sleep(60)";

fn wait_until_a_client_stays(url: &str) {
    let staying = "SELECT count(*) FROM pg_stat_activity WHERE wait_event = 'PgSleep' AND datname = current_database()";
    let mut looks = std::iter::repeat_with(|| psql(url, staying).expect("the server answers"));
    looks.find(|count| count == "1").expect("it looks on");
}

#[test]
fn databases_are_separate_and_go() {
    let (one, other) = (database(), database());
    one.psql("CREATE TABLE mark ()").unwrap();
    other.psql("SELECT * FROM mark").expect_err("it is another database");

    let url = one.url().to_owned();
    assert!(exists(&other, &url));
    drop(one);
    assert!(!exists(&other, &url));
}

#[test]
fn a_database_goes_although_a_client_is_in_it() {
    let (left, footing) = (database(), database());
    let url = left.url().to_owned();
    std::thread::scope(|scope| {
        let staying = scope.spawn(|| psql(&url, STAY));
        wait_until_a_client_stays(&url);
        drop(left);
        staying.join().unwrap().expect_err("it was cut off");
    });
    assert!(!exists(&footing, &url));
}

#[test]
fn a_template_is_prepared_once_and_its_copies_are_separate() {
    static PREPARED: AtomicU32 = AtomicU32::new(0);
    static TEMPLATE: Template = Template::new(|url| {
        PREPARED.fetch_add(1, Ordering::Relaxed);
        psql(url, "CREATE TABLE migrated AS SELECT 1 AS version").unwrap();
    });
    std::thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| {
                let copy = TEMPLATE.database();
                assert_eq!(copy.psql("SELECT version FROM migrated").unwrap(), "1");
                copy.psql("DROP TABLE migrated").unwrap();
            });
        }
    });
    assert_eq!(PREPARED.load(Ordering::Relaxed), 1);
}

#[test]
fn who_prepares_a_template_may_leave_late() {
    static TEMPLATE: Template = Template::new(|url| {
        let staying = url.to_owned();
        std::thread::spawn(move || psql(&staying, STAY));
        wait_until_a_client_stays(url);
    });
    TEMPLATE.database().psql("SELECT 1").unwrap();
}

#[test]
fn a_template_that_could_not_be_prepared_is_tried_again() {
    static TRIES: AtomicU32 = AtomicU32::new(0);
    static TEMPLATE: Template = Template::new(|_| assert_eq!(TRIES.fetch_add(1, Ordering::Relaxed), 1, "the first"));
    std::panic::catch_unwind(|| TEMPLATE.database()).expect_err("the first try fails");
    TEMPLATE.database().psql("SELECT 1").unwrap();
}

//! The settings of a database server: read, shown, and never with the password.

use onhand_testkit::program::Ended;

use crate::ONHAND;

const SECRET: &str = "postgres://erp:s3cret@db.example/onhand?sslmode=require";

#[test]
fn settings_are_shown_without_the_password() {
    let told = Ended::of(
        ONHAND
            .command(SECRET, &["config", "--database-statement-seconds", "7"])
            .envs([("ONHAND_DATABASE_CONNECTIONS", "5"), ("ONHAND_DATABASE_WAIT_SECONDS", "0")]),
    );
    for line in [
        "ONHAND_DATABASE=postgres://erp:***@db.example/onhand?sslmode=require",
        "ONHAND_DATABASE_CONNECTIONS=5",
        "ONHAND_DATABASE_STATEMENT_SECONDS=7",
        "ONHAND_DATABASE_WAIT_SECONDS=0",
    ] {
        assert!(told.out.lines().any(|shown| shown == line), "{line} in {told:?}");
    }
    assert!(!told.out.contains("s3cret"), "{told:?}");
}

#[test]
fn help_shows_the_settings_and_no_password() {
    let help = ONHAND.run(SECRET, &["serve", "--help"]);
    for option in ["--database-connections", "--database-statement-seconds", "--database-wait-seconds"] {
        assert!(help.out.contains(option), "{help:?}");
    }
    assert!(!help.out.contains("s3cret"), "{help:?}");
}

#[test]
fn settings_out_of_range_are_refused() {
    for setting in [["--database-connections", "0"], ["--database-statement-seconds", "0"]] {
        let told = ONHAND.run("sqlite:none.db", &["config", setting[0], setting[1]]);
        assert!(told.code == Some(2) && told.err.contains(setting[0]), "{told:?}");
    }
}

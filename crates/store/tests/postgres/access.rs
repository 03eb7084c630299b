//! Access that is denied: a client that may not connect is told so at once, and the message does not give the password
//! away.

use std::time::Duration;

use onhand_store::{Error, Options, Store};
use onhand_testbed::{Cluster, Mode, Settings, database};

use crate::{open, run};

/// The text of a denial. With some patience: if it were used up, the error would say that the server is not there.
fn refused(url: &str) -> String {
    let options = Options { patience: Duration::from_mins(1), ..Options::default() };
    match run(Store::open(url, &options)) {
        Err(Error::AccessDenied(text)) => text,
        Err(other) => panic!("{other:?}"),
        Ok(_) => panic!("it opened"),
    }
}

/// A URL with another user, password or name.
fn changed(url: &str, user: &str, password: &str, name: Option<&str>) -> String {
    let place = url.rsplit_once('@').expect("a superuser's URL").1;
    let (host, own) = place.split_once('/').expect("it names a database");
    format!("postgres://{user}:{password}@{host}/{}", name.unwrap_or(own))
}

#[test]
fn a_client_that_is_denied_access_does_not_wait() {
    let database = database();
    database.psql("CREATE ROLE guest LOGIN PASSWORD 'open sesame'").expect("a role");
    let wrong = refused(&changed(database.url(), "guest", "wr0ng", None));
    assert!(wrong.contains("password authentication failed") && !wrong.contains("wr0ng"), "{wrong}");
    let missing = refused(&changed(database.url(), "guest", "open%20sesame", Some("nowhere")));
    assert!(missing.contains("\"nowhere\" does not exist"), "{missing}");
    let without = refused(&database.url().replace(":onhand@", "@"));
    assert!(without.contains("password missing"), "{without}");
    database.psql("DROP ROLE guest").expect("roles are the whole server's");
}

#[test]
fn a_server_that_is_not_there_is_an_error_at_once_or_is_waited_for() {
    let cluster = Cluster::start(&Settings::default()).expect("a server");
    cluster.stop(Mode::Fast).expect("it stops");
    let url = cluster.url("postgres");
    assert!(matches!(run(open(&url)), Err(Error::Unavailable(_))));

    let patient = Options { patience: Duration::MAX, ..Options::default() };
    run(async {
        let mut opening = Box::pin(Store::open(&url, &patient));
        let first = std::future::poll_fn(|context| std::task::Poll::Ready(opening.as_mut().poll(context).is_pending()));
        assert!(first.await, "it waits");
        cluster.start_again().expect("it starts");
        opening.await.expect("it opens as soon as the server is there");
    });
}

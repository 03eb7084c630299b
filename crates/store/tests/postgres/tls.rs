//! TLS: `require` encrypts and believes any server, `verify-full` believes one authority and one name.

use std::path::{Path, PathBuf};
use std::process::Command;

use onhand_store::Error;
use onhand_testbed::{Cluster, Mode, Settings, Tls};

use crate::{open, run};

/// Runs OpenSSL with what all its calls here share; a certificate of an authority if one is given.
fn certify(folder: &Path, name: &str, extension: &str, authority: Option<&str>) {
    std::fs::write(folder.join("cnf"), "[req]\ndistinguished_name=dn\n[dn]\n").expect("a file");
    let file = |name: &str, kind: &str| folder.join(format!("{name}.{kind}"));
    let mut openssl = Command::new("openssl");
    openssl.args(["req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "1"]);
    openssl.arg("-config").arg(folder.join("cnf")).args(["-subj", &format!("/CN={name}"), "-addext", extension]);
    openssl.arg("-out").arg(file(name, "crt")).arg("-keyout").arg(file(name, "key"));
    match authority {
        Some(authority) => openssl.arg("-CA").arg(file(authority, "crt")).arg("-CAkey").arg(file(authority, "key")),
        None => openssl.args(["-addext", "keyUsage=critical,keyCertSign"]),
    };
    let made = openssl.output().expect("openssl runs");
    assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));
}

/// A certificate of version 1, as Citus makes one for itself: it signs itself and says nothing of what it is for.
fn certify_as_citus(folder: &Path, name: &str) {
    let openssl = |arguments: &str| {
        let made =
            Command::new("openssl").args(arguments.split(' ')).current_dir(folder).output().expect("openssl runs");
        assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));
        String::from_utf8(made.stdout).expect("text")
    };
    std::fs::write(folder.join("cnf"), "[req]\ndistinguished_name=dn\n[dn]\n").expect("a file");
    std::fs::write(folder.join("none"), "").expect("a file");
    openssl(&format!(
        "req -new -newkey rsa:2048 -nodes -config cnf -subj /CN={name} -keyout {name}.key -out {name}.csr"
    ));
    openssl(&format!("x509 -req -in {name}.csr -signkey {name}.key -extfile none -days 1 -out {name}.crt"));
    let shown = openssl(&format!("x509 -in {name}.crt -noout -text"));
    assert!(shown.contains("Version: 1 (0x0)"), "{shown}");
}

/// A server with a certificate for 127.0.0.1 and for no other name, and the folder of the authorities.
fn certified() -> (tempfile::TempDir, Cluster) {
    let folder = tempfile::tempdir().expect("a temporary folder");
    certify(folder.path(), "ours", "basicConstraints=critical,CA:TRUE", None);
    certify(folder.path(), "theirs", "basicConstraints=critical,CA:TRUE", None);
    certify(folder.path(), "server", "subjectAltName=IP:127.0.0.1", Some("ours"));
    let cluster = showing(folder.path(), "server");
    (folder, cluster)
}

/// A server with this certificate.
fn showing(folder: &Path, name: &str) -> Cluster {
    let text = |kind: &str| std::fs::read_to_string(folder.join(format!("{name}.{kind}"))).expect("it was made");
    let tls = Tls { certificate: text("crt"), key: text("key"), authority: None };
    Cluster::start(&Settings { tls: Some(tls), ..Settings::default() }).expect("a server")
}

fn verified(url: &str, authority: &Path) -> String {
    format!("{url}?sslmode=verify-full&sslrootcert={}", authority.display())
}

/// Opens a database; whether the server says that the connection is encrypted.
fn encrypted(cluster: &Cluster, url: &str) -> bool {
    let shown = "SELECT ssl FROM pg_stat_ssl JOIN pg_stat_activity USING (pid) WHERE application_name = 'onhand'";
    run(async {
        let store = open(url).await.unwrap_or_else(|fault| panic!("{url}: {fault}"));
        let shown = cluster.psql("postgres", shown).expect("it answers");
        drop(store);
        assert!(["t", "f"].contains(&shown.as_str()), "one connection was made: {shown}");
        shown == "t"
    })
}

fn refused(url: &str) -> String {
    match run(open(url)) {
        Err(Error::AccessDenied(text)) => text,
        Err(other) => panic!("{url}: {other:?}"),
        Ok(_) => panic!("{url} opened"),
    }
}

#[test]
fn certificates_are_believed_as_far_as_the_mode_says() {
    let (folder, cluster) = certified();
    let (ours, theirs): (PathBuf, PathBuf) = (folder.path().join("ours.crt"), folder.path().join("theirs.crt"));
    let url = cluster.url("postgres");
    assert!(encrypted(&cluster, &verified(&url, &ours)));
    assert!(encrypted(&cluster, &format!("{url}?sslmode=require")), "with any certificate");
    assert!(encrypted(&cluster, &url), "preferred where nothing is said");
    assert!(!encrypted(&cluster, &format!("{url}?sslmode=disable")));

    let stranger = refused(&verified(&url, &theirs));
    assert!(stranger.contains("UnknownIssuer"), "{stranger}");
    let elsewhere = url.replace("127.0.0.1", "localhost");
    let renamed = refused(&verified(&elsewhere, &ours));
    assert!(renamed.contains("not valid for name"), "{renamed}");
    assert!(encrypted(&cluster, &format!("{elsewhere}?sslmode=require")), "whatever its name is");
    assert!(run(open(&format!("{url}?sslmode=verify-full"))).is_err(), "the system's authorities do not know it");
}

/// It encrypts as well as any other certificate that no authority has signed; to be verified, it is not fit.
#[test]
fn a_certificate_of_version_1_is_good_for_encryption_only() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    certify_as_citus(folder.path(), "server");
    let cluster = showing(folder.path(), "server");
    let url = cluster.url("postgres");
    for protocol in ["TLSv1.2", "TLSv1.3"] {
        cluster
            .psql("postgres", &format!("ALTER SYSTEM SET ssl_max_protocol_version = '{protocol}'"))
            .expect("a setting");
        cluster.restart(Mode::Fast).expect("it starts again");
        assert!(encrypted(&cluster, &format!("{url}?sslmode=require")), "{protocol}");
        assert!(encrypted(&cluster, &url), "{protocol}");
    }
    let strict = run(open(&verified(&url, &folder.path().join("server.crt"))));
    assert!(matches!(strict, Err(Error::AccessDenied(_) | Error::Url(_))), "{:?}", strict.err());
}

#[test]
fn a_server_without_tls_is_not_talked_to_where_tls_must_be() {
    let cluster = Cluster::start(&Settings::default()).expect("a server");
    let url = cluster.url("postgres");
    let plain = refused(&format!("{url}?sslmode=require"));
    assert!(plain.contains("does not support TLS"), "{plain}");
    assert!(!encrypted(&cluster, &format!("{url}?sslmode=prefer")));
}

#[test]
fn authorities_that_cannot_be_read_are_named() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let empty = folder.path().join("empty.crt");
    std::fs::write(&empty, "").expect("a file");
    for file in [folder.path().join("none.crt"), empty] {
        let fault = run(open(&verified("postgres://u:secret@127.0.0.1:1/d", &file))).err();
        let Some(Error::Url(text)) = fault else { panic!("{fault:?}") };
        assert!(text.contains("sslrootcert") && !text.contains("secret"), "{text}");
    }
}

//! Hostile addresses: none of them is connected to. A policy that allows everything connects to those of this machine, so
//! that the test would see a connection.

use std::io::ErrorKind;
use std::sync::Mutex;
use std::time::Duration;

use reqwest::{Client, StatusCode};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpListener;

use super::*;
use crate::tls;

/// Ways to write this machine as a host. Names lead to it, too: see [`Names`].
const THIS_MACHINE: &[&str] = &[
    "127.0.0.1",
    "127.1",
    "127.0.1",
    "127.0.0.1.",
    "127.255.255.254",
    "2130706433",
    "0x7f000001",
    "0x7F.0.0.1",
    "0x7f.1",
    "0177.0.0.1",
    "0177.1",
    "017700000001",
    "0",
    "00",
    "0x0",
    "0.0.0.0",
    "[::ffff:127.0.0.1]",
    "[::ffff:7f00:1]",
    "[0:0:0:0:0:ffff:127.0.0.1]",
    "%31%32%37.0.0.1",
    "127。0。0。1",
    "①②⑦.⓪.⓪.①",
    "localhost",
    "localhost.",
    "LocalHost",
    "metadata.example",
    "127.0.0.1.to.example",
    "--ffff-127.0.0.1.to.example",
    "0.0.0.0.to.example",
];

/// Hosts at other addresses that are not public.
const NOT_PUBLIC: &[&str] = &[
    "10.0.0.1",
    "10.255.255.255",
    "167772161",
    "012.0.0.1",
    "172.16.0.1",
    "172.31.255.254",
    "192.168.1.1",
    "0xc0a80101",
    "100.64.0.1",
    "100.127.255.254",
    "169.254.169.254",
    "0xa9fea9fe",
    "2852039166",
    "0251.0376.0251.0376",
    "169.254.0.1",
    "100.100.100.200",
    "168.63.129.16",
    "192.0.0.192",
    "192.0.2.1",
    "192.88.99.1",
    "198.18.0.1",
    "198.19.255.255",
    "198.51.100.1",
    "203.0.113.1",
    "224.0.0.1",
    "239.255.255.255",
    "240.0.0.1",
    "255.255.255.255",
    "0.1.2.3",
    "[::]",
    "[::1]",
    "[fe80::1]",
    "[febf::1]",
    "[fec0::1]",
    "[fc00::1]",
    "[fdff::1]",
    "[fd00:ec2::254]",
    "[ff02::1]",
    "[::ffff:10.0.0.1]",
    "[::ffff:a9fe:a9fe]",
    "[::127.0.0.1]",
    "[64:ff9b::7f00:1]",
    "[64:ff9b::169.254.169.254]",
    "[64:ff9b:1::1]",
    "[100::1]",
    "[2001::1]",
    "[2001:db8::1]",
    "[2002:7f00:1::]",
    "[3fff::1]",
    "[5f00::1]",
    "10.0.0.1.to.example",
    "192.168.0.1.to.example",
    "169.254.169.254.to.example",
    "--1.to.example",
    "fe80--1.to.example",
    "fd00--1.to.example",
    "64-ff9b--7f00-1.to.example",
];

/// What is no address of a server, or is one only to those who read it in a hurry. `PORT` is that of a listener.
const NO_ADDRESS: &[&str] = &[
    "http://public.example@127.0.0.1:PORT/",
    "http://127.0.0.1:PORT@public.example/",
    "http://public.example:80@127.0.0.1:PORT/",
    "http://:secret@127.0.0.1:PORT/",
    "ftp://127.0.0.1:PORT/",
    "gopher://127.0.0.1:PORT/_GET",
    "dict://127.0.0.1:PORT/",
    "ws://127.0.0.1:PORT/",
    "file:///etc/passwd",
    "unix:/run/docker.sock",
    "data:,x",
    "http://",
    "//127.0.0.1:PORT/",
    "127.0.0.1:PORT",
    "http://[fe80::1%25eth0]:PORT/",
    "http://[::1%lo]:PORT/",
    "http://[::1:PORT/",
    "http://127.0.0.1:99999/",
    "http://127.0.0.1.1:PORT/",
    "http://256.0.0.1:PORT/",
    "http://0x7f.0.0.0.1:PORT/",
    "http://999999999999:PORT/",
    "http://a b:PORT/",
];

/// Ways around the host: all of them lead to one that is not public.
const ODD_URLS: &[&str] = &[
    "http:127.0.0.1:PORT/",
    "http:/127.0.0.1:PORT/",
    "http:///127.0.0.1:PORT/",
    "http:\\\\127.0.0.1:PORT\\",
    " \thttp://127.0.0.1:PORT/ ",
    "ht\ntp://127.0.0.1:PORT/",
    "HTTP://127.0.0.1:PORT/",
    "http://127.0.0.1:PORT/#@public.example",
    "http://127.0.0.1:PORT?@public.example",
    "http://127.0.0.1:PORT\\@public.example/",
    "http://rebound.example:PORT\\@127.0.0.1/",
];

/// Names lead to the address that is their beginning, with hyphens for the colons of IPv6, and all others to this machine.
struct Names;

impl Resolve for Names {
    fn resolve(&self, name: Name) -> Resolving {
        let told = name.as_str().strip_suffix(".to.example").and_then(|text| text.replace('-', ":").parse().ok());
        let found = [SocketAddr::new(told.unwrap_or(IpAddr::V4(Ipv4Addr::LOCALHOST)), 0)];
        Box::pin(async move { Ok(Box::new(found.into_iter()) as Addrs) })
    }
}

/// Answers one question after the other, all of them about one name.
struct Changing(Mutex<Vec<Vec<IpAddr>>>);

impl Resolve for Changing {
    fn resolve(&self, _: Name) -> Resolving {
        let found = self.0.lock().expect("it is whole").remove(0);
        Box::pin(async move { Ok(Box::new(found.into_iter().map(|ip| SocketAddr::new(ip, 0))) as Addrs) })
    }
}

fn policy(allowed: &str, names: impl Resolve + 'static) -> AddressPolicy {
    AddressPolicy { allowed: Arc::new(allowed.parse().expect("networks")), names: Arc::new(names) }
}

/// Sends a request as every client of a policy does.
async fn send(policy: &AddressPolicy, url: &str) -> Result<StatusCode, Option<AddressFault>> {
    let url = Url::parse(url).map_err(|_| Some(AddressFault::Form))?;
    policy.check(&url)?;
    let client = policy.guard(Client::builder()).tls_backend_preconfigured(tls::no_authority()).build();
    let sent = client.expect("a client").get(url).send().await;
    sent.map(|answer| answer.status()).map_err(|fault| AddressFault::behind(&fault))
}

/// A listener at every address of this machine that is one of IPv4, or at one of them.
async fn listener(address: &str) -> (TcpListener, u16) {
    let listener = TcpListener::bind(address).await.expect("a free port");
    let port = listener.local_addr().expect("it is bound").port();
    (listener, port)
}

/// That nothing has connected.
fn assert_quiet(listener: TcpListener) {
    let listener = listener.into_std().expect("a listener");
    assert_eq!(listener.accept().map_err(|fault| fault.kind()).unwrap_err(), ErrorKind::WouldBlock);
}

#[tokio::test]
async fn hostile_addresses_are_not_connected_to() {
    let (listener, port) = listener("0.0.0.0:0").await;
    let strict = policy("", Names);
    let with_port = |url: &&str| url.replace("PORT", &port.to_string());
    let hosts = || THIS_MACHINE.iter().chain(NOT_PUBLIC).map(|host| format!("http://{host}:{port}/"));
    for url in hosts().chain(ODD_URLS.iter().map(with_port)) {
        let fault = send(&strict, &url).await.expect_err(&url);
        assert!(matches!(fault, Some(AddressFault::NotAllowed(_))), "{url}: {fault:?}");
    }
    for url in NO_ADDRESS.iter().map(with_port) {
        assert_eq!(send(&strict, &url).await, Err(Some(AddressFault::Form)), "{url}");
    }
    assert!(hosts().count() + ODD_URLS.len() + NO_ADDRESS.len() >= 100);
    assert_quiet(listener);
}

#[tokio::test]
async fn the_same_addresses_would_be_connected_to() {
    let (listener, port) = listener("0.0.0.0:0").await;
    let open = policy("0.0.0.0/0,::/0", Names);
    for host in THIS_MACHINE {
        let url = format!("http://{host}:{port}/");
        tokio::select! {
            accepted = listener.accept() => drop(accepted.expect("a connection")),
            ended = send(&open, &url) => panic!("{url} is not connected to: {ended:?}"),
        }
    }
}

#[tokio::test]
async fn a_name_that_leads_elsewhere_later_is_not_followed_there() {
    let (secret, port) = listener("127.0.0.1:0").await;
    let (open, _) = listener(&format!("127.0.0.2:{port}")).await;
    tokio::spawn(async move {
        while let Ok((mut socket, _)) = open.accept().await {
            let _ = socket.read(&mut [0; 4_096]).await;
            let _ = socket.write_all(b"HTTP/1.1 204 No Content\r\nConnection: close\r\n\r\n").await;
        }
    });
    let [one, two] = ["127.0.0.1", "127.0.0.2"].map(|text| text.parse().expect("an address"));
    let policy = policy("127.0.0.2", Changing(Mutex::new(vec![vec![two], vec![one, two], vec![one]])));
    let url = format!("http://rebound.example:{port}/");
    assert_eq!(send(&policy, &url).await, Ok(StatusCode::NO_CONTENT));
    assert_eq!(send(&policy, &url).await, Ok(StatusCode::NO_CONTENT), "of two addresses, the one that is allowed");
    let fault = AddressFault::NotAllowed("rebound.example".to_owned());
    assert_eq!(send(&policy, &url).await, Err(Some(fault)));
    assert_quiet(secret);
}

#[tokio::test]
async fn a_redirect_is_not_followed() {
    let (secret, port) = listener("127.0.0.1:0").await;
    let (open, _) = listener(&format!("127.0.0.2:{port}")).await;
    let answer = format!("HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1:{port}/\r\nContent-Length: 0\r\n\r\n");
    let serve = async {
        let (mut socket, _) = open.accept().await.expect("a connection");
        assert!(socket.read(&mut [0; 4_096]).await.expect("a request") > 0);
        socket.write_all(answer.as_bytes()).await.expect("it is taken");
        socket
    };
    let policy = policy("127.0.0.2", Names);
    let url = format!("http://127.0.0.2:{port}/");
    let (_socket, sent) = tokio::join!(serve, send(&policy, &url));
    assert_eq!(sent, Ok(StatusCode::FOUND));
    assert_quiet(secret);
}

#[tokio::test]
async fn a_name_of_the_machine_is_asked_for() {
    let (listener, port) = listener("127.0.0.1:0").await;
    let url = format!("http://localhost:{port}/");
    let strict = OutgoingNetworks::default().policy(&[]);
    assert_eq!(send(&strict, &url).await, Err(Some(AddressFault::NotAllowed("localhost".to_owned()))));
    let own = OutgoingNetworks::default().policy(OWN_NETWORKS);
    let sent = tokio::time::timeout(Duration::from_mins(1), async {
        tokio::select! {
            accepted = listener.accept() => drop(accepted.expect("a connection")),
            ended = send(&own, &url) => panic!("it is not connected to: {ended:?}"),
        }
    });
    sent.await.expect("the machine knows its own name");
}

#[test]
fn networks_are_as_they_are_configured() {
    let of = |text: &str, unless_set: &[IpNet]| text.parse::<OutgoingNetworks>().expect(text).policy(unless_set);
    let public = "1.1.1.1 93.184.216.34 172.15.255.255 172.32.0.1 100.63.255.255 100.128.0.1 169.253.0.1 192.0.1.1 \
                  198.17.255.255 198.20.0.1 223.255.255.255 2606:4700::1111 2a00::1 64:ff9b::101:101 ::ffff:1.1.1.1";
    let own = "127.0.0.1 10.0.0.1 172.20.0.1 192.168.0.1 100.64.0.1 ::1 fd12::1 ::ffff:10.0.0.1";
    let never = "169.254.169.254 169.254.0.1 fe80::1 0.0.0.0 :: 224.0.0.1 fd00:ec2::254 100.100.100.200 168.63.129.16 \
                 64:ff9b::a9fe:a9fe 203.0.113.1";
    for (text, unless_set, yes, no) in [
        ("", &[][..], vec![public], vec![own, never]),
        ("", OWN_NETWORKS, vec![public, own], vec![never]),
        ("none", OWN_NETWORKS, vec![public], vec![own, never]),
        ("10.1.0.0/16", OWN_NETWORKS, vec![public, "10.1.2.3 ::ffff:10.1.2.3"], vec![own, never, "10.2.0.1"]),
        (" 127.0.0.1 , fd12::/16 ", &[], vec![public, "127.0.0.1 fd12::1"], vec!["127.0.0.2", "10.0.0.1", never]),
        ("169.254.0.0/16", &[], vec!["169.254.0.1"], vec!["169.254.169.254"]),
        ("169.254.169.254", &[], vec!["169.254.169.254 64:ff9b::a9fe:a9fe"], vec!["169.254.0.1"]),
    ] {
        let policy = of(text, unless_set);
        for (addresses, expected) in [(yes, true), (no, false)] {
            for address in addresses.iter().flat_map(|text| text.split_whitespace()) {
                assert_eq!(policy.allows(address.parse().expect(address)), expected, "{text:?}: {address}");
            }
        }
    }
    for wrong in ["10.0.0.0/33", "localhost", "none,10.0.0.1", "10.0.0.1 10.0.0.2"] {
        assert!(wrong.parse::<OutgoingNetworks>().is_err(), "{wrong}");
    }
    for (text, shown) in [("", ""), (" none", "none"), ("10.0.0.1,fd00::/8", "10.0.0.1/32,fd00::/8")] {
        assert_eq!(text.parse::<OutgoingNetworks>().expect(text).to_string(), shown);
    }
}

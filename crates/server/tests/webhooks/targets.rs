//! Addresses that are not allowed: a webhook there is not stored, or is not connected to.
//!
//! What counts as such an address is tested beside the rule, in `src/outgoing_networks/tests.rs`.

use std::io::ErrorKind;
use std::net::TcpListener;

use onhand_testkit::http::Request;
use onhand_testkit::json::id;
use onhand_testkit::wait;
use serde_json::{Value, json};

use crate::shop::{ARGUMENTS, Shop};

/// Ways to name this machine, its network, a cloud's credentials, or no server. `PORT` is that of a listener.
const HOSTILE: &[&str] = &[
    "http://127.0.0.1:PORT/",
    "http://127.1:PORT/",
    "http://127.0.1:PORT/",
    "http://127.255.255.254:PORT/",
    "http://2130706433:PORT/",
    "http://0x7f000001:PORT/",
    "http://0x7f.1:PORT/",
    "http://0177.0.0.1:PORT/",
    "http://017700000001:PORT/",
    "http://0:PORT/",
    "http://0.0.0.0:PORT/",
    "http://[::1]:PORT/",
    "http://[::]:PORT/",
    "http://[::ffff:127.0.0.1]:PORT/",
    "http://[::ffff:7f00:1]:PORT/",
    "http://[0:0:0:0:0:ffff:127.0.0.1]:PORT/",
    "http://[64:ff9b::7f00:1]:PORT/",
    "http://[2002:7f00:1::]:PORT/",
    "http://%31%32%37.0.0.1:PORT/",
    "http://127。0。0。1:PORT/",
    "http://①②⑦.⓪.⓪.①:PORT/",
    "http://10.0.0.1/",
    "http://10.255.255.255/",
    "http://167772161/",
    "http://172.16.0.1/",
    "http://172.31.255.254/",
    "http://192.168.1.1/",
    "http://0xc0a80101/",
    "http://100.64.0.1/",
    "http://169.254.169.254/latest/meta-data/",
    "http://0xa9fea9fe/",
    "http://2852039166/",
    "http://0251.0376.0251.0376/",
    "http://169.254.0.1/",
    "http://100.100.100.200/",
    "http://168.63.129.16/",
    "http://192.0.0.192/",
    "http://192.0.2.1/",
    "http://198.18.0.1/",
    "http://198.51.100.1/",
    "http://203.0.113.1/",
    "http://224.0.0.1/",
    "http://240.0.0.1/",
    "http://255.255.255.255/",
    "http://[fe80::1]/",
    "http://[fc00::1]/",
    "http://[fd00:ec2::254]/",
    "http://[ff02::1]/",
    "http://[::ffff:10.0.0.1]/",
    "http://[::ffff:a9fe:a9fe]/",
    "http://[2001:db8::1]/",
    "http://[3fff::1]/",
    "http://user:secret@127.0.0.1:PORT/",
    "http://public.example@127.0.0.1:PORT/",
    "http://127.0.0.1:PORT@public.example/",
    "http://:secret@127.0.0.1:PORT/",
    "ftp://127.0.0.1:PORT/",
    "gopher://127.0.0.1:PORT/_GET",
    "ws://127.0.0.1:PORT/",
    "file:///etc/passwd",
    "unix:/run/docker.sock",
    "javascript:alert(1)",
    "127.0.0.1:PORT",
    "http://",
    "http://127.0.0.1:PORT/#fragment",
];

/// Names that lead to this machine: they are looked at when a connection is made.
const NAMES: &[&str] = &["http://localhost:PORT/", "http://LocalHost:PORT/", "http://localhost.:PORT/"];

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_hostile_address_is_connected_to() {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
    listener.set_nonblocking(true).expect("it is a socket");
    let port = listener.local_addr().expect("it is bound").port().to_string();
    // Without a setting: only public addresses are.
    let mut shop = Shop::on_file_with(&ARGUMENTS[..2]).await;
    assert!(HOSTILE.len() + NAMES.len() >= 60);
    let hook = |url: &str| json!({"name": url, "url": url.replace("PORT", &port)});
    for url in HOSTILE {
        let refused = shop.admin.post("webhooks/", hook(url)).await;
        assert_eq!(refused.status, 400, "{url}: {refused:?}");
        assert!(refused.body["url"].is_array(), "{url}: {refused:?}");
    }
    let mut hooks = Vec::new();
    for url in NAMES {
        let made = id(&shop.admin.post("webhooks/", hook(url)).await.created());
        let tested = shop.admin.post(format!("webhooks/{made}/test/"), json!({})).await.ok();
        assert_eq!(tested["state"], json!("undelivered"), "{url}");
        hooks.push(made);
    }
    shop.level("A", 1).await;
    for hook in hooks {
        let failed = |shown: &Value| !shown["last_error"].is_null();
        shop.until(hook, failed).await;
        // One that is not allowed can still be switched off.
        shop.admin.send(&Request::patch(format!("webhooks/{hook}/"), json!({"is_active": false}))).await.ok();
    }
    assert_eq!(listener.accept().map_err(|fault| fault.kind()).map(drop), Err(ErrorKind::WouldBlock));
    shop.is_sound();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn without_a_key_there_is_no_webhook() {
    let mut shop = Shop::on_file_with(&[]).await;
    let refused = shop.admin.post("webhooks/", json!({"name": "a", "url": "https://example.com/"})).await;
    assert_eq!(refused.status, 400, "{refused:?}");
    assert!(refused.body["secret"][0].as_str().is_some_and(|text| text.contains("ONHAND_SECRET_KEY")), "{refused:?}");
    // Nobody reads events, so nothing is written for them.
    shop.level("A", 1).await;
    wait::until_async(async || Ok::<_, ()>(())).await;
    shop.is_sound();
}

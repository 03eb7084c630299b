//! Uploads that go wrong: clients that break off, dawdle, announce more than they send or read too late.
//!
//! Promises: raw sockets, since no HTTP library would behave like this. A client that has been heard of in the database
//! is one whose upload had begun, so nothing is taken to be gone that was never there.

use std::time::Duration;

use onhand_store::imports;
use onhand_testkit::wait;
use reqwest::multipart::{Form, Part};
use serde_json::{Value, json};
use tokio::io::AsyncWriteExt as _;
use tokio::net::TcpStream;
use tokio::time::{sleep, timeout};

use crate::client::{Body, TestServer};
use crate::files::{counts, finished, import_path, key, upload};
use crate::shop::Shop;
use crate::slow_clients::{PATIENCE, answer, connect, quick};

/// More than one part as they are stored.
const ROWS: usize = 4_000;

/// A person who writes requests by hand.
struct Hand<'a> {
    shop: &'a Shop,
    token: String,
}

impl<'a> Hand<'a> {
    async fn of(shop: &'a Shop) -> Self {
        let token = shop.erp.post("/api/v1/auth/tokens/", json!({"name": "raw"})).await.created();
        Self { shop, token: token["key"].as_str().expect("a key").to_owned() }
    }

    /// Sends the beginning of an upload.
    async fn begin(&self, path: &str, headers: &str, body: &[u8]) -> TcpStream {
        let mut stream = connect(&self.shop.server).await;
        let token = &self.token;
        let head = format!("POST {path} HTTP/1.1\r\nHost: x\r\nAuthorization: Token {token}\r\n{headers}\r\n");
        stream.write_all(&[head.as_bytes(), body].concat()).await.expect("it is read");
        stream
    }

    /// Waits until so many files are arriving, and parts of each are stored; their keys.
    async fn arriving(&self, files: usize) -> Vec<String> {
        wait::until_async(async || match self.shop.server.arriving().await {
            keys if keys.len() == files => Ok(keys),
            keys => Err(keys),
        })
        .await
    }

    /// Waits until the database is as it was.
    async fn all_gone(&self, before: &str) {
        let is_as_before = async || self.shop.server.dump().await == before;
        wait::until_async(async || is_as_before().await.then_some(()).ok_or("something is left")).await;
    }
}

fn rows() -> Vec<u8> {
    let note = "x".repeat(100);
    let rows = (0..ROWS).map(|row| format!("S{row},1,{note}\n")).collect::<Vec<_>>().concat();
    format!("sku,stock,note\n{rows}").into_bytes()
}

/// The start of a form with a file, as far as the file's bytes.
fn form(file: &[u8]) -> Vec<u8> {
    [&b"--X\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a.csv\"\r\n\r\n"[..], file].concat()
}

/// A client that sends a byte now and then is let go when the whole has taken too long.
#[tokio::test]
async fn an_upload_has_an_end() {
    let shop = Shop::on(TestServer::with(|config| config.upload_seconds = 1).await).await;
    let hand = Hand::of(&shop).await;
    let before = shop.server.dump().await;
    let mut stream =
        hand.begin(&import_path(shop.list), &format!("{RAW}Content-Length: 1000000\r\n"), b"sku,stock\n").await;
    let (mut reading, mut writing) = stream.split();
    let dripping = async {
        while writing.write_all(b"A").await.is_ok() {
            sleep(Duration::from_millis(50)).await;
        }
    };
    let mut told = [0; 12];
    let answered = tokio::io::AsyncReadExt::read_exact(&mut reading, &mut told);
    let answered = async { timeout(PATIENCE, answered).await.expect("it is let go").expect("with an answer") };
    tokio::select! {
        _ = answered => {}
        () = dripping => panic!("closed without an answer"),
    }
    assert_eq!(&told, b"HTTP/1.1 408");
    drop(stream);
    hand.all_gone(&before).await;
}

/// The files of all imports have so much room together; what is forgotten makes room.
#[tokio::test]
async fn stored_files_have_a_bound() {
    let shop = Shop::on(TestServer::with(|config| config.import_stored_bytes_max = 1_000).await).await;
    let path = import_path(shop.list);
    let file = [b"sku,stock,note\nA,1,".to_vec(), vec![b'x'; 700]].concat();
    let first = upload(&shop.erp, &path, "a.csv", &file, &[]).await.ok();
    finished(&shop.erp, key(&first)).await;
    let before = shop.server.dump().await;
    upload(&shop.erp, &path, "b.csv", &file, &[]).await.refused("import_storage_full");
    assert_eq!(shop.server.dump().await, before, "nothing is left of it");
    upload(&shop.erp, &path, "c.csv", b"sku,stock\nB,1\n", &[]).await.ok();
    shop.server.advance(10);
    let now = shop.server.app.clock.now();
    while shop.server.app.store.write("t", async move |tx| imports::forget(tx, now, 5).await).await.expect("written") {}
    upload(&shop.erp, &path, "b.csv", &file, &[]).await.ok();
}

const RAW: &str = "Content-Type: text/csv\r\n";
const FORM: &str = "Content-Type: multipart/form-data; boundary=X\r\n";
const LONG: &str = "Content-Length: 9000000\r\n";

#[tokio::test]
async fn an_upload_that_breaks_off_leaves_nothing() {
    let shop = Shop::open().await;
    let hand = Hand::of(&shop).await;
    let before = shop.server.dump().await;
    let file = rows();
    let chunk = [format!("{:x}\r\n", file.len()).as_bytes(), &file, b"\r\n"].concat();
    let starts = [
        (format!("{RAW}{LONG}"), file.clone()),
        (format!("{RAW}Transfer-Encoding: chunked\r\n"), chunk),
        (format!("{FORM}{LONG}"), form(&file)),
    ];
    for is_reset in [false, true] {
        for (headers, body) in &starts {
            let stream = hand.begin(&import_path(shop.list), headers, body).await;
            let keys = hand.arriving(1).await;
            let shown = format!("/api/v1/stock_list/excel_import_status/?cache_key={}", keys[0]);
            shop.erp.get(&shown).await.expect(404);
            for what in ["apply", "undo"] {
                let path = format!("{}{}/{what}/", import_path(shop.list), keys[0]);
                shop.erp.post(&path, json!({})).await.expect(404);
            }
            if is_reset {
                stream.set_zero_linger().expect("a socket has this option");
            }
            drop(stream);
            hand.all_gone(&before).await;
        }
    }
}

/// What was sent whole may take effect or not when its sender is gone, and nothing in between.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_client_that_does_not_wait_for_the_answer_leaves_all_or_nothing() {
    let shop = Shop::open().await;
    let hand = Hand::of(&shop).await;
    let path = format!("{}?mode=adjust", import_path(shop.list));
    // Few rows and more than one part.
    let row = format!("A,1,{}\n", "x".repeat(30_000));
    let files = [format!("sku,stock,note\n{}", row.repeat(12)).into_bytes(), b"sku,stock\nA,1\n".to_vec()];
    for round in 0..24 {
        let file = &files[round % 2];
        let stream = hand.begin(&path, &format!("{RAW}Content-Length: {}\r\n", file.len()), file).await;
        if round % 3 > 0 {
            // Some are gone while the file is being stored.
            sleep(Duration::from_millis(round as u64 % 5)).await;
        }
        stream.set_zero_linger().expect("a socket has this option");
        drop(stream);
    }
    // No import is left undone, no part of one that is gone, and each row has had its effect once.
    let is_settled = async || {
        let imports = shop.server.imports().await;
        imports.open == 0 && imports.with_parts == imports.all && imports.changes == shop.server.movements().await
    };
    let settled = async {
        while !is_settled().await {
            sleep(Duration::from_millis(20)).await;
        }
    };
    timeout(PATIENCE, settled).await.expect("each is done or gone");
    shop.server.verify().await;
}

/// A body that says where it ends, and a form that does not end there.
#[tokio::test]
async fn a_form_without_its_end_is_refused_and_leaves_nothing() {
    let shop = Shop::open().await;
    let hand = Hand::of(&shop).await;
    let before = shop.server.dump().await;
    let whole = form(b"sku,stock\nA,1\n");
    for body in
        [whole.clone(), [&whole[..], b"\r\n--X"].concat(), form(b""), b"--X\r\n".to_vec(), b"--Y--\r\n".to_vec()]
    {
        let headers = format!("{FORM}Content-Length: {}\r\n", body.len());
        let mut stream = hand.begin(&import_path(shop.list), &headers, &body).await;
        let text = answer(&mut stream).await;
        assert!(text.starts_with("HTTP/1.1 400 ") && text.contains("Multipart form parse error"), "{text}");
        assert_eq!(shop.server.dump().await, before);
    }
    for kind in ["multipart/form-data", "multipart/form-data; boundary=", "multipart/form-data; boundary=\"X"] {
        shop.erp.send("POST", &import_path(shop.list), Body::Raw(kind, whole.clone())).await.expect(400);
    }
    assert_eq!(shop.server.dump().await, before);
}

#[tokio::test]
async fn a_file_that_stops_arriving_is_let_go() {
    let shop = Shop::on(quick().await).await;
    let hand = Hand::of(&shop).await;
    let before = shop.server.dump().await;
    let begun = [(RAW, rows()), (FORM, form(&rows())), (FORM, b"--X\r\nContent-Dispo".to_vec()), (RAW, Vec::new())];
    for (kind, body) in begun {
        let mut stream = hand.begin(&import_path(shop.list), &format!("{kind}{LONG}"), &body).await;
        let text = answer(&mut stream).await;
        assert!(text.starts_with("HTTP/1.1 408 "), "{text}");
        assert!(text.ends_with("{\"detail\":\"The file took too long to arrive.\"}"), "{text}");
        hand.all_gone(&before).await;
    }
}

/// What is no file's content has a bound, too: it is kept in memory.
#[tokio::test]
async fn the_head_of_a_part_has_an_end() {
    let shop = Shop::on(quick().await).await;
    let hand = Hand::of(&shop).await;
    let before = shop.server.dump().await;
    let long = vec![b'x'; 300_000];
    let second = b"\r\n--X\r\nContent-Disposition: form-data; name=\"";
    let starts = [
        long.clone(),
        [&b"--X\r\nContent-Disposition: form-data; name=\""[..], &long].concat(),
        [&form(b"sku,stock\nA,1\n"), &second[..], &long].concat(),
    ];
    for body in starts {
        let mut stream = hand.begin(&import_path(shop.list), &format!("{FORM}{LONG}"), &body).await;
        let text = answer(&mut stream).await;
        assert!(text.starts_with("HTTP/1.1 400 ") && text.contains("head of a part"), "{text}");
        hand.all_gone(&before).await;
    }
}

#[tokio::test]
async fn only_the_first_file_counts_however_large_the_others_are() {
    let shop = Shop::open().await;
    let part = |bytes: Vec<u8>| Part::bytes(bytes).file_name("a.csv");
    let form = Form::new()
        .part("file", part(b"sku,stock\nA,1\n".to_vec()))
        .part("file", part(rows()))
        .text("mode", "adjust")
        .part("excel", part(b"sku,stock\nB,1\n".to_vec()));
    let answer = shop.erp.send("POST", &import_path(shop.list), Body::Form(form)).await.ok();
    let status = finished(&shop.erp, key(&answer)).await;
    assert_eq!((counts(&status), &status["mode"]), ([1, 0, 0, 0], &json!("adjust")));
    let many = (0..101).fold(Form::new(), |form, number| form.text(format!("f{number}"), "x"));
    shop.erp.send("POST", &import_path(shop.list), Body::Form(many)).await.expect(400);
}

#[tokio::test]
async fn two_files_for_one_list_arrive_side_by_side() {
    let shop = Shop::open().await;
    let hand = Hand::of(&shop).await;
    let file = rows();
    let (start, end) = file.split_at(300_000);
    let headers = format!("{RAW}Content-Length: {}\r\n", file.len());
    let path = format!("{}?mode=adjust", import_path(shop.list));
    let mut streams = [hand.begin(&path, &headers, start).await, hand.begin(&path, &headers, start).await];
    hand.arriving(2).await;
    let mut statuses = Vec::new();
    for stream in streams.iter_mut().rev() {
        stream.write_all(end).await.expect("it is read");
        let text = answer(stream).await;
        let body: Value = serde_json::from_str(text.split("\r\n\r\n").nth(1).expect("a body")).expect("JSON");
        statuses.push(body["cache_key"].as_str().expect("a key").to_owned());
    }
    for key in statuses {
        let status = finished(&shop.erp, &key).await;
        assert_eq!((&status["total"], &status["fail_count"]), (&json!(ROWS), &json!(0)));
    }
    assert_eq!(shop.of_sku("S3999").await.map(|all| all[0]), Some(2));
    shop.server.verify().await;
}

/// Python's `requests` reads nothing until it has sent all: it must find the answer, not a connection that was reset.
#[tokio::test]
async fn a_client_that_sends_all_before_it_reads_finds_the_refusal() {
    let shop = Shop::on(TestServer::with(|config| config.import_bytes_max = 1_000_000).await).await;
    let hand = Hand::of(&shop).await;
    let before = shop.server.dump().await;
    let body = form(&vec![b'x'; 10_000_000]);
    let path = import_path(shop.list);
    let cases = [
        (path.clone(), RAW, "413"),
        (path.clone(), FORM, "413"),
        (path.clone(), "Content-Type: application/json\r\n", "406"),
        (path.clone(), "Content-Type: multipart/form-data\r\n", "400"),
        (format!("{path}?mode=sideways"), RAW, "400"),
        ("/api/v1/stock_list/999/excel_import/".to_owned(), RAW, "404"),
        ("/api/v1/stock_list/excel_import/?dry_run=2".to_owned(), FORM, "400"),
    ];
    for (path, kind, status) in cases {
        let headers = format!("{kind}Content-Length: {}\r\n", body.len());
        let mut stream = timeout(PATIENCE, hand.begin(&path, &headers, &body)).await.expect("it is read");
        let text = timeout(PATIENCE, answer(&mut stream)).await.expect("an answer");
        assert!(text.starts_with(&format!("HTTP/1.1 {status} ")), "{path} {kind}: {text}");
    }
    assert_eq!(shop.server.dump().await, before);
}

/// A file that takes longer than a day is swept away under its sender, who is told.
#[tokio::test]
async fn a_file_that_arrives_too_late_is_swept_and_does_not_come_back() {
    let shop = Shop::open().await;
    let hand = Hand::of(&shop).await;
    let before = shop.server.dump().await;
    let file = rows();
    let (start, end) = file.split_at(300_000);
    let headers = format!("{RAW}Content-Length: {}\r\n", file.len());
    let mut stream = hand.begin(&import_path(shop.list), &headers, start).await;
    hand.arriving(1).await;
    let forget = async || {
        let now = shop.server.app.clock.now();
        shop.server
            .app
            .store
            .write("t", async move |tx| imports::forget(tx, now, 30 * 24 * 3_600).await)
            .await
            .expect("written")
    };
    shop.server.advance(23 * 3_600);
    assert!(!forget().await, "it may still come");
    shop.server.advance(2 * 3_600);
    while forget().await {}
    stream.write_all(end).await.expect("it is read");
    let text = answer(&mut stream).await;
    assert!(text.starts_with("HTTP/1.1 408 "), "{text}");
    hand.all_gone(&before).await;
}

/// A client that was not answered sends again, perhaps before the first has ended.
#[tokio::test]
async fn one_key_at_once_is_one_import() {
    let shop = Shop::open().await;
    let path = import_path(shop.list);
    for round in 0..5 {
        let keyed = shop.erp.clone().with("Idempotency-Key", format!("import-{round}"));
        let file = format!("sku,stock\nK{round},5\n");
        let send = || upload(&keyed, &path, "a.csv", file.as_bytes(), &[("mode", "adjust")]);
        let (one, two, three) = tokio::join!(send(), send(), send());
        let keys = [one.ok(), two.ok(), three.ok()];
        assert!(keys.iter().all(|answer| answer == &keys[0]), "{keys:?}");
        finished(&shop.erp, key(&keys[0])).await;
        assert_eq!(shop.of_sku(&format!("K{round}")).await.map(|all| all[0]), Some(5));
    }
}

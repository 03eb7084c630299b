//! What stands around a request: its Host, how its body is compressed, and bytes that are no request at all.

use std::io::Write as _;

use flate2::Compression;
use flate2::write::GzEncoder;
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

use crate::client::{Body, TestServer};
use crate::files::{finished, import_path};
use crate::shop::{Shop, id};

/// Sends bytes, and reads until the server closes: status, headers, body.
async fn exchange(server: &TestServer, bytes: &[u8]) -> (u16, String, Value) {
    let mut stream = TcpStream::connect(server.address).await.expect("it listens");
    // It does not read all of what is too large, and closes: what it has answered is there all the same.
    let _ = stream.write_all(bytes).await;
    let mut answer = Vec::new();
    let _ = stream.read_to_end(&mut answer).await;
    let answer = String::from_utf8(answer).expect("text");
    let (head, body) = answer.split_once("\r\n\r\n").unwrap_or_else(|| panic!("no answer: {answer:?}"));
    let status = head.split(' ').nth(1).and_then(|status| status.parse().ok()).expect("a status");
    let length = format!("content-length: {}", body.len());
    assert!(head.to_ascii_lowercase().contains(&length), "{answer}");
    (status, head.to_ascii_lowercase(), serde_json::from_str(body).unwrap_or_else(|_| panic!("no JSON: {answer}")))
}

#[tokio::test]
async fn what_is_no_request_is_answered_in_json() {
    let server = TestServer::start().await;
    let large = format!("GET /healthz HTTP/1.1\r\nHost: a\r\nX-Large: {}\r\n\r\n", "x".repeat(100_000));
    let many = format!("GET /healthz HTTP/1.1\r\nHost: a\r\n{}\r\n", "X: y\r\n".repeat(200));
    let address = format!("GET /{} HTTP/1.1\r\nHost: a\r\n\r\n", "x".repeat(70_000));
    for (bytes, statuses) in [
        (large.as_bytes(), &[431][..]),
        (many.as_bytes(), &[431]),
        (address.as_bytes(), &[414, 431]),
        (b"nonsense\r\n\r\n", &[400]),
        (b"GET / HTTP/9.9\r\n\r\n", &[400]),
        (b"GET /a b c HTTP/1.1\r\nHost: a\r\n\r\n", &[400]),
        (b"GET / HTTP/1.1\r\nno colon\r\n\r\n", &[400]),
        (b"POST /api/v1/orders/ HTTP/1.1\r\nHost: a\r\nContent-Length: x\r\n\r\n", &[400]),
    ] {
        let (status, head, body) = exchange(&server, bytes).await;
        assert!(statuses.contains(&status), "{status}: {head}");
        assert!(head.contains("content-type: application/json"), "{head}");
        assert!(body["detail"].is_string() && body.as_object().is_some_and(|body| body.len() == 1), "{body}");
    }
}

#[tokio::test]
async fn a_request_has_one_host() {
    let server = TestServer::start().await;
    for hosts in ["", "Host: a\r\nHost: b\r\n", "Host: a\r\nHost: a\r\n", "Host: a/b\r\n", "Host: a b\r\n", "Host:\r\n"]
    {
        for path in ["/healthz", "/api/v1/orders/", "/nowhere"] {
            let bytes = format!("GET {path} HTTP/1.1\r\n{hosts}Connection: close\r\n\r\n");
            let (status, _, body) = exchange(&server, bytes.as_bytes()).await;
            assert_eq!(status, 400, "{hosts:?} {path}: {body}");
        }
    }
    let (status, ..) = exchange(&server, b"GET /healthz HTTP/1.1\r\nHost: a:80\r\nConnection: close\r\n\r\n").await;
    assert_eq!(status, 200);
    let (status, ..) = exchange(&server, b"GET /healthz HTTP/1.0\r\n\r\n").await;
    assert_eq!(status, 200, "HTTP/1.0 knows no Host");
}

fn packed(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
    encoder.write_all(bytes).expect("memory");
    encoder.finish().expect("memory")
}

#[tokio::test]
async fn bodies_are_unpacked_within_their_limits() {
    let server = TestServer::with(|config| config.import_bytes_max = 2_000_000).await;
    let shop = Shop::on(server).await;
    let gzip = shop.erp.clone().with("Content-Encoding", "gzip");
    let path = "/api/v1/product_stock/";
    let body = json!({"product_sku": "SHIRT", "stock_list": shop.list, "stock": 7}).to_string();
    let made = gzip.send("POST", path, Body::Raw("application/json", packed(body.as_bytes()))).await.created();
    assert_eq!(shop.figures(id(&made)).await, [7, 0, 0, 7]);
    let refused = gzip.send("POST", path, Body::Raw("application/json", body.clone().into_bytes())).await;
    assert_eq!(refused.status, 400, "{refused:?}");
    let bomb = packed(&vec![b' '; 50_000_000]);
    assert!(bomb.len() < 100_000);
    gzip.send("POST", path, Body::Raw("application/json", bomb.clone())).await.expect(413);
    for encoding in ["br", "deflate", "gzip, gzip", "zstd"] {
        let odd = shop.erp.clone().with("Content-Encoding", encoding);
        odd.send("POST", path, Body::Raw("application/json", body.clone().into_bytes())).await.expect(415);
    }
    let same = shop.erp.clone().with("Content-Encoding", "identity");
    same.send("POST", path, Body::Raw("application/json", body.into_bytes())).await.ok();

    let file = packed(b"product_sku,stock\nSHIRT,9\n");
    let key = gzip.send("POST", &import_path(shop.list), Body::Raw("text/csv", file)).await.ok();
    finished(&shop.erp, key["cache_key"].as_str().expect("a key")).await;
    assert_eq!(shop.figures(id(&made)).await, [9, 0, 0, 9]);
    gzip.send("POST", &import_path(shop.list), Body::Raw("text/csv", bomb)).await.expect(413);
    let broken = Body::Raw("text/csv", b"product_sku,stock\nSHIRT,9\n".to_vec());
    gzip.send("POST", &import_path(shop.list), broken).await.expect(400);
    shop.server.verify().await;
}

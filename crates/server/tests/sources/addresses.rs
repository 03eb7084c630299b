//! Addresses that are not allowed: a server that a source names there is not connected to.
//!
//! What counts as such an address is tested beside the rule, in `src/outgoing_networks/tests.rs`.

use std::io::ErrorKind;
use std::net::TcpListener;

use onhand_testkit::http::Request;
use onhand_testkit::json::{id, text};
use onhand_testkit::{shop, wait};
use serde_json::json;

use crate::shop::Installation;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_name_of_this_machine_is_not_connected_to_where_it_is_not_allowed() {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
    listener.set_nonblocking(true).expect("it is a socket");
    let port = listener.local_addr().expect("it is bound").port();
    // A proxy of the environment would connect in place of the server.
    let proxy = format!("http://127.0.0.1:{port}");
    let buyer = Installation::on_file_with(&["--outgoing-networks", "none"], &[("HTTP_PROXY", &proxy)]).await;
    buyer.knows("A").await;
    let list = buyer.list;
    let by_name = json!({"base_url": format!("http://localhost:{port}"), "token": "x", "remote_stock_list": 1});
    let source = buyer.source_of(list, ([127, 0, 0, 1], port).into(), by_name).await;
    let shown = buyer.fails(source, "here").await;
    assert!(text(&shown["last_error"]).contains("localhost is at an address"), "{shown}");
    assert!(text(&shown["last_error"]).contains("ONHAND_OUTGOING_NETWORKS"), "{shown}");

    // A line of the list goes nowhere, and says so.
    buyer.level("A", 5).await;
    let order = buyer.admin.send(&shop::place("O-1", &[shop::line(list, "A", 1)])).await;
    let item = id(&order.created()["order_items"][0]);
    wait::until_async(async || {
        let line = buyer.admin.get(format!("order_items/{item}/")).await.ok();
        let says_so = line["datasource_error"] == json!("The address of the data source is not allowed.");
        if says_so && line["datasource_state"] == json!("pending") { Ok(()) } else { Err(line) }
    })
    .await;
    assert_eq!(listener.accept().map_err(|fault| fault.kind()).map(drop), Err(ErrorKind::WouldBlock));

    // It can be paused all the same.
    buyer.admin.send(&Request::patch(format!("data_sources/{source}/"), json!({"is_active": false}))).await.ok();
    buyer.is_sound();
}

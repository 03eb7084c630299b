//! Orders over a source that names a channel: both sides are real, and the buyer is a user of that channel and no more.

use onhand_testkit::http::{Client, Request};
use onhand_testkit::json::{id, int, rows, text};
use onhand_testkit::{shop, wait};
use serde_json::{Value, json};

use crate::ONHAND;
use crate::proxy::Proxy;
use crate::shop::Installation;

/// The buyer sells what the channel of the seller has.
struct Pair {
    buyer: Installation,
    seller: Installation,
    proxy: Proxy,
    /// The list of the buyer that the seller feeds.
    list: i64,
}

impl Pair {
    async fn open(buyer: Installation, seller: Installation, units: i64) -> Self {
        seller.sells("A", units).await;
        buyer.knows("A").await;
        let channel = seller.channel.to_string();
        let mut add = ONHAND.command(
            seller.database(),
            &["user", "add", "partner", "--role", "channel", "--channel", channel.as_str()],
        );
        assert!(add.env("ONHAND_PASSWORD", "a-partner-that-sells-7").status().expect("it runs").success());
        let token = ONHAND.done(seller.database(), &["token", "create", "partner"]);
        let proxy = Proxy::to(seller.address()).await;
        let fields = json!({"token": token.trim(), "remote_channel": seller.channel});
        let (_, list) = buyer.source(proxy.address, fields).await;
        buyer.offers(list, "A", units).await;
        Self { buyer, seller, proxy, list }
    }

    /// An order of the buyer; its one line, as the answer shows it.
    async fn order(&self, client: &Client, number: &str, units: i64) -> (i64, Value) {
        let order = client.send(&shop::place(number, &[shop::line(self.list, "A", units)])).await.created();
        (id(&order), order["order_items"][0].clone())
    }

    /// Until a line of the buyer is in a state; the line.
    async fn until_line(&self, item: i64, state: &str) -> Value {
        wait::until_async(async || {
            let line = self.buyer.admin.get(format!("order_items/{item}/")).await.ok();
            if line["datasource_state"] == state { Ok(line) } else { Err(line) }
        })
        .await
    }

    /// The orders of the seller's channel, by number.
    async fn there(&self, number: &str) -> Vec<Value> {
        let channel = self.seller.channel;
        let page = self.seller.admin.get(format!("channel/{channel}/orders/?number={number}")).await.ok();
        rows(&page["results"]).to_vec()
    }

    /// `[stock, reserved, reported, available]` of a list.
    async fn figures(&self, (one, list): (&Installation, i64)) -> [i64; 4] {
        let page = one.admin.get(format!("product_stock/?product_sku=A&stock_list={list}")).await.ok();
        let names = ["stock", "sold_quantity_unreported", "reported_quantity", "adjusted_stock"];
        names.map(|name| int(&page["results"][0][name]))
    }

    async fn until_figures(&self, of: (&Installation, i64), expected: [i64; 4]) {
        wait::until_async(async || match self.figures(of).await {
            found if found == expected => Ok(()),
            found => Err(found),
        })
        .await;
    }
}

async fn goes_out_by_a_channel(buyer: Installation, seller: Installation) {
    let pair = Pair::open(buyer, seller, 9).await;
    let (buyer, seller) = (&pair.buyer, &pair.seller);
    let patient = buyer.admin.clone().with("prefer", "wait=30");
    let (_, line) = pair.order(&patient, "O-1", 2).await;
    assert_eq!((text(&line["datasource_state"]), &line["datasource_error"]), ("placed", &Value::Null));
    let there = pair.there(&format!("O-1-{}", id(&line))).await;
    assert_eq!(there.len(), 1);
    assert_eq!(there[0]["channel"], json!(seller.channel));
    let sold = &there[0]["order_items"][0];
    assert_eq!(
        (int(&sold["quantity"]), int(&sold["stock_list"])),
        (2, seller.list),
        "the list of the channel's catalog"
    );
    assert_eq!(pair.figures((seller, seller.list)).await, [9, 2, 0, 7]);
    pair.until_figures((buyer, pair.list), [7, 0, 0, 7]).await;

    // Cancelled here, and cancelled there.
    let cancel = json!({"is_all": true});
    let (order, line) = pair.order(&patient, "O-2", 3).await;
    buyer.admin.post(format!("orders/{order}/cancel/"), cancel.clone()).await.ok();
    pair.until_line(id(&line), "cancelled").await;
    pair.until_figures((seller, seller.list), [9, 2, 0, 7]).await;
    pair.until_figures((buyer, pair.list), [7, 0, 0, 7]).await;
    let (_, line) = pair.order(&patient, "O-3", 1).await;
    let there = pair.there(&format!("O-3-{}", id(&line))).await.remove(0);
    seller.admin.post(format!("orders/{}/cancel/", id(&there)), cancel).await.ok();
    let line = pair.until_line(id(&line), "cancelled").await;
    assert_eq!((text(&line["status"]), line["datasource_error"].is_null()), ("100", false), "{line}");

    // What the channel has sold meanwhile is refused, and both sides have what they had.
    pair.proxy.cut();
    seller.admin.send(&shop::place("own", &[shop::line(seller.list, "A", 6)])).await.created();
    let (_, line) = pair.order(&buyer.admin, "O-4", 5).await;
    assert_eq!(line["datasource_state"], "pending");
    pair.proxy.lead_to(seller.address());
    let line = pair.until_line(id(&line), "refused").await;
    assert_eq!(text(&line["datasource_error"]), "Not enough stock for A.");
    assert_eq!(pair.there(&format!("O-4-{}", id(&line))).await, Vec::<Value>::new());
    pair.until_figures((seller, seller.list), [9, 8, 0, 1]).await;
    pair.until_figures((buyer, pair.list), [1, 0, 0, 1]).await;

    // A token that is revoked leaves a line pending until there is another one.
    let tokens = ONHAND.done(seller.database(), &["token", "list", "partner"]);
    let number = tokens.split('\t').next().expect("a number").to_owned();
    ONHAND.done(seller.database(), &["token", "revoke", &number]);
    let source = id(&buyer.admin.get("data_sources/").await.ok()["results"][0]);
    // The seller's server knows a token for a moment after its end.
    buyer.fails(source, "token").await;
    let (_, line) = pair.order(&buyer.admin, "O-5", 1).await;
    wait::until_async(async || {
        let line = buyer.admin.get(format!("order_items/{}/", id(&line))).await.ok();
        let says_so = text(&line["datasource_state"]) == "pending" && !line["datasource_error"].is_null();
        if says_so { Ok(()) } else { Err(line) }
    })
    .await;
    let token = ONHAND.done(seller.database(), &["token", "create", "partner"]);
    let patch = Request::patch(format!("data_sources/{source}/"), json!({"token": token.trim()}));
    buyer.admin.send(&patch).await.ok();
    pair.until_line(id(&line), "placed").await;
    pair.until_figures((seller, seller.list), [9, 9, 0, 0]).await;
    pair.until_figures((buyer, pair.list), [0, 0, 0, 0]).await;
    buyer.is_sound();
    seller.is_sound();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn orders_go_out_by_a_channel() {
    goes_out_by_a_channel(Installation::on_file().await, Installation::on_server().await).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn orders_go_out_by_a_channel_the_other_way_round() {
    goes_out_by_a_channel(Installation::on_server().await, Installation::on_file().await).await;
}

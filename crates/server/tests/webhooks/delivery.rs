//! What has happened is delivered: signed, in order, again where it was not taken, and kept where it never was.

use onhand_testkit::http::Request;
use onhand_testkit::json::{id, int, text};
use onhand_testkit::shop as requests;
use onhand_testkit::wait;
use serde_json::{Value, json};

use crate::receiver::{Mood, Receiver};
use crate::shop::{ARGUMENTS, Shop};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_order_and_its_stock_are_told() {
    for mut shop in [Shop::on_file().await, Shop::on_server().await] {
        let receiver = Receiver::start().await;
        shop.level("BEFORE", 3).await;
        let hook = shop.tells(&receiver, json!({})).await;
        let stock = shop.level("A", 8).await;
        let order = shop.order("O-1", "A", 2).await;
        receiver.until("order.created", |all| all.iter().any(|one| one.event() == "order.created")).await;
        let told = receiver.taken("order.created").remove(0);
        assert_eq!(told.body["data"]["number"], json!("O-1"));
        assert_eq!(told.body["data"]["order_items"][0]["product_sku"], json!("A"));
        assert_eq!(told.body["data"], order, "in the shape of the path");
        let shown = |name: &str| told.headers[name].as_str();
        assert_eq!((shown("ce-specversion"), shown("ce-type"), shown("ce-subject")), ("1.0", "order.created", "O-1"));
        assert_eq!((shown("ce-id"), shown("content-type")), (told.id(), "application/json"));
        assert!(shown("ce-source").starts_with("urn:onhand:"), "{told:?}");
        assert_eq!(shown("ce-time"), text(&told.body["timestamp"]));
        let is_final = |one: &Value| (one["product_sku"] == json!("A")) && one["adjusted_stock"] == json!(6);
        receiver.until("the stock after the order", |all| all.iter().any(|one| is_final(&one.body["data"]))).await;
        assert!(
            receiver
                .taken("stock.changed")
                .iter()
                .all(|one| int(&one.body["data"]["pk"]) == stock || one.body["data"]["product_sku"] == json!("BEFORE"))
        );
        let delivery = wait::until_async(async || {
            let log = shop.deliveries(hook, "?state=delivered").await;
            log.into_iter().find(|one| one["event_type"] == json!("order.created")).ok_or("it is not logged")
        })
        .await;
        assert_eq!(
            (&delivery["status"], &delivery["attempts"], &delivery["answer"]),
            (&json!(200), &json!(1), &json!("told"))
        );
        assert_eq!(delivery["payload"], told.body);
        shop.is_sound();
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn borders_and_ends_are_told() {
    let mut shop = Shop::on_file().await;
    let receiver = Receiver::start().await;
    shop.level("A", 8).await;
    shop.tells(&receiver, json!({"events": ["stock.low", "stock.back", "order.cancelled", "import.completed"]})).await;
    let order = shop.order("O-1", "A", 4).await;
    receiver.until("stock.low", |all| all.iter().any(|one| one.event() == "stock.low")).await;
    shop.order("O-2", "A", 4).await;
    shop.admin.post(format!("orders/{}/cancel/", id(&order)), json!({"is_all": true})).await.ok();
    receiver.until("order.cancelled", |all| all.iter().any(|one| one.event() == "order.cancelled")).await;
    receiver.until("stock.back", |all| all.iter().any(|one| one.event() == "stock.back")).await;
    let cancelled = receiver.taken("order.cancelled").remove(0);
    assert_eq!(cancelled.body["data"]["status"], json!("100"));
    assert!(receiver.received().iter().all(|one| one.event() != "stock.changed"), "it was not asked for");
    shop.is_sound();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_channel_that_takes_nothing_any_more_is_told_once() {
    let at_once = [ARGUMENTS.as_slice(), &["--attention-minutes", "0"]].concat();
    let mut shop = Shop::on_file_with(&at_once).await;
    let receiver = Receiver::start().await;
    let catalog = id(&shop.admin.post("catalogs/", json!({"name": "All", "stock_list": shop.list})).await.created());
    let channel = json!({"name": "Marketplace", "catalog": catalog});
    let channel = id(&shop.admin.post("channels/", channel).await.created());
    shop.tells(&receiver, json!({"events": ["channel.behind", "order.created"]})).await;
    shop.admin.get(format!("channel/{channel}/product_stocks/inserts/")).await.ok();
    shop.level("A", 3).await;
    receiver.until("channel.behind", |all| all.iter().any(|one| one.event() == "channel.behind")).await;
    let told = receiver.taken("channel.behind").remove(0);
    assert_eq!((id(&told.body["data"]), &told.body["data"]["name"]), (channel, &json!("Marketplace")));
    // Channels are looked at every half minute: by now it would have been told again.
    tokio::time::sleep(std::time::Duration::from_secs(35)).await;
    shop.order("O-1", "A", 1).await;
    receiver.until("the order", |all| all.iter().any(|one| one.event() == "order.created")).await;
    assert_eq!(receiver.taken("channel.behind").len(), 1);
    shop.is_sound();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_not_taken_is_sent_again_in_order() {
    let mut shop = Shop::on_file().await;
    let mut receiver = Receiver::start().await;
    shop.level("A", 1_000).await;
    let hook = shop.tells(&receiver, json!({"events": ["order.created"]})).await;
    let moods = [Mood::Status(500), Mood::Rude, Mood::Status(429), Mood::Late, Mood::Endless, Mood::Status(503)];
    for (round, mood) in moods.into_iter().enumerate() {
        receiver.answers(mood);
        let before = receiver.received().len();
        for number in 0..3 {
            shop.order(&format!("O-{round}-{number}"), "A", 1).await;
        }
        receiver.until("an attempt", |all| all.len() > before).await;
        receiver.answers(Mood::Status(200));
        shop.try_now(hook).await;
        receiver
            .until("all of them", |all| {
                let is_it = |one: &&crate::receiver::Received| {
                    one.is_taken && one.body["data"]["number"] == json!(format!("O-{round}-2"))
                };
                all.iter().any(|one| is_it(&one))
            })
            .await;
    }
    receiver.die().await;
    shop.order("O-last", "A", 1).await;
    shop.until(hook, |shown| int(&shown["failures"]) > 0 && !shown["last_error"].is_null()).await;
    let waiting = shop.deliveries(hook, "?state=waiting").await;
    assert_eq!(waiting.len(), 1, "a receiver that is away costs one row: {waiting:?}");
    receiver.come_back().await;
    shop.try_now(hook).await;
    receiver.until("the last one", |all| all.iter().any(|one| one.body["data"]["number"] == json!("O-last"))).await;
    shop.until(hook, |shown| shown["failures"] == json!(0) && shown["last_error"].is_null()).await;
    let taken = receiver.taken("order.created");
    let numbers: Vec<i64> = taken.iter().map(crate::receiver::Received::number).collect();
    assert!(numbers.is_sorted(), "{numbers:?}");
    assert_eq!(taken.len(), 19, "each once");
    shop.is_sound();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_rejected_is_kept_and_holds_up_nothing_for_long() {
    let mut shop = Shop::on_file().await;
    let (receiver, other) = (Receiver::start().await, Receiver::start().await);
    shop.level("A", 1_000).await;
    let hook = shop.tells(&receiver, json!({"events": ["order.created"]})).await;
    shop.tells(&other, json!({"events": ["order.created"]})).await;
    receiver.answers(Mood::Elsewhere);
    shop.order("O-1", "A", 1).await;
    other.until("the other one is told", |all| !all.is_empty()).await;
    shop.until(hook, |shown| shown["last_error"] == json!("307")).await;
    // Five times: then the next one is sent.
    for attempts in 2..=5 {
        let path = format!("webhooks/{hook}/deliveries/");
        wait::until_async(async || {
            let log = shop.admin.get(path.clone()).await.ok();
            let row = log["results"][0].clone();
            if int(&row["attempts"]) >= attempts.min(3) { Ok(()) } else { Err(row) }
        })
        .await;
    }
    receiver.answers(Mood::Status(410));
    shop.try_now(hook).await;
    let paused = shop.until(hook, |shown| !shown["paused_at"].is_null()).await;
    assert_eq!(paused["last_error"], json!("410 told"));
    shop.order("O-2", "A", 1).await;
    other.until("the other one goes on", |all| all.len() == 2).await;
    receiver.answers(Mood::Status(204));
    shop.try_now(hook).await;
    receiver.until("both, after the pause", |all| all.iter().filter(|one| one.is_taken).count() == 2).await;
    shop.is_sound();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_person_sends_a_test_and_sends_again() {
    let mut shop = Shop::on_file().await;
    let receiver = Receiver::start().await;
    shop.level("A", 1_000).await;
    let hook = shop.tells(&receiver, json!({"events": ["order.created"]})).await;
    let test = shop.admin.post(format!("webhooks/{hook}/test/"), json!({})).await.ok();
    assert_eq!(
        (&test["state"], &test["status"], &test["event_type"]),
        (&json!("delivered"), &json!(200), &json!("webhook.test"))
    );
    receiver.answers(Mood::Silent);
    let silent = shop.admin.post(format!("webhooks/{hook}/test/"), json!({})).await.ok();
    assert_eq!((&silent["state"], &silent["status"]), (&json!("undelivered"), &json!(null)));
    assert!(text(&silent["answer"]).starts_with("there was no answer in time"), "{silent}");
    receiver.answers(Mood::Status(200));
    shop.order("O-1", "A", 1).await;
    receiver.until("the order", |all| all.iter().any(|one| one.event() == "order.created" && one.is_taken)).await;
    let delivery = wait::until_async(async || {
        shop.deliveries(hook, "?state=delivered")
            .await
            .into_iter()
            .find(|one| one["event_type"] == json!("order.created"))
            .ok_or("not logged")
    })
    .await;
    let again = shop.admin.post(format!("webhooks/{hook}/deliveries/{}/redeliver/", id(&delivery)), json!({})).await;
    assert_eq!((again.status, &again.body["queued"]), (202, &json!(1)));
    receiver.until("it once more", |all| all.iter().filter(|one| one.event() == "order.created").count() == 2).await;
    let twice: Vec<_> = receiver.received().into_iter().filter(|one| one.event() == "order.created").collect();
    assert_eq!((twice[0].id(), &twice[0].body), (twice[1].id(), &twice[1].body), "known by the same name");
    // The silent test is the one that was never taken.
    let range = json!({"after": "2020-01-01T00:00:00Z"});
    let queued = shop.admin.post(format!("webhooks/{hook}/redeliver/"), range).await;
    assert_eq!((queued.status, &queued.body["queued"]), (202, &json!(1)));
    wait::until_async(async || {
        let left = shop.deliveries(hook, "?state=undelivered").await.len()
            + shop.deliveries(hook, "?state=queued").await.len();
        if left == 0 { Ok(()) } else { Err(left) }
    })
    .await;
    let gone = json!({"after": "2020-01-01T00:00:00Z", "before": "2020-01-02T00:00:00Z", "state": "delivered"});
    let none = shop.admin.post(format!("webhooks/{hook}/redeliver/"), gone).await;
    assert_eq!(none.body["queued"], json!(0));
    shop.is_sound();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn one_of_several_processes_delivers() {
    let mut shop = Shop::on_server().await;
    let second = shop.beside();
    let receiver = Receiver::start().await;
    shop.level("A", 1_000).await;
    shop.tells(&receiver, json!({"events": ["order.created"]})).await;
    let beside = shop.admin.moved(second.address);
    for number in 0..20 {
        let (client, name) = (if number % 2 == 0 { &shop.admin } else { &beside }, format!("O-{number}"));
        client.send(&requests::place(&name, &[requests::line(shop.list, "A", 1)])).await.created();
    }
    receiver.until("all of them", |all| all.len() >= 20).await;
    assert_eq!(receiver.received().len(), 20, "nothing has failed, so each is told once");
    // The other one takes over.
    shop.server.take().expect("it runs").kill();
    for number in 20..30 {
        beside.send(&requests::place(&format!("O-{number}"), &[requests::line(shop.list, "A", 1)])).await.created();
    }
    receiver.until("all of them", |_| receiver.taken("order.created").len() == 30).await;
    assert!(second.stop().success());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_new_secret_signs_from_then_on() {
    let mut shop = Shop::on_file().await;
    let receiver = Receiver::start().await;
    let hook = shop.tells(&receiver, json!({"events": ["stock.changed"]})).await;
    assert_eq!(shop.webhook(hook).await["secret"], json!(null), "it was shown once");
    let renewed = shop.admin.post(format!("webhooks/{hook}/secret/"), json!({})).await.ok();
    receiver.knows(text(&renewed["secret"]));
    shop.level("A", 1).await;
    receiver.until("a change", |all| all.iter().any(|one| one.is_taken)).await;
    let own = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
    shop.admin.send(&Request::patch(format!("webhooks/{hook}/"), json!({"secret": own}))).await.ok();
    receiver.knows(own);
    let before = receiver.received().len();
    shop.level("B", 1).await;
    receiver.until("another change", |all| all.len() > before).await;
    shop.is_sound();
}

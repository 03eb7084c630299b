//! `--shadow`: what differs is said when it comes and when it is gone.

use std::io::{BufRead as _, BufReader};
use std::net::SocketAddr;
use std::process::{Child, ChildStdout};

use onhand_testkit::blocking::Client;
use onhand_testkit::json::id;
use onhand_testkit::program::Ended;
use onhand_testkit::shop as requests;
use serde_json::{Value, json};

use crate::documented_server::{Documented, Odd};
use crate::documented_shop::shop;
use crate::real_shop::RealShop;
use crate::target::{TOKEN, Target, all};

/// A shadow that runs.
struct Following {
    child: Child,
    lines: std::io::Lines<BufReader<ChildStdout>>,
}

impl Following {
    fn start(target: &Target, from: SocketAddr, token: &str) -> Self {
        let flags = ["--shadow", "--every", "1", "--grace", "0", "--whole-every", "3600", "--json"];
        let mut command = target.command(from, token, &flags);
        let mut child = command.stderr(std::process::Stdio::null()).spawn().expect("the program starts");
        let lines = BufReader::new(child.stdout.take().expect("it is piped")).lines();
        let mut following = Self { child, lines };
        following.event("round");
        following
    }

    /// The next event of this name.
    fn event(&mut self, name: &str) -> Value {
        let events = self.lines.by_ref().map_while(Result::ok).filter_map(|line| line.parse::<Value>().ok());
        { events }.find(|event| event["event"] == name).unwrap_or_else(|| panic!("it ended without {name}"))
    }

    /// Stops it as a person does; its code.
    fn stop(mut self) -> i32 {
        let sent = std::process::Command::new("kill").args(["-INT", &self.child.id().to_string()]).status();
        assert!(sent.expect("kill runs").success());
        self.child.wait().expect("it is ours").code().expect("a code")
    }
}

impl Drop for Following {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

#[test]
fn a_difference_is_said_and_its_end() {
    for target in Target::of_each_engine() {
        let there = Documented::start(shop());
        let mut following = Following::start(&target, there.address, TOKEN);
        // The server forgets what a line reserves, and goes on showing the line as open.
        there.content().row("/api/i1/product_stock/", 1)["sold_quantity_unreported"] = json!(0);
        let differs = following.event("difference");
        let told = ["stock_list", "product_sku", "there", "here"].map(|name| differs[name].clone());
        assert_eq!(told, [json!("WH-01"), json!("A"), json!(10), json!(7)], "{differs}");
        there.content().row("/api/i1/product_stock/", 1)["sold_quantity_unreported"] = json!(3);
        let equal = following.event("equal");
        assert_eq!((&equal["product_sku"], &equal["here"]), (&json!("A"), &json!(7)), "{equal}");
        assert_eq!(following.event("round")["differences"], 0);
        // What can be taken is no difference.
        there.content().row("/api/i1/product_stock/", 3)["stock"] = json!(70);
        let round = following.event("round");
        assert_eq!(round["differences"], 0, "{round}");
        assert_eq!(following.stop(), 0);
    }
}

#[test]
fn a_server_that_is_away_for_a_while_is_followed_on() {
    let (target, there) = (Target::file(), Documented::start(shop()));
    let mut following = Following::start(&target, there.address, TOKEN);
    let broken = Odd::Answer(400, "Vary: Accept", json!({"detail": "not now"}).to_string());
    there.content().odd = vec![("/api/v1/stock_list/", 1, broken)];
    let fault = following.event("fault");
    assert!(fault["text"].as_str().is_some_and(|text| text.contains("not now")), "{fault}");
    there.content().row("/api/i1/product_stock/", 5)["stock"] = json!(8);
    loop {
        if following.event("round")["changes"] != 0 {
            break;
        }
    }
    assert_eq!(following.stop(), 0);
    target.read(|client| {
        let available = crate::target::stocks(client, "adjusted_stock");
        assert_eq!(available[&("Store".to_owned(), "D".to_owned())], 8);
    });
}

#[test]
fn what_happens_on_either_side_of_two_real_servers_is_seen() {
    let there = RealShop::open();
    // A server works on the database beside the shadow.
    let target = Target::postgres();
    let here = target.serve();
    let client = Client::sign_in(here.address);
    let mut following = Following::start(&target, there.server.address, there.client.token());
    let large = |client: &Client| {
        let lists = all(client, "/api/v1/stock_list/");
        lists.iter().find(|list| list["name"] == "Large").map(id).expect("the large list")
    };
    // There: it is taken, and is no difference.
    let list = large(&there.client);
    there.client.send(&requests::place("S-1", &[requests::line(list, "L-2000", 1)])).created();
    there.client.send(&requests::write(requests::stock(list, "L-2010", 77)));
    loop {
        let round = following.event("round");
        assert_eq!(round["differences"], 0, "{round}");
        if round["changes"] != 0 {
            break;
        }
    }
    // Here: an order that the other server does not have.
    let order = client.send(&requests::place("HERE-1", &[requests::line(large(&client), "L-2010", 5)])).created();
    let differs = following.event("difference");
    assert_eq!((&differs["product_sku"], &differs["there"]), (&json!("L-2010"), &json!(77)), "{differs}");
    assert_eq!(differs["here"], 72, "{differs}");
    client.post(&format!("/api/v1/orders/{}/cancel/", id(&order)), &json!({"is_all": true})).ok();
    assert_eq!(following.event("equal")["product_sku"], "L-2010");
    assert_eq!(following.stop(), 0);
    assert!(here.stop().success());
}

#[test]
fn a_shadow_may_end_after_some_rounds() {
    let (target, there) = (Target::file(), Documented::start(shop()));
    // More is reserved by lines than the server says.
    there.content().row("/api/i1/product_stock/", 2)["sold_quantity_unreported"] = json!(0);
    let folder = tempfile::tempdir().expect("a temporary folder");
    let csv = folder.path().join("differences.csv");
    let csv = csv.to_str().expect("a path");
    let flags = ["--shadow", "--every", "1", "--grace", "0", "--rounds", "1", "--differences", csv];
    let ended: Ended = target.adopt(there.address, TOKEN, &flags);
    assert_eq!(ended.code, Some(3), "{ended:?}");
    assert!(ended.out.contains("differs  WH-01  B  there 5, here 4"), "{ended:?}");
    let text = std::fs::read_to_string(csv).expect("it was written");
    assert!(text.contains("WH-01,B,5,4,-1"), "{text}");
}

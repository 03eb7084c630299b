//! A small shop that takes orders: what is needed to see whether they are still there. Must not know how a server runs.

use std::net::SocketAddr;

use onhand_testkit::blocking::Client;
use onhand_testkit::json::id;
use onhand_testkit::shop;

/// A client that places orders for one SKU of one list.
pub(crate) struct Buyer {
    pub(crate) client: Client,
    list: i64,
}

impl Buyer {
    /// In a new list with plenty of stock.
    pub(crate) fn new(address: SocketAddr, name: &str) -> Self {
        let client = Client::sign_in(address);
        let list = id(&client.send(&shop::new_list(name)).created());
        client.send(&shop::write(shop::stock(list, "A", 1_000_000))).created();
        Self { client, list }
    }

    /// The status of the answer to an order.
    pub(crate) fn place(&self, number: &str) -> u16 {
        self.try_place(number).expect("an answer")
    }

    /// The same, of a server that may be gone.
    pub(crate) fn try_place(&self, number: &str) -> Option<u16> {
        let order = shop::place(number, &[shop::line(self.list, "A", 1)]);
        self.client.try_send(&order).map(|answer| answer.status)
    }

    /// Places some orders, which must succeed; their numbers.
    pub(crate) fn place_some(&self, prefix: &str, count: usize) -> Vec<String> {
        let numbers: Vec<String> = (0..count).map(|index| format!("{prefix}-{index}")).collect();
        numbers.iter().for_each(|number| assert_eq!(self.place(number), 201, "{number}"));
        numbers
    }
}

/// Every one of these orders is there.
pub(crate) fn assert_there(client: &Client, numbers: &[String]) {
    for number in numbers {
        assert_eq!(client.get(&format!("/api/v1/order_number/{number}/")).status, 200, "{number} is lost");
    }
}

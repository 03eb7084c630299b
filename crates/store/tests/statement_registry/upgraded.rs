//! Migrations of databases that are in use: what a new column says of rows that were there before it.

use onhand_core::{LOW_STOCK_DEFAULT, ProductId, Stock, StockId, StockListId, StockStates, Timestamp};
use rusqlite::Connection;

const BEFORE_STATES: [&str; 3] = [
    include_str!("../../schema/0001_init.sql"),
    include_str!("../../schema/0002_cargo_company_conditions.sql"),
    include_str!("../../schema/0003_screens.sql"),
];
const STATES: &str = include_str!("../../schema/0004_stock_states.sql");

#[test]
fn stocks_of_an_older_database_get_the_states_that_follow_from_their_numbers() {
    let connection = Connection::open_in_memory().expect("a database");
    BEFORE_STATES.iter().for_each(|text| connection.execute_batch(text).expect("it runs"));
    let now = Timestamp::from_micros(1);
    let empty =
        |id: i64| Stock::empty(StockId::new(id), StockListId::new(1), ProductId::new(id), format!("S-{id}"), now);
    let mut stocks = Vec::new();
    for (on_hand, sold) in (0..=7).flat_map(|on_hand| (0..=3).map(move |sold| (on_hand, sold))) {
        for discrepancy_at in [None, Some(now)] {
            let id = stocks.len() as i64;
            stocks.push(Stock { on_hand, reserved: sold, reported: sold / 2, discrepancy_at, ..empty(id) });
        }
    }
    for stock in &stocks {
        let insert = "INSERT INTO stock (bucket, id, stock_list_id, product_id, sku, unit, on_hand, reserved,
                      external_reservation, reported, discrepancy_at, extra_field, created_at, modified_at)
                      VALUES (1, ?1, 1, 1, 'S-' || ?1, 'qty', ?2, ?3, 0, ?4, ?5, '{}', 1, 1)";
        let discrepancy_at = stock.discrepancy_at.map(Timestamp::micros);
        let row = (stock.id.get(), stock.on_hand, stock.reserved, stock.reported, discrepancy_at);
        connection.execute(insert, row).expect("it is inserted");
    }
    connection.execute_batch(STATES).expect("it runs");
    for stock in &stocks {
        let find = "SELECT states FROM stock WHERE id = ?1";
        let states = connection.query_row(find, [stock.id.get()], |row| row.get(0)).expect("a stock");
        assert_eq!(StockStates::from_bits(states), StockStates::of(stock, LOW_STOCK_DEFAULT), "{stock:?}");
    }
}

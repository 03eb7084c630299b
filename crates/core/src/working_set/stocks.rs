//! Stocks in the working set: how they are made, and how their numbers change.
//!
//! Promises: numbers change in [`WorkingSet::move_stock`] only, which records the movement in the same step; no number
//! becomes negative. Must not know why a number changes beyond its [`Cause`].

use super::WorkingSet;
use crate::stock::ProductRef;
use crate::{
    Cause, Delta, Explanation, IdKind, LOW_STOCK_DEFAULT, LevelWrite, Movement, MovementId, Product, ProductId,
    RemovedStock, Stock, StockId, StockListId, StockStates, Timestamp, UserId, bucket_of_key, bucket_of_text,
};

/// Changing. Only the decisions call these.
impl WorkingSet {
    /// Changes a stock's numbers and remembers why. The stock's time grows with every change that others can see,
    /// whatever the clock says: channels tell versions apart by it.
    pub(crate) fn move_stock(&mut self, id: StockId, delta: Delta, cause: Cause, actor: UserId, at: Timestamp) {
        let movement = MovementId::new(self.ids.next_in_bucket(IdKind::Movement, id.bucket()));
        let is_new = self.stocks.is_made(id);
        let low_stock = self.low_stock_of(id);
        let stock = self.stocks.change(id);
        let at = if is_new { at.max(stock.modified_at) } else { at.later_than(stock.modified_at) };
        stock.on_hand += delta.on_hand;
        stock.reserved += delta.reserved;
        stock.external += delta.external;
        stock.reported += delta.reported;
        let broken = stock.on_hand < 0 || stock.external < 0 || stock.reserved < stock.external || stock.reported < 0;
        assert!(!broken, "no rule makes a count negative: {stock:?} after {delta:?} by {cause:?}");
        stock.states = StockStates::of(stock, low_stock);
        let previous = stock.movement.replace(movement);
        stock.modified_at = at;
        let (on_hand, reserved, reported) = (stock.on_hand, stock.reserved, stock.reported);
        self.movements.push(Movement {
            id: movement,
            stock: id,
            previous,
            cause,
            delta,
            on_hand,
            reserved,
            reported,
            actor,
            at,
            level: LevelWrite::default(),
            explanation: None,
        });
    }

    /// Says why the newest movement of a stock was made, if one was made in this batch.
    pub(crate) fn explain(&mut self, id: StockId, explanation: Option<&Explanation>) {
        if let Some(explanation) = explanation
            && let Some(movement) = self.movements.iter_mut().rev().find(|movement| movement.stock == id)
        {
            movement.explanation = Some(explanation.clone());
        }
    }

    /// Remembers with the newest movement what a written level changed besides the numbers.
    pub(crate) fn remember_level(&mut self, level: LevelWrite) {
        if let Some(movement) = self.movements.last_mut() {
            movement.level = level;
        }
    }

    /// Says when the newest active discrepancy of a stock was reported. The caller's movement says why.
    pub(crate) fn set_discrepancy(&mut self, id: StockId, at: Option<Timestamp>) -> &Stock {
        let low_stock = self.low_stock_of(id);
        let stock = self.stocks.change(id);
        stock.discrepancy_at = at;
        stock.states = StockStates::of(stock, low_stock);
        stock
    }

    /// The low-stock threshold of a stock's list.
    fn low_stock_of(&self, id: StockId) -> i64 {
        let list = self.stocks.get(id).and_then(|stock| self.lists.get(&stock.list));
        list.map_or(LOW_STOCK_DEFAULT, |list| list.low_stock)
    }

    /// The stock, to change a field that its states do not follow from.
    pub(crate) fn stock_mut(&mut self, id: StockId) -> &mut Stock {
        self.stocks.change(id)
    }

    /// The stock of a SKU in a list, and whether it was made now; its product is made with it where there is none.
    pub(crate) fn found_or_created(&mut self, list: StockListId, sku: &str, now: Timestamp) -> (StockId, bool) {
        if let Some(stock) = self.stock_by_key(list, sku) {
            return (stock.id, false);
        }
        let known = self.product(&ProductRef::Sku(sku.to_owned())).map(|product| product.id);
        let product = known.unwrap_or_else(|| self.create_product(sku));
        (self.create_stock(list, product, sku, now), true)
    }

    /// Remembers that an order line, or a line of a cart, has come to a stock.
    pub(crate) fn remember_ordered(&mut self, id: StockId) {
        if self.stocks.get(id).is_some_and(|stock| !stock.is_ordered) {
            self.stocks.change(id).is_ordered = true;
        }
    }

    /// Removes a stock. Its movements stay.
    pub(crate) fn remove_stock(&mut self, id: StockId, actor: UserId, at: Timestamp) {
        let stock = self.stocks.get(id).expect("a decision removes what was loaded").clone();
        if let Some(ids) = self.stock_ids.get_mut(&stock.list) {
            ids.remove(&stock.sku);
        }
        self.stocks.remove(id);
        let at = at.later_than(stock.modified_at);
        self.removed_stocks.push(RemovedStock { stock, at, actor });
    }

    fn create_product(&mut self, sku: &str) -> ProductId {
        let id = ProductId::new(self.ids.next_in_bucket(IdKind::Product, bucket_of_text(sku)));
        self.product_ids.insert(sku.to_owned(), id);
        self.products.make(id, Product { id, sku: sku.to_owned() });
        id
    }

    /// Makes the stock of a product in a list that has none of it.
    pub(crate) fn create_stock(&mut self, list: StockListId, product: ProductId, sku: &str, now: Timestamp) -> StockId {
        let id = StockId::new(self.ids.next_in_bucket(IdKind::Stock, bucket_of_key(list, sku)));
        self.stock_ids.entry(list).or_default().insert(sku.to_owned(), id);
        self.stocks.make(id, Stock::empty(id, list, product, sku.to_owned(), now));
        id
    }
}

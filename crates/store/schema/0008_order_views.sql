-- Oversold lines that have not left, in the order in which they were made: people look at the newest ones, and operators
-- count them. A line is in it only if it is oversold, so few orders write it.
CREATE INDEX order_item_oversold_open ON order_item (id, bucket) WHERE oversold = 1 AND status < 500 AND status <> 100;
-- It had the same lines by their state.
DROP INDEX order_item_oversold;

-- What the person who caused a movement says of it: the adjustment reason, a word, and a note of up to 200 characters.
-- Both are NULL for nearly all movements: orders, files and most levels come without.
ALTER TABLE movement ADD COLUMN adjustment_reason TEXT;
ALTER TABLE movement ADD COLUMN note TEXT;
-- Who reserves a stock: the index of the lines that wait for the ERP names the stock of each, so that the lines of one
-- are found in the index alone. The line is first, so that an order still writes the end of the index
-- (docs/decisions/0016-who-reserves-a-stock.md).
DROP INDEX reservation_open;
CREATE INDEX reservation_open ON reservation (item_id, bucket, stock_id) WHERE state = 1;

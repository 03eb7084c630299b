-- Up to how many available units a stock of the list is low; with 0 none is.
ALTER TABLE stock_list ADD COLUMN low_stock INTEGER NOT NULL DEFAULT 5;

-- The states of a stock, added up: 1 sold out, 2 low, 4 oversold, 8 off sale. Written only when one of them changes.
ALTER TABLE stock ADD COLUMN states INTEGER NOT NULL DEFAULT 0;
UPDATE stock SET states =
    CASE WHEN discrepancy_at IS NOT NULL OR on_hand - reserved - reported <= 0 THEN 1
         WHEN on_hand - reserved - reported <= 5 THEN 2 ELSE 0 END
    + CASE WHEN on_hand - reserved - reported < 0 THEN 4 ELSE 0 END
    + CASE WHEN discrepancy_at IS NULL THEN 0 ELSE 8 END
    WHERE discrepancy_at IS NOT NULL OR on_hand - reserved - reported <= 5;

-- The stocks of one list in the order of their SKUs: all of them, and those in each state. An order that brings no stock
-- into another state changes no column of these indexes; what it does change (the reserved quantity) is in none.
CREATE INDEX stock_list_sku ON stock (stock_list_id, sku, id, bucket);
CREATE INDEX stock_sold_out ON stock (stock_list_id, sku, id, bucket) WHERE (states & 1) <> 0;
CREATE INDEX stock_low ON stock (stock_list_id, sku, id, bucket) WHERE (states & 2) <> 0;
CREATE INDEX stock_oversold ON stock (stock_list_id, sku, id, bucket) WHERE (states & 4) <> 0;
CREATE INDEX stock_off_sale ON stock (stock_list_id, sku, id, bucket) WHERE (states & 8) <> 0;

-- A row is the sums of a stock list, as they were counted last, in the background and in steps.
CREATE TABLE stock_list_sums (
    stock_list_id INTEGER NOT NULL PRIMARY KEY,
    -- When the counting began, and when it ended.
    begun_at INTEGER NOT NULL,
    at INTEGER NOT NULL,
    stocks INTEGER NOT NULL,
    -- Units.
    available INTEGER NOT NULL,
    reserved INTEGER NOT NULL,
    reported INTEGER NOT NULL,
    on_hand INTEGER NOT NULL,
    -- Stocks in each state.
    sold_out INTEGER NOT NULL,
    low INTEGER NOT NULL,
    oversold INTEGER NOT NULL,
    off_sale INTEGER NOT NULL,
    -- The newest snapshot time of a level.
    newest_level_at INTEGER
) STRICT;

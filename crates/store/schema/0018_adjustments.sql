-- Product stocks that are removed, reasons of one's own, transfers between stock lists (docs/stock.md).

-- Whether an order line has ever been on the stock, whatever became of it: such a stock is not removed. Of a stock that was
-- there before this column it is not known, so it counts as ordered.
ALTER TABLE stock ADD COLUMN is_ordered INTEGER NOT NULL DEFAULT 1;

-- A row is a stock that was removed, so that channels can be told. Its movements stay where they are. It lives in the bucket
-- of its stock.
CREATE TABLE removed_stock (
    bucket INTEGER NOT NULL,
    id INTEGER NOT NULL,
    stock_list_id INTEGER NOT NULL,
    product_id INTEGER NOT NULL,
    sku TEXT NOT NULL,
    unit TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    -- When it was removed.
    modified_at INTEGER NOT NULL,
    -- The account that removed it.
    actor_id INTEGER NOT NULL,
    PRIMARY KEY (id, bucket)
) STRICT, WITHOUT ROWID;

-- A row is a reason of this installation's own for which a level is adjusted, beside those that every installation has.
CREATE TABLE adjustment_reason (
    id INTEGER NOT NULL PRIMARY KEY,
    -- What movements keep of it. It never changes.
    code TEXT NOT NULL,
    name TEXT NOT NULL,
    is_active INTEGER NOT NULL,
    extra_field TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    modified_at INTEGER NOT NULL
) STRICT;
CREATE UNIQUE INDEX adjustment_reason_code ON adjustment_reason (code);

-- A row is a stock transfer: units that went from the levels of one list to those of another in one step.
CREATE TABLE stock_transfer (
    id INTEGER NOT NULL PRIMARY KEY,
    from_list_id INTEGER NOT NULL,
    to_list_id INTEGER NOT NULL,
    -- What its maker calls it.
    reference TEXT,
    -- What is said of it: the adjustment reason, a word, and a note.
    reason TEXT,
    note TEXT,
    -- The account that made it.
    actor_id INTEGER NOT NULL,
    created_at INTEGER NOT NULL
) STRICT;
CREATE UNIQUE INDEX stock_transfer_reference ON stock_transfer (reference);
CREATE INDEX stock_transfer_from ON stock_transfer (from_list_id, id);
CREATE INDEX stock_transfer_to ON stock_transfer (to_list_id, id);

-- A row is one SKU of a stock transfer.
CREATE TABLE stock_transfer_line (
    transfer_id INTEGER NOT NULL,
    -- The place of the line in the transfer, from 0.
    position INTEGER NOT NULL,
    sku TEXT NOT NULL,
    quantity INTEGER NOT NULL CHECK (quantity >= 1),
    from_stock_id INTEGER NOT NULL,
    to_stock_id INTEGER NOT NULL,
    from_movement_id INTEGER NOT NULL,
    to_movement_id INTEGER NOT NULL,
    PRIMARY KEY (transfer_id, position)
) STRICT, WITHOUT ROWID;

-- The stock transfer of the cause, if it has one.
ALTER TABLE movement ADD COLUMN stock_transfer_id INTEGER;

-- Moves that the ERP has to hear of: registered lines that are reserved in another list, and units that transfers carry.

-- When moves to a list, and transfers from it, are taken to be registered: `acknowledged` or `next_level`.
ALTER TABLE stock_list ADD COLUMN moves_settle TEXT NOT NULL DEFAULT 'acknowledged';
-- The list a line is reserved in now; NULL as long as that is the one it was ordered from.
ALTER TABLE order_item ADD COLUMN reserved_list_id INTEGER;

-- A move lives in the bucket of its order. `state`: 0 waiting, 1 registered, 2 cancelled.
CREATE TABLE stock_move (
    bucket INTEGER NOT NULL,
    id INTEGER NOT NULL,
    order_id INTEGER NOT NULL,
    item_id INTEGER NOT NULL,
    kind TEXT NOT NULL,
    transfer_id INTEGER,
    sku TEXT NOT NULL,
    quantity INTEGER NOT NULL CHECK (quantity >= 1),
    from_stock_id INTEGER NOT NULL,
    from_list_id INTEGER NOT NULL,
    to_stock_id INTEGER NOT NULL,
    to_list_id INTEGER NOT NULL,
    state INTEGER NOT NULL,
    code TEXT,
    registered_at INTEGER,
    created_at INTEGER NOT NULL,
    modified_at INTEGER NOT NULL,
    PRIMARY KEY (id, bucket)
) STRICT, WITHOUT ROWID;
CREATE INDEX stock_move_order ON stock_move (order_id, id, bucket);
CREATE INDEX stock_move_item ON stock_move (item_id, id, bucket);
-- What the ERP asks for: the moves that wait.
CREATE INDEX stock_move_state ON stock_move (state, id, bucket);

-- Units that a move keeps off sale on a stock, in the bucket of that stock: a part of its `reported`. A row goes when they are
-- kept no longer, so there are few. `registered_at`: a level taken then or later does not count them any more.
CREATE TABLE stock_kept (
    bucket INTEGER NOT NULL,
    stock_id INTEGER NOT NULL,
    move_id INTEGER NOT NULL,
    quantity INTEGER NOT NULL CHECK (quantity >= 1),
    registered_at INTEGER,
    PRIMARY KEY (stock_id, move_id, bucket)
) STRICT, WITHOUT ROWID;

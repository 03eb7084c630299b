-- Reservations that no order stands behind yet, and that expire (docs/reservations.md).

-- A row is a cart reservation. It lives in the bucket of its reference.
CREATE TABLE cart_reservation (
    bucket INTEGER NOT NULL,
    id INTEGER NOT NULL,
    -- 0 is the API itself, so that the unique key has no NULL in it.
    channel_id INTEGER NOT NULL,
    -- Unique within the channel.
    reference TEXT NOT NULL,
    -- 1 open, 2 confirmed, 3 released, 4 expired.
    state INTEGER NOT NULL,
    -- When it ends by itself.
    expires_at INTEGER NOT NULL,
    -- The order that it became.
    order_id INTEGER,
    -- When it ends by itself as long as it is open, and NULL after that: what is to expire is found by it.
    due_at INTEGER,
    -- How many lines it has.
    line_count INTEGER NOT NULL,
    -- Its channel as long as it is open, and NULL after that: the open ones of a channel are counted.
    open_channel_id INTEGER,
    created_at INTEGER NOT NULL,
    modified_at INTEGER NOT NULL,
    PRIMARY KEY (id, bucket)
) STRICT, WITHOUT ROWID;
CREATE UNIQUE INDEX cart_reservation_reference ON cart_reservation (reference, channel_id, bucket);
-- What is to expire, the first ones first. Entries leave it when a cart reservation ends.
CREATE INDEX cart_reservation_due ON cart_reservation (due_at, id, bucket) WHERE due_at IS NOT NULL;
-- Those of a channel, and of a state.
CREATE INDEX cart_reservation_channel ON cart_reservation (channel_id, id, bucket);
CREATE INDEX cart_reservation_state ON cart_reservation (state, id, bucket);
CREATE INDEX cart_reservation_order ON cart_reservation (order_id, bucket) WHERE order_id IS NOT NULL;

-- A row is a line of a cart reservation. It lives in the bucket of its cart reservation.
CREATE TABLE cart_reservation_line (
    bucket INTEGER NOT NULL,
    cart_reservation_id INTEGER NOT NULL,
    -- Its number within the cart reservation, from 1.
    number INTEGER NOT NULL,
    product_id INTEGER NOT NULL,
    sku TEXT NOT NULL,
    stock_list_id INTEGER NOT NULL,
    stock_id INTEGER NOT NULL,
    -- The units that are wanted.
    quantity INTEGER NOT NULL CHECK (quantity >= 0),
    -- The part of `reserved` of its stock: the units as long as the cart reservation is open, and 0 after that.
    reserved INTEGER NOT NULL CHECK (reserved >= 0),
    -- How its stock list was chosen, if a catalog has chosen it.
    sourced TEXT,
    PRIMARY KEY (cart_reservation_id, number, bucket)
) STRICT, WITHOUT ROWID;
-- What reserves a stock: open lines only, so the index stays small.
CREATE INDEX cart_reservation_line_stock ON cart_reservation_line (stock_id, cart_reservation_id, reserved, bucket)
    WHERE reserved > 0;
CREATE INDEX cart_reservation_line_sku ON cart_reservation_line (sku, cart_reservation_id, bucket);

-- The cart reservation of the cause, if it has one.
ALTER TABLE movement ADD COLUMN cart_reservation_id INTEGER;

-- How many cart reservations of a channel may be open at once, of how many units one may be, and for how long.
ALTER TABLE channel ADD COLUMN reservations_max INTEGER NOT NULL DEFAULT 10000;
ALTER TABLE channel ADD COLUMN reservation_units_max INTEGER NOT NULL DEFAULT 1000;
ALTER TABLE channel ADD COLUMN reservation_seconds_max INTEGER NOT NULL DEFAULT 604800;

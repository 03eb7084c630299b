-- The floor: where stock stands, the work of people there, and what they do not find.

-- The newest active discrepancy of a stock. While there is one, the stock offers nothing; kept here because every order
-- asks, and reads this row anyway.
ALTER TABLE stock ADD COLUMN discrepancy_at INTEGER;
-- The location whose figures a list has. Kept here for the same reason: an order from such a list is to be planned.
ALTER TABLE stock_list ADD COLUMN location_id INTEGER;
-- Lines that are promised and held nowhere (state 5): few, and people ask for them.
CREATE INDEX hold_short ON hold (item_id, bucket) WHERE state = 5;

CREATE TABLE stock_location_address (
    id INTEGER NOT NULL PRIMARY KEY,
    title TEXT NOT NULL,
    country TEXT NOT NULL,
    city TEXT NOT NULL,
    township TEXT NOT NULL,
    district TEXT NOT NULL,
    line TEXT NOT NULL,
    postcode TEXT NOT NULL,
    notes TEXT NOT NULL,
    mapping TEXT NOT NULL,
    latitude TEXT,
    longitude TEXT,
    is_active INTEGER NOT NULL,
    created_at INTEGER NOT NULL,
    modified_at INTEGER NOT NULL
) STRICT;

-- `priority`: the smallest number is planned to first. `count_mode` says what a difference found by counting becomes.
CREATE TABLE stock_location (
    id INTEGER NOT NULL PRIMARY KEY,
    name TEXT NOT NULL,
    erp_code TEXT NOT NULL,
    stock_list_id INTEGER NOT NULL,
    retail_store_id INTEGER,
    address_id INTEGER,
    stock_location_type TEXT NOT NULL,
    omnitron_id INTEGER,
    priority INTEGER NOT NULL,
    is_active INTEGER NOT NULL,
    is_fulfillment_center INTEGER NOT NULL,
    is_pickup_location INTEGER NOT NULL,
    is_delivery_location INTEGER NOT NULL,
    is_return_available INTEGER NOT NULL,
    is_fast_delivery_available INTEGER NOT NULL,
    count_mode TEXT NOT NULL,
    tags TEXT NOT NULL,
    engine TEXT NOT NULL,
    conf TEXT NOT NULL,
    fax_number TEXT NOT NULL,
    daytime_phone TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    modified_at INTEGER NOT NULL
) STRICT;
CREATE UNIQUE INDEX stock_location_erp_code ON stock_location (erp_code);
CREATE UNIQUE INDEX stock_location_stock_list_id ON stock_location (stock_list_id);
CREATE INDEX stock_location_retail_store_id ON stock_location (retail_store_id);
CREATE INDEX stock_location_address_id ON stock_location (address_id);

-- Under which number a cargo company knows a location as a sender.
CREATE TABLE stock_location_sender (
    id INTEGER NOT NULL PRIMARY KEY,
    stock_location_id INTEGER NOT NULL,
    cargo_company TEXT NOT NULL,
    origin_id TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    modified_at INTEGER NOT NULL
) STRICT;
CREATE UNIQUE INDEX stock_location_sender_stock_location_id ON stock_location_sender (stock_location_id, cargo_company);

-- Packages and transfers live in the bucket of their order.
CREATE TABLE package (
    bucket INTEGER NOT NULL,
    id INTEGER NOT NULL,
    order_id INTEGER NOT NULL,
    number TEXT NOT NULL,
    stock_location_id INTEGER NOT NULL,
    state INTEGER NOT NULL,
    created_at INTEGER NOT NULL,
    modified_at INTEGER NOT NULL,
    PRIMARY KEY (id, bucket)
) STRICT, WITHOUT ROWID;
CREATE INDEX package_order ON package (order_id, id, bucket);
CREATE INDEX package_number ON package (number, id, bucket);
-- What a location has to do, which is what its people look at all day.
CREATE INDEX package_work ON package (stock_location_id, state, id, bucket);
CREATE INDEX package_state ON package (state, id, bucket);

-- `is_done`: no count has to think of it any more.
CREATE TABLE package_item (
    bucket INTEGER NOT NULL,
    id INTEGER NOT NULL,
    package_id INTEGER NOT NULL,
    order_id INTEGER NOT NULL,
    stock_location_id INTEGER NOT NULL,
    item_id INTEGER NOT NULL,
    sku TEXT NOT NULL,
    quantity INTEGER NOT NULL CHECK (quantity >= 1),
    state INTEGER NOT NULL,
    is_done INTEGER NOT NULL,
    created_at INTEGER NOT NULL,
    modified_at INTEGER NOT NULL,
    PRIMARY KEY (id, bucket)
) STRICT, WITHOUT ROWID;
CREATE INDEX package_item_order ON package_item (order_id, id, bucket);
CREATE INDEX package_item_package ON package_item (package_id, id, bucket);
CREATE INDEX package_item_state ON package_item (state, id, bucket);
CREATE INDEX package_item_counted ON package_item (sku, stock_location_id, id, bucket) WHERE is_done = 0;

CREATE TABLE transfer_order (
    bucket INTEGER NOT NULL,
    id INTEGER NOT NULL,
    order_id INTEGER NOT NULL,
    package_id INTEGER NOT NULL,
    number TEXT NOT NULL,
    source_id INTEGER NOT NULL,
    destination_id INTEGER NOT NULL,
    state INTEGER NOT NULL,
    created_at INTEGER NOT NULL,
    modified_at INTEGER NOT NULL,
    PRIMARY KEY (id, bucket)
) STRICT, WITHOUT ROWID;
CREATE INDEX transfer_order_order ON transfer_order (order_id, id, bucket);
CREATE INDEX transfer_order_package ON transfer_order (package_id, id, bucket);
CREATE INDEX transfer_order_source ON transfer_order (source_id, id, bucket);
CREATE INDEX transfer_order_state ON transfer_order (state, id, bucket);

CREATE TABLE transfer_item (
    bucket INTEGER NOT NULL,
    id INTEGER NOT NULL,
    transfer_id INTEGER NOT NULL,
    order_id INTEGER NOT NULL,
    package_item_id INTEGER NOT NULL,
    item_id INTEGER NOT NULL,
    sku TEXT NOT NULL,
    quantity INTEGER NOT NULL CHECK (quantity >= 1),
    state INTEGER NOT NULL,
    created_at INTEGER NOT NULL,
    modified_at INTEGER NOT NULL,
    PRIMARY KEY (id, bucket)
) STRICT, WITHOUT ROWID;
CREATE INDEX transfer_item_order ON transfer_item (order_id, id, bucket);
CREATE INDEX transfer_item_sku ON transfer_item (sku, transfer_id, bucket);

-- Lives in the bucket of its stock.
CREATE TABLE discrepancy (
    bucket INTEGER NOT NULL,
    id INTEGER NOT NULL,
    stock_id INTEGER NOT NULL,
    stock_location_id INTEGER NOT NULL,
    sku TEXT NOT NULL,
    reason TEXT NOT NULL,
    is_active INTEGER NOT NULL,
    package_item_id INTEGER,
    transfer_item_id INTEGER,
    created_at INTEGER NOT NULL,
    modified_at INTEGER NOT NULL,
    PRIMARY KEY (id, bucket)
) STRICT, WITHOUT ROWID;
-- What a figure may clear: only active ones, so the index stays small.
CREATE INDEX discrepancy_active ON discrepancy (stock_id, id, bucket) WHERE is_active = 1;
CREATE INDEX discrepancy_location ON discrepancy (stock_location_id, id, bucket);
CREATE INDEX discrepancy_created ON discrepancy (created_at, id, bucket);
CREATE INDEX discrepancy_sku ON discrepancy (sku, id, bucket);
CREATE INDEX discrepancy_package_item ON discrepancy (package_item_id, id, bucket) WHERE package_item_id IS NOT NULL;

CREATE TABLE stock_count (
    id INTEGER NOT NULL PRIMARY KEY,
    stock_location_id INTEGER NOT NULL,
    counted_at INTEGER NOT NULL,
    created_at INTEGER NOT NULL
) STRICT;
CREATE INDEX stock_count_location ON stock_count (stock_location_id, id);

CREATE TABLE stock_count_line (
    count_id INTEGER NOT NULL,
    position INTEGER NOT NULL,
    sku TEXT NOT NULL,
    expected INTEGER NOT NULL,
    counted INTEGER NOT NULL,
    result TEXT NOT NULL,
    discrepancy_id INTEGER,
    PRIMARY KEY (count_id, position)
) STRICT, WITHOUT ROWID;

-- Orders that are to be planned: few, written with the order, gone when it has been planned.
CREATE TABLE plan_due (
    bucket INTEGER NOT NULL,
    order_id INTEGER NOT NULL,
    PRIMARY KEY (order_id, bucket)
) STRICT, WITHOUT ROWID;

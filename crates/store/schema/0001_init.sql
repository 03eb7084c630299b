-- The first schema. Written in SQLite's dialect; a server database gets the same text with the words
-- STRICT and WITHOUT ROWID dropped and INTEGER read as a 64-bit integer.
--
-- Ids and times come from the program: ids are 64-bit, times are microseconds since 1970 in UTC, booleans are 0 and 1,
-- JSON is text. Hot tables carry `bucket`, the low 8 bits of the id, as the distribution column of a sharded database;
-- their primary keys start with the id, because ids grow with time and new rows then land next to each other.

-- Blocks of ids: `next` is the first number that no process has taken.
CREATE TABLE id_block (
    kind TEXT NOT NULL PRIMARY KEY,
    next INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- Kept counts. One row per scope ("stock", "stock:stock_list_id:5", "sales_order:status:400", …), level and block of
-- ids. Level 0 is the whole scope, levels 1 to 4 are blocks of 2^28, 2^24, 2^20 and 2^16 ids. The count of a list and
-- the row at a given position are found by adding up a few dozen of these, whatever the size of the table.
CREATE TABLE tally (
    scope TEXT NOT NULL,
    level INTEGER NOT NULL,
    block INTEGER NOT NULL,
    n INTEGER NOT NULL,
    PRIMARY KEY (scope, level, block)
) STRICT, WITHOUT ROWID;

-- People and programs that sign in. `channel_id` binds the role "channel" to one channel.
CREATE TABLE account (
    id INTEGER NOT NULL PRIMARY KEY,
    username TEXT NOT NULL,
    password_hash TEXT NOT NULL,
    role TEXT NOT NULL,
    channel_id INTEGER,
    is_active INTEGER NOT NULL,
    created_at INTEGER NOT NULL
) STRICT;
CREATE UNIQUE INDEX account_username ON account (username);

-- Tokens are stored as a hash only; `prefix` (8 characters) finds the row, the hash decides.
CREATE TABLE token (
    id INTEGER NOT NULL PRIMARY KEY,
    account_id INTEGER NOT NULL,
    name TEXT NOT NULL,
    prefix TEXT NOT NULL,
    hash BLOB NOT NULL,
    created_at INTEGER NOT NULL,
    last_used_at INTEGER,
    revoked_at INTEGER
) STRICT;
CREATE INDEX token_prefix ON token (prefix);
CREATE INDEX token_account ON token (account_id);

CREATE TABLE stock_list (
    id INTEGER NOT NULL PRIMARY KEY,
    name TEXT NOT NULL,
    code TEXT,
    is_auto_sync INTEGER NOT NULL,
    release_mode TEXT NOT NULL,
    snapshot_delay_seconds INTEGER NOT NULL,
    created_at INTEGER NOT NULL,
    modified_at INTEGER NOT NULL
) STRICT;
CREATE UNIQUE INDEX stock_list_name ON stock_list (name);
CREATE UNIQUE INDEX stock_list_code ON stock_list (code);

-- As much of a sales channel as an order needs.
CREATE TABLE channel (
    id INTEGER NOT NULL PRIMARY KEY,
    name TEXT NOT NULL,
    oversell TEXT NOT NULL,
    is_active INTEGER NOT NULL,
    created_at INTEGER NOT NULL,
    modified_at INTEGER NOT NULL
) STRICT;
CREATE UNIQUE INDEX channel_name ON channel (name);

CREATE TABLE product (
    bucket INTEGER NOT NULL,
    id INTEGER NOT NULL,
    sku TEXT NOT NULL,
    name TEXT NOT NULL,
    base_code TEXT NOT NULL,
    is_active INTEGER NOT NULL,
    attributes TEXT NOT NULL,
    extra_field TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    modified_at INTEGER NOT NULL,
    PRIMARY KEY (id, bucket)
) STRICT, WITHOUT ROWID;
CREATE UNIQUE INDEX product_sku ON product (sku, bucket);

-- One row per SKU and list. `sku` is repeated here because every answer shows it.
CREATE TABLE stock (
    bucket INTEGER NOT NULL,
    id INTEGER NOT NULL,
    stock_list_id INTEGER NOT NULL,
    product_id INTEGER NOT NULL,
    sku TEXT NOT NULL,
    unit TEXT NOT NULL,
    on_hand INTEGER NOT NULL CHECK (on_hand >= 0),
    held INTEGER NOT NULL CHECK (held >= 0),
    external INTEGER NOT NULL CHECK (external >= 0),
    reported INTEGER NOT NULL CHECK (reported >= 0),
    snapshot_at INTEGER,
    movement_id INTEGER,
    extra_field TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    modified_at INTEGER NOT NULL,
    PRIMARY KEY (id, bucket),
    CHECK (held >= external)
) STRICT, WITHOUT ROWID;
-- SKU first: one index serves the natural key and the search for a SKU in all lists.
CREATE UNIQUE INDEX stock_sku ON stock (sku, stock_list_id, bucket);
-- The stocks of one list, in the order of their ids. Written when a stock is made, never by an order.
CREATE INDEX stock_of_list ON stock (stock_list_id, id, bucket);

-- `channel_id` 0 is the own door, so that the unique key has no NULL in it.
CREATE TABLE sales_order (
    bucket INTEGER NOT NULL,
    id INTEGER NOT NULL,
    channel_id INTEGER NOT NULL,
    number TEXT NOT NULL,
    status INTEGER NOT NULL,
    is_send INTEGER NOT NULL,
    currency TEXT NOT NULL,
    extra_field TEXT NOT NULL,
    details TEXT NOT NULL,
    date_placed INTEGER NOT NULL,
    created_at INTEGER NOT NULL,
    modified_at INTEGER NOT NULL,
    PRIMARY KEY (id, bucket)
) STRICT, WITHOUT ROWID;
CREATE UNIQUE INDEX sales_order_number ON sales_order (number, channel_id, bucket);
-- Orders waiting for the ERP: few, and asked for all day.
CREATE INDEX sales_order_waiting ON sales_order (id, bucket) WHERE is_send = 0;
-- What lists of orders are filtered by. New orders go to the end of each of these, so they cost little.
CREATE INDEX sales_order_status ON sales_order (status, id, bucket);
CREATE INDEX sales_order_channel ON sales_order (channel_id, id, bucket);
CREATE INDEX sales_order_modified ON sales_order (modified_at, id, bucket);
CREATE INDEX sales_order_placed ON sales_order (date_placed, id, bucket);

CREATE TABLE order_item (
    bucket INTEGER NOT NULL,
    id INTEGER NOT NULL,
    order_id INTEGER NOT NULL,
    product_id INTEGER NOT NULL,
    stock_list_id INTEGER NOT NULL,
    stock_id INTEGER NOT NULL,
    sku TEXT NOT NULL,
    quantity INTEGER NOT NULL CHECK (quantity >= 1),
    status INTEGER NOT NULL,
    oversold INTEGER NOT NULL,
    price TEXT,
    extra_field TEXT NOT NULL,
    attributes TEXT NOT NULL,
    details TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    modified_at INTEGER NOT NULL,
    PRIMARY KEY (id, bucket)
) STRICT, WITHOUT ROWID;
CREATE INDEX order_item_order ON order_item (order_id, id, bucket);

-- One hold per line. Lives in the bucket of its stock. States: 1 open, 2 reported, 3 settled, 4 cancelled.
CREATE TABLE hold (
    bucket INTEGER NOT NULL,
    item_id INTEGER NOT NULL,
    stock_id INTEGER NOT NULL,
    quantity INTEGER NOT NULL CHECK (quantity >= 1),
    state INTEGER NOT NULL,
    registered_at INTEGER,
    PRIMARY KEY (item_id, bucket)
) STRICT, WITHOUT ROWID;
-- What an ERP figure may settle: only the lines between release and figure, so the index stays small.
CREATE INDEX hold_reported ON hold (stock_id, item_id, bucket) WHERE state = 2;

CREATE TABLE mapping (
    bucket INTEGER NOT NULL,
    id INTEGER NOT NULL,
    item_id INTEGER NOT NULL,
    integration_type TEXT NOT NULL,
    code TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    PRIMARY KEY (id, bucket)
) STRICT, WITHOUT ROWID;
CREATE UNIQUE INDEX mapping_item ON mapping (item_id, integration_type, bucket);
CREATE INDEX mapping_code ON mapping (code, id, bucket);

-- The ledger's memory. A stock names its newest movement, each movement the one before: a history is walked by primary
-- key, so an order only appends here.
CREATE TABLE movement (
    bucket INTEGER NOT NULL,
    id INTEGER NOT NULL,
    stock_id INTEGER NOT NULL,
    previous_id INTEGER,
    cause TEXT NOT NULL,
    item_id INTEGER,
    on_hand_delta INTEGER NOT NULL,
    held_delta INTEGER NOT NULL,
    external_delta INTEGER NOT NULL,
    reported_delta INTEGER NOT NULL,
    on_hand INTEGER NOT NULL,
    held INTEGER NOT NULL,
    reported INTEGER NOT NULL,
    actor_id INTEGER NOT NULL,
    at INTEGER NOT NULL,
    PRIMARY KEY (id, bucket)
) STRICT, WITHOUT ROWID;

-- Which stocks changed since a time: the only index here, appended to as well. An index of stock by its own time would
-- move an entry per order.
CREATE INDEX movement_at ON movement (at, stock_id, bucket);

-- Answers already given, by the caller's key; written in the same transaction as the effect.
CREATE TABLE idempotency (
    bucket INTEGER NOT NULL,
    account_id INTEGER NOT NULL,
    key TEXT NOT NULL,
    fingerprint BLOB NOT NULL,
    status INTEGER NOT NULL,
    body BLOB NOT NULL,
    created_at INTEGER NOT NULL,
    PRIMARY KEY (account_id, key, bucket)
) STRICT, WITHOUT ROWID;
CREATE INDEX idempotency_age ON idempotency (created_at);

-- The schema of Onhand. It is the first migration. It was squashed before the first release, and from now on the
-- schema is append-only (docs/decisions/0013-one-schema-before-the-first-release.md): a change is a new file with the
-- next number, and a file that a database may have run is not edited again, its comments included.
--
-- The text is in SQLite's dialect. PostgreSQL gets the same text without STRICT and WITHOUT ROWID, with INTEGER as a
-- 64-bit integer, with BLOB as BYTEA and with text that compares byte by byte, and then the file
-- 0001_init.postgres.sql.
--
-- The terms are those of docs/glossary.md. These rules hold for all tables:
--
-- * The program makes ids and times. An id is a 64-bit number, a time is in microseconds since 1970 in UTC, a boolean
--   is 0 or 1, a decimal is text, and JSON is text.
-- * A column that ends in `_id` has the id of a row that the name says, one that ends in `_at` has a time, and one
--   that begins with `is_` has a boolean. No table declares foreign keys, since the program keeps the references
--   (docs/decisions/0011-references-without-foreign-keys.md).
-- * `created_at` is when a row was made. `modified_at` is when a field that clients see was changed last, and it
--   grows with every change of the row.
-- * `extra_field` and `attributes` are JSON objects that belong to clients, and no rule reads them.
-- * `bucket` is the low 8 bits of the id of the object that the row belongs to. It says on which machine of a
--   distributed database the row is, so every key of the table has it, and statements name it. A primary key begins
--   with the id, because ids grow with time and new rows are then next to each other.
-- * `kind` in the tables of the change feed is the number of a content type: 1 product, 2 order, 5 stock, 7 price, 23
--   cancellation request. `scope` is where the object belongs: the list of a stock or a price, 0 for a product, the
--   channel of an order or of a cancellation request.

-- Processes: ids, counters, commits, leases.

-- A row is the counter of one kind of numbers, from which processes reserve ranges: ids of a table, sequence numbers of
-- the change log, numbers of connections. Single numbers that must go where the counters go, such as the first sequence
-- number of a generation, are rows as well.
CREATE TABLE id_range (
    kind TEXT NOT NULL PRIMARY KEY,
    -- The first number that no process has reserved.
    next INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- A row is a count of rows of one scope within one block of ids. The scopes are whole tables and the rows of a table
-- that have one value in a column ("stock", "stock:stock_list_id:5", "sales_order:status:400"). The count of a list,
-- and the row at a given position of it, are found by adding up a few dozen of these, whatever the size of the table.
CREATE TABLE row_counter (
    scope TEXT NOT NULL,
    -- 1: blocks of 2^24 ids. 2: blocks of 2^16 ids. Every level is written for each row that is counted, so there are
    -- few.
    level INTEGER NOT NULL,
    -- The number of the block: an id without its low 24 or 16 bits.
    block INTEGER NOT NULL,
    -- How many rows there are.
    n INTEGER NOT NULL,
    PRIMARY KEY (scope, level, block)
) STRICT, WITHOUT ROWID;

-- A row is the commit marker of one connection to a server database: where the answer to a commit was lost, another
-- connection looks up here whether it took place. The embedded engine never loses an answer and leaves the table empty.
CREATE TABLE commit_marker (
    -- The number of the connection.
    connection INTEGER NOT NULL PRIMARY KEY,
    -- The number of the newest transaction that the connection committed.
    number INTEGER NOT NULL
) STRICT;

-- A row is a lease: which process does a piece of background work, and until when no other process may.
CREATE TABLE lease (
    -- The piece of work.
    name TEXT NOT NULL PRIMARY KEY,
    -- The process that has the lease.
    holder TEXT NOT NULL,
    -- The time at which any process may take it.
    until INTEGER NOT NULL
) STRICT;

-- Accounts.

-- A row is a user: a person or a program that can sign in. A removed account keeps its row, so that the history goes on
-- saying who did what, and its name is free again.
CREATE TABLE account (
    id INTEGER NOT NULL PRIMARY KEY,
    username TEXT NOT NULL,
    -- In PHC form.
    password_hash TEXT NOT NULL,
    role TEXT NOT NULL,
    -- The one channel of the role "channel".
    channel_id INTEGER,
    is_active INTEGER NOT NULL,
    created_at INTEGER NOT NULL,
    removed_at INTEGER
) STRICT;
CREATE UNIQUE INDEX account_username ON account (username);

-- A row is a token of an account. Only a hash of it is stored: `prefix` finds the row, and the hash decides.
CREATE TABLE token (
    id INTEGER NOT NULL PRIMARY KEY,
    account_id INTEGER NOT NULL,
    -- What its owner calls it.
    name TEXT NOT NULL,
    -- Its first 8 characters.
    prefix TEXT NOT NULL,
    hash BLOB NOT NULL,
    created_at INTEGER NOT NULL,
    -- To the minute.
    last_used_at INTEGER,
    revoked_at INTEGER,
    -- Whether its owner made it for a program. The token of a log-in (0) also ends when it has not been used for a
    -- while.
    is_named INTEGER NOT NULL DEFAULT 0,
    -- When it ends in any case.
    expires_at INTEGER
) STRICT;
CREATE INDEX token_prefix ON token (prefix);
CREATE INDEX token_account ON token (account_id);

-- A row is an idempotency record: the answer to a keyed request, written in the transaction of its effect. It lives in
-- the bucket of its key.
CREATE TABLE idempotency (
    bucket INTEGER NOT NULL,
    account_id INTEGER NOT NULL,
    -- The idempotency key, as the client sent it.
    key TEXT NOT NULL,
    -- A hash of the request that was answered.
    fingerprint BLOB NOT NULL,
    -- The HTTP status of the answer.
    status INTEGER NOT NULL,
    body BLOB NOT NULL,
    created_at INTEGER NOT NULL,
    PRIMARY KEY (account_id, key, bucket)
) STRICT, WITHOUT ROWID;
CREATE INDEX idempotency_age ON idempotency (created_at);

-- Stock: lists, products, product stocks, and why their numbers are what they are.

-- A row is a stock list.
CREATE TABLE stock_list (
    id INTEGER NOT NULL PRIMARY KEY,
    name TEXT NOT NULL,
    -- The id of the list in the ERP.
    code TEXT,
    is_auto_sync INTEGER NOT NULL,
    -- `until_next_write` or `immediate`.
    release_mode TEXT NOT NULL,
    -- The snapshot delay.
    snapshot_delay_seconds INTEGER NOT NULL,
    created_at INTEGER NOT NULL,
    modified_at INTEGER NOT NULL,
    -- The stock location that the list counts. It is repeated here because every order reads this row: an order from
    -- such a list is to be sourced.
    location_id INTEGER,
    -- The zone of times without an offset, as the IANA database names it; NULL is the zone of the installation.
    time_zone TEXT,
    -- When moves to the list, and transfers from it, are taken to be registered: `acknowledged` or `next_level`.
    moves_settle TEXT NOT NULL DEFAULT 'acknowledged',
    -- Whether a code of the ERP for a line that is reserved in the list belongs to no other line. An ERP that gives one
    -- code to several lines, such as the number of the order, has its lists say so.
    is_item_code_unique INTEGER NOT NULL DEFAULT 1
) STRICT;
CREATE UNIQUE INDEX stock_list_name ON stock_list (name);
CREATE UNIQUE INDEX stock_list_code ON stock_list (code);

-- A row is a product.
CREATE TABLE product (
    bucket INTEGER NOT NULL,
    id INTEGER NOT NULL,
    sku TEXT NOT NULL,
    name TEXT NOT NULL,
    -- The code that variants of a product share.
    base_code TEXT NOT NULL,
    is_active INTEGER NOT NULL,
    attributes TEXT NOT NULL,
    extra_field TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    modified_at INTEGER NOT NULL,
    PRIMARY KEY (id, bucket)
) STRICT, WITHOUT ROWID;
CREATE UNIQUE INDEX product_sku ON product (sku, bucket);

-- A row is a product stock: one product in one stock list. It lives in the bucket of its list and SKU.
CREATE TABLE stock (
    bucket INTEGER NOT NULL,
    id INTEGER NOT NULL,
    stock_list_id INTEGER NOT NULL,
    product_id INTEGER NOT NULL,
    -- Repeated here because every answer shows it.
    sku TEXT NOT NULL,
    -- The unit type: `qty` or `kg`.
    unit TEXT NOT NULL,
    -- The stock level that was written last.
    on_hand INTEGER NOT NULL CHECK (on_hand >= 0),
    -- Open reservations and the external reservation.
    reserved INTEGER NOT NULL CHECK (reserved >= 0),
    -- The part of `reserved` that a client wrote and no order of this server explains.
    external_reservation INTEGER NOT NULL CHECK (external_reservation >= 0),
    -- Registered by the ERP and in no newer level yet, and the kept units of moves.
    reported INTEGER NOT NULL CHECK (reported >= 0),
    -- The snapshot time of the level.
    snapshot_at INTEGER,
    -- The newest movement.
    movement_id INTEGER,
    extra_field TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    modified_at INTEGER NOT NULL,
    -- When the newest active discrepancy was reported. While there is one, the stock offers nothing. It is kept here
    -- because every order asks, and reads this row anyway.
    discrepancy_at INTEGER,
    -- Whether `snapshot_at` came with the level. A level without a time is as old as the delay of its list says, and it
    -- is compared only with a time that was sent: compared with the time of another arrival, it would be rejected when
    -- a clock goes back or the delay grows.
    is_snapshot_sent INTEGER NOT NULL DEFAULT 0,
    -- When the newest of the counts was taken that came after the level.
    counted_at INTEGER,
    -- When a difference of an import last changed the level since it was written.
    adjusted_at INTEGER,
    PRIMARY KEY (id, bucket),
    CHECK (reserved >= external_reservation)
) STRICT, WITHOUT ROWID;
-- SKU first: one index serves the natural key and the search for a SKU in all lists.
CREATE UNIQUE INDEX stock_sku ON stock (sku, stock_list_id, bucket);
-- The stocks of one list, in the order of their ids. Written when a stock is made, never by an order.
CREATE INDEX stock_of_list ON stock (stock_list_id, id, bucket);

-- A row is a movement: one change of the numbers of a stock. A stock names its newest movement and each movement names
-- the one before it, so that a history is walked by primary key and an order only appends here. It lives in the bucket
-- of its stock.
CREATE TABLE movement (
    bucket INTEGER NOT NULL,
    id INTEGER NOT NULL,
    stock_id INTEGER NOT NULL,
    -- The movement of the same stock before this one.
    previous_id INTEGER,
    -- The event that changed the numbers.
    cause TEXT NOT NULL,
    -- The order line of the cause, if it has one.
    item_id INTEGER,
    on_hand_delta INTEGER NOT NULL,
    reserved_delta INTEGER NOT NULL,
    external_reservation_delta INTEGER NOT NULL,
    reported_delta INTEGER NOT NULL,
    -- The numbers after the movement.
    on_hand INTEGER NOT NULL,
    reserved INTEGER NOT NULL,
    reported INTEGER NOT NULL,
    -- The account that asked for the change.
    actor_id INTEGER NOT NULL,
    at INTEGER NOT NULL,
    -- The import of the cause, if it has one.
    import_id INTEGER,
    PRIMARY KEY (id, bucket)
) STRICT, WITHOUT ROWID;
-- Which stocks changed since a time: the only index here, and it is appended to as well. An index of stock by its own
-- time would move an entry for every order.
CREATE INDEX movement_at ON movement (at, stock_id, bucket);

-- A row is a goods movement: units that physically reached the place of a stock, or left it, at one moment. A count of
-- an earlier moment is compared with what was there then. Rows are written when goods are handled, never by an order.
-- It lives in the bucket of its stock.
CREATE TABLE goods_movement (
    bucket INTEGER NOT NULL,
    stock_id INTEGER NOT NULL,
    at INTEGER NOT NULL,
    -- Above zero the units came, below zero they left.
    quantity INTEGER NOT NULL,
    PRIMARY KEY (stock_id, at, bucket)
) STRICT, WITHOUT ROWID;

-- Orders and reservations.

-- A row is an order.
CREATE TABLE sales_order (
    bucket INTEGER NOT NULL,
    id INTEGER NOT NULL,
    -- 0 is the API itself, so that the unique key has no NULL in it.
    channel_id INTEGER NOT NULL,
    -- Unique within the channel.
    number TEXT NOT NULL,
    -- The order status: the vendor's number, 100 to 600.
    status INTEGER NOT NULL,
    -- Whether the ERP has taken the order.
    is_send INTEGER NOT NULL,
    currency TEXT NOT NULL,
    extra_field TEXT NOT NULL,
    -- A JSON object with the fields of the wire that no rule reads.
    details TEXT NOT NULL,
    date_placed INTEGER NOT NULL,
    created_at INTEGER NOT NULL,
    modified_at INTEGER NOT NULL,
    PRIMARY KEY (id, bucket)
) STRICT, WITHOUT ROWID;
CREATE UNIQUE INDEX sales_order_number ON sales_order (number, channel_id, bucket);
-- Orders that wait for the ERP: few, and asked for all day.
CREATE INDEX sales_order_waiting ON sales_order (id, bucket) WHERE is_send = 0;
-- What lists of orders are filtered by. New orders go to the end of each of these, so they cost little.
CREATE INDEX sales_order_status ON sales_order (status, id, bucket);
CREATE INDEX sales_order_channel ON sales_order (channel_id, id, bucket);
CREATE INDEX sales_order_modified ON sales_order (modified_at, id, bucket);
CREATE INDEX sales_order_placed ON sales_order (date_placed, id, bucket);

-- A row is an order line. It lives in the bucket of its order.
CREATE TABLE order_item (
    bucket INTEGER NOT NULL,
    id INTEGER NOT NULL,
    order_id INTEGER NOT NULL,
    product_id INTEGER NOT NULL,
    -- The original stock list.
    stock_list_id INTEGER NOT NULL,
    -- The stock that the line is reserved on.
    stock_id INTEGER NOT NULL,
    sku TEXT NOT NULL,
    quantity INTEGER NOT NULL CHECK (quantity >= 1),
    -- The order status of the line.
    status INTEGER NOT NULL,
    -- Whether the line was accepted although its stock did not have the units.
    oversold INTEGER NOT NULL,
    price TEXT,
    extra_field TEXT NOT NULL,
    attributes TEXT NOT NULL,
    -- A JSON object with the fields of the wire that no rule reads.
    details TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    modified_at INTEGER NOT NULL,
    -- The list that the line is reserved in now; NULL as long as that is the original stock list.
    reserved_list_id INTEGER,
    -- The order line that this one was split from, if some units of that were missing or came back.
    split_from INTEGER,
    PRIMARY KEY (id, bucket)
) STRICT, WITHOUT ROWID;
CREATE INDEX order_item_order ON order_item (order_id, id, bucket);
-- What operators watch: lines that were oversold and have not left, which are few.
CREATE INDEX order_item_oversold ON order_item (status, id, bucket) WHERE oversold = 1;

-- A row is the reservation of one order line on one product stock. It lives in the bucket of its stock.
CREATE TABLE reservation (
    bucket INTEGER NOT NULL,
    item_id INTEGER NOT NULL,
    stock_id INTEGER NOT NULL,
    quantity INTEGER NOT NULL CHECK (quantity >= 1),
    -- 1 open, 2 reported, 3 settled, 4 cancelled, 5 short.
    state INTEGER NOT NULL,
    -- When the ERP registered the line.
    registered_at INTEGER,
    -- When the reservation was moved to another list, the last time, if the ERP had not registered the line then: it
    -- may have, and say so later.
    moved_at INTEGER,
    -- The stock that it was moved from.
    moved_from_id INTEGER,
    -- The list of that stock.
    moved_from_list_id INTEGER,
    PRIMARY KEY (item_id, bucket)
) STRICT, WITHOUT ROWID;
-- What a level of the ERP may settle: only lines between their release and a level, so the index stays small.
CREATE INDEX reservation_reported ON reservation (stock_id, item_id, bucket) WHERE state = 2;
-- Lines that are short: few, and people ask for them.
CREATE INDEX reservation_short ON reservation (item_id, bucket) WHERE state = 5;
-- What comes back to a stock is first for the lines that are short there.
CREATE INDEX reservation_short_of_stock ON reservation (stock_id, item_id, bucket) WHERE state = 5;
-- What operators watch: how many order lines wait for the ERP, and since when. A line comes at the end of the index and
-- leaves it when it goes on, so the index stays small.
CREATE INDEX reservation_open ON reservation (item_id, bucket) WHERE state = 1;

-- A row is an integration mapping: the code that a remote system has for an order line. It lives in the bucket of its
-- order.
CREATE TABLE mapping (
    bucket INTEGER NOT NULL,
    id INTEGER NOT NULL,
    item_id INTEGER NOT NULL,
    -- The kind of remote system, such as `external_company` for the ERP.
    integration_type TEXT NOT NULL,
    code TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    PRIMARY KEY (id, bucket)
) STRICT, WITHOUT ROWID;
CREATE UNIQUE INDEX mapping_item ON mapping (item_id, integration_type, bucket);
CREATE INDEX mapping_code ON mapping (code, id, bucket);

-- A row is a reason for cancelling a line or paying it back. Clients also send reasons of their own, so a request need
-- not name one that is here.
CREATE TABLE cancellation_reason (
    id INTEGER NOT NULL PRIMARY KEY,
    name TEXT NOT NULL,
    cancellation_type TEXT NOT NULL,
    is_active INTEGER NOT NULL,
    extra_field TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    modified_at INTEGER NOT NULL
) STRICT;
CREATE UNIQUE INDEX cancellation_reason_name ON cancellation_reason (name, cancellation_type);

-- A row is a cancellation request: the wish that a line be cancelled or paid back, and how that was answered. It lives
-- in the bucket of its line.
CREATE TABLE cancellation_request (
    bucket INTEGER NOT NULL,
    id INTEGER NOT NULL,
    order_item_id INTEGER NOT NULL,
    order_id INTEGER NOT NULL,
    -- NULL for lines of orders that came by the API itself.
    channel_id INTEGER,
    reason_id INTEGER,
    -- The sender's name for the request. A request that is sent again, since its sender lost the answer, is found by
    -- it.
    remote_id TEXT,
    description TEXT NOT NULL,
    -- `cancel` or `refund`.
    cancellation_type TEXT NOT NULL,
    status TEXT NOT NULL,
    extra_field TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    modified_at INTEGER NOT NULL,
    PRIMARY KEY (id, bucket)
) STRICT, WITHOUT ROWID;
-- A repeated request is found by this.
CREATE UNIQUE INDEX cancellation_request_order_item_id ON cancellation_request (order_item_id, remote_id, bucket);
CREATE INDEX cancellation_request_channel_id ON cancellation_request (channel_id, id, bucket);
CREATE INDEX cancellation_request_status ON cancellation_request (status, id, bucket);

-- A row says with which carrier an order was sent. It lives in the bucket of its order.
CREATE TABLE order_shipping_info (
    bucket INTEGER NOT NULL,
    id INTEGER NOT NULL,
    order_id INTEGER NOT NULL,
    channel_id INTEGER,
    order_number TEXT NOT NULL,
    shipping_company TEXT NOT NULL,
    tracking_number TEXT NOT NULL,
    is_send INTEGER NOT NULL,
    extra_field TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    modified_at INTEGER NOT NULL,
    PRIMARY KEY (id, bucket)
) STRICT, WITHOUT ROWID;
CREATE UNIQUE INDEX order_shipping_info_order_id
    ON order_shipping_info (order_id, shipping_company, tracking_number, bucket);
CREATE INDEX order_shipping_info_channel_id ON order_shipping_info (channel_id, id, bucket);

-- Channels, and what they sell: catalogs, prices, categories.

-- A row is a sales channel.
CREATE TABLE channel (
    id INTEGER NOT NULL PRIMARY KEY,
    name TEXT NOT NULL,
    -- The oversell policy: `accept` or `refuse`.
    oversell TEXT NOT NULL,
    is_active INTEGER NOT NULL,
    created_at INTEGER NOT NULL,
    modified_at INTEGER NOT NULL,
    channel_type TEXT NOT NULL DEFAULT 'sales_channel',
    catalog_id INTEGER,
    category_tree_id INTEGER,
    -- A JSON object that the channel's program reads.
    conf TEXT NOT NULL DEFAULT '{}',
    -- A JSON object that describes `conf`.
    schema TEXT,
    -- The level of the channel: `available` or `raw`.
    stock_figure TEXT NOT NULL DEFAULT 'available',
    -- How many units more than there are a line of an accepted order may take.
    oversell_quantity_max INTEGER NOT NULL DEFAULT 1000,
    -- How often a version that the channel could not take is tried.
    max_retry_count INTEGER NOT NULL DEFAULT 5,
    -- Seconds between two tries.
    retry_interval INTEGER NOT NULL DEFAULT 300
) STRICT;
CREATE UNIQUE INDEX channel_name ON channel (name);
CREATE INDEX channel_catalog_id ON channel (catalog_id);
CREATE INDEX channel_category_tree_id ON channel (category_tree_id);

-- A row is a price list.
CREATE TABLE price_list (
    id INTEGER NOT NULL PRIMARY KEY,
    name TEXT NOT NULL,
    code TEXT,
    is_auto_sync INTEGER NOT NULL,
    created_at INTEGER NOT NULL,
    modified_at INTEGER NOT NULL
) STRICT;
CREATE UNIQUE INDEX price_list_name ON price_list (name);
CREATE UNIQUE INDEX price_list_code ON price_list (code);

-- A row is a catalog: what channels sell from. It names one list of each kind, and the next two tables have its further
-- lists.
CREATE TABLE catalog (
    id INTEGER NOT NULL PRIMARY KEY,
    name TEXT NOT NULL,
    stock_list_id INTEGER,
    price_list_id INTEGER,
    created_at INTEGER NOT NULL,
    modified_at INTEGER NOT NULL
) STRICT;
CREATE UNIQUE INDEX catalog_name ON catalog (name);
CREATE INDEX catalog_stock_list_id ON catalog (stock_list_id);
CREATE INDEX catalog_price_list_id ON catalog (price_list_id);

-- A row is a further stock list of a catalog.
CREATE TABLE catalog_stock_list (
    catalog_id INTEGER NOT NULL,
    stock_list_id INTEGER NOT NULL,
    PRIMARY KEY (catalog_id, stock_list_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX catalog_stock_list_stock_list_id ON catalog_stock_list (stock_list_id);

-- A row is a further price list of a catalog.
CREATE TABLE catalog_price_list (
    catalog_id INTEGER NOT NULL,
    price_list_id INTEGER NOT NULL,
    PRIMARY KEY (catalog_id, price_list_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX catalog_price_list_price_list_id ON catalog_price_list (price_list_id);

-- A row is one product of a catalog. A catalog may have a million of them, and one without any offers the products of
-- its lists. It lives in the bucket of its product.
CREATE TABLE catalog_item (
    bucket INTEGER NOT NULL,
    id INTEGER NOT NULL,
    product_id INTEGER NOT NULL,
    catalog_id INTEGER NOT NULL,
    created_at INTEGER NOT NULL,
    modified_at INTEGER NOT NULL,
    PRIMARY KEY (id, bucket)
) STRICT, WITHOUT ROWID;
CREATE UNIQUE INDEX catalog_item_product_id ON catalog_item (product_id, catalog_id, bucket);
CREATE INDEX catalog_item_catalog_id ON catalog_item (catalog_id, id, bucket);

-- A row is the price of one product in one price list. It lives in the bucket of its product.
CREATE TABLE product_price (
    bucket INTEGER NOT NULL,
    id INTEGER NOT NULL,
    product_id INTEGER NOT NULL,
    price_list_id INTEGER NOT NULL,
    -- Repeated here because every answer shows it.
    product_sku TEXT NOT NULL,
    price TEXT NOT NULL,
    currency_type TEXT NOT NULL,
    tax_rate TEXT,
    retail_price TEXT,
    extra_field TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    modified_at INTEGER NOT NULL,
    PRIMARY KEY (id, bucket)
) STRICT, WITHOUT ROWID;
CREATE UNIQUE INDEX product_price_product_id ON product_price (product_id, price_list_id, bucket);
CREATE INDEX product_price_price_list_id ON product_price (price_list_id, id, bucket);
CREATE INDEX product_price_product_sku ON product_price (product_sku, id, bucket);

-- A row is a category tree: a name for a root node.
CREATE TABLE category_tree (
    id INTEGER NOT NULL PRIMARY KEY,
    name TEXT NOT NULL,
    root_id INTEGER,
    created_at INTEGER NOT NULL,
    modified_at INTEGER NOT NULL,
    -- The channel that made the tree. Until that channel has it as its own tree, no other channel can take it.
    channel_id INTEGER
) STRICT;
CREATE UNIQUE INDEX category_tree_name ON category_tree (name);
CREATE INDEX category_tree_root_id ON category_tree (root_id);

-- A row is a category: a node of a tree.
CREATE TABLE category_node (
    id INTEGER NOT NULL PRIMARY KEY,
    -- The node above; NULL for a root.
    node_id INTEGER,
    name TEXT NOT NULL,
    -- A step for each ancestor and one for the node itself, so that what is below a node begins with the path of the
    -- node.
    path TEXT NOT NULL,
    -- How many steps the path has.
    depth INTEGER NOT NULL,
    -- How many nodes are directly below.
    numchild INTEGER NOT NULL,
    is_active INTEGER NOT NULL,
    extra_field TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    modified_at INTEGER NOT NULL
) STRICT;
CREATE UNIQUE INDEX category_node_path ON category_node (path);
CREATE UNIQUE INDEX category_node_node_id ON category_node (node_id, name);

-- A row is the place of one product in one category. It lives in the bucket of its product.
CREATE TABLE product_category (
    bucket INTEGER NOT NULL,
    id INTEGER NOT NULL,
    product_id INTEGER NOT NULL,
    category_id INTEGER NOT NULL,
    created_at INTEGER NOT NULL,
    modified_at INTEGER NOT NULL,
    PRIMARY KEY (id, bucket)
) STRICT, WITHOUT ROWID;
CREATE UNIQUE INDEX product_category_product_id ON product_category (product_id, category_id, bucket);
CREATE INDEX product_category_category_id ON product_category (category_id, id, bucket);

-- Geography, carriers, stores, customers.

-- A row is a country. In this table and the next three, each row repeats the ids of the larger places it lies in, and
-- they never change.
CREATE TABLE country (
    id INTEGER NOT NULL PRIMARY KEY,
    name TEXT NOT NULL,
    -- The name as it is compared where case does not count, here and in the next three tables.
    name_folded TEXT NOT NULL,
    -- Such as `TR`.
    code TEXT NOT NULL,
    is_active INTEGER NOT NULL,
    created_at INTEGER NOT NULL,
    modified_at INTEGER NOT NULL
) STRICT;
CREATE UNIQUE INDEX country_code ON country (code);
CREATE INDEX country_name ON country (name);
CREATE INDEX country_name_folded ON country (name_folded);

-- A row is a city of a country.
CREATE TABLE city (
    id INTEGER NOT NULL PRIMARY KEY,
    country_id INTEGER NOT NULL,
    name TEXT NOT NULL,
    name_folded TEXT NOT NULL,
    is_active INTEGER NOT NULL,
    created_at INTEGER NOT NULL,
    modified_at INTEGER NOT NULL
) STRICT;
CREATE INDEX city_country_id ON city (country_id, id);
CREATE INDEX city_name ON city (name);
CREATE INDEX city_name_folded ON city (name_folded);

-- A row is a township of a city.
CREATE TABLE township (
    id INTEGER NOT NULL PRIMARY KEY,
    country_id INTEGER NOT NULL,
    city_id INTEGER NOT NULL,
    name TEXT NOT NULL,
    name_folded TEXT NOT NULL,
    is_active INTEGER NOT NULL,
    created_at INTEGER NOT NULL,
    modified_at INTEGER NOT NULL
) STRICT;
CREATE INDEX township_country_id ON township (country_id, id);
CREATE INDEX township_city_id ON township (city_id, id);
CREATE INDEX township_name ON township (name);
CREATE INDEX township_name_folded ON township (name_folded);

-- A row is a district of a township.
CREATE TABLE district (
    id INTEGER NOT NULL PRIMARY KEY,
    country_id INTEGER NOT NULL,
    city_id INTEGER NOT NULL,
    township_id INTEGER NOT NULL,
    name TEXT NOT NULL,
    name_folded TEXT NOT NULL,
    is_active INTEGER NOT NULL,
    created_at INTEGER NOT NULL,
    modified_at INTEGER NOT NULL
) STRICT;
CREATE INDEX district_country_id ON district (country_id, id);
CREATE INDEX district_city_id ON district (city_id, id);
CREATE INDEX district_township_id ON district (township_id, id);
CREATE INDEX district_name ON district (name);
CREATE INDEX district_name_folded ON district (name_folded);

-- A row is the code that a remote system has for an object of the directory. A code leads to one object of its kind.
CREATE TABLE object_mapping (
    id INTEGER NOT NULL PRIMARY KEY,
    -- The kind of the object, such as `city`.
    content_type TEXT NOT NULL,
    object_id INTEGER NOT NULL,
    -- The kind of remote system.
    integration_type TEXT NOT NULL,
    code TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    modified_at INTEGER NOT NULL
) STRICT;
CREATE UNIQUE INDEX object_mapping_code ON object_mapping (code, integration_type, content_type);
CREATE INDEX object_mapping_object_id ON object_mapping (object_id, content_type);

-- A row is a carrier.
CREATE TABLE cargo_company (
    id INTEGER NOT NULL PRIMARY KEY,
    name TEXT NOT NULL,
    -- The code by which channels name the carrier.
    erp_code TEXT,
    -- The company behind it, as orders name it.
    shipping_company TEXT NOT NULL,
    is_active INTEGER NOT NULL,
    created_at INTEGER NOT NULL,
    modified_at INTEGER NOT NULL
) STRICT;
CREATE UNIQUE INDEX cargo_company_name ON cargo_company (name);
CREATE UNIQUE INDEX cargo_company_erp_code ON cargo_company (erp_code);

-- A row is a retail store.
CREATE TABLE retail_store (
    id INTEGER NOT NULL PRIMARY KEY,
    name TEXT NOT NULL,
    erp_code TEXT,
    township_id INTEGER NOT NULL,
    district_id INTEGER,
    address TEXT NOT NULL,
    phone_number TEXT NOT NULL,
    fax_phone_number TEXT NOT NULL,
    store_type INTEGER,
    click_and_collect INTEGER NOT NULL,
    -- JSON with the opening hours.
    store_hours TEXT NOT NULL,
    latitude TEXT,
    longitude TEXT,
    fast_delivery INTEGER NOT NULL,
    -- Whether a customer can pay at the door.
    kapida_enabled INTEGER NOT NULL,
    is_active INTEGER NOT NULL,
    created_at INTEGER NOT NULL,
    modified_at INTEGER NOT NULL
) STRICT;
CREATE UNIQUE INDEX retail_store_erp_code ON retail_store (erp_code);
CREATE INDEX retail_store_township_id ON retail_store (township_id);
CREATE INDEX retail_store_district_id ON retail_store (district_id);

-- A row is one channel that a retail store serves.
CREATE TABLE retail_store_channel (
    retail_store_id INTEGER NOT NULL,
    channel_id INTEGER NOT NULL,
    PRIMARY KEY (retail_store_id, channel_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX retail_store_channel_channel_id ON retail_store_channel (channel_id);

-- A row is a customer.
CREATE TABLE customer (
    bucket INTEGER NOT NULL,
    id INTEGER NOT NULL,
    channel_id INTEGER,
    -- What the channel calls the customer.
    channel_code TEXT NOT NULL,
    email TEXT NOT NULL,
    phone_number TEXT NOT NULL,
    first_name TEXT NOT NULL,
    last_name TEXT NOT NULL,
    is_active INTEGER NOT NULL,
    extra_field TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    modified_at INTEGER NOT NULL,
    PRIMARY KEY (id, bucket)
) STRICT, WITHOUT ROWID;
CREATE INDEX customer_email ON customer (email, id, bucket);
CREATE INDEX customer_phone_number ON customer (phone_number, id, bucket);
CREATE INDEX customer_channel_id ON customer (channel_id, id, bucket);

-- A row is an address of a customer. It lives in the bucket of its customer.
CREATE TABLE address (
    bucket INTEGER NOT NULL,
    id INTEGER NOT NULL,
    customer_id INTEGER NOT NULL,
    -- Everything that makes two addresses the same, the customer included. So it is unique, and rows in the bucket of
    -- the customer can keep it so.
    hash_data TEXT NOT NULL,
    country_id INTEGER NOT NULL,
    city_id INTEGER NOT NULL,
    township_id INTEGER,
    district_id INTEGER,
    retail_store_id INTEGER,
    email TEXT,
    phone_number TEXT,
    first_name TEXT,
    last_name TEXT,
    title TEXT,
    -- Street and number.
    line TEXT,
    postcode TEXT,
    notes TEXT,
    company_name TEXT,
    tax_office TEXT,
    tax_no TEXT,
    e_bill_taxpayer INTEGER,
    -- What the channel calls the address.
    remote_id TEXT,
    identity_number TEXT,
    address_type TEXT,
    is_active INTEGER NOT NULL,
    extra_field TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    modified_at INTEGER NOT NULL,
    PRIMARY KEY (id, bucket)
) STRICT, WITHOUT ROWID;
CREATE UNIQUE INDEX address_hash_data ON address (hash_data, bucket);
CREATE INDEX address_customer_id ON address (customer_id, id, bucket);
CREATE INDEX address_country_id ON address (country_id, id, bucket);
CREATE INDEX address_city_id ON address (city_id, id, bucket);
CREATE INDEX address_township_id ON address (township_id, id, bucket);
CREATE INDEX address_district_id ON address (district_id, id, bucket);
CREATE INDEX address_retail_store_id ON address (retail_store_id, id, bucket);

-- Fulfilment: stock locations, packages, transfers, discrepancies, counts, moves.

-- A row is an address of stock locations, as text.
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
    -- The code that the address has elsewhere.
    mapping TEXT NOT NULL,
    latitude TEXT,
    longitude TEXT,
    is_active INTEGER NOT NULL,
    created_at INTEGER NOT NULL,
    modified_at INTEGER NOT NULL
) STRICT;

-- A row is a stock location: the physical place whose stock one stock list counts.
CREATE TABLE stock_location (
    id INTEGER NOT NULL PRIMARY KEY,
    name TEXT NOT NULL,
    erp_code TEXT NOT NULL,
    stock_list_id INTEGER NOT NULL,
    retail_store_id INTEGER,
    address_id INTEGER,
    -- Such as `warehouse` or `store`.
    stock_location_type TEXT NOT NULL,
    -- The id that the location has elsewhere.
    omnitron_id INTEGER,
    -- Sourcing takes the location with the smallest number first.
    priority INTEGER NOT NULL,
    is_active INTEGER NOT NULL,
    is_fulfillment_center INTEGER NOT NULL,
    is_pickup_location INTEGER NOT NULL,
    is_delivery_location INTEGER NOT NULL,
    is_return_available INTEGER NOT NULL,
    is_fast_delivery_available INTEGER NOT NULL,
    -- What a difference that a count finds becomes: `adjust` or `discrepancy`.
    count_mode TEXT NOT NULL,
    -- A JSON array of texts.
    tags TEXT NOT NULL,
    -- A JSON object of clients that no rule reads, as `conf` is.
    engine TEXT NOT NULL,
    conf TEXT NOT NULL,
    fax_number TEXT NOT NULL,
    daytime_phone TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    modified_at INTEGER NOT NULL,
    -- What ends the discrepancies of the location besides removing them: `changed_level`, `any_level` or
    -- `removal_only`.
    discrepancy_ends TEXT NOT NULL DEFAULT 'changed_level',
    -- Whether units that come back go first to the lines that are short there.
    short_lines_first INTEGER NOT NULL DEFAULT 1
) STRICT;
CREATE UNIQUE INDEX stock_location_erp_code ON stock_location (erp_code);
CREATE UNIQUE INDEX stock_location_stock_list_id ON stock_location (stock_list_id);
CREATE INDEX stock_location_retail_store_id ON stock_location (retail_store_id);
CREATE INDEX stock_location_address_id ON stock_location (address_id);

-- A row is the number under which a carrier knows a stock location as a sender.
CREATE TABLE stock_location_sender (
    id INTEGER NOT NULL PRIMARY KEY,
    stock_location_id INTEGER NOT NULL,
    cargo_company TEXT NOT NULL,
    -- The number that the carrier has for the location.
    origin_id TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    modified_at INTEGER NOT NULL
) STRICT;
CREATE UNIQUE INDEX stock_location_sender_stock_location_id ON stock_location_sender (stock_location_id, cargo_company);

-- A row is a package: lines of an order that leave one location together. It lives in the bucket of its order.
CREATE TABLE package (
    bucket INTEGER NOT NULL,
    id INTEGER NOT NULL,
    order_id INTEGER NOT NULL,
    number TEXT NOT NULL,
    stock_location_id INTEGER NOT NULL,
    -- 100 cancelled, 150 out of stock, 200 waiting, 250 waiting for a transfer, 450 preparing, 475 packed, 500 shipped.
    state INTEGER NOT NULL,
    created_at INTEGER NOT NULL,
    modified_at INTEGER NOT NULL,
    -- The account of the picker.
    assigned_to INTEGER,
    PRIMARY KEY (id, bucket)
) STRICT, WITHOUT ROWID;
CREATE INDEX package_order ON package (order_id, id, bucket);
CREATE INDEX package_number ON package (number, id, bucket);
-- What a location has to do, which is what its people look at all day.
CREATE INDEX package_work ON package (stock_location_id, state, id, bucket);
CREATE INDEX package_state ON package (state, id, bucket);

-- A row is an order line in a package. It lives in the bucket of its order.
CREATE TABLE package_item (
    bucket INTEGER NOT NULL,
    id INTEGER NOT NULL,
    package_id INTEGER NOT NULL,
    order_id INTEGER NOT NULL,
    stock_location_id INTEGER NOT NULL,
    -- The order line.
    item_id INTEGER NOT NULL,
    sku TEXT NOT NULL,
    quantity INTEGER NOT NULL CHECK (quantity >= 1),
    -- A state of a package.
    state INTEGER NOT NULL,
    -- Whether no count has to consider the line any more.
    is_done INTEGER NOT NULL,
    created_at INTEGER NOT NULL,
    modified_at INTEGER NOT NULL,
    PRIMARY KEY (id, bucket)
) STRICT, WITHOUT ROWID;
CREATE INDEX package_item_order ON package_item (order_id, id, bucket);
CREATE INDEX package_item_package ON package_item (package_id, id, bucket);
CREATE INDEX package_item_state ON package_item (state, id, bucket);
CREATE INDEX package_item_counted ON package_item (sku, stock_location_id, id, bucket) WHERE is_done = 0;

-- A row is a transfer: lines of a package that are brought from another location. It lives in the bucket of its order.
CREATE TABLE transfer_order (
    bucket INTEGER NOT NULL,
    id INTEGER NOT NULL,
    order_id INTEGER NOT NULL,
    package_id INTEGER NOT NULL,
    number TEXT NOT NULL,
    -- The location that the units leave.
    source_id INTEGER NOT NULL,
    -- The location that ships them.
    destination_id INTEGER NOT NULL,
    -- 100 cancelled, 150 out of stock, 200 waiting, 500 in transit, 550 delivered.
    state INTEGER NOT NULL,
    created_at INTEGER NOT NULL,
    modified_at INTEGER NOT NULL,
    PRIMARY KEY (id, bucket)
) STRICT, WITHOUT ROWID;
CREATE INDEX transfer_order_order ON transfer_order (order_id, id, bucket);
CREATE INDEX transfer_order_package ON transfer_order (package_id, id, bucket);
CREATE INDEX transfer_order_source ON transfer_order (source_id, id, bucket);
CREATE INDEX transfer_order_state ON transfer_order (state, id, bucket);

-- A row is a line of a package in a transfer. It lives in the bucket of its order.
CREATE TABLE transfer_item (
    bucket INTEGER NOT NULL,
    id INTEGER NOT NULL,
    transfer_id INTEGER NOT NULL,
    order_id INTEGER NOT NULL,
    package_item_id INTEGER NOT NULL,
    item_id INTEGER NOT NULL,
    sku TEXT NOT NULL,
    quantity INTEGER NOT NULL CHECK (quantity >= 1),
    -- A state of a transfer.
    state INTEGER NOT NULL,
    created_at INTEGER NOT NULL,
    modified_at INTEGER NOT NULL,
    PRIMARY KEY (id, bucket)
) STRICT, WITHOUT ROWID;
CREATE INDEX transfer_item_order ON transfer_item (order_id, id, bucket);
CREATE INDEX transfer_item_sku ON transfer_item (sku, transfer_id, bucket);

-- A row is an unplanned item: an order line that is to leave and is in no package. There are few, and people and
-- sourcing look for them. It lives in the bucket of its order.
CREATE TABLE unplanned_item (
    bucket INTEGER NOT NULL,
    -- The id of the order line.
    id INTEGER NOT NULL,
    order_id INTEGER NOT NULL,
    stock_id INTEGER NOT NULL,
    sku TEXT NOT NULL,
    quantity INTEGER NOT NULL CHECK (quantity >= 1),
    -- 1 short, 2 no stock, 3 location inactive, 4 package cancelled, 5 transfer cancelled.
    reason INTEGER NOT NULL,
    created_at INTEGER NOT NULL,
    -- When sourcing last tried the line.
    modified_at INTEGER NOT NULL,
    PRIMARY KEY (id, bucket)
) STRICT, WITHOUT ROWID;
CREATE INDEX unplanned_item_order ON unplanned_item (order_id, id, bucket);
-- What of a stock is promised to lines that wait, in whichever bucket.
CREATE INDEX unplanned_item_stock ON unplanned_item (stock_id, id, bucket);
CREATE INDEX unplanned_item_reason ON unplanned_item (reason, id, bucket);

-- A row is an order that waits to be sourced. It is written with the order and removed when the order has been sourced,
-- so there are few. It lives in the bucket of its order.
CREATE TABLE sourcing_queue (
    bucket INTEGER NOT NULL,
    order_id INTEGER NOT NULL,
    PRIMARY KEY (order_id, bucket)
) STRICT, WITHOUT ROWID;

-- A row is a move that the ERP has to register: a registered line that is reserved in another list, or units that a
-- transfer carries. It lives in the bucket of its order.
CREATE TABLE stock_move (
    bucket INTEGER NOT NULL,
    id INTEGER NOT NULL,
    order_id INTEGER NOT NULL,
    item_id INTEGER NOT NULL,
    -- `order_item` or `transfer`.
    kind TEXT NOT NULL,
    -- The transfer that carried the units, for the kind `transfer`.
    transfer_id INTEGER,
    sku TEXT NOT NULL,
    quantity INTEGER NOT NULL CHECK (quantity >= 1),
    from_stock_id INTEGER NOT NULL,
    from_list_id INTEGER NOT NULL,
    to_stock_id INTEGER NOT NULL,
    to_list_id INTEGER NOT NULL,
    -- 0 waiting, 1 registered, 2 cancelled.
    state INTEGER NOT NULL,
    -- What the ERP calls the move.
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

-- A row is the kept units of one move on one stock, which stay off sale as a part of its `reported`. A row is removed
-- when they are not kept any more, so there are few. It lives in the bucket of its stock.
CREATE TABLE kept_units (
    bucket INTEGER NOT NULL,
    stock_id INTEGER NOT NULL,
    move_id INTEGER NOT NULL,
    quantity INTEGER NOT NULL CHECK (quantity >= 1),
    -- When the ERP registered the move: a level taken then or later does not count the units any more.
    registered_at INTEGER,
    PRIMARY KEY (stock_id, move_id, bucket)
) STRICT, WITHOUT ROWID;

-- A row is a discrepancy. It stays when it has ended. It lives in the bucket of its stock.
CREATE TABLE discrepancy (
    bucket INTEGER NOT NULL,
    id INTEGER NOT NULL,
    stock_id INTEGER NOT NULL,
    stock_location_id INTEGER NOT NULL,
    sku TEXT NOT NULL,
    -- `out_of_stock`, `damaged`, `wrong_item` or `count_difference`.
    reason TEXT NOT NULL,
    is_active INTEGER NOT NULL,
    package_item_id INTEGER,
    transfer_item_id INTEGER,
    created_at INTEGER NOT NULL,
    modified_at INTEGER NOT NULL,
    stock_list_id INTEGER NOT NULL DEFAULT 0,
    product_id INTEGER NOT NULL DEFAULT 0,
    -- How many units it is about: those not found, or the difference of a count.
    quantity INTEGER,
    -- The stock level when it was reported. An ERP that repeats it has learnt nothing.
    level INTEGER,
    -- The account that reported it.
    created_by INTEGER NOT NULL DEFAULT 0,
    -- What ended it: `removed`, `counted` or `level`.
    end_reason TEXT,
    -- The account that ended it.
    ended_by INTEGER,
    PRIMARY KEY (id, bucket)
) STRICT, WITHOUT ROWID;
-- What a level may end: only active ones, so the index stays small.
CREATE INDEX discrepancy_active ON discrepancy (stock_id, id, bucket) WHERE is_active = 1;
CREATE INDEX discrepancy_location ON discrepancy (stock_location_id, id, bucket);
CREATE INDEX discrepancy_sku ON discrepancy (sku, id, bucket);
CREATE INDEX discrepancy_package_item ON discrepancy (package_item_id, id, bucket) WHERE package_item_id IS NOT NULL;
-- What a removal looks for: only active ones, so the index stays small.
CREATE INDEX discrepancy_created ON discrepancy (stock_location_id, created_at, id, bucket) WHERE is_active = 1;

-- A row is a stock count: what people counted at a location at one moment.
CREATE TABLE stock_count (
    id INTEGER NOT NULL PRIMARY KEY,
    stock_location_id INTEGER NOT NULL,
    counted_at INTEGER NOT NULL,
    created_at INTEGER NOT NULL
) STRICT;
CREATE INDEX stock_count_location ON stock_count (stock_location_id, id);

-- A row is one SKU of a stock count.
CREATE TABLE stock_count_line (
    count_id INTEGER NOT NULL,
    -- The place of the line in the count, from 0.
    position INTEGER NOT NULL,
    sku TEXT NOT NULL,
    -- What was to be found at the moment of the count.
    expected INTEGER NOT NULL,
    counted INTEGER NOT NULL,
    -- What became of a difference: `confirmed`, `adjusted`, `discrepancy` or `superseded`.
    result TEXT NOT NULL,
    -- The discrepancy that it became.
    discrepancy_id INTEGER,
    PRIMARY KEY (count_id, position)
) STRICT, WITHOUT ROWID;

-- The change feed: what has changed, what each channel has acknowledged, what it has still to be sent.

-- A row is some outbox events of one transaction, which have no sequence number yet: all that a change pays for the
-- feed. It is removed when its events have got their numbers. The row is found by its first event, and it lives in the
-- bucket of that event's object.
CREATE TABLE outbox (
    bucket INTEGER NOT NULL,
    -- Time, kind and object of the first event.
    at INTEGER NOT NULL,
    kind INTEGER NOT NULL,
    object_id INTEGER NOT NULL,
    -- The events as text, each as `kind object scope time;`. Kind 0 stands for whether a product is in a catalog.
    events TEXT NOT NULL,
    PRIMARY KEY (at, kind, object_id, bucket)
) STRICT, WITHOUT ROWID;

-- A row is the newest change of one object. Sequence numbers become visible in their order, so that what is above a
-- number is all that has happened since.
CREATE TABLE change_log (
    kind INTEGER NOT NULL,
    object_id INTEGER NOT NULL,
    scope INTEGER NOT NULL,
    sequence_number INTEGER NOT NULL,
    PRIMARY KEY (kind, object_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX change_log_sequence_number ON change_log (kind, scope, sequence_number, object_id);

-- A row is the newest change of whether a product is in a catalog. Catalog 0 stands for every catalog: the product has
-- become active or inactive. A cursor over stocks that has not passed the row is sent the stocks of the product.
CREATE TABLE catalog_change (
    catalog_id INTEGER NOT NULL,
    product_id INTEGER NOT NULL,
    sequence_number INTEGER NOT NULL,
    PRIMARY KEY (catalog_id, product_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX catalog_change_sequence_number ON catalog_change (catalog_id, sequence_number, product_id);

-- A row is the newest change of what a channel may have of a stock list as a whole: the list has come into the
-- channel's catalog or has left it, or the catalog is another one.
CREATE TABLE list_change (
    channel_id INTEGER NOT NULL,
    stock_list_id INTEGER NOT NULL,
    sequence_number INTEGER NOT NULL,
    -- The sequence number of the last time that the channel may have lost something of the list; 0 if it never did.
    left_sequence_number INTEGER NOT NULL,
    PRIMARY KEY (channel_id, stock_list_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX list_change_sequence_number ON list_change (channel_id, sequence_number, stock_list_id);

-- A row is a channel that reads its feed, and what its catalog was when it was last looked at. Transactions that write
-- what a channel knows lock this row first.
CREATE TABLE channel_feed (
    channel_id INTEGER NOT NULL PRIMARY KEY,
    -- The catalog; 0 is none.
    catalog_id INTEGER NOT NULL,
    -- Whether the catalog had items.
    has_items INTEGER NOT NULL,
    -- The lists of a catalog without items, as text.
    lists TEXT NOT NULL DEFAULT '',
    -- The channel scope that cursors were told last: level, catalog, whether that has items, lists. It is blank before
    -- the first time.
    cursor_scope TEXT NOT NULL DEFAULT ''
) STRICT;

-- A row is the cursor of a channel within one kind and scope: the changes up to this number have been turned into
-- deliveries.
CREATE TABLE channel_cursor (
    channel_id INTEGER NOT NULL,
    kind INTEGER NOT NULL,
    scope INTEGER NOT NULL,
    sequence_number INTEGER NOT NULL,
    PRIMARY KEY (channel_id, kind, scope)
) STRICT, WITHOUT ROWID;

-- A row is a delivery: an object that is still to be sent to a channel. Rows can be made anew from the change log and
-- the actions.
CREATE TABLE delivery (
    channel_id INTEGER NOT NULL,
    kind INTEGER NOT NULL,
    object_id INTEGER NOT NULL,
    scope INTEGER NOT NULL,
    -- 0: the channel does not know the object. 1: it knows an older version. 2: it should not have the object any more.
    -- 3: it could not take the version, and that is final.
    offer INTEGER NOT NULL,
    -- The version: the time of the object's newest change.
    changed_at INTEGER NOT NULL,
    -- When the delivery may be offered.
    not_before INTEGER NOT NULL,
    PRIMARY KEY (channel_id, kind, object_id)
) STRICT, WITHOUT ROWID;
-- The order of the feeds: oldest change first.
CREATE INDEX delivery_feed ON delivery (channel_id, kind, scope, offer, changed_at, object_id, not_before);

-- A row is the last acknowledgement of a channel for one kind of object, for people who look whether the channel keeps
-- up.
CREATE TABLE feed_acknowledgement (
    channel_id INTEGER NOT NULL,
    kind INTEGER NOT NULL,
    at INTEGER NOT NULL,
    -- The newest version that was acknowledged.
    version_at INTEGER NOT NULL,
    PRIMARY KEY (channel_id, kind)
) STRICT, WITHOUT ROWID;

-- A row is an action: what a channel knows of one object. Text without a value is blank, since what lists compare is
-- never NULL.
CREATE TABLE integration_action (
    id INTEGER NOT NULL PRIMARY KEY,
    channel_id INTEGER NOT NULL,
    kind INTEGER NOT NULL,
    object_id INTEGER NOT NULL,
    -- The channel's name for the object.
    remote_id TEXT NOT NULL,
    -- The version that was tried last.
    version_at INTEGER NOT NULL,
    -- The newest version that the channel has acknowledged.
    acknowledged_at INTEGER,
    -- `processing`, `success` or `error`.
    status TEXT NOT NULL,
    -- The batch that tried last.
    local_batch_id TEXT NOT NULL,
    -- Why the last try failed.
    reason TEXT,
    -- A JSON object that belongs to the channel's program.
    state TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    modified_at INTEGER NOT NULL
) STRICT;
CREATE UNIQUE INDEX integration_action_object ON integration_action (channel_id, kind, object_id);
CREATE INDEX integration_action_remote_id ON integration_action (remote_id, channel_id, id);
CREATE INDEX integration_action_batch ON integration_action (local_batch_id, status, id);
CREATE INDEX integration_action_channel_id ON integration_action (channel_id, id);

-- A row is a batch of deliveries that a channel's program takes.
CREATE TABLE batch_request (
    id INTEGER NOT NULL PRIMARY KEY,
    channel_id INTEGER NOT NULL,
    -- Our name for the batch.
    local_batch_id TEXT NOT NULL,
    -- The channel's name for it.
    remote_batch_id TEXT NOT NULL,
    -- The model of its objects.
    content_type TEXT NOT NULL,
    -- `initialized`, `commit`, `sent_to_remote`, `ongoing`, `done` or `fail`.
    status TEXT NOT NULL,
    -- A JSON array with the objects, as it was sent last.
    objects TEXT,
    -- The lease of the batch, as long as it has objects: then it is given up.
    lease_until INTEGER,
    created_at INTEGER NOT NULL,
    modified_at INTEGER NOT NULL
) STRICT;
CREATE INDEX batch_request_channel_id ON batch_request (channel_id, status, id);
CREATE INDEX batch_request_lease ON batch_request (channel_id, lease_until) WHERE lease_until IS NOT NULL;
CREATE INDEX batch_request_age ON batch_request (modified_at);

-- A row is a delivery failure: the newest version of an object that a channel could not take, and how often it may be
-- tried again.
CREATE TABLE failed_integration (
    id INTEGER NOT NULL PRIMARY KEY,
    channel_id INTEGER NOT NULL,
    kind INTEGER NOT NULL,
    object_id INTEGER NOT NULL,
    -- The action of the object.
    action_id INTEGER NOT NULL,
    -- The version that failed.
    version_at INTEGER NOT NULL,
    reason TEXT NOT NULL,
    -- Whether the failure stands.
    is_active INTEGER NOT NULL,
    expires_at INTEGER,
    -- How often the version was tried.
    retry_count INTEGER NOT NULL,
    max_retry_count INTEGER NOT NULL,
    -- Seconds between two tries.
    retry_interval INTEGER NOT NULL,
    failed_at INTEGER NOT NULL,
    created_at INTEGER NOT NULL,
    modified_at INTEGER NOT NULL
) STRICT;
CREATE UNIQUE INDEX failed_integration_object ON failed_integration (channel_id, kind, object_id);

-- Reports of the programs of channels.

-- A row is what the program of a channel reports of one object in one batch, good or bad. There are many, and they are
-- dropped after some weeks. It lives in the bucket of the object that it is about.
CREATE TABLE error_report (
    bucket INTEGER NOT NULL,
    id INTEGER NOT NULL,
    channel_id INTEGER,
    -- The object that the batch was about: the number of a content type and an id.
    action_content_type INTEGER,
    action_object_id INTEGER,
    -- The object of the channel that it was done to.
    target_content_type INTEGER,
    target_object_id INTEGER,
    -- The version of the object, as the program saw it.
    obj_modified_date INTEGER,
    error_code TEXT NOT NULL,
    error_desc TEXT NOT NULL,
    raw_request TEXT NOT NULL,
    raw_response TEXT NOT NULL,
    is_ok INTEGER NOT NULL,
    created_at INTEGER NOT NULL,
    modified_at INTEGER NOT NULL,
    PRIMARY KEY (id, bucket)
) STRICT, WITHOUT ROWID;
CREATE INDEX error_report_channel_id ON error_report (channel_id, id, bucket);
CREATE INDEX error_report_failed ON error_report (id, bucket) WHERE is_ok = 0;
CREATE INDEX error_report_action_object_id ON error_report (action_object_id, id, bucket);
CREATE INDEX error_report_error_code ON error_report (error_code, id, bucket);

-- A row is a geography report: a city, township or district that an address of a channel names and that has no mapping.
CREATE TABLE geography_report (
    id INTEGER NOT NULL PRIMARY KEY,
    channel_id INTEGER,
    -- `city`, `township` or `district`.
    kind TEXT NOT NULL,
    -- The word of the channel's program for what it looked for.
    type TEXT NOT NULL,
    -- The channel's code for the place.
    remote_code TEXT NOT NULL,
    -- The larger places that it lies in, as far as they are known.
    country_id INTEGER,
    city_id INTEGER,
    township_id INTEGER,
    name TEXT NOT NULL,
    integration_type TEXT NOT NULL,
    err_code TEXT NOT NULL,
    err_desc TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    modified_at INTEGER NOT NULL
) STRICT;
CREATE INDEX geography_report_channel_id ON geography_report (channel_id, id);

-- A row is something that the program of a channel did. It lives in the bucket of its trace.
CREATE TABLE operational_event (
    bucket INTEGER NOT NULL,
    id INTEGER NOT NULL,
    channel_id INTEGER,
    event_type TEXT NOT NULL,
    level TEXT NOT NULL,
    source TEXT NOT NULL,
    message TEXT NOT NULL,
    -- `context`, `tags` and `raw_data` are JSON.
    context TEXT,
    tags TEXT,
    action_content_type TEXT NOT NULL,
    action_object_id TEXT NOT NULL,
    trace_id TEXT NOT NULL,
    span_id TEXT NOT NULL,
    parent_span_id TEXT NOT NULL,
    raw_data TEXT,
    created_at INTEGER NOT NULL,
    modified_at INTEGER NOT NULL,
    PRIMARY KEY (id, bucket)
) STRICT, WITHOUT ROWID;
CREATE INDEX operational_event_channel_id ON operational_event (channel_id, id, bucket);
CREATE INDEX operational_event_trace_id ON operational_event (trace_id, id, bucket);

-- Imports.

-- A row is an import: reading a file into stock, previewing that, applying a preview, or undoing an import.
CREATE TABLE import (
    id INTEGER NOT NULL PRIMARY KEY,
    -- The import key, which cannot be guessed.
    cache_key TEXT NOT NULL,
    -- What the file is about: `stocks` or `stock_lists`.
    kind TEXT NOT NULL,
    -- `import`, `dry_run`, `apply` or `undo`.
    task TEXT NOT NULL,
    -- `upsert`, `replace` or `adjust`.
    mode TEXT NOT NULL,
    -- Whether rows are applied whose stock was written since.
    is_forced INTEGER NOT NULL,
    stock_list_id INTEGER,
    -- The import that is applied or undone.
    source_id INTEGER,
    account_id INTEGER NOT NULL,
    -- `receiving`, `waiting`, `processing`, `completed` or `failed`.
    state TEXT NOT NULL,
    file_name TEXT NOT NULL,
    file_bytes INTEGER NOT NULL,
    -- What the file turned out to be.
    format TEXT NOT NULL,
    -- How its text is encoded, where that is a question.
    encoding TEXT NOT NULL,
    -- A JSON array of headings that are not read.
    ignored_columns TEXT NOT NULL,
    -- Why it failed, or a remark on how it ended.
    error TEXT,
    -- The rows of the file, those of them that are processed, and those of each row status.
    total INTEGER NOT NULL,
    processed INTEGER NOT NULL,
    created INTEGER NOT NULL,
    updated INTEGER NOT NULL,
    unchanged INTEGER NOT NULL,
    failed INTEGER NOT NULL,
    created_at INTEGER NOT NULL,
    started_at INTEGER,
    finished_at INTEGER,
    -- The zone of times without an offset when the file was sent, so that the file means the same each time it is read.
    time_zone TEXT
) STRICT;
CREATE UNIQUE INDEX import_cache_key ON import (cache_key);
-- What is left to do: few, and asked for all day.
CREATE INDEX import_open ON import (finished_at, id);
-- Each import is applied and undone once.
CREATE UNIQUE INDEX import_source_id ON import (source_id, task) WHERE source_id IS NOT NULL;
CREATE INDEX import_age ON import (created_at);
-- How much room the files of imports take: a number for each import, added up when a file arrives.
CREATE INDEX import_bytes ON import (file_bytes);

-- A row is a part of an uploaded file, so that every process that shares the database can read it, and a copy has it.
CREATE TABLE import_part (
    import_id INTEGER NOT NULL,
    -- The place of the part in the file, from 0.
    number INTEGER NOT NULL,
    bytes BLOB NOT NULL,
    PRIMARY KEY (import_id, number)
) STRICT;

-- A row is the result of a chunk of rows, written in the transaction of its effect, so that no chunk is done twice.
CREATE TABLE import_chunk (
    import_id INTEGER NOT NULL,
    -- The place of the chunk in the import, from 0.
    number INTEGER NOT NULL,
    -- The rows of each row status.
    created INTEGER NOT NULL,
    updated INTEGER NOT NULL,
    unchanged INTEGER NOT NULL,
    failed INTEGER NOT NULL,
    -- The results of the rows, in a form of the program.
    results BLOB NOT NULL,
    PRIMARY KEY (import_id, number)
) STRICT;

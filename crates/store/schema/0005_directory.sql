-- The directory: what a channel sells (catalogs, prices, categories), where and to whom (places, people, carriers, stores).

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

-- The lists of a catalog: one of each kind, and further ones in the two tables below.
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

CREATE TABLE catalog_stock_list (
    catalog_id INTEGER NOT NULL,
    stock_list_id INTEGER NOT NULL,
    PRIMARY KEY (catalog_id, stock_list_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX catalog_stock_list_stock_list_id ON catalog_stock_list (stock_list_id);

CREATE TABLE catalog_price_list (
    catalog_id INTEGER NOT NULL,
    price_list_id INTEGER NOT NULL,
    PRIMARY KEY (catalog_id, price_list_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX catalog_price_list_price_list_id ON catalog_price_list (price_list_id);

-- Which products a catalog has; a million of them. Lives in the bucket of its product.
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

-- Amounts are decimals in text. Lives in the bucket of its product; `product_sku` is repeated because every answer shows it.
CREATE TABLE product_price (
    bucket INTEGER NOT NULL,
    id INTEGER NOT NULL,
    product_id INTEGER NOT NULL,
    price_list_id INTEGER NOT NULL,
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

-- A tree is a name for a root node.
CREATE TABLE category_tree (
    id INTEGER NOT NULL PRIMARY KEY,
    name TEXT NOT NULL,
    root_id INTEGER,
    created_at INTEGER NOT NULL,
    modified_at INTEGER NOT NULL
) STRICT;
CREATE UNIQUE INDEX category_tree_name ON category_tree (name);
CREATE INDEX category_tree_root_id ON category_tree (root_id);

-- `node_id` is the node above. `path` has a step per ancestor and one for the node itself, so that what is below a node
-- begins with the node's path.
CREATE TABLE category_node (
    id INTEGER NOT NULL PRIMARY KEY,
    node_id INTEGER,
    name TEXT NOT NULL,
    path TEXT NOT NULL,
    depth INTEGER NOT NULL,
    numchild INTEGER NOT NULL,
    is_active INTEGER NOT NULL,
    extra_field TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    modified_at INTEGER NOT NULL
) STRICT;
CREATE UNIQUE INDEX category_node_path ON category_node (path);
CREATE UNIQUE INDEX category_node_node_id ON category_node (node_id, name);

-- Which nodes a product is in. Lives in the bucket of its product.
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

-- Places, from large to small; each repeats the ids of what it lies in, which never change. `name_folded` is the name as it
-- is compared where case does not count.
CREATE TABLE country (
    id INTEGER NOT NULL PRIMARY KEY,
    name TEXT NOT NULL,
    name_folded TEXT NOT NULL,
    code TEXT NOT NULL,
    is_active INTEGER NOT NULL,
    created_at INTEGER NOT NULL,
    modified_at INTEGER NOT NULL
) STRICT;
CREATE UNIQUE INDEX country_code ON country (code);
CREATE INDEX country_name ON country (name);
CREATE INDEX country_name_folded ON country (name_folded);

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

-- Remote systems' codes for objects of the directory. A code leads to one object of its kind.
CREATE TABLE object_mapping (
    id INTEGER NOT NULL PRIMARY KEY,
    content_type TEXT NOT NULL,
    object_id INTEGER NOT NULL,
    integration_type TEXT NOT NULL,
    code TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    modified_at INTEGER NOT NULL
) STRICT;
CREATE UNIQUE INDEX object_mapping_code ON object_mapping (code, integration_type, content_type);
CREATE INDEX object_mapping_object_id ON object_mapping (object_id, content_type);

CREATE TABLE cargo_company (
    id INTEGER NOT NULL PRIMARY KEY,
    name TEXT NOT NULL,
    erp_code TEXT,
    shipping_company TEXT NOT NULL,
    is_active INTEGER NOT NULL,
    created_at INTEGER NOT NULL,
    modified_at INTEGER NOT NULL
) STRICT;
CREATE UNIQUE INDEX cargo_company_name ON cargo_company (name);
CREATE UNIQUE INDEX cargo_company_erp_code ON cargo_company (erp_code);

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
    store_hours TEXT NOT NULL,
    latitude TEXT,
    longitude TEXT,
    fast_delivery INTEGER NOT NULL,
    kapida_enabled INTEGER NOT NULL,
    is_active INTEGER NOT NULL,
    created_at INTEGER NOT NULL,
    modified_at INTEGER NOT NULL
) STRICT;
CREATE UNIQUE INDEX retail_store_erp_code ON retail_store (erp_code);
CREATE INDEX retail_store_township_id ON retail_store (township_id);
CREATE INDEX retail_store_district_id ON retail_store (district_id);

CREATE TABLE retail_store_channel (
    retail_store_id INTEGER NOT NULL,
    channel_id INTEGER NOT NULL,
    PRIMARY KEY (retail_store_id, channel_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX retail_store_channel_channel_id ON retail_store_channel (channel_id);

CREATE TABLE customer (
    bucket INTEGER NOT NULL,
    id INTEGER NOT NULL,
    channel_id INTEGER,
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

-- `hash_data` says everything that makes two addresses the same, the customer included; so it is unique, and what lives in
-- the bucket of the customer can keep it so.
CREATE TABLE address (
    bucket INTEGER NOT NULL,
    id INTEGER NOT NULL,
    customer_id INTEGER NOT NULL,
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
    line TEXT,
    postcode TEXT,
    notes TEXT,
    company_name TEXT,
    tax_office TEXT,
    tax_no TEXT,
    e_bill_taxpayer INTEGER,
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

-- The rest of a sales channel. `conf` is read by the channel's program, `schema` describes it; `stock_figure` is which
-- figure the channel is told.
ALTER TABLE channel ADD COLUMN channel_type TEXT NOT NULL DEFAULT 'sales_channel';
ALTER TABLE channel ADD COLUMN catalog_id INTEGER;
ALTER TABLE channel ADD COLUMN category_tree_id INTEGER;
ALTER TABLE channel ADD COLUMN conf TEXT NOT NULL DEFAULT '{}';
ALTER TABLE channel ADD COLUMN schema TEXT;
ALTER TABLE channel ADD COLUMN stock_figure TEXT NOT NULL DEFAULT 'available';
CREATE INDEX channel_catalog_id ON channel (catalog_id);
CREATE INDEX channel_category_tree_id ON channel (category_tree_id);

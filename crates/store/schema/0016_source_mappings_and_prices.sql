-- Products of data sources by mapping, and their prices (docs/data-sources.md).

-- How products are matched: `sku` or `mapping`.
ALTER TABLE data_source ADD COLUMN product_match TEXT NOT NULL DEFAULT 'sku';
-- The price list here that takes its prices; NULL where it takes none. A price list has one source at the most.
ALTER TABLE data_source ADD COLUMN price_list_id INTEGER;
-- The price list there; NULL is the main one of the channel's catalog.
ALTER TABLE data_source ADD COLUMN remote_price_list INTEGER;
-- How often its product mappings have changed, and how often they had when everything was last compared.
ALTER TABLE data_source ADD COLUMN mappings_version INTEGER NOT NULL DEFAULT 0;
ALTER TABLE data_source ADD COLUMN compared_version INTEGER NOT NULL DEFAULT 0;
-- Rows of SKUs without a product mapping that were left out, since everything was last compared.
ALTER TABLE data_source ADD COLUMN unmapped INTEGER NOT NULL DEFAULT 0;
-- When its prices were last asked for and answered well.
ALTER TABLE data_source ADD COLUMN last_prices_at INTEGER;
CREATE UNIQUE INDEX data_source_price_list_id ON data_source (price_list_id);

-- A row is a product mapping: the SKU that a data source has for one of our products. A product has one in a source, and
-- so has a SKU over there.
CREATE TABLE data_source_mapping (
    id INTEGER NOT NULL PRIMARY KEY,
    data_source_id INTEGER NOT NULL,
    product_id INTEGER NOT NULL,
    -- Our SKU of the product.
    product_sku TEXT NOT NULL,
    -- The SKU over there.
    remote_sku TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    modified_at INTEGER NOT NULL
) STRICT;
CREATE UNIQUE INDEX data_source_mapping_product_id ON data_source_mapping (product_id, data_source_id);
CREATE UNIQUE INDEX data_source_mapping_remote_sku ON data_source_mapping (data_source_id, remote_sku);

-- The SKU under which the line was first sent, if a product mapping gave it; NULL is the SKU of the line.
ALTER TABLE data_source_line ADD COLUMN sku TEXT;

-- How a catalog chooses the stock list of an order line that names none (docs/sourcing.md).

-- The sourcing rule: `main`, `nearest_store`, `main_then_nearest`, `nearest_then_main`, `most_available` or `priority`.
ALTER TABLE catalog ADD COLUMN sourcing_rule TEXT NOT NULL DEFAULT 'main';
-- What of one order may be in different lists: `nothing`, `lines`, or `units` of a line as well.
ALTER TABLE catalog ADD COLUMN sourcing_split TEXT NOT NULL DEFAULT 'lines';
-- How far a store may be, in kilometres; NULL is any distance.
ALTER TABLE catalog ADD COLUMN sourcing_distance_max INTEGER;
-- Whether a store must be open at the moment of the order.
ALTER TABLE catalog ADD COLUMN sourcing_open_only INTEGER NOT NULL DEFAULT 0;

-- Which list comes first where a rule looks at priorities: the smallest. A list with a stock location has the priority of
-- its location instead.
ALTER TABLE stock_list ADD COLUMN sourcing_priority INTEGER NOT NULL DEFAULT 100;
-- How many units of each stock are left in the list when a sourcing rule chooses it.
ALTER TABLE stock_list ADD COLUMN safety_stock INTEGER NOT NULL DEFAULT 0;

-- The list that counts the stock of the store; a list belongs to one store at the most.
ALTER TABLE retail_store ADD COLUMN stock_list_id INTEGER;
UPDATE retail_store SET stock_list_id =
    (SELECT MIN(l.stock_list_id) FROM stock_location l WHERE l.retail_store_id = retail_store.id);
CREATE UNIQUE INDEX retail_store_stock_list_id ON retail_store (stock_list_id);
-- The number of the smallest cell of the grid that has the store (docs/decisions/0017-stores-on-a-grid.md); NULL where its
-- coordinates are not known. First row and column are put side by side, then their digits are put in turn. Engines round
-- in different ways here, by one cell at the most, and who searches allows for that.
ALTER TABLE retail_store ADD COLUMN geo_cell INTEGER;
UPDATE retail_store SET geo_cell =
    CAST((CAST(latitude AS DOUBLE PRECISION) + 90) * 262143.4 / 180 AS INTEGER) * 262144
    + CAST((CAST(longitude AS DOUBLE PRECISION) + 180) * 262143.4 / 360 AS INTEGER)
    WHERE latitude <> '' AND longitude <> '';
UPDATE retail_store SET geo_cell =
    ((geo_cell / 262144 / 65536) % 4 * 4 + (geo_cell % 262144) / 65536 % 4) * 4294967296
    + ((geo_cell / 262144 / 16384) % 4 * 4 + (geo_cell % 262144) / 16384 % 4) * 268435456
    + ((geo_cell / 262144 / 4096) % 4 * 4 + (geo_cell % 262144) / 4096 % 4) * 16777216
    + ((geo_cell / 262144 / 1024) % 4 * 4 + (geo_cell % 262144) / 1024 % 4) * 1048576
    + ((geo_cell / 262144 / 256) % 4 * 4 + (geo_cell % 262144) / 256 % 4) * 65536
    + ((geo_cell / 262144 / 64) % 4 * 4 + (geo_cell % 262144) / 64 % 4) * 4096
    + ((geo_cell / 262144 / 16) % 4 * 4 + (geo_cell % 262144) / 16 % 4) * 256
    + ((geo_cell / 262144 / 4) % 4 * 4 + (geo_cell % 262144) / 4 % 4) * 16
    + ((geo_cell / 262144 / 1) % 4 * 4 + (geo_cell % 262144) / 1 % 4) * 1
    WHERE geo_cell IS NOT NULL;
CREATE INDEX retail_store_geo_cell ON retail_store (geo_cell, id);

-- Where the address is, in degrees, as numbers in text.
ALTER TABLE address ADD COLUMN latitude TEXT;
ALTER TABLE address ADD COLUMN longitude TEXT;

-- How the original stock list of the line was chosen, if the line named none: the sourcing rule, the reason, and the
-- distance in metres or `-`, with a blank between two of them.
ALTER TABLE order_item ADD COLUMN sourcing TEXT;

-- How many units more than there are a line of an accepted order may take.
ALTER TABLE channel ADD COLUMN oversell_quantity_max INTEGER NOT NULL DEFAULT 1000;

-- The lists of the catalog when the channel looked at it last, where the catalog has no items: its products follow its lists.
-- Whatever was decided for another text is decided anew.
ALTER TABLE channel_feed ADD COLUMN lists TEXT NOT NULL DEFAULT '';

-- How often a channel tries a version that it refuses, and the seconds between two tries.
ALTER TABLE channel ADD COLUMN max_retry_count INTEGER NOT NULL DEFAULT 5;
ALTER TABLE channel ADD COLUMN retry_interval INTEGER NOT NULL DEFAULT 300;

-- What was refused for good is outgoing as `offer` 3, so that it can be counted. No catalog has this id: every channel's feed
-- is begun anew.
UPDATE channel_feed SET catalog_id = -1;

-- The channel that has made a category tree: before it has it as its own, nobody else takes it.
ALTER TABLE category_tree ADD COLUMN channel_id INTEGER;

-- That a product has come into a catalog or has left it, with the version of the last time; catalog 0: that it has become
-- active or inactive. What a cursor over stocks has not passed of these, it is told of the product's stocks.
CREATE TABLE catalog_change (
    catalog_id INTEGER NOT NULL,
    product_id INTEGER NOT NULL,
    version INTEGER NOT NULL,
    PRIMARY KEY (catalog_id, product_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX catalog_change_version ON catalog_change (catalog_id, version, product_id);

-- That what a channel may have of a stock list has changed as a whole: the list has come into its catalog or has left it, or
-- the catalog is another one. `left_version` is the last time that something may have gone; 0 if that never was so.
CREATE TABLE list_change (
    channel_id INTEGER NOT NULL,
    stock_list_id INTEGER NOT NULL,
    version INTEGER NOT NULL,
    left_version INTEGER NOT NULL,
    PRIMARY KEY (channel_id, stock_list_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX list_change_version ON list_change (channel_id, version, stock_list_id);

-- What the channel might have when its cursors were told last: figure, catalog, whether that has items, lists. Blank before
-- the first time.
ALTER TABLE channel_feed ADD COLUMN told TEXT NOT NULL DEFAULT '';

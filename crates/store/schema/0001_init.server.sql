-- Rows of these tables are written again and again without touching an index: with room left on a page, the new version
-- stays there and no index learns of it.
ALTER TABLE stock SET (fillfactor = 75);
ALTER TABLE tally SET (fillfactor = 50);
ALTER TABLE id_block SET (fillfactor = 50);
ALTER TABLE sales_order SET (fillfactor = 90);

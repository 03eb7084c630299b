-- What a discrepancy is about, who reported it, and what has ended it: it stays when it has ended. `level` is the level of
-- its stock when it was made: an ERP that repeats it has learnt nothing. Older rows do not say who, how many, or at what level.
ALTER TABLE discrepancy ADD COLUMN stock_list_id INTEGER NOT NULL DEFAULT 0;
ALTER TABLE discrepancy ADD COLUMN product_id INTEGER NOT NULL DEFAULT 0;
ALTER TABLE discrepancy ADD COLUMN quantity INTEGER;
ALTER TABLE discrepancy ADD COLUMN level INTEGER;
ALTER TABLE discrepancy ADD COLUMN created_by INTEGER NOT NULL DEFAULT 0;
ALTER TABLE discrepancy ADD COLUMN end_reason TEXT;
ALTER TABLE discrepancy ADD COLUMN ended_by INTEGER;
UPDATE discrepancy SET
    stock_list_id = (SELECT s.stock_list_id FROM stock s WHERE s.id = discrepancy.stock_id AND s.bucket = discrepancy.bucket),
    product_id = (SELECT s.product_id FROM stock s WHERE s.id = discrepancy.stock_id AND s.bucket = discrepancy.bucket);
-- What a removal looks for: only active ones, so the index stays small.
DROP INDEX discrepancy_created;
CREATE INDEX discrepancy_created ON discrepancy (stock_location_id, created_at, id, bucket) WHERE is_active = 1;
-- What ends the discrepancies of a location, besides removing them.
ALTER TABLE stock_location ADD COLUMN discrepancy_ends TEXT NOT NULL DEFAULT 'changed_level';

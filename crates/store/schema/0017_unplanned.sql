-- Order lines that are to leave and are in no package: few, and people and the planning look for them. `id` is the line's;
-- `modified_at` is when it was last tried to plan it. Lives in the bucket of its order.
CREATE TABLE unplanned_item (
    bucket INTEGER NOT NULL,
    id INTEGER NOT NULL,
    order_id INTEGER NOT NULL,
    stock_id INTEGER NOT NULL,
    sku TEXT NOT NULL,
    quantity INTEGER NOT NULL CHECK (quantity >= 1),
    reason INTEGER NOT NULL,
    created_at INTEGER NOT NULL,
    modified_at INTEGER NOT NULL,
    PRIMARY KEY (id, bucket)
) STRICT, WITHOUT ROWID;
CREATE INDEX unplanned_item_order ON unplanned_item (order_id, id, bucket);
-- What of a stock is promised to lines that wait, in whichever bucket.
CREATE INDEX unplanned_item_stock ON unplanned_item (stock_id, id, bucket);
CREATE INDEX unplanned_item_reason ON unplanned_item (reason, id, bucket);
-- What comes back to a stock is first for the lines that are short there.
CREATE INDEX hold_short_of_stock ON hold (stock_id, item_id, bucket) WHERE state = 5;
ALTER TABLE stock_location ADD COLUMN short_lines_first INTEGER NOT NULL DEFAULT 1;
-- What was not planned before, or was taken out of its package, is planned once more: it is noted then, or in a package.
INSERT INTO plan_due (bucket, order_id)
    SELECT DISTINCT i.bucket, i.order_id FROM order_item i
    WHERE i.status IN (400, 450) AND i.stock_list_id IN (SELECT l.id FROM stock_list l WHERE l.location_id IS NOT NULL)
    AND NOT EXISTS (SELECT 1 FROM package_item p WHERE p.order_id = i.order_id AND p.bucket = i.bucket AND p.item_id = i.id
    AND p.state IN (200, 250, 450, 475, 500))
    AND NOT EXISTS (SELECT 1 FROM plan_due d WHERE d.order_id = i.order_id AND d.bucket = i.bucket);

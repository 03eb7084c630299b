-- What has come into a place and gone out of it, by moment: counts of an earlier moment are compared with what stood there
-- then. Written when goods are handled, never by an order.
CREATE TABLE goods_movement (
    bucket INTEGER NOT NULL,
    stock_id INTEGER NOT NULL,
    at INTEGER NOT NULL,
    quantity INTEGER NOT NULL,
    PRIMARY KEY (stock_id, at, bucket)
) STRICT, WITHOUT ROWID;

-- What has been shipped so far. A line's last change is when it left, or, of a few, when it came back.
INSERT INTO goods_movement (bucket, stock_id, at, quantity)
SELECT s.bucket, s.id, p.modified_at, -SUM(p.quantity)
FROM package_item p
JOIN stock_location l ON l.id = p.stock_location_id
JOIN stock s ON s.stock_list_id = l.stock_list_id AND s.sku = p.sku
WHERE p.state = 500
GROUP BY s.bucket, s.id, p.modified_at;

-- When the newest count came after the figure, and when an import's difference last changed it since.
ALTER TABLE stock ADD COLUMN counted_at INTEGER;
ALTER TABLE stock ADD COLUMN adjusted_at INTEGER;

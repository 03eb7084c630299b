-- Lists that keep no external reservation, and reported lines that settle by their age (docs/stock.md).

-- Whether a reserved quantity that is written into the list is not kept.
ALTER TABLE stock_list ADD COLUMN ignore_sold_quantity_unreported INTEGER NOT NULL DEFAULT 0;
-- After how many seconds a reported line of the list is settled without a level; 0: never.
ALTER TABLE stock_list ADD COLUMN reported_settles_after_seconds INTEGER NOT NULL DEFAULT 0;

-- Reported lines, those that the ERP registered first at the front. Entries come at the end, as time goes on.
CREATE INDEX reservation_reported_at ON reservation (registered_at, item_id, bucket) WHERE state = 2;
-- The lists that do so.
CREATE INDEX stock_list_settling ON stock_list (id) WHERE reported_settles_after_seconds > 0;

-- What operators watch: how many order lines wait for the ERP, and since when. A line comes at the end of the index, and leaves
-- it when it goes on, so it stays small. Of those that were sold beyond what there was, which are few, the ones that have not left.
CREATE INDEX hold_open ON hold (item_id, bucket) WHERE state = 1;
CREATE INDEX order_item_oversold ON order_item (status, id, bucket) WHERE oversold = 1;

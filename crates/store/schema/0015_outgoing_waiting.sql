-- Lines that a data source is to place or to cancel go before looks at lines that are placed (docs/data-sources-orders.md).

CREATE INDEX data_source_line_waiting ON data_source_line (data_source_id, next_try_at, item_id)
    WHERE next_try_at IS NOT NULL AND state IN ('pending', 'cancelling');

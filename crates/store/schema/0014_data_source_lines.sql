-- Order lines that are placed with other installations (docs/data-sources.md).

-- The data source that the line is placed with; NULL for a line of a list that had no active one. It never changes.
ALTER TABLE order_item ADD COLUMN data_source_id INTEGER;

-- A row says how far an order line is with its data source. It is written with the line, and lives in the bucket of its
-- order.
CREATE TABLE data_source_line (
    bucket INTEGER NOT NULL,
    item_id INTEGER NOT NULL,
    order_id INTEGER NOT NULL,
    data_source_id INTEGER NOT NULL,
    -- `pending`, `placed`, `refused`, `cancelling`, `cancelled` or `failed`.
    state TEXT NOT NULL,
    -- Requests that may have placed the line.
    attempts INTEGER NOT NULL,
    -- When something is to be done about the line; NULL if nothing is.
    next_try_at INTEGER,
    -- Since when it waits to be placed, or waited last.
    pending_since INTEGER NOT NULL,
    -- When the level was taken that the stock of the line had when the line was last sent.
    level_at INTEGER,
    -- The installations that the order came through, by name, with commas between them.
    via TEXT NOT NULL,
    -- The order and its first line there, once they are known.
    remote_order INTEGER,
    remote_item INTEGER,
    -- What went wrong last: a word for programs, and a text for people.
    error_code TEXT,
    error TEXT,
    PRIMARY KEY (item_id, bucket)
) STRICT, WITHOUT ROWID;
-- The lines of a source about which something is to be done, those that wait longest first.
CREATE INDEX data_source_line_due ON data_source_line (data_source_id, next_try_at, item_id) WHERE next_try_at IS NOT NULL;
CREATE INDEX data_source_line_state ON data_source_line (state, item_id);

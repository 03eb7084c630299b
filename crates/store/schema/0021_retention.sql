-- What becomes of old rows (docs/retention.md).

-- How many movements were rolled up into this one; NULL of a movement that is as it was made.
ALTER TABLE movement ADD COLUMN rolled_up INTEGER;

-- A row is how far a job has come that goes over old rows: everything up to this time, and of this time up to this
-- stock, is done.
CREATE TABLE retention (
    name TEXT NOT NULL PRIMARY KEY,
    at INTEGER NOT NULL,
    stock_id INTEGER NOT NULL
) STRICT;

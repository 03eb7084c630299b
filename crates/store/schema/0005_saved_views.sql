-- When the level was taken that was stored before a written level, and the one that it left; NULL where no level had
-- been written. With them, a write can be undone from the history.
ALTER TABLE movement ADD COLUMN snapshot_before INTEGER;
ALTER TABLE movement ADD COLUMN snapshot_after INTEGER;
-- The unit before a write that changed it.
ALTER TABLE movement ADD COLUMN unit_before TEXT CHECK (unit_before IN ('qty', 'kg'));
-- A row is a saved view: what a screen shows, under a name that a person gave it.
CREATE TABLE saved_view (
    id INTEGER NOT NULL PRIMARY KEY,
    -- Whose it is; only this account changes it.
    account_id INTEGER NOT NULL,
    -- The screen that it is a view of.
    screen TEXT NOT NULL,
    -- 1 to 60 characters.
    name TEXT NOT NULL,
    -- The query of the screen's address: filters, order and columns; up to 2,000 characters.
    query TEXT NOT NULL,
    -- Whether other people may open it.
    is_shared INTEGER NOT NULL,
    created_at INTEGER NOT NULL,
    modified_at INTEGER NOT NULL
) STRICT;
CREATE INDEX saved_view_account_id ON saved_view (account_id, id);
-- Which views other people may open. Few are.
CREATE INDEX saved_view_shared ON saved_view (screen, id) WHERE is_shared = 1;
-- Which stocks of the list a bulk edit changes, and how, as a JSON object; NULL where the rows come from a file.
ALTER TABLE import ADD COLUMN selection TEXT;

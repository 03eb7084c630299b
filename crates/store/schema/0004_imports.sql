-- Imports: files that were sent, what is done with them, and what came of each row.

-- A movement that an import made names it.
ALTER TABLE movement ADD COLUMN import_id INTEGER;

-- One piece of work: reading a file into stock (or only saying what that would change), applying what was said, undoing
-- what was done. `source_id` is the import that is applied or undone. `ignored_columns` is a JSON array of headings.
CREATE TABLE import (
    id INTEGER NOT NULL PRIMARY KEY,
    cache_key TEXT NOT NULL,
    kind TEXT NOT NULL,
    task TEXT NOT NULL,
    mode TEXT NOT NULL,
    is_forced INTEGER NOT NULL,
    stock_list_id INTEGER,
    source_id INTEGER,
    account_id INTEGER NOT NULL,
    state TEXT NOT NULL,
    file_name TEXT NOT NULL,
    file_bytes INTEGER NOT NULL,
    format TEXT NOT NULL,
    encoding TEXT NOT NULL,
    ignored_columns TEXT NOT NULL,
    error TEXT,
    total INTEGER NOT NULL,
    processed INTEGER NOT NULL,
    created INTEGER NOT NULL,
    updated INTEGER NOT NULL,
    unchanged INTEGER NOT NULL,
    failed INTEGER NOT NULL,
    created_at INTEGER NOT NULL,
    started_at INTEGER,
    finished_at INTEGER
) STRICT;
CREATE UNIQUE INDEX import_cache_key ON import (cache_key);
-- What is left to do: few, and asked for all day.
CREATE INDEX import_open ON import (finished_at, id);
-- Each import is applied and undone once.
CREATE UNIQUE INDEX import_source_id ON import (source_id, task) WHERE source_id IS NOT NULL;
CREATE INDEX import_age ON import (created_at);

-- The file in pieces, so that every process that shares the database can read it, and a copy has it.
CREATE TABLE import_part (
    import_id INTEGER NOT NULL,
    number INTEGER NOT NULL,
    bytes BLOB NOT NULL,
    PRIMARY KEY (import_id, number)
) STRICT;

-- What came of some rows; written in the transaction of their effect, so that none is done twice.
CREATE TABLE import_chunk (
    import_id INTEGER NOT NULL,
    number INTEGER NOT NULL,
    created INTEGER NOT NULL,
    updated INTEGER NOT NULL,
    unchanged INTEGER NOT NULL,
    failed INTEGER NOT NULL,
    outcomes BLOB NOT NULL,
    PRIMARY KEY (import_id, number)
) STRICT;

-- Selling what another installation has (docs/data-sources.md).

-- The one row names this installation, so that it recognizes its own stock when it comes back from another one. It is made
-- when a process first needs it.
CREATE TABLE installation (
    id INTEGER NOT NULL PRIMARY KEY CHECK (id = 1),
    -- 32 hexadecimal digits, chosen at random.
    name TEXT NOT NULL
) STRICT;

-- A row is a data source: another installation whose stock is sold from one stock list here, and what is known of it.
CREATE TABLE data_source (
    id INTEGER NOT NULL PRIMARY KEY,
    name TEXT NOT NULL,
    -- Where it is, without a slash at its end.
    base_url TEXT NOT NULL,
    -- The sealed token, which can be opened for this `base_url` only; NULL where there is none.
    token TEXT,
    -- The channel there that this installation is; NULL where only the documented paths of the ERP are used.
    remote_channel INTEGER,
    -- The stock list there; NULL is the main list of the channel's catalog.
    remote_stock_list INTEGER,
    -- The stock list here that takes its levels.
    stock_list_id INTEGER NOT NULL,
    is_active INTEGER NOT NULL,
    poll_interval_seconds INTEGER NOT NULL,
    -- How many units of each stock are not offered here.
    safety_stock INTEGER NOT NULL,
    created_at INTEGER NOT NULL,
    -- The last change that a person or program made; the columns below do not touch it.
    modified_at INTEGER NOT NULL,

    -- Since when a person wants it asked again, and all of it compared; NULL where nobody has said so.
    refresh_at INTEGER,
    full_at INTEGER,
    -- How far its changes have been read, in its own words; NULL where everything is to be compared.
    cursor TEXT,
    -- How many microseconds its clock is ahead of ours.
    clock_offset INTEGER NOT NULL,
    -- When it was last asked, when it last answered well, and when everything was last compared: the beginnings of each.
    last_polled_at INTEGER,
    last_success_at INTEGER,
    last_full_at INTEGER,
    -- Why it does not work: `kind: text`. NULL where it does.
    last_error TEXT,
    -- How often in a row it has not worked.
    failures INTEGER NOT NULL,
    -- Before this it is not asked; NULL where there is no reason to wait.
    next_try_at INTEGER,
    -- The installations that its stock is from, by name, with commas between them.
    origins TEXT NOT NULL,
    -- Rows that were left out, since everything was last compared: unreadable levels and unknown SKUs.
    skipped INTEGER NOT NULL,
    -- Whether the list here may have levels of it.
    has_levels INTEGER NOT NULL
) STRICT;
CREATE UNIQUE INDEX data_source_name ON data_source (name);
CREATE UNIQUE INDEX data_source_stock_list_id ON data_source (stock_list_id);

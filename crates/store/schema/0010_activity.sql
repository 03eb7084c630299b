-- A row is an activity counter: how much of one kind of thing a process has done within one minute. A process adds its
-- rows when the minute is over, so one that dies loses a minute. Rows are kept for 31 days.
CREATE TABLE activity (
    -- What was done: `orders`, `lines`, `rejected`, `released`, `cancelled`, `levels` or `imported`.
    name TEXT NOT NULL,
    -- Minutes since 1970.
    minute INTEGER NOT NULL,
    -- The process, by a random name of its own.
    process TEXT NOT NULL,
    n INTEGER NOT NULL,
    PRIMARY KEY (name, minute, process)
) STRICT, WITHOUT ROWID;

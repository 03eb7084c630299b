-- Changes without a version, some of one transaction to a row: a write of many objects pays one row for many of them. A change
-- is `kind object scope time;`, the row is found by its first one.
CREATE TABLE touched (
    bucket INTEGER NOT NULL,
    at INTEGER NOT NULL,
    kind INTEGER NOT NULL,
    object_id INTEGER NOT NULL,
    changes TEXT NOT NULL,
    PRIMARY KEY (at, kind, object_id, bucket)
) STRICT, WITHOUT ROWID;
INSERT INTO touched (bucket, at, kind, object_id, changes)
    SELECT bucket, at, kind, object_id, kind || ' ' || object_id || ' ' || scope || ' ' || at || ';' FROM touch;
DROP TABLE touch;

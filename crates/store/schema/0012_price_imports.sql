-- The price list whose prices an import writes, whose kind is then `prices`. NULL for other kinds.
ALTER TABLE import ADD COLUMN price_list_id INTEGER;

-- A row is a column mapping that was used for a price list: it is used again for files with the same headings.
CREATE TABLE price_column_mapping (
    price_list_id INTEGER NOT NULL,
    -- A hash of the set of headings, in hexadecimal digits.
    headings TEXT NOT NULL,
    -- A JSON object in the form of `import.mapping`.
    mapping TEXT NOT NULL,
    modified_at INTEGER NOT NULL,
    PRIMARY KEY (price_list_id, headings)
) STRICT, WITHOUT ROWID;

-- What the sender of a file says of its columns, as a JSON object: the request field `mapping`. NULL if nothing is said.
ALTER TABLE import ADD COLUMN mapping TEXT;
-- How the table of the file was understood, as a JSON object: sheet, header, columns, and what is to be asked. NULL
-- before it was looked at.
ALTER TABLE import ADD COLUMN layout TEXT;
-- The import whose file is read, where that is another one: the same file with another mapping.
ALTER TABLE import ADD COLUMN file_import_id INTEGER;

-- A row is a column mapping that was used for a list: it is used again for files with the same headings.
CREATE TABLE column_mapping (
    stock_list_id INTEGER NOT NULL,
    -- A hash of the set of headings, in hexadecimal digits.
    headings TEXT NOT NULL,
    -- A JSON object in the form of `import.mapping`.
    mapping TEXT NOT NULL,
    modified_at INTEGER NOT NULL,
    PRIMARY KEY (stock_list_id, headings)
) STRICT, WITHOUT ROWID;

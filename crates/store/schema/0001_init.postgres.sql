-- What PostgreSQL gets besides 0001_init.sql: how rows are stored. SQLite has nothing of the kind.

-- Rows of these tables are written again and again without touching an index: with room left on a page, the new version
-- stays there and no index learns of it.
ALTER TABLE stock SET (fillfactor = 75);
ALTER TABLE row_counter SET (fillfactor = 50);
ALTER TABLE id_range SET (fillfactor = 50);
ALTER TABLE sales_order SET (fillfactor = 90);
-- Compressing the results of the rows of an import costs as much as writing them, and files are dropped soon.
ALTER TABLE import_part ALTER COLUMN bytes SET STORAGE EXTERNAL;
ALTER TABLE import_chunk ALTER COLUMN results SET STORAGE EXTERNAL;

-- Imports of files.

-- The import whose row moved the stock. Empty for every other cause.
ALTER TABLE movement ADD COLUMN import_id INTEGER;

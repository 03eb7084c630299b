-- Compressing what came of the rows of an import costs as much as writing it, and files are dropped soon.
ALTER TABLE import_part ALTER COLUMN bytes SET STORAGE EXTERNAL;
ALTER TABLE import_chunk ALTER COLUMN outcomes SET STORAGE EXTERNAL;

-- What a time without an offset means: the zone of the list it is about. An import keeps the one that it was sent in, so
-- that its file means the same each time it is read.
ALTER TABLE stock_list ADD COLUMN time_zone TEXT;
ALTER TABLE import ADD COLUMN time_zone TEXT;

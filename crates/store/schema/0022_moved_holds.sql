-- Where a line was held before it was moved, if the ERP had not registered it then: it may have, and say so later.
ALTER TABLE hold ADD COLUMN moved_at INTEGER;
ALTER TABLE hold ADD COLUMN moved_from_id INTEGER;
ALTER TABLE hold ADD COLUMN moved_from_list_id INTEGER;

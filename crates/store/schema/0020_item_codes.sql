-- Whether the ERP's code of a line that is reserved in the list is no other line's. An ERP that gives one code to several
-- lines, such as the number of its order, has its lists say so.
ALTER TABLE stock_list ADD COLUMN is_item_code_unique INTEGER NOT NULL DEFAULT 1;

-- A line of which some units were not found, or came back, is split: the new line says which one it was split from.
ALTER TABLE order_item ADD COLUMN split_from INTEGER;
-- Who prepares a package.
ALTER TABLE package ADD COLUMN assigned_to INTEGER;

-- Tokens end. A token of a log-in (`is_named` 0) ends when it has not been used for a while, or at `expires_at`; a named
-- one only at `expires_at`, if its owner asked for that. A removed account keeps its row, so that the history goes on
-- saying who did what; its name is free again.
ALTER TABLE token ADD COLUMN is_named INTEGER NOT NULL DEFAULT 0;
ALTER TABLE token ADD COLUMN expires_at INTEGER;
ALTER TABLE account ADD COLUMN removed_at INTEGER;
UPDATE token SET is_named = 1 WHERE name <> 'login';

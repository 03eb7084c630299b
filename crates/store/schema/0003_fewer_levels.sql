-- Kept counts have three levels instead of five: the whole, blocks of 2^24 ids, blocks of 2^16 ids. Every order writes
-- each level of each count it changes.
DELETE FROM tally WHERE level IN (1, 3);
UPDATE tally SET level = 1 WHERE level = 2;
UPDATE tally SET level = 2 WHERE level = 4;

-- Whether the time of a figure came with it. A figure without one is as old as its list's delay says, and compared with a
-- time that was sent only: with that of another arrival, it would be refused when a clock goes back or the delay grows.
ALTER TABLE stock ADD COLUMN is_snapshot_sent INTEGER NOT NULL DEFAULT 0;

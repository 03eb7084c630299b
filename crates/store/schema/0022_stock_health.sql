-- What keeps units off sale and is looked for (docs/stock.md).

-- Leases of channels' batches that are over, of all channels.
CREATE INDEX batch_request_lease_until ON batch_request (lease_until) WHERE lease_until IS NOT NULL;
-- Cart reservations that have ended, those of the longest ago first: they are removed.
CREATE INDEX cart_reservation_ended ON cart_reservation (modified_at, id, bucket) WHERE state <> 1;
-- Stocks with an external reservation. Only a client that writes sold units changes an entry, never an order.
CREATE INDEX stock_external ON stock (id, bucket) WHERE external_reservation > 0;

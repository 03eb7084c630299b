-- The channel feed: what has changed, what each channel has acknowledged, what it is still to be sent. Kinds are numbers of
-- content types; the scope of a stock or price is its list, of a product 0, of an order or cancellation request its channel.

-- One row per changed object and transaction, written with the change: all that a change pays for the feed. Taken away as
-- soon as it has a version.
CREATE TABLE touch (
    bucket INTEGER NOT NULL,
    kind INTEGER NOT NULL,
    object_id INTEGER NOT NULL,
    scope INTEGER NOT NULL,
    at INTEGER NOT NULL,
    PRIMARY KEY (kind, object_id, at, bucket)
) STRICT, WITHOUT ROWID;

-- Every object that has ever changed, with the version of its last change. Versions are committed in their order, so what
-- lies above a version is all that has happened since.
CREATE TABLE change (
    kind INTEGER NOT NULL,
    object_id INTEGER NOT NULL,
    scope INTEGER NOT NULL,
    version INTEGER NOT NULL,
    PRIMARY KEY (kind, object_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX change_version ON change (kind, scope, version, object_id);

-- A channel that reads its feed: the row that its writers lock, and what its catalog was when they did. 0 is no catalog.
CREATE TABLE channel_feed (
    channel_id INTEGER NOT NULL PRIMARY KEY,
    catalog_id INTEGER NOT NULL,
    has_items INTEGER NOT NULL
) STRICT;

-- Up to which version changes have been turned into what is outgoing.
CREATE TABLE feed_position (
    channel_id INTEGER NOT NULL,
    kind INTEGER NOT NULL,
    scope INTEGER NOT NULL,
    version INTEGER NOT NULL,
    PRIMARY KEY (channel_id, kind, scope)
) STRICT, WITHOUT ROWID;

-- What a channel has still to be sent. Derived: it can be made anew from versions and actions. `offer` is 0 for what the
-- channel does not know, 1 for what it knows in an older version, 2 for what it should not have any more.
CREATE TABLE outgoing (
    channel_id INTEGER NOT NULL,
    kind INTEGER NOT NULL,
    object_id INTEGER NOT NULL,
    scope INTEGER NOT NULL,
    offer INTEGER NOT NULL,
    changed_at INTEGER NOT NULL,
    not_before INTEGER NOT NULL,
    PRIMARY KEY (channel_id, kind, object_id)
) STRICT, WITHOUT ROWID;
-- The order of the feeds: oldest change first.
CREATE INDEX outgoing_feed ON outgoing (channel_id, kind, scope, offer, changed_at, object_id, not_before);

-- The last thing that a channel said it has, for people who look whether it keeps up.
CREATE TABLE feed_acknowledgement (
    channel_id INTEGER NOT NULL,
    kind INTEGER NOT NULL,
    at INTEGER NOT NULL,
    version_at INTEGER NOT NULL,
    PRIMARY KEY (channel_id, kind)
) STRICT, WITHOUT ROWID;

-- What a channel knows of an object. Blank is no name and no batch: what lists compare is never NULL.
CREATE TABLE integration_action (
    id INTEGER NOT NULL PRIMARY KEY,
    channel_id INTEGER NOT NULL,
    kind INTEGER NOT NULL,
    object_id INTEGER NOT NULL,
    remote_id TEXT NOT NULL,
    version_at INTEGER NOT NULL,
    acknowledged_at INTEGER,
    status TEXT NOT NULL,
    local_batch_id TEXT NOT NULL,
    reason TEXT,
    state TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    modified_at INTEGER NOT NULL
) STRICT;
CREATE UNIQUE INDEX integration_action_object ON integration_action (channel_id, kind, object_id);
CREATE INDEX integration_action_remote_id ON integration_action (remote_id, channel_id, id);
CREATE INDEX integration_action_batch ON integration_action (local_batch_id, status, id);
CREATE INDEX integration_action_channel_id ON integration_action (channel_id, id);

-- A round of a channel's program. `objects` is a JSON array, as it was last sent. `lease_until` is there while the batch has
-- objects: then it is given up.
CREATE TABLE batch_request (
    id INTEGER NOT NULL PRIMARY KEY,
    channel_id INTEGER NOT NULL,
    local_batch_id TEXT NOT NULL,
    remote_batch_id TEXT NOT NULL,
    content_type TEXT NOT NULL,
    status TEXT NOT NULL,
    objects TEXT,
    lease_until INTEGER,
    created_at INTEGER NOT NULL,
    modified_at INTEGER NOT NULL
) STRICT;
CREATE INDEX batch_request_channel_id ON batch_request (channel_id, status, id);
CREATE INDEX batch_request_lease ON batch_request (channel_id, lease_until) WHERE lease_until IS NOT NULL;
CREATE INDEX batch_request_age ON batch_request (modified_at);

-- Objects that a channel has refused, and how often they may be tried again.
CREATE TABLE failed_integration (
    id INTEGER NOT NULL PRIMARY KEY,
    channel_id INTEGER NOT NULL,
    kind INTEGER NOT NULL,
    object_id INTEGER NOT NULL,
    action_id INTEGER NOT NULL,
    version_at INTEGER NOT NULL,
    reason TEXT NOT NULL,
    is_active INTEGER NOT NULL,
    expires_at INTEGER,
    retry_count INTEGER NOT NULL,
    max_retry_count INTEGER NOT NULL,
    retry_interval INTEGER NOT NULL,
    failed_at INTEGER NOT NULL,
    created_at INTEGER NOT NULL,
    modified_at INTEGER NOT NULL
) STRICT;
CREATE UNIQUE INDEX failed_integration_object ON failed_integration (channel_id, kind, object_id);

-- What was there before there were versions is as good as changed.
INSERT INTO touch (bucket, kind, object_id, scope, at) SELECT bucket, 1, id, 0, modified_at FROM product;
INSERT INTO touch (bucket, kind, object_id, scope, at)
    SELECT bucket, 2, id, channel_id, modified_at FROM sales_order WHERE channel_id > 0;
INSERT INTO touch (bucket, kind, object_id, scope, at) SELECT bucket, 5, id, stock_list_id, modified_at FROM stock;
INSERT INTO touch (bucket, kind, object_id, scope, at) SELECT bucket, 7, id, price_list_id, modified_at FROM product_price;

-- Events, and the webhooks that are told of them (docs/webhooks.md).

-- A row is an event that is not in the event log yet. There are rows only while somebody reads events.
CREATE TABLE event_pending (
    -- What has happened, by its number, and to which object.
    event INTEGER NOT NULL,
    object_id INTEGER NOT NULL,
    -- The list or channel that the object belongs to, or 0.
    scope INTEGER NOT NULL,
    -- Its place in the order: for changes of numbers the first one that has not been told, else the last one.
    since INTEGER NOT NULL,
    -- The last time that it happened.
    at INTEGER NOT NULL,
    PRIMARY KEY (event, object_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX event_pending_since ON event_pending (since, event, object_id);

-- A row is an event. Ids become visible in their order, so who has read up to one has read all before it.
CREATE TABLE event_log (
    id INTEGER NOT NULL PRIMARY KEY,
    event INTEGER NOT NULL,
    object_id INTEGER NOT NULL,
    -- The stock list that it concerns, and the channel; NULL where there is none.
    stock_list_id INTEGER,
    channel_id INTEGER,
    -- What people call the object: a SKU, a number.
    subject TEXT NOT NULL,
    -- When it happened, and when it was put here.
    at INTEGER NOT NULL,
    logged_at INTEGER NOT NULL,
    -- The object as it was when the event was put here, as JSON.
    data TEXT NOT NULL
) STRICT;
-- A newer change of a stock takes the place of an older one.
CREATE INDEX event_log_object ON event_log (event, object_id, id);

-- A row says that somebody reads the event log besides webhooks, and until when it is kept for that.
CREATE TABLE event_reader (
    name TEXT NOT NULL PRIMARY KEY,
    until INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- A row is a webhook: an address that is told of events, and how far it is.
CREATE TABLE webhook (
    id INTEGER NOT NULL PRIMARY KEY,
    name TEXT NOT NULL,
    url TEXT NOT NULL,
    -- The event types, a JSON array of their words; all of them where it is empty.
    events TEXT NOT NULL,
    -- Which events about stock, and which about orders; NULL is every one.
    stock_list_id INTEGER,
    channel_id INTEGER,
    is_active INTEGER NOT NULL,
    -- The sealed secret that signs.
    secret TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    -- The last change that a person or program made; the columns below do not touch it.
    modified_at INTEGER NOT NULL,

    -- The last event that it is done with.
    position INTEGER NOT NULL,
    -- Attempts in a row that have failed with the event that is next, and since when every one has failed.
    failures INTEGER NOT NULL,
    failing_since INTEGER,
    -- Events in a row that were given up.
    given_up INTEGER NOT NULL,
    -- Before this nothing is sent; NULL where there is no reason to wait.
    next_try_at INTEGER,
    -- Why the last attempt has failed; NULL where it has not.
    last_error TEXT,
    last_success_at INTEGER,
    -- Since when it is sent nothing, because it has failed for too long; NULL where it is sent events.
    paused_at INTEGER
) STRICT;
CREATE UNIQUE INDEX webhook_name ON webhook (name);
CREATE INDEX webhook_stock_list_id ON webhook (stock_list_id);
CREATE INDEX webhook_channel_id ON webhook (channel_id);
CREATE INDEX webhook_active ON webhook (id) WHERE is_active = 1;

-- A row is a delivery: an event that was sent to a webhook, and what the answer was.
CREATE TABLE webhook_delivery (
    id INTEGER NOT NULL PRIMARY KEY,
    webhook_id INTEGER NOT NULL,
    -- The event; NULL for a test.
    event_id INTEGER,
    -- Its type, as a word.
    event TEXT NOT NULL,
    subject TEXT NOT NULL,
    -- 1 delivered, 2 waiting for the next attempt, 3 undelivered, 4 to be sent once more.
    state INTEGER NOT NULL,
    attempts INTEGER NOT NULL,
    -- The status of the last answer, the beginning of it or why there was none, and how long that took.
    status INTEGER,
    answer TEXT NOT NULL,
    duration_ms INTEGER NOT NULL,
    -- The body that was sent.
    payload TEXT NOT NULL,
    -- When it happened, when it was first sent, and when it was last sent.
    at INTEGER NOT NULL,
    created_at INTEGER NOT NULL,
    modified_at INTEGER NOT NULL
) STRICT;
CREATE INDEX webhook_delivery_webhook_id ON webhook_delivery (webhook_id, id);
CREATE INDEX webhook_delivery_state ON webhook_delivery (webhook_id, state, id);

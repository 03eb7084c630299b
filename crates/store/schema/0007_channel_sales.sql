-- What channels say about their orders besides the orders, and about their own trouble.

-- Why something is cancelled. Clients also send reasons of their own, so nothing points here.
CREATE TABLE cancellation_reason (
    id INTEGER NOT NULL PRIMARY KEY,
    name TEXT NOT NULL,
    cancellation_type TEXT NOT NULL,
    is_active INTEGER NOT NULL,
    extra_field TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    modified_at INTEGER NOT NULL
) STRICT;
CREATE UNIQUE INDEX cancellation_reason_name ON cancellation_reason (name, cancellation_type);

-- Somebody asks for a line to be cancelled, or for its money back. Lives in the bucket of its line. `channel_id` is NULL
-- for lines of the own door.
CREATE TABLE cancellation_request (
    bucket INTEGER NOT NULL,
    id INTEGER NOT NULL,
    order_item_id INTEGER NOT NULL,
    order_id INTEGER NOT NULL,
    channel_id INTEGER,
    reason_id INTEGER,
    remote_id TEXT,
    description TEXT NOT NULL,
    cancellation_type TEXT NOT NULL,
    status TEXT NOT NULL,
    extra_field TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    modified_at INTEGER NOT NULL,
    PRIMARY KEY (id, bucket)
) STRICT, WITHOUT ROWID;
-- A request that is sent again, since its sender lost the answer, is met by its remote id.
CREATE UNIQUE INDEX cancellation_request_order_item_id ON cancellation_request (order_item_id, remote_id, bucket);
CREATE INDEX cancellation_request_channel_id ON cancellation_request (channel_id, id, bucket);
CREATE INDEX cancellation_request_status ON cancellation_request (status, id, bucket);

-- With whom an order was sent. Lives in the bucket of its order.
CREATE TABLE order_shipping_info (
    bucket INTEGER NOT NULL,
    id INTEGER NOT NULL,
    order_id INTEGER NOT NULL,
    channel_id INTEGER,
    order_number TEXT NOT NULL,
    shipping_company TEXT NOT NULL,
    tracking_number TEXT NOT NULL,
    is_send INTEGER NOT NULL,
    extra_field TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    modified_at INTEGER NOT NULL,
    PRIMARY KEY (id, bucket)
) STRICT, WITHOUT ROWID;
CREATE UNIQUE INDEX order_shipping_info_order_id
    ON order_shipping_info (order_id, shipping_company, tracking_number, bucket);
CREATE INDEX order_shipping_info_channel_id ON order_shipping_info (channel_id, id, bucket);

-- What a channel's client reports of each round, good or bad. Many, and forgotten after some weeks. Lives in the bucket
-- of the object it is about.
CREATE TABLE error_report (
    bucket INTEGER NOT NULL,
    id INTEGER NOT NULL,
    channel_id INTEGER,
    action_content_type INTEGER,
    action_object_id INTEGER,
    target_content_type INTEGER,
    target_object_id INTEGER,
    obj_modified_date INTEGER,
    error_code TEXT NOT NULL,
    error_desc TEXT NOT NULL,
    raw_request TEXT NOT NULL,
    raw_response TEXT NOT NULL,
    is_ok INTEGER NOT NULL,
    created_at INTEGER NOT NULL,
    modified_at INTEGER NOT NULL,
    PRIMARY KEY (id, bucket)
) STRICT, WITHOUT ROWID;
CREATE INDEX error_report_channel_id ON error_report (channel_id, id, bucket);
CREATE INDEX error_report_failed ON error_report (id, bucket) WHERE is_ok = 0;
CREATE INDEX error_report_action_object_id ON error_report (action_object_id, id, bucket);
CREATE INDEX error_report_error_code ON error_report (error_code, id, bucket);

-- A city, township or district that a channel's address names and nobody has mapped.
CREATE TABLE place_report (
    id INTEGER NOT NULL PRIMARY KEY,
    channel_id INTEGER,
    kind TEXT NOT NULL,
    type TEXT NOT NULL,
    remote_code TEXT NOT NULL,
    country_id INTEGER,
    city_id INTEGER,
    township_id INTEGER,
    name TEXT NOT NULL,
    integration_type TEXT NOT NULL,
    err_code TEXT NOT NULL,
    err_desc TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    modified_at INTEGER NOT NULL
) STRICT;
CREATE INDEX place_report_channel_id ON place_report (channel_id, id);

-- What a channel's client tells of what it does. `context`, `tags` and `raw_data` are JSON.
CREATE TABLE operational_event (
    bucket INTEGER NOT NULL,
    id INTEGER NOT NULL,
    channel_id INTEGER,
    event_type TEXT NOT NULL,
    level TEXT NOT NULL,
    source TEXT NOT NULL,
    message TEXT NOT NULL,
    context TEXT,
    tags TEXT,
    action_content_type TEXT NOT NULL,
    action_object_id TEXT NOT NULL,
    trace_id TEXT NOT NULL,
    span_id TEXT NOT NULL,
    parent_span_id TEXT NOT NULL,
    raw_data TEXT,
    created_at INTEGER NOT NULL,
    modified_at INTEGER NOT NULL,
    PRIMARY KEY (id, bucket)
) STRICT, WITHOUT ROWID;
CREATE INDEX operational_event_channel_id ON operational_event (channel_id, id, bucket);
CREATE INDEX operational_event_trace_id ON operational_event (trace_id, id, bucket);

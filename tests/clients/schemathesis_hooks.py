"""What schemathesis cannot guess: ids, SKUs and numbers of things that are there.

Most requests get them, so that they pass the look-ups and reach the rules; the others stay as generated. Only values
that already have the right form are replaced, so that wrong ones stay wrong.
"""

import json
import os
import random
import re

import schemathesis
from schemathesis.generation.meta import TestPhase

KNOWN = json.loads(os.environ["ONHAND_KNOWN"])
UNTOUCHED = 0.2
# How often a DELETE gets something that is there, after the first time: there are few, and others may want one, too.
SPENT = 0.2
# What a DELETE names in place of what others need, whose ids are small, as a generator likes them.
ABSENT = 10**12
# How often a body is one of FITTING.
FITTED = 0.5
chance = random.Random(20180122)
# The collections of which a spare one was removed, and the operations that were asked something that they can do.
spent, asked = set(), set()

# The collection in a path, or the field of a body, and what is known of it.
BY_COLLECTION = {
    "orders": "orders",
    "order_items": "lines",
    "order_number": "numbers",
    "products": "products",
    "mapped_products": "products",
    "product_stock": "stocks",
    "product_stocks": "stocks",
    "stock_list": "stock_lists",
    "channels": "channels",
    "content_types": "content_types",
    "tokens": "tokens",
}
BY_FIELD = {
    "stock_list": "stock_lists",
    "product": "products",
    "product_sku": "skus",
    "channel": "channels",
    "data_source": "data_sources",
    "order": "orders",
    "order_item": "lines",
    "price_list": "price_list",
    "catalog": "catalogs",
    "customer": "customers",
    "country": "countries",
    "city": "cities",
    "township": "townships",
    "district": "districts",
}
# What the description's `default` stands for.
ANY_ERROR = {400, 408, 413, 415, 429, 431, 503}
# What must not be there yet.
UNIQUE = {"/products/": "sku", "/orders/": "number"}




def number_of_its_own():
    return chance.randrange(10**12)


def line():
    return {"product_sku": chance.choice(KNOWN["skus"]), "stock_list": KNOWN["stock_lists"][0], "quantity": 1}


# Bodies whose fields have to fit each other, or what is there, which a generator seldom finds: the operation by the end
# of its path, and a body that can be done.
FITTING = {
    ("POST", "/reservations/"): lambda: {"reference": f"cart-{number_of_its_own()}", "expires_in": 3600, "lines": [line()]},
    ("PATCH", "/reservations/{id}/"): lambda: {"expires_in": 7200},
    ("POST", "/reservations/{id}/extend/"): lambda: {"expires_in": 7200},
    ("POST", "/reservations/{id}/confirm/"): lambda: {"number": f"CART-{number_of_its_own()}"},
    ("PATCH", "/product_stock/{id}/"): lambda: {"stock": chance.randrange(500_000, 2_000_000)},
    ("PATCH", "/product_stocks/{id}/"): lambda: {"stock": chance.randrange(500_000, 2_000_000)},
    ("POST", "/product_stock/{id}/adjust/"): lambda: {"difference": 1, "reason": "received"},
    ("POST", "/product_stocks/{id}/adjust/"): lambda: {"difference": 1, "reason": "received"},
    ("POST", "/product_stocks/adjust/"): lambda: {"product_stock": chance.choice(KNOWN["stocks"]), "difference": 1},
    ("POST", "/stock_transfers/"): lambda: {
        "from": KNOWN["stock_lists"][0],
        "to": KNOWN["other_lists"][0],
        "lines": [{"product_sku": KNOWN["skus"][0], "quantity": 1}],
    },
    ("POST", "/webhooks/"): lambda: {"name": f"hook {number_of_its_own()}", "url": "https://hooks.example.com/"},
    ("PATCH", "/webhooks/{id}/"): lambda: {"url": "https://hooks.example.com/"},
    ("POST", "/webhooks/{id}/redeliver/"): lambda: {"after": "2026-01-01T00:00:00Z"},
    ("POST", "/data_source_mappings/"): lambda: {
        "data_source": chance.choice(KNOWN["data_sources"]),
        "product_sku": chance.choice(KNOWN["skus"]),
        "remote_sku": f"THERE-{number_of_its_own()}",
    },
    ("PATCH", "/data_source_mappings/{id}/"): lambda: {"remote_sku": f"THERE-{number_of_its_own()}"},
    ("POST", "/oms/transfer_orders/{id}/command/"): lambda: {"slug": "ship"},
    ("POST", "/columns/"): lambda: {"mapping": {}, "dry_run": True},
}


def known(name, value):
    """Something known in place of a value of the same form."""
    if not KNOWN.get(name):
        return value
    if isinstance(value, list):
        return [known(name, one) for one in value]
    fits = isinstance(value, str) if name in ("skus", "numbers") else type(value) is int and value > 0
    return chance.choice(KNOWN[name]) if fits else value


def fill(body):
    if isinstance(body, list):
        for row in body:
            fill(row)
    elif isinstance(body, dict):
        for field, name in BY_FIELD.items():
            if field in body:
                body[field] = known(name, body[field])
        fill(body.get("order_items"))
        fill(body.get("order_item"))


def fill_sold(body, channel):
    """An order of the channel in the path, with a number of its own."""
    order = body.get("order")
    if isinstance(order, dict):
        make_unique(order, "/orders/")
        if type(order.get("channel")) is int and str(channel).isdecimal():
            order["channel"] = int(channel)


def make_unique(body, path):
    field = UNIQUE.get(path.removeprefix("/api/i1").removeprefix("/api/v1"), "name")
    if field and isinstance(body, dict) and isinstance(body.get(field), str) and 0 < len(body[field]) < 50:
        body[field] += f"-{chance.randrange(10**9)}"


def id_to_remove(collection, value):
    """A spare one the first time, and sometimes after it; otherwise as it is, but none that others need."""
    spares = KNOWN["spares"].get(collection)
    if spares and (collection not in spent or chance.random() < SPENT):
        spent.add(collection)
        return spares.pop()
    if collection == "tokens":
        return known("tokens", value)
    return value + ABSENT if value in KNOWN.get(BY_COLLECTION.get(collection, collection), []) else value


def fill_path(parameters, collection, removes):
    pairs = KNOWN["pairs"]
    for name, value in (parameters or {}).items():
        # Parameters come as they are written into the path.
        if name in pairs and str(value).isdecimal():
            parameters["id"], parameters[name] = chance.choice(pairs[name])
            return
    for name, value in (parameters or {}).items():
        if name == "id" and str(value).isdecimal():
            if removes:
                parameters[name] = id_to_remove(collection, int(value))
            else:
                parameters[name] = known(BY_COLLECTION.get(collection, collection), int(value))
        elif name == "number":
            parameters[name] = known("numbers", value)
        elif name == "channel" and str(value).isdecimal():
            parameters[name] = known("channels", int(value))


def fill_import(case, path):
    """The key of an import that is completed: of a dry run where it is applied."""
    kind = "price_" if "/price_list/" in path else ""
    key = chance.choice(KNOWN[kind + ("dry_runs" if path.endswith("/apply/") else "imports")])
    if "{cache_key}" in path:
        case.path_parameters["cache_key"] = key
    elif case.query and "cache_key" in case.query:
        case.query["cache_key"] = key


def fill_cancellation(body, order):
    """An order and lines that belong together."""
    if type(body.get("order")) is int:
        body["order"] = order
    if isinstance(body.get("cancel_items"), list) and str(order) in KNOWN["lines_of"]:
        body["cancel_items"] = KNOWN["lines_of"][str(order)]


@schemathesis.serializer("text/csv", "application/csv", "text/tab-separated-values", "application/vnd.ms-excel",
                         "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
                         "application/vnd.oasis.opendocument.spreadsheet")
def file(context, value):
    """A file is sent as it is: the generator knows no table."""
    return value if isinstance(value, bytes) else str(value).encode()


@schemathesis.check
def known_error(context, response, case):
    """An error is one that the operation has of its own, or one of those that `default` stands for."""
    definition = case.operation.definition.raw
    known = ANY_ERROR if definition.get("security") == [] else ANY_ERROR | {401, 403}
    status = response.status_code
    # Another method than the described ones is 405, which is looked at by a check of its own.
    own = {int(one) for one in definition["responses"] if one != "default"}
    assert status < 400 or status == 405 or status in known | own, f"{status} is not one of its errors"


def fill_body(case, path):
    fill(case.body)
    if not isinstance(case.body, dict):
        return
    if isinstance(case.body.get("base_url"), str):
        case.body["base_url"] = "https://stock.example.com"
    make_unique(case.body, path)
    if path.endswith("/create_orders/"):
        fill_sold(case.body, case.path_parameters["channel"])
    if path.endswith("/orders/{id}/cancel/"):
        fill_cancellation(case.body, case.path_parameters["id"])
    if path.endswith("/auth/login/") and isinstance(case.body.get("password"), str):
        case.body["username"], case.body["password"] = "admin", os.environ["ONHAND_ADMIN_PASSWORD"]


def fit(case, method, path):
    """A body that can be done, sent without a condition; whether there is one for this operation."""
    for (fitting, end), body in FITTING.items():
        if method == fitting and path.endswith(end):
            case.body = body()
            if case.headers:
                case.headers.pop("If-Match", None)
            return True
    return False


@schemathesis.hook
def before_call(context, case, kwargs):
    operation = context.operation
    method, path = operation.method.upper(), operation.path
    # The systematic phase tries one wrong thing after the other, so there bodies and headers stay as they are.
    systematic = case.meta.phase.name == TestPhase.COVERAGE
    first = not systematic and operation.label not in asked
    if not first and method != "DELETE" and not path.endswith("/events/") and chance.random() < UNTOUCHED:
        return
    if path.endswith("/events/"):
        # Without this, the stream goes on.
        case.query = {"once": "1", **(case.query or {})}
    collection = re.sub(r"/\{id\}.*", "", path).rsplit("/", 1)[-1]
    fill_path(case.path_parameters, collection, method == "DELETE")
    if "excel_import" in path:
        fill_import(case, path)
    # A key that was used for another request ends in 422, and the generator likes to use one again.
    if not systematic and 0 < len((case.headers or {}).get("Idempotency-Key", "")) < 200:
        case.headers["Idempotency-Key"] += f"-{number_of_its_own()}"
    if first:
        asked.add(operation.label)
    if not systematic and (first or chance.random() < FITTED) and fit(case, method, path):
        return
    fill_body(case, path)

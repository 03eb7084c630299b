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
# How often a DELETE gets something that is there: there are few, and others may want to remove one, too.
SPENT = 0.2
chance = random.Random(20180122)

# The collection in a path, or the field of a body, and what is known of it.
BY_COLLECTION = {
    "orders": "orders",
    "order_items": "lines",
    "order_number": "numbers",
    "products": "products",
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


def fill_path(parameters, collection, removes):
    for name, value in (parameters or {}).items():
        # Parameters come as they are written into the path.
        if name == "id" and str(value).isdecimal():
            spares = KNOWN["spares"].get(collection)
            if removes and spares and chance.random() < SPENT:
                parameters[name] = spares.pop()
            elif not removes or collection == "tokens":
                parameters[name] = known(BY_COLLECTION.get(collection, collection), int(value))
        elif name == "number":
            parameters[name] = known("numbers", value)
        elif name == "channel" and str(value).isdecimal():
            parameters[name] = known("channels", int(value))


def fill_import(case, path):
    """The key of an import that is completed: of a dry run where it is applied."""
    key = chance.choice(KNOWN["dry_runs" if path.endswith("/apply/") else "imports"])
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


@schemathesis.hook
def before_call(context, case, kwargs):
    if chance.random() < UNTOUCHED:
        return
    path = context.operation.path
    collection = re.sub(r"/\{id\}.*", "", path).rsplit("/", 1)[-1]
    fill_path(case.path_parameters, collection, context.operation.method.upper() == "DELETE")
    if "excel_import" in path:
        fill_import(case, path)
    # A key that was used for another request ends in 422, and the generator likes to use one again. The systematic
    # phase also tries what happens without some header, so there they stay as they are.
    if case.meta.phase.name != TestPhase.COVERAGE and 0 < len((case.headers or {}).get("Idempotency-Key", "")) < 200:
        case.headers["Idempotency-Key"] += f"-{chance.randrange(10**9)}"
    fill(case.body)
    make_unique(case.body, path)
    if isinstance(case.body, dict) and path.endswith("/create_orders/"):
        fill_sold(case.body, case.path_parameters["channel"])
    if isinstance(case.body, dict) and path.endswith("/orders/{id}/cancel/"):
        fill_cancellation(case.body, case.path_parameters["id"])
    if isinstance(case.body, dict) and path.endswith("/auth/login/") and isinstance(case.body.get("password"), str):
        case.body["username"], case.body["password"] = "admin", os.environ["ONHAND_ADMIN_PASSWORD"]

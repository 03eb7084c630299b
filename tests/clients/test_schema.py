"""The API description: valid, complete, and kept by the server along every operation.

schemathesis makes the requests (schemathesis.toml says how, schemathesis_hooks.py lends it ids that exist): no 5xx,
no status, header, content type or body that the description does not have, no method and no missing token let
through. That it got far enough to mean something is asserted from the server's own counts.
"""

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
import requests
from onhand_api import Api, onhand
from openapi_spec_validator import OpenAPIV31SpecValidator

HERE = Path(__file__).parent
MINUTES = 20
DIRECTORY = [
    "catalogs", "catalog_items", "price_list", "product_prices", "category_trees", "category_nodes",
    "product_categories", "countries", "cities", "townships", "districts", "object_mappings", "cargos", "retail_stores",
    "customers", "addresses",
]
LINES_MAX, LINE_CHARS_MAX = 400, 1_000


@pytest.fixture(scope="module")
def description(url):
    response = requests.get(f"{url}/api/schema/", timeout=20)
    assert response.headers["Content-Type"] == "application/json"
    return response.json()


@pytest.fixture(scope="module")
def known(api):
    """Things of the demonstration, and orders of this test's own with lines still to release."""
    stock_list = api.stock_list()
    skus = [f"SCHEMA-{number}" for number in range(4)]
    for sku in skus:
        api.stock(stock_list, sku, 1_000_000)
    for _ in range(20):
        api.order(stock_list, *skus[:2])

    imports, dry_runs = (
        [api.imported(stock_list, f"SCHEMA-{number}", 1_000_000 + number, dry) for number in range(4)]
        for dry in ("false", "true")
    )

    def rows(path):
        return api.get(f"/api/v1/{path}/", limit=100, sort="-id")["results"]

    orders, kinds = rows("orders"), api.get("/api/v1/content_types/")["results"]
    return {
        "orders": [order["pk"] for order in orders],
        "numbers": [order["number"] for order in orders],
        "lines": [line["pk"] for order in orders for line in order["order_items"]],
        "lines_of": {order["pk"]: [line["pk"] for line in order["order_items"]] for order in orders},
        "products": [stock["product"] for stock in rows("product_stocks")],
        "stocks": [stock["pk"] for stock in rows("product_stocks")],
        "skus": skus,
        "imports": imports,
        "dry_runs": dry_runs,
        "stock_lists": [stock_list],
        "channels": [channel["pk"] for channel in rows("channels")],
        "content_types": [kind["id"] for kind in kinds],
        **{noun: [row["pk"] for row in rows(noun)] for noun in DIRECTORY},
    }


def other_token(name):
    """A token of an administrator of its own, which may be revoked without harm to others."""
    onhand("user", "add", name, "--role", "admin", ONHAND_PASSWORD="another-password")
    return onhand("token", "create", name)


def answered(url):
    """How often each route answered with which status, by the server's own count."""
    line = re.compile(r'^onhand_requests_total\{method="(\w+)",route="(.*?)",status="(\d+)"\} (\d+)$', re.M)
    text = requests.get(f"{url}/metrics", timeout=20).text
    return {(method, route, status): int(count) for method, route, status, count in line.findall(text)}


def test_it_is_valid_openapi_3_1(description):
    assert description["openapi"].startswith("3.1.")
    OpenAPIV31SpecValidator(description).validate()


def test_it_is_the_one_that_the_repository_shows(description):
    assert json.loads((HERE.parent.parent / "openapi.json").read_text()) == description


def test_the_server_keeps_what_it_describes(url, token, known, description, tmp_path):
    before = answered(url)
    keeping = other_token("keeping")
    spare = [Api(url, keeping).post("/api/v1/auth/tokens/", {"name": "spare"})["pk"] for _ in range(10)]
    command = [sys.executable, "-m", "schemathesis.cli"]
    command += ["--config-file", HERE / "schemathesis.toml", "--no-color", "run", f"{url}/api/schema/"]
    variables = {
        "ONHAND_TOKEN": token,
        "ONHAND_LEAVING_TOKEN": other_token("leaving"),
        "ONHAND_KEEPING_TOKEN": keeping,
        "ONHAND_KNOWN": json.dumps({**known, "tokens": spare}),
        "SCHEMATHESIS_HOOKS": "schemathesis_hooks",
        "PYTHONPATH": str(HERE),
    }
    done = subprocess.run(
        command, cwd=tmp_path, env={**os.environ, **variables}, capture_output=True, text=True, timeout=MINUTES * 60
    )
    lines = (done.stdout + done.stderr).splitlines()
    print("\n".join(line[:LINE_CHARS_MAX] for line in lines[-LINES_MAX:]))
    assert done.returncode == 0, "what it found is printed above"

    after = answered(url)
    rose = {key for key, count in after.items() if count > before.get(key, 0)}
    assert not {key for key in rose if key[2].startswith("5")}
    good = {(method, route) for method, route, status in rose if status.startswith("2")}
    described = {
        (method.upper(), re.sub(r"^/(api/[iv]1/)?|/$", "", path))
        for path, methods in description["paths"].items()
        for method in methods
    }
    assert not described - good, "each operation was also asked something that it could do"

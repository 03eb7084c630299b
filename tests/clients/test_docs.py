"""The documentation page: it names every path, and a reader behind a closed network sees all of it."""

import re
from html.parser import HTMLParser

import pytest
import requests


class Page(HTMLParser):
    """What the page shows, and everything it would load or lead to."""

    def __init__(self, text):
        super().__init__()
        self.shown, self.addresses, self.tags = [], [], set()
        self.feed(text)

    def handle_starttag(self, tag, attributes):
        self.tags.add(tag)
        named = ("src", "href", "srcset", "data", "action", "poster", "style")
        self.addresses += [value or "" for name, value in attributes if name in named]

    def handle_data(self, text):
        self.shown.append(text)


@pytest.fixture(scope="module")
def response(url):
    return requests.get(f"{url}/api/docs/", timeout=20)


@pytest.fixture(scope="module")
def page(response):
    return Page(response.text)


def test_it_is_a_page(response, page):
    assert response.status_code == 200
    assert response.headers["Content-Type"] == "text/html; charset=utf-8"
    assert {"html", "body", "h1"} <= page.tags


def test_it_names_every_path_and_field(url, page):
    description = requests.get(f"{url}/api/schema/", timeout=20).json()
    assert len(description["paths"]) > 40
    shown = " ".join(page.shown)
    for path, operations in description["paths"].items():
        assert path in shown, path
        for method, operation in operations.items():
            assert operation["summary"] in shown, f"{method} {path}"
    operations = [operation for methods in description["paths"].values() for operation in methods.values()]
    contents = [operation.get("requestBody", {}).get("content", {}) for operation in operations]
    bodies = [content["application/json"]["schema"] for content in contents if "application/json" in content]
    references = {(body.get("oneOf") or [body])[0]["$ref"].rsplit("/", 1)[-1] for body in bodies}
    fields = {name for reference in references for name in description["components"]["schemas"][reference]["properties"]}
    assert {"update_stock", "snapshot_at", "order_items"} <= fields
    assert not {name for name in fields if name not in page.shown}


def test_it_loads_nothing_from_another_host(response, page):
    assert "/api/schema/" in page.addresses
    foreign = [address for address in page.addresses if not address.startswith(("/", "#")) or address[:2] == "//"]
    assert not foreign
    assert not page.tags & {"script", "link", "iframe", "object", "embed", "base"}
    assert not re.search(r"@import|url\s*\(|https?://", response.text)

"""What `requests` sends for `data=` and `files=`: forms, which carry only text.

A list or an object arrives as JSON text in its field, as the description says (`encoding`).
"""

import json

import pytest
import requests


@pytest.fixture
def headers(token):
    return {"Authorization": f"Token {token}"}


@pytest.mark.parametrize("kind", ["urlencoded", "multipart"])
def test_an_order_is_placed_and_cancelled_by_forms(url, headers, api, kind):
    def post(path, fields):
        if kind == "urlencoded":
            return requests.post(url + path, headers=headers, data=fields, timeout=20)
        parts = {name: (None, text) for name, text in fields.items()}
        return requests.post(url + path, headers=headers, files=parts, timeout=20)

    stock_list = api.stock_list()
    api.stock(stock_list, "FORM-1", 5)
    lines = [{"product_sku": "FORM-1", "stock_list": stock_list, "quantity": 2}] * 2
    order = {"number": f"F-{stock_list}", "order_items": json.dumps(lines), "extra_field": '{"gift": true}'}
    placed = post("/api/v1/orders/", order)
    assert placed.status_code == 201, placed.text
    placed = placed.json()
    assert placed["extra_field"] == {"gift": True}
    assert [line["quantity"] for line in placed["order_items"]] == [2, 2]

    first = placed["order_items"][0]["pk"]
    cancelled = post(f"/api/v1/orders/{placed['pk']}/cancel/", {"cancel_items": f"[{first}]"})
    assert cancelled.status_code == 200, cancelled.text
    assert [line["status"] for line in cancelled.json()["order_items"]] == ["100", "400"]
    row = api.get("/api/v1/product_stock/", product_sku="FORM-1", stock_list=stock_list)["results"][0]
    assert (row["sold_quantity_unreported"], row["adjusted_stock"]) == (2, 3)


@pytest.mark.parametrize("text", ["", "no list", "[", "{}"])
def test_text_that_is_no_list_is_refused(url, headers, text):
    fields = {"number": "F-0", "order_items": text}
    response = requests.post(f"{url}/api/v1/orders/", headers=headers, data=fields, timeout=20)
    assert response.status_code == 400
    assert set(response.json()) == {"order_items"}


def test_a_null_character_in_a_filter_is_named(url, headers):
    response = requests.get(f"{url}/api/v1/products/", headers=headers, params={"sku": "a\0"}, timeout=20)
    assert response.status_code == 400
    assert response.json() == {"sku": ["Null characters are not allowed."]}


def test_an_id_that_is_too_large_is_shown_once_in_quotes(url, headers):
    body = {"product_sku": "A", "stock_list": "9" * 30}
    response = requests.post(f"{url}/api/v1/product_stock/", headers=headers, json=body, timeout=20)
    assert response.status_code == 400
    assert response.json() == {"stock_list": [f'Invalid pk "{"9" * 30}" - object does not exist.']}


def test_an_address_past_the_limit_is_refused_with_a_sentence(url, headers):
    params = {"sku__in": ",".join(["SKU-1234567890"] * 5_000)}
    response = requests.get(f"{url}/api/v1/products/", headers=headers, params=params, timeout=20)
    assert response.status_code == 431
    assert response.json() == {"detail": "The address and the headers are too large."}

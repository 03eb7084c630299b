"""The order flows of channel-app 0.0.161 as published: orders of a marketplace hold stock, are cancelled, and are told of."""

import itertools

import pytest
from channel.marketplace import remote_id
from channel.shop import LEASE_SECONDS, awaited

numbers = itertools.count(1)


@pytest.fixture(scope="session")
def geography(own):
    """A country, a city and a carrier, under the names that the client's own sample has."""
    country = own.post("/api/v1/countries/", {"name": "Türkiye", "code": "tr", "is_active": True})["pk"]
    own.post("/api/v1/cities/", {"name": "İstanbul", "country": country, "is_active": True})
    own.post("/api/v1/cargos/", {"name": "Aras Kargo", "erp_code": "aras", "shipping_company": "aras"})


@pytest.fixture
def shop(shop_of, geography):
    shop = shop_of(8)
    shop.sell_products()
    shop.run("stock.insert_product_stocks")
    return shop


def sold(*skus, **changes):
    """An order of the marketplace, in the shape of the client's own sample."""
    number = f"MP-{next(numbers)}"
    address = {
        "email": "buyer@example.com",
        "phone_number": "05540000000",
        "first_name": "Some",
        "last_name": "Buyer",
        "country": "Türkiye",
        "city": "İstanbul",
        "line": "Street 3",
    }
    lines = [
        {
            "remote_id": f"{number}-{index}",
            "product": remote_id(sku),
            "price_currency": "try",
            "price": "17.0",
            "tax_rate": "18",
            "retail_price": "20.0",
            "extra_field": {"tracking_number": "1231"},
            "status": "400",
        }
        for index, sku in enumerate(skus, 1)
    ]
    customer = {"email": "buyer@example.com", "first_name": "Some", "last_name": "Buyer", "channel_code": "1212"}
    order = {
        "status": "400",
        "remote_id": number,
        "number": number,
        "channel": "1",
        "currency": "try",
        "amount": "17",
        "shipping_amount": "0.0",
        "shipping_tax_rate": "18",
        "extra_field": {},
        "created_at": "2026-01-02 03:04:05",
        "customer": customer,
        "shipping_address": address,
        "billing_address": dict(address),
        "cargo_company": "aras",
    }
    return {"order": order | changes, "order_items": lines}


def number_of(sale):
    return sale["order"]["number"]


def orders(shop):
    return {row["number"]: row for row in shop.feed("orders/")}


def stock(shop, sku):
    return shop.feed("product_stocks/", product__pk__in=shop.products[sku])[0]


def held(shop, sku):
    return stock(shop, sku)["sold_quantity_unreported"]


def actions(shop, kind):
    return {row["remote_id"]: row for row in shop.feed("integration_actions/", content_type_name=kind)}


def test_orders_are_created_once_and_hold_stock(shop):
    sales = [sold(shop.skus[0], shop.skus[0], shop.skus[1]), sold(shop.skus[2])]
    shop.market.orders = sales
    shop.run("order.fetch_and_create_order")
    made = orders(shop)
    assert set(made) == {number_of(sale) for sale in sales}
    assert made[number_of(sales[0])]["extra_field"]["id"] == number_of(sales[0])
    assert [held(shop, sku) for sku in shop.skus[:3]] == [2, 1, 1]
    assert {row["status"] for row in actions(shop, "order").values()} == {"success"}
    assert set(actions(shop, "orderitem")) == {line["remote_id"] for sale in sales for line in sale["order_items"]}
    # The marketplace gives them again, with a new one, until it is told.
    shop.market.orders = [*sales, sold(shop.skus[2])]
    shop.run("order.fetch_and_create_order")
    assert len(orders(shop)) == 3
    assert [held(shop, sku) for sku in shop.skus[:3]] == [2, 1, 2]
    assert shop.feed("orders/updates/") == [], "what the client has made is known to it"
    shop.run("stock.update_product_stocks")
    assert shop.market.figures[""][shop.skus[0]] == 8


def test_what_cannot_become_an_order_harms_no_other(shop):
    unknown, nowhere = sold("NOT-THERE"), sold(shop.skus[0])
    nowhere["order"]["shipping_address"]["city"] = "Atlantis"
    good = sold(shop.skus[0])
    shop.market.orders = [unknown, nowhere, good]
    shop.run("order.fetch_and_create_order")
    assert set(orders(shop)) == {number_of(good)}
    assert held(shop, shop.skus[0]) == 1
    assert shop.feed("error_reports/"), "a person can read why"


def test_what_a_marketplace_has_sold_is_held_even_if_it_is_not_there(shop):
    shop.write({shop.skus[3]: 1})
    sale = sold(shop.skus[3], shop.skus[3])
    shop.market.orders = [sale]
    shop.run("order.fetch_and_create_order")
    assert held(shop, shop.skus[3]) == 2
    lines = shop.feed("order_items/", order=orders(shop)[number_of(sale)]["pk"])
    assert [line["oversold"] for line in lines].count(True) >= 1
    assert stock(shop, shop.skus[3])["adjusted_stock"] == 0


def test_a_cancelled_order_gives_its_stock_back(shop):
    sale = sold(shop.skus[4], shop.skus[4], shop.skus[5])
    shop.market.orders = [sale]
    shop.run("order.fetch_and_create_order")
    line = sale["order_items"][0]["remote_id"]
    shop.market.cancelled = [{"order": number_of(sale), "cancel_items": [line], "reasons": {line: "gone"}}]
    shop.run("order.fetch_and_create_cancel")
    assert [held(shop, sku) for sku in shop.skus[4:6]] == [1, 1]
    shop.run("order.fetch_and_create_cancel")
    assert [held(shop, sku) for sku in shop.skus[4:6]] == [1, 1], "the same again changes nothing"


def test_lines_are_told_what_the_marketplace_knows(shop):
    sale = sold(shop.skus[6])
    shop.market.orders = [sale]
    shop.run("order.fetch_and_create_order")
    line = sale["order_items"][0]["remote_id"]
    update = {"remote_id": line, "status": "550", "invoice_number": "I-7", "tracking_number": "T-7"}
    shop.market.item_updates = [update]
    shop.run("order.fetch_and_update_order_items")
    row = shop.channel_get(f"order_items/{actions(shop, 'orderitem')[line]['object_id']}/")
    assert (row["status"], row["invoice_number"], row["tracking_number"]) == ("550", "I-7", "T-7")


def test_what_happens_to_an_order_is_told_once(shop):
    sale = sold(shop.skus[0])
    shop.market.orders = [sale]
    shop.run("order.fetch_and_create_order")
    order = orders(shop)[number_of(sale)]
    shop.run("order.update_orders")
    assert shop.market.order_states == {}
    shop.api.post(f"/api/v1/orders/{order['pk']}/cancel/", {"is_all": True})
    shop.run("order.update_orders", add_order_items=True)
    assert shop.market.order_states == {number_of(sale): "100"}
    assert shop.feed("orders/updates/") == []
    # Refused: its batch is committed twice and never closed by the client, so it comes back when the lease is over.
    other = sold(shop.skus[1])
    shop.market.orders = [other]
    shop.run("order.fetch_and_create_order")
    shop.market.refused = {number_of(other)}
    shop.api.post(f"/api/v1/orders/{orders(shop)[number_of(other)]['pk']}/cancel/", {"is_all": True})
    shop.run("order.update_orders")
    shop.market.refused.clear()
    assert shop.market.order_states == {number_of(sale): "100"}


def test_requests_to_cancel_come_and_what_becomes_of_them_is_told(shop):
    sale = sold(shop.skus[7])
    shop.market.orders = [sale]
    shop.run("order.fetch_and_create_order")
    line = sale["order_items"][0]["remote_id"]
    body = {"order_item": line, "reason": "changed my mind", "remote_id": f"{line}-r", "description": "please"}
    shop.market.requests = [body | {"cancellation_type": "cancel"}]
    shop.run("order.fetch_and_create_cancellation_requests")
    made = shop.feed("cancellation_requests/")
    assert [(row["cancellation_type"], row["description"]) for row in made] == [("cancel", "please")]
    assert held(shop, shop.skus[7]) == 1, "asking cancels nothing"
    approve(shop, made[0]["pk"])
    assert held(shop, shop.skus[7]) == 0
    shop.run("order.update_cancellation_requests")
    assert shop.market.request_states == {f"{line}-r": "approved"}
    awaited(lambda: shop.feed("cancellation_requests/updates/") == [], LEASE_SECONDS + 5)


def approve(shop, request):
    url = f"{shop.server.url}/api/v1/cancellation_requests/{request}/"
    answer = shop.api.session.patch(url, json={"status": "approved"}, timeout=20)
    assert answer.ok, answer.text

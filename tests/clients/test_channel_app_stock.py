"""The stock flows of channel-app 0.0.161 as published: what a marketplace is told, when, and what is left to tell."""

import importlib.metadata

import pytest
from channel.shop import awaited


def told(shop, warehouse=""):
    return shop.market.figures[warehouse]


def figures(shop, stock_list=None):
    """What the server says can be sold."""
    rows = shop.api.get("/api/v1/product_stocks/", stock_list=stock_list or shop.list, limit=1000)["results"]
    return {row["product_sku"]: row["adjusted_stock"] for row in rows}


def nothing_left(shop):
    for feed in ("product_stocks/inserts/", "product_stocks/updates/"):
        assert shop.feed(feed) == [], feed


def test_they_are_the_published_packages():
    assert importlib.metadata.version("channel-app") == "0.0.161"
    assert importlib.metadata.version("omnisdk") == "0.0.103"


@pytest.mark.parametrize("size", [17, 60, 100])
def test_all_stocks_arrive_once_and_then_what_changes(shop_of, size):
    shop = shop_of(150)
    shop.run("stock.insert_product_stocks", size)
    assert shop.market.deliveries == [], "no product is known to the marketplace yet"
    shop.sell_products()
    rounds = -(-150 // size)
    for _ in range(rounds):
        shop.run("stock.insert_product_stocks", size)
    assert told(shop) == figures(shop)
    assert len(shop.market.deliveries) == rounds
    nothing_left(shop)
    shop.run("stock.insert_product_stocks", size)
    shop.run("stock.update_product_stocks", size)
    assert len(shop.market.deliveries) == rounds, "nothing is sent for ever"

    changed = {sku: 500 + index for index, sku in enumerate(shop.skus[::3])}
    shop.write(changed)
    assert {row["product"] for row in shop.feed("product_stocks/updates/")} == {shop.products[sku] for sku in changed}
    for _ in range(-(-len(changed) // size)):
        shop.run("stock.update_product_stocks", size)
    assert told(shop) == figures(shop)
    nothing_left(shop)


def test_a_refused_row_comes_back_with_its_next_change(shop_of):
    shop = shop_of(20)
    shop.sell_products()
    refused = set(shop.skus[:3])
    shop.market.refused = set(refused)
    shop.run("stock.insert_product_stocks")
    assert set(told(shop)) == set(shop.skus) - refused
    shop.run("stock.insert_product_stocks")
    shop.market.refused.clear()
    shop.write({sku: 77 for sku in refused})
    shop.run("stock.insert_product_stocks")
    assert told(shop) == figures(shop)
    # Known and refused: it stays an update, with the id that the marketplace gave.
    shop.market.refused = set(refused)
    shop.write({sku: 78 for sku in shop.skus})
    shop.run("stock.update_product_stocks")
    shop.market.refused.clear()
    shop.write({sku: 79 for sku in refused})
    shop.run("stock.update_product_stocks")
    assert told(shop) == figures(shop)
    nothing_left(shop)


def test_a_change_while_a_batch_is_under_way_is_in_the_next_one(shop_of):
    shop = shop_of(10)
    shop.sell_products()
    shop.market.on_delivery = lambda rows: shop.write({shop.skus[0]: 1234})
    shop.run("stock.insert_product_stocks")
    assert told(shop)[shop.skus[0]] == 10
    assert [row["stock"] for row in shop.feed("product_stocks/updates/")] == [1234]
    shop.market.on_delivery = lambda rows: shop.write({shop.skus[0]: 1235})
    shop.run("stock.update_product_stocks")
    assert told(shop)[shop.skus[0]] == 1234
    shop.run("stock.update_product_stocks")
    assert told(shop) == figures(shop)
    nothing_left(shop)


def test_an_order_lowers_what_the_marketplace_is_told(shop_of):
    shop = shop_of(5)
    shop.sell_products()
    shop.run("stock.insert_product_stocks")
    shop.api.order(shop.list, shop.skus[0], shop.skus[0])
    shop.run("stock.update_product_stocks")
    assert told(shop)[shop.skus[0]] == 8
    assert told(shop) == figures(shop)


def test_an_answer_that_comes_later_is_asked_for(shop_of):
    shop = shop_of(30)
    shop.sell_products()
    shop.run("stock.insert_product_stocks", is_sync=False)
    assert shop.feed("product_stocks/inserts/") == [], "they are with the marketplace"
    shop.write({shop.skus[5]: 999})
    assert shop.feed("product_stocks/updates/") == [], "their batch is open"
    shop.run("stock.get_stock_batch_requests")
    statuses = {row["status"] for row in shop.channel_get("batch_requests/", limit=100)["results"]}
    assert "sent_to_remote" not in statuses and "done" in statuses
    assert [row["stock"] for row in shop.feed("product_stocks/updates/")] == [999]
    shop.run("stock.update_product_stocks", is_sync=False)
    shop.run("stock.get_stock_batch_requests")
    assert told(shop) == figures(shop)
    nothing_left(shop)


def test_lists_of_warehouses_are_told_apart(shop_of):
    shop = shop_of(40)
    shop.sell_products()
    shop.write({sku: 3 for sku in shop.skus[:15]}, shop.extra)
    shop.run("stock.insert_product_stocks")
    assert len(told(shop)) == 40, "the main feed has no stock of another list"
    shop.run("stock.insert_product_stocks_from_extra_stock_list")
    assert told(shop, "ae") == {sku: 3 for sku in shop.skus[:15]}
    shop.write({sku: 4 for sku in shop.skus[:2]}, shop.extra)
    assert shop.feed("product_stocks/updates/") == []
    shop.run("stock.update_product_stocks_from_extra_stock_list")
    assert told(shop, "ae") == figures(shop, shop.extra)
    assert told(shop) == figures(shop)


def test_stock_goes_with_its_price(shop_of):
    shop = shop_of(12)
    shop.sell_products()
    for sku in shop.skus[:10]:
        shop.price(sku, "19.90")
    shop.run("stock.insert_product_stocks", add_price=True, add_product_objects=True)
    assert set(told(shop)) == set(shop.skus[:10]), "two have no price"
    assert set(map(str, shop.market.prices.values())) == {"19.90"}
    for sku in shop.skus[10:]:
        shop.price(sku, "5.00")
    shop.write({sku: 60 for sku in shop.skus[10:]})
    shop.run("stock.insert_product_stocks", add_price=True, add_product_objects=True)
    assert told(shop) == figures(shop)
    nothing_left(shop)


def test_a_marketplace_that_fails_or_dies_gets_everything_later(shop_of):
    shop = shop_of(25)
    shop.sell_products()
    shop.market.is_broken = True
    shop.run("stock.insert_product_stocks")
    assert told(shop) == {}
    shop.market.is_broken = False
    assert len(shop.feed("product_stocks/inserts/")) == 25, "a failed batch is offered at once"
    # The command breaks with its connection, and leaves its batch open for good.
    shop.market.dies = True
    shop.run("stock.insert_product_stocks", fails=True)
    assert shop.feed("product_stocks/inserts/") == []
    awaited_feed(shop, 25)
    shop.run("stock.insert_product_stocks")
    assert told(shop) == figures(shop)
    nothing_left(shop)


def awaited_feed(shop, count):
    awaited(lambda: len(shop.feed("product_stocks/inserts/")) == count, 20)


def test_two_workers_at_once_send_nothing_twice_in_one_batch(shop_of):
    shop = shop_of(60)
    shop.sell_products()
    shop.market.pause_seconds = 0.3
    workers = [shop.start("stock.insert_product_stocks", 60) for _ in range(2)]
    for worker in workers:
        worker.communicate(timeout=60)
    shop.market.pause_seconds = 0
    delivered = [sku for _, skus in shop.market.deliveries for sku in skus]
    assert len(delivered) == len(set(delivered)), "no object was in two open batches"
    shop.run("stock.insert_product_stocks")
    assert told(shop) == figures(shop)
    nothing_left(shop)


def test_a_server_that_is_killed_in_the_middle_of_a_round_loses_nothing(shop_of):
    shop = shop_of(30)
    shop.sell_products()

    def kill(rows):
        shop.server.restart()
        shop.write({shop.skus[3]: 4321})

    shop.market.on_delivery = kill
    shop.run("stock.insert_product_stocks")
    shop.run("stock.update_product_stocks")
    assert told(shop)[shop.skus[3]] == 4321
    assert told(shop) == figures(shop)
    nothing_left(shop)

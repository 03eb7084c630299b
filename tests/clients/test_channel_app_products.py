"""The product flows of channel-app 0.0.161 as published: products first, then stock and price, and what changes later."""

from channel.marketplace import remote_id


def told(shop):
    return shop.market.products


def known(shop, model):
    """What the channel knows of a kind: object to remote id, of what it has taken."""
    rows = shop.feed("integration_actions/", content_type_name=model, status="success")
    return {row["object_id"]: row["remote_id"] for row in rows}


def statuses(shop):
    return [row["status"] for row in shop.feed("batch_requests/")]


def opened(shop_of, products):
    shop = shop_of(products)
    shop.open_for_products()
    return shop


def test_whole_products_arrive_with_stock_price_and_category(shop_of):
    shop = opened(shop_of, 30)
    shop.run("product.insert_products")
    assert set(told(shop)) == set(shop.skus)
    assert told(shop)[shop.skus[0]] == {
        "name": f"Shirt {shop.skus[0]}",
        "attributes": {"renk": "mavi"},
        "values": {"renk": "mavi"},
        "stock": 10,
        "price": "19.90",
        "categories": ["Shirts"],
    }
    names = {shop.products[sku]: remote_id(sku) for sku in shop.skus}
    assert known(shop, "product") == names
    assert set(known(shop, "productstock").values()) == set(names.values())
    assert set(known(shop, "productprice").values()) == set(names.values())
    for feed in ("products/inserts/", "products/updates/", "product_stocks/inserts/", "product_prices/inserts/"):
        assert shop.feed(feed) == [], feed
    assert statuses(shop) == ["done"]

    # From here on stock and price are told as they change.
    shop.write({shop.skus[0]: 77})
    shop.price(shop.skus[1], "5.00")
    shop.run("stock.update_product_stocks")
    shop.run("price.update_product_prices")
    assert shop.market.figures[""][shop.skus[0]] == 77
    assert shop.market.prices[shop.skus[1]] == "5.00"
    assert shop.feed("product_stocks/updates/") == shop.feed("product_prices/updates/") == []


def test_products_first_then_stock_and_price(shop_of):
    shop = opened(shop_of, 20)
    alone = {"add_stock": False, "add_price": False, "add_categories": False}
    shop.run("product.insert_products", **alone)
    assert all(set(row) == {"name", "attributes", "values"} for row in told(shop).values())
    assert len(shop.feed("product_stocks/inserts/")) == len(shop.feed("product_prices/inserts/")) == 20
    shop.run("stock.insert_product_stocks")
    shop.run("price.insert_product_prices")
    assert shop.market.figures[""] == {sku: 10 + index for index, sku in enumerate(shop.skus)}
    assert shop.market.prices == {sku: "19.90" for sku in shop.skus}
    assert shop.feed("product_stocks/inserts/") == shop.feed("product_prices/inserts/") == []


def test_what_changes_of_a_product_is_told(shop_of):
    shop = opened(shop_of, 5)
    shop.run("product.insert_products")
    changed = shop.skus[2]
    shop.api.patch(f"/api/v1/products/{shop.products[changed]}/", {"attributes": {"renk": "sarı", "beden": "M"}})
    assert [row["sku"] for row in shop.feed("products/updates/")] == [changed]
    deliveries = len(shop.market.deliveries)
    shop.run("product.update_products")
    assert shop.market.deliveries[deliveries:] == [("", [changed])]
    assert told(shop)[changed]["attributes"] == {"renk": "sarı", "beden": "M"}
    assert shop.feed("products/updates/") == []
    shop.run("product.update_products")
    assert len(shop.market.deliveries) == deliveries + 1, "nothing is sent for ever"


def test_a_product_that_is_refused_or_lacks_something_keeps_no_other_from_being_sent(shop_of):
    shop = opened(shop_of, 4)
    refused, bare = shop.skus[0], shop.skus[1]
    shop.market.refused = {refused}
    (placed,) = shop.api.get("/api/v1/product_categories/", product=shop.products[bare])["results"]
    shop.api.session.delete(f"{shop.api.url}/api/v1/product_categories/{placed['pk']}/", timeout=20)
    shop.run("product.insert_products")
    assert set(told(shop)) == set(shop.skus[2:])
    failed = {row["object_id"] for row in shop.feed("failed_integrations/", is_active=True)}
    assert {shop.products[refused], shop.products[bare]} <= failed
    # Each comes back with its next change.
    shop.market.refused = set()
    shop.categorise(bare)
    for sku in (refused, bare):
        shop.api.patch(f"/api/v1/products/{shop.products[sku]}/", {"name": "Mended"})
    shop.run("product.insert_products")
    assert set(told(shop)) == set(shop.skus)
    assert shop.feed("products/inserts/") == []


def test_an_answer_that_comes_later_is_asked_for(shop_of):
    shop = opened(shop_of, 6)
    shop.run("product.insert_products", is_sync=False)
    assert shop.feed("products/inserts/") == [], "they are with the marketplace"
    assert known(shop, "product") == {}
    shop.run("product.get_product_batch_requests")
    assert len(known(shop, "product")) == 6
    assert statuses(shop) == ["done"]


def test_what_leaves_the_catalog_is_withdrawn(shop_of):
    shop = opened(shop_of, 3)
    shop.run("product.insert_products")
    gone = shop.skus[0]
    shop.api.patch(f"/api/v1/products/{shop.products[gone]}/", {"is_active": False})
    shop.run("product.delete_products")
    assert set(told(shop)) == set(shop.skus[1:])
    assert shop.products[gone] not in known(shop, "product")
    assert shop.channel_get("integration_actions/deleted/", model="product")["results"] == []


def test_there_are_no_pictures_to_be_told_of(shop_of):
    shop = opened(shop_of, 2)
    shop.run("product.insert_products")
    deliveries = len(shop.market.deliveries)
    shop.run("image.insert_product_images")
    shop.run("image.update_product_images")
    assert len(shop.market.deliveries) == deliveries

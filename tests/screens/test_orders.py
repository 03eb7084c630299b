"""Orders in a browser: an order of three lines, of which one is released, one cancelled, one short; and the views."""

import time

from onhand_api import onhand
from playwright.sync_api import expect


def test_an_order_of_three_lines_is_what_the_api_says(opened, shop):
    """Flow 8: release one, cancel one, leave one; then the ERP takes it."""
    for name in ("CAP", "BELT", "BAG"):
        shop.level(name, 9)
    order = shop.order(("CAP", 1), ("BELT", 2), ("BAG", 3))
    page, watched = opened()
    page.goto(f"/orders?view=all&q={order['number']}")
    page.get_by_role("link", name=order["number"]).first.click()
    row = page.get_by_role("row").filter(has_text=shop.sku("CAP"))
    row.get_by_role("link", name="Release").click()
    page.get_by_label("ERP code", exact=False).first.fill(f"E-{order['pk']}")
    page.keyboard.press("Enter")
    expect(row).to_contain_text(f"E-{order['pk']}")
    assert shop.numbers("CAP") == {"on_hand": 9, "reserved": 0, "reported": 1, "available": 8}

    page.get_by_role("checkbox", name=shop.sku("BELT")).check()
    page.locator("details.panel summary").first.click()
    page.get_by_role("button", name="Preview").click()
    expect(page.get_by_role("status").filter(has_text=shop.sku("BELT"))).to_contain_text("9")
    assert shop.numbers("BELT")["available"] == 7
    watched.check_page()
    page.locator("#cancel button.danger").click()
    expect(page.locator("tr.gone")).to_contain_text(shop.sku("BELT"))
    assert shop.numbers("BELT") == {"on_hand": 9, "reserved": 0, "reported": 0, "available": 9}
    assert shop.numbers("BAG") == {"on_hand": 9, "reserved": 3, "reported": 0, "available": 6}

    page.get_by_role("button", name="taken").click()
    expect(page.locator("dl.facts .tag.good")).to_be_visible()
    assert shop.api.get(f"/api/v1/orders/{order['pk']}/")["is_send"] is True
    watched.check_page()
    onhand("verify")


def make_short(shop, order, name):
    """A picker does not find a line, and no other location has it."""
    for _ in range(300):
        packages = shop.api.get("/api/v1/oms/packages/", order=order["pk"])["results"]
        if packages:
            break
        time.sleep(0.1)
    item = next(item for item in packages[0]["package_items"] if shop.sku(name) in str(item))
    path = f"/api/v1/oms/packages/{packages[0]['id']}/command/"
    shop.api.post(path, {"slug": "prepare"})
    shop.api.post(path, {"slug": "not-found", "items": [{"id": item["id"]}]})


def test_a_line_is_released_one_cancelled_and_one_short(opened, shop):
    """Flow 8 at a location: what the screen says of the lines is what the API says and what adds up."""
    body = {"name": shop.name, "erp_code": f"SH-{shop.number}", "stock_list": shop.list}
    shop.api.post("/api/v1/oms/stocklocations/", body)
    for name in ("CAP", "BELT", "BAG"):
        shop.level(name, 9)
    order = shop.order(("CAP", 1), ("BELT", 2), ("BAG", 3))
    make_short(shop, order, "BAG")
    page, watched = opened()
    page.goto("/orders?view=short")
    page.get_by_role("link", name=order["number"]).first.click()
    expect(page.get_by_role("row").filter(has_text=shop.sku("BAG"))).to_contain_text("short")
    row = page.get_by_role("row").filter(has_text=shop.sku("CAP"))
    row.get_by_role("link", name="Release").click()
    page.get_by_label("ERP code", exact=False).first.fill(f"E-{order['pk']}")
    page.keyboard.press("Enter")
    expect(row).to_contain_text(f"E-{order['pk']}")
    page.get_by_role("checkbox", name=shop.sku("BELT")).check()
    page.locator("details.panel summary").first.click()
    page.locator("#cancel button.danger").click()
    expect(page.locator("tr.gone")).to_contain_text(shop.sku("BELT"))
    watched.check_page()
    assert shop.numbers("CAP") == {"on_hand": 9, "reserved": 0, "reported": 1, "available": 8}
    assert shop.numbers("BELT") == {"on_hand": 9, "reserved": 0, "reported": 0, "available": 9}
    assert shop.numbers("BAG")["reserved"] == 0
    short = shop.api.get("/api/v1/oms/short-items/", order=order["pk"])["results"]
    assert [line["pk"] for line in short] == [order["order_items"][2]["pk"]]
    onhand("verify")


def test_every_view_of_orders_opens(opened, shop):
    channel = shop.api.post("/api/v1/channels/", {"name": f"Market {shop.number}", "oversell": "accept"})["pk"]
    shop.level("CAP", 1)
    lines = [{"product_sku": shop.sku("CAP"), "stock_list": shop.list, "quantity": 3, "price": "10.00"}]
    body = {"number": f"OVER-{shop.number}", "channel": channel, "order_items": lines}
    order = shop.api.post("/api/v1/orders/", body)
    page, watched = opened()
    page.goto("/orders")
    page.get_by_role("link", name="Oversold lines").click()
    expect(page.get_by_role("link", name=order["number"])).to_be_visible()
    watched.check_page()
    for view in ("Short", "Cancelled", "All, newest first"):
        page.get_by_role("navigation", name="Views").get_by_role("link", name=view).click()
        expect(page.locator("nav.views a[aria-current]")).to_contain_text(view)
    page.locator("#q").fill("OVER-")
    page.keyboard.press("Enter")
    expect(page.get_by_role("link", name=order["number"])).to_be_visible()

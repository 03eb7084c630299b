"""Orders in a browser: an order of three lines, of which one is released and one cancelled."""

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

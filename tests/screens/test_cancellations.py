"""Cancellation requests in a browser: looking at what comes back on sale, approving some, rejecting another."""

from onhand_api import onhand
from playwright.sync_api import expect


def test_requests_are_looked_at_and_answered(opened, shop):
    shop.level("CAP", 9)
    orders = [shop.order(("CAP", quantity)) for quantity in (1, 2, 3)]
    for order in orders:
        body = {"order_item": order["order_items"][0]["pk"], "description": f"ordered twice {order['number']}"}
        shop.api.post("/api/v1/cancellation_requests/", body)
    page, watched = opened()
    page.goto(f"/orders/{orders[0]['pk']}")
    page.get_by_role("link", name="cancellation asked for").click()
    expect(page.locator("h1")).to_have_text("Cancellation requests")
    watched.check_page()
    for order in orders[:2]:
        page.get_by_role("checkbox", name=order["number"]).check()
    page.get_by_role("button", name="Preview").click()
    came_back = page.get_by_role("status").filter(has_text=shop.sku("CAP"))
    expect(came_back).to_contain_text("3 →")
    expect(came_back).to_contain_text("6")
    assert shop.numbers("CAP")["available"] == 3
    watched.check_page()
    page.get_by_role("button", name="Approve").click()
    expect(page.locator(".toast")).to_contain_text("2 requests approved")
    assert shop.numbers("CAP") == {"on_hand": 9, "reserved": 3, "reported": 0, "available": 6}
    page.get_by_role("checkbox", name=orders[2]["number"]).check()
    page.get_by_role("button", name="Reject").click()
    expect(page.locator(".toast")).to_contain_text("1 request rejected")
    assert page.get_by_text(orders[2]["number"]).count() == 0
    assert shop.numbers("CAP")["reserved"] == 3
    onhand("verify")

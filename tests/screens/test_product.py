"""A product's page in a browser: why a number is what it is, compared with the API."""

from onhand_api import ADMIN
from playwright.sync_api import expect


def opened_product(page, shop, name):
    product = shop.stock(name)["product"]
    page.goto(f"/products/{product}?list={shop.list}")


def test_a_level_that_settles_says_so_before_and_after(opened, shop, api):
    """Flow 4: it warns before, offers no undo, and the history says what it settled."""
    shop.level("COAT", 20)
    order = shop.order(("COAT", 4))
    line = order["order_items"][0]["pk"]
    api.post(f"/api/i1/order_items/{line}/create_mapping/", {"code": f"R-{line}", "update_stock": True})
    page, watched = opened()
    opened_product(page, shop, "COAT")
    expect(page.get_by_role("heading", name="Why is it 16?")).to_be_visible()
    reported = page.get_by_role("table", name="What is reported")
    expect(reported).to_contain_text(order["number"])
    expect(reported).to_contain_text(f"R-{line}")
    page.get_by_role("link", name="Set level").click()
    field = page.get_by_role("textbox", name="Stock level")
    field.fill("16")
    expect(page.locator("#level-preview")).to_contain_text("settles 4 reported units")
    watched.check_page()
    field.press("Enter")
    toast = page.locator(".toast")
    expect(toast).to_contain_text("20 → 16")
    expect(toast.get_by_role("button", name="Undo")).to_have_count(0)
    assert shop.numbers("COAT") == {"on_hand": 16, "reserved": 0, "reported": 0, "available": 16}
    opened_product(page, shop, "COAT")
    expect(page.locator("ol.tl li").first).to_contain_text("Reported 4 → 0")
    expect(page.locator("ol.tl li").first).to_contain_text(f"settled {order['number']}")


def test_a_reason_and_a_note_are_told_with_the_level(opened, shop):
    stock = shop.level("COAT", 58)
    page, watched = opened()
    opened_product(page, shop, "COAT")
    page.get_by_role("link", name="Add or take").first.click()
    page.get_by_role("textbox", name="Stock level").fill("6")
    page.get_by_role("radio", name="Received", exact=True).check()
    page.get_by_placeholder("Note").fill("pallet 7")
    watched.check_page()
    page.get_by_role("button", name="Save").click()
    expect(page.locator(".toast")).to_contain_text("64")
    newest = shop.movements(stock)[0]
    assert (newest["adjustment_reason"], newest["note"], newest["user_name"]) == ("received", "pallet 7", ADMIN[0])
    opened_product(page, shop, "COAT")
    event = page.locator("ol.tl li").first
    expect(event).to_contain_text("Received")
    expect(event).to_contain_text("pallet 7")


def test_keys_walk_the_history_and_the_lists(opened, shop, api):
    shop.level("SNEAK", 21)
    shop.level("SNEAK", 22)
    other = api.post("/api/v1/stock_list/", {"name": f"{shop.name} b", "code": f"{shop.number}-b"})["pk"]
    body = {"product_sku": shop.sku("SNEAK"), "stock_list": other, "stock": 3}
    api.post("/api/v1/product_stocks/", body)
    page, _ = opened()
    opened_product(page, shop, "SNEAK")
    events = page.locator("ol.tl li")
    page.keyboard.press("j")
    expect(events.nth(0)).to_be_focused()
    page.keyboard.press("j")
    expect(events.nth(1)).to_be_focused()
    page.keyboard.press("k")
    expect(events.nth(0)).to_be_focused()
    page.keyboard.press("]")
    expect(page.get_by_role("heading", name="Why is it 3?")).to_be_visible()
    page.keyboard.press("[")
    expect(page.get_by_role("heading", name="Why is it 22?")).to_be_visible()


def test_a_line_that_reserves_leads_to_its_release(opened, shop):
    shop.level("SOCK", 9)
    order = shop.order(("SOCK", 2))
    page, _ = opened()
    opened_product(page, shop, "SOCK")
    page.get_by_role("link", name=f"Release {order['number']}").click()
    expect(page.get_by_role("textbox", name="ERP code")).to_be_focused()
    opened_product(page, shop, "SOCK")
    page.get_by_role("link", name=f"Cancel {order['number']}").click()
    expect(page.locator(".box[name=line]")).to_be_checked()
    expect(page.get_by_role("button", name="Cancel the ticked lines")).to_be_visible()

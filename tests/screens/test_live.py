"""Pages that follow changes: numbers, the newest changes, cards, an open order, a level that is being edited."""

import re
import time

from onhand_shop import Shop
from playwright.sync_api import expect
from servers import Server, running, signed_in

# Told in the order in which they happened.
NOTE_CHANGES = """() => {
    window.changes = [];
    const cell = document.querySelector("tbody [data-n=available]");
    new MutationObserver(() => window.changes.push([cell.dataset.value, Date.now()]))
        .observe(cell, { attributes: true, attributeFilter: ["data-value"] });
}"""


def follows(page):
    """What happened before the stream was open is told when it is, so that nobody need wait for more than the switch."""
    expect(page.locator("oh-live")).to_have_attribute("data-state", "on")


def test_a_newcomer_sees_numbers_move(chromium, tmp_path):
    """Flow 1: the address that was printed, the name and the password that were printed, and within 5 s something moves."""
    server = Server(f"sqlite:{tmp_path / 'demo.db'}", "--demo", password=None)
    with running(server):
        address = re.search(r"screens\s+(\S+?)/?\n", server.said)[1]
        name, password = re.search(r"administrator\s+(\S+), password (\S+)", server.said).groups()
        with signed_in(chromium, address, name, password) as page:
            expect(page.locator("[data-news] li").first).to_be_visible()
            newest = page.locator("[data-news] li").first.get_attribute("data-movement")
            first = page.locator("[data-news] li").first
            expect(first).not_to_have_attribute("data-movement", newest, timeout=5_000)
            expect(page.locator("[data-news] li")).to_have_count(20)
            assert page.locator(".need").count() > 0, "the demonstration has something that needs a person"


def test_an_order_arrives_at_the_screen(opened, shop, capsys):
    """How long after its answer is reported, not asserted."""
    shop.level("HAT", 1_000)
    page, _ = opened()
    page.goto(f"/stock/{shop.list}")
    follows(page)
    # The first one waits for the stream to open.
    shop.order(("HAT", 1))
    expect(page.locator("tbody [data-n=available]")).to_have_attribute("data-value", "999")
    page.evaluate(NOTE_CHANGES)
    delays = []
    for number in range(2, 10):
        shop.order(("HAT", 1))
        answered = time.time() * 1000
        left = str(1_000 - number)
        expect(page.locator("tbody [data-n=available]")).to_have_attribute("data-value", left)
        seen = dict(page.evaluate("window.changes"))
        delays.append(seen[left] - answered)
    delays.sort()
    with capsys.disabled():
        print(f"\nfrom an order's answer to the screen: {delays[len(delays) // 2]:.0f} ms in the middle, "
              f"{delays[-1]:.0f} ms at the most")


def test_a_level_that_is_edited_says_what_has_come_between(opened, shop):
    shop.level("COAT", 58)
    page, _ = opened()
    page.goto(f"/stock/{shop.list}")
    follows(page)
    page.locator("a.level").click()
    field = page.get_by_role("textbox", name="Stock level")
    field.fill("64")
    order = shop.order(("COAT", 1))
    line = page.locator("[data-now]")
    expect(line).to_have_text(f"Available: now 57, changed by order {order['number']}")
    shop.level("COAT", 55)
    expect(line).to_have_text("On hand: now 55, changed by a written level")
    expect(field).to_have_value("64")


def test_an_open_order_follows_and_leaves_a_form_alone(opened, shop):
    shop.level("CAP", 9)
    order = shop.order(("CAP", 1), ("CAP", 2))
    first, second = (line["pk"] for line in order["order_items"])
    page, watched = opened()
    page.goto(f"/orders/{order['pk']}")
    follows(page)
    release = {"code": f"E-{first}", "update_stock": True}
    shop.api.post(f"/api/i1/order_items/{first}/create_mapping/", release)
    expect(page.get_by_role("cell", name=f"E-{first}")).to_be_visible()
    watched.check_page()
    page.locator("details.panel summary").first.click()
    page.get_by_role("checkbox").first.check()
    shop.api.post(f"/api/i1/order_items/{second}/create_mapping/", {"code": f"E-{second}", "update_stock": True})
    expect(page.locator("[data-order-changed]")).to_be_visible()
    expect(page.get_by_role("checkbox").first).to_be_checked()
    page.get_by_role("link", name="Show again").click()
    expect(page.get_by_role("cell", name=f"E-{second}")).to_be_visible()


def test_counters_and_cards_follow(opened, api):
    shop = Shop(api)
    shop.level("BELT", 3)
    channel = api.post("/api/v1/channels/", {"name": f"Oversells {shop.number}", "oversell": "accept"})["pk"]
    page, watched = opened()
    page.goto("/")
    follows(page)
    counter = page.locator("[data-card=orders_waiting]")
    waiting = int(counter.inner_text().replace(",", ""))
    cards = page.locator("[data-cards]")
    before = cards.get_attribute("data-cards")
    line = {"product_sku": shop.sku("BELT"), "stock_list": shop.list, "quantity": 5, "price": "1.00"}
    order = api.post("/api/v1/orders/", {"number": f"O-{shop.number}", "channel": channel, "order_items": [line]})
    expect(counter).to_have_text(f"{waiting + 1:,}")
    expect(cards).not_to_have_attribute("data-cards", before)
    expect(cards).to_contain_text("oversold")
    newest = page.locator("[data-news] li").first
    expect(newest).to_contain_text(order["number"])
    expect(newest.locator("a.sku")).to_have_text(shop.sku("BELT"))
    watched.check_page()
    page.keyboard.press("1")
    expect(page).not_to_have_url(re.compile(r"/$"))


def test_paused_is_paused_on_every_page(opened, shop):
    shop.level("SCARF", 9)
    page, _ = opened()
    page.goto(f"/stock/{shop.list}")
    follows(page)
    page.locator("oh-live button").click()
    expect(page.locator("oh-live")).to_have_attribute("data-state", "off")
    shop.order(("SCARF", 1))
    page.reload()
    expect(page.locator("oh-live")).to_have_attribute("data-state", "off")
    expect(page.locator("tbody [data-n=available]")).to_have_attribute("data-value", "8")
    shop.order(("SCARF", 1))
    page.locator("oh-live button").click()
    expect(page.locator("tbody [data-n=available]")).to_have_attribute("data-value", "7")

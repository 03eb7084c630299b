"""Every screen: accessible, strict, of one host, narrow enough for a phone, light enough; in light and dark."""

import pytest
from conftest import DESKTOP, PHONE
from onhand_api import ADMIN
from onhand_shop import Shop
from watched import weigh

FIRST_VIEW_BYTES_MAX = 150_000
LATER_VIEW_BYTES_MAX = 30_000
MISSING = "/nothing-is-here"


@pytest.fixture(scope="module")
def addresses(api, chromium, sessions, url):
    """Every screen with something to show, and some that have nothing or are in the middle of an edit."""
    shop = Shop(api)
    stock = shop.level("BOOT", 58)
    order = shop.order(("BOOT", 2))
    taken = shop.order(("BOOT", 1))
    line = taken["order_items"][0]["pk"]
    api.post(f"/api/i1/order_items/{line}/create_mapping/", {"code": f"P-{line}", "update_stock": True})
    product = shop.stock("BOOT")["product"]
    file = {"file": ("stock.csv", f"sku,stock\n{shop.sku('BOOT')},70\nNEW-{shop.number},3\nBAD,-1\n")}
    sent = api.session.post(f"{api.url}/api/v1/stock_list/{shop.list}/excel_import/", files=file,
                            data={"dry_run": "true"}, timeout=20)
    assert sent.ok, sent.text
    item = order["order_items"][0]["pk"]
    view = {"screen": "stock", "name": f"Boots {shop.number}", "query": "q=BOOT&columns=bar,reserved", "is_shared": True}
    saved = api.post("/api/v1/saved_views/", view)["pk"]
    api.post("/api/v1/cancellation_requests/", {"order_item": item, "description": "ordered twice"})
    other = api.post("/api/v1/stock_list/", {"name": f"Other {shop.number}"})["pk"]
    line = {"product_sku": shop.sku("BOOT"), "quantity": 1}
    moved = api.post("/api/v1/stock_transfers/", {"from": shop.list, "to": other, "lines": [line], "note": "by van"})
    api.post("/api/v1/adjustment_reasons/", {"code": f"gift-{shop.number}", "name": "Gift"})
    hook = api.post("/api/v1/webhooks/", {"name": f"Shop {shop.number}", "url": "https://nowhere.invalid/",
                                       "is_active": False})["pk"]
    api.post(f"/api/v1/webhooks/{hook}/test/", {})
    return {
        "overview": "/",
        "search": "/search?q=1116",
        "search of nothing": "/search?q=nothing-has-this-name",
        "lists": "/stock",
        "table": "/stock/1",
        "table with an edit": f"/stock/{shop.list}?edit={stock}",
        "table of a view": "/stock/1?view=sold-out",
        "table of changes": "/stock/1?view=changed-today",
        "table with a saved view": f"/stock/{shop.list}?saved={saved}&q=BOOT&columns=bar%2Creported",
        "table without a match": "/stock/1?q=nothing-has-this-name",
        "product": f"/products/{product}?list={shop.list}",
        "product with an edit": f"/products/{product}?list={shop.list}&edit=set",
        "product with its newest changes": f"/products/{product}?list={shop.list}&range=newest&cause=order",
        "orders": "/orders",
        "all orders": "/orders?view=all",
        "oversold orders": "/orders?view=oversold",
        "cancellations": "/cancellations",
        "stock health": "/stock-health?days=1",
        "order": f"/orders/{order['pk']}",
        "order with a release": f"/orders/{order['pk']}?release={item}",
        "imports": "/imports",
        "new import": "/imports/new",
        "new prices": "/imports/new?price_list=",
        "import": newest_import(chromium, sessions(*ADMIN), url),
        "transfers": "/transfers",
        "transfer": f"/transfers/{moved['pk']}",
        "new transfer": f"/transfers/new?from={shop.list}",
        "list settings": f"/stock/{shop.list}/settings",
        "reasons": "/adjustment-reasons",
        "webhooks": "/webhooks",
        "webhook": f"/webhooks/{hook}",
        "me": "/me",
        "missing": MISSING,
    }


def newest_import(chromium, session, url):
    """Its address, which only the screen of imports has."""
    context = chromium.new_context(base_url=url, storage_state=session)
    page = context.new_page()
    page.goto("/imports")
    address = page.locator("main tbody a[href^='/imports/']").first.get_attribute("href")
    context.close()
    return address


NAMES = ["sign-in", "overview", "search", "search of nothing", "lists", "table", "table with an edit",
         "table without a match", "product", "product with an edit", "orders", "all orders",
         "oversold orders", "cancellations", "stock health", "order", "order with a release", "imports", "new import", "new prices", "import",
         "transfers", "transfer", "new transfer", "list settings", "reasons", "webhooks", "webhook", "me", "missing"]


def address_of(name, addresses):
    return addresses.get(name, "/sign-in")


@pytest.mark.parametrize("viewport", [DESKTOP, PHONE], ids=["desktop", "phone"])
@pytest.mark.parametrize("name", NAMES)
def test_a_page_is_accessible_strict_and_narrow_enough(name, viewport, opened, addresses):
    page, watched = opened(ADMIN if name != "sign-in" else None, viewport)
    if name == "missing":
        watched.expects(404)
    answer = page.goto(address_of(name, addresses))
    assert answer.status == (404 if name == "missing" else 200)
    grounds = set()
    for theme in ("light", "dark"):
        page.emulate_media(color_scheme=theme)
        grounds.add(page.evaluate("getComputedStyle(document.documentElement).backgroundColor"))
        watched.check_page()
    assert len(grounds) == 2, "light and dark look the same"


@pytest.mark.parametrize("name", [name for name in NAMES if name != "missing"])
def test_a_first_view_and_a_later_one_are_light(name, opened, addresses):
    page, _ = opened(ADMIN if name != "sign-in" else None)
    address = address_of(name, addresses)
    first = weigh(page, address)
    assert sum(first.values()) <= FIRST_VIEW_BYTES_MAX, first
    later = weigh(page, address)
    assert sum(later.values()) <= LATER_VIEW_BYTES_MAX, later

"""Takes the pictures of the documents: the table of a list with an edit, and why a number is 3; light and dark.

What they show comes about through the API of a demonstration, as it does in a shop.
"""

import base64
import os
import pathlib
import shutil
import sys

from onhand_api import ADMIN
from onhand_shop import signed_in_api
from playwright.sync_api import sync_playwright

VIEWPORT = {"width": 1440, "height": 900}
BYTES_MAX = 120_000
WAREHOUSE = 1
SNEAKER, SHIRT = "1116131803", "1116131003"
# What else is ordered: the SKU, how long ago, how many units.
OTHERS = [("1116131104", "30m", 12), ("1116131001", "22m", 4), ("1116131202", "16m", 31), ("1116131105", "11m", 95),
          ("1116131203", "9m", 2), ("1116131101", "4m", 8), ("1116131002", "2m", 44), ("1116131201", "1m", 3)]


def order(api, number, sku, quantity):
    line = {"product_sku": sku, "stock_list": WAREHOUSE, "quantity": quantity, "price": "899.90"}
    return api.post("/api/v1/orders/", {"number": number, "order_items": [line]})


def write(api, sku, level):
    body = {"product_sku": sku, "stock_list": WAREHOUSE, "stock": level}
    return api.post("/api/v1/product_stocks/", body)


def at(ago):
    """Moves the server's clock: so long before now it is from here on."""
    pathlib.Path(os.environ["FAKETIME_TIMESTAMP_FILE"]).write_text(f"-{ago}\n" if ago else "+0\n", encoding="utf-8")


def sell(api):
    """A day of the warehouse. At its end 21 sneakers are on hand, 14 reserved by three lines, 4 reported: 3 available."""
    at("25h")
    write(api, SNEAKER, 31)
    for number, ago in enumerate(["20h", "18h", "17h", "15h"]):
        at(ago)
        register(api, order(api, f"TR-{10380 + number}", SNEAKER, 2 + number % 2))
    at("8h")
    write(api, SNEAKER, 21)
    at("6h")
    cancelled = order(api, "TR-10398", SNEAKER, 3)
    for number, (ago, quantity) in enumerate([("5h", 2), ("3h", 8), ("70m", 4)]):
        at(ago)
        order(api, f"TR-{10410 + number}", SNEAKER, quantity)
    at("41m")
    api.post(f"/api/v1/orders/{cancelled['pk']}/cancel/", {"is_all": True})
    at("40m")
    register(api, order(api, "TR-10420", SNEAKER, 4))
    for number, (sku, ago, quantity) in enumerate(OTHERS):
        at(ago)
        order(api, f"TR-{10421 + number}", sku, quantity)
    at("")
    order(api, "TR-10440", SHIRT, 2)
    stock, edited = (api.get("/api/v1/product_stocks/", product_sku=sku, stock_list=WAREHOUSE)["results"][0]
                     for sku in (SNEAKER, SHIRT))
    assert int(stock["adjusted_stock"]) == 3, stock
    return stock["product"], edited["pk"]


def register(api, order):
    item = order["order_items"][0]["pk"]
    api.post(f"/api/i1/order_items/{item}/create_mapping/", {"code": f"ERP-{item}", "update_stock": True})


def save(page, path):
    page.evaluate("document.fonts.ready.then(() => null)")
    page.mouse.move(1439, 899)
    client = page.context.new_cdp_session(page)
    image = base64.b64decode(client.send("Page.captureScreenshot", {"format": "webp", "quality": 90})["data"])
    assert len(image) <= BYTES_MAX, f"{path} has {len(image)} bytes"
    path.write_bytes(image)
    print(path, len(image))


def main(folder):
    url = os.environ["ONHAND_URL"]
    product, edited = sell(signed_in_api(url, *ADMIN))
    arguments = ["--no-sandbox"] if os.geteuid() == 0 else []
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=arguments)
        for theme in ("light", "dark"):
            context = browser.new_context(base_url=url, viewport=VIEWPORT, color_scheme=theme, locale="en-GB")
            page = context.new_page()
            page.goto("/sign-in")
            page.locator("#name").fill(ADMIN[0])
            page.locator("#password").fill(ADMIN[1])
            page.keyboard.press("Enter")
            page.wait_for_url(f"{url}/")
            page.goto(f"/stock/{WAREHOUSE}?edit={edited}")
            field = page.get_by_role("textbox", name="Stock level")
            field.fill("64")
            page.locator("#level-preview .sum-line").wait_for()
            save(page, folder / f"stock-{theme}.webp")
            page.goto(f"/products/{product}?list={WAREHOUSE}")
            save(page, folder / f"why-{theme}.webp")
            context.close()
        browser.close()


main(pathlib.Path(sys.argv[1]))

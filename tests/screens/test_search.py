"""The search in a browser: the palette, the page, and the search of a stock table, by words and by barcode."""

import time

from playwright.sync_api import expect


def await_words(shop, text, sku):
    """Words are read soon after products are written."""
    for _ in range(300):
        found = shop.api.get("/api/v1/search/", q=text)["products"]
        if [product["sku"] for product in found] == [sku]:
            return
        time.sleep(0.1)
    raise AssertionError(f"{text} does not find {sku}")


def test_a_product_is_found_by_its_words(opened, shop):
    """The product part of flow 12: İ, I, ı and i are one letter."""
    shop.level("DRESS-İPEK-LACİ-38", 3)
    sku = shop.sku("DRESS-İPEK-LACİ-38")
    await_words(shop, f"ipek {shop.number}", sku)
    page, watched = opened()
    page.goto("/")
    page.keyboard.press("Control+k")
    page.locator("#palette-q").fill(f"ıpek {shop.number}")
    link = page.locator("#found a").filter(has_text=sku)
    expect(link).to_be_visible()
    watched.check_page()
    page.keyboard.press("Enter")
    expect(page.locator("h1")).to_contain_text(sku)

    page.goto(f"/stock/{shop.list}")
    page.locator("#q").fill("laci ipek")
    page.keyboard.press("Enter")
    expect(page.locator("tbody tr")).to_have_count(1)
    expect(page.locator("tbody")).to_contain_text(sku)
    page.locator("#q").fill("laci linen")
    page.keyboard.press("Enter")
    expect(page.locator(".empty")).to_be_visible()


def test_a_scanned_barcode_opens_its_product(opened, shop):
    barcode = f"869000{shop.number:06}"
    body = {"sku": shop.sku("BELT"), "name": "Belt", "attributes": {"barcode": barcode}}
    shop.api.post("/api/v1/products/", body)
    await_words(shop, barcode, shop.sku("BELT"))
    page, _ = opened()
    page.goto("/search")
    page.locator("#q").fill(barcode)
    page.keyboard.press("Enter")
    page.wait_for_url("**/products/*")
    expect(page.locator("h1")).to_contain_text(shop.sku("BELT"))

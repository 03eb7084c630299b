"""The views of a stock table in a browser: states, filters, order, the file of what is shown, and the sums above it."""

from playwright.sync_api import expect


def rows(page):
    return page.locator("tbody tr .sku").all_inner_texts()


def filled(shop):
    """Stocks in every state but off sale."""
    for name, level in (("GONE", 0), ("FEW", 3), ("OVER", 6), ("MANY", 90)):
        shop.level(name, level)
    shop.order(("OVER", 6))
    shop.level("OVER", 4)


def test_a_view_shows_what_its_count_says_and_its_file_has_the_same(opened, shop):
    filled(shop)
    page, watched = opened()
    page.goto(f"/stock/{shop.list}")
    views = page.get_by_role("navigation", name="Views")
    for view, names in (("Sold out", ["GONE", "OVER"]), ("Low", ["FEW"]), ("Oversold", ["OVER"]), ("Off sale", [])):
        tab = views.get_by_role("link", name=view)
        expect(tab).to_contain_text(str(len(names)))
        tab.click()
        expect(views.get_by_role("link", name=view)).to_have_attribute("aria-current", "page")
        expect(page.locator("tbody tr")).to_have_count(len(names))
        assert rows(page) == sorted(shop.sku(name) for name in names)
    watched.check_page()
    views.get_by_role("link", name="Sold out").click()
    page.get_by_text("Export view").click()
    with page.expect_download() as download:
        page.get_by_role("link", name="CSV").click()
    lines = download.value.path().read_text("utf-8-sig").splitlines()[1:]
    assert [line.split(",")[0] for line in lines] == sorted(shop.sku(name) for name in ("GONE", "OVER"))


def test_a_table_is_sorted_by_sku_and_narrowed_without_a_script(opened, shop):
    filled(shop)
    page, watched = opened()
    page.goto(f"/stock/{shop.list}")
    page.get_by_role("link", name="Product", exact=True).click()
    expect(page.locator("th[aria-sort]")).to_have_count(1)
    assert rows(page) == sorted(shop.sku(name) for name in ("FEW", "GONE", "MANY", "OVER"))
    views = page.get_by_role("navigation", name="Views")
    views.get_by_role("link", name="Changed today").click()
    expect(page.locator("tbody tr")).to_have_count(4)
    assert rows(page)[0] == shop.sku("OVER"), "the newest change is first"
    page.get_by_text("Filter", exact=True).click()
    page.get_by_label("Unit").select_option("kg")
    page.locator("form.form").filter(has=page.locator("#f-unit")).get_by_role("button", name="Apply").click()
    expect(page.get_by_role("heading", name="No stock matches")).to_be_visible()
    watched.check_page()


def test_sums_are_counted_again_on_demand(opened, shop):
    filled(shop)
    page, watched = opened()
    page.goto(f"/stock/{shop.list}")
    expect(page.locator("tbody tr")).to_have_count(4)
    for _ in range(100):
        if page.locator(".sums").count() and "93" in page.locator(".sums").inner_text():
            break
        page.wait_for_timeout(100)
        page.reload()
    expect(page.locator(".sums")).to_contain_text("93")
    shop.level("MANY", 100)
    page.get_by_role("button", name="Count again").click()
    for _ in range(100):
        if "103" in page.locator(".sums").inner_text():
            break
        page.wait_for_timeout(100)
        page.reload()
    expect(page.locator(".sums")).to_contain_text("103")
    watched.check_page()
    page.goto("/stock")
    expect(page.get_by_role("row", name=shop.name)).to_contain_text("103")


def test_counts_and_sums_follow_the_rows(opened, shop):
    shop.level("ONE", 9)
    page, watched = opened()
    page.goto(f"/stock/{shop.list}")
    expect(page.locator("oh-live")).to_have_attribute("data-state", "on")
    sold_out = page.locator("[data-count='sold-out']")
    expect(sold_out).to_have_text("0")
    shop.level("ONE", 0)
    expect(sold_out).to_have_text("1", timeout=20_000)
    watched.check_page()

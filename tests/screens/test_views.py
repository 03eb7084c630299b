"""Saved views of the stock table, and changing all of one, in a browser."""

from imported import pressed
from onhand_shop import new_person
from playwright.sync_api import expect


def headings(page):
    return [cell.inner_text() for cell in page.locator("thead th").all()]


def skus(page):
    return sorted(page.locator("tbody a.sku").all_inner_texts())


def test_a_view_is_saved_shared_and_seen_by_another_person(opened, shop, url):
    """Flow 7: search and columns are kept, another person sees the view, a viewer cannot change it, its file has its rows."""
    for name in ["COAT", "SOCK", "SOCK-RED"]:
        shop.level(name, 5)
    page, watched = opened()
    page.goto(f"/stock/{shop.list}?q=SOCK")
    page.locator(".bar details").filter(has_text="Columns").locator("summary").click()
    page.get_by_label("Reserved", exact=True).uncheck()
    page.get_by_label("Level taken", exact=True).uncheck()
    page.locator(".bar details[open]").get_by_role("button", name="Apply").click()
    page.wait_for_url("**columns=**")
    name = f"Socks {shop.number}"
    page.get_by_text("Save this view").click()
    page.get_by_label("Name of the view").fill(name)
    page.get_by_label("Everyone may use it").check()
    watched.check_page()
    page.locator(".views details[open]").get_by_role("button", name="Save", exact=True).click()
    tab = page.locator(".views a[aria-current=page]")
    expect(tab).to_contain_text(name)
    kept, shown = headings(page), skus(page)
    assert "Reserved" not in kept and "Level taken" not in kept
    assert shown == sorted([shop.sku("SOCK"), shop.sku("SOCK-RED")])
    watched.check_page()

    viewer, of_viewer = opened(person=new_person("viewer"))
    viewer.goto(f"/stock/{shop.list}")
    viewer.locator(".views").get_by_role("link", name=name).click()
    expect(viewer.locator(".views a[aria-current=page]")).to_contain_text(name)
    assert (headings(viewer), skus(viewer)) == (kept, shown)
    viewer.get_by_text("Save this view").click()
    expect(viewer.get_by_role("button", name="Remove this view")).to_have_count(0)
    of_viewer.check_page()

    page.get_by_text("Save this view").click()
    page.get_by_role("button", name="Remove this view").click()
    expect(page).to_have_url(f"{url}/stock/{shop.list}")
    expect(page.locator(".views").get_by_role("link", name=name)).to_have_count(0)


def test_columns_stay_with_their_view(opened, shop):
    """Other columns are shown at once, and kept when they are saved."""
    shop.level("COAT", 5)
    page, watched = opened()
    page.goto(f"/stock/{shop.list}?columns=bar%2Creserved")
    name = f"Narrow {shop.number}"
    page.get_by_text("Save this view").click()
    page.get_by_label("Name of the view").fill(name)
    page.locator(".views details[open]").get_by_role("button", name="Save", exact=True).click()
    page.locator(".bar details").filter(has_text="Columns").locator("summary").click()
    page.get_by_label("Reported", exact=True).check()
    page.locator(".bar details[open]").get_by_role("button", name="Apply").click()
    expect(page.locator("thead")).to_contain_text("Reported")
    page.get_by_role("button", name="Save changes of this view").click()
    page.goto(f"/stock/{shop.list}")
    page.locator(".views").get_by_role("link", name=name).click()
    expect(page.locator("thead")).to_contain_text("Reported")
    watched.check_page()
    page.get_by_text("Save this view").click()
    page.get_by_role("button", name="Remove this view").click()


def test_a_write_is_undone_from_the_history(opened, shop):
    """The newest write has a button; after an order, the page says why there is none."""
    shop.level("COAT", 58)
    shop.level("COAT", 64)
    page, watched = opened()
    page.goto(f"/sku/{shop.sku('COAT')}")
    page.locator("ol.tl").get_by_role("button", name="Undo").click()
    expect(page.locator(".toast")).to_contain_text("58")
    assert shop.numbers("COAT")["on_hand"] == 58
    shop.order(("COAT", 1))
    page.reload()
    expect(page.locator("ol.tl")).to_contain_text("something has happened to this stock since")
    expect(page.locator("ol.tl").get_by_role("button", name="Undo")).to_have_count(0)
    watched.check_page()


MANY = 1_140


def test_all_of_a_view_gets_ten_more_and_gives_them_back(opened, shop):
    """Flow 5: three rows, then all 1,140 of the view, add 10: a change set that is applied and undone; an order between."""
    for begin in range(0, MANY, 570):
        rows = [{"product_sku": shop.sku(f"BULK-{at:04}"), "stock_list": shop.list, "stock": 5} for at in range(begin, begin + 570)]
        shop.api.post("/api/v1/product_stocks/", rows)
    page, watched = opened()
    page.goto(f"/stock/{shop.list}?sort=sku")
    for row in page.locator("tbody tr").all()[:3]:
        row.locator(".box").check()
    bar = page.locator("#bulk")
    expect(bar).to_contain_text("3 selected")
    watched.check_page()
    bar.get_by_label("All 1,140 of this view").check()
    expect(bar).to_contain_text("1,140 selected")
    bar.locator("summary").filter(has_text="Add or take").click()
    bar.get_by_label("Amount").fill("10")
    pressed(page, bar.get_by_role("button", name="Preview").and_(page.locator("[value=add]")))
    expect(page.locator("#apply button")).to_have_text("Apply 1,140 rows")
    assert shop.numbers("BULK-0007")["on_hand"] == 5
    watched.check_page()
    order = shop.order(("BULK-0003", 2))
    pressed(page, page.locator("#apply button"))
    assert shop.numbers("BULK-0007")["on_hand"] == 15
    assert shop.numbers("BULK-0003") == {"on_hand": 15, "reserved": 2, "reported": 0, "available": 13}
    pressed(page, page.get_by_role("button", name="Undo"))
    assert shop.numbers("BULK-0007")["on_hand"] == 5
    assert shop.numbers("BULK-0003") == {"on_hand": 5, "reserved": 2, "reported": 0, "available": 3}
    kept = shop.api.get(f"/api/v1/orders/{order['pk']}/")
    assert [line["status"] for line in kept["order_items"]] == [line["status"] for line in order["order_items"]]
    watched.check_page()

"""A server that is killed in the middle of a change of many rows: the page finds it again, and the books add up."""

import time

from imported import begun, ended
from onhand_api import ADMIN, onhand
from onhand_shop import Shop, signed_in_api
from playwright.sync_api import expect
from servers import Server, signed_in

ROWS, AT_ONCE = 30_000, 1_000
PATIENCE = 120


def newest(api):
    return api.get("/api/v1/imports/", sort="-pk", limit=1)["results"][0]


def levels(api, stock_list):
    """How many stocks of a list have each level."""
    rows = api.get("/api/v1/product_stocks/export/", format="json", stock_list=stock_list)
    found = [row["stock"] for row in rows]
    return {level: found.count(level) for level in set(found)}


def test_a_bulk_edit_goes_on_after_its_server_was_killed(chromium, tmp_path):
    """Flow 15: kill -9 during a bulk edit: afterwards the page says how far it is, and the books add up."""
    database = f"sqlite:{tmp_path / 'shop.db'}"
    server = Server(database)
    try:
        api = signed_in_api(server.url, *ADMIN)
        shop = Shop(api)
        for begin in range(0, ROWS, AT_ONCE):
            rows = [{"product_sku": f"BULK-{at:05}", "stock_list": shop.list, "stock": 5} for at in range(begin, begin + AT_ONCE)]
            api.post("/api/v1/product_stocks/", rows)
        with signed_in(chromium, server.url, *ADMIN) as page:
            page.goto(f"/stock/{shop.list}")
            page.locator("tbody tr .box").first.check()
            bar = page.locator("#bulk")
            bar.get_by_label(f"All {ROWS:,} of this view").check()
            bar.locator("summary").filter(has_text="Add or take").click()
            bar.get_by_label("Amount").fill("10")
            begun(page, bar.get_by_role("button", name="Preview").and_(page.locator("[value=add]")))
            ended(page, PATIENCE)
            begun(page, page.locator("#apply button"))
            until = time.monotonic() + PATIENCE
            while not 0 < newest(api)["processed"] < ROWS:
                assert time.monotonic() < until, newest(api)
            server.process.kill()
            server.process.wait()
            expect(page.locator("oh-live")).to_have_attribute("data-state", "lost")
            server = Server(database, listen=server.url.removeprefix("http://"))
            api = signed_in_api(server.url, *ADMIN)
            page.reload()
            ended(page, PATIENCE)
            expect(page.get_by_role("button", name="Undo")).to_be_visible()
            done = newest(api)
            assert (done["task"], done["status"], done["updated"]) == ("apply", "completed", ROWS), done
            assert levels(api, shop.list) == {15: ROWS}, "each row was added to once"
            begun(page, page.get_by_role("button", name="Undo"))
            ended(page, PATIENCE)
            assert levels(api, shop.list) == {5: ROWS}
    finally:
        server.stop()
    onhand("verify", ONHAND_DATABASE=database)

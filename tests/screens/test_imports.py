"""Files in a browser: pasted rows and a file with faults, previewed, applied, undone."""

from imported import pressed
from playwright.sync_api import expect

FAULTS = 14


def test_pasted_rows_change_nothing_before_they_are_applied(opened, shop):
    shop.level("MUG", 5)
    page, watched = opened()
    page.goto(f"/imports/new?list={shop.list}")
    page.locator("details.panel summary").click()
    page.locator("#text").fill(f"sku\tstock\n{shop.sku('MUG')}\t50\n{shop.sku('CUP')}\t7\n")
    pressed(page, page.locator("button[value=preview]"))
    row = page.get_by_role("row").filter(has_text=shop.sku("MUG"))
    expect(row).to_contain_text("50")
    watched.check_page()
    assert shop.numbers("MUG")["on_hand"] == 5
    pressed(page, page.locator("#apply button"))
    assert shop.numbers("MUG")["on_hand"] == 50
    assert shop.numbers("CUP")["on_hand"] == 7
    watched.check_page()


def test_a_file_with_faults_says_where_they_are_and_is_undone(opened, shop):
    """Flow 6: faults have their row and column, the result file has every row, undo gives the old level back."""
    shop.level("MUG", 5)
    wrong = "".join(f"BAD-{number},many\n" for number in range(FAULTS))
    content = f"sku,stock\n{shop.sku('MUG')},6\n{wrong}"
    page, watched = opened()
    page.goto(f"/imports/new?list={shop.list}")
    page.locator("#file").set_input_files({"name": "faults.csv", "mimeType": "text/csv", "buffer": content.encode()})
    pressed(page, page.locator("button[value=preview]"))
    expect(page.locator("h1")).to_have_text("faults.csv")
    rows = page.locator("tbody tr").filter(has_text="This is not a number.")
    expect(rows).to_have_count(FAULTS)
    expect(rows.first).to_contain_text("BAD-0")
    watched.check_page()
    page.locator("header details.menu summary").click()
    with page.expect_download() as download:
        page.get_by_role("link", name="CSV").click()
    result = download.value.path().read_text(encoding="utf-8-sig").splitlines()
    assert len(result) == 1 + 1 + FAULTS
    pressed(page, page.locator("#apply button"))
    assert shop.numbers("MUG")["on_hand"] == 6
    pressed(page, page.get_by_role("button", name="Undo"))
    assert shop.numbers("MUG")["on_hand"] == 5


def test_prices_are_previewed_and_written_into_a_price_list(opened, shop):
    """A template, a file and pasted rows of a price list, which the page of stock files leads to."""
    shop.level("MUG", 5)
    name = f"Prices {shop.name}"
    prices = shop.api.post("/api/v1/price_list/", {"name": name, "code": name, "currency_type": "try"})["pk"]

    def price():
        found = shop.api.get("/api/v1/product_prices/", price_list=prices)["results"]
        return [(row["price"], row["retail_price"]) for row in found]

    page, watched = opened()
    page.goto(f"/imports/new?list={shop.list}")
    page.get_by_role("link", name="Import prices instead").click()
    page.locator("#list").select_option(label=name)
    content = f"product__sku,price,retail_price,currency_type\n{shop.sku('MUG')},12.50,15.00,try\n"
    page.locator("#file").set_input_files({"name": "prices.csv", "mimeType": "text/csv", "buffer": content.encode()})
    pressed(page, page.locator("button[value=preview]"))
    expect(page.locator("main")).to_contain_text("12.50")
    watched.check_page()
    assert price() == []
    pressed(page, page.locator("#apply button"))
    assert price() == [("12.50", "15.00")]
    page.goto(f"/imports/new?price_list={prices}")
    with page.expect_download() as download:
        page.get_by_role("link", name="Get the template").click()
    assert download.value.path().stat().st_size > 0
    page.locator("details.panel summary").click()
    page.locator("#text").fill(f"{shop.sku('MUG')}\t9.90\n")
    pressed(page, page.locator("button[value=import]"))
    assert price() == [("9.90", "15.00")]
    watched.check_page()


def test_the_columns_of_an_erp_are_chosen_once(opened, shop):
    """A file with a title, two columns of SKUs and a sum: what is open is chosen, previewed, applied, and remembered."""
    shop.level("MUG", 5)
    content = f"Stok Raporu;;\nStok Kodu;Barkod;Fiili Stok\n{shop.sku('MUG')};869001;8\nGENEL TOPLAM;;8\n"
    erp = {"name": "logo.csv", "mimeType": "text/csv", "buffer": content.encode()}
    page, watched = opened()
    page.goto(f"/imports/new?list={shop.list}")
    page.locator("#file").set_input_files(erp)
    pressed(page, page.locator("button[value=preview]"))
    watched.check_page()
    page.get_by_role("link", name="Choose the columns").click()
    expect(page.get_by_text("which one?")).to_have_count(2)
    watched.check_page()
    page.locator("[name='column-1']").select_option("product__sku")
    page.locator("[name='column-2']").select_option("")
    pressed(page, page.get_by_role("button", name="Preview with these columns"))
    expect(page.get_by_text("1 row is a sum and was left out.")).to_be_visible()
    watched.check_page()
    pressed(page, page.locator("#apply button"))
    assert shop.numbers("MUG")["on_hand"] == 8
    page.goto(f"/imports/new?list={shop.list}")
    page.locator("#file").set_input_files(erp)
    pressed(page, page.locator("button[value=preview]"))
    expect(page.get_by_text("as they were chosen for an earlier file")).to_be_visible()
    watched.check_page()

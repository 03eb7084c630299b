"""Levels of stock in a browser: looked at, edited, taken back; the API says the same as the screen."""

from onhand_api import ADMIN
from playwright.sync_api import expect


def shown(page):
    """The numbers of the equation on a product's page."""
    places = page.locator(".eq [data-n]").all()
    return {place.get_attribute("data-n"): int(place.get_attribute("data-value")) for place in places}


def test_a_newcomer_signs_in_at_the_address_and_sees_the_lists(opened, url, api):
    page, watched = opened(person=None)
    page.goto("/")
    expect(page).to_have_url(f"{url}/sign-in?next=%2F")
    name, password = ADMIN
    page.keyboard.type(name)
    page.keyboard.press("Tab")
    page.keyboard.type(password)
    page.keyboard.press("Enter")
    expect(page).to_have_url(f"{url}/")
    for stock_list in api.get("/api/v1/stock_list/", limit=3)["results"]:
        expect(page.get_by_role("link", name=stock_list["name"], exact=True)).to_be_visible()
    watched.check_page()


def test_a_wrong_password_is_refused_and_the_name_stays(opened):
    page, watched = opened(person=None)
    watched.expects(400)
    page.goto("/sign-in")
    page.locator("#name").fill("admin")
    page.locator("#password").fill("something else")
    page.keyboard.press("Enter")
    expect(page.get_by_role("alert")).to_contain_text("Unable to log in")
    expect(page.locator("#name")).to_have_value("admin")


def test_keys_lead_from_a_search_to_why_a_number_is_what_it_is(opened, shop, url):
    """Flow 2: `/`, some letters, Enter, `.`: the equation is the API's, and the newest movement names the order."""
    shop.level("SNEAK", 21)
    shop.level("SOCK", 5)
    page, _ = opened()
    page.goto(f"/stock/{shop.list}")
    expect(page.locator("tbody tr")).to_have_count(2)
    page.keyboard.press("/")
    page.keyboard.type("SNEAK")
    page.keyboard.press("Enter")
    expect(page.locator("tbody tr")).to_have_count(1)
    expect(page).to_have_url(f"{url}/stock/{shop.list}?q=SNEAK")
    order = shop.order(("SNEAK", 4))
    page.locator("tbody tr").focus()
    page.keyboard.press(".")
    expect(page.get_by_role("heading", name="Why is it 17?")).to_be_visible()
    assert shown(page) == shop.numbers("SNEAK") == {"on_hand": 21, "reserved": 4, "reported": 0, "available": 17}
    newest = page.locator("ol.tl li").first
    expect(newest).to_contain_text(order["number"])


def test_an_edit_by_keys_is_the_apis_level_and_is_taken_back(opened, shop):
    """Flow 3, with the keyboard only."""
    stock = shop.level("COAT", 58)
    page, watched = opened()
    page.goto(f"/stock/{shop.list}")
    page.locator("tbody tr").focus()
    page.keyboard.press("Enter")
    field = page.get_by_role("textbox", name="Stock level")
    expect(field).to_be_focused()
    page.keyboard.press("Control+a")
    page.keyboard.type("64")
    expect(page.locator("#level-preview")).to_contain_text("64")
    watched.check_page()
    page.keyboard.press("Enter")
    toast = page.locator(".toast")
    expect(toast).to_contain_text("64")
    assert shop.numbers("COAT")["on_hand"] == 64
    toast.get_by_role("button", name="Undo").focus()
    page.keyboard.press("Enter")
    expect(page.locator("a.level")).to_have_text("58")
    assert shop.numbers("COAT")["on_hand"] == 58
    page.goto(f"/sku/{shop.sku('COAT')}")
    events = page.locator("ol.tl li")
    expect(events).to_have_count(3)
    assert len(shop.movements(stock)) == 3
    for event in events.all():
        expect(event).to_contain_text("admin")


def test_an_edit_meets_another_one_and_nothing_is_lost(opened, shop):
    """Flow 3: a level that was written meanwhile is asked about; a difference is added to it."""
    shop.level("COAT", 58)
    page, watched = opened()
    watched.expects(409, 422, 400)
    page.goto(f"/stock/{shop.list}")
    page.locator("a.level").click()
    field = page.get_by_role("textbox", name="Stock level")
    field.fill("64")
    shop.level("COAT", 57)
    field.press("Enter")
    expect(page.locator("form.edit [role=alert], form.edit .error").first).to_be_visible()
    assert shop.numbers("COAT")["on_hand"] == 57
    page.goto(f"/stock/{shop.list}")
    page.locator("a.level").click()
    shop.level("COAT", 56)
    field.fill("+6")
    field.press("Enter")
    expect(page.locator(".toast")).to_be_visible()
    assert shop.numbers("COAT")["on_hand"] == 62


def test_an_edit_works_without_javascript(opened, shop):
    page, _ = opened(javascript=False)
    shop.level("COAT", 58)
    page.goto(f"/stock/{shop.list}")
    page.locator("a.level").click()
    page.get_by_role("textbox", name="Stock level").fill("64")
    page.get_by_role("button", name="Save").click()
    expect(page.locator(".toast")).to_contain_text("64")
    assert shop.numbers("COAT")["on_hand"] == 64
    page.locator(".toast").get_by_role("button", name="Undo").click()
    expect(page.locator("a.level")).to_have_text("58")
    assert shop.numbers("COAT")["on_hand"] == 58


def test_signing_in_and_out_works_without_javascript(opened, url):
    page, _ = opened(person=None, javascript=False)
    name, password = ADMIN
    page.goto("/orders?view=all")
    page.locator("#name").fill(name)
    page.locator("#password").fill(password)
    page.get_by_role("button", name="Sign in").click()
    expect(page).to_have_url(f"{url}/orders?view=all")
    page.get_by_role("button", name="Sign out").first.click()
    page.goto("/orders")
    expect(page.get_by_role("heading", name="Sign in")).to_be_visible()

"""Other people's browsers: what a role may not do is absent and refused, and Turkish is Turkish throughout."""

import re

import pytest
from onhand_shop import new_person
from playwright.sync_api import expect


def test_a_viewer_looks_and_is_refused_what_changes_something(opened, shop, url):
    """Flow 11."""
    stock = shop.level("COAT", 58)
    page, watched = opened(new_person("viewer"))
    page.goto(f"/stock/{shop.list}")
    expect(page.locator("tbody tr")).to_have_count(1)
    assert page.locator("a.level").count() == 0
    assert page.get_by_role("link", name="Import a file").count() == 0
    watched.check_page()
    answer = page.request.post(f"{url}/stock/{shop.list}/{stock}/level", headers={"Sec-Fetch-Site": "same-origin"},
                               form={"idempotency_key": f"by-hand-{stock}", "mode": "set", "value": "1", "seen": "58"})
    assert answer.status == 403
    watched.expects(403)
    assert page.goto("/imports/new").status == 403
    watched.check_page()
    assert shop.numbers("COAT")["on_hand"] == 58


def test_a_person_of_a_channel_sees_the_lists_of_the_channel(opened, shop):
    shop.level("COAT", 58)
    channel = shop.api.get("/api/v1/channels/")["results"][0]["pk"]
    page, watched = opened(new_person("channel", "--channel", str(channel)))
    page.goto("/stock")
    expect(page.get_by_role("link", name="Central warehouse")).to_be_visible()
    assert page.get_by_text(shop.name).count() == 0
    watched.expects(403, 404)
    assert page.goto(f"/stock/{shop.list}").status in (403, 404)


@pytest.fixture(scope="module")
def turkish():
    return new_person("admin")


def test_everything_is_in_turkish_once_somebody_says_so(opened, shop, turkish):
    """Flow 12."""
    shop.level("DRESS-İPEK-LACİ-38", 1_204_331)
    page, watched = opened(turkish)
    page.goto("/me")
    page.get_by_label("Language").select_option("tr")
    page.get_by_role("button", name="Save").click()
    expect(page.locator("html")).to_have_attribute("lang", "tr")
    watched.check_page()
    for path in ("/", "/stock", "/orders", "/imports", "/imports/new"):
        page.goto(path)
        expect(page.locator("html")).to_have_attribute("lang", "tr")
        text = page.locator("main").inner_text()
        assert not re.search(r"\b(On hand|Reserved|Available|Reported|Nothing|Search)\b", text), text
    page.goto(f"/stock/{shop.list}")
    page.locator("#q").fill("DRESS-İPEK")
    page.keyboard.press("Enter")
    expect(page.locator("tbody tr")).to_have_count(1)
    expect(page.locator("tbody .big")).to_have_text("1.204.331")
    watched.check_page()

"""The screens on PostgreSQL: two processes on one database, and a database that is away for a while."""

import re

import pytest
from onhand_api import ADMIN
from onhand_shop import Shop, signed_in_api
from playwright.sync_api import expect
from servers import Server, Way, postgres, running, signed_in


@pytest.fixture
def database():
    with postgres() as url:
        yield url


def lives(page):
    expect(page.locator("oh-live")).to_have_attribute("data-state", "on")


def edit(page, level):
    page.locator("a.level").click()
    page.get_by_role("textbox", name="Stock level").fill(level)
    page.keyboard.press("Enter")


def test_an_edit_in_one_process_moves_the_number_in_a_tab_of_the_other(chromium, database):
    """Flow 13."""
    first = Server(database)
    with running(first, Server(database)) as (one, other):
        shop = Shop(signed_in_api(one.url, *ADMIN))
        shop.level("COAT", 58)
        with signed_in(chromium, one.url, *ADMIN) as editing, signed_in(chromium, other.url, *ADMIN) as looking:
            looking.goto(f"/stock/{shop.list}")
            lives(looking)
            editing.goto(f"/stock/{shop.list}")
            edit(editing, "64")
            expect(editing.locator(".toast")).to_contain_text("64")
            expect(looking.locator("a.level")).to_have_text("64")
            shop.order(("COAT", 4))
            expect(looking.locator("tbody [data-n=available]")).to_have_attribute("data-value", "60")
            expect(looking.locator("[data-cause]")).to_contain_text("ordered")


def test_a_database_that_is_away_is_said_and_waited_for(chromium, database):
    """Flow 14: screens say so, keep the form, and go on by themselves."""
    way = Way(database)
    with running(Server(way.url, "--database-wait-seconds", "1")) as (server,):
        shop = Shop(signed_in_api(server.url, *ADMIN))
        shop.level("COAT", 58)
        with signed_in(chromium, server.url, *ADMIN) as page, signed_in(chromium, server.url, *ADMIN) as other:
            page.goto(f"/stock/{shop.list}")
            lives(page)
            page.locator("a.level").click()
            field = page.get_by_role("textbox", name="Stock level")
            field.fill("64")
            expect(page.locator("#level-preview")).to_contain_text("64")
            way.cut()
            expect(page.locator("oh-live")).to_have_attribute("data-state", "lost", timeout=60_000)
            expect(page.locator("oh-live")).to_contain_text("Not live since")
            field.press("Enter")
            expect(page.locator("#problem")).to_contain_text("Nothing was changed", timeout=60_000)
            expect(field).to_have_value("64")
            other.goto("/orders")
            expect(other.get_by_text("503")).to_be_visible()
            expect(other.locator("[data-seconds]")).to_be_visible()

            way.mend()
            expect(page.locator("oh-live")).to_have_attribute("data-state", "on", timeout=90_000)
            # The page that could not be shown is shown, without anybody having pressed anything.
            expect(other.get_by_role("heading", name=re.compile("Orders"))).to_be_visible(timeout=90_000)
            field.press("Enter")
            expect(page.locator(".toast")).to_contain_text("64", timeout=60_000)
            assert shop.numbers("COAT")["on_hand"] == 64
            assert len(shop.movements(shop.stock("COAT")["pk"])) == 2, "it was done once"

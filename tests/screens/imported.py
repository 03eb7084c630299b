"""Imports in a browser: pressing what begins one, and waiting for its end."""

import re

from playwright.sync_api import expect


def begun(page, button):
    """Presses what begins another import, whose page comes next."""
    before = page.url
    button.click()
    page.wait_for_url(lambda url: url != before and re.search(r"/imports/\d+$", url))


def ended(page, seconds=30):
    """Waits until the import of the page has ended. The page follows it by itself."""
    expect(page.locator("[data-import]")).to_have_count(0, timeout=seconds * 1_000)


def pressed(page, button):
    """Presses what begins another import, and waits until that one has ended."""
    begun(page, button)
    ended(page)

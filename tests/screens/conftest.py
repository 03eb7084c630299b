"""Fixtures of the screens' tests: a Chromium, people who are signed in, and an API to compare screens with.

The server at `ONHAND_URL` runs already (see ./run). A test that fails leaves a picture of each of its pages.
"""

import os
import shutil

import pytest
from onhand_api import ADMIN
from onhand_shop import Shop, signed_in_api
from playwright.sync_api import expect, sync_playwright
from watched import Watched

DESKTOP = {"width": 1440, "height": 900}
PHONE = {"width": 390, "height": 844}


@pytest.fixture(scope="session")
def url():
    return os.environ["ONHAND_URL"]


@pytest.fixture(scope="session")
def api(url):
    return signed_in_api(url, *ADMIN)


@pytest.fixture(scope="session")
def chromium():
    expect.set_options(timeout=10_000)
    # A container's root has no sandbox of Chromium's.
    arguments = ["--no-sandbox"] if os.geteuid() == 0 else []
    with sync_playwright() as playwright:
        program = shutil.which("chromium")
        browser = playwright.chromium.launch(executable_path=program, args=arguments)
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def sessions(chromium, url):
    """The cookies of people, each signed in once through the page."""
    kept = {}

    def of(name, password):
        if name not in kept:
            context = chromium.new_context(base_url=url)
            context.set_default_timeout(15_000)
            page = context.new_page()
            page.goto("/sign-in")
            page.locator("#name").fill(name)
            page.locator("#password").fill(password)
            page.get_by_role("button", name="Sign in").click()
            page.wait_for_url(f"{url}/")
            kept[name] = context.storage_state()
            context.close()
        return kept[name]

    return of


@pytest.fixture
def opened(chromium, url, sessions, request):
    """Opens a watched page: of the administrator, of somebody else, or of nobody (`person=None`)."""
    pages = []

    def make(person=ADMIN, viewport=None, javascript=True):
        context = chromium.new_context(
            base_url=url,
            viewport=viewport or DESKTOP,
            java_script_enabled=javascript,
            storage_state=sessions(*person) if person else None,
            locale="en-GB",
            reduced_motion="reduce",
        )
        context.set_default_timeout(15_000)
        page = context.new_page()
        pages.append((page, Watched(page, url)))
        return pages[-1]

    yield make
    has_failed = getattr(request.node, "has_failed", False)
    try:
        for number, (page, watched) in enumerate(pages):
            if has_failed:
                leave_picture(page, f"{request.node.name}-{number}")
            else:
                watched.check()
    except AssertionError:
        leave_picture(page, f"{request.node.name}-{number}")
        raise
    finally:
        for page, _ in pages:
            page.context.close()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item, call):
    report = yield
    if call.when == "call":
        item.has_failed = report.failed
    return report


def leave_picture(page, name):
    folder = os.environ["ONHAND_PICTURES"]
    os.makedirs(folder, exist_ok=True)
    safe = "".join(letter if letter.isalnum() or letter in "-_" else "-" for letter in name)
    page.screenshot(path=os.path.join(folder, f"{safe}.png"))


@pytest.fixture
def shop(api):
    """A stock list of the test's own."""
    return Shop(api)

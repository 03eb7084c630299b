"""A page that is watched: what a browser complains about, where requests go to, what a page weighs."""

import re

from axe_playwright_python.sync_playwright import Axe

AXE_OPTIONS = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]}
# A refusal that a test expects is a message of the browser all the same.
FAILED_REQUEST = re.compile(r"the server responded with a status of (4\d\d)")
TELL_VIOLATIONS = """document.addEventListener("securitypolicyviolation",
    (event) => console.error("CSP: " + event.violatedDirective + " " + event.blockedURI));"""


class Watched:
    """Collects the faults of a page from its first request on; `check` is made at the end of each test."""

    def __init__(self, page, url):
        self.page, self.url = page, url
        self.faults = []
        self.expected = set()
        page.add_init_script(TELL_VIOLATIONS)
        page.on("console", self._said)
        page.on("pageerror", lambda error: self.faults.append(f"page error: {error}"))
        page.on("request", self._asked)

    def expects(self, *statuses):
        """Answers of these statuses are what the test is about."""
        self.expected.update(statuses)

    def check(self):
        assert self.faults == [], "\n".join(self.faults)

    def check_page(self):
        """What holds for every page at rest."""
        self.page.wait_for_load_state("load")
        self.page.evaluate("document.fonts.ready.then(() => null)")
        answer = Axe().run(self.page, options=AXE_OPTIONS).response
        found = [f"{one['id']}: {one['help']}: {node['html'][:200]}" for one in answer["violations"] for node in one["nodes"]]
        assert found == [], "\n".join(found)
        wide = self.page.evaluate("[document.documentElement.scrollWidth, document.documentElement.clientWidth]")
        assert wide[0] <= wide[1], f"the page scrolls sideways: {wide[0]} > {wide[1]}"
        self.check()

    def _said(self, message):
        if message.type not in ("error", "warning"):
            return
        refused = FAILED_REQUEST.search(message.text)
        if refused and int(refused[1]) in self.expected:
            return
        self.faults.append(f"{message.type}: {message.text} ({message.location.get('url')})")

    def _asked(self, request):
        if not request.url.startswith((self.url + "/", "data:", "blob:")):
            self.faults.append(f"a request to elsewhere: {request.url}")


def weigh(page, path):
    """The bytes that came over the wire for a page, by their addresses."""
    client = page.context.new_cdp_session(page)
    client.send("Network.enable")
    names, bytes_of = {}, {}
    client.on("Network.requestWillBeSent", lambda event: names.update({event["requestId"]: event["request"]["url"]}))
    client.on("Network.loadingFinished",
              lambda event: bytes_of.update({names.get(event["requestId"], "?"): event["encodedDataLength"]}))
    page.goto(path)
    page.wait_for_load_state("load")
    page.evaluate("document.fonts.ready.then(() => null)")
    client.detach()
    return bytes_of

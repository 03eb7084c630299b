"""The examples of README.md and docs/, run as they are printed against a demonstration.

An example is a block of `sh` and, right below it, the block of `json` or `text` with its answer, in which … stands for any
text. The blocks of a page are run by one shell, in the order of the page, so they may use each other's variables. A page
has at least one example, unless EXCEPTIONS has a reason; a block of `sh` that sends a request has an answer.
"""

import difflib
import os
import pathlib
import re
import subprocess

import pytest
import requests
from channel.shop import awaited, free_port

ROOT = pathlib.Path(__file__).parents[2]
FENCE = re.compile(r"^```(\w*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
REQUEST = re.compile(r"\b(curl|call|ended) ")
# An answer that is not shown has no error: neither of the request nor of a field.
ERROR = re.compile(r'^\{"(detail|non_field_errors)"|^\{"\w+":\["')
PAGE_SECONDS = 120
# What separates the answers of a page's blocks from each other; no answer has it.
END = "\x1e"

EXCEPTIONS = {
    "docs/SUMMARY.md": "the table of contents",
    "docs/glossary.md": "definitions of terms",
    "docs/performance.md": "measurements; its commands take more than half an hour",
    "docs/vendor-contract.md": "the requirements, not their fulfilment",
}


def pages():
    found = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]
    return [str(page.relative_to(ROOT)) for page in found]


class Block:
    def __init__(self, text, match):
        self.language, self.text = match.groups()
        self.line = text.count("\n", 0, match.start()) + 1
        self.start, self.end = match.span()


def blocks(page):
    text = (ROOT / page).read_text(encoding="utf-8")
    return text, [Block(text, match) for match in FENCE.finditer(text)]


def examples(page):
    """Pairs of a command and its answer."""
    text, found = blocks(page)
    between = zip(found, found[1:])
    return [
        (block, answer)
        for block, answer in between
        if block.language == "sh" and answer.language in ("json", "text") and not text[block.end : answer.start].strip()
    ]


def preamble():
    """The variables and functions that every page uses: the first block of docs/api.md, up to its request."""
    (block, _), *_ = examples("docs/api.md")
    return block.text.split("\n\n")[0]


def one_line(text):
    """An answer of JSON may be broken anywhere between two values; lines begin with spaces then."""
    return re.sub(r"\n *", "", text.strip())


def fits(expected, found, language):
    if language == "json":
        expected, found = one_line(expected), one_line(found)
    else:
        # The byte order mark of a CSV file cannot be seen on a page.
        expected, found = (text.replace("\r", "").replace("\ufeff", "").strip() for text in (expected, found))
    parts = (re.escape(part) for part in expected.split("…"))
    return re.fullmatch(".*?".join(parts), found, re.DOTALL) is not None


@pytest.fixture(scope="module")
def demonstration(tmp_path_factory):
    """A demonstration of its own, so that no other test changes what the pages show."""
    folder = tmp_path_factory.mktemp("demonstration")
    address = f"127.0.0.1:{free_port()}"
    environment = {name: value for name, value in os.environ.items() if not name.startswith("ONHAND_")}
    environment |= {"ONHAND_DATABASE": f"sqlite:{folder}/onhand.db", "ONHAND_LOG": "warn"}
    # What webhooks are signed with is kept sealed.
    environment["ONHAND_SECRET_KEY"] = "0123456789abcdef" * 4
    command = [os.environ["ONHAND_BINARY"], "serve", "--demo", "--demo-still", "--listen", address]
    with open(folder / "server.log", "w") as log:
        server = subprocess.Popen(command, env=environment, stdout=log, stderr=log)
    awaited(lambda: requests.get(f"http://{address}/readyz", timeout=5).ok)
    yield f"http://{address}", environment
    server.terminate()
    assert server.wait(timeout=60) == 0, "the server did not stop cleanly"
    verified = subprocess.run([command[0], "verify"], env=environment, capture_output=True, text=True, timeout=60)
    assert verified.returncode == 0, verified.stdout + verified.stderr


def run(page, demonstration, folder):
    """What each block of the page printed."""
    url, environment = demonstration
    script = [preamble()]
    for block, _ in examples(page):
        script += [block.text, f"printf '{END}'"]
    if page == "README.md":
        # It can be read without the other pages, so it has the functions itself.
        script[0] = next(block.text for block in blocks(page)[1] if "call() {" in block.text)
    done = subprocess.run(
        ["bash", "-c", "\n".join(script)],
        env=environment | {"ONHAND": url, "LC_ALL": "C.UTF-8"},
        cwd=folder,
        capture_output=True,
        text=True,
        timeout=PAGE_SECONDS,
    )
    assert not done.stderr, done.stderr
    for file in folder.glob("*.json"):
        assert not ERROR.search(file.read_text()), f"{page}: a step has failed: {file.name}: {file.read_text()}"
    return done.stdout.split(END)


@pytest.mark.parametrize("page", [page for page in pages() if page not in EXCEPTIONS])
def test_examples_of_a_page_answer_as_printed(page, demonstration, tmp_path):
    expected = [answer for _, answer in examples(page)]
    assert any(REQUEST.search(command.text) for command, _ in examples(page)), f"{page} has no example of a request"
    found = run(page, demonstration, tmp_path)
    assert len(found) == len(expected) + 1, f"{page}: the shell has ended early"
    for answer, printed in zip(expected, found):
        if not fits(answer.text, printed, answer.language):
            lines = difflib.ndiff(answer.text.splitlines(), printed.strip().splitlines())
            raise AssertionError(f"{page}:{answer.line}: the answer is another one\n" + "\n".join(lines))


@pytest.mark.parametrize("page", pages())
def test_no_request_is_printed_without_its_answer(page):
    _, found = blocks(page)
    commands = {block.line for block, _ in examples(page)}
    answers = {answer.line for _, answer in examples(page)}
    for block in found:
        sends = block.language == "sh" and REQUEST.search(re.sub(r"#.*|^\w+\(\) .*", "", block.text, flags=re.MULTILINE))
        assert not sends or "call() {" in block.text or block.line in commands, f"{page}:{block.line} lacks an answer"
        is_answer = block.language in ("json", "text")
        assert not is_answer or block.line in answers, f"{page}:{block.line} answers no command"


def test_exceptions_are_pages():
    assert set(EXCEPTIONS) <= set(pages())
    assert not [page for page in EXCEPTIONS if examples(page)], "a page with examples is no exception"


def test_an_answer_is_compared_to_the_letter():
    assert fits('{"a":…,\n "b":"x"}', '{"a":12,"b":"x"}\n', "json")
    assert not fits('{"a":…}', '{"a":12,"b":"x"} and more', "json")
    assert not fits('{"a":12}', '{"a":13}', "json")
    assert fits("one\ntwo …", "one\r\ntwo three\n", "text")
    assert not fits("one\ntwo", "one two", "text")

#!/usr/bin/env python3
"""Writes THIRD-PARTY.txt: the crates that are linked into the binary, and the files of others that its screens name, with
the texts of their licences.

The texts come from the crates themselves, as cargo has unpacked them. Equal texts are printed once. With --check, nothing is
written, and it is an error if the file is not what would be written.
"""

import hashlib
import json
import pathlib
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parents[2]
FILE = ROOT / "THIRD-PARTY.txt"
NAMES = ("license", "licence", "copying", "notice", "copyright", "unlicense")
ASSETS = ROOT / "crates/web/assets"
# What others have made of the screens' files (crates/web/assets/VENDOR.md), and where its licence stands.
FILES = (
    ("Geist and Geist Mono, fonts", "OFL-1.1", "fonts/OFL-Geist.txt"),
    ("htmx 4.0.1", "0BSD", "vendor/LICENSE-htmx.txt"),
    ("Lucide 1.62.0, icons", "ISC", "icons/LICENSE-lucide.txt"),
)
HEAD = """Third-party software in Onhand
==============================

The program `onhand` contains the following crates, under the licences named. Each crate names the licence texts that it
comes with by number; they follow below. Behind the crates are the files that the screens show. Made by
tests/dependencies/notices.py.
"""


def linked():
    """The packages that the binary is made of, without those that only build it or test it."""
    told = subprocess.run(
        ["cargo", "metadata", "--format-version=1", "--locked", "--filter-platform=x86_64-unknown-linux-gnu"],
        cwd=ROOT, check=True, capture_output=True,
    )
    metadata = json.loads(told.stdout)
    packages = {package["id"]: package for package in metadata["packages"]}
    nodes = {node["id"]: node for node in metadata["resolve"]["nodes"]}
    start = next(id for id, package in packages.items() if package["name"] == "onhand")
    seen, waiting = set(), [start]
    while waiting:
        id = waiting.pop()
        if id in seen:
            continue
        seen.add(id)
        for dependency in nodes[id]["deps"]:
            if any(kind["kind"] is None for kind in dependency["dep_kinds"]):
                waiting.append(dependency["pkg"])
    found = (packages[id] for id in seen)
    return sorted((one for one in found if one["source"]), key=lambda one: (one["name"], one["version"]))


def texts(package):
    folder = pathlib.Path(package["manifest_path"]).parent
    files = (file for file in folder.iterdir() if file.is_file() and file.name.lower().startswith(NAMES))
    for file in sorted(files):
        text = text_of(file)
        if text and file.suffix not in (".rs", ".toml", ".json"):
            yield text


def text_of(file):
    text = file.read_text(encoding="utf-8", errors="replace").replace("\r\n", "\n").strip()
    return "\n".join(line.rstrip() for line in text.split("\n"))


def made():
    numbers, bodies, rows = {}, [], []

    def number_of(text):
        key = hashlib.sha256("".join(text.split()).encode()).digest()
        if key not in numbers:
            numbers[key] = len(numbers) + 1
            bodies.append(text)
        return numbers[key]

    for package in linked():
        own = dict.fromkeys(number_of(text) for text in texts(package))
        named = " ".join(f"[{number}]" for number in own) or "(no text in the package)"
        rows.append(f"{package['name']} {package['version']}: {package['license'] or 'see its text'} {named}")
    rows.extend(f"{name}: {licence} [{number_of(text_of(ASSETS / file))}]" for name, licence, file in FILES)
    parts = [HEAD, "\n".join(rows)]
    for number, text in enumerate(bodies, 1):
        parts.append(f"\n{'-' * 80}\n[{number}]\n\n{text}")
    return "\n".join(parts) + "\n"


if __name__ == "__main__":
    wanted = made()
    if "--check" not in sys.argv[1:]:
        FILE.write_text(wanted, encoding="utf-8")
    elif not FILE.is_file() or FILE.read_text(encoding="utf-8") != wanted:
        sys.exit("THIRD-PARTY.txt is not up to date: python3 tests/dependencies/notices.py")

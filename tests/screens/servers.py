"""Servers of a test's own: with a database of their own, several on one, or with a way to the database that is cut."""

import os
import re
import socket
import subprocess
import threading
from contextlib import contextmanager
from urllib.parse import urlsplit, urlunsplit

from onhand_api import ADMIN

START_SECONDS = 60


class Server:
    """A server process. What it has printed up to its address and a little beyond is in `said`."""

    def __init__(self, database, *flags, password=ADMIN[1], listen="127.0.0.1:0"):
        variables = {**os.environ, "ONHAND_LOG": "error"}
        variables.pop("ONHAND_ADMIN_PASSWORD", None)
        if password:
            variables["ONHAND_ADMIN_PASSWORD"] = password
        command = [os.environ["ONHAND_BINARY"], "--database", database, "serve", "--listen", listen, *flags]
        self.process = subprocess.Popen(command, env=variables, stdout=subprocess.PIPE, text=True)
        self.said = ""
        watchdog = threading.Timer(START_SECONDS, self.process.kill)
        watchdog.start()
        for line in self.process.stdout:
            self.said += line
            if line.startswith("  documentation"):
                break
        watchdog.cancel()
        found = re.search(r"listens on (\S+)", self.said)
        assert found, f"the server did not start: {self.said}"
        self.url = found[1]

    def stop(self):
        self.process.terminate()
        assert self.process.wait(timeout=60) == 0


@contextmanager
def running(*servers):
    try:
        yield servers
    finally:
        for server in servers:
            server.stop()


@contextmanager
def postgres():
    """The URL of a new PostgreSQL, which is gone afterwards."""
    command = [os.environ["ONHAND_TESTBED"], "serve"]
    process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    try:
        yield process.stdout.readline().strip()
    finally:
        process.stdin.close()
        process.wait(timeout=60)


class Way:
    """The way to a database server: it hands on bytes until it is cut."""

    def __init__(self, url):
        self.parts = urlsplit(url)
        self.far = (self.parts.hostname, self.parts.port)
        self.open, self.sockets, self.lock = True, [], threading.Lock()
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port = self.listener.getsockname()[1]
        threading.Thread(target=self._accept, args=(self.listener,), daemon=True).start()

    @property
    def url(self):
        name = self.parts.netloc.rpartition("@")
        return urlunsplit(self.parts._replace(netloc=f"{name[0]}{name[1]}127.0.0.1:{self.port}"))

    def cut(self):
        """Ends every connection, and takes no new one."""
        with self.lock:
            self.open = False
            self.listener.shutdown(socket.SHUT_RDWR)
            self.listener.close()
            for one in self.sockets:
                try:
                    one.shutdown(socket.SHUT_RDWR)
                except OSError:
                    pass
            self.sockets.clear()

    def mend(self):
        with self.lock:
            self.open = True
            self.listener = socket.create_server(("127.0.0.1", self.port))
            threading.Thread(target=self._accept, args=(self.listener,), daemon=True).start()

    def _accept(self, listener):
        while True:
            try:
                near, _ = listener.accept()
                far = socket.create_connection(self.far)
            except OSError:
                return
            with self.lock:
                if not self.open:
                    near.close()
                    far.close()
                    return
                self.sockets += [near, far]
            for source, target in ((near, far), (far, near)):
                threading.Thread(target=self._hand_on, args=(source, target), daemon=True).start()

    @staticmethod
    def _hand_on(source, target):
        try:
            while data := source.recv(65536):
                target.sendall(data)
        except OSError:
            pass
        for one in (source, target):
            try:
                one.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass


@contextmanager
def signed_in(chromium, url, name, password):
    """A page of a person who has just signed in."""
    context = chromium.new_context(base_url=url, locale="en-GB", reduced_motion="reduce")
    context.set_default_timeout(15_000)
    page = context.new_page()
    try:
        page.goto("/")
        page.locator("#name").fill(name)
        page.locator("#password").fill(password)
        page.get_by_role("button", name="Sign in").click()
        page.wait_for_url(f"{url}/")
        yield page
    finally:
        context.close()

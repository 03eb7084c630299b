"""The server under test, as the tests in Python speak to it: plain requests, and the binary's own commands."""

import itertools
import os
import subprocess
import time

import requests

ADMIN = ("admin", os.environ["ONHAND_ADMIN_PASSWORD"])
fresh = itertools.count(1)


def onhand(*arguments, **variables):
    """Runs a command of the binary on the server's database and gives what it printed."""
    command = [os.environ["ONHAND_BINARY"], *arguments]
    done = subprocess.run(command, env={**os.environ, **variables}, capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


class Api:
    """Plain requests with a token, for what a test needs before the client under test takes over."""

    def __init__(self, url, token):
        self.url, self.token = url, token
        self.session = requests.Session()
        self.session.headers["Authorization"] = f"Token {token}"

    def get(self, path, **params):
        return self._checked(self.session.get(self.url + path, params=params, timeout=20))

    def post(self, path, body):
        return self._checked(self.session.post(self.url + path, json=body, timeout=20))

    def patch(self, path, body):
        return self._checked(self.session.patch(self.url + path, json=body, timeout=20))

    def made(self, path, body):
        """The id of a new row, or none where this body makes none."""
        response = self.session.post(self.url + path, json=body, timeout=20)
        return response.json()["pk"] if response.ok else None

    @staticmethod
    def _checked(response):
        assert response.ok, f"{response.status_code} {response.text}"
        return response.json()

    def stock_list(self):
        number = next(fresh)
        return self.post("/api/v1/stock_list/", {"name": f"list {number}", "code": f"L{number}"})["pk"]

    def stock(self, stock_list, sku, figure):
        return self.post("/api/v1/product_stock/", {"product_sku": sku, "stock_list": stock_list, "stock": figure})

    def order(self, stock_list, *skus):
        lines = [{"product_sku": sku, "stock_list": stock_list, "price": "10.00"} for sku in skus]
        return self.post("/api/v1/orders/", {"number": f"C-{next(fresh)}", "order_items": lines})

    def imported(self, stock_list, sku, figure, dry_run):
        """The key of an import of one figure that is completed."""
        return self._imported(f"stock_list/{stock_list}", f"sku,stock\n{sku},{figure}\n", dry_run)

    def imported_price(self, price_list, sku, price, dry_run):
        """The key of an import of one price that is completed."""
        return self._imported(f"price_list/{price_list}", f"sku,price\n{sku},{price}\n", dry_run)

    def _imported(self, target, text, dry_run):
        path = f"{self.url}/api/v1/{target}/excel_import/"
        answer = self.session.post(path, files={"file": ("rows.csv", text)}, data={"dry_run": dry_run}, timeout=20)
        key = self._checked(answer)["cache_key"]
        while self.get("/api/v1/stock_list/excel_import_status/", cache_key=key)["status"] in ("waiting", "processing"):
            time.sleep(0.02)
        return key

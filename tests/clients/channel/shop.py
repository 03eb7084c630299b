"""What the tests of channel-app work on: a server that can be killed and started again, and a shop with a channel.

The server has a database of its own, so that a test may stop it. Flows run in processes of their own (see flow.py).
"""

import json
import os
import pathlib
import signal
import socket
import subprocess
import sys
import time

import requests
from onhand_api import ADMIN, fresh

from channel.marketplace import Marketplace, remote_id

HERE = pathlib.Path(__file__).parent
START_SECONDS = 60
FLOW_SECONDS = 120
LEASE_SECONDS = 2


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def awaited(what, seconds=START_SECONDS):
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        try:
            if what():
                return
        except (OSError, requests.RequestException):
            pass
        time.sleep(0.05)
    raise AssertionError(f"nothing within {seconds} seconds")


class Server:
    """The binary on a port and a database that stay the same when it is started again."""

    def __init__(self, folder):
        self.address = f"127.0.0.1:{free_port()}"
        self.url = f"http://{self.address}"
        self.environment = {
            **os.environ,
            "ONHAND_DATABASE": f"sqlite:{folder}/onhand.db",
            "ONHAND_LOGIN_ATTEMPTS": "1000000",
            "ONHAND_BATCH_COMMIT_SECONDS": str(LEASE_SECONDS),
        }
        self.log = open(folder / "server.log", "a")
        self.start()

    def start(self):
        command = [os.environ["ONHAND_BINARY"], "serve", "--listen", self.address]
        self.process = subprocess.Popen(command, env=self.environment, stdout=self.log, stderr=self.log)
        awaited(lambda: requests.get(f"{self.url}/readyz", timeout=5).ok)

    def kill(self):
        self.process.send_signal(signal.SIGKILL)
        self.process.wait()

    def restart(self):
        self.kill()
        self.start()

    def close(self):
        self.process.terminate()
        assert self.process.wait(timeout=60) == 0, "the server did not stop cleanly"
        command = [os.environ["ONHAND_BINARY"], "verify"]
        verified = subprocess.run(command, env=self.environment, capture_output=True, text=True, timeout=60)
        assert verified.returncode == 0, verified.stdout + verified.stderr


class Shop:
    """A stock list with products, a catalog, a channel on it, and the marketplace at the channel's other end."""

    def __init__(self, server, api, redis_port, products):
        self.server, self.api, self.redis_port = server, api, redis_port
        number = next(fresh)
        self.list, self.extra = api.stock_list(), api.stock_list()
        self.prices = api.post("/api/v1/price_list/", {"name": f"prices {number}", "code": f"P{number}"})["pk"]
        body = {"name": f"catalog {number}", "stock_list": self.list, "price_list": self.prices}
        self.catalog = api.post("/api/v1/catalogs/", body | {"extra_stock_lists": [self.extra]})["pk"]
        conf = {"WAREHOUSE_CODES": {str(self.extra): "ae"}, "reason_mapping": {}}
        body = {"name": f"channel {number}", "channel_type": "market", "catalog": self.catalog, "conf": conf}
        self.channel = api.post("/api/v1/channels/", body)["pk"]
        self.skus = [f"M{number}-{index:03}" for index in range(products)]
        self.figures = {}
        self.products = {}
        self.write({name: 10 + index for index, name in enumerate(self.skus)})
        for name in self.skus:
            self.api.post("/api/v1/catalog_items/", {"catalog": self.catalog, "product": self.products[name]})
        self.market = Marketplace()
        self.market_server = self.market.serve()

    def write(self, figures, stock_list=None):
        """Writes figures as an ERP does."""
        stock_list = stock_list or self.list
        rows = [{"product_sku": sku, "stock_list": stock_list, "stock": figure} for sku, figure in figures.items()]
        for row, stock in zip(rows, self.api.post("/api/v1/product_stock/", rows)):
            self.products[row["product_sku"]] = stock["product"]
            self.figures[stock_list, row["product_sku"]] = row["stock"]

    def sell_products(self, skus=None):
        """Makes products known to the marketplace, as a product round would."""
        for sku in skus or self.skus:
            body = {
                "channel_id": self.channel,
                "content_type_model": "product",
                "object_id": self.products[sku],
                "remote_id": remote_id(sku),
                "version_date": "2030-01-01T00:00:00.000000Z",
            }
            self.api.post(f"/api/v1/channel/{self.channel}/integration_actions/", body)

    def price(self, sku, price):
        body = {"product": self.products[sku], "price_list": self.prices, "price": price}
        self.api.post("/api/v1/product_prices/", body | {"currency_type": "try", "tax_rate": "18"})

    def open_for_products(self):
        """What a product round asks for besides stock: a tree of categories with every product in it, and prices."""
        tree = self.api.post("/api/v1/category_trees/", {"name": f"tree {self.channel}"})
        root = tree["category_root"]["pk"]
        self.shirts = self.api.post("/api/v1/category_nodes/", {"node": root, "name": "Shirts"})["pk"]
        self.api.patch(f"/api/v1/channels/{self.channel}/", {"category_tree": tree["pk"]})
        for sku in self.skus:
            self.api.patch(f"/api/v1/products/{self.products[sku]}/", {"name": f"Shirt {sku}", "attributes": {"renk": "mavi"}})
            self.categorise(sku)
            self.price(sku, "19.90")

    def categorise(self, sku):
        body = {"category": self.shirts, "product": self.products[sku]}
        return self.api.post("/api/v1/product_categories/", body)

    def start(self, name, size=100, **arguments):
        """Starts a flow of the client in a process of its own."""
        environment = {
            **os.environ,
            "PYTHONPATH": str(HERE),
            "ONHAND_URL": self.server.url,
            "MARKET_URL": f"http://127.0.0.1:{self.market_server.server_address[1]}",
            "OMNITRON_URL": "https://nowhere.invalid/",
            "OMNITRON_USERNAME": ADMIN[0],
            "OMNITRON_PASSWORD": ADMIN[1],
            "OMNITRON_CHANNEL_ID": str(self.channel),
            "OMNITRON_CATALOG_ID": str(self.catalog),
            "OMNITRON_MODULE": "sides",
            "CHANNEL_MODULE": "sides",
            "CACHE_HOST": "127.0.0.1",
            "CACHE_PORT": str(self.redis_port),
            "CACHE_DATABASE_INDEX": "0",
            "BATCH_SIZE": str(size),
        }
        command = [sys.executable, str(HERE / "flow.py"), name, json.dumps(arguments)]
        return subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)

    def run(self, name, size=100, fails=False, **arguments):
        """Runs a flow to its end. `fails`: whether it is to end in an exception."""
        process = self.start(name, size, **arguments)
        output, _ = process.communicate(timeout=FLOW_SECONDS)
        assert (process.returncode != 0) == fails, output
        return output

    def channel_get(self, path, **params):
        return self.api.get(f"/api/v1/channel/{self.channel}/{path}", **params)

    def feed(self, path, **params):
        page = self.channel_get(path, **{"limit": 1000, **params})
        return page["results"] if isinstance(page, dict) else page

    def close(self):
        self.market_server.shutdown()
        self.market_server.server_close()

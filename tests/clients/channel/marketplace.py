"""A marketplace of ours, on the far side of the channel clients: it takes stock, refuses some of it, answers late, loses
its voice, and has orders to fetch.

It speaks HTTP, so that what the clients do with connections is real. A test changes its behaviour through the attributes
of `Marketplace`; nothing here knows the server under test.
"""

import itertools
import json
import threading
import time
from collections import defaultdict
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


def remote_id(name):
    """What the marketplace calls a product."""
    return f"R-{name}"


def sku(row):
    return row.get("sku") or row["remote_id"].removeprefix("R-")


class Marketplace:
    """What it has been told, and how it behaves next."""

    def __init__(self):
        self.lock = threading.Lock()
        self.figures = defaultdict(dict)
        """Warehouse code, or "" for the only one: SKU to figure."""
        self.prices = {}
        self.products = {}
        """SKU: what it has been told of the product, the last time."""
        self.deliveries = []
        """Every delivery that arrived: (warehouse, SKUs)."""
        self.refused = set()
        """SKUs that are answered with FAIL."""
        self.pause_seconds = 0
        self.dies = False
        """The next delivery gets no answer: the connection is cut. Once."""
        self.is_broken = False
        """Everything is answered with 500."""
        self.on_delivery = None
        """Called once, with the rows, before the next delivery is answered."""
        self.batches = {}
        self.numbers = itertools.count(1)
        self.orders, self.cancelled, self.item_updates, self.requests = [], [], [], []
        """What the clients fetch."""
        self.order_states = {}
        """What it has been told of its orders: number to status."""
        self.request_states = {}

    def deliver(self, body, take=None):
        take = take or self._taken
        warehouse, rows = body["warehouse"] or "", body["rows"]
        hook, self.on_delivery = self.on_delivery, None
        if hook:
            hook(rows)
        time.sleep(self.pause_seconds)
        with self.lock:
            self.deliveries.append((warehouse, [sku(row) for row in rows]))
            answers = [take(warehouse, row) for row in rows]
            if body["is_sync"]:
                return answers
            batch = f"remote-{next(self.numbers)}"
            self.batches[batch] = answers
            return {"remote_batch_id": batch}

    def _taken(self, warehouse, row):
        name = sku(row)
        if name in self.refused:
            return {"sku": name, "remote_id": None, "status": "FAIL", "message": "not today"}
        self.figures[warehouse][name] = row["stock"]
        if "price" in row:
            self.prices[name] = row["price"]
        return {"sku": name, "remote_id": row["remote_id"], "status": "SUCCESS", "message": ""}

    def told_of_products(self, body):
        return self.deliver(body, self._listed)

    def told_of_prices(self, body):
        return self.deliver(body, self._priced)

    def told_of_deleted(self, body):
        return self.deliver(body, self._withdrawn)

    def _listed(self, warehouse, row):
        name = sku(row)
        if name in self.refused:
            return {"sku": name, "remote_id": None, "status": "FAIL", "message": "not today"}
        self.products[name] = {key: value for key, value in row.items() if key not in ("sku", "remote_id")}
        if "stock" in row:
            self.figures[warehouse][name] = row["stock"]
        if "price" in row:
            self.prices[name] = row["price"]
        return {"sku": name, "remote_id": remote_id(name), "status": "SUCCESS", "message": ""}

    def _priced(self, _, row):
        self.prices[sku(row)] = row["price"]
        return {"sku": sku(row), "remote_id": row["remote_id"], "status": "SUCCESS", "message": ""}

    def _withdrawn(self, _, row):
        self.products.pop(sku(row), None)
        return {"sku": sku(row), "remote_id": row["remote_id"], "status": "SUCCESS", "message": ""}

    def told_of_order(self, body):
        with self.lock:
            if body["number"] in self.refused:
                return {"number": body["number"], "remote_id": None, "status": "FAIL", "message": "not today"}
            self.order_states[body["number"]] = body["status"]
            return {"number": body["number"], "remote_id": body["number"], "status": "SUCCESS", "message": ""}

    def told_of_request(self, body):
        with self.lock:
            self.request_states[body["remote_id"]] = body["status"]
            return {"sku": body["remote_id"], "remote_id": body["remote_id"], "status": "SUCCESS", "message": ""}

    def serve(self):
        """A started server; its port is `server_address[1]`."""
        server = ThreadingHTTPServer(("127.0.0.1", 0), type("Handler", (_Handler,), {"market": self}))
        threading.Thread(target=server.serve_forever, daemon=True).start()
        return server


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    market = None

    def do_GET(self):
        resource, _, name = self.path.strip("/").partition("/")
        if resource == "batches":
            return self._answer(self.market.batches.get(name, []))
        return self._answer(getattr(self.market, resource))

    def do_POST(self):
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        if self.market.dies:
            self.market.dies = False
            self.close_connection = True
            self.connection.close()
            return None
        if self.market.is_broken:
            return self._answer({"error": "out of order"}, 500)
        act = {
            "/stocks": "deliver",
            "/products": "told_of_products",
            "/prices": "told_of_prices",
            "/deleted": "told_of_deleted",
            "/orders": "told_of_order",
            "/requests": "told_of_request",
        }[self.path]
        return self._answer(getattr(self.market, act)(body))

    def _answer(self, value, status=200):
        body = json.dumps(value).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass

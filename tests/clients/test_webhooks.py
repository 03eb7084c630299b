"""Webhooks as a receiver sees them that verifies signatures with the library of the Standard Webhooks."""

import http.server
import os
import subprocess
import threading

import pytest
import requests
from channel.shop import awaited, free_port
from standardwebhooks import Webhook
from standardwebhooks.webhooks import WebhookVerificationError

from onhand_api import ADMIN, Api


class Receiver(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_POST(self):
        body = self.rfile.read(int(self.headers["content-length"])).decode()
        self.server.received.append((dict(self.headers.items()), body))
        self.send_response(204)
        self.end_headers()

    def log_message(self, *_):
        pass


@pytest.fixture
def receiver():
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Receiver)
    server.received = []
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield server
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def telling(tmp_path):
    """A server that may send to this machine."""
    address = f"127.0.0.1:{free_port()}"
    environment = os.environ | {
        "ONHAND_DATABASE": f"sqlite:{tmp_path}/onhand.db",
        "ONHAND_SECRET_KEY": "0123456789abcdef" * 4,
        "ONHAND_OUTGOING_NETWORKS": "127.0.0.0/8",
    }
    command = [os.environ["ONHAND_BINARY"], "serve", "--listen", address]
    with open(tmp_path / "server.log", "w") as log:
        server = subprocess.Popen(command, env=environment, stdout=log, stderr=log)
    awaited(lambda: requests.get(f"http://{address}/readyz", timeout=5).ok)
    body = dict(zip(("username", "password"), ADMIN))
    key = requests.post(f"http://{address}/api/v1/auth/login/", json=body, timeout=20).json()["key"]
    yield Api(f"http://{address}", key)
    server.terminate()
    assert server.wait(timeout=60) == 0, "the server did not stop cleanly"


def test_the_library_of_the_standard_accepts_what_is_sent(telling, receiver):
    url = f"http://127.0.0.1:{receiver.server_address[1]}/"
    hook = telling.post("/api/v1/webhooks/", {"name": "Python", "url": url})
    stock_list = telling.post("/api/v1/stock_list/", {"name": "Çay"})["pk"]
    telling.post("/api/v1/product_stocks/", {"product_sku": "ÇAY-1", "stock_list": stock_list, "stock": 9})
    line = {"product_sku": "ÇAY-1", "stock_list": stock_list, "quantity": 4}
    telling.post("/api/v1/orders/", {"number": "W-1", "order_items": [line]})
    types = lambda: {headers["ce-type"] for headers, _ in receiver.received}
    awaited(lambda: {"stock.changed", "stock.low", "order.created"} <= types())
    verifier = Webhook(hook["secret"])
    for headers, body in receiver.received:
        event = verifier.verify(body, headers)
        assert event["type"] == headers["ce-type"]
        with pytest.raises(WebhookVerificationError):
            verifier.verify(body + " ", headers)
    with pytest.raises(WebhookVerificationError):
        Webhook("whsec_" + "A" * 43 + "=").verify(*reversed(receiver.received[0]))

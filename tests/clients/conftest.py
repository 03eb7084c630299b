"""Fixtures of the client tests: where the server is, how to sign in, and shops to try things on.

The server at `url` runs already (see ./run); the tests of channels start one of their own, which they may kill. Nothing
here knows how it works inside.
"""

import os
import shutil
import socket
import subprocess

import pytest
import requests
from channel.shop import Server, Shop, awaited, free_port
from onhand_api import ADMIN, Api

@pytest.fixture(scope="session")
def url():
    return os.environ["ONHAND_URL"]


@pytest.fixture(scope="session")
def token(url):
    username, password = ADMIN
    body = {"username": username, "password": password}
    response = requests.post(f"{url}/api/v1/auth/login/", json=body, timeout=20)
    assert response.status_code == 200, response.text
    return response.json()["key"]


@pytest.fixture(scope="session")
def api(url, token):
    return Api(url, token)


@pytest.fixture(scope="session")
def server(tmp_path_factory):
    server = Server(tmp_path_factory.mktemp("server"))
    yield server
    server.close()


@pytest.fixture(scope="session")
def own(server):
    body = dict(zip(("username", "password"), ADMIN))
    key = requests.post(f"{server.url}/api/v1/auth/login/", json=body, timeout=20).json()["key"]
    return Api(server.url, key)


@pytest.fixture(scope="session")
def redis_port(tmp_path_factory):
    port = free_port()
    options = ["--port", str(port), "--bind", "127.0.0.1", "--save", "", "--dir", str(tmp_path_factory.mktemp("redis"))]
    process = subprocess.Popen([shutil.which("redis-server"), *options], stdout=subprocess.DEVNULL)
    awaited(lambda: socket.create_connection(("127.0.0.1", port), timeout=1).close() is None)
    yield port
    process.terminate()
    process.wait()


@pytest.fixture
def shop_of(server, own, redis_port):
    shops = []

    def make(products):
        shops.append(Shop(server, own, redis_port, products))
        return shops[-1]

    yield make
    for shop in shops:
        shop.close()

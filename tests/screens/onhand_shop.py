"""The server under test through its API: what screens are compared with, and what happens besides them."""

import requests
from onhand_api import Api, fresh, onhand

NUMBERS = {"on_hand": "stock", "reserved": "sold_quantity_unreported", "reported": "reported_quantity",
           "available": "adjusted_stock"}


def signed_in_api(url, name, password):
    body = {"username": name, "password": password}
    response = requests.post(f"{url}/api/v1/auth/login/", json=body, timeout=20)
    assert response.ok, response.text
    return Api(url, response.json()["key"])


def new_person(role, *arguments):
    """The name and the password of a person who is made by the command line."""
    name, password = f"{role}-{next(fresh)}", "a-long-enough-word"
    onhand("user", "add", name, "--role", role, *arguments, ONHAND_PASSWORD=password)
    return name, password


class Shop:
    """A stock list of its own, with products that no other list has."""

    def __init__(self, api):
        self.api, self.number = api, next(fresh)
        self.name = f"Shelf {self.number}"
        self.list = api.post("/api/v1/stock_list/", {"name": self.name, "code": f"SH-{self.number}"})["pk"]

    def sku(self, name):
        return f"{name}-{self.number}"

    def level(self, name, level):
        body = {"product_sku": self.sku(name), "stock_list": self.list, "stock": level}
        return self.api.post("/api/v1/product_stocks/", body)["pk"]

    def order(self, *lines):
        """An order of SKUs, each with its quantity: the answer, as the API has it."""
        items = [{"product_sku": self.sku(name), "stock_list": self.list, "quantity": quantity, "price": "10.00"}
                 for name, quantity in lines]
        return self.api.post("/api/v1/orders/", {"number": f"T{self.number}-{next(fresh)}", "order_items": items})

    def stock(self, name):
        return self.api.get("/api/v1/product_stocks/", product_sku=self.sku(name), stock_list=self.list)["results"][0]

    def numbers(self, name):
        """The four numbers of a stock by the names that the screens have for them."""
        stock = self.stock(name)
        return {shown: int(stock[field]) for shown, field in NUMBERS.items()}

    def movements(self, stock):
        return self.api.get(f"/api/v1/product_stocks/{stock}/movements/")["results"]

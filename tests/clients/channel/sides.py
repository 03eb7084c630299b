"""The two modules that channel-app asks an integrator for: how to reach the server, and how to speak to a marketplace.

channel-app imports this by name (OMNITRON_MODULE, CHANNEL_MODULE). Its own classes are used as they are published; the
server's classes are only given an address, which the package takes with https alone, and a size of batches, which the
package has as a constant of a class.
"""

import os

import requests
from channel_app.channel.integration import ChannelIntegration as PublishedChannel
from channel_app.core.commands import ChannelCommandInterface
from channel_app.core.data import (
    AddressDto,
    BatchRequestResponseDto,
    ProductBatchRequestResponseDto,
    CancellationRequestDto,
    CancelOrderDto,
    ChannelCreateOrderDto,
    ChannelOrderDto,
    ChannelUpdateOrderItemDto,
    CustomerDto,
    OrderBatchRequestResponseDto,
    OrderItemDto,
)
from channel_app.omnitron.integration import OmnitronIntegration as PublishedOmnitron

MARKET = os.environ["MARKET_URL"]
SIZE = int(os.environ.get("BATCH_SIZE", "100"))


def sized(command):
    return type(command.__name__, (command,), {"BATCH_SIZE": SIZE})


class OmnitronIntegration(PublishedOmnitron):
    actions = {
        name: sized(command) if name.startswith(("get_updated_stocks", "get_inserted_stocks")) else command
        for name, command in PublishedOmnitron.actions.items()
    }

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.base_url = os.environ["ONHAND_URL"] + "/"


class Spoken(ChannelCommandInterface):
    """A command that says something to the marketplace: `path`, and a body made of the objects."""

    path = None
    param_is_sync = True

    def get_data(self):
        return self.objects

    def validated_data(self, data):
        return data

    def transform_data(self, data):
        return data

    def send_request(self, transformed_data):
        return self.session.post(MARKET + self.path, json=transformed_data, timeout=60)


class SendStocks(Spoken):
    path = "/stocks"
    reads = BatchRequestResponseDto

    def get_data(self):
        # Of an extra list the stocks come with the code of their warehouse.
        stocks, self.code = self.objects if isinstance(self.objects, tuple) else (self.objects, None)
        return stocks

    def transform_data(self, data):
        return {"warehouse": self.code, "is_sync": self.param_is_sync, "rows": [self.row(stock) for stock in data]}

    def row(self, stock):
        price = getattr(stock, "productprice", None)
        return {"remote_id": stock.remote_id, "stock": stock.stock} | ({"price": price.price} if price else {})

    def normalize_response(self, data, validated_data, transformed_data, response):
        report = self.create_report(response)
        if not response.ok:
            return None, report, data
        if not self.param_is_sync:
            self.batch_request.remote_batch_id = response.json()["remote_batch_id"]
            return None, report, data
        return [self.reads(**row) for row in response.json()], report, data


class SendPrices(SendStocks):
    path = "/prices"

    def row(self, price):
        return {"remote_id": price.remote_id, "price": price.price}


class SendProducts(SendStocks):
    """Whole products: what they are, and whatever of stock, price and categories the round has added."""

    path = "/products"
    reads = ProductBatchRequestResponseDto

    def row(self, product):
        action = getattr(product, "integration_action", None)
        row = {"sku": product.sku, "name": product.name, "remote_id": action.remote_id if action else None}
        mapped = getattr(product, "mapped_attributes", None)
        if mapped:
            row["attributes"] = dict(vars(mapped)["mapped_attributes"])
            row["values"] = {name: value["value"] for name, value in vars(mapped)["mapped_attribute_values"].items()}
        if getattr(product, "productstock", None):
            row["stock"] = product.productstock.stock
        if getattr(product, "productprice", None):
            row["price"] = product.productprice.price
        if getattr(product, "category_nodes", None):
            row["categories"] = [node["name"] for node in product.category_nodes]
        return row


class SendDeletedProducts(SendStocks):
    path = "/deleted"
    reads = ProductBatchRequestResponseDto

    def row(self, action):
        return {"remote_id": action.remote_id}


class CheckStocks(Spoken):
    reads = BatchRequestResponseDto

    def send_request(self, transformed_data):
        return self.session.get(f"{MARKET}/batches/{transformed_data.remote_batch_id}", timeout=60)

    def normalize_response(self, data, validated_data, transformed_data, response):
        rows = [self.reads(**row) for row in response.json()]
        return rows, self.create_report(response), data


class CheckProducts(CheckStocks):
    reads = ProductBatchRequestResponseDto

    def normalize_response(self, data, validated_data, transformed_data, response):
        # The service of products files one report where that of stocks files a list.
        rows, reports, data = super().normalize_response(data, validated_data, transformed_data, response)
        return rows, reports[0], data


class Fetched(ChannelCommandInterface):
    """A command that fetches rows from the marketplace, one report for each."""

    resource = None

    def get_data(self):
        return self.objects

    def validated_data(self, data):
        return data

    def transform_data(self, data):
        return data

    def send_request(self, transformed_data):
        return requests.get(f"{MARKET}/{self.resource}", timeout=60).json()

    def normalize_response(self, data, validated_data, transformed_data, response):
        for row in response:
            yield self.read(row), self.create_report(row), None


class GetOrders(Fetched):
    resource = "orders"

    def read(self, row):
        order = dict(row["order"])
        parts = {
            "customer": CustomerDto(**order.pop("customer")),
            "shipping_address": AddressDto(**order.pop("shipping_address")),
            "billing_address": AddressDto(**order.pop("billing_address")),
        }
        lines = [OrderItemDto(**line) for line in row["order_items"]]
        return ChannelCreateOrderDto(order=ChannelOrderDto(**parts, **order), order_item=lines)


class GetUpdatedOrderItems(Fetched):
    resource = "item_updates"

    def read(self, row):
        return ChannelUpdateOrderItemDto(**row)


class GetCancelledOrders(Fetched):
    resource = "cancelled"

    def read(self, row):
        return CancelOrderDto(**row)

    def normalize_response(self, data, validated_data, transformed_data, response):
        # The service files one report for a cancelled order where it files a list elsewhere.
        for row in response:
            yield self.read(row), None, None


class GetCancellationRequests(Fetched):
    resource = "requests"

    def read(self, row):
        return CancellationRequestDto(**row)


class SendOrders(Spoken):
    def send_request(self, transformed_data):
        told = []
        for order in transformed_data:
            body = {"number": order.extra_field.get("id"), "status": order.status}
            told.append(self.session.post(MARKET + "/orders", json=body, timeout=60).json())
        return told

    def normalize_response(self, data, validated_data, transformed_data, response):
        rows = [OrderBatchRequestResponseDto(**row) for row in response]
        return rows, self.create_report(response), data


class SendRequest(Spoken):
    path = "/requests"

    def transform_data(self, data):
        return {"remote_id": data.remote_id, "status": data.status}

    def normalize_response(self, data, validated_data, transformed_data, response):
        return BatchRequestResponseDto(**response.json()), self.create_report(response), data


class ChannelIntegration(PublishedChannel):
    actions = {
        **PublishedChannel.actions,
        "send_inserted_stocks": SendStocks,
        "send_updated_stocks": SendStocks,
        "check_stocks": CheckStocks,
        "send_inserted_products": SendProducts,
        "send_updated_products": SendProducts,
        "send_deleted_products": SendDeletedProducts,
        "check_products": CheckProducts,
        "send_inserted_prices": SendPrices,
        "send_updated_prices": SendPrices,
        "get_orders": GetOrders,
        "get_updated_order_items": GetUpdatedOrderItems,
        "get_cancelled_orders": GetCancelledOrders,
        "get_cancellation_requests": GetCancellationRequests,
        "send_updated_orders": SendOrders,
        "update_cancellation_request": SendRequest,
    }

"""The vendor's SDK from PyPI, unmodified, against the paths it knows and this server serves.

The SDK repeats a 5xx, and a 2xx that is not JSON, nine times with ten seconds between; so a test that takes long has
met one of those, and fails for it.
"""

import importlib.metadata
import time

import pytest
import requests
from onhand_api import ADMIN, fresh
from omnisdk.exceptions import ValidationError
from omnisdk.omnitron.client import OmnitronApiClient
from omnisdk.omnitron.endpoints import (
    ActiveUserEndpoint,
    ContentTypeEndpoint,
    OrderByNumberEndpoint,
    OrderItemEndpoint,
    ProductEndpoint,
)
from omnisdk.omnitron.models import ContentType, Order, OrderItem, Product, User

PAUSE_SECONDS = 9


@pytest.fixture(autouse=True)
def no_pause():
    start = time.monotonic()
    yield
    assert time.monotonic() - start < PAUSE_SECONDS, "the SDK paused to try again: an answer was 5xx or no JSON"


@pytest.fixture
def client(url):
    client = OmnitronApiClient(f"{url}/", *ADMIN)
    yield client
    client.session.close()


@pytest.fixture
def order(api):
    stock_list = api.stock_list()
    for sku in ("SDK-1", "SDK-2"):
        api.stock(stock_list, sku, 10)
    return api.order(stock_list, "SDK-1", "SDK-2")


def test_it_is_the_published_package():
    assert importlib.metadata.version("omnisdk") == "0.0.103"


def test_login(client, url):
    assert client.token.startswith("Token ")
    headers = {"Authorization": client.token}
    user = requests.get(f"{url}/api/v1/active_user/", headers=headers, timeout=20).json()
    assert user["username"] == ADMIN[0]


@pytest.mark.parametrize("username, password", [(ADMIN[0], "wrong"), ("nobody", ADMIN[1]), ("", "")])
def test_bad_login(url, username, password):
    with pytest.raises(ValidationError) as caught:
        OmnitronApiClient(f"{url}/", username, password)
    if username:
        assert caught.value.json == {"non_field_errors": ["Unable to log in with provided credentials."]}
    else:
        assert set(caught.value.json) == {"username", "password"}


def test_a_token_that_is_handed_over(client, url):
    handed = OmnitronApiClient(f"{url}/", "nobody", "nothing", token=client.token)
    assert handed.token == client.token, "the token is used, nobody signs in"
    user = ActiveUserEndpoint().list()
    assert isinstance(user, User)
    assert (user.username, user.role, user.is_active) == (ADMIN[0], "admin", True)


def test_a_wrong_token_that_is_handed_over(url):
    with pytest.raises(ValidationError) as caught:
        OmnitronApiClient(f"{url}/", *ADMIN, token="Token 0000")
    assert caught.value.json == {"detail": "Invalid token."}


@pytest.mark.parametrize("act", ["list", "create"])
def test_a_stale_token_is_replaced_and_the_request_repeated(client, url, act):
    products = ProductEndpoint()
    stale = client.token
    done = requests.post(f"{url}/api/v1/auth/logout/", headers={"Authorization": stale}, timeout=20)
    assert done.status_code == 200
    if act == "list":
        assert len(products.list(params={"limit": 3})) == 3
    else:
        sku = f"STALE-{next(fresh)}"
        assert products.create(Product(sku=sku)).sku == sku
    assert client.token != stale


def test_products_are_created_retrieved_and_updated(client):
    products = ProductEndpoint()
    sku = f"SDK-P-{next(fresh)}"
    made = products.create(Product(sku=sku, name="Oxford shirt", base_code="OX", attributes={"colour": "blue"}))
    assert isinstance(made, Product)
    assert (made.sku, made.name, made.base_code) == (sku, "Oxford shirt", "OX")
    assert (made.is_active, made.attributes, made.extra_field) == (True, {"colour": "blue"}, {})

    found = products.retrieve(made.pk)
    assert found.get_parameters() == made.get_parameters()

    # The SDK sends every attribute back, also those that cannot be written.
    found.name = "Oxford shirt, slim"
    updated = products.update(found.pk, found)
    assert updated.name == "Oxford shirt, slim"
    assert updated.modified_date > made.modified_date
    written = {"name": "Oxford shirt, slim", "modified_date": updated.modified_date}
    assert updated.get_parameters() == {**made.get_parameters(), **written}
    assert products.update(made.pk, Product(is_active=False)).is_active is False


def test_raw_endpoints_speak_plain_objects(client):
    products = ProductEndpoint(raw=True)
    sku = f"SDK-R-{next(fresh)}"
    made = products.create({"sku": sku})
    assert (made["sku"], made["name"]) == (sku, sku)
    assert products.update(made["pk"], {"name": "Raw"})["name"] == "Raw"
    assert products.retrieve(made["pk"])["name"] == "Raw"


@pytest.mark.parametrize("sizes", [[10, 10, 5], [10, 10]], ids=["short end", "full end"])
def test_a_list_and_its_iterator_over_several_pages(client, sizes):
    products = ProductEndpoint()
    code = f"pages-{next(fresh)}"
    skus = [f"{code}-{number:02}" for number in range(sum(sizes))]
    for sku in skus:
        products.create(Product(sku=sku, base_code=code))
    pages = [products.list(params={"base_code": code, "limit": 10, "sort": "id"})]
    pages.extend(products.iterator)
    assert [len(page) for page in pages] == sizes
    assert [product.sku for page in pages for product in page] == skus


def test_a_list_that_fits_one_page_ends(client):
    products = ProductEndpoint()
    assert products.list(params={"base_code": "there is no such code"}) == []
    assert list(products.iterator) == []


def test_refusals_carry_the_servers_json(client):
    products = ProductEndpoint()
    product = products.create(Product(sku=f"SDK-D-{next(fresh)}"))
    refused = {
        400: lambda: products.create(Product(sku=product.sku)),
        404: lambda: products.retrieve(9_999_999_999),
        405: lambda: ContentTypeEndpoint().delete(3),
    }
    for status, request in refused.items():
        with pytest.raises(requests.HTTPError) as caught:
            request()
        assert caught.value.response.status_code == status
        assert caught.value.args[1] == caught.value.response.json(), "the SDK has read the body as JSON"
    with pytest.raises(requests.HTTPError) as caught:
        products.list(params={"colour": "red"})
    assert caught.value.response.json() == {"colour": ["This list has no such filter."]}


def test_order_items(client, order):
    items = OrderItemEndpoint()
    found = items.list(params={"order": order["pk"], "sort": "id"})
    assert all(isinstance(item, OrderItem) for item in found)
    assert [item.pk for item in found] == [line["pk"] for line in order["order_items"]]
    assert [(item.product_sku, item.price, item.status) for item in found] == [
        ("SDK-1", "10.00", "400"),
        ("SDK-2", "10.00", "400"),
    ]

    item = items.retrieve(found[0].pk)
    assert item.get_parameters() == found[0].get_parameters()
    item.status = "500"
    item.tracking_number = "TR-1"
    item.extra_field = {"parcel": 1}
    updated = items.update(item.pk, item)
    assert (updated.status, updated.tracking_number, updated.extra_field) == ("500", "TR-1", {"parcel": 1})
    assert (updated.order, updated.product_sku, updated.quantity) == (order["pk"], "SDK-1", 1)
    assert items.retrieve(item.pk).status == "500"
    assert items.retrieve(found[1].pk).status == "400", "the other line is as it was"


def test_cancelling_an_order_item_gives_its_unit_back(client, order, api):
    line = order["order_items"][1]
    row = {"product_sku": "SDK-2", "stock_list": line["stock_list"]}
    assert api.get("/api/v1/product_stock/", **row)["results"][0]["adjusted_stock"] == 9
    assert OrderItemEndpoint().update(line["pk"], OrderItem(status="100")).status == "100"
    assert api.get("/api/v1/product_stock/", **row)["results"][0]["adjusted_stock"] == 10


def test_an_order_by_its_number(client, order):
    found = OrderByNumberEndpoint().retrieve(order["number"])
    assert isinstance(found, Order)
    assert (found.pk, found.number, found.is_send) == (order["pk"], order["number"], False)
    assert found.order_items == order["order_items"]
    with pytest.raises(requests.HTTPError) as caught:
        OrderByNumberEndpoint().retrieve("no such number")
    assert caught.value.response.status_code == 404


def test_the_mappings_of_an_order_item(client, order, api):
    line = order["order_items"][0]["pk"]
    assert OrderItemEndpoint(path="create_mapping").retrieve(line) == []
    mapping = api.post(f"/api/v1/order_items/{line}/create_mapping/", {"code": "ERP-1"})
    (found,) = OrderItemEndpoint(path="create_mapping").retrieve(line)
    assert found.get_parameters() == mapping


def test_content_types(client):
    kinds = ContentTypeEndpoint()
    (kind,) = kinds.list(params={"model": "orderitem"})
    assert isinstance(kind, ContentType)
    assert (kind.app_label, kind.model) == ("orders", "orderitem")
    assert kinds.retrieve(kind.id).get_parameters() == kind.get_parameters()
    pages = [kinds.list(), *kinds.iterator]
    models = [kind.model for page in pages for kind in page]
    assert len(models) == len(set(models)) > 10, "more than one page, nothing twice"
    assert {"product", "productstock", "stocklist", "order", "orderitem"} <= set(models)

"""The vendor's SDK on every collection that channels have here: a list is asked for in pages and ends."""

import pytest
from omnisdk.omnitron import endpoints
from omnisdk.omnitron.client import OmnitronApiClient
from onhand_api import ADMIN

LISTS = [
    "Catalog",
    "CatalogItem",
    "Channel",
    "ChannelAddress",
    "ChannelBatchRequest",
    "ChannelCancellationReason",
    "ChannelCancellationRequest",
    "ChannelCargo",
    "ChannelCategoryNode",
    "ChannelCategoryTree",
    "ChannelCity",
    "ChannelCountry",
    "ChannelCustomer",
    "ChannelDistrict",
    "ChannelErrorReport",
    "ChannelExtraProductPrice",
    "ChannelExtraProductStock",
    "ChannelIntegrationAction",
    "ChannelOrder",
    "ChannelOrderItem",
    "ChannelOrderShippingInfo",
    "ChannelPriceList",
    "ChannelProduct",
    "ChannelProductPrice",
    "ChannelProductStock",
    "ChannelRetailStore",
    "ChannelStockList",
    "ChannelTownship",
    "ContentType",
    "OrderItem",
    "Product",
]


@pytest.fixture(scope="module")
def client(url):
    client = OmnitronApiClient(f"{url}/", *ADMIN)
    yield client
    client.session.close()


@pytest.fixture(scope="module")
def channel(api):
    return api.get("/api/v1/channels/")["results"][0]["pk"]


@pytest.mark.parametrize("name", LISTS)
def test_a_collection_is_read_to_its_end(client, channel, name):
    endpoint = getattr(endpoints, f"{name}Endpoint")
    endpoint = endpoint(channel_id=channel) if name.startswith("Channel") and name != "Channel" else endpoint()
    rows = endpoint.list(params={"limit": 50, "sort": "id"})
    for page in endpoint.iterator:
        if not page:
            break
        rows.extend(page)
    keys = [row.pk if hasattr(row, "pk") else row.id for row in rows]
    assert keys == sorted(set(keys))

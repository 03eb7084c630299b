"""Runs one flow of channel-app in a process of its own, as a worker of a channel does.

    flow.py stock.insert_product_stocks '{"is_sync": false}'

Known faults of the published packages, and what is done about each, in this process only:

- channel-app 0.0.161 imports two names that no published omnisdk has (operational events). They are defined here, the
  way their neighbours are.
- channel-app takes addresses that begin with https only. It gets one that leads nowhere; `sides` sets the real one.
"""

import json
import sys

from omnisdk.omnitron import endpoints, models


class OperationalEvent(models.BaseModel):
    pass


class ChannelOperationalEventEndpoint(endpoints.OmnitronApiEndpoint):
    def __init__(self, *args, **kwargs):
        path = "channel/{channel_id}/operational_events"
        super().__init__(endpoint=path, model=OperationalEvent, *args, **kwargs)


models.OperationalEvent = endpoints.OperationalEvent = OperationalEvent
endpoints.ChannelOperationalEventEndpoint = ChannelOperationalEventEndpoint


def main(name, arguments):
    from channel_app.app.order.service import OrderService
    from channel_app.app.product.service import ProductService
    from channel_app.app.product_image.service import ImageService
    from channel_app.app.product_price.service import PriceService
    from channel_app.app.product_stock.service import StockService

    service, method = name.split(".")
    services = {
        "image": ImageService,
        "order": OrderService,
        "price": PriceService,
        "product": ProductService,
        "stock": StockService,
    }
    service = services[service]()
    getattr(service, method)(**arguments)


if __name__ == "__main__":
    main(sys.argv[1], json.loads(sys.argv[2]))

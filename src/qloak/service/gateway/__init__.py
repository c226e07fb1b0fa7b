"""The gateway: the vault for tenants, over HTTP.

app          the application and its lifetime
schemas      bodies of requests
principal    who asks: bearer tokens, rates
routes       what it answers; openapi: the description of all of it
events       server-sent events; changes: what other gateways of the vault do
metrics      what Prometheus collects
upkeep       what happens by itself: replay, clean-up, seals
"""

from .app import GatewayOptions, create_gateway_app

__all__ = ["GatewayOptions", "create_gateway_app"]

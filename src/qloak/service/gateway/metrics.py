"""What Prometheus collects from a gateway."""

from __future__ import annotations

import time
from collections.abc import Iterable
from typing import TYPE_CHECKING, Final

from fastapi import APIRouter, Request
from fastapi.responses import Response
from prometheus_client import CollectorRegistry, Counter, Histogram, generate_latest
from prometheus_client.core import GaugeMetricFamily, Metric

from ...errors import ForbiddenError, QloakError
from ...storage.ledger import Scope
from ...storage.vault.workbench import OPERATOR
from .principal import Who, needs

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Message, Receive, Send
    from starlette.types import Scope as AsgiScope

    from ...storage.vault import Vault

__all__ = ["MeteredApp", "Meters", "router"]

router = APIRouter(tags=["health"])

_METHODS: Final = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
_BUCKETS: Final = (0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1.0, 2.0, 5.0)


class _VaultCollector:
    """Counted when somebody asks, not before."""

    def __init__(self, vault: Vault) -> None:
        self._vault = vault

    def collect(self) -> Iterable[Metric]:
        """Objects by state, and which providers answer."""
        objects = GaugeMetricFamily("qloak_objects", "Objects by state", labels=["state"])
        for state, count in self._vault.ledger.count().items():
            objects.add_metric([state.value], count)
        providers = GaugeMetricFamily("qloak_provider_up", "Whether a provider answers", labels=["provider"])
        for name, answer in self._vault.fleet.health().items():
            providers.add_metric([name], 0.0 if isinstance(answer, QloakError) else 1.0)
        return [objects, providers]


class Meters:
    """The meters of one gateway.

    Args:
        vault: whose objects and providers are counted.
    """

    def __init__(self, vault: Vault) -> None:
        self.registry = CollectorRegistry()
        self.registry.register(_VaultCollector(vault))
        labels = ["method", "route", "status"]
        self.requests = Counter("qloak_http_requests", "Requests", labels, registry=self.registry)
        self.seconds = Histogram(
            "qloak_http_seconds", "Seconds of a request", ["method", "route"], registry=self.registry, buckets=_BUCKETS
        )


class MeteredApp:
    """Counts and times every request by its route, never by its path: paths hold names.

    Args:
        app: the application inside.
        meters: that count.
    """

    def __init__(self, app: ASGIApp, meters: Meters) -> None:
        self._app = app
        self._meters = meters

    async def __call__(self, scope: AsgiScope, receive: Receive, send: Send) -> None:
        """One request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        status = 500
        began = time.perf_counter()

        async def noted(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
            await send(message)

        try:
            await self._app(scope, receive, noted)
        finally:
            # Whatever a client makes up must not become a label: each one takes memory for ever.
            route = getattr(scope.get("route"), "path", "other")
            method = scope["method"] if scope["method"] in _METHODS else "other"
            self._meters.requests.labels(method, route, str(status)).inc()
            self._meters.seconds.labels(method, route).observe(time.perf_counter() - began)


@router.get("/metrics", response_class=Response, responses={200: {"content": {"text/plain": {}}}})
def metrics(request: Request, who: Who) -> Response:
    """Metrics in Prometheus' text form, of all tenants together; for the operator's collector."""
    needs(who, Scope.METRICS)
    if who.tenant != OPERATOR:
        raise ForbiddenError(f"Only the operator of the vault (tenant {OPERATOR!r}) may do this.")
    meters: Meters = request.app.state.meters
    return Response(generate_latest(meters.registry), media_type="text/plain; version=0.0.4; charset=utf-8")

"""Gateways for tests: a vault, its application, and callers with tokens of several tenants."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from fastapi.testclient import TestClient

from qloak.service.gateway import GatewayOptions, create_gateway_app
from qloak.storage.ledger import Scope
from qloak.storage.vault import Vault, VaultOptions

ALL_SCOPES = tuple(scope.value for scope in Scope)
BLOCH = {"bloch": [1.0, 0.5]}
OPEN_PATHS = {"/healthz", "/readyz"}


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back."""

    status: int
    document: Any
    headers: Mapping[str, str]

    @property
    def code(self) -> str:
        """Of a problem."""
        assert self.headers["content-type"] == "application/problem+json", self
        assert self.document["status"] == self.status
        return self.document["code"]


class Caller:
    """Somebody with a token, or without.

    Args:
        client: of the application.
        secret: the token.
    """

    def __init__(self, client: TestClient, secret: str | None) -> None:
        self.client = client
        self.secret = secret
        self.asked: list[tuple[str, str, int]] = []

    def __call__(
        self, method: str, path: str, body: Any = None, *, key: str | None = None, content: bytes | None = None
    ) -> Answer:
        headers = {} if self.secret is None else {"Authorization": f"Bearer {self.secret}"}
        if key is not None:
            headers["Idempotency-Key"] = key
        if content is not None:
            headers["Content-Type"] = "application/json"
        response = self.client.request(method, path, json=body, content=content, headers=headers)
        self.asked.append((method, path, response.status_code))
        as_json = "json" in response.headers.get("content-type", "")
        return Answer(response.status_code, response.json() if as_json else response.text, response.headers)

    def done(self, method: str, path: str, body: Any = None, *, key: str | None = None) -> Any:
        """The document of a request that must succeed."""
        answer = self(method, path, body, key=key)
        assert 200 <= answer.status < 300, answer
        return answer.document

    def put(self, source: Mapping[str, Any] = BLOCH, **more: Any) -> dict[str, Any]:
        """Store a state."""
        return self.done("POST", "/v1/objects", {"source": dict(source), **more})


class Gateway:
    """An application on a new vault.

    Args:
        folder: for the vault.
        options: of the application; by default nothing happens by itself.
        vault_options: how the vault is made.
    """

    def __init__(
        self, folder: Path, options: GatewayOptions | None = None, vault_options: VaultOptions | None = None
    ) -> None:
        self.vault = Vault.init(folder, vault_options or VaultOptions(rate=0.0))
        self.app = create_gateway_app(self.vault, options or GatewayOptions(upkeep=False))
        self.client = TestClient(self.app)

    def __enter__(self) -> Self:
        self.client.__enter__()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.client.__exit__(kind, error, trace)
        self.vault.close()

    def caller(self, tenant: str = "local", scopes: Sequence[str] = ALL_SCOPES) -> Caller:
        """Somebody with a new token."""
        secret, _ = self.vault.ledger.tokens.create(tenant, scopes)
        return Caller(self.client, secret)

    def stranger(self, secret: str | None = None) -> Caller:
        """Somebody without a token, or with one that is none."""
        return Caller(self.client, secret)


@dataclass(frozen=True, slots=True)
class Route:
    """How a route is called in a way that its shapes allow.

    Attributes:
        scope: that it needs; None for none.
        body: of the request.
        owner: "tenant" for what is a tenant's own, "operator" for what only the operator may, "anybody" for both.
        query: with which it succeeds.
    """

    scope: str | None
    body: Any = None
    owner: str = "tenant"
    query: str = ""


ROUTES = {
    ("GET", "/healthz"): Route(None, owner="anybody"),
    ("GET", "/readyz"): Route(None, owner="anybody"),
    ("GET", "/metrics"): Route("metrics", owner="operator"),
    ("GET", "/v1/events"): Route("read", owner="anybody", query="?seconds=0"),
    ("GET", "/v1/session"): Route("read", owner="anybody"),
    ("POST", "/v1/objects"): Route("write", {"source": BLOCH}, "anybody"),
    ("GET", "/v1/objects"): Route("read", owner="anybody"),
    ("GET", "/v1/objects/{ref}"): Route("read"),
    ("DELETE", "/v1/objects/{ref}"): Route("write"),
    ("GET", "/v1/objects/{ref}/forecast"): Route("read"),
    ("POST", "/v1/objects/{ref}/redeem"): Route("write", {}),
    ("POST", "/v1/objects/{ref}/refresh"): Route("write"),
    ("GET", "/v1/objects/{ref}/export"): Route("read"),
    ("POST", "/v1/plan"): Route("read", {}, "anybody"),
    ("GET", "/v1/registers"): Route("read", owner="anybody"),
    ("POST", "/v1/registers"): Route("write", {"source": BLOCH}, "anybody"),
    ("GET", "/v1/registers/{handle}"): Route("read"),
    ("DELETE", "/v1/registers/{handle}"): Route("write"),
    ("POST", "/v1/registers/{handle}/apply"): Route("write", {"program": "OPENQASM 3.0; qubit[2] q; U(1, 2, 3) q[0];"}),
    ("POST", "/v1/registers/{handle}/measure"): Route("write", {"letters": {"0": "Z"}}),
    ("POST", "/v1/registers/{handle}/split"): Route("write", {"positions": [0]}),
    ("POST", "/v1/registers/{handle}/give"): Route("write", {"tenant": "bob"}),
    ("POST", "/v1/registers/{handle}/peek"): Route("emulator", {}),
    ("GET", "/v1/providers"): Route("read", owner="anybody"),
    ("POST", "/v1/providers"): Route("admin", {"name": "nimbus"}, "operator"),
    ("POST", "/v1/providers/{name}/rehearse"): Route("rehearse", {"fault": "slow", "strength": 0}, "operator"),
    ("POST", "/v1/providers/{name}/recover"): Route("rehearse", owner="operator"),
    ("POST", "/v1/providers/{name}/destroy"): Route("rehearse", owner="operator"),
    ("GET", "/v1/lab/circuit"): Route("read", owner="anybody", query="?clones=2&theta=1&phi=2&lose=S2"),
    ("GET", "/v1/lab/access"): Route("read", owner="anybody", query="?clones=3&holding=S1,N2,N3"),
    ("GET", "/v1/lab/channel"): Route("read", owner="anybody", query="?clones=4&method=both"),
    ("GET", "/v1/lab/devices"): Route("read", owner="anybody"),
    ("GET", "/v1/lab/compile"): Route("read", owner="anybody", query="?clones=2&device=line-12"),
    ("GET", "/v1/experiments"): Route("read", owner="anybody"),
    ("POST", "/v1/experiments"): Route("write", {"experiment": "channel", "grid": {"clones": 2}}, "anybody"),
    ("GET", "/v1/experiments/published"): Route("read", owner="anybody"),
    ("GET", "/v1/experiments/{job_id}"): Route("read"),
    ("GET", "/v1/experiments/{job_id}/rows"): Route("read"),
    ("GET", "/v1/experiments/{job_id}/figures/{number}.svg"): Route("read"),
    ("POST", "/v1/experiments/{job_id}/cancel"): Route("write"),
    ("DELETE", "/v1/experiments/{job_id}"): Route("write"),
    ("GET", "/v1/audit"): Route("read", owner="anybody"),
    ("GET", "/v1/tokens"): Route("admin", owner="anybody"),
    ("POST", "/v1/tokens"): Route("admin", {"scopes": ["read"]}, "anybody"),
    ("DELETE", "/v1/tokens/{token_id}"): Route("admin"),
    ("GET", "/v1/tenants"): Route("admin", owner="operator"),
    ("POST", "/v1/tenants"): Route("admin", {"name": "carol"}, "operator"),
    ("PUT", "/v1/tenants/{name}/quota"): Route("admin", {"max_objects": 1000}, "operator"),
    ("POST", "/v1/check"): Route("admin", owner="operator"),
}
"""Every route; a test sees that none is missing."""
